/**
 * What the sync stands on: the device's database, the other tabs, the server's HTTP interface and
 * the one socket. A browser has one set; a test gives each of its devices another.
 */
import { HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { request, requestBytes } from '../session/api.ts'

export interface Surroundings {
  /** Null where the browser keeps nothing. */
  database: { indexedDB: IDBFactory; IDBKeyRange: typeof IDBKeyRange } | null
  /** Null outside secure contexts and in old browsers. */
  locks: LockManager | null
  /** A channel between the tabs of one device; null where there is none. */
  channel(name: string): BroadcastChannel | null
  api: { request: typeof request; requestBytes: typeof requestBytes }
  /** The socket, and the way to give it back; it closes with its last user. */
  socket(): { socket: HocuspocusProviderWebsocket; release: () => void }
}

export function browserSurroundings(): Surroundings {
  return browser
}

/**
 * Asks the browser once not to clear the device's store when its disk runs short. Only where that is
 * decided without a question to the user, which is in Chromium.
 */
export async function askToKeepStore(): Promise<void> {
  if (!('userAgentData' in navigator) || navigator.storage === undefined) return
  if (!(await navigator.storage.persisted())) await navigator.storage.persist()
}

let shared: { socket: HocuspocusProviderWebsocket; users: number } | null = null

const browser: Surroundings = {
  database: typeof indexedDB === 'undefined' ? null : { indexedDB, IDBKeyRange },
  locks: typeof navigator === 'undefined' ? null : (navigator.locks ?? null),
  channel: (name) => (typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(name)),
  api: { request, requestBytes },
  socket: () => {
    const held = (shared ??= {
      socket: openSocket(new URL('/sync', location.href).href.replace(/^http/, 'ws')),
      users: 0,
    })
    held.users += 1
    let released = false
    return {
      socket: held.socket,
      release: () => {
        if (released) return
        released = true
        held.users -= 1
        if (held.users > 0) return
        held.socket.destroy()
        if (shared === held) shared = null
      },
    }
  },
}

/** In ms: whole numbers, for the library gives up silently on anything else. */
export interface Pauses {
  shortest: number
  /** The first pause after a drop is drawn between the shortest and this one. */
  first: number
  longest: number
}

/**
 * A socket that comes back by itself. The library waits exactly `delay` before its first attempt,
 * so that is drawn anew at each drop: a restarted server must not meet all clients at once.
 */
export function openSocket(
  url: string,
  polyfill?: unknown,
  { shortest, first, longest }: Pauses = { shortest: 300, first: 2_000, longest: 8_000 },
): HocuspocusProviderWebsocket {
  const firstDelay = () => shortest + Math.floor(Math.random() * (first - shortest))
  const socket: HocuspocusProviderWebsocket = new HocuspocusProviderWebsocket({
    url,
    ...(polyfill === undefined ? {} : { WebSocketPolyfill: polyfill }),
    ...{ delay: firstDelay(), minDelay: shortest, maxDelay: longest },
    onOpen: () => {
      // The library takes an attempt for done at the first message only. Where the line drops before,
      // it would try again twice over, and the later socket silently take the place of the first.
      socket.resolveConnectionAttempt()
      // Nor would it watch over a socket that has said nothing yet.
      socket.lastMessageReceived = Date.now()
    },
    onClose: () => socket.setConfiguration({ delay: firstDelay() }),
  })
  return socket
}
