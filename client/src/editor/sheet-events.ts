/**
 * What mouse, keys and input methods do on the sheet as a whole, before an editor sees it: a drag
 * over a part's border becomes a selection of the plan, and while there is one every key is about
 * it. Without one, events go on to the editor of the part.
 */
import { keysOf } from '../ui/commands.svelte.ts'
import { stepPlace } from './caret-walk.ts'
import { listenToClipboard } from './clipboard.ts'
import { partAt, placeAtPoint, type PlanPlace } from './dom-places.ts'
import type { Sheet } from './sheet.svelte.ts'

const steps: Partial<Record<string, 'up' | 'down' | 'left' | 'right'>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
}

/** Returns the way to stop. */
export function sheetEvents(sheet: Sheet, root: HTMLElement): () => void {
  const ending = new AbortController()
  const listen = <Name extends keyof HTMLElementEventMap>(
    name: Name,
    run: (event: HTMLElementEventMap[Name]) => void,
  ) => root.addEventListener(name, run, { capture: true, signal: ending.signal })
  listenToMouse(sheet, root, ending.signal)
  listenToClipboard(sheet, root, ending.signal)
  listen('keydown', (event) => {
    if (event.key === 'Escape') sheet.progress?.cancel()
    if (!sheet.selection.active && !event.isComposing) heedCaret(root)
    if (!undoKey(sheet, event)) keyOverSelection(sheet, event)
  })
  listen('beforeinput', (event) => inputOverSelection(sheet, event))
  listen('compositionstart', () => {
    // It can't be refused any more; the selection goes, what is composed goes to the caret.
    if (sheet.selection.active) sheet.deleteSelection()
  })
  listen('wheel', () => sheet.follow(null))
  return () => ending.abort()
}

/**
 * The browser moves the caret itself and tells so later, after the next keys where they come fast: an
 * editor that had not heard of it would walk, split or delete where the caret was before.
 */
function heedCaret(root: HTMLElement) {
  root.ownerDocument.dispatchEvent(new Event('selectionchange'))
}

function listenToMouse(sheet: Sheet, root: HTMLElement, signal: AbortSignal) {
  let from: PlanPlace | null = null
  let isOver = false
  root.addEventListener(
    'mousedown',
    (event) => {
      const target = event.target instanceof Element ? event.target : null
      const inText = target?.closest('.part-text') ?? null
      if (event.button !== 0 || inText === null || target?.closest('.plan-table')) return
      const place = placeAtPoint(event.clientX, event.clientY)
      if (event.shiftKey && place !== null) {
        const editor = sheet.activeEditor()
        const anchor =
          sheet.selection.anchor ?? (editor ? sheet.placeOf(editor, editor.view.state.selection.anchor) : null)
        if (anchor !== null && anchor.part !== place.part) {
          event.preventDefault()
          event.stopPropagation()
          sheet.selection.start(anchor, place)
        }
        return
      }
      sheet.selection.clear()
      from = place
      isOver = false
      const at = partAt(inText)
      // A click on a part without an editor gives it one, with the caret where the click was.
      if (place !== null && at !== null && sheet.editor(at.part) === undefined) {
        event.preventDefault()
        sheet.putCaret(place)
      }
    },
    { capture: true, signal },
  )
  window.addEventListener(
    'mousemove',
    (event) => {
      if (from === null || (event.buttons & 1) === 0) return
      const place = placeAtPoint(event.clientX, event.clientY)
      if (place === null || (place.part === from.part && !isOver)) return
      if (place.part === from.part) {
        // Back where it began: the browser's own selection goes on.
        isOver = false
        sheet.selection.clear()
        return
      }
      isOver = true
      event.preventDefault()
      sheet.selection.start(from, place)
      scrollNearEdge(root, event.clientY)
    },
    { signal },
  )
  window.addEventListener(
    'mouseup',
    () => {
      from = null
      isOver = false
    },
    { signal },
  )
}

function scrollNearEdge(root: HTMLElement, y: number) {
  const box = root.getBoundingClientRect()
  if (y < box.top + 40) root.scrollBy({ top: -24, behavior: 'instant' })
  else if (y > box.bottom - 40) root.scrollBy({ top: 24, behavior: 'instant' })
}

/** Undo in the text is the plan's, not the browser's; fields keep their own. */
function undoKey(sheet: Sheet, event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null
  if (event.isComposing || target?.closest('.part-text') == null || target.matches('input, textarea')) return false
  const keys = keysOf(event)
  if (keys !== 'Mod+Z' && keys !== 'Mod+Y' && keys !== 'Mod+Shift+Z') return false
  event.preventDefault()
  event.stopPropagation()
  if (keys === 'Mod+Z') sheet.undo()
  else sheet.redo()
  return true
}

function keyOverSelection(sheet: Sheet, event: KeyboardEvent) {
  const { selection } = sheet
  if (!selection.active || event.isComposing) return
  const modifier = event.ctrlKey || event.metaKey
  const take = () => {
    event.preventDefault()
    event.stopPropagation()
  }
  const direction = steps[event.key]
  if (event.key === 'Escape') {
    take()
    selection.clear()
  } else if (direction !== undefined) {
    take()
    const ends = selection.ends()
    if (event.shiftKey && selection.head !== null) {
      const head = stepPlace(sheet, selection.head, direction)
      if (head !== null) sheet.extendSelection(head)
    } else if (ends !== null) {
      sheet.putCaret(direction === 'left' || direction === 'up' ? ends.from : ends.to)
    }
  } else if (event.key === 'Delete' || event.key === 'Backspace' || (event.key === 'Enter' && !modifier)) {
    take()
    sheet.deleteSelection()
  } else if (event.key === 'Tab') take()
  else if (modifier && event.key.toLowerCase() === 'a') {
    take()
    sheet.selectAll()
  } else if ((event.key === 'Home' || event.key === 'End') && !modifier) {
    take()
    const ends = selection.ends()
    if (ends !== null) sheet.putCaret(event.key === 'Home' ? ends.from : ends.to)
  }
}

function inputOverSelection(sheet: Sheet, event: InputEvent) {
  if (!sheet.selection.active || event.isComposing || event.inputType === 'insertCompositionText') return
  event.preventDefault()
  event.stopPropagation()
  if (event.inputType === 'insertText' || event.inputType === 'insertReplacementText') {
    sheet.deleteSelection(event.data ?? '')
  } else if (event.inputType.startsWith('delete')) sheet.deleteSelection()
}
