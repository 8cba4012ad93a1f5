/**
 * The built client. Every file is known from the start, so no path of a request ever reaches the
 * disk. Files with a hash in their name may be kept for ever, all others are asked for again. Text
 * goes out compressed as the build left it, or is compressed once when first asked for. A path of
 * the application gets its one page.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { acceptedEncoding, smallestCompressed } from './compression.ts'

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}
const compressible = /^(text\/|application\/(json|manifest|wasm)|image\/(svg|x-icon)|font\/ttf)/

type StoredEncoding = 'br' | 'gzip'

interface ClientFile {
  bytes: Buffer
  type: string
  etag: string
  immutable: boolean
  compressed: Map<StoredEncoding, Promise<Buffer>>
}

interface ClientFiles {
  /** False where there is no such file and the path is none of the application's. */
  send(request: FastifyRequest, reply: FastifyReply): Promise<boolean>
}

/** Reads the folder once. Without a built client every path is unknown. */
export async function readClientFiles(folder: string): Promise<ClientFiles> {
  const files = new Map<string, ClientFile>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    const path = join(entry.parentPath, entry.name)
    const type = types[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const [bytes, br, gz] = await Promise.all([readFile(path), readIfThere(`${path}.br`), readIfThere(`${path}.gz`)])
    const compressed = new Map<StoredEncoding, Promise<Buffer>>()
    if (br !== null) compressed.set('br', Promise.resolve(br))
    if (gz !== null) compressed.set('gzip', Promise.resolve(gz))
    const address = `/${relative(folder, path).split(sep).join('/')}`
    files.set(address, {
      bytes,
      type,
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      immutable: address.startsWith('/assets/'),
      compressed,
    })
  }
  const page = files.get('/index.html')

  return {
    async send(request, reply) {
      const path = pathOf(request.url)
      const isPage = extname(path) === '' && /\btext\/html\b|\*\/\*/.test(request.headers.accept ?? '*/*')
      const file = files.get(path) ?? (isPage ? page : undefined)
      if (file === undefined) return false
      reply
        .header('etag', file.etag)
        .header('vary', 'accept-encoding')
        .header('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
        .type(file.type)
      if (request.headers['if-none-match'] === file.etag) {
        await reply.status(304).send()
        return true
      }
      const encoding = encodingFor(request, file)
      if (encoding !== null) reply.header('content-encoding', encoding)
      await reply.send(encoding === null ? file.bytes : await compress(file, encoding))
      return true
    },
  }
}

function readIfThere(path: string): Promise<Buffer | null> {
  return readFile(path).catch(() => null)
}

function pathOf(url: string): string {
  const path = url.split('?', 1)[0] ?? '/'
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function encodingFor(request: FastifyRequest, file: ClientFile): StoredEncoding | null {
  if (!compressible.test(file.type) || file.bytes.length < smallestCompressed) return null
  return acceptedEncoding(request, ['br', 'gzip'])
}

function compress(file: ClientFile, encoding: StoredEncoding): Promise<Buffer> {
  const done = file.compressed.get(encoding)
  if (done !== undefined) return done
  const made =
    encoding === 'br'
      ? promisify(brotliCompress)(file.bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
      : promisify(gzip)(file.bytes)
  file.compressed.set(encoding, made)
  return made
}
