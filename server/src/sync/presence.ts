/**
 * Presence as it comes in on a connection: each person is heard at most ten times a second (the
 * last word counts), clients that repeat what others said are not passed on, and states are small
 * and few. Who somebody is, the server says.
 */
import type { Connection } from '@hocuspocus/server'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { applyAwarenessUpdate, removeAwarenessStates, type Awareness } from 'y-protocols/awareness'
import * as z from 'zod/mini'
import { presence, type Presence } from '@soanchung/shared/protocol.ts'

const interval = 100
const maxStates = 8
const maxStateLength = 4096
/** What a client may say of itself. */
const said = z.omit(presence, { user: true })

interface PresenceInlet {
  /** `body` is the frame behind its type. Throws on malformed bytes. */
  hear(body: decoding.Decoder): void
  close(): void
}

export function openPresenceInlet(connection: Connection, speaker: Presence['user']): PresenceInlet {
  const { document } = connection
  const { awareness } = document
  const waiting = new Map<number, { clock: number; state: Record<string, unknown> }>()
  let timer: NodeJS.Timeout | undefined
  let toldAt = 0

  function tell(): void {
    timer = undefined
    // The library takes away whom it finds here when the connection closes.
    const own = document.getClients(connection)
    if (waiting.size === 0 || !document.hasConnection(connection)) return
    for (const client of waiting.keys()) own.add(client)
    toldAt = Date.now()
    applyAwarenessUpdate(awareness, updateOf(waiting), null)
    waiting.clear()
  }

  return {
    hear(body) {
      const own = document.getClients(connection)
      const decoder = decoding.createDecoder(decoding.readVarUint8Array(body))
      for (let left = Math.min(decoding.readVarUint(decoder), maxStates); left > 0; left--) {
        const client = decoding.readVarUint(decoder)
        const clock = decoding.readVarUint(decoder)
        const text = decoding.readVarString(decoder)
        if (text.length > maxStateLength || isAnother(awareness, client, speaker)) continue
        if (text === 'null') {
          waiting.delete(client)
          own.delete(client)
          removeAwarenessStates(awareness, [client], null)
          continue
        }
        const state = said.safeParse(JSON.parse(text))
        const isKnown = own.has(client) || waiting.has(client)
        // A client that says nothing has no place yet.
        if (!state.success || text === '{}' || (!isKnown && own.size + waiting.size >= maxStates)) continue
        waiting.set(client, { clock, state: { ...state.data, user: speaker } })
      }
      if (timer !== undefined) return
      const wait = toldAt + interval - Date.now()
      if (wait <= 0) tell()
      else timer = setTimeout(tell, wait)
    },
    close: () => clearTimeout(timer),
  }
}

function isAnother(awareness: Awareness, client: number, { id }: Presence['user']): boolean {
  const user: unknown = awareness.states.get(client)?.['user']
  return typeof user === 'object' && user !== null && 'id' in user && user.id !== id
}

function updateOf(states: ReadonlyMap<number, { clock: number; state: Record<string, unknown> }>): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, states.size)
    for (const [client, { clock, state }] of states) {
      encoding.writeVarUint(encoder, client)
      encoding.writeVarUint(encoder, clock)
      encoding.writeVarString(encoder, JSON.stringify(state))
    }
  })
}
