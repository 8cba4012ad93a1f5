/**
 * What goes over the wire between client and server besides the Yjs sync itself: the bodies of
 * HTTP requests and answers, and the small messages on the sync socket. Both sides use these
 * validators, so a shape is declared once.
 */
import * as z from 'zod/mini'
import { blockId, changeId, handedDraftId, partId, planId, unitId, userId } from './ids.ts'
import { actions, givenRoles, partStatuses, planRoles, planStages } from './permissions.ts'
import { planTypes } from './plan/meta.ts'
import { planSnapshot } from './plan/snapshot.ts'
import { earlierName } from './units/names.ts'

/** Bodies of errors, for every route. `message` is in the language of the request. */
export const errorBody = z.object({ code: z.string(), message: z.string(), detail: z.optional(z.string()) })

/** A unit as of today. */
export const unit = z.object({
  id: unitId,
  name: z.string(),
  /** HND, PN, MTTQ … shown where the name is too long. */
  symbol: z.string(),
  /** Which of the ten unit colours, 0–9. */
  colour: z.int().check(z.gte(0), z.lte(9)),
  parent: z.nullable(unitId),
  /** Names that it no longer has, oldest first: plans of those days are read with them. */
  earlier: z.optional(z.array(earlierName)),
  /** ISO day from which on it is no more; it takes part in nothing new. */
  closedOn: z.optional(z.string()),
})
export type Unit = z.infer<typeof unit>

export const me = z.object({
  id: userId,
  username: z.string(),
  name: z.string(),
  administrator: z.boolean(),
  units: z.array(z.extend(unit, { office: z.string() })),
})
export type Me = z.infer<typeof me>

/** Answered with `me`, and the cookie of the session. */
export const signInBody = z.object({
  username: z.string().check(z.minLength(1), z.maxLength(100)),
  password: z.string().check(z.minLength(1), z.maxLength(500)),
  /** False for a session that ends with the browser. */
  remember: z._default(z.boolean(), true),
})

export const minPasswordLength = 10
export const changePasswordBody = z.object({
  currentPassword: z.string().check(z.maxLength(500)),
  newPassword: z.string().check(z.maxLength(500)),
})

/** `2026-11-30`, a day that there is; empty for none. */
export const deadline = z.union([z.literal(''), z.iso.date()])

export const planSummary = z.object({
  id: planId,
  type: z.enum(planTypes),
  subject: z.string(),
  stage: z.enum(planStages),
  role: z.enum(planRoles),
  leadUnit: unitId,
  /** Parts given to one of the person's units, in the order of the outline. */
  ownParts: z.array(
    z.object({
      id: partId,
      /** As it stands before the title, `II.`; empty for a part without a number. */
      number: z.string(),
      title: z.string(),
      changedAt: z.number(),
      status: z.enum(partStatuses),
      reason: z.string(),
      deadline,
      /** As partProgress() counts them. */
      words: z.number(),
      targets: z.number(),
      filled: z.number(),
      /** Also where it only holds other parts. */
      begun: z.boolean(),
    }),
  ),
  updatedAt: z.number(),
})
export type PlanSummary = z.infer<typeof planSummary>

/** Somebody as lists show them, with all their units, the first one first, and the office in that. */
export const listedPerson = z.object({ id: userId, name: z.string(), units: z.array(unitId), office: z.string() })
export type ListedPerson = z.infer<typeof listedPerson>

/** A unit or a person, as the holder of a role or of a part. */
export const holderId = z.union([unitId, userId])

/** What the server says of an open plan, besides its documents. */
export const planRecord = z.object({
  id: planId,
  stage: z.enum(planStages),
  /** How often this record has changed. */
  rights: z.int(),
  /** Changes when the server was restored from a backup. */
  epoch: z.string(),
  roles: z.array(z.object({ holder: holderId, role: z.enum(planRoles) })),
  parts: z.array(
    z.object({
      id: partId,
      holders: z.array(holderId),
      mayWrite: z.boolean(),
      status: z.enum(partStatuses),
      /** Why it was sent back. */
      reason: z.string(),
      deadline,
      note: z.string(),
    }),
  ),
  /** How many drafts wait for the lead's word; 0 for everybody else. */
  waitingDrafts: z.int(),
  /** What the person may do with the plan, and with every part of it. */
  may: z.array(z.enum(actions)),
  units: z.array(unit),
  /** Everybody who holds a role, themselves or through a unit. */
  people: z.array(listedPerson),
})
export type PlanRecord = z.infer<typeof planRecord>

/** What the drafting board shows besides record and documents; times in ms. */
export const planBoard = z.object({
  createdAt: z.number(),
  /** The last change of each part's text and registers; null for one that nobody has changed. */
  parts: z.array(z.object({ id: partId, changedAt: z.nullable(z.number()), changedBy: z.string() })),
  /** Each move of the plan's stage, the first one first. */
  moves: z.array(z.object({ at: z.number(), stage: z.enum(planStages) })),
})
export type PlanBoard = z.infer<typeof planBoard>

export const createPlanBody = z.object({
  /** A unit of the person who creates it. */
  leadUnit: unitId,
  snapshot: planSnapshot,
})
export type CreatePlanBody = z.infer<typeof createPlanBody>

/** Makes the one row that says which plan a part belongs to. Idempotent. */
export const createPartBody = z.object({ id: partId })

const holders = z.array(holderId).check(
  z.maxLength(50),
  z.refine((all) => new Set(all).size === all.length),
)
/** These parts to these holders and no others; whoever has no role yet becomes a drafter. */
export const givePartsBody = z.object({
  parts: z.array(partId).check(
    z.minLength(1),
    z.maxLength(2000),
    z.refine((all) => new Set(all).size === all.length),
  ),
  holders,
  deadline,
  note: z.string().check(z.trim(), z.maxLength(1000)),
})
export type GivePartsBody = z.infer<typeof givePartsBody>

/** `returned` needs a reason; it is the lead's word, the others are the drafter's. */
export const partStatusBody = z.discriminatedUnion('status', [
  z.object({ status: z.enum(['drafting', 'done']) }),
  z.object({ status: z.literal('returned'), reason: z.string().check(z.trim(), z.minLength(1), z.maxLength(1000)) }),
])
export type PartStatusBody = z.infer<typeof partStatusBody>

/** Issuing is not a mere move, so it is not among them. */
export const moveStageBody = z.object({ stage: z.enum(['drafting', 'review', 'finalising']) })

export const maxDraftBytes = 2 * 1024 * 1024

/**
 * What somebody could not write any more, handed to the lead to read, compare and copy from.
 * Idempotent by the id. `state` is the part's document as they had it: a Yjs update, base64.
 */
export const handDraftBody = z.object({
  id: handedDraftId,
  part: partId,
  state: z.base64().check(z.maxLength(Math.ceil(maxDraftBytes / 3) * 4)),
  note: z.string().check(z.trim(), z.maxLength(1000)),
})
export type HandDraftBody = z.infer<typeof handDraftBody>

/** The lead's word: used, or not, and why. */
export const settleDraftBody = z.object({
  isUsed: z.boolean(),
  answer: z.string().check(z.trim(), z.maxLength(1000)),
})
export type SettleDraftBody = z.infer<typeof settleDraftBody>

export const handedDraft = z.object({
  id: handedDraftId,
  part: partId,
  sender: z.object({ id: userId, name: z.string() }),
  handedAt: z.number(),
  note: z.string(),
  settled: z.nullable(z.object({ isUsed: z.boolean(), answer: z.string(), at: z.number(), by: z.string() })),
})
export type HandedDraft = z.infer<typeof handedDraft>

/** Null takes the role away. */
export const giveRoleBody = z.object({ holder: holderId, role: z.nullable(z.enum(givenRoles)) })
export type GiveRoleBody = z.infer<typeof giveRoleBody>

/** Headings of a part that become parts, or those parts on their way back. Idempotent by `command`. */
export const splitBody = z.object({
  command: changeId,
  pairs: z.array(z.object({ part: partId, heading: blockId })).check(
    z.minLength(1),
    z.maxLength(200),
    z.refine((pairs) => new Set(pairs.map((pair) => pair.part)).size === pairs.length),
  ),
})
export type SplitBody = z.infer<typeof splitBody>

/**
 * One request for all documents that changed since the device last saw them. `seq` is the log
 * sequence up to which the device has everything, `stateVector` (base64) what it has besides.
 */
export const fetchDocumentsBody = z.object({
  have: z.record(
    z.string().check(z.maxLength(64)),
    z.object({ seq: z.int().check(z.gte(0)), stateVector: z.string().check(z.maxLength(20_000)) }),
  ),
})
export type FetchDocumentsBody = z.infer<typeof fetchDocumentsBody>

/**
 * The answer is binary, in lib0 encoding: the plan's record as JSON (varString), a varint count,
 * then for each changed document its name (varString), the sequence (varint) and the missing update
 * (varUint8Array).
 */
export const documentsContentType = 'application/octet-stream'

export const tokenScopes = ['read', 'write'] as const
export const createTokenBody = z.object({
  name: z.string().check(z.trim(), z.minLength(1), z.maxLength(100)),
  scope: z.enum(tokenScopes),
  /** Days until it expires. */
  days: z.int().check(z.gte(1), z.lte(366)),
})
export const accessToken = z.object({
  id: z.string(),
  name: z.string(),
  scope: z.enum(tokenScopes),
  createdAt: z.number(),
  expiresAt: z.number(),
  lastUsedAt: z.nullable(z.number()),
})
export type AccessToken = z.infer<typeof accessToken>
/** The only answer that holds the token itself. */
export const createdToken = z.extend(accessToken, { token: z.string() })

/** A message of the server on a document's connection. */
export const statelessMessage = z.discriminatedUnion('type', [
  /** The update that was just sent is refused; the client keeps its state as a draft. */
  z.object({ type: z.literal('rejected'), code: z.string() }),
  /** How often the plan's record has changed; told when it does, and to whoever begins to listen. */
  z.object({ type: z.literal('record'), planId, rights: z.int() }),
  /** How often links and roll-up of the plan have changed; told like the record's count. */
  z.object({ type: z.literal('links'), planId, count: z.int() }),
  /** Somebody's value of a cell was replaced unseen; whose, the answer to the question says. */
  z.object({ type: z.literal('conflicts'), planId }),
])
export type StatelessMessage = z.infer<typeof statelessMessage>

/** What a client says of itself as the "token" of a document connection; the cookie says who it is. */
export const connectionToken = z.object({ schema: z.int(), epoch: z.string() })
export type ConnectionToken = z.infer<typeof connectionToken>

/** Presence, as stored in a document's awareness. The server overwrites `user`. */
export const presence = z.object({
  user: z.object({ id: userId, name: z.string(), unit: z.nullable(unitId), symbol: z.string(), colour: z.number() }),
  /** The part where the caret is, and the caret itself as relative positions of y-tiptap. */
  part: z.optional(z.nullable(partId)),
  cursor: z.optional(z.unknown()),
})
export type Presence = z.infer<typeof presence>
