/** Frames that no client of ours sends, each from somebody who is signed in and may write. */
import * as encoding from 'lib0/encoding'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { schemaVersion } from '@soanchung/shared/plan/documents.ts'
import { announcedSeed, seededRandom } from '../support/random.ts'
import {
  acknowledged,
  startWithClients,
  text,
  until,
  type ServerWithClients,
  type SyncClient,
} from '../support/sync-client.ts'
import { plainPlan } from '../support/sync-server.ts'

let server: ServerWithClients
let an: SyncClient
beforeAll(async () => {
  server = await startWithClients()
  an = await server.join('an')
  text(an.doc).insert(0, 'Kế hoạch năm 2026')
  await acknowledged(an)
})
afterAll(() => server.close())

type Piece = number | string | Uint8Array
const endless = Number.MAX_SAFE_INTEGER
const own = plainPlan.part
const [sync, auth, stateless, broadcast] = [0, 2, 5, 6]
const update = 2

/** Numbers as varints, words and bytes with their length before them. */
function frame(...pieces: readonly Piece[]): Uint8Array {
  const encoder = encoding.createEncoder()
  for (const piece of pieces) {
    if (typeof piece === 'number') encoding.writeVarUint(encoder, piece)
    else if (typeof piece === 'string') encoding.writeVarString(encoder, piece)
    else encoding.writeVarUint8Array(encoder, piece)
  }
  return encoding.toUint8Array(encoder)
}

function updateFrame(...pieces: readonly Piece[]): Uint8Array {
  return frame(own, sync, update, frame(...pieces))
}

function written(write: (doc: Y.Doc) => void): Uint8Array {
  const doc = new Y.Doc()
  write(doc)
  return Y.encodeStateAsUpdate(doc)
}

/** Somebody who signed in and opened the part, with a socket to send anything on. */
async function enter(): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/sync`, {
    headers: { cookie: 'user=hostile', origin: server.origin },
  })
  await new Promise((resolve) => socket.once('open', resolve))
  const before = server.sync.stats().connections
  socket.send(frame(own, auth, 0, JSON.stringify({ schema: schemaVersion, epoch: server.database.epoch })))
  await until(() => server.sync.stats().connections > before, 'signed in')
  return socket
}

async function leave(socket: WebSocket): Promise<void> {
  socket.terminate()
  await until(() => server.sync.stats().sockets === 1, 'only the first is left')
}

/** The other one's text is what it was, on the screen and in the log, and can be written on. */
async function expectUnharmed(): Promise<void> {
  const before = text(an.doc).toString()
  text(an.doc).insert(before.length, '.')
  await acknowledged(an)
  const durable = await server.sync.readDocument(plainPlan.part)
  expect(text(durable).toString()).toBe(`${before}.`)
  expect(Buffer.from(Y.encodeStateAsUpdate(durable)).equals(Buffer.from(Y.encodeStateAsUpdate(an.doc)))).toBe(true)
  expect(an.refusals).toEqual([])
}

const typed = written((doc) => doc.getText('body').insert(0, 'x'))
const hostile: Record<string, Uint8Array | string> = {
  'an update of nothing': frame(own, sync, update, new Uint8Array()),
  'an update cut in the middle': frame(own, sync, update, typed.slice(0, typed.length >> 1)),
  '2^25 pieces that are not there': updateFrame(1, 2 ** 25, 7, 0),
  'more clients than there can be': updateFrame(endless),
  'a collected piece without end': updateFrame(1, 1, 1, 0, 0, endless, 0),
  'a skip without end': updateFrame(1, 1, 1, 0, 10, endless, 0),
  'a deletion without end': updateFrame(0, 1, 1, 1, 0, endless),
  'a deletion of nothing': updateFrame(0, 1, 1, 1, 0, 0),
  'an item that leans on itself': updateFrame(1, 1, 1, 0, 0x84, 1, 0, 1, 65, 0),
  'a second piece that is wrong': updateFrame(1, 3, 1, 0, 4, 1, 'body', 'a', 0x84, 1, 9, 'b', 0x84, 1, 0, 'c', 0),
  'a document inside the document': frame(
    own,
    sync,
    update,
    written((doc) => doc.getMap('targets').set('a', new Y.Doc())),
  ),
  'a root that is none of ours': frame(
    own,
    sync,
    update,
    written((doc) => doc.getText('secrets').insert(0, 'x')),
  ),
  'a kind of message that there is not': frame(own, 127),
  'a kind of message without end': frame(own, endless),
  'a kind of sync message that there is not': frame(own, sync, 3, new Uint8Array([1])),
  'a broadcast, which only servers send': frame(own, broadcast, '{}'),
  'a name that is a property of every object': frame('__proto__', sync, update, typed),
  'a name of a megabyte': frame('x'.repeat(2 ** 20), sync, update, typed),
  'a state vector without end': frame(own, sync, 0, frame(endless)),
  'presence of 2^53 people': frame(own, 1, frame(endless)),
  'words instead of bytes': 'ping',
}

test.each(Object.entries(hostile))('%s ends what it came on, and harms nobody', async (_what, bytes) => {
  const socket = await enter()
  const ended = new Promise<void>((resolve) => {
    socket.on('close', () => resolve())
    // A document that is closed, or a name that is refused, ends with a message.
    socket.on(
      'message',
      (data: Buffer) => /update\.invalid|not\.found|Reset|server\./.test(data.toString()) && resolve(),
    )
  })

  socket.send(bytes)

  await ended
  await expectUnharmed()
  await leave(socket)
})

test.each([
  [
    'messages of its own kind',
    ['{', '{"__proto__":{}}', 'x'.repeat(2 ** 20)].map((words) => frame(own, stateless, words)),
  ],
  ['another sign-in', [frame(own, auth, 0, 'x'.repeat(2 ** 20))]],
])('%s do nothing', async (_what, frames) => {
  const socket = await enter()

  for (const bytes of frames) socket.send(bytes)

  await expectUnharmed()
  await leave(socket)
})

test('2,000 damaged frames from one that reconnects harm nobody', async () => {
  const random = seededRandom(announcedSeed('damaged frames'))
  const good = frame(own, sync, update, typed)
  let socket = await enter()
  for (let count = 0; count < 2000; count++) {
    if (socket.readyState !== WebSocket.OPEN) {
      socket.terminate()
      socket = await enter()
    }
    const bad = new Uint8Array(good)
    // The text itself may change; what frames it may not.
    for (let faults = 0; faults < 2; faults++) bad[random.below(bad.length)] = random.below(256)
    socket.send(bad)
    if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  socket.ping()
  await new Promise((resolve) => socket.once('pong', resolve).once('close', resolve))

  const durable = await server.sync.readDocument(plainPlan.part)
  expect(text(durable).toString()).toContain('Kế hoạch năm 2026')
  const fresh = await server.join('binh')
  expect(text(fresh.doc).toString()).toBe(text(await server.sync.readDocument(own)).toString())
  fresh.close()
  socket.terminate()
})
