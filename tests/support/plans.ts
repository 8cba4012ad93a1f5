/** Builders of plans for tests: a small plan in our own words, and pieces to change it with. */
import { newId, type BlockId, type PartId, type PlanId, type TargetId } from '@soanchung/shared/ids.ts'
import { textBlockOf, type Block, type BlockKind, type Inline, type ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import { emptyMeta, type PlanMeta } from '@soanchung/shared/plan/meta.ts'
import type { PlanSnapshot, SnapshotPart } from '@soanchung/shared/plan/snapshot.ts'
import type { Quantity } from '@soanchung/shared/targets/quantity.ts'
import { target, type Target } from '@soanchung/shared/targets/register.ts'

export function aBlock(kind: BlockKind, text: string, depth = 0): Block {
  return textBlockOf(kind, text, depth)
}

export function aSentence(content: Inline[], kind: BlockKind = 'paragraph'): Block {
  return { type: 'block', id: newId<BlockId>(), kind, depth: 0, content }
}

/** A table in the text, of the targets of its part unless `more` says otherwise. */
export function aView(more: Partial<ViewBlock> = {}): ViewBlock {
  const id = newId<BlockId>()
  return { type: 'view', id, register: 'targets', scope: 'part', columns: [], group: 'none', title: '', ...more }
}

export function aPart(title: string, more: Partial<SnapshotPart> = {}): SnapshotPart {
  return {
    id: newId<PartId>(),
    parent: null,
    title,
    numbering: 'auto',
    role: 'body',
    blocks: [],
    targets: [],
    tasks: [],
    budget: [],
    ...more,
  }
}

export function aTarget(name: string, values: Record<string, Quantity>, more: Partial<Target> = {}): Target {
  const quantities = Object.entries(values).map(([year, quantity]) => [year, { quantity }])
  return target.parse({ id: newId<TargetId>(), order: 'a0', name, values: Object.fromEntries(quantities), ...more })
}

/** A target, and a sentence that quotes it: "Phấn đấu trên 80% hộ dùng nước sạch." */
export function aQuotedTarget(footnote?: string): { target: Target; sentence: Block } {
  const water = aTarget('Hộ dùng nước sạch', { 2026: percent('80', '>') }, { measure: { kind: 'percent' } })
  const sentence = aSentence([
    { type: 'text', text: 'Phấn đấu ' },
    { type: 'reference', target: water.id, cell: 'value.2026' },
    { type: 'text', text: ' hộ dùng nước sạch' },
    ...(footnote === undefined ? [] : [{ type: 'footnote' as const, text: footnote }]),
    { type: 'text', text: '.' },
  ])
  return { target: water, sentence }
}

export function percent(number: string, comparison: Quantity['comparison'] = '='): Quantity {
  return { comparison, numbers: [number], measure: { kind: 'percent' } }
}

export function aPlan(parts: SnapshotPart[], meta: Partial<PlanMeta> = {}): PlanSnapshot {
  return { id: newId<PlanId>(), meta: { ...emptyMeta, subject: 'Xây dựng khu dân cư sạch', ...meta }, parts }
}
