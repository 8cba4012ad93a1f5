/** When each plan was last looked at on this device, so that the home screen can say what changed since. */
import * as z from 'zod/mini'
import type { PlanId } from '@soanchung/shared/ids.ts'
import type { Me } from '@soanchung/shared/protocol.ts'
import { keep, readKept } from '../session/kept.ts'

const openedAt = z.record(z.string(), z.number())

/** Plan id → ms. */
export function openedPlans(me: Me): Record<string, number> {
  return readKept(`opened.${me.id}`, openedAt) ?? {}
}

/** Notes that a plan is being looked at now; called when it opens and when it is left. */
export function noteOpened(me: Me, plan: PlanId): void {
  keep(`opened.${me.id}`, { ...openedPlans(me), [plan]: Date.now() })
}
