/**
 * The ways to a session: user name and password, then a code where the person has a second factor;
 * and a link of invitation. Every secret that can be guessed is slowed down here. Who may come in
 * by an identity of elsewhere is in oidc.ts.
 */
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import { userId, type UserId } from '@soanchung/shared/ids.ts'
import type { Me } from '@soanchung/shared/protocol.ts'
import { audit } from '../audit/trail.ts'
import type { Tables } from '../storage/tables.ts'
import { usernamePattern } from '@soanchung/shared/units/units.ts'
import { writePassword, type Accounts, type SessionAnswer } from './accounts.ts'
import { codeLimits, createAttempts, knownDevice, passwordLimits, rememberDevice } from './attempts.ts'
import { readInvitation, takeInvitation } from './invitations.ts'
import { readPerson } from './people.ts'
import { createSeal } from './sealed.ts'
import type { SecondFactor } from './second-factor.ts'

const challengeLifetimeMs = 10 * 60_000

/** Where a request comes from: the address as a trusted proxy says it, and the cookies. */
export interface Source {
  address: string
  headers: Headers
}

export interface SignedIn extends SessionAnswer {
  person: Me
}
/** The first step is done; the second one brings this back together with a code. */
export interface SecondStep {
  challenge: string
}

export interface SignIn {
  /** `auth.wrong`, `auth.slow`, and only after the right password `auth.deactivated`. */
  withPassword(
    attempt: { username: string; password: string; remember: boolean },
    from: Source,
  ): Promise<Result<SignedIn | SecondStep>>
  /** The second step. `auth.code`, `auth.slow`, `auth.challenge` where the first is too long ago. */
  withCode(attempt: { challenge: string; code: string }, from: Source): Promise<Result<SignedIn>>
  /** Sets the password of an invitation and goes on as after a right password. */
  withInvitation(
    attempt: { token: string; password: string; remember: boolean },
    from: Source,
  ): Promise<Result<SignedIn | SecondStep>>
  /** For somebody whom the organisation's provider has vouched for: a second factor is its business. */
  withIdentity(user: UserId, remember: boolean, from: Source): Promise<Result<SignedIn>>
  /** For what a session alone must not do: `password.wrong`, `auth.slow`. */
  confirmPassword(person: Me, password: string, from: Source): Promise<Result<void>>
  /** The same for the code that turns the second factor on. */
  confirmCode<Value>(person: Me, from: Source, check: () => Promise<Result<Value>>): Promise<Result<Value>>
  /** Ends every other session of the person. */
  changePassword(
    person: Me,
    change: { currentPassword: string; newPassword: string },
    from: Source,
  ): Promise<Result<SessionAnswer>>
}

interface SignInOptions {
  query: Kysely<Tables>
  accounts: Accounts
  secondFactor: SecondFactor
  secret: string
  publicUrl: string
}

export function createSignIn({ query, accounts, secondFactor, secret, publicUrl }: SignInOptions): SignIn {
  const passwords = createAttempts(passwordLimits)
  const codes = createAttempts(codeLimits)
  const challenges = createSeal(secret, 'second step', z.object({ user: userId, remember: z.boolean() }))
  const isSecure = publicUrl.startsWith('https:')

  async function begin(user: UserId, remember: boolean, { headers }: Source): Promise<Result<SignedIn>> {
    const person = await readPerson(query, user)
    if (person === null) return refuse('auth.deactivated')
    const { cookies } = await accounts.beginSession(user, remember)
    const device = rememberDevice(secret, person.username, headers, isSecure)
    return accept({ person, cookies: device === null ? cookies : [...cookies, device] })
  }

  async function afterPassword(user: UserId, remember: boolean, from: Source): Promise<Result<SignedIn | SecondStep>> {
    if (!(await secondFactor.isOn(user))) return await begin(user, remember, from)
    return accept({ challenge: challenges.close({ user, remember }, challengeLifetimeMs) })
  }

  async function confirmPassword({ id, username }: Me, password: string, from: Source): Promise<Result<void>> {
    const attempt = passwords.take(username, from.address, knownDevice(secret, username, from.headers))
    if (!attempt.allowed) return refuse('auth.slow')
    if (!(await accounts.verifyPassword(id, password))) return refuse('password.wrong')
    attempt.succeeded()
    return accept(undefined)
  }

  return {
    async withPassword({ username: typed, password, remember }, from) {
      const username = typed.toLowerCase()
      const attempt = passwords.take(username, from.address, knownDevice(secret, username, from.headers))
      if (!attempt.allowed) return refuse('auth.slow')
      const found = usernamePattern.test(username)
        ? await query
            .selectFrom('user')
            .select(['id', 'deactivated_at'])
            .where('username', '=', username)
            .executeTakeFirst()
        : undefined
      if (!(await accounts.verifyPassword(found?.id ?? null, password)) || found === undefined) {
        return refuse('auth.wrong')
      }
      attempt.succeeded()
      if (found.deactivated_at !== null) return refuse('auth.deactivated')
      return await afterPassword(found.id, remember, from)
    },

    async withCode({ challenge, code }, from) {
      const opened = challenges.open(challenge)
      if (opened === null) return refuse('auth.challenge')
      const person = await readPerson(query, opened.user)
      if (person === null) return refuse('auth.deactivated')
      const device = knownDevice(secret, person.username, from.headers)
      const attempt = codes.take(person.username, from.address, device)
      if (!attempt.allowed) return refuse('auth.code-slow')
      // Switched off by an administrator meanwhile: the password was right, and no code is wanted.
      const isOn = await secondFactor.isOn(person.id)
      if (isOn && !(await secondFactor.take(person.id, code))) return refuse('auth.code')
      attempt.succeeded()
      return await begin(person.id, opened.remember, from)
    },

    async withInvitation({ token, password, remember }, from) {
      // Before anything costs more than a look, and before the link is used up.
      const invited = await readInvitation(query, token)
      if (!invited.ok) return invited
      const hashed = await accounts.hashPassword(password)
      if (!hashed.ok) return hashed
      const taken = await query.transaction().execute(async (transaction) => {
        const used = await takeInvitation(transaction, token)
        if (used.ok) await writePassword(transaction, used.value.user, hashed.value)
        return used
      })
      return taken.ok ? await afterPassword(taken.value.user, remember, from) : taken
    },

    withIdentity: begin,
    confirmPassword,

    async confirmCode({ username }, from, check) {
      const attempt = codes.take(username, from.address, knownDevice(secret, username, from.headers))
      if (!attempt.allowed) return refuse('auth.code-slow')
      const result = await check()
      if (result.ok) attempt.succeeded()
      return result
    },

    async changePassword(person, { currentPassword, newPassword }, from) {
      const confirmed = await confirmPassword(person, currentPassword, from)
      if (!confirmed.ok) return confirmed
      const hashed = await accounts.hashPassword(newPassword)
      if (!hashed.ok) return hashed
      await query.transaction().execute(async (transaction) => {
        await writePassword(transaction, person.id, hashed.value)
        await audit(transaction, { actor: person.id, action: 'password.changed', subject: `person/${person.id}` })
      })
      return accept(await accounts.beginSession(person.id, true))
    },
  }
}
