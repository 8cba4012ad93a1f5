import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PartId, PlanId, UserId } from '@soanchung/shared/ids.ts'
import { notificationText } from '@soanchung/shared/notification-text.ts'
import { notificationPage, type NotificationKind, type Switches } from '@soanchung/shared/notifications.ts'
import type { HolderId } from '@soanchung/shared/permissions.ts'
import type { Unit } from '@soanchung/shared/protocol.ts'
import { createNotify } from '@soanchung/server/src/notifications/notify.ts'
import { createReminders } from '@soanchung/server/src/notifications/reminders.ts'
import { aPart, aPlan } from '../support/plans.ts'
import { expectOk, givePlan, startServer, type TestPerson, type TestServer } from '../support/server.ts'

let server: TestServer
let farmers: Unit
let women: Unit
let lead: TestPerson
let secondLead: TestPerson
let farmer: TestPerson
let otherFarmer: TestPerson
let woman: TestPerson

beforeAll(async () => {
  server = await startServer()
  const front = await server.unit('MTTQ')
  ;[farmers, women] = [await server.unit('HND'), await server.unit('HPN')]
  lead = await server.person({ name: 'Nguyễn Thu Hà', units: [front] })
  secondLead = await server.person({ units: [front] })
  farmer = await server.person({ name: 'Trần Văn Lực', units: [farmers] })
  otherFarmer = await server.person({ units: [farmers] })
  woman = await server.person({ units: [women] })
})
afterAll(() => server.stop())

interface Desk {
  id: PlanId
  first: PartId
  second: PartId
  give(
    parts: readonly PartId[],
    holders: readonly HolderId[],
    more?: { deadline?: string; note?: string },
  ): Promise<unknown>
}

/** A plan of two parts; whatever was told before is read, and not told again by these tests. */
async function aDesk(): Promise<Desk> {
  const parts = [aPart('Mục tiêu'), aPart('Nhiệm vụ')]
  const { id } = await givePlan(lead, aPlan(parts, { subject: 'Giữ gìn vệ sinh môi trường' }), [
    { unit: farmers, role: 'drafter' },
    { unit: women, role: 'drafter' },
  ])
  const [first, second] = parts.map((part) => part.id)
  if (first === undefined || second === undefined) throw new Error('two parts were given')
  for (const person of [lead, secondLead, farmer, otherFarmer, woman]) await readAll(person)
  return {
    ...{ id, first, second },
    give: (given, holders, { deadline = '', note = '' } = {}) =>
      expectOk(lead.send('PUT', `/api/plans/${id}/holders`, { parts: given, holders, deadline, note })),
  }
}

const pageOf = async (person: TestPerson, before = '') =>
  notificationPage.parse((await person.send('GET', `/api/notifications${before && `?before=${before}`}`)).body)
const readAll = (person: TestPerson) => person.send('PUT', '/api/notifications/read', { until: Date.now() + 1 })
const unreadOf = async (person: TestPerson) =>
  (await pageOf(person)).items.filter(({ isRead }) => !isRead).map((one) => notificationText(one, 'vi'))

describe('who is told', () => {
  test('everybody of the unit that is given a part, with deadline and note, and nobody else', async () => {
    const { first, give } = await aDesk()
    await give([first], [farmers.id], { deadline: '2026-11-30', note: 'Theo số liệu năm 2025.' })
    const told = ['Nguyễn Thu Hà giao cho bạn phần “I. Mục tiêu”, hạn 30/11/2026.']
    expect(await unreadOf(farmer)).toEqual(told)
    expect(await unreadOf(otherFarmer)).toEqual(told)
    expect((await pageOf(farmer)).items[0]).toMatchObject({
      part: first,
      detail: { plan: 'Kế hoạch Giữ gìn vệ sinh môi trường', note: 'Theo số liệu năm 2025.' },
    })
    expect(await unreadOf(woman)).toEqual([])
    expect(await unreadOf(lead)).toEqual([])
  })

  test('several parts given at once are one notification', async () => {
    const { first, second, give } = await aDesk()
    await give([second, first], [farmers.id])
    expect(await unreadOf(farmer)).toEqual(['Nguyễn Thu Hà giao cho bạn phần “I. Mục tiêu” và 1 phần khác.'])
  })

  test('who loses a part, who gets it, and who keeps it with another deadline', async () => {
    const { first, give } = await aDesk()
    await give([first], [farmers.id])
    await readAll(farmer)
    await give([first], [farmers.id, women.id], { deadline: '2026-12-01' })
    expect(await unreadOf(farmer)).toEqual(['Nguyễn Thu Hà sửa việc đã giao: phần “I. Mục tiêu”, hạn 01/12/2026.'])
    expect(await unreadOf(woman)).toEqual(['Nguyễn Thu Hà giao cho bạn phần “I. Mục tiêu”, hạn 01/12/2026.'])
    await readAll(farmer)
    await give([first], [women.id], { deadline: '2026-12-01' })
    expect(await unreadOf(farmer)).toEqual(['Nguyễn Thu Hà không giao phần “I. Mục tiêu” cho bạn nữa.'])
  })

  test('the lead of what is done, the drafter of what is sent back, never who did it', async () => {
    const { id, first, give } = await aDesk()
    await give([first], [farmers.id])
    for (const person of [farmer, otherFarmer]) await readAll(person)
    await expectOk(farmer.send('PUT', `/api/plans/${id}/parts/${first}/status`, { status: 'done' }))
    expect(await unreadOf(lead)).toEqual(['Trần Văn Lực báo đã xong phần “I. Mục tiêu”.'])
    expect(await unreadOf(farmer)).toEqual([])
    const reason = 'Thiếu chỉ tiêu năm 2030.'
    await expectOk(lead.send('PUT', `/api/plans/${id}/parts/${first}/status`, { status: 'returned', reason }))
    expect(await unreadOf(farmer)).toEqual(['Nguyễn Thu Hà trả lại phần “I. Mục tiêu”.'])
    expect((await pageOf(farmer)).items[0]?.detail.reason).toBe(reason)
    expect(await unreadOf(secondLead)).toHaveLength(1)
  })

  test('everybody with a role, when the plan moves on', async () => {
    const { id } = await aDesk()
    await expectOk(lead.send('PUT', `/api/plans/${id}/stage`, { stage: 'review' }))
    expect(await unreadOf(woman)).toEqual(['Nguyễn Thu Hà chuyển văn bản sang giai đoạn Lấy ý kiến.'])
    expect(await unreadOf(secondLead)).toHaveLength(1)
    expect(await unreadOf(lead)).toEqual([])
  })

  test('nobody of what was refused', async () => {
    const { id, first } = await aDesk()
    const answer = await woman.send('PUT', `/api/plans/${id}/parts/${first}/status`, { status: 'done' })
    expect(answer.status).toBe(403)
    expect(await unreadOf(lead)).toEqual([])
  })
})

describe('one’s own list', () => {
  test('comes in pages, and is read one by one or all at once', async () => {
    const { first, give } = await aDesk()
    for (let round = 0; round < 18; round += 1) {
      await give([first], [farmers.id])
      await give([first], [])
    }
    const newest = await pageOf(farmer)
    expect(newest).toMatchObject({ unread: 36, more: true })
    const last = newest.items.at(-1)?.id ?? ''
    const older = await pageOf(farmer, last)
    expect(new Set([...newest.items, ...older.items].map(({ id }) => id)).size).toBe(30 + older.items.length)
    await expectOk(farmer.send('PUT', `/api/notifications/${last}/read`))
    expect((await pageOf(farmer)).unread).toBe(35)
    await readAll(farmer)
    expect((await pageOf(farmer)).unread).toBe(0)
  })

  test('is nobody else’s', async () => {
    const { first, give } = await aDesk()
    await give([first], [farmers.id])
    const [one] = (await pageOf(farmer)).items
    expect((await woman.send('PUT', `/api/notifications/${one?.id}/read`)).status).toBe(404)
    expect(await unreadOf(farmer)).toHaveLength(1)
  })

  test('leaves out a kind that was switched off', async () => {
    const { first, give } = await aDesk()
    const before = (await woman.send('GET', '/api/notifications/switches')).body as Switches
    const off = { ...before.kinds, 'part.given': { inside: false, mail: false } }
    await expectOk(woman.send('PUT', '/api/notifications/switches', { kinds: off, language: 'vi' }))
    await give([first], [women.id])
    expect(await unreadOf(woman)).toEqual([])
    await give([first], [])
    expect(await unreadOf(woman)).toHaveLength(1)
    await expectOk(woman.send('PUT', '/api/notifications/switches', { kinds: before.kinds, language: 'vi' }))
  })
})

describe('reminders', () => {
  /** So many days from today, where the plans are written. */
  const day = (days: number) => new Date(Date.now() + 7 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)
  const noon = (days: number) => Date.parse(`${day(days)}T12:00:00+07:00`)
  /** Two servers that look at the same moment. */
  async function remindAt(time: number) {
    const { database, logger } = server.running
    const notify = createNotify({ mails: false })
    const projection = { plans: () => Promise.resolve(new Map<never, never>()) }
    const looking = [1, 2].map(() => createReminders({ database, projection, notify, logger, now: () => time }))
    for (const one of looking) await one.close()
  }
  const kinds = async (person: TestPerson, of: PlanId): Promise<NotificationKind[]> =>
    (await pageOf(person)).items.filter(({ plan, isRead }) => plan === of && !isRead).map(({ kind }) => kind)

  test('say once that a deadline is near, and once that it is over', async () => {
    const { id, first, give } = await aDesk()
    await give([first], [farmers.id], { deadline: day(20) })
    await readAll(farmer)
    await remindAt(noon(17))
    expect(await kinds(farmer, id)).toEqual([])
    for (const days of [18, 20]) await remindAt(noon(days))
    expect(await kinds(farmer, id)).toEqual(['part.due'])
    expect(await kinds(lead, id)).toEqual([])
    for (const days of [21, 23]) await remindAt(noon(days))
    expect((await kinds(farmer, id)).toSorted()).toEqual(['part.due', 'part.late'])
    expect(await kinds(lead, id)).toEqual(['part.late'])
  })

  test('ask again after another deadline, and never for what is done', async () => {
    const { id, first, second, give } = await aDesk()
    await give([first, second], [farmers.id], { deadline: day(40) })
    await expectOk(farmer.send('PUT', `/api/plans/${id}/parts/${second}/status`, { status: 'done' }))
    await readAll(farmer)
    await remindAt(noon(39))
    await give([first], [farmers.id], { deadline: day(41) })
    await remindAt(noon(40))
    const due = (await pageOf(farmer)).items.filter(({ plan, kind }) => plan === id && kind === 'part.due')
    expect(due.map(({ part, detail }) => [part, detail.deadline])).toEqual([
      [first, day(41)],
      [first, day(40)],
    ])
  })
})

test('somebody who was deactivated is told nothing', async () => {
  const gone = await server.person({ units: [women] })
  const { first, give } = await aDesk()
  const { query } = server.running.database
  await query.updateTable('user').set({ deactivated_at: Date.now() }).where('id', '=', gone.id).execute()
  await give([first], [women.id])
  const rows = await query
    .selectFrom('notifications')
    .select('id')
    .where('user_id', '=', gone.id satisfies UserId)
    .where('kind', '=', 'part.given')
    .execute()
  expect(rows).toEqual([])
})
