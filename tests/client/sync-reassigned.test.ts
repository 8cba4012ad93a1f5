// @vitest-environment node
/**
 * Two tabs of a drafter, lines that drop, and a lead who gives the part to others and back: nothing
 * that was typed is lost, and nothing is written while the part is not the drafter's.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PartId, PlanId } from '@soanchung/shared/ids.ts'
import { partDocument } from '@soanchung/shared/plan/documents.ts'
import type { Unit } from '@soanchung/shared/protocol.ts'
import type { OpenedPlan } from '../../client/src/sync/open-plan.svelte.ts'
import { aBlock, aPart, aPlan } from '../support/plans.ts'
import { seededRandom, type Random } from '../support/random.ts'
import { expectOk, giveParts, givePlan, startServer, type TestPerson, type TestServer } from '../support/server.ts'
import { RealDevice } from './real-device.ts'
import { bodyText, documentOf, textOf, until, untilLoaded } from './sync-support.ts'

let server: TestServer
let farmers: Unit
let women: Unit
let lead: TestPerson
let drafter: TestPerson

beforeAll(async () => {
  server = await startServer({ environment: { LOG_LEVEL: 'silent' } })
  ;[farmers, women] = [await server.unit('HND'), await server.unit('HPN')]
  lead = await server.person({ units: [await server.unit('MTTQ')] })
  drafter = await server.person({ units: [farmers] })
})
afterAll(() => server.stop())

class Run {
  readonly words: string[] = []
  /** How many rows the part's log had when it was taken from the drafter; null while it is theirs. */
  takenAt: number | null = null
  readonly random: Random
  readonly plan: PlanId
  readonly part: PartId
  readonly device = new RealDevice(server.address, drafter.cookie)
  tabs: OpenedPlan[] = []

  constructor(seed: number, plan: PlanId, part: PartId) {
    this.random = seededRandom(seed)
    this.plan = plan
    this.part = part
  }

  async openTabs(): Promise<void> {
    this.tabs = [await this.device.open(this.plan), await this.device.open(this.plan)]
  }

  /** Words end with a full stop and are only put between words, so that each can be found again. */
  type(): void {
    const part = this.tabs[this.random.below(2)]?.plan.part(this.part)
    if (part === undefined || !part.loaded || !part.mayWrite || textOf(part.document) === '') return
    const word = `w${this.words.length}.`
    const places = [...textOf(part.document).matchAll(/\./g)].map(({ index }) => index + 1)
    bodyText(part.document).insert(places[this.random.below(places.length)] ?? 0, word)
    this.words.push(word)
  }

  async give(toDrafter: boolean): Promise<void> {
    // What was written meanwhile got through although it must not.
    if (this.takenAt !== null) expect(await this.rows()).toBe(this.takenAt)
    await expectOk(giveParts(lead, this.plan, [this.part], [toDrafter ? farmers.id : women.id]))
    this.takenAt = toDrafter ? null : await this.rows()
  }

  async rows(): Promise<number> {
    const { query } = server.running.database
    const row = await query
      .selectFrom('documents')
      .select('seq')
      .where('name', '=', partDocument(this.part))
      .executeTakeFirst()
    return Number(row?.seq ?? 0)
  }

  async serverText(): Promise<string> {
    return textOf(await server.running.sync.readDocument(partDocument(this.part)))
  }

  async lost(): Promise<string[]> {
    const drafts = this.tabs.flatMap((tab) => tab.drafts.map(({ state }) => textOf(documentOf(state))))
    const kept = [await this.serverText(), ...drafts]
    return this.words.filter((word) => !kept.some((text) => text.includes(word)))
  }
}

async function run(seed: number): Promise<void> {
  const part = aPart('Nhiệm vụ', { blocks: [aBlock('paragraph', 'Mở đầu.')] })
  const { id } = await givePlan(lead, aPlan([part]), [
    { unit: farmers, role: 'drafter' },
    { unit: women, role: 'drafter' },
  ])
  const desk = new Run(seed, id, part.id)
  await desk.give(true)
  await desk.openTabs()
  try {
    await untilLoaded(...desk.tabs)
    for (let step = 0; step < 30; step++) {
      const what = desk.random.below(20)
      if (what < 13) desk.type()
      else if (what < 15) desk.device.goOffline()
      else if (what < 17) desk.device.goOnline()
      else await desk.give(what === 19)
      if (desk.random.below(3) === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    // The last word of the lead: it is another unit's now.
    await desk.give(false)
    desk.device.goOnline()
    await until(() => desk.tabs.every(({ save }) => save.online && save.unsent === 0))
    await until(() => desk.tabs.every(({ plan }) => !plan.part(desk.part).mayWrite))
    expect(await desk.lost(), `seed ${seed}`).toEqual([])
    expect(await desk.rows(), `seed ${seed}`).toBe(desk.takenAt)
    const text = await desk.serverText()
    expect(
      desk.words.filter((word) => text.split(word).length > 2),
      `seed ${seed}`,
    ).toEqual([])
  } finally {
    await desk.device.close()
  }
}

test('who is taken out of the plan while offline finds what they wrote as a draft, after a reload too', async () => {
  const part = aPart('Nhiệm vụ', { blocks: [aBlock('paragraph', 'Mở đầu.')] })
  const { id } = await givePlan(lead, aPlan([part]), [{ unit: farmers, role: 'drafter' }])
  await expectOk(giveParts(lead, id, [part.id], [farmers.id]))
  const device = new RealDevice(server.address, drafter.cookie)
  const tab = await device.open(id)
  await untilLoaded(tab)
  device.goOffline()
  const text = bodyText(tab.plan.part(part.id).document)
  text.insert(text.length, ' Viết lúc mất mạng.')
  await expectOk(lead.send('PUT', `/api/plans/${id}/roles`, { holder: farmers.id, role: null }))
  device.goOnline()

  await until(() => tab.save.code === 'not.found' && tab.save.unsent === 0 && tab.drafts.length === 1)
  expect(tab.drafts.map(({ code, state }) => [code, textOf(documentOf(state))])).toEqual([
    ['not.allowed', 'Mở đầu. Viết lúc mất mạng.'],
  ])
  await device.close()
  const again = await device.open(id)
  expect(again.drafts.map(({ state }) => textOf(documentOf(state)))).toEqual(['Mở đầu. Viết lúc mất mạng.'])
  await device.close()
})

/** `SYNC_SEEDS=7,8` runs others. */
const seeds = process.env['SYNC_SEEDS']?.split(',').map(Number) ?? Array.from({ length: 200 }, (_, at) => at + 1)

test(`${seeds.length} runs of two tabs, lines that drop, and a part that goes to others and comes back`, async () => {
  // A few at once, as people are.
  const waiting = [...seeds]
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) await run(seed)
    }),
  )
}, 300_000)
