import { afterEach, describe, expect, it } from 'vitest'
import type { TaskId, UnitId } from '@soanchung/shared/ids.ts'
import { PlanModel } from '../../client/src/plan/plan-model.svelte.ts'
import { choicesFor, withChoice } from '../../client/src/targets/cell-options.ts'
import { Grid, type GridView } from '../../client/src/targets/grid.svelte.ts'
import { nextOrder } from '../../client/src/targets/view-options.ts'
import { fixedId, memoryPlan, partAt, targetAt, unitFixtures, writeEntry } from '../support/memory-plan.ts'

let opened: PlanModel | undefined

afterEach(() => {
  opened?.destroy()
  opened = undefined
})

const [front, farmers, women] = unitFixtures.map(({ id }) => id)

/** One task in the first part, and targets “Chỉ tiêu 0” and “Chỉ tiêu 1” in both. */
function aTask(more: Partial<GridView> = {}) {
  const plan = memoryPlan({ parts: 2, targets: 2 })
  writeEntry(plan, 0, 'tasks', fixedId<TaskId>('k', 1), { name: 'Rà soát hộ nghèo' })
  const model = (opened = new PlanModel(plan))
  model.flush()
  const columns = ['number', 'name', 'lead', 'partners', 'product', 'due', 'serves']
  const view: GridView = { register: 'tasks', scope: 'part', columns, group: 'none', ...more }
  const grid = new Grid(model, () => ({ view, part: partAt(0) }))
  return { plan, model, grid, task: () => model.part(partAt(0))?.tasks[0] }
}

function write(grid: Grid, row: number, key: string, text: string): boolean {
  grid.select({ row, column: grid.columns.findIndex((column) => column.key === key) })
  grid.type(text)
  return grid.commit()
}

function shown(grid: Grid, row: number, key: string): string {
  const found = grid.rows[row]
  return found?.kind === 'entry' ? grid.cell(found, key).text : ''
}

describe('the table of tasks', () => {
  it('takes partners by symbol and by name, and keeps whoever is no unit in words', () => {
    const { grid, task } = aTask()
    write(grid, 0, 'partners', 'hnd, các trường học, Hội liên hiệp phụ nữ')
    expect(task()?.partners).toEqual({ units: [farmers, women], others: 'các trường học' })
    expect(shown(grid, 0, 'partners')).toBe('HND, PN, các trường học')
  })

  it('knows a unit whose name holds a comma', () => {
    const { plan, model, grid, task } = aTask()
    const culture = {
      ...unitFixtures[0]!,
      id: fixedId<UnitId>('u', 9),
      name: 'Phòng Văn hoá, Thông tin',
      symbol: 'VHTT',
    }
    plan.record = { ...plan.record, units: [...unitFixtures, culture] }
    plan.changed()
    model.flush()
    write(grid, 0, 'partners', 'HND, phòng văn hoá, thông tin, dân quân')
    expect(task()?.partners).toEqual({ units: [farmers, culture.id], others: 'dân quân' })
  })

  it.each([
    ['30/11/2026', { until: '2026-11-30' }, '30/11/2026'],
    ['quý 4 năm 2026', { until: '2026-Q4' }, 'Quý IV/2026'],
    ['thường xuyên', { typed: 'thường xuyên' }, 'thường xuyên'],
    ['31/02/2026', { typed: '31/02/2026' }, '31/02/2026'],
  ])('reads the deadline “%s”', (text, due, words) => {
    const { grid, task } = aTask()
    write(grid, 0, 'due', text)
    expect(task()?.due).toEqual(due)
    expect(shown(grid, 0, 'due')).toBe(words)
  })

  it('links the targets that it serves by their names, each of two that are called alike once', () => {
    const { grid, task } = aTask()
    write(grid, 0, 'serves', 'chỉ tiêu 1; Chỉ tiêu 1')
    expect(task()?.serves).toEqual([targetAt(0, 1), targetAt(1, 1)])
    expect(shown(grid, 0, 'serves')).toBe('Chỉ tiêu 1; Chỉ tiêu 1')
  })

  it('keeps the field open where there is no such target, with what was typed', () => {
    const { grid, task } = aTask()
    expect(write(grid, 0, 'serves', 'Chỉ tiêu 0; Hộ giàu')).toBe(false)
    expect(grid.editing).toMatchObject({ draft: 'Chỉ tiêu 0; Hộ giàu' })
    expect(grid.editing?.error).toContain('Hộ giàu')
    expect(task()?.serves).toEqual([])
  })

  it('pastes rows of tasks from a spreadsheet', () => {
    const { grid, model } = aTask()
    grid.select({ row: 0, column: 1 })
    grid.paste([
      ['Tuyên truyền', 'HND', 'PN, chi hội', 'Bản tin', '11/2026'],
      ['Kiểm tra', 'MTTQ', '', 'Báo cáo', 'hằng quý'],
    ])
    const tasks = model.part(partAt(0))?.tasks ?? []
    expect(tasks.map(({ name, lead, due }) => [name, lead, due])).toEqual([
      ['Tuyên truyền', farmers, { until: '2026-11' }],
      ['Kiểm tra', front, { typed: 'hằng quý' }],
    ])
  })

  it('pastes nothing where a served target is unknown, and names row and words', () => {
    const { grid, task } = aTask()
    grid.select({ row: 0, column: 5 })
    grid.paste([['12/2026', 'Hộ giàu']])
    expect(grid.message).toContain('Hộ giàu')
    expect(task()?.due).toBeNull()
  })

  it('gives a new row the unit that the table is filtered by, so that it shows', () => {
    const { grid, task } = aTask({ filter: { unit: women } })
    expect(grid.rows).toHaveLength(0)
    grid.addRow()
    expect(grid.current?.row).toMatchObject({ entry: { lead: women } })
    expect(task()?.lead).toBeNull()
  })

  it('moves no row of a sorted table, and says why', () => {
    const { grid } = aTask({ order: { by: 'name', down: false } })
    grid.addRow()
    grid.moveRow('up')
    expect(grid.message).toContain('xếp')
  })
})

describe('choosing from a list while typing', () => {
  const source = {
    units: unitFixtures,
    targets: [{ id: targetAt(0, 0), name: 'Hộ nghèo' }],
    names: { find: () => null, nameOf: () => null, all: () => [] },
  }
  const written = (draft: string) => ({ draft, caret: draft.length, before: '' })

  it('completes the last unit of a list and goes on', () => {
    const { options } = choicesFor('partners', written('HND, phu'), source)
    expect(options.map(({ label }) => label)).toEqual(['Hội Liên hiệp Phụ nữ'])
    expect(withChoice('partners', written('HND, phu'), options[0]!).draft).toBe('HND, PN, ')
  })

  it('is silent once the last unit stands there whole', () => {
    expect(choicesFor('partners', written('HND, PN'), source).options).toEqual([])
  })

  it('completes a target behind a semicolon', () => {
    const { options } = choicesFor('serves', written('Nước sạch; ngheo'), source)
    expect(withChoice('serves', written('Nước sạch; ngheo'), options[0]!).draft).toBe('Nước sạch; Hộ nghèo; ')
  })
})

describe('the order of a table', () => {
  it('goes up, then down, then back to the order of the register', () => {
    const up = nextOrder(undefined, 'name')
    const down = nextOrder(up, 'name')
    expect([up, down, nextOrder(down, 'name')]).toEqual([
      { by: 'name', down: false },
      { by: 'name', down: true },
      undefined,
    ])
    expect(nextOrder(down, 'due')).toEqual({ by: 'due', down: false })
  })
})
