/**
 * Personal access tokens, for scripts and other tools. A token is shown once; the database keeps
 * its SHA-256 only, which is enough for 256 bits of chance. A token acts as its owner, with their
 * units as they are now, and may be narrower: read only.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { UserId } from '@soanchung/shared/ids.ts'
import type { AccessToken, createTokenBody } from '@soanchung/shared/protocol.ts'
import type { z } from 'zod'
import { audit } from '../audit/trail.ts'
import type { Tables } from '../storage/tables.ts'

const prefix = 'soan_'
const tokenPattern = /^soan_[A-Za-z0-9_-]{43}$/
const dayMs = 24 * 60 * 60 * 1000
/** `last_used_at` is for people; writing it at each request would cost more than it tells. */
const usedPrecisionMs = 60_000

/** `actor` is null for a command. */
export async function createToken(
  query: Kysely<Tables>,
  actor: UserId | null,
  owner: UserId,
  { name, scope, days }: z.infer<typeof createTokenBody>,
): Promise<AccessToken & { token: string }> {
  const token = prefix + randomBytes(32).toString('base64url')
  const createdAt = Date.now()
  const row = { id: randomBytes(12).toString('hex'), name, scope }
  const expiresAt = createdAt + days * dayMs
  await query.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('access_tokens')
      .values({
        ...row,
        user_id: owner,
        hash: hashOf(token),
        created_at: createdAt,
        expires_at: expiresAt,
        last_used_at: null,
      })
      .execute()
    const detail = { ...row, expiresAt }
    await audit(transaction, { actor, action: 'token.created', subject: `person/${owner}`, detail })
  })
  return { ...row, createdAt, expiresAt, lastUsedAt: null, token }
}

/** Newest first, expired ones included. */
export async function listTokens(query: Kysely<Tables>, owner: UserId): Promise<AccessToken[]> {
  const rows = await query
    .selectFrom('access_tokens')
    .selectAll()
    .where('user_id', '=', owner)
    .orderBy('created_at', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    scope: row.scope,
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
    lastUsedAt: row.last_used_at === null ? null : Number(row.last_used_at),
  }))
}

/** False where the person has no such token. It stops working at once. */
export async function revokeToken(
  query: Kysely<Tables>,
  actor: UserId | null,
  owner: UserId,
  id: string,
): Promise<boolean> {
  return await query.transaction().execute(async (transaction) => {
    const result = await transaction
      .deleteFrom('access_tokens')
      .where('id', '=', id)
      .where('user_id', '=', owner)
      .executeTakeFirst()
    if (result.numDeletedRows === 0n) return false
    await audit(transaction, { actor, action: 'token.revoked', subject: `person/${owner}`, detail: { id } })
    return true
  })
}

/** Whose token it is; null where it is unknown or has expired. */
export async function findToken(
  query: Kysely<Tables>,
  token: string,
): Promise<{ id: string; owner: UserId; scope: 'read' | 'write' } | null> {
  if (!tokenPattern.test(token)) return null
  const row = await query
    .selectFrom('access_tokens')
    .select(['id', 'user_id', 'scope', 'expires_at', 'last_used_at'])
    .where('hash', '=', hashOf(token))
    .executeTakeFirst()
  const now = Date.now()
  if (row === undefined || Number(row.expires_at) <= now) return null
  if (Number(row.last_used_at ?? 0) < now - usedPrecisionMs) {
    await query.updateTable('access_tokens').set({ last_used_at: now }).where('id', '=', row.id).execute()
  }
  return { id: row.id, owner: row.user_id, scope: row.scope }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
