/**
 * What opens beside the text, at most one of it: a footnote's field, what a reference says, a
 * link's address, the choice of a target, and the making of a target from a number. It says where
 * each belongs and does what they end in; how they look is their components'.
 */
import { NodeSelection } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import type { PartId, TargetId } from '@soanchung/shared/ids.ts'
import { makeTarget, type NewTarget } from '../targets/make-target.ts'
import { say } from '../ui/toasts.svelte.ts'
import { m } from '../paraglide/messages.js'
import type { PartEditor } from './part-editor.ts'
import { numberAtCaret, placeOfWords, replaceWords, type NumberInText } from './sheet-words.ts'
import type { Sheet } from './sheet.svelte.ts'

/** A footnote or a reference in an editor. */
export interface AtomPlace {
  view: EditorView
  position: number
  element: HTMLElement
  /** Opened by a key: then what opens takes the focus. */
  byKey: boolean
}

type Beside =
  | { kind: 'footnote' | 'reference'; at: AtomPlace }
  | { kind: 'link' }
  | { kind: 'pick'; part: PartId }
  | { kind: 'make'; number: NumberInText }

export class BesideText {
  readonly #sheet: Sheet
  readonly #showTarget: ((target: TargetId) => void) | undefined
  open: Beside | null = $state.raw(null)
  /** The number that is selected just now, where it may become a target. */
  offered: NumberInText | null = $state.raw(null)

  constructor(sheet: Sheet, showTarget: ((target: TargetId) => void) | undefined) {
    this.#sheet = sheet
    this.#showTarget = showTarget
  }

  /** Opens what the atom is; a footnote its words, a reference its target. */
  openAtom(at: AtomPlace): void {
    const name = at.view.state.doc.nodeAt(at.position)?.type.name
    if (name === 'footnote' || name === 'reference') this.open = { kind: name, at }
  }

  /** Gives the text the focus back. */
  close(): void {
    this.open = null
    this.#sheet.activeEditor()?.view.focus()
  }

  toggleLink(): void {
    if (this.open?.kind === 'link') this.close()
    else if (this.#mayWrite()) this.open = { kind: 'link' }
  }

  pickReference(): void {
    const part = this.#sheet.active
    if (part !== null && this.#mayWrite()) this.open = { kind: 'pick', part }
  }

  picked(result: { target: TargetId; cell: string } | null): void {
    this.close()
    if (result !== null) this.#sheet.insert({ type: 'reference', ...result })
  }

  /** Begins to make a target of the number that is selected or that holds the caret. */
  offerTarget(): void {
    if (!this.#mayWrite()) return
    const number = numberAtCaret(this.#sheet)
    if (number === null) say(m.editor_no_number())
    else this.open = { kind: 'make', number }
  }

  /** Makes the target and sets its reference in the number's place, as one entry of undo. */
  make(number: NumberInText, target: NewTarget): void {
    this.close()
    const { model, journal } = this.#sheet
    if (!this.#sheet.mayWrite(number.part)) return this.#sheet.sayReadOnly([number.part])
    if (placeOfWords(this.#sheet, number) === null) return say(m.editor_number_gone())
    journal.group(() => {
      const made = makeTarget(model, number.part, target)
      if (made !== null) replaceWords(this.#sheet, number, { type: 'reference', ...made })
    })
  }

  /** Opens the register where the target stands. */
  showTarget(target: TargetId): void {
    this.open = null
    this.#showTarget?.(target)
  }

  get mayShowTargets(): boolean {
    return this.#showTarget !== undefined
  }

  /** Follows the caret: an offer goes with its selection, a card with its reference. */
  caretMoved(editor: PartEditor): void {
    const { view, part } = editor
    const isPlain = view.state.selection.empty || view.composing || !this.#sheet.mayWrite(part)
    const number = isPlain ? null : numberAtCaret(this.#sheet)
    this.offered = number?.isRead === true ? number : null
    if (this.open?.kind !== 'reference') return
    const { selection } = view.state
    if (!(selection instanceof NodeSelection) || selection.from !== this.open.at.position) this.open = null
  }

  /** An editor goes away, and with it what hangs on its text. */
  forget(view: EditorView): void {
    if (this.open !== null && 'at' in this.open && this.open.at.view === view) this.open = null
  }

  #mayWrite(): boolean {
    const part = this.#sheet.active
    if (part === null) return false
    if (this.#sheet.mayWrite(part)) return true
    this.#sheet.sayReadOnly([part])
    return false
  }
}
