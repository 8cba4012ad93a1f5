/**
 * What keys do to the blocks of one part: split, lift, indent, change kind, and the beginnings
 * ("- ", "a) ", "1. ") that become kinds. Also keeps every block's id permanent and single. Nothing
 * here reaches past the part; keys at its edges belong to caret-walk.ts.
 */
import { baseKeymap, chainCommands, deleteSelection, toggleMark } from '@tiptap/pm/commands'
import { keymap } from '@tiptap/pm/keymap'
import { Fragment, type Node, Slice } from '@tiptap/pm/model'
import {
  NodeSelection,
  Plugin,
  Selection,
  TextSelection,
  type Command,
  type EditorState,
  type Transaction,
} from '@tiptap/pm/state'
import { ySyncPluginKey } from '@tiptap/y-tiptap'
import { newId, type BlockId } from '@soanchung/shared/ids.ts'
import { maxDepth, type BlockKind } from '@soanchung/shared/plan/blocks.ts'
import { planSchema as schema } from '@soanchung/shared/plan/editor-schema.ts'
import { isPlaceholder } from './part-binding.ts'

/** In the order of their shortcuts, Mod+Alt+0 first. */
export const kindsByKey: readonly BlockKind[] = [
  'paragraph',
  'heading',
  'numbered',
  'lettered',
  'dashed',
  'plus',
  'quotation',
  'note',
]

const beginnings: readonly { pattern: RegExp; kind: BlockKind; restarts?: boolean }[] = [
  { pattern: /^[-–—•]$/, kind: 'dashed' },
  { pattern: /^\+$/, kind: 'plus' },
  { pattern: /^[a-zđ]\)$/i, kind: 'lettered' },
  { pattern: /^\d{1,3}[.)-]$/, kind: 'numbered' },
]

function blockAt(state: EditorState): { node: Node; pos: number } | null {
  const { $from } = state.selection
  const node = $from.depth >= 1 ? $from.node(1) : null
  return node?.type.name === 'block' ? { node, pos: $from.before(1) } : null
}

/** The blocks that the selection touches. */
export function blocksIn(state: EditorState): { node: Node; pos: number }[] {
  const found: { node: Node; pos: number }[] = []
  state.doc.nodesBetween(state.selection.from, state.selection.to, (node, pos) => {
    if (node.type.name === 'block') found.push({ node, pos })
    return false
  })
  return found
}

export function setKind(kind: BlockKind): Command {
  return (state, dispatch) => {
    const blocks = blocksIn(state)
    if (blocks.length === 0) return false
    const all = blocks.every(({ node }) => node.attrs['kind'] === kind)
    const tr = state.tr
    for (const { node, pos } of blocks) {
      tr.setNodeMarkup(pos, null, { ...node.attrs, kind: all ? 'paragraph' : kind, restart: null })
    }
    dispatch?.(tr.scrollIntoView())
    return true
  }
}

export function shiftDepth(by: 1 | -1): Command {
  return (state, dispatch) => {
    const tr = state.tr
    for (const { node, pos } of blocksIn(state)) {
      const depth = Math.min(maxDepth, Math.max(0, Number(node.attrs['depth']) + by))
      if (depth !== node.attrs['depth']) tr.setNodeMarkup(pos, null, { ...node.attrs, depth })
    }
    if (tr.docChanged) dispatch?.(tr.scrollIntoView())
    return true
  }
}

/** One step back towards a plain paragraph at the margin; false when it already is one. */
const lift: Command = (state, dispatch) => {
  const at = blockAt(state)
  if (at === null) return false
  const { kind, depth } = at.node.attrs as { kind: BlockKind; depth: number }
  if (kind === 'paragraph' && depth === 0) return false
  const lifted = depth > 0 ? { kind, depth: depth - 1 } : { kind: 'paragraph', depth: 0 }
  dispatch?.(state.tr.setNodeMarkup(at.pos, null, { ...at.node.attrs, ...lifted, restart: null }))
  return true
}

const liftEmpty: Command = (state, dispatch) => {
  const at = blockAt(state)
  return at !== null && at.node.content.size === 0 ? lift(state, dispatch) : false
}

/** The half that holds the text keeps its id: at the start of a block the new one goes above it. */
const split: Command = (state, dispatch) => {
  const at = blockAt(state)
  if (at === null) return insertBlockAround(state, dispatch)
  const tr = state.tr
  if (!state.selection.empty) tr.deleteSelection()
  const $at = tr.selection.$from
  const { kind, depth } = $at.parent.attrs as { kind: BlockKind; depth: number }
  const fresh = { id: newId<BlockId>(), kind, depth, restart: null }
  if ($at.parentOffset === 0 && $at.parent.content.size > 0) {
    tr.insert($at.before(1), schema.nodes['block']!.create(fresh))
  } else {
    const atEnd = $at.parentOffset === $at.parent.content.size
    const attrs = atEnd && kind === 'heading' ? { ...fresh, kind: 'paragraph', depth: 0 } : fresh
    tr.split($at.pos, 1, [{ type: schema.nodes['block']!, attrs }])
    if (isPlaceholder(state.doc)) tr.setNodeAttribute(0, 'id', newId<BlockId>())
  }
  dispatch?.(tr.scrollIntoView())
  return true
}

/** Enter on a selected table makes a paragraph below it. */
function insertBlockAround(state: EditorState, dispatch?: (tr: Transaction) => void): boolean {
  if (!(state.selection instanceof NodeSelection) || state.selection.$from.depth > 0) return false
  const pos = state.selection.to
  const tr = state.tr.insert(pos, schema.nodes['block']!.create({ id: newId<BlockId>() }))
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, pos + 1)).scrollIntoView())
  return true
}

const lineBreak: Command = (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(schema.nodes['break']!.create(), false).scrollIntoView())
  return true
}

/** Joins with the block above, within the part only; a table above is selected instead. */
const joinUp: Command = (state, dispatch) => {
  const { $from, empty } = state.selection
  if (!empty || $from.depth === 0 || $from.parentOffset > 0) return false
  const pos = $from.before(1)
  const above = state.doc.resolve(pos).nodeBefore
  if (above === null) return true
  if (above.type.name !== 'block') {
    dispatch?.(state.tr.setSelection(NodeSelection.create(state.doc, pos - above.nodeSize)))
    return true
  }
  // The block with the text is the one that stays.
  const tr = above.content.size === 0 ? state.tr.delete(pos - above.nodeSize, pos) : state.tr.join(pos)
  dispatch?.(tr.scrollIntoView())
  return true
}

const joinDown: Command = (state, dispatch) => {
  const { $from, empty } = state.selection
  if (!empty || $from.depth === 0 || $from.parentOffset < $from.parent.content.size) return false
  const pos = $from.after(1)
  const below = state.doc.resolve(pos).nodeAfter
  if (below === null) return true
  if (below.type.name !== 'block') {
    dispatch?.(state.tr.setSelection(NodeSelection.create(state.doc, pos)))
    return true
  }
  const tr = $from.parent.content.size === 0 ? state.tr.delete($from.before(1), pos) : state.tr.join(pos)
  if ($from.parent.content.size === 0) tr.setSelection(Selection.near(tr.doc.resolve($from.before(1)), 1))
  dispatch?.(tr.scrollIntoView())
  return true
}

const liftAtStart: Command = (state, dispatch) => {
  const { $from, empty } = state.selection
  return empty && $from.depth > 0 && $from.parentOffset === 0 ? lift(state, dispatch) : false
}

const mark = (name: string) => toggleMark(schema.marks[name]!)

export const blockKeymap: Plugin = keymap({
  ...baseKeymap,
  Enter: chainCommands(liftEmpty, split),
  'Shift-Enter': lineBreak,
  'Mod-Enter': () => true,
  Tab: shiftDepth(1),
  'Shift-Tab': shiftDepth(-1),
  Backspace: chainCommands(deleteSelection, liftAtStart, joinUp),
  'Mod-Backspace': chainCommands(deleteSelection, liftAtStart, joinUp),
  'Shift-Backspace': chainCommands(deleteSelection, liftAtStart, joinUp),
  Delete: chainCommands(deleteSelection, joinDown),
  'Mod-Delete': chainCommands(deleteSelection, joinDown),
  'Mod-b': mark('bold'),
  'Mod-i': mark('italic'),
  'Mod-u': mark('underline'),
  ...Object.fromEntries(kindsByKey.map((kind, index) => [`Mod-Alt-${index}`, setKind(kind)])),
})

/** A space after "-", "+", "a)", "1." at the start of a paragraph makes it an item. */
export const beginningsBecomeKinds = new Plugin({
  props: {
    handleTextInput(view, from, to, text) {
      const at = blockAt(view.state)
      if (text !== ' ' || from !== to || at === null || at.node.attrs['kind'] !== 'paragraph' || view.composing) {
        return false
      }
      const typed = view.state.doc.textBetween(at.pos + 1, from, '\0', '\0')
      const found = beginnings.find(({ pattern }) => pattern.test(typed))
      if (found === undefined) return false
      const restart = found.kind === 'numbered' && typed.startsWith('1') && typed.length === 2 ? true : null
      view.dispatch(
        view.state.tr.delete(at.pos + 1, from).setNodeMarkup(at.pos, null, {
          ...at.node.attrs,
          kind: found.kind,
          restart: restart && needsRestart(at.pos, view.state, found.kind),
        }),
      )
      return true
    },
  },
})

/** "1." typed where an item of the same kind stands right above begins a new count. */
function needsRestart(pos: number, state: EditorState, kind: BlockKind): true | null {
  const above = state.doc.resolve(pos).nodeBefore
  return above?.attrs['kind'] === kind ? true : null
}

/** Gives each new block an id, and a copy of a block another one. Never touches what others wrote. */
export const permanentIds = new Plugin({
  appendTransaction(transactions, _before, state) {
    const changed = transactions.filter((tr) => tr.docChanged)
    if (changed.length === 0 || changed.every((tr) => tr.getMeta(ySyncPluginKey)?.isChangeOrigin)) return null
    if (isPlaceholder(state.doc)) return null
    const seen = new Map<string, { pos: number; empty: boolean }>()
    const fresh: number[] = []
    state.doc.forEach((node, pos) => {
      const id: unknown = node.attrs['id']
      if (typeof id !== 'string') return void fresh.push(pos)
      const first = seen.get(id)
      if (first === undefined) seen.set(id, { pos, empty: node.content.size === 0 })
      else if (first.empty && node.content.size > 0) {
        fresh.push(first.pos)
        seen.set(id, { pos, empty: false })
      } else fresh.push(pos)
    })
    if (fresh.length === 0) return null
    const tr = state.tr
    for (const pos of fresh) tr.setNodeAttribute(pos, 'id', newId<BlockId>())
    return tr
  },
})

/** Blocks set in at the selection: the first goes on in the block of the caret, each gets a new id. */
export function insertBlocks(state: EditorState, nodes: readonly Node[]): Transaction {
  const tr = state.tr
  const first = nodes[0]
  if (first === undefined) return tr
  const fresh = nodes.map((node) => node.type.create({ ...node.attrs, id: newId<BlockId>() }, node.content))
  const at = blockAt(state)
  if (nodes.length === 1 && first.type.name === 'block' && first.attrs['kind'] === 'paragraph') {
    return tr.replaceSelection(new Slice(first.content, 0, 0)).scrollIntoView()
  }
  const takesKind = at !== null && at.node.content.size === 0 && first.type.name === 'block'
  if (takesKind) {
    const { kind, depth, restart } = first.attrs
    tr.setNodeMarkup(at.pos, null, { ...at.node.attrs, kind, depth, restart })
  }
  // An item that lands behind other words begins a block of its own, or it would lose its mark.
  const goesOn = first.type.name === 'block' && (takesKind || first.attrs['kind'] === 'paragraph')
  const openStart = goesOn ? 1 : 0
  const openEnd = nodes.at(-1)?.type.name === 'block' ? 1 : 0
  return tr.replaceSelection(new Slice(Fragment.from(fresh), openStart, openEnd)).scrollIntoView()
}
