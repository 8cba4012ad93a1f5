import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import * as z from 'zod/mini'
import { writeCsv } from '@soanchung/shared/csv.ts'
import { me } from '@soanchung/shared/protocol.ts'
import {
  columnHeadings,
  importColumns,
  importReport,
  importStep,
  largestImport,
  sampleImport,
  type ImportColumn,
  type ImportReport,
  type ImportStep,
} from '@soanchung/shared/units/import.ts'
import { personRecord, unitRecord } from '@soanchung/shared/units/units.ts'
import { startServer, type TestPerson, type TestServer } from '../support/server.ts'

let server: TestServer
let administrator: TestPerson
beforeAll(async () => {
  server = await startServer()
  administrator = await server.person({ administrator: true, name: 'Ngô Hải Yến', username: 'quan.tri' })
  const there = [unit('Đảng uỷ xã Đồng Mai', 'ĐU-ĐM', { kind: 'Đảng' }), person('Lê Văn Cũ', 'nguoi.cu', 'ĐU-ĐM')]
  expect((await send(file(there))).done).toBe(true)
})
afterAll(() => server.stop())

type Line = Partial<Record<ImportColumn, string>>

function unit(name: string, symbol: string, more: Line = {}): Line {
  return { row: 'Đơn vị', name, symbol, ...more }
}

function person(name: string, username: string, of: string, more: Line = {}): Line {
  return { row: 'Người', name, username, unit: of, office: 'Cán bộ', ...more }
}

function file(lines: readonly Line[], columns: readonly ImportColumn[] = importColumns): string {
  const head = columns.map((column) => columnHeadings[column])
  return writeCsv([head, ...lines.map((line) => columns.map((column) => line[column] ?? ''))])
}

async function post(path: string, content: string | Uint8Array<ArrayBuffer>, signal: AbortSignal | null = null) {
  const response = await fetch(`${server.address}/api/units/${path}`, {
    method: 'POST',
    headers: { origin: server.address, cookie: administrator.cookie, 'content-type': 'text/csv' },
    body: content,
    signal,
  })
  expect(response.status).toBe(200)
  return response
}

async function steps(content: string | Uint8Array<ArrayBuffer>): Promise<ImportStep[]> {
  const lines = (await (await post('import', content)).text()).trimEnd().split('\n')
  return lines.map((line) => importStep.parse(JSON.parse(line)))
}

async function send(content: string | Uint8Array<ArrayBuffer>): Promise<ImportReport> {
  return z.object({ report: importReport }).parse((await steps(content)).at(-1)).report
}

async function preview(content: string): Promise<ImportReport> {
  return importReport.parse(await (await post('import/preview', content)).json())
}

/** All that an import could change. */
async function standing() {
  const { query } = server.running.database
  const tables = ['units', 'unit_names', 'unit_edges', 'unit_members', 'user', 'account'] as const
  return Promise.all(tables.map((table) => query.selectFrom(table).selectAll().execute()))
}

describe('a commune from a file', () => {
  test('is shown first and changes nothing, then stands there with people who sign in', async () => {
    const before = await standing()
    const previewed = await preview(sampleImport())
    expect(previewed).toMatchObject({ done: false, problems: [], accounts: [] })
    expect(previewed.counts).toEqual({ units: 6, people: 3, memberships: 4 })
    expect(await standing()).toEqual(before)

    const report = await send(sampleImport())
    expect(report).toMatchObject({ done: true, counts: previewed.counts, lines: previewed.lines })
    const units = z.array(unitRecord).parse((await administrator.send('GET', '/api/units/records')).body)
    const front = units.find(({ names }) => names[0]?.symbol === 'MTTQ')
    const farmers = units.find(({ names }) => names[0]?.symbol === 'HND')
    expect(front).toMatchObject({ kind: 'front', level: 'commune', profile: 'front', parent: null })
    expect(farmers).toMatchObject({ kind: 'association', parent: front?.id })
    const bao = report.accounts.find(({ username }) => username === 'bao.tv')
    const caller = await server.signIn('bao.tv', bao?.password ?? '')
    expect(me.parse((await caller.send('GET', '/api/me')).body).units).toMatchObject([
      { symbol: 'HND', office: 'Chủ tịch Hội Nông dân' },
      { symbol: 'MTTQ', office: 'Uỷ viên Ban Thường trực' },
    ])

    const again = await send(sampleImport())
    expect(again).toMatchObject({ done: true, counts: { units: 0, people: 0, memberships: 0 }, accounts: [] })
    expect(new Set(again.lines.map(({ state }) => state))).toEqual(new Set(['kept']))
  })

  test.each([
    ['semicolons, as spreadsheets here write it', (text: string) => text.replaceAll(',', ';')],
    ['tabs', (text: string) => text.replaceAll(',', '\t')],
    ['no mark of UTF-8', (text: string) => text.slice(1)],
    ['line ends of Unix', (text: string) => text.replaceAll('\r\n', '\n')],
    ['decomposed letters', (text: string) => text.normalize('NFD')],
    ['empty lines and columns', (text: string) => text.replaceAll('\r\n', ',,\r\n,,,,\r\n\r\n')],
    ['headings in capitals without diacritics', (text: string) => text.replace('Ký hiệu', 'KY HIEU')],
  ])('is read with %s', async (_, write) => {
    expect(await preview(write(sampleImport()))).toMatchObject({ problems: [] })
  })

  test('names units that are there already, and those of later lines', async () => {
    const lines = [
      person('Phạm Thị Xa', 'xa.pt', 'TO-2'),
      unit('Tổ hai', 'TO-2', { unit: 'to-1', guidedBy: 'ĐU-ĐM', memberOf: 'TO-1 | ĐU-ĐM' }),
      unit('Tổ một', 'TO-1', { unit: 'ĐU-ĐM' }),
      person('Lê Văn Cũ', 'nguoi.cu', 'TO-1'),
    ]
    expect(await send(file(lines))).toMatchObject({ done: true, counts: { units: 2, people: 1, memberships: 2 } })
    const units = z.array(unitRecord).parse((await administrator.send('GET', '/api/units/records')).body)
    const idOf = (symbol: string) => units.find(({ names }) => names[0]?.symbol === symbol)?.id
    const two = units.find(({ names }) => names[0]?.symbol === 'TO-2')
    expect(two).toMatchObject({ parent: idOf('TO-1'), guidedBy: [idOf('ĐU-ĐM')] })
    expect(new Set(two?.memberOf)).toEqual(new Set([idOf('TO-1'), idOf('ĐU-ĐM')]))
    const people = z.array(personRecord).parse((await administrator.send('GET', '/api/people/records')).body)
    expect(people.find(({ username }) => username === 'nguoi.cu')?.memberships.map((one) => one.unit)).toEqual([
      idOf('ĐU-ĐM'),
      idOf('TO-1'),
    ])
  })
})

describe('a line that is wrong is named, and nothing is changed', () => {
  const good = [unit('Hội A', 'HA'), person('Trần An', 'tran.an', 'HA')]
  const cases: [string, Line[], Partial<ImportReport['problems'][number]>[]][] = [
    ['a doubled symbol', [...good, unit('Hội khác', 'ha')], [{ line: 4, code: 'symbol-doubled', other: 2 }]],
    [
      'a symbol of a unit with another name',
      [...good, unit('Đảng uỷ khác', 'ĐU-ĐM')],
      [{ line: 4, code: 'symbol-taken', value: 'Đảng uỷ xã Đồng Mai' }],
    ],
    [
      'an unknown parent',
      [...good, unit('Hội B', 'HB', { unit: 'KHONG' })],
      [{ line: 4, code: 'unit-unknown', column: 'unit', value: 'KHONG' }],
    ],
    [
      'a unit that nobody knows as a guide',
      [...good, unit('Hội B', 'HB', { guidedBy: 'HA|KHONG' })],
      [{ line: 4, code: 'unit-unknown', column: 'guidedBy', value: 'KHONG' }],
    ],
    [
      'a circle',
      [...good, unit('B', 'HB', { unit: 'HC' }), unit('C', 'HC', { unit: 'HD' }), unit('D', 'HD', { unit: 'HB' })],
      [{ line: 4, code: 'circle', value: 'HB → HC → HD → HB' }],
    ],
    ['a unit under itself', [unit('B', 'HB', { unit: 'HB' })], [{ line: 2, code: 'circle' }]],
    ['a member of itself', [unit('B', 'HB', { memberOf: 'HB' })], [{ line: 2, code: 'self', column: 'memberOf' }]],
    ['an unknown kind', [unit('B', 'HB', { kind: 'Câu lạc bộ' })], [{ line: 2, code: 'word', column: 'kind' }]],
    ['an unknown level', [unit('B', 'HB', { level: 'Liên xã' })], [{ line: 2, code: 'word', column: 'level' }]],
    ['an unknown profile', [unit('B', 'HB', { profile: 'X' })], [{ line: 2, code: 'word', column: 'profile' }]],
    ['neither unit nor person', [...good, { row: 'Phòng', name: 'X' }], [{ line: 4, code: 'row', value: 'Phòng' }]],
    ['nothing said of what it is', [...good, { name: 'X' }], [{ line: 4, code: 'missing', column: 'row' }]],
    ['no symbol', [unit('B', '')], [{ line: 2, code: 'missing', column: 'symbol' }]],
    ['a symbol with a slash', [unit('B', 'B/C')], [{ line: 2, code: 'form', column: 'symbol' }]],
    ['no name', [unit('', 'HB')], [{ line: 2, code: 'missing', column: 'name' }]],
    ['a name that is too long', [unit('B'.repeat(201), 'HB')], [{ line: 2, code: 'form', column: 'name' }]],
    ['lost letters', [unit('H?i Nông dân', 'HB')], [{ line: 2, code: 'letters', column: 'name' }]],
    [
      'a doubled user name',
      [...good, person('Người khác', 'tran.an', 'HA')],
      [{ line: 4, code: 'username-doubled', other: 3 }],
    ],
    [
      'a user name of somebody else',
      [...good, person('Người khác', 'quan.tri', 'HA')],
      [{ line: 4, code: 'username-taken', value: 'Ngô Hải Yến' }],
    ],
    [
      'a user name with diacritics',
      [person('An', 'trần.an', 'ĐU-ĐM')],
      [{ line: 2, code: 'form', column: 'username' }],
    ],
    [
      'no office',
      [...good, person('B', 'tran.b', 'HA', { office: '' })],
      [{ line: 4, code: 'missing', column: 'office' }],
    ],
    [
      'an office that is too long',
      [person('B', 'tran.b', 'ĐU-ĐM', { office: 'x'.repeat(201) })],
      [{ line: 2, code: 'form', column: 'office' }],
    ],
    ['nobody’s unit', [person('B', 'tran.b', '')], [{ line: 2, code: 'missing', column: 'unit' }]],
    [
      'a person in one unit twice',
      [...good, person('Trần An', 'tran.an', 'ha')],
      [{ line: 4, code: 'member-doubled', other: 3 }],
    ],
    [
      'a person with a symbol',
      [person('B', 'tran.b', 'ĐU-ĐM', { symbol: 'B' })],
      [{ line: 2, code: 'extra', column: 'symbol' }],
    ],
    ['a unit with an office', [unit('B', 'HB', { office: 'B' })], [{ line: 2, code: 'extra', column: 'office' }]],
    [
      'several things in several lines',
      [unit('B', 'HB', { kind: 'X' }), person('An', 'an.b', 'HB'), person('', 'Ẩn', 'KHONG')],
      [
        { line: 2, code: 'word' },
        { line: 4, code: 'missing', column: 'name' },
        { line: 4, code: 'form', column: 'username' },
      ],
    ],
  ]

  test.each(cases)('%s', async (_, lines, problems) => {
    const before = await standing()
    const report = await send(file(lines))
    expect(report).toMatchObject({ done: false, accounts: [] })
    expect(report.problems).toMatchObject(problems)
    expect(report.problems).toHaveLength(problems.length)
    expect(await standing()).toEqual(before)
  })
})

describe('a file that is wrong as a whole is named, and nothing is changed', () => {
  const text = file([unit('Hội Nông dân xã Đường Sạch', 'HX'), unit('Hội Phụ nữ xã Đường Sạch', 'HY')]).slice(1)
  const iconv = (to: string) => new Uint8Array(execFileSync('iconv', ['-f', 'UTF-8', '-t', to], { input: text }))
  const latin = Uint8Array.from(text, (letter) => (letter.charCodeAt(0) < 256 ? letter.charCodeAt(0) : 63))
  const many = Array.from({ length: largestImport.rows + 1 }, (_, index) => unit(`Tổ ${index}`, `T${index}`))
  const without = (column: ImportColumn) => importColumns.filter((one) => one !== column)

  const cases: [string, string | Uint8Array<ArrayBuffer>, Partial<ImportReport['problems'][number]>][] = [
    ['Windows-1258', iconv('CP1258'), { line: 1, code: 'encoding', value: 'Windows-1258' }],
    ['Windows-1252', latin, { line: 1, code: 'encoding', value: 'Windows-1252' }],
    [
      'UTF-16 with its mark',
      Uint8Array.from(Buffer.from(`\ufeff${text}`, 'utf16le')),
      { line: 1, code: 'encoding', value: 'UTF-16' },
    ],
    [
      'UTF-16 without its mark',
      Uint8Array.from(Buffer.from(text, 'utf16le')),
      { line: 1, code: 'encoding', value: 'UTF-16' },
    ],
    [
      'one byte that is no UTF-8 in line 3',
      Uint8Array.from([...Buffer.from('a\nb\nc'), 0xff]),
      { line: 3, code: 'encoding' },
    ],
    ['a workbook', Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0]), { line: 1, code: 'workbook' }],
    ['nothing', '', { line: 1, code: 'empty' }],
    ['headings alone', file([]), { line: 1, code: 'empty' }],
    ['no headings', file([unit('B', 'HB')]).split('\r\n')[1] ?? '', { line: 1, code: 'heading-unknown' }],
    [
      'a column that nobody knows',
      text.replace('Cấp', 'Địa chỉ'),
      { line: 1, code: 'heading-unknown', value: 'Địa chỉ' },
    ],
    ['a column twice', text.replace('Cấp', 'Loại'), { line: 1, code: 'heading-doubled', column: 'kind' }],
    [
      'no column of names',
      file([unit('B', 'HB')], without('name')),
      { line: 1, code: 'heading-missing', column: 'name' },
    ],
    [
      'no column of symbols',
      file([unit('B', 'HB')], without('symbol')),
      { line: 2, code: 'missing', column: 'symbol' },
    ],
    ['more cells than headings', text.replace('HX,', 'HX,,,,,,,,,,,thừa,'), { line: 2, code: 'cells', value: 'thừa' }],
    ['headings whose letters were lost', text.replace('Dòng', 'D?ng'), { line: 1, code: 'letters', value: 'D?ng' }],
    ['quotes that do not end', `${text}Đơn vị,"Hội\r\n`, { code: 'quote' }],
    ['too many lines', file(many), { line: largestImport.rows + 2, code: 'rows' }],
    ['more than half a megabyte', 'x'.repeat(largestImport.bytes + 1), { line: 1, code: 'large' }],
  ]

  test.each(cases)('%s', async (_, content, problem) => {
    const before = await standing()
    const report = await send(content)
    expect(report).toMatchObject({ done: false, accounts: [] })
    expect(report.problems[0]).toMatchObject(problem)
    expect(await standing()).toEqual(before)
  })

  test('more than a megabyte is not even read', async () => {
    const response = await fetch(`${server.address}/api/units/import`, {
      method: 'POST',
      headers: { origin: server.address, cookie: administrator.cookie, 'content-type': 'text/csv' },
      body: 'x'.repeat(1_100_000),
    })
    expect([response.status, await response.json()]).toMatchObject([413, { code: 'input.large' }])
  })
})

const village = (symbol: string, people: number) => [
  unit(`Chi hội ${symbol}`, symbol),
  ...Array.from({ length: people }, (_, index) => person('Trần Văn', `${symbol.toLowerCase()}.${index}`, symbol)),
]

test('an import says how many accounts are ready, never more than there are, and ends with its report', async () => {
  const told = await steps(file(village('CHA', 5)))
  expect(told.slice(0, -1)).toEqual([2, 4, 5].map((made) => ({ made, of: 5 })))
  expect(told.at(-1)).toMatchObject({ report: { done: true } })
})

test('whoever stops an import on the way has imported nothing', async () => {
  const newUser = vi.spyOn(server.running.accounts, 'newUser')
  const begun = () => newUser.mock.calls.filter(([{ username }]) => username.startsWith('chb.')).length
  const stopping = new AbortController()
  const response = await post('import', file(village('CHB', 200)), stopping.signal)
  await response.body?.getReader().read()
  stopping.abort()
  // Others' imports take turns with it for as long as it goes on.
  await send(file(village('CHC', 4)))
  const before = begun()
  await send(file(village('CHD', 8)))
  expect(begun()).toBe(before)
  expect((await preview(file(village('CHB', 1)))).counts).toMatchObject({ units: 1, people: 1 })
})

test('two imports of one file at once make everybody once', async () => {
  const lines = [unit('Hội Đôi', 'DOI'), person('Trần Đôi', 'tran.doi', 'DOI')]
  const reports = await Promise.all([send(file(lines)), send(file(lines))])
  expect(reports.map(({ done }) => done)).toEqual([true, true])
  expect(reports.flatMap(({ accounts }) => accounts)).toHaveLength(1)
})

test('what a field holds is text, whatever a spreadsheet would make of it', async () => {
  const lines = [
    unit('=HYPERLINK("http://example.vn")', 'CT'),
    person('+84', 'cong.thuc', 'CT', { office: '@SUM(A1)' }),
  ]
  const head = importColumns.map((column) => columnHeadings[column]).join(',')
  const rows = lines.map((line) => importColumns.map((column) => `"${(line[column] ?? '').replaceAll('"', '""')}"`))
  const report = await send([head, ...rows.map((row) => row.join(','))].join('\n'))
  expect(report.lines).toMatchObject([{ name: '=HYPERLINK("http://example.vn")' }, { name: '+84', office: '@SUM(A1)' }])
})
