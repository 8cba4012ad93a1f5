/**
 * How much work of an account waits on this device for the server; asked before signing out.
 */
import type { UserId } from '@soanchung/shared/ids.ts'
import { databaseName, DeviceStore } from './device-store.ts'
import { browserSurroundings } from './surroundings.ts'

/** Changes and requests that no server has acknowledged; 0 where the account keeps nothing here. */
export async function unsentWork(userId: UserId, surroundings = browserSurroundings()): Promise<number> {
  const { database } = surroundings
  if (database === null) return 0
  const names = await database.indexedDB.databases?.().catch(() => [])
  if (names?.every(({ name }) => name !== databaseName(userId))) return 0
  const store = await DeviceStore.open(database, userId)
  const count = await store.countUnsent()
  await store.close()
  return count
}
