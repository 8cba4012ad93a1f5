/**
 * How references, footnotes and tables are shown inside the text of a part, in an editor and in
 * plain text alike. A reference follows its target by itself; the text around it is not touched.
 */
import type { Node } from '@tiptap/pm/model'
import type { EditorView, NodeView } from '@tiptap/pm/view'
import { targetId } from '@soanchung/shared/ids.ts'
import { readView, type ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import { mount, unmount } from 'svelte'
import type { PartId } from '@soanchung/shared/ids.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'
import RegisterView from '../targets/RegisterView.svelte'
import { showReference } from '../targets/reference.ts'
import type { AtomPlace } from './beside-text.svelte.ts'

export interface NodeViewHooks {
  model: PlanModel
  part: PartId
  mayWrite: () => boolean
  footnoteNumber: (block: string, index: number) => number
  openAtom: (at: AtomPlace) => void
}

function atom(className: string, name: string): HTMLElement {
  const dom = document.createElement('span')
  dom.className = className
  dom.dataset['atom'] = name
  dom.contentEditable = 'false'
  return dom
}

function opensOnClick(
  element: HTMLElement,
  view: EditorView,
  position: () => number | undefined,
  hooks: NodeViewHooks,
) {
  element.role = 'button'
  element.addEventListener('click', () => {
    const at = position()
    if (at !== undefined) hooks.openAtom({ view, position: at, element, byKey: false })
  })
}

export function referenceView(hooks: NodeViewHooks) {
  return (node: Node, view: EditorView, position: () => number | undefined): NodeView => {
    const dom = atom('reference', 'reference')
    dom.ariaHasPopup = 'dialog'
    opensOnClick(dom, view, position, hooks)
    const target = targetId.safeParse(node.attrs['target'])
    const cell = String(node.attrs['cell'])
    const stop = $effect.root(() => {
      $effect(() => {
        const shown = target.success
          ? showReference(hooks.model, { target: target.data, cell })
          : { text: '?', state: 'broken', title: '' }
        dom.textContent = shown.text
        dom.title = shown.title
        dom.dataset['state'] = shown.state
      })
    })
    return { dom, destroy: stop, ignoreMutation: () => true }
  }
}

export function footnoteView(hooks: NodeViewHooks) {
  return (node: Node, view: EditorView, position: () => number | undefined): NodeView => {
    const dom = atom('footnote', 'footnote')
    let shown = node
    const stop = $effect.root(() => {
      $effect(() => {
        const pos = position()
        if (pos === undefined) return
        const at = view.state.doc.resolve(pos)
        let index = 0
        at.parent.forEach((child, offset) => {
          if (child.type.name === 'footnote' && offset < at.parentOffset) index += 1
        })
        dom.textContent = String(hooks.footnoteNumber(String(at.parent.attrs['id']), index))
      })
    })
    dom.title = String(node.attrs['text'])
    opensOnClick(dom, view, position, hooks)
    return {
      dom,
      destroy: stop,
      ignoreMutation: () => true,
      update: (next) => {
        if (next.type !== shown.type) return false
        shown = next
        dom.title = String(next.attrs['text'])
        return true
      },
    }
  }
}

export function tableView(hooks: NodeViewHooks) {
  return (node: Node, view: EditorView, position: () => number | undefined): NodeView => {
    const dom = document.createElement('div')
    dom.className = 'plan-table'
    dom.contentEditable = 'false'
    const first = readView(node.attrs)
    if (first === null) return { dom }
    const props = $state({
      model: hooks.model,
      part: hooks.part,
      view: first,
      editable: hooks.mayWrite(),
      onChange: (changed: ViewBlock) => {
        const pos = position()
        const { type: _type, ...attrs } = changed
        if (pos !== undefined) view.dispatch(view.state.tr.setNodeMarkup(pos, null, attrs))
      },
    })
    const component = mount(RegisterView, { target: dom, props })
    return {
      dom,
      destroy: () => void unmount(component),
      ignoreMutation: () => true,
      // Keys and clicks inside the table are the table's own.
      stopEvent: (event) => event.target !== dom,
      update: (next) => {
        const changed = readView(next.attrs)
        if (changed === null) return false
        if (JSON.stringify(changed) !== JSON.stringify(props.view)) props.view = changed
        props.editable = hooks.mayWrite()
        return true
      },
    }
  }
}
