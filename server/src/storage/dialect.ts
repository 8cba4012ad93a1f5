/**
 * Everything that differs between SQLite and PostgreSQL: how one connects, the types of columns,
 * the spelling of placeholders, how a program runs, and what an error means. No other file asks
 * which of the two it talks to.
 */
import {
  CompiledQuery,
  Kysely,
  PostgresDialect,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
  type RawBuilder,
  type Transaction,
  sql,
} from 'kysely'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import pg from 'pg'
import { RefusalError } from '@soanchung/shared/errors.ts'
import { programs, type ProgramInput, type ProgramName, type ProgramOutput, type Statement } from './log-programs.ts'
import { SqliteError, startSqliteThread, type SqliteThread } from './sqlite-thread.ts'
import type { Tables } from './tables.ts'

export type DialectName = 'sqlite' | 'postgres'

/** The column types of migrations.ts, by engine. */
export interface ColumnTypes {
  bytes: RawBuilder<unknown>
  /** Milliseconds, sequences, checksums: whole numbers that JavaScript holds exactly. */
  whole: RawBuilder<unknown>
  /** What better-auth keeps its times and its booleans in. */
  authDate: RawBuilder<unknown>
  authBoolean: RawBuilder<unknown>
  authFalse: RawBuilder<unknown>
}

export interface Engine {
  dialect: DialectName
  query: Kysely<Tables>
  types: ColumnTypes
  /** Runs a program of log-programs.ts as one transaction. */
  program<Name extends ProgramName>(name: Name, input: ProgramInput<Name>): Promise<ProgramOutput<Name>>
  /** The same steps inside a transaction that is already open. */
  programWithin<Name extends ProgramName>(
    transaction: Transaction<Tables>,
    name: Name,
    input: ProgramInput<Name>,
  ): Promise<ProgramOutput<Name>>
  /** Makes the database itself refuse to change or delete rows of this table. */
  onlyAppend(transaction: Transaction<Tables>, table: keyof Tables): Promise<void>
  /** Keeps two servers that start at once from migrating side by side. */
  lockSchema(transaction: Transaction<Tables>): Promise<void>
  close(): Promise<void>
}

/** Runs a program step by step over an open transaction. */
async function drive<Output>(
  steps: Generator<Statement, Output, Record<string, unknown>[]>,
  execute: (statement: Statement) => Promise<Record<string, unknown>[]>,
): Promise<Output> {
  let step = steps.next()
  while (!step.done) step = steps.next(await execute(step.value))
  return step.value
}

function startProgram<Name extends ProgramName>(
  name: Name,
  input: ProgramInput<Name>,
): Generator<Statement, ProgramOutput<Name>, Record<string, unknown>[]> {
  // The table of programs and its input types are made from each other, which TypeScript cannot follow.
  return programs[name](input as never) as Generator<Statement, ProgramOutput<Name>, Record<string, unknown>[]>
}

export async function openSqlite(options: { dataFolder: string; lock: boolean }): Promise<Engine> {
  makeFolder(options.dataFolder)
  const thread = await startSqliteThread({
    file: join(options.dataFolder, 'soanchung.sqlite'),
    lockFile: options.lock ? join(options.dataFolder, 'server.lock') : null,
  }).catch((error: unknown) => {
    throw translateError(error)
  })
  const query = new Kysely<Tables>({ dialect: sqliteDialect(thread) })
  return {
    dialect: 'sqlite',
    query,
    types: {
      bytes: sql`blob`,
      whole: sql`integer`,
      authDate: sql`date`,
      authBoolean: sql`integer`,
      authFalse: sql`0`,
    },
    async program(name, input) {
      return await thread.program(name, input)
    },
    // There is one connection, and the transaction holds it.
    async programWithin(_transaction, name, input) {
      return await thread.programWithin(name, input)
    },
    async onlyAppend(transaction, table) {
      for (const change of ['update', 'delete']) {
        await sql
          .raw(
            `create trigger ${table}_no_${change} before ${change} on ${table}
             begin select raise(abort, '${table} is only added to'); end`,
          )
          .execute(transaction)
      }
    },
    async lockSchema() {
      // The lock on the folder has done that.
    },
    async close() {
      await query.destroy()
    },
  }
}

/** Throws RefusalError (storage.unwritable). Step by step: Node's own recursive way never ends where the system denies that a new folder is there. */
export function makeFolder(folder: string): void {
  try {
    const missing: string[] = []
    for (let path = resolve(folder); !existsSync(path); path = dirname(path)) missing.unshift(path)
    for (const path of missing) mkdirSync(path, { mode: 0o750 })
  } catch (error) {
    // Made by somebody else meanwhile.
    if (existsSync(folder)) return
    throw new RefusalError('storage.unwritable', `${folder}: ${String(error)}`)
  }
}

function sqliteDialect(thread: SqliteThread): Dialect {
  const releases = new WeakMap<DatabaseConnection, () => void>()
  const execute = async (query: CompiledQuery): Promise<QueryResult<never>> => {
    const result = await thread.query(query.sql, query.parameters)
    return {
      rows: result.rows as never[],
      insertId: BigInt(result.lastInsertRowid),
      numAffectedRows: BigInt(result.changes),
    }
  }
  return {
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createDriver: () => ({
      async init() {
        // The thread is open already.
      },
      async acquireConnection() {
        const release = await thread.acquire()
        const connection: DatabaseConnection = {
          executeQuery: execute,
          streamQuery: () => {
            throw new Error('rows are not streamed here')
          },
        }
        releases.set(connection, release)
        return connection
      },
      async beginTransaction() {
        await thread.query('begin immediate', [])
      },
      async commitTransaction() {
        await thread.query('commit', [])
      },
      async rollbackTransaction() {
        await thread.rollback()
      },
      async releaseConnection(connection) {
        releases.get(connection)?.()
      },
      async destroy() {
        await thread.close()
      },
    }),
  }
}

/** `url` may carry `?schema=name`, to keep an installation apart from others in one database. */
export async function openPostgres(url: string, onError: (error: Error) => void): Promise<Engine> {
  const { connectionString, schema } = readUrl(url)
  const pool = new pg.Pool({
    connectionString,
    max: 10,
    connectionTimeoutMillis: 10_000,
    types: {
      // int8 comes as text by default; ours are milliseconds and sequences, far below 2^53.
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === 20 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
    ...(schema === null ? {} : { options: `-c search_path=${schema}` }),
  })
  // An idle connection that the server cuts must not end the process.
  pool.on('error', onError)
  // Nor one that is cut in the middle of a transaction, of which the pool itself says nothing.
  pool.on('connect', (client) => client.on('error', onError))
  try {
    if (schema !== null) await pool.query(`create schema if not exists ${schema}`)
    else await pool.query('select 1')
  } catch (error) {
    await pool.end()
    throw translateError(error)
  }
  const query = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const within = async <Name extends ProgramName>(
    transaction: Transaction<Tables>,
    name: Name,
    input: ProgramInput<Name>,
  ) =>
    await drive(startProgram(name, input), async ({ sql: text, parameters }) => {
      const compiled = CompiledQuery.raw(numberPlaceholders(text), parameters)
      return (await transaction.executeQuery<Record<string, unknown>>(compiled)).rows
    })
  return {
    dialect: 'postgres',
    query,
    types: {
      bytes: sql`bytea`,
      whole: sql`bigint`,
      authDate: sql`timestamptz`,
      authBoolean: sql`boolean`,
      authFalse: sql`false`,
    },
    async program(name, input) {
      return await query.transaction().execute((transaction) => within(transaction, name, input))
    },
    programWithin: within,
    async onlyAppend(transaction, table) {
      await sql
        .raw(
          `create or replace function refuse_change() returns trigger language plpgsql as
           $$ begin raise exception '% is only added to', tg_table_name; end $$`,
        )
        .execute(transaction)
      // For each statement, so that emptying the table is refused too.
      await sql
        .raw(
          `create trigger ${table}_no_change before update or delete or truncate on ${table}
           execute function refuse_change()`,
        )
        .execute(transaction)
    },
    async lockSchema(transaction) {
      await sql`select pg_advisory_xact_lock(${'7305486120'}::bigint)`.execute(transaction)
    },
    async close() {
      await query.destroy()
    },
  }
}

function readUrl(url: string): { connectionString: string; schema: string | null } {
  const parsed = new URL(url)
  const schema = parsed.searchParams.get('schema')
  if (schema !== null && !/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new RefusalError('input.invalid', `DATABASE_URL: schema "${schema}" is not a plain name`)
  }
  parsed.searchParams.delete('schema')
  return { connectionString: parsed.toString(), schema }
}

function numberPlaceholders(text: string): string {
  let count = 0
  return text.replace(/\?/g, () => `$${++count}`)
}

/** What a failure of the engine means to us; a bug (a wrong statement) stays what it is. */
export function translateError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RefusalError) return error
  const code = 'code' in error ? String(error.code) : ''
  if (error instanceof SqliteError) {
    if (code === 'LOCKED') return new RefusalError('storage.locked')
    if (code === 'SQLITE_FULL') return new RefusalError('storage.full', error.message)
    if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') return new RefusalError('storage.corrupt', error.message)
    if (code === 'SQLITE_CANTOPEN' || code.startsWith('SQLITE_READONLY')) {
      return new RefusalError('storage.unwritable', error.message)
    }
    if (code.startsWith('SQLITE_IOERR') || code === 'SQLITE_BUSY' || code === 'SQLITE_CLOSED') {
      return new RefusalError('storage.failed', error.message)
    }
    return error
  }
  if (code === '53100') return new RefusalError('storage.full', error.message)
  // Classes of PostgreSQL: connection, resources, operator's intervention, system error, serialisation.
  const isOutage = /^(08|53|57|58|40)/.test(code) || /^E[A-Z]+$/.test(code) || /connection|timeout/i.test(error.message)
  return isOutage ? new RefusalError('storage.failed', error.message) : error
}
