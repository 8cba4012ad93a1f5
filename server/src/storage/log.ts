/**
 * The document log. An update counts only once it is durable here: all that arrive in one turn of
 * the event loop, and while the last commit runs, share one commit. Each document has a gapless
 * sequence of its own. Every record carries a checksum that is verified on each read; a record that
 * fails it, or is missing from the sequence, is reported with its document and number and never
 * skipped. A snapshot only stands for the rows that it was merged from.
 */
import { sql, type Kysely, type Transaction } from 'kysely'
import { RefusalError } from '@soanchung/shared/errors.ts'
import type { UserId } from '@soanchung/shared/ids.ts'
import type { Logger } from 'pino'
import * as Y from 'yjs'
import { startThread } from '../thread.ts'
import type { Database } from './database.ts'
import { recordChecksum, type AppendGroup, type NewUpdate } from './log-programs.ts'
import type { MergeQuestion } from './merge-worker.ts'
import { compactBytes as withoutPool } from './sqlite-thread.ts'
import type { Tables } from './tables.ts'

export interface StoredDocument {
  /** The snapshot, if there is one, then the rows after it, in order. Each is a Yjs update. */
  updates: Uint8Array[]
  /** The sequence up to which the snapshot goes; 0 for none. */
  snapshotSeq: number
  /** The last sequence given; 0 for a document that has nothing yet. */
  seq: number
}

export interface DocumentLog {
  /**
   * Answers the update's sequence once it is durable. `claims` are the Yjs client ids in it that are
   * not known yet to be this user's. Throws RefusalError (storage.*, client.taken).
   */
  append(document: string, update: Uint8Array, userId: UserId | null, claims: readonly number[]): Promise<number>
  /**
   * Appends inside the caller's transaction; answers the last sequence of each document. All client
   * ids in the updates become the user's. Throws RefusalError (client.taken).
   */
  appendWithin(
    transaction: Transaction<Tables>,
    updates: ReadonlyMap<string, Uint8Array>,
    userId: UserId | null,
  ): Promise<Map<string, number>>
  /** Throws RefusalError (storage.corrupt, storage.failed). */
  load(document: string, within?: Transaction<Tables>): Promise<StoredDocument>
  loadMany(documents: readonly string[], within?: Transaction<Tables>): Promise<Map<string, StoredDocument>>
  /** 0 for a document that has nothing yet. */
  seqOf(documents: readonly string[]): Promise<Map<string, number>>
  /** Merges updates off the thread that serves typing; with a state vector, only what it lacks. */
  merge(updates: Uint8Array[], stateVector?: Uint8Array): Promise<Uint8Array>
  /** Puts a snapshot in the place of all rows of the document that are there now. */
  compact(document: string): Promise<void>
  /** Waits for appends and compactions under way. */
  close(): Promise<void>
}

export interface LogOptions {
  /** Rows, and bytes in rows, after which a document is compacted. */
  compactRows?: number
  compactBytes?: number
}

/** Bounds of one commit, so that a flood neither builds a huge transaction nor a huge message. */
const maxCommitRows = 2000
const maxCommitBytes = 16 * 1024 * 1024

interface Waiting extends NewUpdate {
  document: string
  resolve(seq: number): void
  reject(error: unknown): void
}

export function createLog(database: Database, logger: Logger, options: LogOptions = {}): DocumentLog {
  const compactRows = options.compactRows ?? 500
  const compactBytes = options.compactBytes ?? 1024 * 1024
  const mergeThread = startThread<MergeQuestion, Uint8Array>(new URL('./merge-worker.ts', import.meta.url))
  const merge = (question: MergeQuestion) =>
    mergeThread.ask({ ...question, updates: question.updates.map(withoutPool) })
  let waiting: Waiting[] = []
  let isCommitting = false
  let commits: Promise<void> = Promise.resolve()
  const sinceSnapshot = new Map<string, { rows: number; bytes: number }>()
  const compacting = new Map<string, Promise<void>>()

  async function commitWaiting(): Promise<void> {
    // Everything that this turn of the loop brings joins the commit.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) await commit(takeCommit())
    // In the same step as the last look at what waits, so that nothing is left lying.
    isCommitting = false
  }

  function takeCommit(): Waiting[] {
    let bytes = 0
    const end = waiting.findIndex((one, index) => {
      bytes += one.bytes.length
      return index >= maxCommitRows || (index > 0 && bytes > maxCommitBytes)
    })
    const taken = end === -1 ? waiting : waiting.slice(0, end)
    waiting = end === -1 ? [] : waiting.slice(end)
    return taken
  }

  async function commit(taken: Waiting[]): Promise<void> {
    const byDocument = Map.groupBy(taken, (one) => one.document)
    const names = [...byDocument.keys()].sort()
    const groups: AppendGroup[] = names.map((document) => ({
      document,
      updates: (byDocument.get(document) ?? []).map(({ bytes, userId, claims }) => ({ bytes, userId, claims })),
    }))
    try {
      const appended = await database.program('append', { groups, now: Date.now() })
      names.forEach((document, group) => {
        const result = appended[group]
        if (result === undefined) throw new Error(`no sequence for ${document}`)
        let seq = result.first
        byDocument.get(document)?.forEach((one, index) => {
          if (result.refused.includes(index)) one.reject(new RefusalError('client.taken', document))
          else one.resolve(seq++)
        })
      })
      for (const { document, updates } of groups) {
        count(document, updates.length, byteLength(updates.map((update) => update.bytes)))
      }
    } catch (error) {
      logger.error({ err: error, rows: taken.length }, 'the log could not be written')
      for (const one of taken) one.reject(error)
    }
  }

  function count(document: string, rows: number, bytes: number): void {
    const since = sinceSnapshot.get(document) ?? { rows: 0, bytes: 0 }
    since.rows += rows
    since.bytes += bytes
    sinceSnapshot.set(document, since)
    if (since.rows >= compactRows || since.bytes >= compactBytes) void compactInBackground(document)
  }

  async function compactInBackground(document: string): Promise<void> {
    try {
      await log.compact(document)
    } catch (error) {
      logger.error({ err: error, document }, 'the log could not be compacted; it will be tried again')
    }
  }

  async function compactNow(document: string): Promise<void> {
    const stored = await log.load(document)
    // Counted anew from here, so that a compaction that fails is tried after as many rows again.
    sinceSnapshot.delete(document)
    if (stored.seq === stored.snapshotSeq) return
    const bytes = await merge({ updates: stored.updates, collect: true })
    await database.program('compact', { document, from: stored.snapshotSeq, to: stored.seq, bytes })
  }

  const log: DocumentLog = {
    append(document, update, userId, claims) {
      return new Promise((resolve, reject) => {
        // The caller's view may lie in a buffer that is reused or far larger than the update.
        waiting.push({ document, bytes: new Uint8Array(update), userId, claims, resolve, reject })
        if (isCommitting) return
        isCommitting = true
        commits = commitWaiting()
      })
    },
    async appendWithin(transaction, updates, userId) {
      const names = [...updates.keys()].sort()
      const groups = names.map((document) => {
        const bytes = updates.get(document) ?? new Uint8Array()
        return { document, updates: [{ bytes, userId, claims: [...Y.parseUpdateMeta(bytes).to.keys()] }] }
      })
      const appended = await database.programWithin(transaction, 'append', { groups, now: Date.now() })
      const refused = appended.findIndex((group) => group.refused.length > 0)
      if (refused !== -1) throw new RefusalError('client.taken', names[refused])
      return new Map(names.map((document, index) => [document, appended[index]?.first ?? 0]))
    },
    async load(document, within) {
      const all = await log.loadMany([document], within)
      return all.get(document) ?? { updates: [], snapshotSeq: 0, seq: 0 }
    },
    async loadMany(documents, within) {
      const loaded = new Map<string, StoredDocument>()
      if (documents.length === 0) return loaded
      const records = await readRecords(within ?? database.query, documents)
      for (const [document, rows] of Map.groupBy(records, (record) => record.document)) {
        try {
          const stored = verify(document, rows)
          loaded.set(document, stored)
          const fresh = stored.snapshotSeq === 0 ? stored.updates : stored.updates.slice(1)
          sinceSnapshot.set(document, { rows: fresh.length, bytes: byteLength(fresh) })
        } catch (error) {
          logger.error({ err: error, document }, 'a stored record is damaged')
          throw error
        }
      }
      return loaded
    },
    async seqOf(documents) {
      if (documents.length === 0) return new Map()
      const rows = await database.query
        .selectFrom('documents')
        .select(['name', 'seq'])
        .where('name', 'in', documents)
        .execute()
      const known = new Map(rows.map((row) => [row.name, row.seq]))
      return new Map(documents.map((document) => [document, known.get(document) ?? 0]))
    },
    merge: (updates, stateVector) => merge({ updates, stateVector, collect: false }),
    async compact(document) {
      const running = compacting.get(document) ?? compactNow(document).finally(() => compacting.delete(document))
      compacting.set(document, running)
      await running
    },
    async close() {
      while (isCommitting) await commits
      await Promise.allSettled(compacting.values())
      await mergeThread.close()
    },
  }
  return log
}

interface StoredRecord {
  document: string
  seq: number
  bytes: Uint8Array | null
  checksum: number | null
  /** 0 the snapshot, 1 a row of the log, 2 the head with the last sequence given. */
  kind: number
}

/** One statement, so that a compaction in between cannot be seen half done. */
async function readRecords(from: Kysely<Tables>, documents: readonly string[]): Promise<StoredRecord[]> {
  const { rows } = await sql<StoredRecord>`
    select document, seq, bytes, checksum, 0 as kind from document_snapshots where document in (${sql.join(documents)})
    union all
    select document, seq, bytes, checksum, 1 as kind from document_updates where document in (${sql.join(documents)})
    union all
    select name as document, seq, null as bytes, null as checksum, 2 as kind from documents
      where name in (${sql.join(documents)})
    order by document, kind, seq`.execute(from)
  return rows
}

function verify(document: string, records: readonly StoredRecord[]): StoredDocument {
  const updates: Uint8Array[] = []
  let snapshotSeq = 0
  let seq = 0
  for (const record of records) {
    if (record.kind === 2) {
      if (record.seq !== seq) throw damaged(document, seq + 1, 'is missing')
      continue
    }
    if (record.kind === 0) snapshotSeq = record.seq
    else if (record.seq !== seq + 1) throw damaged(document, seq + 1, 'is missing')
    seq = record.seq
    if (record.bytes === null || recordChecksum(document, seq, record.bytes) !== record.checksum) {
      throw damaged(document, seq, 'has a wrong checksum')
    }
    updates.push(record.bytes)
  }
  return { updates, snapshotSeq, seq }
}

function damaged(document: string, seq: number, what: string): RefusalError {
  return new RefusalError('storage.corrupt', `${document}: record ${seq} ${what}`)
}

function byteLength(all: readonly Uint8Array[]): number {
  return all.reduce((sum, bytes) => sum + bytes.length, 0)
}
