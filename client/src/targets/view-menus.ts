/** The menus in which one chooses what a table shows: columns, groups with their sums, order. */
import type { ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import type { PlanMeta } from '@soanchung/shared/plan/meta.ts'
import { chosenColumns, columnsOf, registerColumns, registerGroups } from '@soanchung/shared/targets/view.ts'
import { m } from '../paraglide/messages.js'
import type { MenuItem } from '../ui/Menu.svelte'
import type { GridView } from './grid.svelte.ts'
import { isSortable, nextOrder } from './view-options.ts'

export type ViewChange = Partial<Omit<ViewBlock, 'id' | 'type'>>

/** One item a column of the register; the years are one. The name always stays. */
export function columnItems(
  view: Pick<GridView, 'register' | 'columns' | 'group'>,
  change: (change: ViewChange) => void,
): MenuItem[] {
  const keys = registerColumns[view.register]
  const shown = new Set(chosenColumns(view))
  return keys
    .filter((key) => key !== 'name')
    .map((key) => ({
      label: columnName(view.register, key),
      checked: shown.has(key),
      run: () =>
        change({ columns: keys.filter((one) => (one === key ? !shown.has(one) : shown.has(one) || one === 'name')) }),
    }))
}

/** One item a way to group the rows of the register, and the switch for their sums. */
export function groupItems(view: GridView, change: (change: ViewChange) => void): MenuItem[] {
  const names: Record<ViewBlock['group'], string> = {
    none: m.targets_group_none(),
    unit: m.targets_group_unit(),
    part: m.targets_group_part(),
    source: m.targets_group_source(),
  }
  const groups = (['none', ...registerGroups[view.register]] as const).map((group) => ({
    label: names[group],
    checked: group === view.group,
    run: () => change({ group }),
  }))
  if (view.register === 'tasks') return groups
  const hasSums = view.subtotals === true
  const sums: MenuItem = {
    label: m.targets_subtotals(),
    checked: hasSums,
    separated: true,
    disabled: view.group === 'none',
    reason: m.targets_subtotals_ungrouped(),
    run: () => change({ subtotals: hasSums ? undefined : true }),
  }
  return [...groups, sums]
}

/** One item a column, with the way that it goes; chosen again it turns, then lets go. */
export function orderItems(
  view: GridView,
  meta: Pick<PlanMeta, 'period'>,
  change: (change: ViewChange) => void,
): MenuItem[] {
  const columns = columnsOf(view, meta).filter(({ key }) => isSortable(key))
  return [
    { label: m.targets_order_none(), checked: view.order === undefined, run: () => change({ order: undefined }) },
    ...columns.map(({ key, title }, index) => {
      const isChosen = view.order?.by === key
      const hint = isChosen ? { hint: view.order?.down ? m.targets_order_down() : m.targets_order_up() } : {}
      return {
        label: title,
        checked: isChosen,
        separated: index === 0,
        ...hint,
        run: () => change({ order: nextOrder(view.order, key) }),
      }
    }),
  ]
}

function columnName(register: ViewBlock['register'], key: string): string {
  if (key === 'years') return m.targets_years()
  if (key === 'quantities') return m.targets_quantities()
  if (key === 'results') return m.targets_results()
  return columnsOf({ register, columns: [key] }, { period: { from: 2000, to: 2000 } })[0]?.title ?? key
}
