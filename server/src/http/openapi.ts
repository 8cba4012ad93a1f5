/**
 * The description of the HTTP interface (OpenAPI 3.1), made of the routes as they are registered
 * and of the very schemas that check their requests. A shape that shared exports has a name in it.
 * What a route says of itself (`about`) is all that is written by hand.
 */
import type { FastifyInstance, RouteOptions } from 'fastify'
import { z } from 'zod'
import * as accounts from '@soanchung/shared/accounts.ts'
import * as audit from '@soanchung/shared/audit.ts'
import { errorCatalogue, type ErrorCode } from '@soanchung/shared/errors.ts'
import * as links from '@soanchung/shared/links/links.ts'
import * as protocol from '@soanchung/shared/protocol.ts'
import * as imports from '@soanchung/shared/units/import.ts'
import * as units from '@soanchung/shared/units/units.ts'
import type { About } from './guard.ts'

type Json = Record<string, unknown>

const tags: Record<About['tag'], string> = {
  server: 'The server itself.',
  'sign-in': 'Ways in. Open to strangers, and slowed where secrets could be guessed.',
  account: 'What belongs to the person who asks.',
  people: 'Other people, for administrators.',
  units: 'The organisations that draft together.',
  plans: 'Plans, their parts, and who may do what in them.',
  links: 'What goes from plan to plan: targets given down, answers, roll-up, results.',
  audit: 'Who did what to which record, when.',
}

const description = `Whoever has a session (the cookie of the application) or a personal access token may ask.
A token acts as its owner, never with more than the owner's rights, and with the scope "read" it changes nothing.
Requests that change something must come from the application's own origin, or carry a token and no Origin.

Every refusal has a code of one catalogue, and a sentence in the language of Accept-Language (vi, else en).
A foreign or unknown id is answered like one that does not exist.

The text of plans is edited over the socket /sync, and by stock y-websocket clients over /yjs/<document>?token=.`

/** Refusals that the guard and the framework can give on a route of that kind. */
function usualRefusals(route: RouteOptions, method: string): ErrorCode[] {
  const { open, sessionOnly, administrator } = route.config ?? {}
  return [
    ...(open ? [] : (['auth.required', 'auth.token'] as const)),
    ...(sessionOnly || administrator || (!open && method !== 'get') ? (['not.allowed'] as const) : []),
    ...(method === 'get' ? [] : (['origin.foreign'] as const)),
    ...(route.schema?.body || route.schema?.params || route.config?.about?.body ? (['input.invalid'] as const) : []),
    ...(route.schema?.body || route.config?.about?.body ? (['input.large'] as const) : []),
    'server.failed',
    'storage.failed',
  ]
}

/** Follows the routes that are registered from here on; the description is made when it is first asked for. */
export function describeRoutes(server: FastifyInstance, version: string): () => Json {
  const routes: RouteOptions[] = []
  server.addHook('onRoute', (route) => {
    if (route.url.startsWith('/api/')) routes.push(route)
  })
  let made: Json | null = null
  return () => (made ??= describe(routes, version))
}

function describe(routes: readonly RouteOptions[], version: string): Json {
  const names = z.registry<{ id: string }>()
  for (const [name, value] of Object.entries({ ...protocol, ...accounts, ...audit, ...links, ...units, ...imports })) {
    if (value instanceof z.core.$ZodType) names.add(value, { id: name })
  }
  const schemas: Json = {}
  const schemaOf = (schema: z.core.$ZodType): Json => {
    const {
      $schema: _,
      $defs: shapes,
      ...rest
    } = z.toJSONSchema(schema, {
      io: 'input',
      metadata: names,
      unrepresentable: 'any',
    })
    for (const [name, shape] of Object.entries(shapes ?? {})) schemas[name] = atHome(shape)
    return atHome(rest)
  }
  schemaOf(protocol.errorBody)

  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = route.url.replace(/:(\w+)/g, '{$1}')
    for (const method of [route.method].flat().map((one) => one.toLowerCase())) {
      if (method === 'head') continue
      paths[path] = { ...paths[path], [method]: operation(route, method, path, schemaOf) }
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Soạn Chung', version, description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: Object.entries(tags).map(([name, words]) => ({ name, description: words })),
    paths: Object.fromEntries(Object.entries(paths).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'soanchung.session_token',
          description: 'Set by signing in. Over https its name begins with __Secure-.',
        },
        token: { type: 'http', scheme: 'bearer', description: 'A personal access token, made on the account page.' },
      },
    },
  }
}

function operation(
  route: RouteOptions,
  method: string,
  path: string,
  schemaOf: (schema: z.core.$ZodType) => Json,
): Json {
  const { about, open, sessionOnly } = route.config ?? {}
  const body = route.schema?.body ?? about?.body
  return {
    operationId: `${method}${path.replace('/api', '').replace(/[^A-Za-z]+(\w)?/g, (_, next = '') => next.toUpperCase())}`,
    summary: about?.summary ?? '',
    tags: about === undefined ? [] : [about.tag],
    security: open ? [] : sessionOnly ? [{ session: [] }] : [{ session: [] }, { token: [] }],
    ...parameters(route),
    ...(isSchema(body)
      ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } } }
      : about?.file === undefined
        ? {}
        : { requestBody: { required: true, content: { [about.file]: {} } } }),
    responses: { ...answers(route, schemaOf), ...refusals(route, method) },
  }
}

function parameters(route: RouteOptions): Json {
  const places = [
    ['path', route.schema?.params],
    ['query', route.schema?.querystring],
  ] as const
  const list = places.flatMap(([place, schema]) => {
    if (!isSchema(schema)) return []
    const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
    return Object.keys(properties).map((name) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      schema: properties[name],
    }))
  })
  return list.length === 0 ? {} : { parameters: list }
}

function answers(route: RouteOptions, schemaOf: (schema: z.core.$ZodType) => Json): Json {
  const about = route.config?.about
  if (about?.redirects)
    return { 302: { description: 'Elsewhere.', headers: { location: { schema: { type: 'string' } } } } }
  if (about?.content !== undefined) return { 200: { description: 'The file.', content: { [about.content]: {} } } }
  const declared = Object.entries(route.schema?.response ?? (about?.answer === undefined ? {} : { 200: about.answer }))
  if (declared.length === 0) return { 204: { description: 'Done.' } }
  return Object.fromEntries(
    declared.flatMap(([status, schema]) =>
      isSchema(schema)
        ? [[status, { description: 'Done.', content: { 'application/json': { schema: schemaOf(schema) } } }]]
        : [],
    ),
  )
}

/** By status, with the codes that it can have here and what they mean. */
function refusals(route: RouteOptions, method: string): Json {
  const codes = new Set([...(route.config?.about?.refusals ?? []), ...usualRefusals(route, method)])
  const byStatus = Object.groupBy([...codes], (code) => String(errorCatalogue[code].status))
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, ofStatus = []]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${errorCatalogue[code].en}`).join('\n\n'),
        content: {
          'application/json': {
            schema: {
              allOf: [{ $ref: '#/components/schemas/errorBody' }, { properties: { code: { enum: ofStatus } } }],
            },
          },
        },
      },
    ]),
  )
}

function isSchema(value: unknown): value is z.core.$ZodType {
  return value instanceof z.core.$ZodType
}

/** Named shapes stand under `components` here. */
function atHome(schema: unknown): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'))
}
