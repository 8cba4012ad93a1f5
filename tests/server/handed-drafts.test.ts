import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { newId, type HandedDraftId } from '@soanchung/shared/ids.ts'
import type { NotificationPage } from '@soanchung/shared/notifications.ts'
import type { HandedDraft, PlanRecord, Unit } from '@soanchung/shared/protocol.ts'
import { aPart, aPlan } from '../support/plans.ts'
import { expectOk, givePlan, startServer, type TestPerson, type TestServer } from '../support/server.ts'

let server: TestServer
let farmers: Unit
let lead: TestPerson
let drafter: TestPerson
let other: TestPerson
let outsider: TestPerson

beforeAll(async () => {
  server = await startServer()
  farmers = await server.unit('HND')
  lead = await server.person({ name: 'Nguyễn Thu Hà', units: [await server.unit('MTTQ')] })
  drafter = await server.person({ name: 'Trần Văn Lực', units: [farmers] })
  other = await server.person({ units: [farmers] })
  outsider = await server.person({ units: [await server.unit('CCB')] })
})
afterAll(() => server.stop())

async function aSharedPlan() {
  const part = aPart('Nhiệm vụ')
  const { id } = await givePlan(lead, aPlan([part]), [{ unit: farmers, role: 'drafter' }])
  return { path: `/api/plans/${id}/drafts`, plan: `/api/plans/${id}`, part: part.id }
}

function stateOf(words: string): string {
  const document = new Y.Doc()
  document.getMap('targets').set('a', words)
  return Buffer.from(Y.encodeStateAsUpdate(document)).toString('base64')
}

function aDraft(part: string) {
  return { id: newId<HandedDraftId>(), part, state: stateOf('Vận động'), note: 'Viết lúc mất mạng.' }
}

test('a draft that is handed in reaches the lead as it was, and the answer reaches its sender', async () => {
  const { path, plan, part } = await aSharedPlan()
  const draft = aDraft(part)
  await expectOk(drafter.send('POST', path, draft))
  await expectOk(drafter.send('POST', path, draft))

  const [listed, ...rest] = (await lead.send('GET', path)).body as HandedDraft[]
  expect([listed, rest]).toMatchObject([{ part, sender: { name: 'Trần Văn Lực' }, note: 'Viết lúc mất mạng.' }, []])
  const { cookie } = lead
  const bytes = await (await fetch(`${server.address}${path}/${draft.id}`, { headers: { cookie } })).arrayBuffer()
  expect(Buffer.from(bytes).toString('base64')).toBe(draft.state)
  expect(((await lead.send('GET', plan)).body as PlanRecord).waitingDrafts).toBe(1)

  await expectOk(lead.send('PUT', `${path}/${draft.id}`, { isUsed: false, answer: 'Phần này đã đổi chủ trì.' }))
  const answered = (await drafter.send('GET', path)).body as HandedDraft[]
  expect(answered[0]?.settled).toMatchObject({ isUsed: false, answer: 'Phần này đã đổi chủ trì.', by: 'Nguyễn Thu Hà' })
  expect(((await lead.send('GET', plan)).body as PlanRecord).waitingDrafts).toBe(0)
  const newest = async (person: TestPerson) => {
    const { items } = (await person.send('GET', '/api/notifications')).body as NotificationPage
    return items[0]
  }
  expect(await newest(lead)).toMatchObject({ kind: 'draft.handed', detail: { note: 'Viết lúc mất mạng.' } })
  expect(await newest(drafter)).toMatchObject({ kind: 'draft.settled', detail: { used: false } })
})

test('nobody but the lead and its sender sees a draft, and nobody else answers it', async () => {
  const { path, part } = await aSharedPlan()
  const draft = aDraft(part)
  await expectOk(drafter.send('POST', path, draft))
  const word = { isUsed: true, answer: '' }
  expect((await other.send('GET', path)).body).toEqual([])
  expect((await other.send('GET', `${path}/${draft.id}`)).status).toBe(404)
  expect((await drafter.send('PUT', `${path}/${draft.id}`, word)).status).toBe(403)
  for (const [method, to, body] of [
    ['GET', path, undefined],
    ['POST', path, aDraft(part)],
    ['PUT', `${path}/${draft.id}`, word],
  ] as const) {
    expect((await outsider.send(method, to, body)).status).toBe(404)
  }
})

test.each([
  ['no update', Buffer.from('kế hoạch').toString('base64')],
  ['an update of other roots', Buffer.from(Y.encodeStateAsUpdate(rootedElsewhere())).toString('base64')],
])('what is no part of a plan is refused: %s', async (_, state) => {
  const { path, part } = await aSharedPlan()
  const answer = await drafter.send('POST', path, { ...aDraft(part), state })
  expect(answer).toMatchObject({ status: 400, body: { code: 'update.invalid' } })
})

function rootedElsewhere(): Y.Doc {
  const document = new Y.Doc()
  document.getMap('__proto__').set('a', 1)
  return document
}
