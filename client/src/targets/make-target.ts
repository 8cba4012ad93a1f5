/**
 * "Make this number a target": what is proposed for a number that a person selected in a sentence,
 * and the making of it. The reference that comes in the selection's place says the figure in the
 * formatter's words; the proposal shows the sentence with them, before anything is made.
 */
import type { PartId, TargetId, UnitId } from '@soanchung/shared/ids.ts'
import type { Quantity } from '@soanchung/shared/targets/quantity.ts'
import { findQuantities } from '@soanchung/shared/targets/quantity-find.ts'
import { parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'
import { addEntries } from './register-edit.ts'

/** A number with the words of its sentence before and behind it. */
export interface NumberWords {
  before: string
  text: string
  behind: string
  /** False where what is selected could not be read as a quantity. */
  isRead: boolean
}

interface TargetProposal {
  name: string
  quantity: Quantity | null
  /** A cell of the target: `value.2027`, or `baseline`. */
  cell: string
}

export interface NewTarget {
  name: string
  quantity: Quantity
  cell: string
  responsible: UnitId | null
}

/** How far around a selection its number is looked for, in characters. */
const reach = 400
const longestSelection = 200

/**
 * The quantity that a selection of a block's text touches, all its words ("trên 80%") and nothing
 * else; a caret is a selection without length. Where none can be read, the selected words
 * themselves; null where nothing is selected, or a whole sentence, or something else than text.
 */
export function numberIn(text: string, from: number, to: number): { from: number; to: number; isRead: boolean } | null {
  const start = Math.max(0, from - reach)
  const found = findQuantities(text.slice(start, to + reach)).find((one) =>
    from === to ? start + one.from <= from && from <= start + one.to : start + one.from < to && start + one.to > from,
  )
  if (found !== undefined) return { from: start + found.from, to: start + found.to, isRead: true }
  const selected = text.slice(from, to)
  const words = selected.trim()
  if (words === '' || words.length > longestSelection || /[\uFFFC\n]/u.test(words)) return null
  const first = from + selected.indexOf(words)
  return { from: first, to: first + words.length, isRead: false }
}

/** What of the text before and behind a number belongs to its sentence. */
export function sentenceAround(before: string, behind: string): { before: string; behind: string } {
  const end = /[.;!?](?=\s|$)|\n/u.exec(behind)
  return {
    before: before.split(/[.;!?]\s+|\n/u).at(-1) ?? '',
    behind: end === null ? behind : behind.slice(0, end.index + 1).trimEnd(),
  }
}

/** Reads a selection in its sentence. `years` are the plan's own, at least one. */
export function proposeTarget(words: NumberWords, years: readonly number[]): TargetProposal {
  const quantity = parseQuantity(words.text) ?? findQuantities(words.text)[0]?.quantity ?? null
  return { quantity, cell: `value.${yearOf(quantity, words, years)}`, name: nameOf(quantity, words) }
}

/** The year that is said: in the figure, in the sentence before it or behind it; else the plan's last. */
function yearOf(quantity: Quantity | null, { before, behind }: NumberWords, years: readonly number[]): number {
  const said = [
    quantity?.deadline,
    ...[...before.matchAll(/năm (\d{4})/giu)].map((found) => Number(found[1])).reverse(),
    ...[...behind.matchAll(/năm (\d{4})/giu)].map((found) => Number(found[1])),
  ]
  return said.find((year) => year !== undefined && years.includes(year)) ?? years.at(-1) ?? new Date().getFullYear()
}

const longestName = 200

/** What is counted: the noun and the words up to the next pause; else the words before the figure. */
function nameOf(quantity: Quantity | null, { before, behind }: NumberWords): string {
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

/** Writes the target into its part; null where the part may not be written. */
export function makeTarget(
  model: PlanModel,
  part: PartId,
  target: NewTarget,
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
