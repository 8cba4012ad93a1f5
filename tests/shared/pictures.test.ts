import { describe, expect, it } from 'vitest'
import { newId, type TargetId, type UnitId } from '@soanchung/shared/ids.ts'
import type { Figures } from '@soanchung/shared/links/links.ts'
import { matrixOfView, matrixTable } from '@soanchung/shared/links/matrix-table.ts'
import type { ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import { paperLook, pictureHeight, pictureOption, pictureWidth } from '@soanchung/shared/pictures/option.ts'
import {
  askedByTarget,
  budgetPicture,
  matrixPicture,
  pictureWords,
  targetPicture,
  viewPictures,
  type Picture,
} from '@soanchung/shared/pictures/picture.ts'
import type { Quantity } from '@soanchung/shared/targets/quantity.ts'
import type { BudgetLine, Target } from '@soanchung/shared/targets/register.ts'
import { cellSourceOf } from '@soanchung/shared/targets/view-cells.ts'
import { rowsOf } from '@soanchung/shared/targets/view.ts'
import { aReceived, aRolledUnit, aRollUp } from '../support/links.ts'
import { aPart, aTarget, aView, percent } from '../support/plans.ts'
import { aLine } from '../support/registers.ts'

const meta = { period: { from: 2026, to: 2028 } }
const water = aTarget(
  'Hộ dùng nước sạch',
  { 2026: percent('72'), 2027: percent('75', '>='), 2028: percent('80') },
  { measure: { kind: 'percent' } },
)

function money(number: string, scale: 'trieu' | 'ty' = 'trieu'): Quantity {
  return { comparison: '=', numbers: [number], measure: { kind: 'money', scale } }
}

function pictureOf(target: Target, figures: Parameters<typeof targetPicture>[2] = {}): Picture {
  return targetPicture(
    target,
    { meta, cells: cellSourceOf([{ targets: [target], budget: [] }], [2026, 2027, 2028]) },
    figures,
  )
}

function viewed(
  entries: { targets?: Target[]; budget?: BudgetLine[] },
  view: Partial<ViewBlock>,
  asked?: ReadonlyMap<TargetId, Figures>,
): Picture[] {
  const part = aPart('Mục tiêu', entries)
  return viewPictures(aView(view), { meta, parts: [part], units: [] }, part.id, asked)
}

describe('a target over the years', () => {
  it('stands beside what the superior wants and what came of it, in the words of the tables', () => {
    const picture = pictureOf(water, {
      superior: { 2026: percent('74'), 2028: percent('85', '>=') },
      results: { 2026: percent('71.3'), '2027-H1': percent('73') },
    })
    expect(picture.series.map(({ name, points }) => [name, points.map(({ words }) => words)])).toEqual([
      ['Chỉ tiêu', ['72', '≥ 75', '80']],
      ['Cấp trên giao', ['74', '', '≥ 85']],
      ['Kết quả', ['71,3', '73 (6 tháng đầu)', '']],
    ])
    expect(picture.series[1]?.points.map(({ at }) => at)).toEqual([74, null, 85])
  })

  it('has no line for a superior or results that are not there', () => {
    expect(pictureOf(water).series.map(({ name }) => name)).toEqual(['Chỉ tiêu'])
  })

  it('draws money of the superior in the scale of its own', () => {
    const cost = aTarget('Kinh phí', { 2026: money('500') }, { measure: { kind: 'money', scale: 'trieu' } })
    const [, wanted] = pictureOf(cost, { superior: { 2026: money('1.5', 'ty') } }).series
    expect(wanted?.points[0]).toEqual({ at: 1500, words: '1.500' })
  })

  it('gives no place to what is counted otherwise, nor to "all"', () => {
    const all: Quantity = { comparison: 'all', numbers: [], measure: { kind: 'count', noun: 'hộ' } }
    const [, wanted] = pictureOf(water, { superior: { 2026: money('5'), 2027: all } }).series
    expect(wanted?.points.map(({ at, words }) => [at, words])).toEqual([
      [null, '5 triệu đồng'],
      [null, 'tất cả các hộ'],
      [null, ''],
    ])
  })
})

describe('what superiors ask beside the lines of a table', () => {
  const rates = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      aTarget(
        `Chỉ tiêu ${index}`,
        { 2026: percent(String(10 + index)) },
        { measure: { kind: 'percent' }, order: `a${index}` },
      ),
    )
  const askedOf90 = (targets: readonly Target[]) => new Map(targets.map(({ id }) => [id, { 2026: percent('90') }]))

  it('stands behind each target, in grey dashes', () => {
    const targets = rates(2)
    const [picture] = viewed({ targets }, { picture: 'lines' }, askedOf90(targets))
    expect(picture?.series.map(({ name, is }) => [name, is])).toEqual([
      ['Chỉ tiêu 0', 'own'],
      ['Cấp trên: Chỉ tiêu 0', 'wanted'],
      ['Chỉ tiêu 1', 'own'],
      ['Cấp trên: Chỉ tiêu 1', 'wanted'],
    ])
    if (picture === undefined) throw new Error('no picture')
    const { series } = pictureOption(picture, { ...paperLook, width: 600 })
    expect(series).toMatchObject([{}, { lineStyle: { color: paperLook.muted, type: [8, 4] } }, {}, {}])
  })

  it('is told in words and numbers alone where too many lines would hide each other', () => {
    const targets = rates(5)
    const [picture] = viewed({ targets }, { picture: 'lines' }, askedOf90(targets))
    expect(picture?.series.every(({ is }) => is === 'own')).toBe(true)
    expect(picture?.beside).toHaveLength(5)
    expect(picture?.note).toContain('không vẽ')
    expect(picture && pictureWords(picture)).toContain('Cấp trên: Chỉ tiêu 4: 2026 là 90')
  })

  it('is what was given, else the own value of the target that is served', () => {
    const [given, served] = [newId<TargetId>(), newId<TargetId>()]
    const values = { 2026: percent('95') }
    const { superior, allotment } = aReceived()
    const asked = askedByTarget([
      aReceived({ target: given, allotment: allotment && { ...allotment, given: { 2026: percent('40') } } }),
      aReceived({ target: served, allotment: null, superior: { ...superior, values } }),
      aReceived({ target: newId<TargetId>(), superior: { ...superior, isGone: true } }),
    ])
    expect([...asked]).toEqual([
      [given, { 2026: percent('40') }],
      [served, values],
    ])
  })
})

describe('a matrix as a picture', () => {
  const [first, second] = [newId<UnitId>(), newId<UnitId>()]
  const units = [
    { id: first, name: 'Xã Hoà Bình', symbol: 'HB' },
    { id: second, name: 'Xã Tân Lập', symbol: 'TL' },
  ]
  const given = { 2026: percent('80'), 2027: percent('85') }
  const rollUp = aRollUp(
    [first, second],
    [
      {
        ...{ target: water.id, method: 'average' },
        units: [
          aRolledUnit(first, { given, values: { 2026: percent('75') }, answer: 'accepted' }),
          aRolledUnit(second, { given }),
        ],
      },
    ],
  )
  const part = aPart('Mục tiêu', { targets: [water] })
  const source = { meta, parts: [part], units }

  it('says of each unit and target the value and the state, and below what is wanted', () => {
    const rows = rowsOf({ register: 'targets', scope: 'plan', group: 'none' }, source, null)
    const table = matrixTable(rollUp, rows, source, { year: '2026', mode: 'values' })
    const picture = table && matrixPicture(table)
    expect(picture?.places).toEqual(['Hộ dùng nước sạch (%)'])
    expect(picture?.series.slice(0, 4).map(({ name, points }) => [name, points[0]?.words])).toEqual([
      ['Xã Hoà Bình', '75\nthiếu 5'],
      ['Xã Tân Lập', 'chờ trả lời'],
      ['Tổng hợp', ''],
      ['Chỉ tiêu của văn bản', '72'],
    ])
  })

  it('says what is missing in the measure of the column, whatever the unit counts in', () => {
    const funds = aTarget('Vốn', {}, { measure: { kind: 'money', scale: 'trieu' } })
    const says = {
      given: { 2026: money('2', 'ty') },
      values: { 2026: money('1.5', 'ty') },
      answer: 'accepted' as const,
    }
    const told = aRollUp([first], [{ target: funds.id, units: [aRolledUnit(first, says)] }])
    const funded = { ...source, parts: [aPart('Mục tiêu', { targets: [funds] })] }
    const rows = rowsOf({ register: 'targets', scope: 'plan', group: 'none' }, funded, null)
    const table = matrixTable(told, rows, funded, { year: '2026', mode: 'values' })
    expect(table?.rows[0]?.cells[0]).toMatchObject({ text: '1.500', number: '1500', words: 'thiếu 500' })
  })

  it('shows the last year of the view in which somebody says something, and nothing without units', () => {
    const view = aView({ picture: 'matrix' })
    expect(matrixOfView(view, source, part.id, rollUp)?.title).toContain('2027')
    expect(matrixOfView({ ...view, columns: ['name', 'value.2026'] }, source, part.id, rollUp)?.title).toContain('2026')
    expect(matrixOfView(view, source, part.id, { ...rollUp, carriers: [] })).toBeNull()
    expect(matrixOfView({ ...view, filter: { text: 'không có' } }, source, part.id, rollUp)).toBeNull()
  })

  it('grows with its units and targets, so that a province can still be read', () => {
    const points = Array.from({ length: 40 }, () => ({ at: null, words: '75\nthiếu 5', state: 'short' as const }))
    const series = Array.from({ length: 120 }, (_, at) => ({ name: `Xã ${at}`, is: 'own' as const, points }))
    const places = points.map((_, at) => `Chỉ tiêu ${at} (%)`)
    const picture: Picture = {
      title: 'T',
      shape: 'matrix',
      measure: '',
      places,
      series,
      beside: [],
      sums: [],
      note: '',
    }
    const width = pictureWidth(picture, paperLook)
    expect(width).toBeGreaterThan(40 * 88)
    const longer = {
      ...picture,
      series: [{ name: '', is: 'own' as const, points: [{ at: null, words: 'đề nghị mức khác' }] }],
    }
    expect(pictureWidth({ ...longer, places }, paperLook)).toBeGreaterThan(40 * 110)
    expect(pictureHeight(picture, { ...paperLook, width })).toBeGreaterThan(120 * 35)
    expect(pictureWords(picture)).toBe('T: 120 đơn vị, 40 chỉ tiêu.')
  })
})

describe('what a plan costs', () => {
  const budget = [
    aLine('Tập huấn', { 2026: '1.200 triệu đồng', 2027: '0,5 tỷ đồng' }, { source: 'Ngân sách tỉnh' }),
    aLine('Hỗ trợ', { 2026: '300 triệu đồng' }, { source: 'Ngân sách tỉnh' }),
    aLine('In ấn', { 2026: '40,5 triệu đồng' }),
  ]

  it('is stacked by source, with the sums of the table', () => {
    const picture = budgetPicture({ meta, parts: [aPart('Kinh phí', { budget })], units: [] })
    expect(picture?.series.map(({ name, points }) => [name, ...points.map(({ words }) => words)])).toEqual([
      ['Ngân sách tỉnh', '1.500', '500', ''],
      ['Chưa ghi nguồn', '40,5', '', ''],
    ])
    expect(picture).toMatchObject({ sums: ['1.540,5', '500', ''], measure: 'triệu đồng', note: '' })
  })

  it('says what could not be added', () => {
    const open = aLine('Khác', { 2026: 'khoảng vài trăm triệu' })
    const picture = budgetPicture({ meta, parts: [aPart('Kinh phí', { budget: [...budget, open] })], units: [] })
    expect(picture?.note).toBe('Chưa kể 1 số không cộng được.')
  })

  it('is no picture where nothing costs anything', () => {
    expect(
      budgetPicture({ meta, parts: [aPart('Kinh phí', { budget: [aLine('Tập huấn', {})] })], units: [] }),
    ).toBeNull()
  })
})

describe('a table that is shown as a picture', () => {
  const models = aTarget(
    'Mô hình',
    { 2026: { comparison: '=', numbers: ['3'], measure: { kind: 'count', noun: 'mô hình' } } },
    { measure: { kind: 'count', noun: 'mô hình' } },
  )

  it('is one picture for each measure, so that no axis mixes two', () => {
    const pictures = viewed({ targets: [water, models] }, { picture: 'lines' })
    expect(pictures.map(({ measure, series }) => [measure, series.map(({ name }) => name)])).toEqual([
      ['%', ['Hộ dùng nước sạch']],
      ['mô hình', ['Mô hình']],
    ])
  })

  it('has bars for each target beside one another, a pattern for each year', () => {
    const [picture] = viewed({ targets: [water] }, { picture: 'bars' })
    expect(picture).toMatchObject({ shape: 'bars', places: ['Hộ dùng nước sạch'] })
    expect(picture?.series.map(({ name }) => name)).toEqual(['2026', '2027', '2028'])
  })

  it('leaves no target out, however many there are', () => {
    const targets = Array.from({ length: 25 }, (_, index) =>
      aTarget(
        `Chỉ tiêu ${index}`,
        { 2026: percent(String(index)) },
        { measure: { kind: 'percent' }, order: `a${index}` },
      ),
    )
    const lines = viewed({ targets }, { picture: 'lines' })
    expect(lines.every(({ series }) => series.length <= 6)).toBe(true)
    expect(lines.flatMap(({ series }) => series)).toHaveLength(25)
    expect(viewed({ targets }, { picture: 'bars' }).flatMap(({ places }) => places)).toHaveLength(25)
  })

  it('tells two targets of one name apart', () => {
    const [picture] = viewed(
      { targets: [water, { ...models, name: water.name, measure: water.measure, values: water.values }] },
      { picture: 'lines' },
    )
    expect(picture?.series.map(({ name }) => name)).toEqual(['Hộ dùng nước sạch', 'Hộ dùng nước sạch (2)'])
  })

  it.each([
    ['of tasks', { register: 'tasks', picture: 'bars' }],
    ['of targets without numbers', { picture: 'bars' }],
    ['that asks for none', {}],
  ] as const)('has no picture %s', (_, view) => {
    expect(viewed({ targets: [aTarget('Hộ nghèo', {})] }, view)).toEqual([])
  })
})

it('is told in one sentence to whoever does not see it', () => {
  const picture = pictureOf(water, { results: { 2026: percent('71') } })
  expect(pictureWords(picture)).toBe(
    'Hộ dùng nước sạch (%). Chỉ tiêu: 2026 là 72, 2027 là ≥ 75, 2028 là 80. Kết quả: 2026 là 71.',
  )
})

describe('how it is drawn', () => {
  const look = { ...paperLook, width: 600 }
  /** All in one colour, each series without its name and figures. */
  const waysOf = (picture: Picture | null | undefined) => {
    const grey = { ...look, ink: '#777', paper: '#777', fills: ['#777'], strokes: ['#777'] }
    const series = picture ? [pictureOption(picture, grey).series ?? []].flat() : []
    return new Set(series.map((one) => JSON.stringify({ ...one, name: '', data: [] })))
  }

  it('tells six lines apart without colours, by dash and mark', () => {
    const targets = Array.from({ length: 6 }, (_, index) =>
      aTarget(
        `Chỉ tiêu ${index}`,
        { 2026: percent(String(index)) },
        { measure: { kind: 'percent' }, order: `a${index}` },
      ),
    )
    expect(waysOf(viewed({ targets }, { picture: 'lines' })[0]).size).toBe(6)
  })

  it('tells six bars apart without colours, by their patterns', () => {
    const budget = Array.from({ length: 6 }, (_, index) =>
      aLine('Chi', { 2026: '10 triệu đồng' }, { source: `Nguồn ${index}` }),
    )
    // The sums above the stacks are a series too.
    expect(waysOf(budgetPicture({ meta, parts: [aPart('Kinh phí', { budget })], units: [] })).size).toBe(7)
  })

  it('makes room for long names, and for a title where the picture goes out alone', () => {
    const short = pictureOf(water)
    const long = pictureOf({ ...water, name: 'Tỷ lệ hộ dân nông thôn được sử dụng nước sạch đạt quy chuẩn '.repeat(4) })
    expect(pictureHeight(short, { ...look, isTitled: true })).toBeGreaterThan(pictureHeight(short, look))
    expect(pictureHeight(long, { ...look, isTitled: true })).toBeGreaterThan(
      pictureHeight(short, { ...look, isTitled: true }),
    )
  })

  it('writes numbers of the axis as Vietnamese does', () => {
    const axis = [pictureOption(pictureOf(water), look).yAxis ?? []].flat()[0]
    const format = axis?.type === 'value' ? axis.axisLabel?.formatter : undefined
    expect(typeof format === 'function' ? format(1234.5, 0, {}) : '').toBe('1.234,5')
  })
})
