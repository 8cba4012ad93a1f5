/**
 * Frames that no client of ours sends, as they are and damaged by chance. They end at most the socket
 * or the document that they came on: meanwhile others type and must not notice.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import * as Y from 'yjs'
import type { Gate } from '@soanchung/server/src/sync/gate.ts'
import { partDocument } from '@soanchung/shared/plan/documents.ts'
import {
  approach,
  bareFrame,
  damaged,
  endless,
  enter,
  frame,
  isHeard,
  messageType,
  signInFrame,
  throwBytes,
  updateFrame,
  written,
} from '../support/hostile.ts'
import { announcedSeed, seededRandom } from '../support/random.ts'
import {
  acknowledged,
  startWithClients,
  synced,
  text,
  until,
  type ServerWithClients,
  type SyncClient,
} from '../support/sync-client.ts'
import { moreParts, plainGate, plainPlan } from '../support/sync-server.ts'

const [typedPart, quietPart] = [partDocument(moreParts[0]!), partDocument(moreParts[1]!)]
/** Of each kind; MUTATIONS asks for more. */
const mutations = Number(process.env['MUTATIONS'] ?? 1000)
/** Hostile sockets at once. */
const crowd = 8

let server: ServerWithClients
/** An types in a part of her own, Bình has a quiet one open, Chi reads along where the hostile one writes. */
let an: SyncClient
let binh: SyncClient
let chi: SyncClient
let quiet: Buffer

beforeAll(async () => {
  const { identify } = plainGate
  // Of somebody unknown the server never learns who they are.
  const isUnknown = (headers: Headers) => headers.get('cookie') === 'user=unknown'
  const gate = {
    ...plainGate,
    identify: (from) => (isUnknown(from.headers) ? new Promise(() => undefined) : identify(from)),
  } satisfies Gate
  server = await startWithClients({ gate })
  an = await synced(server.open({ user: 'an', document: typedPart }))
  binh = await synced(server.open({ user: 'binh', document: quietPart }))
  chi = await server.join('chi')
  text(binh.doc).insert(0, 'Kế hoạch năm 2026: tiết kiệm 1.234,5 triệu đồng')
  await acknowledged(binh)
  quiet = bytesOf(binh.doc)
})
afterAll(() => server.close())

/** Types without a pause while somebody does harm; afterwards everything must be as it was. */
async function expectUnharmedBy(harm: Promise<unknown>): Promise<void> {
  let isDone = false
  const done = harm.finally(() => (isDone = true))
  do {
    const started = performance.now()
    text(an.doc).insert(text(an.doc).length, 'đ')
    await acknowledged(an)
    waits.push(performance.now() - started)
  } while (!isDone)
  await done
  await until(() => server.sync.stats().sockets === 3, 'the hostile ones are gone')
  expect([an, binh, chi].flatMap(({ refusals }) => refusals)).toEqual([])
  expect(bytesOf(await server.sync.readDocument(typedPart)).equals(bytesOf(an.doc))).toBe(true)
  expect(bytesOf(await server.sync.readDocument(quietPart)).equals(quiet)).toBe(true)
  expect(bytesOf(binh.doc).equals(quiet)).toBe(true)
  const rows = await server.database.query
    .selectFrom('document_updates')
    .select('user_id')
    .distinct()
    .where('document', '=', own)
    .execute()
  expect(rows.filter(({ user_id }) => user_id !== 'hostile')).toEqual([])
  // What got through, as a part of a damaged update may, is the same on screens and in the log.
  const stored = contentOf(await server.sync.readDocument(own))
  await until(() => contentOf(chi.doc) === stored, 'the part is the same everywhere')
}

/** How long each of An's keys waited for its acknowledgement, in milliseconds. */
const waits: number[] = []
afterAll(() => {
  waits.sort((one, other) => one - other)
  const [p50, p95] = [0.5, 0.95].map((share) => waits[Math.floor(waits.length * share)]?.toFixed(1))
  console.log(`${waits.length} keys while others did harm: p50 ${p50} ms, p95 ${p95} ms`)
})

function bytesOf(doc: Y.Doc): Buffer {
  return Buffer.from(Y.encodeStateAsUpdate(doc))
}

function contentOf(doc: Y.Doc): string {
  return JSON.stringify([doc.getXmlFragment('body'), doc.getMap('targets'), doc.getMap('budget')])
}

const own = plainPlan.part
const another = partDocument(moreParts[2]!)
const { sync, presence, auth, stateless, broadcast } = messageType
const letter = written((doc) => doc.getXmlFragment('body').insert(0, [new Y.XmlText('Chỉ tiêu 95%')]))
const rich = written((doc) => {
  const [block, words] = [new Y.XmlElement('block'), new Y.XmlText()]
  doc.getXmlFragment('body').insert(0, [block])
  block.insert(0, [words])
  words.insert(0, 'đạt 95%', { bold: true })
  words.delete(1, 2)
  doc.getMap('targets').set('t.value.2026', { number: '80', measure: '%' })
})
/** Longer names and messages than these are sent once; their mutations need not be as long. */
const long = 2000

type Outcome = 'the socket ends' | 'the document is closed' | 'nothing'

interface Kind {
  what: string
  /** Each comes on a socket of its own. */
  frames: [name: string, bytes: Uint8Array, outcome: Outcome][]
  /** What mutations are made of, where the frames themselves would be too long or too few for that. */
  seeds?: Uint8Array[]
}

const kinds: Kind[] = [
  {
    what: 'names that end before they are over',
    frames: [
      ['nothing at all', new Uint8Array(), 'the socket ends'],
      ['three bytes of 2^31', Uint8Array.from([...frame(2 ** 31), 1, 2, 3]), 'the socket ends'],
    ],
    seeds: [Uint8Array.from([...frame(2 ** 31), 1, 2, 3]), frame(own, sync, 2, letter).slice(0, 12)],
  },
  {
    what: 'numbers without end',
    frames: [
      ['ten bytes of ff', new Uint8Array(10).fill(255), 'the socket ends'],
      ['as a type', Uint8Array.from([...frame(own), ...new Uint8Array(10).fill(255)]), 'the socket ends'],
      ['as a length', Uint8Array.from([...frame(own, sync, 2), ...new Uint8Array(10).fill(255)]), 'the socket ends'],
    ],
  },
  {
    what: 'names that are none of ours',
    frames: [
      ['__proto__', frame('__proto__', sync, 2, letter), 'the document is closed'],
      ['constructor', frame('constructor', auth, 0, '{}'), 'the document is closed'],
      ['NULs', frame('\0\0\0', sync, 2, letter), 'the document is closed'],
      ['a blank one', frame(' ', sync, 2, letter), 'the document is closed'],
      ['an empty one', frame('', sync, 2, letter), 'the document is closed'],
      ['a megabyte', frame('x'.repeat(2 ** 20), sync, 2, letter), 'the socket ends'],
      ['a session of a megabyte', frame(`${own}\0${'x'.repeat(2 ** 20)}`, auth, 0, '{}'), 'the socket ends'],
    ],
    seeds: [
      frame('__proto__', sync, 2, letter),
      frame('constructor', auth, 0, '{}'),
      frame(`${own}\0__proto__`, sync, 2, letter),
      frame(' '.repeat(20), sync, 0, frame(0)),
      frame('x'.repeat(long), sync, 2, letter),
    ],
  },
  {
    what: 'kinds of message that there are not',
    frames: [
      ['11', frame(own, 11), 'the socket ends'],
      ['127', frame(own, 127), 'the socket ends'],
      ['2^53 - 1', frame(own, endless), 'the socket ends'],
    ],
    seeds: [11, 127, endless].map((type) => frame(own, type, 2, letter)),
  },
  {
    what: 'kinds of sync message that there are not',
    frames: [['3', frame(own, sync, 3, letter), 'the socket ends']],
  },
  {
    what: 'tokens of megabytes',
    frames: [
      ['five of x', frame(another, auth, 0, 'x'.repeat(5_000_000)), 'the socket ends'],
      ['five of [', frame(another, auth, 0, '['.repeat(5_000_000)), 'the socket ends'],
    ],
    seeds: ['x', '[', '{"schema":1,'].map((piece, session) =>
      frame(`${another}\0${session}`, auth, 0, piece.repeat(long)),
    ),
  },
  {
    what: 'a second sign-in as somebody else',
    frames: [
      ['in the same session', frame(own, auth, 0, 'user=an'), 'nothing'],
      ['to another part', frame(another, auth, 0, 'user=an'), 'the document is closed'],
    ],
  },
  {
    what: 'broadcasts, which only servers send',
    frames: [['to all', frame(own, broadcast, '{"type":"record-changed"}'), 'the socket ends']],
  },
  {
    what: 'messages of its own making',
    frames: [
      ['broken JSON', frame(own, stateless, '{'), 'nothing'],
      ['a prototype', frame(own, stateless, '{"__proto__":{"type":"rejected"}}'), 'nothing'],
      ['ten megabytes', frame(own, stateless, 'x'.repeat(10_000_000)), 'nothing'],
    ],
    seeds: ['{', '{"__proto__":{}}', 'x'.repeat(long)].map((words) => frame(own, stateless, words)),
  },
  {
    what: 'updates that end before they are over',
    frames: Array.from(letter, (_, end) => [
      `cut at ${end}`,
      updateFrame(letter.slice(0, end)),
      'the document is closed',
    ]),
    seeds: [updateFrame(letter), updateFrame(rich), updateFrame(new Uint8Array())],
  },
]

describe.each(kinds)('$what', ({ frames, seeds }) => {
  test.each(frames)('%s', async (_name, bytes, outcome) => {
    const socket = await enter(server)
    const closed = closingOf(socket)

    const harm = async () => {
      socket.send(bytes)
      if (outcome !== 'nothing') await closed
      expect(await isHeard(socket)).toBe(outcome !== 'the socket ends')
      socket.terminate()
    }

    await expectUnharmedBy(harm())
  })

  test(`${mutations} mutations`, async () => {
    const left = mutationsOf(seeds ?? frames.map(([, bytes]) => bytes))

    await expectUnharmedBy(inCrowd(() => sendAll(left)))
  })
})

/** From a seed that is printed. */
function mutationsOf(frames: readonly Uint8Array[]): Uint8Array[] {
  const random = seededRandom(announcedSeed('mutations'))
  return Array.from({ length: mutations }, (_, index) => damaged(frames[index % frames.length]!, random))
}

async function inCrowd(work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: crowd }, work))
}

/** One after the other; on a new socket where the last one, or its document, was ended. */
async function sendAll(left: Uint8Array[]): Promise<void> {
  for (let isOver = false; left.length > 0; isOver = false) {
    const socket = await enter(server)
    void closingOf(socket).then(() => (isOver = true))
    for (let bytes = left.pop(); bytes !== undefined; bytes = isOver ? undefined : left.pop()) {
      socket.send(bytes)
      // The second time, what the first one has started is done.
      if (!((await isHeard(socket)) && (await isHeard(socket)))) break
    }
    socket.terminate()
  }
}

/** The server has ended the socket, or has said that a document is closed. */
function closingOf(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('close', () => resolve())
    socket.on('message', (data: Buffer) => /update\.invalid|not\.found|client\./.test(data.toString()) && resolve())
  })
}

describe('bytes that are no frame', () => {
  const [words, binary, reserved] = [0x81, 0x82, 0x20]
  const bare: [string, Uint8Array][] = [
    ['words', bareFrame(words, Buffer.from('ping'))],
    ['nothing', bareFrame(binary, new Uint8Array())],
    ['a reserved bit', bareFrame(binary | reserved, frame(own, sync, 2, letter))],
  ]

  test.each(bare)('%s', async (_what, bytes) => {
    await expectUnharmedBy(throwBytes(server, bytes))
  })

  test(`${mutations} mutations`, async () => {
    const left = mutationsOf(bare.map(([, bytes]) => bytes))

    await expectUnharmedBy(
      inCrowd(async () => {
        for (let bytes = left.pop(); bytes !== undefined; bytes = left.pop()) await throwBytes(server, bytes)
      }),
    )
  })
})

describe('before anybody has signed in', () => {
  const names = [own, ...moreParts.map(partDocument)]
  const early = frame(own, sync, 2, letter)

  test.each([
    ['1,001 frames', 'hostile', Array.from({ length: 1001 }, () => early)],
    ['six megabytes', 'hostile', [frame(own, sync, 2, new Uint8Array(6_000_000))]],
    [
      '501 documents',
      'hostile',
      Array.from({ length: 501 }, (_, index) => frame(`${names[index % names.length]}\0${index}`, sync, 0, frame(0))),
    ],
    ['1,001 frames behind a sign-in', 'unknown', [signInFrame, ...Array.from({ length: 1001 }, () => early)]],
  ])('%s end the socket', async (_what, user, frames) => {
    const socket = await approach(server, user)

    for (const one of frames) socket.send(typeof one === 'function' ? one(server) : one)

    await expectUnharmedBy(isHeard(socket).then((isOpen) => expect(isOpen).toBe(false)))
  })

  test('somebody who leaves before the server knows who it was leaves nothing behind', async () => {
    const socket = await approach(server, 'unknown')
    socket.send(signInFrame(server))
    await isHeard(socket)
    const before = server.sync.stats()

    socket.terminate()

    await expectUnharmedBy(until(() => server.sync.stats().sockets === before.sockets - 1, 'gone'))
    expect(server.sync.stats().connections).toBe(before.connections)
  })

  test(`${mutations} mutations, each on a socket of its own`, async () => {
    const left = mutationsOf([signInFrame(server), early])

    await expectUnharmedBy(
      inCrowd(async () => {
        for (let bytes = left.pop(); bytes !== undefined; bytes = left.pop()) {
          const socket = await approach(server)
          socket.send(bytes)
          socket.send(early)
          await isHeard(socket)
          socket.terminate()
        }
      }),
    )
  })
})

const later: Record<string, Uint8Array> = {
  '2^25 pieces that are not there': updateFrame(frame(1, 2 ** 25, 7, 0)),
  'more clients than there can be': updateFrame(frame(endless)),
  'a collected piece without end': updateFrame(frame(1, 1, 1, 0, 0, endless, 0)),
  'a skip without end': updateFrame(frame(1, 1, 1, 0, 10, endless, 0)),
  'a deletion without end': updateFrame(frame(0, 1, 1, 1, 0, endless)),
  'a deletion of nothing': updateFrame(frame(0, 1, 1, 1, 0, 0)),
  'an item that leans on itself': updateFrame(frame(1, 1, 1, 0, 0x84, 1, 0, 1, 65, 0)),
  'a second piece that is wrong': updateFrame(
    frame(1, 3, 1, 0, 4, 1, 'body', 'a', 0x84, 1, 9, 'b', 0x84, 1, 0, 'c', 0),
  ),
  'a document inside the document': updateFrame(written((doc) => doc.getMap('targets').set('a', new Y.Doc()))),
  'a root that is none of ours': updateFrame(written((doc) => doc.getText('secrets').insert(0, 'x'))),
  'a state vector without end': frame(own, sync, 0, frame(endless)),
  'presence of 2^53 people': frame(own, presence, frame(endless)),
}

test.each(Object.entries(later))('%s ends what it came on, and harms nobody', async (_what, bytes) => {
  const socket = await enter(server)
  const closed = closingOf(socket)

  socket.send(bytes)

  await expectUnharmedBy(closed.then(() => socket.terminate()))
})
