/**
 * Headings become parts and parts headings, in random plans: a plan reads the same before and after,
 * word for word, number for number and row for row. A failing run prints the seed: SEED=… replays it.
 */
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { newId, type BlockId, type ChangeId, type PartId } from '@soanchung/shared/ids.ts'
import { blockKinds, blockText, type Block, type BlockKind } from '@soanchung/shared/plan/blocks.ts'
import { countTopHeadings, numberBlocks, numberParts } from '@soanchung/shared/plan/numbering.ts'
import { partNumberings, readOutline } from '@soanchung/shared/plan/outline.ts'
import {
  readSnapshot,
  writeOutline,
  writePart,
  type PlanSnapshot,
  type SnapshotPart,
} from '@soanchung/shared/plan/snapshot.ts'
import { joinParts, splitPart, type Pair, type PlanDocuments } from '@soanchung/shared/plan/split.ts'
import { rowsOf } from '@soanchung/shared/targets/view.ts'
import { aBlock, aPart, aPlan, aSentence, aTarget, percent } from '../support/plans.ts'
import { announcedSeed, seededRandom, type Random } from '../support/random.ts'

const seed = announcedSeed('split')

class Plan implements PlanDocuments {
  readonly outline = new Y.Doc()
  readonly #snapshot: PlanSnapshot
  readonly #parts = new Map<PartId, Y.Doc>()

  constructor(snapshot: PlanSnapshot) {
    this.#snapshot = snapshot
    writeOutline(this.outline, snapshot)
    for (const part of snapshot.parts) writePart(this.part(part.id), part)
  }

  part(id: PartId): Y.Doc {
    const document = this.#parts.get(id) ?? new Y.Doc()
    this.#parts.set(id, document)
    return document
  }

  now(): PlanSnapshot {
    return readSnapshot(this.#snapshot.id, this.outline, (id) => this.#parts.get(id))
  }

  /** Every line as a reader sees it, from the top of the sheet to its end; tables row by row. */
  lines(): string[] {
    const snapshot = this.now()
    const blocks = new Map(snapshot.parts.map((part) => [part.id, part.blocks]))
    const numbers = numberParts(snapshot.parts, 'state', (id) => countTopHeadings(blocks.get(id) ?? []))
    const targets = new Map(
      snapshot.parts.flatMap((part) =>
        part.targets.filter((one) => one.movedTo === null && one.deletedAt === null).map((one) => [one.id, one.name]),
      ),
    )
    return snapshot.parts.flatMap((part) => {
      const number = numbers.get(part.id) ?? { label: '', level: 'none' as const, path: [] }
      const labels = numberBlocks(part.blocks, number, 'state')
      const shown = part.blocks.flatMap((block) => [
        `${labels.get(block.id) ?? ''} ${blockText(block, ({ target }) => targets.get(target) ?? 'broken')}`,
        ...(block.type === 'view' ? rowsOf(block, { ...snapshot, units: [] }, part.id).map(rowText) : []),
      ])
      return [`${number.label} ${part.title}`, ...shown]
    })
  }
}

function rowText(row: ReturnType<typeof rowsOf>[number]): string {
  return row.kind === 'entry' ? `| ${row.number} ${row.entry.name}` : '| group'
}

const command = () => ({ id: newId<ChangeId>(), now: 1 })

/** Pairs for a heading and all top headings behind it. */
function pairsFrom(part: SnapshotPart, heading: BlockId): Pair[] {
  const headings = part.blocks.filter((block) => block.type === 'block' && block.kind === 'heading')
  const tops = headings.filter((block, index) => index === 0 || (block.type === 'block' && block.depth === 0))
  const at = tops.findIndex((block) => block.id === heading)
  return (at < 0 ? [{ id: heading }] : tops.slice(at)).map(({ id }) => ({ part: newId<PartId>(), heading: id }))
}

function aTable(): Block {
  const [type, register] = ['view', 'targets'] as const
  return { type, id: newId<BlockId>(), register, scope: 'part', columns: [], group: 'none', title: 'Bảng' }
}

/** `##` is a heading one deeper than `#`, `|` a table of the part's targets. */
function blocksOf(drawing: readonly string[]): Block[] {
  return drawing.map((line) => {
    const [, marks, text = ''] = /^(#+|\||)\s*(.*)$/.exec(line) ?? []
    if (marks === '|') return aTable()
    return marks ? aBlock('heading', text, marks.length - 1) : aBlock('paragraph', text)
  })
}

/** A plan `I. Nhiệm vụ` with this text, then `II. Kinh phí`. */
function planWith(drawing: readonly string[], more: Partial<SnapshotPart> = {}) {
  const part = aPart('Nhiệm vụ', { blocks: blocksOf(drawing), ...more })
  const plan = new Plan(aPlan([part, aPart('Kinh phí')]))
  const id = (text: string) => part.blocks.find((block) => blockText(block, () => '') === text)?.id ?? newId<BlockId>()
  const split = (text: string, pairs = pairsFrom(part, id(text))) => ({
    pairs,
    done: splitPart(plan, part.id, pairs, command()),
  })
  return { plan, part, split, id }
}

describe('a heading becomes a part', () => {
  it('goes with the headings behind it, and everything keeps its place and number', () => {
    const { plan, split } = planWith(['Mở đầu.', '# Một', 'a', '# Hai', '## Hai một', 'b', '# Ba'])
    const before = plan.lines()
    split('Hai')
    expect(plan.lines()).toEqual(before)
    expect(plan.now().parts.map(({ title }) => title)).toEqual(['Nhiệm vụ', 'Hai', 'Ba', 'Kinh phí'])
  })

  it('stands before the parts that were there, whatever the level of the part above', () => {
    const above = aPart('Nội dung', { numbering: 'phan', blocks: blocksOf(['# Một', '# Hai', 'a']) })
    const below = aPart('Có sẵn', { parent: above.id })
    const plan = new Plan(aPlan([above, below]))
    const before = plan.lines()
    splitPart(plan, above.id, pairsFrom(above, above.blocks[1]?.id ?? newId<BlockId>()), command())
    expect(before).toEqual(['Phần thứ nhất Nội dung', '1. Một', '2. Hai', ' a', 'I. Có sẵn'])
    expect(plan.lines()).toEqual(before)
  })

  it('takes blocks along as they are: ids, marks, footnotes and references', () => {
    const target = aTarget('Hộ dùng nước sạch', { 2026: percent('80') })
    const rich = aSentence([
      { type: 'text', text: 'Đậm', marks: [{ type: 'bold' }] },
      { type: 'reference', target: target.id, cell: 'value.2026' },
      { type: 'footnote', text: 'Chú thích.' },
    ])
    const item: Block = { ...(aBlock('numbered', 'x', 2) as Extract<Block, { type: 'block' }>), restart: true }
    const { plan, part, split } = planWith([], {
      blocks: [aBlock('heading', 'Một'), rich, item],
      targets: [target],
    })
    split('Một')
    expect(plan.now().parts[1]?.blocks).toEqual([rich, item])
    expect(plan.now().parts[0]?.targets).toEqual(part.targets)
  })

  it('takes the register along whose only table it holds, and gives it back', () => {
    const target = aTarget('Hộ dùng nước sạch', { 2026: percent('80') })
    const { plan, part, split } = planWith(['# Một', '# Hai', '|'], { targets: [target] })
    const before = plan.lines()
    const { pairs } = split('Một')
    expect(plan.lines()).toEqual(before)
    expect(plan.now().parts[2]?.targets).toEqual([target])
    expect(plan.now().parts[0]?.targets[0]?.movedTo).toBe(pairs[1]?.part)
    joinParts(plan, part.id, pairs, command())
    expect(plan.now().parts[0]?.targets).toEqual([target])
    expect(plan.lines()).toEqual(before)
  })

  it.each([
    ['stands below another heading', ['# Một', '## Hai'], 'split.nested'],
    ['would leave tables of one register in two parts', ['|', '# Hai', '|'], 'split.tables'],
    ['is not there any more', ['a'], 'plan.changed'],
  ])('is refused where it %s', (_, drawing, code) => {
    const { plan, split } = planWith(drawing, { targets: [aTarget('Hộ', {})] })
    const before = plan.now()
    expect(split('Hai').done).toMatchObject({ error: { code } })
    expect(plan.now()).toEqual(before)
  })

  it('is refused where its title would lose a footnote', () => {
    const heading = aSentence([{ type: 'footnote', text: 'Chú thích.' }], 'heading')
    const { part, plan } = planWith([], { blocks: [heading] })
    const done = splitPart(plan, part.id, pairsFrom(part, heading.id), command())
    expect(done).toMatchObject({ error: { code: 'split.title' } })
  })

  it('is refused where a heading came in behind it meanwhile', () => {
    const { plan, part, split } = planWith(['# Hai', '# Ba'])
    const seen = pairsFrom(part, part.blocks[0]?.id ?? newId<BlockId>()).slice(0, 1)
    expect(split('Hai', seen).done).toMatchObject({ error: { code: 'plan.changed' } })
    expect(plan.now().parts).toHaveLength(2)
  })
})

describe('a part becomes a heading', () => {
  it('comes back as the part that it was', () => {
    const part = aPart('Nhiệm vụ', { blocks: blocksOf(['Mở đầu.']) })
    const child = aPart('Một', { parent: part.id, blocks: blocksOf(['a', '# Sâu']) })
    const plan = new Plan(aPlan([part, child]))
    const [before, lines] = [plan.now(), plan.lines()]
    const pairs = [{ part: child.id, heading: newId<BlockId>() }]
    expect(joinParts(plan, part.id, pairs, command()).ok).toBe(true)
    expect([plan.lines(), plan.now().parts.length]).toEqual([lines, 1])
    expect(splitPart(plan, part.id, pairs, command()).ok).toBe(true)
    expect(plan.now()).toEqual(before)
  })

  it.each([
    ['stands at the top', [[null, 'auto']], 0, 'join.top'],
    ['comes after another', [[null, 'auto'], [0, 'auto'], [0, 'auto']], 2, 'join.first'], // prettier-ignore
    ['has parts below it', [[null, 'auto'], [0, 'auto'], [1, 'auto']], 1, 'join.children'], // prettier-ignore
    ['is numbered I.', [[null, 'phan'], [0, 'auto']], 1, 'join.level'], // prettier-ignore
  ] as const)('is refused where it %s', (_, drawing, wanted, code) => {
    const parts: SnapshotPart[] = []
    for (const [parent, numbering] of drawing) {
      parts.push(aPart('x', { parent: parent === null ? null : (parts[parent]?.id ?? null), numbering }))
    }
    const plan = new Plan(aPlan(parts))
    const pair = { part: parts[wanted]?.id ?? newId<PartId>(), heading: newId<BlockId>() }
    const done = joinParts(plan, parts[wanted]?.parent ?? newId<PartId>(), [pair], command())
    expect(done).toMatchObject({ error: { code } })
  })

  it('is refused where a table would show the other part’s targets too', () => {
    const part = aPart('a', { blocks: [aTable()], targets: [aTarget('Hộ', {})] })
    const child = aPart('b', { parent: part.id, targets: [aTarget('Nhà', {})] })
    const plan = new Plan(aPlan([part, child]))
    const done = joinParts(plan, part.id, [{ part: child.id, heading: newId<BlockId>() }], command())
    expect(done).toMatchObject({ error: { code: 'join.tables' } })
  })

  it('is not among what can be restored: its text stands elsewhere', () => {
    const { plan, part, split } = planWith(['# Một', 'a'])
    const { pairs } = split('Một')
    joinParts(plan, part.id, pairs, command())
    const entry = readOutline(plan.outline).deleted.get(pairs[0]?.part ?? newId<PartId>())
    expect(entry?.heading).toBe(pairs[0]?.heading)
  })
})

function randomBlocks(random: Random): Block[] {
  return Array.from({ length: random.below(14) }, (_, index): Block => {
    if (random.below(9) === 0) return aTable()
    const kind: BlockKind = random.below(3) === 0 ? 'heading' : (blockKinds[random.below(blockKinds.length)] ?? 'note')
    const block = aBlock(kind, `đoạn ${index}`, random.below(4) === 0 ? random.below(4) : 0)
    return block.type === 'block' && random.below(12) === 0 ? { ...block, restart: true } : block
  })
}

function randomPlan(random: Random): PlanSnapshot {
  const parts: SnapshotPart[] = []
  for (let index = 0; index < 1 + random.below(7); index += 1) {
    const parent = random.below(3) === 0 ? null : (parts[random.below(parts.length)]?.id ?? null)
    const numbering = random.below(3) === 0 ? (partNumberings[random.below(partNumberings.length)] ?? 'auto') : 'auto'
    const targets = Array.from({ length: random.below(3) }, (_, at) =>
      aTarget(`chỉ tiêu ${index}.${at}`, {}, { order: `a${at}` }),
    )
    parts.push(aPart(`phần ${index}`, { parent, numbering, targets, blocks: randomBlocks(random) }))
  }
  return aPlan(parts)
}

it('reads the same after every split and every join in random plans', () => {
  const random = seededRandom(seed)
  let done = 0
  for (let round = 0; round < 400; round += 1) {
    const plan = new Plan(randomPlan(random))
    const before = plan.lines()
    for (let step = 0; step < 6; step += 1) {
      const { parts } = plan.now()
      const part = parts[random.below(parts.length)]
      const block = part?.blocks[random.below(part.blocks.length)]
      if (part === undefined) continue
      if (random.below(2) === 0 && block !== undefined) {
        const blocks = part.blocks.map(({ id }) => id)
        const pairs = pairsFrom(part, block.id)
        if (!splitPart(plan, part.id, pairs, command()).ok) continue
        expect(plan.lines()).toEqual(before)
        // Right back again, the text holds the very blocks that it did.
        if (random.below(2) === 0 && joinParts(plan, part.id, pairs, command()).ok) {
          expect(
            plan
              .now()
              .parts.find(({ id }) => id === part.id)
              ?.blocks.map(({ id }) => id),
          ).toEqual(blocks)
        }
      } else if (!joinParts(plan, part.parent ?? part.id, [{ part: part.id, heading: newId() }], command()).ok) continue
      expect(plan.lines()).toEqual(before)
      done += 1
    }
  }
  expect(done).toBeGreaterThan(200)
})
