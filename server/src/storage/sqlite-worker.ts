/** The thread that owns the SQLite file; sqlite-thread.ts is its other side. */
import BetterSqlite from 'better-sqlite3'
import { parentPort, workerData } from 'node:worker_threads'
import { programs, type Statement } from './log-programs.ts'
import type { SqliteAnswer, SqliteOptions, SqliteRequest, SqliteResult } from './sqlite-thread.ts'

const options = workerData as SqliteOptions
const port = parentPort
if (port === null) throw new Error('sqlite-worker.ts runs only as a worker thread')

const statements = new Map<string, BetterSqlite.Statement>()
/** Kysely writes the same few hundred texts over and over; past this something builds texts by hand. */
const maxStatements = 1000

let lock: BetterSqlite.Database | null = null
let database: BetterSqlite.Database

function open(): void {
  if (options.lockFile !== null) {
    lock = new BetterSqlite(options.lockFile, { timeout: 0 })
    try {
      // The operating system drops this lock with the process, however it ends.
      lock.exec('begin exclusive')
    } catch (error) {
      throw isCode(error, 'SQLITE_BUSY') ? Object.assign(new Error('locked'), { code: 'LOCKED' }) : error
    }
  }
  database = new BetterSqlite(options.file, { timeout: 10_000 })
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
}

function run({ sql, parameters }: Statement): SqliteResult {
  let statement = statements.get(sql)
  if (statement === undefined) {
    if (statements.size >= maxStatements) statements.clear()
    statement = database.prepare(sql)
    statements.set(sql, statement)
  }
  if (statement.reader) {
    return { rows: statement.all(...parameters) as Record<string, unknown>[], changes: 0, lastInsertRowid: 0 }
  }
  const { changes, lastInsertRowid } = statement.run(...parameters)
  return { rows: [], changes, lastInsertRowid: Number(lastInsertRowid) }
}

type Steps = Generator<Statement, unknown, Record<string, unknown>[]>

function runSteps(steps: Steps): unknown {
  let step = steps.next()
  while (!step.done) step = steps.next(run(step.value).rows)
  return step.value
}

function runProgram(steps: Steps): unknown {
  database.exec('begin immediate')
  try {
    const value = runSteps(steps)
    database.exec('commit')
    return value
  } catch (error) {
    if (database.inTransaction) database.exec('rollback')
    throw error
  }
}

function handle(request: SqliteRequest): unknown {
  switch (request.kind) {
    case 'query':
      return run(request)
    case 'rollback':
      if (database.inTransaction) database.exec('rollback')
      return null
    case 'program':
      return (request.isWithin ? runSteps : runProgram)(programs[request.program](request.input as never))
    case 'close':
      database.close()
      lock?.close()
      return null
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function answer(id: number, work: () => unknown): SqliteAnswer {
  try {
    return { id, ok: true, value: work() }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    return { id, ok: false, message: error instanceof Error ? error.message : String(error), code }
  }
}

port.on('message', (request: SqliteRequest & { id: number }) => {
  port.postMessage(answer(request.id, () => handle(request)))
})
port.postMessage(answer(0, open))
