/**
 * What a reference says: the words of one cell of a target, as they stand in a sentence. A
 * reference to a target that is gone stays visible as broken, with the last words; it never turns
 * into silent text. The words are the document's own, always Vietnamese.
 */
import { formatQuantity } from './quantity-text.ts'
import type { Target, ValueContent } from './register.ts'

/** `unread`: the cell holds text that is no quantity; it is shown as typed. */
export interface ReferenceText {
  text: string
  state: 'ok' | 'broken' | 'empty' | 'unread'
}

/** `target` is undefined where the plan has none of this id; `isGone` where its part is deleted. */
export function referenceText(target: Target | undefined, cell: string, isGone = false): ReferenceText {
  if (target === undefined) return { text: '[chỉ tiêu không còn]', state: 'broken' }
  const shown = cellText(target, cell)
  if (isGone || target.deletedAt !== null || target.movedTo !== null) {
    const last = shown.text === '' ? target.name : shown.text
    return { text: last === '' ? '[chỉ tiêu đã xoá]' : `[chỉ tiêu đã xoá: ${last}]`, state: 'broken' }
  }
  return shown.text === '' ? { text: '[chưa có số]', state: 'empty' } : shown
}

function cellText(target: Target, cell: string): ReferenceText {
  if (cell === 'name') return { text: target.name, state: 'ok' }
  const content = cell === 'baseline' ? target.baseline : target.values[cell.slice('value.'.length)]
  return valueText(content ?? null)
}

function valueText(content: ValueContent | null): ReferenceText {
  if (content === null) return { text: '', state: 'empty' }
  if ('typed' in content) return { text: content.typed, state: 'unread' }
  return { text: formatQuantity(content.quantity, 'sentence'), state: 'ok' }
}
