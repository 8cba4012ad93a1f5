/**
 * A plan's documents as they are stored. Making a snapshot of a long plan takes long, so it is made
 * where it holds up nobody: in the thread that needs it.
 */
import type { PartId, PlanId } from '@soanchung/shared/ids.ts'
import { readSnapshot, type PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import { openDocument } from '../sync/write-document.ts'

export interface StoredPlan {
  id: PlanId
  /** Yjs updates, in order; so for each part. */
  outline: readonly Uint8Array[]
  /** The plan's own parts only: an entry of the outline that names another plan's part shows as empty. */
  parts: ReadonlyMap<PartId, readonly Uint8Array[]>
}

export function readStoredPlan({ id, outline, parts }: StoredPlan): PlanSnapshot {
  return readSnapshot(id, openDocument(outline), (part) => {
    const updates = parts.get(part)
    return updates === undefined ? undefined : openDocument(updates)
  })
}
