/**
 * A small grid of typed amounts, units down and amounts across, and what a block from a spreadsheet
 * puts where. A block that does not fit is refused whole. A first column of names finds its own rows.
 */
import { foldText } from '@soanchung/shared/fold.ts'

interface NamedRow {
  names: readonly string[]
}

interface PlacedText {
  row: number
  column: number
  text: string
}

export type PasteProblem = { kind: 'rows' | 'columns'; have: number; need: number } | { kind: 'unknown'; name: string }

export function placePaste(
  block: readonly (readonly string[])[],
  rows: readonly NamedRow[],
  columns: number,
  at: { row: number; column: number },
): { ok: true; texts: PlacedText[] } | { ok: false; problem: PasteProblem } {
  const filled = block.filter((row) => row.some((text) => text !== ''))
  const width = Math.max(0, ...filled.map((row) => row.length))
  const isNamed = width > 1 && filled.some(([name = '']) => rowNamed(rows, name) !== null)
  const across = isNamed ? width - 1 : width
  if (at.column + across > columns) return no({ kind: 'columns', have: columns - at.column, need: across })
  if (!isNamed && at.row + filled.length > rows.length) {
    return no({ kind: 'rows', have: rows.length - at.row, need: filled.length })
  }
  const texts: PlacedText[] = []
  for (const [index, line] of filled.entries()) {
    const [name = '', ...rest] = line
    const row = isNamed ? rowNamed(rows, name) : at.row + index
    // The heading of a copied table names no unit, and no amount either.
    if (row === null && index === 0) continue
    if (row === null) return no({ kind: 'unknown', name })
    for (const [offset, text] of (isNamed ? rest : line).entries()) {
      texts.push({ row, column: at.column + offset, text })
    }
  }
  return { ok: true, texts }
}

function rowNamed(rows: readonly NamedRow[], name: string): number | null {
  const wanted = foldText(name)
  const at = wanted === '' ? -1 : rows.findIndex(({ names }) => names.some((one) => foldText(one) === wanted))
  return at < 0 ? null : at
}

function no(problem: PasteProblem): { ok: false; problem: PasteProblem } {
  return { ok: false, problem }
}
