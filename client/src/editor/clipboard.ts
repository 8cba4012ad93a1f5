/**
 * Copying, cutting, pasting and dragging on the sheet, within a part and over several. What is
 * copied goes out as plain text with its numbers and as HTML that keeps kinds and references; what
 * comes in goes through paste.ts, a long one through long-paste.ts.
 */
import { NodeSelection } from '@tiptap/pm/state'
import { blockText, type Block, type Inline } from '@soanchung/shared/plan/blocks.ts'
import { showReference } from '../targets/reference.ts'
import { say } from '../ui/toasts.svelte.ts'
import { m } from '../paraglide/messages.js'
import { insertBlocks } from './block-keys.ts'
import { sliceBlocks } from './body-edit.ts'
import { placeAtPoint } from './dom-places.ts'
import { pasteInSlices } from './long-paste.ts'
import { nodesOf } from './part-binding.ts'
import { blocksFromHtml, blocksFromText, ownAttribute } from './paste.ts'
import type { Stretch } from './plan-selection.svelte.ts'
import type { Sheet } from './sheet.svelte.ts'

/** A clipboard with more characters than this is pasted slice by slice. */
const longPaste = 100_000

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
      void paste(sheet, event.clipboardData)
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
function selectedStretches(sheet: Sheet): Stretch[] {
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
function writeOut(sheet: Sheet, stretches: readonly Stretch[]): { text: string; html: string } {
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
async function paste(sheet: Sheet, clipboard: DataTransfer): Promise<void> {
  const html = clipboard.getData('text/html')
  const text = html === '' ? clipboard.getData('text/plain') : ''
  if (sheet.progress !== null) return
  if (sheet.selection.active && !sheet.deleteSelection()) return
  const editor = sheet.activeEditor()
  if (editor === undefined) return
  if (!sheet.mayWrite(editor.part)) return sheet.sayReadOnly([editor.part])
  if (html.length + text.length > longPaste) return pasteInSlices(sheet, editor, html, text)
  const blocks = [...(html === '' ? blocksFromText(text) : blocksFromHtml(html, sheet.model.plan.id))]
  sheet.journal.group(() => editor.view.dispatch(insertBlocks(editor.view.state, nodesOf(blocks))))
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
