/**
 * A plan's registers as an Excel file: a sheet for each register that has entries, one of the money by
 * source and unit, and for each year one of what the units say of the targets, where units carry the plan out. The words and sums of
 * all cells come from the shared view, so the file says what the screen says.
 */
import writeExcelFile, { type CellObject, type Row } from 'write-excel-file/node'
import { newId, type BlockId, type PartId } from '@soanchung/shared/ids.ts'
import { planTypeTitle, type PlanMeta } from '@soanchung/shared/plan/meta.ts'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import { parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import { registerNames, type RegisterName } from '@soanchung/shared/targets/register.ts'
import { measureWords, type TableCell, type ViewSource } from '@soanchung/shared/targets/view-cells.ts'
import { registerColumns, tableOf, type RegisterTable, type TableColumn } from '@soanchung/shared/targets/view.ts'
import { partNumbers, viewSourceOf, type ShownBeside } from './shown.ts'
import { budgetSumsSheet } from './xlsx-budget.ts'
import { bodyLook, NumberFormats, textCell, type Look, type PlainSheet } from './xlsx-cells.ts'
import { rollUpSheets } from './xlsx-roll-up.ts'

const sheetNames: Record<RegisterName, { name: string; caption: string }> = {
  targets: { name: 'Chỉ tiêu', caption: 'Biểu chỉ tiêu' },
  tasks: { name: 'Nhiệm vụ', caption: 'Bảng phân công nhiệm vụ' },
  budget: { name: 'Kinh phí', caption: 'Dự toán kinh phí' },
}

const titleLook: Look = { ...bodyLook, fontWeight: 'bold', align: 'center', backgroundColor: '#ececec' }
const alignments = { start: 'left', center: 'center', end: 'right' } as const
/** Points. */
const lineHeight = 16
/** Plan, number, caption: not as wide as the table. */
const titleRows = 3
/** Characters: no column is narrower, and longer texts are wrapped. */
const narrowest = 6
const narrowestFigure = 9
const widest = 42

export async function exportXlsx(snapshot: PlanSnapshot, shown: ShownBeside): Promise<Uint8Array> {
  const source = viewSourceOf(snapshot, partNumbers(snapshot), shown)
  const formats = new NumberFormats()
  const registers = registerNames.flatMap((register) => registerSheet(register, source, formats) ?? [])
  const sums = budgetSumsSheet(source, formats)
  const gathered =
    shown.rollUp === undefined || shown.rollUp === null ? [] : rollUpSheets(shown.rollUp, source, formats)
  const sheets = [...registers, ...(sums === null ? [] : [sums]), ...gathered]
  const empty = {
    name: 'Chỉ tiêu',
    caption: 'Văn bản chưa có chỉ tiêu, nhiệm vụ, kinh phí.',
    titles: [],
    widths: [],
    rows: [],
  }
  const dressed = (sheets.length === 0 ? [empty] : sheets).map((sheet) => dress(sheet, snapshot.meta))
  const file = writeExcelFile(dressed, {
    fontFamily: 'Times New Roman',
    fontSize: 12,
    // Printed as wide as the page, over as many pages as it takes.
    features: [
      {
        files: {
          transform: {
            'xl/worksheets/sheet{id}.xml': {
              transform: (xml) =>
                xml
                  .replace('<sheetViews', '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews')
                  .replace('<pageSetup ', '<pageSetup fitToHeight="0" '),
            },
          },
        },
      },
    ],
  })
  return new Uint8Array(await file.toBuffer())
}

function dress({ name, caption, titles, widths, rows }: PlainSheet, meta: PlanMeta) {
  const [year = '', month = '', day = ''] = meta.date.split('-')
  const said = [
    meta.issuer,
    meta.number === '' ? '' : `Số: ${meta.number}`,
    meta.date === '' ? '' : `Ngày ${day}/${month}/${year}`,
  ].filter(Boolean)
  const head: CellObject[][] = [
    [
      textCell(`${planTypeTitle[meta.type].toUpperCase()} ${meta.subject}`.trim(), {
        fontWeight: 'bold',
        fontSize: 14,
      }),
    ],
    [textCell(said.join(' · '), { fontStyle: 'italic' })],
    [textCell(caption, { fontWeight: 'bold' })],
    ...(titles.length === 0 ? [] : [titles.map((title) => textCell(title, titleLook))]),
  ]
  return {
    sheet: name,
    data: [...head, ...rows].map((row, index) => (index < titleRows ? row : withHeight(row, widths))),
    columns: widths.map((width) => ({ width })),
    stickyRowsCount: head.length,
    stickyColumnsCount: Math.min(2, widths.length),
    orientation: 'landscape' as const,
  }
}

/** As high as its longest text needs, which no program finds out by itself before somebody touches the row. */
function withHeight([first, ...rest]: readonly CellObject[], widths: readonly number[]): Row {
  if (first === undefined) return []
  const lines = [first, ...rest].map(({ value, wrap }, index) =>
    typeof value === 'string' && wrap === true ? Math.ceil((value.length + 1) / (widths[index] ?? widest)) : 1,
  )
  return [{ ...first, height: Math.max(1, ...lines) * lineHeight + 4 }, ...rest]
}

/** All entries of the plan with every column in which something stands; null where there are none. */
function registerSheet(register: RegisterName, source: ViewSource, formats: NumberFormats): PlainSheet | null {
  const [first] = source.parts
  if (first === undefined) return null
  const table = wholeTable(register, source, first.id)
  if (table.rows.length === 0) return null
  const { name, caption } = sheetNames[register]
  const unit =
    table.scale === null ? '' : ` (đơn vị tính: ${measureWords({ kind: 'money', scale: table.scale }, null)})`
  const left = table.total?.reduce((most, cell) => Math.max(most, cell.left ?? 0), 0) ?? 0
  return {
    name,
    caption: caption + unit,
    titles: table.columns.map((column) => column.title),
    widths: table.columns.map((column, index) => widthOf(column, table, index)),
    rows: [
      ...table.rows.map(({ cells }) => cells.map((cell, index) => cellFor(cell, table.columns[index], formats))),
      ...(table.total === null
        ? []
        : [table.total.map((cell, index) => cellFor(cell, table.columns[index], formats, { fontWeight: 'bold' }))]),
      ...(table.words === null ? [] : [[textCell(table.words, { fontStyle: 'italic' })]]),
      ...(left === 0 ? [] : [[textCell(`Tổng cộng chưa kể ${left} ô không cộng được.`, { fontStyle: 'italic' })]]),
    ],
  }
}

function wholeTable(register: RegisterName, source: ViewSource, part: PartId): RegisterTable {
  const id = newId<BlockId>()
  const view = { type: 'view', id, register, scope: 'plan', group: 'none', title: '' } as const
  const all = tableOf({ ...view, columns: [...registerColumns[register]] }, source, part)
  const filled = all.columns.filter(
    ({ key }, index) => key === 'name' || all.rows.some(({ cells }) => (cells[index]?.text ?? '') !== ''),
  )
  return tableOf({ ...view, columns: filled.map(({ key }) => key) }, source, part)
}

function cellFor(
  cell: TableCell,
  column: TableColumn | undefined,
  formats: NumberFormats,
  more: Look = {},
): CellObject {
  const look: Look = { ...bodyLook, align: alignments[column?.align ?? 'start'], ...more }
  if (column?.key === 'number' && cell.text !== '') return formats.cell(cell.text, cell.text, look)
  if (cell.kind === 'problem') return textCell(cell.text, { ...look, fontStyle: 'italic' })
  if (cell.kind !== 'figure') return textCell(cell.text, look)
  const number = cell.amount ?? singleNumber(cell.text)
  return number === null ? textCell(cell.text, look) : formats.cell(number, cell.text, look)
}

/** The number of "≥ 80"; null for a range, which is two, and for "tất cả". */
function singleNumber(text: string): string | null {
  const quantity = parseQuantity(text)
  return quantity?.numbers.length === 1 ? (quantity.numbers[0] ?? null) : null
}

function widthOf(column: TableColumn, { rows, total }: RegisterTable, index: number): number {
  const texts = [...rows.map(({ cells }) => cells), total ?? []].map((cells) => cells[index]?.text ?? '')
  const longest = Math.max(...texts.map((text) => text.length))
  const word = Math.max(...column.title.split(' ').map((one) => one.length))
  return Math.min(widest, Math.max(column.align === 'end' ? narrowestFigure : narrowest, word + 2, longest + 2))
}
