/** A browser of somebody who is signed in at a real server: its storage outlives its tabs, its line can be cut. */
import type { HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { IDBFactory, IDBKeyRange as FakeKeyRange } from 'fake-indexeddb'
import { WebSocket as NodeSocket } from 'ws'
import { isErrorCode, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { PlanId } from '@soanchung/shared/ids.ts'
import { errorBody, me as meSchema } from '@soanchung/shared/protocol.ts'
import { openPlan, type OpenedPlan } from '../../client/src/sync/open-plan.svelte.ts'
import { openSocket, type Surroundings } from '../../client/src/sync/surroundings.ts'

export class RealDevice {
  readonly #address: string
  readonly #cookie: string
  readonly #name = crypto.randomUUID()
  readonly #sockets = new Set<NodeSocket>()
  readonly #opened: OpenedPlan[] = []
  #isOffline = false
  /** How many of the next sockets are cut as soon as they are open. */
  falseStarts = 0
  /** Sockets that were open, and given up by the client while the line was good. */
  replaced = 0
  readonly #database: Surroundings['database'] = { indexedDB: new IDBFactory(), IDBKeyRange: FakeKeyRange }

  constructor(address: string, cookie: string) {
    this.#address = address
    this.#cookie = cookie
  }

  /** The body of an answer; throws where there is none. */
  async get(path: string): Promise<unknown> {
    return (await this.#fetch('GET', path)).json()
  }

  /** A new tab with the plan; `fresh` keeps nothing on the device. */
  async open(plan: PlanId, fresh = false): Promise<OpenedPlan> {
    const me = meSchema.parse(await this.get('/api/me'))
    const surroundings = this.#surroundings()
    const opened = await openPlan(plan, me, fresh ? { ...surroundings, database: null } : surroundings)
    if (!opened.ok) throw new Error(opened.error.code)
    this.#opened.push(opened.value)
    return opened.value
  }

  goOffline(): void {
    this.#isOffline = true
    for (const socket of this.#sockets) socket.terminate()
    this.#sockets.clear()
  }

  goOnline(): void {
    this.#isOffline = false
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((opened) => opened.close()))
  }

  #surroundings(): Surroundings {
    return {
      database: this.#database,
      locks: null,
      channel: (name) => new BroadcastChannel(`${this.#name}:${name}`),
      api: {
        request: (method, path, schema, body, signal) =>
          this.#ask(method, path, body, signal, async (response) => {
            return schema.parse(response.status === 204 ? undefined : await response.json())
          }),
        requestBytes: (method, path, body, signal) =>
          this.#ask(method, path, body, signal, async (response) => new Uint8Array(await response.arrayBuffer())),
      },
      socket: () => {
        const socket = this.#openSocket()
        return { socket, release: () => socket.destroy() }
      },
    }
  }

  async #ask<Value>(
    method: string,
    path: string,
    body: unknown,
    signal: AbortSignal | undefined,
    read: (response: Response) => Promise<Value>,
  ): Promise<Result<Value>> {
    try {
      const response = await this.#fetch(method, path, body, signal)
      if (response.ok) return { ok: true, value: await read(response) }
      const { code } = errorBody.parse(await response.json())
      return refuse(isErrorCode(code) ? code : 'server.failed')
    } catch (error) {
      return refuse('network.offline', String(error))
    }
  }

  #fetch(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const origin = this.#address
    return fetch(`${this.#isOffline ? 'http://127.0.0.1:1' : origin}${path}`, {
      method,
      ...(signal ? { signal } : {}),
      headers: { cookie: this.#cookie, origin, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }

  #openSocket(): HocuspocusProviderWebsocket {
    const isOffline = () => this.#isOffline
    const takesFalseStart = () => this.falseStarts > 0 && this.falseStarts-- > 0
    const replace = () => (this.replaced += 1)
    const sockets = this.#sockets
    const headers = { cookie: this.#cookie, origin: this.#address }
    class LineSocket extends NodeSocket {
      constructor(url: string) {
        super(isOffline() ? 'ws://127.0.0.1:1' : url, { headers })
        this.on('error', () => undefined)
        this.on('open', () => takesFalseStart() && this.terminate())
        sockets.add(this)
      }

      override close(...how: Parameters<NodeSocket['close']>): void {
        if (this.readyState === NodeSocket.OPEN) replace()
        super.close(...how)
      }
    }
    const url = `${this.#address.replace('http', 'ws')}/sync`
    return openSocket(url, LineSocket, { shortest: 10, first: 30, longest: 60 })
  }
}
