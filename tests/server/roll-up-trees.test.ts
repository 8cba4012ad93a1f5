import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PlanId, TargetId } from '@soanchung/shared/ids.ts'
import { outlineDocument, partDocument } from '@soanchung/shared/plan/documents.ts'
import { readOutline } from '@soanchung/shared/plan/outline.ts'
import { isLiving, readTargets, rollUpMethods, type Target } from '@soanchung/shared/targets/register.ts'
import { aCount, aLevelPlan, anOffice, count, type LevelPlan, type Office } from '../support/linked-plans.ts'
import { gatheredOf, plainly, statedOf, type PlainTarget } from '../support/plain-roll-up.ts'
import { announcedSeed, seededRandom, type Random } from '../support/random.ts'
import { expectOk, startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let offices: Office[]

beforeAll(async () => {
  server = await startServer()
  offices = []
  for (const symbol of ['TỈNH', 'XÃ A', 'XÃ B', 'HND', 'HPN', 'ĐTN', 'CCB'])
    offices.push(await anOffice(server, symbol))
})
afterAll(() => server.stop())

const pick = <One>(random: Random, all: readonly One[]): One => {
  const one = all[random.below(all.length)]
  if (one === undefined) throw new Error('nothing to choose from')
  return one
}

/** Two targets with chance values; the orders keep them apart. */
function someTargets(random: Random): Target[] {
  return ['a0', 'a1'].map((order) => {
    const number = String(random.below(200))
    return aCount(`Chỉ tiêu ${order}`, number, { order, method: pick(random, rollUpMethods) })
  })
}

/** One plan on top, two below, and two below each of these; each serves or was given what chance wants. */
async function aRandomTree(random: Random): Promise<{ plans: LevelPlan[]; superiors: Map<PlanId, LevelPlan> }> {
  const plans: LevelPlan[] = []
  const superiors = new Map<PlanId, LevelPlan>()
  for (const [index, office] of offices.entries()) {
    const plan = await aLevelPlan(server, office, someTargets(random))
    plans.push(plan)
    const superior = index === 0 ? undefined : plans[Math.floor((index - 1) / 2)]
    if (superior === undefined) continue
    superiors.set(plan.id, superior)
    const before = (await superior.rollUp()).carriers.map((one) => one.unit)
    await expectOk(superior.put('/carriers', { units: [...before, office.unit.id] }))
    await expectOk(plan.names(superior.id))
    for (const [row, target] of plan.targets.entries()) {
      const weight = random.below(3) === 0 ? null : String(1 + random.below(9))
      if (random.below(4) > 0) await plan.put('/serves', { target, superior: superior.targets[row], weight })
    }
  }
  return { plans, superiors }
}

/** Somebody does something, as people do. */
async function doSomething(
  random: Random,
  { plans, superiors }: Awaited<ReturnType<typeof aRandomTree>>,
): Promise<void> {
  const plan = pick(random, plans)
  const target = pick(random, plan.targets)
  const superior = superiors.get(plan.id)
  const above = superior === undefined ? undefined : pick(random, superior.targets)
  switch (random.below(8)) {
    case 0:
    case 1:
      return await plan.sets(target, { 'value.2026': { quantity: count(String(random.below(200))) } })
    case 2:
      return await plan.sets(target, { 'value.2026': { typed: '' } })
    case 3:
      return await plan.sets(target, { deletedAt: random.below(2) === 0 ? 1 : null })
    case 4:
      return await plan.setGone(random.below(2) === 0)
    case 5:
      return await plan.sets(target, { method: pick(random, rollUpMethods) })
    case 6:
      await plan.put('/serves', { target, superior: random.below(3) === 0 ? null : above })
      return
    case 7:
      await superior?.give({ targets: above === undefined ? [] : [above], units: [{ unit: plan.unit.id }] })
      await plan.answers({ superior: above, target })
  }
}

/** What each living target has by the documents and the records of links, without anything that is kept. */
async function plainTargets(plans: readonly LevelPlan[]): Promise<Map<TargetId, PlainTarget>> {
  const own = new Map<TargetId, { plan: PlanId; target: Target }>()
  for (const plan of plans) {
    const outline = readOutline(await server.running.sync.readDocument(outlineDocument(plan.id)))
    if (!outline.inOrder.some(({ id }) => id === plan.part)) continue
    const document = await server.running.sync.readDocument(partDocument(plan.part))
    for (const target of readTargets(document).filter(isLiving)) own.set(target.id, { plan: plan.id, target })
  }
  const { query } = server.running.database
  const records = await query.selectFrom('contributions').selectAll().execute()
  const made = new Map<TargetId, PlainTarget>()
  const make = (id: TargetId): PlainTarget | null => {
    const found = own.get(id)
    if (found === undefined) return null
    const cell = found.target.values['2026']
    const below = records
      .filter((one) => one.superior_target === id && one.superior_id === found.plan)
      .flatMap(({ target_id, weight }) => {
        const target = make(target_id)
        return target === null ? [] : [{ target, weight: weight === null ? null : Number(weight) }]
      })
    const value = cell !== undefined && 'quantity' in cell ? Number(cell.quantity.numbers[0]) : null
    const plain = { method: found.target.method, value, below }
    made.set(id, plain)
    return plain
  }
  for (const id of own.keys()) make(id)
  return made
}

const silent = { quantity: null, counted: 0, left: 0 }

async function expectAsWithAPencil(plans: readonly LevelPlan[], round: string): Promise<void> {
  const plain = await plainTargets(plans)
  for (const plan of plans.slice(0, 3)) {
    const { targets } = await plan.rollUp()
    expect(
      targets.map((one) => one.target),
      round,
    ).toEqual(plan.targets.filter((id) => plain.has(id)))
    for (const { target, years } of targets) {
      const { stated, gathered } = years['2026'] ?? { stated: silent, gathered: silent }
      const one = plain.get(target)
      if (one === undefined) throw new Error(`${round}: ${target} is gone`)
      if (years['2026'] === undefined) {
        // Nobody says anything of the year, so there is nothing to count.
        expect(
          [one.value, ...one.below.map((low) => low.target.value)].every((value) => value === null),
          round,
        ).toBe(true)
        continue
      }
      expect(plainly(stated), round).toEqual(statedOf(one))
      expect(plainly(gathered), round).toEqual(gatheredOf(one))
    }
  }
}

test('30 trees of plans that people work on are rolled up as one would do it with a pencil', async () => {
  const seed = announcedSeed('trees of plans')
  const random = seededRandom(seed)
  for (let tree = 0; tree < 30; tree += 1) {
    const made = await aRandomTree(random)
    await expectAsWithAPencil(made.plans, `tree ${tree} at first`)
    for (let step = 0; step < 8; step += 1) {
      await doSomething(random, made)
      await expectAsWithAPencil(made.plans, `tree ${tree}, step ${step}`)
    }
  }
}, 300_000)
