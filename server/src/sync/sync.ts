/**
 * The live documents. An update of a client is checked, appended to the log durably, then applied
 * and acknowledged, in this order and never otherwise; the right to do so is decided by the Gate
 * when the document is opened, and closing a connection makes it be decided again. The server's own
 * changes go through `writeDocument` alone.
 */
import { Hocuspocus, isTransactionOrigin, type Connection, type Document } from '@hocuspocus/server'
import type { Transaction } from 'kysely'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import * as Y from 'yjs'
import { RefusalError, type ErrorCode, type Result } from '@soanchung/shared/errors.ts'
import type { PlanId, UserId } from '@soanchung/shared/ids.ts'
import { can, type Actor } from '@soanchung/shared/permissions.ts'
import {
  outlineDocument,
  outlineRoots,
  parseDocumentName,
  partRoots,
  schemaVersion,
  type DocumentName,
} from '@soanchung/shared/plan/documents.ts'
import { connectionToken, type FetchDocumentsBody, type StatelessMessage } from '@soanchung/shared/protocol.ts'
import type { Database } from '../storage/database.ts'
import type { DocumentLog } from '../storage/log.ts'
import type { Tables } from '../storage/tables.ts'
import { startThread } from '../thread.ts'
import type { Gate, Identity } from './gate.ts'
import { ownPresence } from './presence.ts'
import { closeCode, openSockets, type Visit } from './sockets.ts'
import { judgeUpdate, readUpdate, type UpdateReading } from './update-check.ts'
import type { UpdateQuestion } from './update-worker.ts'
import { createDocumentWriter, fetchDocuments, readDocument } from './write-document.ts'

export interface SyncOptions {
  log: DocumentLog
  database: Database
  gate: Gate
  /** Of the installation: `database.epoch`. */
  epoch: string
  /** Whether the request's Origin is the application's own; asked before the upgrade. */
  allowedOrigin(request: IncomingMessage): boolean
  logger: Logger
}

export interface WriteCommand {
  documents: readonly DocumentName[]
  /** Whose rights are asked; null for the server itself, or when the caller has decided already. */
  actor: Actor | null
  /** Whose name the change carries in the log. Default: the actor's. */
  userId?: UserId | null
  /** A repeated command does nothing. */
  commandId: string
  /** Changes clones of the present state. May throw RefusalError; then nothing is written. */
  mutate(documents: ReadonlyMap<DocumentName, Y.Doc>): void
  /** The records that belong to the change; runs in the same transaction, before the documents are read. */
  alsoInTransaction?(transaction: Transaction<Tables>): Promise<void>
}

export interface Sync {
  /** For the HTTP server's `upgrade` event: `/sync` and `/yjs/<document name>?token=`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** The server's only way to change documents: all of them in one transaction, then live. */
  writeDocument(command: WriteCommand): Promise<Result<{ repeated: boolean }>>
  /** A copy of what is durable now; the caller may do with it what it likes. */
  readDocument(name: DocumentName): Promise<Y.Doc>
  /** What a device lacks of each document, as protocol.ts says; rights are the caller's. */
  fetchDocuments(names: readonly DocumentName[], have: FetchDocumentsBody['have']): Promise<Uint8Array>
  /** Closes all connections to a document, so that rights are asked again. */
  closeDocument(name: DocumentName, code: ErrorCode): void
  /** Tells everybody who has the plan open. */
  notify(planId: PlanId, message: StatelessMessage): void
  stats(): { sockets: number; documents: number; connections: number }
  close(): Promise<void>
}

interface Context {
  visit: Visit
  identity: Identity | null
  /** How often the document's connections had been closed when the right to this one was decided. */
  closings: number
}

/** A refusal on its way through the library's hooks; without a message, or the library prints it. */
class Denied extends Error {
  readonly reason: ErrorCode
  readonly code: number
  constructor(reason: ErrorCode) {
    super('')
    this.reason = reason
    this.code = closeCode(reason)
    this.stack = `refused: ${reason}`
  }
}

/** Whoever signed out must be out within a second. */
const proofInterval = 400
const maxPendingDocuments = 500
/** From here on, in bytes, reading an update would be felt by those who type meanwhile. */
const largeUpdate = 64 * 1024
/** Of the Yjs sync protocol: the two messages that carry an update. */
const syncStep2 = 1
const syncUpdate = 2

export function createSync({ log, database, gate, epoch, allowedOrigin, logger }: SyncOptions): Sync {
  const reader = startThread<UpdateQuestion, UpdateReading>(new URL('./update-worker.ts', import.meta.url))
  /** Updates between check and apply, by document; one must not unload under them. */
  const inFlight = new Map<string, Set<Promise<void>>>()
  const finishers = new WeakMap<Connection, () => void>()
  /** How often each document's connections were closed; a right decided before that counts no more. */
  const closings = new Map<string, number>()

  const hocuspocus = new Hocuspocus<Context>({
    quiet: true,
    flushDelay: 0,
    maxPendingDocuments,

    async onAuthenticate({ token, documentName, context, requestHeaders, connectionConfig }) {
      const closed = closingsOf(documentName)
      const { identity, readOnly } = await translated(authenticate(documentName, token, requestHeaders, context.visit))
      connectionConfig.readOnly = readOnly
      context.visit.userId = identity.actor.userId
      context.visit.proof = identity.proof
      return { identity, closings: closed }
    },

    async connected({ connection, context, documentName }) {
      // The document may have been closed, or unloaded, between the decision and this moment.
      const isPresent = hocuspocus.documents.get(documentName) === connection.document
      if (!isPresent || context.closings !== closingsOf(documentName)) {
        connection.close({ code: closeCode('server.busy'), reason: 'server.busy' })
      }
    },

    async onLoadDocument({ document, documentName }) {
      const stored = await translated(log.load(documentName))
      try {
        document.transact(() => {
          for (const update of stored.updates) Y.applyUpdate(document, update)
        })
      } catch (error) {
        logger.error({ err: error, document: documentName }, 'a stored document cannot be read')
        throw new Denied('storage.corrupt')
      }
      // Nobody is attached yet: what loading put into the queue would be sent a second time.
      document.flush()
    },

    async beforeSync({ type, payload, connection, document, documentName, context }) {
      if (type !== syncStep2 && type !== syncUpdate) return
      if (isEmptyUpdate(payload)) return
      const reading = await readAside(documentName, payload)
      // What was still queued or read when the connection was closed had the right of before.
      if (context.closings !== closingsOf(documentName)) throw new Denied('server.busy')
      if (context.visit.isOver) throw new Denied('auth.required')
      const verdict = reading.ok
        ? judgeUpdate(document, reading.contents)
        : ({ kind: 'refused', why: reading.why } as const)
      if (verdict.kind === 'nothing') return
      if (verdict.kind === 'early') throw new Denied('server.busy')
      if (verdict.kind === 'refused') {
        logger.warn({ document: documentName, userId: context.visit.userId, why: verdict.why }, 'an update is refused')
        throw reject(connection, 'update.invalid')
      }
      if (connection.readOnly) throw reject(connection, 'not.allowed')
      enter(documentName, connection)
      await translated(log.append(documentName, payload, context.visit.userId))
      await applyElsewhere(document, payload)
    },

    async afterHandleMessage({ connection }) {
      finishers.get(connection)?.()
    },

    async beforeUnloadDocument({ documentName }) {
      await settled(documentName)
    },

    async beforeHandleAwareness({ states, transactionOrigin, context }) {
      const user = context?.identity?.presence
      const isConnection = isTransactionOrigin(transactionOrigin) && transactionOrigin.source === 'connection'
      if (user === undefined || !isConnection) states.clear()
      else ownPresence(states, user)
    },
  })

  async function authenticate(documentName: string, token: string, headers: Headers, visit: Visit) {
    const subject = parseDocumentName(documentName)
    if (subject === null) throw new Denied('not.found')
    let identity: Identity | null
    if (visit.door === 'bridge') {
      identity = await gate.identify({ headers, token })
      if (identity === null) throw new Denied('auth.token')
    } else {
      const claim = parseToken(token)
      if (claim === null || claim.schema < schemaVersion) throw new Denied('client.outdated')
      if (claim.epoch !== epoch) throw new Denied('epoch.changed')
      identity = await gate.identify({ headers })
      if (identity === null) throw new Denied('auth.required')
    }
    const access = await gate.access(subject)
    if (access === null) throw new Denied('not.found')
    const { actor } = identity
    const [mayRead, mayWrite] =
      subject.kind === 'outline'
        ? [can(actor, 'plan.read', access), can(actor, 'outline.write', access)]
        : [can(actor, 'part.read', access, subject.partId), can(actor, 'part.write', access, subject.partId)]
    if (!mayRead) throw new Denied('not.found')
    return { identity, readOnly: !mayWrite }
  }

  async function translated<Value>(work: Promise<Value>): Promise<Value> {
    try {
      return await work
    } catch (error) {
      if (error instanceof Denied) throw error
      if (error instanceof RefusalError) throw new Denied(error.code)
      logger.error({ err: error }, 'the sync failed')
      throw new Denied('server.failed')
    }
  }

  async function readAside(documentName: string, update: Uint8Array): Promise<UpdateReading> {
    const roots = rootsOf(documentName)
    if (update.length < largeUpdate) return readUpdate(roots, update)
    // A view of the socket's buffer would carry all of it along.
    return await translated(reader.ask({ roots, update: new Uint8Array(update) }))
  }

  function closingsOf(documentName: string): number {
    return closings.get(documentName) ?? 0
  }

  function reject(connection: Connection, code: ErrorCode): Denied {
    connection.sendStateless(JSON.stringify({ type: 'rejected', code } satisfies StatelessMessage))
    return new Denied(code)
  }

  function enter(documentName: string, connection: Connection): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    const all = inFlight.get(documentName) ?? new Set()
    inFlight.set(documentName, all.add(promise))
    finishers.set(connection, () => {
      finishers.delete(connection)
      all.delete(promise)
      if (all.size === 0) inFlight.delete(documentName)
      resolve()
    })
  }

  async function settled(documentName: string): Promise<void> {
    for (let all = inFlight.get(documentName); all !== undefined; all = inFlight.get(documentName)) {
      await Promise.all(all)
    }
  }

  /**
   * While an update was on its way into the log, its document may have been unloaded and loaded
   * again from rows that did not have it yet; the library would apply it to the old one only.
   */
  async function applyElsewhere(document: Document, update: Uint8Array): Promise<void> {
    const present = await liveDocument(document.name)
    if (present !== null && present !== document) applyOurs(present, update)
  }

  async function liveDocument(name: string): Promise<Document | null> {
    const loading = hocuspocus.loadingDocuments.get(name)
    if (loading === undefined) return hocuspocus.documents.get(name) ?? null
    return await loading.catch(() => null)
  }

  async function applyLive(name: string, update: Uint8Array): Promise<void> {
    const document = await liveDocument(name)
    if (document !== null) applyOurs(document, update)
  }

  /** The update is durable already: a document that cannot take it is loaded anew from the log. */
  function applyOurs(document: Document, update: Uint8Array): void {
    try {
      Y.applyUpdate(document, update, { source: 'local', skipStoreHooks: true })
    } catch (error) {
      logger.error({ err: error, document: document.name }, 'a stored update cannot be applied')
      for (const connection of document.getConnections()) {
        connection.close({ code: closeCode('server.failed'), reason: 'server.failed' })
      }
    }
  }

  const sockets = openSockets<Context>({
    hocuspocus,
    allowedOrigin,
    newContext: (visit) => ({ visit, identity: null, closings: 0 }),
    logger,
  })

  // Asked for, not told: a session may be ended by another server or by a command beside this one.
  let isAsking = false
  const watch = setInterval(() => {
    if (!isAsking) void endStrangers()
  }, proofInterval)
  watch.unref()

  async function endStrangers(): Promise<void> {
    const proofs = sockets.proofs()
    if (proofs.length === 0) return
    isAsking = true
    try {
      const holding = await gate.stillHolds(proofs)
      const over = new Set(proofs.filter((proof) => !holding.has(proof)))
      if (over.size > 0) sockets.end(over, 'auth.required')
    } catch (error) {
      logger.error({ err: error }, 'who is signed in could not be asked')
    } finally {
      isAsking = false
    }
  }

  return {
    handleUpgrade: sockets.handleUpgrade,
    writeDocument: createDocumentWriter({ database, log, gate, applyLive }),
    readDocument: (name) => readDocument(log, name),
    fetchDocuments: (names, have) => fetchDocuments(log, names, have),
    closeDocument(name, code) {
      closings.set(name, closingsOf(name) + 1)
      for (const connection of hocuspocus.documents.get(name)?.getConnections() ?? []) {
        connection.close({ code: closeCode(code), reason: code })
      }
    },
    notify(planId, message) {
      hocuspocus.documents.get(outlineDocument(planId))?.broadcastStateless(JSON.stringify(message))
    },
    stats: () => ({
      sockets: sockets.count(),
      documents: hocuspocus.getDocumentsCount(),
      connections: [...hocuspocus.documents.values()].reduce((sum, one) => sum + one.getConnectionsCount(), 0),
    }),
    async close() {
      clearInterval(watch)
      await sockets.close()
      await Promise.all([...inFlight.keys()].map(settled))
      hocuspocus.flushPendingStores()
      await reader.close()
    },
  }
}

/** No clients and no deletions: what is answered to somebody who has everything. */
function isEmptyUpdate(update: Uint8Array): boolean {
  return update.length === 2 && update[0] === 0 && update[1] === 0
}

function rootsOf(documentName: string): readonly string[] {
  return parseDocumentName(documentName)?.kind === 'outline' ? outlineRoots : partRoots
}

function parseToken(token: string) {
  try {
    return connectionToken.safeParse(JSON.parse(token)).data ?? null
  } catch {
    return null
  }
}
