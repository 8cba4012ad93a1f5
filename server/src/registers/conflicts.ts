/**
 * Values of cells that somebody replaced without having seen them: recorded once for each loss, told
 * to whoever lost the value, and settled when they say so or write the cell again. Until then the
 * record follows what stands in the cell.
 */
import { equalityDeep } from 'lib0/function'
import type { Kysely, Transaction } from 'kysely'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import { newId, targetId, type PartId, type PlanId, type TargetId, type UserId } from '@soanchung/shared/ids.ts'
import type { CellConflict } from '@soanchung/shared/links/links.ts'
import type { Actor } from '@soanchung/shared/permissions.ts'
import { partDocument } from '@soanchung/shared/plan/documents.ts'
import { target } from '@soanchung/shared/targets/register.ts'
import { allowed } from '../plans/access.ts'
import type { Tables } from '../storage/tables.ts'
import { slices } from './plan-rows.ts'
import type { CellEvent } from './read-part.ts'

/** What the new rows of one part's log did to its cells, in their order. */
export interface PartEvents {
  part: PartId
  events: readonly CellEvent[]
  /** When each row came. */
  at(row: number): number
}

type Conflict = Tables['cell_conflicts']
type Place = Pick<Conflict, 'part_id' | 'register' | 'entry_id' | 'field'>

/** The actor's own that are not settled. */
export async function listConflicts(
  query: Kysely<Tables>,
  actor: Actor,
  plan: PlanId,
): Promise<Result<CellConflict[]>> {
  const granted = await allowed(query, actor, 'plan.read', plan)
  if (!granted.ok) return granted
  const rows = await query
    .selectFrom('cell_conflicts')
    .selectAll()
    .where('loser', '=', actor.userId)
    .where('plan_id', '=', plan)
    .where('settled_at', 'is', null)
    .orderBy('at')
    .orderBy('id')
    .execute()
  return accept(
    rows.map(({ id, part_id, register, entry_id, field, lost, won, winner, at }) => ({
      ...{ id, part: part_id, register, entry: entry_id, field },
      ...{ lost: JSON.parse(lost), won: JSON.parse(won), by: winner ?? '', at: Number(at) },
    })),
  )
}

/** Does nothing where it is settled; `not.found` for one that another lost. */
export async function settleConflict(
  query: Kysely<Tables>,
  actor: Actor,
  plan: PlanId,
  conflict: string,
): Promise<Result<void>> {
  const granted = await allowed(query, actor, 'plan.read', plan)
  if (!granted.ok) return granted
  const own = await query
    .selectFrom('cell_conflicts')
    .select('settled_at')
    .where('id', '=', conflict)
    .where('plan_id', '=', plan)
    .where('loser', '=', actor.userId)
    .executeTakeFirst()
  if (own === undefined) return refuse('not.found')
  if (own.settled_at === null) {
    await query
      .updateTable('cell_conflicts')
      .set({ settled_at: Date.now() })
      .where('id', '=', conflict)
      .where('settled_at', 'is', null)
      .execute()
    await countConflicts(query, plan)
  }
  return accept(undefined)
}

/**
 * How often conflicts of the plan have changed where somebody has to be told: of a new one, or that one is
 * settled or says something else now. Null otherwise.
 */
export async function recordConflicts(
  transaction: Transaction<Tables>,
  plan: PlanId,
  all: readonly PartEvents[],
): Promise<number | null> {
  const losses = all.flatMap(({ events }) => events.filter((event) => event.kind === 'lost'))
  const parts = new Set(all.flatMap(({ part, events }) => (events.length > 0 ? part : [])))
  for (const { movedTo } of losses) if (movedTo !== null) parts.add(movedTo)
  if (parts.size === 0) return null
  const stored = await transaction
    .selectFrom('cell_conflicts')
    .selectAll()
    .where('plan_id', '=', plan)
    .where('part_id', 'in', [...parts])
    .where('settled_at', 'is', null)
    .execute()
  if (stored.length === 0 && losses.length === 0) return null
  const authors = await authorsOf(transaction, all)
  const moved = await readMoved(transaction, plan, losses)
  /** By place; each loser has one at most. */
  const open = new Map<string, Map<UserId, Conflict>>()
  const at = (place: Place) => {
    const key = [place.part_id, place.register, place.entry_id, place.field].join(' ')
    const found = open.get(key) ?? new Map<UserId, Conflict>()
    open.set(key, found)
    return found
  }
  for (const conflict of stored) at(conflict).set(conflict.loser, conflict)
  for (const { part, events, at: time } of all) {
    for (const event of events) {
      const place: Place = { part_id: part, register: event.register, entry_id: event.entry, field: event.field }
      if (event.kind === 'set') {
        const author = authors.get(`${part} ${event.author}`) ?? null
        const here = at(place)
        if (author !== null) here.delete(author)
        for (const conflict of here.values()) {
          here.set(conflict.loser, { ...conflict, won: event.value, winner: author })
        }
        continue
      }
      const { lost, movedTo } = event
      const loser = authors.get(`${part} ${event.loser}`)
      const stands =
        movedTo === null
          ? { won: event.won ?? 'null', winner: authors.get(`${part} ${event.winner}`) ?? null }
          : whatStands(moved.get(event.entry), event.field)
      // Two tabs of one person are of one mind; what goes into a moved entry is seen by nobody at all.
      const isOwn = movedTo === null && loser === stands.winner
      if (loser === undefined || isOwn || equalityDeep(JSON.parse(stands.won), JSON.parse(lost))) continue
      const there = movedTo === null ? place : { ...place, part_id: movedTo }
      const settling = { at: time(event.row), settled_at: null }
      at(there).set(loser, { id: newId(), plan_id: plan, ...there, lost, ...stands, loser, ...settling })
    }
  }
  const isOther = await write(
    transaction,
    stored,
    [...open.values()].flatMap((here) => [...here.values()]),
  )
  return isOther ? await countConflicts(transaction, plan) : null
}

async function countConflicts(query: Kysely<Tables>, plan: PlanId): Promise<number> {
  const { conflicts } = await query
    .updateTable('plans')
    .set((row) => ({ conflicts: row('conflicts', '+', 1) }))
    .where('id', '=', plan)
    .returning('conflicts')
    .executeTakeFirstOrThrow()
  return Number(conflicts)
}

async function write(
  transaction: Transaction<Tables>,
  stored: readonly Conflict[],
  open: readonly Conflict[],
): Promise<boolean> {
  const before = new Map(stored.map((conflict) => [conflict.id, conflict]))
  const now = new Set(open.map(({ id }) => id))
  const added = open.filter(({ id }) => !before.has(id))
  const other = open.filter(({ id, won, winner }) => {
    const old = before.get(id)
    return old !== undefined && (old.won !== won || old.winner !== winner)
  })
  const gone = stored.flatMap(({ id }) => (now.has(id) ? [] : id))
  const settled_at = Date.now()
  for (const ids of slices(gone)) {
    await transaction.updateTable('cell_conflicts').set({ settled_at }).where('id', 'in', ids).execute()
  }
  for (const { id, won, winner } of other) {
    await transaction.updateTable('cell_conflicts').set({ won, winner }).where('id', '=', id).execute()
  }
  for (const rows of slices(added)) await transaction.insertInto('cell_conflicts').values(rows).execute()
  return added.length + other.length + gone.length > 0
}

/** By part and Yjs client id; without the server and those that nobody is known for. */
async function authorsOf(
  transaction: Transaction<Tables>,
  all: readonly PartEvents[],
): Promise<ReadonlyMap<string, UserId>> {
  const authors = new Map<string, UserId>()
  for (const { part, events } of all) {
    const clients = new Set(
      events.flatMap((event) => (event.kind === 'set' ? event.author : [event.loser, event.winner ?? []].flat())),
    )
    for (const some of slices([...clients])) {
      const rows = await transaction
        .selectFrom('document_clients')
        .select(['client_id', 'user_id'])
        .where('document', '=', partDocument(part))
        .where('client_id', 'in', some)
        .execute()
      for (const { client_id, user_id } of rows) if (user_id !== null) authors.set(`${part} ${client_id}`, user_id)
    }
  }
  return authors
}

type StandingTarget = Pick<Tables['target_values'], 'content' | 'changed_by'>

/** The rows of targets that were written to where they do not live any more. */
async function readMoved(
  transaction: Transaction<Tables>,
  plan: PlanId,
  losses: readonly { entry: string; movedTo: PartId | null }[],
): Promise<ReadonlyMap<string, StandingTarget>> {
  const ids = losses.flatMap(({ entry, movedTo }) => (movedTo === null ? [] : (targetId.safeParse(entry).data ?? [])))
  const rows: (StandingTarget & { target_id: TargetId })[] = []
  for (const some of slices([...new Set(ids)])) {
    const found = transaction
      .selectFrom('target_values')
      .select(['target_id', 'content', 'changed_by'])
      .where('plan_id', '=', plan)
      .where('target_id', 'in', some)
    rows.push(...(await found.execute()))
  }
  return new Map(rows.map((row) => [row.target_id, row]))
}

function whatStands(row: StandingTarget | undefined, field: string): Pick<Conflict, 'won' | 'winner'> {
  if (row === undefined) return { won: 'null', winner: null }
  const content = target.parse(JSON.parse(row.content))
  const [, year] = field.split('.')
  const value: unknown = year === undefined ? Reflect.get(content, field) : content.values[year]
  return { won: JSON.stringify(value ?? null), winner: row.changed_by }
}
