/** What the lead and the drafters say about the work on a plan; each shows at once and is taken back where it is refused. */
import * as z from 'zod/mini'
import type { PartId } from '@soanchung/shared/ids.ts'
import type { GivenRole, HolderId, PlanRole } from '@soanchung/shared/permissions.ts'
import type { GiveRoleBody, PartStatusBody } from '@soanchung/shared/protocol.ts'
import { m } from '../paraglide/messages.js'
import { request } from '../session/api.ts'
import { complain, say } from '../ui/toasts.svelte.ts'
import { stageName } from '../ui/words.ts'
import type { PlanModel } from './plan-model.svelte.ts'
import { roleName } from './role-names.ts'

type MovableStage = 'drafting' | 'review' | 'finalising'

const nothing = z.undefined()

/** Null takes the role away, with the parts that came with it. */
export async function giveRole(
  model: PlanModel,
  holder: HolderId,
  name: string,
  role: GivenRole | null,
): Promise<void> {
  const before = model.record.roles.find((one) => one.holder === holder)?.role
  const takeBack = model.expect((record) => ({
    ...record,
    roles: [
      ...record.roles.filter((one) => one.holder !== holder),
      ...(role === null ? [] : [{ holder, role: role as PlanRole }]),
    ],
  }))
  const body: GiveRoleBody = { holder, role }
  const answer = await request('PUT', `/api/plans/${model.plan.id}/roles`, nothing, body)
  if (!answer.ok) {
    takeBack()
    return complain(answer.error, m.plan_role_failed({ name }))
  }
  if (role !== null) return say(m.plan_role_given({ name, role: roleName(role) }))
  const undo =
    before === undefined || before === 'lead' ? {} : { undo: () => void giveRole(model, holder, name, before) }
  say(m.plan_role_taken({ name }), undo)
}

export async function setStatus(model: PlanModel, part: PartId, name: string, change: PartStatusBody): Promise<void> {
  const reason = change.status === 'returned' ? change.reason : ''
  const takeBack = model.expect((record) => ({
    ...record,
    parts: record.parts.map((one) => (one.id === part ? { ...one, status: change.status, reason } : one)),
  }))
  const answer = await request('PUT', `/api/plans/${model.plan.id}/parts/${part}/status`, nothing, change)
  if (!answer.ok) {
    takeBack()
    return complain(answer.error, m.plan_status_failed({ name }))
  }
  const told = {
    done: m.plan_status_told_done,
    returned: m.plan_status_told_returned,
    drafting: m.plan_status_told_resumed,
  }
  say(told[change.status]({ name }))
}

export async function moveStage(model: PlanModel, stage: MovableStage, isBack = false): Promise<void> {
  const before = model.record.stage
  const takeBack = model.expect((record) => ({ ...record, stage }))
  const answer = await request('PUT', `/api/plans/${model.plan.id}/stage`, nothing, { stage })
  if (!answer.ok) {
    takeBack()
    return complain(answer.error, m.plan_stage_failed())
  }
  const undo = isBack || before === 'issued' ? {} : { undo: () => void moveStage(model, before, true) }
  say(m.plan_stage_moved({ stage: stageName(stage) }), undo)
}
