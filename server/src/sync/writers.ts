/**
 * Whose the client ids of an open document are, as far as it is known here, so that only the first
 * update of each asks the log, which decides. And of one client id only one update is on its way at a
 * time: two that say different things at one place would both be found new.
 */
import type { UserId } from '@soanchung/shared/ids.ts'

export interface Writers {
  /** Waits for its turn with all of these client ids; what it answers ends the turn. */
  enter(clients: readonly number[]): Promise<() => void>
  /** Those that are not known to be the user's yet; null where one is another's. */
  claims(clients: readonly number[], userId: UserId): number[] | null
  /** The log has given them to the user. */
  remember(clients: readonly number[], userId: UserId): void
}

export function openWriters(): Writers {
  const owners = new Map<number, UserId>()
  const turns = new Map<number, Promise<void>>()
  return {
    async enter(clients) {
      for (let others = turnsOf(clients); others.length > 0; others = turnsOf(clients)) await Promise.all(others)
      const { promise, resolve } = Promise.withResolvers<void>()
      for (const client of clients) turns.set(client, promise)
      return () => {
        for (const client of clients) turns.delete(client)
        resolve()
      }
    },
    claims(clients, userId) {
      if (clients.some((client) => (owners.get(client) ?? userId) !== userId)) return null
      return clients.filter((client) => !owners.has(client))
    },
    remember(clients, userId) {
      for (const client of clients) owners.set(client, userId)
    },
  }

  function turnsOf(clients: readonly number[]): Promise<void>[] {
    return clients.flatMap((client) => turns.get(client) ?? [])
  }
}
