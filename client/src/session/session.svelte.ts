/**
 * Who is signed in. The person is kept on the device, so that the application opens without a
 * network; the server has the last word as soon as it answers. A session that ran out on the
 * server leaves the screen as it is, with a notice, so that nothing typed is taken away.
 */
import { createContext } from 'svelte'
import * as z from 'zod/mini'
import { signInAnswer, type SignInAnswer } from '@soanchung/shared/accounts.ts'
import { accept, type Result } from '@soanchung/shared/errors.ts'
import { me as meSchema, type Me } from '@soanchung/shared/protocol.ts'
import { forgetAsked } from '../ahead.ts'
import { request } from './api.ts'
import { keep, readKept } from './kept.ts'

const nothing = z.unknown()

export class Session {
  me: Me | null = $state.raw(readKept('me', meSchema))
  /** False until the server has said who is signed in, or could not be reached. */
  settled = $state(false)
  /** The server no longer knows the session; signing in again goes on where one was. */
  expired = $state(false)

  /** Asks the server who is signed in. */
  async refresh(): Promise<void> {
    const answer = await request('GET', '/api/me', meSchema)
    if (answer.ok) this.#become(answer.value)
    else if (answer.error.code === 'auth.required') this.expired = this.me !== null
    this.settled = true
  }

  /** Refused with `auth.wrong`, `auth.slow` or `network.offline`. A challenge wants a code next. */
  async signIn(username: string, password: string, remember: boolean): Promise<Result<SignInAnswer>> {
    return await this.#enter('/api/auth/sign-in/username', signInAnswer, { username, password, remember })
  }

  /** The second step. */
  async signInWithCode(challenge: string, code: string): Promise<Result<SignInAnswer>> {
    return await this.#enter('/api/auth/sign-in/code', meSchema, { challenge, code })
  }

  /** Sets the password of an invitation, and goes on as after `signIn`. */
  async acceptInvitation(token: string, password: string): Promise<Result<SignInAnswer>> {
    return await this.#enter('/api/auth/invitation/accept', signInAnswer, { token, password })
  }

  async #enter(path: string, schema: z.ZodMiniType<SignInAnswer>, body: unknown): Promise<Result<SignInAnswer>> {
    forgetAsked()
    const answer = await request('POST', path, schema, body)
    if (answer.ok && !('challenge' in answer.value)) this.#become(answer.value)
    return answer
  }

  /** Ends the session on the server first: a device alone can't end it. */
  async signOut(): Promise<Result<void>> {
    const answer = await request('POST', '/api/auth/sign-out', nothing, {})
    if (!answer.ok && answer.error.code !== 'auth.required') return answer
    this.forget()
    return accept(undefined)
  }

  /** Forgets on this device who was signed in. */
  forget(): void {
    if (this.me !== null) keep(`plans.${this.me.id}`, null)
    keep('me', null)
    this.me = null
    this.expired = false
  }

  async changePassword(currentPassword: string, newPassword: string): Promise<Result<unknown>> {
    return request('POST', '/api/auth/change-password', nothing, { currentPassword, newPassword })
  }

  #become(me: Me): void {
    if (JSON.stringify(me) !== JSON.stringify(this.me)) this.me = me
    this.expired = false
    keep('me', me)
  }
}

export const [useSession, provideSession] = createContext<Session>()
