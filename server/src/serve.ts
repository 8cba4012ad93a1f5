/**
 * A running server, wired by plain arguments: database, accounts, sync, plans, HTTP. It starts in
 * that order and ends in the reverse one, so that nothing is written to what is already closed.
 */
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino, type Logger } from 'pino'
import { RefusalError } from '@soanchung/shared/errors.ts'
import { createAccounts, type Accounts } from './accounts/accounts.ts'
import { version, type Config } from './config.ts'
import { fillWithDemo, type DemoAccount } from './demo/demo.ts'
import { createExporter } from './export/export.ts'
import { originCheck } from './http/guard.ts'
import { createHttpServer } from './http/server.ts'
import { documentAccess } from './plans/access.ts'
import { createPlans, type Plans } from './plans/plans.ts'
import { createSplits } from './plans/splits.ts'
import { openDatabase, type Database } from './storage/database.ts'
import { makeFolder } from './storage/dialect.ts'
import { createLog } from './storage/log.ts'
import { createSync, type Sync } from './sync/sync.ts'

const builtClient = join(import.meta.dirname, '../../client/dist')

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  address: string
  database: Database
  accounts: Accounts
  plans: Plans
  sync: Sync
  logger: Logger
  /** The accounts that the demo made at this start; empty where there was something already. */
  demoAccounts: DemoAccount[]
  close(): Promise<void>
}

/** Throws RefusalError (storage.*) and what `listen` throws (EADDRINUSE, EACCES …). */
export async function serve(config: Config, clientFolder = builtClient): Promise<RunningServer> {
  const { dataFolder, databaseUrl } = config
  const logger = pino({ level: config.logLevel }, pino.destination(2))
  const database = await openDatabase({
    dataFolder,
    databaseUrl,
    onError: (error) => logger.error({ err: error }, 'a database connection broke'),
  })
  const closers: (() => Promise<void>)[] = [() => database.close()]
  const close = async () => {
    for (const end of closers.toReversed()) await end()
  }
  try {
    // SQLite has made it already; beside PostgreSQL it still holds the secret and the demo's accounts.
    makeFolder(dataFolder)
    const accounts = createAccounts({
      query: database.query,
      dialect: database.dialect,
      secret: config.secret ?? (await keptSecret(dataFolder)),
      publicUrl: config.publicOrigins[0] ?? 'http://localhost',
      logger,
    })
    const allowedOrigin = originCheck(config.publicOrigins)
    const log = createLog(database, logger)
    closers.push(() => log.close())
    const sync = createSync({
      log,
      database,
      gate: {
        identify: (from) => accounts.identify(from),
        access: (subject) => documentAccess(database.query, subject),
        stillHolds: (proofs) => accounts.stillHolds(proofs),
      },
      epoch: database.epoch,
      allowedOrigin: ({ headers }) => allowedOrigin(headers.origin, headers.host),
      logger,
    })
    closers.push(() => sync.close())
    const plans = createPlans({ database, sync })
    closers.push(() => plans.close())
    const demoAccounts = await fillWithDemo({ database, accounts, plans, dataFolder, wanted: config.demo })
    const exporter = createExporter()
    closers.push(() => exporter.close())
    const http = await createHttpServer({
      accounts,
      plans,
      splits: createSplits({ sync }),
      exporter,
      sync,
      database,
      allowedOrigin,
      trustProxy: config.trustProxy,
      logger,
      version,
      clientFolder,
    })
    closers.push(() => http.close())
    const address = await http.listen({ host: config.host, port: config.port })
    return { address, database, accounts, plans, sync, logger, demoAccounts, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The key that signs cookies, made once and readable by the owner of the data folder only. */
async function keptSecret(dataFolder: string): Promise<string> {
  const file = join(dataFolder, 'secret')
  try {
    await writeFile(file, randomBytes(48).toString('base64url'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const secret = (await readFile(file, 'utf8')).trim()
  if (secret.length < 32) throw new RefusalError('storage.corrupt', file)
  return secret
}
