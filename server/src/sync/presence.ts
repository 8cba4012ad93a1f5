/**
 * Presence as it comes off a socket, before the sync library sees it: each person is heard at most
 * ten times a second (the last word counts), clients that repeat what others said are not passed
 * on, and states are small. Who somebody is, the server says; see `ownPresence`.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { removeAwarenessStates, type Awareness } from 'y-protocols/awareness'
import { presence, type Presence } from '@soanchung/shared/protocol.ts'
import type { UserId } from '@soanchung/shared/ids.ts'

export const awarenessMessage = 1
const interval = 100
const maxStates = 8
const maxStateLength = 4096

interface Said {
  clock: number
  state: string
}

export interface PresenceInlet {
  /** `body` is the frame behind its type. Throws on malformed bytes. */
  hear(address: string, awareness: Awareness | undefined, body: decoding.Decoder): void
  close(): void
}

/** One for each socket. `speaker` is null until somebody signed in on it. */
export function openPresenceInlet(deliver: (frame: Uint8Array) => void, speaker: () => UserId | null): PresenceInlet {
  const addresses = new Map<string, { waiting: Map<number, Said>; timer: NodeJS.Timeout | null; last: number }>()

  function send(address: string): void {
    const place = addresses.get(address)
    if (place === undefined || place.waiting.size === 0) return
    const update = encoding.createEncoder()
    encoding.writeVarUint(update, place.waiting.size)
    for (const [client, { clock, state }] of place.waiting) {
      encoding.writeVarUint(update, client)
      encoding.writeVarUint(update, clock)
      encoding.writeVarString(update, state)
    }
    const frame = encoding.createEncoder()
    encoding.writeVarString(frame, address)
    encoding.writeVarUint(frame, awarenessMessage)
    encoding.writeVarUint8Array(frame, encoding.toUint8Array(update))
    place.waiting.clear()
    place.last = Date.now()
    deliver(encoding.toUint8Array(frame))
  }

  return {
    hear(address, awareness, body) {
      const place = addresses.get(address) ?? { waiting: new Map<number, Said>(), timer: null, last: 0 }
      addresses.set(address, place)
      const said = decoding.createDecoder(decoding.readVarUint8Array(body))
      const count = Math.min(decoding.readVarUint(said), maxStates)
      for (let index = 0; index < count; index++) {
        const client = decoding.readVarUint(said)
        const clock = decoding.readVarUint(said)
        const state = decoding.readVarString(said)
        if (state.length > maxStateLength || isAnother(awareness, client, speaker())) continue
        if (state === 'null') {
          place.waiting.delete(client)
          if (awareness?.states.has(client)) removeAwarenessStates(awareness, [client], null)
        } else place.waiting.set(client, { clock, state })
      }
      if (place.timer !== null) return
      const wait = place.last + interval - Date.now()
      if (wait <= 0) send(address)
      else {
        place.timer = setTimeout(() => {
          place.timer = null
          send(address)
        }, wait)
      }
    },
    close() {
      for (const { timer } of addresses.values()) if (timer !== null) clearTimeout(timer)
      addresses.clear()
    },
  }
}

function isAnother(awareness: Awareness | undefined, client: number, speaker: UserId | null): boolean {
  const user: unknown = awareness?.states.get(client)?.['user']
  return typeof user === 'object' && user !== null && 'id' in user && user.id !== speaker
}

/** Makes what clients say of themselves ours: identity from the server, the rest checked. */
export function ownPresence(states: Map<number, Record<string, unknown>>, user: Presence['user']): void {
  for (const [client, state] of states) {
    const parsed = presence.omit({ user: true }).safeParse(state)
    // The library's own scratch client says nothing, and must not be shown.
    if (!parsed.success || Object.keys(state).length === 0) states.delete(client)
    else states.set(client, { ...parsed.data, user })
  }
}
