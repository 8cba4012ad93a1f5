/**
 * A client of the benchmark: one document over a socket of its own, in the wire format that all
 * measured servers speak. It does what any client must (apply what comes, answer the handshake)
 * and nothing else, so that fifty of them fit beside the server on two cores.
 */
import * as decoding from 'lib0/decoding'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import {
  ackType,
  answerMessage,
  authType,
  closeType,
  presenceFrame,
  readFrame,
  signInFrame,
  stateMessage,
  syncFrame,
  syncReplyType,
  syncType,
  updateMessage,
} from './frames.ts'
import type { Peer } from './peers.ts'

const remote = Symbol('remote')

export interface Client {
  document: Y.Doc
  /** Called after each remote update was applied. */
  onApplied: () => void
  /** Called for each acknowledgement, in the order of the updates sent. */
  onAcknowledged: () => void
  say(presence: Uint8Array): void
  close(): Promise<void>
}

/** Resolves once the document's content is there. */
export async function connect(peer: Peer, name: string): Promise<Client> {
  const socket = new WebSocket(peer.url, { headers: peer.headers, perMessageDeflate: false })
  socket.binaryType = 'arraybuffer'
  const document = new Y.Doc()
  const synced = Promise.withResolvers<void>()
  let isSynced = false
  const client: Client = {
    document,
    onApplied: () => undefined,
    onAcknowledged: () => undefined,
    say: (presence) => socket.send(presenceFrame(name, presence)),
    close: () =>
      new Promise((resolve) => {
        socket.once('close', () => resolve())
        socket.close()
        document.destroy()
      }),
  }
  document.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== remote) socket.send(syncFrame(name, updateMessage, update))
  })
  socket.on('open', () => {
    socket.send(signInFrame(name, peer.token))
    socket.send(syncFrame(name, stateMessage, Y.encodeStateVector(document)))
  })
  socket.on('message', (data: ArrayBuffer) => {
    const { type, inner, body } = readFrame(new Uint8Array(data))
    if (type === ackType) {
      if (isSynced) client.onAcknowledged()
    } else if (type === closeType || (type === authType && decoding.readVarUint(body) === 1)) {
      synced.reject(new Error(`${peer.name} refused ${name}: ${decoding.readVarString(body)}`))
    } else if (type === syncType || type === syncReplyType) {
      const bytes = decoding.readVarUint8Array(body)
      if (inner === stateMessage) {
        socket.send(syncFrame(name, answerMessage, Y.encodeStateAsUpdate(document, bytes)))
        return
      }
      Y.applyUpdate(document, bytes, remote)
      if (inner === answerMessage) {
        isSynced = true
        synced.resolve()
      }
      client.onApplied()
    }
  })
  socket.on('error', (error) => synced.reject(error))
  await synced.promise
  return client
}
