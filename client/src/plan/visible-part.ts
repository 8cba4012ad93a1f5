/** Which part a reader of the sheet is at, from where it is scrolled to; and how one gets to another. */
import type { PartId } from '@soanchung/shared/ids.ts'

/**
 * `preferred` (the part of the caret) while any of it is in view; else the part that crosses the
 * upper third. `sections` are the parts' elements by id, in any order.
 */
export function partInView(
  scroller: Element,
  sections: Iterable<readonly [PartId, Element]>,
  preferred: PartId | null,
): PartId | null {
  const view = scroller.getBoundingClientRect()
  const line = view.top + view.height / 3
  let best: { id: PartId; distance: number } | null = null
  for (const [id, section] of sections) {
    const box = section.getBoundingClientRect()
    if (id === preferred && box.bottom > view.top + 24 && box.top < view.bottom - 24) return id
    const distance = Math.max(0, box.top - line, line - box.bottom)
    if (best === null || distance < best.distance) best = { id, distance }
  }
  return best?.id ?? null
}

let arriving: AbortController | null = null

/**
 * Scrolls again where a scroll has ended and shortly after, as parts on the way take their true
 * heights only when they come into view. Whoever scrolls by hand meanwhile is left where they are.
 */
export function arrive(scroller: Element, scroll: () => void): void {
  arriving?.abort()
  const stop = (arriving = new AbortController())
  const { signal } = stop
  let again = 3
  scroller.addEventListener('scrollend', () => (again-- > 0 ? scroll() : stop.abort()), { signal })
  for (const type of ['wheel', 'touchstart', 'pointerdown', 'keydown']) {
    addEventListener(type, () => stop.abort(), { signal, capture: true, passive: true })
  }
  for (const later of [150, 600]) setTimeout(() => signal.aborted || scroll(), later)
  setTimeout(() => stop.abort(), 2500)
  scroll()
}
