/** Values of cells that others replaced unseen: one's own, and that one has seen to them. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { conflictId, planId } from '@soanchung/shared/ids.ts'
import { cellConflicts } from '@soanchung/shared/links/links.ts'
import { listConflicts, settleConflict } from '../registers/conflicts.ts'
import type { Database } from '../storage/database.ts'
import { identifiedOf } from './guard.ts'
import { sendDone, sendRefusal } from './refusals.ts'

export const conflictRoutes: FastifyPluginAsyncZod<{ database: Database }> = async (server, { database }) => {
  const { query } = database
  server.get(
    '/api/plans/:id/conflicts',
    {
      config: {
        about: {
          summary:
            'What one wrote into cells of registers and others replaced without having seen it; not yet settled.',
          tag: 'plans',
          refusals: ['not.found'],
        },
      },
      schema: { params: z.object({ id: planId }), response: { 200: cellConflicts } },
    },
    async (request, reply) => {
      const result = await listConflicts(query, identifiedOf(request).actor, request.params.id)
      return result.ok ? reply.send(result.value) : sendRefusal(request, reply, result.error)
    },
  )

  server.post(
    '/api/plans/:id/conflicts/:conflict/settle',
    {
      config: {
        about: {
          summary: 'Settles one of these: the value stays as it is, or was put back. Only by whoever lost it.',
          tag: 'plans',
          refusals: ['not.found'],
        },
      },
      schema: { params: z.object({ id: planId, conflict: conflictId }) },
    },
    async (request, reply) => {
      const { id, conflict } = request.params
      return sendDone(request, reply, await settleConflict(query, identifiedOf(request).actor, id, conflict))
    },
  )
}
