/**
 * The tables of the database as Kysely sees them. Times are milliseconds since 1970. Column types
 * that differ between SQLite and PostgreSQL are chosen in dialect.ts and look alike from here.
 */
import type { Generated } from 'kysely'
import type { BudgetLineId, HandedDraftId, PartId, PlanId, TargetId, UnitId, UserId } from '@soanchung/shared/ids.ts'
import type { AllotmentWay, LinkAnswer, LinkEvent } from '@soanchung/shared/links/links.ts'
import type { HolderId, PartStatus, PlanRole, PlanStage } from '@soanchung/shared/permissions.ts'
import type { RegisterName, RollUpMethod } from '@soanchung/shared/targets/register.ts'
import type { FormatProfile, UnitEdgeKind, UnitKind, UnitLevel } from '@soanchung/shared/units/units.ts'

export interface Tables {
  /** `epoch` (changes on restore), `schema` … */
  installation: { key: string; value: string }

  /** One row a document: the last sequence given. Locked while updates are appended. */
  documents: {
    name: string
    seq: number
    snapshot_seq: number
    changed_at: number
    /** Who made the last update; null for the server itself. */
    changed_by: UserId | null
  }
  /** Whose each Yjs client id in a document is: the first user's who wrote with it. Kept for ever. */
  document_clients: {
    document: string
    client_id: number
    /** Null for the server itself, and for what was written before this was kept. */
    user_id: UserId | null
    created_at: number
  }
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

  units: {
    id: UnitId
    kind: UnitKind
    level: UnitLevel
    profile: FormatProfile
    colour: number
    /** ISO day, the first on which the unit is no more. */
    closed_on: string | null
    merged_into: UnitId | null
    created_at: number
  }
  /** Each name holds from `since` (ISO day; '' for the first) until the unit's next one. */
  unit_names: { unit_id: UnitId; since: string; name: string; symbol: string }
  /** `unit_id` is under, guided by or a member of `other_id`; under one at most, and never in a circle. */
  unit_edges: { unit_id: UnitId; kind: UnitEdgeKind; other_id: UnitId }
  unit_signers: { unit_id: UnitId; position: number; authority: string; office: string; name: string }
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
    /** The years of the plan; 0 before they were read. */
    period_from: Generated<number>
    period_to: Generated<number>
    updated_at: number
    /** Counts each change of stage, roles, parts and who holds them. */
    rights: Generated<number>
    /** Counts each change of links and of what is rolled up. */
    links: Generated<number>
    /** Counts each change of cell_conflicts. */
    conflicts: Generated<number>
    /** The issued plan that this one amends; of both only the one in force counts. */
    amends: PlanId | null
  }
  plan_roles: { plan_id: PlanId; holder_id: HolderId; role: PlanRole }
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
    /** 1 where other parts stand below it. */
    has_parts: Generated<number>
    words: Generated<number>
    targets: Generated<number>
    /** Targets with all their values. */
    filled: Generated<number>
    /** 1 once there is a word, a target or a budget line. */
    begun: Generated<number>
    /** Up to which change of its document these were counted. */
    measured_at: Generated<number>
    /** From here on what was agreed about the work on it. */
    status: Generated<PartStatus>
    /** Why it was sent back; empty otherwise. */
    reason: Generated<string>
    /** `2026-11-30`; empty for none. */
    deadline: Generated<string>
    note: Generated<string>
    status_at: Generated<number>
    status_by: UserId | null
  }
  part_holders: { part_id: PartId; holder_id: HolderId }

  /** Which plan a plan carries out. Changed only with the lock on all links (links/changes.ts). */
  plan_links: { plan_id: PlanId; superior_id: PlanId; linked_at: number; linked_by: UserId }
  /** The units that are to carry a plan out. */
  plan_carriers: { plan_id: PlanId; unit_id: UnitId; added_at: number; added_by: UserId }
  /** What a plan's targets are shared by: how many households, members … a unit has. */
  carrier_keys: { plan_id: PlanId; unit_id: UnitId; key: string; amount: string }
  /** A target of a plan, given to a unit. What a share comes to is reckoned from the present values. */
  allotments: {
    plan_id: PlanId
    target_id: TargetId
    unit_id: UnitId
    way: AllotmentWay
    /** Of a share: the name of its key. */
    key: string
    /** The unit's amount of the key: of a share, and of what an average weighs by. */
    weight: string | null
    /** JSON of figures; of a free allotment only. */
    given: string
    note: string
    given_at: number
    given_by: UserId
  }
  /** A target of a plan serves a target of the superior one; an answer to an allotment, or by itself. */
  contributions: {
    plan_id: PlanId
    target_id: TargetId
    superior_id: PlanId
    superior_target: TargetId
    weight: string | null
    answer: Exclude<LinkAnswer, 'waiting'>
    reason: string
    /** JSON of figures: what was given, or stood above, when the link was last settled. */
    seen: string
    /** Up to which change of the superior's target. */
    seen_at: number
    answered_at: number
    answered_by: UserId
  }
  /** Each step of each link; only added to. */
  link_events: {
    id: string
    at: number
    by: UserId | null
    plan_id: PlanId
    target_id: TargetId
    unit_id: UnitId
    kind: LinkEvent['kind']
    /** JSON of figures. */
    values: string
    reason: string
  }
  /** What a target came to in a period, beside the issued plan. */
  results: {
    plan_id: PlanId
    target_id: TargetId
    period: string
    /** JSON of a quantity. */
    value: string
    note: string
    document: string
    at: number
    by: UserId
  }

  /** From here on projections of the registers, rebuilt from documents at any time. Living targets only. */
  target_values: {
    plan_id: PlanId
    target_id: TargetId
    part_id: PartId
    unit_id: UnitId | null
    /** Its place within its part. */
    position: string
    name: string
    /** JSON. */
    measure: string
    frequency: string | null
    method: RollUpMethod
    /** JSON of the target as it stands in its part. */
    content: string
    /** JSON of figures: values by year, formulas reckoned. */
    figures: string
    has_formula: number
    /** Of its figures. */
    changed_at: number
    changed_by: UserId | null
  }
  /** What formulas refer to besides targets. */
  line_values: { plan_id: PlanId; line_id: BudgetLineId; part_id: PartId; content: string }
  /** Up to which number of its log a document stands in the projections. */
  projected_documents: { name: string; seq: number }
  /** What is rolled up to a target, as JSON of a RolledTarget, made when something below it changes. */
  target_rollups: { plan_id: PlanId; target_id: TargetId; data: string }
  /** Values that somebody else replaced without having seen them. No projection: found while the log is read. */
  cell_conflicts: {
    id: string
    plan_id: PlanId
    part_id: PartId
    register: RegisterName
    entry_id: string
    field: string
    /** JSON of what the cell held, and holds. */
    lost: string
    won: string
    loser: UserId
    winner: UserId | null
    at: number
    settled_at: number | null
  }

  /** Work that the server did not take, handed to the lead by whoever wrote it. */
  handed_drafts: {
    id: HandedDraftId
    plan_id: PlanId
    part_id: PartId
    sender: UserId
    handed_at: number
    note: string
    /** The part's document as the sender had it, as a Yjs update. */
    state: Uint8Array
    /** 1 used, 0 not; null while it waits. */
    is_used: number | null
    answer: string
    settled_at: number | null
    settled_by: UserId | null
  }

  /** Who did what to which record; each row seals all before it. */
  audit_trail: {
    seq: number
    at: number
    /** Null for the server itself and for commands of whoever may read the data. */
    actor: UserId | null
    action: string
    plan_id: PlanId | null
    /** The record that was changed, as `unit/<id>`. */
    subject: string
    /** JSON of what was set. */
    detail: string
    /** SHA-256 over the hash before and this row, hexadecimal. */
    hash: string
  }
  /** One row: the last of the trail. Locked while one is added. */
  audit_head: { id: number; seq: number; hash: string }

  /** What somebody was told; the id of a reminder is its name (reminders.ts), so it is there once. */
  notifications: {
    id: string
    user_id: UserId
    at: number
    kind: string
    plan_id: PlanId
    /** The part that it leads to. */
    part_id: PartId | null
    /** JSON of notificationDetail. */
    detail: string
    /** 0 where the person does not want to see this kind. */
    is_shown: number
    read_at: number | null
  }
  /** JSON of switchesBody; no row for who never changed anything. */
  notification_switches: { user_id: UserId; switches: string }
  /** E-mails on their way; a row goes once it is delivered or given up. */
  mail_queue: {
    id: string
    user_id: UserId
    kind: string
    plan_id: PlanId
    part_id: PartId | null
    detail: string
    created_at: number
    attempts: number
    /** Not before; moved on by whoever takes it, so that no two send it. */
    due_at: number
  }

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

  /** One a person: the key that their authenticator app holds too. */
  second_factors: {
    user_id: UserId
    /** Sealed with the installation's secret. */
    key: string
    /** Null until the person has shown that their app knows the key. */
    confirmed_at: number | null
    /** The 30 seconds whose code was used last; none is taken twice. */
    last_step: number
  }
  /** Codes that stand in for the app, each once; SHA-256, hexadecimal. */
  backup_codes: { user_id: UserId; hash: string }
  /** Links by which a person sets a password; SHA-256 of what the link carries, hexadecimal. */
  invitations: {
    hash: string
    user_id: UserId
    created_at: number
    expires_at: number
    used_at: number | null
  }

  /** The four tables of better-auth, in its own spelling. */
  user: {
    id: UserId
    name: string
    email: string
    emailVerified: Generated<number>
    image: string | null
    createdAt: string
    updatedAt: string
    username: string
    displayUsername: string | null
    administrator: Generated<number>
    /** Null for somebody who may come in. */
    deactivated_at: Generated<number | null>
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
