/** What the state of saving is called, short for the bar and long for the details. */
import { m } from '../paraglide/messages.js'
import type { ShownSave } from './shown-save.svelte.ts'

export function saveWords({ place, isOnline, save: { unsent } }: ShownSave): { short: string; long: string } {
  switch (place) {
    case 'saved':
      return { short: m.plan_saved(), long: m.plan_saved_long() }
    case 'keeping':
      return { short: m.plan_keeping(), long: m.plan_keeping_long() }
    case 'sending':
      return { short: m.plan_sending({ count: Math.max(1, unsent) }), long: m.plan_sending_long() }
    case 'device':
      return {
        short: isOnline ? m.plan_device_online({ count: unsent }) : m.plan_device({ count: unsent }),
        long: m.plan_device_long(),
      }
    case 'refused':
      return { short: m.plan_refused(), long: m.plan_refused_long() }
    case 'memory':
      return { short: m.plan_memory(), long: m.plan_memory_long() }
  }
}
