/** Registers for tests: rows by their names, values as somebody types them. */
import { newId, type BudgetLineId, type TargetId, type TaskId } from '@soanchung/shared/ids.ts'
import { cellFigure, type CellSource, type Figure } from '@soanchung/shared/targets/formula.ts'
import { cellNamesOf, problemText, readFormula, type CellNames } from '@soanchung/shared/targets/formula-text.ts'
import { formatQuantity, parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import type { Measure } from '@soanchung/shared/targets/quantity.ts'
import {
  budgetLine,
  target,
  task,
  type BudgetLine,
  type Target,
  type Task,
  type ValueContent,
} from '@soanchung/shared/targets/register.ts'
import { cellSourceOf, readMeasureWords } from '@soanchung/shared/targets/view-cells.ts'
import { aPart } from './plans.ts'

/** What stands in a cell after somebody typed this. */
export function typedValue(text: string, measure?: Measure): ValueContent {
  const quantity = parseQuantity(text, measure)
  return quantity === null ? { typed: text } : { quantity }
}

export function aLine(name: string, amounts: Record<string, string>, more: Partial<BudgetLine> = {}): BudgetLine {
  const read = Object.entries(amounts).map(([year, text]) => [year, typedValue(text)])
  return budgetLine.parse({
    id: newId<BudgetLineId>(),
    order: 'a0',
    name,
    amounts: Object.fromEntries(read),
    ...more,
  })
}

export function aTask(name: string, more: Partial<Task> = {}): Task {
  return task.parse({ id: newId<TaskId>(), order: 'a0', name, ...more })
}

/** A plan of 2026 and 2027 whose formulas are typed by the names of its rows. */
export interface Sheet extends CellSource {
  names: CellNames
  targets: readonly Target[]
  budget: readonly BudgetLine[]
}

/** A target by name, measure as its column shows it, and value in 2026; a formula begins with "=". */
export type SheetRow = readonly [name: string, measure: string, value: string]

export function aSheet(rows: readonly SheetRow[], budget: readonly BudgetLine[] = []): Sheet {
  const bare = rows.map(([name, words]) =>
    target.parse({ id: newId<TargetId>(), order: 'a0', name, ...readMeasureWords(words) }),
  )
  const years = [2026, 2027]
  const names = cellNamesOf([aPart('Mục tiêu', { targets: bare, budget: [...budget] })], years)
  const targets = bare.map((one, index): Target => {
    const value = rows[index]?.[2] ?? ''
    return value === '' ? one : { ...one, values: { 2026: contentOf(value, one.measure, names) } }
  })
  return { ...cellSourceOf([{ targets, budget }], years), names, targets, budget }
}

function contentOf(value: string, measure: Measure, names: CellNames): ValueContent {
  if (!value.startsWith('=')) return typedValue(value, measure)
  const read = readFormula(value, names)
  if (!read.ok) throw new Error(`"${value}" is no formula: ${read.why} at "${read.words}"`)
  return { formula: read.formula }
}

/** What the cell of the sheet's last row shows in 2026. */
export function lastFigure(sheet: Sheet): Figure {
  const last = sheet.targets.at(-1)
  if (last === undefined) throw new Error('the sheet has no rows')
  return cellFigure(sheet, { of: 'target', id: last.id, field: 'value.2026' })
}

/** The figure in words; a problem with the names on the way to it. */
export function figureText(figure: Figure, names: CellNames): string {
  if (figure.kind === 'quantity') return formatQuantity(figure.quantity)
  if (figure.kind === 'problem') return problemText(figure.problem, names)
  return figure.kind === 'typed' ? figure.text : ''
}
