/** What the state of saving is called, short for the bar and long for the details. */
import { m } from '../paraglide/messages.js'
import type { SaveState } from './open-plan.ts'

export type ShownSave = SaveState['where'] | 'keeping'

export function saveWords(where: ShownSave, { unsent, online }: SaveState): { short: string; long: string } {
  switch (where) {
    case 'saved':
      return { short: m.plan_saved(), long: m.plan_saved_long() }
    case 'keeping':
      return { short: m.plan_keeping(), long: m.plan_keeping_long() }
    case 'sending':
      return { short: m.plan_sending({ count: unsent }), long: m.plan_sending_long() }
    case 'device':
      return {
        short: online ? m.plan_device_online({ count: unsent }) : m.plan_device({ count: unsent }),
        long: m.plan_device_long(),
      }
    case 'memory':
      return { short: m.plan_memory(), long: m.plan_memory_long() }
  }
}
