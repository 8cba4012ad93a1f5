/** Real HocuspocusProvider clients over real sockets, as a browser would hold them. */
import { HocuspocusProvider, HocuspocusProviderWebsocket, WebSocketStatus } from '@hocuspocus/provider'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { schemaVersion } from '@soanchung/shared/plan/documents.ts'
import { plainPlan, startSyncServer, type SyncServer, type SyncServerOptions } from './sync-server.ts'

export interface SyncClient {
  doc: Y.Doc
  provider: HocuspocusProvider
  socket: HocuspocusProviderWebsocket
  /** Stateless messages of the server, as they came. */
  messages: string[]
  /** Why the server refused or closed the document, as they came. */
  refusals: string[]
  close(): void
}

type Target = Pick<SyncServer, 'port' | 'origin'> & { epoch: string }

export interface SyncClientOptions {
  user: string
  /** Sent instead of the cookie that names the user. */
  cookie?: string
  document: string
  doc?: Y.Doc
  schema?: number
  epoch?: string
  /** Opens the socket again when it is cut, and the document when it is closed or the server fails. Default: neither. */
  reconnect?: boolean
}

export function openClient(server: Target, options: SyncClientOptions): SyncClient {
  class CookieSocket extends WebSocket {
    constructor(url: string) {
      super(url, { headers: { cookie: options.cookie ?? `user=${options.user}`, origin: server.origin } })
      // Closed while it still connects, it reports an error that nobody is there to hear.
      this.on('error', () => undefined)
    }
  }
  const doc = options.doc ?? new Y.Doc()
  const messages: string[] = []
  const refusals: string[] = []
  let isClosed = false
  const socket = new HocuspocusProviderWebsocket({
    url: `ws://127.0.0.1:${server.port}/sync`,
    WebSocketPolyfill: CookieSocket,
    minDelay: 20,
    delay: 20,
    // Nobody here says who they are, so a quiet client hears nothing for long.
    messageReconnectTimeout: 600_000,
    ...(options.reconnect === true ? {} : { maxAttempts: 1 }),
  })
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name: options.document,
    document: doc,
    sessionAwareness: true,
    token: JSON.stringify({ schema: options.schema ?? schemaVersion, epoch: options.epoch ?? server.epoch }),
    onStateless: ({ payload }) => messages.push(payload),
    onAuthenticationFailed({ reason }) {
      refusals.push(reason)
      if (options.reconnect === true && reason.startsWith('server.')) setTimeout(reopen, 20)
    },
    onClose({ event }) {
      refusals.push(event.reason)
      // 1000 stands for a closed document on a socket that is still open; the provider leaves it so.
      if (options.reconnect === true && event.code === 1000) setTimeout(reopen, 20)
    },
  })
  const reopen = () => {
    if (!isClosed && socket.status === WebSocketStatus.Connected) {
      void provider.sendToken().then(() => provider.startSync())
    }
  }
  provider.attach()
  return {
    doc,
    provider,
    socket,
    messages,
    refusals,
    close() {
      isClosed = true
      provider.destroy()
      socket.destroy()
      doc.destroy()
    },
  }
}

/** A sync server whose clients are closed with it. */
export interface ServerWithClients extends SyncServer {
  /** A client of the part of the plain plan, or of another document. */
  open(options: Partial<SyncClientOptions> & { user: string }): SyncClient
  /** A client of that part, once it has what the server has. */
  join(user: string): Promise<SyncClient>
}

export async function startWithClients(options: SyncServerOptions = {}): Promise<ServerWithClients> {
  const server = await startSyncServer(options)
  const clients: SyncClient[] = []
  const open: ServerWithClients['open'] = (given) => {
    const client = openClient({ ...server, epoch: server.database.epoch }, { document: plainPlan.part, ...given })
    clients.push(client)
    return client
  }
  return {
    ...server,
    open,
    join: (user) => synced(open({ user })),
    async close() {
      for (const client of clients) client.close()
      await server.close()
    },
  }
}

export function text(doc: Y.Doc): Y.Text {
  return doc.getText('body')
}

/** Waits until `condition` holds; throws with `what` after the time is over. */
export async function until(condition: () => boolean, what: string, milliseconds = 10_000): Promise<void> {
  const end = Date.now() + milliseconds
  while (!condition()) {
    if (Date.now() > end) throw new Error(`still not: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export async function synced(client: SyncClient): Promise<SyncClient> {
  await until(() => client.provider.isSynced, 'synced')
  return client
}

export async function acknowledged(client: SyncClient): Promise<void> {
  await until(() => client.provider.unsyncedChanges === 0, 'acknowledged')
}
