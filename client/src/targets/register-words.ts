/** What each register is called on the screen, what is said of its rows, and how targets are rolled up. */
import type { Measure } from '@soanchung/shared/targets/quantity.ts'
import { rollUpMethods, type RegisterName, type RollUpMethod } from '@soanchung/shared/targets/register.ts'
import { m } from '../paraglide/messages.js'

interface RegisterWords {
  /** "Chỉ tiêu", in switches. */
  name: string
  /** "Bảng chỉ tiêu", for a table without a title. */
  table: string
  add: string
  remove: string
  none: string
  count: (count: number) => string
}

export function registerWords(register: RegisterName): RegisterWords {
  switch (register) {
    case 'targets':
      return {
        name: m.targets_register_targets(),
        table: m.targets_table(),
        add: m.targets_add(),
        remove: m.targets_delete(),
        none: m.targets_none(),
        count: (count) => m.targets_count({ count }),
      }
    case 'tasks':
      return {
        name: m.targets_register_tasks(),
        table: m.targets_table_tasks(),
        add: m.targets_add_task(),
        remove: m.targets_delete_task(),
        none: m.targets_none_tasks(),
        count: (count) => m.targets_count_tasks({ count }),
      }
    case 'budget':
      return {
        name: m.targets_register_budget(),
        table: m.targets_table_budget(),
        add: m.targets_add_budget(),
        remove: m.targets_delete_budget(),
        none: m.targets_none_budget(),
        count: (count) => m.targets_count_budget({ count }),
      }
  }
}

/** Percentages of several units do not add up. */
export function methodsFor(measure: Measure): RollUpMethod[] {
  return rollUpMethods.filter((method) => method !== 'sum' || measure.kind !== 'percent')
}

export function methodName(method: RollUpMethod): string {
  switch (method) {
    case 'sum':
      return m.targets_method_sum()
    case 'average':
      return m.targets_method_average()
    case 'min':
      return m.targets_method_min()
    case 'max':
      return m.targets_method_max()
    case 'reached':
      return m.targets_method_reached()
    case 'none':
      return m.targets_method_none()
  }
}
