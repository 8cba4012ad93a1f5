/** Where a target is quoted, in words: the part's number, the paragraph, and the sentence. */
import type { BlockId, PartId, TargetId } from '@soanchung/shared/ids.ts'
import { blockText } from '@soanchung/shared/plan/blocks.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'
import { showReference } from './reference.ts'

interface QuotePlace {
  part: PartId
  block: BlockId
  cell: string
  /** "II.1 ¶2": the part, and which paragraph of it. */
  where: string
  /** The beginning of what stands there. */
  words: string
}

const longest = 120

export function placesOf(model: PlanModel, target: TargetId): QuotePlace[] {
  const seen = new Set<string>()
  return model.quotesOf(target).flatMap(({ part, block, cell }) => {
    if (seen.has(block + cell)) return []
    seen.add(block + cell)
    const blocks = model.part(part)?.blocks ?? []
    const index = blocks.findIndex((one) => one.id === block)
    const found = blocks[index]
    if (found === undefined) return []
    const text = blockText(found, (reference) => showReference(model, reference).text)
    const words = text.length > longest ? `${text.slice(0, longest).replace(/\s\S*$/, '')} …` : text
    return [{ part, block, cell, where: `${partNumber(model, part)} ¶${index + 1}`, words }]
  })
}

/** "II.1": the numbers from the outermost part down; the title where a part has none. */
function partNumber(model: PlanModel, id: PartId): string {
  const labels: string[] = []
  for (
    let at = model.outline.byId.get(id);
    at !== undefined;
    at = at.parent === null ? undefined : model.outline.byId.get(at.parent)
  ) {
    const { label, path } = model.number(at.id)
    // `1.1.` already holds the numbers of the parts above it that are counted in Arabic.
    if (label !== '' && path.length <= 1) labels.unshift(label.replace(/[.-]$/, ''))
    else if (label !== '' && at.id === id) labels.unshift(path.slice(1).join('.'))
  }
  return labels.join('.') || (model.outline.byId.get(id)?.title ?? '')
}
