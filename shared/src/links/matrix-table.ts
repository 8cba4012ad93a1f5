/**
 * The matrix of units × targets as documents show it: in the text, in Word and Excel files and as a
 * picture, all in the same words. What a cell is comes from matrix.ts; how it is laid out is left to
 * whatever shows it.
 */
import type { PartId, TargetId, UnitId } from '../ids.ts'
import type { ViewBlock } from '../plan/blocks.ts'
import { planYears } from '../plan/meta.ts'
import { cellFigure, type CellSource } from '../targets/formula.ts'
import type { Quantity } from '../targets/quantity.ts'
import {
  cellSourceOf,
  figureUnder,
  measureWords,
  quantityInScale,
  type RowMeasure,
  type ViewSource,
} from '../targets/view-cells.ts'
import { columnsOf, rowsOf, type TableRow } from '../targets/view.ts'
import type { Gap } from './gap.ts'
import type { PlanRollUp, RolledTarget, Standing } from './links.ts'
import {
  matrixColumns,
  matrixRows,
  summaries,
  type CellState,
  type Gathered,
  type MatrixCell,
  type MatrixColumn,
  type MatrixMode,
} from './matrix.ts'

export interface SaidCell {
  /** As it stands below its target's measure; empty where there is none, a dash where none is asked for. */
  text: string
  /** The one number in `text`, as a decimal; null where there is none, or more than one. */
  number: string | null
}

export interface SaidUnitCell extends SaidCell {
  state: CellState
  /** What the state is called: "thiếu", "chờ trả lời"; empty where there is nothing to say. */
  word: string
  /** The same with what is missing: "thiếu 5". */
  words: string
}

export interface MatrixTable {
  title: string
  heads: readonly { name: string; measure: string }[]
  rows: readonly { unit: UnitId; name: string; standing: string; cells: readonly SaidUnitCell[] }[]
  /** What stands below the units. */
  below: readonly { name: string; cells: readonly SaidCell[] }[]
}

const stateWords: Record<CellState, string> = {
  reached: 'đạt',
  short: 'thiếu',
  over: 'vượt',
  stated: '',
  waiting: 'chờ trả lời',
  countered: 'đề nghị mức khác',
  kept: 'giữ nguyên',
  stale: 'chưa theo số mới',
  missing: 'thiếu số',
  none: '',
}
const standingWords: Record<Standing, string> = { draft: 'dự thảo', submitted: 'đã trình', issued: 'đã ban hành' }

/**
 * The matrix of the targets that a view shows, in the last of its years in which a unit says or was
 * given something. Null where no unit carries the plan out, or none of these targets was given.
 */
export function matrixOfView(
  view: ViewBlock,
  source: ViewSource,
  part: PartId,
  rollUp: PlanRollUp | null,
): MatrixTable | null {
  const rows = rowsOf(view, source, part)
  const chosen = columnsOf(view, source.meta).flatMap(({ key }) => /^value\.(\d{4})$/.exec(key)?.[1] ?? [])
  const years = chosen.length > 0 ? chosen : planYears(source.meta).map(String)
  const shown = new Set<string>(rows.map(({ id }) => id))
  const targets = rollUp?.targets.filter(({ target }) => shown.has(target)) ?? []
  const year = years.findLast((one) => isSaidIn(targets, one)) ?? years.at(-1) ?? ''
  return matrixTable(rollUp, rows, source, { year, mode: 'values' })
}

/** Whether any unit says something in a year, or is to. */
export function isSaidIn(targets: readonly RolledTarget[], year: string): boolean {
  return targets.some(({ units }) => units.some(({ values, given }) => (values[year] ?? given[year]) !== undefined))
}

/** The targets among `rows` that were given down, in a year. Null as above. */
export function matrixTable(
  rollUp: PlanRollUp | null,
  rows: readonly TableRow[],
  source: ViewSource,
  { year, mode }: { year: string; mode: MatrixMode },
): MatrixTable | null {
  const targets = rows.flatMap((row) => (row.kind === 'entry' && row.register === 'targets' ? [row.entry] : []))
  const columns = rollUp === null ? [] : matrixColumns(rollUp, targets)
  if (rollUp === null || rollUp.carriers.length === 0 || columns.length === 0) return null
  const names = new Map(targets.map(({ id, name }) => [id, name]))
  const units = new Map(source.units.map(({ id, name }) => [id, name]))
  const plans = new Map(rollUp.carriers.map(({ unit, plan }) => [unit, plan]))
  const said = matrixRows(rollUp, columns, { units: [...units.keys()], year, mode })
  return {
    title: mode === 'values' ? `Tổng hợp chỉ tiêu giao xuống, năm ${year}` : `Kết quả thực hiện chỉ tiêu, năm ${year}`,
    heads: columns.map(({ target, own }) => ({
      name: names.get(target) ?? '',
      measure: measureWords(own.measure, own.frequency),
    })),
    rows: said.map(({ unit, cells }) => ({
      unit,
      name: units.get(unit) ?? '',
      standing: standingOfPlan(plans.get(unit)),
      cells: zip(columns, cells).map(([column, cell]) => unitCell(cell, column, unit)),
    })),
    below: rowsBelow(columns, year, source.cells ?? cellSourceOf(source.parts, planYears(source.meta)), mode),
  }
}

function unitCell({ state, value, text, gap }: MatrixCell, { own, units }: MatrixColumn, id: UnitId): SaidUnitCell {
  const word = state === 'stated' && units.get(id)?.way === null ? 'tự đăng ký' : stateWords[state]
  if (state === 'none') return { state, text: '–', word: '', words: '', number: null }
  const missed = gap === null ? '' : gapWords(gap, own)
  const words = state === 'short' || state === 'over' ? missed : [word, missed].filter(Boolean).join(', ')
  return { state, text, word, words, number: value === null ? null : numberIn(value, own) }
}

function standingOfPlan(plan: PlanRollUp['carriers'][number]['plan'] | undefined): string {
  return plan === null || plan === undefined ? 'chưa có' : standingWords[plan.standing]
}

function rowsBelow(columns: readonly MatrixColumn[], year: string, cells: CellSource, mode: MatrixMode) {
  const wantedOf = (id: TargetId): Quantity | null => {
    const figure = cellFigure(cells, { of: 'target', id, field: `value.${year}` })
    return figure.kind === 'quantity' ? figure.quantity : null
  }
  const below = summaries(columns, year, wantedOf)
  const row = (name: string, cellOf: (column: MatrixColumn, one: Gathered) => SaidCell) => ({
    name,
    cells: zip(columns, below).map(([column, one]) => cellOf(column, one)),
  })
  const wanted = row('Chỉ tiêu của văn bản', ({ target, own }) => figureCell(wantedOf(target), own))
  if (mode === 'results') return [wanted]
  const waiting = row('Đơn vị chờ trả lời', (_, one) => countCell(one.waiting))
  const left = row('Đơn vị có số không tổng hợp được', (_, one) => countCell(one.left))
  return [
    row('Tổng hợp', ({ own, rolled }, { stated }) =>
      rolled.method === 'none' ? wordsCell('không tổng hợp') : figureCell(stated, own),
    ),
    ...(below.some(({ lowest }) => lowest !== null)
      ? [row('Tổng hợp từ cấp thấp nhất', ({ own }, { stated, lowest }) => figureCell(lowest ?? stated, own))]
      : []),
    wanted,
    row('Chênh lệch', ({ own }, { gap, isReached }) => {
      if (gap === null) return wordsCell(isReached ? 'đủ' : '')
      return { text: gapWords(gap, own), number: gap.by === null ? null : numberIn(gap.by, own) }
    }),
    ...[waiting, left].filter(({ cells: counts }) => counts.some(({ number }) => number !== '0')),
  ]
}

/** `thiếu 5`, `vượt 3`, in the measure of the column. */
function gapWords({ kind, by }: Gap, own: RowMeasure): string {
  return by === null ? 'chưa đạt' : `${stateWords[kind]} ${figureUnder(by, own)}`
}

function figureCell(quantity: Quantity | null, own: RowMeasure): SaidCell {
  return quantity === null ? wordsCell('') : { text: figureUnder(quantity, own), number: numberIn(quantity, own) }
}

function wordsCell(text: string): SaidCell {
  return { text, number: null }
}

function countCell(count: number): SaidCell {
  return { text: String(count), number: String(count) }
}

function numberIn(quantity: Quantity, { measure }: RowMeasure): string | null {
  const { numbers } = measure.kind === 'money' ? quantityInScale(quantity, measure.scale) : quantity
  return numbers.length === 1 ? (numbers[0] ?? null) : null
}

function zip<A, B>(some: readonly A[], others: readonly B[]): [A, B][] {
  return some.flatMap((one, index) => {
    const other = others[index]
    return other === undefined ? [] : [[one, other] satisfies [A, B]]
  })
}
