/**
 * Who carries a plan out: the plan that a plan names as its superior, and the units that a plan is
 * given to. One superior a plan, no circles, no more levels than there are in a country, and of each
 * unit one plan in force below a superior.
 */
import { sql, type Kysely, type Transaction } from 'kysely'
import { RefusalError, type Result } from '@soanchung/shared/errors.ts'
import type { PlanId, UnitId } from '@soanchung/shared/ids.ts'
import { can, type Actor } from '@soanchung/shared/permissions.ts'
import { dayOf } from '@soanchung/shared/units/names.ts'
import { toHolders } from '../notifications/notify.ts'
import { planAccess } from '../plans/access.ts'
import type { Tables } from '../storage/tables.ts'
import { noChange, touching, type Change, type LinkChanges } from './changes.ts'
import { leadUnitOf, superiorOf, unitNames } from './linked-plans.ts'
import { addTargets } from './roll-ups.ts'

/** A change is rolled up through all of them while it holds the lock on links. */
const mostLevels = 10

export interface Naming {
  /** Null takes the link away, and with it all that the plan's targets serve there. */
  nameSuperior(actor: Actor, plan: PlanId, superior: PlanId | null): Promise<Result<void>>
  /** These units and no others. */
  setCarriers(actor: Actor, plan: PlanId, units: readonly UnitId[]): Promise<Result<void>>
}

export function createNaming({ decide }: Pick<LinkChanges, 'decide'>): Naming {
  return {
    nameSuperior: (actor, plan, superior) =>
      decide(actor, plan, 'link.name', async (transaction) => {
        const before = await superiorOf(transaction, plan)
        if (before === superior) return noChange()
        if (superior !== null) await mayName(transaction, actor, plan, superior)
        await transaction.deleteFrom('contributions').where('plan_id', '=', plan).execute()
        await transaction.deleteFrom('plan_links').where('plan_id', '=', plan).execute()
        if (superior !== null) {
          await transaction
            .insertInto('plan_links')
            .values({ plan_id: plan, superior_id: superior, linked_at: Date.now(), linked_by: actor.userId })
            .execute()
        }
        const touched: Change['touched'] = new Map()
        for (const one of [before, superior]) if (one !== null) addTargets(touched, one, 'all')
        return {
          touched,
          felt: [plan, ...touched.keys()],
          told: [],
          audited: [
            {
              action: superior === null ? 'link.removed' : 'link.named',
              subject: `plan/${plan}`,
              detail: { superior: superior ?? before },
            },
          ],
        }
      }),

    setCarriers: (actor, plan, units) =>
      decide(actor, plan, 'target.allot', async (transaction) => {
        const rows = await transaction
          .selectFrom('plan_carriers')
          .select('unit_id')
          .where('plan_id', '=', plan)
          .execute()
        const before = rows.map((row) => row.unit_id)
        const added = units.filter((unit) => !before.includes(unit))
        const dropped = before.filter((unit) => !units.includes(unit))
        if (added.length + dropped.length === 0) return noChange()
        await mayDrop(transaction, plan, dropped)
        await mayAdd(transaction, added)
        for (const table of ['plan_carriers', 'carrier_keys'] as const) {
          if (dropped.length === 0) break
          await transaction.deleteFrom(table).where('plan_id', '=', plan).where('unit_id', 'in', dropped).execute()
        }
        const [names, at] = [await unitNames(transaction, added), Date.now()]
        const told: Change['told'][number][] = []
        // They stand in the order in which they were named.
        for (const [index, unit] of added.entries()) {
          await transaction
            .insertInto('plan_carriers')
            .values({ plan_id: plan, unit_id: unit, added_at: at + index, added_by: actor.userId })
            .execute()
          const to = await toHolders(transaction, [unit])
          told.push({ kind: 'plan.offered', plan, to, detail: { unit: names.get(unit) ?? '' } })
        }
        return {
          touched: touching(plan, 'all'),
          felt: [plan],
          told,
          audited: [{ action: 'carriers.set', subject: `plan/${plan}`, detail: { added, dropped } }],
        }
      }),
  }
}

/** Throws the refusal. Says no more of a plan that one may not see than of one that there is not. */
async function mayName(transaction: Transaction<Tables>, actor: Actor, plan: PlanId, superior: PlanId): Promise<void> {
  const unit = await leadUnitOf(transaction, plan)
  const access = await planAccess(transaction, superior)
  const carrier = await transaction
    .selectFrom('plan_carriers')
    .select('unit_id')
    .where('plan_id', '=', superior)
    .where('unit_id', '=', unit)
    .executeTakeFirst()
  if (access === null || (carrier === undefined && !can(actor, 'plan.read', access))) {
    throw new RefusalError('link.unknown')
  }
  let levels = await levelsFrom(transaction, plan)
  for (let above: PlanId | null = superior; above !== null; above = await superiorOf(transaction, above)) {
    if (above === plan) throw new RefusalError('link.circle')
    levels += 1
  }
  if (levels > mostLevels) throw new RefusalError('link.deep')
  const others = await transaction
    .selectFrom('plan_links')
    .innerJoin('plans', 'plans.id', 'plan_links.plan_id')
    .select('plans.id')
    .where('plan_links.superior_id', '=', superior)
    .where('plans.lead_unit', '=', unit)
    .where('plans.id', '!=', plan)
    .execute()
  const amended = await amendedBy(transaction, plan)
  if (others.some(({ id }) => !amended.has(id))) throw new RefusalError('link.taken')
}

/** Of the plan and what carries it out. */
async function levelsFrom(transaction: Transaction<Tables>, plan: PlanId): Promise<number> {
  const { rows } = await sql<{ levels: number | null }>`
    with recursive below (id, level) as (
      select plan_id, 2 from plan_links where superior_id = ${plan}
      union all
      select plan_links.plan_id, below.level + 1 from plan_links join below on plan_links.superior_id = below.id
    )
    select max(level) as levels from below`.execute(transaction)
  return rows[0]?.levels ?? 1
}

/** What the plan amends, and what that amends in turn. */
async function amendedBy(query: Kysely<Tables>, plan: PlanId): Promise<Set<PlanId>> {
  const amended = new Set<PlanId>()
  let next: PlanId | null = plan
  while (next !== null) {
    const row: { amends: PlanId | null } | undefined = await query
      .selectFrom('plans')
      .select('amends')
      .where('id', '=', next)
      .executeTakeFirst()
    next = row?.amends ?? null
    if (next === null || amended.has(next)) break
    amended.add(next)
  }
  return amended
}

async function mayDrop(transaction: Transaction<Tables>, plan: PlanId, units: readonly UnitId[]): Promise<void> {
  if (units.length === 0) return
  const given = await transaction
    .selectFrom('allotments')
    .select('unit_id')
    .where('plan_id', '=', plan)
    .where('unit_id', 'in', units)
    .execute()
  const linked = await transaction
    .selectFrom('plan_links')
    .innerJoin('plans', 'plans.id', 'plan_links.plan_id')
    .select('plans.lead_unit as unit_id')
    .where('plan_links.superior_id', '=', plan)
    .where('plans.lead_unit', 'in', units)
    .execute()
  const held = new Set([...given, ...linked].map((row) => row.unit_id))
  if (held.size > 0) throw new RefusalError('link.carrier', [...held].join(', '))
}

/** Units that there are, and that have not ended. */
async function mayAdd(transaction: Transaction<Tables>, units: readonly UnitId[]): Promise<void> {
  if (units.length === 0) return
  const rows = await transaction
    .selectFrom('units')
    .select('id')
    .where('id', 'in', units)
    .where((where) => where.or([where('closed_on', 'is', null), where('closed_on', '>', dayOf(Date.now()))]))
    .execute()
  if (rows.length < units.length) throw new RefusalError('unit.unknown')
}
