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
import type { Result } from '@soanchung/shared/errors.ts'
import type { PlanId } from '@soanchung/shared/ids.ts'
import { parseDocumentName, schemaVersion, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import { connectionToken, type FetchDocumentsBody, type StatelessMessage } from '@soanchung/shared/protocol.ts'
import type { Database } from '../storage/database.ts'
import type { DocumentLog } from '../storage/log.ts'
import { closeCode, Denied, orDenied } from './denied.ts'
import type { Gate, Identity } from './gate.ts'
import { createIntake } from './intake.ts'
import { openLiveDocument, type LiveDocument } from './live-document.ts'
import { basisOf, decide, recordMessage, watchRights, type Decision } from './rights-watch.ts'
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
  /** After the rights on a plan changed: resolves once nobody writes with a right of before. */
  rightsChanged(planId: PlanId): Promise<void>
  /** After links changed: how often by now, of each plan that it is felt in. Tells open screens. */
  linksChanged(counts: ReadonlyMap<PlanId, number>): void
  /** Hears of documents whose outline or registers were changed, once that is durable. */
  onRecords(listener: (documents: readonly string[]) => void): void
  /** After conflicts of cells were found or settled, in the same way. */
  conflictsChanged(counts: ReadonlyMap<PlanId, number>): void
  stats(): { sockets: number; documents: number; connections: number }
  close(): Promise<void>
}

interface Context {
  visit: Visit
  identity: Identity | null
  decision: Decision | null
}

const maxPendingDocuments = 500
/** A page opens a document once, and for a moment twice when it comes back; each costs a frame for every key. */
const maxSessions = 4

export function createSync({ log, database, gate, epoch, allowedOrigin, logger }: SyncOptions): Sync {
  const live = new WeakMap<Document, LiveDocument>()
  const recordListeners: ((documents: readonly string[]) => void)[] = []

  const hocuspocus = new Hocuspocus<Context>({
    quiet: true,
    maxPendingDocuments,

    async onAuthenticate({ token, documentName, context, requestHeaders, connectionConfig }) {
      const { identity, decision } = await orDenied(
        authenticate(documentName, token, requestHeaders, context.visit),
        logger,
      )
      connectionConfig.readOnly = decision.readOnly
      context.visit.userId = identity.actor.userId
      context.visit.proof = identity.proof
      return { identity, decision }
    },

    async connected({ connection, context, documentName }) {
      // The right may have changed, or the document been unloaded, between the decision and this moment.
      const isPresent = hocuspocus.documents.get(documentName) === connection.document
      const others = connection.document.getConnections().filter((one) => contextOf(one).visit === context.visit)
      if (!isPresent || others.length > maxSessions || context.decision === null || watch.isStale(context.decision)) {
        connection.close({ code: closeCode('server.busy'), reason: 'server.busy' })
      } else if (context.decision.subject.kind === 'outline') {
        // The record may have changed after they fetched it, before they listened.
        const links = watch.toldLinks(context.decision.subject.planId)
        for (const message of [recordMessage(context.decision.basis), ...(links === null ? [] : [links])]) {
          connection.sendStateless(JSON.stringify(message))
        }
      }
    },

    async onLoadDocument({ document, documentName }) {
      const stored = await orDenied(log.load(documentName), logger)
      try {
        live.set(
          document,
          openLiveDocument(document, stored.updates, () => recordsChanged([documentName]), logger),
        )
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
      const { decision, visit } = contextOf(connection)
      if (decision === null || decision.isOver || watch.isStale(decision)) return 'server.busy'
      return visit.isOver ? 'auth.required' : null
    },
    recordsChanged,
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
    const right = decide(actor, subject, access)
    if (right === null) throw new Denied('not.found')
    return { identity, decision: { subject, actor, basis: basisOf(access), ...right, isOver: false } }
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

  function recordsChanged(documents: readonly string[]): void {
    for (const listener of recordListeners) listener(documents)
  }

  function tell(name: string, message: StatelessMessage): void {
    hocuspocus.documents.get(name)?.broadcastStateless(JSON.stringify(message))
  }

  function connections(): Connection[] {
    return [...hocuspocus.documents.values()].flatMap((document) => document.getConnections())
  }

  const sockets = openSockets<Context>({
    hocuspocus,
    allowedOrigin,
    newContext: (visit) => ({ visit, identity: null, decision: null }),
    async idle(visit) {
      const own = connections().filter((connection) => contextOf(connection).visit === visit)
      await Promise.all(own.map((connection) => intake.idle(connection)))
    },
    logger,
  })

  const watch = watchRights({
    gate,
    sockets,
    open: () =>
      connections().flatMap((connection) => {
        const { decision, visit } = contextOf(connection)
        return decision === null ? [] : [{ connection, visit, decision }]
      }),
    idle: (connection) => intake.idle(connection),
    tell,
    logger,
  })

  return {
    handleUpgrade: sockets.handleUpgrade,
    writeDocument: createDocumentWriter({ database, log, gate, applyLive, recordsChanged }),
    readDocument: (name) => readDocument(log, name),
    readUpdates: (names) => readUpdates(log, names),
    fetchDocuments: (names, have) => fetchDocuments(log, names, have),
    rightsChanged: (plan) => watch.changed(plan),
    linksChanged: (counts) => watch.linksChanged(counts),
    onRecords: (listener) => recordListeners.push(listener),
    conflictsChanged: (counts) => watch.conflictsChanged(counts),
    stats: () => ({
      sockets: sockets.count(),
      documents: hocuspocus.getDocumentsCount(),
      connections: [...hocuspocus.documents.values()].reduce((sum, one) => sum + one.getConnectionsCount(), 0),
    }),
    async close() {
      watch.close()
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
