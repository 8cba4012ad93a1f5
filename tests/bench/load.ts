/**
 * The load that every server gets: people in one document, some of them typing, and many documents
 * open at once. The same client library speaks to all, so only the servers differ.
 */
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import type { Usage } from './usage.ts'

export interface Peer {
  name: string
  /** The address of the sync socket. */
  url: string
  headers: Record<string, string>
  token: string
  /** Names of documents that exist and may be written. */
  documents: readonly string[]
  usage(): Promise<Usage>
  stop(): Promise<void>
}

export interface PropagationFigures {
  p50: number
  p95: number
  p99: number
  /** Seconds of server CPU for each thousand updates that reached a client. */
  cpuPerThousand: number
}

export interface Client {
  document: Y.Doc
  close(): void
}

/** A client with a socket of its own; resolves once it is synced. */
export async function connect(peer: Peer, name: string, shared?: HocuspocusProviderWebsocket): Promise<Client> {
  const socket = shared ?? socketOf(peer)
  const document = new Y.Doc()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name,
    document,
    token: peer.token,
    sessionAwareness: true,
    onSynced: () => resolve(),
    onAuthenticationFailed: ({ reason }) => reject(new Error(`${peer.name}: ${reason}`)),
  })
  provider.attach()
  await promise
  return {
    document,
    close: () => {
      provider.destroy()
      if (shared === undefined) socket.destroy()
    },
  }
}

export function socketOf(peer: Peer): HocuspocusProviderWebsocket {
  class SocketWithHeaders extends WebSocket {
    constructor(url: string) {
      super(url, { headers: peer.headers })
    }
  }
  return new HocuspocusProviderWebsocket({ url: peer.url, WebSocketPolyfill: SocketWithHeaders })
}

/**
 * `clients` people in one document, `writers` of them typing a key every `pause` ms, `keys` each.
 * Milliseconds from a key to its arrival at each other client.
 */
export async function measurePropagation(
  peer: Peer,
  load: { clients: number; writers: number; keys: number; pause: number },
): Promise<PropagationFigures> {
  const [name] = peer.documents
  if (name === undefined) throw new Error('no document to type in')
  const clients = await Promise.all(Array.from({ length: load.clients }, () => connect(peer, name)))
  const sentAt = new Map<string, number>()
  const delays: number[] = []
  const expected = load.writers * load.keys * (load.clients - 1)
  const arrived = Promise.withResolvers<void>()
  clients.forEach((client, reader) => {
    client.document.getMap('targets').observe((event) => {
      const now = performance.now()
      for (const key of event.keysChanged) {
        const writer = Number(key.slice(1))
        if (writer === reader) continue
        const from = sentAt.get(`${key}/${String(event.target.get(key))}`)
        if (from !== undefined) delays.push(now - from)
      }
      if (delays.length >= expected) arrived.resolve()
    })
  })
  const before = await peer.usage()
  await Promise.all(clients.slice(0, load.writers).map((client, writer) => type(client, writer, load, sentAt)))
  await Promise.race([arrived.promise, pass(10_000)])
  const after = await peer.usage()
  for (const client of clients) client.close()
  delays.sort((a, b) => a - b)
  return {
    p50: quantile(delays, 0.5),
    p95: quantile(delays, 0.95),
    p99: quantile(delays, 0.99),
    cpuPerThousand: (after.cpu - before.cpu) / 1000 / delays.length,
  }
}

/** Writers begin at different moments of the pause, as people do. */
async function type(
  client: Client,
  writer: number,
  load: { writers: number; keys: number; pause: number },
  sentAt: Map<string, number>,
): Promise<void> {
  await pass((load.pause / load.writers) * writer)
  const map = client.document.getMap('targets')
  for (let key = 0; key < load.keys; key += 1) {
    sentAt.set(`w${writer}/${key}`, performance.now())
    map.set(`w${writer}`, key)
    await pass(load.pause)
  }
}

/** Bytes of server memory for each open document with one connection, over one socket. */
export async function measureMemory(peer: Peer): Promise<number> {
  const socket = socketOf(peer)
  const before = await peer.usage()
  const clients: Client[] = []
  for (let at = 0; at < peer.documents.length; at += 25) {
    const slice = peer.documents.slice(at, at + 25)
    clients.push(...(await Promise.all(slice.map((name) => connect(peer, name, socket)))))
  }
  const after = await peer.usage()
  for (const client of clients) client.close()
  socket.destroy()
  return (after.heap - before.heap) / clients.length
}

export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
