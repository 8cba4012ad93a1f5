import { afterEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { BudgetLineId, PartId } from '@soanchung/shared/ids.ts'
import { textBlockOf, writeBody } from '@soanchung/shared/plan/blocks.ts'
import { writeMeta } from '@soanchung/shared/plan/meta.ts'
import { addPart, deletePart, restorePart } from '@soanchung/shared/plan/outline.ts'
import { registers, writeCells } from '@soanchung/shared/targets/register.ts'
import { userEdit } from '../../client/src/plan/edit-origin.ts'
import { PlanModel } from '../../client/src/plan/plan-model.svelte.ts'
import { addAnnex } from '../../client/src/targets/annex.ts'
import { fixedId, memoryPlan, partAt, quoteOf, targetAt, writeEntry, type MemoryPlan } from '../support/memory-plan.ts'

let opened: PlanModel | undefined

afterEach(() => opened?.destroy())

function open(plan: MemoryPlan): PlanModel {
  opened = new PlanModel(plan)
  return opened
}

function bodyOf(plan: MemoryPlan, part: PartId): Y.XmlFragment {
  return plan.part(part).document.getXmlFragment('body')
}

/** Types at the beginning of a block, as an editor's binding does. */
function type(plan: MemoryPlan, part: PartId, block: number, text: string): void {
  const element = bodyOf(plan, part).get(block)
  const node = element instanceof Y.XmlElement ? element.get(0) : undefined
  if (!(node instanceof Y.XmlText)) throw new Error('the block has no text')
  node.insert(0, text)
}

/** Applies the change in a copy of the document and brings it in as an update from elsewhere. */
function elsewhere(document: Y.Doc, change: (copy: Y.Doc) => void): void {
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(document))
  change(copy)
  Y.applyUpdate(document, Y.encodeStateAsUpdate(copy, Y.encodeStateVector(document)))
}

describe('the model of an open plan', () => {
  it('reads one block again after a key and leaves all others as they were', () => {
    const plan = memoryPlan({ parts: 3, blocks: 4 })
    const model = open(plan)
    const before = [0, 1, 2].map((index) => model.part(partAt(index))?.blocks ?? [])
    type(plan, partAt(1), 2, 'Mới. ')
    model.flush()
    const after = [0, 1, 2].map((index) => model.part(partAt(index))?.blocks ?? [])
    expect(after[0]).toBe(before[0])
    expect(after[2]).toBe(before[2])
    expect(after[1]?.map((block, index) => block === before[1]?.[index])).toEqual([true, true, false, true])
  })

  it('keeps a part where it is when a record comes while a key waits to be read', () => {
    const plan = memoryPlan({ parts: 2, blocks: 1 })
    const model = open(plan)
    model.flush()
    type(plan, partAt(0), 0, 'Mới. ')
    plan.changed()
    expect(model.part(partAt(0))?.loaded).toBe(true)
  })

  it('shows a key with the next frame', async () => {
    const plan = memoryPlan({ parts: 1, blocks: 1 })
    const model = open(plan)
    type(plan, partAt(0), 0, 'Mới. ')
    expect(JSON.stringify(model.part(partAt(0))?.blocks)).not.toContain('Mới.')
    await expect.poll(() => JSON.stringify(model.part(partAt(0))?.blocks)).toContain('Mới.')
  })

  it('updates only the target whose cell changed', () => {
    const plan = memoryPlan({ parts: 2, targets: 3 })
    const model = open(plan)
    const before = new Map(model.targets)
    const changed = targetAt(1, 1)
    writeCells(plan.part(partAt(1)).document, registers.targets, changed, { name: 'Hộ thoát nghèo' }, userEdit)
    expect(model.targets.get(changed)?.target.name).toBe('Hộ thoát nghèo')
    expect([...model.targets].filter(([id, placed]) => before.get(id) !== placed).map(([id]) => id)).toEqual([changed])
  })

  it('shows the cell that somebody else filled in', async () => {
    const plan = memoryPlan({ parts: 1, targets: 2 })
    const model = open(plan)
    elsewhere(plan.part(partAt(0)).document, (copy) =>
      writeCells(copy, registers.targets, targetAt(0, 1), { name: 'Nước sạch' }),
    )
    await expect.poll(() => model.targets.get(targetAt(0, 1))?.target.name).toBe('Nước sạch')
    expect(model.targets.get(targetAt(0, 0))?.target.name).toBe('Chỉ tiêu 0')
  })

  it('takes the targets of a deleted part out and brings them back with it', () => {
    const plan = memoryPlan({ parts: 2, targets: 2 })
    const model = open(plan)
    deletePart(plan.outline, partAt(0), 1, userEdit)
    expect([...model.targets.keys()]).toEqual([targetAt(1, 0), targetAt(1, 1)])
    restorePart(plan.outline, partAt(0), userEdit)
    expect([...model.targets.keys()].sort()).toEqual([0, 1].flatMap((part) => [targetAt(part, 0), targetAt(part, 1)]))
  })

  it('brings the targets back when the deletion is undone', () => {
    const plan = memoryPlan({ parts: 1, targets: 1 })
    const model = open(plan)
    const undo = new Y.UndoManager(plan.outline.getMap('parts'), { trackedOrigins: new Set([userEdit]) })
    deletePart(plan.outline, partAt(0), 1, userEdit)
    expect(model.targets.size).toBe(0)
    undo.undo()
    expect(model.targets.get(targetAt(0, 0))?.part).toBe(partAt(0))
  })

  it('follows a target that moved to another part, in whatever order the two parts are read', () => {
    const plan = memoryPlan({ parts: 2, targets: 1 })
    const model = open(plan)
    const moved = targetAt(0, 0)
    const [from, to] = [plan.part(partAt(0)).document, plan.part(partAt(1)).document]
    writeCells(to, registers.targets, moved, { order: 'b0', name: 'Chỉ tiêu 0' }, userEdit)
    writeCells(from, registers.targets, moved, { name: 'Sửa sau' }, userEdit)
    writeCells(from, registers.targets, moved, { movedTo: partAt(1) }, userEdit)
    expect(model.targets.get(moved)).toMatchObject({ part: partAt(1), target: { name: 'Chỉ tiêu 0' } })
  })

  it('lists where a target is quoted, in the order of the sheet', () => {
    const plan = memoryPlan({ parts: 2, targets: 1 })
    for (const [index, cell] of ['value.2026', 'baseline'].entries()) {
      const block = { ...textBlockOf('paragraph', ''), content: [quoteOf(targetAt(0, 0), cell)] }
      writeBody(bodyOf(plan, partAt(1 - index)), [block])
    }
    const quotes = open(plan).quotesOf(targetAt(0, 0))
    expect(quotes.map(({ part, cell }) => [part, cell])).toEqual([
      [partAt(0), 'baseline'],
      [partAt(1), 'value.2026'],
    ])
  })

  it('numbers the parts below a heading in the text from there on', () => {
    const plan = memoryPlan({ parts: 1 })
    const child = partAt(7)
    addPart(plan.outline, { id: child, parent: partAt(0), after: null, title: 'Nhiệm vụ' })
    const model = open(plan)
    expect(model.number(child).label).toBe('1.')
    writeBody(bodyOf(plan, partAt(0)), [textBlockOf('heading', 'Mục đích')])
    model.flush()
    expect(model.number(child).label).toBe('2.')
  })

  it('numbers items of unnumbered parts anew when the style of the plan changes', () => {
    const plan = memoryPlan({ parts: 0 })
    addPart(plan.outline, { id: partAt(0), parent: null, after: null, title: 'Căn cứ', numbering: 'none' })
    writeBody(bodyOf(plan, partAt(0)), [textBlockOf('numbered', 'Một')])
    const model = open(plan)
    expect([...(model.part(partAt(0))?.labels.values() ?? [])]).toEqual(['1.'])
    writeMeta(plan.outline, { style: 'party' }, userEdit)
    expect([...(model.part(partAt(0))?.labels.values() ?? [])]).toEqual(['1-'])
  })

  it('shows a part that somebody else added, and its text once it has come', async () => {
    const plan = memoryPlan({ parts: 1 })
    plan.loadedAtOnce = false
    const model = open(plan)
    elsewhere(plan.outline, (copy) => addPart(copy, { id: partAt(5), parent: null, after: partAt(0), title: 'Mới' }))
    expect(model.outline.byId.get(partAt(5))?.title).toBe('Mới')
    await expect.poll(() => model.part(partAt(5))?.loaded).toBe(false)
    writeBody(bodyOf(plan, partAt(5)), [textBlockOf('paragraph', 'Đã tới.')])
    plan.part(partAt(5)).loaded = true
    plan.changed()
    await expect.poll(() => model.part(partAt(5))?.loaded).toBe(true)
    expect(model.part(partAt(5))?.blocks).toHaveLength(1)
  })

  it('follows rights that the server gives and takes', () => {
    const plan = memoryPlan({ parts: 1 })
    const model = open(plan)
    plan.part(partAt(0)).mayWrite = false
    plan.mayWriteOutline = false
    plan.record = { ...plan.record, stage: 'issued' }
    plan.changed()
    expect([model.part(partAt(0))?.mayWrite, model.mayWriteOutline, model.record.stage]).toEqual([
      false,
      false,
      'issued',
    ])
  })

  it('goes on with the fresh document that follows a refusal', async () => {
    const plan = memoryPlan({ parts: 1, blocks: 1 })
    const model = open(plan)
    const fresh = new Y.Doc()
    writeBody(fresh.getXmlFragment('body'), [textBlockOf('paragraph', 'Bản của máy chủ.')])
    plan.part(partAt(0)).document = fresh
    plan.changed()
    await expect.poll(() => JSON.stringify(model.part(partAt(0))?.blocks)).toContain('Bản của máy chủ.')
  })

  it('reads a long plan in slices, the first parts at once', async () => {
    const plan = memoryPlan({ parts: 40, blocks: 60, targets: 50 })
    const model = open(plan)
    expect(model.part(partAt(0))?.loaded).toBe(true)
    expect(model.part(partAt(39))?.loaded).toBe(false)
    await expect.poll(() => model.part(partAt(39))?.loaded, { timeout: 20_000 }).toBe(true)
    expect(model.targets.size).toBe(2000)
  })

  it('costs little to change one cell among 40 parts and 2,000 targets', () => {
    const plan = memoryPlan({ parts: 40, targets: 50, years: [2026, 2027, 2028, 2029, 2030] })
    const opening = performance.now()
    const model = open(plan)
    model.flush()
    const opened = performance.now() - opening
    const { document } = plan.part(partAt(20))
    const started = performance.now()
    for (let round = 0; round < 100; round += 1) {
      writeCells(document, registers.targets, targetAt(20, 10), { name: `Lần ${round}` }, userEdit)
    }
    const each = (performance.now() - started) / 100
    console.log(`40 parts, 2,000 targets: read in ${opened.toFixed(0)} ms, one cell in ${each.toFixed(2)} ms`)
    expect(model.targets.get(targetAt(20, 10))?.target.name).toBe('Lần 99')
  })
})

describe('the units of a plan', () => {
  it('are called as on the date that the plan bears, and as today while it bears none', () => {
    const plan = memoryPlan({ parts: 1 })
    const [unit, ...others] = plan.record.units
    if (unit === undefined) throw new Error('the plan has no units')
    const earlier = [{ until: '2025-07-01', name: 'Uỷ ban MTTQ huyện', symbol: 'MTTQH' }]
    plan.record = { ...plan.record, units: [{ ...unit, earlier }, ...others] }
    const model = open(plan)
    expect(model.units.get(unit.id)?.symbol).toBe('MTTQ')
    writeMeta(plan.outline, { date: '2024-05-01' }, userEdit)
    model.flush()
    expect(model.units.get(unit.id)?.symbol).toBe('MTTQH')
  })
})

describe('what formulas are reckoned from', () => {
  const line = fixedId<BudgetLineId>('c', 1)

  it('are the budget lines of living parts, by their present names', () => {
    const plan = memoryPlan({ parts: 2 })
    writeEntry(plan, 0, 'budget', line, { name: 'Tập huấn', source: 'Ngân sách xã' })
    const model = open(plan)
    expect(model.cells.line(line)?.source).toBe('Ngân sách xã')
    expect(model.names.find('tập huấn; cộng')).toEqual({ of: 'line', id: line, field: 'total' })
    deletePart(plan.outline, partAt(0), 1, userEdit)
    expect([model.cells.line(line), [...model.cells.lines()], model.names.find('tập huấn; cộng')]).toEqual([
      undefined,
      [],
      null,
    ])
  })

  it('follow a line that was deleted and restored', () => {
    const plan = memoryPlan({ parts: 1 })
    writeEntry(plan, 0, 'budget', line, { name: 'Tập huấn' })
    const model = open(plan)
    writeCells(plan.part(partAt(0)).document, registers.budget, line, { deletedAt: 1 }, userEdit)
    expect([...model.cells.lines()]).toEqual([])
    writeCells(plan.part(partAt(0)).document, registers.budget, line, { deletedAt: null }, userEdit)
    expect(model.cells.line(line)?.name).toBe('Tập huấn')
  })
})

describe('an annex with a table', () => {
  it('stands behind the others and shows the register of the whole plan; undo takes it away', () => {
    const plan = memoryPlan({ parts: 1 })
    const model = open(plan)
    const undo = new Y.UndoManager(plan.outline.getMap('parts'), { trackedOrigins: new Set([userEdit]) })
    const id = addAnnex(model, 'tasks')
    model.flush()
    expect(model.outline.inOrder.at(-1)).toMatchObject({ id, role: 'annex', title: 'Bảng phân công nhiệm vụ' })
    expect(id !== null && model.part(id)?.blocks).toMatchObject([{ type: 'view', register: 'tasks', scope: 'plan' }])
    undo.undo()
    expect(model.outline.inOrder).toHaveLength(1)
  })

  it('is not made by whoever may not write the outline', () => {
    const plan = memoryPlan({ parts: 1 })
    plan.mayWriteOutline = false
    expect(addAnnex(open(plan), 'budget')).toBeNull()
  })
})
