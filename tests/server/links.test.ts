import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId, type ChangeId, type PartId, type PlanId, type TargetId } from '@soanchung/shared/ids.ts'
import { planLinks, planRollUp, type AnswerBody } from '@soanchung/shared/links/links.ts'
import { partDocument } from '@soanchung/shared/plan/documents.ts'
import { readTargets } from '@soanchung/shared/targets/register.ts'
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
import { expectOk, startServer, type Answer, type TestServer } from '../support/server.ts'

let server: TestServer
let front: Office
let farmers: Office
let women: Office
let youth: Office

beforeAll(async () => {
  server = await startServer()
  front = await anOffice(server, 'MTTQ')
  farmers = await anOffice(server, 'HND')
  women = await anOffice(server, 'HPN')
  youth = await anOffice(server, 'ĐTN')
})
afterAll(() => server.stop())

const codeOf = ({ body }: Answer) => (body as { code?: string } | null)?.code ?? 'done'
const of = ({ unit }: Office) => ({ unit: unit.id })

/** A superior plan of one target of 100, given to one office as it is, and that office's plan. */
async function aGivenTarget(more: Parameters<typeof aCount>[2] = {}) {
  const target = aCount('Mô hình', '100', more)
  const { above, below } = await aPair(server, { above: front, below: [farmers] }, [target])
  await expectOk(above.give({ units: [of(farmers)] }))
  const [plan] = below
  if (plan === undefined) throw new Error('there is no plan below')
  return { above, plan, target }
}

describe('which plan carries out which', () => {
  test('a plan names the plan that its unit was given to carry out', async () => {
    const above = await aLevelPlan(server, front)
    await above.carriedBy(farmers)
    const plan = await aLevelPlan(server, farmers)
    expect((await plan.links()).offers.map((one) => one.plan)).toContain(above.id)
    await expectOk(plan.names(above.id))
    const { superior, offers } = await plan.links()
    expect(superior).toMatchObject({ plan: above.id, unit: front.unit.id, mayOpen: false, stage: 'drafting' })
    expect(offers).toEqual([])
    expect((await above.rollUp()).carriers).toMatchObject([{ unit: farmers.unit.id, plan: { id: plan.id } }])
  })

  test('the home of a unit shows what it was given to carry out, until a plan does', async () => {
    const above = await aLevelPlan(server, front)
    await above.carriedBy(youth)
    const offered = async () => {
      const answer = await expectOk(youth.lead.send('GET', '/api/links/offers'))
      return (answer.body as { plan: PlanId }[]).map((one) => one.plan)
    }
    expect(await offered()).toContain(above.id)
    const plan = await aLevelPlan(server, youth)
    await expectOk(plan.names(above.id))
    expect(await offered()).not.toContain(above.id)
  })

  test.each([
    ['that there is not', async () => newId<PlanId>()],
    ['that it was not given and may not read', async () => (await aLevelPlan(server, front)).id],
  ])('a plan cannot name one %s, and is told the same', async (_, superiorOf) => {
    const plan = await aLevelPlan(server, farmers)
    const answer = await plan.names(await superiorOf())
    expect([answer.status, codeOf(answer)]).toEqual([404, 'link.unknown'])
    expect(Object.keys(answer.body as object).sort()).toEqual(['code', 'message'])
  })

  test('a plan cannot carry out itself, nor one that carries it out through others', async () => {
    const [a, b, c] = [
      await aLevelPlan(server, front),
      await aLevelPlan(server, front),
      await aLevelPlan(server, front),
    ]
    expect(codeOf(await a.names(a.id))).toBe('link.circle')
    await expectOk(b.names(a.id))
    await expectOk(c.names(b.id))
    expect(codeOf(await a.names(c.id))).toBe('link.circle')
  })

  test('no more plans carry each other out in a row than there are levels in a country', async () => {
    const chain: LevelPlan[] = []
    for (let level = 0; level < 10; level += 1) chain.push(await aLevelPlan(server, front))
    const link = async (index: number) => codeOf((await chain[index + 1]?.names(chain[index]?.id ?? null)) as Answer)
    for (const index of [0, 1, 2, 3, 5, 6, 7, 8, 4]) expect(await link(index)).toBe('done')
    const [first, last] = [chain[0], chain[9]]
    const one = await aLevelPlan(server, front)
    expect(codeOf(await one.names(last?.id ?? null))).toBe('link.deep')
    expect(codeOf((await first?.names(one.id)) as Answer)).toBe('link.deep')
  })

  test('of two plans that name each other at the same instant one is refused', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [a, b] = [await aLevelPlan(server, front), await aLevelPlan(server, front)]
      const answers = await Promise.all([a.names(b.id), b.names(a.id)])
      expect(answers.map(codeOf).sort()).toEqual(['done', 'link.circle'])
    }
  })

  test('a unit carries a plan out by one plan, and by what amends it', async () => {
    const { above, plan } = await aGivenTarget()
    const second = await aLevelPlan(server, farmers)
    expect(codeOf(await second.names(above.id))).toBe('link.taken')
    const { query } = server.running.database
    await query.updateTable('plans').set({ amends: plan.id }).where('id', '=', second.id).execute()
    expect(codeOf(await second.names(above.id))).toBe('done')
  })

  test('an issued plan keeps the link that it has', async () => {
    const { above, plan } = await aGivenTarget()
    await issue(plan)
    expect(codeOf(await plan.names(null))).toBe('plan.issued')
    expect((await plan.links()).superior?.plan).toBe(above.id)
  })

  test('a link that is taken away takes its contributions along and leaves its history', async () => {
    const { above, plan, target } = await aGivenTarget()
    await expectOk(plan.answers({ superior: target.id }))
    await expectOk(plan.names(null))
    expect((await above.row(farmers)).values).toEqual({})
    const path = `/api/plans/${above.id}/links/${target.id}/${farmers.unit.id}/history`
    const { body } = await expectOk(front.lead.send('GET', path))
    expect(body).toMatchObject([{ kind: 'accepted' }, { kind: 'given' }])
  })

  test('units that there are not, or that have ended, carry nothing out', async () => {
    const above = await aLevelPlan(server, front)
    expect(codeOf(await above.put('/carriers', { units: [newId()] }))).toBe('unit.unknown')
    const ended = await server.unit('CŨ')
    const { query } = server.running.database
    await query.updateTable('units').set({ closed_on: '2020-01-01' }).where('id', '=', ended.id).execute()
    expect(codeOf(await above.put('/carriers', { units: [ended.id] }))).toBe('unit.unknown')
  })

  test('a unit that holds targets, or has a plan, is not left out silently', async () => {
    const above = await aLevelPlan(server, front, [aCount('Mô hình', '10')])
    await above.carriedBy(farmers, women, youth)
    await expectOk(above.give({ units: [of(farmers)] }))
    await expectOk((await aLevelPlan(server, women)).names(above.id))
    expect(codeOf(await above.put('/carriers', { units: [women.unit.id, youth.unit.id] }))).toBe('link.carrier')
    expect(codeOf(await above.put('/carriers', { units: [farmers.unit.id, youth.unit.id] }))).toBe('link.carrier')
    expect(codeOf(await above.put('/carriers', { units: [farmers.unit.id, women.unit.id] }))).toBe('done')
  })
})

describe('targets that are given down', () => {
  test('the same value is the superior’s own, and follows it', async () => {
    const { above, plan, target } = await aGivenTarget()
    const given = async () => (await plan.links()).received[0]?.allotment?.given ?? {}
    expect(numbersOf(await given())).toEqual({ 2026: '100' })
    await above.sets(target.id, { 'value.2026': { quantity: count('120') } })
    expect(numbersOf(await given())).toEqual({ 2026: '120' })
  })

  test('shares by a key add up to the value, and a unit that comes later makes the others smaller', async () => {
    const above = await aLevelPlan(server, front, [aCount('Mô hình', '100')])
    await above.carriedBy(farmers, women, youth)
    const share = { way: 'share', key: 'số hộ' } as const
    const shares = async () =>
      Promise.all([farmers, women, youth].map(async (one) => numbersOf((await above.row(one)).given)))
    await expectOk(
      above.give({
        ...share,
        units: [
          { ...of(farmers), weight: '200' },
          { ...of(women), weight: '100' },
        ],
      }),
    )
    expect(await shares()).toEqual([{ 2026: '67' }, { 2026: '33' }, {}])
    await expectOk(above.give({ ...share, units: [{ ...of(youth), weight: '100' }] }))
    expect(await shares()).toEqual([{ 2026: '50' }, { 2026: '25' }, { 2026: '25' }])
    expect((await above.rollUp()).carriers.map((one) => one.keys)).toEqual([
      { 'số hộ': '200' },
      { 'số hộ': '100' },
      { 'số hộ': '100' },
    ])
  })

  test('a value that was typed stays as it was typed', async () => {
    const above = await aLevelPlan(server, front, [aCount('Mô hình', '100')])
    await above.carriedBy(farmers)
    await expectOk(above.give({ way: 'free', units: [{ ...of(farmers), given: { 2026: count('7') } }] }))
    await above.sets(above.targets[0], { 'value.2026': { quantity: count('500') } })
    expect(numbersOf((await above.row(farmers)).given)).toEqual({ 2026: '7' })
  })

  const percentage = () => aTarget('Hộ nghèo', { 2026: percent('5') }, { measure: { kind: 'percent' } })
  const refusals: [string, () => ReturnType<typeof aCount>, (target: TargetId) => object, string][] = [
    [
      'a percentage by shares',
      percentage,
      () => ({ way: 'share', key: 'số hộ', units: [{ ...of(farmers), weight: '1' }] }),
      'target.share',
    ],
    [
      'shares of nothing',
      () => aCount('M', '1'),
      () => ({ way: 'share', key: 'k', units: [{ ...of(farmers), weight: '0' }] }),
      'target.share',
    ],
    [
      'a share without a weight',
      () => aCount('M', '1'),
      () => ({ way: 'share', key: 'k', units: [of(farmers)] }),
      'input.invalid',
    ],
    [
      'a weight below zero',
      () => aCount('M', '1'),
      () => ({ way: 'share', key: 'k', units: [{ ...of(farmers), weight: '-1' }] }),
      'input.invalid',
    ],
    [
      'a share without a key',
      () => aCount('M', '1'),
      () => ({ way: 'share', units: [{ ...of(farmers), weight: '1' }] }),
      'input.invalid',
    ],
    [
      'a typed way without a value',
      () => aCount('M', '1'),
      () => ({ way: 'free', units: [of(farmers)] }),
      'input.invalid',
    ],
    [
      'a percentage for a count',
      () => aCount('M', '1'),
      () => ({ way: 'free', units: [{ ...of(farmers), given: { 2026: percent('5') } }] }),
      'target.measure',
    ],
    [
      'to a unit that does not carry the plan out',
      () => aCount('M', '1'),
      () => ({ way: 'same', units: [of(women)] }),
      'link.unit',
    ],
    [
      'to one unit twice',
      () => aCount('M', '1'),
      () => ({ way: 'same', units: [of(farmers), of(farmers)] }),
      'input.invalid',
    ],
    [
      'a target that is not the plan’s',
      () => aCount('M', '1'),
      () => ({ way: 'same', targets: [newId<TargetId>()], units: [of(farmers)] }),
      'target.gone',
    ],
  ]
  test.each(refusals)('what cannot be given: %s', async (_, target, giving, code) => {
    const one = target()
    const above = await aLevelPlan(server, front, [one])
    await above.carriedBy(farmers)
    expect(codeOf(await above.put('/allotments', { targets: [one.id], note: '', ...giving(one.id) }))).toBe(code)
  })

  test('given again it replaces what was given, and taken back it serves by itself', async () => {
    const { above, plan, target } = await aGivenTarget()
    await expectOk(plan.answers({ superior: target.id }))
    await expectOk(above.give({ way: 'free', units: [{ ...of(farmers), given: { 2026: count('9') } }] }))
    expect(await above.row(farmers)).toMatchObject({ way: 'free', isStale: true })
    await expectOk(above.put('/allotments/take-back', { targets: [target.id], units: [farmers.unit.id] }, 'POST'))
    expect(await above.row(farmers)).toMatchObject({ way: null, answer: 'served', isStale: false, given: {} })
    expect((await plan.links()).received).toMatchObject([{ allotment: null, answer: 'served', stale: null }])
  })
})

describe('answers', () => {
  test('a value that is taken stands in a new target of the plan, with all that was said of it', async () => {
    const { above, plan, target } = await aGivenTarget({ frequency: 'year' })
    expect((await plan.links()).received).toMatchObject([{ answer: 'waiting', target: null, stale: null }])
    await expectOk(plan.answers({ superior: target.id }))
    const [own] = await ownTargets(plan)
    expect(own).toMatchObject({
      ...{ name: 'Mô hình', method: 'sum', frequency: 'year', responsible: farmers.unit.id },
      ...{ measure: target.measure, values: { 2026: { quantity: count('100') } } },
    })
    expect((await plan.links()).received).toMatchObject([{ answer: 'accepted', target: own?.id, stale: null }])
    expect(numbersOf((await above.row(farmers)).values)).toEqual({ 2026: '100' })
  })

  test('a value is taken into a target that the plan has already', async () => {
    const { above, target } = await aGivenTarget()
    const own = aCount('Mô hình của Hội', '60', { note: 'giữ lại' })
    const plan = await replaced(above, own)
    await expectOk(plan.answers({ superior: target.id, target: own.id }))
    expect(await ownTargets(plan)).toMatchObject([
      { id: own.id, name: 'Mô hình của Hội', note: 'giữ lại', values: { 2026: { quantity: count('100') } } },
    ])
  })

  test('another value comes with its reason, and the superior’s lead hears of both', async () => {
    const { above, plan, target } = await aGivenTarget()
    const body = {
      superior: target.id,
      answer: 'countered',
      values: { 2026: count('80') },
      reason: 'Thiếu vốn',
    } as const
    expect(codeOf(await plan.answers({ ...body, reason: ' ' }))).toBe('link.reason')
    await expectOk(plan.answers(body))
    expect(await above.row(farmers)).toMatchObject({ answer: 'countered', reason: 'Thiếu vốn', isStale: false })
    expect(numbersOf((await above.row(farmers)).values)).toEqual({ 2026: '80' })
    const { body: page } = await expectOk(front.lead.send('GET', '/api/notifications'))
    expect((page as { items: unknown[] }).items[0]).toMatchObject({
      ...{ kind: 'link.answered', plan: above.id },
      detail: { answer: 'countered', reason: 'Thiếu vốn', target: 'Mô hình', unit: 'Đơn vị HND' },
    })
  })

  test('years outside the plan’s own period are not written', async () => {
    const target = aTarget('Mô hình', { 2026: count('1'), 2031: count('6') }, { method: 'sum' })
    const { above, below } = await aPair(server, { above: front, below: [farmers] }, [target])
    await expectOk(above.give({ units: [of(farmers)] }))
    await expectOk(below[0]?.answers({ superior: target.id }) ?? Promise.reject(new Error('no plan')))
    expect(numbersOf((await above.row(farmers)).values)).toEqual({ 2026: '1' })
    expect((await above.row(farmers)).isStale).toBe(false)
  })

  test('a superior’s change makes the link stale, says what was and is, and writes nothing below', async () => {
    const { above, plan, target } = await aGivenTarget()
    await expectOk(plan.answers({ superior: target.id }))
    const before = Date.now()
    await above.sets(target.id, { 'value.2026': { quantity: count('130') } })
    const [link] = (await plan.links()).received
    expect(numbersOf(link?.stale?.before ?? {})).toEqual({ 2026: '100' })
    expect(numbersOf(link?.stale?.now ?? {})).toEqual({ 2026: '130' })
    expect(link?.stale).toMatchObject({ by: 'Chủ trì MTTQ' })
    expect(link?.stale?.since).toBeGreaterThanOrEqual(before)
    expect((await ownTargets(plan))[0]?.values).toEqual({ 2026: { quantity: count('100') } })
    expect(await above.row(farmers)).toMatchObject({ isStale: true })
  })

  test('what turned stale is taken, or kept with a reason', async () => {
    const { above, plan, target } = await aGivenTarget()
    await expectOk(plan.answers({ superior: target.id }))
    await above.sets(target.id, { 'value.2026': { quantity: count('130') } })
    await expectOk(plan.answers({ superior: target.id }))
    expect((await plan.links()).received).toMatchObject([{ answer: 'accepted', stale: null }])
    expect(await ownTargets(plan)).toMatchObject([{ values: { 2026: { quantity: count('130') } } }])
    await above.sets(target.id, { 'value.2026': { quantity: count('200') } })
    expect(codeOf(await plan.answers({ superior: target.id, answer: 'kept' }))).toBe('link.reason')
    await expectOk(plan.answers({ superior: target.id, answer: 'kept', reason: 'Đủ rồi' }))
    expect((await plan.links()).received).toMatchObject([{ answer: 'kept', reason: 'Đủ rồi', stale: null }])
    expect(await ownTargets(plan)).toMatchObject([{ values: { 2026: { quantity: count('130') } } }])
  })

  test('a superior that goes back to what was seen is stale no more', async () => {
    const { above, plan, target } = await aGivenTarget()
    await expectOk(plan.answers({ superior: target.id }))
    await above.sets(target.id, { 'value.2026': { quantity: count('130') } })
    await above.sets(target.id, { 'value.2026': { quantity: count('100') } })
    expect((await plan.links()).received).toMatchObject([{ stale: null }])
  })

  test('the lead below hears once of a change, until there is an answer', async () => {
    const { above, plan, target } = await aGivenTarget()
    await expectOk(plan.answers({ superior: target.id }))
    const changes = async () => {
      const { body } = await expectOk(farmers.lead.send('GET', '/api/notifications'))
      const { items } = body as { items: { kind: string; plan: PlanId }[] }
      return items.filter((one) => one.kind === 'link.changed' && one.plan === plan.id).length
    }
    for (const number of ['130', '140', '100', '150']) {
      await above.sets(target.id, { 'value.2026': { quantity: count(number) } })
    }
    expect(await changes()).toBe(1)
    await expectOk(plan.answers({ superior: target.id }))
    await above.sets(target.id, { 'value.2026': { quantity: count('160') } })
    expect(await changes()).toBe(2)
  })

  test('an issued plan takes no other value, but its lead says that it keeps its own', async () => {
    const { above, plan, target } = await aGivenTarget()
    await expectOk(plan.answers({ superior: target.id }))
    await issue(plan)
    await above.sets(target.id, { 'value.2026': { quantity: count('130') } })
    const more = { superior: target.id, reason: 'Đã ban hành', values: { 2026: count('1') } }
    expect(codeOf(await plan.answers({ ...more, answer: 'accepted' }))).toBe('plan.issued')
    expect(codeOf(await plan.answers({ ...more, answer: 'countered' }))).toBe('plan.issued')
    expect(codeOf(await plan.answers({ ...more, answer: 'kept' }))).toBe('done')
    expect((await plan.links()).received).toMatchObject([{ answer: 'kept', stale: null }])
  })

  test('the same answer twice is one', async () => {
    const { plan, target } = await aGivenTarget()
    const body = { command: newId<ChangeId>(), superior: target.id }
    await Promise.all([plan.answers(body), plan.answers(body)].map(expectOk))
    expect(await ownTargets(plan)).toHaveLength(1)
  })

  test('of two leads who answer at once one is heard, and the plan has one target of it', async () => {
    const { above, plan, target } = await aGivenTarget()
    const other = { answer: 'countered', values: { 2026: count('90') }, reason: 'Lý do' } as const
    const answers = await Promise.all([
      plan.answers({ superior: target.id }),
      plan.answers({ superior: target.id, ...other }),
    ])
    expect(answers.map(codeOf).sort()).toEqual(['done', 'plan.changed'])
    const [own, ...more] = await ownTargets(plan)
    expect(more).toEqual([])
    expect((await plan.links()).received).toMatchObject([
      { target: own?.id, answer: (await above.row(farmers)).answer },
    ])
  })

  test.each<[string, (above: LevelPlan) => Promise<unknown>]>([
    ['the superior changed', (above) => above.sets(above.targets[0], { 'value.2026': { quantity: count('120') } })],
    [
      'something else was given',
      (above) => expectOk(above.give({ way: 'free', units: [{ ...of(farmers), given: { 2026: count('120') } }] })),
    ],
  ])('whoever answers a value that they saw is refused where %s meanwhile', async (_, change) => {
    const { above, plan, target } = await aGivenTarget()
    const [seen, now] = [{ 2026: count('100') }, { 2026: count('120') }]
    await expectOk(plan.answers({ superior: target.id, seen }))
    await change(above)
    for (const answer of ['accepted', 'countered', 'kept'] as const) {
      const body = { answer, reason: 'Lý do', values: seen, superior: target.id, seen }
      expect(codeOf(await plan.answers(body))).toBe('plan.changed')
    }
    expect((await plan.links()).received).toMatchObject([{ answer: 'accepted', stale: { before: seen, now } }])
    await expectOk(plan.answers({ superior: target.id, seen: now }))
    expect(numbersOf((await above.row(farmers)).values)).toEqual({ 2026: '120' })
  })

  test('an answer that is refused leaves neither cell nor record', async () => {
    const { above, target } = await aGivenTarget()
    const own = aTarget('Hộ nghèo', { 2026: percent('5') }, { measure: { kind: 'percent' } })
    const plan = await replaced(above, own)
    expect(codeOf(await plan.answers({ superior: target.id, target: own.id }))).toBe('target.measure')
    expect(await ownTargets(plan)).toMatchObject([{ values: { 2026: { quantity: percent('5') } } }])
    expect((await plan.links()).received).toMatchObject([{ answer: 'waiting' }])
  })

  const faults: [string, (plan: LevelPlan, target: TargetId) => Partial<AnswerBody>, string][] = [
    ['without a target or a part', (_, superior) => ({ superior, part: undefined }), 'link.target'],
    ['into a target that there is not', (_, superior) => ({ superior, target: newId<TargetId>() }), 'target.gone'],
    ['into a part of another plan', (_, superior) => ({ superior, part: newId<PartId>() }), 'not.found'],
    [
      'with another value that is not said',
      (_, superior) => ({ superior, answer: 'countered', reason: 'Lý do' }),
      'input.invalid',
    ],
    ['to a target that there is not', () => ({ superior: newId<TargetId>() }), 'target.gone'],
    ['that keeps what there is not', (_, superior) => ({ superior, answer: 'kept', reason: 'Lý do' }), 'link.target'],
  ]
  test.each(faults)('an answer %s is refused', async (_, body, code) => {
    const { plan, target } = await aGivenTarget()
    expect(codeOf(await plan.answers(body(plan, target.id)))).toBe(code)
  })

  test('a target that was not given is not answered, and a plan without a superior answers nothing', async () => {
    const { above, below } = await aPair(server, { above: front, below: [farmers] }, [aCount('Mô hình', '1')])
    const [plan] = below
    expect(
      codeOf(
        (await plan?.answers({ superior: above.targets[0] })) ?? { status: 0, headers: new Headers(), body: null },
      ),
    ).toBe('link.given')
    const alone = await aLevelPlan(server, farmers)
    expect(codeOf(await alone.answers({ superior: above.targets[0] }))).toBe('link.none')
  })

  test.each([
    ['the target is deleted', async (above: LevelPlan) => above.sets(above.targets[0], { deletedAt: 1 })],
    ['its part is deleted', async (above: LevelPlan) => above.setGone(true)],
  ])('where %s above, the link says so and takes no answer', async (_, remove) => {
    const { above, plan, target } = await aGivenTarget()
    await expectOk(plan.answers({ superior: target.id }))
    await remove(above)
    const [link] = (await plan.links()).received
    expect(link).toMatchObject({ superior: { id: target.id, name: 'Mô hình', isGone: true }, stale: null })
    expect(codeOf(await plan.answers({ superior: target.id }))).toBe('target.gone')
    expect((await above.rollUp()).targets).toEqual([])
  })
})

describe('targets that serve by themselves', () => {
  const served = async () => {
    const superior = [aCount('Mô hình', '100'), aCount('Câu lạc bộ', '50')]
    const above = await aLevelPlan(server, front, superior)
    await above.carriedBy(farmers)
    const plan = await aLevelPlan(server, farmers, [aCount('Vườn mẫu', '40'), aCount('Chi hội', '30')])
    await expectOk(plan.names(above.id))
    return { above, plan }
  }

  test('a target serves a superior one without being given, and no more', async () => {
    const { above, plan } = await served()
    expect((await plan.links()).open).toHaveLength(2)
    const serves = { target: plan.targets[0], superior: above.targets[0] }
    await expectOk(plan.put('/serves', serves))
    expect(await plan.links()).toMatchObject({
      received: [{ answer: 'served', allotment: null, target: plan.targets[0] }],
      open: [{}],
    })
    expect(numbersOf((await above.row(farmers)).values)).toEqual({ 2026: '40' })
    await expectOk(plan.put('/serves', { ...serves, superior: null }))
    expect((await above.row(farmers)).values).toEqual({})
  })

  test('one target serves one superior target, and one only', async () => {
    const { above, plan } = await served()
    await expectOk(plan.put('/serves', { target: plan.targets[0], superior: above.targets[0] }))
    expect(codeOf(await plan.put('/serves', { target: plan.targets[0], superior: above.targets[1] }))).toBe(
      'link.serves',
    )
    expect(codeOf(await plan.put('/serves', { target: plan.targets[1], superior: above.targets[0] }))).toBe(
      'link.serves',
    )
    await plan.sets(plan.targets[0], { deletedAt: 1 })
    expect(codeOf(await plan.put('/serves', { target: plan.targets[1], superior: above.targets[0] }))).toBe('done')
    expect(numbersOf((await above.row(farmers)).values)).toEqual({ 2026: '30' })
  })

  test('what is given down later still waits for an answer', async () => {
    const { above, plan } = await served()
    await expectOk(plan.put('/serves', { target: plan.targets[0], superior: above.targets[0] }))
    await expectOk(above.give({ targets: [above.targets[0] ?? newId()], units: [of(farmers)] }))
    expect((await plan.links()).received).toMatchObject([{ answer: 'waiting', target: plan.targets[0], stale: null }])
    await expectOk(plan.answers({ superior: above.targets[0], part: undefined }))
    expect(numbersOf((await above.row(farmers)).values)).toEqual({ 2026: '100' })
  })

  test('where the superior changes, who serves it by themselves decides too', async () => {
    const { above, plan } = await served()
    await expectOk(plan.put('/serves', { target: plan.targets[0], superior: above.targets[0] }))
    await above.sets(above.targets[0], { 'value.2026': { quantity: count('70') } })
    expect((await plan.links()).received).toMatchObject([{ answer: 'served', stale: {} }])
    await expectOk(plan.answers({ superior: above.targets[0], answer: 'kept', reason: 'Vẫn thế' }))
    expect((await plan.links()).received).toMatchObject([{ answer: 'kept', stale: null }])
  })
})

describe('what a unit sees of another plan', () => {
  test('the value and the link, and nothing else', async () => {
    const { plan } = await aGivenTarget()
    const links = await plan.links()
    expect(Object.keys(links).sort()).toEqual(['count', 'offers', 'open', 'received', 'superior'])
    expect(Object.keys(links.superior ?? {}).sort()).toEqual(['mayOpen', 'plan', 'stage', 'subject', 'type', 'unit'])
    const { body } = await expectOk(farmers.lead.send('GET', `/api/plans/${plan.id}/links`))
    const [received] = (body as { received: Record<string, object>[] }).received
    expect(Object.keys(received ?? {}).sort()).toEqual(
      ['allotment', 'answer', 'answeredAt', 'answeredBy', 'reason', 'stale', 'superior', 'target'].sort(),
    )
    expect(Object.keys(received?.['superior'] ?? {}).sort()).toEqual(
      ['frequency', 'id', 'isGone', 'measure', 'name', 'values'].sort(),
    )
    expect(Object.keys(received?.['allotment'] ?? {}).sort()).toEqual(['at', 'by', 'given', 'key', 'note', 'way'])
  })

  test('of targets that were not given the plan below sees the name, and values only who may open the superior', async () => {
    const { above, below } = await aPair(server, { above: front, below: [farmers] }, [aCount('Mô hình', '100')])
    const values = async () => (await below[0]?.links())?.open.map(({ name, values }) => [name, values])
    expect(await values()).toEqual([['Mô hình', {}]])
    await expectOk(above.put('/roles', { holder: farmers.unit.id, role: 'reader' }))
    expect(await values()).toEqual([['Mô hình', { 2026: count('100') }]])
  })

  test('the superior sees of a plan below what it says of the target, and not the plan', async () => {
    const { above, plan, target } = await aGivenTarget()
    await expectOk(plan.answers({ superior: target.id }))
    expect((await above.rollUp()).carriers).toMatchObject([{ plan: { id: plan.id, mayOpen: false } }])
    expect((await front.lead.send('GET', `/api/plans/${plan.id}`)).status).toBe(404)
    expect(Object.keys(await above.row(farmers)).sort()).toEqual(
      ['answer', 'gathered', 'given', 'isStale', 'reason', 'results', 'unit', 'values', 'way', 'weight'].sort(),
    )
  })

  test.each([
    ['GET', '/links', undefined],
    ['GET', '/roll-up', undefined],
    ['GET', '/results', undefined],
    ['PUT', '/superior', { superior: null }],
    ['PUT', '/carriers', { units: [] }],
    ['PUT', '/allotments', { targets: [newId()], way: 'same', units: [{ unit: newId() }], note: '' }],
    ['POST', '/allotments/take-back', { targets: [newId()], units: [newId()] }],
    ['POST', '/answers', { command: newId(), superior: newId(), answer: 'accepted', reason: '' }],
    ['PUT', '/serves', { target: newId(), superior: null }],
    ['PUT', '/results', { target: newId(), period: '2026', value: null, note: '', document: '' }],
    ['GET', `/links/${newId()}/${newId()}/history`, undefined],
  ])('%s %s of a plan that is not one’s own is answered like one that there is not', async (method, path, body) => {
    const { above } = await aGivenTarget()
    const foreign = await women.lead.send(method, `/api/plans/${above.id}${path}`, body)
    const unknown = await women.lead.send(method, `/api/plans/${newId()}${path}`, body)
    expect(foreign.status).toBe(404)
    expect(foreign.body).toEqual(unknown.body)
  })

  test('the history of a link is open to readers above and to the lead below', async () => {
    const { above, plan, target } = await aGivenTarget()
    await expectOk(
      plan.answers({ superior: target.id, answer: 'countered', values: { 2026: count('5') }, reason: 'Ít vốn' }),
    )
    const path = `/api/plans/${above.id}/links/${target.id}/${farmers.unit.id}/history`
    for (const office of [front, farmers]) {
      const { body } = await expectOk(office.lead.send('GET', path))
      expect(body).toMatchObject([
        { kind: 'countered', by: 'Chủ trì HND', reason: 'Ít vốn', values: { 2026: count('5') } },
        { kind: 'given', by: 'Chủ trì MTTQ', values: { 2026: count('100') } },
      ])
    }
    expect((await women.lead.send('GET', path)).status).toBe(404)
  })
})

test('each change stands in the audit trail of its plan', async () => {
  const { above, plan, target } = await aGivenTarget()
  await expectOk(plan.answers({ superior: target.id }))
  await expectOk(above.put('/allotments/take-back', { targets: [target.id], units: [farmers.unit.id] }, 'POST'))
  const actions = async ({ id, lead }: LevelPlan) => {
    const { body } = await expectOk(lead.send('GET', `/api/plans/${id}/audit`))
    return (body as { entries: { action: string }[] }).entries.map((one) => one.action)
  }
  expect(await actions(above)).toEqual(['targets.taken', 'targets.given', 'carriers.set', 'plan.created'])
  expect(await actions(plan)).toEqual(['link.answered', 'link.named', 'plan.created'])
})

test('who is asked to carry a plan out, or is given targets, hears of it', async () => {
  const office = await anOffice(server, 'CCB')
  const above = await aLevelPlan(server, front, [aCount('Mô hình', '1'), aCount('Chi hội', '2', { order: 'a1' })])
  await above.carriedBy(office)
  const plan = await aLevelPlan(server, office)
  await expectOk(plan.names(above.id))
  await expectOk(above.give({ units: [of(office)], note: 'Trước 30/11' }))
  const { body } = await expectOk(office.lead.send('GET', '/api/notifications'))
  expect((body as { items: unknown[] }).items).toMatchObject([
    { kind: 'target.given', plan: plan.id, detail: { target: 'Mô hình', targets: 2, note: 'Trước 30/11' } },
    { kind: 'plan.offered', plan: above.id, detail: { unit: 'Đơn vị CCB' } },
  ])
})

test('what is answered has the shapes that screens read', async () => {
  const { above, plan } = await aGivenTarget()
  const { body: links } = await expectOk(farmers.lead.send('GET', `/api/plans/${plan.id}/links`))
  const { body: rolledUp } = await expectOk(front.lead.send('GET', `/api/plans/${above.id}/roll-up`))
  expect(planLinks.parse(links)).toEqual(links)
  expect(planRollUp.parse(rolledUp)).toEqual(rolledUp)
})

async function issue(plan: LevelPlan): Promise<void> {
  const { query } = server.running.database
  await query.updateTable('plans').set({ stage: 'issued' }).where('id', '=', plan.id).execute()
}

async function ownTargets(plan: LevelPlan) {
  return readTargets(await server.running.sync.readDocument(partDocument(plan.part)))
}

/** Another plan of the farmers in the place of the one that carries this one out. */
async function replaced(above: LevelPlan, own: ReturnType<typeof aCount>): Promise<LevelPlan> {
  const { carriers } = await above.rollUp()
  const before = carriers[0]?.plan?.id
  await expectOk(farmers.lead.send('PUT', `/api/plans/${before}/superior`, { superior: null }))
  const plan = await aLevelPlan(server, farmers, [own])
  await expectOk(plan.names(above.id))
  return plan
}
