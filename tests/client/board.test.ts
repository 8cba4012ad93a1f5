import { describe, expect, test } from 'vitest'
import { flushSync } from 'svelte'
import type { PlanBoard } from '@soanchung/shared/protocol.ts'
import { writeMeta } from '@soanchung/shared/plan/meta.ts'
import { boardRows, filterRows, sortRows, stageLanes, timelineOf } from '../../client/src/board/board.ts'
import { PlanModel, type PartWork } from '../../client/src/plan/plan-model.svelte.ts'
import { memoryPlan, partAt, unitFixtures } from '../support/memory-plan.ts'

const [front, farmers] = unitFixtures
const now = new Date(2026, 10, 22, 12)

/** Three parts: the first late, the second done by the farmers, the third without text. */
function aBoard(facts: PlanBoard | null = null) {
  const plan = memoryPlan({ parts: 3, blocks: 1, targets: 2, years: [2026] })
  plan.part(partAt(2)).document.getXmlFragment('body').delete(0, 1)
  writeMeta(plan.outline, { period: { from: 2026, to: 2027 } })
  const work = (index: number, more: Partial<PartWork>): PartWork => ({
    ...{ id: partAt(index), holders: [], mayWrite: true, status: 'drafting', reason: '', deadline: '', note: '' },
    ...more,
  })
  plan.record = {
    ...plan.record,
    parts: [
      work(0, { deadline: '2026-11-20', holders: front ? [front.id] : [] }),
      work(1, { deadline: '2026-11-10', status: 'done', holders: farmers ? [farmers.id] : [] }),
      work(2, { deadline: '2026-12-01' }),
    ],
  }
  const model = new PlanModel(plan)
  model.flush()
  flushSync()
  return { model, rows: boardRows(model, facts, now) }
}

describe('the drafting board', () => {
  test('says for each part how far it is, whether it is late and what is missing', () => {
    const { rows } = aBoard()
    expect(rows.map(({ status, isLate, missing }) => [status, isLate, missing])).toEqual([
      ['drafting', true, 2],
      ['done', false, 2],
      ['drafting', false, 2],
    ])
  })

  test('is filtered by unit, by what nobody has, by what is late', () => {
    const { rows } = aBoard()
    const ids = (filter: Parameters<typeof filterRows>[1]) => filterRows(rows, filter).map(({ id }) => id)
    expect(farmers && ids(farmers.id)).toEqual([partAt(1)])
    expect(ids('nobody')).toEqual([partAt(2)])
    expect(ids('late')).toEqual([partAt(0)])
  })

  test('stands in the order that was asked for', () => {
    const { rows } = aBoard()
    const ids = (order: Parameters<typeof sortRows>[1]) => sortRows(rows, order).map(({ id }) => id)
    expect(ids('deadline')).toEqual([1, 0, 2].map(partAt))
    expect(ids('status')).toEqual([0, 2, 1].map(partAt))
  })
})

test('the timeline goes from the first day to after the last one, with stages and Mondays', () => {
  const facts: PlanBoard = {
    createdAt: new Date(2026, 10, 2).getTime(),
    parts: [],
    moves: [{ at: new Date(2026, 10, 16).getTime(), stage: 'review' }],
  }
  const { rows } = aBoard(facts)
  const timeline = timelineOf(rows, facts, now)
  expect(timeline.events.map(({ day, stage }) => [day, stage])).toEqual([
    ['2026-11-10', null],
    ['2026-11-16', 'review'],
    ['2026-11-20', null],
    ['2026-12-01', null],
  ])
  expect(timeline.weeks[0]).toBe('2026-11-02')
  expect(timeline.place('2026-11-02')).toBe(0)
  expect(timeline.place('2026-12-08')).toBe(100)
})

test('stages that follow close on each other stand above each other, later ones on the line again', () => {
  const { rows } = aBoard()
  const moves = [16, 16, 17, 30].map((day) => ({ at: new Date(2026, 10, day).getTime(), stage: 'review' as const }))
  const timeline = timelineOf(rows, { createdAt: now.getTime(), moves, parts: [] }, now)
  expect([...stageLanes(timeline).values()]).toEqual([0, 1, 2, 0])
})
