/**
 * The database of an installation: SQLite in the data folder, or PostgreSQL where an address is
 * given. Opening it brings the tables up to date and refuses clearly: a folder that cannot be
 * written or that another server uses, a full disk, a database newer than this program.
 */
import type { Kysely, Transaction } from 'kysely'
import { openPostgres, openSqlite, translateError, type DialectName, type Engine } from './dialect.ts'
import type { ProgramInput, ProgramName, ProgramOutput } from './log-programs.ts'
import { migrate } from './migrations.ts'
import type { Tables } from './tables.ts'

interface DatabaseOptions {
  dataFolder: string
  /** `postgres://…`; may carry `?schema=name`. Without it the embedded SQLite is used. */
  databaseUrl?: string | undefined
  /**
   * False for a command beside a running server; then the folder is not locked. Default true.
   * SQLite only: several servers may share one PostgreSQL.
   */
  lock?: boolean
  /** Hears of connections that broke while idle. */
  onError?: (error: Error) => void
}

export interface Database {
  query: Kysely<Tables>
  dialect: DialectName
  /** Made with the database; changes when it is restored from a backup. */
  epoch: string
  /**
   * Runs `work` as one transaction. On SQLite it holds the only connection: inside, use only the
   * handle that is passed in. Throws RefusalError (storage.*) when the engine fails.
   */
  transaction<Value>(work: (transaction: Transaction<Tables>) => Promise<Value>): Promise<Value>
  /** A program of log-programs.ts as one transaction. Throws RefusalError (storage.*). */
  program<Name extends ProgramName>(name: Name, input: ProgramInput<Name>): Promise<ProgramOutput<Name>>
  programWithin: Engine['programWithin']
  close(): Promise<void>
}

/** Throws RefusalError: storage.unwritable, storage.locked, storage.full, storage.newer, storage.failed. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const engine =
    options.databaseUrl === undefined || options.databaseUrl === ''
      ? await openSqlite({ dataFolder: options.dataFolder, lock: options.lock ?? true })
      : await openPostgres(options.databaseUrl, options.onError ?? (() => undefined))
  const translated = async <Value>(work: Promise<Value>): Promise<Value> => {
    try {
      return await work
    } catch (error) {
      throw translateError(error)
    }
  }
  try {
    await translated(migrate(engine))
    const { value: epoch } = await translated(
      engine.query.selectFrom('installation').select('value').where('key', '=', 'epoch').executeTakeFirstOrThrow(),
    )
    return {
      query: engine.query,
      dialect: engine.dialect,
      epoch,
      transaction: (work) => translated(engine.query.transaction().execute(work)),
      program: (name, input) => translated(engine.program(name, input)),
      programWithin: engine.programWithin,
      close: () => engine.close(),
    }
  } catch (error) {
    await engine.close()
    throw error
  }
}
