/** How the sync says no: an error of the catalogue on its way to the client, as close code and reason. */
import type { Logger } from 'pino'
import { errorCatalogue, isErrorCode, RefusalError, type ErrorCode } from '@soanchung/shared/errors.ts'

/** Goes through the library's hooks; without a message, or the library prints it. */
export class Denied extends Error {
  readonly reason: ErrorCode
  readonly code: number
  constructor(reason: ErrorCode) {
    super('')
    this.reason = reason
    this.code = closeCode(reason)
    this.stack = `refused: ${reason}`
  }
}

/** The work's result, or Denied with its refusal; what is no refusal is logged. */
export async function orDenied<Value>(work: Promise<Value>, logger: Logger): Promise<Value> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Denied) throw error
    if (error instanceof RefusalError) throw new Denied(error.code)
    logger.error({ err: error }, 'the sync failed')
    throw new Denied('server.failed')
  }
}

export function closeCode(reason: string): number {
  const entry = isErrorCode(reason) ? errorCatalogue[reason] : null
  return entry !== null && 'close' in entry ? entry.close : 4500
}
