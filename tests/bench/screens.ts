/**
 * The two applications as people open them: ours, built and served by our server, and the stock
 * page on the stock server, each with the same plan, and with the short document beside it.
 */
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import * as Y from 'yjs'
import { partDocument } from '@soanchung/shared/plan/documents.ts'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import type { Screen } from './browser.ts'
import { connect, type Client } from './client.ts'
import { bringContent, type Peer } from './peers.ts'
import { markOf } from './plans.ts'
import { fillStockDocument } from './stock-document.ts'
import { stockRoot } from './stock-page/extensions.ts'

/** Somebody else at the same document, with a hand on the text of one marked paragraph. */
export interface Other {
  strike(): void
  close(): Promise<void>
}

export interface MeasuredScreen extends Screen {
  /** Opens the document of a part in the peer's own way. */
  join(part: number): Promise<Other>
}

const root = join(import.meta.dirname, '../..')

export async function buildClient(outDir: string): Promise<void> {
  await viteBuild(root, outDir)
}

export async function buildStockPage(outDir: string): Promise<void> {
  await viteBuild(join(import.meta.dirname, 'stock-page'), outDir)
}

/** In a process of its own: what it prints must not get among the figures. */
async function viteBuild(folder: string, outDir: string): Promise<void> {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  await promisify(execFile)(process.execPath, [vite, 'build', '--outDir', outDir, '--emptyOutDir'], { cwd: folder })
}

export async function ourScreen(peer: Peer, plan: PlanSnapshot, name: string): Promise<MeasuredScreen> {
  await peer.hold(plan)
  return {
    name,
    address: `${peer.address}/plans/${plan.id}`,
    cookie: peer.headers['cookie'] ?? '',
    join: (part) => {
      const id = plan.parts[part]?.id
      if (id === undefined) throw new Error(`no part ${part}`)
      return joinDocument(peer, partDocument(id), 'body', part)
    },
  }
}

export async function stockScreen(peer: Peer, plan: PlanSnapshot, name: string, page: string): Promise<MeasuredScreen> {
  await bringContent(peer, plan.id, (document) => fillStockDocument(document, plan))
  const query = new URLSearchParams({ sync: peer.url, document: plan.id })
  return {
    name,
    address: `${page}/?${query}`,
    cookie: '',
    join: (part) => joinDocument(peer, plan.id, stockRoot, part),
  }
}

async function joinDocument(peer: Peer, name: string, rootName: string, part: number): Promise<Other> {
  const client: Client = await connect(peer, name)
  const text = textWith(client.document.getXmlFragment(rootName), markOf(part))
  if (text === null) throw new Error(`${peer.name}: ${name} lacks "${markOf(part)}"`)
  return { strike: () => text.insert(text.length, 'b'), close: client.close }
}

function textWith(element: Y.XmlFragment, words: string): Y.XmlText | null {
  for (const child of element.toArray()) {
    if (child instanceof Y.XmlText && String(child).includes(words)) return child
    const below = child instanceof Y.XmlElement ? textWith(child, words) : null
    if (below !== null) return below
  }
  return null
}

const types: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' }

/** Serves a built page; answers its address. */
export async function servePage(folder: string): Promise<{ address: string; close(): void }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page')
    const file = join(folder, pathname === '/' ? 'index.html' : pathname)
    readFile(file).then(
      (bytes) => response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain' }).end(bytes),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    address: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
