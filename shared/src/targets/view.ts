/**
 * A table of registers, as the sheet, the panel and every export show it: columns, rows and the
 * words of each cell, all derived from a view and the registers of the parts. The pieces (columns,
 * rows, one cell) stand alone so that a screen computes only what is in sight; `tableOf` puts them
 * together. The words are the document's own, always Vietnamese.
 */
import { Big } from 'big.js'
import type { BudgetLineId, PartId, TargetId, UnitId } from '../ids.ts'
import type { ViewBlock } from '../plan/blocks.ts'
import { planYears, type PlanMeta } from '../plan/meta.ts'
import { roman } from '../plan/numbering.ts'
import { moneyScales, type Frequency, type Measure, type MoneyScale, type Quantity } from './quantity.ts'
import {
  formatDecimal,
  formatMeasure,
  formatQuantity,
  frequencyText,
  parseFrequency,
  parseMeasure,
  rescale,
} from './quantity-text.ts'
import type { BudgetLine, Target, ValueContent } from './register.ts'

/** A living part, in the order of the sheet. `SnapshotPart` fits. */
interface ViewPart {
  id: PartId
  title: string
  targets: readonly Target[]
  budget: readonly BudgetLine[]
}

interface ViewUnit {
  id: UnitId
  name: string
  symbol: string
}

export interface ViewSource {
  meta: Pick<PlanMeta, 'period'>
  parts: readonly ViewPart[]
  units: readonly ViewUnit[]
}

/** `years` stands for one column for each year of the plan's period; a single one is `value.2026`. */
export const targetColumns = ['number', 'name', 'measure', 'baseline', 'years', 'responsible', 'note', 'part'] as const
export const budgetColumns = ['number', 'name', 'source', 'years', 'total', 'note', 'part'] as const

export const usualColumns: Record<ViewBlock['register'], readonly string[]> = {
  targets: ['number', 'name', 'measure', 'baseline', 'years', 'responsible'],
  budget: ['number', 'name', 'source', 'years', 'total'],
}

type ColumnChoice = Pick<ViewBlock, 'register' | 'columns'> & Partial<Pick<ViewBlock, 'group'>>

/** The view's own columns, else the usual ones, without a unit's name in each row below its heading. */
export function chosenColumns({ register, columns, group }: ColumnChoice): readonly string[] {
  if (columns.length > 0) return columns
  return usualColumns[register].filter((key) => key !== 'responsible' || group !== 'unit')
}

export interface TableColumn {
  /** A field of the register (`name`, `value.2026`), or `number`, `total`, `part`, which are derived. */
  key: string
  title: string
  align: 'start' | 'center' | 'end'
  /** Share of the table's width, beside those of the other columns. */
  weight: number
}

export interface TableCell {
  text: string
  /** `unread` is what somebody typed that is no quantity; it is shown as typed, and marked. */
  kind: 'text' | 'figure' | 'unread' | 'empty'
  /** In a sum: how many values could not be added (no exact sum of money). */
  left?: number
}

export type EntryRow =
  | { kind: 'entry'; register: 'targets'; part: PartId; id: TargetId; number: number; entry: Target }
  | { kind: 'entry'; register: 'budget'; part: PartId; id: BudgetLineId; number: number; entry: BudgetLine }
/** A group's heading: `label` is `I`, `II` …; `of` is the unit or part that it is about. */
interface GroupRow {
  kind: 'group'
  id: string
  of: UnitId | PartId | null
  label: string
  title: string
}
export type TableRow = EntryRow | GroupRow

interface RegisterTable {
  title: string
  columns: TableColumn[]
  /** Each row with its cells in the order of the columns; a group row has none. */
  rows: { row: TableRow; cells: TableCell[] }[]
  /** The pinned last row of a budget table, else null. */
  total: TableCell[] | null
  /** In which scale a budget table's figures are, for the line "Đơn vị tính: triệu đồng"; else null. */
  scale: MoneyScale | null
}

/** What a cell needs to know besides its entry. Make one for a table and hand it to every cell. */
export interface CellContext {
  units: ReadonlyMap<UnitId, ViewUnit>
  partTitles: ReadonlyMap<PartId, string>
  scale: MoneyScale
  years: readonly number[]
}

/** The whole table of a view that stands in `part`. Pure. */
export function tableOf(view: ViewBlock, source: ViewSource, part: PartId): RegisterTable {
  const columns = columnsOf(view, source.meta)
  const rows = rowsOf(view, source, part)
  const context = contextOf(rows, source)
  return {
    title: view.title,
    columns,
    rows: rows.map((row) => ({
      row,
      cells: row.kind === 'group' ? [] : columns.map((column) => cellOf(row, column.key, context)),
    })),
    total: view.register === 'budget' ? columns.map((column) => totalOf(rows, column.key, context)) : null,
    scale: view.register === 'budget' ? context.scale : null,
  }
}

/** The columns of a view, years spelled out; keys that the register does not have are left out. */
export function columnsOf(view: ColumnChoice, meta: Pick<PlanMeta, 'period'>): TableColumn[] {
  const yearField = view.register === 'targets' ? 'value' : 'amount'
  const expanded = chosenColumns(view).flatMap((key) =>
    key === 'years' ? planYears(meta).map((year) => `${yearField}.${year}`) : [key],
  )
  return [...new Set(expanded)].flatMap((key) => {
    const yearOf = key.match(/^(value|amount)\.(\d{4})$/)
    if (yearOf?.[1] === yearField) return [{ key, title: `Năm ${yearOf[2]}`, align: 'end', weight: 3.6 } as const]
    const shape = columnShapes[view.register][key]
    return shape === undefined ? [] : [{ key, ...shape }]
  })
}

const sharedShapes: Record<string, Omit<TableColumn, 'key'>> = {
  number: { title: 'TT', align: 'center', weight: 2 },
  note: { title: 'Ghi chú', align: 'start', weight: 6 },
  part: { title: 'Phần', align: 'start', weight: 6 },
}
const columnShapes: Record<ViewBlock['register'], Record<string, Omit<TableColumn, 'key'>>> = {
  targets: {
    ...sharedShapes,
    name: { title: 'Chỉ tiêu', align: 'start', weight: 10 },
    measure: { title: 'ĐVT', align: 'center', weight: 3.6 },
    baseline: { title: 'Hiện trạng', align: 'end', weight: 3.4 },
    responsible: { title: 'Đơn vị chủ trì', align: 'start', weight: 7.5 },
  },
  budget: {
    ...sharedShapes,
    name: { title: 'Nội dung chi', align: 'start', weight: 12 },
    source: { title: 'Nguồn', align: 'start', weight: 6 },
    total: { title: 'Cộng', align: 'end', weight: 4 },
  },
}

/** The rows of a view in order: living entries, below the headings of their groups. */
export function rowsOf(
  view: Pick<ViewBlock, 'register' | 'scope' | 'group'>,
  source: Pick<ViewSource, 'parts' | 'units'>,
  part: PartId | null,
): TableRow[] {
  const parts = view.scope === 'plan' ? source.parts : source.parts.filter((one) => one.id === part)
  const entries = parts.flatMap((one) => livingEntries(view.register, one))
  const groups = view.group === 'none' ? [] : groupsOf(view, entries, source, parts)
  if (groups.length === 0) return entries.map((row, index) => ({ ...row, number: index + 1 }))
  return groups.flatMap(({ heading, members }, index): TableRow[] => [
    { ...heading, label: roman(index + 1) },
    ...members.map((row, at) => ({ ...row, number: at + 1 })),
  ])
}

function livingEntries(register: ViewBlock['register'], part: ViewPart): EntryRow[] {
  const place = { kind: 'entry', part: part.id, number: 0 } as const
  if (register === 'targets') {
    return part.targets
      .filter((entry) => entry.deletedAt === null && entry.movedTo === null)
      .map((entry) => ({ ...place, register, id: entry.id, entry }))
  }
  return part.budget
    .filter((entry) => entry.deletedAt === null)
    .map((entry) => ({ ...place, register, id: entry.id, entry }))
}

interface Group {
  heading: Omit<GroupRow, 'label'>
  members: EntryRow[]
}

/** Groups that have rows, in the order of units or parts; rows that belong to none come last. */
function groupsOf(
  view: Pick<ViewBlock, 'register' | 'group'>,
  entries: readonly EntryRow[],
  source: Pick<ViewSource, 'units'>,
  parts: readonly ViewPart[],
): Group[] {
  // Budget lines name no unit.
  const byUnit = view.group === 'unit' && view.register === 'targets'
  if (view.group === 'unit' && !byUnit) return []
  const heads: readonly { id: UnitId | PartId; title: string }[] = byUnit
    ? source.units.map(({ id, name }) => ({ id, title: name }))
    : parts.map(({ id, title }) => ({ id, title }))
  const known = new Set<string>(heads.map((head) => head.id))
  const members = Map.groupBy(entries, (row) => {
    const head = byUnit ? (row.register === 'targets' ? row.entry.responsible : null) : row.part
    return head !== null && known.has(head) ? head : null
  })
  return [...heads, { id: null, title: 'Chưa giao đơn vị' }].flatMap(({ id, title }) => {
    const rows = members.get(id)
    if (rows === undefined) return []
    return [{ heading: { kind: 'group', id: `group-${id ?? 'none'}`, of: id, title } as const, members: rows }]
  })
}

export function contextOf(rows: readonly TableRow[], source: ViewSource): CellContext {
  return {
    units: new Map(source.units.map((unit) => [unit.id, unit])),
    partTitles: new Map(source.parts.map((part) => [part.id, part.title])),
    scale: commonScale(rows),
    years: planYears(source.meta),
  }
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
  return row.register === 'targets' ? targetCell(row.entry, key, context) : budgetCell(row.entry, key, context)
}

function targetCell(entry: Target, key: string, context: CellContext): TableCell {
  if (key === 'measure') return textCell(measureWords(entry.measure, entry.frequency))
  if (key === 'baseline')
    return valueCell(entry.baseline, (quantity) => figureOf(quantity, entry.measure, entry.frequency))
  if (key === 'responsible') {
    const unit = entry.responsible === null ? undefined : context.units.get(entry.responsible)
    return textCell(unit?.name ?? '')
  }
  const year = key.startsWith('value.') ? key.slice('value.'.length) : ''
  return valueCell(entry.values[year] ?? null, ({ deadline, ...quantity }) =>
    // In the column of its own year a deadline says nothing new.
    figureOf(String(deadline) === year ? quantity : { ...quantity, deadline }, entry.measure, entry.frequency),
  )
}

function budgetCell(entry: BudgetLine, key: string, context: CellContext): TableCell {
  if (key === 'source') return textCell(entry.source)
  if (key === 'total')
    return sumCell(
      context.years.map((year) => entry.amounts[year] ?? null),
      context.scale,
    )
  const content = key.startsWith('amount.') ? entry.amounts[key.slice('amount.'.length)] : undefined
  return valueCell(content ?? null, (quantity) => figureOf(inScale(quantity, context.scale), moneyIn(context.scale)))
}

function textCell(text: string): TableCell {
  return { text, kind: text === '' ? 'empty' : 'text' }
}

function valueCell(content: ValueContent | null, show: (quantity: Quantity) => string): TableCell {
  if (content === null) return { text: '', kind: 'empty' }
  return 'typed' in content ? { text: content.typed, kind: 'unread' } : { text: show(content.quantity), kind: 'figure' }
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
function inScale(quantity: Quantity, scale: MoneyScale): Quantity {
  const { measure } = quantity
  if (measure.kind !== 'money' || measure.scale === scale) return quantity
  return {
    ...quantity,
    numbers: quantity.numbers.map((number) => rescale(number, measure.scale, scale)),
    measure: moneyIn(scale),
  }
}

/** The scale that most amounts of the rows are written in; the smaller of two that are as common. */
function commonScale(rows: readonly TableRow[]): MoneyScale {
  const counts: Record<MoneyScale, number> = { dong: 0, nghin: 0, trieu: 0, ty: 0 }
  for (const row of rows) {
    if (row.kind !== 'entry' || row.register !== 'budget') continue
    for (const content of Object.values(row.entry.amounts)) {
      if ('quantity' in content && content.quantity.measure.kind === 'money')
        counts[content.quantity.measure.scale] += 1
    }
  }
  const most = Math.max(...Object.values(counts))
  return most === 0 ? 'trieu' : (moneyScales.find((scale) => counts[scale] === most) ?? 'trieu')
}

/** The pinned total of one column of a budget table. */
export function totalOf(rows: readonly TableRow[], key: string, context: CellContext): TableCell {
  if (key === 'name') return { text: 'Tổng cộng', kind: 'text' }
  const amounts = rows.flatMap((row) => (row.kind === 'entry' && row.register === 'budget' ? [row.entry.amounts] : []))
  if (key.startsWith('amount.')) {
    const year = key.slice('amount.'.length)
    return sumCell(
      amounts.map((one) => one[year] ?? null),
      context.scale,
    )
  }
  if (key !== 'total') return { text: '', kind: 'empty' }
  return sumCell(
    amounts.flatMap((one) => context.years.map((year) => one[year] ?? null)),
    context.scale,
  )
}

/** Adds exact sums of money only; `left` counts what stands there and could not be added. */
function sumCell(contents: readonly (ValueContent | null)[], scale: MoneyScale): TableCell {
  let sum = new Big(0)
  let added = 0
  let left = 0
  for (const content of contents) {
    if (content === null) continue
    const quantity = 'quantity' in content ? inScale(content.quantity, scale) : null
    if (quantity?.measure.kind !== 'money' || quantity.comparison !== '=') left += 1
    else {
      sum = sum.plus(quantity.numbers[0] ?? 0)
      added += 1
    }
  }
  if (added === 0) return { text: '', kind: 'empty', ...(left > 0 ? { left } : {}) }
  return { text: formatDecimal(sum.toFixed()), kind: 'figure', ...(left > 0 ? { left } : {}) }
}
