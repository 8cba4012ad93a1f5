/**
 * The sheet: all parts of a plan as one document to write in. It owns what no single editor can:
 * which parts have an editor, where the caret is, selections over parts, one order of undo, and
 * the commands of the toolbar. Editors come and go with the view; the text lies in the documents.
 */
import { TextSelection } from '@tiptap/pm/state'
import { flushSync, untrack } from 'svelte'
import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import type { BlockId, PartId, TargetId, UserId } from '@soanchung/shared/ids.ts'
import type { Presence, Unit } from '@soanchung/shared/protocol.ts'
import { userEdit } from '../plan/edit-origin.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'
import { arrive } from '../plan/visible-part.ts'
import type { Command } from '../ui/commands.svelte.ts'
import { say, withdrawOffers } from '../ui/toasts.svelte.ts'
import { m } from '../paraglide/messages.js'
import { BesideText } from './beside-text.svelte.ts'
import { deleteStretch, endOf, type Place } from './body-edit.ts'
import { walkKey } from './caret-walk.ts'
import { blockElement, partAt, rangeOf, rectOfPlace, type PlanPlace } from './dom-places.ts'
import { FindController } from './find.svelte.ts'
import { canBeEdited } from './part-binding.ts'
import { PartEditor } from './part-editor.ts'
import { goAlong } from './follow.ts'
import { FootnoteNumbers } from './footnote-numbers.svelte.ts'
import { PlanSelection, type Stretch } from './plan-selection.svelte.ts'
import { formatOf, insertAtCaret, noFormat, sameFormat, type Format, type Insertion } from './sheet-words.ts'
import { sheetCommands } from './sheet-commands.ts'
import { UndoJournal } from './undo-journal.ts'

interface SheetOptions {
  presence: Presence['user']
  /** Opens the register where a target stands. */
  showTarget?: (target: TargetId) => void
}

const outlineId = 'outline'

export class Sheet {
  readonly model: PlanModel
  readonly user: Presence['user']
  /** The part of the caret. */
  active: PartId | null = $state(null)
  /** On its way to the printer: then everything is drawn, near or not. */
  printing = $state(false)
  canUndo = $state(false)
  canRedo = $state(false)
  format: Format = $state.raw(noFormat)
  following: UserId | null = $state(null)
  /** The block that was just jumped to. */
  revealed: BlockId | null = $state(null)
  /** A long paste under way: how much of it is in; `total` is 0 while it is still being read. */
  progress: { part: PartId; done: number; total: number; cancel: () => void } | null = $state.raw(null)
  readonly selection: PlanSelection
  readonly footnotes: FootnoteNumbers
  readonly beside: BesideText
  readonly find: FindController
  readonly commands: readonly Command[]
  readonly journal: UndoJournal<PlanPlace>
  /** Parts that are near the view. */
  readonly near = new SvelteSet<PartId>()
  readonly sections = new SvelteMap<PartId, HTMLElement>()
  scroller: HTMLElement | null = $state.raw(null)
  readonly #editors = new Map<PartId, PartEditor>()
  readonly #watched = new Set<PartId>()
  readonly #stops: (() => void)[] = []
  #nearness: IntersectionObserver | undefined
  #noticed = 0
  #revealing: ReturnType<typeof setTimeout> | undefined

  constructor(model: PlanModel, options: SheetOptions) {
    this.model = model
    this.user = options.presence
    this.selection = new PlanSelection(model)
    this.footnotes = new FootnoteNumbers(model)
    this.beside = new BesideText(this, options.showTarget)
    this.journal = new UndoJournal<PlanPlace>({
      mayWrite: (id) => (id === outlineId ? model.plan.mayWriteOutline : this.#mayWriteDocument(id)),
      caret: () => this.caret(),
      restore: (caret, documents) => this.#restore(caret, documents),
      dropped: (why) => say(why === 'rights' ? m.editor_undo_dropped() : m.editor_undo_refused()),
      changed: () => {
        this.canUndo = this.journal.canUndo
        this.canRedo = this.journal.canRedo
      },
    })
    this.find = new FindController(this)
    this.commands = sheetCommands(this)
    this.#stops.push(
      $effect.root(() => {
        $effect(() => {
          // After a refusal the sync goes on in fresh documents, and undo with it.
          void model.recordVersion
          const { outline } = model.plan
          this.journal.watch(outlineId, outline, [outline.getMap('parts'), outline.getMap('meta')])
          for (const id of model.parts.keys()) untrack(() => this.#watchPart(id))
        })
        $effect(() => this.#refreshEditors())
      }),
    )
    this.#announce()
    // The sheet opens at its top; which parts are near is told two frames later.
    const first = model.outline.inOrder[0]
    if (first !== undefined) this.near.add(first.id)
    const followed = () => goAlong(this)
    model.plan.awareness.on('change', followed)
    this.#stops.push(() => model.plan.awareness.off('change', followed))
  }

  // --- parts and editors ---

  mayWrite(part: PartId): boolean {
    const model = this.model.part(part)
    return model?.mayWrite === true && model.loaded
  }

  /** The first unit that a part is given to. */
  unitOf(part: PartId): Unit | null {
    void this.model.recordVersion
    const { parts, units } = this.model.plan.record
    const holders = parts.find(({ id }) => id === part)?.holders ?? []
    return holders.map((holder) => units.find(({ id }) => id === holder)).find((unit) => unit !== undefined) ?? null
  }

  /** Parts that the caret can stand in, in the order of the sheet. */
  walkable(): PartId[] {
    return this.model.outline.inOrder.map(({ id }) => id).filter((id) => this.#canMount(id))
  }

  neighbour(part: PartId, by: 1 | -1): PartId | null {
    const { inOrder } = this.model.outline
    for (let at = inOrder.findIndex(({ id }) => id === part) + by; at >= 0 && at < inOrder.length; at += by) {
      const id = inOrder[at]?.id
      if (id !== undefined && this.#canMount(id)) return id
    }
    return null
  }

  /** True where a part has or gets an editor: near the view, or where the caret is. */
  isMounted(part: PartId): boolean {
    return (this.near.has(part) || this.active === part) && this.#canMount(part)
  }

  /** Takes in the element of a part on the page. Returns the way to take it out. */
  addSection(part: PartId, element: HTMLElement): () => void {
    this.sections.set(part, element)
    this.#nearness?.observe(element)
    return () => {
      this.#nearness?.unobserve(element)
      this.sections.delete(part)
      this.near.delete(part)
    }
  }

  /** Begins to follow which parts are near the view of a scrolling element. */
  attach(scroller: HTMLElement): () => void {
    this.scroller = scroller
    this.#nearness = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const at = partAt(target)
          if (at === null) continue
          if (isIntersecting) this.near.add(at.part)
          else if (!this.#isBusy(at.part)) this.near.delete(at.part)
        }
      },
      { root: scroller, rootMargin: '600px 0px' },
    )
    for (const element of this.sections.values()) this.#nearness.observe(element)
    return () => {
      this.#nearness?.disconnect()
      this.scroller = null
    }
  }

  /** Makes the editor of a part in its element. Returns the way to take it down. */
  mountEditor(part: PartId, host: HTMLElement): () => void {
    const editor = new PartEditor(this.model.plan.part(part), host, {
      model: this.model,
      user: this.user,
      mayWrite: () => this.mayWrite(part),
      keyDown: (from, event) => walkKey(this, from, event),
      focused: (id) => this.#focused(id),
      caretsDrawn: () => goAlong(this),
      changed: (from, typed) => this.#changed(from, typed),
      refused: (id) => this.sayReadOnly([id]),
      footnoteNumber: (block, index) => this.footnotes.number(part, block, index),
      openAtom: (at) => this.beside.openAtom(at),
    })
    this.#editors.set(part, editor)
    return () => {
      this.#editors.delete(part)
      this.beside.forget(editor.view)
      editor.destroy()
    }
  }

  editor(part: PartId): PartEditor | undefined {
    return this.#editors.get(part)
  }

  activeEditor(): PartEditor | undefined {
    return this.active === null ? undefined : this.#editors.get(this.active)
  }

  /** Says why nothing happened, once for a burst of keys. */
  sayReadOnly(parts: readonly PartId[]): void {
    if (Date.now() - this.#noticed < 2500) return
    this.#noticed = Date.now()
    const part = parts[0]
    const title = part === undefined ? '' : (this.model.outline.byId.get(part)?.title ?? '')
    const unit = part === undefined ? null : this.unitOf(part)
    say(unit === null ? m.editor_read_only({ title }) : m.editor_read_only_unit({ title, unit: unit.name }))
  }

  // --- caret ---

  caret(): PlanPlace | null {
    const editor = this.activeEditor()
    return editor === undefined ? null : this.placeOf(editor, editor.view.state.selection.head)
  }

  placeOf(editor: PartEditor, position: number): PlanPlace {
    return { part: editor.part, ...editor.place(position) }
  }

  /** Gives a part the caret; `x` in pixels of the window keeps the column of a walk up or down. */
  focusPart(id: PartId, at: 'start' | 'end' = 'start', x?: number): void {
    const editor = this.mountPart(id)
    if (editor === undefined) return
    const place = x === undefined ? this.#edge(editor, at) : this.placeAtEdge(id, at, x)
    this.#setCaret(editor, place)
  }

  putCaret(place: PlanPlace): void {
    const editor = this.mountPart(place.part)
    if (editor !== undefined) this.#setCaret(editor, place)
  }

  /** The place in a part's first or last line at a column. */
  placeAtEdge(id: PartId, at: 'start' | 'end', x: number): PlanPlace {
    const editor = this.mountPart(id)
    if (editor === undefined) return { part: id, block: 0, offset: 0 }
    const edge = this.#edge(editor, at)
    blockElement(this.#section(id), edge.block)?.scrollIntoView({ block: 'nearest' })
    const line = editor.view.coordsAtPos(editor.position(edge))
    const found = editor.view.posAtCoords({ left: x, top: (line.top + line.bottom) / 2 })
    return { part: id, ...(found === null ? edge : editor.place(found.pos)) }
  }

  /** Where a place is drawn, in the window. */
  rectOf(place: PlanPlace): DOMRect | null {
    const section = this.sections.get(place.part)
    return section ? rectOfPlace(section, place) : null
  }

  /** Scrolls to a part, or to one of its blocks, and shows which one is meant. */
  reveal(part: PartId, block?: BlockId): void {
    const section = this.sections.get(part)
    if (section === undefined || this.scroller === null) return
    const index = block === undefined ? -1 : (this.model.part(part)?.blocks ?? []).findIndex(({ id }) => id === block)
    this.near.add(part)
    flushSync()
    const find = () => (index >= 0 ? blockElement(section, index) : null) ?? section
    const box = this.scroller.getBoundingClientRect()
    const isFar = Math.abs(find().getBoundingClientRect().top - box.top) > 3 * box.height
    // Over many pages a smooth scroll is a blur, and each part that it wakes can break it off.
    const behavior = isFar || matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth'
    arrive(this.scroller, () => find().scrollIntoView({ block: index >= 0 ? 'center' : 'start', behavior }))
    if (block === undefined) return
    const element = find()
    this.revealed = block
    element.classList.add('revealed')
    clearTimeout(this.#revealing)
    this.#revealing = setTimeout(() => {
      this.revealed = null
      element.classList.remove('revealed')
    }, 1600)
  }

  // --- selection over parts ---

  extendSelection(head: PlanPlace): void {
    this.near.add(head.part)
    flushSync()
    this.selection.extend(head)
    const rect = this.rectOf(head)
    const box = this.scroller?.getBoundingClientRect()
    if (rect === null || !box) return
    const beyond = Math.min(0, rect.top - box.top - 24) + Math.max(0, rect.bottom - box.bottom + 24)
    this.scroller?.scrollBy({ top: beyond, behavior: 'instant' })
  }

  selectAll(): void {
    const parts = this.walkable()
    const [first, last] = [parts[0], parts.at(-1)]
    if (first === undefined || last === undefined) return
    const end = endOf(this.model.part(last)?.blocks ?? [])
    this.selection.start({ part: first, block: 0, offset: 0 }, { part: last, ...end })
  }

  /**
   * Takes the selection over parts out, as one entry of undo, and puts `typed` in its place. False,
   * with a notice, where a part of it may not be written; then nothing changes.
   */
  deleteSelection(typed = ''): boolean {
    this.model.flush()
    const readOnly = this.selection.readOnlyParts()
    if (readOnly.length > 0) {
      this.sayReadOnly(readOnly)
      return false
    }
    const from = this.selection.ends()?.from
    this.journal.group(() => {
      this.selection.delete()
      this.model.flush()
      if (from === undefined) return
      this.putCaret(from)
      const view = this.editor(from.part)?.view
      if (typed !== '' && view !== undefined) view.dispatch(view.state.tr.insertText(typed.normalize('NFC')))
    })
    return true
  }

  /** Takes a stretch of one part out; the two rests of its blocks become one. */
  deleteStretch({ part, from, to }: Stretch): void {
    this.model.flush()
    const { document } = this.model.plan.part(part)
    const body = document.getXmlFragment('body')
    document.transact(() => deleteStretch(body, this.model.part(part)?.blocks ?? [], from, to, true), userEdit)
  }

  // --- undo ---

  /** During a long paste it stops that, which takes back what is in. */
  undo(): void {
    if (this.progress !== null) return this.progress.cancel()
    withdrawOffers()
    this.selection.clear()
    this.journal.undo()
  }

  redo(): void {
    if (this.progress !== null) return
    this.selection.clear()
    this.journal.redo()
  }

  // --- text ---

  /** Sets a reference, a footnote or a table in at the caret; false where that is not allowed. */
  insert(what: Insertion): boolean {
    return insertAtCaret(this, what)
  }

  // --- others ---

  /** Goes along with another person's caret until one types or scrolls oneself; null ends it. */
  follow(userId: UserId | null): void {
    this.following = userId
    goAlong(this)
  }

  destroy(): void {
    for (const stop of this.#stops) stop()
    this.find.close()
    this.journal.destroy()
    clearTimeout(this.#revealing)
  }

  #section(id: PartId): HTMLElement {
    const section = this.sections.get(id)
    if (section === undefined) throw new Error(`part ${id} is not on the sheet`)
    return section
  }

  #mayWriteDocument(id: string): boolean {
    const open = this.model.plan.parts().find((part) => part.id === id)
    return open?.mayWrite ?? false
  }

  /** While something goes into a part, its editor stays. */
  #isBusy(part: PartId): boolean {
    return this.progress?.part === part || this.#editors.get(part)?.view.composing === true
  }

  #canMount(part: PartId): boolean {
    if (this.model.part(part)?.loaded !== true || !this.sections.has(part)) return false
    return this.#editors.has(part) || canBeEdited(this.model.plan.part(part).document.getXmlFragment('body'))
  }

  /** The editor of a part, made at once where it has none; undefined where it can have none. */
  mountPart(part: PartId): PartEditor | undefined {
    if (!this.#editors.has(part)) {
      this.near.add(part)
      flushSync()
    }
    return this.#editors.get(part)
  }

  #edge(editor: PartEditor, at: 'start' | 'end'): PlanPlace {
    const { doc } = editor.view.state
    if (at === 'start') return { part: editor.part, block: 0, offset: 0 }
    const last = doc.lastChild
    const offset = last?.type.name === 'view' ? 1 : (last?.content.size ?? 0)
    return { part: editor.part, block: doc.childCount - 1, offset }
  }

  #setCaret(editor: PartEditor, place: Place) {
    this.selection.clear()
    editor.view.focus()
    editor.select(place)
    editor.view.dispatch(editor.view.state.tr.scrollIntoView())
  }

  #watchPart(id: PartId) {
    if (!this.#watched.has(id)) this.#stops.push(this.footnotes.watch(id))
    this.#watched.add(id)
    const { document } = this.model.plan.part(id)
    this.journal.watch(id, document, [
      document.getXmlFragment('body'),
      document.getMap('targets'),
      document.getMap('tasks'),
      document.getMap('budget'),
    ])
  }

  #refreshEditors() {
    const { numbers, meta } = this.model
    void numbers
    void meta.style
    for (const [id, part] of this.model.parts) {
      const mayWrite = part.mayWrite
      const editor = this.#editors.get(id)
      if (editor !== undefined) untrack(() => editor.refresh(this.model, mayWrite))
    }
    untrack(() => this.#readFormat())
  }

  #focused(part: PartId) {
    if (this.active !== part) {
      this.journal.stopCapturing()
      this.active = part
      this.#announce()
    }
    this.journal.noteCaret(this.caret())
    this.#readFormat()
  }

  #changed(editor: PartEditor, typed: boolean) {
    if (typed) {
      this.following = null
      if (this.selection.active) this.selection.clear()
    }
    if (this.active === editor.part) {
      this.journal.noteCaret(this.caret())
      this.beside.caretMoved(editor)
      this.#readFormat()
    }
  }

  #readFormat() {
    const editor = this.activeEditor()
    const format = editor === undefined ? noFormat : formatOf(editor.view.state, this.mayWrite(editor.part))
    if (!sameFormat(this.format, format)) this.format = format
  }

  #restore(caret: PlanPlace | null, documents: readonly string[]) {
    const part = caret?.part ?? this.model.outline.inOrder.find(({ id }) => documents.includes(id))?.id
    if (part === undefined || !documents.includes(part)) return
    this.model.flush()
    const editor = this.mountPart(part)
    if (editor === undefined) return
    const { doc } = editor.view.state
    const place = caret ?? { part, ...endOf(this.model.part(part)?.blocks ?? []) }
    editor.view.focus()
    const position = Math.min(editor.position(place), doc.content.size)
    const selection = TextSelection.near(doc.resolve(position), -1)
    editor.view.dispatch(editor.view.state.tr.setSelection(selection).scrollIntoView())
  }

  #announce() {
    const { awareness } = this.model.plan
    awareness.setLocalState({ ...awareness.getLocalState(), user: this.user, part: this.active })
  }

  /** The stretches of a selection as ranges of the page, for drawing; parts out of view are left out. */
  selectedRanges(): Range[] {
    return this.selection.stretches().flatMap(({ part, from, to }) => {
      const section = this.sections.get(part)
      const range = section && this.near.has(part) ? rangeOf(section, from, to) : null
      return range === null ? [] : [range]
    })
  }
}
