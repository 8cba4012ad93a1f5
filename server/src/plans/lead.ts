/**
 * What the lead decides about a plan besides its text, and what the drafters say of their parts:
 * who holds which role, who is given which part until when, how far it is, and the stage of the
 * plan. Each is one transaction with its row in the audit trail and the notifications of those whom
 * it is about; once it is answered, nothing is written any more with a right that it took away.
 */
import type { Transaction } from 'kysely'
import { accept, orThrow, refuse, RefusalError, type Result } from '@soanchung/shared/errors.ts'
import { unitId, userId, type PartId, type PlanId, type UserId } from '@soanchung/shared/ids.ts'
import {
  can,
  type Action,
  type Actor,
  type HolderId,
  type PlanAccess,
  type PlanStage,
} from '@soanchung/shared/permissions.ts'
import type { GivePartsBody, GiveRoleBody, PartStatusBody } from '@soanchung/shared/protocol.ts'
import { dayOf } from '@soanchung/shared/units/names.ts'
import { audit, type AuditEntry } from '../audit/trail.ts'
import { peopleOf, toHolders, type Notify } from '../notifications/notify.ts'
import type { Database } from '../storage/database.ts'
import type { Tables } from '../storage/tables.ts'
import type { Links } from '../links/links.ts'
import type { Sync } from '../sync/sync.ts'
import { allowed, countRights } from './access.ts'
import type { Projection } from './projection.ts'

export interface Lead {
  /** `input.invalid` for holders that there are not, or whose role is another than a drafter's. */
  giveParts(actor: Actor, plan: PlanId, giving: GivePartsBody): Promise<Result<void>>
  /** `input.invalid` for the lead's own role and for a holder that there is not. */
  giveRole(actor: Actor, plan: PlanId, giving: GiveRoleBody): Promise<Result<void>>
  setStatus(actor: Actor, plan: PlanId, part: PartId, change: PartStatusBody): Promise<Result<void>>
  moveStage(actor: Actor, plan: PlanId, stage: Exclude<PlanStage, 'issued'>): Promise<Result<void>>
}

export interface LeadOptions {
  database: Database
  /** Brought up to date before it is told what a part is called. */
  projection: Pick<Projection, 'plans'>
  notify: Notify
  sync: Pick<Sync, 'rightsChanged'>
  links: Pick<Links, 'stageMoved'>
}

export function createLead({ database, projection, notify, sync, links }: LeadOptions): Lead {
  /** Decides inside the transaction, where nobody comes between. */
  async function decide(
    actor: Actor,
    plan: PlanId,
    question: { action: Action; parts?: readonly PartId[] },
    change: (
      transaction: Transaction<Tables>,
      access: PlanAccess,
    ) => Promise<Result<Omit<AuditEntry, 'actor' | 'plan'>[]>>,
  ): Promise<Result<void>> {
    const granted = await allowed(database.query, actor, question.action, plan, question.parts?.[0])
    if (!granted.ok) return granted
    await projection.plans([plan])
    try {
      await database.transaction(async (transaction) => {
        // Counted first: it locks the plan's row until the change is there.
        await countRights(transaction, plan)
        const access = orThrow(await allowed(transaction, actor, question.action, plan, question.parts?.[0]))
        for (const part of question.parts ?? []) {
          if (!access.parts.has(part)) throw new RefusalError('not.found')
          if (!can(actor, question.action, access, part)) throw new RefusalError('not.allowed')
        }
        const entries = orThrow(await change(transaction, access))
        for (const entry of entries) await audit(transaction, { ...entry, actor: actor.userId, plan })
      })
    } catch (error) {
      if (error instanceof RefusalError) return refuse(error.code, error.message)
      throw error
    }
    await sync.rightsChanged(plan)
    return accept(undefined)
  }

  return {
    giveParts: (actor, plan, { parts, holders, deadline, note }) =>
      decide(actor, plan, { action: 'part.give', parts }, async (transaction, { roles, parts: before }) => {
        const fresh = holders.filter((holder) => !roles.has(holder))
        const mayNotDraft = holders.some((holder) => !['lead', 'drafter', undefined].includes(roles.get(holder)))
        if (mayNotDraft || !(await areKnown(transaction, fresh))) return refuse('input.invalid', 'holders')
        for (const holder of fresh) await setRole(transaction, plan, holder, 'drafter')
        await transaction.deleteFrom('part_holders').where('part_id', 'in', parts).execute()
        const rows = parts.flatMap((part) => holders.map((holder) => ({ part_id: part, holder_id: holder })))
        for (let from = 0; from < rows.length; from += 400) {
          await transaction
            .insertInto('part_holders')
            .values(rows.slice(from, from + 400))
            .execute()
        }
        const agreed = await transaction
          .selectFrom('plan_parts')
          .select(['part_id', 'deadline', 'note'])
          .where('part_id', 'in', parts)
          .execute()
        await transaction.updateTable('plan_parts').set({ deadline, note }).where('part_id', 'in', parts).execute()
        const others = agreed.filter((part) => part.deadline !== deadline || part.note !== note)
        const changed = new Set(others.map((part) => part.part_id))
        const told = await whoHears(transaction, { parts, before, holders, changed })
        const event = { plan, actor: actor.userId }
        await notify(transaction, { ...event, kind: 'part.given', to: told.given, detail: { deadline, note } })
        await notify(transaction, {
          ...{ ...event, kind: 'part.given', to: told.renewed },
          detail: { deadline, note, renewed: true },
        })
        await notify(transaction, { ...event, kind: 'part.taken', to: told.taken })
        return accept([
          ...fresh.map((holder) => roleEntry(holder, 'drafter')),
          ...parts.map((part) => ({
            action: 'part.given' as const,
            subject: `part/${part}`,
            detail: { holders, deadline, note },
          })),
        ])
      }),

    giveRole: (actor, plan, { holder, role }) =>
      decide(actor, plan, { action: 'role.give' }, async (transaction, { roles }) => {
        const before = roles.get(holder)
        if (before === 'lead' || !(await areKnown(transaction, [holder]))) return refuse('input.invalid', 'holder')
        if (role === null) {
          await transaction
            .deleteFrom('plan_roles')
            .where('plan_id', '=', plan)
            .where('holder_id', '=', holder)
            .execute()
          const ofPlan = transaction.selectFrom('plan_parts').select('part_id').where('plan_id', '=', plan)
          await transaction
            .deleteFrom('part_holders')
            .where('holder_id', '=', holder)
            .where('part_id', 'in', ofPlan)
            .execute()
        } else {
          await setRole(transaction, plan, holder, role)
          const to = before === role ? new Map<never, never>() : await toHolders(transaction, [holder])
          await notify(transaction, { kind: 'role.given', plan, actor: actor.userId, to, detail: { role } })
        }
        return accept([roleEntry(holder, role)])
      }),

    setStatus: (actor, plan, part, change) => {
      const action = change.status === 'returned' ? 'part.return' : 'part.report'
      return decide(actor, plan, { action, parts: [part] }, async (transaction, access) => {
        const { status } = change
        const reason = change.status === 'returned' ? change.reason : ''
        await transaction
          .updateTable('plan_parts')
          .set({ status, reason, status_at: Date.now(), status_by: actor.userId })
          .where('part_id', '=', part)
          .execute()
        if (status !== 'drafting') {
          const leads = [...access.roles].flatMap(([holder, role]) => (role === 'lead' ? [holder] : []))
          const holders = status === 'done' ? leads : (access.parts.get(part)?.holders ?? [])
          const to = await toHolders(transaction, holders, [part])
          const kind = status === 'done' ? 'part.done' : 'part.returned'
          await notify(transaction, { kind, plan, actor: actor.userId, to, detail: { reason } })
        }
        const told = { done: 'part.done', drafting: 'part.resumed', returned: 'part.returned' } as const
        return accept([
          { action: told[status], subject: `part/${part}`, ...(reason === '' ? {} : { detail: { reason } }) },
        ])
      })
    },

    async moveStage(actor, plan, stage) {
      const moved = await decide(actor, plan, { action: 'stage.move' }, async (transaction, access) => {
        if (access.stage === stage) return accept([])
        await transaction.updateTable('plans').set({ stage }).where('id', '=', plan).execute()
        const to = await toHolders(transaction, [...access.roles.keys()])
        await notify(transaction, { kind: 'plan.stage', plan, actor: actor.userId, to, detail: { stage } })
        const detail = { from: access.stage, to: stage }
        return accept([{ action: 'plan.stage', subject: `plan/${plan}`, detail }])
      })
      if (moved.ok) await links.stageMoved(plan)
      return moved
    },
  }
}

/** Who is given parts, whose parts stay but with another deadline or note, and from whom they are taken. */
async function whoHears(
  transaction: Transaction<Tables>,
  giving: {
    parts: readonly PartId[]
    before: PlanAccess['parts']
    holders: readonly HolderId[]
    changed: ReadonlySet<PartId>
  },
) {
  const had = (part: PartId) => giving.before.get(part)?.holders ?? []
  const involved = new Set([...giving.holders, ...giving.parts.flatMap(had)])
  const people = await peopleOf(transaction, [...involved])
  const behind = (holders: readonly HolderId[]) => new Set(holders.flatMap((holder) => people.get(holder) ?? []))
  const now = behind(giving.holders)
  const given = new Map<UserId, PartId[]>()
  const renewed = new Map<UserId, PartId[]>()
  const taken = new Map<UserId, PartId[]>()
  const add = (to: Map<UserId, PartId[]>, user: UserId, part: PartId) => to.set(user, [...(to.get(user) ?? []), part])
  for (const part of giving.parts) {
    const earlier = behind(had(part))
    for (const user of now) {
      if (!earlier.has(user)) add(given, user, part)
      else if (giving.changed.has(part)) add(renewed, user, part)
    }
    for (const user of earlier) if (!now.has(user)) add(taken, user, part)
  }
  return { given, renewed, taken }
}

function roleEntry(holder: HolderId, role: string | null) {
  const action = role === null ? ('role.taken' as const) : ('role.given' as const)
  return { action, subject: `holder/${holder}`, ...(role === null ? {} : { detail: { role } }) }
}

async function setRole(
  transaction: Transaction<Tables>,
  plan: PlanId,
  holder: HolderId,
  role: Tables['plan_roles']['role'],
): Promise<void> {
  await transaction
    .insertInto('plan_roles')
    .values({ plan_id: plan, holder_id: holder, role })
    .onConflict((conflict) => conflict.columns(['plan_id', 'holder_id']).doUpdateSet({ role }))
    .execute()
}

/** Whether each is a unit that has not ended, or a person who can sign in. */
async function areKnown(transaction: Transaction<Tables>, holders: readonly HolderId[]): Promise<boolean> {
  if (holders.length === 0) return true
  const asUnits = holders.flatMap((holder) => unitId.safeParse(holder).data ?? [])
  const units = await transaction
    .selectFrom('units')
    .select('id')
    .where('id', 'in', asUnits)
    .where((where) => where.or([where('closed_on', 'is', null), where('closed_on', '>', dayOf(Date.now()))]))
    .execute()
  const people = await transaction
    .selectFrom('user')
    .select('id')
    .where(
      'id',
      'in',
      holders.map((holder) => userId.parse(holder)),
    )
    .where('deactivated_at', 'is', null)
    .execute()
  const known = new Set<string>([...units, ...people].map(({ id }) => id))
  return holders.every((holder) => known.has(holder))
}
