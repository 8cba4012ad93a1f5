/** The command by which a target goes to another part of the plan; the notice of it leads back. */
import * as z from 'zod/mini'
import { newId, type ChangeId, type PartId, type TargetId } from '@soanchung/shared/ids.ts'
import type { MoveTargetBody } from '@soanchung/shared/links/links.ts'
import { m } from '../paraglide/messages.js'
import type { PlanModel } from '../plan/plan-model.svelte.ts'
import { request } from '../session/api.ts'
import { complain, say } from '../ui/toasts.svelte.ts'
import { partTitle } from './grid.svelte.ts'

export async function moveTarget(
  model: PlanModel,
  { target, name, from, to }: { target: TargetId; name: string; from: PartId; to: PartId },
): Promise<void> {
  const body: MoveTargetBody = { command: newId<ChangeId>(), target, from, to }
  const answer = await request('POST', `/api/plans/${model.plan.id}/targets/move`, z.undefined(), body)
  if (!answer.ok) return complain(answer.error, m.targets_move_failed({ name }))
  const undo = () => void moveTarget(model, { target, name, from: to, to: from })
  say(m.targets_moved({ name, part: partTitle(model, to) }), { undo })
}
