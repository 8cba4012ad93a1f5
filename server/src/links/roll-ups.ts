/**
 * Keeps what is rolled up to each target as finished JSON (`target_rollups`), so that a matrix of
 * a hundred units is answered without reckoning. Only the chain above what changed is reckoned
 * anew, level by level: reckon.ts does it, here its rows are read and its answers kept. A
 * projection: rebuilt from the other rows at any time. Callers hold the lock on all links.
 */
import type { Transaction } from 'kysely'
import type { PlanId, TargetId, UnitId } from '@soanchung/shared/ids.ts'
import type { RolledTarget } from '@soanchung/shared/links/links.ts'
import type { Measure, Quantity } from '@soanchung/shared/targets/quantity.ts'
import type { Tables } from '../storage/tables.ts'
import { readFigures } from './given.ts'
import { livingTargets, subordinatesOf } from './linked-plans.ts'
import { gatheredBelow, silenceBelow, rolledTargetOf, type Contribution } from './reckon.ts'

/** Targets by plan; `all` of a plan's where parts came or went. */
export type TargetsOf = Map<PlanId, Set<TargetId> | 'all'>

/** Ids in one question: a statement takes only so many. Who would name more asks for all of the plan. */
const mostNamed = 5000

/** A link that was settled, and is stale since now. */
export interface TurnedStale {
  superior: PlanId
  target: TargetId
  name: string
  /** The plan that has to answer, who leads it, and when it answered last. */
  plan: PlanId
  unit: UnitId
  answeredAt: number
}

export interface Reckoned {
  /** Plans of whose targets something else is rolled up now. */
  changed: Set<PlanId>
  turned: TurnedStale[]
}

export function addTargets(to: TargetsOf, plan: PlanId, targets: Iterable<TargetId> | 'all'): void {
  const known = to.get(plan)
  if (targets === 'all' || known === 'all') to.set(plan, 'all')
  else to.set(plan, new Set([...(known ?? []), ...targets]))
}

/** What is rolled up to these targets, and to all that they serve in turn. */
export async function reckonUpwards(transaction: Transaction<Tables>, from: TargetsOf): Promise<Reckoned> {
  const changed = new Set<PlanId>()
  const turned: TurnedStale[] = []
  let level = from
  // Of the first level the values themselves are others, above it only what is rolled up may be.
  for (let isFirst = true; level.size > 0; isFirst = false) {
    const next: TargetsOf = new Map()
    for (const [plan, targets] of level) {
      const others = await reckonPlan(transaction, plan, targets)
      if (others.length > 0) changed.add(plan)
      turned.push(...others.flatMap((one) => newlyStale(plan, one)))
      const felt = isFirst ? targets : new Set(others.map((one) => one.target))
      for (const above of await servedBy(transaction, plan, felt)) addTargets(next, above.plan, [above.target])
    }
    level = next
  }
  return { changed, turned }
}

/** Plans that have something to roll up, each behind all that are below it. */
export async function plansFromBelow(transaction: Transaction<Tables>): Promise<PlanId[]> {
  const links = await transaction.selectFrom('plan_links').select(['plan_id', 'superior_id']).execute()
  const carried = await transaction.selectFrom('plan_carriers').select('plan_id').distinct().execute()
  const superiors = new Map(links.map((link) => [link.plan_id, link.superior_id]))
  const depth = (plan: PlanId): number => {
    const superior = superiors.get(plan)
    return superior === undefined ? 0 : depth(superior) + 1
  }
  const plans = new Set([...superiors.values(), ...carried.map((row) => row.plan_id)])
  return [...plans].sort((a, b) => depth(b) - depth(a))
}

/** A target to which something else is rolled up than before. */
interface Other {
  target: TargetId
  name: string
  before: string | undefined
  /** Null where it is gone, or nobody carries the plan out any more. */
  now: { rolled: RolledTarget; contributions: readonly Below[] } | null
}

/** Reckons targets of one plan; answers those to which something else is rolled up now. */
export async function reckonPlan(
  transaction: Transaction<Tables>,
  plan: PlanId,
  targets: ReadonlySet<TargetId> | 'all',
): Promise<Other[]> {
  const others: Other[] = []
  const only = targets === 'all' || targets.size > mostNamed ? undefined : [...targets]
  if (only?.length === 0) return others
  let known = transaction.selectFrom('target_rollups').select(['target_id', 'data']).where('plan_id', '=', plan)
  if (only !== undefined) known = known.where('target_id', 'in', only)
  const before = new Map((await known.execute()).map(({ target_id, data }) => [target_id, data]))
  const below = await readBelow(transaction, plan, only)
  const living = new Set<TargetId>()
  for (const row of below === null ? [] : await livingTargets(transaction, plan, only).execute()) {
    const { target_id: id, method, name } = row
    const contributions = below?.contributions.get(id) ?? []
    const target = { id, method, measure: readMeasure(row.measure), values: readFigures(row.figures) }
    const rolled = rolledTargetOf(target, below?.units ?? [], below?.allotments.get(id) ?? [], contributions)
    const data = JSON.stringify(rolled)
    living.add(id)
    if (before.get(id) === data) continue
    others.push({ target: id, name, before: before.get(id), now: { rolled, contributions } })
    await transaction
      .insertInto('target_rollups')
      .values({ plan_id: plan, target_id: id, data })
      .onConflict((conflict) => conflict.columns(['plan_id', 'target_id']).doUpdateSet({ data }))
      .execute()
  }
  const gone = [...before.keys()].filter((id) => !living.has(id))
  for (const id of gone) others.push({ target: id, name: '', before: before.get(id), now: null })
  for (let from = 0; from < gone.length; from += mostNamed) {
    const some = gone.slice(from, from + mostNamed)
    await transaction.deleteFrom('target_rollups').where('plan_id', '=', plan).where('target_id', 'in', some).execute()
  }
  return others
}

type Below = Contribution & Pick<TurnedStale, 'plan' | 'answeredAt'>

/** What stands below these targets; null where nobody carries the plan out. */
async function readBelow(transaction: Transaction<Tables>, plan: PlanId, only: readonly TargetId[] | undefined) {
  const carriers = await transaction
    .selectFrom('plan_carriers')
    .select('unit_id')
    .where('plan_id', '=', plan)
    .orderBy('added_at')
    .orderBy('unit_id')
    .execute()
  const subordinates = new Map((await subordinatesOf(transaction, plan)).map((one) => [one.plan, one.unit]))
  if (carriers.length === 0 && subordinates.size === 0) return null
  let allotted = transaction.selectFrom('allotments').selectAll().where('plan_id', '=', plan)
  if (only !== undefined) allotted = allotted.where('target_id', 'in', only)
  let serving = transaction
    .selectFrom('contributions as one')
    .innerJoin('target_values as own', (join) =>
      join.onRef('own.plan_id', '=', 'one.plan_id').onRef('own.target_id', '=', 'one.target_id'),
    )
    .innerJoin('plan_parts', (join) =>
      join.onRef('plan_parts.part_id', '=', 'own.part_id').onRef('plan_parts.plan_id', '=', 'own.plan_id'),
    )
    .leftJoin('target_rollups as rolled', (join) =>
      join.onRef('rolled.plan_id', '=', 'one.plan_id').onRef('rolled.target_id', '=', 'one.target_id'),
    )
    .select(['one.plan_id', 'one.target_id', 'one.superior_target', 'one.answer', 'one.reason', 'one.weight'])
    .select(['one.seen', 'one.answered_at', 'own.figures', 'rolled.data'])
    .where('one.superior_id', '=', plan)
    .where('plan_parts.in_outline', '>', 0)
  if (only !== undefined) serving = serving.where('one.superior_target', 'in', only)
  const results = Map.groupBy(
    await transaction
      .selectFrom('results')
      .innerJoin('plan_links', 'plan_links.plan_id', 'results.plan_id')
      .select(['results.plan_id', 'results.target_id', 'results.period', 'results.value'])
      .where('plan_links.superior_id', '=', plan)
      .orderBy('results.period')
      .execute(),
    (row) => `${row.plan_id}/${row.target_id}`,
  )
  const contributions = (await serving.execute()).flatMap((row) => {
    const unit = subordinates.get(row.plan_id)
    if (unit === undefined) return []
    const entered = results.get(`${row.plan_id}/${row.target_id}`) ?? []
    const one: Below = {
      ...{ unit, answer: row.answer, reason: row.reason, weight: row.weight, plan: row.plan_id },
      ...{ seen: readFigures(row.seen), values: readFigures(row.figures), answeredAt: Number(row.answered_at) },
      ...belowOf(row.data),
      results: Object.fromEntries(entered.map(({ period, value }) => [period, readQuantity(value)])),
    }
    return [{ target: row.superior_target, one }]
  })
  const allotments = (await allotted.execute()).map(({ target_id: target, unit_id: unit, way, key, weight, given }) => {
    return { target, one: { unit, way, key, weight, given: readFigures(given) } }
  })
  return {
    units: carriers.map((row) => row.unit_id),
    allotments: byTarget(allotments),
    contributions: byTarget(contributions),
  }
}

function belowOf(data: string | null): Pick<Contribution, 'below' | 'silence'> {
  if (data === null) return { below: {}, silence: { years: {}, otherwise: 0 } }
  const rolled = readRolled(data)
  return { below: gatheredBelow(rolled), silence: silenceBelow(rolled) }
}

function byTarget<One>(rows: readonly { target: TargetId; one: One }[]): Map<TargetId, One[]> {
  const groups = Map.groupBy(rows, ({ target }) => target)
  return new Map([...groups].map(([target, all]) => [target, all.map(({ one }) => one)]))
}

function newlyStale(superior: PlanId, { target, name, before, now }: Other): TurnedStale[] {
  if (now === null) return []
  const were = new Set(before === undefined ? [] : staleUnits(readRolled(before)))
  const fresh = new Set(staleUnits(now.rolled).filter((unit) => !were.has(unit)))
  return now.contributions
    .filter(({ unit }) => fresh.has(unit))
    .map(({ plan, unit, answeredAt }) => ({ superior, target, name, plan, unit, answeredAt }))
}

function staleUnits({ units }: RolledTarget): UnitId[] {
  return units.flatMap(({ unit, isStale }) => (isStale ? [unit] : []))
}

/** What these targets of a plan serve above. */
async function servedBy(transaction: Transaction<Tables>, plan: PlanId, targets: ReadonlySet<TargetId> | 'all') {
  if (targets !== 'all' && targets.size === 0) return []
  let served = transaction
    .selectFrom('contributions')
    .select(['superior_id as plan', 'superior_target as target'])
    .where('plan_id', '=', plan)
  if (targets !== 'all' && targets.size <= mostNamed) served = served.where('target_id', 'in', [...targets])
  return await served.execute()
}

/** Of the server's own rows, which hold nothing else. */
function readRolled(json: string): RolledTarget {
  return JSON.parse(json) as RolledTarget
}

function readMeasure(json: string): Measure {
  return JSON.parse(json) as Measure
}

function readQuantity(json: string): Quantity {
  return JSON.parse(json) as Quantity
}
