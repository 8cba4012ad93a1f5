/** What the sheet does at the caret: inserting, the words that are selected, what the toolbar shows. */
import type { EditorState } from '@tiptap/pm/state'
import { newId, type BlockId, type PartId } from '@soanchung/shared/ids.ts'
import type { BlockKind, Inline, ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import { blocksIn } from './block-keys.ts'
import { schema } from './part-binding.ts'
import type { Sheet } from './sheet.svelte.ts'

export type Insertion = Exclude<Inline, { type: 'text' }> | ViewBlock

/** Words of one part, for "make this number a target". */
export interface SelectedText {
  part: PartId
  block: BlockId
  from: number
  to: number
  text: string
}

/** What the toolbar shows of the place of the caret. */
export interface Format {
  kind: BlockKind | null
  marks: ReadonlySet<string>
  mayWrite: boolean
}

export const noFormat: Format = { kind: null, marks: new Set(), mayWrite: false }

export function formatOf(state: EditorState, mayWrite: boolean): Format {
  const { selection } = state
  const kinds = new Set(blocksIn(state).map(({ node }) => node.attrs['kind'] as BlockKind))
  const marks = Object.values(schema.marks).filter((type) => {
    if (!selection.empty) return state.doc.rangeHasMark(selection.from, selection.to, type)
    return type.isInSet(state.storedMarks ?? selection.$from.marks()) !== undefined
  })
  return {
    kind: kinds.size === 1 ? ([...kinds][0] ?? null) : null,
    marks: new Set(marks.map(({ name }) => name)),
    mayWrite,
  }
}

export function sameFormat(a: Format, b: Format): boolean {
  return a.kind === b.kind && a.mayWrite === b.mayWrite && [...a.marks].join() === [...b.marks].join()
}

export function insertAtCaret(sheet: Sheet, what: Insertion): boolean {
  const editor = sheet.activeEditor()
  if (editor === undefined) return false
  if (!sheet.mayWrite(editor.part)) {
    sheet.sayReadOnly([editor.part])
    return false
  }
  const { type, ...attrs } = what
  const { view } = editor
  const node = schema.nodes[type]?.create(what.type === 'view' ? { ...attrs, id: newId<BlockId>() } : attrs)
  if (node === undefined) return false
  sheet.journal.stopCapturing()
  if (what.type === 'view') {
    const { $to } = view.state.selection
    view.dispatch(view.state.tr.insert($to.depth === 0 ? $to.pos : $to.after(1), node).scrollIntoView())
  } else view.dispatch(view.state.tr.replaceSelectionWith(node, false).scrollIntoView())
  sheet.journal.stopCapturing()
  view.focus()
  return true
}

/** Sets a footnote in at the caret and opens it for writing. */
export function insertFootnote(sheet: Sheet): void {
  if (!insertAtCaret(sheet, { type: 'footnote', text: '' })) return
  const view = sheet.activeEditor()?.view
  if (view === undefined) return
  const position = view.state.selection.from - 1
  const element = view.nodeDOM(position)
  if (element instanceof HTMLElement) sheet.footnote = { view, position, element }
}

export function wordsAtCaret(sheet: Sheet): SelectedText | null {
  const editor = sheet.activeEditor()
  if (editor === undefined || sheet.selection.active) return null
  const { from, to, $from, $to, empty } = editor.view.state.selection
  if (empty || $from.depth === 0 || !$from.sameParent($to)) return null
  const text = editor.view.state.doc.textBetween(from, to, '\n', '\uFFFC')
  const block = $from.parent.attrs['id'] as BlockId
  return { part: editor.part, block, from: $from.parentOffset, to: $to.parentOffset, text }
}

export function replaceWords(
  sheet: Sheet,
  selected: SelectedText,
  reference: Extract<Inline, { type: 'reference' }>,
): boolean {
  const view = sheet.mountPart(selected.part)?.view
  const { type: _type, ...attrs } = reference
  if (view === undefined || !sheet.mayWrite(selected.part)) return false
  const { doc } = view.state
  let start = -1
  doc.forEach((node, pos) => {
    if (node.attrs['id'] === selected.block) start = pos + 1
  })
  const [from, to] = [start + selected.from, start + selected.to]
  if (start < 0 || to > doc.content.size || doc.textBetween(from, to, '\n', '\uFFFC') !== selected.text) return false
  sheet.journal.stopCapturing()
  view.dispatch(view.state.tr.replaceWith(from, to, schema.nodes['reference']!.create(attrs)))
  sheet.journal.stopCapturing()
  return true
}
