/** What the person was told, over HTTP: pages, what is read, and the switches. Only one's own. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { notificationPage, readAllBody, switchesAnswer, switchesBody } from '@soanchung/shared/notifications.ts'
import type { Database } from '../storage/database.ts'
import { markAllRead, markRead, readOwnSwitches, readPage, writeSwitches } from '../notifications/inbox.ts'
import { identifiedOf } from './guard.ts'
import { sendRefusal } from './refusals.ts'

const id = z.string().max(200)
const about = (summary: string) => ({ about: { summary, tag: 'account' as const } })

export const notificationRoutes: FastifyPluginAsyncZod<{ database: Database; canMail: boolean }> = async (
  server,
  { database: { query }, canMail },
) => {
  server.get(
    '/api/notifications',
    {
      config: about('What one was told, newest first; `before` is the id of the last one of the page before.'),
      schema: { querystring: z.object({ before: id.optional() }), response: { 200: notificationPage } },
    },
    (request) => readPage(query, identifiedOf(request).actor.userId, request.query.before),
  )

  server.put(
    '/api/notifications/:id/read',
    {
      config: { about: { ...about('Marks one as read.').about, refusals: ['not.found' as const] } },
      schema: { params: z.object({ id }) },
    },
    async (request, reply) => {
      const isKnown = await markRead(query, identifiedOf(request).actor.userId, request.params.id)
      return isKnown ? reply.status(204).send() : sendRefusal(request, reply, { code: 'not.found' })
    },
  )

  server.put(
    '/api/notifications/read',
    { config: about('Marks all that had come by then as read.'), schema: { body: readAllBody } },
    async (request, reply) => {
      await markAllRead(query, identifiedOf(request).actor.userId, request.body.until)
      return reply.status(204).send()
    },
  )

  server.get(
    '/api/notifications/switches',
    {
      config: about('Which kinds one is told inside the product and by e-mail.'),
      schema: { response: { 200: switchesAnswer } },
    },
    async (request) => ({ ...(await readOwnSwitches(query, identifiedOf(request).actor.userId)), canMail }),
  )

  server.put(
    '/api/notifications/switches',
    { config: { ...about('Sets them.'), sessionOnly: true }, schema: { body: switchesBody } },
    async (request, reply) => {
      await writeSwitches(query, identifiedOf(request).actor.userId, request.body)
      return reply.status(204).send()
    },
  )
}
