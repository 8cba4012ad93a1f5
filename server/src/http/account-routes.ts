/** Oneself, the units of the installation, and what belongs to one's own account alone: password, address, second factor, identity, access tokens. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import {
  account,
  backupCodes,
  codeBody,
  emailBody,
  passwordBody,
  secondFactorKey,
  startedOidc,
} from '@soanchung/shared/accounts.ts'
import { RefusalError, type ErrorCode } from '@soanchung/shared/errors.ts'
import {
  accessToken,
  changePasswordBody,
  createdToken,
  createTokenBody,
  listedPerson,
  me,
  unit,
  type Me,
} from '@soanchung/shared/protocol.ts'
import { accountOf, readAccess } from '../accounts/access.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { setEmail } from '../accounts/email.ts'
import { removeIdentity, type Oidc } from '../accounts/oidc.ts'
import { listPeople, listUnits } from '../accounts/people.ts'
import { removeSecondFactor, type SecondFactor } from '../accounts/second-factor.ts'
import type { SignIn } from '../accounts/sign-in.ts'
import { createToken, listTokens, revokeToken } from '../accounts/tokens.ts'
import type { Database } from '../storage/database.ts'
import { identifiedOf, sourceOf, webHeaders, withCookies } from './guard.ts'
import { sendDone, sendRefusal } from './refusals.ts'
import { originOf } from './sign-in-routes.ts'

const own = (summary: string, refusals: readonly ErrorCode[] = []) => ({
  sessionOnly: true,
  about: { summary, tag: 'account' as const, refusals },
})
const badPassword = ['password.wrong', 'auth.slow'] as const

export interface AccountRoutes {
  accounts: Accounts
  signIn: SignIn
  secondFactor: SecondFactor
  oidc: Oidc | null
  database: Database
}

export const accountRoutes: FastifyPluginAsyncZod<AccountRoutes> = async (
  server,
  { accounts, signIn, secondFactor, oidc, database },
) => {
  const { query } = database
  const personOf = (request: FastifyRequest): Me => identifiedOf(request).person

  server.get(
    '/api/me',
    {
      config: { about: { summary: 'Who is asking, and their units. Makes the session last.', tag: 'account' } },
      schema: { response: { 200: me } },
    },
    async (request, reply) => {
      const { person, via } = identifiedOf(request)
      if (via === 'session') withCookies(reply, await accounts.renew(webHeaders(request.headers)))
      return reply.send(person)
    },
  )

  server.get(
    '/api/units',
    {
      config: { about: { summary: 'The units of the installation, oldest first.', tag: 'units' } },
      schema: { response: { 200: z.array(unit) } },
    },
    () => listUnits(query),
  )

  server.get(
    '/api/account',
    { config: own('How one signs in oneself.'), schema: { response: { 200: account } } },
    async (request) => {
      const access = await readAccess(query, secondFactor, personOf(request).id)
      if (access === null) throw new RefusalError('auth.required')
      return accountOf(access)
    },
  )

  server.post(
    '/api/auth/change-password',
    {
      config: own('Changes the password; every other session ends.', [...badPassword, 'password.short']),
      schema: { body: changePasswordBody },
    },
    async (request, reply) => {
      const result = await signIn.changePassword(personOf(request), request.body, sourceOf(request))
      if (!result.ok) return sendRefusal(request, reply, result.error)
      return withCookies(reply, result.value).status(204).send()
    },
  )

  server.put(
    '/api/account/email',
    {
      config: own('Sets or takes away the e-mail address; a new one is not verified.', ['email.taken']),
      schema: { body: emailBody },
    },
    async (request, reply) => {
      const { id } = personOf(request)
      const set = await setEmail(query, id, id, { ...request.body, isVerified: false })
      return sendDone(request, reply, set)
    },
  )

  server.post(
    '/api/account/second-factor',
    {
      config: own('A fresh key for an authenticator app. It counts once it is confirmed with a code.', [
        ...badPassword,
        'second.on',
      ]),
      schema: { body: passwordBody, response: { 200: secondFactorKey } },
    },
    async (request, reply) => {
      const person = personOf(request)
      const confirmed = await signIn.confirmPassword(person, request.body.password, sourceOf(request))
      if (!confirmed.ok) return sendRefusal(request, reply, confirmed.error)
      const begun = await secondFactor.begin(person.id, person.username)
      return begun.ok ? reply.send(begun.value) : sendRefusal(request, reply, begun.error)
    },
  )

  server.post(
    '/api/account/second-factor/confirm',
    {
      config: own('Turns the second factor on with a code of the app; answers the backup codes, once.', [
        'auth.code',
        'auth.code-slow',
        'second.on',
        'second.off',
      ]),
      schema: { body: codeBody, response: { 200: backupCodes } },
    },
    async (request, reply) => {
      const person = personOf(request)
      const result = await signIn.confirmCode(person, sourceOf(request), () =>
        secondFactor.confirm(person.id, request.body.code),
      )
      return result.ok ? reply.send(result.value) : sendRefusal(request, reply, result.error)
    },
  )

  server.get(
    '/api/people',
    {
      config: { about: { summary: 'Everybody who belongs to a unit, by name.', tag: 'units' } },
      schema: { response: { 200: z.array(listedPerson) } },
    },
    () => listPeople(query),
  )

  server.post(
    '/api/account/second-factor/backup-codes',
    {
      config: own('Ten new backup codes; the old ones stop working.', [...badPassword, 'second.off']),
      schema: { body: passwordBody, response: { 200: backupCodes } },
    },
    async (request, reply) => {
      const person = personOf(request)
      const confirmed = await signIn.confirmPassword(person, request.body.password, sourceOf(request))
      if (!confirmed.ok) return sendRefusal(request, reply, confirmed.error)
      const made = await secondFactor.newBackupCodes(person.id)
      return made.ok ? reply.send(made.value) : sendRefusal(request, reply, made.error)
    },
  )

  server.post(
    '/api/account/second-factor/disable',
    {
      config: own('Turns the second factor off.', [...badPassword, 'second.off']),
      schema: { body: passwordBody },
    },
    async (request, reply) => {
      const person = personOf(request)
      const confirmed = await signIn.confirmPassword(person, request.body.password, sourceOf(request))
      if (!confirmed.ok) return sendRefusal(request, reply, confirmed.error)
      const removed = await removeSecondFactor(query, person.id, person.id)
      return removed ? reply.status(204).send() : sendRefusal(request, reply, { code: 'second.off' })
    },
  )

  server.post(
    '/api/account/identity',
    {
      config: own("Begins to link one's identity at the organisation's provider.", ['not.found', 'oidc.failed']),
      schema: { response: { 200: startedOidc } },
    },
    async (request, reply) => {
      if (oidc === null) return sendRefusal(request, reply, { code: 'not.found' })
      const wish = { origin: originOf(request), next: '/account', remember: true, linkTo: personOf(request).id }
      const started = await oidc.start(wish)
      if (!started.ok) return sendRefusal(request, reply, started.error)
      return withCookies(reply, { cookies: [started.value.cookie] }).send({ address: started.value.address })
    },
  )

  server.delete(
    '/api/account/identity',
    { config: own("Unlinks one's identity at the organisation's provider.", ['identity.only', 'not.found']) },
    async (request, reply) => {
      const { id } = personOf(request)
      const removed = await removeIdentity(query, id, id)
      return sendDone(request, reply, removed)
    },
  )

  server.get(
    '/api/tokens',
    {
      config: own("One's access tokens, newest first; never the tokens themselves."),
      schema: { response: { 200: z.array(accessToken) } },
    },
    (request) => listTokens(query, personOf(request).id),
  )

  server.post(
    '/api/tokens',
    {
      config: own('Makes an access token; this answer alone holds it.'),
      schema: { body: createTokenBody, response: { 201: createdToken } },
    },
    async (request, reply) => {
      const { id } = personOf(request)
      return reply.status(201).send(await createToken(query, id, id, request.body))
    },
  )

  server.delete(
    '/api/tokens/:id',
    {
      config: own('Revokes an access token; what it opened is closed within a second.', ['not.found']),
      schema: { params: z.object({ id: z.string().max(64) }) },
    },
    async (request, reply) => {
      const { id } = personOf(request)
      const revoked = await revokeToken(query, id, id, request.params.id)
      return revoked ? reply.status(204).send() : sendRefusal(request, reply, { code: 'not.found' })
    },
  )
}
