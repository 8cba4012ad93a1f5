/**
 * Tells people what happened to them in a plan. Rows are made in the transaction of the event, for
 * everybody whom it is about and never for who did it, where their switches say so; an e-mail is
 * only queued here (mail.ts sends it), so nothing outside is waited for.
 */
import type { Transaction } from 'kysely'
import { newId, unitId, userId, type PartId, type PlanId, type UserId } from '@soanchung/shared/ids.ts'
import {
  defaultSwitches,
  notificationDetail,
  switchesBody,
  type NotificationDetail,
  type NotificationKind,
  type Switches,
} from '@soanchung/shared/notifications.ts'
import type { HolderId } from '@soanchung/shared/permissions.ts'
import { planTypes, planTypeTitle } from '@soanchung/shared/plan/meta.ts'
import type { Tables } from '../storage/tables.ts'

export interface PlanEvent {
  kind: NotificationKind
  plan: PlanId
  /** Null for the server itself. */
  actor: UserId | null
  /** Whom it is about, each with the parts that it is about for them. */
  to: ReadonlyMap<UserId, readonly PartId[]>
  detail?: Partial<NotificationDetail>
  /** Of events with the same name each person is told once, whoever tells it, whenever. */
  once?: string
}

/** `mails` where the installation sends e-mails. */
export type Notify = (transaction: Transaction<Tables>, event: PlanEvent) => Promise<void>

export function createNotify({ mails }: { mails: boolean }): Notify {
  return async (transaction, { kind, plan, actor, to, detail, once }) => {
    const people = [...to.keys()].filter((user) => user !== actor)
    if (people.length === 0) return
    const switches = await readSwitches(transaction, people)
    const names = await readNames(transaction, plan, actor)
    const at = Date.now()
    for (const user of people) {
      const parts = names.parts.filter(({ id }) => to.get(user)?.includes(id))
      const [first] = parts
      const row = {
        id: once === undefined ? newId() : `${once}/${user}`,
        ...{ user_id: user, kind, plan_id: plan, part_id: first?.id ?? null },
        detail: JSON.stringify(
          notificationDetail.parse({
            ...{ plan: names.plan, by: names.actor, part: first?.name ?? '', parts: Math.max(1, parts.length) },
            ...detail,
          }),
        ),
      }
      const { inside, mail } = (switches.get(user) ?? defaultSwitches).kinds[kind]
      // Also where nothing is to be shown: it says that the person was told.
      const made = await transaction
        .insertInto('notifications')
        .values({ ...row, at, is_shown: inside ? 1 : 0 })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst()
      if (!mails || !mail || made.numInsertedOrUpdatedRows !== 1n) continue
      await transaction
        .insertInto('mail_queue')
        .values({ ...row, created_at: at, attempts: 0, due_at: at })
        .execute()
    }
  }
}

/** Everybody behind each holder who may come in. */
export async function peopleOf(
  transaction: Transaction<Tables>,
  holders: readonly HolderId[],
): Promise<Map<HolderId, UserId[]>> {
  const people = new Map<HolderId, UserId[]>()
  if (holders.length === 0) return people
  const active = transaction.selectFrom('user').where('deactivated_at', 'is', null)
  const members = await active
    .innerJoin('unit_members', 'unit_members.user_id', 'user.id')
    .select(['user.id', 'unit_members.unit_id as holder'])
    .where(
      'unit_members.unit_id',
      'in',
      holders.flatMap((holder) => unitId.safeParse(holder).data ?? []),
    )
    .execute()
  const themselves = await active
    .select(['user.id', 'user.id as holder'])
    .where(
      'user.id',
      'in',
      holders.map((holder) => userId.parse(holder)),
    )
    .execute()
  for (const { id, holder } of [...members, ...themselves]) people.set(holder, [...(people.get(holder) ?? []), id])
  return people
}

/** Everybody behind these holders, each with the same parts. */
export async function toHolders(
  transaction: Transaction<Tables>,
  holders: readonly HolderId[],
  parts: readonly PartId[] = [],
): Promise<Map<UserId, readonly PartId[]>> {
  const people = await peopleOf(transaction, holders)
  return new Map([...people.values()].flat().map((user) => [user, parts]))
}

export async function readSwitches(
  query: Pick<Transaction<Tables>, 'selectFrom'>,
  people: readonly UserId[],
): Promise<Map<UserId, Switches>> {
  const rows = await query.selectFrom('notification_switches').selectAll().where('user_id', 'in', people).execute()
  return new Map(
    rows.map(({ user_id: user, switches }) => {
      const stored: unknown = JSON.parse(switches)
      const read = switchesBody.safeParse(stored)
      return [user, read.success ? read.data : defaultSwitches]
    }),
  )
}

async function readNames(transaction: Transaction<Tables>, plan: PlanId, actor: UserId | null) {
  const { type, subject } = await transaction
    .selectFrom('plans')
    .select(['type', 'subject'])
    .where('id', '=', plan)
    .executeTakeFirstOrThrow()
  const parts = await transaction
    .selectFrom('plan_parts')
    .select(['part_id', 'number', 'title'])
    .where('plan_id', '=', plan)
    .orderBy('in_outline')
    .execute()
  const person =
    actor === null
      ? undefined
      : await transaction.selectFrom('user').select('name').where('id', '=', actor).executeTakeFirst()
  const known = planTypes.find((one) => one === type)
  return {
    plan: [known === undefined ? '' : planTypeTitle[known], subject].filter(Boolean).join(' '),
    parts: parts.map(({ part_id: id, number, title }) => ({ id, name: [number, title].filter(Boolean).join(' ') })),
    actor: person?.name ?? '',
  }
}
