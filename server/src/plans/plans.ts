/**
 * Plans as the server keeps them: which there are, who has which role, whose part is whose. Every
 * question names the actor and is answered through `can()`; a plan that the actor may not read is
 * "not found", without a word more. Text, targets and outline stand in the documents; type,
 * subject and time in the rows are a projection of them (projection.ts).
 */
import type { Kysely, Transaction } from 'kysely'
import { accept, RefusalError, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { PartId, PlanId } from '@soanchung/shared/ids.ts'
import {
  actions,
  can,
  holdersOf,
  planRoles,
  type Action,
  type Actor,
  type PlanAccess,
  type PlanRole,
} from '@soanchung/shared/permissions.ts'
import { outlineDocument, partDocument } from '@soanchung/shared/plan/documents.ts'
import type { FetchDocumentsBody, PlanBoard, PlanRecord, PlanSummary, Unit } from '@soanchung/shared/protocol.ts'
import { holdingPeople, listUnits } from '../accounts/people.ts'
import { audit } from '../audit/trail.ts'
import type { Database } from '../storage/database.ts'
import type { Tables } from '../storage/tables.ts'
import type { Sync } from '../sync/sync.ts'
import { startThread } from '../thread.ts'
import { allowed, countRights, planOfPart } from './access.ts'
import { readBoard } from './board.ts'
import type { NewPlan } from './new-plan.ts'
import type { Projection } from './projection.ts'
import type { StoredPlan } from './stored-plan.ts'

export interface Plans {
  /**
   * Makes the rows and all first documents in one transaction, out of the JSON of a CreatePlanBody.
   * Idempotent: the same plan id from the same person answers as before. `not.allowed` for a unit
   * that is not the person's own, `conflict.exists` for ids that are taken.
   */
  create(actor: Actor, body: Uint8Array): Promise<Result<PlanSummary>>
  /** Every plan in which one of the actor's units has a role, the latest change first. */
  list(actor: Actor): Promise<PlanSummary[]>
  record(actor: Actor, plan: PlanId): Promise<Result<PlanRecord>>
  /** What the drafting board shows besides the record and the documents. */
  board(actor: Actor, plan: PlanId): Promise<Result<PlanBoard>>
  /** What the device lacks of the outline and all parts, as one answer in lib0 encoding. */
  fetchDocuments(actor: Actor, plan: PlanId, have: FetchDocumentsBody['have']): Promise<Result<Uint8Array>>
  /** The row of a new part; idempotent, `conflict.exists` where another plan has it. */
  createPart(actor: Actor, plan: PlanId, part: PartId): Promise<Result<void>>
  /** The whole plan as it is now, to be exported, and the units by whose names it is read. */
  stored(actor: Actor, plan: PlanId): Promise<Result<{ plan: StoredPlan; units: Unit[] }>>
  close(): Promise<void>
}

export interface PlansOptions {
  database: Database
  projection: Projection
  sync: Pick<Sync, 'writeDocument' | 'readUpdates' | 'fetchDocuments' | 'rightsChanged'>
}

export function createPlans({ database, projection, sync }: PlansOptions): Plans {
  const { query } = database
  const reader = startThread<Uint8Array, Result<NewPlan>>(new URL('./new-plan-worker.ts', import.meta.url), 1024)

  async function list(actor: Actor, only?: PlanId): Promise<PlanSummary[]> {
    const holders = holdersOf(actor)
    let visible = query
      .selectFrom('plans')
      .innerJoin('plan_roles', 'plan_roles.plan_id', 'plans.id')
      .selectAll('plans')
      .select('plan_roles.role')
      .where('plan_roles.holder_id', 'in', holders)
    if (only !== undefined) visible = visible.where('plans.id', '=', only)
    const rows = await visible.execute()
    const ids = [...new Set(rows.map((row) => row.id))]
    if (ids.length === 0) return []
    const projected = await projection.plans(ids)
    const own = await projection.givenParts(ids, holders)
    const summaries = ids.map((id): PlanSummary => {
      const ofPlan = rows.filter((row) => row.id === id)
      const [row, stated] = [ofPlan[0], projected.get(id)]
      if (row === undefined || stated === undefined) throw new RefusalError('server.failed', `plan ${id} vanished`)
      const roles = ofPlan.map((one) => one.role)
      return {
        id,
        type: stated.type,
        subject: stated.subject,
        stage: row.stage,
        role: bestRole(roles),
        leadUnit: row.lead_unit,
        ownParts: own.get(id) ?? [],
        updatedAt: Math.max(row.created_at, stated.changedAt),
      }
    })
    return summaries.sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1))
  }

  return {
    list,

    async create(actor, body) {
      if (actor.scope !== 'write') return refuse('not.allowed')
      const read = await reader.ask(body)
      if (!read.ok) return read
      const plan = read.value
      if (!actor.units.includes(plan.leadUnit)) return refuse('not.allowed')
      const before = await query.selectFrom('plans').selectAll().where('id', '=', plan.id).executeTakeFirst()
      if (before !== undefined) {
        const isSame = before.created_by === actor.userId && before.lead_unit === plan.leadUnit
        return isSame ? summaryOf(await list(actor, plan.id)) : refuse('conflict.exists')
      }
      const written = await sync.writeDocument({
        commandId: `create-plan/${plan.id}`,
        // There are no rights on a plan before it is there; who may make one was decided above.
        actor: null,
        userId: actor.userId,
        first: plan.documents,
        alsoInTransaction: (transaction) => insertPlan(transaction, actor, plan),
      })
      return written.ok ? summaryOf(await list(actor, plan.id)) : written
    },

    async record(actor, plan) {
      const granted = await allowed(query, actor, 'plan.read', plan)
      if (!granted.ok) return granted
      const access = granted.value
      const work = await query
        .selectFrom('plan_parts')
        .select(['part_id', 'reason', 'deadline', 'note'])
        .where('plan_id', '=', plan)
        .execute()
      const agreed = new Map(work.map(({ part_id: part, ...rest }) => [part, rest]))
      const roles = [...access.roles].map(([holder, role]) => ({ holder, role }))
      return accept({
        id: plan,
        stage: access.stage,
        rights: access.rights,
        epoch: database.epoch,
        roles,
        parts: [...access.parts].map(([id, { holders, status }]) => ({
          ...{ reason: '', deadline: '', note: '' },
          ...agreed.get(id),
          ...{ id, holders: [...holders], status, mayWrite: can(actor, 'part.write', access, id) },
        })),
        waitingDrafts: can(actor, 'draft.settle', access, [...access.parts.keys()][0])
          ? await countWaiting(query, plan)
          : 0,
        may: actions.filter((action) => mayAlways(actor, action, access)),
        units: await listUnits(query),
        people: await holdingPeople(
          query,
          roles.map(({ holder }) => holder),
        ),
      })
    },

    async board(actor, plan) {
      const granted = await allowed(query, actor, 'plan.read', plan)
      return granted.ok ? accept(await readBoard(query, plan)) : granted
    },

    async fetchDocuments(actor, plan, have) {
      const granted = await allowed(query, actor, 'plan.read', plan)
      if (!granted.ok) return granted
      const names = [outlineDocument(plan), ...[...granted.value.parts.keys()].map(partDocument)]
      return accept(await sync.fetchDocuments(names, have))
    },

    async createPart(actor, plan, part) {
      const granted = await allowed(query, actor, 'part.create', plan)
      if (!granted.ok) return granted
      if (granted.value.parts.has(part)) return accept(undefined)
      await database.transaction(async (transaction) => {
        const made = await transaction
          .insertInto('plan_parts')
          .values({ part_id: part, plan_id: plan, created_by: actor.userId, created_at: Date.now() })
          .onConflict((conflict) => conflict.column('part_id').doNothing())
          .executeTakeFirst()
        if (made.numInsertedOrUpdatedRows !== 1n) return
        await countRights(transaction, plan)
        await audit(transaction, { actor: actor.userId, action: 'part.created', plan, subject: `part/${part}` })
      })
      if ((await planOfPart(query, part)) !== plan) return refuse('conflict.exists')
      await sync.rightsChanged(plan)
      return accept(undefined)
    },

    async stored(actor, plan) {
      const granted = await allowed(query, actor, 'plan.export', plan)
      if (!granted.ok) return granted
      const ids = [...granted.value.parts.keys()]
      const updates = await sync.readUpdates([outlineDocument(plan), ...ids.map(partDocument)])
      return accept({
        plan: {
          id: plan,
          outline: updates.get(outlineDocument(plan)) ?? [],
          parts: new Map(ids.map((id) => [id, updates.get(partDocument(id)) ?? []])),
        },
        units: await listUnits(query),
      })
    },

    close: () => reader.close(),
  }
}

async function insertPlan(
  transaction: Transaction<Tables>,
  actor: Actor,
  { id, leadUnit, meta, parts }: NewPlan,
): Promise<void> {
  const made = { created_by: actor.userId, created_at: Date.now() }
  await transaction
    .insertInto('plans')
    .values({ id, lead_unit: leadUnit, stage: 'drafting', ...made, ...meta, updated_at: 0 })
    .execute()
  await transaction.insertInto('plan_roles').values({ plan_id: id, holder_id: leadUnit, role: 'lead' }).execute()
  await audit(transaction, {
    ...{ actor: actor.userId, action: 'plan.created', plan: id, subject: `plan/${id}` },
    detail: { leadUnit, parts: parts.size },
  })
  const ids = [...parts.keys()]
  if (ids.length === 0) return
  // Here, where nobody comes between: a second request of the same command never gets this far.
  const taken = await transaction.selectFrom('plan_parts').select('part_id').where('part_id', 'in', ids).execute()
  if (taken.length > 0) throw new RefusalError('conflict.exists', taken[0]?.part_id)
  await transaction
    .insertInto('plan_parts')
    .values([...parts].map(([part, listed]) => ({ part_id: part, plan_id: id, ...made, ...listed })))
    .execute()
}

async function countWaiting(query: Kysely<Tables>, plan: PlanId): Promise<number> {
  const { count } = await query
    .selectFrom('handed_drafts')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where('plan_id', '=', plan)
    .where('settled_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** What is about a part, with every part of the plan and not only with one's own. */
function mayAlways(actor: Actor, action: Action, access: PlanAccess): boolean {
  const [part] = access.parts.keys()
  const nobodys: PlanAccess = {
    ...access,
    parts: new Map(part === undefined ? [] : [[part, { holders: [], status: 'drafting' }]]),
  }
  return can(actor, action, nobodys, part)
}

function bestRole(roles: readonly PlanRole[]): PlanRole {
  return planRoles.find((role) => roles.includes(role)) ?? 'reader'
}

function summaryOf(plans: readonly PlanSummary[]): Result<PlanSummary> {
  const [plan] = plans
  return plan === undefined ? refuse('not.found') : accept(plan)
}
