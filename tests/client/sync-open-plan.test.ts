// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import { newId, type HandedDraftId, type PartId } from '@soanchung/shared/ids.ts'
import { partDocument } from '@soanchung/shared/plan/documents.ts'
import { addPart } from '@soanchung/shared/plan/outline.ts'
import { DeviceStore, type Change } from '../../client/src/sync/device-store.ts'
import { openPlan } from '../../client/src/sync/open-plan.svelte.ts'
import { unsentWork } from '../../client/src/sync/unsent.ts'
import {
  type Device,
  documentOf,
  me,
  parts,
  planId,
  PlanServer,
  textOf,
  type,
  until,
  untilLoaded,
  untilSaved,
  writeFirstBlock,
} from './sync-support.ts'

let server: PlanServer
const [first, second] = parts as [(typeof parts)[0], (typeof parts)[0]]

beforeEach(async () => {
  server = await PlanServer.start()
})

afterEach(async () => {
  await server.stop()
  vi.unstubAllGlobals()
})

async function pendingOf(device: Device): Promise<Change[]> {
  const store = await DeviceStore.open(device.database, me.id)
  const { documents } = await store.readPlan(planId)
  await store.close()
  return documents.flatMap(({ pending }) => pending)
}

test('what one person types reaches the server and the other person', async () => {
  const [an, binh] = [await server.device().open(), await server.device().open()]
  await untilLoaded(an, binh)
  type(an, first, 'Mục tiêu.')
  await Promise.resolve()
  expect(an.save.where).not.toBe('saved')
  await untilSaved(an)
  await until(() => textOf(binh.plan.part(first).document) === 'Mở đầu. Mục tiêu.')
  expect(server.text(first)).toBe('Mở đầu. Mục tiêu.')
})

test('a plan that is new to the device comes whole in one answer', async () => {
  const opened = await server.device().open()
  expect(opened.plan.part(first).loaded).toBe(true)
  expect(textOf(opened.plan.part(first).document)).toBe('Mở đầu. ')
  expect(server.asked).toEqual([`POST /api/plans/${planId}/documents`])
  await untilLoaded(opened)
})

test('edits without a network survive a reload and reach the server later', async () => {
  const device = server.device()
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

test('a plan whose first opening was cut short is not shown as an empty one', async () => {
  const device = server.device()
  device.losesDocuments = true
  await device.open()
  device.goOffline()
  await device.close()
  const again = await openPlan(planId, me, device.surroundings())
  expect(again).toMatchObject({ ok: false, error: { code: 'network.offline' } })
})

test('nothing counts as saved before the server has acknowledged it', async () => {
  const opened = await server.device().open()
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

test('a part whose rights were withdrawn meanwhile turns read-only, and the edits become a draft', async () => {
  const device = server.device()
  const opened = await device.open()
  await untilLoaded(opened)
  device.goOffline()
  const before = opened.plan.part(first).document
  type(opened, first, 'Không còn quyền.')
  server.withdraw(first)
  device.goOnline()
  await until(() => opened.drafts.length === 1)
  await until(() => opened.save.online && !opened.plan.part(first).mayWrite && opened.plan.part(first).loaded)
  expect(opened.plan.part(first).document).not.toBe(before)
  expect(textOf(opened.plan.part(first).document)).toBe('Mở đầu. ')
  expect(opened.drafts[0]).toMatchObject({ code: 'not.allowed', document: partDocument(first) })
  expect(textOf(documentOf(opened.drafts[0]!.state))).toBe('Mở đầu. Không còn quyền.')
  expect(server.text(first)).toBe('Mở đầu. ')
})

test.each<ErrorCode>(['plan.issued', 'client.taken'])(
  'what the server refuses becomes a draft that is still there after a reload (%s)',
  async (code) => {
    const device = server.device()
    const opened = await device.open()
    await untilLoaded(opened)
    server.refuse = () => code
    type(opened, first, 'Quá muộn.')
    await until(() => opened.drafts.length === 1 && textOf(opened.plan.part(first).document) === 'Mở đầu. ')
    server.refuse = () => null
    await until(() => opened.save.where === 'saved')
    await device.close()
    const again = await device.open()
    expect(again.drafts).toHaveLength(1)
    expect(textOf(documentOf(again.drafts[0]!.state))).toBe('Mở đầu. Quá muộn.')
    expect(again.save).toMatchObject({ where: 'saved', unsent: 0 })
    await untilLoaded(again)
    type(again, first, 'Đúng hạn.')
    await untilSaved(again)
    await until(() => server.text(first) === 'Mở đầu. Đúng hạn.')
  },
)

test('what builds on refused words is never sent, and its draft shows both', async () => {
  const device = server.device()
  const before = await device.open()
  await untilLoaded(before)
  device.goOffline()
  type(before, first, 'Trước.')
  await until(() => before.save.where === 'device')
  const [base] = await pendingOf(device)
  const state = Y.encodeStateAsUpdate(before.plan.part(first).document) as Uint8Array<ArrayBuffer>
  type(before, first, 'Sau.')
  await device.close()
  const store = await DeviceStore.open(device.database, me.id)
  const draft = {
    key: newId<HandedDraftId>(),
    plan: planId,
    document: partDocument(first),
    state,
    changes: base!.bytes,
  }
  await store.writeDraft({ ...draft, code: 'update.invalid', refusedAt: 1 }, [base!])
  await store.close()

  device.goOnline()
  const after = await device.open()

  await until(() => after.drafts.length === 2 && textOf(after.plan.part(first).document) === 'Mở đầu. ')
  await untilSaved(after)
  expect(textOf(documentOf(after.drafts[1]!.state))).toBe('Mở đầu. Trước.Sau.')
  expect(server.text(first)).toBe('Mở đầu. ')
  type(after, first, 'Tiếp.')
  await until(() => server.text(first) === 'Mở đầu. Tiếp.')
})

test('a part made without a network can be written at once and is on the server afterwards', async () => {
  const device = server.device()
  const opened = await device.open()
  await untilLoaded(opened)
  device.goOffline()
  const added = newId<PartId>()
  addPart(opened.plan.outline, { id: added, parent: null, after: null, title: 'Phần mới' })
  opened.plan.createPart(added)
  expect(opened.plan.part(added)).toMatchObject({ mayWrite: true, loaded: true })
  writeFirstBlock(opened.plan.part(added).document, 'Nội dung mới.')
  await until(() => opened.save.where === 'device')
  await device.close()
  device.goOnline()
  const again = await device.open()
  await untilSaved(again)
  expect(server.text(added)).toBe('Nội dung mới.')
})

test('a part that nobody has written yet can be written without a network, also after a reload', async () => {
  const empty = newId<PartId>()
  server.addEmptyPart(empty)
  const device = server.device()
  await untilLoaded(await device.open())
  await device.close()
  device.goOffline()
  const opened = await device.open()
  expect(opened.plan.part(empty)).toMatchObject({ loaded: true, mayWrite: true })
  writeFirstBlock(opened.plan.part(empty).document, 'Dòng đầu.')
  device.goOnline()
  await untilSaved(opened)
  expect(server.text(empty)).toBe('Dòng đầu.')
})

test('a part that another person adds opens by itself', async () => {
  const [an, binh] = [await server.device().open(), await server.device().open()]
  await untilLoaded(an, binh)
  const added = newId<PartId>()
  addPart(an.plan.outline, { id: added, parent: null, after: null, title: 'Phần mới' })
  an.plan.createPart(added)
  writeFirstBlock(an.plan.part(added).document, 'Của An.')
  await untilSaved(an)
  server.tell({ type: 'record', planId, rights: server.record.rights })
  await until(() => textOf(binh.plan.part(added).document) === 'Của An.')
})

test('after a restore from a backup nothing is sent, nothing is lost, and the screen says why', async () => {
  const device = server.device()
  const before = await device.open()
  await untilLoaded(before)
  device.goOffline()
  type(before, first, 'Chưa gửi.')
  await until(() => before.save.where === 'device')
  await device.close()
  server.record = { ...server.record, epoch: 'second' }
  device.goOnline()
  const after = await device.open()
  await until(() => after.save.code === 'epoch.changed')
  expect(after.save).toMatchObject({ where: 'device', unsent: 1 })
  expect(textOf(after.plan.part(first).document)).toBe('Mở đầu. Chưa gửi.')
  expect(server.text(first)).toBe('Mở đầu. ')
})

test('a connection that the server ends comes back, and what was typed meanwhile follows', async () => {
  const opened = await server.device().open()
  await untilLoaded(opened)
  server.closeDocument(partDocument(first), 'storage.failed')
  type(opened, first, 'Sau đó.')
  await until(() => server.text(first) === 'Mở đầu. Sau đó.')
  await untilSaved(opened)
})

test('when the browser says that the line is back, nobody waits for a pause to end', async () => {
  const device = server.device()
  await untilSaved(await device.open())
  device.losesAnswers = true
  vi.stubGlobal('window', new EventTarget())
  const opened = await device.open()
  await until(() => opened.save.online)
  type(opened, first, 'Mục tiêu.')
  // Two are asked for each time; the next pause is four seconds at least.
  await until(() => device.lost >= 8)
  device.losesAnswers = false
  window.dispatchEvent(new Event('online'))
  await expect.poll(() => opened.save.where, { timeout: 2_000 }).toBe('saved')
  expect(server.text(first)).toBe('Mở đầu. Mục tiêu.')
})

test('a plan of 130 parts connects without asking for too many at once', async () => {
  const more = Array.from({ length: 130 }, () => newId<PartId>())
  server.addParts(more)
  const device = server.device()
  const opened = await device.open()
  await untilLoaded(opened)
  const last = more.at(-1)!
  server.write(last, 'Phần cuối.')
  await until(() => textOf(opened.plan.part(last).document) === 'Phần cuối.')
  device.goOffline()
  device.goOnline()
  server.write(last, 'Hai.')
  await until(() => textOf(opened.plan.part(last).document).includes('Hai.'))
  expect(server.mostAttached).toBeLessThanOrEqual(40)
})

test('neither device nor server: the plan is refused with the reason', async () => {
  const device = server.device()
  device.goOffline()
  await expect(device.open()).rejects.toThrow('network.offline')
})
