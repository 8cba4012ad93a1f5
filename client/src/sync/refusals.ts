/** What a refusal of the server means for work that waits on the device. */
import type { ErrorCode } from '@soanchung/shared/errors.ts'

/** Says nothing about the work: it stays as it is and is sent again later. */
export function isPassing(code: ErrorCode): boolean {
  return passing.has(code)
}

/** Nothing may be sent until the page is loaded again or the device is reconciled. */
export function endsSync(code: ErrorCode): boolean {
  return code === 'epoch.changed' || code === 'client.outdated'
}

const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'network.offline',
  'storage.failed',
  'storage.corrupt',
  'storage.full',
  'storage.unwritable',
  'storage.locked',
  'storage.newer',
  'server.failed',
  'server.busy',
  'auth.required',
  'auth.token',
  'auth.slow',
  'epoch.changed',
  'client.outdated',
])
