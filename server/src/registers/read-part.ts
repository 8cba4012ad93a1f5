/**
 * What the registers of one part say, read from its log. The rows after the last projected one are
 * applied one by one and watched, which tells two things that the result alone does not: which row
 * touched which entry, and which value of a cell was replaced by somebody who had not seen it.
 *
 * Whether a value was seen is asked of Yjs, not of the cell's own words: a new item of a map names
 * the item that stood there for its author. Rows that were compacted before they were read cannot be
 * told apart any more; what they replaced is not known.
 */
import * as Y from 'yjs'
import { budgetLineId, targetId, type BudgetLineId, type PartId, type TargetId } from '@soanchung/shared/ids.ts'
import {
  isLiving,
  parseCellKey,
  readCell,
  readRegister,
  readTargets,
  registerNames,
  registers,
  type RegisterName,
  type Target,
} from '@soanchung/shared/targets/register.ts'
import type { Tables } from '../storage/tables.ts'
import { hasFormula, typedFigures } from './reckoning.ts'

export interface PartQuestion {
  part: PartId
  updates: readonly Uint8Array[]
  /** So many of the updates, from the first, are taken as one. */
  known: number
  /** All entries are read, for the rows say nothing of them yet; else those alone that new updates touch. */
  isWhole: boolean
  /** What becomes of cells in the new updates is told. */
  isWatched: boolean
}

interface CellPlace {
  register: RegisterName
  entry: string
  field: string
}

/** What became of a cell, by the Yjs client ids of the authors; values as JSON. */
export type CellEvent = CellPlace & { row: number } & (
    | { kind: 'set'; author: number; value: string }
    /** `movedTo`: the entry lives in that part, where nobody sees what was written here. */
    | { kind: 'lost'; loser: number; lost: string; winner: number | null; won: string | null; movedTo: PartId | null }
  )

/** What a target says in its row, as JSON where the row holds JSON. */
export type TargetColumns = Pick<
  Tables['target_values'],
  | ('target_id' | 'unit_id' | 'position' | 'name' | 'measure' | 'frequency' | 'method')
  | ('content' | 'figures' | 'has_formula')
>

export interface PartReading {
  part: PartId
  isWhole: boolean
  /** The living ones. */
  targets: TargetColumns[]
  lines: Pick<Tables['line_values'], 'line_id' | 'content'>[]
  /** Entries that were touched and do not live here (any more). */
  gone: { targets: TargetId[]; lines: BudgetLineId[] }
  /** By target: the last of the new updates, counted from the first of all, that touched it. */
  touchedBy: ReadonlyMap<string, number>
  events: CellEvent[]
}

/** Fields that stand for no opinion of anybody. */
const silentFields = new Set(['order', 'deletedAt', 'movedTo'])

export function readPart({ part, updates, known, isWhole, isWatched }: PartQuestion): PartReading {
  // Uncollected, for the values that were replaced are looked at.
  const document = new Y.Doc({ gc: false })
  const touched = { targets: new Set<string>(), tasks: new Set<string>(), budget: new Set<string>() }
  const touchedBy = new Map<string, number>()
  const events: CellEvent[] = []
  let row = 0
  document.transact(() => {
    for (const update of updates.slice(0, known)) Y.applyUpdate(document, update)
  })
  for (const register of registerNames) {
    const map = document.getMap(register)
    map.observe(({ keysChanged }, transaction) => {
      for (const key of keysChanged) {
        const place = typeof key === 'string' ? parseCellKey(key) : null
        if (place === null) continue
        touched[register].add(place.entry)
        if (register === 'targets') touchedBy.set(place.entry, row)
        if (!isWatched || silentFields.has(place.field)) continue
        for (const event of whatHappened(map, { register, ...place }, transaction)) events.push({ ...event, row })
      }
    })
  }
  for (row = known; row < updates.length; row++) {
    const update = updates[row]
    if (update !== undefined) Y.applyUpdate(document, update)
  }
  const targets = readTargets(document, isWhole ? undefined : touched.targets).filter(isLiving)
  const lines = readRegister(document, 'budget', isWhole ? undefined : touched.budget).filter(isLiving)
  const living = new Set<string>([...targets, ...lines].map(({ id }) => id))
  const gone = (ids: ReadonlySet<string>) => [...ids].filter((id) => !living.has(id))
  return {
    part,
    isWhole,
    targets: targets.map(columnsOf),
    lines: lines.map((one) => ({ line_id: one.id, content: JSON.stringify(one) })),
    gone: {
      targets: gone(touched.targets).flatMap((id) => targetId.safeParse(id).data ?? []),
      lines: gone(touched.budget).flatMap((id) => budgetLineId.safeParse(id).data ?? []),
    },
    touchedBy,
    events,
  }
}

function columnsOf(target: Target): TargetColumns {
  const { id, responsible, order, name, measure, frequency, method } = target
  return {
    ...{ target_id: id, unit_id: responsible, position: order, name, measure: JSON.stringify(measure) },
    ...{ frequency, method, content: JSON.stringify(target), figures: JSON.stringify(typedFigures(target)) },
    has_formula: hasFormula(target) ? 1 : 0,
  }
}

type Happened = Omit<Extract<CellEvent, { kind: 'set' }>, 'row'> | Omit<Extract<CellEvent, { kind: 'lost' }>, 'row'>

/**
 * The items of a key stand in one line, and the last of them holds. In one transaction several may
 * have come, of several authors: each at the end of a chain in which one wrote over the other.
 */
function whatHappened(map: Y.Map<unknown>, place: CellPlace, transaction: Y.Transaction): Happened[] {
  const last = map._map.get(`${place.entry}.${place.field}`)
  if (last === undefined) return []
  const isNew = ({ id }: Y.Item) => id.clock >= (transaction.beforeState.get(id.client) ?? 0)
  const line: Y.Item[] = []
  for (let item: Y.Item | null = last; item !== null; item = item.left) line.push(item)
  const fresh = line.filter(isNew)
  const replaced = new Set(fresh.map((item) => originOf(item, transaction)))
  const ends = fresh.filter((item) => !replaced.has(item))
  const movedTo = movedPart(map, place)
  // What was undone is still the last of the line, and nothing stands there.
  const now = movedTo === null && !last.deleted ? valueOf(last, place) : null
  const won = now === null ? null : JSON.stringify(now.value)
  const lost: Y.Item[] = []
  if (movedTo !== null) lost.push(...ends)
  else {
    if (isNew(last)) {
      let seen = originOf(last, transaction)
      while (seen !== null && isNew(seen)) seen = originOf(seen, transaction)
      const before = line.find((item) => !isNew(item))
      // Taken away earlier, it stood there for nobody.
      const stood = before !== undefined && (!before.deleted || Y.isDeleted(transaction.deleteSet, before.id))
      if (stood && before !== seen) lost.push(before)
    }
    lost.push(...ends.filter((item) => item !== last))
  }
  const winner = movedTo === null ? last.id.client : null
  const happened: Happened[] = lost.flatMap((item) => {
    const value = valueOf(item, place)
    if (value === null) return []
    const loss = { loser: item.id.client, lost: JSON.stringify(value.value), winner, won, movedTo }
    return { kind: 'lost', ...place, ...loss }
  })
  if (won !== null && isNew(last)) happened.unshift({ kind: 'set', ...place, author: last.id.client, value: won })
  return happened
}

/** The item that stood there for the author of this one. */
function originOf({ origin }: Y.Item, { doc }: Y.Transaction): Y.Item | null {
  const item = origin === null ? null : Y.getItem(doc.store, origin)
  return item instanceof Y.Item ? item : null
}

function valueOf({ content }: Y.Item, { register, field }: CellPlace): { value: unknown } | null {
  return content instanceof Y.ContentAny ? readCell(registers[register], field, content.arr.at(-1)) : null
}

function movedPart(map: Y.Map<unknown>, { register, entry }: CellPlace): PartId | null {
  if (register !== 'targets') return null
  const moved = readCell(registers.targets, 'movedTo', map.get(`${entry}.movedTo`))
  return moved === null ? null : (registers.targets.fields.movedTo.parse(moved.value) ?? null)
}
