/** The menu in which the columns of a table are chosen. */
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

function titleOf(register: ViewBlock['register'], key: string): string {
  return columnsOf({ register, columns: [key] }, { period: { from: 2000, to: 2000 } })[0]?.title ?? key
}
