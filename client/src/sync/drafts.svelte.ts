/**
 * What the server has refused of a plan, on this device: each refusal keeps the state of the
 * document as it was, and the changes in it that no server has. Nothing leaves this list by itself.
 */
import * as Y from 'yjs'
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import { newId, type HandedDraftId, type PlanId } from '@soanchung/shared/ids.ts'
import { writeBody, type Block } from '@soanchung/shared/plan/blocks.ts'
import type { DocumentName } from '@soanchung/shared/plan/documents.ts'
import type { DeviceStore, Draft } from './device-store.ts'
import { hasGap, type DocumentSync } from './document-sync.ts'
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

  /**
   * Shown at once. `written` is awaited before the changes are taken out of the device's log; null
   * where the server takes them and only their place is gone.
   */
  async keep(draft: NewDraft, changes: readonly PendingChange[] | null, written: () => Promise<void>): Promise<void> {
    this.all = [...this.all, draft]
    this.onlyHere += 1
    await written()
    const whole = await this.#completed(draft)
    this.all = this.all.map((one) => (one === draft ? whole : one))
    if (await this.#store.writeDraft(whole, changes)) this.onlyHere -= 1
  }

  /** With what it builds on, where that was refused before and lies in an earlier draft. */
  async #completed(draft: NewDraft): Promise<NewDraft> {
    if (!hasGap(documentOf([draft.state]))) return draft
    const earlier = (await this.#store.drafts(draft.plan)).filter(({ document }) => document === draft.document)
    const whole = documentOf([...earlier.map(({ state }) => state), draft.state])
    return { ...draft, state: Y.encodeStateAsUpdate(whole) as Uint8Array<ArrayBuffer> }
  }
}

function documentOf(updates: readonly Uint8Array[]): Y.Doc {
  const document = new Y.Doc()
  for (const update of updates) Y.applyUpdate(document, update)
  return document
}

/** A draft of words that no change of the document stands for any more. */
export function draftOfWords(
  plan: PlanId,
  document: DocumentName,
  code: ErrorCode,
  blocks: readonly Block[],
): NewDraft {
  const words = new Y.Doc()
  writeBody(words.getXmlFragment('body'), blocks)
  const bytes = (one: Y.Doc) => Y.encodeStateAsUpdate(one) as Uint8Array<ArrayBuffer>
  return { key: newId(), plan, document, code, refusedAt: Date.now(), state: bytes(words), changes: bytes(new Y.Doc()) }
}

/** The draft of a document with `changes`, which are still in it. */
export function draftOf(
  plan: PlanId,
  { name, document }: DocumentSync,
  code: ErrorCode,
  changes: readonly PendingChange[],
): NewDraft {
  return {
    ...{ key: newId<HandedDraftId>(), plan, document: name, code, refusedAt: Date.now() },
    state: Y.encodeStateAsUpdate(document) as Uint8Array<ArrayBuffer>,
    changes: Y.mergeUpdates(changes.map(({ bytes }) => bytes)) as Uint8Array<ArrayBuffer>,
  }
}
