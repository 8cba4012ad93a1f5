/**
 * What the sync asks before it opens a document: who is there, and what decides about their
 * rights. Answered by accounts and plans; sync itself knows neither passwords nor units.
 */
import type { PlanId } from '@soanchung/shared/ids.ts'
import type { Actor, PlanAccess } from '@soanchung/shared/permissions.ts'
import type { DocumentSubject } from '@soanchung/shared/plan/documents.ts'
import type { Presence } from '@soanchung/shared/protocol.ts'

export interface Identity {
  actor: Actor
  /** What others see of this person; overwrites whatever a client says of itself. */
  presence: Presence['user']
  /** The session or access token that they came with, as a name for `actorsOf`. */
  proof: string
}

/** With the count of changes of rights that it stands for. */
export type DatedAccess = PlanAccess & { rights: number }

export interface PlanCounts {
  rights: number
  links: number
  conflicts: number
}

export interface Gate {
  /** By the session cookie in the headers, or by a personal access token; null for neither. */
  identify(from: { headers: Headers; token?: string }): Promise<Identity | null>
  /** The plan that the document belongs to; null where there is none. */
  access(subject: DocumentSubject): Promise<DatedAccess | null>
  /** As whom each of these proofs counts now; without those that do no more: signed out, revoked, expired. */
  actorsOf(proofs: readonly string[]): Promise<ReadonlyMap<string, Actor>>
  /** How often the rights on each of these plans have changed, its links, its conflicts of cells. */
  countsOf(plans: readonly PlanId[]): Promise<ReadonlyMap<PlanId, PlanCounts>>
}
