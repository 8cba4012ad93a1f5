/**
 * What the screen says of a cell besides its own words: how a text will be read, why it cannot be,
 * where a derived figure comes from. In the language of the interface.
 */
import { formatDue, parseDue } from '@soanchung/shared/targets/due.ts'
import { cellFigure, type Figure, type FormulaProblem } from '@soanchung/shared/targets/formula.ts'
import { formatFormula, isFormulaText, readFormula, type CellNames } from '@soanchung/shared/targets/formula-text.ts'
import { quantityFault, type QuantityFault } from '@soanchung/shared/targets/quantity-fault.ts'
import { formatQuantity, parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import type { CellContext, EntryRow, TableCell } from '@soanchung/shared/targets/view-cells.ts'
import { m } from '../paraglide/messages.js'
import {
  cellRefOf,
  contentOf,
  isFigure,
  measureOfCell,
  readCell,
  reckonedFigure,
  type CellRefusal,
  type Reading,
} from './cells.ts'

export interface DraftHint {
  text: string
  isFault: boolean
}

/** How a text will be read in the cell; null where nothing needs to be said. */
export function draftHint(row: EntryRow, key: string, draft: string, reading: Reading): DraftHint | null {
  if (draft.trim() === '') return null
  if (key === 'due') {
    const due = parseDue(draft)
    const isTyped = due === null || 'typed' in due
    return { text: isTyped ? m.targets_due_typed() : m.targets_reads_as({ text: formatDue(due) }), isFault: false }
  }
  if (!isFigure(key)) return null
  if (/^\s*[=＝]\s*$/.test(draft)) return { text: m.targets_formula_begin(), isFault: false }
  const read = readCell(row, key, draft, reading)
  if (!read.ok) return { text: refusalText(read), isFault: true }
  if (read.unread) return { text: faultText(row, key, draft, reading), isFault: true }
  if (isFormulaText(draft)) {
    const formula = readFormula(draft, reading.names)
    return formula.ok ? figureHint(reckonedFigure(row, key, formula.formula, reading), reading.names) : null
  }
  const quantity = parseQuantity(draft, measureOfCell(row, key, reading.scale))
  return quantity === null ? null : { text: m.targets_reads_as({ text: formatQuantity(quantity) }), isFault: false }
}

function figureHint(figure: Figure, names: CellNames): DraftHint | null {
  switch (figure.kind) {
    case 'quantity':
      return { text: m.targets_comes_to({ text: formatQuantity(figure.quantity) }), isFault: false }
    case 'problem':
      return { text: problemReason(figure.problem, names), isFault: true }
    default:
      return null
  }
}

/** Why a text has no place. */
export function refusalText({ why, text }: CellRefusal): string {
  switch (why) {
    case 'too-long':
      return m.targets_too_long()
    case 'unknown-unit':
      return m.targets_unknown_unit({ text })
    case 'unknown-target':
      return m.targets_unknown_target({ text })
  }
}

/** Why what stands in the cell as typed is no figure, and what would be. */
export function faultText(row: EntryRow, key: string, text: string, reading: Reading): string {
  const measure = measureOfCell(row, key, reading.scale)
  const { years } = reading.cells
  if (isFormulaText(text)) {
    const read = readFormula(text, reading.names)
    if (read.ok) return m.targets_fault_formula()
    return read.why === 'cell'
      ? m.targets_fault_no_cell({ name: read.words })
      : m.targets_fault_syntax({ words: read.words })
  }
  const reasons: Record<QuantityFault, () => string> = {
    number: m.targets_fault_number,
    order: m.targets_fault_order,
    large: m.targets_fault_large,
    year: () => m.targets_fault_year({ from: years[0] ?? '', to: years.at(-1) ?? '' }),
    formula: m.targets_fault_formula,
    text: m.targets_fault_text,
  }
  const fault = quantityFault(text, measure, years)
  if (fault !== null) return reasons[fault]()
  return measure.kind === 'money' ? m.targets_fault_money() : m.targets_fault_text()
}

/** Why a formula comes to nothing, with the cells that lead there. */
function problemReason({ why, path }: FormulaProblem, names: Pick<CellNames, 'nameOf'>): string {
  const way = path.map((ref) => names.nameOf(ref) ?? '?').join(' → ')
  const reasons: Record<FormulaProblem['why'], (words: { way: string }) => string> = {
    circle: m.targets_problem_circle,
    missing: m.targets_problem_missing,
    unread: m.targets_problem_unread,
    gone: m.targets_problem_gone,
    measure: m.targets_problem_measure,
    ratio: m.targets_problem_ratio,
    bounds: m.targets_problem_bounds,
    zero: m.targets_problem_zero,
    large: m.targets_problem_large,
    deep: m.targets_problem_deep,
    syntax: m.targets_problem_syntax,
  }
  return reasons[why]({ way })
}

/** What a cell's figure comes from, or why it has none; null where its words say all. */
export function explanation(
  row: EntryRow,
  key: string,
  cell: TableCell,
  context: CellContext & { names: CellNames },
  reading: Reading,
): string | null {
  if (cell.kind === 'unread') return faultText(row, key, cell.text, reading)
  const content = contentOf(row, key)
  const formula = content !== null && 'formula' in content ? formatFormula(content.formula, context.names) : null
  if (cell.kind === 'problem') {
    const ref = cellRefOf(row, key)
    const figure = ref === null ? null : cellFigure(context.cells, ref)
    const reason = figure?.kind === 'problem' ? problemReason(figure.problem, context.names) : cell.text
    return formula === null ? reason : `${reason} ${formula}`
  }
  if (cell.isDerived !== true) return null
  return formula ?? m.targets_derived_product()
}
