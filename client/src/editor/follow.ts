/**
 * Going along with another person: the sheet scrolls to their caret, or to the part that they are
 * in while the caret itself is not known. Presence is what others say of themselves, so it is
 * checked before it is used.
 */
import { flushSync } from 'svelte'
import type { PartId, UserId } from '@soanchung/shared/ids.ts'
import { presence } from '@soanchung/shared/protocol.ts'
import { arrive } from '../plan/visible-part.ts'
import type { Sheet } from './sheet.svelte.ts'

/** Does nothing while nobody is followed, or while they are in no part. */
export function goAlong(sheet: Sheet): void {
  const { following } = sheet
  if (following === null) return
  for (const state of sheet.model.plan.awareness.getStates().values()) {
    const parsed = presence.safeParse(state)
    if (!parsed.success || parsed.data.user.id !== following || !parsed.data.part) continue
    const { part } = parsed.data
    if (!sheet.sections.has(part)) continue
    sheet.near.add(part)
    flushSync()
    if (sheet.scroller) arrive(sheet.scroller, () => show(sheet, part, following))
    return
  }
}

/** Leaves the sheet alone while the place is in sight, so that it does not move with every letter. */
function show({ sections, scroller }: Sheet, part: PartId, following: UserId): void {
  const section = sections.get(part)
  const caret = section?.querySelector(`.remote-caret[data-user="${CSS.escape(following)}"]`)
  const place = caret ?? section
  if (!place || !scroller) return
  const [{ top, height }, view] = [place.getBoundingClientRect(), scroller.getBoundingClientRect()]
  const isInSight = top >= view.top && top + Math.min(height, 40) <= view.bottom
  if (!isInSight) place.scrollIntoView({ block: caret ? 'center' : 'start' })
}
