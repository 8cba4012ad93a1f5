/**
 * Signing in through the organisation's own provider (OpenID Connect, code flow with PKCE, state
 * and nonce). An identity (issuer and subject) opens the account that it is linked to. It is linked
 * once: by the person while they are signed in, or by the first sign-in where the provider vouches
 * for an address that an administrator verified here. Nobody is made from an identity, and a name
 * alone proves nothing. What a sign-in needs to remember travels sealed in a cookie, so that
 * strangers make the server store nothing.
 */
import type { Kysely, Transaction } from 'kysely'
import * as client from 'openid-client'
import type { Logger } from 'pino'
import { z } from 'zod'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import { newId, userId, type UserId } from '@soanchung/shared/ids.ts'
import type { OidcConfig } from '../config.ts'
import { audit } from '../audit/trail.ts'
import type { Tables } from '../storage/tables.ts'
import { createAttempts, type Limits } from './attempts.ts'
import { findByVerifiedEmail, setEmail } from './email.ts'
import { createSeal } from './sealed.ts'

export const callbackPath = '/api/auth/oidc/callback'
const cookieName = 'soanchung.oidc'
const flowLifetimeMs = 10 * 60_000
const patienceSeconds = 10
/** Each makes us ask the provider; nobody may flood it through us. Counted by address alone. */
const limits: Limits = { windowMs: 60_000, name: 30, address: 30, everywhere: Infinity }

const flow = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** Where people open the application; the provider sends them back there. */
  origin: z.string(),
  /** A path of this site. */
  next: z.string(),
  remember: z.boolean(),
  /** Who wants the identity linked to their account; null for signing in. */
  linkTo: z.nullable(userId),
})
type Flow = z.infer<typeof flow>

interface Identity {
  issuer: string
  subject: string
  /** Only where the provider says that it has verified it. */
  email: string | null
}

export interface Oidc {
  /** What the provider is called on the button. */
  label: string
  /** The provider's page to go to, and the cookie to come back with; `oidc.failed` where it is out of reach. */
  start(
    wish: Pick<Flow, 'origin' | 'next' | 'remember' | 'linkTo'>,
  ): Promise<Result<{ address: string; cookie: string }>>
  /** What was begun, if anything: also where it fails one has to go somewhere. `cookie` takes it away. */
  begun(headers: Headers): { flow: Flow | null; cookie: string }
  /** Who came back. `oidc.failed`, `oidc.unknown`, `oidc.taken`, `auth.slow`. */
  finish(begun: Flow, search: string, address: string): Promise<Result<UserId>>
}

interface OidcOptions {
  query: Kysely<Tables>
  settings: OidcConfig
  secret: string
  publicUrl: string
  logger: Logger
}

export function createOidc({ query, settings, secret, publicUrl, logger }: OidcOptions): Oidc {
  const seal = createSeal(secret, 'oidc', flow)
  const attempts = createAttempts(limits)
  const attributes = `Path=${callbackPath}; HttpOnly; SameSite=Lax${publicUrl.startsWith('https:') ? '; Secure' : ''}`
  let asked: Promise<client.Configuration> | null = null

  /** Asked for when it is first needed, and again until it answers: the provider may start later than we do. */
  function provider(): Promise<client.Configuration> {
    asked ??= discover().catch((error: unknown) => {
      asked = null
      throw error
    })
    return asked
  }

  async function discover(): Promise<client.Configuration> {
    const issuer = new URL(settings.issuer)
    const isPlain = issuer.protocol === 'http:'
    return await client.discovery(issuer, settings.clientId, settings.clientSecret, chosenAuth, {
      execute: isPlain ? [client.allowInsecureRequests] : [],
      timeout: patienceSeconds,
    })
  }

  /** The standard's own way unless the provider offers only the other one. */
  const chosenAuth: client.ClientAuth = (server, ...rest) => {
    const offered = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const auth = offered.includes('client_secret_basic') ? client.ClientSecretBasic : client.ClientSecretPost
    auth(settings.clientSecret)(server, ...rest)
  }

  async function identityOf(begun: Flow, search: string): Promise<Identity> {
    const configuration = await provider()
    const tokens = await client.authorizationCodeGrant(configuration, new URL(callbackPath + search, begun.origin), {
      expectedState: begun.state,
      expectedNonce: begun.nonce,
      pkceCodeVerifier: begun.verifier,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (claims === undefined) throw new Error('no ID token')
    const { iss: issuer, sub: subject } = claims
    // Many providers put the address into the user info only.
    const info =
      claims['email'] === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined
        ? await client.fetchUserInfo(configuration, tokens.access_token, subject)
        : claims
    const isVerified = info['email_verified'] === true && typeof info['email'] === 'string'
    return { issuer, subject, email: isVerified ? String(info['email']) : null }
  }

  return {
    label: settings.label,

    async start(wish) {
      const begun = {
        ...wish,
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      }
      try {
        const address = client.buildAuthorizationUrl(await provider(), {
          redirect_uri: new URL(callbackPath, wish.origin).href,
          scope: 'openid email',
          state: begun.state,
          nonce: begun.nonce,
          code_challenge: await client.calculatePKCECodeChallenge(begun.verifier),
          code_challenge_method: 'S256',
        })
        const kept = `${cookieName}=${seal.close(begun, flowLifetimeMs)}`
        return accept({ address: address.href, cookie: `${kept}; ${attributes}; Max-Age=${flowLifetimeMs / 1000}` })
      } catch (error) {
        logger.error({ err: error, issuer: settings.issuer }, 'the provider of OIDC_ISSUER does not answer')
        return refuse('oidc.failed')
      }
    },

    begun(headers) {
      const cookies = (headers.get('cookie') ?? '').split(/;\s*/)
      const value = cookies.find((cookie) => cookie.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1)
      return { flow: seal.open(value ?? ''), cookie: `${cookieName}=; ${attributes}; Max-Age=0` }
    },

    async finish(begun, search, address) {
      const attempt = attempts.take('', address, null)
      if (!attempt.allowed) return refuse('auth.slow')
      let identity: Identity
      try {
        identity = await identityOf(begun, search)
      } catch (error) {
        logger.warn({ err: error, issuer: settings.issuer }, 'a sign-in through the provider failed')
        return refuse('oidc.failed')
      }
      attempt.succeeded()
      return begun.linkTo === null ? await ownerOf(query, identity) : await linkTo(query, identity, begun.linkTo)
    },
  }
}

async function ownerOf(query: Kysely<Tables>, identity: Identity): Promise<Result<UserId>> {
  const linked = await linkedTo(query, identity)
  if (linked !== null) return accept(linked)
  const owner = identity.email === null ? null : await findByVerifiedEmail(query, identity.email)
  // Whoever has an identity of this provider already is not handed over to another one by an address.
  if (owner === null || (await identityLinked(query, owner))) return refuse('oidc.unknown')
  return await link(query, identity, owner)
}

async function linkTo(query: Kysely<Tables>, identity: Identity, user: UserId): Promise<Result<UserId>> {
  const linked = await linkedTo(query, identity)
  if (linked !== null) return linked === user ? accept(user) : refuse('oidc.taken')
  const made = await link(query, identity, user)
  // The provider vouches for the address, and the person for both; where it is another's, it stays theirs.
  if (made.ok && identity.email !== null) await setEmail(query, user, user, { email: identity.email, isVerified: true })
  return made
}

async function linkedTo(query: Kysely<Tables>, { issuer, subject }: Identity): Promise<UserId | null> {
  const row = await query
    .selectFrom('account')
    .select('userId')
    .where('providerId', '=', issuer)
    .where('accountId', '=', subject)
    .executeTakeFirst()
  return row?.userId ?? null
}

/** One identity a person: the new one takes the old one's place. */
async function link(query: Kysely<Tables>, identity: Identity, user: UserId): Promise<Result<UserId>> {
  const { issuer, subject } = identity
  const now = new Date().toISOString()
  return await query.transaction().execute(async (transaction) => {
    const linked = await linkedTo(transaction, identity)
    if (linked !== null) return linked === user ? accept(user) : refuse('oidc.taken')
    await unlink(transaction, user)
    const values = { id: newId(), providerId: issuer, accountId: subject, userId: user, password: null }
    await transaction
      .insertInto('account')
      .values({ ...values, createdAt: now, updatedAt: now })
      .execute()
    const detail = { issuer, subject }
    await audit(transaction, { actor: user, action: 'identity.linked', subject: `person/${user}`, detail })
    return accept(user)
  })
}

export async function identityLinked(query: Kysely<Tables>, user: UserId): Promise<boolean> {
  const row = await query
    .selectFrom('account')
    .select('id')
    .where('userId', '=', user)
    .where('providerId', '!=', 'credential')
    .executeTakeFirst()
  return row !== undefined
}

/** `identity.only` where the person could not come in any more; `not.found` where there is none. */
export async function removeIdentity(query: Kysely<Tables>, actor: UserId, user: UserId): Promise<Result<void>> {
  return await query.transaction().execute(async (transaction) => {
    const credential = await transaction
      .selectFrom('account')
      .select('id')
      .where('userId', '=', user)
      .where('providerId', '=', 'credential')
      .executeTakeFirst()
    if (!(await identityLinked(transaction, user))) return refuse('not.found')
    if (credential === undefined) return refuse('identity.only')
    await unlink(transaction, user)
    await audit(transaction, { actor, action: 'identity.unlinked', subject: `person/${user}` })
    return accept(undefined)
  })
}

async function unlink(transaction: Transaction<Tables>, user: UserId): Promise<void> {
  await transaction.deleteFrom('account').where('userId', '=', user).where('providerId', '!=', 'credential').execute()
}
