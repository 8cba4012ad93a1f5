/** Figures of several rounds, and how they are read. */

/** The value below which `share` of the numbers lie; NaN for none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5)
}

/** The median of each field over the rounds. */
export function medians<Field extends string>(rounds: readonly Record<Field, number>[]): Record<Field, number> {
  const fields = Object.keys(rounds[0] ?? {}) as Field[]
  const middle = fields.map((field) => [field, median(rounds.map((round) => round[field]))])
  return Object.fromEntries(middle) as Record<Field, number>
}

/**
 * One measurement after the other, peers in turn (A B A B …), so that whatever else the machine
 * does meets all of them. The first turn warms up and does not count.
 */
export async function inTurn<Peer extends { readonly name: string }, Figure>(
  peers: readonly Peer[],
  rounds: number,
  measure: (peer: Peer, isWarmUp: boolean) => Promise<Figure>,
): Promise<Map<string, Figure[]>> {
  const figures = new Map<string, Figure[]>(peers.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const peer of peers) {
      const figure = await measure(peer, round === 0)
      if (round > 0) figures.get(peer.name)?.push(figure)
    }
  }
  return figures
}

export function pass(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
