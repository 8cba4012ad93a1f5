/**
 * The server's own way into documents, and its ways to read them: always from the log, never from
 * the live documents, so that what is read is durable.
 */
import type { Transaction } from 'kysely'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { accept, refuse, RefusalError, type Result } from '@soanchung/shared/errors.ts'
import type { UserId } from '@soanchung/shared/ids.ts'
import { can, type Actor } from '@soanchung/shared/permissions.ts'
import { parseDocumentName, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import type { FetchDocumentsBody } from '@soanchung/shared/protocol.ts'
import type { Database } from '../storage/database.ts'
import type { DocumentLog } from '../storage/log.ts'
import { compactBytes } from '../storage/sqlite-thread.ts'
import type { Tables } from '../storage/tables.ts'
import type { Gate } from './gate.ts'

export type WriteCommand = {
  /** Whose rights are asked; null for the server itself, or when the caller has decided already. */
  actor: Actor | null
  /** Whose name the change carries in the log. Default: the actor's. */
  userId?: UserId | null
  /** A repeated command does nothing. */
  commandId: string
  /** The records that belong to the change; runs in the same transaction, before the documents are read. */
  alsoInTransaction?(transaction: Transaction<Tables>): Promise<void>
} & (DocumentChange | FirstDocuments)

interface DocumentChange {
  documents: readonly DocumentName[]
  /** Changes clones of the present state. May throw RefusalError; then nothing is written. */
  mutate(documents: ReadonlyMap<DocumentName, Y.Doc>): void
}

/** For what is too much to be built here. A document that has something already refuses with `conflict.exists`. */
interface FirstDocuments {
  first: ReadonlyMap<DocumentName, Uint8Array>
}

/** Thrown out of the transaction to undo it; the command was done before. */
class Repeated extends Error {}

export function createDocumentWriter(parts: {
  database: Database
  log: DocumentLog
  gate: Gate
  applyLive: (name: string, update: Uint8Array) => Promise<void>
  /** Hears of all documents of a command, once they are durable. */
  recordsChanged: (documents: readonly string[]) => void
}): (command: WriteCommand) => Promise<Result<{ repeated: boolean }>> {
  const { database, log, gate, applyLive, recordsChanged } = parts

  async function checkRights(command: WriteCommand): Promise<void> {
    const { actor } = command
    if (actor === null) return
    for (const name of 'first' in command ? command.first.keys() : command.documents) {
      const subject = parseDocumentName(name)
      const access = subject === null ? null : await gate.access(subject)
      if (subject === null || access === null) throw new RefusalError('not.found', name)
      if (access.stage === 'issued') throw new RefusalError('plan.issued', name)
      const isAllowed =
        subject.kind === 'outline'
          ? can(actor, 'outline.write', access)
          : can(actor, 'part.write', access, subject.partId)
      if (!isAllowed) throw new RefusalError('not.allowed', name)
    }
  }

  async function commit(command: WriteCommand): Promise<ReadonlyMap<DocumentName, Uint8Array>> {
    const userId = command.userId ?? command.actor?.userId ?? null
    return await database.transaction(async (transaction) => {
      const done = await transaction
        .insertInto('commands')
        .values({ id: command.commandId, actor: userId, created_at: Date.now() })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst()
      if (done.numInsertedOrUpdatedRows !== 1n) throw new Repeated()
      await command.alsoInTransaction?.(transaction)
      const updates = 'first' in command ? command.first : await change(command, transaction)
      const seqs = await log.appendWithin(transaction, updates, userId)
      const taken = 'first' in command ? [...seqs].find(([, seq]) => seq > 1) : undefined
      if (taken !== undefined) throw new RefusalError('conflict.exists', taken[0])
      return updates
    })
  }

  async function change(
    { documents, mutate }: DocumentChange,
    transaction: Transaction<Tables>,
  ): Promise<Map<DocumentName, Uint8Array>> {
    const stored = await log.loadMany(documents, transaction)
    const clones = new Map(documents.map((name) => [name, openDocument(stored.get(name)?.updates ?? [])]))
    const before = new Map([...clones].map(([name, doc]) => [name, Y.encodeStateVector(doc)]))
    const changed = new Set<DocumentName>()
    for (const [name, doc] of clones) doc.on('update', () => changed.add(name))
    mutate(clones)
    const updates = new Map<DocumentName, Uint8Array>()
    for (const [name, doc] of clones) {
      if (changed.has(name)) updates.set(name, Y.encodeStateAsUpdate(doc, before.get(name)))
    }
    return updates
  }

  return async (command) => {
    try {
      await checkRights(command)
      const updates = await commit(command)
      recordsChanged([...updates.keys()])
      for (const [name, update] of updates) await applyLive(name, update)
      return accept({ repeated: false })
    } catch (error) {
      if (error instanceof Repeated) return accept({ repeated: true })
      if (error instanceof RefusalError) return refuse(error.code, error.message)
      throw error
    }
  }
}

/** A Y.Doc of its own, with a client id that nobody used before. */
export function openDocument(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc()
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update)
  })
  while (doc.store.clients.has(doc.clientID)) doc.clientID = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0
  return doc
}

/** Throws RefusalError (storage.*). */
export async function readDocument(log: DocumentLog, name: DocumentName): Promise<Y.Doc> {
  const { updates } = await log.load(name)
  return openDocument(updates)
}

/** Throws RefusalError (storage.*). */
export async function readUpdates(
  log: DocumentLog,
  names: readonly DocumentName[],
): Promise<Map<DocumentName, Uint8Array[]>> {
  const stored = await log.loadMany(names)
  return new Map(
    names.flatMap((name) => {
      const updates = stored.get(name)?.updates
      // They go on to another thread, where a view would carry the whole buffer along.
      return updates === undefined ? [] : [[name, updates.map(compactBytes)] as const]
    }),
  )
}

/** The answer of `documentsContentType`. Throws RefusalError (storage.*). */
export async function fetchDocuments(
  log: DocumentLog,
  names: readonly DocumentName[],
  have: FetchDocumentsBody['have'],
): Promise<Uint8Array> {
  const seqs = await log.seqOf(names)
  const changed = names.filter((name) => (seqs.get(name) ?? 0) > (have[name]?.seq ?? 0))
  const stored = await log.loadMany(changed)
  const missing = await Promise.all(
    [...stored].map(async ([name, document]) => {
      const had = have[name]
      // With all rows since then at hand, those are the whole difference.
      const since = had !== undefined && had.seq > 0 && had.seq >= document.snapshotSeq ? had.seq : null
      const first = document.snapshotSeq > 0 ? document.updates.length - (document.seq - document.snapshotSeq) : 0
      const update =
        since === null
          ? await mergeAll(log, document.updates, had?.stateVector)
          : await mergeAll(log, document.updates.slice(first + since - document.snapshotSeq))
      return { name, seq: document.seq, update }
    }),
  )
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, missing.length)
  for (const { name, seq, update } of missing) {
    encoding.writeVarString(encoder, name)
    encoding.writeVarUint(encoder, seq)
    encoding.writeVarUint8Array(encoder, update)
  }
  return encoding.toUint8Array(encoder)
}

async function mergeAll(log: DocumentLog, updates: Uint8Array[], stateVector = ''): Promise<Uint8Array> {
  const [only] = updates
  if (updates.length === 1 && only !== undefined && stateVector === '') return only
  return await log.merge(updates, stateVector === '' ? undefined : readStateVector(stateVector))
}

function readStateVector(base64: string): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
  try {
    Y.decodeStateVector(bytes)
  } catch {
    throw new RefusalError('input.invalid', 'a state vector that cannot be read')
  }
  return bytes
}
