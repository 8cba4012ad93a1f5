/**
 * Whether a person may come in. Nobody is ever deleted, since documents and the trail name them;
 * who is deactivated cannot sign in, and all that let them in before is gone for good: sessions,
 * access tokens, invitations. What they have open is closed by the sync, which asks about sessions.
 */
import type { Kysely } from 'kysely'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { UserId } from '@soanchung/shared/ids.ts'
import { audit } from '../audit/trail.ts'
import type { Tables } from '../storage/tables.ts'

/** Idempotent; `not.found` where there is no such person. */
export async function setActive(
  query: Kysely<Tables>,
  actor: UserId | null,
  user: UserId,
  active: boolean,
): Promise<Result<void>> {
  return await query.transaction().execute(async (transaction) => {
    const person = await transaction
      .selectFrom('user')
      .select('deactivated_at')
      .where('id', '=', user)
      .executeTakeFirst()
    if (person === undefined) return refuse('not.found')
    if ((person.deactivated_at === null) === active) return accept(undefined)
    await transaction
      .updateTable('user')
      .set({ deactivated_at: active ? null : Date.now() })
      .where('id', '=', user)
      .execute()
    // On the way back too: somebody may have signed in while the account was being closed.
    await transaction.deleteFrom('session').where('userId', '=', user).execute()
    await transaction.deleteFrom('access_tokens').where('user_id', '=', user).execute()
    await transaction.deleteFrom('invitations').where('user_id', '=', user).execute()
    const action = active ? 'person.reactivated' : 'person.deactivated'
    await audit(transaction, { actor, action, subject: `person/${user}` })
    return accept(undefined)
  })
}
