/**
 * What units say of the targets that a plan gives down, a sheet for each year in which one says
 * something: units down, targets across, below them what it comes to, what is wanted and what is
 * missing. The state of a number stands beside it, in the number's format.
 */
import type { CellObject } from 'write-excel-file/node'
import { isSaidIn, matrixTable, type MatrixTable, type SaidCell } from '@soanchung/shared/links/matrix-table.ts'
import type { PlanRollUp } from '@soanchung/shared/links/links.ts'
import { planYears } from '@soanchung/shared/plan/meta.ts'
import type { ViewSource } from '@soanchung/shared/targets/view-cells.ts'
import { rowsOf } from '@soanchung/shared/targets/view.ts'
import { bodyLook, textCell, type Look, type NumberFormats, type PlainSheet } from './xlsx-cells.ts'

const numberLook: Look = { ...bodyLook, align: 'right' }
const bold: Look = { fontWeight: 'bold' }
/** Characters. */
const narrowest = 14

export function rollUpSheets(rollUp: PlanRollUp, source: ViewSource, formats: NumberFormats): PlainSheet[] {
  const rows = rowsOf({ register: 'targets', scope: 'plan', group: 'none' }, source, null)
  const said = planYears(source.meta)
    .map(String)
    .filter((year) => isSaidIn(rollUp.targets, year))
  return said.flatMap((year) => {
    const table = matrixTable(rollUp, rows, source, { year, mode: 'values' })
    return table === null ? [] : [sheetOf(table, year, formats)]
  })
}

function sheetOf({ title, heads, rows, below }: MatrixTable, year: string, formats: NumberFormats): PlainSheet {
  return {
    name: `Tổng hợp ${year}`,
    caption: title,
    titles: ['TT', 'Đơn vị', 'Văn bản', ...heads.map(titleOf)],
    widths: [
      6,
      34,
      14,
      ...heads.map((head, at) =>
        widthOf(
          head.name,
          [...rows, ...below].flatMap(({ cells }) => cells[at] ?? []),
        ),
      ),
    ],
    rows: [
      ...rows.map(({ name, standing, cells }, index): CellObject[] => [
        formats.cell(String(index + 1), String(index + 1), { ...bodyLook, align: 'center' }),
        textCell(name, bodyLook),
        textCell(standing, bodyLook),
        ...cells.map((cell) => numberCell(cell, formats)),
      ]),
      ...below.map(({ name, cells }): CellObject[] => [
        textCell('', bodyLook),
        textCell(name, { ...bodyLook, ...bold }),
        textCell('', bodyLook),
        ...cells.map((cell) => numberCell(cell, formats, bold)),
      ]),
    ],
  }
}

function titleOf({ name, measure }: MatrixTable['heads'][number]): string {
  return measure === '' ? name : `${name} (${measure})`
}

interface WordedCell extends SaidCell {
  word?: string
}

/** The state without its amount, of which each would be a number format of its own. */
function wordsOf({ text, word = '' }: WordedCell): string {
  return text === '' || word === '' ? text || word : `${text} (${word})`
}

function numberCell(cell: WordedCell, formats: NumberFormats, more: Look = {}): CellObject {
  const look: Look = { ...numberLook, ...more }
  const words = wordsOf(cell)
  if (cell.number !== null) return formats.cell(cell.number, words, look)
  return textCell(words, cell.text === '' ? { ...look, fontStyle: 'italic' } : look)
}

/** A number that is wider than its column would show as `###`. */
function widthOf(name: string, cells: readonly WordedCell[]): number {
  return Math.ceil(Math.max(narrowest, name.length / 3, ...cells.map((cell) => wordsOf(cell).length + 2)))
}
