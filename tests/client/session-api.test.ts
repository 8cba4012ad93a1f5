// @vitest-environment node
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { request, requestBytes } from '../../client/src/session/api.ts'

let server: Server

async function answering(listener: RequestListener): Promise<string> {
  server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/x`
}

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

test('a line that ends in the middle of an answer counts as a dead one', async () => {
  const path = await answering((_from, to) => {
    to.writeHead(200, { 'content-length': 100 })
    to.write('{"half":', () => to.destroy())
  })

  expect(await request('GET', path, z.unknown())).toMatchObject({ ok: false, error: { code: 'network.offline' } })
  expect(await requestBytes('GET', path)).toMatchObject({ ok: false, error: { code: 'network.offline' } })
})

test('an answer of something else than our server is a failure of the server', async () => {
  const path = await answering((_from, to) => to.end('<h1>Đăng nhập mạng</h1>'))

  expect(await request('GET', path, z.unknown())).toMatchObject({ ok: false, error: { code: 'server.failed' } })
})
