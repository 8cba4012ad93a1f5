import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { aPart, aPlan } from '../support/plans.ts'
import { givePlan, startServer, type TestPerson, type TestServer } from '../support/server.ts'
import { openClient, until } from '../support/sync-client.ts'

let server: TestServer
let administrator: TestPerson
beforeAll(async () => {
  server = await startServer()
  administrator = await server.person({ username: 'quantri', administrator: true })
})
afterAll(() => server.stop())

const setActive = (person: { id: string }, active: boolean) =>
  administrator.send('PUT', `/api/people/${person.id}/active`, { active })

test('who is deactivated is out at once, with session, token and password, and nothing is deleted', async () => {
  const person = await server.person({ username: 'nghiviec' })
  const made = await person.send('POST', '/api/tokens', { name: 'Báo cáo', scope: 'write', days: 30 })
  const bearer = { authorization: `Bearer ${(made.body as { token: string }).token}` }
  expect((await setActive(person, false)).status).toBe(204)

  expect((await person.send('GET', '/api/me')).status).toBe(401)
  expect((await server.stranger().send('GET', '/api/me', undefined, bearer)).body).toMatchObject({ code: 'auth.token' })
  const signIn = (password: string) =>
    server.stranger().send('POST', '/api/auth/sign-in/username', { username: person.username, password })
  expect(await signIn(person.password)).toMatchObject({ status: 403, body: { code: 'auth.deactivated' } })
  expect(await signIn('khong-dung-dau')).toMatchObject({ status: 401, body: { code: 'auth.wrong' } })
  const row = server.running.database.query.selectFrom('user').select('username').where('id', '=', person.id)
  expect(await row.executeTakeFirst()).toEqual({ username: 'nghiviec' })
})

test('what somebody has open is closed, on the page and in the script', async () => {
  const unit = await server.unit('HND')
  const person = await server.person({ units: [unit] })
  const plan = await givePlan(person, aPlan([aPart('Mục tiêu')]))
  const { hostname, port } = new URL(server.address)
  const client = openClient(
    { port: Number(port), origin: `http://${hostname}:${port}`, epoch: server.running.database.epoch },
    { user: person.username, cookie: person.cookie, document: `plan/${plan.id}` },
  )
  const made = await person.send('POST', '/api/tokens', { name: 'Báo cáo', scope: 'read', days: 30 })
  const { token } = made.body as { token: string }
  const script = new WebsocketProvider(`ws://${hostname}:${port}/yjs`, `plan/${plan.id}`, new Y.Doc(), {
    params: { token },
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
  })
  await until(() => script.synced && client.provider.isSynced, 'both are in')

  await setActive(person, false)
  await until(() => !script.wsconnected && client.refusals.includes('auth.required'), 'both are out')
  script.destroy()
  client.close()
})

test('who is let in again signs in with the old password; what was ended stays so', async () => {
  const person = await server.person()
  const made = await person.send('POST', '/api/tokens', { name: 'Báo cáo', scope: 'read', days: 30 })
  const bearer = { authorization: `Bearer ${(made.body as { token: string }).token}` }
  await setActive(person, false)
  expect((await setActive(person, true)).status).toBe(204)
  expect((await person.send('GET', '/api/me')).status).toBe(401)
  expect((await server.stranger().send('GET', '/api/me', undefined, bearer)).status).toBe(401)
  await expect(server.signIn(person.username, person.password)).resolves.toBeDefined()
})

describe('is only for administrators', () => {
  test('others are refused, and do not learn who exists', async () => {
    const [person, other] = [await server.person(), await server.person()]
    const known = await person.send('PUT', `/api/people/${other.id}/active`, { active: false })
    const unknown = await person.send('PUT', '/api/people/khong-co-ai/active', { active: false })
    expect(known).toMatchObject({ status: 403, body: { code: 'not.allowed' } })
    expect(unknown.body).toEqual(known.body)
  })

  test('a token of theirs is not enough', async () => {
    const person = await server.person()
    const made = await administrator.send('POST', '/api/tokens', { name: 'Sổ', scope: 'write', days: 1 })
    const bearer = { authorization: `Bearer ${(made.body as { token: string }).token}` }
    const path = `/api/people/${person.id}/active`
    expect((await server.stranger().send('PUT', path, { active: false }, bearer)).status).toBe(403)
  })

  test('nobody deactivates themselves', async () => {
    expect(await setActive(administrator, false)).toMatchObject({
      status: 409,
      body: { code: 'person.deactivate-self' },
    })
  })

  test('an unknown person is not found', async () => {
    expect((await setActive({ id: 'khong-co-ai' }, false)).status).toBe(404)
  })
})
