/**
 * Pictures of numbers as plain data: what a target is over the years beside what its superior wants
 * and what came of it, what a plan costs by year and source, what the rows of a table come to, what
 * units say of the targets that were given to them. Each
 * point carries the words that a table shows for the same number; what has no place on an axis ("all")
 * keeps its words and has no mark. How it is drawn is option.ts'.
 */
import type { PartId, TargetId } from '../ids.ts'
import type { Figures, ReceivedTarget } from '../links/links.ts'
import type { MatrixTable } from '../links/matrix-table.ts'
import type { CellState } from '../links/matrix.ts'
import type { ViewBlock } from '../plan/blocks.ts'
import { planYears } from '../plan/meta.ts'
import { cellFigure, type CellSource } from '../targets/formula.ts'
import { formatQuantity } from '../targets/quantity-text.ts'
import type { Quantity } from '../targets/quantity.ts'
import type { Target } from '../targets/register.ts'
import {
  cellOf,
  measureWords,
  quantityInScale,
  sumOf,
  type CellContext,
  type EntryRow,
  type TableCell,
  type ViewSource,
} from '../targets/view-cells.ts'
import { contextOf, rowsOf } from '../targets/view.ts'

interface Point {
  /** Where the mark stands; null where the words have no place on an axis, or there are none. */
  at: number | null
  /** Of a matrix in two lines, the value and the state. */
  words: string
  /** Of a matrix. */
  state?: CellState
}

export interface PictureSeries {
  name: string
  /** `wanted`, `result` and `sum` are drawn unlike a plan's own figures; `wanted` follows what it is wanted of. */
  is: 'own' | 'wanted' | 'result' | 'sum'
  points: readonly Point[]
}

export interface Picture {
  title: string
  /** `matrix`: places across, series down, a cell with its words where they meet. */
  shape: 'lines' | 'bars' | 'stack' | 'matrix'
  /** What all figures are counted in: `%`, `hộ`, `triệu đồng`. */
  measure: string
  /** One place on the axis each: years, or targets. */
  places: readonly string[]
  series: readonly PictureSeries[]
  /** What is told among the numbers, and not drawn for want of room. */
  beside: readonly PictureSeries[]
  /** Of a stack: its sum at each place, else empty. */
  sums: readonly string[]
  /** What the figures leave out; empty where nothing. */
  note: string
}

/** More lines in one picture cannot be told apart. */
const linesLimit = 6
/** Nor, beside the superior's lines, as many. */
const servedLimit = 4
/** More targets, or bars in all, are higher than a page. */
const targetsLimit = 10
const barsLimit = 30

export interface TargetFigures {
  /** By year. */
  superior?: Readonly<Record<string, Quantity>>
  /** By period, `2026` or `2026-H1`. */
  results?: Readonly<Record<string, Quantity>>
}

/** A target's line over the years, with the superior's and with the results where there are any. */
export function targetPicture(
  target: Target,
  source: Pick<ViewSource, 'meta'> & { cells: CellSource },
  { superior = {}, results = {} }: TargetFigures = {},
): Picture {
  const years = planYears(source.meta)
  const draw = (quantity: Quantity | undefined) => pointOf(quantity, target)
  const own = years.map((year) => {
    const figure = cellFigure(source.cells, { of: 'target', id: target.id, field: `value.${year}` })
    return draw(figure.kind === 'quantity' ? figure.quantity : undefined)
  })
  const came = years.map((year) => {
    const whole = results[String(year)]
    if (whole !== undefined) return draw(whole)
    const second = results[`${year}-H2`]
    const half = draw(second ?? results[`${year}-H1`])
    const of = second === undefined ? '6 tháng đầu' : '6 tháng cuối'
    return half.words === '' ? half : { ...half, words: `${half.words} (${of})` }
  })
  const series: PictureSeries[] = [
    { name: 'Chỉ tiêu', is: 'own', points: own },
    { name: 'Cấp trên giao', is: 'wanted', points: years.map((year) => draw(superior[String(year)])) },
    { name: 'Kết quả', is: 'result', points: came },
  ]
  return {
    title: target.name,
    shape: 'lines',
    measure: measureWords(target.measure, target.frequency),
    places: years.map(String),
    series: series.filter(({ is, points }) => is === 'own' || points.some(({ words }) => words !== '')),
    beside: [],
    sums: [],
    note: '',
  }
}

/** What a superior asks of a target by year: what it gave, or of a target that serves it unasked its own value. */
export function askedOf({ allotment, superior }: Pick<ReceivedTarget, 'allotment' | 'superior'>): Figures {
  return allotment?.given ?? superior.values
}

/** By the plan's own target, what superiors ask. */
export function askedByTarget(received: readonly ReceivedTarget[]): ReadonlyMap<TargetId, Figures> {
  return new Map(
    received.flatMap((one) =>
      one.target === null || one.superior.isGone ? [] : [[one.target, askedOf(one)] as const],
    ),
  )
}

/** Words as the target's own row would show them; a number of another kind has no mark beside its line. */
function pointOf(quantity: Quantity | undefined, { measure }: Pick<Target, 'measure'>): Point {
  if (quantity === undefined) return { at: null, words: '' }
  const scaled = measure.kind === 'money' ? quantityInScale(quantity, measure.scale) : quantity
  const isSame = scaled.measure.kind === measure.kind
  const { deadline: _, ...timeless } = scaled
  return {
    at: isSame && scaled.numbers[0] !== undefined ? Number(scaled.numbers[0]) : null,
    words: formatQuantity(timeless, isSame ? 'cell' : 'sentence'),
  }
}

/** What a plan, or the lines of a view, cost by year and source. Null where nothing costs anything. */
export function budgetPicture(
  source: ViewSource,
  { title = 'Kinh phí theo năm và nguồn', shape = 'stack' }: Partial<Pick<Picture, 'title' | 'shape'>> = {},
  view: Pick<ViewBlock, 'scope' | 'filter'> = { scope: 'plan' },
  part: PartId | null = null,
): Picture | null {
  const rows = rowsOf({ register: 'budget', group: 'none', ...view }, source, part).filter(
    (row) => row.kind === 'entry',
  )
  const context = contextOf(rows, source)
  const years = context.years
  const bySource = Map.groupBy(rows, (row) => (row.register === 'budget' ? row.entry.source : ''))
  const sums = years.map((year) => sumOf(rows, `amount.${year}`, context))
  const left = sums.reduce((total, sum) => total + (sum.left ?? 0), 0)
  if (sums.every(({ kind }) => kind === 'empty')) return null
  const series = [...bySource]
    .map(([name, lines]): PictureSeries => ({
      name: name === '' ? 'Chưa ghi nguồn' : name,
      is: 'own',
      points: years.map((year) => cellPoint(sumOf(lines, `amount.${year}`, context))),
    }))
    .filter(({ points }) => points.some(({ at }) => at !== null))
  return {
    title,
    shape,
    measure: measureWords({ kind: 'money', scale: context.scale }, null),
    places: years.map(String),
    series: toldApart(series),
    beside: [],
    sums: shape === 'stack' ? sums.map(({ text }) => text) : [],
    note: left === 0 ? '' : `Chưa kể ${left} số không cộng được.`,
  }
}

/**
 * The pictures of a view: one for each measure of its targets, or of its money. Empty where the view
 * has no figures to draw, which then shows its table, and where it is none of these. `asked` is what
 * superiors ask of its targets; beside bars there is no room for it.
 */
export function viewPictures(
  view: ViewBlock,
  source: ViewSource,
  part: PartId,
  asked: ReadonlyMap<TargetId, Figures> = new Map(),
): Picture[] {
  const { picture } = view
  if (picture === undefined || picture === 'matrix' || view.register === 'tasks') return []
  if (view.register === 'budget') {
    const shape = picture === 'bars' ? 'stack' : 'lines'
    const one = budgetPicture(source, { shape, ...(view.title === '' ? {} : { title: view.title }) }, view, part)
    return one === null ? [] : [one]
  }
  const rows = rowsOf(view, source, part).filter((row) => row.kind === 'entry')
  const context = contextOf(rows, source)
  const drawn = rows
    .map((row) => ({ row, measure: cellOf(row, 'measure', context).text, points: pointsOf(row, context) }))
    .filter(({ points }) => points.some(({ at }) => at !== null))
  const fitting = Math.min(targetsLimit, Math.max(1, Math.floor(barsLimit / context.years.length)))
  const limit = picture === 'bars' ? fitting : linesLimit
  return [...Map.groupBy(drawn, ({ measure }) => measure)].flatMap(([measure, alike]) =>
    Array.from({ length: Math.ceil(alike.length / limit) }, (_, at): Picture => {
      const shown = alike.slice(at * limit, (at + 1) * limit)
      const common = { title: view.title || 'Chỉ tiêu theo năm', measure, sums: [] }
      const own = toldApart(shown.map(({ row, points }) => ({ name: row.entry.name, is: 'own', points })))
      if (picture === 'lines') {
        const places = context.years.map(String)
        const wanted = shown.map(({ row }, index) =>
          wantedBeside(row, own[index]?.name ?? '', shown.length, asked, context.years),
        )
        return { ...common, shape: 'lines', places, ...withWanted(own, wanted) }
      }
      return {
        ...common,
        shape: 'bars',
        places: own.map(({ name }) => name),
        series: context.years.map((year, index) => ({
          name: String(year),
          is: 'own',
          points: own.flatMap(({ points }) => points[index] ?? []),
        })),
        beside: [],
        note: '',
      }
    }),
  )
}

/** What is asked of a target, as a line beside its own; null where nothing is. */
function wantedBeside(
  row: EntryRow,
  name: string,
  count: number,
  asked: ReadonlyMap<TargetId, Figures>,
  years: readonly number[],
): PictureSeries | null {
  if (row.register !== 'targets') return null
  const figures = asked.get(row.id) ?? {}
  const points = years.map((year) => pointOf(figures[String(year)], row.entry))
  if (points.every(({ words }) => words === '')) return null
  return { name: count === 1 ? 'Cấp trên' : `Cấp trên: ${name}`, is: 'wanted', points }
}

/** Too many lines would hide each other; what the superior asks then stands among the numbers alone. */
function withWanted(own: readonly PictureSeries[], wanted: readonly (PictureSeries | null)[]) {
  const beside = wanted.filter((one) => one !== null)
  if (beside.length <= servedLimit) {
    return { series: toldApart(own.flatMap((one, index) => [one, wanted[index] ?? []].flat())), beside: [], note: '' }
  }
  return { series: own, beside, note: 'Giá trị của cấp trên có trong bảng số liệu, không vẽ để hình dễ đọc.' }
}

/** What units say of the targets that were given to them: units down, targets across. */
export function matrixPicture({ title, heads, rows, below }: MatrixTable): Picture {
  return {
    title,
    shape: 'matrix',
    measure: 'Đơn vị',
    places: heads.map(({ name, measure }) => (measure === '' ? name : `${name} (${measure})`)),
    series: [
      ...rows.map(({ name, cells }): PictureSeries => ({
        name,
        is: 'own',
        points: cells.map(({ state, text, words }) => ({
          at: null,
          state,
          words: [text, words].filter(Boolean).join('\n'),
        })),
      })),
      ...below.map(({ name, cells }): PictureSeries => ({
        name,
        is: 'sum',
        points: cells.map(({ text }) => ({ at: null, words: text })),
      })),
    ],
    beside: [],
    sums: [],
    note: '',
  }
}

function pointsOf(row: EntryRow, context: CellContext): Point[] {
  return context.years.map((year): Point => {
    const cell = cellOf(row, `value.${year}`, context)
    if (row.register !== 'targets' || cell.kind !== 'figure') return { at: null, words: cell.text }
    const figure = cellFigure(context.cells, { of: 'target', id: row.id, field: `value.${year}` })
    const isAlike = figure.kind === 'quantity' && figure.quantity.measure.kind === row.entry.measure.kind
    return { at: isAlike ? pointOf(figure.quantity, row.entry).at : null, words: cell.text }
  })
}

function cellPoint({ text, amount }: TableCell): Point {
  return { at: amount === undefined ? null : Number(amount), words: text }
}

/** A chart knows its series by their names; the second of two that are called alike gets a number. */
function toldApart(series: readonly PictureSeries[]): PictureSeries[] {
  const seen = new Map<string, number>()
  return series.map((one) => {
    const count = (seen.get(one.name) ?? 0) + 1
    seen.set(one.name, count)
    return count === 1 ? one : { ...one, name: `${one.name} (${count})` }
  })
}

/** A picture in one sentence, for whoever does not see it: "Hộ nghèo (%): Chỉ tiêu: 2026 là 5, 2027 là 4." */
export function pictureWords({ title, shape, measure, places, series, beside, note }: Picture): string {
  // Thousands of cells are no sentence; they stand in the table beside it.
  if (shape === 'matrix')
    return `${title}: ${series.filter(({ is }) => is === 'own').length} đơn vị, ${places.length} chỉ tiêu.`
  const said = [...series, ...beside].map(({ name, points }) => {
    const figures = points.flatMap(({ words }, at) => (words === '' ? [] : [`${places[at] ?? ''} là ${words}`]))
    return `${name}: ${figures.join(', ')}`
  })
  return `${title}${measure === '' ? '' : ` (${measure})`}. ${said.join('. ')}.${note === '' ? '' : ` ${note}`}`
}
