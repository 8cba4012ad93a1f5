/** What the tables and pictures of a file are made from: the plan as its screen shows it, with what stands beside it. */
import type { TargetId } from '@soanchung/shared/ids.ts'
import type { Figures, PlanRollUp } from '@soanchung/shared/links/links.ts'
import { countTopHeadings, numberParts, type PartNumber } from '@soanchung/shared/plan/numbering.ts'
import type { PlanSnapshot, SnapshotPart } from '@soanchung/shared/plan/snapshot.ts'
import type { ViewSource } from '@soanchung/shared/targets/view-cells.ts'

/** Names of units, the way to faults, results, what goes from plan to plan: none of it is in the plan's documents. */
export interface ShownBeside extends Pick<ViewSource, 'units' | 'names' | 'results'> {
  /** What superiors ask of the plan's targets. */
  asked?: ReadonlyMap<TargetId, Figures>
  /** What units say of its targets. */
  rollUp?: PlanRollUp | null
}

export type PartNumbers = ReadonlyMap<SnapshotPart['id'], PartNumber>

export function partNumbers({ parts, meta }: PlanSnapshot): PartNumbers {
  const blocks = new Map(parts.map((part) => [part.id, part.blocks]))
  return numberParts(parts, meta.style, (id) => countTopHeadings(blocks.get(id) ?? []))
}

/** Parts bear their numbers, "II. Mục tiêu". */
export function viewSourceOf(
  snapshot: PlanSnapshot,
  numbers: PartNumbers,
  { units, names, results }: ShownBeside,
): ViewSource {
  const parts = snapshot.parts.map((part) => ({
    ...part,
    title: `${numbers.get(part.id)?.label ?? ''} ${part.title}`.trim(),
  }))
  return {
    ...{ meta: snapshot.meta, parts, units },
    ...(names === undefined ? {} : { names }),
    ...(results === undefined ? {} : { results }),
  }
}
