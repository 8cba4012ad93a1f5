import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId, type BlockId, type ChangeId, type PartId } from '@soanchung/shared/ids.ts'
import { readBody } from '@soanchung/shared/plan/blocks.ts'
import { outlineDocument, partDocument } from '@soanchung/shared/plan/documents.ts'
import { readOutline } from '@soanchung/shared/plan/outline.ts'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import type { PlanRecord, SplitBody, Unit } from '@soanchung/shared/protocol.ts'
import { aBlock, aPart, aPlan } from '../support/plans.ts'
import { giveParts, givePlan, startServer, type TestPerson, type TestServer } from '../support/server.ts'

let server: TestServer
let farmers: Unit
let lead: TestPerson
let drafter: TestPerson
let outsider: TestPerson

beforeAll(async () => {
  server = await startServer()
  const [front, strangers] = [await server.unit('MTTQ'), await server.unit('CCB')]
  farmers = await server.unit('HND')
  lead = await server.person({ units: [front] })
  drafter = await server.person({ units: [farmers] })
  outsider = await server.person({ units: [strangers] })
})
afterAll(() => server.stop())

/** A plan of one part, given to the farmers, with two headings; and what would split both off. */
async function aSharedPlan() {
  const headings = [aBlock('heading', 'Tuyên truyền'), aBlock('heading', 'Kiểm tra')]
  const blocks = [aBlock('paragraph', 'Chung.'), headings[0], aBlock('paragraph', 'Mỗi tháng.'), headings[1]]
  const part = aPart('Nhiệm vụ', { blocks: blocks.filter((block) => block !== undefined) })
  const plan = await givePlan(lead, aPlan([part]), [{ unit: farmers, role: 'drafter' }])
  await giveParts(lead, plan.id, [part.id], [farmers.id])
  const pairs = headings.map((heading) => ({ part: newId<PartId>(), heading: heading.id }))
  const body: SplitBody = { command: newId<ChangeId>(), pairs }
  const path = `/api/plans/${plan.id}/parts/${part.id}`
  return { plan, part, body, path }
}

/** The titles of the outline, and the words of each part. */
async function textOf(plan: PlanSnapshot): Promise<[string, number][]> {
  const { sync } = server.running
  const outline = readOutline(await sync.readDocument(outlineDocument(plan.id)))
  return await Promise.all(
    outline.inOrder.map(async ({ id, title }): Promise<[string, number]> => {
      const document = await sync.readDocument(partDocument(id))
      return [title, readBody(document.getXmlFragment('body')).blocks.length]
    }),
  )
}

const asWritten: [string, number][] = [['Nhiệm vụ', 4]]
const asSplit: [string, number][] = [
  ['Nhiệm vụ', 1],
  ['Tuyên truyền', 1],
  ['Kiểm tra', 0],
]

test('headings become parts of the units that were writing them, and headings again', async () => {
  const { plan, body, path } = await aSharedPlan()
  expect((await lead.send('POST', `${path}/split`, body)).status).toBe(204)
  expect(await textOf(plan)).toEqual(asSplit)
  const record = (await drafter.send('GET', `/api/plans/${plan.id}`)).body as PlanRecord
  expect(record.parts.map(({ holders, mayWrite }) => [holders, mayWrite])).toEqual(
    asSplit.map(() => [[farmers.id], true]),
  )

  const back = { ...body, command: newId<ChangeId>() }
  expect((await lead.send('POST', `${path}/join`, back)).status).toBe(204)
  expect(await textOf(plan)).toEqual(asWritten)
  const again = { ...body, command: newId<ChangeId>() }
  expect((await lead.send('POST', `${path}/split`, again)).status).toBe(204)
  expect(await textOf(plan)).toEqual(asSplit)
})

test('a request that is sent twice at once, and once more, is carried out once', async () => {
  const { plan, body, path } = await aSharedPlan()
  const answers = await Promise.all([1, 2].map(() => lead.send('POST', `${path}/split`, body)))
  expect([...answers, await lead.send('POST', `${path}/split`, body)].map(({ status }) => status)).toEqual([
    204, 204, 204,
  ])
  expect(await textOf(plan)).toEqual(asSplit)
})

test('a refusal leaves no row and no document behind', async () => {
  const { plan, body, path } = await aSharedPlan()
  const pairs = body.pairs.slice(0, 1)
  const answer = await lead.send('POST', `${path}/split`, { ...body, pairs })
  expect([answer.status, answer.body]).toMatchObject([409, { code: 'plan.changed' }])
  expect(await textOf(plan)).toEqual(asWritten)
  const record = (await lead.send('GET', `/api/plans/${plan.id}`)).body as PlanRecord
  expect(record.parts).toHaveLength(1)
})

test.each([
  ['somebody who only writes the part', () => drafter, 403, 'not.allowed'],
  ['somebody without a role in the plan', () => outsider, 404, 'not.found'],
])('%s may not split it', async (_, person, status, code) => {
  const { plan, body, path } = await aSharedPlan()
  const answer = await person().send('POST', `${path}/split`, body)
  expect([answer.status, answer.body]).toMatchObject([status, { code }])
  expect(await textOf(plan)).toEqual(asWritten)
})

test('another plan’s part is not taken over', async () => {
  const [one, other] = [await aSharedPlan(), await aSharedPlan()]
  const pairs = one.body.pairs.map((pair, index) => (index === 0 ? { ...pair, part: other.part.id } : pair))
  const answer = await lead.send('POST', `${one.path}/split`, { ...one.body, pairs })
  expect(answer.body).toMatchObject({ code: 'conflict.exists' })
  const foreign = await lead.send('POST', `/api/plans/${one.plan.id}/parts/${other.part.id}/split`, other.body)
  expect(foreign.body).toMatchObject({ code: 'not.found' })
  expect(await textOf(other.plan)).toEqual(asWritten)
})

test('an issued plan stays as it is', async () => {
  const { plan, body, path } = await aSharedPlan()
  await server.running.database.query.updateTable('plans').set({ stage: 'issued' }).where('id', '=', plan.id).execute()
  expect((await lead.send('POST', `${path}/split`, body)).body).toMatchObject({ code: 'plan.issued' })
})

test('a heading that others have taken out meanwhile is not split off', async () => {
  const { body, path } = await aSharedPlan()
  const pairs = body.pairs.map((pair) => ({ ...pair, heading: newId<BlockId>() }))
  expect((await lead.send('POST', `${path}/split`, { ...body, pairs })).body).toMatchObject({ code: 'plan.changed' })
})
