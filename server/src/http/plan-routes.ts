/** Plans over HTTP: lists, records, parts, the record with what a device lacks of the documents, and the Word file. */
import * as encoding from 'lib0/encoding'
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { partId, planId } from '@soanchung/shared/ids.ts'
import { planTypeTitle, type PlanMeta } from '@soanchung/shared/plan/meta.ts'
import {
  assignPartBody,
  createPartBody,
  documentsContentType,
  fetchDocumentsBody,
  planRecord,
  planSummary,
  planUnitBody,
  splitBody,
} from '@soanchung/shared/protocol.ts'
import type { Exporter } from '../export/export.ts'
import type { Plans } from '../plans/plans.ts'
import type { Splits } from '../plans/splits.ts'
import { sendCompressed } from './compression.ts'
import { identifiedOf } from './guard.ts'
import { sendRefusal } from './refusals.ts'

const megabyte = 1024 * 1024
const docxType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const ofPlan = z.object({ id: planId })
const ofPart = z.object({ id: planId, partId })

export const planRoutes: FastifyPluginAsyncZod<{ plans: Plans; splits: Splits; exporter: Exporter }> = async (
  server,
  { plans, splits, exporter },
) => {
  server.get('/api/plans', { schema: { response: { 200: z.array(planSummary) } } }, (request) =>
    plans.list(identifiedOf(request).actor),
  )

  // A scope of its own, whose bodies stay bytes: a long plan is read in the thread that checks it.
  await server.register(async (scope) => {
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope
      .withTypeProvider<ZodTypeProvider>()
      .post(
        '/api/plans',
        { bodyLimit: 16 * megabyte, schema: { response: { 200: planSummary } } },
        async (request, reply) => {
          const body = request.body instanceof Uint8Array ? request.body : new Uint8Array()
          const result = await plans.create(identifiedOf(request).actor, body)
          return result.ok ? reply.send(result.value) : sendRefusal(request, reply, result.error)
        },
      )
  })

  server.get(
    '/api/plans/:id',
    { schema: { params: ofPlan, response: { 200: planRecord } } },
    async (request, reply) => {
      const result = await plans.record(identifiedOf(request).actor, request.params.id)
      return result.ok ? reply.send(result.value) : sendRefusal(request, reply, result.error)
    },
  )

  server.post(
    '/api/plans/:id/documents',
    { bodyLimit: 8 * megabyte, schema: { params: ofPlan, body: fetchDocumentsBody } },
    async (request, reply) => {
      const { actor } = identifiedOf(request)
      const { id } = request.params
      const record = await plans.record(actor, id)
      if (!record.ok) return sendRefusal(request, reply, record.error)
      const documents = await plans.fetchDocuments(actor, id, request.body.have)
      if (!documents.ok) return sendRefusal(request, reply, documents.error)
      const encoder = encoding.createEncoder()
      encoding.writeVarString(encoder, JSON.stringify(record.value))
      encoding.writeUint8Array(encoder, documents.value)
      return await sendCompressed(request, reply.type(documentsContentType), encoding.toUint8Array(encoder))
    },
  )

  server.post('/api/plans/:id/parts', { schema: { params: ofPlan, body: createPartBody } }, async (request, reply) => {
    const result = await plans.createPart(identifiedOf(request).actor, request.params.id, request.body.id)
    return result.ok ? reply.status(204).send() : sendRefusal(request, reply, result.error)
  })

  server.put(
    '/api/plans/:id/parts/:partId/units',
    { schema: { params: ofPart, body: assignPartBody } },
    async (request, reply) => {
      const { id, partId: part } = request.params
      const result = await plans.assignPart(identifiedOf(request).actor, id, part, request.body.units)
      return result.ok ? reply.status(204).send() : sendRefusal(request, reply, result.error)
    },
  )

  for (const way of ['split', 'join'] as const) {
    server.post(
      `/api/plans/:id/parts/:partId/${way}`,
      { schema: { params: ofPart, body: splitBody } },
      async (request, reply) => {
        const { id, partId: part } = request.params
        const result = await splits[way](identifiedOf(request).actor, id, part, request.body)
        return result.ok ? reply.status(204).send() : sendRefusal(request, reply, result.error)
      },
    )
  }

  server.put('/api/plans/:id/units', { schema: { params: ofPlan, body: planUnitBody } }, async (request, reply) => {
    const result = await plans.setUnitRole(identifiedOf(request).actor, request.params.id, request.body)
    return result.ok ? reply.status(204).send() : sendRefusal(request, reply, result.error)
  })

  server.get('/api/plans/:id/export.docx', { schema: { params: ofPlan } }, async (request, reply) => {
    const result = await plans.stored(identifiedOf(request).actor, request.params.id)
    if (!result.ok) return sendRefusal(request, reply, result.error)
    const { file, meta } = await exporter.docx(result.value.plan, result.value.units)
    return reply
      .type(docxType)
      .header('content-disposition', attachment(fileName(meta)))
      .send(Buffer.from(file.buffer, file.byteOffset, file.byteLength))
  })
}

/** `12-KH-HND Kế hoạch về ….docx`: from the plan's own words, without what a file system minds. */
function fileName(meta: PlanMeta): string {
  const words = [meta.number.replaceAll('/', '-'), planTypeTitle[meta.type], meta.subject].join(' ')
  const clean = words
    .replace(/[\p{Cc}\p{Cf}<>:"/\\|?*]/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+/, '')
  const short = [...clean].length <= 80 ? clean : clean.slice(0, 80).replace(/\s\S*$/u, '')
  return `${short.trim()}.docx`
}

/** RFC 6266 with the name of RFC 5987, and one in plain letters for what does not know it. */
function attachment(name: string): string {
  const plain = name
    .replaceAll('đ', 'd')
    .replaceAll('Đ', 'D')
    .normalize('NFD')
    .replace(/[^\x20-\x7e]|["%\\]/g, '')
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
