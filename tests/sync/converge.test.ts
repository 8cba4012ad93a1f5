import { afterEach, beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import { announcedSeed, seededRandom, type Random } from '../support/random.ts'
import {
  acknowledged,
  startWithClients,
  synced,
  text,
  until,
  type ServerWithClients,
  type SyncClient,
} from '../support/sync-client.ts'
import { plainPlan } from '../support/sync-server.ts'

let server: ServerWithClients

beforeEach(async () => {
  server = await startWithClients({ log: { compactRows: 40 } })
})
afterEach(() => server.close())

function join(user: string, doc = new Y.Doc()): SyncClient {
  return server.open({ user, doc, reconnect: true })
}

function edit(doc: Y.Doc, random: Random): void {
  const words = text(doc)
  const at = random.below(words.length + 1)
  if (random.below(4) === 0 && words.length > at) words.delete(at, Math.min(3, words.length - at))
  else words.insert(at, 'kế hoạch năm'.slice(0, 1 + random.below(10)))
  doc.getMap('targets').set(`t${random.below(20)}`, random.below(1000))
}

function content(doc: Y.Doc): string {
  const targets = Object.entries(doc.getMap('targets').toJSON()).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([text(doc).toString(), targets])
}

test('random edits of five people, with lines that drop, end the same', async () => {
  const random = seededRandom(announcedSeed('converge'))
  const people = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((user) => synced(join(user))))

  for (let step = 0; step < 300; step++) {
    const person = people[random.below(people.length)]
    if (person === undefined) continue
    edit(person.doc, random)
    if (random.below(40) === 0) person.socket.webSocket?.close()
    if (random.below(5) === 0) await new Promise((resolve) => setTimeout(resolve, random.below(8)))
  }
  const [first] = people
  if (first === undefined) throw new Error('nobody')
  await until(
    () => people.every(({ provider, doc }) => !provider.hasUnsyncedChanges && content(doc) === content(first.doc)),
    'all the same',
    30_000,
  )

  expect(content(await server.sync.readDocument(plainPlan.part))).toBe(content(first.doc))
})

test('a part that is left while its last change is being stored has that change when it is opened again', async () => {
  for (let round = 0; round < 20; round++) {
    const writer = await synced(join('an'))
    const before = text(writer.doc).length
    const sent = new Promise((resolve) => writer.doc.once('update', resolve))
    text(writer.doc).insert(0, 'x')
    await sent
    // Leaves while the append is under way; another arrives in the same moment.
    const next = join('binh')
    if (round % 2 === 0) await acknowledged(writer)
    writer.close()
    await synced(next)
    const stored = text(await server.sync.readDocument(plainPlan.part)).length
    await until(() => text(next.doc).length >= stored, 'the live document has what is stored')
    if (round % 2 === 0) expect(stored).toBe(before + 1)
    next.close()
    await until(() => server.sync.stats().connections === 0, 'left')
  }
})

test('a part that everybody left is unloaded, and loads again', async () => {
  const writer = await synced(join('an'))
  text(writer.doc).insert(0, 'Hội Phụ nữ')
  await acknowledged(writer)

  writer.close()
  await until(() => server.sync.stats().documents === 0, 'unloaded')

  expect(text((await synced(join('binh'))).doc).toString()).toBe('Hội Phụ nữ')
})
