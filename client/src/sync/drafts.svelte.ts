/**
 * What the server has refused of a plan, on this device: each refusal keeps the state of the
 * document as it was, and the changes in it that no server has. Nothing leaves this list by itself.
 */
import * as Y from 'yjs'
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import type { PlanId } from '@soanchung/shared/ids.ts'
import type { DeviceStore, Draft } from './device-store.ts'
import type { DocumentSync } from './document-sync.ts'
import type { PendingChange } from './ledger.ts'

/** A draft as it is made; the device gives it its number. */
export type NewDraft = Omit<Draft, 'id'>

export class Drafts {
  /** Reactive, oldest first. */
  all: readonly NewDraft[] = $state.raw([])
  /** How many the device could not write: they would be gone with this tab. */
  onlyHere = 0
  readonly #store: DeviceStore

  constructor(store: DeviceStore, kept: readonly Draft[]) {
    this.#store = store
    this.all = kept
  }

  /** Shown at once. `written` is awaited before the changes are taken out of the device's log. */
  async keep(draft: NewDraft, changes: readonly PendingChange[], written: () => Promise<void>): Promise<void> {
    this.all = [...this.all, draft]
    this.onlyHere += 1
    await written()
    if (await this.#store.writeDraft(draft, changes)) this.onlyHere -= 1
  }
}

/** The draft of a document with `changes`, which are still in it. */
export function draftOf(
  plan: PlanId,
  { name, document }: DocumentSync,
  code: ErrorCode,
  changes: readonly PendingChange[],
): NewDraft {
  return {
    ...{ plan, document: name, code, refusedAt: Date.now() },
    state: Y.encodeStateAsUpdate(document) as Uint8Array<ArrayBuffer>,
    changes: Y.mergeUpdates(changes.map(({ bytes }) => bytes)) as Uint8Array<ArrayBuffer>,
  }
}
