/**
 * Headings that become parts, and the way back: one command over the outline, the part that holds
 * the text and the parts that take it, with the rows of new parts in the same transaction. What it
 * does to the documents is shared/src/plan/split.ts. A new part goes to the units of the part that
 * its text stood in, so that those who were writing it go on.
 */
import type { Transaction } from 'kysely'
import type * as Y from 'yjs'
import { RefusalError, type Result } from '@soanchung/shared/errors.ts'
import type { PartId, PlanId } from '@soanchung/shared/ids.ts'
import { can, type Actor } from '@soanchung/shared/permissions.ts'
import { outlineDocument, partDocument, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import { joinParts, splitPart, type PlanDocuments } from '@soanchung/shared/plan/split.ts'
import type { SplitBody } from '@soanchung/shared/protocol.ts'
import { audit } from '../audit/trail.ts'
import type { Tables } from '../storage/tables.ts'
import type { Sync } from '../sync/sync.ts'
import { countRights, planAccess, planOfPart } from './access.ts'

type Turn = (actor: Actor, plan: PlanId, part: PartId, body: SplitBody) => Promise<Result<void>>

export interface Splits {
  /** The headings of a part, in their order, become the first parts below it. */
  split: Turn
  /** The first parts below a part become the last headings of its text. */
  join: Turn
}

export function createSplits({ sync }: { sync: Pick<Sync, 'writeDocument' | 'rightsChanged'> }): Splits {
  const turn =
    (way: keyof Splits): Turn =>
    async (actor, plan, part, { command, pairs }) => {
      const parts = pairs.map((pair) => pair.part)
      const written = await sync.writeDocument({
        commandId: `${way}/${plan}/${command}`,
        // Decided below, where nobody comes between, and where the new parts have their rows.
        actor: null,
        userId: actor.userId,
        documents: [...new Set([...parts, part])].map(partDocument).concat(outlineDocument(plan)),
        async alsoInTransaction(transaction) {
          await mayTurn(transaction, actor, plan, part)
          if (way === 'split') await insertParts(transaction, actor, plan, part, parts)
          for (const id of parts) await mayTurn(transaction, actor, plan, id)
        },
        mutate(documents) {
          const turned = (way === 'split' ? splitPart : joinParts)(opened(documents, plan), part, pairs, {
            id: command,
            now: Date.now(),
          })
          if (!turned.ok) throw new RefusalError(turned.error.code, turned.error.detail)
        },
      })
      if (!written.ok) return written
      if (!written.value.repeated) await sync.rightsChanged(plan)
      return { ok: true, value: undefined }
    }
  return { split: turn('split'), join: turn('join') }
}

/** The right to write the outline and this part of it; throws the refusal. */
async function mayTurn(query: Transaction<Tables>, actor: Actor, plan: PlanId, part: PartId): Promise<void> {
  const access = await planAccess(query, plan)
  if (access === null || !can(actor, 'part.read', access, part)) throw new RefusalError('not.found', part)
  if (can(actor, 'outline.write', access) && can(actor, 'part.write', access, part)) return
  throw new RefusalError(access.stage === 'issued' && actor.scope === 'write' ? 'plan.issued' : 'not.allowed')
}

/** Parts that were turned into headings before have their rows already. */
async function insertParts(
  transaction: Transaction<Tables>,
  actor: Actor,
  plan: PlanId,
  from: PartId,
  parts: readonly PartId[],
): Promise<void> {
  const holders = await transaction.selectFrom('part_holders').select('holder_id').where('part_id', '=', from).execute()
  const { deadline, note } = await transaction
    .selectFrom('plan_parts')
    .select(['deadline', 'note'])
    .where('part_id', '=', from)
    .executeTakeFirstOrThrow()
  await countRights(transaction, plan)
  for (const part of parts) {
    const owner = await planOfPart(transaction, part)
    if (owner !== null && owner !== plan) throw new RefusalError('conflict.exists', part)
    if (owner !== null) continue
    await transaction
      .insertInto('plan_parts')
      .values({ part_id: part, plan_id: plan, created_by: actor.userId, created_at: Date.now(), deadline, note })
      .execute()
    for (const { holder_id } of holders) {
      await transaction.insertInto('part_holders').values({ part_id: part, holder_id }).execute()
    }
    await audit(transaction, { actor: actor.userId, action: 'part.created', plan, subject: `part/${part}` })
  }
}

function opened(documents: ReadonlyMap<DocumentName, Y.Doc>, plan: PlanId): PlanDocuments {
  const open = (name: DocumentName) => {
    const document = documents.get(name)
    if (document === undefined) throw new Error(`${name} is no document of the command`)
    return document
  }
  return { outline: open(outlineDocument(plan)), part: (id) => open(partDocument(id)) }
}
