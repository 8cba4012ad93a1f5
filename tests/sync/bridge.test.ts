import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { startWithClients, text, until, type ServerWithClients } from '../support/sync-client.ts'
import { plainPlan } from '../support/sync-server.ts'

let server: ServerWithClients
let stock: WebsocketProvider[]

beforeEach(async () => {
  server = await startWithClients()
  stock = []
})
afterEach(async () => {
  for (const provider of stock) provider.destroy()
  await server.close()
})

function openStock(token: string): { provider: WebsocketProvider; doc: Y.Doc; closes: number[] } {
  const doc = new Y.Doc()
  const provider = new WebsocketProvider(`ws://127.0.0.1:${server.port}/yjs`, plainPlan.part, doc, {
    params: { token },
    // The package wants a browser's WebSocket; ws is one in all that it uses.
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
  })
  const closes: number[] = []
  provider.on('connection-close', (event) => closes.push(event?.code ?? 0))
  stock.push(provider)
  return { provider, doc, closes }
}

test('a stock y-websocket client reads and writes a part with a token', async () => {
  const an = await server.join('an')
  text(an.doc).insert(0, 'Chỉ tiêu')

  const { doc } = openStock('script')
  await until(() => text(doc).toString() === 'Chỉ tiêu', 'the script reads')
  text(doc).insert(8, ' chung')

  await until(() => text(an.doc).toString() === 'Chỉ tiêu chung', 'the script writes')
  expect(text(await server.sync.readDocument(plainPlan.part)).toString()).toBe('Chỉ tiêu chung')
})

test('what a script types while it connects arrives with all that it builds on', async () => {
  const { provider, doc } = openStock('script')
  provider.on('status', ({ status }) => {
    if (status === 'connected') text(doc).insert(text(doc).length, ' năm')
  })
  text(doc).insert(0, 'Kế hoạch')

  await until(() => provider.synced, 'synced')
  text(doc).insert(text(doc).length, ' 2026')

  const stored = async () => text(await server.sync.readDocument(plainPlan.part)).toString()
  await expect.poll(stored).toBe(text(doc).toString())
})

test('the token of a reader reads, and what it writes is refused', async () => {
  const writer = openStock('script')
  text(writer.doc).insert(0, 'Nhiệm vụ')
  const reader = openStock('reader')
  await until(() => text(reader.doc).toString() === 'Nhiệm vụ', 'the reader reads')

  text(reader.doc).insert(0, 'lén ')

  await until(() => reader.closes.includes(4403), 'refused')
  expect(text(await server.sync.readDocument(plainPlan.part)).toString()).toBe('Nhiệm vụ')
})

test('without a token a script is closed', async () => {
  const { closes } = openStock('')

  await until(() => closes.includes(4401), 'closed')
})
