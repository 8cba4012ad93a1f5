/**
 * The documents of an opened plan on this device: made when first asked for, filled from the
 * device's store and from the server's answer, replaced where the server refused one. `loaded` of
 * each is true only where its content, or that it has none, is known.
 */
import * as Y from 'yjs'
import type { PartId, PlanId } from '@soanchung/shared/ids.ts'
import { partDocument, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import type { OpenPart } from '../plan/open-plan.ts'
import type { DeviceStore, KeptDocument, ServerDocument } from './device-store.ts'
import { DocumentSync, fromDevice, fromServer } from './document-sync.ts'
import type { Ledger } from './ledger.ts'
import type { Held } from './plan-server.ts'
import type { RemoteRows } from './remote-rows.ts'

/** Milliseconds that the screen may wait for. */
const slice = 8

interface DocumentsOf {
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

  /** A part as screens hold it: its document may be replaced under it. */
  part(id: PartId, mayWrite: () => boolean): OpenPart {
    const document = () => this.get(partDocument(id))
    document()
    return {
      id,
      get document() {
        return document().document
      },
      get awareness() {
        return document().awareness
      },
      get mayWrite() {
        return mayWrite()
      },
      get loaded() {
        return document().loaded
      },
    }
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
   * Takes the server's answer in and writes it to the device; the outline and the first part at
   * once, the others in slices, with the screen free in between. The server says nothing of a part
   * that nobody has written; the device must know that it is empty. `names`: all of the plan, in
   * the order of the sheet. False where it was ended before everything was in.
   */
  async take(
    answer: readonly ServerDocument[],
    names: readonly DocumentName[],
    epoch: string,
    ended: AbortSignal,
  ): Promise<boolean> {
    const answered = new Map(answer.map((document) => [document.name, document]))
    const taken: ServerDocument[] = []
    let until = performance.now() + slice
    for (const [index, name] of names.entries()) {
      if (index > 1 && performance.now() > until) {
        await free()
        if (ended.aborted) return false
        until = performance.now() + slice
      }
      const document = answered.get(name)
      if (document === undefined) {
        if (!this.#seqs.has(name)) taken.push({ name, seq: 0, update: nothing() })
      } else if (this.get(name).apply(document.update, fromServer)) taken.push(document)
      this.get(name).markLoaded()
    }
    void this.#of.store.writeServerDocuments(this.#of.plan, epoch, taken, Date.now())
    return true
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

function nothing(): Uint8Array<ArrayBuffer> {
  return Y.encodeStateAsUpdate(new Y.Doc()) as Uint8Array<ArrayBuffer>
}

/** Lets the browser draw and take in keys. */
function free(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}
