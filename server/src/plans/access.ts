/**
 * What decides about rights on a plan, read from the server's own rows and never from a document:
 * the stage, who holds which role, and who each part is given to. `can()` in shared draws the
 * conclusion.
 */
import type { Kysely, Transaction } from 'kysely'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { PartId, PlanId } from '@soanchung/shared/ids.ts'
import { can, type Action, type Actor, type HolderId, type PartAccess } from '@soanchung/shared/permissions.ts'
import type { DocumentSubject } from '@soanchung/shared/plan/documents.ts'
import type { Tables } from '../storage/tables.ts'
import type { DatedAccess, PlanCounts } from '../sync/gate.ts'

/** Null where there is no such plan. */
export async function planAccess(query: Kysely<Tables>, planId: PlanId): Promise<DatedAccess | null> {
  // First of all, so that what is read below is at least as new as this says.
  const plan = await query.selectFrom('plans').select(['stage', 'rights']).where('id', '=', planId).executeTakeFirst()
  if (plan === undefined) return null
  const [roles, rows] = await Promise.all([
    query.selectFrom('plan_roles').select(['holder_id', 'role']).where('plan_id', '=', planId).execute(),
    query
      .selectFrom('plan_parts')
      .leftJoin('part_holders', 'part_holders.part_id', 'plan_parts.part_id')
      .select(['plan_parts.part_id as part', 'plan_parts.status', 'part_holders.holder_id as holder'])
      .where('plan_parts.plan_id', '=', planId)
      .orderBy('plan_parts.created_at')
      .orderBy('plan_parts.part_id')
      .execute(),
  ])
  const parts = new Map<PartId, PartAccess & { holders: HolderId[] }>()
  for (const { part, status, holder } of rows) {
    const known = parts.get(part) ?? { holders: [], status }
    if (holder !== null) known.holders.push(holder)
    parts.set(part, known)
  }
  const rights = Number(plan.rights)
  return { planId, stage: plan.stage, rights, roles: new Map(roles.map((row) => [row.holder_id, row.role])), parts }
}

/** The plan's access where the actor may do this; else 404 for who may not even read it, and 403. */
export async function allowed(
  query: Kysely<Tables>,
  actor: Actor,
  action: Action,
  plan: PlanId,
  part?: PartId,
): Promise<Result<DatedAccess>> {
  const access = await planAccess(query, plan)
  if (access === null || (part !== undefined && !access.parts.has(part))) return refuse('not.found')
  if (can(actor, action, access, part)) return accept(access)
  if (!can(actor, 'plan.read', access)) return refuse('not.found')
  return refuse(access.stage === 'issued' && actor.scope === 'write' ? 'plan.issued' : 'not.allowed')
}

/**
 * Until the transaction ends nobody else moves the plan's stage or rights. Taken before they are read by
 * whoever writes on the strength of them; after the lock on links, before the audit trail and documents.
 */
export async function holdPlan(transaction: Transaction<Tables>, plan: PlanId): Promise<void> {
  await transaction
    .updateTable('plans')
    .set((row) => ({ rights: row.ref('rights') }))
    .where('id', '=', plan)
    .execute()
}

/** How often the rights on each of these plans have changed, its links, its conflicts; without plans that there are not. */
export async function countsOf(query: Kysely<Tables>, plans: readonly PlanId[]): Promise<Map<PlanId, PlanCounts>> {
  if (plans.length === 0) return new Map()
  const rows = await query
    .selectFrom('plans')
    .select(['id', 'rights', 'links', 'conflicts'])
    .where('id', 'in', plans)
    .execute()
  return new Map(
    rows.map(({ id, ...counts }) => [
      id,
      { rights: Number(counts.rights), links: Number(counts.links), conflicts: Number(counts.conflicts) },
    ]),
  )
}

/** In the transaction that changes who may do what, so that open connections are asked again. */
export async function countRights(transaction: Transaction<Tables>, plan: PlanId): Promise<void> {
  await transaction
    .updateTable('plans')
    .set((row) => ({ rights: row('rights', '+', 1) }))
    .where('id', '=', plan)
    .execute()
}

/** The one row that says where a part belongs; null where the part is unknown. */
export async function planOfPart(query: Kysely<Tables>, part: PartId): Promise<PlanId | null> {
  const row = await query.selectFrom('plan_parts').select('plan_id').where('part_id', '=', part).executeTakeFirst()
  return row?.plan_id ?? null
}

/** The access that decides about a document. */
export async function documentAccess(query: Kysely<Tables>, subject: DocumentSubject): Promise<DatedAccess | null> {
  const planId = subject.kind === 'outline' ? subject.planId : await planOfPart(query, subject.partId)
  return planId === null ? null : planAccess(query, planId)
}
