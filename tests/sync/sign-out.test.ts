/** Whoever is signed out, wherever that happened, loses the documents; how soon, revocation.test.ts measures. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { partDocument, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import { aPart, aPlan } from '../support/plans.ts'
import { expectOk, givePlan, startServer, type TestPerson, type TestServer } from '../support/server.ts'
import { acknowledged, openClient, synced, text, until, type SyncClient } from '../support/sync-client.ts'

let server: TestServer
let an: TestPerson
let part: DocumentName
let clients: SyncClient[] = []
beforeAll(async () => {
  server = await startServer()
  an = await server.person({ username: 'an.nguyen', units: [await server.unit('HND')] })
  const given = aPart('Mục tiêu')
  await givePlan(an, aPlan([given]))
  part = partDocument(given.id)
})
afterEach(() => {
  for (const client of clients) client.close()
  clients = []
})
afterAll(() => server.stop())

function open(cookie: string): Promise<SyncClient> {
  const { port, origin } = new URL(server.address)
  const target = { port: Number(port), origin, epoch: server.running.database.epoch }
  const client = openClient(target, { user: an.username, cookie, document: part })
  clients.push(client)
  return synced(client)
}

function out(client: SyncClient): Promise<void> {
  return until(() => client.refusals.includes('auth.required'), 'out')
}

test('signing out ends the documents of that session, and no other', async () => {
  const [here, there] = [await server.signIn(an.username, an.password), await server.signIn(an.username, an.password)]
  const [ending, staying] = [await open(here.cookie), await open(there.cookie)]

  await expectOk(here.send('POST', '/api/auth/sign-out', {}))

  await out(ending)
  text(ending.doc).insert(0, 'muộn ')
  text(staying.doc).insert(0, 'đúng lúc ')
  await acknowledged(staying)
  expect(text(staying.doc).toString()).not.toContain('muộn')
})

test('a changed password ends all other sessions, and the new one goes on', async () => {
  const other = await open((await server.signIn(an.username, an.password)).cookie)
  const own = await server.signIn(an.username, an.password)
  const next = 'mat-khau-moi-cua-an'

  await expectOk(own.send('POST', '/api/auth/change-password', { currentPassword: an.password, newPassword: next }))
  an.password = next

  await out(other)
  await open(own.cookie)
})

test('a session that is taken away or runs out ends', async () => {
  const [taken, old] = [await server.signIn(an.username, an.password), await server.signIn(an.username, an.password)]
  const sessions = server.running.database.query
  const newest = await sessions.selectFrom('session').select('id').orderBy('createdAt', 'desc').limit(2).execute()
  const [first, second] = newest.map(({ id }) => id)
  const both = [await open(taken.cookie), await open(old.cookie)]

  await sessions
    .deleteFrom('session')
    .where('id', '=', first ?? '')
    .execute()
  await sessions
    .updateTable('session')
    .set({ expiresAt: new Date(0).toISOString() })
    .where('id', '=', second ?? '')
    .execute()

  for (const client of both) await out(client)
})

test('a revoked token closes the script that came with it', async () => {
  const own = await server.signIn(an.username, an.password)
  const made = await expectOk(own.send('POST', '/api/tokens', { name: 'Tổng hợp', scope: 'write', days: 1 }))
  const { id, token } = made.body as { id: string; token: string }
  const script = new WebsocketProvider(`${server.address.replace('http', 'ws')}/yjs`, part, new Y.Doc(), {
    params: { token },
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
  })
  await until(() => script.synced, 'the script is in')
  const closed = new Promise<number>((resolve) => script.on('connection-close', (event) => resolve(event?.code ?? 0)))

  await expectOk(own.send('DELETE', `/api/tokens/${id}`))

  expect(await closed).toBe(4401)
  script.destroy()
})
