/**
 * The organisation: units in a tree, and who belongs to them with which office. Who may do what
 * follows from it in permissions.ts; how people prove who they are is in accounts.ts.
 */
import type { Kysely } from 'kysely'
import { userId, type UnitId, type UserId } from '@soanchung/shared/ids.ts'
import type { Actor } from '@soanchung/shared/permissions.ts'
import type { Me, PlanRecord, Presence, Unit } from '@soanchung/shared/protocol.ts'
import type { Tables } from '../storage/tables.ts'

/** Every unit of the installation, oldest first. */
export async function listUnits(query: Kysely<Tables>): Promise<Unit[]> {
  return query
    .selectFrom('units')
    .select(['id', 'name', 'symbol', 'colour', 'parent'])
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

export async function createUnit(query: Kysely<Tables>, unit: Unit): Promise<void> {
  await query
    .insertInto('units')
    .values({ ...unit, created_at: Date.now() })
    .execute()
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

/** The person as their own screens show them; null where there is none of that id. */
export async function readPerson(query: Kysely<Tables>, id: UserId): Promise<Me | null> {
  const person = await query
    .selectFrom('user')
    .select(['id', 'username', 'name', 'administrator'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (person === undefined) return null
  const units = await query
    .selectFrom('unit_members')
    .innerJoin('units', 'units.id', 'unit_members.unit_id')
    .select(['units.id', 'units.name', 'units.symbol', 'units.colour', 'units.parent', 'unit_members.office'])
    .where('unit_members.user_id', '=', id)
    .orderBy('unit_members.position')
    .execute()
  return { ...person, administrator: Number(person.administrator) === 1, units }
}

export async function findUser(query: Kysely<Tables>, username: string): Promise<UserId | null> {
  const found = await query
    .selectFrom('user')
    .select('id')
    .where('username', '=', username.toLowerCase())
    .executeTakeFirst()
  return found === undefined ? null : userId.parse(found.id)
}

/** Everybody in one of these units, by name. */
export async function membersOf(query: Kysely<Tables>, units: readonly UnitId[]): Promise<PlanRecord['people']> {
  if (units.length === 0) return []
  const rows = await query
    .selectFrom('unit_members')
    .innerJoin('user', 'user.id', 'unit_members.user_id')
    .select(['user.id', 'user.name', 'unit_members.unit_id', 'unit_members.office'])
    .where('unit_members.unit_id', 'in', units)
    .orderBy('user.name')
    .orderBy('unit_members.position')
    .execute()
  const people = new Map<UserId, PlanRecord['people'][number]>()
  for (const { id, name, unit_id: unit, office } of rows) {
    const person = people.get(id)
    if (person === undefined) people.set(id, { id, name, units: [unit], office })
    else person.units.push(unit)
  }
  return [...people.values()]
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
