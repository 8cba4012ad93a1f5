import { afterEach, describe, expect, test, vi } from 'vitest'
import type { TargetId, UnitId } from '@soanchung/shared/ids.ts'
import { gapOf } from '@soanchung/shared/links/gap.ts'
import { gatheredIn, matrixColumns, matrixRows, resultIn } from '@soanchung/shared/links/matrix.ts'
import { parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import type { Quantity } from '@soanchung/shared/targets/quantity.ts'
import { placePaste } from '../../client/src/links/amounts.ts'
import { AllotmentDraft } from '../../client/src/links/allotment-draft.svelte.ts'
import { cellSize, GridWindow } from '../../client/src/links/grid-window.svelte.ts'
import { byUrgency, receivedYears, stateOf } from '../../client/src/links/figures.ts'
import { countsOf, stepIn } from '../../client/src/links/matrix.ts'
import { aReceived, aRolledUnit, aRollUp } from '../support/links.ts'
import { fixedId } from '../support/memory-plan.ts'

const [first, second, third] = [1, 2, 3].map((number) => fixedId<UnitId>('u', number)) as [UnitId, UnitId, UnitId]
const [water, trees] = [1, 2].map((number) => fixedId<TargetId>('t', number)) as [TargetId, TargetId]

afterEach(() => {
  vi.unstubAllGlobals()
})

function q(text: string): Quantity {
  const read = parseQuantity(text)
  if (read === null) throw new Error(`no quantity: ${text}`)
  return read
}

function rateOf(id: TargetId) {
  return { id, measure: { kind: 'percent' }, frequency: null } as const
}

describe('what is missing to a goal', () => {
  test.each([
    ['75%', '80%', 'short', '5'],
    ['1.250 hộ', 'ít nhất 1.300 hộ', 'short', '50'],
    ['12%', 'không quá 10%', 'over', '2'],
    ['1.200 triệu đồng', '1,5 tỷ đồng', 'short', '0.3'],
    ['35%', 'từ 20 đến 30%', 'over', '5'],
    ['15%', 'từ 20 đến 30%', 'short', '5'],
    ['ít nhất 75 hộ', 'ít nhất 85 hộ', 'short', '10'],
    ['không quá 12%', 'không quá 10%', 'over', '2'],
  ])('%s against %s is %s by %s', (amount, wanted, kind, by) => {
    const gap = gapOf(q(amount), q(wanted))
    expect([gap?.kind, gap?.by?.numbers]).toEqual([kind, [by]])
  })

  test.each([
    ['80%', '80%'],
    ['85%', '80%'],
    ['9%', 'không quá 10%'],
  ])('%s against %s is reached', (amount, wanted) => {
    expect(gapOf(q(amount), q(wanted))).toBeNull()
  })

  test('a goal that is only just missed is missed by no amount', () => {
    expect(gapOf(q('80%'), q('trên 80%'))).toEqual({ kind: 'short', by: null })
  })

  test('what cannot be compared misses nothing', () => {
    expect(gapOf(q('80%'), q('5 tỷ đồng'))).toBeNull()
    expect(gapOf(q('không quá 90%'), q('80%'))).toBeNull()
    expect(gapOf(q('ít nhất 8 hộ'), q('không quá 10 hộ'))).toBeNull()
  })
})

describe('a received target', () => {
  test('waits, is answered, turns stale, and is gone, in this order of what matters', () => {
    expect(stateOf(aReceived())).toBe('waiting')
    expect(stateOf(aReceived({ answer: 'kept' }))).toBe('kept')
    const stale = { before: { 2026: q('80%') }, now: { 2026: q('85%') }, by: 'An', since: 1 }
    expect(stateOf(aReceived({ answer: 'accepted', stale }))).toBe('stale')
    const { superior } = aReceived()
    expect(stateOf(aReceived({ stale, superior: { ...superior, isGone: true } }))).toBe('gone')
  })

  test('that needs a decision stands before those that are settled', () => {
    const stale = { before: {}, now: {}, by: '', since: 0 }
    const all = [
      aReceived({ answer: 'accepted' }),
      aReceived(),
      aReceived({ answer: 'served' }),
      aReceived({ answer: 'accepted', stale }),
    ]
    expect(byUrgency(all).map(stateOf)).toEqual(['stale', 'waiting', 'accepted', 'served'])
  })

  test('has the old value beside the new one only in the years that are others than before', () => {
    const before = { 2026: q('80%'), 2027: q('90%') }
    const now = { 2026: q('85%'), 2027: q('90%'), 2028: q('95%') }
    const received = aReceived({ answer: 'accepted', stale: { before, now, by: 'An', since: 1 } })
    expect(receivedYears(received, { 2026: q('80%') })).toEqual([
      { year: '2026', given: '85', own: '80', before: '80' },
      { year: '2027', given: '90', own: '', before: null },
      { year: '2028', given: '95', own: '', before: '' },
    ])
  })

  test('is said in the measure of the superior, whatever scale of money was written', () => {
    const { superior } = aReceived()
    const inMillions = { ...superior, measure: { kind: 'money', scale: 'trieu' } as const }
    const received = aReceived({ superior: { ...inMillions, values: { 2026: q('1,5 tỷ đồng') } }, allotment: null })
    expect(receivedYears(received, { 2026: q('1.200.500 nghìn đồng'), 2027: q('3 mô hình') })).toEqual([
      { year: '2026', given: '1.500', own: '1.200,5', before: null },
      { year: '2027', given: '', own: '03 mô hình', before: null },
    ])
  })
})

describe('the matrix', () => {
  const given = { 2026: q('80%') }
  const rollUp = aRollUp(
    [third, first, second],
    [
      {
        target: water,
        units: [
          aRolledUnit(first, { given, values: { 2026: q('82%') }, answer: 'accepted' }),
          aRolledUnit(second, { given, values: { 2026: q('75%') }, answer: 'accepted' }),
          aRolledUnit(third, { given }),
        ],
      },
      {
        target: trees,
        units: [
          aRolledUnit(first, { given, values: { 2026: q('78%') }, answer: 'countered', reason: 'Ít đất' }),
          aRolledUnit(second, { given, values: { 2026: q('80%') }, answer: 'accepted', isStale: true }),
        ],
      },
    ],
  )
  const columns = matrixColumns(rollUp, [rateOf(trees), rateOf(water)])
  const rows = matrixRows(rollUp, columns, { units: [first, second, third], year: '2026', mode: 'values' })

  test('has its rows in the order of the units and its columns in the order of the plan', () => {
    expect(rows.map(({ unit }) => unit)).toEqual([first, second, third])
    expect(columns.map(({ target }) => target)).toEqual([trees, water])
  })

  test('says of each cell how it stands, and by how much it is short', () => {
    expect(rows.map(({ cells }) => cells.map(({ state }) => state))).toEqual([
      ['countered', 'reached'],
      ['stale', 'short'],
      ['none', 'waiting'],
    ])
    expect(rows[1]?.cells[1]?.gap?.by?.numbers).toEqual(['5'])
    expect(rows[0]?.cells[0]?.gap?.by?.numbers).toEqual(['2'])
  })

  test('leaves out a target that nobody was given', () => {
    const ungiven = aRollUp([first], [{ target: water, units: [aRolledUnit(first, { way: null })] }])
    expect(matrixColumns(ungiven, [rateOf(water)])).toEqual([])
  })

  test('says of a year without a value that it is missing', () => {
    const [row] = matrixRows(rollUp, columns, { units: [first], year: '2027', mode: 'values' })
    expect(row?.cells.map(({ state }) => state)).toEqual(['missing', 'missing'])
  })

  test('holds results against what was given, the whole year before its halves', () => {
    const results = { '2026-H1': q('40%'), '2026-H2': q('70%') }
    expect(resultIn({ results }, '2026')).toEqual(q('70%'))
    expect(resultIn({ results: { ...results, 2026: q('81%') } }, '2026')).toEqual(q('81%'))
    const one = aRollUp([first], [{ target: water, units: [aRolledUnit(first, { given, results })] }])
    const [row] = matrixRows(one, matrixColumns(one, [rateOf(water)]), {
      units: [first],
      year: '2026',
      mode: 'results',
    })
    expect(row?.cells[0]).toMatchObject({ state: 'short', text: '70' })
  })

  test('says money in the scale of its column, and another measure with its own name', () => {
    const values = { 2026: q('1,5 tỷ đồng'), 2027: q('5 hộ'), 2028: q('ít nhất 900.500 nghìn đồng') }
    const one = aRollUp([first], [{ target: water, units: [aRolledUnit(first, { values, answer: 'accepted' })] }])
    const money = { id: water, measure: { kind: 'money', scale: 'trieu' } as const, frequency: null }
    const texts = Object.keys(values).map((year) => {
      const [row] = matrixRows(one, matrixColumns(one, [money]), { units: [first], year, mode: 'values' })
      return row?.cells[0]?.text
    })
    expect(texts).toEqual(['1.500', '05 hộ', '≥ 900,5'])
  })

  test('counts for each unit what it accepted, what waits and what it countered', () => {
    expect(countsOf(rollUp).get(first)).toEqual({ given: 2, accepted: 1, waiting: 0, countered: 1, stale: 0 })
    expect(countsOf(rollUp).get(third)).toEqual({ given: 1, accepted: 0, waiting: 1, countered: 0, stale: 0 })
  })

  test('is walked with arrows that hold at its edges', () => {
    const size = { rows: 3, columns: 2 }
    expect(stepIn('ArrowDown', { row: 2, column: 0 }, size)).toEqual({ row: 2, column: 0 })
    expect(stepIn('ArrowRight', { row: 0, column: 0 }, size)).toEqual({ row: 0, column: 1 })
    expect(stepIn('End', { row: 1, column: 0 }, size)).toEqual({ row: 1, column: 1 })
    expect(stepIn('a', { row: 0, column: 0 }, size)).toBeNull()
  })

  test('puts below a column what is gathered, what is missing and who has not answered', () => {
    const [, column] = columns
    if (column === undefined) throw new Error('no column')
    const stated = { quantity: q('78%'), counted: 2, left: 0 }
    const rolled = { ...column.rolled, years: { 2026: { stated, gathered: stated } } }
    expect(gatheredIn(rolled, '2026', q('80%'))).toMatchObject({
      ...{ lowest: null, waiting: 1, left: 0, missing: 0 },
      gap: { kind: 'short', by: { numbers: ['2'] } },
    })
  })
})

describe('a matrix of a whole province', () => {
  /** A scroller that shows some cells, scrolled by rows and columns. */
  function aScroller() {
    const listeners: (() => void)[] = []
    const place = { scrollTop: 0, scrollLeft: 0, clientHeight: 10 * cellSize.height, clientWidth: 5 * cellSize.width }
    const element = Object.assign(place, {
      addEventListener: (_: string, listener: () => void) => listeners.push(listener),
      removeEventListener: () => undefined,
    })
    const scroll = (row: number, column: number) => {
      place.scrollTop = row * cellSize.height
      place.scrollLeft = column * cellSize.width
      for (const listener of listeners) listener()
    }
    return { element: element as unknown as HTMLElement, scroll }
  }
  function aWindow() {
    vi.stubGlobal(
      'ResizeObserver',
      class {
        observe() {}
        disconnect() {}
      },
    )
    const near = new GridWindow(() => ({ rows: 120, columns: 40 }))
    const scroller = aScroller()
    near.follow(scroller.element)
    return { near, scroll: scroller.scroll }
  }

  test('renders what is in view and some around it, and follows the scrolling', () => {
    const { near, scroll } = aWindow()
    expect([near.rows, near.columns]).toEqual([
      { from: 0, to: 22 },
      { from: 0, to: 8 },
    ])
    scroll(110, 35)
    expect([near.rows, near.columns]).toEqual([
      { from: 98, to: 120 },
      { from: 32, to: 40 },
    ])
  })

  test('renders a far cell that is to take the focus, and all of it for paper', async () => {
    const { near } = aWindow()
    await near.include({ row: 119, column: 39 })
    expect(near.rows.to).toBe(120)
    expect(near.columns.to).toBe(40)
    near.all()
    expect([near.rows, near.columns]).toEqual([
      { from: 0, to: 120 },
      { from: 0, to: 40 },
    ])
  })
})

describe('a block from a spreadsheet', () => {
  const rows = [{ names: ['Xã Hoà Bình', 'HB'] }, { names: ['Xã Tân Lập', 'TL'] }]

  test('goes from the caret down and across', () => {
    expect(
      placePaste(
        [
          ['1', '2'],
          ['3', '4'],
        ],
        rows,
        2,
        { row: 0, column: 0 },
      ),
    ).toEqual({
      ok: true,
      texts: [
        { row: 0, column: 0, text: '1' },
        { row: 0, column: 1, text: '2' },
        { row: 1, column: 0, text: '3' },
        { row: 1, column: 1, text: '4' },
      ],
    })
  })

  test('finds its rows by the names in its first column, whatever their order, without the heading', () => {
    const block = [
      ['Đơn vị', 'Số hộ'],
      ['xã tân lập', '420'],
      ['HB', '1.300'],
    ]
    expect(placePaste(block, rows, 1, { row: 0, column: 0 })).toEqual({
      ok: true,
      texts: [
        { row: 1, column: 0, text: '420' },
        { row: 0, column: 0, text: '1.300' },
      ],
    })
  })

  test('is refused whole where it is too large or names a unit that is not there', () => {
    expect(placePaste([['1'], ['2']], rows, 1, { row: 1, column: 0 })).toEqual({
      ok: false,
      problem: { kind: 'rows', have: 1, need: 2 },
    })
    expect(placePaste([['1', '2']], rows, 1, { row: 0, column: 0 })).toEqual({
      ok: false,
      problem: { kind: 'columns', have: 1, need: 2 },
    })
    expect(
      placePaste(
        [
          ['HB', '1'],
          ['Xã Lạ', '2'],
        ],
        rows,
        1,
        { row: 0, column: 0 },
      ),
    ).toEqual({
      ok: false,
      problem: { kind: 'unknown', name: 'Xã Lạ' },
    })
  })
})

describe('giving targets down', () => {
  const households = {
    ...{ id: water, name: 'Hộ dùng nước sạch', frequency: null },
    measure: { kind: 'count', noun: 'hộ' } as const,
  }
  const rate = {
    id: trees,
    name: 'Tỷ lệ',
    frequency: null,
    measure: { kind: 'percent' } as const,
    method: 'average' as const,
    figures: { 2026: q('80%') },
  }
  const givable = [{ ...households, method: 'sum' as const, figures: { 2026: q('100 hộ') } }, rate]
  const aDraft = (rollUp = aRollUp([], [])) =>
    new AllotmentDraft(
      () => givable,
      () => rollUp,
      ['2026'],
    )

  test('an average is weighed where somebody says by what, and only then', () => {
    const draft = aDraft()
    draft.targets.add(trees)
    for (const unit of [first, second]) draft.units.add(unit)
    expect(draft.fault).toBeNull()
    expect(draft.body().units).toEqual([{ unit: first }, { unit: second }])
    draft.key = 'số hộ'
    draft.type(first, '', '1.200')
    expect(draft.body()).toMatchObject({ way: 'same', key: 'số hộ', units: [{ weight: '1200' }, { unit: second }] })
    draft.type(second, '', 'nhiều')
    expect(draft.fault).toEqual({ kind: 'unread', unit: second })
  })

  test('says one after the other what is still missing', () => {
    const draft = aDraft()
    expect(draft.fault).toEqual({ kind: 'no-units' })
    draft.units.add(first)
    expect(draft.fault).toEqual({ kind: 'no-targets' })
    draft.targets.add(water)
    expect(draft.fault).toBeNull()
    draft.way = 'share'
    expect(draft.fault).toEqual({ kind: 'no-key' })
    draft.key = 'số hộ'
    expect(draft.fault).toEqual({ kind: 'no-amount', unit: first })
    draft.type(first, '', 'nhiều')
    expect(draft.fault).toEqual({ kind: 'unread', unit: first })
  })

  test('refuses to share a percentage, by its name', () => {
    const draft = aDraft()
    draft.units.add(first)
    draft.targets.add(trees)
    draft.way = 'share'
    draft.key = 'số hộ'
    expect(draft.fault).toEqual({ kind: 'percent', name: 'Tỷ lệ' })
  })

  test('shows shares that add up to the value', () => {
    const draft = aDraft()
    for (const unit of [first, second, third]) draft.units.add(unit)
    draft.targets.add(water)
    draft.way = 'share'
    draft.key = 'số hộ'
    draft.type(first, '', '1.000')
    draft.type(second, '', '1.000')
    draft.type(third, '', '1.000')
    const shares = [...(draft.shares(givable[0]!) ?? [])].map(([, figures]) => figures['2026']?.numbers[0])
    expect(shares).toEqual(['34', '33', '33'])
    expect(draft.body()).toMatchObject({ way: 'share', key: 'số hộ', units: [{ weight: '1000' }, {}, {}] })
  })

  test('takes the amounts of a key that was used before', () => {
    const rollUp = aRollUp([first], [])
    const draft = aDraft({ ...rollUp, carriers: [{ unit: first, plan: null, keys: { 'số hộ': '1250' } }] })
    draft.units.add(first)
    draft.targets.add(water)
    draft.way = 'share'
    draft.key = 'số hộ'
    expect(draft.text(first, '')).toBe('1.250')
    expect(draft.knownKeys).toEqual(['số hộ'])
  })

  test('offers what was given in billions again in the millions of its target, and reads it so', () => {
    const given = { 2026: q('1,5 tỷ đồng') }
    const rollUp = aRollUp([first], [{ target: water, units: [aRolledUnit(first, { way: 'free', given })] }])
    const money = {
      ...households,
      method: 'sum' as const,
      measure: { kind: 'money', scale: 'trieu' } as const,
      figures: {},
    }
    const draft = new AllotmentDraft(
      () => [money],
      () => rollUp,
      ['2026'],
    )
    draft.units.add(first)
    draft.targets.add(water)
    draft.way = 'free'
    expect(draft.text(first, '2026')).toBe('1.500')
    expect(draft.body().units).toEqual([{ unit: first, given: { 2026: q('1.500 triệu đồng') } }])
  })

  test('gives each unit its own value for one target at a time', () => {
    const draft = aDraft()
    draft.units.add(first)
    draft.targets.add(water)
    draft.way = 'free'
    draft.type(first, '2026', '40')
    expect(draft.body().units).toEqual([{ unit: first, given: { 2026: q('40 hộ') } }])
    draft.targets.add(trees)
    expect(draft.fault).toEqual({ kind: 'one-target' })
  })
})
