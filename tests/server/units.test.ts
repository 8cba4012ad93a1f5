import { strFromU8, unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { newId, type UnitId } from '@soanchung/shared/ids.ts'
import { me, unit as shownUnit } from '@soanchung/shared/protocol.ts'
import { createdPerson, personRecord, unitRecord, type UnitBody } from '@soanchung/shared/units/units.ts'
import { aPart, aPlan, aTarget, aView, percent } from '../support/plans.ts'
import { givePlan, startServer, type TestPerson, type TestServer } from '../support/server.ts'
import { aUnitBody } from '../support/units.ts'

let server: TestServer
let administrator: TestPerson
beforeAll(async () => {
  server = await startServer()
  administrator = await server.person({ administrator: true })
})
afterAll(() => server.stop())

let count = 0
const freshSymbol = () => `DV${(count += 1)}`

async function make(more: Partial<UnitBody> = {}, symbol = freshSymbol()) {
  const answer = await administrator.send('POST', '/api/units', aUnitBody({ symbol }, more))
  expect(answer.status).toBe(201)
  return unitRecord.parse(answer.body)
}

const stamped = z.array(z.object({ id: z.string(), stamp: z.string() }))

/** As somebody saves who has just read what stands there. */
async function put(id: string, body: object, of: 'units' | 'people' = 'units') {
  const { body: records } = await administrator.send('GET', `/api/${of}/records`)
  const { stamp = '' } = stamped.parse(records).find((one) => one.id === id) ?? {}
  return administrator.send('PUT', `/api/${of}/${id}`, { ...body, stamp })
}

async function readPerson(id: string) {
  const { body } = await administrator.send('GET', '/api/people/records')
  return z
    .array(personRecord)
    .parse(body)
    .find((person) => person.id === id)
}

describe('who is no administrator', () => {
  const paths = [
    ['GET', '/api/units/records'],
    ['POST', '/api/units'],
    ['PUT', `/api/units/${newId()}`],
    ['GET', '/api/people/records'],
    ['POST', '/api/people'],
    ['PUT', `/api/people/${newId()}`],
    ['POST', '/api/units/import'],
  ] as const

  test.each(paths)('%s %s: a member of a unit may not, a stranger must sign in', async (method, path) => {
    const member = await server.person({ units: [await server.unit(freshSymbol())] })
    const body = method === 'GET' ? undefined : {}
    expect(await member.send(method, path, body)).toMatchObject({ status: 403, body: { code: 'not.allowed' } })
    expect(await server.stranger().send(method, path, body)).toMatchObject({ status: 401 })
  })

  test("an administrator's access token is not enough", async () => {
    const wanted = { name: 'Kịch bản', scope: 'write', days: 1 }
    const { token } = (await administrator.send('POST', '/api/tokens', wanted)).body as { token: string }
    const bearer = { authorization: `Bearer ${token}` }
    expect(await server.stranger().send('GET', '/api/people/records', undefined, bearer)).toMatchObject({ status: 403 })
  })
})

describe('two administrators at once', () => {
  test('the later one, who has not seen what the earlier one saved in a unit, overwrites nothing', async () => {
    const seen = await make()
    const path = `/api/units/${seen.id}`
    const saved = unitRecord.parse((await administrator.send('PUT', path, { ...seen, level: 'province' })).body)
    expect(await administrator.send('PUT', path, { ...seen, kind: 'other' })).toMatchObject({
      status: 409,
      body: { code: 'conflict.changed' },
    })
    const again = await administrator.send('PUT', path, { ...saved, kind: 'other' })
    expect(again.body).toMatchObject({ level: 'province', kind: 'other' })
  })

  test('the same of a person and their offices', async () => {
    const [unit, member] = [await make(), await server.person({ name: 'Lê Văn Hai' })]
    const path = `/api/people/${member.id}`
    const seen = await readPerson(member.id)
    const memberships = [{ unit: unit.id, office: 'Chủ tịch' }]
    expect((await administrator.send('PUT', path, { ...seen, memberships })).status).toBe(200)
    const later = await administrator.send('PUT', path, { ...seen, name: 'Lê Văn Ba' })
    expect(later).toMatchObject({ status: 409, body: { code: 'conflict.changed' } })
    expect(await readPerson(member.id)).toMatchObject({ name: 'Lê Văn Hai', memberships })
  })

  test('saving the same again after an answer that never came is no conflict', async () => {
    const seen = await make()
    const again = () => administrator.send('PUT', `/api/units/${seen.id}`, { ...seen, level: 'province' })
    expect([(await again()).status, (await again()).status]).toEqual([200, 200])
  })
})

describe('a unit', () => {
  test('is kept with all that was said of it', async () => {
    const [above, other] = [await make(), await make()]
    const symbol = freshSymbol()
    const body = aUnitBody(
      { symbol, colour: 3 },
      {
        kind: 'association',
        level: 'province',
        profile: 'trade-union',
        names: [
          { since: '', name: 'Liên đoàn Lao động tỉnh', symbol: 'LDLD' },
          { since: '2025-07-01', name: 'Công đoàn tỉnh', symbol },
        ],
        parent: above.id,
        guidedBy: [other.id],
        memberOf: [above.id, other.id],
        signers: [
          { authority: 'TM. BAN THƯỜNG VỤ', office: 'CHỦ TỊCH', name: 'Vũ Thị Lan' },
          { authority: 'TM. BAN THƯỜNG VỤ', office: 'PHÓ CHỦ TỊCH', name: 'Đỗ Văn Bình' },
        ],
      },
    )
    const made = unitRecord.parse((await administrator.send('POST', '/api/units', body)).body)
    const list = z.array(unitRecord).parse((await administrator.send('GET', '/api/units/records')).body)
    const kept = list.find(({ id }) => id === made.id)
    expect({ ...kept, memberOf: new Set(kept?.memberOf) }).toEqual({
      ...body,
      id: made.id,
      stamp: made.stamp,
      memberOf: new Set(body.memberOf),
    })
    const shown = z.array(shownUnit).parse((await administrator.send('GET', '/api/units')).body)
    expect(shown.find(({ id }) => id === made.id)).toMatchObject({
      name: 'Công đoàn tỉnh',
      symbol,
      parent: above.id,
      earlier: [{ until: '2025-07-01', symbol: 'LDLD' }],
    })
  })

  test('gets a new name from a day, and its members see the name of today', async () => {
    const unit = await make()
    const member = await server.person()
    const memberships = [{ unit: unit.id, office: 'Cán bộ' }]
    const person = { name: 'Lê Minh', administrator: false, memberships }
    expect((await put(member.id, person, 'people')).status).toBe(200)
    const [first = { since: '', name: '', symbol: '' }] = unit.names
    const renamed = { ...first, since: '2026-01-01', name: 'Tên mới' }
    const later = { ...first, since: '2126-01-01', name: 'Tên mai sau' }
    expect((await put(unit.id, { ...unit, names: [first, renamed, later] })).status).toBe(200)
    expect(me.parse((await member.send('GET', '/api/me')).body).units).toMatchObject([{ name: 'Tên mới' }])
  })

  test('has one symbol in the whole installation, whatever its case', async () => {
    await make({}, 'ĐTN')
    const answer = await administrator.send('POST', '/api/units', aUnitBody({ symbol: 'đtn' }))
    expect(answer).toMatchObject({ status: 409, body: { code: 'unit.symbol' } })
  })

  test('leaves its symbol to others once it has ended', async () => {
    const old = await make({ closedOn: '2025-07-01' })
    await make({}, old.names[0]?.symbol)
  })

  test('may go on in another one, from a day on', async () => {
    const [old, next] = [await make(), await make()]
    expect((await put(old.id, { ...old, mergedInto: next.id })).body).toMatchObject({ code: 'unit.end' })
    const merged = { ...old, mergedInto: next.id, closedOn: '2025-07-01' }
    expect((await put(old.id, merged)).status).toBe(200)
    expect((await put(next.id, { ...next, mergedInto: old.id, closedOn: '2025-07-01' })).body).toMatchObject({
      code: 'unit.circle',
    })
  })

  test('is never under itself, directly or by others', async () => {
    const above = await make()
    const below = await make({ parent: above.id })
    for (const parent of [above.id, below.id]) {
      expect(await put(above.id, { ...above, parent })).toMatchObject({ status: 409, body: { code: 'unit.circle' } })
    }
    const list = z.array(unitRecord).parse((await administrator.send('GET', '/api/units/records')).body)
    expect(list.find(({ id }) => id === above.id)).toEqual(above)
  })

  test('is not put into a circle by two administrators at once', async () => {
    const [one, other] = [await make(), await make()]
    const answers = await Promise.all([
      put(one.id, { ...one, parent: other.id }),
      put(other.id, { ...other, parent: one.id }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  test('that nobody knows is not found, and is nothing to stand under', async () => {
    const unknown = newId<UnitId>()
    expect(await put(unknown, aUnitBody({ symbol: freshSymbol() }))).toMatchObject({ status: 404 })
    for (const more of [{ parent: unknown }, { guidedBy: [unknown] }, { memberOf: [unknown] }]) {
      const answer = await administrator.send('POST', '/api/units', aUnitBody({ symbol: freshSymbol() }, more))
      expect(answer).toMatchObject({ status: 409, body: { code: 'unit.unknown' } })
    }
  })

  test('with a field that is no good is refused, and nothing is changed', async () => {
    const unit = await make()
    for (const wrong of [{ kind: 'club' }, { level: '' }, { names: [] }, { colour: 10 }, { closedOn: '2026-13-01' }]) {
      expect(await put(unit.id, { ...unit, ...wrong })).toMatchObject({ status: 400, body: { code: 'input.invalid' } })
    }
    const list = z.array(unitRecord).parse((await administrator.send('GET', '/api/units/records')).body)
    expect(list.find(({ id }) => id === unit.id)).toEqual(unit)
  })
})

describe('a unit that was renamed', () => {
  test.each([
    ['2024-02-05', 'CŨ-A', 'MỚI-A'],
    ['2026-02-05', 'MỚI-B', 'CŨ-B'],
    ['', 'MỚI-C', 'CŨ-C'],
  ])('stands in the file of a plan dated “%s” as %s', async (date, shown, hidden) => {
    const [old = '', fresh = ''] = [shown, hidden].toSorted()
    const unit = await make({
      names: [
        { since: '', name: `Tên ${old}`, symbol: old },
        { since: '2025-07-01', name: `Tên ${fresh}`, symbol: fresh },
      ],
    })
    const lead = await server.person()
    const memberships = [{ unit: unit.id, office: 'Cán bộ' }]
    const person = { name: 'Lê Minh', administrator: false, memberships }
    await put(lead.id, person, 'people')
    const water = aTarget('Hộ dùng nước sạch', { 2026: percent('80') }, { responsible: unit.id })
    const plan = aPlan([aPart('Mục tiêu', { targets: [water], blocks: [aView()] })], { date })
    await givePlan(Object.assign(lead, { units: [unit.id] }), plan)
    const response = await fetch(`${server.address}/api/plans/${plan.id}/export.docx`, {
      headers: { cookie: lead.cookie },
    })
    const files = unzipSync(new Uint8Array(await response.arrayBuffer()))
    const text = strFromU8(files['word/document.xml'] ?? new Uint8Array())
    expect([text.includes(shown), text.includes(hidden)]).toEqual([true, false])
  })
})

describe('a person', () => {
  const aPerson = (username: string, memberships: { unit: UnitId; office: string }[] = []) => {
    return { username, name: 'Hoàng Thị Mai', administrator: false, memberships }
  }

  test('gets an account whose password is told once, and signs in with it', async () => {
    const [one, other] = [await make(), await make()]
    const memberships = [
      { unit: one.id, office: 'Chủ tịch' },
      { unit: other.id, office: 'Uỷ viên' },
    ]
    const answer = await administrator.send('POST', '/api/people', aPerson('Mai.HT', memberships))
    const { person, password } = createdPerson.parse(answer.body)
    expect(person).toMatchObject({ username: 'mai.ht', memberships })
    const caller = await server.signIn('mai.ht', password)
    expect(me.parse((await caller.send('GET', '/api/me')).body).units.map(({ id, office }) => [id, office])).toEqual([
      [one.id, 'Chủ tịch'],
      [other.id, 'Uỷ viên'],
    ])
    const list = JSON.stringify((await administrator.send('GET', '/api/people/records')).body)
    expect(list).toContain('mai.ht')
    expect(list).not.toContain(password)
  })

  test('has a user name that nobody else has', async () => {
    const member = await server.person()
    expect(await administrator.send('POST', '/api/people', aPerson(member.username))).toMatchObject({
      status: 409,
      body: { code: 'conflict.username' },
    })
  })

  test('is moved to another unit with another office, and their screens follow', async () => {
    const [from, to] = [await make(), await make()]
    const member = await server.person({ units: [shown(from)] })
    const body = { name: 'Tên Mới', administrator: false, memberships: [{ unit: to.id, office: 'Bí thư' }] }
    const answer = await put(member.id, body, 'people')
    expect(personRecord.parse(answer.body)).toMatchObject(body)
    expect(me.parse((await member.send('GET', '/api/me')).body)).toMatchObject({
      name: 'Tên Mới',
      units: [{ id: to.id, office: 'Bí thư' }],
    })
  })

  test('that nobody knows is not found, and no unit that has ended takes anybody in', async () => {
    const body = { name: 'Ai', administrator: false, memberships: [] }
    expect(await put(newId(), body, 'people')).toMatchObject({ status: 404 })
    const ended = await make({ closedOn: '2025-07-01' })
    for (const unit of [newId<UnitId>(), ended.id]) {
      const wanted = aPerson('khong.co', [{ unit, office: 'Cán bộ' }])
      const answer = await administrator.send('POST', '/api/people', wanted)
      expect(answer).toMatchObject({ status: 409, body: { code: 'unit.unknown' } })
    }
    await expect(server.signIn('khong.co', 'mat-khau-nao-do')).rejects.toThrow('auth.wrong')
  })

  test.each([
    ['a user name with blanks', { username: 'mai ht' }],
    ['no name', { name: ' ' }],
    ['no office', { memberships: [{ unit: newId(), office: '' }] }],
    ['one unit twice', { memberships: Array.from({ length: 2 }, () => ({ unit: 'a'.repeat(20), office: 'Cán bộ' })) }],
  ])('with %s is refused', async (_, wrong) => {
    const answer = await administrator.send('POST', '/api/people', { ...aPerson('ai.do'), ...wrong })
    expect(answer).toMatchObject({ status: 400, body: { code: 'input.invalid' } })
  })

  test('cannot stop being an administrator by their own hand', async () => {
    const body = { name: 'Tôi', administrator: false, memberships: [] }
    const answer = await put(administrator.id, body, 'people')
    expect(answer).toMatchObject({ status: 409, body: { code: 'person.self' } })
    expect((await administrator.send('GET', '/api/people/records')).status).toBe(200)
  })
})

describe('the trail', () => {
  async function told(subject: string) {
    const { query } = server.running.database
    const rows = await query
      .selectFrom('audit_trail')
      .selectAll()
      .where('subject', '=', subject)
      .orderBy('seq')
      .execute()
    expect(new Set(rows.map(({ actor }) => actor))).toEqual(new Set([administrator.id]))
    return rows.map(({ action, detail }) => [action, JSON.parse(detail) as unknown])
  }

  test('tells who made and changed a unit, and what is new of it', async () => {
    const unit = await make()
    await put(unit.id, { ...unit, level: 'province' })
    await put(unit.id, { ...unit, level: 'province' })
    await put(unit.id, { ...unit, parent: unit.id })
    expect(await told(`unit/${unit.id}`)).toMatchObject([
      ['unit.created', { names: unit.names }],
      ['unit.changed', { level: 'province' }],
    ])
  })

  test('tells of a person, and of each unit that they come to and leave, without the password', async () => {
    const [one, other] = [await make(), await make()]
    const wanted = { name: 'Lê An', administrator: false, memberships: [{ unit: one.id, office: 'Cán bộ' }] }
    const answer = await administrator.send('POST', '/api/people', { ...wanted, username: 'le.an' })
    const { person, password } = createdPerson.parse(answer.body)
    for (const [unit, office] of [[one.id, 'Phó Chủ tịch'] as const, [other.id, 'Chủ tịch'] as const]) {
      await put(person.id, { ...wanted, memberships: [{ unit, office }] }, 'people')
    }
    await put(person.id, { ...wanted, name: 'Lê Ân', memberships: [] }, 'people')
    const rows = await told(`person/${person.id}`)
    expect(rows).toEqual([
      ['person.created', { username: 'le.an', name: 'Lê An', administrator: false }],
      ['member.added', { unit: one.id, office: 'Cán bộ' }],
      ['member.changed', { unit: one.id, office: 'Phó Chủ tịch' }],
      ['member.removed', { unit: one.id }],
      ['member.added', { unit: other.id, office: 'Chủ tịch' }],
      ['person.changed', { name: 'Lê Ân' }],
      ['member.removed', { unit: other.id }],
    ])
    expect(JSON.stringify(rows)).not.toContain(password)
  })
})

function shown({ id, names, colour, parent }: ReturnType<typeof unitRecord.parse>) {
  return { id, colour, parent, name: names[0]?.name ?? '', symbol: names[0]?.symbol ?? '' }
}
