/**
 * "Make this number a target": what is proposed for a number that a person selected in a sentence,
 * and the making of it. The reference that comes in the selection's place says the figure in the
 * formatter's words; the proposal shows the sentence with them, before anything is made.
 */
import type { PartId, TargetId, UnitId } from '@soanchung/shared/ids.ts'
import type { Quantity } from '@soanchung/shared/targets/quantity.ts'
import { findQuantities } from '@soanchung/shared/targets/quantity-find.ts'
import { formatQuantity, parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'
import { addEntries } from './register-edit.ts'

export interface TargetProposal {
  name: string
  quantity: Quantity | null
  /** A cell of the target: `value.2027`, or `baseline`. */
  cell: string
}

/** Reads a selection in its sentence. `years` are the plan's own, at least one. */
export function proposeTarget(text: string, sentence: string, years: readonly number[]): TargetProposal {
  const quantity = parseQuantity(text) ?? findQuantities(text)[0]?.quantity ?? null
  return { quantity, cell: `value.${yearOf(quantity, text, sentence, years)}`, name: nameOf(quantity, text, sentence) }
}

/** The year that is said: in the figure, in the sentence before it or behind it; else the plan's last. */
function yearOf(quantity: Quantity | null, text: string, sentence: string, years: readonly number[]): number {
  const at = Math.max(0, sentence.indexOf(text))
  const said = [
    quantity?.deadline,
    ...[...sentence.slice(0, at).matchAll(/năm (\d{4})/giu)].map((found) => Number(found[1])).reverse(),
    ...[...sentence.slice(at).matchAll(/năm (\d{4})/giu)].map((found) => Number(found[1])),
  ]
  return said.find((year) => year !== undefined && years.includes(year)) ?? years.at(-1) ?? new Date().getFullYear()
}

const longestName = 200

/** What is counted: the noun and the words up to the next pause; else the words before the figure. */
function nameOf(quantity: Quantity | null, text: string, sentence: string): string {
  const at = sentence.indexOf(text)
  const behind = at < 0 ? '' : sentence.slice(at + text.length)
  const before = at < 0 ? '' : sentence.slice(0, at)
  const counted = quantity?.measure.kind === 'count' ? `${quantity.measure.noun} ` : ''
  const after = firstClause(behind)
  const name = after !== '' || counted !== '' ? counted + after : subjectOf(before)
  const trimmed = name.replace(/\s+/g, ' ').trim().slice(0, longestName)
  return trimmed === '' ? '' : trimmed[0]?.toLocaleUpperCase('vi') + trimmed.slice(1)
}

function firstClause(words: string): string {
  const clause = /^[^,;:.!?()]*/u.exec(words)?.[0] ?? ''
  return clause.replace(/\s(?:vào|đến|trong|tính đến)\s+(?:hết |cuối )?năm\s\d{4}.*$/iu, '').trim()
}

/** "Tỷ lệ hộ nghèo giảm còn" → "Tỷ lệ hộ nghèo". */
function subjectOf(words: string): string {
  const clause = words.split(/[,;:.!?()]/u).at(-1) ?? ''
  return clause
    .replace(/(?:\s+(?:phấn đấu|đạt|còn|giảm|tăng|lên|xuống|là|có|được|khoảng|đến|từ|với))+\s*$/iu, '')
    .trim()
}

/** The sentence as it will read, in three pieces: before the reference, its words, behind it. */
export function sentenceAfter(text: string, sentence: string, quantity: Quantity): [string, string, string] {
  const at = sentence.indexOf(text)
  const words = formatQuantity(quantity, 'sentence')
  return at < 0 ? ['', words, ''] : [sentence.slice(0, at), words, sentence.slice(at + text.length)]
}

/** Writes the target into its part; null where the part may not be written. */
export function makeTarget(
  model: PlanModel,
  part: PartId,
  target: { name: string; quantity: Quantity; cell: string; responsible: UnitId | null },
): { target: TargetId; cell: string } | null {
  const { measure, frequency } = target.quantity
  const added = addEntries(model, { register: 'targets', part }, [
    {
      name: target.name,
      measure,
      responsible: target.responsible,
      ...(frequency === undefined ? {} : { frequency }),
      [target.cell]: { quantity: target.quantity },
    },
  ])
  const id = added?.[0]
  return id === undefined ? null : { target: id as TargetId, cell: target.cell }
}
