/**
 * The words of one cell of a register table, and of a sum of cells. The words are the document's
 * own, always Vietnamese.
 */
import { Big } from 'big.js'
import type { BudgetLineId, PartId, TargetId, TaskId, UnitId } from '../ids.ts'
import type { PlanMeta } from '../plan/meta.ts'
import { isPricePer, type Frequency, type Measure, type MoneyScale, type Quantity } from './quantity.ts'
import { rateOf } from './amount.ts'
import { dueDay, formatDue } from './due.ts'
import { cellFigure, type CellRef, type CellSource, type Figure } from './formula.ts'
import { problemText, type CellNames } from './formula-text.ts'
import {
  formatDecimal,
  formatMeasure,
  formatQuantity,
  frequencyText,
  parseFrequency,
  parseMeasure,
  rescale,
} from './quantity-text.ts'
import { isLiving, type BudgetLine, type Partners, type Registers, type Target, type Task } from './register.ts'

/** A living part, in the order of the sheet. `SnapshotPart` fits. */
interface ViewPart extends Registers {
  id: PartId
  title: string
}

interface ViewUnit {
  id: UnitId
  name: string
  symbol: string
}

/** Results of targets by period, as they are shown beside them. */
export type ShownResults = ReadonlyMap<TargetId, ReadonlyMap<string, Quantity>>

export interface ViewSource {
  meta: Pick<PlanMeta, 'period'>
  parts: readonly ViewPart[]
  units: readonly ViewUnit[]
  /** Where formulas find what they refer to, where that is more than `parts`. */
  cells?: CellSource
  /** For the way to a fault; without it the fault alone is said. */
  names?: Pick<CellNames, 'nameOf'>
  results?: ShownResults
}

interface EntryPlace {
  kind: 'entry'
  part: PartId
  number: number
}
export type EntryRow = EntryPlace &
  (
    | { register: 'targets'; id: TargetId; entry: Target }
    | { register: 'tasks'; id: TaskId; entry: Task }
    | { register: 'budget'; id: BudgetLineId; entry: BudgetLine }
  )

export interface TableCell {
  text: string
  /**
   * `unread` is what somebody typed that is no quantity; it is shown as typed, and marked. `problem` is
   * a formula that comes to nothing, with the reason.
   */
  kind: 'text' | 'figure' | 'unread' | 'problem' | 'empty'
  /** The number comes out of a formula. */
  isDerived?: boolean
  /** An exact single number, in the scale of the table where it is money. */
  amount?: string
  /** In a sum: how many values could not be added (no exact sum of money). */
  left?: number
}

/** What a cell needs to know besides its entry. Make one for a table and hand it to every cell. */
export interface CellContext {
  units: ReadonlyMap<UnitId, ViewUnit>
  partTitles: ReadonlyMap<PartId, string>
  scale: MoneyScale
  years: readonly number[]
  cells: CellSource
  names?: Pick<CellNames, 'nameOf'>
  results?: ShownResults
}

/** The cells of living entries of these parts. */
export function cellSourceOf(
  parts: readonly Pick<ViewPart, 'targets' | 'budget'>[],
  years: readonly number[],
): CellSource {
  const targets = new Map(parts.flatMap((part) => part.targets.filter(isLiving).map((one) => [one.id, one])))
  const lines = new Map(parts.flatMap((part) => part.budget.filter(isLiving).map((one) => [one.id, one])))
  const source = { target: (id: TargetId) => targets.get(id), line: (id: BudgetLineId) => lines.get(id) }
  return { ...source, lines: () => lines.values(), years, isFixed: true }
}

/** The words of one cell. A key that the register does not have gives an empty cell. */
export function cellOf(row: EntryRow, key: string, context: CellContext): TableCell {
  switch (key) {
    case 'number':
      return { text: String(row.number), kind: 'text' }
    case 'name':
      return textCell(row.entry.name)
    case 'note':
      return textCell(row.entry.note)
    case 'part':
      return textCell(context.partTitles.get(row.part) ?? '')
  }
  switch (row.register) {
    case 'targets':
      return targetCell(row.entry, key, context)
    case 'tasks':
      return taskCell(row.entry, key, context)
    case 'budget':
      return budgetCell(row.entry, key, context)
  }
}

function targetCell(entry: Target, key: string, context: CellContext): TableCell {
  if (key === 'measure') return textCell(measureWords(entry.measure, entry.frequency))
  if (key === 'responsible') return unitCell(entry.responsible, context)
  const [name, year = ''] = key.split('.')
  if (name === 'result') {
    const result = context.results?.get(entry.id)?.get(year)
    return result === undefined ? textCell('') : figureCell(result, entry.measure, entry.frequency)
  }
  if (key !== 'baseline' && name !== 'value') return textCell('')
  return valueCell({ of: 'target', id: entry.id, field: key }, entryContent(entry, key), context, (quantity) => {
    // In the column of its own year a deadline says nothing new.
    const { deadline, ...timeless } = quantity
    const shown = String(deadline) === year ? timeless : quantity
    return figureCell(shown, entry.measure, entry.frequency)
  })
}

function entryContent(entry: Target, key: string) {
  return (key === 'baseline' ? entry.baseline : entry.values[key.slice('value.'.length)]) ?? null
}

function taskCell(entry: Task, key: string, context: CellContext): TableCell {
  switch (key) {
    case 'lead':
      return unitCell(entry.lead, context)
    case 'partners':
      return textCell(partnerWords(entry.partners, context.units))
    case 'product':
      return textCell(entry.product)
    case 'due':
      return textCell(formatDue(entry.due))
    case 'serves':
      return textCell(entry.serves.flatMap((id) => context.cells.target(id)?.name ?? []).join('; '))
    default:
      return textCell('')
  }
}

/** "HND, HPN, các trường học": units by their symbols, then whoever is none. */
export function partnerWords({ units, others }: Partners, known: ReadonlyMap<UnitId, ViewUnit>): string {
  return [...units.flatMap((id) => known.get(id)?.symbol ?? []), others].filter(Boolean).join(', ')
}

function budgetCell(entry: BudgetLine, key: string, context: CellContext): TableCell {
  if (key === 'source' || key === 'noun') return textCell(entry[key])
  if (key === 'responsible') return unitCell(entry.responsible, context)
  if (key === 'total') return sumFigures(yearFigures(entry, context), context.scale)
  const ref: CellRef = { of: 'line', id: entry.id, field: key }
  if (key.startsWith('quantity.')) {
    const content = entry.quantities[key.slice('quantity.'.length)] ?? null
    return valueCell(ref, content, context, (quantity) => figureCell(quantity, { kind: 'count', noun: entry.noun }))
  }
  const content = key === 'price' ? entry.price : (entry.amounts[key.slice('amount.'.length)] ?? 'derived')
  if (key !== 'price' && !key.startsWith('amount.')) return textCell('')
  return valueCell(ref, content, context, (quantity) =>
    figureCell(quantityInScale(quantity, context.scale), moneyIn(context.scale)),
  )
}

function yearFigures(entry: BudgetLine, { years, cells }: Pick<CellContext, 'years' | 'cells'>): Figure[] {
  return years.map((year) => cellFigure(cells, { of: 'line', id: entry.id, field: `amount.${year}` }))
}

function unitCell(id: UnitId | null, { units }: CellContext): TableCell {
  return textCell(id === null ? '' : (units.get(id)?.name ?? ''))
}

function textCell(text: string): TableCell {
  return { text, kind: text === '' ? 'empty' : 'text' }
}

/** A number of another measure than its row's is told by its text alone: nobody may add it to the others. */
function figureCell(quantity: Quantity, rowMeasure: Measure, rowFrequency: Frequency | null = null): TableCell {
  const text = figureOf(quantity, rowMeasure, rowFrequency)
  const amount = exactNumber(quantity, rowMeasure, rowFrequency)
  return { text, kind: 'figure', ...(amount === null ? {} : { amount }) }
}

function exactNumber(quantity: Quantity, rowMeasure: Measure, rowFrequency: Frequency | null): string | null {
  const { comparison, numbers, measure, frequency } = quantity
  const isAlike = sameMeasure(measure, rowMeasure) && rateOf(frequency ?? rowFrequency) === rateOf(rowFrequency)
  return comparison === '=' && isAlike ? (numbers[0] ?? null) : null
}

/** A cell whose entry is not where formulas look (a draft beside the plan) shows what stands in it. */
function valueCell(
  ref: CellRef,
  content: Target['baseline'] | 'derived',
  context: CellContext,
  show: (quantity: Quantity) => TableCell,
): TableCell {
  if (content === null) return textCell('')
  if (content !== 'derived' && 'quantity' in content) return show(content.quantity)
  if (content !== 'derived' && 'typed' in content) return { text: content.typed, kind: 'unread' }
  const figure = cellFigure(context.cells, ref)
  switch (figure.kind) {
    case 'empty':
      return textCell('')
    case 'typed':
      return { text: figure.text, kind: 'unread' }
    case 'problem':
      return content === 'derived' && figure.problem.why === 'gone'
        ? textCell('')
        : { text: problemText(figure.problem, context.names), kind: 'problem' }
    case 'quantity':
      return { ...show(figure.quantity), isDerived: true }
  }
}

/** What a row counts in, and how often. */
export type RowMeasure = Pick<Target, 'measure' | 'frequency'>

/**
 * A value that comes from elsewhere as it stands below a row's measure: money exactly in the row's scale,
 * and what is counted otherwise with its own measure, so that no number is read in another's.
 */
export function figureUnder(quantity: Quantity, { measure, frequency }: RowMeasure): string {
  const scaled = measure.kind === 'money' ? quantityInScale(quantity, measure.scale) : quantity
  return figureOf(scaled, measure, frequency)
}

/** A quantity as a table writes it, `≥ 80`, with its measure and frequency only where the row's own differ. */
function figureOf(quantity: Quantity, rowMeasure: Measure, rowFrequency: Frequency | null = null): string {
  const { frequency, ...timeless } = quantity
  const shown = frequency === (rowFrequency ?? undefined) ? timeless : quantity
  return formatQuantity(shown, sameMeasure(quantity.measure, rowMeasure) ? 'cell' : 'sentence')
}

/** A bare number stands under any noun. */
function sameMeasure(one: Measure, row: Measure): boolean {
  if (one.kind === 'count' && row.kind === 'count') return one.noun === '' || one.noun === row.noun
  if (one.kind === 'money' && row.kind === 'money') return one.scale === row.scale
  return one.kind === row.kind
}

/** The words of the ĐVT column: `%`, `mô hình`, `triệu đồng`, `buổi/quý`. */
export function measureWords(measure: Measure, frequency: Frequency | null): string {
  return formatMeasure(measure) + (frequency === null ? '' : `/${frequencyText[frequency]}`)
}

/** Reads the ĐVT column back. Whatever is no percentage and no money is a noun. */
export function readMeasureWords(words: string): { measure: Measure; frequency: Frequency | null } {
  const text = words.normalize('NFC').trim().replace(/\s+/g, ' ')
  const slash = text.lastIndexOf('/')
  const frequency = slash < 0 ? null : parseFrequency(text.slice(slash + 1).trim())
  const noun = (frequency === null ? text : text.slice(0, slash).trim()).slice(0, 200)
  return { measure: parseMeasure(noun) ?? { kind: 'count', noun }, frequency }
}

function moneyIn(scale: MoneyScale): Measure {
  return { kind: 'money', scale }
}

/** The same sum of money in another scale, exactly; whatever is no money stays as it is. */
export function quantityInScale(quantity: Quantity, scale: MoneyScale): Quantity {
  const { measure } = quantity
  if (measure.kind !== 'money' || measure.scale === scale) return quantity
  return {
    ...quantity,
    numbers: quantity.numbers.map((number) => rescale(number, measure.scale, scale)),
    measure: moneyIn(scale),
  }
}

/** The sum of one column over rows: of money in a budget table, of what is counted alike in one of targets. */
export function sumOf(rows: readonly EntryRow[], key: string, context: CellContext): TableCell {
  const lines = rows.flatMap((row) => (row.register === 'budget' ? [row.entry] : []))
  if (key === 'total') {
    return sumFigures(
      lines.flatMap((line) => yearFigures(line, context)),
      context.scale,
    )
  }
  if (key.startsWith('amount.')) {
    return sumFigures(
      lines.map(({ id }) => cellFigure(context.cells, { of: 'line', id, field: key })),
      context.scale,
    )
  }
  const targets = rows.flatMap((row) => (row.register === 'targets' ? [row.entry] : []))
  return key.startsWith('value.') || key === 'baseline' ? sumTargets(targets, key, context) : textCell('')
}

/** Adds exact sums of money only; `left` counts what stands there and could not be added. */
function sumFigures(figures: readonly Figure[], scale: MoneyScale): TableCell {
  let sum = new Big(0)
  let added = 0
  let left = 0
  for (const figure of figures) {
    if (figure.kind === 'empty') continue
    const number =
      figure.kind === 'quantity' ? exactNumber(quantityInScale(figure.quantity, scale), moneyIn(scale), null) : null
    if (number === null) left += 1
    else {
      sum = sum.plus(number)
      added += 1
    }
  }
  const rest = left > 0 ? { left } : {}
  if (added === 0) return { text: '', kind: 'empty', ...rest }
  return { text: formatDecimal(sum.toFixed()), kind: 'figure', amount: sum.toFixed(), ...rest }
}

/** Only targets that count the same thing, as often, add up to something. */
function sumTargets(targets: readonly Target[], key: string, context: CellContext): TableCell {
  const [first] = targets
  if (first === undefined || first.measure.kind === 'percent') return textCell('')
  const measures = new Set(targets.map(({ measure, frequency }) => JSON.stringify([measure, rateOf(frequency)])))
  if (measures.size !== 1 || (first.measure.kind === 'count' && isPricePer(first.measure.noun))) return textCell('')
  const numbers = targets.flatMap(({ id, measure, frequency }) => {
    const figure = cellFigure(context.cells, { of: 'target', id, field: key })
    if (figure.kind !== 'quantity') return []
    const scaled = measure.kind === 'money' ? quantityInScale(figure.quantity, measure.scale) : figure.quantity
    return exactNumber(scaled, measure, frequency) ?? []
  })
  if (numbers.length !== targets.length) return textCell('')
  const sum = numbers.reduce((total, number) => total.plus(number), new Big(0)).toFixed()
  return { text: formatDecimal(sum), kind: 'figure', amount: sum }
}

/** What a row is sorted by in a column; null where it has nothing there. */
export function sortKeyOf(row: EntryRow, key: string, context: CellContext): string | Big | null {
  if (key === 'due' && row.register === 'tasks') {
    return dueDay(row.entry.due) ?? (formatDue(row.entry.due) || null)
  }
  const cell = cellOf(row, key, context)
  if (cell.kind === 'empty') return null
  if (cell.kind !== 'figure') return cell.text
  // Of a comparison or a range the first number.
  const number = key === 'total' ? cell.amount : quantityOfCell(row, key, context)?.numbers[0]
  return number === undefined ? cell.text : new Big(number)
}

/** Money in the scale of the table, so that two scales can stand in one order. */
function quantityOfCell(row: EntryRow, key: string, { cells, scale, results }: CellContext): Quantity | null {
  if (row.register === 'tasks') return null
  const [name, period = ''] = key.split('.')
  if (row.register === 'targets' && name === 'result') return results?.get(row.id)?.get(period) ?? null
  const ref: CellRef =
    row.register === 'targets' ? { of: 'target', id: row.id, field: key } : { of: 'line', id: row.id, field: key }
  const figure = cellFigure(cells, ref)
  return figure.kind === 'quantity' ? quantityInScale(figure.quantity, scale) : null
}
