/**
 * When the server is asked anew: one question at a time, soon after whatever made it necessary,
 * and again by itself after a failure, with pauses that grow so that a server that has just come
 * back does not meet all its clients at once.
 */
const usualDelay = 100
const longestPause = 15_000

export class Refresh {
  readonly #ask: () => Promise<void>
  readonly #ended: AbortSignal
  #running = false
  /** Something happened while the question was on its way. */
  #again = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #due = Infinity
  #failures = 0

  /** `ask` never rejects; it says `failed()` or `worked()` by itself. */
  constructor(ask: () => Promise<void>, ended: AbortSignal) {
    this.#ask = ask
    this.#ended = ended
    ended.addEventListener('abort', () => clearTimeout(this.#timer))
  }

  /** After `delay` milliseconds; the earliest of what was asked for counts. */
  soon(delay = usualDelay): void {
    const due = Date.now() + delay
    if (this.#ended.aborted || due >= this.#due) return
    this.#due = due
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#run(), delay)
  }

  /** Asks again after a jittered pause, doubling with each failure. */
  failed(): void {
    this.#failures += 1
    this.soon(Math.min(longestPause, 500 * 2 ** this.#failures) * (0.5 + Math.random()))
  }

  worked(): void {
    this.#failures = 0
  }

  #run(): void {
    this.#due = Infinity
    if (this.#running) {
      this.#again = true
      return
    }
    this.#running = true
    void this.#ask().finally(() => {
      this.#running = false
      if (this.#again) this.soon()
      this.#again = false
    })
  }
}
