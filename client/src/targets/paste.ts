/**
 * What pasting or filling a block of texts would write. Everything is worked out before anything is
 * written: a block that does not fit, or that touches a cell which may not be written, is refused
 * whole, with the reason. Columns that are derived take nothing, and say so.
 */
import { budgetLine, target, task, type RegisterName } from '@soanchung/shared/targets/register.ts'
import { newId, type BudgetLineId, type PartId, type TargetId, type TaskId } from '@soanchung/shared/ids.ts'
import type { TableColumn, TableRow } from '@soanchung/shared/targets/view.ts'
import type { EntryRow } from '@soanchung/shared/targets/view-cells.ts'
import { isDerived, readCell, withFields, type CellRefusal, type Reading } from './cells.ts'
import type { EntryWrite } from './register-edit.ts'
import type { CellBlock } from './selection.ts'

interface PasteTable {
  register: RegisterName
  /** The part that new rows go to; null where rows cannot be added. */
  newRowsIn: PartId | null
  rows: readonly TableRow[]
  columns: readonly TableColumn[]
  reading: Reading
  /** Why a cell may not be written; null where it may. */
  refusal: (row: EntryRow, key: string) => string | null
}

interface Paste {
  writes: EntryWrite[]
  /** Rows to add at the end. */
  added: Record<string, unknown>[]
  cells: number
  /** Cells whose text is kept as typed, because it is no quantity. */
  unread: number
  /** Titles of derived columns whose texts were left out. */
  leftOut: string[]
  /** What is selected afterwards. */
  covered: CellBlock
}

export type PasteProblem =
  | { kind: 'rows'; have: number; need: number }
  | { kind: 'columns'; have: number; need: number }
  | { kind: 'refused'; row: number; reason: string }
  | { kind: CellRefusal['why']; row: number; column: string; text: string }

export function planPaste(
  block: readonly (readonly string[])[],
  selected: CellBlock,
  table: PasteTable,
): { ok: true; paste: Paste } | { ok: false; problem: PasteProblem } {
  const texts = tile(block, selected, table.rows)
  const width = Math.max(0, ...texts.map((row) => row.length))
  const columns = table.columns.slice(selected.left, selected.left + width)
  if (columns.length < width) return problem({ kind: 'columns', have: columns.length, need: width })
  const onto = table.rows
    .slice(selected.top)
    .filter((row) => row.kind === 'entry')
    .slice(0, texts.length)
  if (onto.length < texts.length && table.newRowsIn === null) {
    return problem({ kind: 'rows', have: onto.length, need: texts.length })
  }
  const paste: Paste = {
    writes: [],
    added: [],
    cells: 0,
    unread: 0,
    leftOut: columns
      .filter((column, index) => isDerived(column.key) && texts.some((row) => (row[index] ?? '') !== ''))
      .map((column) => column.title),
    covered: { ...selected, right: selected.left + Math.max(1, width) - 1 },
  }
  for (const [index, row] of texts.entries()) {
    const at = onto[index]
    const read = readRow(
      at ?? blankRow(table),
      row,
      columns,
      at === undefined ? { ...table, refusal: () => null } : table,
    )
    if ('kind' in read) return problem(read)
    paste.cells += read.cells
    paste.unread += read.unread
    if (at === undefined) paste.added.push(read.fields)
    else paste.writes.push({ register: at.register, part: at.part, id: at.id, fields: read.fields })
  }
  const last = onto.at(-1)
  const lastRow =
    paste.added.length > 0 ? table.rows.length - 1 + paste.added.length : table.rows.findIndex((row) => row === last)
  paste.covered.bottom = Math.max(selected.top, lastRow)
  return { ok: true, paste }
}

function problem(found: PasteProblem): { ok: false; problem: PasteProblem } {
  return { ok: false, problem: found }
}

/** Repeats a block over a selection that is a whole multiple of it, as spreadsheets do. */
function tile(
  block: readonly (readonly string[])[],
  selected: CellBlock,
  rows: readonly TableRow[],
): readonly (readonly string[])[] {
  const height = rows.slice(selected.top, selected.bottom + 1).filter((row) => row.kind === 'entry').length
  const width = selected.right - selected.left + 1
  const across = Math.max(0, ...block.map((row) => row.length))
  const timesDown = block.length > 0 && height % block.length === 0 ? height / block.length : 1
  const timesAcross = across > 0 && width % across === 0 ? width / across : 1
  const wide = block.map((row) => {
    const full = [...row, ...Array.from({ length: across - row.length }, () => '')]
    return Array.from({ length: Math.max(1, timesAcross) }, () => full).flat()
  })
  return Array.from({ length: Math.max(1, timesDown) }, () => wide).flat()
}

function blankRow(table: PasteTable): EntryRow {
  const place = { kind: 'entry', part: table.newRowsIn as PartId, number: 0 } as const
  switch (table.register) {
    case 'targets': {
      const id = newId<TargetId>()
      return { ...place, register: 'targets', id, entry: target.parse({ id, order: 'a0' }) }
    }
    case 'tasks': {
      const id = newId<TaskId>()
      return { ...place, register: 'tasks', id, entry: task.parse({ id, order: 'a0' }) }
    }
    case 'budget': {
      const id = newId<BudgetLineId>()
      return { ...place, register: 'budget', id, entry: budgetLine.parse({ id, order: 'a0' }) }
    }
  }
}

/** Reads measure and noun first, because they say how the figures beside them are to be read. */
function readRow(
  row: EntryRow,
  texts: readonly string[],
  columns: readonly TableColumn[],
  table: PasteTable,
): { fields: Record<string, unknown>; cells: number; unread: number } | PasteProblem {
  const cells = columns
    .map((column, index) => ({ column, text: texts[index] ?? '' }))
    .filter(({ column }) => !isDerived(column.key))
    .sort((a, b) => Number(saysMeasure(b.column.key)) - Number(saysMeasure(a.column.key)))
  let current = row
  let fields: Record<string, unknown> = {}
  let unread = 0
  for (const { column, text } of cells) {
    const reason = table.refusal(row, column.key)
    if (reason !== null) return { kind: 'refused', row: row.number, reason }
    const read = readCell(current, column.key, text, table.reading)
    if (!read.ok) return { kind: read.why, row: row.number, column: column.title, text: read.text }
    if (read.unread) unread += 1
    fields = { ...fields, ...read.fields }
    current = withFields(current, read.fields)
  }
  return { fields, cells: cells.length, unread }
}

const saysMeasure = (key: string) => key === 'measure' || key === 'noun'

/** Fills every selected row with the texts of the first; one row alone takes those of the row above. */
export function fillDown(selected: CellBlock, rows: readonly TableRow[]): { from: number; onto: CellBlock } | null {
  if (selected.bottom > selected.top) {
    return { from: selected.top, onto: { ...selected, top: selected.top + 1 } }
  }
  for (let above = selected.top - 1; above >= 0; above -= 1) {
    if (rows[above]?.kind === 'entry') return { from: above, onto: selected }
  }
  return null
}
