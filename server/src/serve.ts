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
import { createOidc } from './accounts/oidc.ts'
import { createSecondFactor } from './accounts/second-factor.ts'
import { createSignIn } from './accounts/sign-in.ts'
import { version, type Config } from './config.ts'
import { fillWithDemo, type DemoAccount } from './demo/demo.ts'
import { createExporter } from './export/export.ts'
import { createMail } from './notifications/mail.ts'
import { createNotify } from './notifications/notify.ts'
import { createReminders } from './notifications/reminders.ts'
import { createLinks, type Links } from './links/links.ts'
import { originCheck } from './http/guard.ts'
import { createHttpServer } from './http/server.ts'
import { countsOf, documentAccess } from './plans/access.ts'
import { createHandedDrafts } from './plans/handed-drafts.ts'
import { createLead } from './plans/lead.ts'
import { createMoveTarget } from './plans/moves.ts'
import { createPlans, type Plans } from './plans/plans.ts'
import { createProjection } from './plans/projection.ts'
import { createSplits } from './plans/splits.ts'
import { createRegisterProjection, type RegisterProjection } from './registers/projection.ts'
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
  registers: RegisterProjection
  links: Links
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
    const { query } = database
    const secret = config.secret ?? (await keptSecret(dataFolder))
    const publicUrl = config.publicOrigins[0] ?? 'http://localhost'
    const accounts = createAccounts({ query, dialect: database.dialect, secret, publicUrl, logger })
    const secondFactor = createSecondFactor(query, secret)
    const signIn = createSignIn({ query, accounts, secondFactor, secret, publicUrl })
    const oidc = config.oidc === null ? null : createOidc({ query, settings: config.oidc, secret, publicUrl, logger })
    const allowedOrigin = originCheck(config.publicOrigins)
    const log = createLog(database, logger)
    closers.push(() => log.close())
    const sync = createSync({
      log,
      database,
      gate: {
        identify: (from) => accounts.identify(from),
        access: (subject) => documentAccess(database.query, subject),
        actorsOf: (proofs) => accounts.actorsOf(proofs),
        countsOf: (plans) => countsOf(database.query, plans),
      },
      epoch: database.epoch,
      allowedOrigin: ({ headers }) => allowedOrigin(headers.origin, headers.host),
      logger,
    })
    closers.push(() => sync.close())
    const projection = createProjection({ database, sync })
    const registers = createRegisterProjection({ database, log, projection, sync, logger })
    closers.push(() => registers.close())
    sync.onRecords(registers.changed)
    const plans = createPlans({ database, projection, sync })
    closers.push(() => plans.close())
    const notify = createNotify({ mails: config.mail !== null })
    const links = createLinks({ database, projection, registers, notify, sync })
    closers.push(() => links.close())
    const lead = createLead({ database, projection, notify, sync, links })
    const demoAccounts = await fillWithDemo({ database, accounts, plans, lead, links, dataFolder, wanted: config.demo })
    const reminders = createReminders({ database, projection, notify, logger })
    closers.push(() => reminders.close())
    if (config.mail !== null) {
      const mail = createMail({ database, settings: config.mail, publicUrl, logger })
      closers.push(() => mail.close())
    }
    const exporter = createExporter()
    closers.push(() => exporter.close())
    const http = await createHttpServer({
      accounts,
      signIn,
      secondFactor,
      oidc,
      plans,
      lead,
      drafts: createHandedDrafts({ database, notify, sync }),
      splits: createSplits({ sync }),
      moveTarget: createMoveTarget({ sync }),
      links,
      exporter,
      sync,
      canMail: config.mail !== null,
      database,
      allowedOrigin,
      trustProxy: config.trustProxy,
      logger,
      version,
      clientFolder,
    })
    closers.push(() => http.close())
    registers.catchUp()
    // What was rolled up may have been lost between a change of a register and the end of the process.
    void links.rebuild().catch((error: unknown) => logger.error({ err: error }, 'roll-ups could not be made again'))
    const address = await http.listen({ host: config.host, port: config.port })
    return { address, database, accounts, plans, sync, registers, links, logger, demoAccounts, close }
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
