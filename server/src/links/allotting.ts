/**
 * A plan's targets, given down to the units that carry it out, and taken back. What is given for
 * nothing but the superior's own values, or a share of them, is not written down: it follows those
 * values (given.ts). A target that is taken back stays served by what the unit's plan has of it.
 */
import type { Transaction } from 'kysely'
import { RefusalError, type Result } from '@soanchung/shared/errors.ts'
import { newId, type PlanId, type TargetId, type UnitId, type UserId } from '@soanchung/shared/ids.ts'
import type { AllotBody, Figures, LinkEvent, TakeBackBody } from '@soanchung/shared/links/links.ts'
import { shareOut } from '@soanchung/shared/links/sharing.ts'
import type { Actor } from '@soanchung/shared/permissions.ts'
import { toHolders } from '../notifications/notify.ts'
import type { Tables } from '../storage/tables.ts'
import { touching, type Change, type LinkChanges } from './changes.ts'
import { givenOf, readFigures, type Allotment } from './given.ts'
import { livingTargets, subordinatesOf, unitNames } from './linked-plans.ts'

export interface Allotting {
  give(actor: Actor, plan: PlanId, giving: AllotBody): Promise<Result<void>>
  takeBack(actor: Actor, plan: PlanId, taking: TakeBackBody): Promise<Result<void>>
}

type TargetRow = Tables['target_values']

/** Rows of one statement; a database takes only so many values at once. */
const slice = 400

export function createAllotting({ decide }: Pick<LinkChanges, 'decide'>): Allotting {
  return {
    give: (actor, plan, giving) =>
      decide(actor, plan, 'target.allot', async (transaction) => {
        const targets = await livingOf(transaction, plan, giving.targets)
        const units = giving.units.map(({ unit }) => unit)
        await mustCarry(transaction, plan, units)
        checkGiving(giving, targets)
        if (giving.key !== undefined) await keepKeys(transaction, plan, giving.key, giving.units)
        // One target after the other: a thousand units are much to do at once.
        for (const target of targets) await giveTarget(transaction, actor, plan, giving, target)
        return {
          touched: touching(plan, giving.targets),
          felt: [plan, ...(await plansBelow(transaction, plan))],
          told: await givenEvents(transaction, plan, units, targets, giving.note),
          audited: [
            {
              action: 'targets.given',
              subject: `plan/${plan}`,
              detail: { ...namedOf(targets), units, way: giving.way, note: giving.note },
            },
          ],
        }
      }),

    takeBack: (actor, plan, { targets, units }) =>
      decide(actor, plan, 'target.allot', async (transaction) => {
        const taken = await transaction
          .deleteFrom('allotments')
          .where('plan_id', '=', plan)
          .where('target_id', 'in', targets)
          .where('unit_id', 'in', units)
          .returning(['target_id', 'unit_id'])
          .execute()
        const rows = await livingTargets(transaction, plan, targets).execute()
        const values = new Map(rows.map((row) => [row.target_id, row]))
        const below = new Map((await subordinatesOf(transaction, plan)).map((one) => [one.unit, one.plan]))
        for (const [target, ofTarget] of Map.groupBy(taken, (row) => row.target_id)) {
          const subordinates = ofTarget.flatMap((row) => below.get(row.unit_id) ?? [])
          if (subordinates.length === 0) continue
          // What was an answer serves by itself from here on, measured by the superior's own value.
          await transaction
            .updateTable('contributions')
            .set({
              answer: 'served',
              seen: values.get(target)?.figures ?? '{}',
              seen_at: values.get(target)?.changed_at ?? 0,
            })
            .where('plan_id', 'in', subordinates)
            .where('superior_target', '=', target)
            .execute()
        }
        const step = { plan, by: actor.userId, kind: 'taken', values: {}, reason: '' } as const
        await addEvents(
          transaction,
          taken.map(({ target_id: target, unit_id: unit }) => ({ ...step, target, unit })),
        )
        const named = { ...namedOf(rows), units: [...new Set(taken.map((row) => row.unit_id))] }
        return {
          touched: touching(plan, targets),
          felt: [plan, ...below.values()],
          told: [],
          audited: taken.length === 0 ? [] : [{ action: 'targets.taken', subject: `plan/${plan}`, detail: named }],
        }
      }),
  }
}

async function giveTarget(
  transaction: Transaction<Tables>,
  actor: Actor,
  plan: PlanId,
  giving: AllotBody,
  target: TargetRow,
): Promise<void> {
  const rows = rowsOf(actor, plan, giving, target.target_id)
  for (let from = 0; from < rows.length; from += slice) {
    await transaction
      .insertInto('allotments')
      .values(rows.slice(from, from + slice))
      .onConflict((conflict) =>
        conflict.columns(['plan_id', 'target_id', 'unit_id']).doUpdateSet((row) => ({
          way: row.ref('excluded.way'),
          key: row.ref('excluded.key'),
          weight: row.ref('excluded.weight'),
          given: row.ref('excluded.given'),
          note: row.ref('excluded.note'),
          given_at: row.ref('excluded.given_at'),
          given_by: row.ref('excluded.given_by'),
        })),
      )
      .execute()
  }
  const given = (await givenNow(transaction, plan, [target])).get(target.target_id)
  const step = { plan, target: target.target_id, by: actor.userId, kind: 'given', reason: giving.note } as const
  await addEvents(
    transaction,
    rows.map(({ unit_id: unit }) => ({ ...step, unit, values: given?.get(unit) ?? {} })),
  )
}

/** Adds to the history of links. */
export async function addEvents(
  transaction: Transaction<Tables>,
  events: readonly (Omit<LinkEvent, 'at' | 'by'> & { plan: PlanId; target: TargetId; by: UserId })[],
): Promise<void> {
  const at = Date.now()
  const rows = events.map(({ plan, target, unit, by, kind, values, reason }) => ({
    ...{ id: newId(), at, by, plan_id: plan, target_id: target, unit_id: unit, kind, reason },
    values: JSON.stringify(values),
  }))
  for (let from = 0; from < rows.length; from += slice) {
    await transaction
      .insertInto('link_events')
      .values(rows.slice(from, from + slice))
      .execute()
  }
}

/** What each unit is given of these targets at this moment. */
export async function givenNow(
  transaction: Transaction<Tables>,
  plan: PlanId,
  targets: readonly Pick<TargetRow, 'target_id' | 'figures'>[],
): Promise<Map<TargetId, Map<UnitId, Figures>>> {
  const ids = targets.map((row) => row.target_id)
  const rows = await transaction
    .selectFrom('allotments')
    .select(['target_id', 'unit_id', 'way', 'key', 'weight', 'given'])
    .where('plan_id', '=', plan)
    .where('target_id', 'in', ids)
    .execute()
  const byTarget = Map.groupBy(rows, (row) => row.target_id)
  return new Map(
    targets.map(({ target_id: id, figures }) => {
      const allotments = (byTarget.get(id) ?? []).map(({ unit_id: unit, given, ...rest }): Allotment => ({
        ...rest,
        unit,
        given: readFigures(given),
      }))
      return [id, givenOf(allotments, readFigures(figures))]
    }),
  )
}

async function livingOf(
  transaction: Transaction<Tables>,
  plan: PlanId,
  targets: readonly TargetId[],
): Promise<TargetRow[]> {
  const rows = await livingTargets(transaction, plan, targets).execute()
  if (rows.length < new Set(targets).size) throw new RefusalError('target.gone')
  return rows
}

async function mustCarry(transaction: Transaction<Tables>, plan: PlanId, units: readonly UnitId[]): Promise<void> {
  if (new Set(units).size < units.length) throw new RefusalError('input.invalid', 'a unit stands twice')
  const rows = await transaction
    .selectFrom('plan_carriers')
    .select('unit_id')
    .where('plan_id', '=', plan)
    .where('unit_id', 'in', units)
    .execute()
  if (rows.length < units.length) throw new RefusalError('link.unit')
}

/** Throws the refusal of what cannot be given that way. */
function checkGiving({ way, key, units }: AllotBody, targets: readonly TargetRow[]): void {
  if (way === 'free') {
    const [target, ...others] = targets
    if (target === undefined || others.length > 0) throw new RefusalError('input.invalid', 'one target at a time')
    for (const { given } of units) {
      if (given === undefined) throw new RefusalError('input.invalid', 'a unit without a value')
      checkMeasure(given, target)
    }
  }
  if (units.some(({ weight }) => weight?.startsWith('-')))
    throw new RefusalError('input.invalid', 'a weight below zero')
  if (way !== 'share') return
  if (key === undefined) throw new RefusalError('input.invalid', 'a share without a key')
  const weights = units.map(({ weight }) => {
    if (weight === undefined) throw new RefusalError('input.invalid', 'a share without weight')
    return weight
  })
  for (const { measure, figures } of targets) {
    const isPercent = kindOf(measure) === 'percent'
    const values = Object.values(readFigures(figures))
    if (isPercent || weights.every((weight) => Number(weight) === 0)) throw new RefusalError('target.share')
    // What can be given to one can be shared among many.
    if (values.some((value) => shareOut(value, [{ id: '', weight: '1' }]) === null))
      throw new RefusalError('target.share')
  }
}

/** Percentages, counts and money cannot stand for each other. Throws the refusal. */
export function checkMeasure(values: Figures, { measure }: Pick<TargetRow, 'measure'>): void {
  const kind = kindOf(measure)
  if (Object.values(values).some((value) => value.measure.kind !== kind)) throw new RefusalError('target.measure')
}

function kindOf(measure: string): string {
  return (JSON.parse(measure) as { kind: string }).kind
}

function rowsOf(
  actor: Actor,
  plan: PlanId,
  { way, key = '', units, note }: AllotBody,
  target: TargetId,
): Tables['allotments'][] {
  const made = { given_at: Date.now(), given_by: actor.userId, note, way, key: way === 'share' ? key : '' }
  return units.map(({ unit, weight, given }) => ({
    ...{ plan_id: plan, target_id: target, unit_id: unit, ...made },
    weight: weight ?? null,
    given: JSON.stringify(way === 'free' ? given : {}),
  }))
}

/** For the next target that is shared or weighed by it. */
async function keepKeys(
  transaction: Transaction<Tables>,
  plan: PlanId,
  key: string,
  units: AllotBody['units'],
): Promise<void> {
  const rows = units.flatMap(({ unit, weight: amount }) =>
    amount === undefined ? [] : [{ plan_id: plan, unit_id: unit, key, amount }],
  )
  for (let from = 0; from < rows.length; from += slice) {
    await transaction
      .insertInto('carrier_keys')
      .values(rows.slice(from, from + slice))
      .onConflict((conflict) =>
        conflict.columns(['plan_id', 'unit_id', 'key']).doUpdateSet((row) => ({ amount: row.ref('excluded.amount') })),
      )
      .execute()
  }
}

async function plansBelow(transaction: Transaction<Tables>, plan: PlanId): Promise<PlanId[]> {
  return (await subordinatesOf(transaction, plan)).map((one) => one.plan)
}

/** In their own plan where they have one; else they hear that they are to make one. */
async function givenEvents(
  transaction: Transaction<Tables>,
  plan: PlanId,
  units: readonly UnitId[],
  targets: readonly TargetRow[],
  note: string,
): Promise<Change['told']> {
  const own = new Map((await subordinatesOf(transaction, plan)).map((one) => [one.unit, one.plan]))
  const names = await unitNames(transaction, units)
  const events: Change['told'][number][] = []
  for (const unit of units) {
    const below = own.get(unit)
    events.push({
      ...{ kind: below === undefined ? 'plan.offered' : 'target.given', plan: below ?? plan },
      to: await toHolders(transaction, [unit]),
      detail: { unit: names.get(unit) ?? '', target: targets[0]?.name ?? '', targets: targets.length, note },
    })
  }
  return events
}

/** What the audit trail keeps of targets, whose names it cannot look up. */
function namedOf(targets: readonly TargetRow[]): { ids: TargetId[]; targets: string[] } {
  return { ids: targets.map((row) => row.target_id), targets: targets.map((row) => row.name) }
}
