/**
 * The tables of the database as Kysely sees them. Times are milliseconds since 1970. Column types
 * that differ between SQLite and PostgreSQL are chosen in dialect.ts and look alike from here.
 */
import type { Generated } from 'kysely'
import type { PartId, PlanId, UnitId, UserId } from '@soanchung/shared/ids.ts'
import type { PlanRole, PlanStage } from '@soanchung/shared/permissions.ts'

export interface Tables {
  /** `epoch` (changes on restore), `schema` … */
  installation: { key: string; value: string }

  /** One row a document: the last sequence given. Locked while updates are appended. */
  documents: { name: string; seq: number; snapshot_seq: number; changed_at: number }
  /** The log: gapless sequence within a document. */
  document_updates: {
    document: string
    seq: number
    bytes: Uint8Array
    /** CRC-32 over name, sequence and bytes. */
    checksum: number
    /** Who made it; null for the server itself. */
    user_id: UserId | null
    created_at: number
  }
  /** The compacted head of the log, up to and including `seq`. */
  document_snapshots: { document: string; seq: number; bytes: Uint8Array; checksum: number }
  /** Commands of the server that are done, so that a repeated one does nothing. */
  commands: { id: string; actor: UserId | null; created_at: number }

  units: { id: UnitId; name: string; symbol: string; colour: number; parent: UnitId | null; created_at: number }
  unit_members: { unit_id: UnitId; user_id: UserId; office: string; position: number }

  plans: {
    id: PlanId
    lead_unit: UnitId
    stage: PlanStage
    created_by: UserId
    created_at: number
    /** Projections of the outline document, for lists. */
    type: string
    subject: string
    updated_at: number
  }
  plan_units: { plan_id: PlanId; unit_id: UnitId; role: PlanRole }
  /** Which plan a part belongs to: made once, never changed. */
  plan_parts: {
    part_id: PartId
    plan_id: PlanId
    created_by: UserId
    created_at: number
    /** From here on a projection of the documents, for lists: its place in the outline from 1, or 0. */
    in_outline: Generated<number>
    number: Generated<string>
    title: Generated<string>
  }
  part_units: { part_id: PartId; unit_id: UnitId }

  access_tokens: {
    id: string
    user_id: UserId
    name: string
    /** SHA-256 of the token, hexadecimal. */
    hash: string
    scope: 'read' | 'write'
    created_at: number
    expires_at: number
    last_used_at: number | null
  }

  /** The four tables of better-auth, in its own spelling. */
  user: {
    id: UserId
    name: string
    email: string
    emailVerified: number
    image: string | null
    createdAt: string
    updatedAt: string
    username: string
    displayUsername: string | null
    administrator: Generated<number>
  }
  session: {
    id: string
    expiresAt: string
    token: string
    createdAt: string
    updatedAt: string
    ipAddress: string | null
    userAgent: string | null
    userId: UserId
  }
  account: {
    id: string
    accountId: string
    providerId: string
    userId: UserId
    password: string | null
    createdAt: string
    updatedAt: string
  }
  verification: {
    id: string
    identifier: string
    value: string
    expiresAt: string
    createdAt: string
    updatedAt: string
  }
}
