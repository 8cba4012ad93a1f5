/**
 * What can be chosen from a list while a cell is edited: units, targets that a task serves, cells of
 * a formula; and the text once one is chosen. In a list of names the last one is completed.
 */
import type { Unit } from '@soanchung/shared/protocol.ts'
import { foldText } from '@soanchung/shared/fold.ts'
import { isFigure, isUnitColumn, ranked, unitsLike, type Reading } from './cells.ts'
import { cellsLike, openReference, withCell, type FormulaDraft } from './formula-draft.ts'

export interface CellOption {
  id: string
  label: string
  unit?: Unit
}

interface Choices {
  options: readonly CellOption[]
  /** Which one Enter takes before an arrow has chosen another; -1 for none. */
  first: number
  /** Taking one ends the editing. */
  isWhole: boolean
}

const none: Choices = { options: [], first: -1, isWhole: false }
const mostShown = 40

/** `before` is what stood in the cell. */
export function choicesFor(
  key: string,
  written: FormulaDraft & { before: string },
  source: Pick<Reading, 'units' | 'targets' | 'names'>,
): Choices {
  const { draft, before } = written
  if (isUnitColumn(key)) {
    const units = draft === before ? source.units : unitsLike(draft, source.units)
    return { options: units.map(unitOption), first: -1, isWhole: true }
  }
  if (key === 'partners' || key === 'serves') {
    const words = lastPiece(key, draft).words
    if (draft === before && draft !== '') return none
    const options: CellOption[] =
      key === 'partners'
        ? unitsLike(words, source.units).map(unitOption)
        : ranked(words, source.targets, ({ name }) => [name]).map(({ id, name }) => ({ id, label: name }))
    const isNamed = options.some(
      ({ label, unit }) =>
        words !== '' && [label, unit?.symbol ?? ''].some((name) => foldText(name) === foldText(words)),
    )
    return isNamed ? none : { options: options.slice(0, mostShown), first: -1, isWhole: false }
  }
  const open = isFigure(key) ? openReference(written) : null
  if (open === null) return none
  const cells = cellsLike(source.names, open.words)
  return { options: cells.map(({ name }) => ({ id: name, label: name })), first: 0, isWhole: false }
}

/** The text with the chosen one in it, and where the caret stands then. */
export function withChoice(key: string, written: FormulaDraft, { label, unit }: CellOption): FormulaDraft {
  if (isUnitColumn(key)) return { draft: label, caret: label.length }
  if (isFigure(key)) return withCell(written, label)
  const { from } = lastPiece(key, written.draft)
  const begun = written.draft.slice(0, from).trimEnd()
  const draft = `${begun}${begun === '' ? '' : ' '}${unit?.symbol ?? label}${separators[key] ?? ','} `
  return { draft, caret: draft.length }
}

const separators: Readonly<Record<string, string>> = { partners: ',', serves: ';' }

function lastPiece(key: string, draft: string): { from: number; words: string } {
  const from = draft.lastIndexOf(separators[key] ?? ',') + 1
  return { from, words: draft.slice(from).trim() }
}

function unitOption(unit: Unit): CellOption {
  return { id: unit.id, label: unit.name, unit }
}
