import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { newId, type PartId, type TaskId, type UnitId } from '@soanchung/shared/ids.ts'
import { viewGroups, type ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import { parseDue } from '@soanchung/shared/targets/due.ts'
import { cellNamesOf } from '@soanchung/shared/targets/formula-text.ts'
import { parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import { registerNames, task, type Target, type Task } from '@soanchung/shared/targets/register.ts'
import {
  chosenColumns,
  columnsOf,
  registerColumns,
  rowsOf,
  tableOf,
  type RegisterTable,
  type TableRow,
} from '@soanchung/shared/targets/view.ts'
import { measureWords, readMeasureWords, type ViewSource } from '@soanchung/shared/targets/view-cells.ts'
import { aPart, aTarget, aView, percent } from '../support/plans.ts'
import { announcedSeed } from '../support/random.ts'
import { aLine, typedValue } from '../support/registers.ts'

const seed = announcedSeed('views')
const meta = { period: { from: 2026, to: 2027 } }
const unit = { id: newId<UnitId>(), name: 'Hội Nông dân', symbol: 'HND' }
const other = { id: newId<UnitId>(), name: 'Hội Phụ nữ', symbol: 'PN' }

/** A target by name, measure as its column shows it, and what was typed for 2026. */
function typedTarget(name: string, words: string, value: string, more: Partial<Target> = {}): Target {
  const { measure, frequency } = readMeasureWords(words)
  const values: Target['values'] = value === '' ? {} : { 2026: typedValue(value, measure) }
  return aTarget(name, {}, { measure, frequency, values, ...more })
}

function aTask(name: string, more: Partial<Task> = {}): Task {
  return task.parse({ id: newId<TaskId>(), order: 'a0', name, ...more })
}

type Entries = Partial<Parameters<typeof aPart>[1] & object>

/** The table of a view over one part that holds these entries. */
function tableWith(entries: Entries, view: Partial<ViewBlock>, more: Partial<ViewSource> = {}): RegisterTable {
  const part = aPart('Mục tiêu', entries)
  return tableOf(aView(view), { meta, parts: [part], units: [unit, other], ...more }, part.id)
}

/** Each row as a line; group rows with their sums. */
function lines({ rows }: RegisterTable): string[] {
  return rows.map(({ row, cells }) => {
    const texts = cells.map((cell) => cell.text).join(' | ')
    return row.kind === 'group' ? `${row.label} ${row.title}${texts === '' ? '' : ` ${texts}`}` : texts
  })
}

describe('a table of targets', () => {
  it('has one column for each year of the plan', () => {
    const part = aPart('Mục tiêu', { targets: [aTarget('Hộ dùng nước sạch', { 2026: percent('80', '>=') })] })
    const table = tableOf(aView(), { meta, parts: [part], units: [] }, part.id)
    expect(table.columns.map((column) => column.key)).toContain('value.2027')
    expect(table.rows[0]?.cells.map((cell) => cell.text)).toContain('80% trở lên')
  })

  it('shows figures without the measure that stands in the column beside', () => {
    const target = aTarget('Nước sạch', { 2026: percent('80', '>=') }, { measure: { kind: 'percent' } })
    const part = aPart('Mục tiêu', { targets: [target] })
    const table = tableOf(aView({ columns: ['measure', 'value.2026'] }), { meta, parts: [part], units: [] }, part.id)
    expect(table.rows[0]?.cells.map((cell) => cell.text)).toEqual(['%', '≥ 80'])
  })

  it('puts rows below their units and those of no unit last', () => {
    const targets = [aTarget('Một', {}), aTarget('Hai', {}, { responsible: unit.id })]
    const part = aPart('Mục tiêu', { targets })
    const { rows } = tableOf(aView({ group: 'unit' }), { meta, parts: [part], units: [unit] }, part.id)
    expect(rows.map(({ row }) => (row.kind === 'group' ? `${row.label} ${row.title}` : row.entry.name))).toEqual([
      'I Hội Nông dân',
      'Hai',
      'II Chưa giao đơn vị',
      'Một',
    ])
  })

  it('leaves out what is deleted or has moved away', () => {
    const part = aPart('Mục tiêu', {
      targets: [aTarget('Đã xoá', {}, { deletedAt: 1 }), aTarget('Đã chuyển', {}, { movedTo: aPart('').id })],
    })
    expect(tableOf(aView(), { meta, parts: [part], units: [] }, part.id).rows).toEqual([])
  })

  it('shows what formulas come to, marked, and why they come to nothing, with the way', () => {
    const base = typedTarget('Hộ nghèo', 'hộ', '120')
    const empty = typedTarget('Hộ khá', 'hộ', '')
    const formulas = [`t_${base.id}_value_2026 / 2`, `t_${empty.id}_value_2026`].map((formula, index) =>
      typedTarget(`Tính ${index}`, 'hộ', '', { values: { 2026: { formula } } }),
    )
    const targets = [base, empty, ...formulas]
    const names = cellNamesOf([aPart('', { targets })], [2026, 2027])
    const table = tableWith({ targets }, { columns: ['value.2026'] }, { names })
    expect(table.rows.map(({ cells }) => cells[0])).toEqual([
      { text: '120', kind: 'figure', amount: '120' },
      { text: '', kind: 'empty' },
      { text: '60', kind: 'figure', amount: '60', isDerived: true },
      { text: 'Thiếu số: Tính 1; 2026 → Hộ khá; 2026', kind: 'problem' },
    ])
  })

  it('shows results beside the values, by their period', () => {
    const target = typedTarget('Hộ nghèo', 'hộ', '120')
    const result = parseQuantity('≥ 115 hộ')
    const results = new Map([[target.id, new Map(result === null ? [] : [['2026', result]])]])
    const table = tableWith({ targets: [target] }, { columns: ['value.2026', 'results'] }, { results })
    expect(table.columns.map(({ title }) => title)).toEqual(['Năm 2026', 'Kết quả 2026', 'Kết quả 2027'])
    expect(lines(table)).toEqual(['120 | ≥ 115 | '])
  })

  it('gives no amount to add where a value has another measure than its row', () => {
    const targets = [
      typedTarget('A', 'triệu đồng', '1 tỷ đồng'),
      typedTarget('B', 'hộ', '50%'),
      typedTarget('C', 'hộ/quý', '3 hộ/tháng'),
      typedTarget('D', 'hộ', '≥ 5'),
    ]
    const table = tableWith({ targets }, { columns: ['value.2026'] })
    expect(table.rows.map(({ cells }) => cells[0])).toEqual([
      { text: '1 tỷ đồng', kind: 'figure' },
      { text: '50%', kind: 'figure' },
      { text: '3/tháng', kind: 'figure' },
      { text: '≥ 5', kind: 'figure' },
    ])
  })

  it.each<[string, Target[], string]>([
    ['of things that are counted alike', [typedTarget('A', 'hộ', '5'), typedTarget('B', 'hộ', '7,5')], '12,5'],
    [
      'of money in its scale',
      [typedTarget('A', 'triệu đồng', '1 tỷ đồng'), typedTarget('B', 'triệu đồng', '5')],
      '1.005',
    ],
    ['not of percentages', [typedTarget('A', '%', '5'), typedTarget('B', '%', '7')], ''],
    ['not of different things', [typedTarget('A', 'hộ', '5'), typedTarget('B', 'xã', '7')], ''],
    ['not of different times', [typedTarget('A', 'buổi/quý', '5'), typedTarget('B', 'buổi/tháng', '7')], ''],
    ['not where one was typed with another measure', [typedTarget('A', 'hộ', '5'), typedTarget('B', 'hộ', '7%')], ''],
    ['not where one is missing', [typedTarget('A', 'hộ', '5'), typedTarget('B', 'hộ', '')], ''],
    ['not where one is only known from below', [typedTarget('A', 'hộ', '5'), typedTarget('B', 'hộ', '≥ 7')], ''],
  ])('has a sum below a heading %s', (_, targets, sum) => {
    const owned = targets.map((one) => ({ ...one, responsible: unit.id }))
    const table = tableWith({ targets: owned }, { columns: ['value.2026'], group: 'unit', subtotals: true })
    expect(table.rows[0]?.cells.map((cell) => cell.text)).toEqual([sum])
  })
})

describe('a table of tasks', () => {
  it('says who leads, who works along, what comes of it, until when and for which targets', () => {
    const served = aTarget('Hộ nghèo', {})
    const gone = aTarget('Cũ', {}, { deletedAt: 1 })
    const work = aTask('Mở lớp', {
      lead: unit.id,
      partners: { units: [other.id, newId<UnitId>()], others: 'các trường học' },
      product: '05 lớp',
      due: parseDue('quý IV/2026'),
      serves: [served.id, gone.id],
    })
    const columns = ['number', 'name', 'lead', 'partners', 'product', 'due', 'serves']
    const table = tableWith({ targets: [served, gone], tasks: [work] }, { register: 'tasks', columns })
    expect(lines(table)).toEqual(['1 | Mở lớp | Hội Nông dân | PN, các trường học | 05 lớp | Quý IV/2026 | Hộ nghèo'])
    expect([table.total, table.scale, table.words]).toEqual([null, null, null])
  })

  it('stands in the order of deadlines, with words behind days and nothing last, whichever way', () => {
    const dues = ['Thường xuyên', 'quý IV/2026', '', '30/11/2026', 'năm 2026', 'tháng 2/2027']
    const tasks = dues.map((due) => aTask(due === '' ? 'không có' : due, { due: parseDue(due) }))
    const inOrder = (down: boolean) =>
      lines(tableWith({ tasks }, { register: 'tasks', columns: ['name'], order: { by: 'due', down } }))
    const days = ['30/11/2026', 'quý IV/2026', 'năm 2026', 'tháng 2/2027']
    expect(inOrder(false)).toEqual([...days, 'Thường xuyên', 'không có'])
    expect(inOrder(true).at(-1)).toBe('không có')
  })
})

describe('a budget table', () => {
  it('adds sums of money exactly, whatever their scales', () => {
    const budget = [
      aLine('Tập huấn', { 2026: '120,5 triệu đồng', 2027: '0,1 triệu đồng' }),
      aLine('Sửa nhà văn hoá', { 2026: '1,2 tỷ đồng', 2027: '0,2 triệu đồng' }),
    ]
    const part = aPart('Kinh phí', { budget })
    const table = tableOf(aView({ register: 'budget' }), { meta, parts: [part], units: [] }, part.id)
    expect(table.scale).toBe('trieu')
    expect(table.total?.map((cell) => cell.text)).toEqual(['', 'Tổng cộng', '', '1.320,5', '0,3', '1.320,8'])
    expect(table.words).toBe('Bằng chữ: Một tỷ ba trăm hai mươi triệu tám trăm nghìn đồng.')
  })

  it('counts what could not be added instead of passing it over, and says no words of it', () => {
    const part = aPart('Kinh phí', { budget: [aLine('In', { 2026: '15 triệu đồng', 2027: 'khoảng vài triệu' })] })
    const table = tableOf(aView({ register: 'budget' }), { meta, parts: [part], units: [] }, part.id)
    expect(table.total?.at(-1)).toEqual({ text: '15', kind: 'figure', amount: '15', left: 1 })
    expect(table.words).toBeNull()
  })

  it.each(['≥ 15 triệu đồng', '80%', '5 hộ', '15 triệu đồng/quý', 'chưa rõ'])('does not add "%s"', (amount) => {
    const budget = [aLine('In', { 2026: amount }), aLine('Mua', { 2026: '10 triệu đồng' })]
    const table = tableWith({ budget }, { register: 'budget', columns: ['amount.2026', 'total'] })
    expect(table.total?.at(-1)).toEqual({ text: '10', kind: 'figure', amount: '10', left: 1 })
  })

  it('has the amounts that follow from quantity and price, and marks them', () => {
    const price = typedValue('2,5 triệu đồng')
    const quantities = { 2026: typedValue('4'), 2027: typedValue('3') }
    const budget = [aLine('Tập huấn', { 2027: '9 triệu đồng' }, { price, noun: 'lớp', quantities })]
    const columns = ['noun', 'price', 'quantities', 'years', 'total']
    const { rows, words } = tableWith({ budget }, { register: 'budget', columns })
    expect(rows[0]?.cells.map(({ text, isDerived = false }) => (isDerived ? `${text} derived` : text))).toEqual([
      ...['lớp', '2,5', '4', '3', '10 derived', '9', '19'],
    ])
    expect(words).toBe('Bằng chữ: Mười chín triệu đồng.')
  })

  it('stands by sources with their sums, lines without one last', () => {
    const budget = [
      aLine('A', { 2026: '1 triệu đồng' }),
      aLine('B', { 2026: '2 triệu đồng' }, { source: 'Xã hội hoá' }),
      aLine('C', { 2026: '3 triệu đồng' }, { source: 'Ngân sách' }),
      aLine('D', { 2026: '4 triệu đồng' }, { source: 'Xã hội hoá' }),
      aLine('E', {}, { source: 'none' }),
    ]
    const columns = ['number', 'name', 'total']
    const table = tableWith({ budget }, { register: 'budget', columns, group: 'source', subtotals: true })
    expect(lines(table)).toEqual([
      ...[
        'I Ngân sách  |  | 3',
        '1 | C | 3',
        'II none  |  | ',
        '1 | E | ',
        'III Xã hội hoá  |  | 6',
        '1 | B | 2',
        '2 | D | 4',
      ],
      ...['IV Chưa ghi nguồn  |  | 1', '1 | A | 1'],
    ])
    const ids = table.rows.map(({ row }) => row.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('adds up only what its filter lets through', () => {
    const budget = [
      aLine('Tập huấn', { 2026: '1 triệu đồng' }, { source: 'Ngân sách' }),
      aLine('In', { 2026: '2 triệu đồng' }, { source: 'Xã hội hoá' }),
    ]
    const table = tableWith(
      { budget },
      { register: 'budget', columns: ['name', 'total'], filter: { source: 'Ngân sách' } },
    )
    expect(lines(table)).toEqual(['Tập huấn | 1'])
    expect(table.total?.map(({ text }) => text)).toEqual(['Tổng cộng', '1'])
  })
})

describe('the rows of a view', () => {
  const targets = [
    typedTarget('Nước sạch', 'hộ', '≥ 80', { responsible: unit.id, note: 'theo chuẩn mới' }),
    typedTarget('Điện', 'hộ', '100'),
    typedTarget('Đường', 'hộ', '', { responsible: other.id }),
    typedTarget('Chợ', 'hộ', 'vài'),
    typedTarget('Trường', 'hộ', '25 – 30'),
  ]
  const named = (view: Partial<ViewBlock>) => lines(tableWith({ targets }, { columns: ['name'], ...view }))

  it.each<[string, boolean, string[]]>([
    ['value.2026', false, ['Trường', 'Nước sạch', 'Điện', 'Chợ', 'Đường']],
    ['value.2026', true, ['Điện', 'Nước sạch', 'Trường', 'Chợ', 'Đường']],
    ['name', false, ['Chợ', 'Điện', 'Đường', 'Nước sạch', 'Trường']],
    ['responsible', true, ['Đường', 'Nước sạch', 'Điện', 'Chợ', 'Trường']],
    ['nothing', true, ['Nước sạch', 'Điện', 'Đường', 'Chợ', 'Trường']],
  ])('are sorted by %s, down: %s, numbers before words and nothing last', (by, down, order) => {
    expect(named({ order: { by, down } })).toEqual(order)
  })

  it('are sorted by money whatever its scale', () => {
    const money = ['900 triệu đồng', '1 tỷ đồng', '950.000 nghìn đồng'].map((value) => typedTarget(value, '', value))
    const table = tableWith({ targets: money }, { columns: ['name'], order: { by: 'value.2026', down: false } })
    expect(lines(table)).toEqual(['900 triệu đồng', '950.000 nghìn đồng', '1 tỷ đồng'])
  })

  it('are sorted by results, not by the values beside them', () => {
    const [one, two] = [typedTarget('Một', 'hộ', '1'), typedTarget('Hai', 'hộ', '2')]
    const results = new Map(
      [one, two].map(({ id }, index) => {
        const result = parseQuantity(`≥ ${9 - index} hộ`)
        return [id, new Map(result === null ? [] : [['2026', result]])]
      }),
    )
    const view: Partial<ViewBlock> = { columns: ['name'], order: { by: 'result.2026', down: false } }
    expect(lines(tableWith({ targets: [one, two] }, view, { results }))).toEqual(['Hai', 'Một'])
  })

  it.each<[ViewBlock['filter'], string[]]>([
    [{ text: 'DUONG' }, ['Đường']],
    [{ text: '(chuan m' }, ['Nước sạch']],
    [{ text: 'ợ' }, []],
    [{ text: ' ' }, ['Nước sạch', 'Điện', 'Đường', 'Chợ', 'Trường']],
    [{ unit: other.id }, ['Đường']],
    [{ unit: unit.id, text: 'đường' }, []],
    [{ source: 'Ngân sách' }, []],
    [{}, ['Nước sạch', 'Điện', 'Đường', 'Chợ', 'Trường']],
  ])('are filtered by %o', (filter, rest) => {
    expect(named({ ...(filter === undefined ? {} : { filter }) })).toEqual(rest)
  })

  it('are never lost or doubled by grouping or sorting, and numbered on in each group', () => {
    const ids = [unit.id, other.id, newId<UnitId>(), null]
    const somebody = fc.constantFrom(...ids)
    const value = fc.constantFrom('', '5', '≥ 5', '-3', 'vài', '1 tỷ đồng', '25 – 30', '1' + '0'.repeat(25))
    const source = fc.constantFrom('', 'Ngân sách', 'ngân sách', 'none', 'Xã hội hoá', 'constructor')
    const part = fc.record({
      targets: fc.array(
        fc.tuple(value, somebody).map(([one, responsible]) => typedTarget('X', '', one, { responsible })),
      ),
      tasks: fc.array(fc.tuple(value, somebody).map(([due, lead]) => aTask(due, { lead, due: parseDue(due) }))),
      budget: fc.array(
        fc
          .tuple(value, somebody, source)
          .map(([one, responsible, from]) =>
            aLine('X', one === '' ? {} : { 2026: one }, { responsible, source: from }),
          ),
      ),
    })
    const keepsAll = (
      entries: Entries[],
      register: ViewBlock['register'],
      group: ViewBlock['group'],
      by: number,
      down: boolean,
      scope: ViewBlock['scope'],
    ) => {
      const parts = entries.map((one) => aPart('Mục tiêu', one))
      const key = registerColumns[register][by % registerColumns[register].length] ?? 'name'
      const columns = columnsOf({ register, columns: [key] }, meta)
      const view = aView({ register, group, scope, order: { by: columns[0]?.key ?? key, down } })
      const at = parts[0]?.id ?? newId<PartId>()
      const rows = rowsOf(view, { meta, parts, units: [unit, other] }, at)
      const shownIds = rows.flatMap((row) => (row.kind === 'entry' ? [row.id] : [])).sort()
      const wanted = parts
        .filter(({ id }) => scope === 'plan' || id === at)
        .flatMap((one) => one[register].map(({ id }) => id))
      expect(shownIds).toEqual(wanted.sort())
      for (const row of rows) expect(row.kind === 'group' ? row.members.length : row.number).toBeGreaterThan(0)
      expect(new Set(rows.map(({ id }: TableRow) => id)).size).toBe(rows.length)
    }
    const property = fc.property(
      ...([
        fc.array(part, { maxLength: 3 }),
        fc.constantFrom(...registerNames),
        fc.constantFrom(...viewGroups),
      ] as const),
      ...([fc.nat(20), fc.boolean(), fc.constantFrom('part', 'plan' as const)] as const),
      keepsAll,
    )
    fc.assert(property, { seed, numRuns: 500 })
  })
})

describe('the columns of a view', () => {
  it('leave out what stands in the headings, and keys that the register does not have', () => {
    expect(chosenColumns({ register: 'tasks', columns: [], group: 'unit' })).not.toContain('lead')
    expect(chosenColumns({ register: 'budget', columns: [], group: 'source' })).not.toContain('source')
    const keys = columnsOf({ register: 'tasks', columns: ['name', 'value.2026', 'price', 'constructor', 'name'] }, meta)
    expect(keys.map(({ key }) => key)).toEqual(['name'])
  })
})

describe('the column of measures', () => {
  it.each(['%', 'mô hình', 'triệu đồng', 'buổi/quý', 'hộ'])('reads back %s as it writes it', (words) => {
    const { measure, frequency } = readMeasureWords(words)
    expect(measureWords(measure, frequency)).toBe(words)
  })
})
