/**
 * What a reference says: the words of one cell of a target, as they stand in a sentence. A
 * reference to a target that is gone stays visible as broken, with the last words; it never turns
 * into silent text. The words are the document's own, always Vietnamese.
 */
import { cellFigure, type CellSource } from './formula.ts'
import { problemText } from './formula-text.ts'
import { formatQuantity } from './quantity-text.ts'
import { isLiving, type Target } from './register.ts'

/**
 * `unread`: the cell holds text that is no quantity; it is shown as typed. `problem`: its formula comes
 * to nothing.
 */
export interface ReferenceText {
  text: string
  state: 'ok' | 'broken' | 'empty' | 'unread' | 'problem'
}

/**
 * `target` is undefined where the plan has none of this id; `isGone` where its part is deleted. `cells`
 * are those that formulas refer to.
 */
export function referenceText(
  target: Target | undefined,
  cell: string,
  cells: CellSource,
  isGone = false,
): ReferenceText {
  if (target === undefined) return { text: '[chỉ tiêu không còn]', state: 'broken' }
  const shown = cellText(target, cell, cells)
  if (isGone || !isLiving(target)) {
    const last = shown.text === '' ? target.name : shown.text
    return { text: last === '' ? '[chỉ tiêu đã xoá]' : `[chỉ tiêu đã xoá: ${last}]`, state: 'broken' }
  }
  return shown.text === '' ? { text: '[chưa có số]', state: 'empty' } : shown
}

function cellText(target: Target, cell: string, cells: CellSource): ReferenceText {
  if (cell === 'name') return { text: target.name, state: 'ok' }
  const content = cell === 'baseline' ? target.baseline : (target.values[cell.slice('value.'.length)] ?? null)
  if (content === null) return { text: '', state: 'empty' }
  if ('typed' in content) return { text: content.typed, state: 'unread' }
  if ('quantity' in content) return { text: formatQuantity(content.quantity, 'sentence'), state: 'ok' }
  const figure = cellFigure(cells, { of: 'target', id: target.id, field: cell })
  if (figure.kind === 'quantity') return { text: formatQuantity(figure.quantity, 'sentence'), state: 'ok' }
  return { text: figure.kind === 'problem' ? problemText(figure.problem) : '', state: 'problem' }
}
