/**
 * The one thread that owns the SQLite file, seen from the thread that serves typing: an fsync never
 * blocks a keystroke, and SQLite is as asynchronous as PostgreSQL. Whoever holds the connection
 * holds it alone; a program (see program.ts) runs in one hop, as one transaction.
 */
import { Worker } from 'node:worker_threads'
import type { ProgramInput, ProgramName, ProgramOutput } from './log-programs.ts'

export interface SqliteResult {
  rows: Record<string, unknown>[]
  changes: number
  lastInsertRowid: number
}

export type SqliteRequest =
  | { kind: 'query'; sql: string; parameters: unknown[] }
  | { kind: 'rollback' }
  | { kind: 'program'; program: ProgramName; input: unknown; isWithin: boolean }
  | { kind: 'close' }

/** What the thread answers; an error travels as its message and SQLite's code. */
export type SqliteAnswer =
  { id: number; ok: true; value: unknown } | { id: number; ok: false; message: string; code: string | undefined }

export interface SqliteOptions {
  file: string
  /** Locked as long as the thread lives; null for a command beside a running server. */
  lockFile: string | null
}

/** An error of SQLite; `code` is its extended result code, such as SQLITE_FULL. */
export class SqliteError extends Error {
  readonly code: string
  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}

export interface SqliteThread {
  /** Waits for the connection; call what it gives back to hand the connection on. */
  acquire(): Promise<() => void>
  /** Only while the connection is held. */
  query(sql: string, parameters: readonly unknown[]): Promise<SqliteResult>
  /** Ends a transaction that SQLite itself may have ended already. */
  rollback(): Promise<void>
  program<Name extends ProgramName>(program: Name, input: ProgramInput<Name>): Promise<ProgramOutput<Name>>
  /** The same inside the transaction of whoever holds the connection. */
  programWithin<Name extends ProgramName>(program: Name, input: ProgramInput<Name>): Promise<ProgramOutput<Name>>
  close(): Promise<void>
}

/** Starts the thread and opens the file; throws SqliteError when it cannot be opened or locked. */
export async function startSqliteThread(options: SqliteOptions): Promise<SqliteThread> {
  const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), { workerData: options })
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let lastId = 0
  let ended: Error | null = null

  const endAll = (error: Error) => {
    ended ??= error
    for (const request of waiting.values()) request.reject(ended)
    waiting.clear()
  }
  worker.on('error', endAll)
  worker.on('exit', () => endAll(new SqliteError('the database thread has ended', 'SQLITE_CLOSED')))
  worker.on('message', (answer: SqliteAnswer) => {
    const request = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.ok) request?.resolve(answer.value)
    else request?.reject(new SqliteError(answer.message, answer.code ?? 'ERROR'))
  })

  const expect = (id: number) =>
    new Promise<unknown>((resolve, reject) => {
      if (ended) reject(ended)
      else waiting.set(id, { resolve, reject })
    })
  const ask = async (request: SqliteRequest): Promise<unknown> => {
    const id = ++lastId
    const answered = expect(id)
    if (!ended) worker.postMessage({ id, ...request })
    return await answered
  }

  let held: Promise<void> = Promise.resolve()
  const acquire = async () => {
    let release: () => void = () => undefined
    const before = held
    held = new Promise((resolve) => (release = resolve))
    await before
    return release
  }

  // The thread's first message, with id 0, says that the file is open.
  await expect(0)
  return {
    acquire,
    query: async (sql, parameters) =>
      (await ask({ kind: 'query', sql, parameters: parameters.map(sendable) })) as SqliteResult,
    async rollback() {
      await ask({ kind: 'rollback' })
    },
    async program(program, input) {
      const release = await acquire()
      try {
        return (await ask({ kind: 'program', program, input, isWithin: false })) as ProgramOutput<typeof program>
      } finally {
        release()
      }
    },
    programWithin: async (program, input) =>
      (await ask({ kind: 'program', program, input, isWithin: true })) as ProgramOutput<typeof program>,
    async close() {
      await acquire()
      if (ended) return
      await ask({ kind: 'close' })
      await worker.terminate()
    },
  }
}

/** SQLite knows neither booleans nor dates; and a view of a pooled buffer would carry the whole pool. */
function sendable(value: unknown): unknown {
  if (value instanceof Uint8Array) return compactBytes(value)
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'boolean') return value ? 1 : 0
  return value ?? null
}

export function compactBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
}
