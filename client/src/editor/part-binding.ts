/**
 * The tie between a part's Yjs body and its editor: y-tiptap's binding, with four habits changed.
 * An untouched empty part is never written to, or two people who open it would each add a
 * paragraph. Nothing is written where the document did not change. A change by others makes anew
 * only the blocks that it touches, where the binding would make all of them. And while a word is being
 * composed, what comes from others is held back and merged when the composition ends, because a
 * redrawn block breaks Telex and other input methods ("tiêtiếng").
 */
import type { Node } from '@tiptap/pm/model'
import { TextSelection, type Plugin, type PluginView } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { initProseMirrorDoc, ySyncPlugin, ySyncPluginKey, type ProsemirrorBinding } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { planSchema as schema } from '@soanchung/shared/plan/editor-schema.ts'
import { readBody, type Block, type Inline } from '@soanchung/shared/plan/blocks.ts'

/** The same blocks for an editor. */
export function nodesOf(blocks: readonly Block[]): Node[] {
  return blocks.flatMap((one) => {
    if (one.type === 'view') {
      const { type: _type, ...attrs } = one
      return schema.nodes['view']?.create(attrs) ?? []
    }
    const { id, kind, depth } = one
    return (
      schema.nodes['block']?.create({ id, kind, depth, restart: one.restart ?? null }, one.content.map(inlineNode)) ??
      []
    )
  })
}

function inlineNode(one: Inline): Node {
  if (one.type !== 'text') {
    const { type, ...attrs } = one
    return schema.nodes[type]!.create(attrs)
  }
  const marks = (one.marks ?? []).map(({ type, ...attrs }) => schema.marks[type]!.create(attrs))
  return schema.text(one.text, marks)
}

interface PartBinding {
  plugin: Plugin
  /** The text as it stood when the editor was made. */
  doc: Node
  /** Holds back what others write, until `release`. */
  hold(): void
  /** Merges what was composed with what was held; the caret stays behind the composed text. */
  release(): void
}

/** The editor shows one empty block for a part without text; it is not in the document. */
export function isPlaceholder(doc: Node): boolean {
  const only = doc.firstChild
  return doc.childCount === 1 && only?.type.name === 'block' && only.attrs['id'] === null && only.content.size === 0
}

/**
 * False where the body holds something that this version's editor does not know. Mounting it would
 * delete that content, so such a part is only shown.
 */
export function canBeEdited(body: Y.XmlFragment): boolean {
  if (readBody(body).skipped > 0) return false
  for (const walker of body.createTreeWalker(() => true)) {
    if (walker instanceof Y.XmlElement && schema.nodes[walker.nodeName] === undefined) return false
    if (walker instanceof Y.XmlText) {
      const runs: { attributes?: Record<string, unknown> }[] = walker.toDelta()
      const names = runs.flatMap((run) => Object.keys(run.attributes ?? {}))
      if (names.some((name) => schema.marks[name] === undefined)) return false
    }
  }
  return true
}

/**
 * Which node shows which part of the document. The binding clears it at each change from outside;
 * it also takes out what changed by itself, and that is enough.
 */
class Shown<Key, Value> extends Map<Key, Value> {
  override clear(): void {}
}

export function bindPart(body: Y.XmlFragment): PartBinding {
  const { doc, mapping } = initProseMirrorDoc(body, schema)
  const plugin: Plugin = ySyncPlugin(body, { mapping: new Shown(mapping) })
  const binding: ProsemirrorBinding = plugin.spec.state?.init({} as never, {} as never).binding
  let view: EditorView | null = null
  let holding = false
  /** The text both sides last agreed on; null until something was held. */
  let base: Node | null = null

  const receive = binding._observeFunction as (events: unknown, transaction: Y.Transaction) => void
  binding._observeFunction = (events: unknown, transaction: Y.Transaction) => {
    if (holding && view !== null && transaction.origin !== ySyncPluginKey) base ??= view.state.doc
    else {
      trustDocument(binding)
      receive(events, transaction)
    }
  }

  const bound = plugin.spec.view as (view: EditorView) => PluginView
  plugin.spec.view = (editorView: EditorView) => {
    view = editorView
    const inner = bound(editorView)
    return {
      update: (now, before) => {
        if (base !== null || now.state.doc === before.doc || isPlaceholder(now.state.doc)) return
        inner.update?.(now, before)
      },
      destroy: () => {
        view = null
        inner.destroy?.()
      },
    }
  }

  return {
    plugin,
    doc: doc.childCount > 0 ? doc : (schema.topNodeType.createAndFill() ?? doc),
    hold: () => {
      holding = true
    },
    release: () => {
      holding = false
      if (base === null || view === null) return
      const before = base
      const mine = view.state.doc
      const head = view.state.selection.head
      base = null
      binding._forceRerender()
      applyComposed(view, before, mine, head)
    },
  }
}

/**
 * Where the text of the caret's block has changed, the binding searches for the block and puts the
 * caret at its old offset, so that it slips off its words when others write before them. As long as
 * the block is there, the document itself knows the place.
 */
function trustDocument(binding: ProsemirrorBinding) {
  const selection = binding.beforeTransactionSelection as Partial<Record<string, unknown>> | null
  for (const [end, old] of [
    ['anchor', 'absAnchor'],
    ['head', 'absHead'],
  ] as const) {
    const relative = selection?.[end]
    if (!(relative instanceof Y.RelativePosition)) continue
    const place = Y.createAbsolutePositionFromRelativePosition(relative, binding.doc)
    if (place !== null && place.type._item?.deleted === false) delete selection?.[old]
  }
}

/** A stretch of a document that was replaced: `from`–`to` before, `from`–`end` after. */
interface Change {
  from: number
  to: number
  end: number
}

function changeBetween(before: Node, after: Node): Change | null {
  const from = before.content.findDiffStart(after.content)
  const ends = before.content.findDiffEnd(after.content)
  if (from === null || ends === null) return null
  // Repeated letters can make the two searches overlap.
  const overlap = Math.max(0, from - Math.min(ends.a, ends.b))
  return { from, to: ends.a + overlap, end: ends.b + overlap }
}

/** Carries what was composed on `before` over to the view, which now shows the others' text. */
function applyComposed(view: EditorView, before: Node, mine: Node, head: number) {
  const local = changeBetween(before, mine)
  if (local === null) return
  const remote = changeBetween(before, view.state.doc)
  const clamp = (position: number) => Math.max(1, Math.min(position, view.state.doc.content.size - 1))
  const from = clamp(mapThrough(remote, local.from, local.from < local.to))
  const to = Math.max(from, clamp(mapThrough(remote, local.to, false)))
  const tr = view.state.tr
  const $from = view.state.doc.resolve(from)
  const overlaps = remote !== null && local.from < remote.to && remote.from < local.to
  const slice = mine.slice(local.from, local.end)
  if (overlaps || !$from.parent.isTextblock) tr.insertText(mine.textBetween(local.from, local.end, '\n'), from)
  else tr.replace(from, to, slice)
  const caret = clamp(tr.doc.content.size - (view.state.doc.content.size - to) - (local.end - head))
  tr.setSelection(TextSelection.near(tr.doc.resolve(Math.max(1, Math.min(caret, tr.doc.content.size - 1))), -1))
  view.dispatch(tr.scrollIntoView())
}

function mapThrough(change: Change | null, position: number, after: boolean): number {
  if (change === null || position < change.from || (position === change.from && !after)) return position
  if (position >= change.to) return position + (change.end - change.to)
  return change.end
}
