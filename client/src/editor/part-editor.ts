/**
 * The editor of one part: ProseMirror over the plan's schema, bound to the part's body. It knows
 * its own part only; what leaves the part (carets, selections, undo) is the sheet's. In a part
 * that may not be written the caret walks and selects, and every change is refused.
 */
import { EditorState, NodeSelection, Plugin, TextSelection } from '@tiptap/pm/state'
import { EditorView } from '@tiptap/pm/view'
import { ySyncPluginKey } from '@tiptap/y-tiptap'
import { newId, type BlockId, type PartId } from '@soanchung/shared/ids.ts'
import type { Presence } from '@soanchung/shared/protocol.ts'
import type { OpenPart } from '../plan/open-plan.ts'
import { m } from '../paraglide/messages.js'
import { beginningsBecomeKinds, blockKeymap, permanentIds } from './block-keys.ts'
import { carets, numberingKey, numbersBeforeItems } from './block-marks.ts'
import type { Place } from './body-edit.ts'
import { footnoteView, referenceView, tableView, type NodeViewHooks } from './node-views.svelte.ts'
import { bindPart, isPlaceholder } from './part-binding.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'

interface PartEditorHooks {
  model: PlanModel
  user: Presence['user']
  mayWrite: () => boolean
  /** True when the key left the part. */
  keyDown: (editor: PartEditor, event: KeyboardEvent) => boolean
  focused: (part: PartId) => void
  /** Others' carets stand where they are now. */
  caretsDrawn: () => void
  /** Caret or text changed; `typed` where it was this person's change of the text. */
  changed: (editor: PartEditor, typed: boolean) => void
  refused: (part: PartId) => void
  footnoteNumber: NodeViewHooks['footnoteNumber']
  openAtom: NodeViewHooks['openAtom']
}

export class PartEditor {
  readonly part: PartId
  readonly view: EditorView
  #ends: () => void = () => {}

  constructor(open: OpenPart, host: HTMLElement, hooks: PartEditorHooks) {
    this.part = open.id
    const binding = bindPart(open.document.getXmlFragment('body'))
    const views: NodeViewHooks = {
      model: hooks.model,
      part: open.id,
      mayWrite: hooks.mayWrite,
      footnoteNumber: hooks.footnoteNumber,
      openAtom: hooks.openAtom,
    }
    const isSync = (tr: { getMeta: (key: typeof ySyncPluginKey) => unknown }) =>
      (tr.getMeta(ySyncPluginKey) as { isChangeOrigin?: boolean } | undefined)?.isChangeOrigin === true
    const guard = new Plugin({
      filterTransaction: (tr) => {
        if (!tr.docChanged || isSync(tr) || hooks.mayWrite()) return true
        hooks.refused(open.id)
        return false
      },
    })
    let ending: ReturnType<typeof setTimeout> | undefined
    let isLeaving = false
    const releaseWhenComposed = () => {
      // The editor reads the composed text a moment after the composition ends.
      ending = setTimeout(() => {
        if (this.view.isDestroyed) return
        if (this.view.composing) releaseWhenComposed()
        else binding.release()
      }, 30)
    }
    this.view = new EditorView(
      { mount: host },
      {
        state: EditorState.create({
          doc: binding.doc,
          plugins: [
            binding.plugin,
            guard,
            permanentIds,
            beginningsBecomeKinds,
            numbersBeforeItems({
              number: hooks.model.number(open.id),
              style: hooks.model.meta.style,
              placeholder: hooks.mayWrite() ? m.editor_empty_write() : m.editor_empty_read(),
            }),
            carets(open.awareness, hooks.user, hooks.caretsDrawn),
            blockKeymap,
          ],
        }),
        attributes: () => ({
          class: 'part-editor',
          spellcheck: 'false',
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-readonly': String(!hooks.mayWrite()),
          ...(hooks.mayWrite() ? { 'aria-description': m.editor_keys() } : { inputmode: 'none' }),
        }),
        nodeViews: {
          reference: referenceView(views),
          footnote: footnoteView(views),
          view: tableView(views),
        },
        handleKeyDown: (view, event) =>
          !event.isComposing &&
          ((event.key === 'Enter' && openSelectedAtom(view, hooks)) || hooks.keyDown(this, event)),
        handleDOMEvents: {
          focus: () => {
            isLeaving = false
            hooks.focused(open.id)
            return false
          },
          // Tab indents; after Escape, and where nothing may be written, it goes on through the page.
          keydown: (_view, event) => {
            const passes = event.key === 'Tab' && (isLeaving || !hooks.mayWrite())
            if (event.key !== 'Shift') isLeaving = event.key === 'Escape'
            return passes
          },
          beforeinput: (_view, event) => {
            const undoes = event.inputType === 'historyUndo' || event.inputType === 'historyRedo'
            if (!undoes && hooks.mayWrite()) return false
            event.preventDefault()
            if (!undoes) hooks.refused(open.id)
            return true
          },
          compositionstart: (view) => {
            clearTimeout(ending)
            // The first block of an empty part is made now; its id would come amid the first word.
            if (isPlaceholder(view.state.doc) && hooks.mayWrite()) {
              view.dispatch(view.state.tr.setNodeAttribute(0, 'id', newId<BlockId>()))
            }
            binding.hold()
            return false
          },
          compositionend: () => {
            releaseWhenComposed()
            return false
          },
        },
        dispatchTransaction: (tr) => {
          const { state, transactions } = this.view.state.applyTransaction(tr)
          this.view.updateState(state)
          const typed = transactions.some((one) => one.docChanged && !isSync(one))
          if (typed || transactions.some((one) => one.selectionSet || one.docChanged)) hooks.changed(this, typed)
        },
      },
    )
    this.#ends = () => clearTimeout(ending)
  }

  /** Takes over a number of the part, or a right, that changed. */
  refresh(model: PlanModel, mayWrite: boolean): void {
    if (this.view.composing) return
    const placeholder = mayWrite ? m.editor_empty_write() : m.editor_empty_read()
    const numbering = { number: model.number(this.part), style: model.meta.style, placeholder }
    const before = numberingKey.getState(this.view.state)?.numbering
    if (
      before?.number.label === numbering.number.label &&
      before.style === numbering.style &&
      before.placeholder === placeholder
    ) {
      return
    }
    this.view.dispatch(this.view.state.tr.setMeta(numberingKey, numbering))
  }

  /** A place as the model counts it, as a position of this editor. */
  position(place: Place): number {
    const doc = this.view.state.doc
    let at = 0
    const index = Math.min(place.block, doc.childCount - 1)
    for (let before = 0; before < index; before++) at += doc.child(before).nodeSize
    const block = doc.child(index)
    if (block.type.name === 'view') return at + (place.offset > 0 ? block.nodeSize : 0)
    return at + 1 + Math.min(place.offset, block.content.size)
  }

  place(position: number): Place {
    const $at = this.view.state.doc.resolve(position)
    if ($at.depth > 0) return { block: $at.index(0), offset: $at.parentOffset }
    const before = $at.nodeBefore
    if ($at.nodeAfter === null && before !== null) {
      return { block: $at.index(0) - 1, offset: before.type.name === 'view' ? 1 : before.content.size }
    }
    return { block: $at.index(0), offset: 0 }
  }

  select(anchor: Place, head: Place = anchor): void {
    const doc = this.view.state.doc
    const from = this.position(anchor)
    const node = doc.nodeAt(from)
    const selection =
      anchor === head && node?.type.name === 'view'
        ? NodeSelection.create(doc, from)
        : TextSelection.between(doc.resolve(from), doc.resolve(this.position(head)))
    this.view.dispatch(this.view.state.tr.setSelection(selection).setMeta('addToHistory', false))
  }

  destroy(): void {
    this.#ends()
    this.view.destroy()
  }
}

/** Enter on a selected reference or footnote opens it. */
function openSelectedAtom(view: EditorView, { openAtom }: PartEditorHooks): boolean {
  const { selection } = view.state
  if (!(selection instanceof NodeSelection) || selection.$from.depth === 0) return false
  const element = view.nodeDOM(selection.from)
  if (element instanceof HTMLElement) openAtom({ view, position: selection.from, element, byKey: true })
  return true
}
