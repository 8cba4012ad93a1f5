/**
 * How much work of an account waits on this device for the server; asked before signing out.
 */
import Dexie from 'dexie'
import type { UserId } from '@soanchung/shared/ids.ts'
import { databaseName, DeviceStore } from './device-store.ts'
import { browserSurroundings } from './surroundings.ts'

/** Changes and requests that no server has acknowledged; 0 where the account keeps nothing here. */
export async function unsentWork(userId: UserId, surroundings = browserSurroundings()): Promise<number> {
  const { database } = surroundings
  if (database === null || !(await Dexie.exists(databaseName(userId)).catch(() => false))) return 0
  const store = await DeviceStore.open(database, userId)
  const count = await store.countUnsent()
  await store.close()
  return count
}
