/**
 * What goes over the wire between client and server besides the Yjs sync itself: the bodies of
 * HTTP requests and answers, and the small messages on the sync socket. Both sides use these
 * validators, so a shape is declared once.
 */
import * as z from 'zod/mini'
import { blockId, changeId, partId, planId, unitId, userId } from './ids.ts'
import { planRoles, planStages } from './permissions.ts'
import { planTypes } from './plan/meta.ts'
import { planSnapshot } from './plan/snapshot.ts'

/** Bodies of errors, for every route. `message` is in the language of the request. */
export const errorBody = z.object({ code: z.string(), message: z.string(), detail: z.optional(z.string()) })

export const unit = z.object({
  id: unitId,
  name: z.string(),
  /** HND, PN, MTTQ … shown where the name is too long. */
  symbol: z.string(),
  /** Which of the ten unit colours, 0–9. */
  colour: z.int().check(z.gte(0), z.lte(9)),
  parent: z.nullable(unitId),
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
    }),
  ),
  updatedAt: z.number(),
})
export type PlanSummary = z.infer<typeof planSummary>

/** What the server says of an open plan, besides its documents. */
export const planRecord = z.object({
  id: planId,
  stage: z.enum(planStages),
  /** Changes when the server was restored from a backup. */
  epoch: z.string(),
  roles: z.array(z.object({ unit: unitId, role: z.enum(planRoles) })),
  parts: z.array(z.object({ id: partId, units: z.array(unitId), mayWrite: z.boolean() })),
  mayWriteOutline: z.boolean(),
  units: z.array(unit),
  people: z.array(z.object({ id: userId, name: z.string(), units: z.array(unitId), office: z.string() })),
})
export type PlanRecord = z.infer<typeof planRecord>

export const createPlanBody = z.object({
  /** A unit of the person who creates it. */
  leadUnit: unitId,
  snapshot: planSnapshot,
})
export type CreatePlanBody = z.infer<typeof createPlanBody>

/** Makes the one row that says which plan a part belongs to. Idempotent. */
export const createPartBody = z.object({ id: partId })

export const assignPartBody = z.object({ units: z.array(unitId).check(z.maxLength(50)) })

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

export const planUnitBody = z.object({ unit: unitId, role: z.enum(['drafter', 'reviewer', 'reader']) })

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
  /** The plan's record (roles, parts, stage) changed; fetch it again. */
  z.object({ type: z.literal('record-changed'), planId }),
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
