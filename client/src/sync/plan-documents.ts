/**
 * The documents of an opened plan on this device: made when first asked for, filled from the
 * device's store and from the server's answer, replaced where the server refused one. `loaded` of
 * each is true only where its content, or that it has none, is known.
 */
import * as Y from 'yjs'
import type { PlanId } from '@soanchung/shared/ids.ts'
import type { DocumentName } from '@soanchung/shared/plan/documents.ts'
import type { DeviceStore, KeptDocument, ServerDocument } from './device-store.ts'
import { DocumentSync, fromDevice, fromServer } from './document-sync.ts'
import type { Ledger } from './ledger.ts'
import type { Held } from './plan-server.ts'
import type { RemoteRows } from './remote-rows.ts'

export interface DocumentsOf {
  plan: PlanId
  store: DeviceStore
  ledger: Ledger
  remote: RemoteRows
  make: (name: DocumentName) => DocumentSync
}

export class PlanDocuments {
  readonly #of: DocumentsOf
  readonly #documents = new Map<DocumentName, DocumentSync>()
  /** How far the device has the server's log of each. */
  readonly #seqs = new Map<DocumentName, number>()

  constructor(of: DocumentsOf) {
    this.#of = of
  }

  get(name: DocumentName): DocumentSync {
    const known = this.#documents.get(name)
    if (known !== undefined) return known
    const document = this.#of.make(name)
    this.#documents.set(name, document)
    return document
  }

  known(name: DocumentName): DocumentSync | undefined {
    return this.#documents.get(name)
  }

  all(): Iterable<DocumentSync> {
    return this.#documents.values()
  }

  /** What the device keeps; its waiting changes go into the ledger. */
  fill(kept: readonly KeptDocument[]): void {
    for (const { name, seq, acknowledged, pending } of kept) {
      const document = this.get(name)
      const isWhole = acknowledged.map((bytes) => document.apply(bytes, fromDevice)).every(Boolean)
      for (const change of pending) {
        document.apply(change.bytes, fromDevice)
        this.#of.ledger.restored(change)
      }
      this.#seqs.set(name, isWhole ? seq : 0)
      if (acknowledged.length + pending.length > 0) document.markLoaded()
      this.#of.remote.note(name, acknowledged.length)
    }
  }

  /** What to tell the server, so that it answers with what is missing here. */
  held(): Map<DocumentName, Held> {
    return new Map(
      [...this.#documents].map(([name, { document }]) => [name, { seq: this.#seqs.get(name) ?? 0, document }]),
    )
  }

  /**
   * Takes the server's answer in and writes it to the device. The server says nothing of a part
   * that nobody has written; the device must know that it is empty. `names`: all of the plan.
   */
  take(answer: readonly ServerDocument[], names: readonly DocumentName[], epoch: string): void {
    const whole = answer.filter(({ name, update }) => this.get(name).apply(update, fromServer))
    const answered = new Set(whole.map(({ name }) => name))
    const empty = names
      .filter((name) => !answered.has(name) && !this.#seqs.has(name))
      .map((name) => ({ name, seq: 0, update: Y.encodeStateAsUpdate(new Y.Doc()) as Uint8Array<ArrayBuffer> }))
    void this.#of.store.writeServerDocuments(this.#of.plan, epoch, [...whole, ...empty], Date.now())
    for (const name of names) this.get(name).markLoaded()
  }

  /** A new document in the place of a refused one, which the caller takes apart. */
  replace(name: DocumentName): DocumentSync {
    this.#documents.delete(name)
    return this.get(name)
  }

  /** From the device: what the server had of a document that was refused. */
  async refill(document: DocumentSync): Promise<void> {
    for (const bytes of await this.#of.store.readAcknowledged(document.name)) {
      if (document.apply(bytes, fromDevice)) document.markLoaded()
    }
  }

  detach(): void {
    for (const document of this.all()) document.detach()
  }
}
