/**
 * A formula while it is being written: which reference the caret is in, which cells its words can
 * mean, and the text with a chosen cell in it. What a finished formula says is shared's
 * (formula-text.ts).
 */
import { foldText } from '@soanchung/shared/fold.ts'
import type { CellRef } from '@soanchung/shared/targets/formula.ts'
import type { CellNames } from '@soanchung/shared/targets/formula-text.ts'

export interface FormulaDraft {
  draft: string
  /** Where the caret stands in it. */
  caret: number
}

/** More would not be read; typing on narrows them down. */
const mostCells = 30

export function beginsFormula(draft: string): boolean {
  return /^\s*[=＝]/.test(draft)
}

/** The reference that the caret is in, from its brace on; null where it is in none. */
export function openReference({ draft, caret }: FormulaDraft): { from: number; words: string } | null {
  const before = draft.slice(0, caret)
  const from = before.lastIndexOf('{')
  if (!beginsFormula(draft) || from < 0 || before.includes('}', from)) return null
  return { from, words: before.slice(from + 1) }
}

/** Whether a cell can stand at the caret: behind a sign, in an open reference. */
export function wantsCell(written: FormulaDraft): boolean {
  if (!beginsFormula(written.draft)) return false
  return openReference(written) !== null || /[=＝+\-−–*×/÷:(;]\s*$/.test(written.draft.slice(0, written.caret))
}

/** Sets a cell in at the caret, in place of the words of an open reference, or of the cell that stands right before it. */
export function withCell(written: FormulaDraft, name: string): FormulaDraft {
  const { draft, caret } = written
  const before = draft.slice(0, caret)
  const open = openReference(written)
  const from = open?.from ?? /\{[^{}]*\}$/.exec(before)?.index ?? caret
  const rest = draft.slice(caret)
  const begun = `${draft.slice(0, from)}{${name}}`
  return { draft: begun + (open === null ? rest : rest.replace(/^[^{}+*×÷()]*\}/, '')), caret: begun.length }
}

const foldedNames = new WeakMap<ReturnType<CellNames['all']>, readonly string[]>()

/** The cells whose names hold every word, those that begin with them first. */
export function cellsLike(names: CellNames, words: string): { name: string; ref: CellRef }[] {
  const all = names.all()
  let folded = foldedNames.get(all)
  if (folded === undefined) foldedNames.set(all, (folded = all.map(({ name }) => foldText(name))))
  const sought = foldText(words).trim()
  const pieces = sought.split(/[\s;]+/)
  const found: { name: string; ref: CellRef }[][] = [[], []]
  for (const [index, name] of folded.entries()) {
    const cell = all[index]
    if (cell !== undefined && pieces.every((piece) => name.includes(piece)))
      found[name.startsWith(sought) ? 0 : 1]?.push(cell)
  }
  return found.flat().slice(0, mostCells)
}
