/**
 * Going along with another person: the sheet scrolls to their caret, or to the part that they are
 * in while the caret itself is not known. Presence is what others say of themselves, so it is
 * checked before it is used.
 */
import { flushSync } from 'svelte'
import { presence } from '@soanchung/shared/protocol.ts'
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
    const caret = sheet.sections.get(part)?.querySelector(`.remote-caret[data-user="${CSS.escape(following)}"]`)
    if (caret) caret.scrollIntoView({ block: 'center' })
    else sheet.reveal(part)
    return
  }
}
