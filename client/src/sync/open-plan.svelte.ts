/**
 * Opens a plan: what the device keeps of it at once, then in one request what changed on the server
 * since, then a connection for the outline and each part, in the background. Whatever happens to
 * the line, the documents stay the ones that screens hold; only a refusal of the server replaces
 * one, and what it refused becomes a draft.
 */
import * as Y from 'yjs'
import { accept, type ErrorCode, type Result } from '@soanchung/shared/errors.ts'
import { partId as partIdSchema, type PartId, type PlanId, type UserId } from '@soanchung/shared/ids.ts'
import {
  outlineDocument,
  parseDocumentName,
  partDocument,
  schemaVersion,
  type DocumentName,
} from '@soanchung/shared/plan/documents.ts'
import type { ConnectionToken, Me, PlanRecord, Presence } from '@soanchung/shared/protocol.ts'
import type { OpenPart, OpenPlan, SaveState } from '../plan/open-plan.ts'
import { AttachQueue } from './attach-queue.ts'
import { DeviceStore, type Draft, type KeptPlan } from './device-store.ts'
import { DocumentSync, fromDevice, fromServer } from './document-sync.ts'
import { draftOf, Drafts, type NewDraft } from './drafts.svelte.ts'
import { Ledger, type PendingChange } from './ledger.ts'
import { Outbox } from './outbox.ts'
import { fetchDocuments, fetchRecord } from './plan-server.ts'
import { Refresh } from './refresh.ts'
import { endsSync, isPassing } from './refusals.ts'
import { RemoteRows } from './remote-rows.ts'
import { LiveSaveState } from './save-state.svelte.ts'
import { browserSurroundings, type Surroundings } from './surroundings.ts'
import { joinTabs, type TabMessage, type Tabs } from './tabs.ts'

export interface OpenedPlan {
  readonly plan: OpenPlan
  /** Reactive; true at every moment. `memory` may last a few milliseconds after a key. */
  readonly save: SaveState
  /** Reactive: what the server has refused of this plan, on this device, oldest first. */
  readonly drafts: readonly NewDraft[]
  /** Records of the plan on this device that were found damaged and set aside in this opening. */
  readonly damaged: number
  /** Waits a moment for what is on its way. */
  close(): Promise<void>
}

/**
 * From the device where it keeps the plan, otherwise from the server. Refused with
 * `network.offline` where neither can give it, and with the server's code where it won't.
 */
export async function openPlan(
  planId: PlanId,
  me: Me,
  surroundings: Surroundings = browserSurroundings(),
): Promise<Result<OpenedPlan>> {
  const store = await DeviceStore.open(surroundings.database, me.id)
  const kept = await store.readPlan(planId)
  const drafts = await store.drafts(planId)
  // An opening that was cut short leaves the record alone: an empty plan would be shown for it.
  const isWhole = kept.documents.some(({ name }) => name === outlineDocument(planId))
  if (kept.record !== null && isWhole) {
    return accept(new PlanSync(surroundings, store, kept, kept.record, drafts, me, false))
  }
  const record = await fetchRecord(surroundings.api, planId, AbortSignal.timeout(openTimeout))
  if (!record.ok) {
    await store.close()
    return record
  }
  return accept(new PlanSync(surroundings, store, kept, record.value, drafts, me, true))
}

const openTimeout = 20_000
const closeTimeout = 2_000

class PlanSync implements OpenPlan, OpenedPlan {
  readonly plan: OpenPlan = this
  readonly id: PlanId
  readonly userId: UserId
  readonly save = new LiveSaveState()
  readonly damaged: number

  readonly #me: Me
  readonly #surroundings: Surroundings
  readonly #store: DeviceStore
  readonly #tabs: Tabs
  readonly #ledger: Ledger
  readonly #drafts: Drafts
  readonly #outbox: Outbox
  readonly #remote: RemoteRows
  readonly #queue: AttachQueue
  readonly #outlineName: DocumentName
  readonly #documents = new Map<DocumentName, DocumentSync>()
  readonly #parts = new Map<PartId, OpenPart>()
  readonly #seqs = new Map<DocumentName, number>()
  readonly #listeners = new Set<() => void>()
  readonly #closed = new AbortController()
  readonly #refresh = new Refresh(() => this.#askServer(), this.#closed.signal)
  readonly #line: ReturnType<Surroundings['socket']>
  #record: PlanRecord
  #mayWriteParts = new Map<PartId, boolean>()
  /** Why nothing is sent any more, or at the moment. */
  #code: ErrorCode | null = null
  /** The record was fetched since the socket opened, and the epoch is the device's. */
  #agreed = false
  #fetched = false
  #told = false
  #closing = false
  #whenSettled: (() => void) | null = null

  constructor(
    surroundings: Surroundings,
    store: DeviceStore,
    kept: KeptPlan,
    record: PlanRecord,
    drafts: readonly Draft[],
    me: Me,
    recordIsFresh: boolean,
  ) {
    this.id = record.id
    this.userId = me.id
    this.#drafts = new Drafts(store, drafts)
    this.damaged = kept.damaged
    this.#me = me
    this.#surroundings = surroundings
    this.#store = store
    this.#record = record
    this.#outlineName = outlineDocument(record.id)
    this.#tabs = joinTabs(surroundings, me.id, record.id, (message) => this.#hear(message))
    this.#ledger = new Ledger(
      record.id,
      store,
      (message) => this.#tabs.send(message),
      () => this.#tellSaving(),
    )
    this.#outbox = new Outbox(record.id, store, surroundings, {
      changed: () => this.#tellSaving(),
      partMade: (part) => this.#partMade(part),
      listChanged: () => this.#tabs.send({ type: 'requests-changed' }),
      partRefused: (part, code) => this.#refused(partDocument(part), code),
    })
    this.#remote = new RemoteRows(record.id, store, surroundings.locks)
    this.#line = surroundings.socket()
    this.#queue = new AttachQueue({
      socket: this.#line.socket,
      document: (name) => this.#documents.get(name),
      mayAttach: (name) => this.#mayAttach(name),
      token: () => JSON.stringify({ schema: schemaVersion, epoch: this.#record.epoch } satisfies ConnectionToken),
    })
    this.#fill(kept)
    if (recordIsFresh) void store.writeRecord(record, Date.now())
    this.#rememberRights()
    this.#knowParts()
    this.#listen()
    this.#tabs.send({ type: 'opened' })
    this.#tellSaving()
    this.#refresh.soon(0)
  }

  get outline(): Y.Doc {
    return this.#document(this.#outlineName).document
  }

  get awareness() {
    return this.#document(this.#outlineName).awareness
  }

  get drafts(): readonly NewDraft[] {
    return this.#drafts.all
  }

  get record(): PlanRecord {
    return this.#record
  }

  get mayWriteOutline(): boolean {
    return this.#record.mayWriteOutline && this.#mayType()
  }

  part(id: PartId): OpenPart {
    const known = this.#parts.get(id)
    if (known !== undefined) return known
    const part = this.#makePart(id)
    this.#parts.set(id, part)
    this.#queue.add([partDocument(id)])
    this.#notify()
    return part
  }

  parts(): readonly OpenPart[] {
    return [...this.#parts.values()]
  }

  createPart(id: PartId): void {
    if (this.#mayWriteParts.has(id)) return
    this.#outbox.createPart(id)
    this.part(id)
    this.#document(partDocument(id)).markLoaded()
    void this.#sendRequests()
    this.#notify()
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    for (const document of this.#documents.values()) document.flush()
    await this.#onItsWay()
    this.#closed.abort()
    for (const document of this.#documents.values()) document.destroy(false)
    await this.#ledger.settled()
    await this.#outbox.settled()
    await this.#remote.close()
    this.#ledger.close()
    this.#queue.close()
    this.#tabs.close()
    this.#line.release()
    await this.#store.close()
  }

  #makePart(id: PartId): OpenPart {
    const document = () => this.#document(partDocument(id))
    const mayWrite = () => this.#mayWritePart(id)
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

  #mayWritePart(id: PartId): boolean {
    if (!this.#mayType()) return false
    return this.#mayWriteParts.get(id) ?? (this.#record.mayWriteOutline && this.#outbox.makes(id))
  }

  /** An older page must not touch content that it does not know. */
  #mayType(): boolean {
    return this.#code !== 'client.outdated' && this.#code !== 'not.found' && this.#code !== 'not.allowed'
  }

  #document(name: DocumentName): DocumentSync {
    const known = this.#documents.get(name)
    if (known !== undefined) return known
    const document: DocumentSync = new DocumentSync(name, this.#ledger, {
      changed: () => {
        if (document.live) this.#queue.settled(name)
        this.#tellSaving()
        this.#notify()
      },
      remote: (bytes) => this.#remote.add(name, bytes),
      refused: (code) => this.#refused(name, code),
      ended: (code) => this.#ended(name, code),
      recordChanged: () => this.#refresh.soon(),
    })
    this.#documents.set(name, document)
    if (name === this.#outlineName) {
      document.document.getMap('parts').observe(() => this.#knowParts())
      document.awareness.setLocalState({ user: presenceOf(this.#me) })
    }
    return document
  }

  #fill(kept: KeptPlan): void {
    for (const { name, seq, acknowledged, pending } of kept.documents) {
      const document = this.#document(name)
      const isWhole = acknowledged.map((bytes) => document.apply(bytes, fromDevice)).every(Boolean)
      for (const change of pending) {
        document.apply(change.bytes, fromDevice)
        this.#ledger.restored(change)
      }
      this.#seqs.set(name, isWhole ? seq : 0)
      if (acknowledged.length + pending.length > 0) document.markLoaded()
      this.#remote.note(name, acknowledged.length)
    }
    this.#outbox.restore(kept.requests)
    for (const part of this.#outbox.parts()) this.#document(partDocument(part)).markLoaded()
  }

  /** Opens the parts that the record and the outline name. */
  #knowParts(): void {
    const ids = new Set<PartId>(this.#record.parts.map(({ id }) => id))
    for (const key of this.outline.getMap('parts').keys()) {
      const id = partIdSchema.safeParse(key)
      if (id.success) ids.add(id.data)
    }
    for (const id of ids) this.part(id)
    if ([...ids].some((id) => !this.#mayWriteParts.has(id) && !this.#outbox.makes(id))) this.#refresh.soon(1_000)
  }

  #rememberRights(): void {
    this.#mayWriteParts = new Map(this.#record.parts.map(({ id, mayWrite }) => [id, mayWrite]))
  }

  #listen(): void {
    const { socket } = this.#line
    const opened = () => {
      this.#refresh.worked()
      if (this.#agreed) this.#queue.add(this.#inSheetOrder())
      else this.#refresh.soon(0)
      this.#tellSaving()
    }
    const dropped = () => {
      this.#agreed = false
      this.#queue.drop()
      for (const document of this.#documents.values()) document.detach()
      this.#tellSaving()
    }
    const hidden = () => void this.#remote.flush()
    const leaving = (event: BeforeUnloadEvent) => {
      if (this.#atRisk) event.preventDefault()
    }
    const networkIsBack = () => void socket.connect()
    const isBackFromSigningIn = () => this.#code === 'auth.required' && this.#refresh.soon(0)
    socket.on('open', opened)
    socket.on('disconnect', dropped)
    const { signal } = this.#closed
    signal.addEventListener('abort', () => {
      socket.off('open', opened)
      socket.off('disconnect', dropped)
    })
    if (typeof window === 'undefined') return
    window.addEventListener('beforeunload', leaving, { signal })
    window.addEventListener('pagehide', hidden, { signal })
    window.addEventListener('online', networkIsBack, { signal })
    window.addEventListener('focus', isBackFromSigningIn, { signal })
  }

  /** Something would be gone with this tab: neither on the disk nor on the server. */
  get #atRisk(): boolean {
    return this.#ledger.notKept + this.#outbox.onlyInMemory + this.#drafts.onlyHere > 0
  }

  /** The record, then what changed, then the connections. Tries again by itself. */
  async #askServer(): Promise<void> {
    const { api } = this.#surroundings
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(openTimeout)])
    const record = await fetchRecord(api, this.id, signal)
    if (this.#closed.signal.aborted) return
    if (!record.ok) return this.#refreshFailed(record.error.code)
    if (record.value.epoch !== this.#record.epoch) return this.#stop('epoch.changed')
    this.#takeRecord(record.value)
    if (!this.#fetched) {
      await this.#fetchDocuments(signal)
      if (this.#closed.signal.aborted) return
    }
    await this.#sendRequests()
    this.#agreed = true
    this.#queue.add(this.#inSheetOrder())
    this.#tellSaving()
  }

  #refreshFailed(code: ErrorCode): void {
    if (code !== 'network.offline') {
      this.#code = code
      this.#agreed = false
    }
    this.#tellSaving()
    this.#notify()
    this.#refresh.failed()
  }

  #takeRecord(record: PlanRecord): void {
    this.#refresh.worked()
    if (this.#code !== null && !endsSync(this.#code)) this.#code = null
    this.#record = record
    void this.#store.writeRecord(record, Date.now())
    this.#rememberRights()
    for (const { id } of record.parts) this.part(id)
    this.#notify()
  }

  async #fetchDocuments(signal: AbortSignal): Promise<void> {
    const held = new Map(
      [...this.#documents].map(([name, { document }]) => [name, { seq: this.#seqs.get(name) ?? 0, document }]),
    )
    const answer = await fetchDocuments(this.#surroundings.api, this.id, held, signal)
    if (!answer.ok || this.#closed.signal.aborted) return
    const whole = answer.value.filter(({ name, update }) => this.#document(name).apply(update, fromServer))
    this.#fetched = true
    const ofPlan = [this.#outlineName, ...this.#record.parts.map(({ id }) => partDocument(id))]
    // The server says nothing of a part that nobody has written; the device must know that it is empty.
    const answered = new Set(whole.map(({ name }) => name))
    const empty = ofPlan
      .filter((name) => !answered.has(name) && !this.#seqs.has(name))
      .map((name) => ({ name, seq: 0, update: Y.encodeStateAsUpdate(new Y.Doc()) as Uint8Array<ArrayBuffer> }))
    void this.#store.writeServerDocuments(this.id, this.#record.epoch, [...whole, ...empty], Date.now())
    for (const name of ofPlan) this.#document(name).markLoaded()
  }

  async #sendRequests(): Promise<void> {
    if (this.#code !== null && endsSync(this.#code)) return
    await this.#outbox.send()
    if (this.#outbox.size > 0) this.#refresh.failed()
  }

  #partMade(part: PartId): void {
    // The record comes in a moment; until then the maker of a part may go on writing it.
    this.#mayWriteParts.set(part, true)
    this.#queue.add([partDocument(part)])
    this.#refresh.soon()
  }

  #mayAttach(name: DocumentName): boolean {
    if (!this.#agreed || (this.#code !== null && endsSync(this.#code))) return false
    const subject = parseDocumentName(name)
    return subject?.kind === 'outline' || (subject?.kind === 'part' && this.#mayWriteParts.has(subject.partId))
  }

  #inSheetOrder(): DocumentName[] {
    return [this.#outlineName, ...[...this.#parts.keys()].map((id) => partDocument(id))]
  }

  #ended(name: DocumentName, code: ErrorCode): void {
    if (endsSync(code)) return this.#stop(code)
    if (code === 'auth.required') {
      this.#code = code
      this.#agreed = false
    }
    this.#queue.again(name)
    this.#refresh.soon()
    this.#tellSaving()
  }

  /** Nothing goes out any more; what is typed stays on the device. */
  #stop(code: ErrorCode): void {
    this.#code = code
    this.#queue.drop()
    for (const document of this.#documents.values()) document.detach()
    this.#tellSaving()
    this.#notify()
  }

  /** Keeps what was refused as a draft and opens the document anew with what the server has. */
  #refused(name: DocumentName, code: ErrorCode, toldByTab = false): void {
    const refused = this.#documents.get(name)
    if (refused === undefined || this.#closed.signal.aborted) return
    if (isPassing(code)) return this.#ended(name, code)
    refused.flush()
    const changes = this.#ledger.withdraw(name)
    const draft = draftOf(this.id, refused, code, changes)
    this.#documents.delete(name)
    const fresh = this.#document(name)
    this.#notifyNow()
    // The refused document is in the middle of the message that said so.
    setTimeout(() => refused.destroy(true), 0)
    if (!toldByTab) this.#tabs.send({ type: 'refused', document: name, code })
    // The tab that was refused keeps the draft of its own changes.
    const isOthers = toldByTab && changes.every(({ foreign }) => foreign)
    void this.#refill(fresh, isOthers ? null : draft, changes)
  }

  async #refill(fresh: DocumentSync, draft: NewDraft | null, changes: readonly PendingChange[]): Promise<void> {
    if (draft !== null) {
      await this.#drafts.keep(draft, changes, async () => {
        await this.#ledger.settled()
        await this.#remote.flush()
      })
    }
    for (const bytes of await this.#store.readAcknowledged(fresh.name)) {
      if (fresh.apply(bytes, fromDevice)) fresh.markLoaded()
    }
    this.#queue.again(fresh.name)
    this.#refresh.soon()
    this.#tellSaving()
  }

  #hear(message: TabMessage): void {
    switch (message.type) {
      case 'opened':
        return this.#ledger.tellAll()
      case 'change': {
        const { type: _type, bytes, ...change } = message
        this.#document(message.document).hear({ ...change, plan: this.id, bytes: bytes.slice() })
        return
      }
      case 'acknowledged':
        for (const change of message.changes) this.#ledger.acknowledged(change.document, [change], true)
        return
      case 'refused':
        if (this.#ledger.of(message.document).length > 0) this.#refused(message.document, message.code, true)
        return
      case 'requests-changed':
        void this.#store.readRequests(this.id).then((requests) => this.#outbox.restore(requests))
    }
  }

  #tellSaving(): void {
    const socketIsOpen = this.#line.socket.status === 'connected'
    const waiting = this.#ledger.documents()
    const problems = [...this.#documents.values()].map(({ problem }) => problem).filter((problem) => problem !== null)
    const unsent = this.#ledger.unsent + this.#outbox.size
    if (unsent === 0 || !socketIsOpen) this.#whenSettled?.()
    this.save.update({
      unsent,
      notKept: this.#ledger.notKept + this.#outbox.onlyInMemory,
      online: socketIsOpen,
      moving: this.#code === null && waiting.every((name) => (this.#documents.get(name)?.problem ?? null) === null),
      code: this.#code ?? problems[0] ?? null,
      keepsCopy: !this.#ledger.failing,
    })
  }

  /** Until the server has everything, the line is gone, or it takes too long. */
  async #onItsWay(): Promise<void> {
    if (this.save.where !== 'sending') return
    await new Promise<void>((resolve) => {
      this.#whenSettled = resolve
      setTimeout(resolve, closeTimeout)
    })
  }

  /** At most once a turn, however many parts arrive in it. */
  #notify(): void {
    if (this.#told) return
    this.#told = true
    queueMicrotask(() => this.#notifyNow())
  }

  #notifyNow(): void {
    this.#told = false
    if (this.#closed.signal.aborted) return
    for (const listener of [...this.#listeners]) listener()
  }
}

function presenceOf(me: Me): Presence['user'] {
  const unit = me.units[0]
  return { id: me.id, name: me.name, unit: unit?.id ?? null, symbol: unit?.symbol ?? '', colour: unit?.colour ?? 0 }
}
