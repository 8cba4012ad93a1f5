/**
 * A person's e-mail address. It may be missing, and what the person has typed themselves proves
 * nothing: only an administrator or the provider of the organisation verifies it. A verified
 * address opens the account to whoever the provider says has it (oidc.ts), so it belongs to one.
 */
import { sql, type Kysely } from 'kysely'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { UserId } from '@soanchung/shared/ids.ts'
import { audit } from '../audit/trail.ts'
import type { Tables } from '../storage/tables.ts'

/** The library of the sessions wants an address for everybody; this one can never receive anything (RFC 2606). */
const nowhere = '@soanchung.invalid'

export function placeholderEmail(username: string): string {
  return username + nowhere
}

/** Null where it is only a placeholder. */
export function shownEmail(email: string): string | null {
  return email.endsWith(nowhere) ? null : email
}

/**
 * Null takes it away. `email.taken` where somebody else has it; what is verified takes it from
 * whoever had only typed it.
 */
export async function setEmail(
  query: Kysely<Tables>,
  actor: UserId | null,
  user: UserId,
  { email, isVerified }: { email: string | null; isVerified: boolean },
): Promise<Result<void>> {
  return await query.transaction().execute(async (transaction) => {
    const person = await transaction
      .selectFrom('user')
      .select(['username', 'email', 'emailVerified'])
      .where('id', '=', user)
      .executeTakeFirst()
    if (person === undefined) return refuse('not.found')
    const address = email?.toLowerCase() ?? placeholderEmail(person.username)
    // Typed once more, it stays what it is.
    if (address === person.email && !isVerified) return accept(undefined)
    const other = await transaction
      .selectFrom('user')
      .select(['id', 'username', 'emailVerified'])
      .where('email', '=', address)
      .where('id', '!=', user)
      .executeTakeFirst()
    if (other !== undefined) {
      if (!isVerified || Boolean(other.emailVerified)) return refuse('email.taken')
      await transaction
        .updateTable('user')
        .set({ email: placeholderEmail(other.username) })
        .where('id', '=', other.id)
        .execute()
    }
    await transaction
      .updateTable('user')
      .set({ email: address, emailVerified: email !== null && isVerified ? sql<number>`true` : sql<number>`false` })
      .where('id', '=', user)
      .execute()
    const detail = { email, verified: email !== null && isVerified }
    await audit(transaction, { actor, action: 'email.changed', subject: `person/${user}`, detail })
    return accept(undefined)
  })
}

/** Whose verified address it is. */
export async function findByVerifiedEmail(query: Kysely<Tables>, email: string): Promise<UserId | null> {
  const found = await query
    .selectFrom('user')
    .select('id')
    .where('email', '=', email.toLowerCase())
    .where('emailVerified', '=', sql<number>`true`)
    .executeTakeFirst()
  return found?.id ?? null
}
