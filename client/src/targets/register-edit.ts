/**
 * What a person does to the registers of an opened plan. Every write goes through `writeCells`
 * with the origin of a hand's edit, so that undo sees it; one call is one transaction a part. A
 * part that may not be written is never touched: the functions say so by `false` or null.
 */
import { newId, type PartId } from '@soanchung/shared/ids.ts'
import { registers, rowOrder, writeCells, type EntryId, type RegisterName } from '@soanchung/shared/targets/register.ts'
import type { EntryRow } from '@soanchung/shared/targets/view-cells.ts'
import { userEdit } from '../plan/edit-origin.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'

interface EntryPlace {
  register: RegisterName
  part: PartId
  id: EntryId
}

export interface EntryWrite extends EntryPlace {
  fields: Record<string, unknown>
}

/** Writes many cells; all of one part in one transaction. False, and nothing written, where one may not be. */
export function writeEntries(model: PlanModel, writes: readonly EntryWrite[]): boolean {
  const byPart = Map.groupBy(writes, (one) => one.part)
  if ([...byPart.keys()].some((part) => !mayWrite(model, part))) return false
  for (const [part, ofPart] of byPart) {
    const { document } = model.plan.part(part)
    document.transact(() => {
      for (const { register, id, fields } of ofPart) writeCells(document, registers[register], id, fields, userEdit)
    }, userEdit)
  }
  return true
}

export function mayWrite(model: PlanModel, part: PartId): boolean {
  return model.part(part)?.mayWrite === true
}

/**
 * New rows with the given fields, behind the entry `after` or at the register's end. The new ids,
 * or null where the part may not be written.
 */
export function addEntries(
  model: PlanModel,
  place: { register: RegisterName; part: PartId; after?: EntryId },
  rows: readonly Record<string, unknown>[],
): EntryId[] | null {
  const entries: { id: string; order: string }[] = [...(model.part(place.part)?.[place.register] ?? [])]
  const found = entries.findIndex((entry) => entry.id === place.after)
  let at = found < 0 ? entries.length - 1 : found
  const writes = rows.map((fields): EntryWrite => {
    const id = newId<EntryId>()
    const order = rowOrder(entries, at)
    entries.splice(at + 1, 0, { id, order })
    at += 1
    return { register: place.register, part: place.part, id, fields: { name: '', ...fields, order } }
  })
  return writeEntries(model, writes) ? writes.map((one) => one.id) : null
}

/** The row stays in the document, marked; `restoreEntry` takes the mark away. */
export function deleteEntry(model: PlanModel, entry: EntryPlace): boolean {
  return writeEntries(model, [{ ...entry, fields: { deletedAt: Date.now() } }])
}

export function restoreEntry(model: PlanModel, entry: EntryPlace): boolean {
  return writeEntries(model, [{ ...entry, fields: { deletedAt: null } }])
}

/**
 * Moves a row past its neighbour in a table. False where there is none, or where the neighbour
 * stands in another part.
 */
export function moveEntry(
  model: PlanModel,
  row: EntryRow,
  neighbour: EntryRow | undefined,
  direction: 'up' | 'down',
): boolean {
  if (neighbour === undefined || neighbour.part !== row.part) return false
  const all: readonly { id: string; order: string }[] = model.part(row.part)?.[row.register] ?? []
  const others = all.filter((entry) => entry.id !== row.id)
  const at = others.findIndex((entry) => entry.id === neighbour.id)
  if (at < 0) return false
  const order = rowOrder(others, direction === 'up' ? at - 1 : at)
  return writeEntries(model, [{ register: row.register, part: row.part, id: row.id, fields: { order } }])
}
