/** What of a table's view is chosen in forms and by its heads: the filter, and the order of the rows. */
import type { UnitId } from '@soanchung/shared/ids.ts'
import type { ViewBlock, ViewFilter } from '@soanchung/shared/plan/blocks.ts'
import { isLiving } from '@soanchung/shared/targets/register.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'
import type { GridView } from './grid.svelte.ts'

/** Undefined where nothing is left out. */
export function filterOf(said: { text: string; unit: UnitId | ''; source: string }): ViewFilter | undefined {
  const text = said.text.trim()
  const filter: ViewFilter = {
    ...(text === '' ? {} : { text }),
    ...(said.unit === '' ? {} : { unit: said.unit }),
    ...(said.source === '' ? {} : { source: said.source }),
  }
  return Object.keys(filter).length === 0 ? undefined : filter
}

/** The sources of all budget lines of the plan. */
export function sourcesOf(model: PlanModel): string[] {
  const all = model.outline.inOrder.flatMap(({ id }) => (model.part(id)?.budget ?? []).filter(isLiving))
  return [...new Set(all.map(({ source }) => source))].filter(Boolean).sort(new Intl.Collator('vi').compare)
}

/** What a view with figures can be shown as; the matrix only where units carry the plan out, or it is chosen. */
export function pictureKinds(
  { register, picture }: Pick<ViewBlock, 'register' | 'picture'>,
  hasCarriers: boolean,
): readonly ViewBlock['picture'][] {
  const hasMatrix = register === 'targets' && (hasCarriers || picture === 'matrix')
  return [undefined, 'bars', 'lines', ...(hasMatrix ? (['matrix'] as const) : [])]
}

export function isSortable(key: string): boolean {
  return key !== 'number'
}

/** Up, then down, then as in the register. */
export function nextOrder(order: GridView['order'], by: string): GridView['order'] {
  if (order?.by !== by) return { by, down: false }
  return order.down ? undefined : { by, down: true }
}
