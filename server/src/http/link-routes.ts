/** Links between plans over HTTP: who carries what out, what is given down, answered, rolled up, and came of it. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import { planId, targetId, unitId } from '@soanchung/shared/ids.ts'
import {
  allotBody,
  answerBody,
  carriersBody,
  enterResultBody,
  linkedPlan,
  linkHistory,
  nameSuperiorBody,
  planLinks,
  planRollUp,
  serveBody,
  takeBackBody,
  targetResults,
} from '@soanchung/shared/links/links.ts'
import type { Links } from '../links/links.ts'
import { sendCompressed } from './compression.ts'
import { identifiedOf, type About } from './guard.ts'
import { sendDone, sendRefusal } from './refusals.ts'

const ofPlan = z.object({ id: planId })
const ofLink = z.object({ id: planId, target: targetId, unit: unitId })
/** `a,b`: only these targets. */
const someTargets = z.object({
  targets: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(targetId).max(200))
    .optional(),
})

const about = (summary: string, refusals: readonly ErrorCode[] = [], more: Partial<About> = {}) => ({
  about: { summary, tag: 'links' as const, refusals: ['not.found' as const, ...refusals], ...more },
})

export const linkRoutes: FastifyPluginAsyncZod<{ links: Links }> = async (server, { links }) => {
  server.get(
    '/api/links/offers',
    {
      config: about("Plans that were given to one's units to carry out, and that none of their plans does yet."),
      schema: { response: { 200: z.array(linkedPlan) } },
    },
    (request) => links.offers(identifiedOf(request).actor),
  )

  server.get(
    '/api/plans/:id/links',
    {
      config: about('The plan that this one carries out: what it gave, and what was answered.'),
      schema: { params: ofPlan, response: { 200: planLinks } },
    },
    async (request, reply) => {
      const result = await links.links(identifiedOf(request).actor, request.params.id)
      return result.ok ? reply.send(result.value) : sendRefusal(request, reply, result.error)
    },
  )

  server.put(
    '/api/plans/:id/superior',
    {
      config: about('Names the plan that this one carries out, or takes the link away.', [
        ...(['not.allowed', 'plan.issued', 'link.unknown', 'link.circle', 'link.deep', 'link.taken'] as const),
      ]),
      schema: { params: ofPlan, body: nameSuperiorBody },
    },
    async (request, reply) => {
      const { superior } = request.body
      return sendDone(
        request,
        reply,
        await links.nameSuperior(identifiedOf(request).actor, request.params.id, superior),
      )
    },
  )

  server.put(
    '/api/plans/:id/carriers',
    {
      config: about('Says which units are to carry the plan out.', ['not.allowed', 'unit.unknown', 'link.carrier']),
      schema: { params: ofPlan, body: carriersBody },
    },
    async (request, reply) => {
      const { units } = request.body
      return sendDone(request, reply, await links.setCarriers(identifiedOf(request).actor, request.params.id, units))
    },
  )

  server.put(
    '/api/plans/:id/allotments',
    {
      config: about('Gives targets down to units: the same value, a share by a key, or a value for each.', [
        ...(['not.allowed', 'target.gone', 'link.unit', 'target.share', 'target.measure'] as const),
      ]),
      schema: { params: ofPlan, body: allotBody },
    },
    async (request, reply) => {
      return sendDone(request, reply, await links.give(identifiedOf(request).actor, request.params.id, request.body))
    },
  )

  server.post(
    '/api/plans/:id/allotments/take-back',
    {
      config: about('Takes targets back from units.', ['not.allowed']),
      schema: { params: ofPlan, body: takeBackBody },
    },
    async (request, reply) => {
      return sendDone(
        request,
        reply,
        await links.takeBack(identifiedOf(request).actor, request.params.id, request.body),
      )
    },
  )

  server.post(
    '/api/plans/:id/answers',
    {
      config: about(
        'Takes a value that was given, answers with another, or keeps what stands. Idempotent by command.',
        [
          ...([
            'not.allowed',
            'plan.issued',
            'plan.changed',
            'link.none',
            'link.given',
            'link.reason',
            'link.target',
          ] as const),
          ...(['link.serves', 'target.gone', 'target.measure'] as const),
        ],
      ),
      schema: { params: ofPlan, body: answerBody },
    },
    async (request, reply) => {
      return sendDone(request, reply, await links.answer(identifiedOf(request).actor, request.params.id, request.body))
    },
  )

  server.put(
    '/api/plans/:id/serves',
    {
      config: about('Says which superior target one of the plan serves.', [
        ...(['not.allowed', 'plan.issued', 'link.none', 'link.serves', 'target.gone'] as const),
      ]),
      schema: { params: ofPlan, body: serveBody },
    },
    async (request, reply) => {
      return sendDone(request, reply, await links.serve(identifiedOf(request).actor, request.params.id, request.body))
    },
  )

  server.get(
    '/api/plans/:id/roll-up',
    {
      config: about('What the units that carry the plan out say of its targets, and what that comes to.', [], {
        answer: planRollUp,
      }),
      schema: { params: ofPlan, querystring: someTargets },
    },
    async (request, reply) => {
      const { actor } = identifiedOf(request)
      const result = await links.rollUp(actor, request.params.id, request.query.targets)
      if (!result.ok) return sendRefusal(request, reply, result.error)
      const json = reply.type('application/json; charset=utf-8')
      return await sendCompressed(request, json, new TextEncoder().encode(result.value))
    },
  )

  server.get(
    '/api/plans/:id/links/:target/:unit/history',
    {
      config: about('What was given, answered and changed between a target and a unit, the newest first.'),
      schema: { params: ofLink, response: { 200: linkHistory } },
    },
    async (request, reply) => {
      const { id, target, unit } = request.params
      const result = await links.history(identifiedOf(request).actor, id, target, unit)
      return result.ok ? reply.send(result.value) : sendRefusal(request, reply, result.error)
    },
  )

  server.get(
    '/api/plans/:id/results',
    {
      config: about('What the targets of the plan came to, by period.'),
      schema: { params: ofPlan, response: { 200: targetResults } },
    },
    async (request, reply) => {
      const result = await links.results(identifiedOf(request).actor, request.params.id)
      return result.ok ? reply.send(result.value) : sendRefusal(request, reply, result.error)
    },
  )

  server.put(
    '/api/plans/:id/results',
    {
      config: about('Enters what a target came to in a period, or takes it away.', [
        ...(['not.allowed', 'result.early', 'result.period', 'target.gone', 'target.measure'] as const),
      ]),
      schema: { params: ofPlan, body: enterResultBody },
    },
    async (request, reply) => {
      return sendDone(
        request,
        reply,
        await links.enterResult(identifiedOf(request).actor, request.params.id, request.body),
      )
    },
  )
}
