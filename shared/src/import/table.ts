/**
 * Tables of a pasted text: rows whose cells are parted by tabs. A table with a column of names and
 * columns of years is one of targets: each row is offered as one target with a value for each
 * year, its other cells as a note. Of any other table the rows stay text.
 */
import { parseQuantity } from '../targets/quantity-text.ts'
import type { Quantity } from '../targets/quantity.ts'
import type { Period } from '../plan/meta.ts'
import type { ImportedBlock, OfferedTarget } from './result.ts'

type RowTarget = Pick<OfferedTarget, 'name' | 'quantity' | 'year' | 'others' | 'note' | 'from' | 'to'>

/** The text of a row, and where each of its cells begins. */
export function joinCells(cells: readonly string[]): { text: string; starts: number[] } {
  let text = ''
  const starts = cells.map((cell, index) => {
    if (index > 0) text += text === '' ? '|' : ' |'
    if (text !== '' && cell !== '') text += ' '
    const start = text.length
    text += cell
    return start
  })
  return { text, starts }
}

/** A run of blocks that are rows, from `first` up to and without `end`. */
export interface Table {
  first: number
  end: number
}

/** The table that each block is a row of, by the block's index. */
export function tablesOf(blocks: readonly ImportedBlock[]): (Table | null)[] {
  let open: Table | null = null
  return blocks.map(({ cells }, index) => {
    if (cells === undefined) return (open = null)
    open ??= { first: index, end: index }
    open.end = index + 1
    return open
  })
}

interface Columns {
  name: number
  measure: number
  number: number
  years: { column: number; year: number }[]
  /** What heads each column. */
  titles: readonly string[]
}

const yearTitle =
  /^(?:(?:đến|hết|cuối|trong|kế hoạch|kh|mục tiêu|mt|chỉ tiêu|thực hiện|th|ước|hiện trạng|kết quả)[ .]*)*(?:năm )?((?:19|20)\d{2})$/iu
const pastTitle = /^(?:hiện trạng|hiện có|hiện nay|thực trạng|kết quả thực hiện|đã thực hiện|đã đạt)/iu
const nameTitle = /^(?:tên |các )?(?:chỉ tiêu|tiêu chí|nội dung|mục tiêu|danh mục)/iu
const measureTitle = /^(?:đvt|đơn vị(?: tính)?|đ\/v tính)$/iu
const numberTitle = /^(?:tt|stt|số tt|số thứ tự|#)$/iu

/** What the first row of a table says about its columns; null where it is no table of targets by year. */
export function readColumns(titles: readonly string[], period: Period): Columns | null {
  const find = (pattern: RegExp) => titles.findIndex((title) => pattern.test(title))
  const years = titles.flatMap((title, column) => {
    const said = yearTitle.exec(title)?.[1]
    if (said !== undefined) return [{ column, year: Number(said) }]
    return pastTitle.test(title) ? [{ column, year: period.from - 1 }] : []
  })
  const name = titles.findIndex((title) => nameTitle.test(title) && !yearTitle.test(title))
  if (name < 0 || years.length === 0) return null
  return { name, measure: find(measureTitle), number: find(numberTitle), years, titles }
}

/** The target of a row; null for a heading of rows, and where a value is no quantity. */
export function readRow(cells: readonly string[], columns: Columns): RowTarget | null {
  const name = (cells[columns.name] ?? '').replace(/^[-–+•]\s*/u, '')
  const measure = cells[columns.measure] ?? (/^(?:tỷ|tỉ) lệ/iu.test(name) ? '%' : '')
  const values: { year: number; quantity: Quantity; column: number }[] = []
  for (const { column, year } of columns.years) {
    const cell = cells[column] ?? ''
    if (/^[-–…./\s]*$/u.test(cell)) continue
    const quantity = parseQuantity(`${cell} ${measure}`.trim()) ?? parseQuantity(cell)
    if (quantity === null) return null
    values.push({ year, quantity, column })
  }
  values.sort((a, b) => a.year - b.year)
  const main = values.pop()
  if (name === '' || main === undefined) return null
  const known = new Set([columns.name, columns.measure, columns.number, ...columns.years.map(({ column }) => column)])
  const note = cells.flatMap((cell, column) =>
    known.has(column) || cell === ''
      ? []
      : [[columns.titles[column] ?? '', cell].filter((one) => one !== '').join(': ')],
  )
  const from = joinCells(cells).starts[main.column] ?? 0
  return {
    name,
    quantity: main.quantity,
    year: main.year,
    others: values.map(({ year, quantity }) => ({ year, quantity })),
    note: note.join('; '),
    from,
    to: from + (cells[main.column] ?? '').length,
  }
}
