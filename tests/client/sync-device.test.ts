// @vitest-environment node
import { Dexie } from 'dexie'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { databaseName } from '../../client/src/sync/device-store.ts'
import { unsentWork } from '../../client/src/sync/unsent.ts'
import type { UserId } from '@soanchung/shared/ids.ts'
import { me, parts, PlanServer, textOf, type, until, untilLoaded, untilSaved, type Device } from './sync-support.ts'

let server: PlanServer
let device: Device
const [first, second] = parts as [(typeof parts)[0], (typeof parts)[0]]

beforeEach(async () => {
  server = await PlanServer.start()
  device = server.device()
})

afterEach(async () => {
  vi.restoreAllMocks()
  await server.stop()
})

/** The device's database as a fault of the disk would find it. */
async function tables(work: (database: Dexie) => Promise<unknown>): Promise<void> {
  const database = await new Dexie(databaseName(me.id), device.database!).open()
  await work(database)
  database.close()
}

/** Every write to the disk fails from now on. */
function fillDisk() {
  const full = () => {
    throw new DOMException('the disk is full', 'QuotaExceededError')
  }
  const store = device.objectStore.prototype
  const [add, put] = [vi.spyOn(store, 'add').mockImplementation(full), vi.spyOn(store, 'put').mockImplementation(full)]
  return () => [add, put].forEach((spy) => spy.mockRestore())
}

test('a damaged record is set aside, kept, and its content fetched again', async () => {
  const before = await device.open()
  await untilLoaded(before)
  await device.close()
  await tables((database) =>
    database
      .table('documents')
      .toCollection()
      .modify((row: { snapshot: Uint8Array }) => (row.snapshot[5]! ^= 1)),
  )
  const after = await device.open()
  expect(after.damaged).toBe(4)
  await untilLoaded(after)
  expect(textOf(after.plan.part(first).document)).toBe('Mở đầu. ')
  await device.close()
  await tables(async (database) => expect(await database.table('damaged').count()).toBe(4))
  expect((await device.open()).damaged).toBe(0)
})

test('a damaged edit does not take the sound ones with it', async () => {
  const before = await device.open()
  await untilLoaded(before)
  device.goOffline()
  type(before, first, 'Một.')
  await Promise.resolve()
  type(before, second, 'Hai.')
  await until(() => before.save.where === 'device')
  await device.close()
  await tables((database) =>
    database
      .table('updates')
      .toCollection()
      .first((row) => database.table('updates').update(row.id, { checksum: 1 })),
  )
  device.goOnline()
  const after = await device.open()
  expect(after.damaged).toBe(1)
  await until(() => server.text(second) === 'Mở đầu. Hai.')
})

test('without a network two tabs see each other type, and each counts the other’s work', async () => {
  const [one, two] = [await device.open(), await device.open()]
  await untilLoaded(one, two)
  device.goOffline()
  await until(() => !one.save.online && !two.save.online)
  type(one, first, 'Thẻ một.')
  await until(() => textOf(two.plan.part(first).document) === 'Mở đầu. Thẻ một.')
  type(two, first, ' Thẻ hai.')
  await until(() => textOf(one.plan.part(first).document) === 'Mở đầu. Thẻ một. Thẻ hai.')
  expect([one.save.unsent, two.save.unsent]).toEqual([2, 2])
  device.goOnline()
  await untilSaved(one)
  await untilSaved(two)
  expect(server.text(first)).toBe('Mở đầu. Thẻ một. Thẻ hai.')
})

test('a tab that was closed before it could send leaves its work to the other tab', async () => {
  const [one, two] = [await device.open(), await device.open()]
  await untilLoaded(one, two)
  device.goOffline()
  type(one, first, 'Của thẻ đã đóng.')
  await until(() => one.save.where === 'device' && two.save.unsent === 1)
  await one.close()
  device.goOnline()
  await untilSaved(two)
  expect(server.text(first)).toBe('Mở đầu. Của thẻ đã đóng.')
  await two.close()
  expect(await unsentWork(me.id, device.surroundings())).toBe(0)
})

test('a tab opened later without a network has what the first one could not yet send', async () => {
  const one = await device.open()
  await untilLoaded(one)
  device.goOffline()
  type(one, first, 'Trước đó.')
  await Promise.resolve()
  const two = await device.open()
  await until(() => textOf(two.plan.part(first).document) === 'Mở đầu. Trước đó.' && two.save.unsent === 1)
})

test('when the disk is full the work goes on, and the screen says that it is only in memory', async () => {
  const opened = await device.open()
  await untilLoaded(opened)
  const free = fillDisk()
  device.goOffline()
  type(opened, first, 'Chỉ trong bộ nhớ.')
  await until(() => opened.save.where === 'memory' && !opened.save.keepsCopy && !opened.save.online)
  free()
  await until(() => opened.save.where === 'device' && opened.save.keepsCopy)
  device.goOnline()
  await untilSaved(opened)
  expect(server.text(first)).toBe('Mở đầu. Chỉ trong bộ nhớ.')
})

test('where the browser keeps nothing the plan is still written and sent', async () => {
  device.database = null
  const opened = await device.open()
  await untilLoaded(opened)
  type(opened, first, 'Chế độ riêng tư.')
  await untilSaved(opened)
  expect(opened.save.keepsCopy).toBe(false)
  expect(server.text(first)).toBe('Mở đầu. Chế độ riêng tư.')
})

test('a database that cannot be opened counts as none', async () => {
  vi.spyOn(device.factory, 'open').mockImplementation(() => {
    throw new DOMException('blocked', 'SecurityError')
  })
  const opened = await device.open()
  await untilLoaded(opened)
  expect(opened.save.keepsCopy).toBe(false)
})

test('the next account on the machine does not see what the last one kept', async () => {
  const before = await device.open()
  await untilLoaded(before)
  device.goOffline()
  type(before, first, 'Của An.')
  await until(() => before.save.where === 'device')
  await device.close()
  const binh = { ...me, id: 'binh' as UserId }
  await expect(device.open(binh)).rejects.toThrow('network.offline')
  expect(await unsentWork(binh.id, device.surroundings())).toBe(0)
  expect(await unsentWork(me.id, device.surroundings())).toBe(1)
})

test('many edits are merged on the device, and nothing that waits is merged away', async () => {
  const opened = await device.open()
  await untilLoaded(opened)
  for (let count = 0; count < 300; count += 1) {
    type(opened, first, `${count % 10}`)
    await Promise.resolve()
  }
  await untilSaved(opened)
  await device.close()
  const again = await device.open()
  expect(textOf(again.plan.part(first).document)).toHaveLength(308)
  device.goOffline()
  type(again, first, 'chờ')
  await until(() => again.save.where === 'device')
  await device.close()
  await tables(async (database) => expect(await database.table('updates').count()).toBe(1))
  expect(textOf((await device.open()).plan.part(first).document)).toMatch(/9chờ$/)
})
