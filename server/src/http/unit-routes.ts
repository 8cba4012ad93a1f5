/** Units and people over HTTP, as administrators keep them. */
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import { unitId, userId } from '@soanchung/shared/ids.ts'
import { importReport } from '@soanchung/shared/units/import.ts'
import {
  createdPerson,
  newPersonBody,
  personBody,
  personRecord,
  unitBody,
  unitRecord,
} from '@soanchung/shared/units/units.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Database } from '../storage/database.ts'
import { importOrganisation } from '../units/import.ts'
import { changePerson, createPerson, readPeople } from '../units/members.ts'
import { changeUnit, createUnit, readUnits } from '../units/units.ts'
import { identifiedOf } from './guard.ts'
import { sendRefusal } from './refusals.ts'

/** With a session only, so that a stolen token makes no accounts. */
const forAdministrators = (
  tag: 'units' | 'people',
  summary: string,
  refusals: readonly ErrorCode[] = [],
  file?: string,
) => ({
  administrator: true,
  sessionOnly: true,
  about: { summary, tag, refusals, ...(file === undefined ? {} : { file }) },
})
const unitFaults = ['unit.symbol', 'unit.circle', 'unit.unknown', 'unit.end'] as const
const ofUnit = z.object({ id: unitId })
const ofPerson = z.object({ id: userId })

export const unitRoutes: FastifyPluginAsyncZod<{ accounts: Accounts; database: Database }> = async (
  server,
  { accounts, database },
) => {
  const { query } = database
  const actorOf = (request: FastifyRequest) => identifiedOf(request).person.id

  server.get(
    '/api/units/records',
    {
      config: forAdministrators('units', 'All that is known of the units, oldest first.'),
      schema: { response: { 200: z.array(unitRecord) } },
    },
    () => readUnits(query),
  )

  server.post(
    '/api/units',
    {
      config: forAdministrators('units', 'Makes a unit.', unitFaults),
      schema: { body: unitBody, response: { 201: unitRecord } },
    },
    async (request, reply) => {
      const made = await createUnit(database, actorOf(request), request.body)
      return made.ok ? reply.status(201).send(made.value) : sendRefusal(request, reply, made.error)
    },
  )

  server.put(
    '/api/units/:id',
    {
      config: forAdministrators('units', 'Changes a unit: names, places in the tree, signers, its end.', [
        'not.found',
        ...unitFaults,
      ]),
      schema: { params: ofUnit, body: unitBody, response: { 200: unitRecord } },
    },
    async (request, reply) => {
      const changed = await changeUnit(database, actorOf(request), request.params.id, request.body)
      return changed.ok ? reply.send(changed.value) : sendRefusal(request, reply, changed.error)
    },
  )

  server.get(
    '/api/people/records',
    {
      config: forAdministrators('people', 'Everybody with an account, and their units.'),
      schema: { response: { 200: z.array(personRecord) } },
    },
    () => readPeople(query),
  )

  server.post(
    '/api/people',
    {
      config: forAdministrators('people', 'Makes an account; its first password is answered once.', [
        'conflict.username',
        'unit.unknown',
      ]),
      schema: { body: newPersonBody, response: { 201: createdPerson } },
    },
    async (request, reply) => {
      const made = await createPerson(database, accounts, actorOf(request), request.body)
      return made.ok ? reply.status(201).send(made.value) : sendRefusal(request, reply, made.error)
    },
  )

  server.put(
    '/api/people/:id',
    {
      config: forAdministrators('people', "Changes a person's name, right, units and offices.", [
        'not.found',
        'unit.unknown',
        'person.self',
      ]),
      schema: { params: ofPerson, body: personBody, response: { 200: personRecord } },
    },
    async (request, reply) => {
      const changed = await changePerson(database, actorOf(request), request.params.id, request.body)
      return changed.ok ? reply.send(changed.value) : sendRefusal(request, reply, changed.error)
    },
  )

  // A scope of its own, whose bodies stay bytes: their encoding is looked into.
  await server.register(async (scope) => {
    scope.addContentTypeParser('text/csv', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.withTypeProvider<ZodTypeProvider>().post(
      '/api/units/import',
      {
        config: forAdministrators(
          'units',
          'Units and people from a CSV file; a preview changes nothing.',
          ['input.large'],
          'text/csv',
        ),
        schema: {
          querystring: z.object({ preview: z.enum(['true', 'false']).default('false') }),
          response: { 200: importReport },
        },
      },
      async (request, reply) => {
        const file = request.body instanceof Uint8Array ? request.body : new Uint8Array()
        const preview = request.query.preview === 'true'
        return reply.send(await importOrganisation({ database, accounts, actor: actorOf(request), file, preview }))
      },
    )
  })
}
