/**
 * Which plans hang together, read from the records: who carries which plan out, what of it is in
 * force, and what is shown of a plan to those who only have a link to it.
 */
import { sql, type Kysely, type SqlBool } from 'kysely'
import type { PlanId, TargetId, UnitId, UserId } from '@soanchung/shared/ids.ts'
import { standingOf, type LinkedPlan, type Standing } from '@soanchung/shared/links/links.ts'
import { can, type Actor } from '@soanchung/shared/permissions.ts'
import { planTypes } from '@soanchung/shared/plan/meta.ts'
import { dayOf } from '@soanchung/shared/units/names.ts'
import type { Tables } from '../storage/tables.ts'

/** Of a plan and its amendments one counts: the last that is issued, before that the plan itself. */
const inForce = sql<SqlBool>`(plans.amends is null or plans.stage = 'issued') and not exists
  (select 1 from plans as later where later.amends = plans.id and later.stage = 'issued')`

/** The plans that carry this one out: one for each unit, those in force. */
export async function subordinatesOf(
  query: Kysely<Tables>,
  superior: PlanId,
): Promise<{ plan: PlanId; unit: UnitId; subject: string; standing: Standing }[]> {
  const rows = await query
    .selectFrom('plan_links')
    .innerJoin('plans', 'plans.id', 'plan_links.plan_id')
    .select(['plans.id', 'plans.lead_unit', 'plans.subject', 'plans.stage'])
    .where('plan_links.superior_id', '=', superior)
    .where(inForce)
    .orderBy('plans.created_at')
    .orderBy('plans.id')
    .execute()
  // Two amendments of one plan could be issued side by side; the later one stands.
  const byUnit = new Map(rows.map((row) => [row.lead_unit, row]))
  return [...byUnit].map(([unit, { id, subject, stage }]) => ({ plan: id, unit, subject, standing: standingOf(stage) }))
}

export async function superiorOf(query: Kysely<Tables>, plan: PlanId): Promise<PlanId | null> {
  const row = await query.selectFrom('plan_links').select('superior_id').where('plan_id', '=', plan).executeTakeFirst()
  return row?.superior_id ?? null
}

export async function leadUnitOf(query: Kysely<Tables>, plan: PlanId): Promise<UnitId> {
  const { lead_unit } = await query
    .selectFrom('plans')
    .select('lead_unit')
    .where('id', '=', plan)
    .executeTakeFirstOrThrow()
  return lead_unit
}

/** Plans that were given to these units to carry out, and that no plan of the unit carries out yet. */
export async function offeredTo(query: Kysely<Tables>, units: readonly UnitId[], except?: PlanId): Promise<PlanId[]> {
  if (units.length === 0) return []
  let offered = query
    .selectFrom('plan_carriers')
    .innerJoin('plans', 'plans.id', 'plan_carriers.plan_id')
    .select('plans.id')
    .distinct()
    .where('plan_carriers.unit_id', 'in', units)
    .where(inForce)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('plan_links')
            .innerJoin('plans as own', 'own.id', 'plan_links.plan_id')
            .select('own.id')
            .whereRef('plan_links.superior_id', '=', 'plan_carriers.plan_id')
            .whereRef('own.lead_unit', '=', 'plan_carriers.unit_id'),
        ),
      ),
    )
  if (except !== undefined) offered = offered.where('plans.id', '!=', except)
  return (await offered.execute()).map(({ id }) => id)
}

/** Which of these plans somebody may open. */
export async function openTo(query: Kysely<Tables>, actor: Actor, plans: readonly PlanId[]): Promise<Set<PlanId>> {
  if (plans.length === 0) return new Set()
  const rows = await query
    .selectFrom('plans')
    .innerJoin('plan_roles', 'plan_roles.plan_id', 'plans.id')
    .select(['plans.id', 'plans.stage', 'plan_roles.holder_id', 'plan_roles.role'])
    .where('plans.id', 'in', plans)
    .execute()
  const open = new Set<PlanId>()
  for (const [planId, held] of Map.groupBy(rows, ({ id }) => id)) {
    const stage = held[0]?.stage ?? 'drafting'
    const roles = new Map(held.map(({ holder_id, role }) => [holder_id, role]))
    if (can(actor, 'plan.read', { planId, stage, roles, parts: new Map() })) open.add(planId)
  }
  return open
}

/** In the order of `plans`; without those that there are not. */
export async function describePlans(
  query: Kysely<Tables>,
  actor: Actor,
  plans: readonly PlanId[],
): Promise<LinkedPlan[]> {
  if (plans.length === 0) return []
  const open = await openTo(query, actor, plans)
  const rows = await query
    .selectFrom('plans')
    .select(['id', 'type', 'subject', 'lead_unit', 'stage'])
    .where('id', 'in', plans)
    .execute()
  const known = new Map(rows.map((row) => [row.id, row]))
  return plans.flatMap((plan) => {
    const row = known.get(plan)
    const type = planTypes.find((one) => one === row?.type)
    if (row === undefined || type === undefined) return []
    const { subject, lead_unit: unit, stage } = row
    return [{ plan, type, subject, unit, stage, mayOpen: open.has(plan) }]
  })
}

/** Targets of a plan that live, in parts that live: all of them, or those of `only`. */
export function livingTargets(query: Kysely<Tables>, plan: PlanId, only?: readonly TargetId[]) {
  const living = query
    .selectFrom('target_values')
    .innerJoin('plan_parts', 'plan_parts.part_id', 'target_values.part_id')
    .selectAll('target_values')
    .where('target_values.plan_id', '=', plan)
    .where('plan_parts.plan_id', '=', plan)
    .where('plan_parts.in_outline', '>', 0)
    .orderBy('plan_parts.in_outline')
    .orderBy('target_values.position')
    .orderBy('target_values.target_id')
  return only === undefined ? living : living.where('target_values.target_id', 'in', only)
}

/** What each unit is called today. */
export async function unitNames(query: Kysely<Tables>, units: readonly UnitId[]): Promise<Map<UnitId, string>> {
  if (units.length === 0) return new Map()
  const rows = await query
    .selectFrom('unit_names')
    .select(['unit_id', 'name'])
    .where('unit_id', 'in', units)
    .where('since', '<=', dayOf(Date.now()))
    .orderBy('since')
    .execute()
  return new Map(rows.map(({ unit_id, name }) => [unit_id, name]))
}

export async function personNames(
  query: Kysely<Tables>,
  people: readonly (UserId | null)[],
): Promise<Map<UserId | null, string>> {
  const ids = [...new Set(people)].filter((id) => id !== null)
  if (ids.length === 0) return new Map()
  const rows = await query.selectFrom('user').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}
