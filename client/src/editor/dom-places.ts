/**
 * Between the page and the model: which place of which part a point of the DOM is, and back. Works
 * alike on a part with an editor and on one that is plain text, because both lay a part out as one
 * element a block, in order.
 */
import { partId, type PartId } from '@soanchung/shared/ids.ts'
import type { Place } from './body-edit.ts'

export interface PlanPlace extends Place {
  part: PartId
}

export function partAt(node: Node | null): { part: PartId; section: HTMLElement } | null {
  const element = node instanceof Element ? node : node?.parentElement
  const section = element?.closest<HTMLElement>('[data-part]') ?? null
  const parsed = partId.safeParse(section?.dataset['part'])
  return section !== null && parsed.success ? { part: parsed.data, section } : null
}

/** The elements of a part's blocks; null while it shows none. */
function blocksOf(section: HTMLElement): HTMLElement | null {
  return section.querySelector<HTMLElement>('.part-text .ProseMirror, .part-text .plain')
}

export function blockElement(section: HTMLElement, index: number): HTMLElement | null {
  const one = blocksOf(section)?.children.item(index)
  return one instanceof HTMLElement ? one : null
}

/** How many units of a block's text a node stands for; null where its children are to be counted. */
function unitsOf(node: Node): number | null {
  if (node instanceof Text) return node.length
  if (!(node instanceof HTMLElement)) return 0
  if (node.dataset['atom'] !== undefined) return 1
  if (node.classList.contains('remote-caret') || node.classList.contains('ProseMirror-separator')) return 0
  if (node.tagName === 'BR') return node.classList.contains('ProseMirror-trailingBreak') ? 0 : 1
  return null
}

function lengthOf(node: Node): number {
  return unitsOf(node) ?? Array.from(node.childNodes).reduce((sum, child) => sum + lengthOf(child), 0)
}

/** The place that a point of the DOM is; null outside the text of parts. */
function placeFromDom(node: Node, offset: number): PlanPlace | null {
  const at = partAt(node)
  const blocks = at === null ? null : blocksOf(at.section)
  if (at === null || blocks === null) return null
  if (node === blocks) {
    const last = blocks.lastElementChild
    if (offset < blocks.children.length || last === null) return { part: at.part, block: offset, offset: 0 }
    return { part: at.part, block: blocks.children.length - 1, offset: lengthOf(last) }
  }
  if (!blocks.contains(node)) return null
  let units = node instanceof Text ? offset : 0
  if (!(node instanceof Text)) {
    for (const child of Array.from(node.childNodes).slice(0, offset)) units += lengthOf(child)
  }
  for (let inner: Node = node; ;) {
    const outer = inner.parentNode
    if (outer === null) return null
    if (outer === blocks) {
      const block = Array.prototype.indexOf.call(blocks.children, inner)
      return { part: at.part, block, offset: inner instanceof HTMLElement && inner.tagName === 'P' ? units : 0 }
    }
    if (unitsOf(outer) === 1) units = 0
    else
      for (let before = inner.previousSibling; before !== null; before = before.previousSibling)
        units += lengthOf(before)
    inner = outer
  }
}

/** The point of the DOM where a place is shown. */
function domFromPlace(section: HTMLElement, place: Place): { node: Node; offset: number } | null {
  const element = blockElement(section, place.block)
  if (element === null) return null
  if (element.tagName !== 'P') {
    const index = Array.prototype.indexOf.call(element.parentNode?.childNodes, element)
    return element.parentNode === null ? null : { node: element.parentNode, offset: index + (place.offset > 0 ? 1 : 0) }
  }
  return pointIn(element, place.offset)
}

function pointIn(element: Node, offset: number): { node: Node; offset: number } {
  let rest = offset
  for (const [index, child] of Array.from(element.childNodes).entries()) {
    if (child instanceof Text && rest <= child.length) return { node: child, offset: rest }
    const length = lengthOf(child)
    if (unitsOf(child) === null && rest <= length && length > 0) return pointIn(child, rest)
    if (rest === 0 && length > 0) return { node: element, offset: index }
    rest -= length
  }
  return { node: element, offset: element.childNodes.length }
}

/** A stretch of one part as a range of the page, for drawing; null where it is not shown. */
export function rangeOf(section: HTMLElement, from: Place, to: Place): Range | null {
  const start = domFromPlace(section, from)
  const end = domFromPlace(section, to)
  if (start === null || end === null) return null
  const range = document.createRange()
  range.setStart(start.node, start.offset)
  range.setEnd(end.node, end.offset)
  return range
}

/** Where the caret at a place is drawn, in the window. */
export function rectOfPlace(section: HTMLElement, place: Place): DOMRect | null {
  const point = domFromPlace(section, place)
  if (point === null) return null
  const range = document.createRange()
  range.setStart(point.node, point.offset)
  const element = point.node instanceof Element ? point.node : null
  const rect = range.getClientRects()[0] ?? element?.getBoundingClientRect()
  return rect === undefined ? null : new DOMRect(rect.left, rect.top, rect.width, Math.min(rect.height, 28))
}

/** The place under a point of the window, or the nearest one in the part that is there. */
export function placeAtPoint(x: number, y: number): PlanPlace | null {
  const caret = document.caretPositionFromPoint?.(x, y)
  if (caret) {
    const place = placeFromDom(caret.offsetNode, caret.offset)
    if (place !== null) return place
  }
  const section = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-part]')
  const at = section ? partAt(section) : null
  const blocks = at === null ? null : blocksOf(at.section)
  if (at === null || blocks === null) return null
  const box = blocks.getBoundingClientRect()
  if (y <= box.top) return { part: at.part, block: 0, offset: 0 }
  if (y < box.bottom) {
    const inside = document.caretPositionFromPoint?.(Math.min(Math.max(x, box.left + 2), box.right - 2), y)
    const place = inside ? placeFromDom(inside.offsetNode, inside.offset) : null
    if (place !== null) return place
  }
  const last = blocks.lastElementChild
  return { part: at.part, block: Math.max(0, blocks.children.length - 1), offset: last === null ? 0 : lengthOf(last) }
}
