import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  acknowledged,
  startWithClients,
  synced,
  text,
  until,
  type ServerWithClients,
  type SyncClient,
} from '../support/sync-client.ts'
import { plainGate, plainPlan } from '../support/sync-server.ts'

let server: ServerWithClients
/** What the Gate waits for before it answers. */
let gateOpens: Promise<void>
let isAsked: boolean
/** How often rights have changed. */
let rights: number

beforeEach(async () => {
  gateOpens = Promise.resolve()
  isAsked = false
  rights = 0
  server = await startWithClients({
    gate: {
      ...plainGate,
      async access(subject) {
        const access = await plainGate.access(subject)
        const asked = rights
        isAsked = true
        if (asked === 0) await gateOpens
        return access === null ? null : { ...access, rights: asked }
      },
    },
  })
})
afterEach(() => server.close())

function open(user: string): SyncClient {
  return server.open({ user, reconnect: true })
}

test('with the disk full nothing is acknowledged, and what was typed arrives once there is room', async () => {
  const an = await synced(open('an'))
  await sql`pragma max_page_count = 1`.execute(server.database.query)

  text(an.doc).insert(0, 'Kế hoạch '.repeat(20_000))
  await until(() => an.refusals.includes('storage.full'), 'refused')
  expect(an.provider.hasUnsyncedChanges).toBe(true)
  await sql`pragma max_page_count = 1000000`.execute(server.database.query)

  await acknowledged(an)
  expect(text(await server.sync.readDocument(plainPlan.part)).length).toBe(180_000)
})

test('a right that was decided before rights changed does not let anybody in', async () => {
  const gate = Promise.withResolvers<void>()
  gateOpens = gate.promise
  const an = open('an')
  await until(() => isAsked, 'on its way in')

  rights = 1
  await server.sync.rightsChanged(plainPlan.planId)
  gate.resolve()

  await until(() => an.refusals.includes('server.busy'), 'turned back once')
})

test('carets that move faster than ten times a second are told less often, and the last place counts', async () => {
  const [watcher, mover] = [await synced(open('binh')), await synced(open('an'))]
  let told = 0
  const began = performance.now()
  watcher.provider.awareness?.on('change', () => told++)

  for (let place = 0; place <= 200; place++) {
    mover.provider.setAwarenessField('cursor', place)
    if (place % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const seen = () => watcher.provider.awareness?.getStates().get(mover.doc.clientID)?.['cursor']
  await until(() => seen() === 200, 'the last place')

  const tenths = (performance.now() - began) / 100
  expect(told).toBeLessThan(20 + tenths)
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a name without end', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07, 1, 2])],
  ['an endless number', Buffer.alloc(12, 0xff)],
  ['text', 'ping'],
])('a frame of %s closes only the socket it came from', async (_what, frame) => {
  const an = await synced(open('an'))
  const hostile = new WebSocket(`ws://127.0.0.1:${server.port}/sync`, { origin: server.origin })
  const closed = new Promise((resolve) => hostile.on('close', resolve))

  hostile.on('open', () => hostile.send(frame))

  await closed
  text(an.doc).insert(0, 'vẫn chạy')
  await acknowledged(an)
})

test('the server stops while people type, without hanging', async () => {
  const an = await synced(open('an'))
  for (let count = 0; count < 50; count++) text(an.doc).insert(0, 'x')

  await server.sync.close()

  expect(server.sync.stats().sockets).toBe(0)
})
