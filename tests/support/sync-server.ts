/**
 * A real sync server on a port of its own over a real database, with a plain Gate: people are known
 * by the cookie `user=<name>` or the token `<name>`, and each may write, only read, or nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import type { PartId, PlanId, UnitId, UserId } from '@soanchung/shared/ids.ts'
import type { Actor } from '@soanchung/shared/permissions.ts'
import { partDocument, outlineDocument } from '@soanchung/shared/plan/documents.ts'
import { openDatabase, type Database } from '@soanchung/server/src/storage/database.ts'
import { createLog, type DocumentLog, type LogOptions } from '@soanchung/server/src/storage/log.ts'
import type { DatedAccess, Gate } from '@soanchung/server/src/sync/gate.ts'
import { createSync, type Sync } from '@soanchung/server/src/sync/sync.ts'

export const drafters = 'uaaaaaaaaaaaaaaaaaaa' as UnitId
export const readers = 'ubbbbbbbbbbbbbbbbbbb' as UnitId

interface PlainPlan {
  planId: PlanId
  partId: PartId
  outline: ReturnType<typeof outlineDocument>
  part: ReturnType<typeof partDocument>
}

/** One plan with one part; ids that stay the same, so that a restarted server knows them again. */
export const plainPlan: PlainPlan = (() => {
  const planId = 'paaaaaaaaaaaaaaaaaaa' as PlanId
  const partId = 'pbbbbbbbbbbbbbbbbbbb' as PartId
  return { planId, partId, outline: outlineDocument(planId), part: partDocument(partId) }
})()

/** More parts of the same plan, for tests that need many documents. */
export const moreParts: readonly PartId[] = Array.from(
  { length: 100 },
  (_, index) => `pc${String(index).padStart(18, '2')}` as PartId,
)

const access: DatedAccess = {
  planId: plainPlan.planId,
  stage: 'drafting',
  rights: 0,
  roles: new Map([
    [drafters, 'lead'],
    [readers, 'reader'],
  ]),
  parts: new Map([plainPlan.partId, ...moreParts].map((part) => [part, { holders: [], status: 'drafting' }])),
}

function actorOf(name: string): Actor {
  const units = name.startsWith('stranger') ? [] : [name.startsWith('reader') ? readers : drafters]
  return { userId: name as UserId, units, administrator: false, scope: 'write' }
}

/** Names that begin with `reader` read, with `stranger` may do nothing, all others write. */
export const plainGate: Gate = {
  async identify({ headers, token }) {
    const name = token ?? /(?:^|; )user=([^;]+)/.exec(headers.get('cookie') ?? '')?.[1]
    if (name === undefined || name === '') return null
    const actor = actorOf(name)
    const presence = { id: actor.userId, name, unit: actor.units[0] ?? null, symbol: 'HND', colour: 1 }
    return { actor, presence, proof: name }
  },
  actorsOf: async (proofs) => new Map(proofs.map((name) => [name, actorOf(name)])),
  countsOf: async (plans) => new Map(plans.map((plan) => [plan, { rights: access.rights, links: 0, conflicts: 0 }])),
  async access(subject) {
    const isOurs = subject.kind === 'outline' ? subject.planId === plainPlan.planId : access.parts.has(subject.partId)
    return isOurs ? access : null
  },
}

export interface SyncServer {
  port: number
  /** `http://127.0.0.1:port`, the only Origin that is let in. */
  origin: string
  folder: string
  database: Database
  log: DocumentLog
  sync: Sync
  close(): Promise<void>
}

export interface SyncServerOptions {
  /** Kept after closing when given; a temporary one is removed. */
  folder?: string
  databaseUrl?: string
  gate?: Gate
  log?: LogOptions
}

export async function startSyncServer(options: SyncServerOptions = {}): Promise<SyncServer> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'soanchung-'))
  const logger = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' })
  const database = await openDatabase({ dataFolder: folder, databaseUrl: options.databaseUrl })
  const log = createLog(database, logger, options.log)
  const http = createServer((_request, response) => response.writeHead(404).end())
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const origin = `http://127.0.0.1:${address.port}`
  const sync = createSync({
    log,
    database,
    gate: options.gate ?? plainGate,
    epoch: database.epoch,
    allowedOrigin: (request) => request.headers.origin === origin,
    logger,
  })
  http.on('upgrade', sync.handleUpgrade)
  return {
    port: address.port,
    origin,
    folder,
    database,
    log,
    sync,
    async close() {
      await sync.close()
      await new Promise((resolve) => http.close(resolve))
      await log.close()
      await database.close()
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}
