/** Work that the server did not take, handed to the lead: in, listed, read, answered. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import { handedDraftId, planId } from '@soanchung/shared/ids.ts'
import { handDraftBody, handedDraft, maxDraftBytes, settleDraftBody } from '@soanchung/shared/protocol.ts'
import type { HandedDrafts } from '../plans/handed-drafts.ts'
import { identifiedOf, type About } from './guard.ts'
import { sendDone, sendRefusal } from './refusals.ts'

const ofPlan = z.object({ id: planId })
const ofDraft = z.object({ id: planId, draftId: handedDraftId })

const about = (summary: string, refusals: readonly ErrorCode[] = [], more: Partial<About> = {}) => ({
  about: { summary, tag: 'plans' as const, refusals: ['not.found' as const, ...refusals], ...more },
})

export const draftRoutes: FastifyPluginAsyncZod<{ drafts: HandedDrafts }> = async (server, { drafts }) => {
  server.post(
    '/api/plans/:id/drafts',
    {
      // As base64, with the words around it.
      bodyLimit: maxDraftBytes * 2,
      config: about('Hands work that could not be written any more to the lead.', [
        'not.allowed',
        'plan.issued',
        'draft.many',
        'update.invalid',
      ]),
      schema: { params: ofPlan, body: handDraftBody },
    },
    async (request, reply) => {
      const result = await drafts.hand(identifiedOf(request).actor, request.params.id, request.body)
      return sendDone(request, reply, result)
    },
  )

  server.get(
    '/api/plans/:id/drafts',
    {
      config: about('The drafts that were handed in: all for the lead, for others their own.'),
      schema: { params: ofPlan, response: { 200: z.array(handedDraft) } },
    },
    async (request, reply) => {
      const result = await drafts.list(identifiedOf(request).actor, request.params.id)
      return result.ok ? reply.send(result.value) : sendRefusal(request, reply, result.error)
    },
  )

  server.get(
    '/api/plans/:id/drafts/:draftId',
    {
      config: about('The part as its sender had it: a Yjs update.', [], { content: 'application/octet-stream' }),
      schema: { params: ofDraft },
    },
    async (request, reply) => {
      const { id, draftId } = request.params
      const result = await drafts.read(identifiedOf(request).actor, id, draftId)
      if (!result.ok) return sendRefusal(request, reply, result.error)
      const { buffer, byteOffset, byteLength } = result.value
      return reply.type('application/octet-stream').send(Buffer.from(buffer, byteOffset, byteLength))
    },
  )

  server.put(
    '/api/plans/:id/drafts/:draftId',
    {
      config: about('Says whether a draft was used, and why.', ['not.allowed', 'plan.issued']),
      schema: { params: ofDraft, body: settleDraftBody },
    },
    async (request, reply) => {
      const { id, draftId } = request.params
      const result = await drafts.settle(identifiedOf(request).actor, id, draftId, request.body)
      return sendDone(request, reply, result)
    },
  )
}
