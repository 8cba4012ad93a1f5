/** Units and people over HTTP, as administrators keep them. */
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod'
import type { FastifyError, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import { z } from 'zod'
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import { unitId, userId } from '@soanchung/shared/ids.ts'
import { importReport, type ImportStep } from '@soanchung/shared/units/import.ts'
import {
  changedPersonBody,
  changedUnitBody,
  createdPerson,
  newPersonBody,
  personRecord,
  unitBody,
  unitRecord,
} from '@soanchung/shared/units/units.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Database } from '../storage/database.ts'
import { importOrganisation, previewImport } from '../units/import.ts'
import { changePerson, createPerson, readPeople } from '../units/members.ts'
import { changeUnit, createUnit, readUnits } from '../units/units.ts'
import { identifiedOf } from './guard.ts'
import { refusalOf, sendRefusal } from './refusals.ts'

/** With a session only, so that a stolen token makes no accounts. */
const forAdministrators = (
  tag: 'units' | 'people',
  summary: string,
  refusals: readonly ErrorCode[] = [],
  bytes: { file?: string; content?: string } = {},
) => ({
  administrator: true,
  sessionOnly: true,
  about: { summary, tag, refusals, ...bytes },
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
        'conflict.changed',
        ...unitFaults,
      ]),
      schema: { params: ofUnit, body: changedUnitBody, response: { 200: unitRecord } },
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
        'conflict.changed',
        'unit.unknown',
        'person.self',
      ]),
      schema: { params: ofPerson, body: changedPersonBody, response: { 200: personRecord } },
    },
    async (request, reply) => {
      const changed = await changePerson(database, actorOf(request), request.params.id, request.body)
      return changed.ok ? reply.send(changed.value) : sendRefusal(request, reply, changed.error)
    },
  )

  // A scope of its own, whose bodies stay bytes: their encoding is looked into.
  await server.register(async (scope) => {
    scope.addContentTypeParser('text/csv', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    const routes = scope.withTypeProvider<ZodTypeProvider>()
    const bytesOf = ({ body }: FastifyRequest) => (body instanceof Uint8Array ? body : new Uint8Array())
    routes.post(
      '/api/units/import/preview',
      {
        config: forAdministrators(
          'units',
          'What would come of a CSV file of units and people; changes nothing.',
          ['input.large'],
          { file: 'text/csv' },
        ),
        schema: { response: { 200: importReport } },
      },
      async (request, reply) => reply.send(await previewImport(database, bytesOf(request))),
    )
    routes.post(
      '/api/units/import',
      {
        config: forAdministrators(
          'units',
          'Units and people from a CSV file, all or nothing. One line of JSON a step, the last one the report; closing the connection before it stops the import.',
          ['input.large'],
          { file: 'text/csv', content: 'application/x-ndjson' },
        ),
      },
      (request, reply) => {
        const steps = importOrganisation({ database, accounts, actor: actorOf(request), file: bytesOf(request) })
        return reply
          .type('application/x-ndjson')
          .header('cache-control', 'no-store, no-transform')
          .send(Readable.from(linesOf(request, steps)))
      },
    )
  })
}

/** The answer has begun by the time that something can fail, so the refusal is its last line. */
async function* linesOf(request: FastifyRequest, steps: AsyncIterable<ImportStep>): AsyncGenerator<string> {
  const line = (step: ImportStep) => `${JSON.stringify(step)}\n`
  try {
    for await (const step of steps) yield line(step)
  } catch (error) {
    yield line({ refused: refusalOf(request, error as FastifyError).code })
  }
}
