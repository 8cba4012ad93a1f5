import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { isErrorCode } from '@soanchung/shared/errors.ts'
import { startServer, type TestServer } from '../support/server.ts'

const description = z.object({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        summary: z.string(),
        tags: z.array(z.string()),
        security: z.array(z.record(z.string(), z.array(z.string()))),
        responses: z.record(z.string(), z.looseObject({ description: z.string() })),
        requestBody: z.unknown().optional(),
      }),
    ),
  ),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
})

let server: TestServer
let answered: Record<string, unknown>
let api: z.infer<typeof description>
beforeAll(async () => {
  server = await startServer()
  const answer = await server.stranger().send('GET', '/api/openapi.json')
  answered = z.record(z.string(), z.unknown()).parse(answer.body)
  api = description.parse(answer.body)
})
afterAll(() => server.stop())

const operations = () =>
  Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, method, ...operation })),
  )

test('the description is valid OpenAPI 3.1', async () => {
  expect(api.openapi).toBe('3.1.0')
  expect(await new Validator().validate(answered)).toMatchObject({ valid: true })
})

test('every route that the server has is in it', () => {
  const folder = join(import.meta.dirname, '../../server/src/http')
  const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
  const routes = sources.flatMap((source) => [...source.matchAll(/['`](\/api\/[\w./:-]+)(?:\$\{way\})?['`]/g)])
  expect(routes.length).toBeGreaterThan(20)
  const known = Object.keys(api.paths).map((path) => path.replace(/\{(\w+)\}/g, ':$1'))
  for (const [, route = ''] of routes) {
    expect(
      known.some((path) => path === route || (route.endsWith('/') && path.startsWith(route))),
      route,
    ).toBe(true)
  }
})

test('every route says what it is for, who may ask, and how it refuses', () => {
  for (const { name, summary, tags, responses, security, method } of operations()) {
    expect(summary, name).toMatch(/^.{8,}\.$/)
    expect(tags, name).toHaveLength(1)
    expect(Object.keys(responses), name).toContain('500')
    if (security.length > 0) expect(Object.keys(responses), name).toContain('401')
    if (method !== 'get') expect(Object.keys(responses), name).toContain('403')
  }
  const ids = operations().map(({ operationId }) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('the codes of refusals are those of the catalogue', () => {
  const codes = JSON.stringify(operations()).match(/"code":\{[^{}]*"enum":\[("[a-z]+\.[a-z-]+",?)+\]/g) ?? []
  expect(codes.length).toBeGreaterThan(50)
  for (const list of codes) {
    for (const [, code = ''] of list.matchAll(/"([a-z]+\.[a-z-]+)"/g)) expect(isErrorCode(code), code).toBe(true)
  }
})

test('shapes stand once, under their own names, and every reference leads to one', () => {
  const names = Object.keys(api.components.schemas)
  expect(names).toEqual(expect.arrayContaining(['me', 'unit', 'planRecord', 'createPlanBody', 'errorBody']))
  const references = [...JSON.stringify(answered).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to = '']) => to)
  for (const to of references) expect(names).toContain(to.replace('#/components/schemas/', ''))
})

test('what a route asks for and what its description says are the same', async () => {
  const { required } = z.object({ required: z.array(z.string()) }).parse(api.components.schemas['createTokenBody'])
  const person = await server.person()
  const whole: Record<string, unknown> = { name: 'Sổ', scope: 'read', days: 1 }
  expect(required.toSorted()).toEqual(Object.keys(whole).toSorted())
  for (const field of required) {
    const { [field]: _, ...rest } = whole
    expect((await person.send('POST', '/api/tokens', rest)).status, field).toBe(400)
  }
})
