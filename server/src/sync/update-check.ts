/**
 * What an update from a client must look like before it may enter the log. Yjs applies an update
 * piece by piece and trusts it, so whatever could throw half-way, reach outside the document's own
 * roots or pile up waiting content is refused here, on the bytes alone.
 */
import * as Y from 'yjs'

/** `nothing`: the document has all of it, so there is nothing to log. */
export type UpdateVerdict = { kind: 'new' } | { kind: 'nothing' } | { kind: 'refused'; why: string }

/** No real text comes near these; numbers beyond them only serve to exhaust the server. */
const maxLength = 2 ** 31
const maxClock = 2 ** 40
/**
 * Typing while a connection is still being set up sends an update before those that it builds on.
 * It waits in the document until they come, which costs more the more there are.
 */
const maxWaitingClients = 16
const maxWaitingBytes = 1024 * 1024

/** An update of nothing is these two bytes: no clients, no deletions. */
const emptyUpdateLength = 2

export function checkUpdate(document: Y.Doc, roots: readonly string[], update: Uint8Array): UpdateVerdict {
  if (update.length === emptyUpdateLength && update[0] === 0 && update[1] === 0) return { kind: 'nothing' }
  let decoded: ReturnType<typeof Y.decodeUpdate>
  try {
    decoded = Y.decodeUpdate(update)
  } catch (error) {
    return { kind: 'refused', why: `not an update: ${String(error)}` }
  }
  let isNew = false
  let hasGap = false
  const ends = new Map<number, number>()
  for (const struct of decoded.structs) {
    const { client, clock } = struct.id
    if (struct.length <= 0 || struct.length > maxLength || clock > maxClock) return { kind: 'refused', why: 'a length' }
    if (struct instanceof Y.Item) {
      const why = wrongItem(struct, roots)
      if (why !== null) return { kind: 'refused', why }
    }
    const state = Y.getState(document.store, client)
    if (clock > (ends.get(client) ?? state) && clock > state) hasGap = true
    if (!(struct instanceof Y.GC || struct instanceof Y.Item)) hasGap = true
    ends.set(client, Math.max(ends.get(client) ?? 0, clock + struct.length))
    if (clock + struct.length > state) isNew = true
  }
  for (const [client, ranges] of decoded.ds.clients) {
    const state = Y.getState(document.store, client)
    for (const { clock, len } of ranges) {
      if (len > maxLength || clock > maxClock) return { kind: 'refused', why: 'a deleted length' }
      if (clock + len > Math.max(state, ends.get(client) ?? 0)) hasGap = true
      isNew ||= !isDeleted(document, client, clock, len)
    }
  }
  if (!isNew) return { kind: 'nothing' }
  const waiting = document.store.pendingStructs
  if (hasGap && waiting !== null) {
    if (waiting.missing.size >= maxWaitingClients || waiting.update.length > maxWaitingBytes) {
      return { kind: 'refused', why: 'too much waits for earlier updates' }
    }
  }
  return { kind: 'new' }
}

/** An item may lean only on what came before it, and hang only on the document's own roots. */
function wrongItem(item: Y.Item, roots: readonly string[]): string | null {
  const { client, clock } = item.id
  const isLater = (id: Y.ID | null) => id !== null && id.client === client && id.clock >= clock
  if (isLater(item.origin) || isLater(item.rightOrigin)) return 'an item leans on a later one'
  // Before an item is applied, `parent` is the name of a root or the id of the item that holds it.
  const parent: unknown = item.parent
  if (typeof parent === 'string' && !roots.includes(parent)) return `root "${parent.slice(0, 40)}"`
  if (parent instanceof Y.ID && isLater(parent)) return 'an item hangs on a later one'
  return null
}

function isDeleted(document: Y.Doc, client: number, clock: number, length: number): boolean {
  const end = clock + length
  if (end > Y.getState(document.store, client)) return false
  const structs = document.store.clients.get(client) ?? []
  let index = length === 0 ? structs.length : Y.findIndexSS(structs, clock)
  for (; index < structs.length; index++) {
    const struct = structs[index]
    if (struct === undefined || struct.id.clock >= end) break
    if (!struct.deleted) return false
  }
  return true
}
