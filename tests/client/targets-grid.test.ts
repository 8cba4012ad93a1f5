import { afterEach, describe, expect, it } from 'vitest'
import type { ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import { readTargets } from '@soanchung/shared/targets/register.ts'
import { PlanModel } from '../../client/src/plan/plan-model.svelte.ts'
import { Grid, type GridView } from '../../client/src/targets/grid.svelte.ts'
import { memoryPlan, partAt, targetAt, unitFixtures, type MemoryPlan } from '../support/memory-plan.ts'

let opened: PlanModel | undefined

afterEach(() => opened?.destroy())

const years = [2026, 2027, 2028, 2029, 2030]

function openGrid(plan: MemoryPlan, more: Partial<Pick<ViewBlock, 'scope' | 'group' | 'columns'>> = {}): Grid {
  opened = new PlanModel(plan)
  opened.flush()
  const model = opened
  const view: GridView = { register: 'targets', scope: 'part', columns: [], group: 'none', ...more }
  return new Grid(model, () => ({ view, part: partAt(0) }))
}

function aGrid(targets = 3): { plan: MemoryPlan; grid: Grid } {
  const plan = memoryPlan({ parts: 2, targets, years })
  return { plan, grid: openGrid(plan) }
}

/** Puts the caret into a row and a column of the table. */
function go(grid: Grid, row: number, key: string, extend = false): void {
  grid.select({ row, column: grid.columns.findIndex((column) => column.key === key) }, extend)
}

function stored(plan: MemoryPlan, row: number, part = 0) {
  return readTargets(plan.part(partAt(part)).document)[row]
}

function shown(grid: Grid, row: number, key: string): string {
  const found = grid.rows[row]
  return found?.kind === 'entry' ? grid.cell(found, key).text : ''
}

describe('typing into the target table', () => {
  it('reads a figure in the measure of its row', () => {
    const { plan, grid } = aGrid()
    go(grid, 1, 'value.2027')
    grid.type('trên 85')
    grid.commit()
    expect(stored(plan, 1)?.values['2027']).toEqual({
      quantity: { comparison: '>', numbers: ['85'], measure: { kind: 'percent' } },
    })
  })

  it('keeps what cannot be read as a figure, word for word', () => {
    const { plan, grid } = aGrid()
    go(grid, 0, 'value.2026')
    grid.type('khoảng vài chục')
    grid.commit()
    expect(stored(plan, 0)?.values['2026']).toEqual({ typed: 'khoảng vài chục' })
    expect(shown(grid, 0, 'value.2026')).toBe('khoảng vài chục')
  })

  it('keeps the cell open and says why when there is no such unit', () => {
    const { plan, grid } = aGrid()
    go(grid, 0, 'responsible')
    grid.type('Hội Làm vườn')
    expect(grid.commit()).toBe(false)
    expect(grid.editing?.error).toContain('Hội Làm vườn')
    expect(stored(plan, 0)?.responsible).toBeNull()
  })

  it('finds a unit by its symbol or without diacritics', () => {
    const { plan, grid } = aGrid()
    go(grid, 0, 'responsible')
    grid.type('hoi nong dan')
    grid.commit()
    expect(stored(plan, 0)?.responsible).toBe(unitFixtures[1]?.id)
  })

  it('gives a new measure to the figures that were written in the old one', () => {
    const { plan, grid } = aGrid()
    go(grid, 2, 'measure')
    grid.type('mô hình')
    grid.commit()
    const value = stored(plan, 2)?.values['2026']
    expect(value !== undefined && 'quantity' in value && value.quantity.measure).toEqual({
      kind: 'count',
      noun: 'mô hình',
    })
  })

  it('writes nothing when the text is left as it was', () => {
    const { plan, grid } = aGrid()
    const before = plan
      .part(partAt(0))
      .document.getMap('targets')
      .get(`${targetAt(0, 1)}.value.2026`)
    go(grid, 1, 'value.2026')
    grid.edit()
    grid.commit()
    expect(
      plan
        .part(partAt(0))
        .document.getMap('targets')
        .get(`${targetAt(0, 1)}.value.2026`),
    ).toBe(before)
  })

  it('refuses a part of another unit and says whose it is', () => {
    const { plan, grid } = aGrid()
    plan.part(partAt(0)).mayWrite = false
    plan.changed()
    go(grid, 0, 'name')
    grid.type('Tên khác')
    expect(grid.editing).toBeNull()
    expect(grid.message).not.toBe('')
    expect(stored(plan, 0)?.name).toBe('Chỉ tiêu 0')
  })
})

describe('blocks of cells', () => {
  it('pastes a block from a spreadsheet and adds the rows that are missing', () => {
    const { plan, grid } = aGrid(2)
    go(grid, 1, 'value.2029')
    grid.paste([
      ['90', '95%'],
      ['≥ 5', '6'],
    ])
    expect(shown(grid, 1, 'value.2030')).toBe('95')
    expect(grid.rows).toHaveLength(3)
    expect(stored(plan, 2)?.values['2029']).toMatchObject({ quantity: { comparison: '>=', numbers: ['5'] } })
  })

  it('pastes nothing of a block that is wider than the table', () => {
    const { plan, grid } = aGrid()
    const before = JSON.stringify(readTargets(plan.part(partAt(0)).document))
    go(grid, 0, 'responsible')
    grid.paste([['HND', 'thừa một cột']])
    expect(grid.message).toContain('2 cột')
    expect(JSON.stringify(readTargets(plan.part(partAt(0)).document))).toBe(before)
  })

  it('pastes nothing where one row belongs to another unit', () => {
    const plan = memoryPlan({ parts: 2, targets: 1, years })
    plan.part(partAt(1)).mayWrite = false
    const grid = openGrid(plan, { scope: 'plan' })
    go(grid, 0, 'value.2026')
    grid.paste([['50'], ['60']])
    expect(shown(grid, 0, 'value.2026')).toBe('≥ 0')
    expect(grid.message).not.toBe('')
  })

  it('fills one figure over all selected cells', () => {
    const { grid } = aGrid()
    go(grid, 0, 'value.2026')
    go(grid, 2, 'value.2027', true)
    grid.paste([['100']])
    expect([0, 1, 2].map((row) => shown(grid, row, 'value.2027'))).toEqual(['100', '100', '100'])
  })

  it('fills down from the row above', () => {
    const { grid } = aGrid()
    go(grid, 2, 'value.2028')
    grid.fillDown()
    expect(shown(grid, 2, 'value.2028')).toBe('≥ 1')
  })

  it('clears cells so that nothing is read there any more', () => {
    const { plan, grid } = aGrid()
    go(grid, 0, 'value.2026')
    go(grid, 1, 'value.2027', true)
    grid.clear()
    expect(Object.keys(stored(plan, 1)?.values ?? {})).toEqual(['2028', '2029', '2030'])
  })
})

describe('rows of the target table', () => {
  it('keeps the caret on its target while others add rows above', () => {
    const { grid } = aGrid()
    go(grid, 2, 'name')
    const other = new Grid(grid.model, () => ({ view: grid.view, part: partAt(0) }))
    go(other, 0, 'name')
    other.addRow(other.current?.row)
    expect(grid.current?.row.id).toBe(targetAt(0, 2))
  })

  it('moves a row up past its neighbour', () => {
    const { grid } = aGrid()
    go(grid, 2, 'name')
    grid.moveRow('up')
    expect(grid.rows.map((row) => row.id)).toEqual([targetAt(0, 0), targetAt(0, 2), targetAt(0, 1)])
  })

  it('leaves rows whose target did not change as they were', () => {
    const { grid } = aGrid()
    const before = grid.rows
    go(grid, 1, 'name')
    grid.type('Tên mới')
    grid.commit()
    expect(grid.rows.map((row, index) => row === before[index])).toEqual([true, false, true])
  })
})

it('shows the results of a target beside its values, and takes nothing there', () => {
  const plan = memoryPlan({ parts: 1, targets: 1, years })
  const grid = openGrid(plan, { columns: ['name', 'years', 'results'] })
  const result = { comparison: '=', numbers: ['78'], measure: { kind: 'percent' } } as const
  grid.model.results = new Map([[targetAt(0, 0), new Map([['2026', { ...result, numbers: ['78'] }]])]])
  expect([shown(grid, 0, 'result.2026'), shown(grid, 0, 'result.2027')]).toEqual(['78', ''])
  go(grid, 0, 'result.2026')
  grid.type('80')
  expect(grid.editing).toBeNull()
  expect(grid.message).toContain('sau khi ban hành')
})
