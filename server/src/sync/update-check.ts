/**
 * What an update from a client must look like before it may enter the log. Yjs applies an update
 * piece by piece and trusts it, so whatever could throw half-way, reach outside the document's own
 * roots or nest without end is refused here. What builds on content that is not there is not taken
 * either: Yjs would keep it unseen, for ever where the rest was refused. Reading an update needs
 * its bytes alone and may happen on another thread; judging what was read needs the document.
 */
import * as Y from 'yjs'
import { scanUpdate } from './update-scan.ts'

/** What the judgement needs to know of an update, small enough to be sent between threads. */
interface UpdateContents {
  clients: { client: number; from: number; to: number; hasHoles: boolean }[]
  deletions: { client: number; clock: number; length: number }[]
  /** The last piece of others that something in the update leans on, by client. */
  leansOn: { client: number; clock: number }[]
  /** Pieces outside the update that types hang below, and by how many levels. */
  hangsBelow: { client: number; clock: number; levels: number }[]
}

export type UpdateReading = { ok: true; contents: UpdateContents } | { ok: false; why: string }

type UpdateVerdict =
  /**
   * `authors` are the clients of which it brings pieces; `known` is the state vector of those of
   * which it repeats some, null where it repeats nothing.
   */
  | { kind: 'new'; authors: number[]; known: Uint8Array | null }
  /** The document has all of it, so there is nothing to log. */
  | { kind: 'nothing' }
  /** It builds on what has not come yet: the client must sync again, which brings both together. */
  | { kind: 'early' }
  | { kind: 'refused'; why: string }

/** Of types inside types; ours are five deep, and some thousands overflow the stack. */
const maxLevels = 40
/** Client ids in one update: each visit of a device makes one, and each new one costs a row. */
const maxAuthors = 1000

export function checkUpdate(document: Y.Doc, roots: readonly string[], update: Uint8Array): UpdateVerdict {
  const reading = readUpdate(roots, update)
  return reading.ok ? judgeUpdate(document, reading.contents) : { kind: 'refused', why: reading.why }
}

export function readUpdate(roots: readonly string[], update: Uint8Array): UpdateReading {
  const malformed = scanUpdate(update)
  if (malformed !== null) return { ok: false, why: malformed }
  let decoded: ReturnType<typeof Y.decodeUpdate>
  try {
    decoded = Y.decodeUpdate(update)
  } catch (error) {
    return { ok: false, why: `not an update: ${String(error)}` }
  }
  const pieces = new Map<number, Piece[]>()
  for (const struct of decoded.structs) {
    if (struct.length <= 0) return { ok: false, why: 'a length' }
    const why = struct instanceof Y.Item ? wrongItem(struct, roots) : null
    if (why !== null) return { ok: false, why }
    const own = pieces.get(struct.id.client)
    if (own === undefined) pieces.set(struct.id.client, [struct])
    else own.push(struct)
  }
  const nesting = readNesting(pieces)
  if (!nesting.ok) return nesting
  return {
    ok: true,
    contents: {
      clients: [...pieces].map(([client, own]) => ({ client, ...extentOf(own) })),
      deletions: [...decoded.ds.clients].flatMap(([client, ranges]) =>
        ranges.map(({ clock, len }) => ({ client, clock, length: len })),
      ),
      leansOn: readLeanings(decoded.structs),
      hangsBelow: nesting.hangsBelow,
    },
  }
}

export function judgeUpdate(document: Y.Doc, contents: UpdateContents): UpdateVerdict {
  const { clients, deletions, leansOn, hangsBelow } = contents
  const stateOf = (client: number) => Y.getState(document.store, client)
  const ends = new Map(clients.map(({ client, to }) => [client, to]))
  const isKnown = (client: number, end: number) => end <= Math.max(stateOf(client), ends.get(client) ?? 0)
  const isNew =
    clients.some(({ client, to }) => to > stateOf(client)) ||
    deletions.some(({ client, clock, length }) => !isDeleted(document, client, clock, length))
  if (!isNew) return { kind: 'nothing' }
  const hasGap =
    clients.some(({ client, from, hasHoles }) => from > stateOf(client) || hasHoles) ||
    leansOn.some(({ client, clock }) => !isKnown(client, clock + 1)) ||
    deletions.some(({ client, clock, length }) => !isKnown(client, clock + length))
  if (hasGap) return { kind: 'early' }
  for (const { client, clock, levels } of hangsBelow) {
    if (levelOf(document, client, clock) + levels > maxLevels) return { kind: 'refused', why: 'nested too deep' }
  }
  const authors = clients.filter(({ client, to }) => to > stateOf(client)).map(({ client }) => client)
  if (authors.length > maxAuthors) return { kind: 'refused', why: 'too many authors' }
  const repeated = clients.filter(({ client, from }) => from < stateOf(client))
  const known =
    repeated.length === 0 ? null : Y.encodeStateVector(new Map(repeated.map(({ client }) => [client, stateOf(client)])))
  return { kind: 'new', authors, known }
}

type Piece = ReturnType<typeof Y.decodeUpdate>['structs'][number]

/** An item may lean only on what came before it, and hang only on the document's own roots. */
function wrongItem(item: Y.Item, roots: readonly string[]): string | null {
  const { client, clock } = item.id
  const isLater = (id: Y.ID | null) => id !== null && id.client === client && id.clock >= clock
  if (isLater(item.origin) || isLater(item.rightOrigin)) return 'an item leans on a later one'
  const parent = parentOf(item)
  if (typeof parent === 'string' && !roots.includes(parent)) return `root "${parent.slice(0, 40)}"`
  if (parent instanceof Y.ID && isLater(parent)) return 'an item hangs on a later one'
  return null
}

/** Before an item is applied, its parent is the name of a root, an id, or left to its neighbours. */
function parentOf(item: Y.Item): string | Y.ID | null {
  const parent: unknown = item.parent
  return typeof parent === 'string' || parent instanceof Y.ID ? parent : null
}

function extentOf(own: readonly Piece[]): { from: number; to: number; hasHoles: boolean } {
  const isHole = (piece: Piece) => !(piece instanceof Y.GC || piece instanceof Y.Item)
  const last = own.findLast((piece) => !isHole(piece))
  return {
    from: own[0]?.id.clock ?? 0,
    to: last === undefined ? 0 : last.id.clock + last.length,
    hasHoles: own.some(isHole),
  }
}

function readLeanings(pieces: readonly Piece[]): UpdateContents['leansOn'] {
  const last = new Map<number, number>()
  for (const piece of pieces) {
    if (!(piece instanceof Y.Item)) continue
    for (const id of [piece.origin, piece.rightOrigin, parentOf(piece)]) {
      if (!(id instanceof Y.ID) || id.client === piece.id.client) continue
      last.set(id.client, Math.max(last.get(id.client) ?? 0, id.clock))
    }
  }
  return [...last].map(([client, clock]) => ({ client, clock }))
}

/** Where an item hangs: so many levels below a root, or below (or beside) a piece outside the update. */
interface Place {
  outside: Y.ID | null
  levels: number
}

function readNesting(
  pieces: ReadonlyMap<number, readonly Piece[]>,
): { ok: true; hangsBelow: UpdateContents['hangsBelow'] } | { ok: false; why: string } {
  const places = new Map<Piece, Place>()
  const deepest = new Map<string, { client: number; clock: number; levels: number }>()
  for (const own of pieces.values()) {
    for (const piece of own) {
      if (!(piece instanceof Y.Item) || !(piece.content instanceof Y.ContentType)) continue
      const place = placeOf(piece, pieces, places)
      if (place === null) return { ok: false, why: 'items that lean on each other' }
      const levels = place.levels + 1
      if (levels > maxLevels) return { ok: false, why: 'nested too deep' }
      if (place.outside === null) continue
      const { client, clock } = place.outside
      const key = `${client}:${clock}`
      deepest.set(key, { client, clock, levels: Math.max(levels, deepest.get(key)?.levels ?? 0) })
    }
  }
  return { ok: true, hangsBelow: [...deepest.values()] }
}

/** Without recursion, since neighbours form chains as long as the text; null for a circle. */
function placeOf(
  piece: Y.Item,
  pieces: ReadonlyMap<number, readonly Piece[]>,
  places: Map<Piece, Place>,
): Place | null {
  const path: { item: Y.Item; levels: number }[] = []
  const visited = new Set<Piece>()
  let place: Place | undefined
  for (let item = piece; place === undefined;) {
    if (visited.has(item)) return null
    visited.add(item)
    const known = places.get(item)
    if (known !== undefined) {
      place = known
      break
    }
    const parent = parentOf(item)
    const next = parent ?? item.origin ?? item.rightOrigin
    const levels = parent instanceof Y.ID ? 1 : 0
    path.push({ item, levels })
    if (!(next instanceof Y.ID)) place = { outside: null, levels: 0 }
    else {
      const found = findPiece(pieces.get(next.client), next.clock)
      // Below something that was collected, all is collected.
      if (found === undefined) place = { outside: next, levels: 0 }
      else if (found instanceof Y.Item) item = found
      else place = { outside: null, levels: 0 }
    }
  }
  for (const { item, levels } of path.reverse()) {
    place = { outside: place.outside, levels: place.levels + levels }
    places.set(item, place)
  }
  return place
}

function findPiece(own: readonly Piece[] | undefined, clock: number): Piece | undefined {
  let [low, high] = [0, (own?.length ?? 0) - 1]
  while (own !== undefined && low <= high) {
    const middle = (low + high) >> 1
    const piece = own[middle]
    if (piece === undefined) return undefined
    if (clock < piece.id.clock) high = middle - 1
    else if (clock >= piece.id.clock + piece.length) low = middle + 1
    else return piece
  }
  return undefined
}

/** How many types an applied piece is inside of, itself not counted. */
function levelOf(document: Y.Doc, client: number, clock: number): number {
  const structs = document.store.clients.get(client) ?? []
  const struct = structs[Y.findIndexSS(structs, clock)]
  let levels = 0
  for (let item = struct instanceof Y.Item ? struct : null; item !== null && levels <= maxLevels; levels++) {
    const parent: unknown = item.parent
    item = parent instanceof Y.AbstractType ? parent._item : null
    if (item === null) break
  }
  return levels
}

function isDeleted(document: Y.Doc, client: number, clock: number, length: number): boolean {
  const end = clock + length
  if (end > Y.getState(document.store, client)) return false
  const structs = document.store.clients.get(client) ?? []
  let index = Y.findIndexSS(structs, clock)
  for (; index < structs.length; index++) {
    const struct = structs[index]
    if (struct === undefined || struct.id.clock >= end) break
    if (!struct.deleted) return false
  }
  return true
}
