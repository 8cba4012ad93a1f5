/**
 * What the screen says of the state of saving: the ledger's word, without what passes in a moment.
 * A line that went dead without a word still looks open, so what is on its way for too long counts
 * as being on this device only.
 */
import type { SaveState } from './open-plan.ts'

type ShownPlace = SaveState['where'] | 'keeping' | 'refused'

/** A key is in memory only for some milliseconds; what lasts is worth an alarm. */
const memoryPatience = 1_000
/** While keys follow each other faster than this it stays "sending": a sign that flickers says nothing. */
const calm = 400
/** Within this the server answers, over a poor line too. */
const sendingPatience = 5_000

export class ShownSave {
  readonly save: SaveState
  /** False where the browser itself says that there is no network. */
  networkIsUp = $state(navigator.onLine)
  #memoryLasts = $state(false)
  #sendingStalls = $state(false)
  /** All is on the server, but only since a moment ago. */
  #isFresh = $state(false)
  readonly #refused: () => boolean

  readonly isOnline = $derived.by(() => this.save.online && this.networkIsUp && !this.#sendingStalls)
  readonly place: ShownPlace = $derived.by(() => {
    const { where, allKept } = this.save
    if (where === 'saved') return this.#isFresh ? 'sending' : this.#refused() ? 'refused' : 'saved'
    if (where === 'sending' && this.isOnline) return 'sending'
    if (allKept) return 'device'
    return this.#memoryLasts ? 'memory' : 'keeping'
  })

  /** `refused` says whether there is work that the server would not take. Made while a component is. */
  constructor(save: SaveState, refused: () => boolean) {
    this.save = save
    this.#refused = refused
    $effect(() => {
      if (save.allKept) return void (this.#memoryLasts = false)
      const timer = setTimeout(() => (this.#memoryLasts = true), memoryPatience)
      return () => clearTimeout(timer)
    })
    $effect(() => {
      if (save.where !== 'saved') return void (this.#isFresh = true)
      const timer = setTimeout(() => (this.#isFresh = false), calm)
      return () => clearTimeout(timer)
    })
    let before = 0
    let progressAt = 0
    $effect(() => {
      const { where, unsent } = save
      if (where !== 'sending' || unsent < before || before === 0) {
        progressAt = Date.now()
        this.#sendingStalls = false
      }
      before = where === 'sending' ? unsent : 0
      if (where !== 'sending') return
      const timer = setTimeout(() => (this.#sendingStalls = true), progressAt + sendingPatience - Date.now())
      return () => clearTimeout(timer)
    })
    $effect(() => {
      const look = () => (this.networkIsUp = navigator.onLine)
      addEventListener('online', look)
      addEventListener('offline', look)
      return () => {
        removeEventListener('online', look)
        removeEventListener('offline', look)
      }
    })
  }
}
