/** The ways in, open to strangers: password, code, invitation, the organisation's provider; and out. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  acceptInvitationBody,
  invited,
  readInvitationBody,
  signInAnswer,
  signInCodeBody,
  signInWays,
  startedOidc,
  startOidcBody,
} from '@soanchung/shared/accounts.ts'
import { RefusalError, type ErrorCode, type Result } from '@soanchung/shared/errors.ts'
import { me, signInBody } from '@soanchung/shared/protocol.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { readInvitation } from '../accounts/invitations.ts'
import { callbackPath, type Oidc } from '../accounts/oidc.ts'
import type { SecondStep, SignedIn, SignIn } from '../accounts/sign-in.ts'
import type { Database } from '../storage/database.ts'
import { sourceOf, webHeaders, withCookies, type About } from './guard.ts'
import { sendRefusal } from './refusals.ts'

const open = (summary: string, refusals: readonly ErrorCode[] = [], more: Partial<About> = {}) => ({
  open: true,
  about: { summary, tag: 'sign-in' as const, refusals, ...more },
})

export interface SignInRoutes {
  accounts: Accounts
  signIn: SignIn
  /** Null where none is configured. */
  oidc: Oidc | null
  database: Database
}

export const signInRoutes: FastifyPluginAsyncZod<SignInRoutes> = async (
  server,
  { accounts, signIn, oidc, database },
) => {
  const { query } = database

  server.get(
    '/api/auth/ways',
    { config: open('Which ways lead in besides the password.'), schema: { response: { 200: signInWays } } },
    () => ({ oidc: oidc === null ? null : { label: oidc.label } }),
  )

  server.post(
    '/api/auth/sign-in/username',
    {
      config: open(
        'Signs in with user name and password. With a second factor, answers a challenge for the next step.',
        ['auth.wrong', 'auth.slow', 'auth.deactivated'],
      ),
      schema: { body: signInBody, response: { 200: signInAnswer } },
    },
    async (request, reply) => answer(request, reply, await signIn.withPassword(request.body, sourceOf(request))),
  )

  server.post(
    '/api/auth/sign-in/code',
    {
      config: open('The second step of signing in: a code of the app, or a backup code.', [
        'auth.code',
        'auth.code-slow',
        'auth.challenge',
        'auth.deactivated',
      ]),
      schema: { body: signInCodeBody, response: { 200: me } },
    },
    async (request, reply) => {
      const result = await signIn.withCode(request.body, sourceOf(request))
      if (!result.ok) return sendRefusal(request, reply, result.error)
      return withCookies(reply, result.value).send(result.value.person)
    },
  )

  server.post('/api/auth/sign-out', { config: open('Ends the session.') }, async (request, reply) => {
    const ended = await accounts.signOut(webHeaders(request.headers))
    return withCookies(reply, ended).status(204).send()
  })

  const badLinks = ['invitation.unknown', 'invitation.used', 'invitation.expired'] as const

  server.post(
    '/api/auth/invitation',
    {
      config: open('Whom an invitation is for. Uses nothing up.', badLinks),
      schema: { body: readInvitationBody, response: { 200: invited } },
    },
    async (request, reply) => {
      const result = await readInvitation(query, request.body.token)
      if (!result.ok) return sendRefusal(request, reply, result.error)
      const { name, username, expiresAt } = result.value
      return reply.send({ name, username, expiresAt })
    },
  )

  server.post(
    '/api/auth/invitation/accept',
    {
      config: open('Sets the password of an invitation, once, and signs in.', [...badLinks, 'password.short']),
      schema: { body: acceptInvitationBody, response: { 200: signInAnswer } },
    },
    async (request, reply) => answer(request, reply, await signIn.withInvitation(request.body, sourceOf(request))),
  )

  server.post(
    '/api/auth/oidc/start',
    {
      config: open("Begins a sign-in through the organisation's provider.", ['not.found', 'oidc.failed']),
      schema: { body: startOidcBody, response: { 200: startedOidc } },
    },
    async (request, reply) => {
      if (oidc === null) return sendRefusal(request, reply, { code: 'not.found' })
      const started = await oidc.start({ ...request.body, origin: originOf(request), linkTo: null })
      if (!started.ok) return sendRefusal(request, reply, started.error)
      const { address, cookie } = started.value
      return withCookies(reply, { cookies: [cookie] }).send({ address })
    },
  )

  server.get(
    callbackPath,
    {
      config: open('Where the provider sends the browser back to; goes on to the page that was asked for.', [], {
        redirects: true,
      }),
    },
    async (request, reply) => {
      if (oidc === null) return sendRefusal(request, reply, { code: 'not.found' })
      const from = sourceOf(request)
      const { flow, cookie } = oidc.begun(from.headers)
      withCookies(reply, { cookies: [cookie] })
      if (flow === null) return reply.redirect('/sign-in?problem=oidc.failed')
      const away = flow.linkTo === null ? `/sign-in?next=${encodeURIComponent(flow.next)}&` : '/account?'
      const refused = (code: ErrorCode) => reply.redirect(`${away}problem=${code}`)

      const here = flow.linkTo === null ? null : await accounts.identify({ headers: from.headers })
      if (flow.linkTo !== null && here?.person.id !== flow.linkTo) return refused('oidc.failed')
      const owner = await oidc.finish(flow, new URL(request.url, 'http://server').search, from.address)
      if (!owner.ok) return refused(owner.error.code)
      if (flow.linkTo !== null) return reply.redirect(flow.next)
      const signedIn = await signIn.withIdentity(owner.value, flow.remember, from)
      if (!signedIn.ok) return refused(signedIn.error.code)
      return withCookies(reply, signedIn.value).redirect(flow.next)
    },
  )
}

async function answer(request: FastifyRequest, reply: FastifyReply, result: Result<SignedIn | SecondStep>) {
  if (!result.ok) return sendRefusal(request, reply, result.error)
  if ('challenge' in result.value) return reply.send(result.value)
  return withCookies(reply, result.value).send(result.value.person)
}

/** Where the page is open that asks; the guard has let in our own ones only. */
export function originOf(request: FastifyRequest): string {
  const { origin } = request.headers
  if (origin === undefined) throw new RefusalError('origin.foreign')
  return origin
}
