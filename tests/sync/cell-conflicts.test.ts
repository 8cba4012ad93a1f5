import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { newId, type ChangeId, type TargetId } from '@soanchung/shared/ids.ts'
import type { CellConflict } from '@soanchung/shared/links/links.ts'
import { outlineDocument, partDocument } from '@soanchung/shared/plan/documents.ts'
import { readTargets, registers, writeCells } from '@soanchung/shared/targets/register.ts'
import { announcedSeed, seededRandom } from '../support/random.ts'
import { aPart, aPlan, aTarget, percent } from '../support/plans.ts'
import { expectOk, givePlan, startServer, type TestPerson, type TestServer } from '../support/server.ts'
import { acknowledged, openClient, synced, until, type SyncClient } from '../support/sync-client.ts'

const poor = aTarget('Hộ nghèo', { 2026: percent('10') })
const [first, second] = [aPart('Một', { targets: [poor] }), aPart('Hai')]
const snapshot = aPlan([first, second])
const document = partDocument(first.id)
const path = `/api/plans/${snapshot.id}/conflicts`

let server: TestServer
let an: TestPerson
let binh: TestPerson
const clients: SyncClient[] = []

beforeAll(async () => {
  server = await startServer()
  const unit = await server.unit('MTTQ')
  an = await server.person({ name: 'An', units: [unit] })
  binh = await server.person({ name: 'Bình', units: [unit] })
  await givePlan(an, snapshot)
  await server.running.registers.settled()
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.stop()
})

async function connect(person: TestPerson, doc: Y.Doc, name: string = document): Promise<SyncClient> {
  const { port, origin } = new URL(server.address)
  const at = { port: Number(port), origin, epoch: server.running.database.epoch }
  const client = openClient(at, { user: person.username, cookie: person.cookie, document: name, doc })
  clients.push(client)
  await synced(client)
  await acknowledged(client)
  return client
}

/** What a device holds that was synced a moment ago; it sends what it wrote as it wrote it, so nothing is collected. */
async function device(clientID?: number): Promise<Y.Doc> {
  const doc = new Y.Doc({ gc: false })
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(await server.running.sync.readDocument(document)))
  if (clientID !== undefined) doc.clientID = clientID
  return doc
}

async function anOnlineDevice(person: TestPerson, clientID?: number): Promise<[Y.Doc, SyncClient]> {
  const doc = await device(clientID)
  return [doc, await connect(person, doc)]
}

let lastClient = 1000
/** Two client ids that nobody has used, the smaller one first. */
const newClients = (): [number, number] => [(lastClient += 1), (lastClient += 1)]

function put(doc: Y.Doc, number: string, target: TargetId = poor.id, field = 'value.2026'): void {
  writeCells(doc, registers.targets, target, { [field]: { quantity: percent(number) } })
}

function shown(doc: Y.Doc, target: TargetId = poor.id): string | undefined {
  const content = readTargets(doc).find(({ id }) => id === target)?.values['2026']
  return content !== undefined && 'quantity' in content ? content.quantity.numbers[0] : undefined
}

async function conflictsOf(person: TestPerson): Promise<CellConflict[]> {
  await server.running.registers.settled()
  return (await expectOk(person.send('GET', path))).body as CellConflict[]
}

async function settleAll(...people: TestPerson[]): Promise<void> {
  for (const person of people) {
    for (const { id } of await conflictsOf(person)) await expectOk(person.send('POST', `${path}/${id}/settle`))
  }
}

const quantities = (conflict: CellConflict | undefined) =>
  [conflict?.lost, conflict?.won].map((value) => JSON.stringify(value).replace(/.*"numbers":\["(\d+)"\].*/, '$1'))

test(
  'whoever loses a cell to somebody who had not seen it is told once, until it is settled or put back',
  {
    timeout: 60_000,
  },
  async () => {
    const random = seededRandom(announcedSeed('conflicts'))
    for (let round = 0; round < 50; round++) {
      const isAnSmaller = random.below(2) === 0
      const [small, large] = newClients()
      const [ofAn, ofBinh] = [await device(isAnSmaller ? small : large), await device(isAnSmaller ? large : small)]
      for (let step = random.below(3); step >= 0; step--) put(ofAn, `${1000 + round * 10 + step}`)
      for (let step = random.below(3); step >= 0; step--) put(ofBinh, `${5000 + round * 10 + step}`)
      const wrote = new Map([
        [an, shown(ofAn)],
        [binh, shown(ofBinh)],
      ])
      const arrivals = [connect.bind(null, an, ofAn), connect.bind(null, binh, ofBinh)]
      if (random.below(2) === 0) arrivals.reverse()
      for (const arrive of arrivals) {
        await arrive()
        if (random.below(2) === 0) await server.running.registers.settled()
      }
      const now = shown(await device())
      const [loser, winner] = now === wrote.get(an) ? [binh, an] : [an, binh]
      expect(await conflictsOf(winner), `round ${round}`).toEqual([])
      const [told, ...more] = await conflictsOf(loser)
      expect([told, more], `round ${round}`).toMatchObject([
        { part: first.id, register: 'targets', entry: poor.id, field: 'value.2026', by: winner.id },
        [],
      ])
      expect(quantities(told)).toEqual([wrote.get(loser), now])
      if (random.below(2) === 0) await settleAll(loser)
      else {
        const again = await device()
        put(again, wrote.get(loser) ?? '')
        const client = await connect(loser, again)
        await until(() => shown(again) === wrote.get(loser), 'put back')
        client.close()
      }
      expect(await conflictsOf(loser), `round ${round}`).toEqual([])
      expect(await conflictsOf(winner), `round ${round}`).toEqual([])
      for (const client of clients.splice(0)) client.close()
    }
  },
)

test('values that were seen before they were replaced are no conflict, nor are those that are undone', async () => {
  const [ofAn, ofBinh] = [new Y.Doc(), new Y.Doc()]
  await connect(an, ofAn)
  await connect(binh, ofBinh)
  const undo = new Y.UndoManager(ofAn.getMap('targets'), { captureTimeout: 0 })
  const all = (number: string) => until(() => shown(ofAn) === number && shown(ofBinh) === number, `both see ${number}`)
  put(ofAn, '20')
  await all('20')
  put(ofBinh, '21')
  await all('21')
  put(ofAn, '22')
  await all('22')
  undo.undo()
  await until(() => shown(ofAn) === shown(ofBinh) && shown(ofAn) !== '22', 'undone')
  undo.redo()
  await until(() => shown(ofAn) === shown(ofBinh), 'redone')
  expect([await conflictsOf(an), await conflictsOf(binh)]).toEqual([[], []])
})

test.each<[string, (doc: Y.Doc, which: number) => void, boolean]>([
  ['two tabs of one person write different values', (doc, which) => put(doc, `${30 + which}`), true],
  ['two people write the same value', (doc) => put(doc, '33'), false],
  [
    'two people write into two cells',
    (doc, which) => put(doc, `${40 + which}`, poor.id, `value.${2027 + which}`),
    false,
  ],
  ['two people move a row', (doc, which) => writeCells(doc, registers.targets, poor.id, { order: `a${which}` }), false],
])('no conflict where %s', async (_, write, isOnePerson) => {
  const docs = [await device(), await device()]
  docs.forEach(write)
  for (const [index, doc] of docs.entries()) await connect(index === 0 || isOnePerson ? an : binh, doc)
  expect([await conflictsOf(an), await conflictsOf(binh)]).toEqual([[], []])
})

test.each([
  ['is lost to nobody', true],
  ['may take along what somebody wrote meanwhile, who is told', false],
])('a value that its author took back %s', async (_, isAnSmaller) => {
  const field = isAnSmaller ? 'value.2030' : 'value.2031'
  const [small, large] = newClients()
  const ofBinh = await device(isAnSmaller ? large : small)
  const [ofAn, client] = await anOnlineDevice(an, isAnSmaller ? small : large)
  const undo = new Y.UndoManager(ofAn.getMap('targets'))
  put(ofAn, '80', poor.id, field)
  await acknowledged(client)
  undo.undo()
  await acknowledged(client)
  put(ofBinh, '81', poor.id, field)
  await connect(binh, ofBinh)
  expect(await conflictsOf(an)).toEqual([])
  const told = (await conflictsOf(binh)).map(({ lost, won }) => ({ lost, won }))
  expect(told).toEqual(isAnSmaller ? [] : [{ lost: { quantity: percent('81') }, won: null }])
  await settleAll(binh)
})

test('a conflict says what stands in the cell now, whoever wrote that later', async () => {
  const [small, large] = newClients()
  const [ofAn, ofBinh] = [await device(small), await device(large)]
  put(ofAn, '50')
  put(ofBinh, '51')
  await connect(an, ofAn)
  const client = await connect(binh, ofBinh)
  expect(quantities((await conflictsOf(an))[0])).toEqual(['50', '51'])
  put(ofBinh, '52')
  await acknowledged(client)
  expect(quantities((await conflictsOf(an))[0])).toEqual(['50', '52'])
  await settleAll(an)
})

test('whoever loses a cell twice is told of the latest value alone', async () => {
  const [, ...larger] = [...newClients(), ...newClients()]
  const [ofAn, again] = [await device(larger[0]), await device(larger[1])]
  put(ofAn, '53')
  put(again, '54')
  const [ofBinh, client] = await anOnlineDevice(binh, larger[2])
  put(ofBinh, '55')
  await acknowledged(client)
  await connect(an, ofAn)
  expect(quantities((await conflictsOf(an))[0])).toEqual(['53', '55'])
  await connect(an, again)
  expect((await conflictsOf(an)).map(quantities)).toEqual([['54', '55']])
  await settleAll(an)
})

test('only whoever lost a value hears of it and may settle it, as often as they like', async () => {
  const outline = await connect(binh, new Y.Doc(), outlineDocument(snapshot.id))
  const [small, large] = newClients()
  const [ofAn, ofBinh] = [await device(small), await device(large)]
  put(ofAn, '60')
  put(ofBinh, '61')
  await connect(binh, ofBinh)
  await connect(an, ofAn)
  const [lost] = await conflictsOf(an)
  const message = JSON.stringify({ type: 'conflicts', planId: snapshot.id })
  await until(() => outline.messages.includes(message), 'told over the connection of the outline')
  const stranger = await server.person({ units: [await server.unit('HND')] })
  const settle = (person: TestPerson) => person.send('POST', `${path}/${lost?.id}/settle`)
  expect((await stranger.send('GET', path)).status).toBe(404)
  expect([(await settle(stranger)).status, (await settle(binh)).status]).toEqual([404, 404])
  expect([(await settle(an)).status, (await settle(an)).status]).toEqual([204, 204])
  expect(await conflictsOf(an)).toEqual([])
})

test('what is written offline into a target that was moved meanwhile shows at its new place', async () => {
  const ofBinh = await device()
  put(ofBinh, '70')
  const now = shown(await device())
  const body = { command: newId<ChangeId>(), target: poor.id, from: first.id, to: second.id }
  await expectOk(an.send('POST', `/api/plans/${snapshot.id}/targets/move`, body))
  await server.running.registers.settled()
  await connect(binh, ofBinh)
  const told = await conflictsOf(binh)
  expect(told).toMatchObject([{ part: second.id, entry: poor.id, field: 'value.2026' }])
  expect(quantities(told[0])).toEqual(['70', now])
})
