/** The menus in which the columns and the groups of a table are chosen. */
import type { ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import { budgetColumns, chosenColumns, columnsOf, targetColumns } from '@soanchung/shared/targets/view.ts'
import { m } from '../paraglide/messages.js'
import type { MenuItem } from '../ui/Menu.svelte'

/** One item a column of the register; the years are one. The name always stays. */
export function columnItems(
  view: Pick<ViewBlock, 'register' | 'columns'> & Partial<Pick<ViewBlock, 'group'>>,
  choose: (columns: string[]) => void,
): MenuItem[] {
  const keys: readonly string[] = view.register === 'targets' ? targetColumns : budgetColumns
  const shown = new Set(chosenColumns(view))
  return keys
    .filter((key) => key !== 'name')
    .map((key) => ({
      label: key === 'years' ? m.targets_years() : titleOf(view.register, key),
      checked: shown.has(key),
      run: () => choose(keys.filter((one) => (one === key ? !shown.has(one) : shown.has(one) || one === 'name'))),
    }))
}

/** One item a way to group the rows of the register. */
export function groupItems(
  { register, group: chosen }: Pick<ViewBlock, 'register' | 'group'>,
  choose: (group: ViewBlock['group']) => void,
): MenuItem[] {
  const names = { none: m.targets_group_none(), unit: m.targets_group_unit(), part: m.targets_group_part() }
  const groups = register === 'targets' ? (['none', 'unit', 'part'] as const) : (['none', 'part'] as const)
  return groups.map((group) => ({ label: names[group], checked: group === chosen, run: () => choose(group) }))
}

function titleOf(register: ViewBlock['register'], key: string): string {
  return columnsOf({ register, columns: [key] }, { period: { from: 2000, to: 2000 } })[0]?.title ?? key
}
