/**
 * The documents that people have open. The right to one is decided by the Gate when it is opened,
 * and closing a connection makes it be decided again. What then comes in is the intake's, what goes
 * out the live document's; the server's own changes go through `writeDocument` alone.
 */
import { Hocuspocus, type Connection, type Document } from '@hocuspocus/server'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import type * as Y from 'yjs'
import type { ErrorCode, Result } from '@soanchung/shared/errors.ts'
import type { PlanId } from '@soanchung/shared/ids.ts'
import { can } from '@soanchung/shared/permissions.ts'
import {
  outlineDocument,
  parseDocumentName,
  schemaVersion,
  type DocumentName,
} from '@soanchung/shared/plan/documents.ts'
import { connectionToken, type FetchDocumentsBody, type StatelessMessage } from '@soanchung/shared/protocol.ts'
import type { Database } from '../storage/database.ts'
import type { DocumentLog } from '../storage/log.ts'
import { closeCode, Denied, orDenied } from './denied.ts'
import type { Gate, Identity } from './gate.ts'
import { createIntake } from './intake.ts'
import { openLiveDocument, type LiveDocument } from './live-document.ts'
import { openSockets, type Visit } from './sockets.ts'
import { createDocumentWriter, fetchDocuments, readDocument, readUpdates, type WriteCommand } from './write-document.ts'

interface SyncOptions {
  log: DocumentLog
  database: Database
  gate: Gate
  /** Of the installation: `database.epoch`. */
  epoch: string
  /** Whether the request's Origin is the application's own; asked before the upgrade. */
  allowedOrigin(request: IncomingMessage): boolean
  logger: Logger
}

export interface Sync {
  /** For the HTTP server's `upgrade` event: `/sync` and `/yjs/<document name>?token=`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** The server's only way to change documents: all of them in one transaction, then live. */
  writeDocument(command: WriteCommand): Promise<Result<{ repeated: boolean }>>
  /** A copy of what is durable now; the caller may do with it what it likes. */
  readDocument(name: DocumentName): Promise<Y.Doc>
  /** The same of many, as the updates that they consist of; those that have nothing yet are left out. */
  readUpdates(names: readonly DocumentName[]): Promise<Map<DocumentName, Uint8Array[]>>
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

/** Whoever signed out must be out within a second. */
const proofInterval = 400
const maxPendingDocuments = 500

export function createSync({ log, database, gate, epoch, allowedOrigin, logger }: SyncOptions): Sync {
  /** How often each document's connections were closed; a right decided before that counts no more. */
  const closings = new Map<string, number>()
  const live = new WeakMap<Document, LiveDocument>()

  const hocuspocus = new Hocuspocus<Context>({
    quiet: true,
    maxPendingDocuments,

    async onAuthenticate({ token, documentName, context, requestHeaders, connectionConfig }) {
      const closed = closingsOf(documentName)
      const { identity, readOnly } = await orDenied(
        authenticate(documentName, token, requestHeaders, context.visit),
        logger,
      )
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
      const stored = await orDenied(log.load(documentName), logger)
      try {
        live.set(document, openLiveDocument(document, stored.updates, logger))
      } catch (error) {
        logger.error({ err: error, document: documentName }, 'a stored document cannot be read')
        throw new Denied('storage.corrupt')
      }
      const add = document.addConnection.bind(document)
      // Before the library hands over what has come while the document was loaded.
      document.addConnection = (connection) => {
        const { identity } = contextOf(connection)
        if (identity !== null) intake.open(connection, identity)
        return add(connection)
      }
    },

    async beforeUnloadDocument({ documentName }) {
      await intake.settled(documentName)
    },
  })

  const intake = createIntake({
    log,
    logger,
    liveOf,
    present,
    objection(connection) {
      // What still waited when the connection was closed had the right of before.
      const { closings: decidedAfter, visit } = contextOf(connection)
      if (decidedAfter !== closingsOf(connection.document.name)) return 'server.busy'
      return visit.isOver ? 'auth.required' : null
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

  function closingsOf(documentName: string): number {
    return closings.get(documentName) ?? 0
  }

  function liveOf(document: Document): LiveDocument {
    const opened = live.get(document)
    if (opened === undefined) throw new Error(`${document.name} has not been loaded here`)
    return opened
  }

  async function present(name: string): Promise<Document | null> {
    const loading = hocuspocus.loadingDocuments.get(name)
    if (loading === undefined) return hocuspocus.documents.get(name) ?? null
    return await loading.catch(() => null)
  }

  async function applyLive(name: string, update: Uint8Array): Promise<void> {
    const document = await present(name)
    if (document !== null) await liveOf(document).apply(update, null)
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
    readUpdates: (names) => readUpdates(log, names),
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
      await intake.settled()
      await intake.close()
    },
  }
}

function contextOf({ context }: Connection<Context>): Context {
  return context
}

function parseToken(token: string) {
  try {
    return connectionToken.safeParse(JSON.parse(token)).data ?? null
  } catch {
    return null
  }
}
