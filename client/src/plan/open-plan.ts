/**
 * An opened plan as screens see it: its outline document, a document for each part, and what the
 * server says of it. The sync fills it from the device and the server; editor, tables and panels
 * know nothing of where the bytes come from.
 */
import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import type { PartId, PlanId, UserId } from '@soanchung/shared/ids.ts'
import type { PlanRecord } from '@soanchung/shared/protocol.ts'

export interface OpenPart {
  readonly id: PartId
  readonly document: Y.Doc
  readonly awareness: Awareness
  /** The server's word; typing is refused where it is false. Changes while the plan is open. */
  readonly mayWrite: boolean
  /** False until the content has come from the device or the server. */
  readonly loaded: boolean
}

export interface OpenPlan {
  readonly id: PlanId
  readonly userId: UserId
  readonly outline: Y.Doc
  /** Presence on the plan: who is here, and in which part. */
  readonly awareness: Awareness
  readonly record: PlanRecord
  readonly mayWriteOutline: boolean
  /** How often links and roll-up have changed on the server, as far as it has told; to ask anew by. */
  readonly linksCount: number
  /** How often it was told that a value of somebody's was replaced unseen; to ask anew by. */
  readonly conflictsCount: number
  /** The part's document; made empty (and fetched) where it is new to this device. */
  part(id: PartId): OpenPart
  /** Parts known so far. */
  parts(): readonly OpenPart[]
  /** Makes the server's row for a new part, now or when the network is back; then it may be written. */
  createPart(id: PartId): void
  /**
   * Called when record, rights, counts, `loaded`, the set of parts or a document change: where the server
   * refused what was typed, the part (or the outline) comes back with a fresh document. Returns
   * the way to stop.
   */
  onChange(listener: () => void): () => void
  close(): void
}

/** Where the work is. `unsent` counts changes that no server has acknowledged. */
export interface SaveState {
  /** `saved`: all on the server. `sending`: on its way. `device`: on this device only. `memory`: not even there. */
  where: 'saved' | 'sending' | 'device' | 'memory'
  online: boolean
  unsent: number
  /** All that waits is on this device's disk. */
  allKept: boolean
  /** Why the server takes nothing at the moment, where it said so; null while all is well. */
  code: ErrorCode | null
  /** False where this device keeps no copy: storage full, blocked, or private browsing. */
  keepsCopy: boolean
}
