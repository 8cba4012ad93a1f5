/**
 * Who is asking: sessions (better-auth makes them, signs their cookies and lets them expire),
 * personal access tokens, and the accounts with their passwords. How somebody comes to a session
 * is in sign-in.ts. Nobody signs up by themselves. Nothing is cached, so that whatever is revoked
 * stops working with the next question.
 */
import { betterAuth } from 'better-auth'
import { createAuthEndpoint } from 'better-auth/api'
import { setSessionCookie } from 'better-auth/cookies'
import type { Kysely, Transaction } from 'kysely'
import type { Logger } from 'pino'
import { z } from 'zod'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import { newId, userId, type UserId } from '@soanchung/shared/ids.ts'
import type { Actor } from '@soanchung/shared/permissions.ts'
import { minPasswordLength, type Me } from '@soanchung/shared/protocol.ts'
import { usernamePattern } from '@soanchung/shared/units/units.ts'
import type { Tables } from '../storage/tables.ts'
import type { Identity } from '../sync/gate.ts'
import { actorOf, insertUser, membershipsOf, presenceOf, readPerson, type NewUser } from './people.ts'
import { findToken } from './tokens.ts'

const day = 24 * 60 * 60
const maxPasswordLength = 200

export interface Identified extends Identity {
  person: Me
  /** What belongs to the account itself (password, tokens) is only open to a session. */
  via: 'session' | 'token'
}

/** A session that began, went on or ended: `cookies` are the lines of Set-Cookie that say so. */
export interface SessionAnswer {
  cookies: string[]
}

export interface Accounts {
  /** By access token, or by the session's cookie in the headers; null for neither. */
  identify(from: { headers: Headers; token?: string }): Promise<Identified | null>
  /** As whom each proof by which somebody was identified before counts now; without those that would not do. */
  actorsOf(proofs: readonly string[]): Promise<ReadonlyMap<string, Actor>>
  /** Whoever calls this has made sure who it is. `remember` false: it ends with the browser. */
  beginSession(user: UserId, remember: boolean): Promise<SessionAnswer>
  /** Ends the session of these headers, on the server first. */
  signOut(headers: Headers): Promise<SessionAnswer>
  /** Makes the session last longer where half of a day has passed since it was last made to. */
  renew(headers: Headers): Promise<SessionAnswer>
  /** False also for nobody and for somebody without a password, after the same work. */
  verifyPassword(user: UserId | null, password: string): Promise<boolean>
  /** For `writePassword`; `password.short` where it is no good. */
  hashPassword(password: string): Promise<Result<string>>
  /** An account to be written with `insertUser`. `input.invalid` where name or password are no good. */
  newUser(user: WantedUser): Promise<Result<NewUser>>
  /** Refused as `newUser` does, and with `conflict.username` where the name is taken. */
  createUser(user: WantedUser): Promise<Result<UserId>>
}

interface WantedUser {
  username: string
  name: string
  /** Null for somebody who is going to get an invitation. */
  password: string | null
  administrator: boolean
}

interface AccountsOptions {
  query: Kysely<Tables>
  dialect: 'sqlite' | 'postgres'
  secret: string
  /** Where people open the application; with https the cookie goes over https only. */
  publicUrl: string
  logger: Logger
}

/** Sessions for people whom we have recognised ourselves; never open over HTTP. */
const sessionsByUs = {
  id: 'sessions-by-us',
  endpoints: {
    beginSession: createAuthEndpoint.serverOnly(
      { method: 'POST', body: z.object({ user: z.string(), remember: z.boolean() }) },
      async (context) => {
        const { internalAdapter } = context.context
        const user = await internalAdapter.findUserById(context.body.user)
        if (user === null) throw new Error('a session for nobody')
        const session = await internalAdapter.createSession(user.id, !context.body.remember)
        await setSessionCookie(context, { session, user }, !context.body.remember)
      },
    ),
  },
} as const

export function createAccounts({ query, dialect, secret, publicUrl, logger }: AccountsOptions): Accounts {
  const auth = betterAuth({
    appName: 'Soạn Chung',
    baseURL: publicUrl,
    secret,
    database: { db: query, type: dialect },
    user: { additionalFields: { username: { type: 'string' }, displayUsername: { type: 'string' } } },
    plugins: [sessionsByUs],
    session: { expiresIn: 30 * day, updateAge: day / 2 },
    // Origin and the number of attempts are checked before a request comes here, for all routes alike.
    rateLimit: { enabled: false },
    advanced: { cookiePrefix: 'soanchung', disableCSRFCheck: true, disableOriginCheck: true },
    telemetry: { enabled: false },
    logger: { log: (level, message) => logger[level]({ from: 'better-auth' }, message) },
  })
  let nobodysHash: Promise<string> | null = null

  async function sessionOf(headers: Headers): Promise<{ id: string; owner: UserId; token: string } | null> {
    if (!headers.has('cookie')) return null
    const found = await auth.api.getSession({ headers, query: { disableRefresh: true } })
    return found === null
      ? null
      : { id: found.session.id, owner: userId.parse(found.user.id), token: found.session.token }
  }

  async function newUser({ username: wanted, name, password, administrator }: WantedUser): Promise<Result<NewUser>> {
    const handle = wanted.trim().toLowerCase()
    if (!usernamePattern.test(handle) || name.trim() === '') return refuse('input.invalid', 'username')
    if (password !== null && !isGoodPassword(password)) return refuse('password.short')
    const { password: hashing } = await auth.$context
    const passwordHash = password === null ? null : await hashing.hash(password)
    return accept({ username: handle, name: name.trim(), administrator, passwordHash })
  }

  return {
    async identify({ headers, token }) {
      const presented = token ?? bearerOf(headers)
      if (presented !== undefined) {
        const found = await findToken(query, presented)
        const person = found === null ? null : await readPerson(query, found.owner)
        if (found === null || person === null) return null
        const proof = proofOf('token', found.id)
        return { person, actor: actorOf(person, found.scope), presence: presenceOf(person), via: 'token', proof }
      }
      const session = await sessionOf(headers)
      const person = session === null ? null : await readPerson(query, session.owner)
      if (session === null || person === null) return null
      const proof = proofOf('session', session.id)
      return { person, actor: actorOf(person, 'write'), presence: presenceOf(person), via: 'session', proof }
    },

    async actorsOf(proofs) {
      const [sessions, tokens] = [idsOf('session', proofs), idsOf('token', proofs)]
      const [liveSessions, liveTokens] = await Promise.all([
        sessions.length === 0
          ? []
          : query
              .selectFrom('session')
              .select(['id', 'userId as owner'])
              .where('id', 'in', sessions)
              .where('expiresAt', '>', new Date().toISOString())
              .execute(),
        tokens.length === 0
          ? []
          : query
              .selectFrom('access_tokens')
              .select(['id', 'user_id as owner', 'scope'])
              .where('id', 'in', tokens)
              .where('expires_at', '>', Date.now())
              .execute(),
      ])
      const held = [
        ...liveSessions.map(({ id, owner }) => ({ proof: proofOf('session', id), owner, scope: 'write' as const })),
        ...liveTokens.map(({ id, owner, scope }) => ({ proof: proofOf('token', id), owner, scope })),
      ]
      const members = await membershipsOf(
        query,
        held.map(({ owner }) => owner),
      )
      return new Map(
        held.flatMap(({ proof, owner, scope }) => {
          const member = members.get(owner)
          return member === undefined ? [] : [[proof, { userId: owner, ...member, scope }] as const]
        }),
      )
    },

    async beginSession(user, remember) {
      const { headers } = await auth.api.beginSession({ body: { user, remember }, returnHeaders: true })
      return { cookies: headers.getSetCookie() }
    },

    async signOut(headers) {
      const session = await sessionOf(headers)
      if (session !== null) await query.deleteFrom('session').where('token', '=', session.token).execute()
      const answer = await auth.api.signOut({ headers, returnHeaders: true })
      return { cookies: answer.headers.getSetCookie() }
    },

    async renew(headers) {
      const answer = await auth.api.getSession({ headers, returnHeaders: true })
      return { cookies: answer.headers.getSetCookie() }
    },

    async verifyPassword(user, password) {
      const { password: hashing } = await auth.$context
      const account = user === null ? undefined : await credentialOf(query, user)
      const hash = account?.password ?? null
      nobodysHash ??= hashing.hash('nobody has this password')
      const matches = await hashing.verify({ hash: hash ?? (await nobodysHash), password })
      return matches && hash !== null
    },

    async hashPassword(password) {
      if (!isGoodPassword(password)) return refuse('password.short')
      const { password: hashing } = await auth.$context
      return accept(await hashing.hash(password))
    },

    newUser,

    async createUser(user) {
      const ready = await newUser(user)
      if (!ready.ok) return ready
      return query.transaction().execute((transaction) => insertUser(transaction, ready.value))
    },
  }
}

/** The first password or another one; ends all sessions of the person. */
export async function writePassword(transaction: Transaction<Tables>, user: UserId, passwordHash: string) {
  const now = new Date().toISOString()
  await transaction.deleteFrom('session').where('userId', '=', user).execute()
  const account = await credentialOf(transaction, user)
  if (account !== undefined) {
    await transaction
      .updateTable('account')
      .set({ password: passwordHash, updatedAt: now })
      .where('id', '=', account.id)
      .execute()
    return
  }
  const values = { id: newId(), accountId: user, providerId: 'credential', userId: user }
  await transaction
    .insertInto('account')
    .values({ ...values, password: passwordHash, createdAt: now, updatedAt: now })
    .execute()
}

function isGoodPassword(password: string): boolean {
  return password.length >= minPasswordLength && password.length <= maxPasswordLength
}

async function credentialOf(query: Kysely<Tables>, user: UserId) {
  return await query
    .selectFrom('account')
    .select(['id', 'password'])
    .where('userId', '=', user)
    .where('providerId', '=', 'credential')
    .executeTakeFirst()
}

function proofOf(kind: Identified['via'], id: string): string {
  return `${kind}/${id}`
}

function idsOf(kind: Identified['via'], proofs: readonly string[]): string[] {
  const prefix = `${kind}/`
  return proofs.filter((proof) => proof.startsWith(prefix)).map((proof) => proof.slice(prefix.length))
}

function bearerOf(headers: Headers): string | undefined {
  return /^Bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1]
}
