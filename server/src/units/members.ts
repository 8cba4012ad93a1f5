/**
 * People as administrators keep them: a name, the units that they belong to with an office in each,
 * and an account whose first password is told once. A person's units stand in order; the first is
 * the one that others see them in.
 */
import type { Kysely, Transaction } from 'kysely'
import type { z } from 'zod'
import type { AuditAction } from '@soanchung/shared/audit.ts'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { UserId } from '@soanchung/shared/ids.ts'
import { dayOf } from '@soanchung/shared/units/names.ts'
import type { changedPersonBody, newPersonBody, PersonBody, PersonRecord } from '@soanchung/shared/units/units.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { newPassword } from '../accounts/first-password.ts'
import { insertUser, type NewUser } from '../accounts/people.ts'
import { audit } from '../audit/trail.ts'
import type { Database } from '../storage/database.ts'
import type { Tables } from '../storage/tables.ts'
import { lockOrganisation, stampOf, whatDiffers } from './units.ts'

/** Everybody with an account, by user name. */
export async function readPeople(query: Kysely<Tables>): Promise<PersonRecord[]> {
  const people = await query
    .selectFrom('user')
    .select(['id', 'username', 'name', 'administrator', 'deactivated_at'])
    .orderBy('username')
    .execute()
  const members = Map.groupBy(
    await query.selectFrom('unit_members').selectAll().orderBy('position').execute(),
    (row) => row.user_id,
  )
  return people.map(({ administrator, deactivated_at, ...person }) =>
    recordOf({
      ...person,
      administrator: Number(administrator) === 1,
      active: deactivated_at === null,
      memberships: (members.get(person.id) ?? []).map(({ unit_id: unit, office }) => ({ unit, office })),
    }),
  )
}

function recordOf(person: Omit<PersonRecord, 'stamp'>): PersonRecord {
  const { name, administrator, memberships } = person
  return { ...person, stamp: stampOf([name, administrator, memberships.map(({ unit, office }) => [unit, office])]) }
}

/** `conflict.username` where the name is taken, `unit.unknown` for a unit that is not there or no more. */
export async function createPerson(
  database: Pick<Database, 'transaction'>,
  accounts: Pick<Accounts, 'newUser'>,
  actor: UserId | null,
  { username, name, administrator, memberships }: z.infer<typeof newPersonBody>,
  password = newPassword(),
): Promise<Result<{ person: PersonRecord; password: string }>> {
  const user = await accounts.newUser({ username, name, password, administrator })
  if (!user.ok) return user
  return database.transaction(async (transaction) => {
    await lockOrganisation(transaction)
    if (await namesUnknownUnit(transaction, memberships)) return refuse('unit.unknown')
    const made = await insertPerson(transaction, actor, user.value, memberships)
    if (!made.ok) return made
    const { username: handle, name: written } = user.value
    const person = { id: made.value, username: handle, name: written, administrator, active: true, memberships }
    return accept({ person: recordOf(person), password })
  })
}

/** Unchecked but for the user name, under the lock; also one person of an import. */
export async function insertPerson(
  transaction: Transaction<Tables>,
  actor: UserId | null,
  user: NewUser,
  memberships: PersonBody['memberships'],
): Promise<Result<UserId>> {
  const made = await insertUser(transaction, user)
  if (!made.ok) return made
  const { username, name, administrator } = user
  const detail = { username, name, administrator }
  await audit(transaction, { actor, action: 'person.created', subject: `person/${made.value}`, detail })
  await addMemberships(transaction, actor, made.value, memberships, 0)
  return made
}

/** Behind those that the person has: `position` is that of the first. */
export async function addMemberships(
  transaction: Transaction<Tables>,
  actor: UserId | null,
  user: UserId,
  memberships: PersonBody['memberships'],
  position: number,
): Promise<void> {
  for (const [index, { unit, office }] of memberships.entries()) {
    const place = { position: position + index }
    await transaction
      .insertInto('unit_members')
      .values({ unit_id: unit, user_id: user, office, ...place })
      .execute()
    await tell(transaction, actor, 'member.added', user, { unit, office })
  }
}

/**
 * `not.found`, `unit.unknown`; `conflict.changed` where the person is another than was seen; `person.self` where somebody would stop being an administrator by
 * their own hand, since then maybe nobody would be one.
 */
export function changePerson(
  database: Pick<Database, 'transaction'>,
  actor: UserId,
  id: UserId,
  { stamp, name, administrator, memberships }: z.infer<typeof changedPersonBody>,
): Promise<Result<PersonRecord>> {
  return database.transaction(async (transaction) => {
    await lockOrganisation(transaction)
    const before = (await readPeople(transaction)).find((person) => person.id === id)
    if (before === undefined) return refuse('not.found')
    if (whatDiffers(before, { name, administrator, memberships }) === null) return accept(before)
    if (stamp !== before.stamp) return refuse('conflict.changed')
    if (id === actor && !administrator) return refuse('person.self')
    const added = memberships.filter(({ unit }) => !before.memberships.some((one) => one.unit === unit))
    if (await namesUnknownUnit(transaction, added)) return refuse('unit.unknown')
    await transaction
      .updateTable('user')
      .set({ name, administrator: administrator ? 1 : 0, updatedAt: new Date().toISOString() })
      .where('id', '=', id)
      .execute()
    await transaction.deleteFrom('unit_members').where('user_id', '=', id).execute()
    for (const [position, { unit, office }] of memberships.entries()) {
      await transaction.insertInto('unit_members').values({ unit_id: unit, user_id: id, office, position }).execute()
    }
    const detail = whatDiffers(before, { name, administrator })
    if (detail !== null) await tell(transaction, actor, 'person.changed', id, detail)
    for (const { unit } of before.memberships) {
      if (!memberships.some((one) => one.unit === unit)) await tell(transaction, actor, 'member.removed', id, { unit })
    }
    for (const { unit, office } of memberships) {
      const old = before.memberships.find((one) => one.unit === unit)
      if (old?.office === office) continue
      await tell(transaction, actor, old === undefined ? 'member.added' : 'member.changed', id, { unit, office })
    }
    return accept(recordOf({ ...before, name, administrator, memberships }))
  })
}

function tell(
  transaction: Transaction<Tables>,
  actor: UserId | null,
  action: AuditAction,
  person: UserId,
  detail: Record<string, unknown>,
): Promise<void> {
  return audit(transaction, { actor, action, subject: `person/${person}`, detail })
}

/** Nobody is put into a unit that has ended; who was in it stays. */
async function namesUnknownUnit(
  transaction: Transaction<Tables>,
  memberships: PersonBody['memberships'],
): Promise<boolean> {
  if (memberships.length === 0) return false
  const wanted = memberships.map(({ unit }) => unit)
  const open = await transaction
    .selectFrom('units')
    .select('id')
    .where('id', 'in', wanted)
    .where((where) => where.or([where('closed_on', 'is', null), where('closed_on', '>', dayOf(Date.now()))]))
    .execute()
  return open.length < wanted.length
}
