import { afterEach, describe, expect, it } from 'vitest'
import type { BudgetLineId } from '@soanchung/shared/ids.ts'
import type { Measure } from '@soanchung/shared/targets/quantity.ts'
import { readTargets } from '@soanchung/shared/targets/register.ts'
import { PlanModel } from '../../client/src/plan/plan-model.svelte.ts'
import { draftHint } from '../../client/src/targets/cell-words.ts'
import { cellsLike, openReference, wantsCell, withCell } from '../../client/src/targets/formula-draft.ts'
import { Grid, type GridView } from '../../client/src/targets/grid.svelte.ts'
import { showReference } from '../../client/src/targets/reference.ts'
import { fixedId, memoryPlan, partAt, targetAt, writeEntry, type MemoryPlan } from '../support/memory-plan.ts'

let opened: PlanModel | undefined

afterEach(() => {
  opened?.destroy()
  opened = undefined
})

const households: Measure = { kind: 'count', noun: 'hộ' }

/** Two parts: poor households and those near poverty in the first, households in all in the second. */
function aPlan(): { plan: MemoryPlan; model: PlanModel } {
  const plan = memoryPlan({ parts: 2 })
  const count = (number: string) => ({ quantity: { comparison: '=', numbers: [number], measure: households } })
  const target = (part: number, index: number, name: string, number: string) =>
    writeEntry(plan, part, 'targets', targetAt(part, index), {
      ...{ order: `a${index}`, name, measure: households },
      'value.2026': count(number),
    })
  target(0, 0, 'Hộ nghèo', '120')
  target(0, 1, 'Hộ cận nghèo', '80')
  target(1, 0, 'Tổng số hộ', '4000')
  opened = new PlanModel(plan)
  opened.flush()
  return { plan, model: opened }
}

function gridOf(model: PlanModel, part = 0, more: Partial<GridView> = {}): Grid {
  const view: GridView = { register: 'targets', scope: 'part', columns: [], group: 'none', ...more }
  return new Grid(model, () => ({ view, part: partAt(part) }))
}

function go(grid: Grid, row: number, key: string): void {
  grid.select({ row, column: grid.columns.findIndex((column) => column.key === key) })
}

function write(grid: Grid, row: number, key: string, text: string): boolean {
  go(grid, row, key)
  grid.type(text)
  return grid.commit()
}

function shown(grid: Grid, row: number, key: string) {
  const found = grid.rows[row]
  if (found?.kind !== 'entry') throw new Error('no such row')
  return grid.cell(found, key)
}

const stored = (plan: MemoryPlan, part: number, row: number) =>
  readTargets(plan.part(partAt(part)).document)[row]?.values['2027']

describe('a formula in a cell', () => {
  it('shows the sum of two cells and follows them, across parts too', () => {
    const { plan, model } = aPlan()
    const grid = gridOf(model, 1)
    write(grid, 0, 'value.2027', '= {Hộ nghèo; 2026} + {hộ cận nghèo;2026}')
    expect(shown(grid, 0, 'value.2027')).toMatchObject({ text: '200', isDerived: true })
    expect(stored(plan, 1, 0)).toEqual({
      formula: `t_${targetAt(0, 0)}_value_2026 + t_${targetAt(0, 1)}_value_2026`,
    })
    write(gridOf(model), 0, 'value.2026', '130')
    expect(shown(grid, 0, 'value.2027').text).toBe('210')
  })

  it('is what the sentence that quotes it says', () => {
    const { model } = aPlan()
    write(gridOf(model, 1), 0, 'value.2027', '= {Hộ nghèo; 2026} × 2')
    const quoted = () => showReference(model, { target: targetAt(1, 0), cell: 'value.2027' })
    expect(quoted().text).toBe('240 hộ')
    write(gridOf(model), 0, 'value.2026', '')
    expect(quoted()).toMatchObject({ state: 'problem', text: '[thiếu số]' })
  })

  it('shows a circle with its way in both cells, and nothing of a number', () => {
    const { model } = aPlan()
    const grid = gridOf(model)
    write(grid, 0, 'value.2027', '= {Hộ cận nghèo; 2027}')
    write(grid, 1, 'value.2027', '= {Hộ nghèo; 2027} + 1')
    expect(shown(grid, 0, 'value.2027')).toMatchObject({ kind: 'problem' })
    expect(shown(grid, 0, 'value.2027').text).toBe(
      'Công thức vòng: Hộ nghèo; 2027 → Hộ cận nghèo; 2027 → Hộ nghèo; 2027',
    )
    expect(shown(grid, 1, 'value.2027').text).toContain('Công thức vòng')
  })

  it('without a cell is reckoned at once and kept as a number', () => {
    const { plan, model } = aPlan()
    write(gridOf(model), 0, 'value.2027', '= 40 × 3')
    expect(stored(plan, 0, 0)).toEqual({ quantity: { comparison: '=', numbers: ['120'], measure: households } })
  })

  it('comes back in words to be edited, and typed back changes nothing', () => {
    const { plan, model } = aPlan()
    const grid = gridOf(model)
    write(grid, 0, 'value.2027', '=TONG({Hộ nghèo; 2026}; {Hộ cận nghèo; 2026})')
    go(grid, 0, 'value.2027')
    grid.edit()
    expect(grid.editing?.draft).toBe('= TỔNG({Hộ nghèo; 2026}; {Hộ cận nghèo; 2026})')
    const cell = () =>
      plan
        .part(partAt(0))
        .document.getMap('targets')
        .get(`${targetAt(0, 0)}.value.2027`)
    const before = cell()
    grid.commit()
    expect(cell()).toBe(before)
  })

  it('that cannot be read stays as it was typed, and the table says why', () => {
    const { plan, model } = aPlan()
    const grid = gridOf(model)
    expect(write(grid, 0, 'value.2027', '= {Hộ giàu; 2026} + 1')).toBe(true)
    expect(stored(plan, 0, 0)).toEqual({ typed: '= {Hộ giàu; 2026} + 1' })
    expect(grid.message).toContain('Hộ giàu; 2026')
  })

  it('is filled down as it stands', () => {
    const { model } = aPlan()
    const grid = gridOf(model)
    write(grid, 0, 'value.2027', '= {Tổng số hộ; 2026} ÷ 2')
    go(grid, 1, 'value.2027')
    grid.fillDown()
    expect(shown(grid, 1, 'value.2027').text).toBe('2.000')
  })
})

describe('writing a formula', () => {
  it('takes a cell that is pressed in another table, and the next one in its place', () => {
    const { model } = aPlan()
    const [grid, other] = [gridOf(model), gridOf(model, 1)]
    const [row, pressed] = [grid.rows[1], other.rows[0]]
    if (row?.kind !== 'entry' || pressed?.kind !== 'entry') throw new Error('no rows')
    go(grid, 0, 'value.2027')
    grid.type('= 2 × ')
    expect(other.pointAt(pressed, 'value.2026')).toBe(true)
    expect(grid.editing?.draft).toBe('= 2 × {Tổng số hộ; 2026}')
    grid.pointAt(row, 'value.2026')
    expect(grid.editing?.draft).toBe('= 2 × {Hộ cận nghèo; 2026}')
  })

  it('leaves a press on a cell to the table where no cell can follow', () => {
    const { model } = aPlan()
    const grid = gridOf(model)
    const row = grid.rows[1]
    go(grid, 0, 'value.2027')
    grid.type('= 2')
    expect(row?.kind === 'entry' && grid.pointAt(row, 'value.2026')).toBe(false)
    grid.type('một số')
    expect(row?.kind === 'entry' && grid.pointAt(row, 'value.2026')).toBe(false)
  })

  it('offers the cells whose names hold what was typed after the brace', () => {
    const { model } = aPlan()
    const draft = '= {can ngheo 2027'
    expect(openReference({ draft, caret: draft.length })?.words).toBe('can ngheo 2027')
    expect(cellsLike(model.names, 'can ngheo 2027').map(({ name }) => name)).toEqual(['Hộ cận nghèo; 2027'])
  })

  const drafts: [string, string, string][] = [
    ['an open reference', '= {hộ ng| + 1', '= {A; 2026}| + 1'],
    ['words of a reference that was closed', '= {hộ| nghèo; 2026} + 1', '= {A; 2026}| + 1'],
    ['a cell right before the caret', '= {B; 2026}|', '= {A; 2026}|'],
    ['a sign', '= 2 ×|', '= 2 ×{A; 2026}|'],
  ]
  it.each(drafts)('sets a chosen cell in for %s', (_, before, after) => {
    const caret = before.indexOf('|')
    const { draft, caret: next } = withCell({ draft: before.replace('|', ''), caret }, 'A; 2026')
    expect(`${draft.slice(0, next)}|${draft.slice(next)}`).toBe(after)
  })

  it.each([
    ['=', true],
    ['= 1 +', true],
    ['= TỔNG(1;', true],
    ['= {', true],
    ['= 1', false],
    ['80 –', false],
  ])('behind “%s” a cell can follow: %s', (draft, can) => {
    expect(wantsCell({ draft, caret: draft.length })).toBe(can)
  })
})

describe('what is said while a figure is typed', () => {
  const faults: [string, string][] = [
    ['80,5,5%', 'không phải một con số'],
    ['30 – 25', 'Khoảng ghi ngược'],
    ['80 đến năm 2099', 'ngoài thời kỳ 2026 – 2030'],
    ['9'.repeat(31), 'dài quá'],
    ['nhiều hộ', 'cần một con số'],
    ['= 3 +', 'Chưa hiểu'],
    ['= {Hộ nghèo; 2026} + {Tổng kinh phí; 2026}', 'thiếu số'],
  ]
  it.each(faults)('for “%s”', (text, said) => {
    const { model } = aPlan()
    const grid = gridOf(model)
    const row = grid.rows[0]
    if (row?.kind !== 'entry') throw new Error('no row')
    expect(draftHint(row, 'value.2027', text, grid.reading)).toMatchObject({ isFault: true })
    expect(draftHint(row, 'value.2027', text, grid.reading)?.text).toContain(said)
  })

  it('keeps a figure for a year outside the period as typed, until it is mended', () => {
    const { plan, model } = aPlan()
    write(gridOf(model), 0, 'value.2027', '80 đến năm 2099')
    expect(stored(plan, 0, 0)).toEqual({ typed: '80 đến năm 2099' })
    write(gridOf(model), 0, 'value.2027', '80 đến năm 2029')
    expect(stored(plan, 0, 0)).toMatchObject({ quantity: { numbers: ['80'], deadline: 2029 } })
  })

  it('tells what the formula comes to', () => {
    const { model } = aPlan()
    const grid = gridOf(model)
    const row = grid.rows[0]
    if (row?.kind !== 'entry') throw new Error('no row')
    expect(draftHint(row, 'value.2027', '= {Hộ nghèo; 2026} ÷ 3', grid.reading)).toEqual({
      text: 'Kết quả: 40 hộ',
      isFault: false,
    })
  })
})

describe('a budget line', () => {
  const line = fixedId<BudgetLineId>('c', 1)

  function aBudget() {
    const { plan, model } = aPlan()
    writeEntry(plan, 0, 'budget', line, { name: 'Tập huấn' })
    const columns = ['name', 'source', 'noun', 'price', 'quantities', 'years', 'total']
    return { plan, model, grid: gridOf(model, 0, { register: 'budget', columns }) }
  }

  it('multiplies quantity and price, until an amount is typed over it, and again once that is cleared', () => {
    const { grid } = aBudget()
    write(grid, 0, 'noun', 'lớp')
    write(grid, 0, 'price', '15')
    write(grid, 0, 'quantity.2026', '4')
    expect(shown(grid, 0, 'amount.2026')).toMatchObject({ text: '60', isDerived: true })
    write(grid, 0, 'amount.2026', '50')
    expect(shown(grid, 0, 'amount.2026')).toMatchObject({ text: '50' })
    write(grid, 0, 'amount.2026', '')
    expect(shown(grid, 0, 'amount.2026').text).toBe('60')
    expect(shown(grid, 0, 'total').text).toBe('60')
  })

  it('takes the noun of the first quantity, and gives a new noun to the quantities', () => {
    const { grid, model } = aBudget()
    write(grid, 0, 'quantity.2026', '4 lớp')
    const present = () => model.part(partAt(0))?.budget[0]
    expect(present()).toMatchObject({ noun: 'lớp', quantities: { 2026: { quantity: { measure: { noun: 'lớp' } } } } })
    write(grid, 0, 'noun', 'buổi')
    expect(present()?.quantities['2026']).toMatchObject({ quantity: { measure: { noun: 'buổi' } } })
    expect(shown(grid, 0, 'quantity.2026').text).toBe('4')
  })

  it('reads a sum of bare numbers in the scale of the table', () => {
    const { grid, model } = aBudget()
    write(grid, 0, 'amount.2026', '= 100 + 20,5')
    expect(model.part(partAt(0))?.budget[0]?.amounts['2026']).toEqual({
      quantity: { comparison: '=', numbers: ['120.5'], measure: { kind: 'money', scale: 'trieu' } },
    })
  })

  it('keeps what is no money in an amount as typed', () => {
    const { grid } = aBudget()
    write(grid, 0, 'amount.2026', '20%')
    expect(shown(grid, 0, 'amount.2026')).toMatchObject({ text: '20%', kind: 'unread' })
    expect(grid.message).toContain('số tiền')
  })

  it('takes a price that says of what it is', () => {
    const { grid } = aBudget()
    write(grid, 0, 'price', '500 nghìn đồng/lớp')
    expect(shown(grid, 0, 'price')).toMatchObject({ kind: 'figure' })
  })
})
