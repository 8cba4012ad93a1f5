/**
 * The matrix of units × targets as plain values: what each cell says in a year, and what stands below
 * each column. Screen, text, picture and files show the same. A cell's state is told by a sign and a
 * word or number, so that the colour only repeats it.
 */
import type { TargetId, UnitId } from '../ids.ts'
import { gapOf, type Gap } from './gap.ts'
import { isReached } from './roll-up.ts'
import type { PlanRollUp, RolledTarget, RolledUnit } from './links.ts'
import type { Quantity } from '../targets/quantity.ts'
import type { Target } from '../targets/register.ts'
import { figureUnder, type RowMeasure } from '../targets/view-cells.ts'

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
  value: Quantity | null
  /** The value as it stands below the target's measure; empty where there is none. */
  text: string
  gap: Gap | null
}

export interface MatrixColumn {
  target: TargetId
  /** What the target counts in; everything in the column is said in it. */
  own: RowMeasure
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
export function matrixColumns(
  rollUp: PlanRollUp,
  targets: readonly (RowMeasure & Pick<Target, 'id'>)[],
): MatrixColumn[] {
  const rolled = new Map(rollUp.targets.map((one) => [one.target, one]))
  return targets.flatMap(({ id: target, measure, frequency }) => {
    const one = rolled.get(target)
    if (one === undefined || !one.units.some(takesPart)) return []
    const units = new Map(one.units.filter(takesPart).map((unit) => [unit.unit, unit]))
    return [{ target, own: { measure, frequency }, rolled: one, units }]
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
    .map(({ unit }) => ({ unit, cells: columns.map((column) => cellIn(column, unit, year, mode)) }))
}

function cellIn({ units, own }: MatrixColumn, id: UnitId, year: string, mode: MatrixMode): MatrixCell {
  const unit = units.get(id)
  if (unit === undefined) return { state: 'none', value: null, text: '', gap: null }
  const value = mode === 'values' ? unit.values[year] : resultIn(unit, year)
  const wanted = unit.given[year] ?? (mode === 'results' ? unit.values[year] : undefined)
  const text = value === undefined ? '' : figureUnder(value, own)
  const gap = value === undefined || wanted === undefined ? null : gapOf(value, wanted)
  return { state: stateIn(unit, mode, value, wanted, gap), value: value ?? null, text, gap }
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

/** A superior target beside what comes from below, in one year. */
export interface Gathered {
  /** What the plans one level below say; null where nothing can be put together. */
  stated: Quantity | null
  /** The same from the lowest plans, where it is another. */
  lowest: Quantity | null
  wanted: Quantity | null
  gap: Gap | null
  isReached: boolean
  /** Units that have not answered yet. */
  waiting: number
  /** Contributions without a value, or with one that cannot be put with the others. */
  left: number
  /** Units on all levels below that were given it and say nothing. */
  missing: number
}

export function gatheredIn(rolled: RolledTarget, year: string, wanted: Quantity | null): Gathered {
  const of = rolled.years[year]
  const [stated, gathered] = [of?.stated.quantity ?? null, of?.gathered.quantity ?? null]
  const isCount = rolled.method === 'reached'
  return {
    stated,
    lowest: JSON.stringify(stated) === JSON.stringify(gathered) ? null : gathered,
    wanted: isCount ? null : wanted,
    gap: stated === null || wanted === null || isCount ? null : gapOf(stated, wanted),
    isReached: stated !== null && !isCount && isReached(stated, wanted) === true,
    waiting: rolled.units.filter(({ way, answer }) => way !== null && answer === 'waiting').length,
    left: of?.stated.left ?? 0,
    missing: of?.missing ?? 0,
  }
}
