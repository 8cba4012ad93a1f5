/**
 * What comes from Word, the web or another plan as clean blocks. The HTML is parsed into a document
 * that belongs to no window, so it runs and loads nothing, and is then only read. Parsing goes
 * piece by piece and reading block by block, so that a paste of megabytes can be spread over many
 * tasks and stopped.
 */
import { newId, targetId, type BlockId } from '@soanchung/shared/ids.ts'
import {
  blockKinds,
  linkHref,
  maxDepth,
  referenceCell,
  readView,
  type Block,
  type BlockKind,
  type Inline,
  type Mark,
  type TextBlock,
} from '@soanchung/shared/plan/blocks.ts'

/** The attribute of our own copies; its value is the plan that they were taken from. */
export const ownAttribute = 'data-soanchung-plan'

const dropped = new Set(
  'SCRIPT STYLE HEAD META LINK TITLE TEMPLATE NOSCRIPT IFRAME OBJECT EMBED SVG MATH CANVAS INPUT SELECT BUTTON O:P'.split(
    ' ',
  ),
)
const blockTags = new Set(
  'P DIV H1 H2 H3 H4 H5 H6 LI UL OL DL DT DD BLOCKQUOTE PRE TABLE THEAD TBODY TFOOT TR CAPTION SECTION ARTICLE HEADER FOOTER MAIN ASIDE NAV FIGURE FIGCAPTION HR ADDRESS BODY FORM'.split(
    ' ',
  ),
)

interface Shape {
  kind: BlockKind
  depth: number
}

interface Context extends Shape {
  marks: readonly Mark[]
  /** Keeps white space, as in `pre`. */
  exact: boolean
  inCell: boolean
  lists: number
}

/** Characters parsed in one go: some milliseconds on an old laptop. */
const pieceSize = 100_000

/** One block after another; `planId` says which plan's references may stay references. */
export function blocksFromHtml(html: string, planId: string): Generator<Block> {
  const parsing = parsePage(html)
  let step = parsing.next()
  while (step.done !== true) step = parsing.next()
  return blocksFromPage(step.value, planId)
}

/** Gives the page that the HTML describes; stops after each piece. */
export function* parsePage(html: string): Generator<undefined, Document> {
  const page = document.implementation.createHTMLDocument()
  page.open()
  for (let at = 0; at < html.length; at += pieceSize) {
    if (at > 0) yield
    page.write(html.slice(at, at + pieceSize))
  }
  page.close()
  return page
}

/** About how many blocks a page will give. */
export function countParagraphs(page: Document): number {
  return page.querySelectorAll('p, li, tr, h1, h2, h3, h4, h5, h6, pre').length
}

export function* blocksFromPage(page: Document, planId: string): Generator<Block> {
  const isOwn = page.querySelector(`[${ownAttribute}]`)?.getAttribute(ownAttribute) === planId
  const reader = new Reader(isOwn)
  yield* reader.read(page.body, { kind: 'paragraph', depth: 0, marks: [], exact: false, inCell: false, lists: 0 })
  yield* reader.finish()
}

/** Each line is a block; numbers and dashes that were typed become kinds. */
export function* blocksFromText(text: string): Generator<Block> {
  for (const line of text.normalize('NFC').split(/\r\n|\r|\n/)) {
    const clean = line.replaceAll('\0', '').replace(/[^\S\t]+$/u, '')
    if (clean.trim() !== '') yield block({ kind: 'paragraph', depth: 0 }, [{ type: 'text', text: clean.trimStart() }])
  }
}

class Reader {
  readonly #isOwn: boolean
  #content: Inline[] = []
  #shape: Shape = { kind: 'paragraph', depth: 0 }
  /** The mark that Word wrote before an item, which is not text. */
  #typed = ''

  constructor(isOwn: boolean) {
    this.#isOwn = isOwn
  }

  *read(parent: Node, context: Context): Generator<Block> {
    for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
      if (node.nodeType === Node.TEXT_NODE) this.#text(node.nodeValue ?? '', context)
      else if (node instanceof Element || node.nodeType === Node.ELEMENT_NODE)
        yield* this.#element(node as Element, context)
    }
  }

  *finish(): Generator<Block> {
    const content = tidy(this.#content)
    const typed = this.#typed
    this.#content = []
    this.#typed = ''
    if (content.length === 0) return
    const named = typed === '' ? null : typedKind(`${typed} `)
    yield block(named === null ? this.#shape : { ...this.#shape, kind: named.kind }, content)
  }

  *#element(element: Element, context: Context): Generator<Block> {
    const tag = element.tagName.toUpperCase()
    const style = element.getAttribute('style') ?? ''
    if (dropped.has(tag) || /display:\s*none/i.test(style)) return
    if (/mso-list:\s*ignore/i.test(style)) {
      this.#typed = (element.textContent ?? '').replace(/[\s\u00A0]+/g, '')
      return
    }
    if (tag === 'BR') return yield* this.#lineEnd(context)
    if (this.#isOwn && (yield* this.#own(element))) return
    const marks = marksOf(element, tag, style, context.marks)
    if ((tag === 'TD' || tag === 'TH') && context.inCell) {
      if (element.previousElementSibling !== null) this.#push({ type: 'text', text: '\t' })
      return yield* this.read(element, { ...context, marks, inCell: true })
    }
    if (context.inCell && blockTags.has(tag)) {
      // A row is one block: paragraphs inside a cell follow one another.
      if (this.#content.length > 0 && element.previousElementSibling !== null) this.#text(' ', context)
      return yield* this.read(element, { ...context, marks })
    }
    if (!blockTags.has(tag)) return yield* this.read(element, { ...context, marks })
    yield* this.finish()
    const inner = { ...shapeOf(element, tag, style, context), marks }
    this.#shape = { kind: inner.kind, depth: inner.depth }
    yield* this.read(element, inner)
    yield* this.finish()
    this.#shape = { kind: context.kind, depth: context.depth }
  }

  /** Our own blocks and atoms come back as what they were. */
  *#own(element: Element): Generator<Block, boolean> {
    const { register, target, cell, footnote } = (element as HTMLElement).dataset
    if (register !== undefined) {
      yield* this.finish()
      const view = readView({ ...parseJson(register), id: newId<BlockId>() })
      if (view !== null) yield view
      return true
    }
    const parsedTarget = targetId.safeParse(target)
    const parsedCell = referenceCell.safeParse(cell)
    if (parsedTarget.success && parsedCell.success) {
      this.#push({ type: 'reference', target: parsedTarget.data, cell: parsedCell.data })
      return true
    }
    if (footnote === undefined) return false
    this.#push({ type: 'footnote', text: footnote.slice(0, 5000) })
    return true
  }

  *#lineEnd(context: Context): Generator<Block> {
    if (context.inCell) return this.#text(' ', context)
    // Two in a row are how the web separates paragraphs.
    if (this.#content.at(-1)?.type === 'break') yield* this.finish()
    else if (this.#content.length > 0) this.#push({ type: 'break' })
  }

  #text(raw: string, context: Context) {
    const normal = raw.normalize('NFC').replaceAll('\0', '').replaceAll('\u00AD', '')
    const text = context.exact ? normal : normal.replace(/[ \n\r\t\f\u00A0]+/g, ' ')
    if (text === '' || (text === ' ' && this.#content.length === 0)) return
    const last = this.#content.at(-1)
    if (!context.exact && text.startsWith(' ') && last?.type === 'text' && last.text.endsWith(' ')) {
      if (text.length > 1) this.#pushText(text.slice(1), context.marks)
    } else this.#pushText(text, context.marks)
  }

  #pushText(text: string, marks: readonly Mark[]) {
    const last = this.#content.at(-1)
    if (last?.type === 'text' && JSON.stringify(last.marks ?? []) === JSON.stringify(marks)) last.text += text
    else this.#content.push(marks.length > 0 ? { type: 'text', text, marks: [...marks] } : { type: 'text', text })
  }

  #push(one: Inline) {
    if (one.type === 'text') this.#pushText(one.text, one.marks ?? [])
    else this.#content.push(one)
  }
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}

function shapeOf(element: Element, tag: string, style: string, context: Context): Context {
  const plain = { ...context, inCell: false }
  const { kind, depth } = (element as HTMLElement).dataset
  const named = blockKinds.find((one) => one === kind)
  if (named !== undefined) return { ...plain, kind: named, depth: clampDepth(Number.parseInt(depth ?? '0', 10)) }
  const level = /mso-list:\s*\S+\s+level(\d)/i.exec(style)?.[1]
  if (level !== undefined) return { ...plain, kind: 'dashed', depth: clampDepth(Number(level) - 1) }
  const heading = /^H([1-6])$/.exec(tag)?.[1] ?? /^MsoHeading([1-6])/.exec(element.className)?.[1]
  if (heading !== undefined) return { ...plain, kind: 'heading', depth: clampDepth(Number(heading) - 2) }
  switch (tag) {
    case 'UL':
    case 'OL':
      return { ...plain, lists: context.lists + 1 }
    case 'LI':
      return { ...plain, kind: listKind(element.parentElement), depth: clampDepth(context.lists - 1) }
    case 'BLOCKQUOTE':
      return { ...plain, kind: 'quotation', depth: 0 }
    case 'PRE':
      return { ...plain, exact: true }
    case 'TR':
      return { ...plain, inCell: true }
    default:
      return plain
  }
}

function listKind(list: Element | null): BlockKind {
  if (list?.tagName.toUpperCase() !== 'OL') return 'dashed'
  const type = list.getAttribute('type') ?? list.getAttribute('style') ?? ''
  return type === 'a' || type === 'A' || /(lower|upper)-(alpha|latin)/i.test(type) ? 'lettered' : 'numbered'
}

function clampDepth(depth: number): number {
  return Math.min(maxDepth, Math.max(0, Math.trunc(depth) || 0))
}

function marksOf(element: Element, tag: string, style: string, outer: readonly Mark[]): readonly Mark[] {
  const marks = new Map(outer.map((mark) => [mark.type, mark]))
  const weight = /font-weight:\s*(\w+)/i.exec(style)?.[1]?.toLowerCase()
  // Google Docs wraps everything in a `b` of normal weight.
  if (weight === 'normal' || weight === '400') marks.delete('bold')
  else if (tag === 'B' || tag === 'STRONG' || weight === 'bold' || Number(weight) >= 600)
    marks.set('bold', { type: 'bold' })
  if (tag === 'I' || tag === 'EM' || /font-style:\s*italic/i.test(style)) marks.set('italic', { type: 'italic' })
  if (tag === 'U' || tag === 'INS' || /text-decoration[^;]*underline/i.test(style))
    marks.set('underline', { type: 'underline' })
  if (tag === 'A') {
    const href = linkHref.safeParse(element.getAttribute('href'))
    if (href.success) marks.set('link', { type: 'link', href: href.data })
  }
  return [...marks.values()]
}

const typedMarks: readonly { pattern: RegExp; kind: BlockKind }[] = [
  { pattern: /^[-–—•·▪§o]\s+/u, kind: 'dashed' },
  { pattern: /^\+\s*/u, kind: 'plus' },
  { pattern: /^[a-zđ]\)\s*/iu, kind: 'lettered' },
  { pattern: /^\d{1,2}[.)-]\s+/u, kind: 'numbered' },
]

/** The kind that a typed beginning stands for, and its length. */
export function typedKind(text: string): { kind: BlockKind; length: number } | null {
  for (const { pattern, kind } of typedMarks) {
    const found = pattern.exec(text)
    // A lone "o" is Word's round bullet only where Word says so, before a no-break gap.
    if (found !== null && (!found[0].startsWith('o') || text.length <= 2)) return { kind, length: found[0].length }
  }
  return null
}

function block(shape: Shape, content: Inline[]): TextBlock {
  const base = { type: 'block' as const, id: newId<BlockId>() }
  const first = content[0]
  const typed = first?.type === 'text' && shape.kind !== 'heading' ? typedKind(first.text) : null
  if (first?.type !== 'text' || typed === null || (shape.kind !== 'paragraph' && shape.kind !== typed.kind)) {
    return { ...base, ...shape, content }
  }
  const rest = first.text.slice(typed.length)
  const kept = rest === '' ? content.slice(1) : [{ ...first, text: rest }, ...content.slice(1)]
  return { ...base, kind: typed.kind, depth: shape.depth, content: kept }
}

/** Without spaces and breaks at its ends. */
function tidy(content: readonly Inline[]): Inline[] {
  const kept = [...content]
  for (let first = kept[0]; first !== undefined; first = kept[0]) {
    const trimmed = first.type === 'text' ? first.text.replace(/^[^\S\t]+/u, '') : null
    if (first.type !== 'break' && trimmed !== '') {
      if (first.type === 'text' && trimmed !== null) kept[0] = { ...first, text: trimmed }
      break
    }
    kept.shift()
  }
  for (let last = kept.at(-1); last !== undefined; last = kept.at(-1)) {
    const trimmed = last.type === 'text' ? last.text.trimEnd() : null
    if (last.type !== 'break' && trimmed !== '') {
      if (last.type === 'text' && trimmed !== null) kept[kept.length - 1] = { ...last, text: trimmed }
      break
    }
    kept.pop()
  }
  return kept
}
