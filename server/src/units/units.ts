/**
 * The tree of units as administrators keep it. Everything that changes it takes the same lock first,
 * so that what was checked (symbols, circles, units that are named) still holds when it is written.
 */
import type { Kysely, Transaction } from 'kysely'
import type { z } from 'zod'
import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { accept, refuse, type Refusal, type Result } from '@soanchung/shared/errors.ts'
import { newId, type UnitId, type UserId } from '@soanchung/shared/ids.ts'
import { dayOf, hasEnded, nameOn } from '@soanchung/shared/units/names.ts'
import {
  circleOf,
  sameSymbol,
  type DatedName,
  type UnitBody,
  type changedUnitBody,
  type UnitEdgeKind,
  type UnitRecord,
} from '@soanchung/shared/units/units.ts'
import { audit } from '../audit/trail.ts'
import type { Database } from '../storage/database.ts'
import type { Tables } from '../storage/tables.ts'

/** Every unit, oldest first, with all that administrators know of it. */
export async function readUnits(query: Kysely<Tables>): Promise<UnitRecord[]> {
  const units = await query.selectFrom('units').selectAll().orderBy('created_at').orderBy('id').execute()
  const names = Map.groupBy(
    await query.selectFrom('unit_names').selectAll().orderBy('since').execute(),
    (row) => row.unit_id,
  )
  const edges = Map.groupBy(
    await query.selectFrom('unit_edges').selectAll().orderBy('other_id').execute(),
    (row) => row.unit_id,
  )
  const signers = Map.groupBy(
    await query.selectFrom('unit_signers').selectAll().orderBy('position').execute(),
    (row) => row.unit_id,
  )
  return units.map((unit): UnitRecord => {
    const towards = (kind: UnitEdgeKind) =>
      (edges.get(unit.id) ?? []).filter((edge) => edge.kind === kind).map((edge) => edge.other_id)
    const body: UnitBody = {
      kind: unit.kind,
      level: unit.level,
      profile: unit.profile,
      colour: unit.colour,
      names: (names.get(unit.id) ?? []).map(({ since, name, symbol }) => ({ since, name, symbol })),
      parent: towards('under')[0] ?? null,
      guidedBy: towards('guided-by'),
      memberOf: towards('member-of'),
      signers: (signers.get(unit.id) ?? []).map(({ authority, office, name }) => ({ authority, office, name })),
      closedOn: unit.closed_on,
      mergedInto: unit.merged_into,
    }
    return { ...body, id: unit.id, stamp: stampOf(body) }
  })
}

/** Of what people can say of a record, with its fields always in the same order. */
export function stampOf(body: object): string {
  return hash('sha256', JSON.stringify(body), 'base64url')
}

/** `unit.symbol`, `unit.circle`, `unit.unknown`, `unit.end`: see `faultOf`. */
export function createUnit(
  database: Pick<Database, 'transaction'>,
  actor: UserId | null,
  body: UnitBody,
): Promise<Result<UnitRecord>> {
  return database.transaction(async (transaction) => {
    await lockOrganisation(transaction)
    const fault = faultOf(await readUnits(transaction), null, body)
    if (fault !== null) return { ok: false, error: fault }
    const id = newId<UnitId>()
    await insertUnits(transaction, actor, [{ id, body }])
    return await readUnit(transaction, id)
  })
}

/** Refused as `createUnit` does, with `not.found`, and with `conflict.changed` where it is another than was seen. */
export function changeUnit(
  database: Pick<Database, 'transaction'>,
  actor: UserId | null,
  id: UnitId,
  { stamp, ...body }: z.infer<typeof changedUnitBody>,
): Promise<Result<UnitRecord>> {
  return database.transaction(async (transaction) => {
    await lockOrganisation(transaction)
    const units = await readUnits(transaction)
    const before = units.find((unit) => unit.id === id)
    if (before === undefined) return refuse('not.found')
    const detail = whatDiffers(before, body)
    // Whoever sends the same again, since they never heard the answer, is told that it stands.
    if (detail === null) return accept(before)
    if (stamp !== before.stamp) return refuse('conflict.changed')
    const fault = faultOf(units, id, body)
    if (fault !== null) return { ok: false, error: fault }
    const { kind, level, profile, colour, closedOn: closed_on, mergedInto: merged_into } = body
    await transaction
      .updateTable('units')
      .set({ kind, level, profile, colour, closed_on, merged_into })
      .where('id', '=', id)
      .execute()
    for (const table of ['unit_names', 'unit_edges', 'unit_signers'] as const) {
      await transaction.deleteFrom(table).where('unit_id', '=', id).execute()
    }
    await insertDetails(transaction, id, body)
    await audit(transaction, { actor, action: 'unit.changed', subject: `unit/${id}`, detail })
    return await readUnit(transaction, id)
  })
}

async function readUnit(transaction: Transaction<Tables>, id: UnitId): Promise<Result<UnitRecord>> {
  const unit = (await readUnits(transaction)).find((one) => one.id === id)
  return unit === undefined ? refuse('not.found') : accept(unit)
}

/** The fields that are others now, as they are now; null where none is. */
export function whatDiffers(before: object, now: object): Record<string, unknown> | null {
  const old = new Map(Object.entries(before))
  const changed = Object.entries(now).filter(([field, value]) => !isDeepStrictEqual(old.get(field), value))
  return changed.length === 0 ? null : Object.fromEntries(changed)
}

/**
 * Unchecked: for what was checked as a whole under the lock, as an import is. They may name one
 * another in any order, and stand in lists in the order in which they come.
 */
export async function insertUnits(
  transaction: Transaction<Tables>,
  actor: UserId | null,
  units: readonly { id: UnitId; body: UnitBody }[],
): Promise<void> {
  const now = Date.now()
  for (const [index, { id, body }] of units.entries()) {
    const { kind, level, profile, colour, closedOn: closed_on, mergedInto: merged_into } = body
    const columns = { kind, level, profile, colour, closed_on, merged_into }
    await transaction
      .insertInto('units')
      .values({ id, ...columns, created_at: now + index })
      .execute()
  }
  for (const { id, body } of units) {
    await insertDetails(transaction, id, body)
    await audit(transaction, { actor, action: 'unit.created', subject: `unit/${id}`, detail: body })
  }
}

async function insertDetails(transaction: Transaction<Tables>, id: UnitId, body: UnitBody): Promise<void> {
  for (const name of body.names) {
    await transaction
      .insertInto('unit_names')
      .values({ unit_id: id, ...name })
      .execute()
  }
  const edges: [UnitEdgeKind, readonly UnitId[]][] = [
    ['under', body.parent === null ? [] : [body.parent]],
    ['guided-by', body.guidedBy],
    ['member-of', body.memberOf],
  ]
  for (const [kind, others] of edges) {
    for (const other of others) {
      await transaction.insertInto('unit_edges').values({ unit_id: id, kind, other_id: other }).execute()
    }
  }
  for (const [position, signer] of body.signers.entries()) {
    await transaction
      .insertInto('unit_signers')
      .values({ unit_id: id, position, ...signer })
      .execute()
  }
}

/** Held to the end of the transaction, in both engines: one administrator's change after the other. */
export async function lockOrganisation(transaction: Transaction<Tables>): Promise<void> {
  const mark = { key: 'organisation', value: '' }
  await transaction
    .insertInto('installation')
    .values(mark)
    .onConflict((conflict) => conflict.column('key').doUpdateSet(mark))
    .execute()
}

/** What keeps a unit from being as it is said; `id` is null for a new one. */
function faultOf(all: readonly UnitRecord[], id: UnitId | null, body: UnitBody): Refusal | null {
  const others = new Map(all.filter((unit) => unit.id !== id).map((unit) => [unit.id, unit]))
  const { parent, mergedInto, closedOn } = body
  if (parent !== null && parent === id) return { code: 'unit.circle' }
  const named = [...body.guidedBy, ...body.memberOf, ...[parent, mergedInto].filter((one) => one !== null)]
  if (named.some((one) => !others.has(one))) return { code: 'unit.unknown' }
  const up = (one: UnitId) => (one === id ? parent : others.get(one)?.parent)
  const on = (one: UnitId) => (one === id ? mergedInto : others.get(one)?.mergedInto)
  if (id !== null && (circleOf(id, up) ?? circleOf(id, on)) !== null) return { code: 'unit.circle' }
  if (mergedInto !== null && closedOn === null) return { code: 'unit.end' }
  if (closedOn !== null && (body.names.at(-1)?.since ?? '') >= closedOn) return { code: 'unit.end' }
  const taken = symbolsOf(body)
  const isDoubled = [...others.values()].some((unit) =>
    symbolsOf(unit).some((symbol) => taken.some((own) => sameSymbol(own, symbol))),
  )
  return isDoubled ? { code: 'unit.symbol' } : null
}

/** The symbols that a unit has or is going to have; none of one that is no more. */
export function symbolsOf({ names, closedOn }: { names: readonly DatedName[]; closedOn: string | null }): string[] {
  if (hasEnded({ closedOn })) return []
  const { since } = nameOn(names, dayOf(Date.now()))
  return names.filter((name) => name.since >= since).map((name) => name.symbol)
}
