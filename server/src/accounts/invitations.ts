/**
 * Links by which a person sets their own password: the first one, or a new one where it was
 * forgotten. An administrator makes the link and hands it over. It works once, for a week, and
 * only the newest one of a person does; the database knows no more than its SHA-256.
 */
import { hash, randomBytes } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { UserId } from '@soanchung/shared/ids.ts'
import { audit } from '../audit/trail.ts'
import type { Tables } from '../storage/tables.ts'

const lifetimeMs = 7 * 24 * 60 * 60 * 1000
const tokenPattern = /^[A-Za-z0-9_-]{43}$/

/** Takes the place of an earlier one. `not.found` for somebody who is not there or deactivated. */
export async function createInvitation(
  query: Kysely<Tables>,
  actor: UserId | null,
  user: UserId,
): Promise<Result<{ token: string; expiresAt: number }>> {
  const token = randomBytes(32).toString('base64url')
  const createdAt = Date.now()
  const expiresAt = createdAt + lifetimeMs
  return await query.transaction().execute(async (transaction) => {
    const person = await transaction
      .selectFrom('user')
      .select('id')
      .where('id', '=', user)
      .where('deactivated_at', 'is', null)
      .executeTakeFirst()
    if (person === undefined) return refuse('not.found')
    await transaction.deleteFrom('invitations').where('user_id', '=', user).execute()
    await transaction
      .insertInto('invitations')
      .values({
        hash: hash('sha256', token),
        user_id: user,
        created_at: createdAt,
        expires_at: expiresAt,
        used_at: null,
      })
      .execute()
    await audit(transaction, { actor, action: 'invitation.created', subject: `person/${user}`, detail: { expiresAt } })
    return accept({ token, expiresAt })
  })
}

/** False where there was none that still worked. */
export async function revokeInvitation(query: Kysely<Tables>, actor: UserId, user: UserId): Promise<boolean> {
  return await query.transaction().execute(async (transaction) => {
    const result = await transaction
      .deleteFrom('invitations')
      .where('user_id', '=', user)
      .where('used_at', 'is', null)
      .where('expires_at', '>', Date.now())
      .executeTakeFirst()
    if (result.numDeletedRows === 0n) return false
    await audit(transaction, { actor, action: 'invitation.revoked', subject: `person/${user}` })
    return true
  })
}

/** When the link that this person could use now expires; null where there is none. */
export async function pendingInvitation(query: Kysely<Tables>, user: UserId): Promise<number | null> {
  const row = await query
    .selectFrom('invitations')
    .select('expires_at')
    .where('user_id', '=', user)
    .where('used_at', 'is', null)
    .where('expires_at', '>', Date.now())
    .executeTakeFirst()
  return row === undefined ? null : Number(row.expires_at)
}

interface Invited {
  user: UserId
  name: string
  username: string
  expiresAt: number
}

/** Whom the link is for; `invitation.unknown`, `.used` or `.expired`. */
export async function readInvitation(query: Kysely<Tables>, token: string): Promise<Result<Invited>> {
  if (!tokenPattern.test(token)) return refuse('invitation.unknown')
  const row = await query
    .selectFrom('invitations')
    .innerJoin('user', 'user.id', 'invitations.user_id')
    .select(['user.id', 'user.name', 'user.username', 'invitations.expires_at', 'invitations.used_at'])
    .where('invitations.hash', '=', hash('sha256', token))
    .where('user.deactivated_at', 'is', null)
    .executeTakeFirst()
  if (row === undefined) return refuse('invitation.unknown')
  if (row.used_at !== null) return refuse('invitation.used')
  if (Number(row.expires_at) <= Date.now()) return refuse('invitation.expired')
  return accept({ user: row.id, name: row.name, username: row.username, expiresAt: Number(row.expires_at) })
}

/** Uses the link up; of two who come at once, one gets `invitation.used`. */
export async function takeInvitation(transaction: Transaction<Tables>, token: string): Promise<Result<Invited>> {
  const read = await readInvitation(transaction, token)
  if (!read.ok) return read
  const { user } = read.value
  const taken = await transaction
    .updateTable('invitations')
    .set({ used_at: Date.now() })
    .where('hash', '=', hash('sha256', token))
    .where('used_at', 'is', null)
    .executeTakeFirst()
  if (taken.numUpdatedRows === 0n) return refuse('invitation.used')
  await audit(transaction, { actor: user, action: 'invitation.used', subject: `person/${user}` })
  return read
}
