/**
 * One order of undo over all documents of a plan. Each document has an undo manager that lives as
 * long as the plan is open, whatever editors come and go; the journal keeps in which order they
 * took in what, and a command over several documents is one entry. Only one's own changes are in
 * it. An entry that others have emptied since is passed over, one that may no longer be written
 * is dropped.
 */
import { ySyncPluginKey } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { userEdit } from '../plan/edit-origin.ts'

/** Where the caret stood; whatever the owner wants to be handed back. */
interface Entry<Caret> {
  documents: string[]
  before: Caret | null
  after: Caret | null
  takeBack?: TakeBack
}

/** Asks the server to take a command back: whether it did. Null where it was taken back already. */
export type TakeBack = () => Promise<boolean> | null

/** What has just been carried out: something new, or the step of an undo or redo. */
export type CommandStep = 'done' | 'undone' | 'redone'

interface JournalHooks<Caret> {
  mayWrite: (document: string) => boolean
  caret: () => Caret | null
  /** Called after an undo or redo with the place where it happened. */
  restore: (caret: Caret | null, documents: readonly string[]) => void
  /** Entries are gone: the right to write was taken away, or the server refused what they made. */
  dropped: (why: 'rights' | 'refused') => void
  changed: () => void
}

/** A rest between keys of this many ms begins a new entry. */
const pause = 600

type Stack = 'undoStack' | 'redoStack'

export class UndoJournal<Caret> {
  readonly #hooks: JournalHooks<Caret>
  readonly #managers = new Map<string, Y.UndoManager>()
  #undo: Entry<Caret>[] = []
  #redo: Entry<Caret>[] = []
  #last: string | null = null
  #walking = false
  /** The server has been asked to take something back; what lies below it on the stack waits. */
  #asking = false
  #group: Entry<Caret> | null = null
  #caretBefore: Caret | null = null

  constructor(hooks: JournalHooks<Caret>) {
    this.#hooks = hooks
  }

  get canUndo(): boolean {
    return this.#undo.length > 0
  }

  get canRedo(): boolean {
    return this.#redo.length > 0
  }

  /**
   * Takes a document in; a second time does nothing. Where the sync has gone on in a fresh document
   * (the server refused what was typed), what was done in the old one can't be undone any more.
   */
  watch(id: string, document: Y.Doc, scope: (Y.XmlFragment | Y.Map<unknown>)[]): void {
    const known = this.#managers.get(id)
    if (known?.doc === document) return
    if (known !== undefined) this.#forget(id, known)
    const manager = new Y.UndoManager(scope, {
      trackedOrigins: new Set([ySyncPluginKey, userEdit]),
      captureTransaction: (transaction) => transaction.meta.get('addToHistory') !== false,
      captureTimeout: pause,
    })
    manager.on('stack-item-added', () => this.#added(id))
    this.#managers.set(id, manager)
  }

  /** What comes next is an entry of its own: after a change of part or of tool. */
  stopCapturing(): void {
    for (const manager of this.#managers.values()) manager.stopCapturing()
  }

  /** Tells where the caret is before the next change. */
  noteCaret(caret: Caret | null): void {
    this.#caretBefore = caret
  }

  /** All that `change` does, in however many documents, is one entry. */
  group(change: () => void): void {
    if (this.#group !== null) return change()
    const finish = this.openGroup()
    try {
      change()
    } finally {
      finish()
    }
  }

  /** The same for a change that takes several tasks; other changes meanwhile go in with it. */
  openGroup(): () => void {
    this.stopCapturing()
    const entry: Entry<Caret> = { documents: [], before: this.#caretBefore, after: null }
    this.#group = entry
    this.#pauseAfter(Infinity)
    return () => {
      if (this.#group !== entry) return
      this.#group = null
      this.#pauseAfter(pause)
      this.stopCapturing()
      this.#last = null
    }
  }

  /** Takes in a command that the server carried out: undo or redo asks it to take that back. */
  note(takeBack: TakeBack, step: CommandStep): void {
    this.stopCapturing()
    if (step === 'done') this.#forgetRedo()
    const stack = step === 'undone' ? this.#redo : this.#undo
    stack.push({ documents: [], before: null, after: null, takeBack })
    this.#last = null
    this.#hooks.changed()
  }

  undo(): void {
    this.#walk('undoStack')
  }

  redo(): void {
    this.#walk('redoStack')
  }

  destroy(): void {
    for (const manager of this.#managers.values()) manager.destroy()
    this.#managers.clear()
    this.#undo = []
    this.#redo = []
  }

  #added(id: string) {
    if (this.#walking) return
    this.#forgetRedo()
    // Keys in another part must not be merged into an item that lies further down.
    if (this.#group === null && this.#last !== null && this.#last !== id) {
      this.#managers.get(this.#last)?.stopCapturing()
    }
    this.#last = id
    if (this.#group === null) {
      this.#undo.push({ documents: [id], before: this.#caretBefore, after: null })
    } else {
      if (this.#group.documents.length === 0) this.#undo.push(this.#group)
      this.#group.documents.push(id)
    }
    this.#hooks.changed()
  }

  #pauseAfter(time: number) {
    for (const manager of this.#managers.values()) manager.captureTimeout = time
  }

  #forget(id: string, manager: Y.UndoManager) {
    manager.destroy()
    const without = (entries: Entry<Caret>[]) =>
      entries
        .map((entry) => ({ ...entry, documents: entry.documents.filter((one) => one !== id) }))
        .filter(({ documents, takeBack }) => documents.length > 0 || takeBack !== undefined)
    const isLost = this.#undo.some(({ documents }) => documents.includes(id))
    this.#undo = without(this.#undo)
    this.#redo = without(this.#redo)
    if (this.#last === id) this.#last = null
    if (isLost) this.#hooks.dropped(this.#hooks.mayWrite(id) ? 'refused' : 'rights')
    this.#hooks.changed()
  }

  #forgetRedo() {
    if (this.#redo.length === 0) return
    this.#redo = []
    for (const manager of this.#managers.values()) manager.clear(false, true)
  }

  #walk(from: Stack) {
    if (this.#asking) return
    this.stopCapturing()
    const source = from === 'undoStack' ? this.#undo : this.#redo
    const target = from === 'undoStack' ? this.#redo : this.#undo
    let refused = false
    for (let entry = source.pop(); entry !== undefined; entry = source.pop()) {
      if (entry.takeBack !== undefined) {
        const answer = entry.takeBack()
        if (answer === null) continue
        void this.#wait(answer, entry, source)
        break
      }
      if (!entry.documents.every((id) => this.#hooks.mayWrite(id))) {
        for (const id of entry.documents.toReversed()) this.#managers.get(id)?.[from].pop()
        refused = true
        continue
      }
      const here = this.#hooks.caret()
      const done = entry.documents.toReversed().filter((id) => this.#popOne(id, from))
      if (done.length === 0) continue
      const place = from === 'undoStack' ? entry.before : entry.after
      const crossing =
        from === 'undoStack' ? { before: entry.before, after: here } : { before: here, after: entry.after }
      target.push({ documents: done, ...crossing })
      this.#hooks.restore(place, done)
      break
    }
    this.#last = null
    if (refused) this.#hooks.dropped('rights')
    this.#hooks.changed()
  }

  /** What the server refused to take back can be tried again. */
  async #wait(answer: Promise<boolean>, entry: Entry<Caret>, source: Entry<Caret>[]) {
    this.#asking = true
    const isTaken = await answer
    this.#asking = false
    if (!isTaken) source.push(entry)
    this.#hooks.changed()
  }

  /**
   * Yjs goes on down its stack where an item has nothing left to undo; here the next one may
   * belong to another document, so it is shown one item only.
   */
  #popOne(id: string, from: Stack): boolean {
    const manager = this.#managers.get(id)
    const stack = manager?.[from]
    if (manager === undefined || stack === undefined) return false
    const rest = stack.splice(0, Math.max(0, stack.length - 1))
    this.#walking = true
    try {
      return (from === 'undoStack' ? manager.undo() : manager.redo()) !== null
    } finally {
      stack.unshift(...rest)
      this.#walking = false
    }
  }
}
