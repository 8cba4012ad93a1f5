/**
 * Copying, cutting, pasting and dragging on the sheet, within a part and over several. What is
 * copied goes out as plain text with its numbers and as HTML that keeps kinds and references; what
 * comes in goes through paste.ts, a long one in slices that can be stopped.
 */
import type { Node } from '@tiptap/pm/model'
import { NodeSelection, TextSelection } from '@tiptap/pm/state'
import type { BlockId } from '@soanchung/shared/ids.ts'
import { blockText, type Block, type Inline } from '@soanchung/shared/plan/blocks.ts'
import { showReference } from '../targets/reference.ts'
import { say } from '../ui/toasts.ts'
import { m } from '../paraglide/messages.js'
import { insertBlocks } from './block-keys.ts'
import { sliceBlocks } from './body-edit.ts'
import { placeAtPoint } from './dom-places.ts'
import type { PartEditor } from './part-editor.ts'
import { schema } from './part-binding.ts'
import { blocksFromHtml, blocksFromText, ownAttribute } from './paste.ts'
import type { Stretch } from './plan-selection.svelte.ts'
import type { Sheet } from './sheet.svelte.ts'

/** Pastes longer than this many blocks go in slice by slice. */
const sliceSize = 60
/** How long one slice may work before the page gets a turn, in ms. */
const turn = 12

/** Returns nothing; the listeners end with the signal. */
export function listenToClipboard(sheet: Sheet, root: HTMLElement, signal: AbortSignal): void {
  const options = { capture: true, signal }
  let dragged: Stretch | null = null
  const isText = (event: Event) => {
    // A drag of text begins at a text node.
    const target =
      event.target instanceof Text ? event.target.parentElement : event.target instanceof Element ? event.target : null
    return sheet.selection.active || (target?.closest('.part-text') && !target.closest('.plan-table, input, textarea'))
  }
  const take = (event: Event) => {
    event.preventDefault()
    event.stopPropagation()
  }
  root.addEventListener('copy', (event) => void (isText(event) && copy(sheet, event) && take(event)), options)
  root.addEventListener(
    'cut',
    (event) => {
      if (!isText(event) || !copy(sheet, event)) return
      take(event)
      const stretch = selectedStretches(sheet)[0]
      if (sheet.selection.active) sheet.deleteSelection()
      else if (stretch && !sheet.mayWrite(stretch.part)) sheet.sayReadOnly([stretch.part])
      else {
        const view = sheet.activeEditor()?.view
        sheet.journal.group(() => view?.dispatch(view.state.tr.deleteSelection().scrollIntoView()))
      }
    },
    options,
  )
  root.addEventListener(
    'paste',
    (event) => {
      if (!isText(event) || event.clipboardData === null) return
      take(event)
      const html = event.clipboardData.getData('text/html')
      void paste(sheet, html, event.clipboardData.getData('text/plain'))
    },
    options,
  )
  root.addEventListener(
    'dragstart',
    (event) => {
      dragged = isText(event) ? (selectedStretches(sheet)[0] ?? null) : null
    },
    options,
  )
  root.addEventListener('dragend', () => (dragged = null), options)
  root.addEventListener(
    'drop',
    (event) => {
      const place = placeAtPoint(event.clientX, event.clientY)
      if (dragged === null || place === null || place.part === dragged.part) return
      take(event)
      moveTo(sheet, dragged, place)
      dragged = null
    },
    options,
  )
  // A part without an editor takes a drop as well.
  root.addEventListener('dragover', (event) => void (dragged !== null && event.preventDefault()), options)
}

/** What is selected, over several parts or in the one of the caret. */
export function selectedStretches(sheet: Sheet): Stretch[] {
  sheet.model.flush()
  if (sheet.selection.active) return sheet.selection.stretches()
  const editor = sheet.activeEditor()
  if (editor === undefined || editor.view.state.selection.empty) return []
  const { from, to } = editor.view.state.selection
  const isNode = editor.view.state.selection instanceof NodeSelection && editor.view.state.selection.$from.depth === 0
  const start = editor.place(from)
  return [{ part: editor.part, from: start, to: isNode ? { block: start.block, offset: 1 } : editor.place(to) }]
}

function copy(sheet: Sheet, event: ClipboardEvent): boolean {
  const stretches = selectedStretches(sheet)
  if (stretches.length === 0 || event.clipboardData === null) return false
  const { text, html } = writeOut(sheet, stretches)
  event.clipboardData.setData('text/plain', text)
  event.clipboardData.setData('text/html', html)
  return true
}

/** The stretches as plain text with numbers, and as HTML with kinds. */
export function writeOut(sheet: Sheet, stretches: readonly Stretch[]): { text: string; html: string } {
  const lines: string[] = []
  const html: string[] = []
  const wordsOf = (reference: Inline & { type: 'reference' }) => showReference(sheet.model, reference).text
  stretches.forEach(({ part, from, to }, index) => {
    const model = sheet.model.part(part)
    const blocks = sliceBlocks(model?.blocks ?? [], from, to)
    const title = sheet.model.outline.byId.get(part)?.title ?? ''
    if (index > 0 && title !== '') {
      lines.push(`${sheet.model.number(part).label} ${title}`.trim())
      html.push(`<h2>${escape(title)}</h2>`)
    }
    const isPiece = stretches.length === 1 && from.block === to.block
    blocks.forEach((one, at) => {
      const isWhole = !isPiece && (at > 0 || from.offset === 0)
      const label = isWhole ? model?.labels.get(one.id) : undefined
      lines.push([label, blockText(one, wordsOf)].filter((words) => words !== undefined).join(' '))
      html.push(blockHtml(one, wordsOf, isPiece && one.type === 'block'))
    })
  })
  return { text: lines.join('\n'), html: `<div ${ownAttribute}="${sheet.model.plan.id}">${html.join('')}</div>` }
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function blockHtml(
  one: Block,
  wordsOf: (reference: Inline & { type: 'reference' }) => string,
  isPiece: boolean,
): string {
  if (one.type === 'view') {
    return `<div data-register="${escape(JSON.stringify({ ...one, id: undefined }))}">${escape(one.title)}</div>`
  }
  const inner = one.content.map((part) => inlineHtml(part, wordsOf)).join('')
  return isPiece ? `<span>${inner}</span>` : `<p data-kind="${one.kind}" data-depth="${one.depth}">${inner}</p>`
}

function inlineHtml(one: Inline, wordsOf: (reference: Inline & { type: 'reference' }) => string): string {
  switch (one.type) {
    case 'text':
      return (one.marks ?? []).reduce(
        (inner, mark) => {
          if (mark.type === 'link') return `<a href="${escape(mark.href)}">${inner}</a>`
          const tag = { bold: 'strong', italic: 'em', underline: 'u' }[mark.type]
          return `<${tag}>${inner}</${tag}>`
        },
        `<span style="white-space:pre-wrap">${escape(one.text)}</span>`,
      )
    case 'reference':
      return `<span data-target="${escape(one.target)}" data-cell="${escape(one.cell)}">${escape(wordsOf(one))}</span>`
    case 'footnote':
      return `<sup data-footnote="${escape(one.text)}"></sup>`
    case 'break':
      return '<br>'
  }
}

/** Sets what was copied in at the caret, or over the selection. */
export async function paste(sheet: Sheet, html: string, text: string): Promise<void> {
  if (sheet.progress !== null) return
  if (sheet.selection.active && !sheet.deleteSelection()) return
  const editor = sheet.activeEditor()
  if (editor === undefined) return
  if (!sheet.mayWrite(editor.part)) return sheet.sayReadOnly([editor.part])
  const blocks = html === '' ? blocksFromText(text) : blocksFromHtml(html, sheet.model.plan.id)
  const first = take(blocks, sliceSize)
  if (first.length < sliceSize) {
    sheet.journal.group(() => editor.view.dispatch(insertBlocks(editor.view.state, nodesOf(first))))
    return
  }
  await pasteInSlices(sheet, editor, first, blocks, Math.max(html.length, text.length))
}

function take(blocks: Iterator<Block>, count: number): Block[] {
  const taken: Block[] = []
  const until = performance.now() + turn
  while (taken.length < count && (taken.length === 0 || performance.now() < until || count === sliceSize)) {
    const next = blocks.next()
    if (next.done === true) break
    taken.push(next.value)
  }
  return taken
}

async function pasteInSlices(sheet: Sheet, editor: PartEditor, first: Block[], rest: Iterator<Block>, size: number) {
  const finish = sheet.journal.openGroup()
  let isStopped = false
  let done = 0
  let last: BlockId | null = null
  const cancel = () => {
    isStopped = true
  }
  for (let slice = first; slice.length > 0 && !isStopped; slice = take(rest, sliceSize)) {
    const { view } = editor
    if (view.isDestroyed || !sheet.mayWrite(editor.part)) break
    const nodes = nodesOf(slice)
    const at = positionBehind(view.state.doc, last) ?? splitPosition(editor)
    view.dispatch(view.state.tr.insert(at, nodes))
    last = slice.at(-1)?.id ?? last
    done += slice.length
    // About a hundred characters a block; only the bar's length depends on it.
    sheet.progress = { done, total: Math.max(done + 1, Math.round(size / 100)), cancel }
    await new Promise((resolve) => setTimeout(resolve))
  }
  finish()
  sheet.progress = null
  if (isStopped) sheet.undo()
  else if (last !== null && !editor.view.isDestroyed) {
    const end = positionBehind(editor.view.state.doc, last) ?? 1
    const selection = TextSelection.near(editor.view.state.doc.resolve(end), -1)
    editor.view.dispatch(editor.view.state.tr.setSelection(selection).scrollIntoView())
  }
}

/** Behind the block with this id, wherever others' work has moved it. */
function positionBehind(doc: Node, id: BlockId | null): number | null {
  let found: number | null = null
  if (id === null) return found
  doc.forEach((node, pos) => {
    if (node.attrs['id'] === id) found = pos + node.nodeSize
  })
  return found
}

/** Parts the block at the caret and gives the border between the halves. */
function splitPosition(editor: PartEditor): number {
  const { view } = editor
  const tr = view.state.tr
  if (!view.state.selection.empty) tr.deleteSelection()
  const { $from } = tr.selection
  if ($from.depth === 0) return $from.pos
  const isEnd = $from.parentOffset === $from.parent.content.size
  const isStart = $from.parentOffset === 0
  const position = isEnd ? $from.after(1) : isStart ? $from.before(1) : $from.pos + 1
  if (!isEnd && !isStart) tr.split($from.pos, 1)
  if (tr.docChanged) view.dispatch(tr)
  return position
}

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

/** Moves selected text from one part to a place in another: both change or neither does. */
function moveTo(sheet: Sheet, from: Stretch, place: NonNullable<ReturnType<typeof placeAtPoint>>) {
  const refused = [from.part, place.part].filter((part) => !sheet.mayWrite(part))
  if (refused.length > 0) return sheet.sayReadOnly(refused)
  const blocks = sliceBlocks(sheet.model.part(from.part)?.blocks ?? [], from.from, from.to)
  const isPiece = from.from.block === from.to.block
  sheet.journal.group(() => {
    sheet.putCaret(place)
    const target = sheet.editor(place.part)
    if (target === undefined) return say(m.editor_moved_refused())
    const pieces = blocks.map((one) => (isPiece && one.type === 'block' ? { ...one, kind: 'paragraph' as const } : one))
    target.view.dispatch(insertBlocks(target.view.state, nodesOf(pieces)))
    sheet.deleteStretch(from)
  })
}
