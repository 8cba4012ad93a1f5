/**
 * The messages of a connection, in their order. An update is checked, appended to the log durably,
 * then applied and acknowledged, in this order and never otherwise. Presence goes its own way; the
 * sync library is left with the first exchange and the good-bye.
 */
import type { Connection, Document } from '@hocuspocus/server'
import * as decoding from 'lib0/decoding'
import type { Logger } from 'pino'
import * as Y from 'yjs'
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import type { UserId } from '@soanchung/shared/ids.ts'
import { outlineRoots, parseDocumentName, partRoots } from '@soanchung/shared/plan/documents.ts'
import type { StatelessMessage } from '@soanchung/shared/protocol.ts'
import type { DocumentLog } from '../storage/log.ts'
import { startThread } from '../thread.ts'
import { closeCode, Denied, orDenied } from './denied.ts'
import type { Identity } from './gate.ts'
import type { LiveDocument } from './live-document.ts'
import { openPresenceInlet } from './presence.ts'
import { judgeUpdate, readUpdate, type UpdateReading } from './update-check.ts'
import type { UpdateQuestion } from './update-worker.ts'
import { openWriters, type Writers } from './writers.ts'

interface Intake {
  /** Comes between a connection and the library. */
  open(connection: Connection, identity: Identity): void
  /** Nothing of this document is on its way any more; of all documents without a name. */
  settled(documentName?: string): Promise<void>
  /**
   * What this connection has begun to write is written, or has failed; with an objection to it, nothing
   * follows. Half a second at most: a disk that hangs must not keep anybody in.
   */
  idle(connection: Connection): Promise<void>
  close(): Promise<void>
}

interface IntakeOptions {
  log: DocumentLog
  logger: Logger
  liveOf(document: Document): LiveDocument
  /** The document of this name that people have open now, once it is loaded. */
  present(documentName: string): Promise<Document | null>
  /** Why nothing more is taken from this connection. */
  objection(connection: Connection): ErrorCode | null
  /** Hears of what was written while its document was unloaded. */
  recordsChanged(documents: readonly string[]): void
}

type Message = { kind: 'update'; update: Uint8Array } | { kind: 'other'; frame: Uint8Array }

const [syncMessage, presenceMessage, goodbyeMessage] = [0, 1, 7]
const [stateVector, syncStep2, syncUpdate] = [0, 1, 2]
/** From here on, in bytes, reading an update would be felt by those who type meanwhile. */
const largeUpdate = 64 * 1024
const longestIdle = 500

export function createIntake({ log, logger, liveOf, present, objection, recordsChanged }: IntakeOptions): Intake {
  const reader = startThread<UpdateQuestion, UpdateReading>(new URL('./update-worker.ts', import.meta.url))
  /** Messages on their way, by document: one must not unload under them. */
  const working = new Map<string, Set<Promise<void>>>()
  const workOf = new WeakMap<Connection, Promise<void>>()
  const writersOfDocuments = new WeakMap<Document, Writers>()

  function open(connection: Connection, identity: Identity): void {
    const toLibrary = connection.handleMessage.bind(connection)
    const presence = openPresenceInlet(connection, identity.presence)
    const waiting: Message[] = []
    connection.onClose(presence.close)
    connection.handleMessage = (frame) => {
      try {
        const message = readFrame(frame, presence.hear)
        if (message !== null && waiting.push(message) === 1) track(connection, takeAll())
      } catch (error) {
        logger.info({ err: error, userId: identity.actor.userId }, 'a malformed frame')
        connection.webSocket.close(closeCode('update.invalid'), 'update.invalid')
      }
    }

    async function takeAll(): Promise<void> {
      try {
        for (let message = waiting[0]; message !== undefined; message = waiting[0]) {
          if (message.kind === 'other') toLibrary(message.frame)
          else await take(connection, identity, message.update)
          waiting.shift()
        }
      } catch (error) {
        waiting.length = 0
        if (!(error instanceof Denied)) logger.error({ err: error }, 'a message could not be taken')
        const reason = error instanceof Denied ? error.reason : 'server.failed'
        connection.close({ code: closeCode(reason), reason })
      }
    }
  }

  async function take(connection: Connection, identity: Identity, update: Uint8Array): Promise<void> {
    const { document } = connection
    if (isEmptyUpdate(update)) return liveOf(document).answer(connection, true)
    const reading = await readAside(document.name, update)
    const writers = writersOf(document)
    const clients = reading.ok ? reading.contents.clients.map(({ client }) => client) : []
    const leave = await writers.enter(clients)
    try {
      await takeRead(connection, identity, update, reading, writers)
    } finally {
      leave()
    }
  }

  async function takeRead(
    connection: Connection,
    identity: Identity,
    update: Uint8Array,
    reading: UpdateReading,
    writers: Writers,
  ): Promise<void> {
    const { document, readOnly } = connection
    const live = liveOf(document)
    const objected = objection(connection)
    if (objected !== null) throw new Denied(objected)
    const verdict = reading.ok
      ? judgeUpdate(document, reading.contents)
      : ({ kind: 'refused', why: reading.why } as const)
    if (verdict.kind === 'nothing') return live.answer(connection, true)
    if (verdict.kind === 'early') throw new Denied('server.busy')
    const { userId } = identity.actor
    if (verdict.kind === 'refused') {
      logger.warn({ document: document.name, userId, why: verdict.why }, 'an update is refused')
      throw reject(connection, 'update.invalid')
    }
    if (readOnly) throw reject(connection, 'not.allowed')
    const claims = writers.claims(verdict.authors, userId)
    if (claims === null) throw refuseTaken(connection, userId)
    // What is there already must not stand in the log a second time, where it could say something else.
    const fresh = verdict.known === null ? update : Y.diffUpdate(update, verdict.known)
    await append(connection, fresh, userId, claims)
    writers.remember(claims, userId)
    await live.apply(fresh, connection)
    // Meanwhile it may have been unloaded, and loaded again from rows that did not have this yet.
    const now = await present(document.name)
    if (now !== null && now !== document) await liveOf(now).apply(fresh, null)
    if (now !== document) recordsChanged([document.name])
  }

  async function append(
    connection: Connection,
    update: Uint8Array,
    userId: UserId,
    claims: readonly number[],
  ): Promise<void> {
    try {
      await orDenied(log.append(connection.document.name, update, userId, claims), logger)
    } catch (error) {
      throw error instanceof Denied && error.reason === 'client.taken' ? refuseTaken(connection, userId) : error
    }
  }

  function refuseTaken(connection: Connection, userId: UserId): Denied {
    logger.warn({ document: connection.document.name, userId }, "an update goes on with another's client id")
    return reject(connection, 'client.taken')
  }

  function writersOf(document: Document): Writers {
    const known = writersOfDocuments.get(document) ?? openWriters()
    writersOfDocuments.set(document, known)
    return known
  }

  async function readAside(documentName: string, update: Uint8Array): Promise<UpdateReading> {
    const roots = parseDocumentName(documentName)?.kind === 'outline' ? outlineRoots : partRoots
    if (update.length < largeUpdate) return readUpdate(roots, update)
    // A view of the socket's buffer would carry all of it along.
    return await orDenied(reader.ask({ roots, update: new Uint8Array(update) }), logger)
  }

  function track(connection: Connection, work: Promise<void>): void {
    const documentName = connection.document.name
    workOf.set(connection, work)
    const all = working.get(documentName) ?? new Set()
    working.set(documentName, all.add(work))
    void work.finally(() => {
      all.delete(work)
      if (all.size === 0) working.delete(documentName)
    })
  }

  async function settled(documentName?: string): Promise<void> {
    if (documentName === undefined) {
      await Promise.all([...working.keys()].map(settled))
      return
    }
    for (let all = working.get(documentName); all !== undefined; all = working.get(documentName)) {
      await Promise.all(all)
    }
  }

  async function idle(connection: Connection): Promise<void> {
    const work = workOf.get(connection)
    if (work === undefined) return
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, longestIdle)))
    await Promise.race([work, patience])
    clearTimeout(timer)
  }

  return { open, settled, idle, close: () => reader.close() }
}

/** Null for what needs no place in the order, or that nobody here listens to. Throws on malformed bytes. */
function readFrame(frame: Uint8Array, hearPresence: (body: decoding.Decoder) => void): Message | null {
  const decoder = decoding.createDecoder(frame)
  decoding.readVarString(decoder)
  switch (decoding.readVarUint(decoder)) {
    case presenceMessage:
      hearPresence(decoder)
      return null
    case goodbyeMessage:
      return { kind: 'other', frame }
    case syncMessage: {
      const kind = decoding.readVarUint(decoder)
      const bytes = decoding.readVarUint8Array(decoder)
      if (kind === syncStep2 || kind === syncUpdate) return { kind: 'update', update: bytes }
      if (kind !== stateVector) throw new Error(`a sync message of kind ${kind}`)
      // The library would read as many as it says there are.
      Y.decodeStateVector(bytes)
      return { kind: 'other', frame }
    }
    default:
      return null
  }
}

function reject(connection: Connection, code: ErrorCode): Denied {
  connection.sendStateless(JSON.stringify({ type: 'rejected', code } satisfies StatelessMessage))
  return new Denied(code)
}

/** No clients and no deletions: what is answered to somebody who has everything. */
function isEmptyUpdate(update: Uint8Array): boolean {
  return update.length === 2 && update[0] === 0 && update[1] === 0
}
