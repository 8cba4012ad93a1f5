/**
 * Plans as the server keeps them: which there are, who has which role, whose part is whose. Every
 * question names the actor and is answered through `can()`; a plan that the actor may not read is
 * "not found", without a word more. Text, targets and outline stand in the documents; type,
 * subject and time in the rows are a projection of them, brought up to date when plans are listed.
 */
import { sql, type Transaction } from 'kysely'
import type { z } from 'zod'
import { accept, RefusalError, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { PartId, PlanId, UnitId } from '@soanchung/shared/ids.ts'
import {
  can,
  planRoles,
  type Action,
  type Actor,
  type PlanAccess,
  type PlanRole,
} from '@soanchung/shared/permissions.ts'
import { readBody } from '@soanchung/shared/plan/blocks.ts'
import { outlineDocument, partDocument } from '@soanchung/shared/plan/documents.ts'
import { countTopHeadings } from '@soanchung/shared/plan/numbering.ts'
import { planTypes, readMeta } from '@soanchung/shared/plan/meta.ts'
import { readOutline } from '@soanchung/shared/plan/outline.ts'
import type { FetchDocumentsBody, PlanRecord, planUnitBody, PlanSummary, Unit } from '@soanchung/shared/protocol.ts'
import { listUnits, membersOf } from '../accounts/people.ts'
import type { Database } from '../storage/database.ts'
import type { Tables } from '../storage/tables.ts'
import type { Sync } from '../sync/sync.ts'
import { startThread } from '../thread.ts'
import { planAccess, planOfPart } from './access.ts'
import { listParts, type NewPlan } from './new-plan.ts'
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
  /** What the device lacks of the outline and all parts, as one answer in lib0 encoding. */
  fetchDocuments(actor: Actor, plan: PlanId, have: FetchDocumentsBody['have']): Promise<Result<Uint8Array>>
  /** The row of a new part; idempotent, `conflict.exists` where another plan has it. */
  createPart(actor: Actor, plan: PlanId, part: PartId): Promise<Result<void>>
  /** Gives a part to these units and no others; units new to the plan become drafters. */
  assignPart(actor: Actor, plan: PlanId, part: PartId, units: readonly UnitId[]): Promise<Result<void>>
  /** Adds a unit or changes its role; the lead's own stays. */
  setUnitRole(actor: Actor, plan: PlanId, change: z.infer<typeof planUnitBody>): Promise<Result<void>>
  /** The whole plan as it is now, to be exported, and the units by whose names it is read. */
  stored(actor: Actor, plan: PlanId): Promise<Result<{ plan: StoredPlan; units: Unit[] }>>
  close(): Promise<void>
}

export interface PlansOptions {
  database: Database
  sync: Pick<Sync, 'writeDocument' | 'readDocument' | 'readUpdates' | 'fetchDocuments' | 'closeDocument' | 'notify'>
}

export function createPlans({ database, sync }: PlansOptions): Plans {
  const { query } = database
  const reader = startThread<Uint8Array, Result<NewPlan>>(new URL('./new-plan-worker.ts', import.meta.url), 1024)

  /** The plan's access where the actor may do this; 404 for who may not even read it, else 403. */
  async function allowed(actor: Actor, action: Action, plan: PlanId, part?: PartId): Promise<Result<PlanAccess>> {
    const access = await planAccess(query, plan)
    if (access === null || !can(actor, 'plan.read', access)) return refuse('not.found')
    if (part !== undefined && !access.partUnits.has(part)) return refuse('not.found')
    if (can(actor, action, access, part)) return accept(access)
    return refuse(access.stage === 'issued' && actor.scope === 'write' ? 'plan.issued' : 'not.allowed')
  }

  async function list(actor: Actor, only?: PlanId): Promise<PlanSummary[]> {
    if (actor.units.length === 0) return []
    let visible = query
      .selectFrom('plans')
      .innerJoin('plan_units', 'plan_units.plan_id', 'plans.id')
      .selectAll('plans')
      .select('plan_units.role')
      .where('plan_units.unit_id', 'in', actor.units)
    if (only !== undefined) visible = visible.where('plans.id', '=', only)
    const rows = await visible.execute()
    const ids = [...new Set(rows.map((row) => row.id))]
    if (ids.length === 0) return []
    const changed = await changeTimes(ids)
    const projected = new Map<PlanId, Pick<PlanSummary, 'type' | 'subject'>>()
    for (const row of rows) {
      if (!projected.has(row.id)) projected.set(row.id, await project(row, changed.get(row.id) ?? 0))
    }
    const own = await ownParts(ids, actor.units)
    const summaries = ids.map((id): PlanSummary => {
      const ofPlan = rows.filter((row) => row.id === id)
      const [row, stated] = [ofPlan[0], projected.get(id)]
      if (row === undefined || stated === undefined) throw new RefusalError('server.failed', `plan ${id} vanished`)
      const roles = ofPlan.map((one) => one.role)
      return {
        id,
        ...stated,
        stage: row.stage,
        role: bestRole(roles),
        leadUnit: row.lead_unit,
        ownParts: (own.get(id) ?? []).map((part) => ({ ...part, changedAt: Math.max(row.created_at, part.changedAt) })),
        updatedAt: Math.max(row.created_at, changed.get(id) ?? 0),
      }
    })
    return summaries.sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1))
  }

  /** Type, subject and living parts of a plan, read anew where a document changed since they were stored. */
  async function project(row: Tables['plans'], changedAt: number): Promise<Pick<PlanSummary, 'type' | 'subject'>> {
    const stored = planTypes.find((type) => type === row.type)
    if (stored !== undefined && row.updated_at >= changedAt) return { type: stored, subject: row.subject }
    const outline = await sync.readDocument(outlineDocument(row.id))
    const { type, subject, style } = readMeta(outline)
    const living = readOutline(outline).inOrder
    // Parts below a part are counted on from the headings in its text.
    const headings = new Map<PartId, number>()
    for (const { id, children } of living) {
      if (children.length === 0) continue
      const part = await sync.readDocument(partDocument(id))
      headings.set(id, countTopHeadings(readBody(part.getXmlFragment('body')).blocks))
    }
    const shown = listParts(living, style, (id) => headings.get(id) ?? 0)
    await database.transaction(async (transaction) => {
      const parts = await transaction.selectFrom('plan_parts').selectAll().where('plan_id', '=', row.id).execute()
      for (const { part_id, in_outline, number, title } of parts) {
        const now = shown.get(part_id) ?? { in_outline: 0, number, title }
        if (now.in_outline === in_outline && now.number === number && now.title === title) continue
        await transaction.updateTable('plan_parts').set(now).where('part_id', '=', part_id).execute()
      }
      await transaction
        .updateTable('plans')
        .set({ type, subject, updated_at: changedAt })
        .where('id', '=', row.id)
        .execute()
    })
    return { type, subject }
  }

  /** When any document of each plan changed last. */
  async function changeTimes(ids: readonly PlanId[]): Promise<Map<PlanId, number>> {
    const [outlines, parts] = await Promise.all([
      query
        .selectFrom('documents')
        .select(['name', 'changed_at'])
        .where('name', 'in', ids.map(outlineDocument))
        .execute(),
      query
        .selectFrom('plan_parts')
        .innerJoin('documents', (join) => join.on('documents.name', '=', sql`'part/' || plan_parts.part_id`))
        .select((row) => ['plan_parts.plan_id', row.fn.max('documents.changed_at').as('changed_at')])
        .where('plan_parts.plan_id', 'in', ids)
        .groupBy('plan_parts.plan_id')
        .execute(),
    ])
    const outlineTimes = new Map(outlines.map((row) => [row.name, row.changed_at]))
    const partTimes = new Map(parts.map((row) => [row.plan_id, Number(row.changed_at)]))
    return new Map(ids.map((id) => [id, Math.max(outlineTimes.get(outlineDocument(id)) ?? 0, partTimes.get(id) ?? 0)]))
  }

  async function ownParts(
    ids: readonly PlanId[],
    units: readonly UnitId[],
  ): Promise<Map<PlanId, PlanSummary['ownParts']>> {
    const rows = await query
      .selectFrom('plan_parts')
      .leftJoin('documents', (join) => join.on('documents.name', '=', sql`'part/' || plan_parts.part_id`))
      .select(['plan_parts.plan_id', 'part_id', 'number', 'title', 'documents.changed_at'])
      .where('plan_parts.plan_id', 'in', ids)
      .where('in_outline', '>', 0)
      .where('part_id', 'in', query.selectFrom('part_units').select('part_id').where('unit_id', 'in', units))
      .orderBy('in_outline')
      .execute()
    const own = Map.groupBy(rows, (row) => row.plan_id)
    return new Map(
      [...own].map(([plan, parts]) => [
        plan,
        parts.map(({ part_id, number, title, changed_at }) => {
          return { id: part_id, number, title, changedAt: Number(changed_at ?? 0) }
        }),
      ]),
    )
  }

  async function unknownUnits(units: readonly UnitId[]): Promise<boolean> {
    if (units.length === 0) return false
    const known = await query.selectFrom('units').select('id').where('id', 'in', units).execute()
    return known.length < new Set(units).size
  }

  /** Rights are decided when a document is opened, so the touched ones are opened anew. */
  function rightsChanged(plan: PlanId, parts: Iterable<PartId>): void {
    for (const part of parts) sync.closeDocument(partDocument(part), 'not.allowed')
    sync.notify(plan, { type: 'record-changed', planId: plan })
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
      const granted = await allowed(actor, 'plan.read', plan)
      if (!granted.ok) return granted
      const access = granted.value
      const roles = [...access.roles].map(([unit, role]) => ({ unit, role }))
      return accept({
        id: plan,
        stage: access.stage,
        epoch: database.epoch,
        roles,
        parts: [...access.partUnits].map(([id, units]) => ({
          id,
          units: [...units],
          mayWrite: can(actor, 'part.write', access, id),
        })),
        mayWriteOutline: can(actor, 'outline.write', access),
        units: await listUnits(query),
        people: await membersOf(
          query,
          roles.map(({ unit }) => unit),
        ),
      })
    },

    async fetchDocuments(actor, plan, have) {
      const granted = await allowed(actor, 'plan.read', plan)
      if (!granted.ok) return granted
      const names = [outlineDocument(plan), ...[...granted.value.partUnits.keys()].map(partDocument)]
      return accept(await sync.fetchDocuments(names, have))
    },

    async createPart(actor, plan, part) {
      const granted = await allowed(actor, 'part.create', plan)
      if (!granted.ok) return granted
      await query
        .insertInto('plan_parts')
        .values({ part_id: part, plan_id: plan, created_by: actor.userId, created_at: Date.now() })
        .onConflict((conflict) => conflict.column('part_id').doNothing())
        .execute()
      if ((await planOfPart(query, part)) !== plan) return refuse('conflict.exists')
      if (!granted.value.partUnits.has(part)) rightsChanged(plan, [])
      return accept(undefined)
    },

    async assignPart(actor, plan, part, units) {
      const granted = await allowed(actor, 'part.assign', plan, part)
      if (!granted.ok) return granted
      const { roles } = granted.value
      const mayNotDraft = units.some((unit) => roles.get(unit) === 'reviewer' || roles.get(unit) === 'reader')
      if (mayNotDraft || (await unknownUnits(units))) return refuse('input.invalid', 'units')
      const given = [...new Set(units)]
      const fresh = given.filter((unit) => !roles.has(unit))
      await database.transaction(async (transaction) => {
        for (const unit of fresh) {
          await transaction.insertInto('plan_units').values({ plan_id: plan, unit_id: unit, role: 'drafter' }).execute()
        }
        await transaction.deleteFrom('part_units').where('part_id', '=', part).execute()
        for (const unit of given) {
          await transaction.insertInto('part_units').values({ part_id: part, unit_id: unit }).execute()
        }
      })
      rightsChanged(plan, [part])
      return accept(undefined)
    },

    async setUnitRole(actor, plan, { unit, role }) {
      const granted = await allowed(actor, 'part.assign', plan)
      if (!granted.ok) return granted
      const { partUnits, roles } = granted.value
      if (roles.get(unit) === 'lead' || (await unknownUnits([unit]))) return refuse('input.invalid', 'unit')
      await query
        .insertInto('plan_units')
        .values({ plan_id: plan, unit_id: unit, role })
        .onConflict((conflict) => conflict.columns(['plan_id', 'unit_id']).doUpdateSet({ role }))
        .execute()
      const touched = [...partUnits].filter(([, units]) => units.includes(unit)).map(([part]) => part)
      rightsChanged(plan, touched)
      return accept(undefined)
    },

    async stored(actor, plan) {
      const granted = await allowed(actor, 'plan.export', plan)
      if (!granted.ok) return granted
      const ids = [...granted.value.partUnits.keys()]
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
  await transaction.insertInto('plan_units').values({ plan_id: id, unit_id: leadUnit, role: 'lead' }).execute()
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

function bestRole(roles: readonly PlanRole[]): PlanRole {
  return planRoles.find((role) => roles.includes(role)) ?? 'reader'
}

function summaryOf(plans: readonly PlanSummary[]): Result<PlanSummary> {
  const [plan] = plans
  return plan === undefined ? refuse('not.found') : accept(plan)
}
