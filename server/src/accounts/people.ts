/**
 * The organisation: units in a tree, and who belongs to them with which office. Who may do what
 * follows from it in permissions.ts; how people prove who they are is in accounts.ts.
 */
import type { Expression, ExpressionBuilder, Kysely, Nullable, SqlBool, Transaction } from 'kysely'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import { newId, unitId, userId, type UnitId, type UserId } from '@soanchung/shared/ids.ts'
import type { Actor, HolderId } from '@soanchung/shared/permissions.ts'
import type { ListedPerson, Me, Presence, Unit } from '@soanchung/shared/protocol.ts'
import { dayOf, nameOn, namesAsOf } from '@soanchung/shared/units/names.ts'
import type { Tables } from '../storage/tables.ts'
import { placeholderEmail } from './email.ts'

/** Every unit of the installation as of today, oldest first. */
export async function listUnits(query: Kysely<Tables>): Promise<Unit[]> {
  const today = dayOf(Date.now())
  const units = await query
    .selectFrom('units')
    .select(['id', 'colour', 'closed_on'])
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const names = Map.groupBy(
    await query.selectFrom('unit_names').selectAll().orderBy('since').execute(),
    (row) => row.unit_id,
  )
  const parents = new Map(
    (await query.selectFrom('unit_edges').selectAll().where('kind', '=', 'under').execute()).map((edge) => [
      edge.unit_id,
      edge.other_id,
    ]),
  )
  return units.map(({ id, colour, closed_on }) => ({
    id,
    colour,
    ...namesAsOf(names.get(id) ?? [], today),
    parent: parents.get(id) ?? null,
    ...(closed_on === null ? {} : { closedOn: closed_on }),
  }))
}

/** The first unit that a person is put into is the one that others see them in. */
export async function addMember(
  query: Kysely<Tables>,
  member: { unit: UnitId; user: UserId; office: string },
): Promise<void> {
  const before = await query
    .selectFrom('unit_members')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where('user_id', '=', member.user)
    .executeTakeFirstOrThrow()
  await query
    .insertInto('unit_members')
    .values({ unit_id: member.unit, user_id: member.user, office: member.office, position: Number(before.count) })
    .onConflict((conflict) => conflict.columns(['unit_id', 'user_id']).doUpdateSet({ office: member.office }))
    .execute()
}

/** The person as their own screens show them; null where there is none of that id, or no longer. */
export async function readPerson(query: Kysely<Tables>, id: UserId): Promise<Me | null> {
  const person = await query
    .selectFrom('user')
    .select(['id', 'username', 'name', 'administrator'])
    .where('id', '=', id)
    .where('deactivated_at', 'is', null)
    .executeTakeFirst()
  if (person === undefined) return null
  const rows = await query
    .selectFrom('unit_members')
    .innerJoin('units', 'units.id', 'unit_members.unit_id')
    .innerJoin('unit_names', 'unit_names.unit_id', 'units.id')
    .leftJoin('unit_edges', (join) =>
      join.onRef('unit_edges.unit_id', '=', 'units.id').on('unit_edges.kind', '=', 'under'),
    )
    .select(['units.id', 'units.colour', 'unit_edges.other_id as parent', 'unit_members.office'])
    .select(['unit_names.since', 'unit_names.name', 'unit_names.symbol'])
    .where('unit_members.user_id', '=', id)
    .orderBy('unit_members.position')
    .orderBy('unit_names.since')
    .execute()
  const today = dayOf(Date.now())
  const units = [...Map.groupBy(rows, (row) => row.id).values()].flatMap((named) =>
    named.slice(0, 1).map(({ id: unit, colour, parent, office }) => {
      const { name, symbol } = nameOn(named, today)
      return { id: unit, name, symbol, colour, parent, office }
    }),
  )
  return { ...person, administrator: Number(person.administrator) === 1, units }
}

/** An account that is ready to be written: see `newUser` of the accounts. */
export interface NewUser {
  username: string
  name: string
  administrator: boolean
  /** Null for somebody who sets their password through an invitation. */
  passwordHash: string | null
}

/** `conflict.username` where the name is taken. The columns are better-auth's own. */
export async function insertUser(
  transaction: Transaction<Tables>,
  { username, name, administrator, passwordHash }: NewUser,
): Promise<Result<UserId>> {
  if ((await findUser(transaction, username)) !== null) return refuse('conflict.username', username)
  const id = newId<UserId>()
  const now = new Date().toISOString()
  const made = { createdAt: now, updatedAt: now }
  await transaction
    .insertInto('user')
    .values({
      id,
      name,
      email: placeholderEmail(username),
      image: null,
      username,
      displayUsername: username,
      administrator: administrator ? 1 : 0,
      ...made,
    })
    .execute()
  if (passwordHash === null) return accept(id)
  await transaction
    .insertInto('account')
    .values({ id: newId(), accountId: id, providerId: 'credential', userId: id, password: passwordHash, ...made })
    .execute()
  return accept(id)
}

export async function findUser(query: Kysely<Tables>, username: string): Promise<UserId | null> {
  const found = await query
    .selectFrom('user')
    .select('id')
    .where('username', '=', username.toLowerCase())
    .executeTakeFirst()
  return found === undefined ? null : userId.parse(found.id)
}

/** Everybody who belongs to a unit and can sign in, by name. */
export async function listPeople(query: Kysely<Tables>): Promise<ListedPerson[]> {
  return readListed(query, (where) =>
    where.and([where('unit_members.unit_id', 'is not', null), where('user.deactivated_at', 'is', null)]),
  )
}

/** Everybody who is one of these holders, or in a unit that is, by name. */
export async function holdingPeople(query: Kysely<Tables>, holders: readonly HolderId[]): Promise<ListedPerson[]> {
  if (holders.length === 0) return []
  const units = holders.flatMap((holder) => unitId.safeParse(holder).data ?? [])
  const people = holders.map((holder) => userId.parse(holder))
  const members = query.selectFrom('unit_members').select('user_id').where('unit_id', 'in', units)
  return readListed(query, (where) => where.or([where('user.id', 'in', people), where('user.id', 'in', members)]))
}

type PersonFilter = (
  where: ExpressionBuilder<Tables & { unit_members: Nullable<Tables['unit_members']> }, 'user' | 'unit_members'>,
) => Expression<SqlBool>

async function readListed(query: Kysely<Tables>, which: PersonFilter): Promise<ListedPerson[]> {
  const rows = await query
    .selectFrom('user')
    .leftJoin('unit_members', 'unit_members.user_id', 'user.id')
    .select(['user.id', 'user.name', 'unit_members.unit_id', 'unit_members.office'])
    .where(which)
    .orderBy('user.name')
    .orderBy('unit_members.position')
    .execute()
  const people = new Map<UserId, ListedPerson>()
  for (const { id, name, unit_id: unit, office } of rows) {
    const person = people.get(id) ?? { id, name, units: [], office: office ?? '' }
    if (unit !== null) person.units.push(unit)
    people.set(id, person)
  }
  return [...people.values()]
}

/** What decides about the rights of these people; without those that there are not, or no longer. */
export async function membershipsOf(
  query: Kysely<Tables>,
  people: readonly UserId[],
): Promise<Map<UserId, Pick<Actor, 'units' | 'administrator'>>> {
  if (people.length === 0) return new Map()
  const rows = await query
    .selectFrom('user')
    .leftJoin('unit_members', 'unit_members.user_id', 'user.id')
    .select(['user.id', 'user.administrator', 'unit_members.unit_id'])
    .where('user.id', 'in', people)
    .where('user.deactivated_at', 'is', null)
    .orderBy('unit_members.position')
    .execute()
  return new Map(
    [...Map.groupBy(rows, (row) => row.id)].map(([id, own]) => [
      id,
      {
        units: own.flatMap((row) => row.unit_id ?? []),
        administrator: own.some((row) => Number(row.administrator) === 1),
      },
    ]),
  )
}

export function actorOf(person: Me, scope: Actor['scope']): Actor {
  return { userId: person.id, units: person.units.map((unit) => unit.id), administrator: person.administrator, scope }
}

export function presenceOf(person: Me): Presence['user'] {
  const unit = person.units[0]
  return {
    id: person.id,
    name: person.name,
    unit: unit?.id ?? null,
    symbol: unit?.symbol ?? '',
    colour: unit?.colour ?? 0,
  }
}
