/**
 * Tables in a Word file, portrait or across the page, with a header row that repeats: registers, with
 * headings of groups and their sums, a total, the amount in words below; and the matrix of units ×
 * targets. The words of all cells come from shared, so the page says what the screen says.
 */
import {
  AlignmentType,
  Paragraph,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  UnderlineType,
  VerticalAlignTable,
  WidthType,
  type IParagraphOptions,
} from 'docx'
import type { MatrixTable } from '@soanchung/shared/links/matrix-table.ts'
import type { Picture } from '@soanchung/shared/pictures/picture.ts'
import { measureWords, type TableCell as Words } from '@soanchung/shared/targets/view-cells.ts'
import type { RegisterTable, TableColumn } from '@soanchung/shared/targets/view.ts'

/** Half-points. */
const captionSize = 28
const tableSize = 24
/** Of the words in a table, the first in which no number has to be broken. */
const tableSizes = [tableSize, 22, 20]
const smallestSize = 18
/** How much wider the capitals of bold titles are than what stands below. */
const boldness = 1.3
/** Of a matrix: of its first column, and of no other less. Twips. */
const unitWidth = 2400
const targetWidth = 1300
/** Twips beside the words of a cell. */
const cellMargin = 60

/** What a table needs to be laid out, whatever it is of. */
interface PlainTable {
  columns: readonly Omit<TableColumn, 'key'>[]
  /** With a heading, a row's cells before its first sum are one. */
  rows: readonly { heading: string | null; isBold: boolean; cells: readonly Words[] }[]
}

/** Caption, table and what stands below it. `width` is that of the text, in twips. */
export function registerTable(table: RegisterTable, width: number): (Paragraph | Table)[] {
  const { title, columns, scale, words } = table
  const rows = [
    ...table.rows.map(({ row, cells }) =>
      row.kind === 'entry'
        ? { heading: null, isBold: false, cells }
        : { heading: `${row.label}. ${row.title}`, isBold: true, cells },
    ),
    ...(table.total === null ? [] : [{ heading: null, isBold: true, cells: table.total }]),
  ]
  return [
    ...(title === '' ? [] : [caption(title)]),
    ...(scale === null ? [] : [lineAbove(`Đơn vị tính: ${measureWords({ kind: 'money', scale }, null)}`)]),
    plainTable({ columns, rows }, width, words !== null),
    ...(words === null ? [] : [wordsBelow(words)]),
  ]
}

/** Units down, targets across; with more targets than a page is wide, several tables below one another. */
export function matrixTables(title: string, table: MatrixTable, width: number): (Paragraph | Table)[] {
  const fitting = Math.max(1, Math.floor((width - unitWidth) / targetWidth))
  const count = Math.ceil(table.heads.length / fitting)
  // As many in each, so that none of the tables has a single wide column.
  const limit = Math.ceil(table.heads.length / count)
  return Array.from({ length: count }, (_, at) => at * limit).flatMap((from, at) => {
    const cut = <Cell>(cells: readonly Cell[]) => cells.slice(from, from + limit)
    const columns = [
      { title: 'Đơn vị', align: 'start', weight: 2 } as const,
      ...cut(table.heads).map(({ name, measure }) => ({
        ...({ title: measure === '' ? name : `${name} (${measure})`, align: 'end', weight: 1.4 } as const),
      })),
    ]
    const rows = [
      ...table.rows.map(({ name, cells }) => ({
        ...{ heading: null, isBold: false },
        cells: [textOf(name), ...cut(cells).map(({ text, words }) => textOf(saidTogether(text, words)))],
      })),
      ...table.below.map(({ name, cells }) => ({
        ...{ heading: null, isBold: true },
        cells: [textOf(name), ...cut(cells).map(({ text }) => textOf(text))],
      })),
    ]
    return [
      at === 0 ? caption(title || table.title) : new Paragraph(''),
      ...(title === '' || at > 0 ? [] : [lineAbove(table.title)]),
      plainTable({ columns, rows }, width, false),
    ]
  })
}

/** "75 (thiếu 5)", "chờ trả lời". */
function saidTogether(text: string, words: string): string {
  return text === '' || words === '' ? text || words : `${text} (${words})`
}

function textOf(text: string): Words {
  return { text, kind: 'text' }
}

/** The numbers of a picture as a table below it, for slices that are too thin for their own. */
export function pictureTable({ measure, places, series, sums }: Picture, width: number): Table {
  const columns = [
    { title: measure, align: 'start', weight: 2 } as const,
    ...places.map((title) => ({ title, align: 'end', weight: 1 }) as const),
  ]
  const rows = [
    ...series.map(({ name, points }) => ({
      ...{ heading: null, isBold: false },
      cells: [textOf(name), ...points.map(({ words }) => textOf(words))],
    })),
    { heading: null, isBold: true, cells: [textOf('Cộng'), ...sums.map(textOf)] },
  ]
  return plainTable({ columns, rows }, width, false)
}

/** `isKept`: its last row stays with what follows. */
function plainTable(table: PlainTable, width: number, isKept: boolean): Table {
  const { widths, size } = columnWidths(table, width)
  const row = (cells: readonly Words[], bold: boolean, from = 0, keepNext = false) =>
    cells.map(({ text, kind }, index) =>
      cell(text, {
        width: widths[from + index],
        size,
        bold,
        keepNext,
        italics: kind === 'problem',
        align: table.columns[from + index]?.align ?? 'start',
      }),
    )
  const header = new TableRow({
    tableHeader: true,
    cantSplit: true,
    children: table.columns.map((column, index) =>
      cell(column.title, { width: widths[index], size, bold: true, align: 'center' }),
    ),
  })
  const rows = table.rows.map(({ heading: words, isBold, cells }, index) => {
    const isLast = isKept && index === table.rows.length - 1
    if (words === null) return new TableRow({ cantSplit: true, children: row(cells, isBold, 0, isLast) })
    // The heading takes the columns before the first sum, or all.
    const firstSum = cells.findIndex(({ kind }, at) => at > 0 && kind !== 'empty')
    const span = firstSum < 0 ? widths.length : firstSum
    const heading = cell(words, {
      width: sumOf(widths.slice(0, span)),
      size,
      bold: true,
      keepNext: true,
      align: 'start',
      span,
    })
    return new TableRow({ cantSplit: true, children: [heading, ...row(cells.slice(span), true, span, true)] })
  })
  return new Table({
    width: { size: width, type: WidthType.DXA },
    layout: TableLayoutType.FIXED,
    columnWidths: widths,
    rows: [header, ...rows],
  })
}

function lineAbove(text: string): Paragraph {
  return line(text, { size: tableSize, italics: true }, AlignmentType.END)
}

/** The heading of a table or a picture, on the page of what it heads. */
export function caption(text: string): Paragraph {
  return new Paragraph({
    alignment: AlignmentType.CENTER,
    keepNext: true,
    spacing: { before: 60, after: 40, line: 252 },
    children: [new TextRun({ text, size: captionSize, bold: true })],
  })
}

function wordsBelow(words: string): Paragraph {
  return new Paragraph({
    alignment: AlignmentType.JUSTIFIED,
    spacing: { before: 80, after: 60 },
    children: [new TextRun({ text: words, size: captionSize, italics: true })],
  })
}

interface CellShape {
  width: number | undefined
  size: number
  bold: boolean
  keepNext?: boolean
  italics?: boolean
  align: 'start' | 'center' | 'end'
  span?: number
}

const alignments = { start: AlignmentType.LEFT, center: AlignmentType.CENTER, end: AlignmentType.RIGHT } as const

function cell(
  text: string,
  { width, size, bold, keepNext = false, italics = false, align, span = 1 }: CellShape,
): TableCell {
  return new TableCell({
    ...(width === undefined ? {} : { width: { size: width, type: WidthType.DXA } }),
    ...(span === 1 ? {} : { columnSpan: span }),
    verticalAlign: VerticalAlignTable.CENTER,
    margins: { left: cellMargin, right: cellMargin, top: 20, bottom: 20 },
    children: [
      new Paragraph({
        alignment: alignments[align],
        keepNext,
        spacing: { before: 20, after: 20, line: 240 },
        children: [new TextRun({ text, size, bold, italics })],
      }),
    ],
  })
}

/**
 * Twips that add up to the text's width: shared by weight, but no column is narrower than its longest
 * word. A table of many columns is written smaller, so that its numbers stay whole.
 */
function columnWidths({ columns, rows }: PlainTable, width: number): { widths: number[]; size: number } {
  const cells = rows.map((row) => row.cells)
  const longest = columns.map(({ title }, index) => {
    const words = cells.flatMap((row) => (row[index]?.text ?? '').split(/\s/).map((word) => word.length))
    return Math.max(...title.split(/\s/).map((word) => word.length * boldness), ...words)
  })
  // Half-points are ten twips, a letter is about 0.55 of its size wide.
  const needs = (size: number) => longest.map((letters) => letters * size * 5.5 + 2 * cellMargin + 20)
  const size = tableSizes.find((one) => sumOf(needs(one)) <= width) ?? smallestSize
  const least = needs(size)
  const shrink = Math.min(1, width / sumOf(least))
  const widths = shares(
    columns,
    least.map((need) => need * shrink),
    width,
  ).map(Math.floor)
  const rest = width - sumOf(widths)
  return { widths: widths.map((one, index) => (index === widths.length - 1 ? one + rest : one)), size }
}

/** Columns that need more than their share take it from the others, until each has what it needs. */
function shares(columns: PlainTable['columns'], least: readonly number[], width: number): number[] {
  const held = new Set<number>()
  for (;;) {
    const free = width - sumOf(least.filter((_, index) => held.has(index)))
    const weights = sumOf(columns.filter((_, index) => !held.has(index)).map((column) => column.weight))
    const widths = columns.map(({ weight }, index) =>
      held.has(index) ? (least[index] ?? 0) : (free * weight) / weights,
    )
    const tight = widths.flatMap((one, index) => (!held.has(index) && one < (least[index] ?? 0) ? [index] : []))
    if (tight.length === 0) return widths
    for (const index of tight) held.add(index)
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

interface LineShape {
  size: number
  bold?: boolean
  italics?: boolean
  underline?: boolean
}

/** A paragraph of one line in its own size. */
export function line(
  text: string,
  { underline, ...shape }: LineShape,
  alignment?: IParagraphOptions['alignment'],
): Paragraph {
  return new Paragraph({
    ...(alignment === undefined ? {} : { alignment }),
    spacing: { before: 0, after: 20, line: 252 },
    children: [new TextRun({ text, ...shape, ...(underline ? { underline: { type: UnderlineType.SINGLE } } : {}) })],
  })
}
