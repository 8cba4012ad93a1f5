/**
 * Changes to a part's text straight in its document, for what reaches over several parts: parts
 * without an editor are changed like those with one. Places are counted as the model counts them:
 * the block's index and an offset in it, one for each UTF-16 unit, reference, footnote and break.
 */
import * as Y from 'yjs'
import { newId, type BlockId } from '@soanchung/shared/ids.ts'
import { writeBody, type Block, type Inline } from '@soanchung/shared/plan/blocks.ts'

export interface Place {
  block: number
  offset: number
}

function inlineSize(one: Inline): number {
  return one.type === 'text' ? one.text.length : 1
}

/** A table in the text counts as one. */
export function blockSize(one: Block): number {
  return one.type === 'view' ? 1 : one.content.reduce((sum, part) => sum + inlineSize(part), 0)
}

export function comparePlaces(a: Place, b: Place): number {
  return a.block - b.block || a.offset - b.offset
}

export function endOf(blocks: readonly Block[]): Place {
  const last = blocks.at(-1)
  return last === undefined ? { block: 0, offset: 0 } : { block: blocks.length - 1, offset: blockSize(last) }
}

/** The blocks of a stretch, the first and the last cut to it. Ids are the originals'. */
export function sliceBlocks(blocks: readonly Block[], from: Place, to: Place): Block[] {
  return blocks.slice(from.block, to.block + 1).flatMap((one, index): Block[] => {
    const start = index === 0 ? from.offset : 0
    const end = from.block + index === to.block ? to.offset : blockSize(one)
    if (one.type === 'view') return start === 0 && end > 0 ? [one] : []
    return [{ ...one, content: sliceInlines(one.content, start, end) }]
  })
}

function sliceInlines(content: readonly Inline[], start: number, end: number): Inline[] {
  let at = 0
  return content.flatMap((one): Inline[] => {
    const from = Math.max(0, start - at)
    const to = Math.min(inlineSize(one), end - at)
    at += inlineSize(one)
    if (from >= to) return []
    return [one.type === 'text' ? { ...one, text: one.text.slice(from, to) } : one]
  })
}

function elementAt(body: Y.XmlFragment, index: number): Y.XmlElement | null {
  const node = body.length > index ? body.get(index) : null
  return node instanceof Y.XmlElement ? node : null
}

/** Takes a stretch out of one block. Call inside a transaction. */
function cutInBlock(element: Y.XmlElement, start: number, end: number) {
  let at = 0
  const emptied: number[] = []
  element.toArray().forEach((child, index) => {
    const size = child instanceof Y.XmlText ? child.length : 1
    const from = Math.max(0, start - at)
    const to = Math.min(size, end - at)
    at += size
    if (from >= to) return
    if (child instanceof Y.XmlText) child.delete(from, to - from)
    else emptied.push(index)
  })
  for (const index of emptied.reverse()) element.delete(index, 1)
}

/**
 * Takes a stretch out of a part. Blocks that it covers whole go; a block that it ends in keeps the
 * rest, and the two rests become one block where `join` says so. Call inside a transaction.
 */
export function deleteStretch(
  body: Y.XmlFragment,
  blocks: readonly Block[],
  from: Place,
  to: Place,
  join: boolean,
): void {
  const first = elementAt(body, from.block)
  const last = elementAt(body, to.block)
  if (first === null || last === null) return
  if (from.block === to.block) {
    if (first.nodeName === 'view' || (!join && from.offset === 0 && to.offset >= sizeAt(blocks, to.block))) {
      body.delete(from.block, 1)
    } else cutInBlock(first, from.offset, to.offset)
    return
  }
  const joins = join && first.nodeName === 'block' && last.nodeName === 'block'
  const rest = joins ? sliceBlocks(blocks, to, { block: to.block, offset: sizeAt(blocks, to.block) }) : []
  const keepsFirst = joins || from.offset > 0
  const keepsLast = !joins && to.offset < sizeAt(blocks, to.block)
  if (keepsLast) cutInBlock(last, 0, to.offset)
  if (keepsFirst) cutInBlock(first, from.offset, sizeAt(blocks, from.block))
  const start = from.block + (keepsFirst ? 1 : 0)
  const count = to.block - start + (keepsLast ? 0 : 1)
  if (count > 0) body.delete(start, count)
  for (const one of rest) {
    if (one.type === 'block') insertInlines(first, from.offset, one.content)
  }
}

function sizeAt(blocks: readonly Block[], index: number): number {
  const one = blocks[index]
  return one === undefined ? 0 : blockSize(one)
}

/** Puts another text in place of a stretch of one block, in the form that stood there. */
export function replaceInBlock(body: Y.XmlFragment, block: number, start: number, end: number, text: string): void {
  const element = elementAt(body, block)
  if (element === null) return
  let at = 0
  for (const child of element.toArray()) {
    const size = child instanceof Y.XmlText ? child.length : 1
    const from = start - at
    if (child instanceof Y.XmlText && from >= 0 && from < size) {
      const length = Math.min(size - from, end - start)
      if (text !== '') child.insert(from + length, text)
      child.delete(from, length)
      return
    }
    at += size
  }
}

/** Sets text into a block at an offset. Call inside a transaction. */
function insertInlines(element: Y.XmlElement, offset: number, content: readonly Inline[]) {
  if (content.length === 0) return
  // A throw-away block in the binding's layout, whose children are carried over.
  const scratch = new Y.Doc().getXmlFragment('body')
  writeBody(scratch, [{ type: 'block', id: newId<BlockId>(), kind: 'paragraph', depth: 0, content: [...content] }])
  const source = scratch.get(0)
  const children = source instanceof Y.XmlElement ? source.toArray() : []
  let at = 0
  let index = 0
  for (const child of element.toArray()) {
    const size = child instanceof Y.XmlText ? child.length : 1
    if (offset < at + size || (offset === at + size && child instanceof Y.XmlText)) {
      if (child instanceof Y.XmlText && offset >= at) {
        insertIntoText(element, index, child, offset - at, children)
        return
      }
      break
    }
    at += size
    index += 1
  }
  element.insert(
    index,
    children.map((one) => one.clone() as Y.XmlElement | Y.XmlText),
  )
}

function insertIntoText(
  element: Y.XmlElement,
  index: number,
  text: Y.XmlText,
  offset: number,
  children: readonly (Y.XmlElement | Y.XmlText | Y.XmlHook)[],
) {
  const only = children[0]
  if (children.length === 1 && only instanceof Y.XmlText) {
    text.applyDelta([{ retain: offset }, ...only.toDelta()])
    return
  }
  const tail = text.clone()
  const pieces: (Y.XmlElement | Y.XmlText)[] = children.map((one) => one.clone() as Y.XmlElement | Y.XmlText)
  const length = text.length
  if (offset < length) {
    pieces.push(tail)
    text.delete(offset, length - offset)
  }
  element.insert(index + 1, pieces)
  if (offset < length && offset > 0) tail.delete(0, offset)
}
