/** The audit trail over HTTP: of the whole installation for administrators, of one plan for its lead. */
import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  auditFilter,
  auditFilterOfAll,
  auditLanguages,
  auditPage,
  type AuditFilter,
  type AuditLanguage,
} from '@soanchung/shared/audit.ts'
import { planId } from '@soanchung/shared/ids.ts'
import { readTrail, trailAsCsv } from '../audit/reading.ts'
import { allowed } from '../plans/access.ts'
import type { Database } from '../storage/database.ts'
import { identifiedOf } from './guard.ts'
import { sendRefusal } from './refusals.ts'

const ofPlan = z.object({ id: planId })
const before = z.object({ before: z.coerce.number().int().min(1).optional() })
const inLanguage = z.object({ language: z.enum(auditLanguages).default('vi') })
const about = (summary: string) => ({ summary, tag: 'audit' as const })
const csv = 'text/csv; charset=utf-8'

export const auditRoutes: FastifyPluginAsyncZod<{ database: Database }> = async (server, { database: { query } }) => {
  const fileOf = (filter: AuditFilter, language: AuditLanguage) => Readable.from(trailAsCsv(query, filter, language))

  server.get(
    '/api/audit',
    {
      config: { administrator: true, about: about('Who did what to which record, the newest first.') },
      schema: { querystring: z.object({ ...auditFilterOfAll.shape, ...before.shape }), response: { 200: auditPage } },
    },
    ({ query: { before, ...filter } }) => readTrail(query, filter, before),
  )

  server.get(
    '/api/audit.csv',
    {
      config: { administrator: true, about: { ...about('The same as a file for spreadsheets.'), content: csv } },
      schema: { querystring: z.object({ ...auditFilterOfAll.shape, ...inLanguage.shape }) },
    },
    ({ query: { language, ...filter } }, reply) =>
      reply.type(csv).header('content-disposition', attachment('nhat-ky')).send(fileOf(filter, language)),
  )

  server.get(
    '/api/plans/:id/audit',
    {
      config: { about: about('Who did what in this plan besides writing, the newest first.') },
      schema: {
        params: ofPlan,
        querystring: z.object({ ...auditFilter.shape, ...before.shape }),
        response: { 200: auditPage },
      },
    },
    async (request, reply) => {
      const { before, ...filter } = request.query
      const plan = request.params.id
      const granted = await allowed(query, identifiedOf(request).actor, 'audit.read', plan)
      if (!granted.ok) return sendRefusal(request, reply, granted.error)
      return await readTrail(query, { ...filter, plan }, before)
    },
  )

  server.get(
    '/api/plans/:id/audit.csv',
    {
      config: { about: { ...about('The same as a file for spreadsheets.'), content: csv } },
      schema: { params: ofPlan, querystring: z.object({ ...auditFilter.shape, ...inLanguage.shape }) },
    },
    async (request, reply) => {
      const { language, ...filter } = request.query
      const plan = request.params.id
      const granted = await allowed(query, identifiedOf(request).actor, 'audit.read', plan)
      if (!granted.ok) return sendRefusal(request, reply, granted.error)
      return reply
        .type(csv)
        .header('content-disposition', attachment('nhat-ky-van-ban'))
        .send(fileOf({ ...filter, plan }, language))
    },
  )
}

function attachment(name: string): string {
  return `attachment; filename="${name}.csv"`
}
