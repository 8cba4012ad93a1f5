/**
 * What decides about rights on a plan, read from the server's own rows and never from a document:
 * the stage, the role of each unit, and the units that each part is given to. `can()` in shared
 * draws the conclusion.
 */
import type { Kysely } from 'kysely'
import type { PartId, PlanId, UnitId } from '@soanchung/shared/ids.ts'
import type { PlanAccess } from '@soanchung/shared/permissions.ts'
import type { DocumentSubject } from '@soanchung/shared/plan/documents.ts'
import type { Tables } from '../storage/tables.ts'

/** Null where there is no such plan. */
export async function planAccess(query: Kysely<Tables>, planId: PlanId): Promise<PlanAccess | null> {
  const plan = await query.selectFrom('plans').select('stage').where('id', '=', planId).executeTakeFirst()
  if (plan === undefined) return null
  const [roles, parts] = await Promise.all([
    query.selectFrom('plan_units').select(['unit_id', 'role']).where('plan_id', '=', planId).execute(),
    query
      .selectFrom('plan_parts')
      .leftJoin('part_units', 'part_units.part_id', 'plan_parts.part_id')
      .select(['plan_parts.part_id as part', 'part_units.unit_id as unit'])
      .where('plan_parts.plan_id', '=', planId)
      .orderBy('plan_parts.created_at')
      .orderBy('plan_parts.part_id')
      .execute(),
  ])
  const partUnits = new Map<PartId, UnitId[]>()
  for (const { part, unit } of parts) {
    const units = partUnits.get(part) ?? []
    partUnits.set(part, unit === null ? units : [...units, unit])
  }
  return { planId, stage: plan.stage, roles: new Map(roles.map((row) => [row.unit_id, row.role])), partUnits }
}

/** The one row that says where a part belongs; null where the part is unknown. */
export async function planOfPart(query: Kysely<Tables>, part: PartId): Promise<PlanId | null> {
  const row = await query.selectFrom('plan_parts').select('plan_id').where('part_id', '=', part).executeTakeFirst()
  return row?.plan_id ?? null
}

/** The access that decides about a document. */
export async function documentAccess(query: Kysely<Tables>, subject: DocumentSubject): Promise<PlanAccess | null> {
  const planId = subject.kind === 'outline' ? subject.planId : await planOfPart(query, subject.partId)
  return planId === null ? null : planAccess(query, planId)
}
