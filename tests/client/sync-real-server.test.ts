// @vitest-environment node
/** The same client over the real server: sign-in, record, documents, socket and log. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { newId, type PartId } from '@soanchung/shared/ids.ts'
import { addPart } from '@soanchung/shared/plan/outline.ts'
import { planSummary } from '@soanchung/shared/protocol.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { RealDevice } from './real-device.ts'
import { textOf, until, untilLoaded, untilSaved, writeFirstBlock } from './sync-support.ts'

let server: TestServer

beforeAll(async () => {
  server = await startServer({ environment: { SOANCHUNG_DEMO: 'on', LOG_LEVEL: 'silent' } })
}, 60_000)

afterAll(() => server.stop())

/** A browser in which this account of the demo is signed in. */
async function aDevice(index: number): Promise<RealDevice> {
  const { username, password } = server.running.demoAccounts[index]!
  return new RealDevice(server.address, (await server.signIn(username, password)).cookie)
}

test('two people of the demo write in one plan, and it is all there after a reload', async () => {
  const [one, two] = [await aDevice(0), await aDevice(1)]
  const lists = await Promise.all(
    [one, two].map(async (device) => z.array(planSummary).parse(await device.get('/api/plans'))),
  )
  const plan = lists[0]!.find(({ role, id }) => role === 'lead' && lists[1]!.some((other) => other.id === id))
  if (plan === undefined) throw new Error('the demo has no plan in common')
  const [first, second] = [await one.open(plan.id), await two.open(plan.id)]
  await untilLoaded(first, second)
  const added = newId<PartId>()
  addPart(first.plan.outline, { id: added, parent: null, after: null, title: 'Phần mới' })
  first.plan.createPart(added)
  writeFirstBlock(first.plan.part(added).document, 'Viết trên máy chủ thật.')
  await untilSaved(first)
  await until(() => textOf(second.plan.part(added).document) === 'Viết trên máy chủ thật.')
  await Promise.all([one.close(), two.close()])
  const again = await one.open(plan.id, true)
  await until(() => again.save.online && textOf(again.plan.part(added).document) === 'Viết trên máy chủ thật.')
  expect(again.save).toMatchObject({ where: 'saved', code: null })
  await one.close()
})

test('a socket that is cut as soon as it is open is followed by one other, never by two', async () => {
  const device = await aDevice(0)
  const [plan] = z.array(planSummary).parse(await device.get('/api/plans'))
  const opened = await device.open(plan!.id)
  await untilLoaded(opened)
  const part = opened.plan.parts().find(({ mayWrite }) => mayWrite)!
  for (let round = 0; round < 20; round += 1) {
    device.falseStarts = 1 + (round % 3)
    device.goOffline()
    device.goOnline()
    await until(() => {
      writeFirstBlock(part.document, `Viết lần ${round}.`)
      return opened.save.online && device.falseStarts <= 0
    })
    await untilSaved(opened)
  }
  expect(device.replaced).toBe(0)
  await device.close()
})
