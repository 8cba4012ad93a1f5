import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId, type ChangeId, type PartId, type TargetId } from '@soanchung/shared/ids.ts'
import { partDocument } from '@soanchung/shared/plan/documents.ts'
import { isLiving, readTargets, type Target } from '@soanchung/shared/targets/register.ts'
import { aPart, aPlan, aTarget, percent } from '../support/plans.ts'
import { giveParts, givePlan, startServer, type TestPerson, type TestServer } from '../support/server.ts'

let server: TestServer
let lead: TestPerson
let drafter: TestPerson
let outsider: TestPerson

beforeAll(async () => {
  server = await startServer()
  lead = await server.person({ units: [await server.unit('MTTQ')] })
  drafter = await server.person({ units: [await server.unit('HND')] })
  outsider = await server.person({ units: [await server.unit('CCB')] })
})
afterAll(() => server.stop())

async function aPlanOfTwoParts() {
  const water = aTarget('Hộ dùng nước sạch', { 2026: percent('80', '>=') })
  const other = aTarget('Hộ có hố xí hợp vệ sinh', { 2026: percent('70') }, { order: 'a1' })
  const [from, to] = [aPart('Mục tiêu', { targets: [water, other] }), aPart('Nhiệm vụ')]
  const plan = await givePlan(lead, aPlan([from, to]))
  const body = { command: newId<ChangeId>(), target: water.id, from: from.id, to: to.id }
  const move = (person: TestPerson, more = {}) =>
    person.send('POST', `/api/plans/${plan.id}/targets/move`, { ...body, ...more })
  return { plan, from, to, water, move }
}

async function targetsOf(part: PartId): Promise<Target[]> {
  return readTargets(await server.running.sync.readDocument(partDocument(part)))
}

test('a target goes to another part with its values and under its own id', async () => {
  const { from, to, water, move } = await aPlanOfTwoParts()
  expect((await move(lead)).status).toBe(204)
  expect((await targetsOf(to.id)).map(({ id, name, values }) => ({ id, name, values }))).toEqual([
    { id: water.id, name: water.name, values: water.values },
  ])
  const left = await targetsOf(from.id)
  expect(left.filter(isLiving).map(({ name }) => name)).toEqual(['Hộ có hố xí hợp vệ sinh'])
  expect(left.find(({ id }) => id === water.id)?.movedTo).toBe(to.id)
})

test('it comes back the same way, and stands in one part only', async () => {
  const { from, to, water, move } = await aPlanOfTwoParts()
  await move(lead)
  expect((await move(lead, { command: newId<ChangeId>(), from: to.id, to: from.id })).status).toBe(204)
  expect((await targetsOf(from.id)).filter(isLiving).map(({ id }) => id)).toContain(water.id)
  expect((await targetsOf(to.id)).filter(isLiving)).toEqual([])
})

test('the same command does nothing a second time', async () => {
  const { to, move } = await aPlanOfTwoParts()
  await move(lead)
  expect((await move(lead)).status).toBe(204)
  expect(await targetsOf(to.id)).toHaveLength(1)
})

test('a target that is not there any more is told, and nothing is written', async () => {
  const { to, move } = await aPlanOfTwoParts()
  const answer = await move(lead, { target: newId<TargetId>() })
  expect([answer.status, answer.body]).toMatchObject([409, { code: 'plan.changed' }])
  expect(await targetsOf(to.id)).toEqual([])
})

test('whoever may not write both parts moves nothing', async () => {
  const { plan, from, to, move } = await aPlanOfTwoParts()
  expect((await move(outsider)).status).toBe(404)
  await lead.send('PUT', `/api/plans/${plan.id}/roles`, { holder: drafter.units[0], role: 'drafter' })
  await giveParts(lead, plan.id, [from.id], drafter.units)
  expect((await move(drafter)).body).toMatchObject({ code: 'not.allowed' })
  expect(await targetsOf(to.id)).toEqual([])
  await giveParts(lead, plan.id, [to.id], drafter.units)
  expect((await move(drafter, { command: newId<ChangeId>() })).status).toBe(204)
})

test('a part of another plan is not found', async () => {
  const { move } = await aPlanOfTwoParts()
  const other = await aPlanOfTwoParts()
  expect((await move(lead, { to: other.to.id })).status).toBe(404)
})
