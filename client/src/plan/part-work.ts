/** How far the work on a part is, in the words of the lead and the drafters. */
import type { LucideIcon } from '@lucide/svelte'
import Check from '@lucide/svelte/icons/check'
import CircleDashed from '@lucide/svelte/icons/circle-dashed'
import PencilLine from '@lucide/svelte/icons/pencil-line'
import Undo2 from '@lucide/svelte/icons/undo-2'
import { m } from '../paraglide/messages.js'
import { isoDay } from '../ui/days.ts'
import type { PartWork } from './plan-model.svelte.ts'

export type ShownStatus = 'empty' | PartWork['status']

/** Nothing written yet is a status of its own while nobody has said another. */
export function shownStatus({ status }: Pick<PartWork, 'status'>, isEmpty: boolean): ShownStatus {
  return status === 'drafting' && isEmpty ? 'empty' : status
}

export const statusIcons: Record<ShownStatus, LucideIcon> = {
  empty: CircleDashed,
  drafting: PencilLine,
  done: Check,
  returned: Undo2,
}

export function statusName(status: ShownStatus): string {
  switch (status) {
    case 'empty':
      return m.plan_status_empty()
    case 'drafting':
      return m.plan_status_drafting()
    case 'done':
      return m.plan_status_done()
    case 'returned':
      return m.plan_status_returned()
  }
}

/** The deadline is the end of its day, by the clock of this device. */
export function isOverdue({ status, deadline }: Pick<PartWork, 'status' | 'deadline'>, now = new Date()): boolean {
  return status !== 'done' && deadline !== '' && deadline < isoDay(now)
}
