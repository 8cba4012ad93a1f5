/**
 * Permanent ids. Each is 20 characters of a lower-case alphabet without look-alikes (100 bits of
 * chance), made on the device so that work can begin without the server. The brand keeps a part's
 * id from being handed in where a target's is wanted.
 */
import * as z from 'zod/mini'

const alphabet = 'abcdefghjkmnpqrstuvwxyz023456789'
const length = 20

export const idPattern = /^[a-hj-kmnp-z0-9]{20}$/

const id = z.string().check(z.regex(idPattern))
export const planId = id.brand<'PlanId'>()
export const partId = id.brand<'PartId'>()
export const blockId = id.brand<'BlockId'>()
export const targetId = id.brand<'TargetId'>()
export const taskId = id.brand<'TaskId'>()
export const budgetLineId = id.brand<'BudgetLineId'>()
export const unitId = id.brand<'UnitId'>()
export const userId = z.string().check(z.minLength(1), z.maxLength(64)).brand<'UserId'>()
/** Work that the server did not take, handed to the lead. */
export const handedDraftId = id.brand<'HandedDraftId'>()
export const changeId = id.brand<'ChangeId'>()
/** Somebody's value of a cell that another replaced unseen. */
export const conflictId = id.brand<'ConflictId'>()

export type PlanId = z.infer<typeof planId>
export type PartId = z.infer<typeof partId>
export type BlockId = z.infer<typeof blockId>
export type TargetId = z.infer<typeof targetId>
export type TaskId = z.infer<typeof taskId>
export type BudgetLineId = z.infer<typeof budgetLineId>
export type UnitId = z.infer<typeof unitId>
export type UserId = z.infer<typeof userId>
export type HandedDraftId = z.infer<typeof handedDraftId>
export type ChangeId = z.infer<typeof changeId>

/** A fresh id; the caller says of what: `newId<PartId>()`. */
export function newId<Id extends string>(): Id {
  const bytes = crypto.getRandomValues(new Uint8Array(length))
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join('') as Id
}
