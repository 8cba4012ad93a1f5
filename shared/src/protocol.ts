/**
 * What goes over the wire between client and server besides the Yjs sync itself: the bodies of
 * HTTP requests and answers, and the small messages on the sync socket. Both sides use these
 * validators, so a shape is declared once.
 */
import { z } from 'zod'
import { partId, planId, unitId, userId } from './ids.ts'
import { planRoles, planStages } from './permissions.ts'
import { planTypes } from './plan/meta.ts'
import { planSnapshot } from './plan/snapshot.ts'

/** Bodies of errors, for every route. `message` is in the language of the request. */
export const errorBody = z.object({ code: z.string(), message: z.string(), detail: z.string().optional() })

export const unit = z.object({
  id: unitId,
  name: z.string(),
  /** HND, PN, MTTQ … shown where the name is too long. */
  symbol: z.string(),
  /** Which of the ten unit colours, 0–9. */
  colour: z.number().int().min(0).max(9),
  parent: unitId.nullable(),
})
export type Unit = z.infer<typeof unit>

export const me = z.object({
  id: userId,
  username: z.string(),
  name: z.string(),
  administrator: z.boolean(),
  units: z.array(unit.extend({ office: z.string() })),
})
export type Me = z.infer<typeof me>

/** Answered with `me`, and the cookie of the session. */
export const signInBody = z.object({
  username: z.string().min(1).max(100),
  password: z.string().min(1).max(500),
  /** False for a session that ends with the browser. */
  remember: z.boolean().default(true),
})

export const minPasswordLength = 10
export const changePasswordBody = z.object({
  currentPassword: z.string().max(500),
  newPassword: z.string().max(500),
})

export const planSummary = z.object({
  id: planId,
  type: z.enum(planTypes),
  subject: z.string(),
  stage: z.enum(planStages),
  role: z.enum(planRoles),
  leadUnit: unitId,
  /** Parts given to one of the person's units. */
  ownParts: z.number().int(),
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

export const assignPartBody = z.object({ units: z.array(unitId).max(50) })

export const planUnitBody = z.object({ unit: unitId, role: z.enum(['drafter', 'reviewer', 'reader']) })

/**
 * One request for all documents that changed since the device last saw them. `seq` is the log
 * sequence up to which the device has everything, `stateVector` (base64) what it has besides.
 */
export const fetchDocumentsBody = z.object({
  have: z.record(z.string().max(64), z.object({ seq: z.number().int().min(0), stateVector: z.string().max(20_000) })),
})
export type FetchDocumentsBody = z.infer<typeof fetchDocumentsBody>

/**
 * The answer is binary: a varint count, then for each changed document its name (varString), the
 * sequence (varint) and the missing update (varUint8Array), in lib0 encoding.
 */
export const documentsContentType = 'application/octet-stream'

export const tokenScopes = ['read', 'write'] as const
export const createTokenBody = z.object({
  name: z.string().trim().min(1).max(100),
  scope: z.enum(tokenScopes),
  /** Days until it expires. */
  days: z.number().int().min(1).max(366),
})
export const accessToken = z.object({
  id: z.string(),
  name: z.string(),
  scope: z.enum(tokenScopes),
  createdAt: z.number(),
  expiresAt: z.number(),
  lastUsedAt: z.number().nullable(),
})
export type AccessToken = z.infer<typeof accessToken>
/** The only answer that holds the token itself. */
export const createdToken = accessToken.extend({ token: z.string() })

/** A message of the server on a document's connection. */
export const statelessMessage = z.discriminatedUnion('type', [
  /** The update that was just sent is refused; the client keeps its state as a draft. */
  z.object({ type: z.literal('rejected'), code: z.string() }),
  /** The plan's record (roles, parts, stage) changed; fetch it again. */
  z.object({ type: z.literal('record-changed'), planId }),
])
export type StatelessMessage = z.infer<typeof statelessMessage>

/** What a client says of itself as the "token" of a document connection; the cookie says who it is. */
export const connectionToken = z.object({ schema: z.number().int(), epoch: z.string() })
export type ConnectionToken = z.infer<typeof connectionToken>

/** Presence, as stored in a document's awareness. The server overwrites `user`. */
export const presence = z.object({
  user: z.object({ id: userId, name: z.string(), unit: unitId.nullable(), symbol: z.string(), colour: z.number() }),
  /** The part where the caret is, and the caret itself as relative positions of y-tiptap. */
  part: partId.nullable().optional(),
  cursor: z.unknown().optional(),
})
export type Presence = z.infer<typeof presence>
