/**
 * Work that the server could not take, because the right to it had gone meanwhile, handed to the
 * lead. It never enters the part's document by itself: the lead reads it beside the present text,
 * copies from it, and says whether it was used. The sender sees the answer.
 */
import { accept, orThrow, refuse, RefusalError, type Result } from '@soanchung/shared/errors.ts'
import type { HandedDraftId, PlanId } from '@soanchung/shared/ids.ts'
import { can, type Actor } from '@soanchung/shared/permissions.ts'
import { partRoots } from '@soanchung/shared/plan/documents.ts'
import {
  maxDraftBytes,
  type HandDraftBody,
  type HandedDraft,
  type SettleDraftBody,
} from '@soanchung/shared/protocol.ts'
import { audit } from '../audit/trail.ts'
import { toHolders, type Notify } from '../notifications/notify.ts'
import type { Database } from '../storage/database.ts'
import type { Sync } from '../sync/sync.ts'
import { readUpdate } from '../sync/update-check.ts'
import { allowed, countRights } from './access.ts'

export interface HandedDrafts {
  /** Idempotent by the draft's id. `update.invalid` for bytes that are no document of a part. */
  hand(actor: Actor, plan: PlanId, draft: HandDraftBody): Promise<Result<void>>
  /** All of the plan for who settles them, else those that the actor handed in; the newest first. */
  list(actor: Actor, plan: PlanId): Promise<Result<HandedDraft[]>>
  /** The document as the sender had it. */
  read(actor: Actor, plan: PlanId, id: HandedDraftId): Promise<Result<Uint8Array>>
  settle(actor: Actor, plan: PlanId, id: HandedDraftId, word: SettleDraftBody): Promise<Result<void>>
}

/** Of one person in one plan that wait for an answer. */
const mostWaiting = 50

export function createHandedDrafts({
  database,
  notify,
  sync,
}: {
  database: Database
  notify: Notify
  sync: Pick<Sync, 'rightsChanged'>
}): HandedDrafts {
  const { query } = database

  async function visible(actor: Actor, plan: PlanId) {
    const granted = await allowed(query, actor, 'plan.read', plan)
    if (!granted.ok) return granted
    const [part] = granted.value.parts.keys()
    const all = query.selectFrom('handed_drafts').where('plan_id', '=', plan)
    return accept(can(actor, 'draft.settle', granted.value, part) ? all : all.where('sender', '=', actor.userId))
  }

  return {
    async hand(actor, plan, { id, part, state, note }) {
      const granted = await allowed(query, actor, 'draft.hand', plan, part)
      if (!granted.ok) return granted
      const bytes = new Uint8Array(Buffer.from(state, 'base64'))
      if (bytes.length > maxDraftBytes) return refuse('input.large')
      const reading = readUpdate(partRoots, bytes)
      if (!reading.ok) return refuse('update.invalid', reading.why)
      const isNew = await database.transaction(async (transaction) => {
        const { count } = await transaction
          .selectFrom('handed_drafts')
          .select((row) => row.fn.countAll<number>().as('count'))
          .where('plan_id', '=', plan)
          .where('sender', '=', actor.userId)
          .where('settled_at', 'is', null)
          .executeTakeFirstOrThrow()
        if (Number(count) >= mostWaiting) throw new RefusalError('draft.many')
        const made = await transaction
          .insertInto('handed_drafts')
          .values({
            ...{ id, plan_id: plan, part_id: part, sender: actor.userId, handed_at: Date.now(), note, state: bytes },
            ...{ is_used: null, answer: '', settled_at: null, settled_by: null },
          })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirst()
        if (made.numInsertedOrUpdatedRows !== 1n) return false
        await countRights(transaction, plan)
        await audit(transaction, { actor: actor.userId, action: 'draft.handed', plan, subject: `part/${part}` })
        const leads = [...granted.value.roles].flatMap(([holder, role]) => (role === 'lead' ? [holder] : []))
        const to = await toHolders(transaction, leads, [part])
        await notify(transaction, { kind: 'draft.handed', plan, actor: actor.userId, to, detail: { note } })
        return true
      })
      if (isNew) await sync.rightsChanged(plan)
      return accept(undefined)
    },

    async list(actor, plan) {
      const found = await visible(actor, plan)
      if (!found.ok) return found
      const rows = await found.value
        .innerJoin('user', 'user.id', 'handed_drafts.sender')
        .leftJoin('user as settler', 'settler.id', 'handed_drafts.settled_by')
        .select(['handed_drafts.id', 'part_id', 'sender', 'user.name', 'handed_at', 'note'])
        .select(['is_used', 'answer', 'settled_at', 'settler.name as settler'])
        .orderBy('handed_at', 'desc')
        .limit(200)
        .execute()
      return accept(
        rows.map((row) => ({
          ...{ id: row.id, part: row.part_id, sender: { id: row.sender, name: row.name } },
          ...{ handedAt: Number(row.handed_at), note: row.note },
          settled:
            row.settled_at === null
              ? null
              : {
                  isUsed: Number(row.is_used) === 1,
                  answer: row.answer,
                  at: Number(row.settled_at),
                  by: row.settler ?? '',
                },
        })),
      )
    },

    async read(actor, plan, id) {
      const found = await visible(actor, plan)
      if (!found.ok) return found
      const row = await found.value.select('state').where('handed_drafts.id', '=', id).executeTakeFirst()
      return row === undefined ? refuse('not.found') : accept(row.state)
    },

    async settle(actor, plan, id, { isUsed, answer }) {
      try {
        await database.transaction(async (transaction) => {
          const row = await transaction
            .selectFrom('handed_drafts')
            .select(['part_id', 'sender'])
            .where('id', '=', id)
            .where('plan_id', '=', plan)
            .executeTakeFirst()
          orThrow(await allowed(transaction, actor, 'draft.settle', plan, row?.part_id))
          if (row === undefined) throw new RefusalError('not.found')
          await countRights(transaction, plan)
          await transaction
            .updateTable('handed_drafts')
            .set({ is_used: isUsed ? 1 : 0, answer, settled_at: Date.now(), settled_by: actor.userId })
            .where('id', '=', id)
            .execute()
          const to = new Map([[row.sender, [row.part_id]]])
          const told = { used: isUsed, reason: answer }
          await notify(transaction, { kind: 'draft.settled', plan, actor: actor.userId, to, detail: told })
          const subject = `part/${row.part_id}`
          await audit(transaction, {
            actor: actor.userId,
            action: 'draft.settled',
            plan,
            subject,
            detail: { isUsed, answer },
          })
        })
      } catch (error) {
        if (error instanceof RefusalError) return refuse(error.code, error.message)
        throw error
      }
      await sync.rightsChanged(plan)
      return accept(undefined)
    },
  }
}
