/**
 * A table of registers, as the sheet, the panel and every export show it: columns, rows and the
 * words of each cell, all derived from a view and the registers of the parts. The pieces (columns,
 * rows, one cell) stand alone so that a screen computes only what is in sight; `tableOf` puts them
 * together. The words of a cell are view-cells.ts'.
 */
import type { PartId, UnitId } from '../ids.ts'
import type { ViewBlock, ViewFilter } from '../plan/blocks.ts'
import { planYears, type PlanMeta } from '../plan/meta.ts'
import { roman } from '../plan/numbering.ts'
import { foldText } from '../fold.ts'
import { moneyInWords } from './money-words.ts'
import { moneyScales, type MoneyScale } from './quantity.ts'
import { isLiving, type RegisterName, type ValueContent } from './register.ts'
import {
  cellOf,
  cellSourceOf,
  sortKeyOf,
  sumOf,
  type CellContext,
  type EntryRow,
  type TableCell,
  type ViewSource,
} from './view-cells.ts'

/** `years` stands for one column for each year of the plan's period; a single one is `value.2026`. */
export const targetColumns = [
  'number',
  'name',
  'measure',
  'baseline',
  'years',
  'results',
  'responsible',
  'note',
  'part',
] as const
export const taskColumns = ['number', 'name', 'lead', 'partners', 'product', 'due', 'serves', 'note', 'part'] as const
export const budgetColumns = [
  'number',
  'name',
  'source',
  'responsible',
  'noun',
  'price',
  'quantities',
  'years',
  'total',
  'note',
  'part',
] as const
export const registerColumns: Record<RegisterName, readonly string[]> = {
  targets: targetColumns,
  tasks: taskColumns,
  budget: budgetColumns,
}

export const usualColumns: Record<RegisterName, readonly string[]> = {
  targets: ['number', 'name', 'measure', 'baseline', 'years', 'responsible'],
  tasks: ['number', 'name', 'lead', 'partners', 'product', 'due'],
  budget: ['number', 'name', 'source', 'years', 'total'],
}

/** By what the rows of each register can be grouped, besides not at all. */
export const registerGroups: Record<RegisterName, readonly ViewBlock['group'][]> = {
  targets: ['unit', 'part'],
  tasks: ['unit', 'part'],
  budget: ['unit', 'source', 'part'],
}

/** The column that names the unit by which rows are grouped. */
const unitColumn: Record<RegisterName, string> = { targets: 'responsible', tasks: 'lead', budget: 'responsible' }

type ColumnChoice = Pick<ViewBlock, 'register' | 'columns'> & Partial<Pick<ViewBlock, 'group'>>

/** The view's own columns, else the usual ones, without what stands in the headings of the groups already. */
export function chosenColumns({ register, columns, group }: ColumnChoice): readonly string[] {
  if (columns.length > 0) return columns
  const inHeading = group === 'unit' ? unitColumn[register] : group === 'source' ? 'source' : null
  return usualColumns[register].filter((key) => key !== inHeading)
}

export interface TableColumn {
  /** A field of the register (`name`, `value.2026`), or `number`, `total`, `part`, which are derived. */
  key: string
  title: string
  align: 'start' | 'center' | 'end'
  /** Share of the table's width, beside those of the other columns. */
  weight: number
}

/** A group's heading: `label` is `I`, `II` …; `of` is the unit or part that it is about. */
interface GroupRow {
  kind: 'group'
  id: string
  of: UnitId | PartId | null
  label: string
  title: string
  members: readonly EntryRow[]
}
export type TableRow = EntryRow | GroupRow

export interface RegisterTable {
  title: string
  columns: TableColumn[]
  /** Each row with its cells in the order of the columns; a group row has none, or its sums. */
  rows: { row: TableRow; cells: TableCell[] }[]
  /** The pinned last row of a budget table, else null. */
  total: TableCell[] | null
  /** In which scale a budget table's figures are, for the line "Đơn vị tính: triệu đồng"; else null. */
  scale: MoneyScale | null
  /** A budget table's sum in words; null where there is none, or it leaves something out. */
  words: string | null
}

/** The whole table of a view that stands in `part`. Pure. */
export function tableOf(view: ViewBlock, source: ViewSource, part: PartId): RegisterTable {
  const columns = columnsOf(view, source.meta)
  const rows = rowsOf(view, source, part)
  const context = contextOf(rows, source)
  const hasTotal = view.register === 'budget'
  return {
    title: view.title,
    columns,
    rows: rows.map((row) => ({ row, cells: cellsOf(row, view, columns, context) })),
    total: hasTotal ? columns.map((column) => totalOf(rows, column.key, context)) : null,
    scale: hasTotal ? context.scale : null,
    words: hasTotal ? totalInWords(rows, context) : null,
  }
}

function cellsOf(
  row: TableRow,
  { subtotals = false }: Pick<ViewBlock, 'subtotals'>,
  columns: readonly TableColumn[],
  context: CellContext,
): TableCell[] {
  if (row.kind === 'entry') return columns.map((column) => cellOf(row, column.key, context))
  return subtotals ? columns.map((column) => sumOf(row.members, column.key, context)) : []
}

/** The columns of a view, years spelled out; keys that the register does not have are left out. */
export function columnsOf(view: ColumnChoice, meta: Pick<PlanMeta, 'period'>): TableColumn[] {
  const { register } = view
  const years = planYears(meta)
  const expanded = chosenColumns(view).flatMap((key) => {
    const field = yearFields[register][key]
    return field === undefined ? [key] : years.map((year) => `${field}.${year}`)
  })
  return [...new Set(expanded)].flatMap((key) => {
    const [name = '', year] = key.split('.')
    const titled = year === undefined ? undefined : yearTitles[register][name]
    if (titled !== undefined && /^\d{4}$/.test(year ?? '')) {
      return [{ key, title: `${titled} ${year}`, align: 'end', weight: 3.6 } as const]
    }
    const shape = columnShapes[register][key]
    return shape === undefined ? [] : [{ key, ...shape }]
  })
}

/** Column keys that stand for one column a year. */
const yearFields: Record<RegisterName, Readonly<Record<string, string>>> = {
  targets: { years: 'value', results: 'result' },
  tasks: {},
  budget: { years: 'amount', quantities: 'quantity' },
}
const yearTitles: Record<RegisterName, Readonly<Record<string, string>>> = {
  targets: { value: 'Năm', result: 'Kết quả' },
  tasks: {},
  budget: { amount: 'Năm', quantity: 'Số lượng' },
}

const sharedShapes: Record<string, Omit<TableColumn, 'key'>> = {
  number: { title: 'TT', align: 'center', weight: 2 },
  note: { title: 'Ghi chú', align: 'start', weight: 6 },
  part: { title: 'Phần', align: 'start', weight: 6 },
  responsible: { title: 'Đơn vị chủ trì', align: 'start', weight: 7.5 },
}
const columnShapes: Record<RegisterName, Record<string, Omit<TableColumn, 'key'>>> = {
  targets: {
    ...sharedShapes,
    name: { title: 'Chỉ tiêu', align: 'start', weight: 10 },
    measure: { title: 'ĐVT', align: 'center', weight: 3.6 },
    baseline: { title: 'Hiện trạng', align: 'end', weight: 3.4 },
  },
  tasks: {
    ...sharedShapes,
    name: { title: 'Nhiệm vụ', align: 'start', weight: 12 },
    lead: { title: 'Chủ trì', align: 'start', weight: 6.5 },
    partners: { title: 'Phối hợp', align: 'start', weight: 7.5 },
    product: { title: 'Sản phẩm', align: 'start', weight: 6.5 },
    due: { title: 'Thời gian', align: 'center', weight: 4.5 },
    serves: { title: 'Chỉ tiêu phục vụ', align: 'start', weight: 8 },
  },
  budget: {
    ...sharedShapes,
    name: { title: 'Nội dung chi', align: 'start', weight: 12 },
    source: { title: 'Nguồn', align: 'start', weight: 6 },
    noun: { title: 'ĐVT', align: 'center', weight: 3.6 },
    price: { title: 'Đơn giá', align: 'end', weight: 4 },
    total: { title: 'Cộng', align: 'end', weight: 4 },
  },
}

type RowChoice = Pick<ViewBlock, 'register' | 'scope' | 'group'> & Partial<Pick<ViewBlock, 'order' | 'filter'>>

/** The rows of a view in order: living entries, below the headings of their groups. */
export function rowsOf(view: RowChoice, source: ViewSource, part: PartId | null): TableRow[] {
  const parts = view.scope === 'plan' ? source.parts : source.parts.filter((one) => one.id === part)
  const entries = sorted(
    parts.flatMap((one) => livingEntries(view.register, one)).filter((row) => fits(row, view.filter)),
    view.order,
    source,
  )
  const groups = view.group === 'none' ? [] : groupsOf(view, entries, source)
  if (groups.length === 0) return numbered(entries)
  return groups.flatMap(({ heading, members }, index): TableRow[] => {
    const rows = numbered(members)
    return [{ ...heading, label: roman(index + 1), members: rows }, ...rows]
  })
}

function numbered(rows: readonly EntryRow[]): EntryRow[] {
  return rows.map((row, index) => ({ ...row, number: index + 1 }))
}

function livingEntries(register: RegisterName, part: ViewSource['parts'][number]): EntryRow[] {
  const place = { kind: 'entry', part: part.id, number: 0 } as const
  switch (register) {
    case 'targets':
      return part.targets.filter(isLiving).map((entry) => ({ ...place, register, id: entry.id, entry }))
    case 'tasks':
      return part.tasks.filter(isLiving).map((entry) => ({ ...place, register, id: entry.id, entry }))
    case 'budget':
      return part.budget.filter(isLiving).map((entry) => ({ ...place, register, id: entry.id, entry }))
  }
}

/** The unit that a row is about. */
export function unitOfRow(row: EntryRow): UnitId | null {
  return row.register === 'tasks' ? row.entry.lead : row.entry.responsible
}

function fits(row: EntryRow, filter: ViewFilter | undefined): boolean {
  if (filter === undefined) return true
  const { unit, source, text } = filter
  if (unit !== undefined && unitOfRow(row) !== unit) return false
  if (source !== undefined && (row.register !== 'budget' || row.entry.source !== source)) return false
  const more = row.register === 'budget' ? row.entry.source : row.register === 'tasks' ? row.entry.product : ''
  return text === undefined || spaced(`${row.entry.name} ${more} ${row.entry.note}`).includes(spaced(text))
}

/** Each word with a space before it, so that "hộ" finds "Hộ nghèo" and not "Chợ". */
function spaced(text: string): string {
  return ` ${foldText(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()}`
}

const collator = new Intl.Collator('vi', { numeric: true })

/** Numbers, then words, then rows without anything in the column, whichever way it goes. */
function sorted(rows: readonly EntryRow[], order: ViewBlock['order'], source: ViewSource): readonly EntryRow[] {
  if (order === undefined) return rows
  const context = contextOf(rows, source)
  const keys = new Map(rows.map((row) => [row, sortKeyOf(row, order.by, context)]))
  return rows.toSorted((a, b) => {
    const [one, other] = [keys.get(a) ?? null, keys.get(b) ?? null]
    if (one === null || other === null) return Number(one === null) - Number(other === null)
    if (typeof one === 'string') {
      if (typeof other !== 'string') return 1
      return collator.compare(...(order.down ? ([other, one] as const) : ([one, other] as const)))
    }
    if (typeof other === 'string') return -1
    return order.down ? other.cmp(one) : one.cmp(other)
  })
}

interface Group {
  heading: Omit<GroupRow, 'label' | 'members'>
  members: EntryRow[]
}

const groupless: Record<ViewBlock['group'], string> = {
  none: '',
  unit: 'Chưa giao đơn vị',
  part: '',
  source: 'Chưa ghi nguồn',
}

/** Groups that have rows, in the order of units or parts; rows that belong to none come last. */
function groupsOf(
  { register, group }: Pick<ViewBlock, 'register' | 'group'>,
  entries: readonly EntryRow[],
  source: Pick<ViewSource, 'units' | 'parts'>,
): Group[] {
  if (!registerGroups[register].includes(group)) return []
  const heads = headsOf(group, entries, source)
  const known = new Set<string>(heads.map((head) => head.id))
  const members = Map.groupBy(entries, (row) => {
    const head = headOf(group, row)
    return head !== null && known.has(head) ? head : null
  })
  return [...heads, { id: null, title: groupless[group] }].flatMap(({ id, title }) => {
    const rows = members.get(id)
    if (rows === undefined) return []
    const of = group === 'source' ? null : (id as UnitId | PartId | null)
    return [
      { heading: { kind: 'group', id: id === null ? 'group' : `group-${id}`, of, title } as const, members: rows },
    ]
  })
}

function headOf(group: ViewBlock['group'], row: EntryRow): string | null {
  if (group === 'unit') return unitOfRow(row)
  if (group === 'part') return row.part
  return row.register === 'budget' && row.entry.source !== '' ? row.entry.source : null
}

function headsOf(
  group: ViewBlock['group'],
  entries: readonly EntryRow[],
  { units, parts }: Pick<ViewSource, 'units' | 'parts'>,
): readonly { id: string; title: string }[] {
  if (group === 'unit') return units.map(({ id, name }) => ({ id, title: name }))
  if (group === 'part') return parts.map(({ id, title }) => ({ id, title }))
  const sources = new Set(entries.flatMap((row) => headOf(group, row) ?? []))
  return [...sources].sort(collator.compare).map((one) => ({ id: one, title: one }))
}

export function contextOf(rows: readonly TableRow[], source: ViewSource): CellContext {
  return {
    units: new Map(source.units.map((unit) => [unit.id, unit])),
    partTitles: new Map(source.parts.map((part) => [part.id, part.title])),
    scale: commonScale(rows),
    years: planYears(source.meta),
    cells: source.cells ?? cellSourceOf(source.parts, planYears(source.meta)),
    ...(source.names === undefined ? {} : { names: source.names }),
    ...(source.results === undefined ? {} : { results: source.results }),
  }
}

/** The scale that most amounts of the rows are written in; the smaller of two that are as common. */
function commonScale(rows: readonly TableRow[]): MoneyScale {
  const counts: Record<MoneyScale, number> = { dong: 0, nghin: 0, trieu: 0, ty: 0 }
  const count = (content: ValueContent | null) => {
    if (content === null || !('quantity' in content) || content.quantity.measure.kind !== 'money') return
    counts[content.quantity.measure.scale] += 1
  }
  for (const row of rows) {
    if (row.kind !== 'entry' || row.register !== 'budget') continue
    Object.values(row.entry.amounts).forEach(count)
    count(row.entry.price)
  }
  const most = Math.max(...Object.values(counts))
  return most === 0 ? 'trieu' : (moneyScales.find((scale) => counts[scale] === most) ?? 'trieu')
}

/** The pinned total of one column of a budget table. */
export function totalOf(rows: readonly TableRow[], key: string, context: CellContext): TableCell {
  if (key === 'name') return { text: 'Tổng cộng', kind: 'text' }
  return sumOf(
    rows.filter((row) => row.kind === 'entry'),
    key,
    context,
  )
}

/** "Bằng chữ: …", for what stands below a budget table. */
export function totalInWords(rows: readonly TableRow[], context: CellContext): string | null {
  const total = totalOf(rows, 'total', context)
  if (total.amount === undefined || total.left !== undefined) return null
  const words = moneyInWords(total.amount, context.scale)
  return words === null ? null : `Bằng chữ: ${words}.`
}
