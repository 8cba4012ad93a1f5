// @vitest-environment node
import { flushSync } from 'svelte'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as z from 'zod/mini'
import type { TargetId, UnitId } from '@soanchung/shared/ids.ts'
import type { PlanLinks } from '@soanchung/shared/links/links.ts'
import { LinksOfPlan } from '../../client/src/links/plan-links.svelte.ts'
import { aReceived, aRollUp } from '../support/links.ts'
import { fixedId, memoryPlan } from '../support/memory-plan.ts'
import { PlanServer, until, type Device } from './sync-support.ts'

const own = fixedId<TargetId>('t', 1)
const noLinks: PlanLinks = { count: 1, superior: null, offers: [], received: [], open: [] }
const withOne: PlanLinks = { ...noLinks, received: [aReceived({ target: own, answer: 'accepted' })] }

/** What the device keeps, in memory, as `OpenedPlan.facts` gives it. */
function someFacts() {
  const kept = new Map<string, { value: unknown; at: number }>()
  return {
    kept,
    read: <Value>(kind: string, schema: z.ZodMiniType<Value>) => {
      const fact = kept.get(kind)
      const read = schema.safeParse(fact?.value)
      return Promise.resolve(fact !== undefined && read.success ? { value: read.data, at: fact.at } : null)
    },
    keep: (kind: string, value: unknown, at: number) => {
      kept.set(kind, { value, at })
      return Promise.resolve(true)
    },
  }
}

/** The server as far as links ask it; null is a dead line. */
function answering(links: () => PlanLinks | null): string[] {
  const asked: string[] = []
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path)
    const answer = links()
    if (answer === null) return Promise.reject(new TypeError('no network'))
    const body = path.endsWith('/links') ? answer : path.endsWith('/roll-up') ? aRollUp([], []) : []
    return Promise.resolve(Response.json(body))
  })
  return asked
}

const stops: (() => void)[] = []
function open(facts: ReturnType<typeof someFacts>, plan = memoryPlan({ parts: 1 })) {
  const nowhere = () => undefined
  const ways = { toReceived: nowhere, toMatrix: nowhere, toTarget: nowhere, toPicture: nowhere }
  const links = new LinksOfPlan(plan, facts, ways)
  stops.push(links.start())
  return { links, plan }
}

beforeEach(() => {
  vi.stubGlobal('addEventListener', () => undefined)
  vi.stubGlobal('removeEventListener', () => undefined)
  vi.stubGlobal('document', { ...new EventTarget(), addEventListener() {}, removeEventListener() {} })
})

afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  vi.unstubAllGlobals()
})

test('what the server said is kept on the device, with the moment', async () => {
  const facts = someFacts()
  answering(() => withOne)
  const { links } = open(facts)
  await until(() => facts.kept.has('links'))
  expect(links.received.get(own)?.answer).toBe('accepted')
  expect(facts.kept.get('links')).toEqual({ value: withOne, at: links.at })
})

test('without a network the last answer is shown, with its moment and the reason', async () => {
  const facts = someFacts()
  await facts.keep('links', withOne, 1234)
  await facts.keep('roll-up', aRollUp([fixedId<UnitId>('u', 1)], []), 1234)
  answering(() => null)
  const { links } = open(facts)
  await until(() => links.problem !== null)
  expect(links.problem?.code).toBe('network.offline')
  expect(links.at).toBe(1234)
  expect(links.links).toEqual(withOne)
  expect(links.rollUp?.carriers).toHaveLength(1)
})

test('what is kept and cannot be read is as if nothing had been kept', async () => {
  const facts = someFacts()
  await facts.keep('links', { count: 'many' }, 1234)
  answering(() => null)
  const { links } = open(facts)
  await until(() => links.problem !== null)
  expect(links.links).toBeNull()
  expect(links.at).toBe(0)
})

test('the server is asked anew once when it tells of a change', async () => {
  const facts = someFacts()
  let answer = noLinks
  const asked = answering(() => answer)
  const { links, plan } = open(facts)
  await until(() => links.links !== null)
  const before = asked.length
  answer = withOne
  Object.assign(plan, { linksCount: plan.linksCount + 1 })
  plan.changed()
  await until(() => links.received.size === 1)
  flushSync()
  expect(asked.length).toBe(before + 3)
})

test('what was kept is there when the plan is opened again', async () => {
  const server = await PlanServer.start()
  const device: Device = server.device()
  const first = await device.open()
  await first.facts.keep('links', noLinks, 5)
  await device.close()
  const again = await device.open()
  expect(await again.facts.read('links', z.object({ count: z.int() }))).toEqual({ value: { count: 1 }, at: 5 })
  expect(await again.facts.read('roll-up', z.unknown())).toBeNull()
  await server.stop()
})
