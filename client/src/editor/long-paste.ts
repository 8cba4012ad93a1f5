/**
 * A clipboard of many pages goes into a part slice by slice, with turns for the page between them:
 * it can be watched and stopped, and all of it is one entry of undo. The result is what a short
 * paste would have given: the first block goes on in the block of the caret, and what stood behind
 * the caret goes on in the last one.
 */
import type { Node } from '@tiptap/pm/model'
import { TextSelection } from '@tiptap/pm/state'
import type { BlockId } from '@soanchung/shared/ids.ts'
import type { Block } from '@soanchung/shared/plan/blocks.ts'
import { say } from '../ui/toasts.svelte.ts'
import { m } from '../paraglide/messages.js'
import { insertBlocks } from './block-keys.ts'
import { nodesOf } from './part-binding.ts'
import type { PartEditor } from './part-editor.ts'
import { blocksFromPage, blocksFromText, countParagraphs, parsePage } from './paste.ts'
import type { Sheet } from './sheet.svelte.ts'

/** How long one slice should take, in ms. */
const pace = 60
/** Blocks in a slice at least, however slow: each slice makes a frame, and a frame costs the whole part. */
const fewest = 300

export async function pasteInSlices(sheet: Sheet, editor: PartEditor, html: string, text: string): Promise<void> {
  let isStopped = false
  let isOver = false
  let done = 0
  const show = (total: number) => {
    sheet.progress = { part: editor.part, done, total: Math.max(done, total), cancel: () => (isStopped = true) }
  }
  const mayGoOn = () => !isStopped && !editor.view.isDestroyed && sheet.mayWrite(editor.part)
  const finish = sheet.journal.openGroup()
  try {
    show(0)
    const found = html === '' ? linesOf(text) : await readPage(html, sheet.model.plan.id, mayGoOn)
    const place = new GrowingPlace(editor)
    for (let count = fewest; !isOver && mayGoOn();) {
      const begun = performance.now()
      const slice = take(found.blocks, count)
      isOver = slice.length < count
      place.add(slice, isOver)
      done += slice.length
      show(found.total)
      const took = performance.now() - begun
      count = Math.max(fewest, Math.min(count * 2, Math.round((count * pace) / took)))
      await turnForThePage()
    }
    if (isOver) place.close()
  } finally {
    finish()
    sheet.progress = null
  }
  if (isOver) return
  if (isStopped && done > 0) sheet.undo()
  say(isStopped ? m.editor_paste_stopped() : m.editor_paste_cut({ done }))
}

function turnForThePage(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}

function take(blocks: Iterator<Block>, count: number): Block[] {
  const taken: Block[] = []
  while (taken.length < count) {
    const next = blocks.next()
    if (next.done === true) break
    taken.push(next.value)
  }
  return taken
}

interface Found {
  blocks: Iterator<Block>
  /** About how many blocks there are. */
  total: number
}

function linesOf(text: string): Found {
  return { blocks: blocksFromText(text), total: text.split('\n').length }
}

async function readPage(html: string, planId: string, mayGoOn: () => boolean): Promise<Found> {
  const parsing = parsePage(html)
  let step = parsing.next()
  for (let begun = performance.now(); step.done !== true && mayGoOn(); step = parsing.next()) {
    if (performance.now() < begun + pace) continue
    await turnForThePage()
    begun = performance.now()
  }
  if (step.done !== true) return linesOf('')
  return { blocks: blocksFromPage(step.value, planId), total: countParagraphs(step.value) }
}

/** Where the next slice goes: behind the last one, wherever others' work has moved it. */
class GrowingPlace {
  readonly #editor: PartEditor
  #last: BlockId | null = null
  /** The block that got the words behind the caret, where there were any. */
  #tail: BlockId | null = null

  constructor(editor: PartEditor) {
    this.#editor = editor
  }

  add(slice: readonly Block[], isWhole: boolean): void {
    const { view } = this.#editor
    if (slice.length === 0) return
    if (this.#last === null) {
      view.dispatch(insertBlocks(view.state, nodesOf(slice)))
      if (!isWhole) this.#splitAtCaret()
      return
    }
    view.dispatch(view.state.tr.insert(this.#end(), nodesOf(slice)))
    this.#last = slice.at(-1)?.id ?? this.#last
  }

  /** Joins what stood behind the caret to the last block, and sets the caret between them. */
  close(): void {
    const { view } = this.#editor
    if (this.#last === null) return
    const end = this.#end()
    const tr = view.state.tr.setSelection(TextSelection.near(view.state.doc.resolve(end), -1))
    const below = tr.doc.nodeAt(end)
    const above = tr.doc.resolve(end).nodeBefore
    if (this.#tail !== null && below?.attrs['id'] === this.#tail && above?.type === below.type) tr.join(end)
    view.dispatch(tr.scrollIntoView())
  }

  #splitAtCaret() {
    const { view } = this.#editor
    const { $from } = view.state.selection
    let border = $from.depth === 0 ? $from.pos : $from.after(1)
    if ($from.depth > 0 && $from.parentOffset < $from.parent.content.size) {
      view.dispatch(view.state.tr.split($from.pos, 1))
      border = $from.pos + 1
      this.#tail = idOf(view.state.doc.nodeAt(border))
    }
    this.#last = idOf(view.state.doc.resolve(border).nodeBefore)
  }

  #end(): number {
    const { doc } = this.#editor.view.state
    let end = doc.content.size
    doc.forEach((node, pos) => {
      if (node.attrs['id'] === this.#last) end = pos + node.nodeSize
    })
    return end
  }
}

function idOf(node: Node | null): BlockId | null {
  return (node?.attrs['id'] as BlockId | undefined) ?? null
}
