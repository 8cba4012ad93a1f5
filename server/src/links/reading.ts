/**
 * What is shown of links. A unit sees of another plan the value and the link alone: everything here
 * is read from the projection of the registers and from the records of links, never from the other
 * plan's documents. Rights on the plan that is asked about are checked here.
 */
import type { Kysely } from 'kysely'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { PlanId, TargetId, UnitId } from '@soanchung/shared/ids.ts'
import type { Carrier, LinkedPlan, LinkEvent, PlanLinks, TargetResult } from '@soanchung/shared/links/links.ts'
import { can, rolesOf, type Actor } from '@soanchung/shared/permissions.ts'
import { frequencies, measure } from '@soanchung/shared/targets/quantity.ts'
import { allowed, planAccess } from '../plans/access.ts'
import type { Tables } from '../storage/tables.ts'
import { givenOf, isSameFigures, readFigures } from './given.ts'
import {
  describePlans,
  leadUnitOf,
  livingTargets,
  offeredTo,
  openTo,
  personNames,
  subordinatesOf,
  superiorOf,
} from './linked-plans.ts'
import { answerOf } from './reckon.ts'
import { readResults } from './results.ts'

type TargetRow = Tables['target_values']
type Received = PlanLinks['received'][number]

/** Of a link, the newest; nobody reads more of them. */
const mostEvents = 500

/** The side of the plan that carries another out. */
export async function readLinks(query: Kysely<Tables>, actor: Actor, plan: PlanId): Promise<Result<PlanLinks>> {
  const granted = await allowed(query, actor, 'plan.read', plan)
  if (!granted.ok) return granted
  const count = await countOf(query, plan)
  const unit = await leadUnitOf(query, plan)
  const superior = await superiorOf(query, plan)
  if (superior === null) {
    const offers = await describePlans(query, actor, await offeredTo(query, [unit], plan))
    return accept({ count, superior: null, offers, received: [], open: [] })
  }
  const [described] = await describePlans(query, actor, [superior])
  const living = await livingTargets(query, superior).execute()
  const received = await readReceived(query, { plan, superior, unit, living })
  const linked = new Set(received.map((one) => one.superior.id))
  const others = living.filter((row) => !linked.has(row.target_id))
  // Their names are there to choose from; what they come to was shared with nobody.
  const open = others.map((row) => {
    const target = linkedTargetOf(row.target_id, row)
    return described?.mayOpen === true ? target : { ...target, values: {} }
  })
  return accept({ count, superior: described ?? null, offers: [], received, open })
}

/** Plans that one of the actor's units was given to carry out, and has no plan for yet. */
export async function readOffers(query: Kysely<Tables>, actor: Actor): Promise<LinkedPlan[]> {
  return await describePlans(query, actor, await offeredTo(query, actor.units))
}

/** The JSON of a PlanRollUp, put together from what is kept as JSON already. */
export async function readRollUp(
  query: Kysely<Tables>,
  actor: Actor,
  plan: PlanId,
  only?: readonly TargetId[],
): Promise<Result<string>> {
  const granted = await allowed(query, actor, 'plan.read', plan)
  if (!granted.ok) return granted
  const count = await countOf(query, plan)
  const carriers = await readCarriers(query, actor, plan)
  const rows = await livingTargets(query, plan, only)
    .innerJoin('target_rollups', (join) =>
      join
        .onRef('target_rollups.plan_id', '=', 'target_values.plan_id')
        .onRef('target_rollups.target_id', '=', 'target_values.target_id'),
    )
    .clearSelect()
    .select('target_rollups.data')
    .execute()
  const targets = rows.map((row) => row.data).join(',')
  return accept(`{"count":${count},"carriers":${JSON.stringify(carriers)},"targets":[${targets}]}`)
}

/** For readers of the superior plan, and for the lead of the plan by which the unit carries it out. */
export async function readHistory(
  query: Kysely<Tables>,
  actor: Actor,
  plan: PlanId,
  target: TargetId,
  unit: UnitId,
): Promise<Result<LinkEvent[]>> {
  const access = await planAccess(query, plan)
  const mayRead = access !== null && can(actor, 'plan.read', access)
  if (!mayRead && !(await leadsBelow(query, actor, plan, unit))) return refuse('not.found')
  const rows = await query
    .selectFrom('link_events')
    .selectAll()
    .where('plan_id', '=', plan)
    .where('target_id', '=', target)
    .where('unit_id', '=', unit)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(mostEvents)
    .execute()
  const names = await personNames(
    query,
    rows.map((row) => row.by),
  )
  return accept(
    rows.map(({ at, by, unit_id, kind, values, reason }) => ({
      ...{ at: Number(at), by: names.get(by) ?? '', unit: unit_id, kind, values: readFigures(values), reason },
    })),
  )
}

export async function readPlanResults(
  query: Kysely<Tables>,
  actor: Actor,
  plan: PlanId,
): Promise<Result<TargetResult[]>> {
  const granted = await allowed(query, actor, 'plan.read', plan)
  return granted.ok ? accept(await readResults(query, plan)) : granted
}

async function countOf(query: Kysely<Tables>, plan: PlanId): Promise<number> {
  const { links } = await query.selectFrom('plans').select('links').where('id', '=', plan).executeTakeFirstOrThrow()
  return Number(links)
}

async function readReceived(
  query: Kysely<Tables>,
  of: { plan: PlanId; superior: PlanId; unit: UnitId; living: readonly TargetRow[] },
): Promise<Received[]> {
  const { plan, superior, unit, living } = of
  // Shares depend on what all others weigh; of other ways only the unit's own counts.
  const allotments = await query
    .selectFrom('allotments')
    .selectAll()
    .where('plan_id', '=', superior)
    .where((row) => row.or([row('unit_id', '=', unit), row('way', '=', 'share')]))
    .execute()
  const contributions = await query
    .selectFrom('contributions')
    .selectAll()
    .where('plan_id', '=', plan)
    .where('superior_id', '=', superior)
    .execute()
  const own = await livingTargets(query, plan).execute()
  const ownRows = new Map(own.map((row) => [row.target_id, row]))
  const livingRows = new Map(living.map((row) => [row.target_id, row]))
  const byTarget = Map.groupBy(allotments, (row) => row.target_id)
  const served = new Map(contributions.map((row) => [row.superior_target, row]))
  const given = new Set(allotments.flatMap((row) => (row.unit_id === unit ? [row.target_id] : [])))
  const ids = [...livingRows.keys(), ...given, ...served.keys()].filter((id) => given.has(id) || served.has(id))
  const people = await personNames(query, [
    ...allotments.map((row) => row.given_by),
    ...contributions.map((row) => row.answered_by),
    ...living.map((row) => row.changed_by),
  ])
  return [...new Set(ids)].map((id): Received => {
    const row = livingRows.get(id)
    const all = byTarget.get(id) ?? []
    const allotment = all.find((one) => one.unit_id === unit)
    const contribution = served.get(id)
    const target = contribution === undefined ? undefined : ownRows.get(contribution.target_id)
    const values = row === undefined ? {} : readFigures(row.figures)
    const parts = all.map(({ unit_id, given: typed, ...rest }) => ({
      ...rest,
      unit: unit_id,
      given: readFigures(typed),
    }))
    const now = allotment === undefined ? values : (givenOf(parts, values).get(unit) ?? {})
    // A target that was deleted here answers nothing any more.
    const answer = answerOf(target === undefined ? undefined : contribution?.answer, allotment !== undefined)
    const before = contribution === undefined ? now : readFigures(contribution.seen)
    const isStale = row !== undefined && answer !== 'waiting' && !isSameFigures(before, now)
    const last = lastChange(row, allotment, all)
    return {
      superior: linkedTargetOf(id, row, target),
      allotment:
        allotment === undefined
          ? null
          : {
              ...{ way: allotment.way, key: allotment.key, given: now, note: allotment.note },
              ...{ at: Number(allotment.given_at), by: people.get(allotment.given_by) ?? '' },
            },
      answer,
      reason: contribution?.reason ?? '',
      answeredAt: contribution === undefined ? null : Number(contribution.answered_at),
      answeredBy: people.get(contribution?.answered_by ?? null) ?? '',
      target: target?.target_id ?? null,
      stale: isStale ? { before, now, by: people.get(last.by) ?? '', since: last.at } : null,
    }
  })
}

/** Who changed last what is given: the superior's value, what was given, or a weight that the shares depend on. */
function lastChange(
  row: TargetRow | undefined,
  own: Tables['allotments'] | undefined,
  all: readonly Tables['allotments'][],
) {
  const siblings = own === undefined ? [] : own.way === 'share' ? all.filter((one) => one.key === own.key) : [own]
  const steps = siblings.map((one) => ({ at: Number(one.given_at), by: one.given_by as TargetRow['changed_by'] }))
  if (row !== undefined && own?.way !== 'free') steps.push({ at: Number(row.changed_at), by: row.changed_by })
  return steps.reduce((last, one) => (one.at > last.at ? one : last), { at: 0, by: null })
}

/** Of one that is gone its name is known where the plan's own target tells of it. */
function linkedTargetOf(id: TargetId, row: TargetRow | undefined, own?: TargetRow): PlanLinks['open'][number] {
  const known = row ?? own
  return {
    id,
    name: known?.name ?? '',
    measure: known === undefined ? { kind: 'count', noun: '' } : measure.parse(JSON.parse(known.measure)),
    frequency: frequencies.find((one) => one === known?.frequency) ?? null,
    values: row === undefined ? {} : readFigures(row.figures),
    isGone: row === undefined,
  }
}

async function readCarriers(query: Kysely<Tables>, actor: Actor, plan: PlanId): Promise<Carrier[]> {
  const given = await query
    .selectFrom('plan_carriers')
    .select('unit_id')
    .where('plan_id', '=', plan)
    .orderBy('added_at')
    .orderBy('unit_id')
    .execute()
  const keys = Map.groupBy(
    await query.selectFrom('carrier_keys').selectAll().where('plan_id', '=', plan).orderBy('key').execute(),
    (row) => row.unit_id,
  )
  const plans = new Map((await subordinatesOf(query, plan)).map((one) => [one.unit, one]))
  const open = await openTo(
    query,
    actor,
    [...plans.values()].map((one) => one.plan),
  )
  return [...new Set([...given.map((row) => row.unit_id), ...plans.keys()])].map((unit) => {
    const below = plans.get(unit)
    return {
      unit,
      plan:
        below === undefined
          ? null
          : { id: below.plan, subject: below.subject, standing: below.standing, mayOpen: open.has(below.plan) },
      keys: Object.fromEntries((keys.get(unit) ?? []).map(({ key, amount }) => [key, amount])),
    }
  })
}

async function leadsBelow(query: Kysely<Tables>, actor: Actor, plan: PlanId, unit: UnitId): Promise<boolean> {
  const below = (await subordinatesOf(query, plan)).find((one) => one.unit === unit)
  const access = below === undefined ? null : await planAccess(query, below.plan)
  return access !== null && rolesOf(actor, access).includes('lead')
}
