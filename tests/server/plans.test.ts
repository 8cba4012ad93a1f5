import { request, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId, type PartId, type PlanId, type UnitId } from '@soanchung/shared/ids.ts'
import type * as Y from 'yjs'
import { deletePart, restorePart } from '@soanchung/shared/plan/outline.ts'
import { outlineDocument, partDocument, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import { writeMeta } from '@soanchung/shared/plan/meta.ts'
import type { PlanSnapshot, SnapshotPart } from '@soanchung/shared/plan/snapshot.ts'
import type { PlanRecord, PlanSummary, Unit } from '@soanchung/shared/protocol.ts'
import { readTargets, registers, writeCells } from '@soanchung/shared/targets/register.ts'
import { readStoredPlan } from '@soanchung/server/src/plans/stored-plan.ts'
import { aBlock, aPart, aPlan, aTarget, percent } from '../support/plans.ts'
import { giveParts, givePlan, startServer, type TestPerson, type TestServer } from '../support/server.ts'

let server: TestServer
let front: Unit
let farmers: Unit
let women: Unit
let lead: TestPerson
let drafter: TestPerson
let reviewer: TestPerson
let outsider: TestPerson

beforeAll(async () => {
  server = await startServer()
  ;[front, farmers, women] = [await server.unit('MTTQ'), await server.unit('HND'), await server.unit('HPN')]
  const strangers = await server.unit('CCB')
  lead = await server.person({ units: [front] })
  drafter = await server.person({ units: [farmers] })
  reviewer = await server.person({ units: [women] })
  outsider = await server.person({ units: [strangers], administrator: true })
})
afterAll(() => server.stop())

function twoParts(): PlanSnapshot {
  const part = (title: string) => aPart(title, { blocks: [aBlock('paragraph', `Nội dung phần ${title}.`)] })
  return aPlan([part('Mục đích'), part('Nhiệm vụ')], { subject: 'Chăm lo đời sống hội viên' })
}

function twoBlocks() {
  return [aBlock('paragraph', 'Vận động hội viên cùng làm.'), aBlock('dashed', 'Kiểm tra hằng tháng.', 1)]
}

/** A plan whose second part is given to the farmers. */
async function sharedPlan(): Promise<{ id: PlanId; first: PartId; second: PartId }> {
  const snapshot = await givePlan(lead, twoParts(), [
    { unit: farmers, role: 'drafter' },
    { unit: women, role: 'reviewer' },
  ])
  const [first, second] = snapshot.parts.map((part) => part.id)
  if (first === undefined || second === undefined) throw new Error('two parts were given')
  const assigned = await giveParts(lead, snapshot.id, [second], [farmers.id])
  expect(assigned.status).toBe(204)
  return { id: snapshot.id, first, second }
}

async function recordFor(person: TestPerson, id: PlanId): Promise<PlanRecord> {
  return (await person.send('GET', `/api/plans/${id}`)).body as PlanRecord
}

/** The answer as it came over the line. */
async function fetchDocuments(person: TestPerson, id: PlanId, accepted: string) {
  const headers = {
    cookie: person.cookie,
    origin: server.address,
    'content-type': 'application/json',
    'accept-encoding': accepted,
  }
  const sent = request(`${server.address}/api/plans/${id}/documents`, { method: 'POST', headers })
  sent.end(JSON.stringify({ have: {} }))
  const answer = await new Promise<IncomingMessage>((resolve) => sent.once('response', resolve))
  return { encoding: answer.headers['content-encoding'], bytes: await buffer(answer) }
}

describe('making a plan', () => {
  test('a snapshot becomes rows and documents', async () => {
    const snapshot = await givePlan(lead, twoParts())
    const rows = await server.running.database.query.selectFrom('documents').select('name').execute()
    const expected = [outlineDocument(snapshot.id), ...snapshot.parts.map((part) => partDocument(part.id))]
    expect(rows.map((row) => row.name)).toEqual(expect.arrayContaining(expected))
    const file = await lead.send('GET', `/api/plans/${snapshot.id}/export.docx`)
    expect(file.status).toBe(200)
  })

  test('sent twice, it is made once', async () => {
    const body = { leadUnit: front.id, snapshot: twoParts() }
    const [first, second] = [await lead.send('POST', '/api/plans', body), await lead.send('POST', '/api/plans', body)]
    expect([first.status, second.status]).toEqual([200, 200])
    expect(second.body).toEqual(first.body)
  })

  test('sent twice at once, it is made once', async () => {
    const body = { leadUnit: front.id, snapshot: twoParts() }
    const answers = await Promise.all([1, 2, 3].map(() => lead.send('POST', '/api/plans', body)))
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200])
    const seqs = await server.running.database.query
      .selectFrom('documents')
      .select('seq')
      .where('name', '=', outlineDocument(body.snapshot.id))
      .execute()
    expect(seqs).toEqual([{ seq: 1 }])
  })

  test('nobody takes an id that another has used, for a plan or a part', async () => {
    const taken = await givePlan(lead, twoParts())
    const again = await drafter.send('POST', '/api/plans', { leadUnit: farmers.id, snapshot: taken })
    const stolen = { ...twoParts(), parts: taken.parts }
    const part = await drafter.send('POST', '/api/plans', { leadUnit: farmers.id, snapshot: stolen })
    expect([again.status, part.status]).toEqual([409, 409])
    expect((await drafter.send('GET', `/api/plans/${stolen.id}`)).status).toBe(404)
  })

  test('nobody leads a plan with a unit that is not theirs', async () => {
    const answer = await drafter.send('POST', '/api/plans', { leadUnit: front.id, snapshot: twoParts() })
    expect(answer).toMatchObject({ status: 403, body: { code: 'not.allowed' } })
  })

  test('a part before its parent is refused', async () => {
    const snapshot = twoParts()
    const [first, second] = snapshot.parts
    if (first && second) first.parent = second.id
    const answer = await lead.send('POST', '/api/plans', { leadUnit: front.id, snapshot })
    expect(answer).toMatchObject({ status: 400, body: { code: 'input.invalid' } })
  })

  test('a long plan is stored as it was sent', async () => {
    const chapters = Array.from({ length: 30 }, (_, at) => aPart(`Nhóm việc ${at}`, { blocks: twoBlocks() }))
    const parts = chapters.flatMap((chapter) => [
      chapter,
      ...Array.from({ length: 9 }, (_, at) => {
        const targets = [aTarget('Hộ dùng nước sạch', { 2026: percent(`${at}`), 2030: percent('95', '>=') })]
        return aPart(`Việc ${at}`, { parent: chapter.id, blocks: twoBlocks(), targets })
      }),
    ])
    const snapshot = await givePlan(lead, aPlan(parts))
    const actor = { userId: lead.id, units: lead.units, administrator: false, scope: 'write' } as const
    const stored = await server.running.plans.stored(actor, snapshot.id)
    expect(stored.ok && readStoredPlan(stored.value.plan)).toEqual(snapshot)
  })

  const tooMuch: [code: string, parts: () => SnapshotPart[]][] = [
    ['plan.parts', () => Array.from({ length: 2001 }, (_, at) => aPart(`Phần ${at}`))],
    [
      'part.blocks',
      () => [aPart('Dài', { blocks: Array.from({ length: 20_001 }, () => aBlock('paragraph', 'Chữ.')) })],
    ],
    ['part.rows', () => [aPart('Nhiều', { targets: Array.from({ length: 5001 }, () => aTarget('Hộ', {})) })]],
  ]
  test.each(tooMuch)('what is too much is said: %s', async (code, parts) => {
    const answer = await lead.send('POST', '/api/plans', { leadUnit: front.id, snapshot: aPlan(parts()) })
    expect(answer).toMatchObject({ status: 413, body: { code } })
  })

  test.each(['', '{"leadUnit":', '\xff', '{}'])('a body that is no plan is refused: %j', async (body) => {
    const headers = { cookie: lead.cookie, origin: server.address, 'content-type': 'application/json' }
    const bytes = Buffer.from(body, 'latin1')
    const answer = await fetch(`${server.address}/api/plans`, { method: 'POST', headers, body: bytes })
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'input.invalid' }])
  })
})

describe('the list of plans', () => {
  test('shows what the units have a role in, and nothing else', async () => {
    const { id } = await sharedPlan()
    const of = async (person: TestPerson) => (await person.send('GET', '/api/plans')).body as PlanSummary[]
    expect((await of(drafter)).find((plan) => plan.id === id)).toMatchObject({
      role: 'drafter',
      ownParts: [{ number: 'II.', title: 'Nhiệm vụ' }],
      subject: 'Chăm lo đời sống hội viên',
      leadUnit: front.id,
    })
    expect(await of(outsider)).toEqual([])
  })

  test('calls a part as the sheet does, counted on from the headings above it', async () => {
    const tasks = aPart('Nhiệm vụ', { blocks: [aBlock('heading', 'Tuyên truyền')] })
    const forest = aPart('Giữ rừng', { parent: tasks.id })
    const plan = await givePlan(lead, aPlan([aPart('Mục đích'), tasks, forest]), [{ unit: farmers, role: 'drafter' }])
    await giveParts(lead, plan.id, [forest.id], [farmers.id])
    const own = async () =>
      ((await drafter.send('GET', '/api/plans')).body as PlanSummary[]).find(({ id }) => id === plan.id)?.ownParts
    expect(await own()).toMatchObject([{ id: forest.id, number: '2.', title: 'Giữ rừng' }])
    const written = await server.running.sync.writeDocument({
      commandId: `${plan.id}/headings`,
      actor: null,
      documents: [partDocument(tasks.id)],
      mutate: (documents) => [...documents.values()].forEach((part) => part.getXmlFragment('body').delete(0, 1)),
    })
    expect(written.ok && (await own())).toMatchObject([{ number: '1.', title: 'Giữ rừng' }])
  })

  test('does not count a part that was deleted in the outline, until it is restored', async () => {
    const { id, second } = await sharedPlan()
    const own = async () =>
      ((await drafter.send('GET', '/api/plans')).body as PlanSummary[]).find((plan) => plan.id === id)?.ownParts.length
    const change = (commandId: string, mutate: (outline: Y.Doc) => void) =>
      server.running.sync.writeDocument({
        commandId: `${id}/${commandId}`,
        actor: null,
        documents: [outlineDocument(id)],
        mutate: (documents) => [...documents.values()].forEach(mutate),
      })
    await change('delete', (outline) => deletePart(outline, second, Date.now()))
    expect(await own()).toBe(0)
    await change('restore', (outline) => restorePart(outline, second))
    expect(await own()).toBe(1)
  })
})

describe('rights on a plan', () => {
  test('the record tells each what they may write', async () => {
    const { id, first, second } = await sharedPlan()
    const mayWrite = async (person: TestPerson) => {
      const record = await recordFor(person, id)
      const parts = [first, second].map((part) => record.parts.find((one) => one.id === part)?.mayWrite)
      return [record.may.includes('outline.write'), ...parts]
    }
    expect(await mayWrite(lead)).toEqual([true, true, true])
    expect(await mayWrite(drafter)).toEqual([false, false, true])
    expect(await mayWrite(reviewer)).toEqual([false, false, false])
  })

  const routes: [what: string, method: string, path: (part: PartId) => string, body?: (part: PartId) => unknown][] = [
    ['reads the record', 'GET', () => ''],
    ['fetches documents', 'POST', () => '/documents', () => ({ have: {} })],
    ['exports', 'GET', () => '/export.docx'],
    ['adds a part', 'POST', () => '/parts', () => ({ id: newId<PartId>() })],
    [
      'gives a part away',
      'PUT',
      () => '/holders',
      (part) => ({ ...{ parts: [part], holders: [farmers.id] }, deadline: '', note: '' }),
    ],
    ['changes a role', 'PUT', () => '/roles', () => ({ holder: farmers.id, role: 'reader' })],
  ]
  const onlyLead = new Set(['adds a part', 'gives a part away', 'changes a role'])

  test.each([
    ['gzip, deflate, br, zstd', 'zstd', zstdDecompressSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip, zstd;q=0', 'gzip', gunzipSync],
  ])('to a browser that takes %s documents come as %s', async (accepted, encoding, restore) => {
    const words = aBlock('paragraph', 'Nội dung của phần. '.repeat(100))
    const { id } = await givePlan(lead, aPlan([aPart('Mục đích', { blocks: [words] })]))
    const plain = await fetchDocuments(lead, id, 'identity')

    const compressed = await fetchDocuments(lead, id, accepted)

    expect([plain.encoding, compressed.encoding]).toEqual([undefined, encoding])
    expect(compressed.bytes.length).toBeLessThan(plain.bytes.length)
    expect(restore(compressed.bytes).equals(plain.bytes)).toBe(true)
  })

  test.each(routes)('who %s: by role', async (what, method, path, body) => {
    const { id, second } = await sharedPlan()
    const statusFor = async (person: TestPerson) =>
      (await person.send(method, `/api/plans/${id}${path(second)}`, body?.(second))).status
    const refused = onlyLead.has(what) ? 403 : 200
    expect(await statusFor(reviewer)).toBe(refused)
    expect(await statusFor(drafter)).toBe(refused)
    expect(await statusFor(outsider)).toBe(404)
    expect([200, 204]).toContain(await statusFor(lead))
  })

  test.each(routes)('who %s: a plan that is not there looks like one that is closed', async (_, method, path, body) => {
    const { id, second } = await sharedPlan()
    const foreign = await outsider.send(method, `/api/plans/${id}${path(second)}`, body?.(second))
    const missing = await outsider.send(method, `/api/plans/${newId<PlanId>()}${path(second)}`, body?.(second))
    expect(foreign.body).toEqual(missing.body)
    expect([foreign.status, missing.status]).toEqual([404, 404])
  })

  test.each(routes)('who %s: not a stranger', async (_, method, path, body) => {
    const { id, second } = await sharedPlan()
    const answer = await server.stranger().send(method, `/api/plans/${id}${path(second)}`, body?.(second))
    expect(answer.status).toBe(401)
  })

  test('a token that may only read changes nothing', async () => {
    const { id } = await sharedPlan()
    const made = await lead.send('POST', '/api/tokens', { name: 'Đọc', scope: 'read', days: 1 })
    const bearer = { authorization: `Bearer ${(made.body as { token: string }).token}` }
    const read = await server.stranger().send('GET', `/api/plans/${id}`, undefined, bearer)
    expect((read.body as PlanRecord).may).toEqual(['plan.read', 'plan.export', 'part.read', 'audit.read'])
    const write = await server.stranger().send('POST', `/api/plans/${id}/parts`, { id: newId<PartId>() }, bearer)
    expect(write.status).toBe(403)
  })
})

describe('parts', () => {
  test('a part is made once, and belongs to one plan for ever', async () => {
    const [one, other] = [await sharedPlan(), await sharedPlan()]
    const part = { id: newId<PartId>() }
    const make = (plan: PlanId) => lead.send('POST', `/api/plans/${plan}/parts`, part)
    expect((await make(one.id)).status).toBe(204)
    expect((await make(one.id)).status).toBe(204)
    expect(await make(other.id)).toMatchObject({ status: 409, body: { code: 'conflict.exists' } })
    expect((await recordFor(lead, one.id)).parts.map(({ id }) => id)).toContain(part.id)
    expect((await recordFor(lead, other.id)).parts.map(({ id }) => id)).not.toContain(part.id)
  })

  test("another plan's part cannot be given away through one's own", async () => {
    const [one, other] = [await sharedPlan(), await sharedPlan()]
    const answer = await giveParts(lead, one.id, [other.second], [])
    expect(answer.status).toBe(404)
  })

  test('a unit that gets a part becomes a drafter of the plan', async () => {
    const { id, first } = await sharedPlan()
    const veterans = await server.unit('CCB2')
    await giveParts(lead, id, [first], [veterans.id])
    expect((await recordFor(lead, id)).roles).toContainEqual({ holder: veterans.id, role: 'drafter' })
  })

  test.each(['reviewer', 'unknown', 'ended'])('a part is not given to a unit that is %s', async (kind) => {
    const { id, first } = await sharedPlan()
    const ended = await server.unit('CŨ')
    const { query } = server.running.database
    await query.updateTable('units').set({ closed_on: '2020-01-01' }).where('id', '=', ended.id).execute()
    const units = [kind === 'reviewer' ? women.id : kind === 'ended' ? ended.id : newId<UnitId>()]
    const answer = await giveParts(lead, id, [first], units)
    expect(answer).toMatchObject({ status: 400, body: { code: 'input.invalid' } })
  })

  test('the lead unit keeps its role', async () => {
    const { id } = await sharedPlan()
    const answer = await lead.send('PUT', `/api/plans/${id}/roles`, { holder: front.id, role: 'reader' })
    expect(answer.status).toBe(400)
  })
})

describe('how far a plan is', () => {
  const ownPart = async (person: TestPerson, id: PlanId) => {
    const plans = (await person.send('GET', '/api/plans')).body as PlanSummary[]
    return plans.find((plan) => plan.id === id)?.ownParts[0]
  }
  const both = { 2026: percent('80'), 2027: percent('85') }
  const change = (document: DocumentName, mutate: (document: Y.Doc) => void) =>
    server.running.sync.writeDocument({
      ...{ commandId: newId(), actor: null, documents: [document] },
      mutate: (documents) => [...documents.values()].forEach(mutate),
    })
  async function plannedUntil2027() {
    const part = aPart('Nhiệm vụ', {
      targets: [aTarget('Có đủ', both), aTarget('Thiếu năm sau', { 2026: percent('1') })],
    })
    const snapshot = await givePlan(lead, aPlan([part], { period: { from: 2026, to: 2027 } }), [
      { unit: farmers, role: 'drafter' },
    ])
    await giveParts(lead, snapshot.id, [part.id], [farmers.id])
    return { id: snapshot.id, part: part.id }
  }

  test('one sees of one’s own part how long it is and how many targets are filled in', async () => {
    const { id, part } = await plannedUntil2027()
    expect(await ownPart(drafter, id)).toMatchObject({ words: 0, targets: 2, filled: 1, begun: true })
    await change(partDocument(part), (document) => {
      for (const { id: target } of readTargets(document)) {
        writeCells(document, registers.targets, target, { deletedAt: 1 })
      }
    })
    expect(await ownPart(drafter, id)).toMatchObject({ targets: 0, filled: 0, begun: false })
  })

  test('another period of the plan asks for other values', async () => {
    const { id } = await plannedUntil2027()
    expect(await ownPart(drafter, id)).toMatchObject({ filled: 1 })
    await change(outlineDocument(id), (outline) => writeMeta(outline, { period: { from: 2026, to: 2026 } }))
    expect(await ownPart(drafter, id)).toMatchObject({ filled: 2 })
  })

  test('the board says who changed what last, and when the plan moved on', async () => {
    const { id, part } = await plannedUntil2027()
    await lead.send('PUT', `/api/plans/${id}/stage`, { stage: 'review' })
    const answer = await drafter.send('GET', `/api/plans/${id}/board`)
    expect(answer.body).toMatchObject({
      parts: [{ id: part, changedBy: expect.any(String) as string }],
      moves: [{ stage: 'review' }],
    })
    expect((await outsider.send('GET', `/api/plans/${id}/board`)).status).toBe(404)
  })
})
