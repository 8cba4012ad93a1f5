/** Signing in and out, the password, oneself, the units of the installation, and access tokens. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { UserId } from '@soanchung/shared/ids.ts'
import {
  accessToken,
  changePasswordBody,
  createdToken,
  createTokenBody,
  me,
  signInBody,
  unit,
} from '@soanchung/shared/protocol.ts'
import type { Accounts, SessionAnswer } from '../accounts/accounts.ts'
import { listUnits } from '../accounts/people.ts'
import { createToken, listTokens, revokeToken } from '../accounts/tokens.ts'
import type { Database } from '../storage/database.ts'
import { identifiedOf, webHeaders } from './guard.ts'
import { sendRefusal } from './refusals.ts'

const open = { open: true }
const sessionOnly = { sessionOnly: true }

export const accountRoutes: FastifyPluginAsyncZod<{ accounts: Accounts; database: Database }> = async (
  server,
  { accounts, database },
) => {
  const { query } = database

  server.post(
    '/api/auth/sign-in/username',
    { config: open, schema: { body: signInBody, response: { 200: me } } },
    async (request, reply) => {
      const result = await accounts.signIn({ ...request.body, address: request.ip })
      if (!result.ok) return sendRefusal(request, reply, result.error)
      return withCookies(reply, result.value).send(result.value.person)
    },
  )

  server.post('/api/auth/sign-out', { config: open }, async (request, reply) => {
    const answer = await accounts.signOut(webHeaders(request.headers))
    return withCookies(reply, answer).status(204).send()
  })

  server.post(
    '/api/auth/change-password',
    { config: sessionOnly, schema: { body: changePasswordBody } },
    async (request, reply) => {
      const result = await accounts.changePassword(webHeaders(request.headers), request.body, request.ip)
      if (!result.ok) return sendRefusal(request, reply, result.error)
      return withCookies(reply, result.value).status(204).send()
    },
  )

  server.get('/api/me', { schema: { response: { 200: me } } }, async (request, reply) => {
    const { person, via } = identifiedOf(request)
    if (via === 'session') withCookies(reply, await accounts.renew(webHeaders(request.headers)))
    return reply.send(person)
  })

  server.get('/api/units', { schema: { response: { 200: z.array(unit) } } }, () => listUnits(query))

  const ownerOf = (request: Parameters<typeof identifiedOf>[0]): UserId => identifiedOf(request).person.id

  server.get('/api/tokens', { config: sessionOnly, schema: { response: { 200: z.array(accessToken) } } }, (request) =>
    listTokens(query, ownerOf(request)),
  )

  server.post(
    '/api/tokens',
    { config: sessionOnly, schema: { body: createTokenBody, response: { 201: createdToken } } },
    async (request, reply) => reply.status(201).send(await createToken(query, ownerOf(request), request.body)),
  )

  server.delete(
    '/api/tokens/:id',
    { config: sessionOnly, schema: { params: z.object({ id: z.string().max(64) }) } },
    async (request, reply) => {
      const revoked = await revokeToken(query, ownerOf(request), request.params.id)
      return revoked ? reply.status(204).send() : sendRefusal(request, reply, { code: 'not.found' })
    },
  )
}

function withCookies<Reply extends Pick<FastifyReply, 'header'>>(reply: Reply, { cookies }: SessionAnswer): Reply {
  for (const cookie of cookies) reply.header('set-cookie', cookie)
  return reply
}
