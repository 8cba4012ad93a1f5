/**
 * Requests that must reach the server however long it takes: kept on the device, sent in order,
 * again after a drop, by one tab at a time. Each is idempotent by its id, so one that was sent twice
 * does no harm.
 */
import * as z from 'zod/mini'
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import type { PartId, PlanId } from '@soanchung/shared/ids.ts'
import type { DeviceStore, StoredRequest } from './device-store.ts'
import { isPassing } from './refusals.ts'
import type { Surroundings } from './surroundings.ts'

interface OutboxEvents {
  changed: () => void
  /** What is kept on the device changed; other tabs should read it. */
  listChanged: () => void
  /** The server has the part now. */
  partMade: (part: PartId) => void
  partRefused: (part: PartId, code: ErrorCode) => void
}

export class Outbox {
  readonly #plan: PlanId
  readonly #store: DeviceStore
  readonly #surroundings: Pick<Surroundings, 'api' | 'locks'>
  readonly #events: OutboxEvents
  readonly #requests = new Map<string, { request: StoredRequest; kept: boolean }>()
  #sending = false
  #writes: Promise<unknown> = Promise.resolve()

  constructor(
    plan: PlanId,
    store: DeviceStore,
    surroundings: Pick<Surroundings, 'api' | 'locks'>,
    events: OutboxEvents,
  ) {
    this.#plan = plan
    this.#store = store
    this.#surroundings = surroundings
    this.#events = events
  }

  get size(): number {
    return this.#requests.size
  }

  get onlyInMemory(): number {
    return [...this.#requests.values()].filter(({ kept }) => !kept).length
  }

  /** The part waits for its row on the server. */
  makes(part: PartId): boolean {
    return this.#requests.has(idOf(part))
  }

  parts(): PartId[] {
    return [...this.#requests.values()].map(({ request }) => request.body.id as PartId)
  }

  /** Takes in what an earlier visit or another tab has left. */
  restore(requests: readonly StoredRequest[]): void {
    const ids = new Set(requests.map(({ id }) => id))
    for (const [id, { kept }] of this.#requests) if (kept && !ids.has(id)) this.#requests.delete(id)
    for (const request of requests) this.#requests.set(request.id, { request, kept: true })
  }

  createPart(part: PartId): void {
    const id = idOf(part)
    if (this.#requests.has(id)) return
    const request: StoredRequest = {
      ...{ id, plan: this.#plan, kind: 'create-part', body: { id: part }, madeAt: Date.now() },
    }
    const entry = { request, kept: false }
    this.#requests.set(id, entry)
    this.#writes = Promise.all([
      this.#writes,
      this.#store.addRequest(request).then((kept) => {
        entry.kept = kept
        this.#events.listChanged()
        this.#events.changed()
      }),
    ])
    this.#events.changed()
  }

  /** Sends what waits; ends at the first request that must be tried again later. */
  async send(): Promise<void> {
    if (this.#sending || this.#requests.size === 0) return
    this.#sending = true
    try {
      const { locks } = this.#surroundings
      if (locks === null) await this.#sendAll()
      else await locks.request(`soanchung-outbox-${this.#plan}`, () => this.#sendAll())
    } finally {
      this.#sending = false
    }
  }

  async settled(): Promise<void> {
    await this.#writes
  }

  async #sendAll(): Promise<void> {
    for (const [id, { request }] of this.#requests) {
      const part = request.body.id as PartId
      const answer = await this.#surroundings.api.request(
        'POST',
        `/api/plans/${this.#plan}/parts`,
        z.unknown(),
        request.body,
      )
      if (!answer.ok && isPassing(answer.error.code)) return
      this.#requests.delete(id)
      await this.#writes
      await this.#store.removeRequest(id)
      this.#events.listChanged()
      if (answer.ok) this.#events.partMade(part)
      else this.#events.partRefused(part, answer.error.code)
      this.#events.changed()
    }
  }
}

function idOf(part: PartId): string {
  return `create-part:${part}`
}
