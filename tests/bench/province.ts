/**
 * `node tests/bench/province.ts`: one plan of a province, 120 of its communes, and below each six
 * of its associations, 40 targets a plan: 841 plans on three levels, linked, given and answered.
 * How long the matrix takes to answer, an edit at the bottom to reach a screen at the top, and all
 * roll-ups to be made again from the documents; and what memory that takes.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { chromium, type Page } from '@playwright/test'
import { newId, type PlanId, type TargetId, type UnitId } from '@soanchung/shared/ids.ts'
import type { Actor } from '@soanchung/shared/permissions.ts'
import { outlineDocument, partDocument } from '@soanchung/shared/plan/documents.ts'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import { statelessMessage } from '@soanchung/shared/protocol.ts'
import { registers, writeCells, type RollUpMethod } from '@soanchung/shared/targets/register.ts'
import { insertUnits } from '@soanchung/server/src/units/units.ts'
import type { Tables } from '@soanchung/server/src/storage/tables.ts'
import { addMember } from '@soanchung/server/src/accounts/people.ts'
import playwright from '../e2e/playwright.config.ts'
import { aCount } from '../support/linked-plans.ts'
import { aPart, aPlan } from '../support/plans.ts'
import { announcedSeed, seededRandom } from '../support/random.ts'
import { startServer } from '../support/server.ts'
import { openClient, synced, until, type SyncClient } from '../support/sync-client.ts'
import { aUnitBody } from '../support/units.ts'
import { tableOf, type Row } from './table.ts'

const { values: options } = parseArgs({
  options: {
    communes: { type: 'string', default: '120' },
    associations: { type: 'string', default: '6' },
    targets: { type: 'string', default: '40' },
    edits: { type: 'string', default: '50' },
  },
})
const [communes, associations, targets, edits] = [
  options.communes,
  options.associations,
  options.targets,
  options.edits,
].map(Number) as [number, number, number, number]

const methods: readonly RollUpMethod[] = ['sum', 'sum', 'average', 'min', 'max', 'reached']
const say = (words: string) => void process.stderr.write(`${words}\n`)
const random = seededRandom(announcedSeed('province'))

/** A plan, who leads it, and where it stands. */
interface Level {
  unit: UnitId
  snapshot: PlanSnapshot
  superior: Level | null
}

function aLevel(superior: Level | null): Level {
  const rows = Array.from({ length: targets }, (_, row) =>
    aCount(`Chỉ tiêu số ${row + 1}`, String(100 + random.below(900)), {
      order: `a${String(row).padStart(3, '0')}V`,
      method: methods[row % methods.length] ?? 'sum',
    }),
  )
  const period = { from: 2026, to: 2030 }
  return { unit: newId<UnitId>(), snapshot: aPlan([aPart('Chỉ tiêu', { targets: rows })], { period }), superior }
}

const targetOf = ({ snapshot }: Level, row: number): TargetId => {
  const target = snapshot.parts[0]?.targets[row]
  if (target === undefined) throw new Error(`no target ${row}`)
  return target.id
}

const top = aLevel(null)
const middle = Array.from({ length: communes }, () => aLevel(top))
const low = middle.flatMap((commune) => Array.from({ length: associations }, () => aLevel(commune)))
const all = [top, ...middle, ...low]

const server = await startServer()
const { database, links, plans, registers: rows } = server.running
const person = await server.person({ name: 'Chủ trì' })
const actor: Actor = {
  ...{ userId: person.id, units: all.map((one) => one.unit), administrator: false, scope: 'write' },
}

async function insertAll<Name extends keyof Tables>(table: Name, given: readonly Tables[Name][]): Promise<void> {
  for (let from = 0; from < given.length; from += 500) {
    await database.query
      .insertInto(table)
      .values(given.slice(from, from + 500) as never)
      .execute()
  }
}

say(`${all.length} plans, ${all.length * targets} targets …`)
const began = performance.now()
await database.transaction((transaction) =>
  insertUnits(
    transaction,
    null,
    all.map(({ unit }, index) => ({ id: unit, body: aUnitBody({ symbol: `ĐV${index}` }) })),
  ),
)
for (const { unit } of [top, low[0] ?? top])
  await addMember(database.query, { unit, user: person.id, office: 'Cán bộ' })
for (const { unit, snapshot } of all) {
  const made = await plans.create(actor, new TextEncoder().encode(JSON.stringify({ leadUnit: unit, snapshot })))
  if (!made.ok) throw new Error(made.error.code)
}
const linked = all.flatMap((one) => (one.superior === null ? [] : [{ ...one, superior: one.superior }]))
const by = person.id
await insertAll(
  'plan_carriers',
  linked.map(({ unit, superior }) => ({ plan_id: superior.snapshot.id, unit_id: unit, added_at: 1, added_by: by })),
)
await insertAll(
  'plan_links',
  linked.map(({ snapshot, superior }) => ({
    ...{ plan_id: snapshot.id, superior_id: superior.snapshot.id, linked_at: 1, linked_by: by },
  })),
)
const pairs = linked.flatMap((one) =>
  Array.from({ length: targets }, (_, row) => ({
    ...{ one, row, plan: one.superior.snapshot.id, target: targetOf(one.superior, row) },
  })),
)
await insertAll(
  'allotments',
  pairs.map(({ one, row, plan, target }) => ({
    ...{
      plan_id: plan,
      target_id: target,
      unit_id: one.unit,
      way: row % 2 === 0 ? ('share' as const) : ('same' as const),
    },
    ...{ key: row % 2 === 0 ? 'số hộ' : '', weight: row % 2 === 0 ? String(50 + random.below(500)) : null },
    ...{ given: '{}', note: '', given_at: 1, given_by: by },
  })),
)
await insertAll(
  'contributions',
  pairs.map(({ one, row, plan, target }) => ({
    ...{ plan_id: one.snapshot.id, target_id: targetOf(one, row), superior_id: plan, superior_target: target },
    ...{
      weight: null,
      answer: 'accepted' as const,
      reason: '',
      seen: '{}',
      seen_at: 1,
      answered_at: 1,
      answered_by: by,
    },
  })),
)
await rows.settled()
say(`made in ${Math.round((performance.now() - began) / 1000)} s`)

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
const percentile = (times: readonly number[], part: number) =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN

const documents = await timed(() => rows.rebuild())
const rolled = await timed(() => links.rebuild())
say(`made again: registers ${Math.round(documents)} ms, roll-ups ${Math.round(rolled)} ms`)

const { port, origin } = new URL(server.address)
const clients: SyncClient[] = []
async function open(document: string): Promise<SyncClient> {
  const at = { port: Number(port), origin, epoch: database.epoch }
  const client = openClient(at, { user: person.username, cookie: person.cookie, document })
  clients.push(client)
  return await synced(client)
}
const countsOf = ({ messages }: SyncClient, plan: PlanId): number[] =>
  messages
    .map((message) => statelessMessage.parse(JSON.parse(message)))
    .flatMap((message) => (message.type === 'links' && message.planId === plan ? [message.count] : []))

const matrix: number[] = []
let answered: unknown = null
for (let round = 0; round < 20; round += 1) {
  matrix.push(
    await timed(async () => {
      const { body } = await person.send('GET', `/api/plans/${top.snapshot.id}/roll-up`)
      answered = body
    }),
  )
}

const received: number[] = []
for (let round = 0; round < 20; round += 1) {
  received.push(await timed(() => person.send('GET', `/api/plans/${low[0]?.snapshot.id}/links`)))
}

const screen = await open(outlineDocument(top.snapshot.id))
const editors = await Promise.all((low[0]?.snapshot.parts ?? []).map(({ id }) => open(partDocument(id))))
const reached: number[] = []
for (let edit = 0; edit < edits; edit += 1) {
  // Of what is added up: a smallest or largest value may well stay as it was.
  const row = random.below(Math.floor((targets - 1) / methods.length) + 1) * methods.length
  const [editor] = editors
  if (editor === undefined || low[0] === undefined) throw new Error('an association has a part')
  const target = targetOf(low[0], row)
  // The count of this edit and no other is waited for.
  await rows.settled()
  await wait(300)
  const before = countsOf(screen, top.snapshot.id).length
  reached.push(
    await timed(async () => {
      const quantity = { comparison: '=', numbers: [String(1000 + edit)], measure: { kind: 'count', noun: 'mô hình' } }
      writeCells(editor.doc, registers.targets, target, { 'value.2026': { quantity } })
      await until(() => countsOf(screen, top.snapshot.id).length > before, `edit ${edit} at the top`, 20_000)
    }),
  )
}

/** The matrix as the province's lead sees it: opened anew each time, in the built client. */
async function openOnScreen(page: Page): Promise<number> {
  const start = performance.now()
  await page.getByRole('button', { name: 'Bảng tổng hợp' }).click()
  await page.locator('[data-row="0"] > [data-column="0"] .text').filter({ hasText: /\d/ }).waitFor()
  await page.evaluate(() => new Promise(requestAnimationFrame))
  const took = performance.now() - start
  await page.keyboard.press('Escape')
  await page.getByRole('grid', { name: 'Bảng tổng hợp' }).waitFor({ state: 'detached' })
  return took
}

const browser = await chromium.launch(playwright.use?.launchOptions)
const context = await browser.newContext({ locale: 'vi-VN', viewport: { width: 1440, height: 900 } })
await context.addCookies(
  person.cookie.split('; ').map((pair) => {
    const at = pair.indexOf('=')
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url: server.address }
  }),
)
const page = await context.newPage()
await page.goto(`${server.address}/plans/${top.snapshot.id}`)
await page.getByText('Đã lưu trên máy chủ').first().waitFor()
await page.getByRole('button', { name: 'Liên kết kế hoạch', exact: true }).click()
const opened: number[] = []
for (let round = 0; round < 11; round += 1) opened.push(await openOnScreen(page))
const [first, ...again] = opened
await browser.close()

const table: Row[] = [
  {
    figure: `all rows of registers again (${all.length} plans)`,
    unit: 'ms',
    ours: documents,
    goal: { of: 'figure', most: 60_000 },
  },
  { figure: 'all roll-ups again', unit: 'ms', ours: rolled, goal: { of: 'figure', most: 60_000 } },
  {
    ...{
      figure: `matrix ${communes} × ${targets}, ${Math.round(JSON.stringify(answered).length / 1024)} KB`,
      unit: 'ms, median',
    },
    ...{ ours: percentile(matrix, 0.5), goal: { of: 'figure' as const, most: 200 } },
  },
  { figure: 'matrix', unit: 'ms, p95', ours: percentile(matrix, 0.95), goal: { of: 'figure', most: 1000 } },
  {
    figure: 'matrix on the screen, first opening',
    unit: 'ms',
    ours: first ?? Number.NaN,
    goal: { of: 'figure', most: 1000 },
  },
  {
    ...{ figure: 'matrix on the screen, again', unit: 'ms, p95' },
    ...{ ours: percentile(again, 0.95), goal: { of: 'figure' as const, most: 1000 } },
  },
  { figure: 'what an association was given', unit: 'ms, median', ours: percentile(received, 0.5) },
  { figure: 'edit below → screen at the top', unit: 'ms, median', ours: percentile(reached, 0.5) },
  {
    ...{ figure: 'edit below → screen at the top', unit: 'ms, p95' },
    ...{ ours: percentile(reached, 0.95), goal: { of: 'figure' as const, most: 1000 } },
  },
  { figure: 'memory of server and clients', unit: 'MB', ours: process.memoryUsage().rss / 1024 / 1024 },
]
console.log(tableOf(table))
for (const client of clients) client.close()
await server.stop()
process.exit()
