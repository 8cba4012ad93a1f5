/** What pictures of a plan are drawn from: the same cells as its tables show. */
import type { PartId } from '@soanchung/shared/ids.ts'
import type { ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import { noEntries } from '@soanchung/shared/targets/register.ts'
import type { ViewSource } from '@soanchung/shared/targets/view-cells.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'

export function pictureSource(model: PlanModel, scope: ViewBlock['scope'], part: PartId | null): ViewSource {
  const parts = model.outline.inOrder
    .filter(({ id }) => scope === 'plan' || id === part)
    .map(({ id, title }) => {
      const { targets, tasks, budget } = model.part(id) ?? noEntries
      return { id, title, targets, tasks, budget }
    })
  return { meta: model.meta, parts, units: [...model.units.values()], cells: model.cells }
}
