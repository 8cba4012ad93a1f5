/** Targets of the plan and their cells, as a person who wants to quote one searches them. */
import type { PartId, TargetId } from '@soanchung/shared/ids.ts'
import { planYears } from '@soanchung/shared/plan/meta.ts'
import type { CellSource } from '@soanchung/shared/targets/formula.ts'
import { referenceText, type ReferenceText } from '@soanchung/shared/targets/reference.ts'
import type { Target } from '@soanchung/shared/targets/register.ts'
import { m } from '../paraglide/messages.js'
import type { PlanModel } from '../plan/plan-model.svelte.ts'
import { foldText } from '@soanchung/shared/fold.ts'
import { partTitle } from './grid.svelte.ts'

interface FoundCell extends ReferenceText {
  target: TargetId
  cell: string
  label: string
}

interface FoundTarget {
  target: TargetId
  name: string
  /** The part and the unit. */
  where: string
  cells: FoundCell[]
}

/** More would not be read; typing on narrows them down. */
const mostTargets = 40

/** Targets whose name, unit or part hold every word, those of `part` first; a year narrows the cells. */
export function findCells(model: PlanModel, part: PartId, sought: string): FoundTarget[] {
  const words = foldText(sought)
    .split(/\s+/)
    .filter((word) => word !== '')
  const years = planYears(model.meta)
  const soughtYears = words.map(Number).filter((year) => years.includes(year))
  const rest = words.filter((word) => !years.includes(Number(word)))
  const found: FoundTarget[] = []
  const ids = [part, ...model.outline.inOrder.map((one) => one.id).filter((id) => id !== part)]
  for (const id of ids) {
    if (!model.outline.byId.has(id)) continue
    const title = partTitle(model, id)
    for (const target of model.part(id)?.targets ?? []) {
      if (found.length >= mostTargets) return found
      if (target.deletedAt !== null || target.movedTo !== null) continue
      const unit = target.responsible === null ? undefined : model.units.get(target.responsible)
      const text = foldText(`${target.name} ${unit?.name ?? ''} ${unit?.symbol ?? ''} ${title}`)
      if (!rest.every((word) => text.includes(word))) continue
      const where = [title, unit?.symbol].filter(Boolean).join(' · ')
      found.push({ target: target.id, name: target.name, where, cells: cellsOf(target, model.cells, soughtYears) })
    }
  }
  return found
}

function cellsOf(target: Target, source: CellSource, only: readonly number[]): FoundCell[] {
  const ofYears = (only.length > 0 ? only : source.years).map((year) => ({
    cell: `value.${year}`,
    label: m.targets_year({ year }),
  }))
  const others =
    only.length > 0
      ? []
      : [
          { cell: 'baseline', label: m.targets_baseline() },
          { cell: 'name', label: m.targets_name() },
        ]
  return [...ofYears, ...others].map((one) => ({
    ...one,
    target: target.id,
    ...referenceText(target, one.cell, source),
  }))
}
