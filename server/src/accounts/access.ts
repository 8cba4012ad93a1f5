/** How a person comes in, as their account screen and an administrator see it. */
import type { Kysely } from 'kysely'
import type { Account, PersonAccess } from '@soanchung/shared/accounts.ts'
import type { UserId } from '@soanchung/shared/ids.ts'
import type { Tables } from '../storage/tables.ts'
import { shownEmail } from './email.ts'
import { pendingInvitation } from './invitations.ts'
import { identityLinked } from './oidc.ts'
import type { SecondFactor } from './second-factor.ts'

/** Null where there is no such person. */
export async function readAccess(
  query: Kysely<Tables>,
  secondFactor: SecondFactor,
  user: UserId,
): Promise<PersonAccess | null> {
  const person = await query
    .selectFrom('user')
    .select(['email', 'emailVerified', 'deactivated_at'])
    .where('id', '=', user)
    .executeTakeFirst()
  if (person === undefined) return null
  const credential = await query
    .selectFrom('account')
    .select('id')
    .where('userId', '=', user)
    .where('providerId', '=', 'credential')
    .executeTakeFirst()
  return {
    active: person.deactivated_at === null,
    email: shownEmail(person.email),
    emailVerified: Boolean(person.emailVerified),
    hasPassword: credential !== undefined,
    secondFactor: await secondFactor.isOn(user),
    backupCodesLeft: await secondFactor.backupCodesLeft(user),
    identity: await identityLinked(query, user),
    invitedUntil: await pendingInvitation(query, user),
  }
}

export function accountOf({ active: _, invitedUntil: __, ...account }: PersonAccess): Account {
  return account
}
