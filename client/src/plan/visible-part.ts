/** Which part a reader of the sheet is at, from where it is scrolled to. */
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
