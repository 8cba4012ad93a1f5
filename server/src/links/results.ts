/**
 * What targets came to, by half year or year: records beside an issued plan, which stays as it is.
 * Entered by the lead, by whoever drafts the part, or by the unit that answers for the target.
 */
import type { Kysely, Transaction } from 'kysely'
import { RefusalError, type Result } from '@soanchung/shared/errors.ts'
import type { PlanId } from '@soanchung/shared/ids.ts'
import type { EnterResultBody, TargetResult } from '@soanchung/shared/links/links.ts'
import { can, rolesOf, type Actor, type PlanAccess } from '@soanchung/shared/permissions.ts'
import { formatQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import { quantity } from '@soanchung/shared/targets/quantity.ts'
import type { Tables } from '../storage/tables.ts'
import { checkMeasure } from './allotting.ts'
import { noChange, touching, type Change, type LinkChanges } from './changes.ts'
import { livingTargets, personNames } from './linked-plans.ts'

export type EnterResult = (actor: Actor, plan: PlanId, body: EnterResultBody) => Promise<Result<void>>

export function createEnterResult({ decide }: Pick<LinkChanges, 'decide'>): EnterResult {
  return (actor, plan, body) =>
    decide(actor, plan, 'plan.read', async (transaction, access) => {
      const row = await livingTargets(transaction, plan, [body.target]).executeTakeFirst()
      mayEnter(actor, access, row)
      if (row === undefined) throw new RefusalError('target.gone')
      await checkPeriod(transaction, plan, body.period)
      if (body.value !== null) checkMeasure({ [body.period]: body.value }, row)
      return await writeResult(transaction, actor, plan, body, row)
    })
}

export async function readResults(query: Kysely<Tables>, plan: PlanId): Promise<TargetResult[]> {
  const rows = await query
    .selectFrom('results')
    .selectAll()
    .where('plan_id', '=', plan)
    .orderBy('target_id')
    .orderBy('period')
    .execute()
  const names = await personNames(
    query,
    rows.map((row) => row.by),
  )
  return rows.map(({ target_id: target, period, value, note, document, at, by }) => ({
    ...{ target, period, value: quantity.parse(JSON.parse(value)), note, document },
    ...{ at: Number(at), by: names.get(by) ?? '' },
  }))
}

/** Throws the refusal. */
function mayEnter(actor: Actor, access: PlanAccess, row: Tables['target_values'] | undefined): void {
  const roles = rolesOf(actor, access)
  if (actor.scope !== 'write' || !(roles.includes('lead') || roles.includes('drafter'))) {
    throw new RefusalError('not.allowed')
  }
  if (access.stage !== 'issued') throw new RefusalError('result.early')
  if (row === undefined || can(actor, 'result.enter', access, row.part_id)) return
  if (row.unit_id === null || !actor.units.includes(row.unit_id)) throw new RefusalError('not.allowed')
}

async function checkPeriod(transaction: Transaction<Tables>, plan: PlanId, period: string): Promise<void> {
  const { period_from: from, period_to: to } = await transaction
    .selectFrom('plans')
    .select(['period_from', 'period_to'])
    .where('id', '=', plan)
    .executeTakeFirstOrThrow()
  const year = Number(period.slice(0, 4))
  if (year < from || year > to) throw new RefusalError('result.period')
}

async function writeResult(
  transaction: Transaction<Tables>,
  actor: Actor,
  plan: PlanId,
  { target, period, value, note, document }: EnterResultBody,
  { name }: Tables['target_values'],
): Promise<Change> {
  const gone = await transaction
    .deleteFrom('results')
    .where('plan_id', '=', plan)
    .where('target_id', '=', target)
    .where('period', '=', period)
    .returning('period')
    .executeTakeFirst()
  if (value === null && gone === undefined) return noChange()
  if (value !== null) {
    await transaction
      .insertInto('results')
      .values({
        ...{ plan_id: plan, target_id: target, period, value: JSON.stringify(value), note, document },
        ...{ at: Date.now(), by: actor.userId },
      })
      .execute()
  }
  const said = value === null ? {} : { value: formatQuantity(value), note, document }
  return {
    ...{ touched: touching(plan, [target]), felt: [plan], told: [] },
    audited: [
      {
        action: value === null ? 'result.removed' : 'result.entered',
        subject: `plan/${plan}`,
        detail: { name, target, period, ...said },
      },
    ],
  }
}
