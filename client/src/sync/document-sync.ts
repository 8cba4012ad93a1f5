/**
 * One Yjs document between the device and the server. Local updates of one turn become one change
 * and one message; the server answers each message in order with one acknowledgement, after it has
 * logged it durably, and its state vector with what it lacks is answered with everything that
 * waits. So an acknowledgement says exactly which changes the server has.
 *
 * The library's provider does authentication, presence and the first exchange. Its own sending of
 * updates is taken out: it queues while the line is down and counts what it may never send.
 */
import { HocuspocusProvider, type HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding'
import { readVarInt, readVarUint, type Decoder, readVarString } from 'lib0/decoding'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { isErrorCode, type ErrorCode } from '@soanchung/shared/errors.ts'
import type { DocumentName } from '@soanchung/shared/plan/documents.ts'
import { statelessMessage, type StatelessMessage } from '@soanchung/shared/protocol.ts'
import type { Change } from './device-store.ts'
import type { Ledger, PendingChange } from './ledger.ts'

/** Origins of transactions that are no edits of this tab. */
export const fromDevice = { name: 'from the device' } as const
export const fromServer = { name: 'from the server' } as const
const fromTab = { name: 'from another tab' } as const

interface DocumentEvents {
  /** An edit of this tab is about to be written to the device. */
  making: () => void
  /** `loaded`, `live` or `problem` changed. */
  changed: () => void
  /** Bytes that came over the socket. */
  remote: (bytes: Uint8Array<ArrayBuffer>) => void
  /** The server refused what waits in this document. */
  refused: (code: ErrorCode) => void
  /** The server ended this document's connection, or would not begin it. */
  ended: (code: ErrorCode) => void
  /** The plan's record on the server is at this count of changes. */
  recordChanged: (rights: number) => void
  /** Links and roll-up of the plan are at this count of changes. */
  linksChanged: (count: number) => void
  /** Somebody's value of a cell was replaced unseen. */
  conflictsChanged: () => void
}

const messageSync = 0
const messageSyncStatus = 8
const syncStep1 = 0
const syncUpdate = 2
/** How long another tab may take to bring its own change to the server. */
const foreignGrace = 5_000

/** Presence that costs nothing until somebody sets a field. */
class QuietAwareness extends Awareness {
  constructor(document: Y.Doc) {
    super(document)
    this.setLocalState(null)
  }

  override setLocalStateField(field: string, value: unknown): void {
    if (this.getLocalState() !== null) super.setLocalStateField(field, value)
    else if (value !== null && value !== undefined) this.setLocalState({ [field]: value })
  }
}

export class DocumentSync {
  readonly name: DocumentName
  readonly document = new Y.Doc()
  readonly awareness: Awareness
  /** Has content from the device or the server, or is known to be new. */
  loaded = false
  /** Connected, and all that waited has been sent. */
  live = false
  /** What went wrong last, until the server has taken something again. */
  problem: ErrorCode | null = null

  readonly #ledger: Ledger
  readonly #events: DocumentEvents
  #made: Uint8Array[] = []
  #provider: HocuspocusProvider | null = null
  /** What each message that the server has not answered yet carried. */
  #inFlight: PendingChange[][] = []
  /** At the last exchange something built on content that neither side has. */
  #lacked = false

  constructor(name: DocumentName, ledger: Ledger, events: DocumentEvents) {
    this.name = name
    this.#ledger = ledger
    this.#events = events
    this.awareness = new QuietAwareness(this.document)
    this.document.on('update', this.#onUpdate)
  }

  /** Applies bytes with an origin of this module; false where they are no Yjs update. */
  apply(bytes: Uint8Array, origin: typeof fromDevice | typeof fromServer | typeof fromTab): boolean {
    // Yjs encodes again whatever it takes in while somebody listens. Nothing is edited before content has come.
    if (!this.loaded) this.document.off('update', this.#onUpdate)
    try {
      Y.applyUpdate(this.document, bytes, origin)
      return true
    } catch {
      return false
    } finally {
      if (!this.loaded) this.document.on('update', this.#onUpdate)
    }
  }

  /** Content has come, from wherever. */
  markLoaded(): void {
    if (this.loaded) return
    this.loaded = true
    this.#events.changed()
  }

  /** A change of another tab. That tab sends it; this one does where it does not. */
  hear(change: Change): void {
    this.apply(change.bytes, fromTab)
    const pending = this.#ledger.heard(change)
    if (pending === undefined) return
    setTimeout(() => {
      if (this.live && this.#ledger.of(this.name).includes(pending)) this.#send([pending])
    }, foreignGrace)
  }

  /** Asks for a connection on the open socket. Called once for each time that the socket opens. */
  attach(socket: HocuspocusProviderWebsocket, token: () => string): void {
    this.detach()
    this.#provider ??= this.#makeProvider(socket, token)
    // What the server still says to the former session must not reach this one.
    this.#provider.sessionId = crypto.getRandomValues(new Uint32Array(2)).join('')
    this.#provider.attach()
  }

  get isAttached(): boolean {
    return this.#provider?.isAttached ?? false
  }

  /** Lets go without a word to the server, which has ended the connection or is not there. */
  detach(): void {
    this.#forgetSession()
    const provider = this.#provider
    if (provider === null || !provider.isAttached) return
    provider.onClose()
    provider.configuration.websocketProvider.configuration.providerMap.delete(provider.effectiveName)
    provider.detach()
  }

  /** Writes down what was made in this turn. */
  flush = (): void => {
    if (this.#made.length === 0) return
    const bytes = merge(this.#made)
    this.#made = []
    this.#events.making()
    const change = this.#ledger.made(this.name, bytes, this.live)
    if (!this.live) return
    // What another tab has not brought to the server yet goes along: this change may build on it,
    // and would lie there unseen for ever if the other's were refused.
    const waiting = this.#ledger.of(this.name)
    this.#send(waiting.some(({ foreign }) => foreign) ? waiting : [change])
  }

  /** `silently` where the server knows already. */
  destroy(silently: boolean): void {
    this.flush()
    const provider = this.#provider
    // While the line is down the library would keep its good-bye and send it to the next session.
    if (silently || provider?.configuration.websocketProvider.status !== 'connected') this.detach()
    this.document.off('update', this.#onUpdate)
    provider?.destroy()
    this.#provider = null
    this.document.destroy()
  }

  #onUpdate = (update: Uint8Array, origin: unknown) => {
    if (origin === fromDevice || origin === fromServer || origin === fromTab) return
    if (origin !== null && origin === this.#provider) {
      this.#events.remote(update as Uint8Array<ArrayBuffer>)
      return
    }
    if (this.#made.length === 0) queueMicrotask(this.flush)
    this.#made.push(update)
  }

  #send(changes: PendingChange[]): void {
    const provider = this.#provider
    if (provider === null) return
    const encoder = createEncoder()
    writeVarString(encoder, provider.effectiveName)
    writeVarUint(encoder, messageSync)
    writeVarUint(encoder, syncUpdate)
    writeVarUint8Array(encoder, merge(changes.map(({ bytes }) => bytes)))
    this.#inFlight.push(changes)
    provider.configuration.websocketProvider.send(toUint8Array(encoder))
  }

  #makeProvider(socket: HocuspocusProviderWebsocket, token: () => string): HocuspocusProvider {
    const provider = new HocuspocusProvider({
      ...{ name: this.name, document: this.document, awareness: this.awareness, websocketProvider: socket, token },
      sessionAwareness: true,
      // A new session: answers to what the last one sent will never come.
      onOpen: () => this.#forgetSession(),
      onMessage: ({ message }: { message: { decoder: Decoder } }) => this.#onMessage(message.decoder),
      onSynced: () => {
        this.markLoaded()
      },
      onStateless: ({ payload }) => this.#onStateless(payload),
      onAuthenticationFailed: ({ reason }) => this.#end(reason),
      onClose: ({ event }) => {
        // A dead socket is the plan's business; here only the server's word on this document counts.
        if (socket.webSocket !== null) this.#end(event.reason)
      },
    })
    this.document.off('update', provider.boundDocumentUpdateHandler)
    return provider
  }

  #onMessage(decoder: Decoder): void {
    readVarString(decoder)
    const type = readVarUint(decoder)
    if (type === messageSync && readVarUint(decoder) === syncStep1) {
      if (this.#lacks()) return
      // The provider answers now, with everything that the server lacks.
      const waiting = this.#ledger.of(this.name)
      this.#inFlight.push(waiting)
      this.live = true
      if (waiting.length === 0) this.problem = null
      this.#events.changed()
    } else if (type === messageSyncStatus) {
      if (readVarInt(decoder) === 1) this.#taken(this.#inFlight.shift() ?? [])
      // Of a document that one only reads, the server takes nothing, not even an empty answer.
      else if (this.#inFlight.shift()?.length) this.#refuse('not.allowed')
    }
  }

  /**
   * All that the server has is here now. What still builds on missing content can never be seen
   * there: its base was refused and lies in a draft. Another tab may be about to tell of the base,
   * so the first time is only asked again.
   */
  #lacks(): boolean {
    if (!hasGap(this.document)) {
      this.#lacked = false
      return false
    }
    if (this.#ledger.of(this.name).length === 0) {
      // A shred of what another tab keeps as a draft.
      this.document.store.pendingStructs = null
      this.document.store.pendingDs = null
      return false
    }
    if (this.#lacked) this.#refuse('update.orphaned')
    else {
      this.#end('server.busy')
      // The server will say so too, when it has read the answer: once is enough.
      queueMicrotask(() => this.detach())
    }
    this.#lacked = true
    return true
  }

  #taken(changes: readonly PendingChange[]): void {
    const hadProblem = this.problem !== null
    this.problem = null
    this.#ledger.acknowledged(this.name, changes)
    if (hadProblem) this.#events.changed()
  }

  #onStateless(payload: string): void {
    const message = parseStateless(payload)
    if (message === null) return
    switch (message.type) {
      case 'record':
        return this.#events.recordChanged(message.rights)
      case 'links':
        return this.#events.linksChanged(message.count)
      case 'conflicts':
        return this.#events.conflictsChanged()
      case 'rejected':
        return this.#refuse(isErrorCode(message.code) ? message.code : 'server.failed')
    }
  }

  #refuse(code: ErrorCode): void {
    this.#settleEnd(code)
    this.#events.refused(code)
  }

  #end(reason: string): void {
    const code = isErrorCode(reason) ? reason : 'server.failed'
    this.#settleEnd(code)
    this.#events.ended(code)
  }

  #settleEnd(code: ErrorCode): void {
    this.problem = code
    // The provider is in the middle of a message; it may be taken apart after that.
    this.#forgetSession()
  }

  #forgetSession(): void {
    this.live = false
    this.#inFlight = []
  }
}

/** Whether a document holds content that it cannot show, since what it builds on is not there. */
export function hasGap({ store }: Y.Doc): boolean {
  return store.pendingStructs !== null || store.pendingDs !== null
}

function merge(updates: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const [first] = updates
  return (updates.length === 1 && first ? first : Y.mergeUpdates(updates)) as Uint8Array<ArrayBuffer>
}

function parseStateless(payload: string): StatelessMessage | null {
  try {
    const parsed = statelessMessage.safeParse(JSON.parse(payload))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
