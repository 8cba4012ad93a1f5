/**
 * Writes what others typed to the device: collected for a second and merged, for the server has it
 * anyway and a lost second is only fetched again. Merges a document's rows when they grow many.
 */
import { mergeUpdates } from 'yjs'
import type { PlanId } from '@soanchung/shared/ids.ts'
import type { DocumentName } from '@soanchung/shared/plan/documents.ts'
import type { DeviceStore } from './device-store.ts'

const collectFor = 1_000
const mostRows = 200

export class RemoteRows {
  readonly #plan: PlanId
  readonly #store: DeviceStore
  readonly #locks: LockManager | null
  readonly #collected = new Map<DocumentName, Uint8Array[]>()
  readonly #rows = new Map<DocumentName, number>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(plan: PlanId, store: DeviceStore, locks: LockManager | null) {
    this.#plan = plan
    this.#store = store
    this.#locks = locks
  }

  add(name: DocumentName, bytes: Uint8Array): void {
    const updates = this.#collected.get(name) ?? []
    this.#collected.set(name, updates)
    updates.push(bytes)
    this.#timer ??= setTimeout(() => void this.flush(), collectFor)
  }

  /** Counts rows that the device has already. */
  note(name: DocumentName, rows: number): void {
    this.#rows.set(name, (this.#rows.get(name) ?? 0) + rows)
  }

  /** Writes a document's at once: a local change that is about to be written may build on them. */
  async flushDocument(name: DocumentName): Promise<void> {
    const updates = this.#collected.get(name)
    if (updates === undefined) return
    this.#collected.delete(name)
    this.note(name, 1)
    await this.#store.writeRemote(this.#plan, name, mergeUpdates(updates) as Uint8Array<ArrayBuffer>, Date.now())
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await Promise.all([...this.#collected.keys()].map((name) => this.flushDocument(name)))
    await this.#compact()
  }

  async close(): Promise<void> {
    await this.flush()
  }

  async #compact(): Promise<void> {
    const grown = [...this.#rows].filter(([, rows]) => rows > mostRows).map(([name]) => name)
    if (grown.length === 0) return
    for (const name of grown) this.#rows.delete(name)
    const work = async () => {
      for (const name of grown) await this.#store.compact(name, mostRows / 2)
    }
    if (this.#locks === null) await work()
    else await this.#locks.request('soanchung-compact', { ifAvailable: true }, (lock) => (lock ? work() : undefined))
  }
}
