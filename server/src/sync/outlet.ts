/**
 * The way out of one socket: several messages leave in a single write. A client that has stopped
 * reading is reported and never waited for.
 */
import type { WebSocketLike } from '@hocuspocus/server'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { toStockClient } from './bridge.ts'
import { closeCode } from './denied.ts'

interface OutletOptions {
  /** Leads to a client that speaks y-websocket. */
  isBridge: boolean
  /** So much is buffered already that nothing more was. */
  onStalled(): void
  onMuchBuffered(): void
}

const maxBuffered = 16 * 1024 * 1024
const muchBuffered = 1024 * 1024
/** From here on, in bytes, a message is not copied behind its address. */
const largeMessage = 4096
const longestHead = 10
const nothing = new Uint8Array()

export class Outlet implements WebSocketLike {
  readonly #ws: WebSocket
  readonly #socket: Duplex
  readonly #options: OutletOptions

  constructor(ws: WebSocket, socket: Duplex, options: OutletOptions) {
    this.#ws = ws
    this.#socket = socket
    this.#options = options
  }

  get readyState(): number {
    return this.#ws.readyState
  }

  /** A message that begins with its address, as the sync library makes them. */
  send(message: unknown): void {
    if (!(message instanceof Uint8Array)) return
    if (!this.#options.isBridge) return this.#write(framed(nothing, [message]))
    const outgoing = toStockClient(message)
    if (outgoing?.kind === 'frame') this.#write(framed(nothing, [outgoing.bytes]))
    else if (outgoing?.kind === 'closed') this.close(closeCode(outgoing.reason), outgoing.reason)
  }

  /** Messages that the address has still to be set before. */
  deliver(address: Uint8Array, messages: readonly Uint8Array[]): void {
    if (!this.#options.isBridge) return this.#write(framed(address, messages))
    for (const message of messages) this.send(Buffer.concat([address, message]))
  }

  close(code?: number, reason?: string): void {
    this.#ws.close(code, reason)
  }

  /**
   * Past `ws`, which would hand the system two pieces for each message. It holds nothing back that
   * this could overtake, since nothing is compressed.
   */
  #write(pieces: readonly Uint8Array[]): void {
    const socket = this.#socket
    if (this.#ws.readyState !== this.#ws.OPEN) return
    if (socket.writableLength > maxBuffered) return this.#options.onStalled()
    if (pieces.length > 1) socket.cork()
    for (const piece of pieces) socket.write(piece)
    if (pieces.length > 1) socket.uncork()
    if (socket.writableLength > muchBuffered) this.#options.onMuchBuffered()
  }
}

/** Each message behind the prefix as one WebSocket frame (RFC 6455, 5.2); large ones stay where they are. */
function framed(prefix: Uint8Array, messages: readonly Uint8Array[]): Uint8Array[] {
  const isLarge = (message: Uint8Array) => message.length > largeMessage
  let size = 0
  for (const message of messages) size += longestHead + prefix.length + (isLarge(message) ? 0 : message.length)
  const buffer = Buffer.allocUnsafe(size)
  const pieces: Uint8Array[] = []
  let [begin, end] = [0, 0]
  for (const message of messages) {
    end = writeHead(buffer, end, prefix.length + message.length)
    buffer.set(prefix, end)
    end += prefix.length
    if (isLarge(message)) {
      pieces.push(buffer.subarray(begin, end), message)
      begin = end
    } else {
      buffer.set(message, end)
      end += message.length
    }
  }
  if (end > begin) pieces.push(buffer.subarray(begin, end))
  return pieces
}

/** Final, binary, not masked. Answers where it ends. */
function writeHead(buffer: Buffer, at: number, length: number): number {
  buffer[at] = 0x82
  if (length < 126) return buffer.writeUInt8(length, at + 1)
  buffer[at + 1] = length < 65_536 ? 126 : 127
  return length < 65_536 ? buffer.writeUInt16BE(length, at + 2) : buffer.writeBigUInt64BE(BigInt(length), at + 2)
}
