/**
 * What goes into a document that people have open, and out of it. All that one commit of the log
 * brings is applied in one transaction, and leaves as one message to each connection: in one write
 * with the acknowledgement, and with presence that has waited long enough.
 *
 * The sync library would send each of these by itself and run its hooks for every update, so its
 * own listeners are taken off. It keeps the first exchange, loading and unloading.
 */
import type { Connection, Document } from '@hocuspocus/server'
import * as encoding from 'lib0/encoding'
import type { Logger } from 'pino'
import { encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { outlineRoots } from '@soanchung/shared/plan/documents.ts'
import { registerNames } from '@soanchung/shared/targets/register.ts'
import { closeCode } from './denied.ts'
import { Outlet } from './outlet.ts'

export interface LiveDocument {
  /**
   * Applies an update that is durable, with all others of this turn; resolves once it is applied and
   * acknowledged to `from`. Where the document cannot take it, everybody has to come again.
   */
  apply(update: Uint8Array, from: Connection | null): Promise<void>
  /** Answers a message that brought nothing new. */
  answer(connection: Connection, isTaken: boolean): void
}

interface Arrived {
  update: Uint8Array
  from: Connection | null
  resolve(): void
}

const [syncMessage, presenceMessage, answerMessage] = [0, 1, 8]
const syncUpdate = 2
const [notTaken, taken] = [0, 1].map((status) =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, answerMessage)
    encoding.writeVarUint(encoder, status)
  }),
) as [Uint8Array, Uint8Array]

/** Between two messages of presence in one document, in milliseconds; half of it beside an update. */
const presenceInterval = 100
/** A caret may stand behind letters that are still on their way into the log. */
const presencePatience = 20

/** All but the text: what is read across documents. */
const recordRoots = [...outlineRoots, ...registerNames]

/**
 * Fills an empty document with what is stored. Throws what Yjs throws on updates that it cannot read.
 * `recordsChanged` hears of each commit that touched more than the text.
 */
export function openLiveDocument(
  document: Document,
  stored: readonly Uint8Array[],
  recordsChanged: () => void,
  logger: Logger,
): LiveDocument {
  const { awareness } = document
  document._observers.delete('update')
  awareness._observers.delete('update')
  fill(document, stored)

  let arrived: Arrived[] = []
  let made: Uint8Array[] = []
  const moved = new Set<number>()
  let presenceTimer: NodeJS.Timeout | undefined
  let presenceSentAt = 0

  document.on('update', (update: Uint8Array) => made.push(update))
  document.on('afterTransaction', ({ changed, changedParentTypes }: Y.Transaction) => {
    const roots = recordRoots.flatMap((root) => document.share.get(root) ?? [])
    // A part of the outline is a map inside the root.
    if (roots.some((root) => changed.has(root) || changedParentTypes.has(root))) recordsChanged()
  })
  document.on('destroy', () => clearTimeout(presenceTimer))
  awareness.on('update', (changed: Record<'added' | 'updated' | 'removed', number[]>) => {
    for (const client of [...changed.added, ...changed.updated, ...changed.removed]) moved.add(client)
    if (document.connections.size === 0) return
    const wait = Math.max(presencePatience, presenceSentAt + presenceInterval - Date.now())
    presenceTimer ??= setTimeout(() => send([], takePresence(), new Set()), wait)
  })

  function applyAll(): void {
    const all = arrived
    arrived = []
    document.transact(() => {
      for (const { update } of all) applyOne(update)
    })
    const updates = made.map((update) => messageOf(syncMessage, update, syncUpdate))
    made = []
    const authors = new Set(all.map(({ from }) => from))
    const isPresenceDue = moved.size > 0 && Date.now() - presenceSentAt >= presenceInterval / 2
    send(updates, isPresenceDue ? takePresence() : [], authors)
    for (const { resolve } of all) resolve()
  }

  function applyOne(update: Uint8Array): void {
    try {
      Y.applyUpdate(document, update)
    } catch (error) {
      logger.error({ err: error, document: document.name }, 'a stored update cannot be applied')
      for (const connection of document.getConnections()) {
        connection.close({ code: closeCode('server.failed'), reason: 'server.failed' })
      }
    }
  }

  /** Who alone has made all updates needs only the answer to them. */
  function send(updates: Uint8Array[], presence: Uint8Array[], authors: ReadonlySet<Connection | null>): void {
    const toAll = [...updates, ...presence]
    const toAuthors = [taken, ...(authors.size === 1 ? [] : updates), ...presence]
    for (const connection of document.connections.keys()) {
      const messages = authors.has(connection) ? toAuthors : toAll
      if (messages.length > 0) deliver(connection, messages)
    }
  }

  function takePresence(): Uint8Array[] {
    clearTimeout(presenceTimer)
    presenceTimer = undefined
    presenceSentAt = Date.now()
    const update = encodeAwarenessUpdate(awareness, [...moved])
    moved.clear()
    return [messageOf(presenceMessage, update)]
  }

  return {
    apply(update, from) {
      return new Promise((resolve) => {
        // The first of a commit goes behind all others of it.
        if (arrived.push({ update, from, resolve }) === 1) queueMicrotask(applyAll)
      })
    },
    answer(connection, isTaken) {
      deliver(connection, [isTaken ? taken : notTaken])
    },
  }
}

/** Apart, since the closures of a live document would keep the bytes as long as it lives. */
function fill(document: Document, stored: readonly Uint8Array[]): void {
  document.transact(() => {
    for (const update of stored) Y.applyUpdate(document, update)
  })
  for (const structs of document.store.clients.values()) {
    for (const struct of structs) {
      if (struct instanceof Y.Item && struct.content instanceof Y.ContentAny)
        struct.content.arr = compact(struct.content.arr)
    }
  }
}

/** Yjs reads lists by pushing, and the engine then keeps room for sixteen more in each. */
function compact(list: readonly unknown[]): unknown[] {
  return list.map((value) => {
    if (Array.isArray(value)) return compact(value)
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value))
        if (Array.isArray(inner)) Reflect.set(value, key, compact(inner))
    }
    return value
  })
}

const addresses = new WeakMap<Connection, Uint8Array>()

function deliver(connection: Connection, messages: readonly Uint8Array[]): void {
  if (!(connection.webSocket instanceof Outlet)) return
  let address = addresses.get(connection)
  if (address === undefined) {
    address = encoding.encode((encoder) => encoding.writeVarString(encoder, connection.messageAddress))
    addresses.set(connection, address)
  }
  connection.webSocket.deliver(address, messages)
}

function messageOf(type: number, bytes: Uint8Array, subtype?: number): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, type)
    if (subtype !== undefined) encoding.writeVarUint(encoder, subtype)
    encoding.writeVarUint8Array(encoder, bytes)
  })
}
