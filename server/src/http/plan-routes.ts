/** Plans over HTTP: lists, records, parts, the record with what a device lacks of the documents, and the files. */
import * as encoding from 'lib0/encoding'
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type ErrorCode } from '@soanchung/shared/errors.ts'
import { partId, planId } from '@soanchung/shared/ids.ts'
import { moveTargetBody } from '@soanchung/shared/links/links.ts'
import { planTypeTitle, type PlanMeta } from '@soanchung/shared/plan/meta.ts'
import {
  createPartBody,
  createPlanBody,
  documentsContentType,
  fetchDocumentsBody,
  givePartsBody,
  giveRoleBody,
  moveStageBody,
  partStatusBody,
  planBoard,
  planRecord,
  planSummary,
  splitBody,
} from '@soanchung/shared/protocol.ts'
import type { Exporter, ExportFormat } from '../export/export.ts'
import type { Links } from '../links/links.ts'
import type { Lead } from '../plans/lead.ts'
import type { MoveTarget } from '../plans/moves.ts'
import type { Plans } from '../plans/plans.ts'
import type { Splits } from '../plans/splits.ts'
import { sendCompressed } from './compression.ts'
import { identifiedOf, type About } from './guard.ts'
import { sendDone, sendRefusal } from './refusals.ts'

const megabyte = 1024 * 1024
const exported: Record<ExportFormat, { name: string; type: string }> = {
  docx: { name: 'a Word file', type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' },
  xlsx: {
    name: 'an Excel file: its registers, and what units say of its targets',
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  },
}
const ofPlan = z.object({ id: planId })
const ofPart = z.object({ id: planId, partId })

const unknown = ['not.found'] as const
const byLead = ['not.found', 'not.allowed', 'plan.issued'] as const
const splitRefusals = [
  'plan.changed',
  'split.opening',
  'split.nested',
  'split.title',
  'split.restart',
  'split.tables',
] as const
const joinRefusals = [
  'plan.changed',
  'join.top',
  'join.children',
  'join.first',
  'join.level',
  'join.deep',
  'join.tables',
] as const

const about = (summary: string, refusals: readonly ErrorCode[] = [], more: Partial<About> = {}) => ({
  about: { summary, tag: 'plans' as const, refusals, ...more },
})

export const planRoutes: FastifyPluginAsyncZod<{
  plans: Plans
  lead: Lead
  splits: Splits
  moveTarget: MoveTarget
  links: Pick<Links, 'links' | 'results' | 'rollUp'>
  exporter: Exporter
}> = async (server, { plans, lead, splits, moveTarget, links, exporter }) => {
  server.get(
    '/api/plans',
    {
      config: about('The plans that one may read, newest first.'),
      schema: { response: { 200: z.array(planSummary) } },
    },
    (request) => plans.list(identifiedOf(request).actor),
  )

  // A scope of its own, whose bodies stay bytes: a long plan is read in the thread that checks it.
  await server.register(async (scope) => {
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.withTypeProvider<ZodTypeProvider>().post(
      '/api/plans',
      {
        bodyLimit: 16 * megabyte,
        config: about(
          "Makes a plan, led by one of one's own units. Idempotent by the id in it.",
          ['not.allowed', 'conflict.exists', 'plan.parts', 'part.blocks', 'part.rows'],
          { body: createPlanBody },
        ),
        schema: { response: { 200: planSummary } },
      },
      async (request, reply) => {
        const body = request.body instanceof Uint8Array ? request.body : new Uint8Array()
        const result = await plans.create(identifiedOf(request).actor, body)
        return result.ok ? reply.send(result.value) : sendRefusal(request, reply, result.error)
      },
    )
  })

  server.get(
    '/api/plans/:id',
    {
      config: about('What the server says of a plan: stage, roles, parts, units, people.', unknown),
      schema: { params: ofPlan, response: { 200: planRecord } },
    },
    async (request, reply) => {
      const result = await plans.record(identifiedOf(request).actor, request.params.id)
      return result.ok ? reply.send(result.value) : sendRefusal(request, reply, result.error)
    },
  )

  server.get(
    '/api/plans/:id/board',
    {
      config: about('What the drafting board shows: who changed which part last, and the moves of the stage.', unknown),
      schema: { params: ofPlan, response: { 200: planBoard } },
    },
    async (request, reply) => {
      const result = await plans.board(identifiedOf(request).actor, request.params.id)
      return result.ok ? reply.send(result.value) : sendRefusal(request, reply, result.error)
    },
  )

  server.post(
    '/api/plans/:id/documents',
    {
      bodyLimit: 8 * megabyte,
      config: {
        onlyReads: true,
        ...about('The record of a plan and what a device lacks of its documents, as binary updates of Yjs.', unknown, {
          content: documentsContentType,
        }),
      },
      schema: { params: ofPlan, body: fetchDocumentsBody },
    },
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

  server.post(
    '/api/plans/:id/parts',
    {
      config: about('Says that a part belongs to a plan, once and for all. Idempotent.', [
        ...byLead,
        'conflict.exists',
        'plan.parts',
      ]),
      schema: { params: ofPlan, body: createPartBody },
    },
    async (request, reply) => {
      const result = await plans.createPart(identifiedOf(request).actor, request.params.id, request.body.id)
      return sendDone(request, reply, result)
    },
  )

  server.put(
    '/api/plans/:id/holders',
    {
      config: about('Gives parts to units or people, with a deadline and a note.', byLead),
      schema: { params: ofPlan, body: givePartsBody },
    },
    async (request, reply) => {
      const result = await lead.giveParts(identifiedOf(request).actor, request.params.id, request.body)
      return sendDone(request, reply, result)
    },
  )

  server.put(
    '/api/plans/:id/parts/:partId/status',
    {
      config: about('Says how far a part is, or returns it with a reason.', byLead),
      schema: { params: ofPart, body: partStatusBody },
    },
    async (request, reply) => {
      const { id, partId: part } = request.params
      const result = await lead.setStatus(identifiedOf(request).actor, id, part, request.body)
      return sendDone(request, reply, result)
    },
  )

  server.put(
    '/api/plans/:id/roles',
    {
      config: about('Gives a unit or a person a role in the plan, or takes it away.', byLead),
      schema: { params: ofPlan, body: giveRoleBody },
    },
    async (request, reply) => {
      const result = await lead.giveRole(identifiedOf(request).actor, request.params.id, request.body)
      return sendDone(request, reply, result)
    },
  )

  server.put(
    '/api/plans/:id/stage',
    { config: about('Moves the plan to another stage.', byLead), schema: { params: ofPlan, body: moveStageBody } },
    async (request, reply) => {
      const result = await lead.moveStage(identifiedOf(request).actor, request.params.id, request.body.stage)
      return sendDone(request, reply, result)
    },
  )

  for (const way of ['split', 'join'] as const) {
    server.post(
      `/api/plans/:id/parts/:partId/${way}`,
      {
        config: about(
          way === 'split'
            ? 'Makes headings of a part into parts of their own.'
            : 'Makes parts into headings of the part above again.',
          [...byLead, ...(way === 'split' ? splitRefusals : joinRefusals)],
        ),
        schema: { params: ofPart, body: splitBody },
      },
      async (request, reply) => {
        const { id, partId: part } = request.params
        const result = await splits[way](identifiedOf(request).actor, id, part, request.body)
        return sendDone(request, reply, result)
      },
    )
  }

  server.post(
    '/api/plans/:id/targets/move',
    {
      config: about('Moves a target with all its values to another part. Idempotent by the command.', [
        ...byLead,
        'plan.changed',
      ]),
      schema: { params: ofPlan, body: moveTargetBody },
    },
    async (request, reply) => {
      const result = await moveTarget(identifiedOf(request).actor, request.params.id, request.body)
      return sendDone(request, reply, result)
    },
  )

  for (const format of ['docx', 'xlsx'] as const) {
    const { name, type } = exported[format]
    server.get(
      `/api/plans/:id/export.${format}`,
      { config: about(`The plan as ${name}.`, unknown, { content: type }), schema: { params: ofPlan } },
      async (request, reply) => {
        const { actor } = identifiedOf(request)
        const { id } = request.params
        const stored = await plans.stored(actor, id)
        if (!stored.ok) return sendRefusal(request, reply, stored.error)
        const results = await links.results(actor, id)
        if (!results.ok) return sendRefusal(request, reply, results.error)
        const linked = await links.links(actor, id)
        if (!linked.ok) return sendRefusal(request, reply, linked.error)
        const rollUp = await links.rollUp(actor, id)
        if (!rollUp.ok) return sendRefusal(request, reply, rollUp.error)
        const { plan, units } = stored.value
        const { file, meta } = await exporter.make({
          format,
          plan,
          units,
          results: results.value,
          received: linked.value.received,
          rollUp: rollUp.value,
        })
        return reply
          .type(type)
          .header('content-disposition', attachment(`${fileName(meta)}.${format}`))
          .send(Buffer.from(file.buffer, file.byteOffset, file.byteLength))
      },
    )
  }
}

/** `12-KH-HND Kế hoạch về …`: from the plan's own words, without what a file system minds. */
function fileName(meta: PlanMeta): string {
  const words = [meta.number.replaceAll('/', '-'), planTypeTitle[meta.type], meta.subject].join(' ')
  const clean = words
    .replace(/[\p{Cc}\p{Cf}<>:"/\\|?*]/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+/, '')
  const short = [...clean].length <= 80 ? clean : clean.slice(0, 80).replace(/\s\S*$/u, '')
  return short.trim()
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
