/**
 * The statements of the document log, each a transaction written once as a generator: it yields a
 * statement, gets its rows, and goes on. The SQLite thread runs one straight through in a single
 * hop, inside a larger transaction too; on PostgreSQL the same steps run one after the other.
 * Placeholders are `?`; dialect.ts renames them where the engine wants another spelling.
 */
import { crc32 } from 'node:zlib'
import type { UserId } from '@soanchung/shared/ids.ts'

export interface Statement {
  sql: string
  parameters: unknown[]
}
type Rows = Record<string, unknown>[]
type Program<Output> = Generator<Statement, Output, Rows>

export interface AppendGroup {
  document: string
  updates: NewUpdate[]
}

export interface NewUpdate {
  bytes: Uint8Array
  userId: UserId | null
  /** The Yjs client ids in it that are not known yet to be this user's. */
  claims: readonly number[]
}

interface AppendedGroup {
  /** The sequence of the first that was taken. */
  first: number
  /** Which of the updates, from 0, were not: a client id in them is another's. */
  refused: number[]
}

/** CRC-32 over name, sequence and bytes, as a number that fits a signed 64-bit column. */
export function recordChecksum(document: string, seq: number, bytes: Uint8Array): number {
  return crc32(bytes, crc32(`${document}\n${seq}\n`))
}

/**
 * Gives each update the next number of its document and stores it, with the client ids that it is
 * the first to use. Groups must be in the order of their names, so that two writers never wait for
 * each other.
 */
function* append(input: { groups: AppendGroup[]; now: number }): Program<AppendedGroup[]> {
  const appended: AppendedGroup[] = []
  for (const { document, updates } of input.groups) {
    const refused = yield* claim(document, updates, input.now)
    const taken = updates.filter((_, index) => !refused.includes(index))
    const last = taken.at(-1)
    if (last === undefined) {
      appended.push({ first: 0, refused })
      continue
    }
    const rows = yield {
      sql: `insert into documents (name, seq, snapshot_seq, changed_at, changed_by) values (?, ?, 0, ?, ?)
            on conflict (name) do update set seq = documents.seq + excluded.seq,
              changed_at = excluded.changed_at, changed_by = excluded.changed_by
            returning seq`,
      parameters: [document, taken.length, input.now, last.userId],
    }
    const first = Number(rows[0]?.['seq']) - taken.length + 1
    appended.push({ first, refused })
    for (const [index, { bytes, userId }] of taken.entries()) {
      const seq = first + index
      yield {
        sql: `insert into document_updates (document, seq, bytes, checksum, user_id, created_at)
              values (?, ?, ?, ?, ?, ?)`,
        parameters: [document, seq, bytes, recordChecksum(document, seq, bytes), userId, input.now],
      }
    }
  }
  return appended
}

/**
 * Writes down whose each new client id is from now on, under the lock of the document's row; answers
 * which updates use one that is another's. What the server itself wrote nobody goes on with.
 */
function* claim(document: string, updates: readonly NewUpdate[], now: number): Program<number[]> {
  if (updates.every(({ claims }) => claims.length === 0)) return []
  yield {
    sql: `insert into documents (name, seq, snapshot_seq, changed_at) values (?, 0, 0, ?)
          on conflict (name) do update set seq = documents.seq`,
    parameters: [document, now],
  }
  const refused: number[] = []
  for (const [index, { claims, userId }] of updates.entries()) {
    for (const client of claims) {
      const inserted = yield {
        sql: `insert into document_clients (document, client_id, user_id, created_at) values (?, ?, ?, ?)
              on conflict (document, client_id) do nothing returning client_id`,
        parameters: [document, client, userId, now],
      }
      if (inserted.length > 0) continue
      const owners = yield {
        sql: `select user_id from document_clients where document = ? and client_id = ?`,
        parameters: [document, client],
      }
      const owner = owners[0]?.['user_id'] ?? null
      if (owner !== null && owner === userId) continue
      refused.push(index)
      break
    }
  }
  return refused
}

/**
 * Puts a snapshot in the place of the rows that it was merged from: those after `from` up to `to`.
 * Does nothing (false) when another compaction was faster.
 */
function* compact(input: { document: string; from: number; to: number; bytes: Uint8Array }): Program<boolean> {
  const { document, from, to, bytes } = input
  const moved = yield {
    sql: `update documents set snapshot_seq = ? where name = ? and snapshot_seq = ? returning name`,
    parameters: [to, document, from],
  }
  if (moved.length === 0) return false
  yield {
    sql: `insert into document_snapshots (document, seq, bytes, checksum) values (?, ?, ?, ?)
          on conflict (document) do update
          set seq = excluded.seq, bytes = excluded.bytes, checksum = excluded.checksum`,
    parameters: [document, to, bytes, recordChecksum(document, to, bytes)],
  }
  yield {
    sql: `delete from document_updates where document = ? and seq > ? and seq <= ?`,
    parameters: [document, from, to],
  }
  return true
}

export const programs = { append, compact }

export type ProgramName = keyof typeof programs
export type ProgramInput<Name extends ProgramName> = Parameters<(typeof programs)[Name]>[0]
export type ProgramOutput<Name extends ProgramName> =
  ReturnType<(typeof programs)[Name]> extends Program<infer Output> ? Output : never
