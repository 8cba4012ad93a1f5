/** What the drafting board shows that no document and no record holds: who changed what last, and when the plan moved on. */
import { sql, type Kysely } from 'kysely'
import * as z from 'zod/mini'
import type { PlanId } from '@soanchung/shared/ids.ts'
import { planStages } from '@soanchung/shared/permissions.ts'
import type { PlanBoard } from '@soanchung/shared/protocol.ts'
import type { Tables } from '../storage/tables.ts'

const move = z.object({ to: z.enum(planStages) })

export async function readBoard(query: Kysely<Tables>, plan: PlanId): Promise<PlanBoard> {
  const [{ created_at }, parts, moves] = await Promise.all([
    query.selectFrom('plans').select('created_at').where('id', '=', plan).executeTakeFirstOrThrow(),
    query
      .selectFrom('plan_parts')
      .leftJoin('documents', (join) => join.on('documents.name', '=', sql`'part/' || plan_parts.part_id`))
      .leftJoin('user', 'user.id', 'documents.changed_by')
      .select(['plan_parts.part_id', 'documents.changed_at', 'user.name'])
      .where('plan_parts.plan_id', '=', plan)
      .execute(),
    query
      .selectFrom('audit_trail')
      .select(['at', 'detail'])
      .where('plan_id', '=', plan)
      .where('action', '=', 'plan.stage')
      .orderBy('seq')
      .execute(),
  ])
  return {
    createdAt: Number(created_at),
    parts: parts.map(({ part_id: id, changed_at, name }) => {
      return { id, changedAt: changed_at === null ? null : Number(changed_at), changedBy: name ?? '' }
    }),
    moves: moves.map(({ at, detail }) => ({ at: Number(at), stage: move.parse(JSON.parse(detail)).to })),
  }
}
