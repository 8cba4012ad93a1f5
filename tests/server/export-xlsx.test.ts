import { describe, expect, it } from 'vitest'
import { newId, type PlanId, type UnitId } from '@soanchung/shared/ids.ts'
import type { PlanRollUp, RolledUnit } from '@soanchung/shared/links/links.ts'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import type { Quantity } from '@soanchung/shared/targets/quantity.ts'
import { exportXlsx } from '../../server/src/export/xlsx.ts'
import { aPart, aPlan, aTarget, percent } from '../support/plans.ts'
import { aLine, aTask, typedValue } from '../support/registers.ts'
import { startServer } from '../support/server.ts'
import { readXlsx, type ReadCell } from '../support/xlsx.ts'

const farmers = { id: newId<UnitId>(), name: 'Hội Nông dân', symbol: 'HND' }
const women = { id: newId<UnitId>(), name: 'Hội Liên hiệp Phụ nữ', symbol: 'HPN' }
const youth = { id: newId<UnitId>(), name: 'Đoàn Thanh niên', symbol: 'ĐTN' }
const units = [farmers, women, youth]
const period = { from: 2026, to: 2027 }

async function sheetsOf(plan: PlanSnapshot, rollUp: PlanRollUp | null = null) {
  return readXlsx(await exportXlsx(plan, { units, rollUp }))
}

/** The cells below a title, the total's last. */
function column(sheet: readonly ReadCell[][] | undefined, title: string): ReadCell[] {
  const head = sheet?.findIndex((row) => row.some(({ value }) => value === title)) ?? -1
  const at = sheet?.[head]?.findIndex(({ value }) => value === title) ?? -1
  if (at < 0) throw new Error(`no column ${title}`)
  return (sheet?.slice(head + 1) ?? []).flatMap((row) => row[at] ?? [])
}

function aCell(value: string, measure: { kind: 'percent' } | { kind: 'count'; noun: string } = { kind: 'percent' }) {
  return aTarget('Hộ dùng nước sạch', {}, { measure, values: { 2026: typedValue(value, measure) } })
}

async function cellOf(target: ReturnType<typeof aCell>): Promise<ReadCell | undefined> {
  const sheets = await sheetsOf(aPlan([aPart('Mục tiêu', { targets: [target] })], { period }))
  return column(sheets.get('Chỉ tiêu'), 'Năm 2026')[0]
}

describe('a plan as an Excel file', () => {
  it('has a sheet for each register that has entries', async () => {
    const part = aPart('Mục tiêu', {
      targets: [aCell('80')],
      tasks: [aTask('Mở lớp', { lead: farmers.id, partners: { units: [women.id], others: 'trường học' } })],
      budget: [aLine('Tập huấn', { 2026: '20 triệu đồng' })],
    })
    const sheets = await sheetsOf(aPlan([part], { period }))
    expect([...sheets.keys()]).toEqual(['Chỉ tiêu', 'Nhiệm vụ', 'Kinh phí', 'Kinh phí theo nguồn, đơn vị'])
    expect(column(sheets.get('Nhiệm vụ'), 'Phối hợp')[0]?.value).toBe('HPN, trường học')
    expect(column(sheets.get('Nhiệm vụ'), 'Phần')[0]?.value).toBe('I. Mục tiêu')
  })

  it('says so where a plan has no entries yet', async () => {
    const sheets = await sheetsOf(aPlan([aPart('Mục đích')]))
    expect(
      sheets
        .get('Chỉ tiêu')
        ?.flat()
        .map(({ value }) => value),
    ).toContain('Văn bản chưa có chỉ tiêu, nhiệm vụ, kinh phí.')
  })

  it.each([
    ['80', '80', '#,##0'],
    ['78,5', '78.5', '#,##0.0'],
    ['ít nhất 80', '80', '"≥ "#,##0;"≥ -"#,##0'],
    ['dưới 1,25', '1.25', '"< "#,##0.00;"< -"#,##0.00'],
    ['-3', '-3', '#,##0'],
  ])('keeps "%s" a real number, with its sign in the format', async (typed, value, format) => {
    expect(await cellOf(aCell(typed))).toEqual({ kind: 'number', value, format })
  })

  it.each([
    ['1.250 hộ', '1250', '#,##0'],
    ['21/21 hộ', '21', '#,##0"/21"'],
    ['05 mô hình', '5', '"0"'],
  ])('writes the count "%s" as a number', async (typed, value, format) => {
    const cell = await cellOf(aCell(typed, { kind: 'count', noun: 'hộ' }))
    expect(cell).toMatchObject({ kind: 'number', value })
    expect(cell?.format).toContain(format === '"0"' ? '" mô hình"' : format)
  })

  it.each(['từ 25 đến 30', 'nhiều', '1234567890123456789'])(
    'leaves "%s" as text, since no single number of a spreadsheet says it',
    async (typed) => {
      expect((await cellOf(aCell(typed)))?.kind).toBe('text')
    },
  )

  it('sums up money in real numbers, in words below', async () => {
    const budget = [
      aLine('Tập huấn', { 2026: '1.200 triệu đồng', 2027: '300,5 triệu đồng' }, { source: 'Ngân sách tỉnh' }),
      aLine('Hỗ trợ', { 2026: '1 tỷ đồng' }),
    ]
    const sheet = (await sheetsOf(aPlan([aPart('Kinh phí', { budget })], { period }))).get('Kinh phí')
    expect(column(sheet, 'Năm 2026').map(({ kind, value }) => [kind, value])).toEqual([
      ['number', '1200'],
      ['number', '1000'],
      ['number', '2200'],
    ])
    expect(column(sheet, 'Cộng').at(-1)).toMatchObject({ kind: 'number', value: '2500.5' })
    expect(sheet?.flat().map(({ value }) => value)).toContain('Dự toán kinh phí (đơn vị tính: triệu đồng)')
    expect(sheet?.at(-1)?.[0]?.value).toMatch(/^Bằng chữ: Hai tỷ năm trăm triệu/)
  })
})

describe('what a plan costs by source and unit', () => {
  it('stands on a sheet of its own, by each and by both, in real numbers', async () => {
    const province = { source: 'Ngân sách tỉnh' }
    const budget = [
      aLine('Tập huấn', { 2026: '1.200 triệu đồng' }, { ...province, responsible: farmers.id }),
      aLine('Hỗ trợ', { 2026: '1 tỷ đồng', 2027: '300,5 triệu đồng' }, { ...province, responsible: women.id }),
      aLine('In ấn', { 2027: '40 triệu đồng' }),
    ]
    const sheets = await sheetsOf(aPlan([aPart('Kinh phí', { budget })], { period }))
    const rows = sheets.get('Kinh phí theo nguồn, đơn vị')?.slice(4) ?? []
    expect(rows.map((row) => row.map(({ value }) => value))).toEqual([
      ['Theo nguồn', '', '', '', ''],
      ['Ngân sách tỉnh', '', '2200', '300.5', '2500.5'],
      ['Chưa ghi nguồn', '', '', '40', '40'],
      ['Theo đơn vị', '', '', '', ''],
      ['', 'Hội Liên hiệp Phụ nữ', '1000', '300.5', '1300.5'],
      ['', 'Hội Nông dân', '1200', '', '1200'],
      ['', 'Chưa giao đơn vị', '', '40', '40'],
      ['Theo nguồn và đơn vị', '', '', '', ''],
      ['Ngân sách tỉnh', 'Hội Liên hiệp Phụ nữ', '1000', '300.5', '1300.5'],
      ['Ngân sách tỉnh', 'Hội Nông dân', '1200', '', '1200'],
      ['Chưa ghi nguồn', 'Chưa giao đơn vị', '', '40', '40'],
      ['Tổng cộng', '', '2200', '340.5', '2540.5'],
    ])
    expect(rows.at(-1)?.at(-1)?.kind).toBe('number')
  })

  it('says beside a sum what could not be added', async () => {
    const budget = [aLine('Tập huấn', { 2026: '5 triệu đồng' }), aLine('Khác', { 2026: 'khoảng vài trăm triệu' })]
    const sheets = await sheetsOf(aPlan([aPart('Kinh phí', { budget })], { period }))
    const total = sheets.get('Kinh phí theo nguồn, đơn vị')?.at(-1)?.at(2)
    expect(total).toMatchObject({ kind: 'number', value: '5', format: '#,##0" (chưa kể 1 số)"' })
  })
})

/** What a spreadsheet takes for a formula when somebody types it, and what else could break out of a text. */
const hostile = [
  '=1+1',
  '+1+1',
  '-1+1',
  '@SUM(1)',
  '|calc',
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  ' =1+1',
  '＝1+1',
  '＋1',
  '－1',
  '＠SUM(1)',
  '=HYPERLINK("http://x.test","a")',
  '</t></si><f>1+1</f>',
  '_x003D_1+1',
  'constructor',
  '__proto__',
]

/** A plan in which every text that somebody can type is `text`. */
function aHostilePlan(text: string): PlanSnapshot {
  const named = { id: newId<UnitId>(), name: text, symbol: text }
  const target = aTarget(
    text,
    {},
    {
      ...{ note: text, responsible: named.id, baseline: { typed: text }, values: { 2026: { typed: text } } },
      measure: { kind: 'count', noun: 'hộ' },
    },
  )
  const task = aTask(text, {
    ...{ note: text, product: text, lead: named.id, due: { typed: text }, serves: [target.id] },
    partners: { units: [named.id], others: text },
  })
  const line = aLine(
    text,
    {},
    {
      ...{ note: text, source: text, noun: text, responsible: named.id, price: { typed: text } },
      ...{ amounts: { 2026: { typed: text } }, quantities: { 2026: { typed: text } } },
    },
  )
  const part = aPart(text, { targets: [target], tasks: [task], budget: [line] })
  return aPlan([part], { period, subject: text, issuer: text, number: text })
}

async function hostileFile(text: string): Promise<Uint8Array> {
  const plan = aHostilePlan(text)
  const [target] = plan.parts[0]?.targets ?? []
  return await exportXlsx(plan, { units: [{ id: target?.responsible ?? farmers.id, name: text, symbol: text }] })
}

describe('a formula that somebody typed', () => {
  it.each(hostile)('stays the text %j in every field', async (text) => {
    const cells = [...readXlsx(await hostileFile(text)).values()].flat(2)
    expect(cells.filter(({ kind }) => kind === 'formula')).toEqual([])
    const typed = text.replaceAll('\r', '\n')
    const said = cells.filter(({ value }) => value.trimEnd() === typed)
    // Every field of the three registers but names of units beside partners, and the title rows.
    expect(said.length).toBeGreaterThanOrEqual(17)
    expect(said.every(({ kind }) => kind === 'text')).toBe(true)
    expect(cells.filter(({ kind }) => kind === 'number').map(({ value }) => value)).toEqual(['1', '1', '1'])
  })

  it.each(['=1+1', '-1', '@a', '＝1', '\t=1'])('is still a text after somebody typed Enter in %j', async (text) => {
    const cells = [...readXlsx(await hostileFile(text)).values()].flat(2)
    const formats = cells.filter(({ value }) => value === text).map(({ format }) => format)
    expect(new Set(formats)).toEqual(new Set(['@']))
  })
})

describe('what units say of the targets that a plan gives down', () => {
  const water = aTarget('Hộ dùng nước sạch', { 2026: percent('80') }, { measure: { kind: 'percent' } })
  const plan = aPlan([aPart('Mục tiêu', { targets: [water] })], { period })
  const says = (unit: UnitId, more: Partial<RolledUnit>, value?: Quantity): RolledUnit => ({
    ...{ unit, way: 'same', weight: null, given: { 2026: percent('80') }, answer: 'accepted', reason: '' },
    ...{ isStale: false, values: value === undefined ? {} : { 2026: value }, gathered: {}, results: {}, ...more },
  })
  const carried = { id: newId<PlanId>(), subject: '', standing: 'issued', mayOpen: false } as const
  const rollUp: PlanRollUp = {
    count: 1,
    // Neither in the order of units.
    carriers: [
      { unit: youth.id, plan: null, keys: {} },
      { unit: women.id, plan: carried, keys: {} },
      { unit: farmers.id, plan: carried, keys: {} },
    ],
    targets: [
      {
        ...{ target: water.id, method: 'average' },
        years: {
          2026: {
            stated: { quantity: percent('81.25'), counted: 2, left: 1 },
            gathered: { quantity: percent('79'), counted: 2, left: 1 },
          },
        },
        units: [
          says(farmers.id, { isStale: true }, percent('82.5', '>=')),
          says(women.id, { answer: 'countered' }, percent('80')),
          says(youth.id, { answer: 'waiting' }),
        ],
      },
    ],
  }

  it('is a matrix of real numbers with the answers beside them', async () => {
    const sheet = (await sheetsOf(plan, rollUp)).get('Tổng hợp 2026')
    expect(column(sheet, 'Đơn vị').map(({ value }) => value)).toEqual([
      ...['Hội Nông dân', 'Hội Liên hiệp Phụ nữ', 'Đoàn Thanh niên'],
      ...['Tổng hợp', 'Tổng hợp từ cấp thấp nhất', 'Chỉ tiêu của văn bản'],
      ...['Chênh lệch', 'Đơn vị chờ trả lời', 'Đơn vị có số không tổng hợp được'],
    ])
    const cells = column(sheet, 'Hộ dùng nước sạch (%)')
    expect(cells.map(({ kind, value }) => [kind, value])).toEqual([
      ['number', '82.5'],
      ['number', '80'],
      ['text', 'chờ trả lời'],
      ['number', '81.25'],
      ['number', '79'],
      ['number', '80'],
      ['text', 'đủ'],
      ['number', '1'],
      ['number', '1'],
    ])
    expect(cells[0]?.format).toMatch(/^"≥ "#,##0\.0" \(chưa theo số mới\)"/)
    expect(cells[1]?.format).toBe('#,##0" (đề nghị mức khác)"')
  })

  it('says below what is missing, a real number in the measure of the column', async () => {
    const money = (number: string, scale: 'trieu' | 'ty'): Quantity => ({
      ...{ comparison: '=', numbers: [number], measure: { kind: 'money', scale } },
    })
    const funds = aTarget('Vốn', { 2026: money('2000', 'trieu') }, { measure: { kind: 'money', scale: 'trieu' } })
    const stated = { quantity: money('1.5', 'ty'), counted: 1, left: 0 }
    const one = says(women.id, { given: { 2026: money('2000', 'trieu') }, values: { 2026: money('1.5', 'ty') } })
    const targets = [
      { target: funds.id, method: 'sum' as const, years: { 2026: { stated, gathered: stated } }, units: [one] },
    ]
    const carriers = [{ unit: women.id, plan: carried, keys: {} }]
    const given = aPlan([aPart('Mục tiêu', { targets: [funds] })], { period })
    const sheets = await sheetsOf(given, { count: 1, carriers, targets })
    expect(column(sheets.get('Tổng hợp 2026'), 'Vốn (triệu đồng)')).toEqual([
      { kind: 'number', value: '1500', format: '#,##0" (thiếu)"' },
      { kind: 'number', value: '1500', format: '#,##0' },
      { kind: 'number', value: '2000', format: '#,##0' },
      { kind: 'number', value: '500', format: '"thiếu "#,##0;"thiếu -"#,##0' },
    ])
  })

  it('has no sheet for a year in which nobody says anything, nor where no unit carries the plan out', async () => {
    expect([...(await sheetsOf(plan, rollUp)).keys()]).toEqual(['Chỉ tiêu', 'Tổng hợp 2026'])
    expect([...(await sheetsOf(plan, { ...rollUp, carriers: [] })).keys()]).toEqual(['Chỉ tiêu'])
  })
})

it('is sent to whoever may export the plan, under the name of the plan', async () => {
  const server = await startServer()
  try {
    const unit = await server.unit('HND')
    const lead = await server.person({ units: [unit] })
    const snapshot = aPlan([aPart('Mục tiêu', { targets: [aCell('80')] })], { number: '12/KH-HND' })
    const made = await lead.send('POST', '/api/plans', { leadUnit: unit.id, snapshot })
    expect(made.status).toBe(200)
    const answer = await fetch(`${server.address}/api/plans/${snapshot.id}/export.xlsx`, {
      headers: { cookie: lead.cookie },
    })
    expect(answer.headers.get('content-disposition')).toContain(
      `filename="12-KH-HND Ke hoach Xay dung khu dan cu sach.xlsx"`,
    )
    const sheets = readXlsx(new Uint8Array(await answer.arrayBuffer()))
    expect(column(sheets.get('Chỉ tiêu'), 'Năm 2026')[0]).toMatchObject({ kind: 'number', value: '80' })
    const stranger = await server.person({ units: [await server.unit('HPN')] })
    expect((await stranger.send('GET', `/api/plans/${snapshot.id}/export.xlsx`)).status).toBe(404)
  } finally {
    await server.stop()
  }
})
