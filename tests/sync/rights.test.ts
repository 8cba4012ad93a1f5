import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { schemaVersion } from '@soanchung/shared/plan/documents.ts'
import { newId, type PartId } from '@soanchung/shared/ids.ts'
import { partDocument } from '@soanchung/shared/plan/documents.ts'
import { acknowledged, startWithClients, text, until, type ServerWithClients } from '../support/sync-client.ts'
import { plainPlan } from '../support/sync-server.ts'

let server: ServerWithClients

beforeEach(async () => {
  server = await startWithClients()
})
afterEach(() => server.close())

test('what a reader writes is refused, and nobody sees it', async () => {
  const writer = await server.join('an')
  const reader = await server.join('reader')

  text(reader.doc).insert(0, 'lén')
  await until(() => reader.refusals.includes('not.allowed'), 'refused')
  text(writer.doc).insert(0, 'thật')
  await acknowledged(writer)

  expect(reader.messages).toContain(JSON.stringify({ type: 'rejected', code: 'not.allowed' }))
  expect(text(writer.doc).toString()).toBe('thật')
  expect(text(await server.sync.readDocument(plainPlan.part)).toString()).toBe('thật')
})

test.each([
  ['somebody without a role', { user: 'stranger' }, 'not.found'],
  ['a part that does not exist', { user: 'an', document: partDocument(newId<PartId>()) }, 'not.found'],
  ['a name that is no document of ours', { user: 'an', document: '__proto__' }, 'not.found'],
  ['an older page', { user: 'an', schema: schemaVersion - 1 }, 'client.outdated'],
  ['a page from before a restore', { user: 'an', epoch: 'before' }, 'epoch.changed'],
])('%s is told why it may not open a document', async (_who, options, reason) => {
  const client = server.open(options)

  await until(() => client.refusals.length > 0, 'refused')

  expect(client.refusals).toContain(reason)
  expect(server.sync.stats().connections).toBe(0)
})

test.each([
  ['null', 'null'],
  ['none', undefined],
  ['another site', 'https://example.org'],
  ['a longer host', 'http://127.0.0.1.example.org'],
  ['a longer port', 'SAME0'],
  ['another scheme', 'https://127.0.0.1'],
  ['a name in front', 'http://user@127.0.0.1'],
])('a page of another origin is turned away before the upgrade: %s', async (_case, origin) => {
  const from = origin === 'SAME0' ? `${server.origin}0` : origin
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/sync`, {
    headers: { cookie: 'user=an', ...(from === undefined ? {} : { origin: from }) },
  })

  const status = await new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
    socket.on('open', () => resolve('open'))
  })

  expect(status).toBe(403)
})

test.each(['/', '/sync/', '/yjs/', '/yjs/part', '/yjs/part/..%2F..', '/yjs/%E0%A4%A'])(
  'an address that is none of ours is not upgraded: %s',
  async (path) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { origin: server.origin })

    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
      socket.on('open', () => resolve('open'))
    })

    expect(status).toBe(404)
  },
)

test('who somebody is in presence, the server says', async () => {
  const watcher = await server.join('binh')
  const forger = await server.join('an')

  forger.provider.setAwarenessField('user', { id: 'binh', name: 'Chủ tịch', unit: null, symbol: '', colour: 9 })
  forger.provider.setAwarenessField('part', plainPlan.partId)
  const seen = () => watcher.provider.awareness?.getStates().get(forger.doc.clientID)
  await until(() => seen()?.['part'] === plainPlan.partId, 'presence arrives')

  expect(seen()?.['user']).toMatchObject({ id: 'an', name: 'an', symbol: 'HND' })
  expect(watcher.provider.awareness?.getStates().size).toBeLessThanOrEqual(2)
})
