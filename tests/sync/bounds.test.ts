/** What one client may cost the others: a paste, a socket that nobody reads, a document that nobody has open. */
import * as encoding from 'lib0/encoding'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { schemaVersion } from '@soanchung/shared/plan/documents.ts'
import { acknowledged, startWithClients, text, until, type ServerWithClients } from '../support/sync-client.ts'
import { plainPlan } from '../support/sync-server.ts'

let server: ServerWithClients
beforeEach(async () => {
  server = await startWithClients()
})
afterEach(() => server.close())

async function openSocket(): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/sync`, {
    headers: { cookie: 'user=binh', origin: server.origin },
  })
  await new Promise((resolve) => socket.once('open', resolve))
  return socket
}

function signIn(socket: WebSocket, address: string = plainPlan.part): void {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, address)
  encoding.writeVarUint(encoder, 2)
  encoding.writeVarUint(encoder, 0)
  encoding.writeVarString(encoder, JSON.stringify({ schema: schemaVersion, epoch: server.database.epoch }))
  socket.send(encoding.toUint8Array(encoder))
}

/** Somebody who opens the part and then reads nothing more. */
async function stall(): Promise<WebSocket> {
  const socket = await openSocket()
  const before = server.sync.stats().connections
  signIn(socket)
  await until(() => server.sync.stats().connections > before, 'signed in')
  socket.pause()
  return socket
}

test('a client that stops reading is dropped, and those who type notice nothing', async () => {
  const an = await server.join('an')
  const stalled = await stall()
  const words = 'Chỉ tiêu '.repeat(30_000)

  for (let count = 0; count < 100 && server.sync.stats().sockets > 1; count++) {
    text(an.doc).insert(0, words)
    text(an.doc).delete(0, words.length)
    await acknowledged(an)
  }

  await until(() => server.sync.stats().sockets === 1, 'dropped')
  text(an.doc).insert(0, 'vẫn gõ')
  await acknowledged(an)
  stalled.terminate()
})

test('one socket that opens a part again and again keeps four sessions, and the others notice nothing', async () => {
  const an = await server.join('an')
  const socket = await openSocket()
  const refused: string[] = []
  socket.on('message', (data: Buffer) => {
    if (data.includes('server.busy')) refused.push(data.subarray(1, 60).toString())
  })

  for (let session = 0; session < 60; session++) signIn(socket, `${plainPlan.part}\0${session}`)

  await until(() => refused.length === 56, 'refused')
  expect(server.sync.stats().connections).toBe(5)
  text(an.doc).insert(0, 'vẫn gõ')
  await acknowledged(an)
  socket.terminate()
})

test('five megabytes in one update arrive whole while another goes on typing', async () => {
  const [an, binh] = [await server.join('an'), await server.join('binh')]
  const pasted = blocks(20_000, 170)
  let longest = 0
  let isDone = false

  Y.applyUpdate(an.doc, pasted)
  const paste = acknowledged(an).then(() => (isDone = true))
  while (!isDone) {
    const started = Date.now()
    binh.doc.getMap('targets').set('typed', started)
    await acknowledged(binh)
    longest = Math.max(longest, Date.now() - started)
  }
  await paste

  console.log(`a paste of ${(pasted.length / 1e6).toFixed(1)} MB: another's longest wait was ${longest} ms`)
  expect((await server.sync.readDocument(plainPlan.part)).getXmlFragment('body').length).toBe(20_000)
})

test('a document that nobody has open leaves the memory, and comes back in milliseconds', async () => {
  const an = await server.join('an')
  Y.applyUpdate(an.doc, blocks(500, 200))
  await acknowledged(an)
  an.close()
  await until(() => server.sync.stats().documents === 0, 'unloaded')

  const started = performance.now()
  const again = await server.join('an')

  console.log(`a part of 500 paragraphs opens in ${Math.round(performance.now() - started)} ms`)
  expect(again.doc.getXmlFragment('body').length).toBe(500)
})

function blocks(count: number, letters: number): Uint8Array {
  const doc = new Y.Doc()
  const made = Array.from({ length: count }, (_, index) => {
    const block = new Y.XmlElement('block')
    block.setAttribute('id', `b${index}`)
    block.insert(0, [new Y.XmlText('Kế hoạch năm 2026 '.repeat(20).slice(0, letters))])
    return block
  })
  doc.getXmlFragment('body').insert(0, made)
  return Y.encodeStateAsUpdate(doc)
}
