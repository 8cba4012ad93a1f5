/**
 * What the sync asks before it opens a document: who is there, and what decides about their
 * rights. Answered by accounts and plans; sync itself knows neither passwords nor units.
 */
import type { Actor, PlanAccess } from '@soanchung/shared/permissions.ts'
import type { DocumentSubject } from '@soanchung/shared/plan/documents.ts'
import type { Presence } from '@soanchung/shared/protocol.ts'

export interface Identity {
  actor: Actor
  /** What others see of this person; overwrites whatever a client says of itself. */
  presence: Presence['user']
  /** The session or access token that they came with, as a name for `stillHolds`. */
  proof: string
}

export interface Gate {
  /** By the session cookie in the headers, or by a personal access token; null for neither. */
  identify(from: { headers: Headers; token?: string }): Promise<Identity | null>
  /** The plan that the document belongs to; null where there is none. */
  access(subject: DocumentSubject): Promise<PlanAccess | null>
  /** Those of these proofs that still count: not signed out, not revoked, not expired. */
  stillHolds(proofs: readonly string[]): Promise<ReadonlySet<string>>
}
