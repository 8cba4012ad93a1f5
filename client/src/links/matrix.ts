/**
 * The matrix of units × targets as plain values: what each cell says in a year, and the rows below
 * that put a column together. A cell's state is told by a sign and a word or number, so that the
 * colour only repeats it.
 */
import type { TargetId, UnitId } from '@soanchung/shared/ids.ts'
import { gapOf, type Gap } from '@soanchung/shared/links/gap.ts'
import { isReached } from '@soanchung/shared/links/roll-up.ts'
import type { PlanRollUp, RolledTarget, RolledUnit } from '@soanchung/shared/links/links.ts'
import type { Quantity } from '@soanchung/shared/targets/quantity.ts'
import { formatQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import { gatheredIn, type Gathered } from './figures.ts'

/** In the order of the legend. */
export const cellStates = [
  'reached',
  'short',
  'over',
  'stated',
  'waiting',
  'countered',
  'kept',
  'stale',
  'missing',
  'none',
] as const
/** `none`: the unit was not given the target; `missing`: it answered without a value; `stated`: a value beside no goal. */
export type CellState = (typeof cellStates)[number]

export type MatrixMode = 'values' | 'results'

export interface MatrixCell {
  state: CellState
  /** The value as it stands in a cell; empty where there is none. */
  text: string
  gap: Gap | null
}

export interface MatrixColumn {
  target: TargetId
  rolled: RolledTarget
  /** By unit, so that a row finds its cells without searching. */
  units: ReadonlyMap<UnitId, RolledUnit>
}

/** A unit that was given nothing, and serves nothing by itself, has a row all the same. */
export function takesPart({ way, answer }: Pick<RolledUnit, 'way' | 'answer'>): boolean {
  return way !== null || answer !== 'waiting'
}

export interface MatrixRow {
  unit: UnitId
  cells: readonly MatrixCell[]
}

/** A column for each target that was given or is served, in the order of `targets`. */
export function matrixColumns(rollUp: PlanRollUp, targets: readonly TargetId[]): MatrixColumn[] {
  const rolled = new Map(rollUp.targets.map((one) => [one.target, one]))
  return targets.flatMap((target) => {
    const one = rolled.get(target)
    if (one === undefined || !one.units.some(takesPart)) return []
    return [{ target, rolled: one, units: new Map(one.units.filter(takesPart).map((unit) => [unit.unit, unit])) }]
  })
}

/** A row for each unit that carries the plan out, in the order of `units`. */
export function matrixRows(
  rollUp: PlanRollUp,
  columns: readonly MatrixColumn[],
  { units, year, mode }: { units: readonly UnitId[]; year: string; mode: MatrixMode },
): MatrixRow[] {
  const place = new Map(units.map((unit, index) => [unit, index]))
  return rollUp.carriers
    .toSorted((a, b) => (place.get(a.unit) ?? Infinity) - (place.get(b.unit) ?? Infinity))
    .map(({ unit }) => ({ unit, cells: columns.map((column) => cellIn(column.units.get(unit), year, mode)) }))
}

export function cellIn(unit: RolledUnit | undefined, year: string, mode: MatrixMode): MatrixCell {
  if (unit === undefined) return { state: 'none', text: '', gap: null }
  const value = mode === 'values' ? unit.values[year] : resultIn(unit, year)
  const wanted = unit.given[year] ?? (mode === 'results' ? unit.values[year] : undefined)
  const text = value === undefined ? '' : formatQuantity(value, 'cell')
  const gap = value === undefined || wanted === undefined ? null : gapOf(value, wanted)
  return { state: stateIn(unit, mode, value, wanted, gap), text, gap }
}

/** The result of the year, before its end that of its last half that has one. */
export function resultIn({ results }: Pick<RolledUnit, 'results'>, year: string): Quantity | undefined {
  return results[year] ?? results[`${year}-H2`] ?? results[`${year}-H1`]
}

function stateIn(
  unit: RolledUnit,
  mode: MatrixMode,
  value: Quantity | undefined,
  wanted: Quantity | undefined,
  gap: Gap | null,
): CellState {
  if (mode === 'values') {
    if (unit.isStale) return 'stale'
    if (unit.answer === 'waiting' || unit.answer === 'kept') return unit.answer
    if (unit.answer === 'countered' && value !== undefined) return 'countered'
  }
  if (value === undefined) return 'missing'
  if (gap !== null) return gap.kind
  return wanted !== undefined && isReached(value, wanted) === true ? 'reached' : 'stated'
}

/** What stands below each column. */
export function summaries(
  columns: readonly MatrixColumn[],
  year: string,
  wantedOf: (target: TargetId) => Quantity | null,
): Gathered[] {
  return columns.map(({ target, rolled }) => gatheredIn(rolled, year, wantedOf(target)))
}

/** How far a unit is over all that it was given. */
export interface UnitCounts {
  given: number
  accepted: number
  waiting: number
  countered: number
  stale: number
}

export function countsOf(rollUp: PlanRollUp): ReadonlyMap<UnitId, UnitCounts> {
  const counts = new Map<UnitId, UnitCounts>()
  for (const { units } of rollUp.targets) {
    for (const { unit, answer, isStale, way } of units.filter(takesPart)) {
      const of = counts.get(unit) ?? { given: 0, accepted: 0, waiting: 0, countered: 0, stale: 0 }
      counts.set(unit, of)
      if (way !== null) of.given += 1
      if (answer === 'accepted') of.accepted += 1
      if (answer === 'waiting') of.waiting += 1
      if (answer === 'countered') of.countered += 1
      if (isStale) of.stale += 1
    }
  }
  return counts
}

/** Where an arrow leads from a cell; the corner holds. */
export function stepIn(
  key: string,
  at: { row: number; column: number },
  size: { rows: number; columns: number },
): { row: number; column: number } | null {
  const last = { row: size.rows - 1, column: size.columns - 1 }
  switch (key) {
    case 'ArrowUp':
      return { ...at, row: Math.max(0, at.row - 1) }
    case 'ArrowDown':
      return { ...at, row: Math.min(last.row, at.row + 1) }
    case 'ArrowLeft':
      return { ...at, column: Math.max(0, at.column - 1) }
    case 'ArrowRight':
      return { ...at, column: Math.min(last.column, at.column + 1) }
    case 'PageUp':
      return { ...at, row: Math.max(0, at.row - 15) }
    case 'PageDown':
      return { ...at, row: Math.min(last.row, at.row + 15) }
    case 'Home':
      return { ...at, column: 0 }
    case 'End':
      return { ...at, column: last.column }
    default:
      return null
  }
}
