/**
 * What is drawn over the text of a part and never lies in it: the numbers before its items and the
 * carets of others. Numbers are recounted only when the structure of the part changes; while a
 * word is composed, nothing is redrawn.
 */
import { DOMSerializer, type Node } from '@tiptap/pm/model'
import { Plugin, PluginKey, type EditorState } from '@tiptap/pm/state'
import { Decoration, DecorationSet, type ViewMutationRecord } from '@tiptap/pm/view'
import {
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
  type ProsemirrorBinding,
} from '@tiptap/y-tiptap'
import type { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { blockId } from '@soanchung/shared/ids.ts'
import { presence, type Presence } from '@soanchung/shared/protocol.ts'
import type { Block } from '@soanchung/shared/plan/blocks.ts'
import type { NumberingStyle } from '@soanchung/shared/plan/meta.ts'
import { numberBlocks, type PartNumber } from '@soanchung/shared/plan/numbering.ts'
import { isPlaceholder } from './part-binding.ts'

interface Numbering {
  number: PartNumber
  style: NumberingStyle
  placeholder: string
}

type Labels = ReadonlyMap<unknown, string>

export const numberingKey = new PluginKey<{ numbering: Numbering; labels: Labels }>('numbering')

/**
 * Dispatch a transaction with `numberingKey` and a new numbering when the part's own number changes.
 * Numbers are an attribute of each block's element and no decorations: those would cost the square
 * of a part's length at every key.
 */
export function numbersBeforeItems(first: Numbering): Plugin {
  const elements = new Map<unknown, HTMLElement>()
  return new Plugin({
    key: numberingKey,
    state: {
      init: (_config, state) => ({ numbering: first, labels: labelsIn(state.doc, first) }),
      apply: (tr, value, before) => {
        const numbering = (tr.getMeta(numberingKey) as Numbering | undefined) ?? value.numbering
        if (numbering === value.numbering && (!tr.docChanged || sameStructure(before.doc, tr.doc))) return value
        return { numbering, labels: labelsIn(tr.doc, numbering) }
      },
    },
    props: {
      decorations: (state) => {
        const only = state.doc.childCount === 1 ? state.doc.firstChild : null
        if (only?.type.name !== 'block' || only.attrs['kind'] !== 'paragraph' || only.content.size > 0) return null
        const words = { 'data-placeholder': numberingKey.getState(state)?.numbering.placeholder ?? '' }
        return DecorationSet.create(state.doc, [Decoration.node(0, only.nodeSize, words)])
      },
      nodeViews: {
        block: (node, view) => {
          const { dom, contentDOM = null } = DOMSerializer.renderSpec(document, node.type.spec.toDOM!(node))
          const { id } = node.attrs
          elements.set(id, dom)
          showLabel(dom, numberingKey.getState(view.state)?.labels.get(id))
          const destroy = () => void (elements.get(id) === dom && elements.delete(id))
          return { dom, contentDOM, ignoreMutation: isLabelChange, destroy }
        },
      },
    },
    view: () => ({
      update: (view, before) => {
        const [now, then] = [numberingKey.getState(view.state)?.labels, numberingKey.getState(before)?.labels]
        if (now === undefined || then === undefined || now === then) return
        for (const [id, label] of now) if (then.get(id) !== label) showLabel(elements.get(id), label)
        for (const id of then.keys()) if (!now.has(id)) showLabel(elements.get(id), undefined)
      },
    }),
  })
}

function showLabel(element: HTMLElement | undefined, label: string | undefined) {
  if (label === undefined) element?.removeAttribute('data-label')
  else element?.setAttribute('data-label', label)
}

function isLabelChange(mutation: ViewMutationRecord): boolean {
  return mutation.type === 'attributes' && mutation.attributeName === 'data-label'
}

function sameStructure(before: Node, after: Node): boolean {
  if (before.childCount !== after.childCount) return false
  for (let index = 0; index < after.childCount; index++) {
    const one = before.child(index)
    const other = after.child(index)
    if (one !== other && !one.sameMarkup(other)) return false
  }
  return true
}

function labelsIn(doc: Node, { number, style }: Numbering): Labels {
  const blocks: Block[] = []
  doc.forEach((node) => {
    const id = blockId.safeParse(node.attrs['id'])
    if (node.type.name !== 'block' || !id.success) return
    const { kind, depth, restart } = node.attrs
    blocks.push({ type: 'block', id: id.data, kind, depth, ...(restart ? { restart: true } : {}), content: [] })
  })
  return numberBlocks(blocks, number, style)
}

const caretsKey = new PluginKey<DecorationSet>('carets')

/**
 * Shows where others are in this part, and tells them where the caret is here, at most ten times a
 * second. `drawn` is called when somebody's caret stands at its place.
 */
export function carets(awareness: Awareness, user: Presence['user'], drawn: () => void): Plugin {
  return new Plugin({
    key: caretsKey,
    state: {
      init: (_config, state) => drawCarets(state, awareness),
      apply: (tr, set, _before, state) => {
        if (tr.getMeta(caretsKey) !== undefined || tr.getMeta(ySyncPluginKey)?.isChangeOrigin) {
          return drawCarets(state, awareness)
        }
        return tr.docChanged ? set.map(tr.mapping, tr.doc) : set
      },
    },
    props: { decorations: (state) => caretsKey.getState(state) },
    view: (view) => {
      let told: ReturnType<typeof setTimeout> | undefined
      let drawing: number | undefined
      const tell = () => {
        told = undefined
        if (view.isDestroyed) return
        const { binding, type } = ySyncPluginKey.getState(view.state)
        const { anchor, head } = view.state.selection
        const relative = (position: number) =>
          type.length > 0
            ? absolutePositionToRelativePosition(position, type, binding.mapping)
            : Y.createRelativePositionFromTypeIndex(type, 0)
        const cursor = view.hasFocus() ? { anchor: relative(anchor), head: relative(head) } : null
        if (cursor === null && (awareness.getLocalState()?.['cursor'] ?? null) === null) return
        awareness.setLocalState({ ...awareness.getLocalState(), user, cursor })
      }
      const tellSoon = () => {
        told ??= setTimeout(tell, 100)
      }
      const draw = () => {
        drawing = undefined
        if (view.isDestroyed) return
        if (view.composing) {
          drawing = requestAnimationFrame(draw)
          return
        }
        view.dispatch(view.state.tr.setMeta(caretsKey, true).setMeta('addToHistory', false))
        drawn()
      }
      const changed = ({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }) => {
        if ([...added, ...updated, ...removed].some((client) => client !== awareness.clientID)) {
          drawing ??= requestAnimationFrame(draw)
        }
      }
      awareness.on('change', changed)
      view.dom.addEventListener('focusin', tellSoon)
      view.dom.addEventListener('focusout', tellSoon)
      return {
        update: (now, before) => {
          if (!now.state.selection.eq(before.selection) || now.state.doc !== before.doc) tellSoon()
        },
        destroy: () => {
          clearTimeout(told)
          if (drawing !== undefined) cancelAnimationFrame(drawing)
          awareness.off('change', changed)
          view.dom.removeEventListener('focusin', tellSoon)
          view.dom.removeEventListener('focusout', tellSoon)
          if (awareness.getLocalState() !== null) awareness.setLocalStateField('cursor', null)
        },
      }
    },
  })
}

function drawCarets(state: EditorState, awareness: Awareness): DecorationSet {
  const sync = ySyncPluginKey.getState(state)
  const binding: ProsemirrorBinding | undefined = sync?.binding
  const isEmpty = isPlaceholder(state.doc)
  if (binding === undefined || (binding.mapping.size === 0 && !isEmpty)) return DecorationSet.empty
  const decorations: Decoration[] = []
  for (const [client, stored] of awareness.getStates()) {
    const parsed = presence.safeParse(stored)
    if (client === awareness.clientID || !parsed.success) continue
    const { user, cursor } = parsed.data
    const [anchor, head] =
      isEmpty && cursor !== null && cursor !== undefined
        ? [1, 1]
        : [absolute(cursor, 'anchor', binding), absolute(cursor, 'head', binding)]
    if (anchor === null || head === null) continue
    // A caret from before the part had text stands at its very beginning.
    const limit = (position: number) => Math.max(1, Math.min(position, state.doc.content.size - 1))
    const colour = Math.min(9, Math.max(0, Math.trunc(user.colour)))
    decorations.push(
      Decoration.widget(limit(head), () => caretElement(user, colour), {
        key: `${client}`,
        side: 10,
        ignoreSelection: true,
      }),
    )
    if (anchor !== head) {
      const style = `background-color: color-mix(in srgb, var(--unit-${colour}) 22%, transparent)`
      decorations.push(Decoration.inline(limit(Math.min(anchor, head)), limit(Math.max(anchor, head)), { style }))
    }
  }
  return DecorationSet.create(state.doc, decorations)
}

function absolute(cursor: unknown, end: 'anchor' | 'head', binding: ProsemirrorBinding): number | null {
  if (typeof cursor !== 'object' || cursor === null) return null
  try {
    const position = Y.createRelativePositionFromJSON((cursor as Record<string, unknown>)[end])
    return relativePositionToAbsolutePosition(binding.doc, binding.type, position, binding.mapping)
  } catch {
    // Presence comes from others and is not checked further than its outline.
    return null
  }
}

function caretElement(user: Presence['user'], colour: number): HTMLElement {
  const caret = document.createElement('span')
  caret.className = 'remote-caret'
  caret.dataset['user'] = user.id
  caret.style.setProperty('--caret', `var(--unit-${colour})`)
  const name = document.createElement('span')
  name.className = 'remote-caret-name'
  name.dataset['name'] = user.symbol === '' ? user.name : `${user.name} · ${user.symbol}`
  caret.append(name)
  return caret
}
