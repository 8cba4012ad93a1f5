/**
 * Slows down the guessing of passwords: failed attempts are counted for the name that was tried
 * and for the address that it came from, each over one minute. An attempt is taken before the
 * password is looked at, so that many at once cannot slip through, and given back on success. An
 * address may fail more often than a name, since a whole office can stand behind one.
 */
const windowMs = 60_000
const limits = { name: 5, address: 30 }
const mostEntries = 50_000

interface Attempts {
  /** False where the name or the address has failed too often. `succeeded` gives the attempt back. */
  take(name: string, address: string): { allowed: false } | { allowed: true; succeeded(): void }
}

export function createAttempts(now: () => number = Date.now): Attempts {
  const failures = new Map<string, { count: number; until: number }>()

  function count(key: string): number {
    const entry = failures.get(key)
    return entry !== undefined && entry.until > now() ? entry.count : 0
  }

  function add(key: string): void {
    const before = count(key)
    // Set anew at the end of the map: the oldest are forgotten first when there are too many.
    const until = before === 0 ? now() + windowMs : (failures.get(key)?.until ?? now() + windowMs)
    failures.delete(key)
    failures.set(key, { count: before + 1, until })
    for (const oldest of failures.keys()) {
      if (failures.size <= mostEntries) break
      failures.delete(oldest)
    }
  }

  return {
    take(name, address) {
      const byName = `name ${name.toLowerCase().slice(0, 100)}`
      const byAddress = `address ${address}`
      if (count(byName) >= limits.name || count(byAddress) >= limits.address) return { allowed: false }
      add(byName)
      add(byAddress)
      return {
        allowed: true,
        succeeded() {
          failures.delete(byName)
          const entry = failures.get(byAddress)
          if (entry !== undefined) entry.count -= 1
        },
      }
    },
  }
}
