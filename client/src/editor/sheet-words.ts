/** What the sheet does at the caret: inserting, the words that are selected, what the toolbar shows. */
import type { Node } from '@tiptap/pm/model'
import { TextSelection, type EditorState } from '@tiptap/pm/state'
import { newId, targetId, type BlockId, type PartId } from '@soanchung/shared/ids.ts'
import type { BlockKind, Inline, ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import { numberIn, sentenceAround, type NumberWords } from '../targets/make-target.ts'
import { addAnnex } from '../targets/annex.ts'
import { showReference } from '../targets/reference.ts'
import type { RegisterName } from '@soanchung/shared/targets/register.ts'
import { tick } from 'svelte'
import { blocksIn } from './block-keys.ts'
import { planSchema as schema } from '@soanchung/shared/plan/editor-schema.ts'
import type { Sheet } from './sheet.svelte.ts'

export type Insertion = Exclude<Inline, { type: 'text' }> | ViewBlock

/** A number in a sentence of one part, for "make this number a target". */
export interface NumberInText extends NumberWords {
  part: PartId
  block: BlockId
  /** Where it begins in the block. */
  from: number
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
  if (element instanceof HTMLElement) sheet.beside.openAtom({ view, position, element, byKey: true })
}

/** Sets a table of the part's own register in below the caret. */
export function insertTable(sheet: Sheet, register: RegisterName): void {
  const id = newId<BlockId>()
  sheet.insert({ type: 'view', id, register, scope: 'part', columns: [], group: 'none', title: '' })
}

/** Adds an annex with a table over the whole plan, and goes there. */
export function insertAnnex(sheet: Sheet, register: RegisterName): void {
  const part = addAnnex(sheet.model, register)
  if (part === null) return
  // The sheet draws the new part first.
  void tick().then(() => sheet.reveal(part))
}

/** The heading that the caret stands in; null where it is no heading. */
export function headingAtCaret(sheet: Sheet): { part: PartId; heading: BlockId } | null {
  sheet.model.flush()
  const caret = sheet.caret()
  const block = caret === null ? undefined : sheet.model.part(caret.part)?.blocks[caret.block]
  if (caret === null || block?.type !== 'block' || block.kind !== 'heading') return null
  return { part: caret.part, heading: block.id }
}

/** One character for each inline node, so that characters and positions agree. */
const atom = '\uFFFC'

/** The selected words of one block, or an empty text. */
export function selectedWords(sheet: Sheet): string {
  const state = sheet.activeEditor()?.view.state
  if (state === undefined || sheet.selection.active) return ''
  const { from, to, $from, $to } = state.selection
  return $from.sameParent($to) ? state.doc.textBetween(from, to, '\n', atom) : ''
}

/** The number that is selected or holds the caret, with all its words; null where there is none. */
export function numberAtCaret(sheet: Sheet): NumberInText | null {
  const editor = sheet.activeEditor()
  if (editor === undefined || sheet.selection.active) return null
  const { $from, $to } = editor.view.state.selection
  if ($from.depth === 0 || !$from.sameParent($to)) return null
  const { parent } = $from
  const found = numberIn(parent.textBetween(0, parent.content.size, '', atom), $from.parentOffset, $to.parentOffset)
  if (found === null) return null
  const { from, to, isRead } = found
  const words = (start: number, end: number) => parent.textBetween(start, end, '', (leaf) => leafText(sheet, leaf))
  return {
    part: editor.part,
    block: parent.attrs['id'] as BlockId,
    from,
    text: words(from, to),
    isRead,
    ...sentenceAround(words(0, from), words(to, parent.content.size)),
  }
}

function leafText(sheet: Sheet, leaf: Node): string {
  if (leaf.type.name !== 'reference') return leaf.type.name === 'break' ? '\n' : ''
  const target = targetId.safeParse(leaf.attrs['target'])
  return target.success
    ? showReference(sheet.model, { target: target.data, cell: String(leaf.attrs['cell']) }).text
    : ''
}

/** Where the words stand now: others may have written before them. Null where they are gone. */
export function placeOfWords(sheet: Sheet, number: NumberInText): { from: number; to: number } | null {
  const doc = sheet.mountPart(number.part)?.view.state.doc
  let place: { from: number; to: number } | null = null
  doc?.forEach((node, pos) => {
    if (node.attrs['id'] !== number.block) return
    const text = node.textBetween(0, node.content.size, '', atom)
    const at = nearest(text, number.text, number.from)
    if (at !== null) place = { from: pos + 1 + at, to: pos + 1 + at + number.text.length }
  })
  return place
}

/** Where the words stand that are nearest to a position; null where they are not in the text. */
export function nearest(text: string, words: string, position: number): number | null {
  let best: number | null = null
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) {
    if (best === null || Math.abs(at - position) < Math.abs(best - position)) best = at
  }
  return best
}

/** Puts a reference in place of the number, with the caret behind it; false where it is gone. */
export function replaceWords(
  sheet: Sheet,
  number: NumberInText,
  reference: Extract<Inline, { type: 'reference' }>,
): boolean {
  const view = sheet.mountPart(number.part)?.view
  const place = placeOfWords(sheet, number)
  const { type: _type, ...attrs } = reference
  if (view === undefined || place === null || !sheet.mayWrite(number.part)) return false
  const tr = view.state.tr.replaceWith(place.from, place.to, schema.nodes['reference']!.create(attrs))
  view.dispatch(tr.setSelection(TextSelection.create(tr.doc, place.from + 1)).scrollIntoView())
  return true
}
