/**
 * The outline: the tree of parts in the plan's outline document. A part's place is one value
 * (parent and fractional order together), so two moves at once end in one of the two places and
 * never in a mixture. A circle made by two moves is broken by one pure rule on every device.
 * Numbers are never stored; see numbering.ts.
 */
import { generateKeyBetween } from 'fractional-indexing'
import * as Y from 'yjs'
import * as z from 'zod/mini'
import { blockId, partId, type PartId } from '../ids.ts'

/** `auto` counts on from the parent's level; the others name a level that must be asked for. */
export const partNumberings = ['auto', 'none', 'phan', 'chuong', 'roman', 'arabic'] as const
export type PartNumbering = (typeof partNumberings)[number]

/** The opening (căn cứ) and annexes stand before and after the numbered body. */
export const partRoles = ['opening', 'body', 'annex'] as const
export type PartRole = (typeof partRoles)[number]

export const partTitle = z.string().check(z.maxLength(1000))

const place = z.object({ parent: z.nullable(partId), order: z.string().check(z.minLength(1), z.maxLength(200)) })

const partEntry = z.object({
  place,
  title: z._default(partTitle, ''),
  numbering: z._default(z.enum(partNumberings), 'auto'),
  role: z._default(z.enum(partRoles), 'body'),
  /** When it was deleted, in ms; a deleted part stays, so that undo and references can find it. */
  deletedAt: z._default(z.nullable(z.number()), null),
  /** The heading in its parent's text that it was turned into; then its own text is empty. */
  heading: z._default(z.nullable(blockId), null),
})
export type PartEntry = z.infer<typeof partEntry>

export interface OutlinePart extends PartEntry {
  id: PartId
  /** The parent after circles are broken; null at the top. */
  parent: PartId | null
  children: OutlinePart[]
}

export interface Outline {
  /** Roots in order; deleted parts and what hangs below them are not in the tree. */
  roots: OutlinePart[]
  /** The same parts as they follow one another on the sheet. */
  inOrder: OutlinePart[]
  byId: ReadonlyMap<PartId, OutlinePart>
  /** Entries that no living parent reaches: deleted, or below something deleted. */
  deleted: ReadonlyMap<PartId, PartEntry>
}

const roleOrder: Record<PartRole, number> = { opening: 0, body: 1, annex: 2 }

/** All entries of the outline document that fit the schema. */
export function readEntries(outline: Y.Doc): Map<PartId, PartEntry> {
  const entries = new Map<PartId, PartEntry>()
  for (const [id, value] of outline.getMap('parts').entries()) {
    const parsedId = partId.safeParse(id)
    const parsed = partEntry.safeParse(value instanceof Y.Map ? value.toJSON() : value)
    if (parsedId.success && parsed.success) entries.set(parsedId.data, parsed.data)
  }
  return entries
}

export function readOutline(outline: Y.Doc): Outline {
  return buildOutline(readEntries(outline))
}

/** Pure: the same entries give the same tree on every device, whatever order they came in. */
export function buildOutline(entries: ReadonlyMap<PartId, PartEntry>): Outline {
  const parents = breakCircles(entries)
  const isGone = (id: PartId): boolean => {
    let at: PartId | null = id
    while (at !== null) {
      if (entries.get(at)?.deletedAt !== null) return true
      at = parents.get(at) ?? null
    }
    return false
  }
  const byId = new Map<PartId, OutlinePart>()
  const deleted = new Map<PartId, PartEntry>()
  for (const [id, entry] of entries) {
    if (isGone(id)) deleted.set(id, entry)
    else byId.set(id, { ...entry, id, parent: parents.get(id) ?? null, children: [] })
  }
  const roots: OutlinePart[] = []
  for (const part of byId.values()) {
    const siblings = part.parent === null ? roots : byId.get(part.parent)?.children
    siblings?.push(part)
  }
  roots.sort(bySheetOrder)
  for (const part of byId.values()) part.children.sort(bySheetOrder)
  const inOrder: OutlinePart[] = []
  const walk = (parts: OutlinePart[]) => {
    for (const part of parts) {
      inOrder.push(part)
      walk(part.children)
    }
  }
  walk(roots)
  return { roots, inOrder, byId, deleted }
}

function bySheetOrder(a: OutlinePart, b: OutlinePart): number {
  return roleOrder[a.role] - roleOrder[b.role] || compare(a.place.order, b.place.order) || compare(a.id, b.id)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * The parent of each part. In a circle the part with the smallest id becomes a root; a parent that
 * does not exist counts as none.
 */
function breakCircles(entries: ReadonlyMap<PartId, PartEntry>): Map<PartId, PartId | null> {
  const parents = new Map<PartId, PartId | null>()
  for (const [id, entry] of entries) {
    const parent = entry.place.parent
    parents.set(id, parent !== null && entries.has(parent) ? parent : null)
  }
  const settled = new Set<PartId>()
  for (const start of [...entries.keys()].sort(compare)) {
    const path = new Set<PartId>()
    let at: PartId | null = start
    while (at !== null && !settled.has(at) && !path.has(at)) {
      path.add(at)
      at = parents.get(at) ?? null
    }
    if (at !== null && path.has(at)) {
      const circle = circleFrom(at, parents)
      parents.set(
        circle.reduce((least, id) => (id < least ? id : least)),
        null,
      )
    }
    for (const id of path) settled.add(id)
  }
  return parents
}

function circleFrom(start: PartId, parents: ReadonlyMap<PartId, PartId | null>): PartId[] {
  const circle = [start]
  for (let at = parents.get(start) ?? null; at !== null && at !== start; at = parents.get(at) ?? null) circle.push(at)
  return circle
}

interface NewPart {
  id: PartId
  parent: PartId | null
  /** The sibling that it follows; null puts it first among its siblings. */
  after: PartId | null
  title: string
  role?: PartRole
  numbering?: PartNumbering
}

/** Adds a part. One transaction, with the caller's origin (for undo). */
export function addPart(outline: Y.Doc, part: NewPart, origin?: unknown): void {
  outline.transact(() => {
    const entry = new Y.Map<unknown>()
    entry.set('place', { parent: part.parent, order: orderAfter(outline, part) })
    entry.set('title', part.title)
    entry.set('numbering', part.numbering ?? 'auto')
    entry.set('role', part.role ?? 'body')
    outline.getMap('parts').set(part.id, entry)
  }, origin)
}

/**
 * Moves a part with everything below it, into another role where one is named. Refuses (false) a
 * move below itself, of something that is gone, or to a parent that is.
 */
export function movePart(
  outline: Y.Doc,
  move: { id: PartId; parent: PartId | null; after: PartId | null; role?: PartRole },
  origin?: unknown,
): boolean {
  const { byId } = readOutline(outline)
  if (!byId.has(move.id)) return false
  for (let at = move.parent; at !== null; at = byId.get(at)?.parent ?? null) {
    if (at === move.id || !byId.has(at)) return false
  }
  const role = move.role ?? byId.get(move.id)?.role ?? 'body'
  return setFields(
    outline,
    move.id,
    {
      place: { parent: move.parent, order: orderAfter(outline, { ...move, role }) },
      ...(role === byId.get(move.id)?.role ? {} : { role }),
    },
    origin,
  )
}

export function renamePart(outline: Y.Doc, id: PartId, title: string, origin?: unknown): boolean {
  return setFields(outline, id, { title }, origin)
}

export function setPartNumbering(outline: Y.Doc, id: PartId, numbering: PartNumbering, origin?: unknown): boolean {
  return setFields(outline, id, { numbering }, origin)
}

/** Marks a part as deleted; what hangs below it goes out of the tree with it, and undo heals both. */
export function deletePart(outline: Y.Doc, id: PartId, now: number, origin?: unknown): boolean {
  return setFields(outline, id, { deletedAt: now }, origin)
}

/**
 * Takes a deletion back. Where the parent is gone too, the part comes back at the top, behind its
 * siblings there.
 */
export function restorePart(outline: Y.Doc, id: PartId, origin?: unknown): boolean {
  const { byId, deleted, roots } = readOutline(outline)
  const entry = deleted.get(id)
  if (entry === undefined) return false
  const parent = entry.place.parent
  const living = { deletedAt: null, heading: null }
  if (parent === null || byId.has(parent)) return setFields(outline, id, living, origin)
  const after = roots.findLast((part) => part.role === entry.role)?.id ?? null
  const order = orderAfter(outline, { id, parent: null, after, role: entry.role })
  return setFields(outline, id, { ...living, place: { parent: null, order } }, origin)
}

function setFields(outline: Y.Doc, id: PartId, fields: Record<string, unknown>, origin: unknown): boolean {
  const entry = outline.getMap('parts').get(id)
  if (!(entry instanceof Y.Map)) return false
  outline.transact(() => {
    for (const [key, value] of Object.entries(fields)) entry.set(key, value)
  }, origin)
  return true
}

/** A fractional index behind `after` and before the sibling that follows it. */
function orderAfter(
  outline: Y.Doc,
  where: { id: PartId; parent: PartId | null; after: PartId | null; role?: PartRole },
): string {
  const tree = readOutline(outline)
  const all = where.parent === null ? tree.roots : (tree.byId.get(where.parent)?.children ?? [])
  const siblings = all.filter((part) => part.id !== where.id && part.role === (where.role ?? 'body'))
  const index = where.after === null ? -1 : siblings.findIndex((part) => part.id === where.after)
  const before = siblings[index]?.place.order ?? null
  // Two devices can give one order to two siblings; then the next greater one bounds the gap.
  const next = siblings.slice(index + 1).find((part) => before === null || part.place.order > before)
  return generateKeyBetween(before, next?.place.order ?? null)
}
