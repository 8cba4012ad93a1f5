/**
 * What goes over the wire about a person's own account: the steps of signing in, the second
 * factor, the address, and what an administrator sees and does about how somebody comes in.
 */
import * as z from 'zod/mini'
import { me } from './protocol.ts'

const password = z.string().check(z.maxLength(500))
/** A code of the app, or a backup code with its hyphen. */
const code = z.string().check(z.trim(), z.minLength(1), z.maxLength(40))

/** The person, and the cookie of the session; or the first step is done and a code is asked for. */
export const signInAnswer = z.union([me, z.object({ challenge: z.string() })])
export type SignInAnswer = z.infer<typeof signInAnswer>
export const signInCodeBody = z.object({ challenge: z.string().check(z.maxLength(2000)), code })

/** Which ways lead in besides the password. */
export const signInWays = z.object({ oidc: z.nullable(z.object({ label: z.string() })) })

/** `next` is a path of this site. */
export const startOidcBody = z.object({
  next: z._default(z.string().check(z.maxLength(500), z.regex(/^\/(?![/\\])/)), '/'),
  remember: z._default(z.boolean(), true),
})
/** Where to go: the provider's own page. */
export const startedOidc = z.object({ address: z.url() })

const invitationToken = z.string().check(z.maxLength(100))
export const readInvitationBody = z.object({ token: invitationToken })
export const invited = z.object({ name: z.string(), username: z.string(), expiresAt: z.number() })
export type Invited = z.infer<typeof invited>
export const acceptInvitationBody = z.object({
  token: invitationToken,
  password,
  remember: z._default(z.boolean(), true),
})

export const account = z.object({
  email: z.nullable(z.string()),
  /** By an administrator or the organisation's provider; only then it opens anything. */
  emailVerified: z.boolean(),
  hasPassword: z.boolean(),
  secondFactor: z.boolean(),
  backupCodesLeft: z.number(),
  /** Linked to an identity of the organisation's provider. */
  identity: z.boolean(),
})
export type Account = z.infer<typeof account>

const emailAddress = z.email().check(z.maxLength(254))
/** Null takes it away. */
export const emailBody = z.object({ email: z.nullable(emailAddress) })

export const passwordBody = z.object({ password })
export const codeBody = z.object({ code })
/** The key as text, and the address that the QR code holds. */
export const secondFactorKey = z.object({ key: z.string(), address: z.string() })
/** Each stands in for the app once; shown this one time. */
export const backupCodes = z.object({ backupCodes: z.array(z.string()) })

/** What an administrator sees of how a person comes in. */
export const personAccess = z.extend(account, {
  active: z.boolean(),
  /** When the link that was made for the person expires; null where none is open. */
  invitedUntil: z.nullable(z.number()),
})
export type PersonAccess = z.infer<typeof personAccess>
export const activeBody = z.object({ active: z.boolean() })
/** The only answer that holds the link's token; the page is `/invite#<token>`. */
export const createdInvitation = z.object({ token: z.string(), expiresAt: z.number() })
