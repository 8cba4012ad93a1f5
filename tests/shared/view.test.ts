import { describe, expect, it } from 'vitest'
import { newId, type BudgetLineId, type UnitId } from '@soanchung/shared/ids.ts'
import { parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import { budgetLine, type BudgetLine } from '@soanchung/shared/targets/register.ts'
import { measureWords, readMeasureWords, tableOf } from '@soanchung/shared/targets/view.ts'
import { aPart, aTarget, aView, percent } from '../support/plans.ts'

const meta = { period: { from: 2026, to: 2027 } }
const unit = { id: newId<UnitId>(), name: 'Hội Nông dân', symbol: 'HND' }

function aLine(name: string, amounts: Record<string, string>): BudgetLine {
  const read = Object.entries(amounts).map(([year, text]) => {
    const quantity = parseQuantity(text)
    return [year, quantity === null ? { typed: text } : { quantity }]
  })
  return budgetLine.parse({ id: newId<BudgetLineId>(), order: 'a0', name, amounts: Object.fromEntries(read) })
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
  })

  it('counts what could not be added instead of passing it over', () => {
    const part = aPart('Kinh phí', { budget: [aLine('In', { 2026: '15 triệu đồng', 2027: 'khoảng vài triệu' })] })
    const table = tableOf(aView({ register: 'budget' }), { meta, parts: [part], units: [] }, part.id)
    expect(table.total?.at(-1)).toEqual({ text: '15', kind: 'figure', left: 1 })
  })
})

describe('the column of measures', () => {
  it.each(['%', 'mô hình', 'triệu đồng', 'buổi/quý', 'hộ'])('reads back %s as it writes it', (words) => {
    const { measure, frequency } = readMeasureWords(words)
    expect(measureWords(measure, frequency)).toBe(words)
  })
})
