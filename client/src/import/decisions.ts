/**
 * What the user decided about an import, and the plan that comes out of it. Pure; for a long text it
 * runs in the import's worker.
 */
import type { PlanId, UnitId } from '@soanchung/shared/ids.ts'
import type { ImportResult, OfferedBudgetLine, OfferedTarget } from '@soanchung/shared/import/result.ts'
import { toSnapshot } from '@soanchung/shared/import/to-snapshot.ts'
import type { PlanMeta } from '@soanchung/shared/plan/meta.ts'
import type { CreatePlanBody } from '@soanchung/shared/protocol.ts'
import { keepLines } from './kept-lines.ts'

/** The fields of the first page that the preview lets one mend. */
export type HeadingFields = Pick<
  PlanMeta,
  'type' | 'subject' | 'number' | 'date' | 'place' | 'issuer' | 'superiorBody' | 'style' | 'period'
>

export type Figure = OfferedTarget | OfferedBudgetLine

export interface Decisions {
  planId: PlanId
  leadUnit: UnitId
  heading: HeadingFields
  /** Lines that the import left out and the user wants. */
  kept: ReadonlySet<number>
  /** Ids of offered figures that become targets and budget lines. */
  chosen: ReadonlySet<string>
  /** Names that the user gave them. */
  names: ReadonlyMap<string, string>
}

export function planOf(found: ImportResult, decisions: Decisions): CreatePlanBody {
  const { planId, leadUnit, heading, kept, chosen, names } = decisions
  const result = keepLines(found, kept)
  const named = <Offered extends Figure>(figures: readonly Offered[]) =>
    figures
      .filter(({ id }) => chosen.has(id))
      .map((figure) => ({ ...figure, name: (names.get(figure.id) ?? figure.name).trim() }))
  const accepted: ImportResult = {
    ...result,
    period: { ...result.period, ...heading.period },
    targets: named(result.targets),
    budget: named(result.budget),
  }
  const snapshot = toSnapshot(accepted, planId)
  return { leadUnit, snapshot: { ...snapshot, meta: { ...snapshot.meta, ...heading } } }
}
