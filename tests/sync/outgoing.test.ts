/** What a server says to each of its clients, message by message, as it comes off the socket. */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { encodeAwarenessUpdate, Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { schemaVersion } from '@soanchung/shared/plan/documents.ts'
import { openClient, synced, until } from '../support/sync-client.ts'
import { plainPlan, startSyncServer, type SyncServer } from '../support/sync-server.ts'

let server: SyncServer
let listeners: Listener[]
beforeEach(async () => {
  server = await startSyncServer()
  listeners = []
})
afterEach(async () => {
  vi.restoreAllMocks()
  for (const { socket, doc } of listeners) {
    socket.terminate()
    doc.destroy()
  }
  await server.close()
})

const [sync, presence, auth, closed, answer] = [0, 1, 2, 7, 8]
const update = 2

interface Listener {
  doc: Y.Doc
  socket: WebSocket
  /** Kinds of messages, as they came: an update is `0.2`, presence `1`, an answer `8.1` or `8.0`. */
  heard: string[]
  say(type: number, ...pieces: (number | Uint8Array)[]): void
}

/** Somebody who has opened the part, and from then on writes down whatever comes. */
async function listen(user: string): Promise<Listener> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/sync`, {
    headers: { cookie: `user=${user}`, origin: server.origin },
  })
  const doc = new Y.Doc()
  const heard: string[] = []
  const address = `${plainPlan.part}\0${user}`
  const say: Listener['say'] = (type, ...pieces) =>
    socket.send(
      encoding.encode((encoder) => {
        encoding.writeVarString(encoder, address)
        encoding.writeVarUint(encoder, type)
        for (const piece of pieces) {
          if (typeof piece === 'number') encoding.writeVarUint(encoder, piece)
          else encoding.writeVarUint8Array(encoder, piece)
        }
      }),
    )
  socket.on('message', (data: Buffer) => {
    const decoder = decoding.createDecoder(new Uint8Array(data))
    if (decoding.readVarString(decoder) !== address) throw new Error('a message for somebody else')
    const type = decoding.readVarUint(decoder)
    if (type !== sync && type !== answer) return void heard.push(String(type))
    const kind = decoding.readVarUint(decoder)
    heard.push(`${type}.${kind}`)
    if (type === sync && kind !== 0) Y.applyUpdate(doc, decoding.readVarUint8Array(decoder), 'server')
  })
  await new Promise((resolve) => socket.once('open', resolve))
  const token = new TextEncoder().encode(JSON.stringify({ schema: schemaVersion, epoch: server.database.epoch }))
  say(auth, 0, token)
  say(sync, 0, Y.encodeStateVector(doc))
  await until(() => heard.includes('0.0'), 'opened')
  heard.length = 0
  doc.on('update', (bytes: Uint8Array, origin: unknown) => {
    if (origin !== 'server') say(sync, update, bytes)
  })
  const listener = { doc, socket, heard, say }
  listeners.push(listener)
  return listener
}

/** Keeps the log from writing until it is called. */
function holdLog(): () => void {
  const held = Promise.withResolvers<void>()
  void server.database.transaction(() => held.promise)
  return held.resolve
}

test('who writes hears one answer for each message, and nothing of their own', async () => {
  const [an, binh] = [await listen('an'), await listen('binh')]

  for (const letter of 'kế hoạch') an.doc.getText('body').insert(0, letter)

  await until(() => an.heard.length >= 8 && binh.doc.getText('body').length === 8, 'all arrived')
  expect(an.heard).toEqual(Array.from({ length: 8 }, () => '8.1'))
})

test('what several people write while the log is busy reaches the others as one message', async () => {
  const writers = [await listen('an'), await listen('binh'), await listen('chi')]
  const reader = await listen('reader')
  const release = holdLog()

  for (const { doc } of writers) doc.getText('body').insert(0, 'x')
  // The answer to a socket's ping comes behind everything that was said before it.
  await Promise.all(writers.map(({ socket }) => new Promise((resolve) => socket.once('pong', resolve).ping())))
  release()

  await until(() => reader.doc.getText('body').length === 3, 'all arrived')
  // Whoever came first may have had the log for themselves.
  expect(reader.heard.length).toBeLessThanOrEqual(2)
  await until(() => writers.every(({ heard }) => heard.includes('8.1')), 'all answered')
})

test('a caret does not arrive before the letters that it stands behind', async () => {
  const [an, binh] = [await listen('an'), await listen('binh')]
  const awareness = new Awareness(an.doc)
  awareness.setLocalState({ cursor: { anchor: 1 } })

  an.say(presence, encodeAwarenessUpdate(awareness, [an.doc.clientID]))
  an.doc.getText('body').insert(0, 'x')

  await until(() => binh.heard.includes('1'), 'the caret')
  awareness.destroy()
  expect(binh.heard).toEqual(['0.2', '1'])
})

test('presence of more than eight clients on one connection is not passed on', async () => {
  const an = await listen('an')
  const watcher = await synced(
    openClient({ ...server, epoch: server.database.epoch }, { user: 'binh', document: plainPlan.part }),
  )

  for (let client = 1; client <= 100; client++) {
    const said = encoding.encode((encoder) => {
      for (const number of [1, client, 1]) encoding.writeVarUint(encoder, number)
      encoding.writeVarString(encoder, '{"cursor":1}')
    })
    an.say(presence, said)
  }

  const shown = () => [...(watcher.provider.awareness?.getStates().values() ?? [])].filter(({ cursor }) => cursor === 1)
  await until(() => shown().length >= 8, 'shown')
  expect(shown().length).toBe(8)
  watcher.close()
})

test('what is refused is told to the log and to the client, and nothing is printed', async () => {
  const printed = (['log', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level))
  const [reader, hostile] = [await listen('reader'), await listen('hostile')]

  reader.doc.getText('body').insert(0, 'lén')
  hostile.say(sync, update, new Uint8Array([1, 2, 3]))
  await until(() => reader.heard.includes(String(closed)) && hostile.heard.includes(String(closed)), 'both are closed')

  for (const print of printed) expect(print).not.toHaveBeenCalled()
})
