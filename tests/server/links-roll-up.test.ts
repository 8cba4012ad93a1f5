import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { newId, type PartId, type PlanId, type TargetId } from '@soanchung/shared/ids.ts'
import { targetResults, type TargetResult } from '@soanchung/shared/links/links.ts'
import type { PlanStage } from '@soanchung/shared/permissions.ts'
import { outlineDocument } from '@soanchung/shared/plan/documents.ts'
import { addPart } from '@soanchung/shared/plan/outline.ts'
import { statelessMessage } from '@soanchung/shared/protocol.ts'
import { touching } from '@soanchung/server/src/links/changes.ts'
import { reckonUpwards } from '@soanchung/server/src/links/roll-ups.ts'
import {
  aCount,
  aLevelPlan,
  anOffice,
  aPair,
  count,
  numbersOf,
  type LevelPlan,
  type Office,
} from '../support/linked-plans.ts'
import { aTarget, percent } from '../support/plans.ts'
import { plainly } from '../support/plain-roll-up.ts'
import { expectOk, giveParts, startServer, type Answer, type TestServer } from '../support/server.ts'
import { openClient, until, type SyncClient } from '../support/sync-client.ts'

let server: TestServer
let province: Office
let communes: Office[]
let unions: Office[]
let clients: SyncClient[] = []

beforeAll(async () => {
  server = await startServer()
  province = await anOffice(server, 'TỈNH')
  communes = [await anOffice(server, 'XÃ A'), await anOffice(server, 'XÃ B')]
  unions = [await anOffice(server, 'HND A'), await anOffice(server, 'HPN A')]
})
afterEach(() => {
  for (const client of clients) client.close()
  clients = []
})
afterAll(() => server.stop())

const codeOf = ({ body }: Answer) => (body as { code?: string } | null)?.code ?? 'done'
const of = ({ unit }: Office) => ({ unit: unit.id })

/** What is rolled up to a plan's first target in 2026: one level below, and from the lowest level. */
async function sumsOf(plan: LevelPlan): Promise<[string | null, string | null]> {
  const year = (await plan.rolled()).years['2026']
  if (year === undefined) throw new Error('2026 has nothing')
  return [plainly(year.stated).number, plainly(year.gathered).number]
}

/** A province with two communes below it, and two unions below the first; everybody has accepted. */
async function aThreeLevelTree() {
  const { above, below } = await aPair(server, { above: province, below: communes }, [aCount('Mô hình', '100')])
  const [commune, other] = below
  const [target] = above.targets
  if (commune === undefined || other === undefined || target === undefined) throw new Error('two communes')
  await expectOk(
    above.give({ way: 'share', key: 'số hộ', units: communes.map((one) => ({ ...of(one), weight: '1' })) }),
  )
  await expectOk(commune.answers({ superior: target }))
  await expectOk(other.answers({ superior: target }))
  await server.running.registers.settled()
  const communeTarget = (await commune.links()).received[0]?.target ?? undefined
  if (communeTarget === undefined) throw new Error('the commune has answered')
  await commune.carriedBy(...unions)
  const free = { targets: [communeTarget], way: 'free' as const }
  const low: LevelPlan[] = []
  for (const union of unions) {
    const plan = await aLevelPlan(server, union)
    await expectOk(plan.names(commune.id))
    await expectOk(commune.give({ ...free, units: [{ ...of(union), given: { 2026: count('20') } }] }))
    await expectOk(plan.answers({ superior: communeTarget }))
    low.push(plan)
  }
  return { above, commune, other, low, target, communeTarget }
}

test('what is accepted on three levels comes up to the top', async () => {
  const { above, commune, low, communeTarget } = await aThreeLevelTree()
  expect(await sumsOf(above)).toEqual(['100', '90'])
  const [farmers] = low
  const own = (await farmers?.links())?.received[0]?.target ?? undefined
  await farmers?.sets(own, { 'value.2026': { quantity: count('35') } })
  expect(plainly((await commune.rolled(communeTarget)).years['2026']?.gathered ?? nothing).number).toBe('55')
  expect(await sumsOf(above)).toEqual(['100', '105'])
  expect(numbersOf((await above.row(communes[0] ?? province)).gathered)).toEqual({ 2026: '55' })
})

const nothing = { quantity: null, counted: 0, left: 0 }

test('a percentage that is given as it is, is averaged by what each unit weighs', async () => {
  const clean = aTarget('Nước sạch', { 2026: percent('90') }, { measure: { kind: 'percent' }, method: 'average' })
  const { above, below } = await aPair(server, { above: province, below: communes }, [clean])
  const weighed = communes.map((one, index) => ({ ...of(one), weight: ['300', '100'][index] }))
  await expectOk(above.give({ way: 'same', key: 'số hộ', units: weighed }))
  for (const [index, plan] of below.entries()) {
    const values = { 2026: percent(['80', '100'][index] ?? '0') }
    await expectOk(plan.answers({ superior: clean.id, answer: 'countered', values, reason: 'Lý do' }))
  }
  expect((await sumsOf(above))[0]).toBe('85')
  expect((await above.rollUp()).carriers.map(({ keys }) => keys['số hộ'])).toEqual(['300', '100'])
  const refused = await above.give({ way: 'same', units: [{ ...of(communes[0] ?? province), weight: '-1' }] })
  expect(codeOf(refused)).toBe('input.invalid')
})

test('a part that is deleted takes its targets out of the roll-up, and brings them back', async () => {
  const { above, low } = await aThreeLevelTree()
  await low[0]?.setGone(true)
  expect(await sumsOf(above)).toEqual(['100', '70'])
  await low[1]?.setGone(true)
  expect(await sumsOf(above)).toEqual(['100', '100'])
  for (const plan of low) await plan.setGone(false)
  expect(await sumsOf(above)).toEqual(['100', '90'])
})

test('a target that is deleted counts no more, and again once that is undone', async () => {
  const { above, other } = await aThreeLevelTree()
  const own = (await other.links()).received[0]?.target ?? undefined
  await other.sets(own, { deletedAt: 1 })
  expect(await sumsOf(above)).toEqual(['50', '40'])
  expect((await other.links()).received).toMatchObject([{ answer: 'waiting', target: null }])
  await other.sets(own, { deletedAt: null })
  expect(await sumsOf(above)).toEqual(['100', '90'])
})

test('what an earlier version brings back is counted once, with the value of that version', async () => {
  const { above, other } = await aThreeLevelTree()
  const own = (await other.links()).received[0]?.target ?? undefined
  const before = await above.rolled()
  const now = (await above.row(communes[1] ?? province)).values['2026']
  await other.sets(own, { 'value.2026': { quantity: count('99') } })
  expect(await sumsOf(above)).not.toEqual(['100', '90'])
  await other.sets(own, { deletedAt: 1 })
  // A restoration is this: the cells that differ, under the ids that they had.
  await other.sets(own, { 'value.2026': { quantity: now }, deletedAt: null })
  expect(await above.rolled()).toEqual(before)
})

test('a target that moves to another part is counted once', async () => {
  const { above, other } = await aThreeLevelTree()
  const own = (await other.links()).received[0]?.target
  const to = newId<PartId>()
  await expectOk(other.put('/parts', { id: to }, 'POST'))
  await addToOutline(other, to)
  await expectOk(other.put('/targets/move', { command: newId(), target: own, from: other.part, to }, 'POST'))
  await server.running.registers.settled()
  expect(await sumsOf(above)).toEqual(['100', '90'])
  expect((await above.rolled()).years['2026']?.stated).toMatchObject({ counted: 2, left: 0 })
})

test('of a plan and its amendment the one in force counts, once', async () => {
  const { above, other, target } = await aThreeLevelTree()
  const amendment = await aLevelPlan(server, communes[1] ?? province, [aCount('Mô hình', '70')])
  const { query } = server.running.database
  await setStage(other, 'issued')
  await query.updateTable('plans').set({ amends: other.id }).where('id', '=', amendment.id).execute()
  await expectOk(amendment.names(above.id))
  await expectOk(amendment.put('/serves', { target: amendment.targets[0], superior: target }))
  expect(await sumsOf(above)).toEqual(['100', '90'])
  await setStage(amendment, 'issued')
  expect(await sumsOf(above)).toEqual(['120', '110'])
  expect((await above.rollUp()).carriers[1]?.plan).toMatchObject({ id: amendment.id, standing: 'issued' })
})

test('a plan that was amended counts no more, wherever its amendment belongs', async () => {
  const { above, other } = await aThreeLevelTree()
  const amendment = await aLevelPlan(server, communes[1] ?? province)
  const { query } = server.running.database
  await query.updateTable('plans').set({ amends: other.id, stage: 'issued' }).where('id', '=', amendment.id).execute()
  await setStage(other, 'issued')
  expect(await sumsOf(above)).toEqual(['50', '40'])
  expect((await above.rollUp()).carriers[1]?.plan).toBeNull()
})

test('of a chain of amendments the last that is issued counts, whatever comes before and behind it', async () => {
  const { above, other, target } = await aThreeLevelTree()
  const { query } = server.running.database
  const chain: LevelPlan[] = [other]
  for (const value of ['60', '70', '80']) {
    const amendment = await aLevelPlan(server, communes[1] ?? province, [aCount('Mô hình', value)])
    const amends = chain.at(-1)?.id ?? null
    await query.updateTable('plans').set({ amends }).where('id', '=', amendment.id).execute()
    await expectOk(amendment.names(above.id))
    await expectOk(amendment.put('/serves', { target: amendment.targets[0], superior: target }))
    chain.push(amendment)
  }
  const counted: (string | null)[] = []
  for (const plan of chain) {
    await setStage(plan, 'issued')
    counted.push((await sumsOf(above))[0])
  }
  expect(counted).toEqual(['100', '110', '120', '130'])
})

test('each plan says how far it is', async () => {
  const { above, other } = await aThreeLevelTree()
  const standing = async () => (await above.rollUp()).carriers[1]?.plan?.standing
  expect(await standing()).toBe('draft')
  const before = (await above.rollUp()).count
  await expectOk(other.put('/stage', { stage: 'review' }))
  expect(await standing()).toBe('submitted')
  expect((await above.rollUp()).count).toBeGreaterThan(before)
})

test('only some targets are answered where only some are asked for', async () => {
  const above = await aLevelPlan(server, province, [aCount('Một', '1'), aCount('Hai', '2', { order: 'a1' })])
  await above.carriedBy(...communes)
  const [, second] = above.targets
  const { body } = await expectOk(province.lead.send('GET', `/api/plans/${above.id}/roll-up?targets=${second}`))
  expect(body).toMatchObject({ targets: [{ target: second }] })
  expect((body as { targets: unknown[] }).targets).toHaveLength(1)
  expect((await province.lead.send('GET', `/api/plans/${above.id}/roll-up?targets=x`)).status).toBe(400)
})

test('more targets change at once than a statement takes values', async () => {
  const { above, target } = await aThreeLevelTree()
  const { database } = server.running
  const many = [target, ...Array.from({ length: 33_000 }, () => newId<TargetId>())]
  await database.query.deleteFrom('target_rollups').where('plan_id', '=', above.id).execute()
  const { changed } = await database.transaction((transaction) =>
    reckonUpwards(
      transaction,
      touching(
        above.id,
        many.filter((one) => one !== undefined),
      ),
    ),
  )
  expect([...changed]).toEqual([above.id])
  expect(await sumsOf(above)).toEqual(['100', '90'])
})

test('screens that have the plan open hear at once that something below is other', async () => {
  const { above, low } = await aThreeLevelTree()
  const client = openOutline(above)
  const counts = () =>
    client.messages
      .map((message) => statelessMessage.parse(JSON.parse(message)))
      .flatMap((message) => (message.type === 'links' && message.planId === above.id ? [message.count] : []))
  await until(() => counts().length > 0, 'told when it was opened')
  const before = (await above.rollUp()).count
  expect(counts().at(-1)).toBe(before)
  const own = (await low[0]?.links())?.received[0]?.target ?? undefined
  await low[0]?.sets(own, { 'value.2026': { quantity: count('21') } })
  await until(() => (counts().at(-1) ?? 0) > before, 'told of the change')
  expect((await above.rollUp()).count).toBe(counts().at(-1))
})

test('a change that another server made is noticed', async () => {
  const above = await aLevelPlan(server, province)
  const client = openOutline(above)
  await until(() => client.messages.some((message) => message.includes('"links"')), 'told when it was opened')
  const { query } = server.running.database
  await query.updateTable('plans').set({ links: 41 }).where('id', '=', above.id).execute()
  await until(() => client.messages.some((message) => message.includes('"count":41')), 'told')
})

test('all that is rolled up can be made again from the documents, and is the same', async () => {
  const { above } = await aThreeLevelTree()
  const before = await above.rollUp()
  const { query } = server.running.database
  await query.deleteFrom('target_rollups').execute()
  await server.running.links.rebuild()
  expect((await above.rollUp()).targets).toEqual(before.targets)
})

test('what was lost between a change and the end of the server is made up for at the start', async () => {
  const own = await startServer()
  const [top, low] = [await anOffice(own, 'TỈNH'), await anOffice(own, 'XÃ')]
  const { above, below } = await aPair(own, { above: top, below: [low] }, [aCount('Mô hình', '5')])
  await expectOk(above.give({ units: [of(low)] }))
  await expectOk(below[0]?.answers({ superior: above.targets[0] }) ?? Promise.reject(new Error('no plan')))
  const { targets } = await above.rollUp()
  await own.running.database.query.updateTable('target_rollups').set({ data: 'cũ' }).execute()
  await own.stop({ keepData: true })
  const again = await startServer({ dataFolder: own.dataFolder })
  await again.running.links.rebuild()
  const caller = await again.signIn(top.lead.username, top.lead.password)
  const { body } = await expectOk(caller.send('GET', `/api/plans/${above.id}/roll-up`))
  expect((body as { targets: unknown }).targets).toEqual(targets)
  await again.stop()
})

const result = (plan: LevelPlan, more: object = {}) => ({
  ...{ target: plan.targets[0], period: '2026-H1', value: count('4'), note: 'Sơ kết', document: 'BC 12/BC-HND' },
  ...more,
})
const resultsOf = async ({ id, lead }: LevelPlan): Promise<TargetResult[]> =>
  targetResults.parse((await expectOk(lead.send('GET', `/api/plans/${id}/results`))).body)

test('results stand beside an issued plan, change no document, and come up with the plan’s values', async () => {
  const { above, below } = await aPair(server, { above: province, below: communes.slice(0, 1) }, [
    aCount('Mô hình', '9'),
  ])
  const [plan] = below
  if (plan === undefined) throw new Error('one plan')
  const own = await aLevelPlan(server, communes[1] ?? province, [aCount('Mô hình xã', '5')])
  await above.carriedBy(...communes)
  await expectOk(own.names(above.id))
  await expectOk(own.put('/serves', { target: own.targets[0], superior: above.targets[0] }))
  expect(codeOf(await own.put('/results', result(own)))).toBe('result.early')
  await setStage(own, 'issued')
  const seqs = () => server.running.database.query.selectFrom('documents').select(['name', 'seq']).execute()
  const before = await seqs()
  await expectOk(own.put('/results', result(own)))
  expect(await seqs()).toEqual(before)
  expect(await resultsOf(own)).toMatchObject([
    { period: '2026-H1', value: count('4'), note: 'Sơ kết', document: 'BC 12/BC-HND', by: 'Chủ trì XÃ B' },
  ])
  expect((await above.row(communes[1] ?? province)).results).toEqual({ '2026-H1': count('4') })
  await expectOk(own.put('/results', result(own, { value: null })))
  expect(await resultsOf(own)).toEqual([])
})

test.each([
  ['a period outside the plan', { period: '2031' }, 'result.period'],
  ['a percentage for a count', { value: percent('4') }, 'target.measure'],
  ['a target that there is not', { target: newId() }, 'target.gone'],
  ['a period that is none', { period: '2026-Q1' }, 'input.invalid'],
])('a result is refused: %s', async (_, more, code) => {
  const plan = await aLevelPlan(server, province, [aCount('Mô hình', '9')])
  await setStage(plan, 'issued')
  expect(codeOf(await plan.put('/results', result(plan, more)))).toBe(code)
})

test('results are entered by who drafts the part, or drafts for the unit that answers for the target', async () => {
  const [drafter, answering, reader] = [
    await anOffice(server, 'S1'),
    await anOffice(server, 'S2'),
    await anOffice(server, 'S3'),
  ]
  const plan = await aLevelPlan(server, province, [aCount('Mô hình', '9', { responsible: answering.unit.id })])
  const roles = [
    [drafter, 'drafter'],
    [answering, 'drafter'],
    [reader, 'reader'],
  ] as const
  for (const [{ unit }, role] of roles) await expectOk(plan.put('/roles', { holder: unit.id, role }))
  await expectOk(giveParts(province.lead, plan.id, [plan.part], [drafter.unit.id]))
  await setStage(plan, 'issued')
  const enter = async ({ lead }: Office) =>
    codeOf(await lead.send('PUT', `/api/plans/${plan.id}/results`, result(plan)))
  expect(await Promise.all([drafter, answering, reader].map(enter))).toEqual(['done', 'done', 'not.allowed'])
  const stranger = await anOffice(server, 'S4')
  expect(await enter(stranger)).toBe('not.found')
})

async function setStage({ id }: { id: PlanId }, stage: PlanStage): Promise<void> {
  const { database, links } = server.running
  await database.query.updateTable('plans').set({ stage }).where('id', '=', id).execute()
  await links.stageMoved(id)
}

async function addToOutline({ id, lead }: LevelPlan, part: PartId): Promise<void> {
  await server.running.sync.writeDocument({
    ...{ commandId: newId(), actor: null, userId: lead.id, documents: [outlineDocument(id)] },
    mutate: (documents) => {
      const outline = documents.get(outlineDocument(id))
      if (outline !== undefined) addPart(outline, { id: part, parent: null, after: null, title: 'Khác' })
    },
  })
}

function openOutline(plan: LevelPlan): SyncClient {
  const { port, origin } = new URL(server.address)
  const client = openClient(
    { port: Number(port), origin, epoch: server.running.database.epoch },
    { user: plan.lead.username, cookie: plan.lead.cookie, document: outlineDocument(plan.id) },
  )
  clients.push(client)
  return client
}
