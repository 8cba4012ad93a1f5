/**
 * A target goes to another part of its plan, with all its cells and under its own id, so that
 * sentences that quote it and plans that serve it go on. One command over both documents, for
 * whoever may write both parts.
 */
import { RefusalError, type Result } from '@soanchung/shared/errors.ts'
import type { PlanId } from '@soanchung/shared/ids.ts'
import { can, type Actor } from '@soanchung/shared/permissions.ts'
import { partDocument } from '@soanchung/shared/plan/documents.ts'
import type { MoveTargetBody } from '@soanchung/shared/links/links.ts'
import { moveEntries } from '@soanchung/shared/targets/move.ts'
import { audit } from '../audit/trail.ts'
import type { Sync } from '../sync/sync.ts'
import { holdPlan, planAccess } from './access.ts'

/** `plan.changed` where the target does not stand in the part that is named. */
export type MoveTarget = (actor: Actor, plan: PlanId, move: MoveTargetBody) => Promise<Result<void>>

export function createMoveTarget({ sync }: { sync: Pick<Sync, 'writeDocument'> }): MoveTarget {
  return async (actor, plan, { command, target, from, to }) => {
    if (from === to) return { ok: true, value: undefined }
    const written = await sync.writeDocument({
      commandId: `move-target/${plan}/${command}`,
      // Decided below, where nobody comes between.
      actor: null,
      userId: actor.userId,
      documents: [partDocument(from), partDocument(to)],
      async alsoInTransaction(transaction) {
        await holdPlan(transaction, plan)
        const access = await planAccess(transaction, plan)
        for (const part of [from, to]) {
          if (access === null || !can(actor, 'part.read', access, part)) throw new RefusalError('not.found', part)
          if (can(actor, 'part.write', access, part)) continue
          throw new RefusalError(access.stage === 'issued' && actor.scope === 'write' ? 'plan.issued' : 'not.allowed')
        }
        const detail = { from, to }
        await audit(transaction, { actor: actor.userId, action: 'target.moved', plan, subject: `part/${from}`, detail })
      },
      mutate(documents) {
        const [source, goal] = [documents.get(partDocument(from)), documents.get(partDocument(to))]
        if (source === undefined || goal === undefined) throw new Error('the command names its documents')
        const moved = moveEntries('targets', { from: source, to: goal, part: to, now: Date.now() }, new Set([target]))
        if (moved === 0) throw new RefusalError('plan.changed')
      },
    })
    return written.ok ? { ok: true, value: undefined } : written
  }
}
