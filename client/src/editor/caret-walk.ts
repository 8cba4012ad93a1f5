/**
 * How the caret leaves a part: arrows at its edges, page by page, to the ends of the plan. Titles
 * are passed over; parts that may not be written are walked through like any other. With Shift the
 * walk becomes a selection over parts.
 */
import type { EditorView } from '@tiptap/pm/view'
import { NodeSelection } from '@tiptap/pm/state'
import type { PartId } from '@soanchung/shared/ids.ts'
import { blockSize, endOf } from './body-edit.ts'
import { placeAtPoint, type PlanPlace } from './dom-places.ts'
import type { PartEditor } from './part-editor.ts'
import type { Sheet } from './sheet.svelte.ts'

type Direction = 'up' | 'down' | 'left' | 'right'

const directions: Partial<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
}

/** True where the key left the part or was one of the plan's own. */
export function walkKey(sheet: Sheet, editor: PartEditor, event: KeyboardEvent): boolean {
  const modifier = event.ctrlKey || event.metaKey
  if (event.altKey) return false
  if (modifier && (event.key === 'Home' || event.key === 'End')) return toEndOfPlan(sheet, editor, event)
  if (modifier && event.key.toLowerCase() === 'a') return selectMore(sheet, editor)
  if (event.key === 'PageUp' || event.key === 'PageDown') return byPage(sheet, editor, event)
  const direction = directions[event.key]
  if (direction === undefined || (modifier && (direction === 'up' || direction === 'down'))) return false
  if (!isAtEdge(editor.view, direction, event.shiftKey)) return false
  const forward = direction === 'down' || direction === 'right'
  const next = sheet.neighbour(editor.part, forward ? 1 : -1)
  if (next === null) return false
  const x = direction === 'up' || direction === 'down' ? caretX(editor.view) : undefined
  if (event.shiftKey) {
    const head =
      x === undefined ? edgePlace(sheet, next, forward) : sheet.placeAtEdge(next, forward ? 'start' : 'end', x)
    sheet.selection.start(sheet.placeOf(editor, editor.view.state.selection.anchor), head)
    return true
  }
  sheet.focusPart(next, forward ? 'start' : 'end', x)
  return true
}

function edgePlace(sheet: Sheet, part: PartId, atStart: boolean): PlanPlace {
  const blocks = sheet.model.part(part)?.blocks ?? []
  return atStart ? { part, block: 0, offset: 0 } : { part, ...endOf(blocks) }
}

function caretX(view: EditorView): number {
  return view.coordsAtPos(view.state.selection.head).left
}

function isAtEdge(view: EditorView, direction: Direction, extending: boolean): boolean {
  const { selection, doc } = view.state
  if (!selection.empty && !extending && !(selection instanceof NodeSelection)) return false
  const backwards = direction === 'up' || direction === 'left'
  if (selection instanceof NodeSelection && selection.$from.depth === 0) {
    return backwards ? selection.from === 0 : selection.to === doc.content.size
  }
  const $head = doc.resolve(selection.head)
  const isOuter = backwards ? $head.index(0) === 0 : $head.index(0) === doc.childCount - 1
  if (!isOuter || $head.depth === 0) return isOuter
  if (direction === 'left') return $head.parentOffset === 0
  if (direction === 'right') return $head.parentOffset === $head.parent.content.size
  return view.endOfTextblock(direction)
}

function toEndOfPlan(sheet: Sheet, editor: PartEditor, event: KeyboardEvent): boolean {
  const parts = sheet.walkable()
  const atStart = event.key === 'Home'
  const part = atStart ? parts[0] : parts.at(-1)
  if (part === undefined) return false
  if (event.shiftKey) {
    sheet.selection.start(sheet.placeOf(editor, editor.view.state.selection.anchor), edgePlace(sheet, part, atStart))
    sheet.reveal(part)
  } else sheet.focusPart(part, atStart ? 'start' : 'end')
  return true
}

/** First the block, then the part, then the plan. */
function selectMore(sheet: Sheet, editor: PartEditor): boolean {
  const { selection, doc } = editor.view.state
  const block = selection.$from.depth > 0 && selection.$from.sameParent(selection.$to) ? selection.$from : null
  const wholeBlock = block !== null && selection.from === block.start(1) && selection.to === block.end(1)
  const start = editor.position({ block: 0, offset: 0 })
  const wholePart = selection.from <= start && selection.to >= doc.content.size - 1
  if (block !== null && !wholeBlock && block.parent.content.size > 0) {
    editor.select(editor.place(block.start(1)), editor.place(block.end(1)))
  } else if (!wholePart) {
    editor.select(editor.place(start), editor.place(Math.max(start, doc.content.size - 1)))
  } else sheet.selectAll()
  return true
}

function byPage(sheet: Sheet, editor: PartEditor, event: KeyboardEvent): boolean {
  const scroller = sheet.scroller
  if (scroller === null) return false
  const caret = editor.view.coordsAtPos(editor.view.state.selection.head)
  const box = scroller.getBoundingClientRect()
  const sign = event.key === 'PageDown' ? 1 : -1
  const before = scroller.scrollTop
  scroller.scrollBy({ top: sign * box.height * 0.85, behavior: 'instant' })
  const moved = scroller.scrollTop - before
  const y =
    Math.abs(moved) < 4
      ? sign > 0
        ? box.bottom - 24
        : box.top + 24
      : Math.min(box.bottom - 24, Math.max(box.top + 24, caret.top))
  const place = nearestPlace(sheet, caret.left, y, sign)
  if (place === null)
    return toEndOfPlan(
      sheet,
      editor,
      new KeyboardEvent('keydown', { key: sign > 0 ? 'End' : 'Home', shiftKey: event.shiftKey }),
    )
  if (event.shiftKey && place.part !== editor.part) {
    sheet.selection.start(sheet.placeOf(editor, editor.view.state.selection.anchor), place)
  } else if (event.shiftKey) {
    editor.select(editor.place(editor.view.state.selection.anchor), place)
  } else sheet.putCaret(place)
  return true
}

/** The point may fall on a title or between parts; look on in the direction of the walk. */
function nearestPlace(sheet: Sheet, x: number, y: number, sign: number): PlanPlace | null {
  const box = sheet.scroller?.getBoundingClientRect()
  for (let at = y; box !== undefined && at > box.top && at < box.bottom; at += sign * 12) {
    const place = placeAtPoint(x, at)
    if (place !== null) return place
  }
  return null
}

/** One step of a selection's end, over part borders; null at the ends of the plan. */
export function stepPlace(sheet: Sheet, from: PlanPlace, direction: Direction): PlanPlace | null {
  const blocks = sheet.model.part(from.part)?.blocks ?? []
  const one = blocks[from.block]
  const forward = direction === 'right' || direction === 'down'
  if (direction === 'up' || direction === 'down') {
    const rect = sheet.rectOf(from)
    if (rect !== null) {
      for (let step = 1; step < 8; step++) {
        const y = forward ? rect.bottom + step * rect.height * 0.6 : rect.top - step * rect.height * 0.6
        const place = placeAtPoint(rect.left, y)
        if (
          place !== null &&
          (place.part !== from.part || place.block !== from.block || place.offset !== from.offset)
        ) {
          return place
        }
      }
    }
  }
  if (forward && one !== undefined && from.offset < blockSize(one)) return { ...from, offset: from.offset + 1 }
  if (!forward && from.offset > 0) return { ...from, offset: from.offset - 1 }
  if (forward && from.block < blocks.length - 1) return { ...from, block: from.block + 1, offset: 0 }
  const above = blocks[from.block - 1]
  if (!forward && above !== undefined) return { ...from, block: from.block - 1, offset: blockSize(above) }
  const next = sheet.neighbour(from.part, forward ? 1 : -1)
  return next === null ? null : edgePlace(sheet, next, forward)
}
