/**
 * A register table in a Word file, portrait or across the page: a header row that repeats, headings
 * of groups with their sums, a total, the amount in words below. The words of all cells come from
 * the shared view, so the page says what the screen says.
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
import { measureWords, type TableCell as Words } from '@soanchung/shared/targets/view-cells.ts'
import type { RegisterTable } from '@soanchung/shared/targets/view.ts'

/** Half-points. */
const captionSize = 28
const tableSize = 24
/** Of the words in a table, the first in which no number has to be broken. */
const tableSizes = [tableSize, 22, 20]
const smallestSize = 18
/** How much wider the capitals of bold titles are than what stands below. */
const boldness = 1.3
/** Twips beside the words of a cell. */
const cellMargin = 60

/** Caption, table and what stands below it. `width` is that of the text, in twips. */
export function registerTable(table: RegisterTable, width: number): (Paragraph | Table)[] {
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
  const rows = table.rows.map(({ row: one, cells }) => {
    if (one.kind === 'entry') return new TableRow({ cantSplit: true, children: row(cells, false) })
    // The heading takes the columns before the first sum, or all.
    const firstSum = cells.findIndex(({ kind }, index) => index > 0 && kind !== 'empty')
    const span = firstSum < 0 ? widths.length : firstSum
    const heading = cell(`${one.label}. ${one.title}`, {
      width: sumOf(widths.slice(0, span)),
      size,
      bold: true,
      keepNext: true,
      align: 'start',
      span,
    })
    return new TableRow({ cantSplit: true, children: [heading, ...row(cells.slice(span), true, span, true)] })
  })
  const total =
    table.total === null
      ? []
      : [new TableRow({ cantSplit: true, children: row(table.total, true, 0, table.words !== null) })]
  return [
    ...(table.title === '' ? [] : [caption(table.title)]),
    ...(table.scale === null
      ? []
      : [
          line(
            `Đơn vị tính: ${measureWords({ kind: 'money', scale: table.scale }, null)}`,
            { size: tableSize, italics: true },
            AlignmentType.END,
          ),
        ]),
    new Table({
      width: { size: width, type: WidthType.DXA },
      layout: TableLayoutType.FIXED,
      columnWidths: widths,
      rows: [header, ...rows, ...total],
    }),
    ...(table.words === null ? [] : [wordsBelow(table.words)]),
  ]
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
function columnWidths({ columns, rows, total }: RegisterTable, width: number): { widths: number[]; size: number } {
  const cells = [...rows.map((row) => row.cells), total ?? []]
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
function shares(columns: RegisterTable['columns'], least: readonly number[], width: number): number[] {
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
