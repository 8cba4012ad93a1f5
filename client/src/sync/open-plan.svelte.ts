/**
 * Opens a plan: what the device keeps of it at once, then in one exchange what changed on the server
 * since, then a connection for the outline and each part, in the background. Whatever happens to
 * the line, the documents stay the ones that screens hold; only a refusal of the server replaces
 * one, and what it refused becomes a draft.
 */
import * as Y from 'yjs'
import type * as z from 'zod/mini'
import { accept, type ErrorCode, type Result } from '@soanchung/shared/errors.ts'
import { partId as partIdSchema, type PartId, type PlanId, type UserId } from '@soanchung/shared/ids.ts'
import {
  movesRoot,
  outlineDocument,
  parseDocumentName,
  partDocument,
  schemaVersion,
  type DocumentName,
} from '@soanchung/shared/plan/documents.ts'
import type { TextMove } from '@soanchung/shared/plan/split.ts'
import type { ConnectionToken, Me, PlanRecord } from '@soanchung/shared/protocol.ts'
import type { OpenPart, OpenPlan, SaveState } from '../plan/open-plan.ts'
import { presenceOf } from '../plan/presence.svelte.ts'
import { AttachQueue } from './attach-queue.ts'
import { DeviceStore, type Draft, type KeptPlan } from './device-store.ts'
import { DocumentSync } from './document-sync.ts'
import { draftOf, draftOfWords, Drafts, type NewDraft } from './drafts.svelte.ts'
import { leftBehind } from './left-behind.ts'
import { Ledger, type PendingChange } from './ledger.ts'
import { Outbox } from './outbox.ts'
import { PlanDocuments } from './plan-documents.ts'
import { fetchPlan, type PlanAnswer } from './plan-server.ts'
import { Refresh } from './refresh.ts'
import { endsSync, isPassing } from './refusals.ts'
import { RemoteRows } from './remote-rows.ts'
import { LiveSaveState } from './save-state.svelte.ts'
import { browserSurroundings, type Surroundings } from './surroundings.ts'
import { joinTabs, type TabMessage, type Tabs } from './tabs.ts'

/** What the server said of the plan besides its documents, kept for reading without a network. */
export interface KeptFacts {
  /** Null where nothing is kept, or nothing that can be read. */
  read<Value>(kind: string, schema: z.ZodMiniType<Value>): Promise<{ value: Value; at: number } | null>
  keep(kind: string, value: unknown, at: number): Promise<boolean>
}

export interface OpenedPlan {
  readonly plan: OpenPlan
  /** Reactive; true at every moment. `memory` may last a few milliseconds after a key. */
  readonly save: SaveState
  /** Reactive: what the server has refused of this plan, on this device, oldest first. */
  readonly drafts: readonly NewDraft[]
  /** Records of the plan on this device that were found damaged and set aside in this opening. */
  readonly damaged: number
  readonly facts: KeptFacts
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
  const opening = { surroundings, store, kept, drafts, me }
  if (kept.record !== null && isWhole) return accept(new PlanSync(opening, kept.record, null))
  const answer = await fetchPlan(surroundings.api, planId, new Map())
  if (!answer.ok) await store.close()
  return answer.ok ? accept(new PlanSync(opening, answer.value.record, answer.value)) : answer
}

interface Opening {
  surroundings: Surroundings
  store: DeviceStore
  kept: KeptPlan
  drafts: readonly Draft[]
  me: Me
}

const closeTimeout = 2_000

class PlanSync implements OpenPlan, OpenedPlan {
  readonly plan: OpenPlan = this
  readonly id: PlanId
  readonly userId: UserId
  readonly save = new LiveSaveState()
  linksCount = 0
  conflictsCount = 0
  readonly damaged: number
  readonly facts: KeptFacts = {
    read: async (kind, schema) => {
      const fact = await this.#store.readFact(this.id, kind)
      const read = schema.safeParse(fact?.value)
      return fact !== null && read.success ? { value: read.data, at: fact.at } : null
    },
    keep: (kind, value, at) => this.#store.writeFact({ plan: this.id, kind, at, value }),
  }

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
  readonly #documents: PlanDocuments
  readonly #parts = new Map<PartId, OpenPart>()
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
  /** What came with the opening goes into the documents before the server is asked anew. */
  #taking: Promise<void> = Promise.resolve()
  #told = false
  #closing = false
  /** Drafts that are being written. */
  #refilled: Promise<unknown> = Promise.resolve()

  /** `answer` is what the server has just said, where the device kept nothing. */
  constructor({ surroundings, store, kept, drafts, me }: Opening, record: PlanRecord, answer: PlanAnswer | null) {
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
    this.#documents = new PlanDocuments({
      ...{ plan: record.id, store, ledger: this.#ledger, remote: this.#remote },
      make: (name) => this.#makeDocument(name),
    })
    this.#line = surroundings.socket()
    this.#queue = new AttachQueue({
      socket: this.#line.socket,
      document: (name) => this.#documents.known(name),
      mayAttach: (name) => this.#mayAttach(name),
      token: () => JSON.stringify({ schema: schemaVersion, epoch: this.#record.epoch } satisfies ConnectionToken),
    })
    this.#documents.fill(kept.documents)
    this.#outbox.restore(kept.requests)
    for (const part of this.#outbox.parts()) this.#documents.get(partDocument(part)).markLoaded()
    if (answer === null) this.#rememberRights()
    else this.#taking = this.#take(answer)
    this.#knowParts()
    this.#listen()
    this.#tabs.send({ type: 'opened' })
    this.#tellSaving()
    this.#refresh.soon(0)
  }

  get outline(): Y.Doc {
    return this.#documents.get(this.#outlineName).document
  }

  get awareness() {
    return this.#documents.get(this.#outlineName).awareness
  }

  get drafts(): readonly NewDraft[] {
    return this.#drafts.all
  }

  get record(): PlanRecord {
    return this.#record
  }

  get mayWriteOutline(): boolean {
    return this.#record.may.includes('outline.write') && this.#mayType()
  }

  part(id: PartId): OpenPart {
    const known = this.#parts.get(id)
    if (known !== undefined) return known
    const part = this.#documents.part(id, () => this.#mayWritePart(id))
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
    this.#documents.get(partDocument(id)).markLoaded()
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
    for (const document of this.#documents.all()) document.flush()
    await this.save.sent(closeTimeout)
    this.#closed.abort()
    for (const document of this.#documents.all()) document.destroy(false)
    await this.#refilled
    await this.#ledger.settled()
    await this.#outbox.settled()
    await this.#remote.close()
    this.#ledger.close()
    this.#queue.close()
    this.#tabs.close()
    this.#line.release()
    await this.#store.close()
  }

  #mayWritePart(id: PartId): boolean {
    if (!this.#mayType()) return false
    return this.#mayWriteParts.get(id) ?? (this.#record.may.includes('part.create') && this.#outbox.makes(id))
  }

  /** An older page must not touch content that it does not know. */
  #mayType(): boolean {
    return this.#code !== 'client.outdated' && this.#code !== 'not.found' && this.#code !== 'not.allowed'
  }

  #makeDocument(name: DocumentName): DocumentSync {
    const document: DocumentSync = new DocumentSync(name, this.#ledger, {
      changed: () => {
        if (document.live) this.#queue.settled(name)
        this.#tellSaving()
        this.#notify()
      },
      making: () => void this.#remote.flushDocument(name),
      remote: (bytes) => this.#remote.add(name, bytes),
      refused: (code) => this.#refused(name, code),
      ended: (code) => this.#ended(name, code),
      recordChanged: (rights) => {
        if (rights > this.#record.rights) this.#refresh.soon()
      },
      linksChanged: (count) => {
        if (count <= this.linksCount) return
        this.linksCount = count
        this.#notify()
      },
      conflictsChanged: () => {
        this.conflictsCount += 1
        this.#notify()
      },
    })
    if (name === this.#outlineName) {
      document.document.getMap('parts').observe(() => this.#knowParts())
      document.awareness.setLocalState({ user: presenceOf(this.#me, this.#record) })
    } else {
      const moves = document.document.getMap<TextMove>(movesRoot)
      moves.observe((event, transaction) => this.#moved(document, event, transaction))
    }
    return document
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
      if (this.#agreed) this.#attach()
      else this.#refresh.soon(0)
      this.#tellSaving()
    }
    const dropped = () => {
      this.#agreed = false
      this.#queue.drop()
      this.#documents.detach()
      this.#tellSaving()
    }
    // Something would be gone with this tab: neither on the disk nor on the server.
    const leaving = (event: BeforeUnloadEvent) => {
      if (this.#ledger.notKept + this.#outbox.onlyInMemory + this.#drafts.onlyHere > 0) event.preventDefault()
    }
    // The line is back, or somebody looks: neither waits for a pause to end.
    const tryNow = () => {
      void socket.connect()
      if (!this.#agreed) this.#refresh.soon(0)
    }
    socket.on('open', opened)
    socket.on('disconnect', dropped)
    const { signal } = this.#closed
    signal.addEventListener('abort', () => {
      socket.off('open', opened)
      socket.off('disconnect', dropped)
    })
    if (typeof window === 'undefined') return
    window.addEventListener('beforeunload', leaving, { signal })
    window.addEventListener('pagehide', () => void this.#remote.flush(), { signal })
    for (const sign of ['online', 'focus']) window.addEventListener(sign, tryNow, { signal })
  }

  /** The record and what changed, then the connections. Tries again by itself. */
  async #askServer(): Promise<void> {
    await this.#taking
    const { api } = this.#surroundings
    const held = this.#fetched ? null : this.#documents.held()
    const answer = await fetchPlan(api, this.id, held, this.#closed.signal)
    if (this.#closed.signal.aborted) return
    if (!answer.ok) return this.#refreshFailed(answer.error.code)
    if (answer.value.record.epoch !== this.#record.epoch) return this.#stop('epoch.changed')
    await this.#take(answer.value)
    if (this.#closed.signal.aborted) return
    await this.#sendRequests()
    this.#attach()
    this.#tellSaving()
  }

  /** In the order of the sheet. */
  #attach(): void {
    this.#agreed = true
    this.#queue.add([this.#outlineName, ...[...this.#parts.keys()].map((id) => partDocument(id))])
  }

  #refreshFailed(code: ErrorCode): void {
    if (code !== 'network.offline') {
      this.#code = code
      this.#agreed = false
    }
    // Whoever is out of the plan may hand nothing in; what they wrote is kept where they find it.
    if (code === 'not.found') for (const name of this.#ledger.documents()) this.#refused(name, 'not.allowed')
    this.#tellSaving()
    this.#notify()
    this.#refresh.failed()
  }

  async #take({ record, documents }: PlanAnswer): Promise<void> {
    this.#takeRecord(record)
    if (documents === null) return
    const names = [this.#outlineName, ...record.parts.map(({ id }) => partDocument(id))]
    this.#fetched = await this.#documents.take(documents, names, record.epoch, this.#closed.signal)
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
    this.#documents.detach()
    this.#tellSaving()
    this.#notify()
  }

  /** Keeps as a draft what was written here into text that went to another part without it. */
  #moved(document: DocumentSync, event: Y.YMapEvent<TextMove>, transaction: Y.Transaction): void {
    const restored = this.#ledger.of(document.name).filter(({ foreign }) => !foreign)
    const own = new Set(restored.flatMap(({ bytes }) => [...Y.parseUpdateMeta(bytes).from.keys()]))
    const blocks = leftBehind(event, transaction, own.add(document.document.clientID))
    if (blocks.length === 0) return
    const draft = draftOfWords(this.id, document.name, 'text.moved', blocks)
    const kept = this.#drafts.keep(draft, null, () => Promise.resolve())
    this.#refilled = Promise.all([this.#refilled, kept])
  }

  /** Keeps what was refused as a draft and opens the document anew with what the server has. */
  #refused(name: DocumentName, code: ErrorCode, toldByTab = false): void {
    const refused = this.#documents.known(name)
    if (refused === undefined || this.#closed.signal.aborted) return
    if (isPassing(code)) return this.#ended(name, code)
    refused.flush()
    const changes = this.#ledger.withdraw(name)
    const draft = draftOf(this.id, refused, code, changes)
    const fresh = this.#documents.replace(name)
    this.#notifyNow()
    // The refused document is in the middle of the message that said so.
    setTimeout(() => refused.destroy(true), 0)
    if (!toldByTab) this.#tabs.send({ type: 'refused', document: name, code })
    // The tab that was refused keeps the draft of its own changes.
    const isOthers = toldByTab && changes.every(({ foreign }) => foreign)
    if (toldByTab) {
      const own = changes
        .filter(({ foreign }) => !foreign)
        .map(({ client, number }) => ({ document: name, client, number }))
      this.#tabs.send({ type: 'withdrawn', document: name, changes: own })
    }
    const refilled = this.#refill(fresh, isOthers ? null : draft, changes)
    this.#refilled = Promise.all([this.#refilled, refilled])
  }

  async #refill(fresh: DocumentSync, draft: NewDraft | null, changes: readonly PendingChange[]): Promise<void> {
    if (draft !== null) {
      await this.#drafts.keep(draft, changes, async () => {
        await this.#ledger.settled()
        await this.#remote.flush()
      })
    }
    await this.#documents.refill(fresh)
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
        this.#documents.get(message.document).hear({ ...change, plan: this.id, bytes: bytes.slice() })
        return
      }
      case 'acknowledged':
        for (const change of message.changes) this.#ledger.acknowledged(change.document, [change], true)
        return
      case 'withdrawn':
        return this.#ledger.forget(message.document, message.changes)
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
    const problems = [...this.#documents.all()].map(({ problem }) => problem).filter((problem) => problem !== null)
    const unsent = this.#ledger.unsent + this.#outbox.size
    this.save.update({
      unsent,
      notKept: this.#ledger.notKept + this.#outbox.onlyInMemory,
      online: socketIsOpen,
      moving: this.#agreed && this.#code === null && waiting.every((name) => !this.#documents.known(name)?.problem),
      code: this.#code ?? problems[0] ?? null,
      keepsCopy: !this.#ledger.failing,
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
