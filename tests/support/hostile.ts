/**
 * Somebody who sends what no client of ours sends: frames built by hand, damaged by chance from a
 * seed, and bytes past every library.
 */
import * as encoding from 'lib0/encoding'
import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { schemaVersion } from '@soanchung/shared/plan/documents.ts'
import type { Random } from './random.ts'
import { until } from './sync-client.ts'
import { plainPlan, type SyncServer } from './sync-server.ts'

export const messageType = { sync: 0, presence: 1, auth: 2, stateless: 5, broadcast: 6 } as const
export const endless = Number.MAX_SAFE_INTEGER
const syncUpdate = 2

/** Numbers as varints, words and bytes with their length before them. */
export function frame(...pieces: readonly (number | string | Uint8Array)[]): Uint8Array {
  const encoder = encoding.createEncoder()
  for (const piece of pieces) {
    if (typeof piece === 'number') encoding.writeVarUint(encoder, piece)
    else if (typeof piece === 'string') encoding.writeVarString(encoder, piece)
    else encoding.writeVarUint8Array(encoder, piece)
  }
  return encoding.toUint8Array(encoder)
}

/** An update of the part that the hostile one may write. */
export function updateFrame(update: Uint8Array): Uint8Array {
  return frame(plainPlan.part, messageType.sync, syncUpdate, update)
}

export function written(write: (doc: Y.Doc) => void): Uint8Array {
  const doc = new Y.Doc()
  write(doc)
  return Y.encodeStateAsUpdate(doc)
}

/** What our own client signs in with. */
export function signInFrame(server: SyncServer, document: string = plainPlan.part): Uint8Array {
  return frame(document, messageType.auth, 0, JSON.stringify({ schema: schemaVersion, epoch: server.database.epoch }))
}

/** A socket of somebody who has signed in nowhere yet. */
export async function approach(server: SyncServer, user = 'hostile'): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/sync`, {
    headers: { cookie: `user=${user}`, origin: server.origin },
  })
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('open', resolve))
  return socket
}

/** Somebody who may write, with the part open. */
export async function enter(server: SyncServer): Promise<WebSocket> {
  const socket = await approach(server)
  const opened = new Promise<void>((resolve) => socket.on('message', () => resolve()))
  socket.send(signInFrame(server))
  await opened
  return socket
}

/** The server has read all that was sent; false where it has ended the socket. */
export async function isHeard(socket: WebSocket): Promise<boolean> {
  if (socket.readyState !== WebSocket.OPEN) return false
  const answered = new Promise<boolean>((resolve) => {
    const end = (isOpen: boolean) => () => {
      socket.off('pong', onPong)
      socket.off('close', onClose)
      resolve(isOpen)
    }
    const [onPong, onClose] = [end(true), end(false)]
    socket.on('pong', onPong)
    socket.on('close', onClose)
  })
  socket.ping()
  return await answered
}

/** Bytes on the bare connection behind a finished upgrade; resolves once the server has ended it. */
export async function throwBytes(server: SyncServer, bytes: Uint8Array): Promise<void> {
  const socket: Socket = connect(server.port, '127.0.0.1')
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => undefined)
  socket.write(
    `GET /sync HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\nOrigin: ${server.origin}\r\nCookie: user=hostile\r\n\r\n`,
  )
  let answer = ''
  socket.on('data', (data: Buffer) => (answer += data.toString('latin1')))
  await until(() => answer.includes('\r\n\r\n'), 'upgraded')
  socket.end(bytes)
  await closed
}

/** One frame as a browser masks it (RFC 6455, 5.2), with the key 0. */
export function bareFrame(firstByte: number, payload: Uint8Array): Uint8Array {
  if (payload.length > 125) throw new Error('only short ones')
  return Uint8Array.from([firstByte, 0x80 | payload.length, 0, 0, 0, 0, ...payload])
}

/** What varints and lengths are most likely to go wrong with. */
const nasty = [[0], [0x7f], [0x80], [0xff], [0x80, 0x80, 0x80, 0x80, 0x08], Array.from({ length: 10 }, () => 0xff)]
const longest = [...frame(endless)]

/** One to four faults: bits turned, bytes replaced, put in, left out, doubled, or all behind them cut off. */
export function damaged(good: Uint8Array, random: Random): Uint8Array {
  const bad = [...good]
  for (let faults = random.below(4); faults >= 0; faults--) {
    const at = random.below(bad.length + 1)
    const length = 1 + random.below(4)
    const bytes = [...nasty, longest][random.below(nasty.length + 1)] ?? []
    switch (random.below(7)) {
      case 0:
        bad[at] = (bad[at] ?? 0) ^ (1 << random.below(8))
        break
      case 1:
        bad[at] = random.below(256)
        break
      case 2:
        bad.splice(at, bytes.length, ...bytes)
        break
      case 3:
        bad.splice(at, 0, ...bytes)
        break
      case 4:
        bad.splice(at, length)
        break
      case 5:
        bad.splice(at, 0, ...bad.slice(at, at + length))
        break
      default:
        if (random.below(4) === 0) bad.length = Math.min(bad.length, at)
    }
  }
  return Uint8Array.from(bad)
}
