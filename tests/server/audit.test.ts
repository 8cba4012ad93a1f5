import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditAction, auditPage, auditSentence, type AuditPage } from '@soanchung/shared/audit.ts'
import type { PartId, PlanId } from '@soanchung/shared/ids.ts'
import type { Unit } from '@soanchung/shared/protocol.ts'
import { aPart, aPlan } from '../support/plans.ts'
import { expectOk, givePlan, startServer, type TestPerson, type TestServer } from '../support/server.ts'

let server: TestServer
let lead: TestPerson
let drafter: TestPerson
let administrator: TestPerson
let farmers: Unit
let plan: PlanId
let part: PartId

beforeAll(async () => {
  server = await startServer()
  farmers = await server.unit('HND')
  lead = await server.person({ username: 'chutri', name: 'Nguyễn Thị Chủ', units: [await server.unit('MTTQ')] })
  drafter = await server.person({ username: 'nongdan', name: 'Trần Văn Nông', units: [farmers] })
  administrator = await server.person({ username: 'quantri', name: 'Lê Quản Trị', administrator: true })
  const given = aPart('Nhiệm vụ của Hội')
  part = given.id
  plan = (await givePlan(lead, aPlan([given]), [{ unit: farmers, role: 'drafter' }])).id
  const giving = { parts: [part], holders: [farmers.id], deadline: '2026-12-01', note: 'Có số liệu' }
  await expectOk(lead.send('PUT', `/api/plans/${plan}/holders`, giving))
  const status = `/api/plans/${plan}/parts/${part}/status`
  await expectOk(drafter.send('PUT', status, { status: 'done' }))
  await expectOk(lead.send('PUT', status, { status: 'returned', reason: '=1+1' }))
  await expectOk(lead.send('PUT', `/api/plans/${plan}/stage`, { stage: 'review' }))
})
afterAll(() => server.stop())

async function trail(person: TestPerson, path: string): Promise<AuditPage> {
  return auditPage.parse((await expectOk(person.send('GET', path))).body)
}

function sentences({ entries, names }: AuditPage): string[] {
  return entries.map((entry) => {
    const who = entry.actor === null ? 'Máy chủ' : names[entry.actor]
    return `${who}: ${auditSentence(entry, (id) => names[id], 'vi')}`
  })
}

async function file(person: TestPerson, path: string): Promise<string> {
  const response = await fetch(server.address + path, { headers: { cookie: person.cookie } })
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  return Buffer.from(await response.arrayBuffer()).toString()
}

test('the lead reads who did what in the plan, the newest first, in sentences', async () => {
  expect(sentences(await trail(lead, `/api/plans/${plan}/audit`))).toEqual([
    'Nguyễn Thị Chủ: Chuyển văn bản từ soạn thảo sang lấy ý kiến',
    'Nguyễn Thị Chủ: Trả lại phần I. Nhiệm vụ của Hội: =1+1',
    'Trần Văn Nông: Báo xong phần I. Nhiệm vụ của Hội',
    'Nguyễn Thị Chủ: Giao phần I. Nhiệm vụ của Hội cho Đơn vị HND, hạn 01/12/2026, dặn: Có số liệu',
    'Nguyễn Thị Chủ: Giao vai trò soạn thảo cho Đơn vị HND',
    'Nguyễn Thị Chủ: Lập văn bản, Đơn vị MTTQ chủ trì',
  ])
})

test('an administrator reads the trail of all plans, and finds by person, plan, action and day', async () => {
  const other = (await givePlan(lead, aPlan([aPart('Khác')]))).id
  const found = async (search: string) => (await trail(administrator, `/api/audit?${search}`)).entries
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Ho_Chi_Minh' }).format(Date.now())

  expect((await found('')).map((entry) => entry.plan).slice(0, 2)).toEqual([other, plan])
  expect((await found(`plan=${other}`)).map(({ action }) => action)).toEqual(['plan.created'])
  expect((await found(`actor=${drafter.id}`)).map(({ action }) => action)).toEqual(['part.done'])
  expect(await found(`action=plan.created&plan=${plan}`)).toHaveLength(1)
  expect(await found(`from=${today}&until=${today}&plan=${plan}`)).toHaveLength(6)
  expect(await found('until=2026-01-01')).toEqual([])
  expect((await administrator.send('GET', '/api/audit?from=hôm-nay')).status).toBe(400)
})

test('who does not lead the plan, or is no administrator, reads no trail', async () => {
  const stranger = await server.person()
  const status = async (person: TestPerson, path: string) => (await person.send('GET', path)).status

  for (const end of ['audit', 'audit.csv']) {
    expect(await status(drafter, `/api/plans/${plan}/${end}`)).toBe(403)
    expect(await status(stranger, `/api/plans/${plan}/${end}`)).toBe(404)
    expect(await status(lead, `/api/${end}`)).toBe(403)
    expect(await status(administrator, `/api/plans/${plan}/${end}`)).toBe(200)
  }
})

test('a long trail comes in pages that follow each other', async () => {
  const given = aPart('Nhiều việc')
  const { id } = await givePlan(lead, aPlan([given]))
  const status = `/api/plans/${id}/parts/${given.id}/status`
  for (let count = 0; count < 60; count++) {
    await expectOk(lead.send('PUT', status, { status: count % 2 === 0 ? 'done' : 'drafting' }))
  }

  const first = await trail(lead, `/api/plans/${id}/audit`)
  const second = await trail(lead, `/api/plans/${id}/audit?before=${first.entries.at(-1)?.seq}`)

  const seqs = [...first.entries, ...second.entries].map(({ seq }) => seq)
  expect([first.hasMore, second.hasMore, seqs.length]).toEqual([true, false, 61])
  expect(seqs).toEqual(seqs.toSorted((one, other) => other - one))
})

test('the file has every row for a spreadsheet, with nothing in it that runs', async () => {
  const csv = await file(lead, `/api/plans/${plan}/audit.csv`)

  const lines = csv.trimEnd().split('\r\n')
  expect(lines[0]).toBe('\ufeffSố,Thời điểm,Người làm,Việc đã làm,Văn bản,Mã việc,Bản ghi,Chi tiết,Mã niêm phong')
  expect(lines).toHaveLength(7)
  expect(lines[2]).toContain('Trả lại phần I. Nhiệm vụ của Hội: =1+1')
  expect(lines[3]).toMatch(/^\d+,\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,Trần Văn Nông,Báo xong phần /)
  expect(csv).not.toMatch(/(^|,)"?\s*[=+\-@]/mu)
  expect(await file(administrator, '/api/audit.csv?language=en&action=part.done')).toContain('Said that the part')
})

describe('a sentence', () => {
  test.each(auditAction.options)('of %s stands in both languages where nothing is named any more', (action) => {
    const entry = { action, subject: 'part/aaaaaaaaaaaaaaaaaaaa', detail: {} }

    for (const language of ['vi', 'en'] as const) {
      expect(auditSentence(entry, () => undefined, language)).toMatch(/^\p{Lu}.*\p{L}/u)
      expect(auditSentence(entry, () => undefined, language)).not.toContain('undefined')
    }
  })

  test('of a newer program is its name', () => {
    expect(auditSentence({ action: 'plan.archived', subject: 'plan/a', detail: {} }, () => 'A', 'vi')).toBe(
      'plan.archived: plan/a',
    )
  })
})
