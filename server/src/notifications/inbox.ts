/** What one person was told: pages, what is read, and which kinds they want where. */
import type { Kysely } from 'kysely'
import type { UserId } from '@soanchung/shared/ids.ts'
import {
  defaultSwitches,
  notificationDetail,
  notificationKinds,
  type NotificationPage,
  type Switches,
} from '@soanchung/shared/notifications.ts'
import { shownEmail } from '../accounts/email.ts'
import type { Tables } from '../storage/tables.ts'
import { readSwitches } from './notify.ts'

const pageSize = 30

/** The newest first; `before` is the id of the last one that is known. */
export async function readPage(query: Kysely<Tables>, user: UserId, before?: string): Promise<NotificationPage> {
  const own = query.selectFrom('notifications').where('user_id', '=', user).where('is_shown', '=', 1)
  const { unread } = await own
    .where('read_at', 'is', null)
    .select((row) => row.fn.countAll().as('unread'))
    .executeTakeFirstOrThrow()
  const last =
    before === undefined ? undefined : await own.select(['id', 'at']).where('id', '=', before).executeTakeFirst()
  let older = own.selectAll()
  if (last !== undefined) {
    older = older.where((row) =>
      row.or([row('at', '<', last.at), row.and([row('at', '=', last.at), row('id', '<', last.id)])]),
    )
  }
  const rows = await older
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(pageSize + 1)
    .execute()
  const items = rows.slice(0, pageSize).flatMap(({ id, at, kind, plan_id: plan, part_id: part, detail, read_at }) => {
    // A row of a newer program, beside this one on the same database.
    const known = notificationKinds.find((one) => one === kind)
    if (known === undefined) return []
    const read = notificationDetail.parse(JSON.parse(detail))
    return [{ id, at: Number(at), kind: known, plan, part, detail: read, isRead: read_at !== null }]
  })
  return { unread: Number(unread), items, more: rows.length > pageSize }
}

/** False where the person has no such notification. */
export async function markRead(query: Kysely<Tables>, user: UserId, id: string): Promise<boolean> {
  const known = await query
    .selectFrom('notifications')
    .select('read_at')
    .where('id', '=', id)
    .where('user_id', '=', user)
    .executeTakeFirst()
  if (known === undefined) return false
  await query
    .updateTable('notifications')
    .set({ read_at: Date.now() })
    .where('id', '=', id)
    .where('read_at', 'is', null)
    .execute()
  return true
}

export async function markAllRead(query: Kysely<Tables>, user: UserId, until: number): Promise<void> {
  await query
    .updateTable('notifications')
    .set({ read_at: Date.now() })
    .where('user_id', '=', user)
    .where('read_at', 'is', null)
    .where('at', '<=', until)
    .execute()
}

export async function readOwnSwitches(
  query: Kysely<Tables>,
  user: UserId,
): Promise<Switches & { address: string | null }> {
  const switches = (await readSwitches(query, [user])).get(user) ?? defaultSwitches
  const person = await query.selectFrom('user').select('email').where('id', '=', user).executeTakeFirst()
  return { ...switches, address: person === undefined ? null : shownEmail(person.email) }
}

export async function writeSwitches(query: Kysely<Tables>, user: UserId, switches: Switches): Promise<void> {
  const text = JSON.stringify(switches)
  await query
    .insertInto('notification_switches')
    .values({ user_id: user, switches: text })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ switches: text }))
    .execute()
}
