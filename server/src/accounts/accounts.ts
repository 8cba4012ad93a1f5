/**
 * Who is asking: accounts with a user name and password and their sessions (better-auth does the
 * hashing, cookies and expiry), and personal access tokens. Nobody signs up by themselves;
 * accounts are made by a command or the demo. Nothing is cached, so that whatever is revoked stops
 * working with the next question.
 */
import { betterAuth } from 'better-auth'
import { isAPIError } from 'better-auth/api'
import { username } from 'better-auth/plugins/username'
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import { userId, type UserId } from '@soanchung/shared/ids.ts'
import { minPasswordLength, type Me } from '@soanchung/shared/protocol.ts'
import type { Tables } from '../storage/tables.ts'
import type { Identity } from '../sync/gate.ts'
import { createAttempts } from './attempts.ts'
import { actorOf, findUser, presenceOf, readPerson } from './people.ts'
import { findToken } from './tokens.ts'

const day = 24 * 60 * 60
const usernamePattern = /^[a-z0-9][a-z0-9._-]{2,29}$/

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
  /** Which of the proofs by which somebody was identified before would still do. */
  stillHolds(proofs: readonly string[]): Promise<ReadonlySet<string>>
  signIn(attempt: {
    username: string
    password: string
    remember: boolean
    address: string
  }): Promise<Result<SessionAnswer & { person: Me }>>
  /** Ends the session of these headers, on the server first. */
  signOut(headers: Headers): Promise<SessionAnswer>
  /** Makes the session last longer where half of a day has passed since it was last made to. */
  renew(headers: Headers): Promise<SessionAnswer>
  /** Ends every other session of the person. */
  changePassword(
    headers: Headers,
    change: { currentPassword: string; newPassword: string },
    address: string,
  ): Promise<Result<SessionAnswer>>
  /** `conflict.exists` where the name is taken, `input.invalid` where it or the password is no good. */
  createUser(user: {
    username: string
    name: string
    password: string
    administrator: boolean
  }): Promise<Result<UserId>>
}

interface AccountsOptions {
  query: Kysely<Tables>
  dialect: 'sqlite' | 'postgres'
  secret: string
  /** Where people open the application; with https the cookie goes over https only. */
  publicUrl: string
  logger: Logger
}

export function createAccounts({ query, dialect, secret, publicUrl, logger }: AccountsOptions): Accounts {
  const attempts = createAttempts()
  const auth = betterAuth({
    appName: 'Soạn Chung',
    baseURL: publicUrl,
    secret,
    database: { db: query, type: dialect },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength, maxPasswordLength: 200 },
    plugins: [username({ usernameValidator: (name) => usernamePattern.test(name) })],
    session: { expiresIn: 30 * day, updateAge: day / 2 },
    // Origin and the number of attempts are checked before a request comes here, for all routes alike.
    rateLimit: { enabled: false },
    advanced: { cookiePrefix: 'soanchung', disableCSRFCheck: true, disableOriginCheck: true },
    telemetry: { enabled: false },
    logger: { log: (level, message) => logger[level]({ from: 'better-auth' }, message) },
  })

  async function sessionOf(headers: Headers): Promise<{ id: string; owner: UserId; token: string } | null> {
    if (!headers.has('cookie')) return null
    const found = await auth.api.getSession({ headers, query: { disableRefresh: true } })
    return found === null
      ? null
      : { id: found.session.id, owner: userId.parse(found.user.id), token: found.session.token }
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

    async stillHolds(proofs) {
      const [sessions, tokens] = [idsOf('session', proofs), idsOf('token', proofs)]
      const found = await Promise.all([
        sessions.length === 0
          ? []
          : query
              .selectFrom('session')
              .innerJoin('user', 'user.id', 'session.userId')
              .select('session.id')
              .where('session.id', 'in', sessions)
              .where('session.expiresAt', '>', new Date().toISOString())
              .execute(),
        tokens.length === 0
          ? []
          : query
              .selectFrom('access_tokens')
              .select('id')
              .where('id', 'in', tokens)
              .where('expires_at', '>', Date.now())
              .execute(),
      ])
      const [liveSessions, liveTokens] = found
      return new Set([
        ...liveSessions.map(({ id }) => proofOf('session', id)),
        ...liveTokens.map(({ id }) => proofOf('token', id)),
      ])
    },

    async signIn({ username: name, password, remember, address }) {
      const attempt = attempts.take(name, address)
      if (!attempt.allowed) return refuse('auth.slow')
      // A name that cannot exist costs the same as one that does not.
      const asked = usernamePattern.test(name.toLowerCase()) ? name : 'khong-co'
      try {
        const { headers, response } = await auth.api.signInUsername({
          body: { username: asked.toLowerCase(), password, rememberMe: remember },
          returnHeaders: true,
        })
        const person = response === null ? null : await readPerson(query, userId.parse(response.user.id))
        if (person === null) return refuse('auth.wrong')
        attempt.succeeded()
        return accept({ cookies: headers.getSetCookie(), person })
      } catch (error) {
        if (isAPIError(error) && error.statusCode < 500) return refuse('auth.wrong')
        throw error
      }
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

    async changePassword(headers, { currentPassword, newPassword }, address) {
      const session = await sessionOf(headers)
      if (session === null) return refuse('auth.required')
      const attempt = attempts.take(`password of ${session.owner}`, address)
      if (!attempt.allowed) return refuse('auth.slow')
      try {
        const answer = await auth.api.changePassword({
          headers,
          body: { currentPassword, newPassword, revokeOtherSessions: true },
          returnHeaders: true,
        })
        attempt.succeeded()
        return accept({ cookies: answer.headers.getSetCookie() })
      } catch (error) {
        if (!isAPIError(error) || error.statusCode >= 500) throw error
        return refuse(error.body?.code === 'INVALID_PASSWORD' ? 'password.wrong' : 'password.short')
      }
    },

    async createUser({ username: wanted, name, password, administrator }) {
      const handle = wanted.toLowerCase()
      if (!usernamePattern.test(handle) || name.trim() === '') return refuse('input.invalid', 'username')
      if (password.length < minPasswordLength || password.length > 200) return refuse('password.short')
      if ((await findUser(query, handle)) !== null) return refuse('conflict.exists', handle)
      const context = await auth.$context
      const made = await context.internalAdapter.createUser(
        {
          name: name.trim(),
          // The library wants an address; this one can never receive anything (RFC 2606).
          email: `${handle}@soanchung.invalid`,
          emailVerified: false,
          username: handle,
          displayUsername: handle,
        },
        { method: 'admin' },
      )
      const id = userId.parse(made.id)
      await context.internalAdapter.linkAccount({
        userId: id,
        accountId: id,
        providerId: 'credential',
        password: await context.password.hash(password),
      })
      if (administrator) {
        await query.updateTable('user').set({ administrator: 1 }).where('id', '=', id).execute()
      }
      return accept(id)
    },
  }
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
