import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { RefusalError } from '@soanchung/shared/errors.ts'
import { newId, type ChangeId, type PartId, type PlanId, type TargetId } from '@soanchung/shared/ids.ts'
import type { Figures } from '@soanchung/shared/links/links.ts'
import { outlineDocument, partDocument } from '@soanchung/shared/plan/documents.ts'
import { writeMeta } from '@soanchung/shared/plan/meta.ts'
import { deletePart, restorePart } from '@soanchung/shared/plan/outline.ts'
import type { SnapshotPart } from '@soanchung/shared/plan/snapshot.ts'
import { budgetLine, registers, writeCells, type ValueContent } from '@soanchung/shared/targets/register.ts'
import { createProjection } from '@soanchung/server/src/plans/projection.ts'
import { createRegisterProjection, type RegisterProjection } from '@soanchung/server/src/registers/projection.ts'
import { createLog } from '@soanchung/server/src/storage/log.ts'
import { announcedSeed, seededRandom } from '../support/random.ts'
import { aPart, aPlan, aTarget, percent } from '../support/plans.ts'
import { expectOk, givePlan, startServer, type TestPerson, type TestServer } from '../support/server.ts'
import { acknowledged, openClient, synced, until, type SyncClient } from '../support/sync-client.ts'

let server: TestServer
let lead: TestPerson
const clients: SyncClient[] = []

beforeAll(async () => {
  server = await startServer()
  lead = await server.person({ units: [await server.unit('MTTQ')] })
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.stop()
})

async function open(document: string): Promise<SyncClient> {
  const { port, origin } = new URL(server.address)
  const at = { port: Number(port), origin, epoch: server.running.database.epoch }
  const client = openClient(at, { user: lead.username, cookie: lead.cookie, document })
  clients.push(client)
  return await synced(client)
}

const formula = (text: string): ValueContent => ({ formula: text })
const count = (number: string): ValueContent => ({
  quantity: { comparison: '=', numbers: [number], measure: { kind: 'count', noun: '' } },
})

async function aGivenPlan(...parts: Partial<SnapshotPart>[]) {
  const plan = aPlan(
    parts.map((part, index) => aPart(`Phần ${index}`, part)),
    { period: { from: 2026, to: 2028 } },
  )
  await givePlan(lead, plan)
  const [first, second] = plan.parts
  if (first === undefined || second === undefined) throw new Error('two parts are needed')
  return { plan: plan.id, first: first.id, second: second.id }
}

/** By target: part, figures by year in short, and when they changed. */
async function rowsOf(plan: PlanId) {
  const rows = await server.running.database.query
    .selectFrom('target_values')
    .selectAll()
    .where('plan_id', '=', plan)
    .orderBy('target_id')
    .execute()
  return rows.map((row) => ({ ...row, figures: JSON.parse(row.figures) as Figures }))
}

async function numberOf(plan: PlanId, target: TargetId, year = '2026'): Promise<string | undefined> {
  await server.running.registers.settled()
  const row = (await rowsOf(plan)).find((one) => one.target_id === target)
  return row === undefined ? 'gone' : row.figures[year]?.numbers.join('–')
}

/** A change of one document by the server. */
async function change(document: ReturnType<typeof partDocument>, mutate: (doc: Y.Doc) => void, userId = lead.id) {
  const written = await server.running.sync.writeDocument({
    ...{ actor: null, userId, commandId: newId(), documents: [document] },
    mutate: (documents) => documents.forEach(mutate),
  })
  if (!written.ok) throw new Error(written.error.code)
}

const writeValue = (part: PartId, target: TargetId, value: ValueContent) =>
  change(partDocument(part), (doc) => writeCells(doc, registers.targets, target, { 'value.2026': value }))

describe('rows of targets', () => {
  test('a value that somebody types comes to its row by itself', async () => {
    const poor = aTarget('Hộ nghèo', { 2026: percent('80') })
    const { plan, first } = await aGivenPlan({ targets: [poor] }, {})
    expect(await numberOf(plan, poor.id)).toBe('80')
    const client = await open(partDocument(first))
    writeCells(client.doc, registers.targets, poor.id, { 'value.2026': { quantity: percent('85') } })
    let shown: string | undefined
    await until(() => {
      void rowsOf(plan).then(([row]) => (shown = row?.figures['2026']?.numbers[0]))
      return shown === '85'
    }, 'the new value')
    const [row] = await rowsOf(plan)
    expect(row).toMatchObject({ part_id: first, name: 'Hộ nghèo', changed_by: lead.id, has_formula: 0 })
  })

  test('what was typed and cannot be read is no figure, and a new name is no change of figures', async () => {
    const poor = aTarget('Hộ nghèo', { 2026: percent('80') })
    const { plan, first } = await aGivenPlan({ targets: [poor] }, {})
    await server.running.registers.settled()
    const [before] = await rowsOf(plan)
    await change(partDocument(first), (doc) => writeCells(doc, registers.targets, poor.id, { name: 'Hộ cận nghèo' }))
    await server.running.registers.settled()
    const [renamed] = await rowsOf(plan)
    expect(renamed).toMatchObject({ name: 'Hộ cận nghèo', changed_at: before?.changed_at })
    await writeValue(first, poor.id, { typed: 'nhiều hộ' })
    expect(await numberOf(plan, poor.id)).toBeUndefined()
  })

  test('a deleted target has no row, and has one again once the deletion is undone', async () => {
    const poor = aTarget('Hộ nghèo', { 2026: percent('80') })
    const { plan, first } = await aGivenPlan({ targets: [poor] }, {})
    const mark = (deletedAt: number | null) =>
      change(partDocument(first), (doc) => writeCells(doc, registers.targets, poor.id, { deletedAt }))
    await mark(1)
    expect(await numberOf(plan, poor.id)).toBe('gone')
    await mark(null)
    expect(await numberOf(plan, poor.id)).toBe('80')
  })

  test.each(['the old part first', 'the new part first'])('a moved target has one row: %s', async (order) => {
    const poor = aTarget('Hộ nghèo', { 2026: percent('80') })
    const { plan, first, second } = await aGivenPlan({ targets: [poor] }, {})
    await server.running.registers.settled()
    const leave = () =>
      change(partDocument(first), (doc) => writeCells(doc, registers.targets, poor.id, { movedTo: second }))
    const arrive = () =>
      change(partDocument(second), (doc) => {
        const cells = { order: 'a0', name: 'Hộ nghèo', 'value.2026': { quantity: percent('80') } }
        writeCells(doc, registers.targets, poor.id, cells)
      })
    for (const step of order === 'the old part first' ? [leave, arrive] : [arrive, leave]) {
      await step()
      await server.running.registers.settled()
    }
    expect((await rowsOf(plan)).map((row) => [row.target_id, row.part_id])).toEqual([[poor.id, second]])
  })

  test('a target that is moved in one command keeps when its figures changed', async () => {
    const poor = aTarget('Hộ nghèo', { 2026: percent('80') })
    const { plan, first, second } = await aGivenPlan({ targets: [poor] }, {})
    await server.running.registers.settled()
    const [before] = await rowsOf(plan)
    const body = { command: newId<ChangeId>(), target: poor.id, from: first, to: second }
    await expectOk(lead.send('POST', `/api/plans/${plan}/targets/move`, body))
    await server.running.registers.settled()
    expect(await rowsOf(plan)).toMatchObject([{ part_id: second, changed_at: before?.changed_at }])
  })
})

describe('formulas', () => {
  test('follow targets of other parts, from the moment that they are typed', async () => {
    const [sum, poor] = [aTarget('Tất cả', {}), aTarget('Hộ nghèo', {})]
    poor.values['2026'] = count('40')
    const { plan, first, second } = await aGivenPlan({ targets: [sum] }, { targets: [poor] })
    expect(await numberOf(plan, sum.id)).toBeUndefined()
    await writeValue(first, sum.id, formula(`t_${poor.id}_value_2026 * 2`))
    expect(await numberOf(plan, sum.id)).toBe('80')
    await writeValue(second, poor.id, count('41'))
    expect(await numberOf(plan, sum.id)).toBe('82')
  })

  test('do without a part that is deleted on a screen, until that is undone', async () => {
    const [sum, poor] = [aTarget('Tất cả', {}), aTarget('Hộ nghèo', {})]
    sum.values['2026'] = formula(`t_${poor.id}_value_2026 * 2`)
    poor.values['2026'] = count('40')
    const { plan, second } = await aGivenPlan({ targets: [sum] }, { targets: [poor] })
    const outline = await open(outlineDocument(plan))
    deletePart(outline.doc, second, 1)
    await acknowledged(outline)
    expect(await numberOf(plan, sum.id)).toBeUndefined()
    expect(await numberOf(plan, poor.id)).toBe('40')
    restorePart(outline.doc, second)
    await acknowledged(outline)
    expect(await numberOf(plan, sum.id)).toBe('80')
  })

  test('follow the money of the whole plan, and the years that the plan has', async () => {
    const money = { measure: { kind: 'money' as const, scale: 'trieu' as const } }
    const amount = { quantity: { comparison: '=' as const, numbers: ['100'], ...money } }
    const line = budgetLine.parse({ id: newId(), order: 'a0', amounts: { 2026: amount, 2028: amount } })
    const cost = aTarget('Kinh phí', {}, money)
    cost.values['2026'] = formula('all_total')
    const { plan, second } = await aGivenPlan({ targets: [cost] }, { budget: [line] })
    expect(await numberOf(plan, cost.id)).toBe('200')
    await change(partDocument(second), (doc) => writeCells(doc, registers.budget, line.id, { 'amount.2027': amount }))
    expect(await numberOf(plan, cost.id)).toBe('300')
    await change(outlineDocument(plan), (doc) => writeMeta(doc, { period: { from: 2026, to: 2027 } }))
    expect(await numberOf(plan, cost.id)).toBe('200')
  })

  test('who changed what a formula refers to has changed its figure', async () => {
    const [sum, poor] = [aTarget('Tất cả', {}), aTarget('Hộ nghèo', {})]
    sum.values['2026'] = formula(`t_${poor.id}_value_2026 * 2`)
    poor.values['2026'] = count('40')
    const { plan, second } = await aGivenPlan({ targets: [sum] }, { targets: [poor] })
    await server.running.registers.settled()
    const other = await server.person()
    await change(
      partDocument(second),
      (doc) => writeCells(doc, registers.targets, poor.id, { 'value.2026': count('50') }),
      other.id,
    )
    await server.running.registers.settled()
    expect((await rowsOf(plan)).map((row) => row.changed_by)).toEqual([other.id, other.id])
  })
})

describe('listeners', () => {
  test('hear of the targets that changed, and of parts that came or went', async () => {
    const [poor, water] = [aTarget('Hộ nghèo', {}), aTarget('Nước sạch', { 2026: percent('90') })]
    const { plan, first } = await aGivenPlan({ targets: [poor, water] }, {})
    const { registers: projection } = server.running
    await projection.settled()
    const heard: unknown[] = []
    projection.onChange(async (one) => {
      if (one.plan === plan) heard.push({ targets: [...one.targets], outline: one.outline })
    })
    await writeValue(first, poor.id, count('7'))
    await projection.settled()
    await change(outlineDocument(plan), (doc) => writeMeta(doc, { subject: 'Tên khác' }))
    await projection.settled()
    await change(outlineDocument(plan), (doc) => deletePart(doc, first, 1))
    await projection.settled()
    expect(heard).toEqual([
      { targets: [poor.id], outline: false },
      { targets: [], outline: true },
    ])
  })

  test('hear again of a change when a moment hindered them', async () => {
    const poor = aTarget('Hộ nghèo', {})
    const { plan, first } = await aGivenPlan({ targets: [poor] }, {})
    const { registers: projection } = server.running
    await projection.settled()
    const heard: TargetId[][] = []
    projection.onChange(async (one) => {
      if (one.plan !== plan) return
      heard.push([...one.targets])
      if (heard.length === 1) throw new RefusalError('storage.failed')
    })
    await writeValue(first, poor.id, count('7'))
    await until(() => heard.length === 2, 'the change is heard again')
    await projection.settled()
    expect(heard).toEqual([[poor.id], [poor.id]])
  })

  test('hear nothing of text that is typed', async () => {
    const { plan, first } = await aGivenPlan({ targets: [aTarget('Hộ nghèo', {})] }, {})
    await server.running.registers.settled()
    const before = await reached(first)
    const client = await open(partDocument(first))
    client.doc.getXmlFragment('body').insert(0, [new Y.XmlElement('paragraph')])
    await acknowledged(client)
    await server.running.registers.settled()
    expect(await reached(first)).toBe(before)
    expect(await rowsOf(plan)).toHaveLength(1)
  })
})

async function reached(part: PartId): Promise<number | undefined> {
  const row = await server.running.database.query
    .selectFrom('projected_documents')
    .select('seq')
    .where('name', '=', partDocument(part))
    .executeTakeFirst()
  return row?.seq
}

test.each([
  ['', false],
  [', also where the log was compacted since', true],
])('what was committed just before a crash is there after the next start%s', async (_, isCompacted) => {
  const poor = aTarget('Hộ nghèo', { 2026: percent('80') })
  const own = await startServer()
  const person = await own.person({ units: [await own.unit('MTTQ')] })
  const plan = await givePlan(person, aPlan([aPart('Một', { targets: [poor] })]))
  const document = partDocument(plan.parts[0]?.id ?? newId())
  // As if the process ended between the commit and the reading.
  await own.running.registers.settled()
  await own.running.registers.close()
  await own.running.sync.writeDocument({
    ...{ actor: null, userId: person.id, commandId: newId(), documents: [document] },
    mutate(documents) {
      for (const doc of documents.values()) {
        writeCells(doc, registers.targets, poor.id, { 'value.2026': { quantity: percent('85') } })
      }
    },
  })
  const log = createLog(own.running.database, own.running.logger)
  if (isCompacted) await log.compact(document)
  await log.close()
  await own.stop({ keepData: true })
  const next = await startServer({ dataFolder: own.dataFolder })
  try {
    await next.running.registers.settled()
    const { query } = next.running.database
    const row = await query.selectFrom('target_values').selectAll().executeTakeFirstOrThrow()
    expect(row.figures).toContain('"85"')
    expect(row.changed_by).toBe(person.id)
  } finally {
    await next.stop()
  }
})

/** As another server over the same database would keep the rows, at the same time. */
function anotherProjection(held?: Promise<void>): { projection: RegisterProjection; close(): Promise<void> } {
  const { database, logger, sync } = server.running
  const log = createLog(database, logger)
  const projection = createRegisterProjection({
    ...{ database, logger, projection: createProjection({ database, sync }) },
    log: {
      async loadMany(names) {
        const stored = await log.loadMany(names)
        await held
        return stored
      },
    },
  })
  sync.onRecords(projection.changed)
  return {
    projection,
    async close() {
      await projection.close()
      await log.close()
    },
  }
}

test('more targets at once than a statement takes values come to their rows', { timeout: 60_000 }, async () => {
  const many = Array.from({ length: 33_000 }, () => newId<TargetId>())
  const { plan, first } = await aGivenPlan({}, {})
  await server.running.registers.settled()
  const written = await server.running.sync.writeDocument({
    ...{ actor: null, userId: null, commandId: newId(), documents: [partDocument(first)] },
    mutate(documents) {
      const doc = documents.get(partDocument(first))
      doc?.transact(() => {
        for (const target of many) writeCells(doc, registers.targets, target, { order: 'a0' })
      })
    },
  })
  expect(written.ok).toBe(true)
  await server.running.registers.settled()
  expect(await rowsOf(plan)).toHaveLength(many.length)
})

test('a server that was slower takes nothing back', async () => {
  const poor = aTarget('Hộ nghèo', { 2026: percent('80') })
  const { plan, first } = await aGivenPlan({ targets: [poor] }, {})
  await server.running.registers.settled()
  const { promise: held, resolve: goOn } = Promise.withResolvers<void>()
  const slow = anotherProjection(held)
  await writeValue(first, poor.id, count('1'))
  const slowly = slow.projection.settled()
  await server.running.registers.settled()
  await writeValue(first, poor.id, count('2'))
  await server.running.registers.settled()
  goOn()
  await slowly
  expect(await numberOf(plan, poor.id)).toBe('2')
  await slow.close()
})

test('a damaged part holds up no other one', async () => {
  const own = await startServer({ environment: { LOG_LEVEL: 'silent' } })
  const person = await own.person({ units: [await own.unit('MTTQ')] })
  const { database, registers: projection } = own.running
  const documents: string[] = []
  for (const name of ['Hỏng', 'Lành']) {
    const plan = await givePlan(person, aPlan([aPart('Một', { targets: [aTarget(name, {})] })]))
    documents.push(partDocument(plan.parts[0]?.id ?? newId()))
  }
  await projection.settled()
  const [damaged = ''] = documents
  await database.query.updateTable('document_updates').set({ checksum: 0 }).where('document', '=', damaged).execute()
  for (const read of [() => projection.changed(documents), () => projection.catchUp()]) {
    await database.query.deleteFrom('target_values').execute()
    await database.query.deleteFrom('projected_documents').execute()
    read()
    await projection.settled()
    const rows = await database.query.selectFrom('target_values').select('name').execute()
    expect(rows).toEqual([{ name: 'Lành' }])
  }
  await own.stop()
})

test('rows that are made again are those that came one by one, to two servers', { timeout: 60_000 }, async () => {
  const random = seededRandom(announcedSeed('rows'))
  const targets = Array.from({ length: 6 }, (_, index) => aTarget(`Chỉ tiêu ${index}`, {}))
  const { plan, first, second } = await aGivenPlan({ targets: targets.slice(0, 3) }, { targets: targets.slice(3) })
  const homes = new Map(targets.map((one, index) => [one.id, index < 3 ? first : second]))
  const { registers: projection, database } = server.running
  const other = anotherProjection()
  const pick = () => targets[random.below(targets.length)] ?? aTarget('', {})
  const partOf = (id: TargetId) => homes.get(id) ?? first
  const edit = async (): Promise<void> => {
    const { id } = pick()
    const part = partOf(id)
    const cells = (fields: Record<string, unknown>) =>
      change(partDocument(part), (doc) => writeCells(doc, registers.targets, id, fields))
    const year = `value.${2026 + random.below(3)}`
    switch (random.below(7)) {
      case 0:
      case 1:
        return cells({ [year]: count(String(random.below(100))) })
      case 2:
        return cells({ [year]: formula(`t_${pick().id}_value_${2026 + random.below(3)} + t_${pick().id}_value_2026`) })
      case 3:
        return cells({ deletedAt: random.below(2) === 0 ? null : 1, name: `Tên ${random.below(100)}` })
      case 4: {
        const to = part === first ? second : first
        const body = { command: newId<ChangeId>(), target: id, from: part, to }
        const { status } = await lead.send('POST', `/api/plans/${plan}/targets/move`, body)
        if (status === 204) homes.set(id, to)
        return
      }
      case 5:
        return change(outlineDocument(plan), (doc) => void deletePart(doc, second, 1))
      default:
        return change(outlineDocument(plan), (doc) => void restorePart(doc, second))
    }
  }
  for (let round = 0; round < 120; round++) {
    await edit()
    if (random.below(3) === 0) await Promise.all([projection.settled(), other.projection.settled()])
  }
  await Promise.all([projection.settled(), other.projection.settled()])
  await other.close()
  const oneByOne = await rowsOf(plan)
  const { targets: made } = await projection.rebuild()
  expect(await rowsOf(plan)).toEqual(oneByOne)
  expect(made).toBeGreaterThanOrEqual(oneByOne.length)
  await database.query.deleteFrom('target_values').where('plan_id', '=', plan).execute()
  await projection.rebuild()
  const bare = (rows: typeof oneByOne) => rows.map(({ changed_at: _at, changed_by: _by, ...rest }) => rest)
  expect(bare(await rowsOf(plan))).toEqual(bare(oneByOne))
})

describe('soanchung rebuild', () => {
  const main = resolve(import.meta.dirname, '../../server/src/main.ts')
  const soanchung = (...words: string[]) => promisify(execFile)(process.execPath, [main, ...words])

  test('puts right what is wrong beside a running server, and says how much there is', async () => {
    const poor = aTarget('Hộ nghèo', { 2026: percent('80') })
    const { plan } = await aGivenPlan({ targets: [poor] }, {})
    await server.running.registers.settled()
    const { query } = server.running.database
    const before = await rowsOf(plan)
    await query.updateTable('target_values').set({ name: 'Sai', part_id: newId<PartId>() }).execute()
    await query.updateTable('plan_parts').set({ in_outline: 0 }).where('plan_id', '=', plan).execute()
    const stray = await query.selectFrom('target_values').selectAll().limit(1).executeTakeFirstOrThrow()
    await query
      .insertInto('target_values')
      .values({ ...stray, plan_id: newId<PlanId>() })
      .execute()
    const { stdout, stderr } = await soanchung('rebuild', '--json', '--data', server.dataFolder)
    expect(await rowsOf(plan)).toEqual(before)
    const living = query.selectFrom('plan_parts').select('part_id').where('plan_id', '=', plan)
    expect(await living.where('in_outline', '>', 0).execute()).toHaveLength(2)
    const all = await query.selectFrom('plans').select('id').execute()
    const targets = await query.selectFrom('target_values').select('target_id').execute()
    expect(JSON.parse(stdout)).toMatchObject({ plans: all.length, targets: targets.length })
    expect(stderr).toContain(`${all.length}/${all.length}`)
  })

  test('explains itself in both languages', async () => {
    const { stdout } = await soanchung('rebuild', '--help')
    expect(stdout).toContain('Dựng lại')
    expect(stdout).toContain('Makes')
  })
})
