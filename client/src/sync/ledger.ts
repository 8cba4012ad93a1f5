/**
 * The account of what is not yet on the server: every local change from the key press to the
 * server's acknowledgement, those of other tabs and of earlier visits included. It writes each
 * change to the device, tries again where that failed, and knows at every moment how many changes
 * wait and how many of them are not even on the disk.
 */
import type { PlanId } from '@soanchung/shared/ids.ts'
import type { DocumentName } from '@soanchung/shared/plan/documents.ts'
import type { Change, DeviceStore } from './device-store.ts'
import { tellChange, type TabMessage } from './tabs.ts'

export interface PendingChange extends Change {
  /** On this device's disk. */
  kept: boolean
  /** Made in another tab that is open now, which keeps and sends it itself. */
  foreign: boolean
}

const retryAfter = 3_000

export class Ledger {
  readonly #plan: PlanId
  readonly #store: DeviceStore
  readonly #tell: (message: TabMessage) => void
  readonly #changed: () => void
  /** Names this tab's changes; never used again. */
  readonly #client = crypto.getRandomValues(new Uint32Array(4)).join('-')
  readonly #pending = new Map<DocumentName, Map<string, PendingChange>>()
  #number = 0
  #retry: ReturnType<typeof setTimeout> | undefined
  #writes: Promise<unknown> = Promise.resolve()
  /** The last write failed, so the device keeps nothing at the moment. */
  failing: boolean

  constructor(plan: PlanId, store: DeviceStore, tell: (message: TabMessage) => void, changed: () => void) {
    this.#plan = plan
    this.#store = store
    this.#tell = tell
    this.#changed = changed
    this.failing = !store.keeps
  }

  get unsent(): number {
    return this.#count(() => true)
  }

  /** Waiting changes that would be gone if the tab were closed now. */
  get notKept(): number {
    return this.#count((change) => !change.kept && !change.foreign)
  }

  documents(): DocumentName[] {
    return [...this.#pending.keys()]
  }

  of(document: DocumentName): PendingChange[] {
    return [...(this.#pending.get(document)?.values() ?? [])]
  }

  /** An edit of this tab. `sent` where it goes out in the same moment. */
  made(document: DocumentName, bytes: Uint8Array<ArrayBuffer>, sent: boolean): PendingChange {
    this.#number += 1
    const change: PendingChange = {
      ...{ plan: this.#plan, document, client: this.#client, number: this.#number, bytes, madeAt: Date.now() },
      ...{ kept: false, foreign: false },
    }
    this.#add(change)
    this.#tell(tellChange(change))
    this.#keep([change], sent ? 'sent' : 'made')
    this.#changed()
    return change
  }

  /** A change of an earlier visit, read from the device. */
  restored(change: Change): void {
    this.#add({ ...change, kept: true, foreign: false })
  }

  /** A change of another tab; undefined where it is known already. */
  heard(change: Change): PendingChange | undefined {
    if (this.#pending.get(change.document)?.has(keyOf(change))) return undefined
    const pending: PendingChange = { ...change, kept: false, foreign: true }
    this.#add(pending)
    this.#changed()
    return pending
  }

  /** The server has logged these. `told`: another tab said so and has written it down. */
  acknowledged(document: DocumentName, changes: readonly Pick<Change, 'client' | 'number'>[], told = false): void {
    const known = this.#remove(document, changes)
    if (known.length === 0) return
    if (!told) {
      this.#tell({
        type: 'acknowledged',
        changes: known.map(({ client, number }) => ({ document, client, number })),
      })
      this.#after(this.#store.acknowledge(known.map(({ client, number }) => ({ client, number }))))
    }
    this.#changed()
  }

  /** Takes a document's waiting changes out of the account; they live on as a draft. */
  withdraw(document: DocumentName): PendingChange[] {
    const changes = this.of(document)
    this.#pending.delete(document)
    this.#changed()
    return changes
  }

  /** Another tab keeps these as its draft. */
  forget(document: DocumentName, changes: readonly Pick<Change, 'client' | 'number'>[]): void {
    if (this.#remove(document, changes).length > 0) this.#changed()
  }

  /** Tells a tab that has just opened what is waiting here. */
  tellAll(): void {
    for (const changes of this.#pending.values()) {
      for (const change of changes.values()) this.#tell(tellChange(change))
    }
  }

  /** Resolves when everything that was handed to the device so far has been written or has failed. */
  async settled(): Promise<void> {
    await this.#writes
  }

  close(): void {
    clearTimeout(this.#retry)
  }

  /** Those that were waiting. */
  #remove(document: DocumentName, changes: readonly Pick<Change, 'client' | 'number'>[]) {
    const waiting = this.#pending.get(document)
    const removed = changes.filter((change) => waiting?.delete(keyOf(change)))
    if (waiting?.size === 0) this.#pending.delete(document)
    return removed
  }

  #add(change: PendingChange): void {
    const changes = this.#pending.get(change.document) ?? new Map<string, PendingChange>()
    this.#pending.set(change.document, changes)
    changes.set(keyOf(change), change)
  }

  #keep(changes: readonly PendingChange[], state: 'made' | 'sent'): void {
    const written = this.#store.writeChanges(
      changes.map(({ kept: _kept, foreign: _foreign, ...change }) => change),
      state,
    )
    this.#after(
      written.then((ok) => {
        this.failing = !ok
        if (ok) for (const change of changes) change.kept = true
        else this.#retryLater()
        this.#changed()
      }),
    )
  }

  #retryLater(): void {
    if (!this.#store.keeps) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      const left = this.documents().flatMap((name) => this.of(name).filter((one) => !one.kept && !one.foreign))
      if (left.length > 0) this.#keep(left, 'made')
    }, retryAfter)
  }

  #after(work: Promise<unknown>): void {
    this.#writes = Promise.all([this.#writes, work])
  }

  #count(which: (change: PendingChange) => boolean): number {
    let count = 0
    for (const changes of this.#pending.values()) {
      for (const change of changes.values()) if (which(change)) count += 1
    }
    return count
  }
}

function keyOf({ client, number }: Pick<Change, 'client' | 'number'>): string {
  return `${client}:${number}`
}
