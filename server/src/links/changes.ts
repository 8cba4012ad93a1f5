/**
 * Every change of links goes this way: one transaction under the one lock on all links of the
 * installation (they are rare, and a circle that two plans close at once must not come about), with
 * the roll-ups above what it touched, the notifications and the audit rows; then the open screens
 * of all plans that it is felt in are told. Changes of the registers come in the same way, from the
 * projection. The lock is taken first, then rows of plans, then the audit trail, everywhere in this
 * order, so that no two changes wait for each other.
 */
import type { Kysely, Transaction } from 'kysely'
import { accept, orThrow, refuse, RefusalError, type Result } from '@soanchung/shared/errors.ts'
import type { PlanId, TargetId, UserId } from '@soanchung/shared/ids.ts'
import type { Action, Actor, PlanAccess } from '@soanchung/shared/permissions.ts'
import { audit, type AuditEntry } from '../audit/trail.ts'
import { toHolders, type Notify, type PlanEvent } from '../notifications/notify.ts'
import { allowed, holdPlan } from '../plans/access.ts'
import type { RegisterChange, RegisterProjection } from '../registers/projection.ts'
import type { Database } from '../storage/database.ts'
import type { Tables } from '../storage/tables.ts'
import type { Sync } from '../sync/sync.ts'
import { addTargets, plansFromBelow, reckonPlan, reckonUpwards, type TargetsOf, type TurnedStale } from './roll-ups.ts'

/** What a change leaves to be done. */
export interface Change {
  /** Targets that have other values, allotments, contributions or results now. */
  touched: TargetsOf
  /** Plans whose own links are others now. */
  felt: readonly PlanId[]
  told: readonly Omit<PlanEvent, 'actor'>[]
  audited: readonly Omit<AuditEntry, 'actor' | 'plan'>[]
}

export interface LinkChanges {
  /** Decides inside the transaction, where nobody comes between. */
  decide(
    actor: Actor,
    plan: PlanId,
    action: Action,
    change: (transaction: Transaction<Tables>, access: PlanAccess) => Promise<Change>,
  ): Promise<Result<void>>
  /** The same inside a transaction of somebody else, who took the lock; tell() follows its end. */
  settle(transaction: Transaction<Tables>, actor: Actor | null, plan: PlanId, change: Change): Promise<Counts>
  tell(counts: Counts): void
  /** Makes all roll-ups again, plan by plan, unless it is stopped. */
  rebuild(): Promise<void>
  close(): Promise<void>
}

/** How often links of each plan have changed. */
export type Counts = ReadonlyMap<PlanId, number>

export interface LinkChangesOptions {
  database: Database
  registers: Pick<RegisterProjection, 'onChange' | 'settled'>
  notify: Notify
  sync: Pick<Sync, 'linksChanged'>
}

export function createLinkChanges({ database, registers, notify, sync }: LinkChangesOptions): LinkChanges {
  let isClosed = false
  let rebuilding: Promise<unknown> = Promise.resolve()

  async function settle(
    transaction: Transaction<Tables>,
    actor: Actor | null,
    plan: PlanId,
    { touched, felt, told, audited }: Change,
  ): Promise<Counts> {
    const { changed, turned } = await reckonUpwards(transaction, touched)
    const counts = await countLinks(transaction, new Set([...felt, ...changed]))
    const by = actor?.userId ?? null
    for (const event of told) await notify(transaction, { ...event, actor: by })
    // Who hears that they were given something need not hear that it is another now.
    const unheard = turned.filter((one) => !told.some((event) => event.plan === one.plan))
    for (const event of await staleEvents(transaction, by, unheard)) await notify(transaction, event)
    for (const entry of audited) await audit(transaction, { ...entry, actor: by, plan })
    return counts
  }

  async function registersChanged({ plan, targets, outline }: RegisterChange): Promise<void> {
    if (!(await isLinked(database.query, plan))) return
    const touched: TargetsOf = new Map([[plan, outline ? 'all' : new Set(targets)]])
    const counts = await database.transaction(async (transaction) => {
      await lockLinks(transaction)
      const below = await transaction
        .selectFrom('plan_links')
        .select('plan_id')
        .where('superior_id', '=', plan)
        .execute()
      const felt = below.map((row) => row.plan_id)
      return await settle(transaction, null, plan, { touched, felt, told: [], audited: [] })
    })
    sync.linksChanged(counts)
  }
  registers.onChange(registersChanged)

  return {
    settle,
    tell: (counts) => sync.linksChanged(counts),
    async decide(actor, plan, action, change) {
      const granted = await allowed(database.query, actor, action, plan)
      if (!granted.ok) return granted
      // What was typed a moment ago is there to be given and served.
      await registers.settled()
      try {
        const counts = await database.transaction(async (transaction) => {
          await lockLinks(transaction)
          await holdPlan(transaction, plan)
          const access = orThrow(await allowed(transaction, actor, action, plan))
          return await settle(transaction, actor, plan, await change(transaction, access))
        })
        sync.linksChanged(counts)
        return accept(undefined)
      } catch (error) {
        if (error instanceof RefusalError) return refuse(error.code, error.message)
        throw error
      }
    },
    rebuild() {
      const made = rebuildRollUps(database, { tell: (counts) => sync.linksChanged(counts), isOver: () => isClosed })
      rebuilding = Promise.allSettled([rebuilding, made])
      return made
    },
    async close() {
      isClosed = true
      await rebuilding
    },
  }
}

/** Makes all roll-ups again from the rows of registers and links, plan by plan from below, until `isOver`. */
export async function rebuildRollUps(
  database: Pick<Database, 'transaction'>,
  { tell, isOver }: { tell(counts: Counts): void; isOver(): boolean },
): Promise<void> {
  const plans = await database.transaction(async (transaction) => {
    await lockLinks(transaction)
    const all = await plansFromBelow(transaction)
    const isLinked = new Set(all)
    const kept = await transaction.selectFrom('target_rollups').select('plan_id').distinct().execute()
    const left = kept.flatMap(({ plan_id: plan }) => (isLinked.has(plan) ? [] : [plan]))
    if (left.length > 0) await transaction.deleteFrom('target_rollups').where('plan_id', 'in', left).execute()
    return all
  })
  for (const plan of plans) {
    if (isOver()) return
    const counts = await database.transaction(async (transaction) => {
      await lockLinks(transaction)
      const others = await reckonPlan(transaction, plan, 'all')
      return await countLinks(transaction, new Set(others.length > 0 ? [plan] : []))
    })
    tell(counts)
  }
}

/** Held until the transaction ends; to be taken before anything else. */
export async function lockLinks(transaction: Transaction<Tables>): Promise<void> {
  await transaction
    .updateTable('installation')
    .set((row) => ({ value: row.ref('value') }))
    .where('key', '=', 'links')
    .execute()
}

export function noChange(): Change {
  return { touched: new Map(), felt: [], told: [], audited: [] }
}

export function touching(plan: PlanId, targets: Iterable<TargetId> | 'all'): TargetsOf {
  const touched: TargetsOf = new Map()
  addTargets(touched, plan, targets)
  return touched
}

/** Most plans stand by themselves, and what is typed there is no change of links. */
async function isLinked(query: Kysely<Tables>, plan: PlanId): Promise<boolean> {
  const link = await query
    .selectFrom('plan_links')
    .select('plan_id')
    .where((row) => row.or([row('plan_id', '=', plan), row('superior_id', '=', plan)]))
    .limit(1)
    .executeTakeFirst()
  if (link !== undefined) return true
  const carrier = query.selectFrom('plan_carriers').select('plan_id').where('plan_id', '=', plan)
  return (await carrier.limit(1).executeTakeFirst()) !== undefined
}

async function countLinks(transaction: Transaction<Tables>, plans: ReadonlySet<PlanId>): Promise<Counts> {
  if (plans.size === 0) return new Map()
  const rows = await transaction
    .updateTable('plans')
    .set((row) => ({ links: row('links', '+', 1) }))
    .where('id', 'in', [...plans])
    .returning(['id', 'links'])
    .execute()
  return new Map(rows.map(({ id, links }) => [id, Number(links)]))
}

/** Each lead hears once of what turned stale at once, and once of each link until it is answered. */
async function staleEvents(
  transaction: Transaction<Tables>,
  actor: UserId | null,
  turned: readonly TurnedStale[],
): Promise<PlanEvent[]> {
  const events: PlanEvent[] = []
  for (const [plan, all] of Map.groupBy(turned, (one) => one.plan)) {
    const [first] = all
    if (first === undefined) continue
    events.push({
      ...{ kind: 'link.changed', plan, actor, to: await toHolders(transaction, [first.unit]) },
      detail: { target: first.name, targets: all.length },
      once: `link.changed/${plan}/${first.target}/${first.answeredAt}`,
    })
  }
  return events
}
