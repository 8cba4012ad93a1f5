import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { originCheck } from '@soanchung/server/src/http/guard.ts'
import { startServer, type TestServer } from '../support/server.ts'

const page = '<!doctype html><title>Soạn Chung</title>'
const script = `console.log('${'soạn chung '.repeat(400)}')`
/** Not what the server would make of it. */
const builtBrotli = brotliCompressSync("console.log('as it was built')")
let clientFolder: string
let server: TestServer

beforeAll(async () => {
  clientFolder = await mkdtemp(join(tmpdir(), 'soanchung-client-'))
  await mkdir(join(clientFolder, 'assets'))
  await writeFile(join(clientFolder, 'index.html'), page)
  await writeFile(join(clientFolder, 'assets', 'index-abc123.js'), script)
  await writeFile(join(clientFolder, 'assets', 'built-abc123.js'), script)
  await writeFile(join(clientFolder, 'assets', 'built-abc123.js.br'), builtBrotli)
  await writeFile(join(clientFolder, 'sw.js'), 'self.addEventListener("fetch", () => {})')
  server = await startServer({ clientFolder })
})
afterAll(async () => {
  await server.stop()
  await rm(clientFolder, { recursive: true })
})

/** A request whose path nobody tidies up on the way. */
function raw(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    const { hostname, port } = new URL(server.address)
    const sent = request({ hostname, port, path, method, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}

test('the server ends although a browser holds its socket open', async () => {
  const own = await startServer({ clientFolder })
  const socket = new WebSocket(`${own.address.replace('http', 'ws')}/sync`, { origin: own.address })
  await once(socket, 'open')
  const closed = once(socket, 'close')
  await own.stop()
  expect(await closed).toMatchObject([1001, expect.anything()])
})

test('who asked before the server ends is answered', async () => {
  const own = await startServer({ clientFolder })
  const { hostname, port } = new URL(own.address)
  const body = JSON.stringify({ username: 'ai-do', password: 'mat-khau-cua-ai', remember: false })
  const headers = { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' }
  const path = '/api/auth/sign-in/username'
  const sent = request({ hostname, port, path, method: 'POST', headers: { ...headers, origin: own.address } })
  const answered = once(sent, 'response')
  sent.flushHeaders()
  await once(sent, 'continue')

  const stopped = own.stop()
  sent.end(body)

  expect(await answered).toMatchObject([{ statusCode: 401 }])
  await stopped
})

test('health says that the server serves, and its version', async () => {
  const answer = await server.stranger().send('GET', '/api/health')
  expect(answer).toMatchObject({
    status: 200,
    body: { status: 'ok', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
  })
})

describe('the application', () => {
  test.each(['/', '/van-ban/abc', '/dang-nhap?tu=thu'])('%s is answered with its one page', async (path) => {
    const answer = await raw(path, { accept: 'text/html' })
    expect([answer.status, answer.body.toString()]).toEqual([200, page])
    expect(answer.headers['cache-control']).toBe('no-cache')
  })

  test('files with a hash in their name are kept for ever, the service worker is not', async () => {
    expect((await raw('/assets/index-abc123.js')).headers['cache-control']).toContain('immutable')
    expect((await raw('/sw.js')).headers['cache-control']).toBe('no-cache')
  })

  test('text comes compressed as the browser likes it', async () => {
    const as = (encoding: string) => raw('/assets/index-abc123.js', { 'accept-encoding': encoding })
    expect(brotliDecompressSync((await as('gzip, deflate, br')).body).toString()).toBe(script)
    expect(gunzipSync((await as('gzip, br;q=0')).body).toString()).toBe(script)
    expect((await as('identity')).body.toString()).toBe(script)
  })

  test('text that the build compressed goes out as it lies there, and has no address of its own', async () => {
    const { headers, body } = await raw('/assets/built-abc123.js', { 'accept-encoding': 'br' })
    expect([headers['content-encoding'], body.equals(builtBrotli)]).toEqual(['br', true])
    expect((await raw('/assets/built-abc123.js.br')).status).toBe(404)
  })

  test('what the browser has already is not sent again', async () => {
    const first = await raw('/assets/index-abc123.js')
    const again = await raw('/assets/index-abc123.js', { 'if-none-match': String(first.headers['etag']) })
    expect([again.status, again.body.length]).toEqual([304, 0])
  })

  test.each(['/assets/missing.js', '/../package.json', '/assets/%2e%2e/%2e%2e/secret.json', '/%00.js'])(
    '%s is not found',
    async (path) => {
      expect((await raw(path, { accept: '*/*' })).status).toBe(404)
    },
  )

  test('an address that cannot be read is refused with a code', async () => {
    const answer = await raw('/%ff.js')
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([400, { code: 'input.invalid' }])
  })

  test('no page can be framed, and no foreign script can run', async () => {
    const { headers } = await raw('/')
    expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self';.*frame-ancestors 'none'/)
    expect(headers['x-content-type-options']).toBe('nosniff')
  })
})

describe('requests from other sites', () => {
  const foreign = [
    undefined,
    'null',
    'http://example.com',
    'https://{host}',
    'http://{host}.example.com',
    'http://{host}/',
  ]
  test.each(foreign)('a change from %s is refused', async (origin) => {
    const { host } = new URL(server.address)
    const headers: Record<string, string> = origin === undefined ? {} : { origin: origin.replace('{host}', host) }
    if (origin === 'https://{host}') headers['host'] = `${host}.example.com`
    const answer = await raw('/api/auth/sign-out', headers, 'POST')
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([403, { code: 'origin.foreign' }])
  })

  test.each(['/sync', '/yjs/part/aaaaaaaaaaaaaaaaaaaa'])('a socket to %s is refused before it opens', async (path) => {
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }
    const key = { 'sec-websocket-key': 'c29hbi1jaHVuZy0xMjM0NQ==' }
    expect((await raw(path, { ...upgrade, ...key, origin: 'http://example.com' })).status).toBe(403)
  })

  test('with a public address, that address alone is our own', () => {
    const isOwn = originCheck(['https://soan.example.vn'])
    const origins = ['https://soan.example.vn', 'http://soan.example.vn', 'https://soan.example.vn.example.com']
    expect(origins.map((origin) => isOwn(origin, 'soan.example.vn'))).toEqual([true, false, false])
  })
})

describe('bad requests', () => {
  test.each([
    ['text that is no JSON', '{"username":', 400, 'input.invalid'],
    ['a field of the wrong kind', '{"username":1,"password":"x"}', 400, 'input.invalid'],
    ['a poisoned prototype', '{"__proto__":{"a":1},"username":"a","password":"b"}', 400, 'input.invalid'],
    ['more than a megabyte', JSON.stringify({ username: 'a'.repeat(1_100_000) }), 413, 'input.large'],
  ])('%s is refused with its code', async (_, body, status, code) => {
    const response = await fetch(`${server.address}/api/auth/sign-in/username`, {
      method: 'POST',
      headers: { origin: server.address, 'content-type': 'application/json' },
      body,
    })
    expect([response.status, await response.json()]).toMatchObject([status, { code }])
  })

  test('an unknown path of the interface is refused as JSON', async () => {
    const answer = await server.stranger().send('GET', '/api/nothing')
    expect(answer).toMatchObject({ status: 404, body: { code: 'not.found' } })
  })
})
