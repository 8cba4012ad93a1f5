/**
 * How others come in, for administrators: deactivation, links of invitation, the verified address,
 * and help for who lost the second factor. Only with a session: a stolen token must not open the
 * accounts of others.
 */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { activeBody, createdInvitation, emailBody, personAccess } from '@soanchung/shared/accounts.ts'
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import { userId } from '@soanchung/shared/ids.ts'
import { readAccess } from '../accounts/access.ts'
import { setActive } from '../accounts/active.ts'
import { setEmail } from '../accounts/email.ts'
import { createInvitation, revokeInvitation } from '../accounts/invitations.ts'
import { removeIdentity } from '../accounts/oidc.ts'
import { removeSecondFactor, type SecondFactor } from '../accounts/second-factor.ts'
import type { Database } from '../storage/database.ts'
import { identifiedOf } from './guard.ts'
import { sendDone, sendRefusal } from './refusals.ts'

const ofPerson = z.object({ id: userId })
const forAdministrators = (summary: string, refusals: readonly ErrorCode[] = []) => ({
  administrator: true,
  sessionOnly: true,
  about: { summary, tag: 'people' as const, refusals: ['not.found' as const, ...refusals] },
})

export const accessRoutes: FastifyPluginAsyncZod<{ secondFactor: SecondFactor; database: Database }> = async (
  server,
  { secondFactor, database },
) => {
  const { query } = database
  const actorOf = (request: FastifyRequest) => identifiedOf(request).person.id

  server.get(
    '/api/people/:id/access',
    {
      config: forAdministrators('How a person comes in.'),
      schema: { params: ofPerson, response: { 200: personAccess } },
    },
    async (request, reply) => {
      const access = await readAccess(query, secondFactor, request.params.id)
      return access === null ? sendRefusal(request, reply, { code: 'not.found' }) : reply.send(access)
    },
  )

  server.put(
    '/api/people/:id/active',
    {
      config: forAdministrators(
        'Deactivates a person, or lets them in again. Sessions, tokens and invitations end; nothing is deleted.',
        ['person.deactivate-self'],
      ),
      schema: { params: ofPerson, body: activeBody },
    },
    async (request, reply) => {
      const { id } = request.params
      const { active } = request.body
      if (!active && id === actorOf(request)) {
        return sendRefusal(request, reply, { code: 'person.deactivate-self' })
      }
      const set = await setActive(query, actorOf(request), id, active)
      return sendDone(request, reply, set)
    },
  )

  server.post(
    '/api/people/:id/invitation',
    {
      config: forAdministrators('Makes a link by which the person sets a password: once, within 7 days.'),
      schema: { params: ofPerson, response: { 201: createdInvitation } },
    },
    async (request, reply) => {
      const made = await createInvitation(query, actorOf(request), request.params.id)
      return made.ok ? reply.status(201).send(made.value) : sendRefusal(request, reply, made.error)
    },
  )

  server.delete(
    '/api/people/:id/invitation',
    { config: forAdministrators('Revokes the link that is open.'), schema: { params: ofPerson } },
    async (request, reply) => {
      const revoked = await revokeInvitation(query, actorOf(request), request.params.id)
      return revoked ? reply.status(204).send() : sendRefusal(request, reply, { code: 'not.found' })
    },
  )

  server.put(
    '/api/people/:id/email',
    {
      config: forAdministrators("Sets a person's e-mail address as verified, or takes it away.", ['email.taken']),
      schema: { params: ofPerson, body: emailBody },
    },
    async (request, reply) => {
      const set = await setEmail(query, actorOf(request), request.params.id, { ...request.body, isVerified: true })
      return sendDone(request, reply, set)
    },
  )

  server.delete(
    '/api/people/:id/second-factor',
    {
      config: forAdministrators('Turns the second factor off for somebody who lost it.'),
      schema: { params: ofPerson },
    },
    async (request, reply) => {
      const removed = await removeSecondFactor(query, actorOf(request), request.params.id)
      return removed ? reply.status(204).send() : sendRefusal(request, reply, { code: 'not.found' })
    },
  )

  server.delete(
    '/api/people/:id/identity',
    {
      config: forAdministrators("Unlinks a person's identity at the organisation's provider.", ['identity.only']),
      schema: { params: ofPerson },
    },
    async (request, reply) => {
      const removed = await removeIdentity(query, actorOf(request), request.params.id)
      return sendDone(request, reply, removed)
    },
  )
}
