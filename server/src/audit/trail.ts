/**
 * The audit trail: who did what to which record, when. A row is added in the transaction of the
 * change that it tells of, so neither is there without the other. Rows are never changed, and each
 * seals all before it: its hash covers the hash before. What people type in documents is not here;
 * the log of each document has it, with its author.
 */
import { createHash } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { PlanId, UserId } from '@soanchung/shared/ids.ts'
import type { AuditAction } from '@soanchung/shared/audit.ts'
import type { Tables } from '../storage/tables.ts'

export interface AuditEntry {
  /** Null for the server itself, and for commands of whoever may read the data. */
  actor: UserId | null
  action: AuditAction
  plan?: PlanId
  /** The record: `unit/<id>`, `person/<id>`, `part/<id>`, `plan/<id>` … */
  subject: string
  /** What was set; never a secret. */
  detail?: Readonly<Record<string, unknown>>
}

export type AuditRow = Tables['audit_trail']

export async function audit(transaction: Transaction<Tables>, entry: AuditEntry): Promise<void> {
  const { actor, action, plan, subject, detail = {} } = entry
  // Takes the row's lock, so that two servers cannot both continue from the same place.
  const { seq, hash: before } = await transaction
    .updateTable('audit_head')
    .set((head) => ({ seq: head('seq', '+', 1) }))
    .where('id', '=', 1)
    .returning(['seq', 'hash'])
    .executeTakeFirstOrThrow()
  const row = {
    ...{ seq: Number(seq), at: Date.now(), actor, action, plan_id: plan ?? null, subject },
    detail: JSON.stringify(detail),
  }
  const hash = sealOf(before, row)
  await transaction
    .insertInto('audit_trail')
    .values({ ...row, hash })
    .execute()
  await transaction.updateTable('audit_head').set({ hash }).where('id', '=', 1).execute()
}

/** SHA-256, hexadecimal, over the hash before and all fields of the row in a fixed order. */
export function sealOf(before: string, row: Omit<AuditRow, 'hash'>): string {
  const { seq, at, actor, action, plan_id: plan, subject, detail } = row
  return createHash('sha256')
    .update(JSON.stringify([before, Number(seq), Number(at), actor, action, plan, subject, detail]))
    .digest('hex')
}
