/** Where the work is, as the screen shows it: read anew from the ledger at each change. */
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import type { SaveState } from '../plan/open-plan.ts'

interface Standing {
  unsent: number
  /** Of these, how many are not on the disk. */
  notKept: number
  online: boolean
  /** The server takes what waits; it is on its way. */
  moving: boolean
  code: ErrorCode | null
  keepsCopy: boolean
}

export class LiveSaveState implements SaveState {
  where: SaveState['where'] = $state('saved')
  online = $state(false)
  unsent = $state(0)
  allKept = $state(true)
  code: ErrorCode | null = $state(null)
  keepsCopy = $state(true)
  readonly #waiting = new Set<() => void>()

  update(now: Standing): void {
    this.where = place(now)
    this.online = now.online
    this.unsent = now.unsent
    this.allKept = now.notKept === 0
    this.code = now.code
    this.keepsCopy = now.keepsCopy
    if (this.where === 'sending') return
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  /** Resolves when nothing is on its way: the server has it, or can't be reached; or after `longest` ms. */
  async sent(longest: number): Promise<void> {
    if (this.where !== 'sending') return
    await new Promise<void>((resolve) => {
      this.#waiting.add(resolve)
      setTimeout(resolve, longest)
    })
  }
}

function place({ unsent, notKept, online, moving }: Standing): SaveState['where'] {
  if (unsent === 0) return 'saved'
  if (online && moving) return 'sending'
  return notKept === 0 ? 'device' : 'memory'
}
