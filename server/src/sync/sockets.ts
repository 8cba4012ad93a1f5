/**
 * The sockets below the sync: which upgrades are let in, what happens to frames before the sync
 * library sees them, and how much may be buffered for a client that has stopped reading.
 */
import * as decoding from 'lib0/decoding'
import type { Hocuspocus } from '@hocuspocus/server'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { WebSocketServer, type WebSocket } from 'ws'
import { errorCatalogue, type ErrorCode } from '@soanchung/shared/errors.ts'
import type { UserId } from '@soanchung/shared/ids.ts'
import { parseDocumentName, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import { fromStockClient, refusalFrame, signInFrame } from './bridge.ts'
import { closeCode } from './denied.ts'
import { Outlet } from './outlet.ts'

/** Who came in through which door; the same object for all documents of a socket. */
export interface Visit {
  door: 'application' | 'bridge'
  userId: UserId | null
  /** What they proved themselves with; null until they have. */
  proof: string | null
  /** True once the proof counts no more: nothing that comes from there is taken. */
  isOver: boolean
}

/** One import of a large plan into one part fits; nothing that a person types comes near. */
const maxPayload = 16 * 1024 * 1024
/** Of all clients together; past this, the one that reads least makes room for the others. */
const maxBufferedTogether = 128 * 1024 * 1024
/** Sync, presence, sign-in, the question for presence, stateless, goodbye, ping and pong of the sync library. */
const messagesOfClients: ReadonlySet<number> = new Set([0, 1, 2, 3, 5, 7, 9, 10])
/** A document's name and a session's number; it stands before every message, both ways. */
const maxAddressLength = 200
/** Of a claim about page and epoch, in bytes. */
const maxSignIn = 4096
const signIn = 2
const pingInterval = 30_000
const closeTimeout = 2_000

/** A stock y-websocket client: it names one document and its token in the address. */
interface Bridged {
  name: DocumentName
  token: string
}

/** The library looks for parameters in the address with every message; nobody asks for them. */
class PlainRequest extends Request {
  constructor(headers: Headers) {
    super('http://server/', { headers })
  }
  override get url(): string {
    return ''
  }
}

export interface Sockets {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  count(): number
  /** The proofs by which those who are there came in. */
  proofs(): string[]
  /** Ends the visits of whoever came with one of these, with the reason on each document. */
  end(proofs: ReadonlySet<string>, reason: ErrorCode): void
  /** Says goodbye to every client; cuts those that do not answer within two seconds. */
  close(): Promise<void>
}

export function openSockets<Context extends { visit: Visit }>(options: {
  hocuspocus: Hocuspocus<Context>
  allowedOrigin: (request: IncomingMessage) => boolean
  newContext: (visit: Visit) => Context
  /** What the visit has begun to write is written. */
  idle: (visit: Visit) => Promise<void>
  logger: Logger
}): Sockets {
  const { hocuspocus, allowedOrigin, newContext, idle, logger } = options
  const server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false })
  const visits = new Map<Visit, (reason: ErrorCode) => void>()
  let closing = false

  function drop(ws: WebSocket): void {
    logger.warn({ buffered: ws.bufferedAmount }, 'a client stopped reading and was dropped')
    ws.terminate()
  }

  function makeRoom(): void {
    const all = [...server.clients]
    if (all.reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0) <= maxBufferedTogether) return
    drop(all.reduce((most, ws) => (ws.bufferedAmount > most.bufferedAmount ? ws : most)))
  }

  function welcome(ws: WebSocket, socket: Duplex, request: IncomingMessage, bridged: Bridged | null) {
    const visit: Visit = { door: bridged === null ? 'application' : 'bridge', userId: null, proof: null, isOver: false }
    const outlet = new Outlet(ws, socket, {
      isBridge: bridged !== null,
      onStalled: () => drop(ws),
      onMuchBuffered: makeRoom,
    })
    const headers = headersOf(request, bridged === null)
    const client = hocuspocus.handleConnection(outlet, new PlainRequest(headers), newContext(visit))

    visits.set(visit, (reason) => {
      visit.isOver = true
      // Whoever hears that they are out must find nothing of theirs in the log afterwards.
      void idle(visit).then(() => {
        client.handleClose({ code: closeCode(reason), reason })
        ws.close(closeCode(reason), reason)
      })
    })

    const translate = bridged === null ? (bytes: Uint8Array) => bytes : fromStockClient(bridged.name)
    const receive = (bytes: Uint8Array) => {
      if (visit.isOver) return
      const frame = translate(bytes)
      if (frame === null) return
      const decoder = decoding.createDecoder(frame)
      const address = decoding.readVarString(decoder)
      if (address.length > maxAddressLength) throw new Error('an address too long')
      const [name = ''] = address.split('\0')
      // The library keeps names as keys of plain objects; `__proto__` must never get there.
      if (parseDocumentName(name) === null) return void ws.send(refusalFrame(address, 'not.found'))
      const type = decoding.readVarUint(decoder)
      if (!messagesOfClients.has(type)) throw new Error(`a message of kind ${type}`)
      if (type === signIn) readSignIn(frame, decoder)
      client.handleMessage(frame)
    }
    ws.on('message', (data, isBinary) => {
      try {
        if (!isBinary || !(data instanceof Buffer)) throw new Error('not binary')
        receive(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      } catch (error) {
        logger.info({ err: error, userId: visit.userId }, 'a malformed frame')
        ws.close(closeCode('update.invalid'), 'update.invalid')
      }
    })
    let isAlive = true
    const ping = setInterval(() => {
      if (!isAlive) return ws.terminate()
      isAlive = false
      ws.ping()
    }, pingInterval)
    ws.on('pong', () => (isAlive = true))
    ws.on('error', (error) => logger.info({ err: error, userId: visit.userId }, 'a socket failed'))
    ws.on('close', (code, reason) => {
      clearInterval(ping)
      visits.delete(visit)
      client.handleClose({ code, reason: reason.toString() })
    })
    if (bridged !== null) client.handleMessage(signInFrame(bridged.name, bridged.token))
  }

  return {
    handleUpgrade(request, socket, head) {
      socket.on('error', (error) => logger.info({ err: error }, 'a socket failed'))
      const url = URL.canParse(request.url ?? '', 'http://server') ? new URL(request.url ?? '', 'http://server') : null
      const isBridge = url?.pathname.startsWith('/yjs/') ?? false
      if (closing) return refuseUpgrade(socket, 'server.busy')
      if (url === null || (url.pathname !== '/sync' && !isBridge)) return refuseUpgrade(socket, 'not.found')
      // Scripts send no Origin; browsers always do, and cannot leave it out.
      if (!(isBridge && request.headers.origin === undefined) && !allowedOrigin(request)) {
        return refuseUpgrade(socket, 'origin.foreign')
      }
      let bridged: Bridged | null = null
      if (isBridge) {
        const name = bridgedName(url.pathname)
        if (name === null) return refuseUpgrade(socket, 'not.found')
        bridged = { name, token: url.searchParams.get('token') ?? '' }
      }
      server.handleUpgrade(request, socket, head, (ws) => welcome(ws, socket, request, bridged))
    },
    count: () => server.clients.size,
    proofs: () => [...new Set([...visits.keys()].flatMap(({ proof }) => proof ?? []))],
    end(proofs, reason) {
      for (const [visit, end] of visits) {
        if (visit.proof !== null && proofs.has(visit.proof) && !visit.isOver) end(reason)
      }
    },
    async close() {
      closing = true
      const left = [...server.clients].map(
        (ws) =>
          new Promise<void>((resolve) => {
            const cut = setTimeout(() => ws.terminate(), closeTimeout)
            ws.once('close', () => {
              clearTimeout(cut)
              resolve()
            })
            if (ws.readyState === ws.CLOSED) resolve()
            ws.close(1001, 'server.busy')
          }),
      )
      await Promise.all(left)
      server.close()
    },
  }
}

/** The library prints every one that it cannot read. */
function readSignIn(frame: Uint8Array, decoder: decoding.Decoder): void {
  if (frame.length > maxSignIn) throw new Error('a sign-in too long')
  decoding.readVarUint(decoder)
  decoding.readVarString(decoder)
  if (decoding.hasContent(decoder)) decoding.readVarString(decoder)
}

function bridgedName(pathname: string): DocumentName | null {
  let name: string
  try {
    name = decodeURIComponent(pathname.slice('/yjs/'.length))
  } catch {
    return null
  }
  return parseDocumentName(name) === null ? null : (name as DocumentName)
}

/** The cookie counts only for our own application, never for the bridge. */
function headersOf(request: IncomingMessage, withCookie: boolean): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value !== 'string' || name.startsWith(':') || (name === 'cookie' && !withCookie)) continue
    headers.set(name, value)
  }
  return headers
}

function refuseUpgrade(socket: Duplex, code: ErrorCode): void {
  const { status } = errorCatalogue[code]
  const body = JSON.stringify({ code, message: errorCatalogue[code].vi })
  socket.end(
    `HTTP/1.1 ${status} ${code}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
