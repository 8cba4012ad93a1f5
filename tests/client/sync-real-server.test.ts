// @vitest-environment node
/** The same client over the real server: sign-in, record, documents, socket and log. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { IDBFactory, IDBKeyRange as FakeKeyRange } from 'fake-indexeddb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket as NodeSocket } from 'ws'
import { z } from 'zod'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import { newId, type PartId } from '@soanchung/shared/ids.ts'
import { addPart } from '@soanchung/shared/plan/outline.ts'
import { me as meSchema, planSummary, type Me } from '@soanchung/shared/protocol.ts'
import { readConfig } from '@soanchung/server/src/config.ts'
import { serve, type RunningServer } from '@soanchung/server/src/serve.ts'
import { openPlan, type OpenedPlan } from '../../client/src/sync/open-plan.svelte.ts'
import type { Surroundings } from '../../client/src/sync/surroundings.ts'
import { textOf, until, untilLoaded, untilSaved, writeFirstBlock } from './sync-support.ts'

let folder: string
let server: RunningServer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soanchung-'))
  const config = readConfig({ SOANCHUNG_DATA: folder, PORT: '0', LOG_LEVEL: 'silent' })
  if (!config.ok) throw new Error(config.problems.map(({ en }) => en).join('\n'))
  server = await serve(config.value)
}, 60_000)

afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

/** A browser in which this account of the demo is signed in. */
async function signIn(
  index: number,
): Promise<{ me: Me; surroundings: Surroundings; get: (path: string) => Promise<unknown> }> {
  const { username, password } = server.demoAccounts[index]!
  const origin = server.address
  const answer = await fetch(`${origin}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ username, password, remember: true }),
  })
  expect(answer.status).toBe(200)
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const call = (method: string, path: string, body?: unknown, signal?: AbortSignal) =>
    fetch(`${origin}${path}`, {
      method,
      ...(signal ? { signal } : {}),
      headers: { cookie, origin, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  class CookieSocket extends NodeSocket {
    constructor(url: string) {
      super(url, { headers: { cookie, origin } })
    }
  }
  const get = async (path: string): Promise<unknown> => (await call('GET', path)).json()
  return {
    me: meSchema.parse(await get('/api/me')),
    get,
    surroundings: {
      database: { indexedDB: new IDBFactory(), IDBKeyRange: FakeKeyRange },
      locks: null,
      channel: () => null,
      api: {
        request: (method, path, schema, body, signal) =>
          answered(async () => {
            const response = await call(method, path, body, signal)
            return schema.parse(response.status === 204 ? undefined : await response.json())
          }),
        requestBytes: (method, path, body, signal) =>
          answered(async () => new Uint8Array(await (await call(method, path, body, signal)).arrayBuffer())),
      },
      socket: () => {
        const socket = new HocuspocusProviderWebsocket({
          url: `${origin.replace('http', 'ws')}/sync`,
          WebSocketPolyfill: CookieSocket,
        })
        return { socket, release: () => socket.destroy() }
      },
    },
  }
}

async function answered<Value>(ask: () => Promise<Value>): Promise<Result<Value>> {
  try {
    return accept(await ask())
  } catch (error) {
    return refuse('network.offline', String(error))
  }
}

test('two people of the demo write in one plan, and it is all there after a reload', async () => {
  const [one, two] = [await signIn(0), await signIn(1)]
  const lists = await Promise.all(
    [one, two].map(async ({ get }) => z.array(planSummary).parse(await get('/api/plans'))),
  )
  const plan = lists[0]!.find(({ role, id }) => role === 'lead' && lists[1]!.some((other) => other.id === id))
  expect(plan).toBeDefined()
  const open = async ({ me, surroundings }: typeof one): Promise<OpenedPlan> => {
    const opened = await openPlan(plan!.id, me, surroundings)
    if (!opened.ok) throw new Error(opened.error.code)
    return opened.value
  }
  const [first, second] = [await open(one), await open(two)]
  await untilLoaded(first, second)
  const added = newId<PartId>()
  addPart(first.plan.outline, { id: added, parent: null, after: null, title: 'Phần mới' })
  first.plan.createPart(added)
  writeFirstBlock(first.plan.part(added).document, 'Viết trên máy chủ thật.')
  await untilSaved(first)
  await until(() => textOf(second.plan.part(added).document) === 'Viết trên máy chủ thật.')
  await Promise.all([first.close(), second.close()])
  const again = await open({ ...one, surroundings: { ...one.surroundings, database: null } })
  await until(() => again.save.online && textOf(again.plan.part(added).document) === 'Viết trên máy chủ thật.')
  expect(again.save).toMatchObject({ where: 'saved', code: null })
  await again.close()
})
