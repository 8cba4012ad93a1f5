/** Chance that can be replayed from its seed (mulberry32). */
export interface Random {
  /** A whole number from 0 up to, and not including, `end`. */
  below(end: number): number
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return {
    below(end) {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end)
    },
  }
}

/** The seed to use: SEED from the environment, or a new one; printed, so that a failure can be replayed. */
export function announcedSeed(what: string): number {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  console.log(`${what}: SEED=${seed}`)
  return seed
}
