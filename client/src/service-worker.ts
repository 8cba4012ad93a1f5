/**
 * Keeps the application itself on the device, so that a reload without a network opens it: its
 * page, scripts and fonts, exactly as one build made them. It never touches `/api`, and it keeps no
 * document; those are the device store's. A new build waits until the person lets it in.
 */
interface CachedFile {
  url: string
  /** Null where the name holds a hash. */
  revision: string | null
}

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void
}

interface Fetch extends Extendable {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

/** The part of the worker's global scope that is used here; the DOM's types have none of it. */
interface Scope {
  __WB_MANIFEST: readonly (CachedFile | string)[]
  location: Location
  clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void
  addEventListener(type: 'fetch', listener: (event: Fetch) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void
}
declare const self: Scope

const files = self.__WB_MANIFEST.map((entry) => (typeof entry === 'string' ? { url: entry, revision: null } : entry))
/** Where each file is kept: its revision is part of the address, so that builds share what is equal. */
const keptAt = new Map(
  files.map(({ url, revision }) => {
    const address = new URL(url, self.location.href)
    const kept = new URL(address)
    if (revision !== null) kept.searchParams.set('revision', revision)
    return [address.pathname, kept.href] as const
  }),
)
const cacheName = 'soanchung-application'
const page = '/index.html'
/** A newer build was let in, but the browser has not put this worker off yet. */
let isLeaving = false
/** What belongs to the server alone. */
const serverPaths = /^\/(api|sync|yjs|verify)(\/|$)/

self.addEventListener('install', (event) => event.waitUntil(keepAll()))
self.addEventListener('activate', (event) => event.waitUntil(dropOld().then(() => self.clients.claim())))
self.addEventListener('message', (event) => {
  if (event.data === 'enter') void self.skipWaiting()
  else if (event.data === 'leave') {
    isLeaving = true
    event.ports[0]?.postMessage('left')
  }
})
self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin || serverPaths.test(url.pathname)) return
  const kept = keptAt.get(request.mode === 'navigate' ? page : url.pathname)
  if (kept === undefined) return
  const isFromServer = isLeaving && request.mode === 'navigate'
  event.respondWith(isFromServer ? fetch(request).catch(() => answer(kept, request)) : answer(kept, request))
})

async function keepAll(): Promise<void> {
  const cache = await caches.open(cacheName)
  await Promise.all(
    [...keptAt].map(async ([path, kept]) => {
      if ((await cache.match(kept)) !== undefined) return
      const response = await fetch(path, { cache: 'no-cache', credentials: 'same-origin' })
      if (!response.ok) throw new Error(`${path}: ${response.status}`)
      await cache.put(kept, response)
    }),
  )
}

async function dropOld(): Promise<void> {
  const cache = await caches.open(cacheName)
  const current = new Set(keptAt.values())
  const old = (await cache.keys()).filter(({ url }) => !current.has(url))
  await Promise.all(old.map((request) => cache.delete(request)))
}

/** From the device; from the server only where the browser has thrown the copy away. */
async function answer(kept: string, request: Request): Promise<Response> {
  const cache = await caches.open(cacheName)
  return (await cache.match(kept)) ?? fetch(request)
}

export {}
