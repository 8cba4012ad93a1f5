// @vitest-environment node
import { afterEach, beforeEach, expect, test } from 'vitest'
import { unsentWork } from '../../client/src/sync/unsent.ts'
import { Device, me, parts, PlanServer, textOf, type, until, untilLoaded, untilSaved } from './sync-support.ts'

let server: PlanServer
let devices: Device[] = []
const [first, second] = parts as [(typeof parts)[0], (typeof parts)[0]]

beforeEach(async () => {
  server = await PlanServer.start()
  devices = []
})

afterEach(async () => {
  await Promise.all(devices.map((device) => device.close()))
  await server.stop()
})

function newDevice(): Device {
  const device = new Device(server)
  devices.push(device)
  return device
}

test('what one person types reaches the server and the other person', async () => {
  const [an, binh] = [await newDevice().open(), await newDevice().open()]
  await untilLoaded(an, binh)
  type(an, first, 'Mục tiêu.')
  await Promise.resolve()
  expect(an.save.where).not.toBe('saved')
  await untilSaved(an)
  await until(() => textOf(binh.plan.part(first).document) === 'Mở đầu. Mục tiêu.')
  expect(server.text(first)).toBe('Mở đầu. Mục tiêu.')
})

test('edits without a network survive a reload and reach the server later', async () => {
  const device = newDevice()
  const before = await device.open()
  await untilLoaded(before)
  device.goOffline()
  type(before, first, 'Gõ khi mất mạng.')
  await until(() => before.save.where === 'device')
  await device.close()
  const after = await device.open()
  expect(textOf(after.plan.part(first).document)).toBe('Mở đầu. Gõ khi mất mạng.')
  expect(after.save).toMatchObject({ where: 'device', unsent: 1 })
  expect(await unsentWork(me.id, device.surroundings())).toBe(1)
  device.goOnline()
  await untilSaved(after)
  expect(server.text(first)).toBe('Mở đầu. Gõ khi mất mạng.')
  await device.close()
  expect(await unsentWork(me.id, device.surroundings())).toBe(0)
})

test('nothing counts as saved before the server has acknowledged it', async () => {
  const opened = await newDevice().open()
  await untilLoaded(opened)
  let release = () => {}
  server.holdAcks = new Promise((resolve) => (release = resolve))
  type(opened, first, 'một')
  await Promise.resolve()
  type(opened, second, 'hai')
  await until(() => server.text(second).endsWith('hai'))
  expect(opened.save).toMatchObject({ where: 'sending', unsent: 2 })
  release()
  await untilSaved(opened)
})
