/**
 * What a reference in a sentence says just now. Reactive: whoever reads it in a derivation or an
 * effect follows the target, whichever part it stands in. A reference whose target or part is gone
 * stays visible with its last words.
 */
import type { TargetId } from '@soanchung/shared/ids.ts'
import { referenceText, type ReferenceText } from '@soanchung/shared/targets/reference.ts'
import type { Target } from '@soanchung/shared/targets/register.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'
import { m } from '../paraglide/messages.js'

interface ShownReference extends ReferenceText {
  /** For the tooltip and for assistive technology: which target, which cell, what is wrong. */
  title: string
}

export function showReference(model: PlanModel, reference: { target: TargetId; cell: string }): ShownReference {
  const living = model.targets.get(reference.target)
  const target = living?.target ?? lastKnown(model, reference.target)
  const shown = referenceText(target, reference.cell, model.cells, living === undefined)
  const words = { name: target?.name ?? '', cell: cellName(reference.cell) }
  switch (shown.state) {
    case 'ok':
      return { ...shown, title: m.targets_reference_ok(words) }
    case 'empty':
      return { ...shown, title: m.targets_reference_empty(words) }
    case 'unread':
      return { ...shown, title: m.targets_reference_unread(words) }
    case 'problem':
      return { ...shown, title: m.targets_reference_problem(words) }
    case 'broken':
      return { ...shown, title: m.targets_reference_broken(words) }
  }
}

/** A deleted target's words, from the part where it stood, or where its part did. */
export function lastKnown(model: PlanModel, id: TargetId): Target | undefined {
  for (const part of model.parts.values()) {
    const found = part.targets.find((target) => target.id === id)
    if (found !== undefined) return found
  }
  return undefined
}

/** What a cell of a target is called: "năm 2026", "hiện trạng", "tên chỉ tiêu". */
export function cellName(cell: string): string {
  if (cell === 'baseline') return m.targets_cell_baseline()
  if (cell === 'name') return m.targets_cell_name()
  return m.targets_cell_year({ year: cell.slice('value.'.length) })
}
