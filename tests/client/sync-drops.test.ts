// @vitest-environment node
/** Several devices, random edits, drops, crashes, reloads and refusals. A failing seed goes into `seeds` for good. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { partDocument } from '@soanchung/shared/plan/documents.ts'
import type { OpenedPlan } from '../../client/src/sync/open-plan.svelte.ts'
import {
  bodyText,
  type Device,
  documentOf,
  parts,
  PlanServer,
  textOf,
  until,
  untilLoaded,
  untilSaved,
} from './sync-support.ts'

let server: PlanServer
let desks: Desk[] = []

/** A person at one device: the tabs that are open, and every word that was typed there. */
interface Desk {
  device: Device
  tabs: OpenedPlan[]
  words: string[]
}

beforeEach(async () => {
  server = await PlanServer.start()
  desks = []
})

afterEach(() => server.stop())

function randomFrom(seed: number) {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return {
    below: (limit: number) => Math.floor(next() * limit),
    pick: <Item>(items: readonly Item[]) => items[Math.floor(next() * items.length)]!,
  }
}
type Random = ReturnType<typeof randomFrom>

async function newDesk(): Promise<Desk> {
  const device = server.device()
  const desk = { device, tabs: [await device.open(), await device.open()], words: [] }
  desks.push(desk)
  await untilLoaded(...desk.tabs)
  return desk
}

/** Words end with a full stop and are only put between words, so that each can be found again. */
function typeWord(desk: Desk, random: Random): void {
  const { plan } = random.pick(desk.tabs)
  const part = plan.part(random.pick(parts))
  if (!part.loaded || !part.mayWrite || textOf(part.document) === '') return
  const word = `${desks.indexOf(desk)}w${desk.words.length}.`
  const places = [...textOf(part.document).matchAll(/\./g)].map(({ index }) => index + 1)
  bodyText(part.document).insert(random.pick(places), word)
  desk.words.push(word)
}

async function reload(desk: Desk): Promise<void> {
  await desk.device.close()
  desk.tabs = [await desk.device.open(), await desk.device.open()]
}

async function step(random: Random, refuses: boolean): Promise<void> {
  const desk = random.pick(desks)
  const what = random.below(40)
  if (what < 28) typeWord(desk, random)
  else if (what < 31) desk.device.goOffline()
  else if (what < 34) desk.device.goOnline()
  else if (what === 34) server.dropAll()
  else if (what === 35) server.crash()
  else if (what === 36) server.closeDocument(partDocument(random.pick(parts)), 'storage.failed')
  else if (what === 37) await reload(desk)
  else if (what === 38 && refuses)
    server.refuse = (name) => (name === partDocument(parts[0]!) ? 'update.invalid' : null)
  else server.refuse = () => null
  if (random.below(3) === 0) await new Promise((resolve) => setImmediate(resolve))
}

function lost(desk: Desk): string[] {
  const kept = [
    ...parts.map((part) => server.text(part)),
    ...desk.tabs.flatMap(({ drafts }) => drafts.map(({ state }) => textOf(documentOf(state)))),
  ]
  return desk.words.filter((word) => !kept.some((text) => text.includes(word)))
}

/** `saved` must be true whenever it is shown. */
function expectTruth(): void {
  for (const desk of desks) {
    if (desk.tabs.every(({ save }) => save.where === 'saved')) expect(lost(desk)).toEqual([])
  }
}

async function run(seed: number, refuses: boolean): Promise<void> {
  const random = randomFrom(seed)
  for (let count = 0; count < 3; count += 1) await newDesk()
  for (let count = 0; count < 150; count += 1) {
    await step(random, refuses)
    await Promise.resolve()
    expectTruth()
  }
  server.refuse = () => null
  for (const { device } of desks) device.goOnline()
  const tabs = desks.flatMap((desk) => desk.tabs)
  await Promise.all(tabs.map(untilSaved))
  await until(() =>
    tabs.every(({ plan }) => parts.every((part) => textOf(plan.part(part).document) === server.text(part))),
  )
  for (const desk of desks) {
    expect(lost(desk)).toEqual([])
    expect(desk.words.filter((word) => timesOnServer(word) > 1)).toEqual([])
  }
}

function timesOnServer(word: string): number {
  return parts.reduce((count, part) => count + server.text(part).split(word).length - 1, 0)
}

/** `SYNC_SEEDS=7,8` runs others. */
const seeds = process.env['SYNC_SEEDS']?.split(',').map(Number) ?? [1, 2, 3, 4, 5, 6]

test.each(seeds)('drops, crashes and reloads lose nothing and double nothing (seed %i)', (seed) => run(seed, false))

test.each(seeds)('with refusals every word is on the server or in a draft (seed %i)', (seed) => run(seed, true))
