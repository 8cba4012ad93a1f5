/** The command that makes the rows of the registers and what is rolled up again, beside a running server or without one. */
import { pino } from 'pino'
import { accept, type Result } from '@soanchung/shared/errors.ts'
import type { CommandContext, Outcome } from '../accounts/commands.ts'
import { rebuildRollUps } from '../links/changes.ts'
import { createProjection } from '../plans/projection.ts'
import { createLog } from '../storage/log.ts'
import { readDocument } from '../sync/write-document.ts'
import { createRegisterProjection } from './projection.ts'

/** Between two lines that tell how far it is. */
const linesEvery = 50

export async function rebuildRegisters({ database }: CommandContext): Promise<Result<Outcome>> {
  const logger = pino({ level: 'error' }, pino.destination(2))
  const log = createLog(database, logger)
  const projection = createProjection({ database, sync: { readDocument: (name) => readDocument(log, name) } })
  const registers = createRegisterProjection({ database, log, projection, logger })
  try {
    const made = await registers.rebuild((done, all) => {
      if (done % linesEvery === 0 || done === all) process.stderr.write(`${done}/${all}\n`)
    })
    await rebuildRollUps(database, { tell: () => undefined, isOver: () => false })
    const { plans, documents, targets } = made
    return accept({
      lines: [
        `Đã dựng lại từ ${documents} tài liệu của ${plans} văn bản: ${targets} chỉ tiêu.`,
        `Made again from ${documents} documents of ${plans} plans: ${targets} targets.`,
      ],
      json: made,
    })
  } finally {
    await registers.close()
    await log.close()
  }
}
