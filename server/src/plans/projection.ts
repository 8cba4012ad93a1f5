/**
 * What lists show of documents without opening them: a plan's type and subject, the place and title
 * of each part, how far it is. Kept in the rows of plans and parts, and brought up to date when
 * somebody asks, only where a document has changed since. Everything here can be thrown away.
 */
import { sql, type Kysely } from 'kysely'
import { RefusalError } from '@soanchung/shared/errors.ts'
import type { PartId, PlanId } from '@soanchung/shared/ids.ts'
import type { HolderId } from '@soanchung/shared/permissions.ts'
import { readBody } from '@soanchung/shared/plan/blocks.ts'
import { outlineDocument, partDocument } from '@soanchung/shared/plan/documents.ts'
import { planTypes, readMeta } from '@soanchung/shared/plan/meta.ts'
import { countTopHeadings } from '@soanchung/shared/plan/numbering.ts'
import { readOutline } from '@soanchung/shared/plan/outline.ts'
import { partProgress } from '@soanchung/shared/plan/progress.ts'
import type { PlanSummary } from '@soanchung/shared/protocol.ts'
import { readRegisters } from '@soanchung/shared/targets/register.ts'
import type { Database } from '../storage/database.ts'
import type { Tables } from '../storage/tables.ts'
import type { Sync } from '../sync/sync.ts'
import { listParts } from './new-plan.ts'

export interface Projection {
  /** Type and subject of each plan, and when any of its documents changed last. */
  plans(ids: readonly PlanId[]): Promise<Map<PlanId, ProjectedPlan>>
  /** The parts of these plans that are given to one of the holders, in the order of the outline. */
  givenParts(ids: readonly PlanId[], holders: readonly HolderId[]): Promise<Map<PlanId, PlanSummary['ownParts']>>
}

interface ProjectedPlan extends Pick<PlanSummary, 'type' | 'subject'> {
  changedAt: number
}

const ofPart = sql<string>`'part/' || plan_parts.part_id`

export interface ProjectionOptions {
  database: Pick<Database, 'query' | 'transaction'>
  sync: Pick<Sync, 'readDocument'>
}

export function createProjection({ database, sync }: ProjectionOptions): Projection {
  const { query } = database

  async function project(id: PlanId, changedAt: number): Promise<ProjectedPlan> {
    const row = await query.selectFrom('plans').selectAll().where('id', '=', id).executeTakeFirst()
    if (row === undefined) throw new RefusalError('server.failed', `plan ${id} vanished`)
    const stored = planTypes.find((type) => type === row.type)
    // Nothing is stored yet of the years, so a plan of an earlier program is read once more.
    if (stored !== undefined && row.period_to > 0 && row.updated_at >= changedAt) {
      return { type: stored, subject: row.subject, changedAt }
    }
    const outline = await sync.readDocument(outlineDocument(id))
    const { type, subject, style, period } = readMeta(outline)
    const living = readOutline(outline).inOrder
    // Parts below a part are counted on from the headings in its text.
    const headings = new Map<PartId, number>()
    for (const part of living) {
      if (part.children.length === 0) continue
      const document = await sync.readDocument(partDocument(part.id))
      headings.set(part.id, countTopHeadings(readBody(document.getXmlFragment('body')).blocks))
    }
    const shown = listParts(living, style, (part) => headings.get(part) ?? 0)
    const above = new Set(living.flatMap(({ id: part, children }) => (children.length > 0 ? [part] : [])))
    const isPeriodNew = row.period_from !== period.from || row.period_to !== period.to
    await database.transaction(async (transaction) => {
      const parts = await transaction.selectFrom('plan_parts').selectAll().where('plan_id', '=', id).execute()
      for (const { part_id, in_outline, number, title, has_parts } of parts) {
        const now = shown.get(part_id) ?? { in_outline: 0, number, title }
        const has = above.has(part_id) ? 1 : 0
        const isAsIs = now.in_outline === in_outline && now.number === number && now.title === title
        if (isAsIs && has === has_parts) continue
        await transaction
          .updateTable('plan_parts')
          .set({ ...now, has_parts: has })
          .where('part_id', '=', part_id)
          .execute()
      }
      // Which values are missing depends on the years.
      if (isPeriodNew) {
        await transaction.updateTable('plan_parts').set({ measured_at: 0 }).where('plan_id', '=', id).execute()
      }
      await transaction
        .updateTable('plans')
        .set({ type, subject, period_from: period.from, period_to: period.to, updated_at: changedAt })
        .where('id', '=', id)
        .execute()
    })
    return { type, subject, changedAt }
  }

  async function measure({ part_id: part, period_from: from, period_to: to, changed_at }: StalePart) {
    const document = await sync.readDocument(partDocument(part))
    const content = {
      blocks: readBody(document.getXmlFragment('body')).blocks,
      ...readRegisters(document),
    }
    const { words, targets, filled, begun } = partProgress(content, { from, to })
    const measured = { words, targets, filled, begun: begun ? 1 : 0 }
    await query
      .updateTable('plan_parts')
      .set({ ...measured, measured_at: Number(changed_at) })
      .where('part_id', '=', part)
      .execute()
    return measured
  }

  return {
    async plans(ids) {
      if (ids.length === 0) return new Map()
      const changed = await changeTimes(query, ids)
      const projected = new Map<PlanId, ProjectedPlan>()
      for (const id of ids) projected.set(id, await project(id, changed.get(id) ?? 0))
      return projected
    },

    async givenParts(ids, holders) {
      if (ids.length === 0) return new Map()
      const rows = await query
        .selectFrom('plan_parts')
        .innerJoin('plans', 'plans.id', 'plan_parts.plan_id')
        .leftJoin('documents', (join) => join.on('documents.name', '=', ofPart))
        .selectAll('plan_parts')
        .select(['plans.period_from', 'plans.period_to', 'documents.changed_at'])
        .where('plan_parts.plan_id', 'in', ids)
        .where('in_outline', '>', 0)
        .where('part_id', 'in', query.selectFrom('part_holders').select('part_id').where('holder_id', 'in', holders))
        .orderBy('in_outline')
        .execute()
      const given = new Map<PlanId, PlanSummary['ownParts']>()
      for (const row of rows) {
        const changedAt = Number(row.changed_at ?? 0)
        const { words, targets, filled, begun } = Number(row.measured_at) < changedAt ? await measure(row) : row
        const { part_id: id, number, title, status, reason, deadline } = row
        given.set(row.plan_id, [
          ...(given.get(row.plan_id) ?? []),
          {
            ...{ id, number, title, changedAt: Math.max(Number(row.created_at), changedAt), status, reason, deadline },
            ...{ words, targets, filled, begun: begun === 1 || row.has_parts === 1 },
          },
        ])
      }
      return given
    },
  }
}

interface StalePart {
  part_id: PartId
  period_from: number
  period_to: number
  changed_at: number | null
}

/** When any document of each plan changed last. */
async function changeTimes(query: Kysely<Tables>, ids: readonly PlanId[]): Promise<Map<PlanId, number>> {
  const [outlines, parts] = await Promise.all([
    query
      .selectFrom('documents')
      .select(['name', 'changed_at'])
      .where('name', 'in', ids.map(outlineDocument))
      .execute(),
    query
      .selectFrom('plan_parts')
      .innerJoin('documents', (join) => join.on('documents.name', '=', ofPart))
      .select((row) => ['plan_parts.plan_id', row.fn.max('documents.changed_at').as('changed_at')])
      .where('plan_parts.plan_id', 'in', ids)
      .groupBy('plan_parts.plan_id')
      .execute(),
  ])
  const outlineTimes = new Map(outlines.map((row) => [row.name, Number(row.changed_at)]))
  const partTimes = new Map(parts.map((row) => [row.plan_id, Number(row.changed_at)]))
  return new Map(ids.map((id) => [id, Math.max(outlineTimes.get(outlineDocument(id)) ?? 0, partTimes.get(id) ?? 0)]))
}
