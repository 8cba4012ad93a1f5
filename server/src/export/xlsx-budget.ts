/**
 * What a plan costs by year: by source, by unit, and by both where there are several of each. The
 * sums are those of the shared view, so the sheet says what the budget table says.
 */
import type { CellObject } from 'write-excel-file/node'
import {
  measureWords,
  sumOf,
  type CellContext,
  type EntryRow,
  type ViewSource,
} from '@soanchung/shared/targets/view-cells.ts'
import { contextOf, rowsOf } from '@soanchung/shared/targets/view.ts'
import { bodyLook, textCell, type Look, type NumberFormats, type PlainSheet } from './xlsx-cells.ts'

const bold: Look = { fontWeight: 'bold' }
const noSource = 'Chưa ghi nguồn'
const noUnit = 'Chưa giao đơn vị'

/** Null where the plan has no budget lines. */
export function budgetSumsSheet(source: ViewSource, formats: NumberFormats): PlainSheet | null {
  const lines = rowsOf({ register: 'budget', scope: 'plan', group: 'none' }, source, null).filter(
    (row) => row.kind === 'entry',
  )
  if (lines.length === 0) return null
  const context = contextOf(lines, source)
  const keys = [...context.years.map((year) => `amount.${year}`), 'total']
  const bySource = grouped(lines, (line) => nameOfSource(line))
  const byUnit = grouped(lines, (line) => nameOfUnit(line, context))
  const row = (names: readonly [string, string], members: readonly EntryRow[], look: Look = {}): CellObject[] => [
    ...names.map((name) => textCell(name, { ...bodyLook, ...look })),
    ...keys.map((key) => sumCell(members, key, context, formats, look)),
  ]
  const heading = (words: string) => [
    textCell(words, { ...bodyLook, ...bold, backgroundColor: '#f4f4f4' }),
    ...['', ...keys].map(() => textCell('', { ...bodyLook, backgroundColor: '#f4f4f4' })),
  ]
  const hasBoth = bySource.length > 1 && byUnit.length > 1
  return {
    name: 'Kinh phí theo nguồn, đơn vị',
    caption: `Kinh phí theo năm, nguồn và đơn vị (đơn vị tính: ${measureWords({ kind: 'money', scale: context.scale }, null)})`,
    titles: ['Nguồn', 'Đơn vị chủ trì', ...context.years.map((year) => `Năm ${year}`), 'Cộng'],
    widths: [30, 34, ...keys.map(() => 14)],
    rows: [
      heading('Theo nguồn'),
      ...bySource.map(([name, members]) => row([name, ''], members)),
      heading('Theo đơn vị'),
      ...byUnit.map(([name, members]) => row(['', name], members)),
      ...(hasBoth
        ? [
            heading('Theo nguồn và đơn vị'),
            ...bySource.flatMap(([name, members]) =>
              grouped(members, (line) => nameOfUnit(line, context)).map(([unit, own]) => row([name, unit], own)),
            ),
          ]
        : []),
      row(['Tổng cộng', ''], lines, bold),
    ],
  }
}

/** Groups by name; those without one come last. */
function grouped(lines: readonly EntryRow[], nameOf: (line: EntryRow) => string): [string, EntryRow[]][] {
  const collator = new Intl.Collator('vi', { numeric: true })
  const isNone = (name: string) => Number(name === noSource || name === noUnit)
  return [...Map.groupBy(lines, nameOf)].sort(([a], [b]) => isNone(a) - isNone(b) || collator.compare(a, b))
}

function nameOfSource(line: EntryRow): string {
  return (line.register === 'budget' && line.entry.source) || noSource
}

function nameOfUnit(line: EntryRow, { units }: CellContext): string {
  const id = line.register === 'budget' ? line.entry.responsible : null
  return (id !== null && units.get(id)?.name) || noUnit
}

/** What could not be added is said beside the sum. */
function sumCell(
  members: readonly EntryRow[],
  key: string,
  context: CellContext,
  formats: NumberFormats,
  more: Look,
): CellObject {
  const { text, amount, left } = sumOf(members, key, context)
  const look: Look = { ...bodyLook, align: 'right', ...more }
  const words = [text, left === undefined ? '' : `(chưa kể ${left} số)`].filter(Boolean).join(' ')
  return amount === undefined ? textCell(words, look) : formats.cell(amount, words, look)
}
