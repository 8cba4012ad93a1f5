/**
 * A small plan server of real Hocuspocus, with a log that stands for its disk, and devices that can
 * lose the network, be reloaded and open several tabs.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { Hocuspocus } from '@hocuspocus/server'
import { IDBFactory, IDBKeyRange as FakeKeyRange, IDBObjectStore as FakeObjectStore } from 'fake-indexeddb'
import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding'
import { fromBase64 } from 'lib0/buffer'
import { expect } from 'vitest'
import { WebSocketServer, type WebSocket as ServerSocket } from 'ws'
import * as Y from 'yjs'
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import type { PartId, PlanId, UserId } from '@soanchung/shared/ids.ts'
import { actions } from '@soanchung/shared/permissions.ts'
import {
  outlineDocument,
  outlineRoots,
  partDocument,
  partRoots,
  type DocumentName,
} from '@soanchung/shared/plan/documents.ts'
import { addPart } from '@soanchung/shared/plan/outline.ts'
import {
  createPartBody,
  fetchDocumentsBody,
  type Me,
  type PlanRecord,
  type StatelessMessage,
} from '@soanchung/shared/protocol.ts'
import { request, requestBytes } from '../../client/src/session/api.ts'
import { openPlan, type OpenedPlan } from '../../client/src/sync/open-plan.svelte.ts'
import { openSocket, type Surroundings } from '../../client/src/sync/surroundings.ts'
import { checkUpdate } from '../../server/src/sync/update-check.ts'
import { fixedId, unitFixtures } from '../support/memory-plan.ts'

export const planId = fixedId<PlanId>('p', 0)
export const parts = [fixedId<PartId>('a', 0), fixedId<PartId>('a', 2), fixedId<PartId>('a', 3)]
export const me: Me = {
  ...{ id: 'an' as UserId, username: 'an', name: 'Nguyễn Thị An', administrator: false },
  units: [{ ...unitFixtures[0]!, office: 'Chánh Văn phòng' }],
}

const nobodys = {
  ...{ holders: [], mayWrite: true, status: 'drafting' as const },
  ...{ reason: '', deadline: '', note: '' },
}

export class PlanServer {
  #record: PlanRecord = {
    ...{
      id: planId,
      stage: 'drafting',
      epoch: 'first',
      roles: [],
      may: [...actions],
      waitingDrafts: 0,
      rights: 0,
      units: [],
      people: [],
    },
    parts: parts.map((id) => ({ ...nobodys, id })),
  }
  get record(): PlanRecord {
    return this.#record
  }

  /** Each change is counted, as the server counts them. */
  set record(record: PlanRecord) {
    this.#record = { ...record, rights: record.rights + 1 }
  }

  /** What is on its disk. */
  readonly log = new Map<string, Uint8Array[]>()
  /** Why an update is refused; null takes it. */
  refuse: (name: string) => ErrorCode | null = () => null
  /** Acknowledgements wait for this. */
  holdAcks: Promise<void> = Promise.resolve()
  #hocuspocus = this.#makeHocuspocus()
  #sockets = new Set<ServerSocket>()
  readonly #http: Server
  readonly #open = new Set<string>()
  readonly #devices: Device[] = []
  /** What was asked over HTTP. */
  readonly asked: string[] = []
  /** The greatest number of documents that were waiting for its word at once. */
  mostAttached = 0

  private constructor() {
    this.#http = createServer((from, to) => void this.#answer(from, to))
    const upgrades = new WebSocketServer({ noServer: true })
    this.#http.on('upgrade', (from, socket, head) =>
      upgrades.handleUpgrade(from, socket, head, (socket) => this.#take(socket)),
    )
  }

  static async start(): Promise<PlanServer> {
    const server = new PlanServer()
    const outline = new Y.Doc()
    for (const [index, id] of parts.entries())
      addPart(outline, { id, parent: null, after: null, title: `Phần ${index}` })
    server.log.set(outlineDocument(planId), [Y.encodeStateAsUpdate(outline)])
    for (const id of parts) server.log.set(partDocument(id), [updateOf((text) => text.insert(0, 'Mở đầu. '))])
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve))
    return server
  }

  get origin(): string {
    return `127.0.0.1:${(this.#http.address() as AddressInfo).port}`
  }

  content(name: DocumentName): Y.Doc {
    const document = new Y.Doc()
    for (const update of this.log.get(name) ?? []) Y.applyUpdate(document, update)
    return document
  }

  text(part: PartId): string {
    return textOf(this.content(partDocument(part)))
  }

  tell(message: StatelessMessage): void {
    for (const document of this.#hocuspocus.documents.values()) document.broadcastStateless(JSON.stringify(message))
  }

  withdraw(part: PartId): void {
    const parts = this.record.parts.map((one) => (one.id === part ? { ...one, mayWrite: false } : one))
    this.record = { ...this.record, parts }
  }

  addParts(ids: readonly PartId[]): void {
    this.record = {
      ...this.record,
      parts: [...this.record.parts, ...ids.map((id) => ({ ...nobodys, id }))],
    }
    for (const id of ids) this.log.set(partDocument(id), [updateOf(() => undefined)])
  }

  addEmptyPart(id: PartId): void {
    this.addParts([id])
    this.log.set(partDocument(id), [])
  }

  /** Somebody else writes into a part. */
  write(part: PartId, words: string): void {
    const name = partDocument(part)
    const document = this.content(name)
    bodyText(document).insert(0, words)
    const update = Y.encodeStateAsUpdate(document)
    this.log.get(name)?.push(update)
    const live = this.#hocuspocus.documents.get(name)
    if (live !== undefined) Y.applyUpdate(live, update)
  }

  /** A command over several documents: what `change` does to their contents reaches log and people. */
  command(names: readonly DocumentName[], change: (document: (name: DocumentName) => Y.Doc) => void): void {
    const documents = new Map(names.map((name) => [name, this.content(name)]))
    const open = (name: DocumentName): Y.Doc => documents.get(name) ?? new Y.Doc()
    const before = new Map(names.map((name) => [name, Y.encodeStateVector(open(name))]))
    change(open)
    for (const [name, document] of documents) {
      const update = Y.encodeStateAsUpdate(document, before.get(name))
      this.log.get(name)?.push(update)
      const live = this.#hocuspocus.documents.get(name)
      if (live !== undefined) Y.applyUpdate(live, update)
    }
  }

  /** All memory goes, the log stays. */
  crash(): void {
    for (const socket of this.#sockets) socket.terminate()
    this.#hocuspocus = this.#makeHocuspocus()
  }

  dropAll(): void {
    for (const socket of this.#sockets) socket.terminate()
  }

  closeDocument(name: DocumentName, reason: ErrorCode): void {
    for (const connection of this.#hocuspocus.documents.get(name)?.getConnections() ?? []) {
      connection.close({ code: 4000, reason })
    }
  }

  /** A device of a person of this server; closed with it. */
  device(): Device {
    const device = new Device(this)
    this.#devices.push(device)
    return device
  }

  async stop(): Promise<void> {
    await Promise.all(this.#devices.map((device) => device.close()))
    this.dropAll()
    this.#http.closeAllConnections()
    await new Promise((resolve) => this.#http.close(resolve))
  }

  #makeHocuspocus(): Hocuspocus {
    const hocuspocus: Hocuspocus = new Hocuspocus({
      quiet: true,
      onAuthenticate: async ({ documentName, connectionConfig }) => {
        this.#open.add(documentName)
        this.mostAttached = Math.max(this.mostAttached, this.#open.size)
        await new Promise((resolve) => setImmediate(resolve))
        this.#open.delete(documentName)
        if (!this.log.has(documentName)) throw { reason: 'not.found' }
        const part = this.record.parts.find(({ id }) => partDocument(id) === documentName)
        connectionConfig.readOnly = part !== undefined && !part.mayWrite
      },
      onLoadDocument: async ({ documentName, document }) => {
        for (const update of this.log.get(documentName) ?? []) Y.applyUpdate(document, update)
      },
      beforeSync: async ({ type, payload, connection, documentName, document }) => {
        if (type === 0) return
        const { kind } = checkUpdate(document, documentName.startsWith('part/') ? partRoots : outlineRoots, payload)
        if (kind === 'nothing') return
        if (kind === 'early') throw { code: 4503, reason: 'server.busy' }
        const code =
          kind === 'refused' ? 'update.invalid' : connection.readOnly ? 'not.allowed' : this.refuse(documentName)
        if (code !== null) {
          connection.sendStateless(JSON.stringify({ type: 'rejected', code } satisfies StatelessMessage))
          connection.close({ code: 4000, reason: code })
          throw { code: 4000, reason: code }
        }
        this.log.get(documentName)?.push(payload.slice())
        await this.holdAcks
      },
    })
    return hocuspocus
  }

  #take(socket: ServerSocket): void {
    this.#sockets.add(socket)
    const connection = this.#hocuspocus.handleConnection(
      socket as unknown as Parameters<Hocuspocus['handleConnection']>[0],
      new Request(`http://${this.origin}/sync`),
    )
    socket.on('message', (bytes: Buffer) => connection.handleMessage(new Uint8Array(bytes)))
    socket.on('error', () => socket.terminate())
    socket.on('close', (code, reason) => {
      this.#sockets.delete(socket)
      connection.handleClose({ code, reason: reason.toString() })
    })
  }

  async #answer(from: IncomingMessage, to: ServerResponse): Promise<void> {
    this.asked.push(`${from.method} ${from.url}`)
    const chunks: Buffer[] = []
    for await (const chunk of from) chunks.push(chunk as Buffer)
    const body: unknown = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString())
    if (from.method === 'GET') {
      to.setHeader('content-type', 'application/json').end(JSON.stringify(this.record))
    } else if (from.url?.endsWith('/documents')) {
      to.end(this.#documents(fetchDocumentsBody.parse(body).have))
    } else {
      const { id } = createPartBody.parse(body)
      if (!this.log.has(partDocument(id))) {
        this.log.set(partDocument(id), [])
        this.record = { ...this.record, parts: [...this.record.parts, { ...nobodys, id }] }
      }
      to.writeHead(204).end()
    }
  }

  #documents(have: Record<string, { seq: number; stateVector: string }>): Uint8Array {
    const known = new Set<string>([outlineDocument(planId), ...this.record.parts.map(({ id }) => partDocument(id))])
    const changed = [...this.log]
      .filter(([name]) => known.has(name))
      .filter(([name, rows]) => (have[name]?.seq ?? 0) < rows.length)
    const encoder = createEncoder()
    writeVarString(encoder, JSON.stringify(this.record))
    writeVarUint(encoder, changed.length)
    for (const [name, rows] of changed) {
      const held = have[name]
      writeVarString(encoder, name)
      writeVarUint(encoder, rows.length)
      const update = Y.encodeStateAsUpdate(
        this.content(name as DocumentName),
        held === undefined ? undefined : fromBase64(held.stateVector),
      )
      writeVarUint8Array(encoder, update)
    }
    return toUint8Array(encoder)
  }
}

/** One browser of one person: its storage outlives its tabs. */
export class Device {
  offline = false
  /** The line is too bad for the documents; only short answers come through. */
  losesDocuments = false
  /** No answer comes through, though the socket stands. */
  losesAnswers = false
  lost = 0
  readonly factory = new IDBFactory()
  readonly objectStore = FakeObjectStore
  readonly #server: PlanServer
  readonly #name = crypto.randomUUID()
  readonly #sockets = new Set<WebSocket>()
  readonly opened: OpenedPlan[] = []
  database: Surroundings['database'] = { indexedDB: this.factory, IDBKeyRange: FakeKeyRange }

  constructor(server: PlanServer) {
    this.#server = server
  }

  /** A new tab with the plan. */
  async open(person: Me = me): Promise<OpenedPlan> {
    const opened = await openPlan(planId, person, this.surroundings())
    if (!opened.ok) throw new Error(opened.error.code)
    this.opened.push(opened.value)
    return opened.value
  }

  goOffline(): void {
    this.offline = true
    for (const socket of this.#sockets) socket.close()
    this.#sockets.clear()
  }

  goOnline(): void {
    this.offline = false
  }

  async close(): Promise<void> {
    await Promise.all(this.opened.splice(0).map((opened) => opened.close()))
  }

  surroundings(): Surroundings {
    const url = (path: string) => {
      if (this.losesAnswers) this.lost += 1
      return `http://${this.offline || this.losesAnswers ? '127.0.0.1:1' : this.#server.origin}${path}`
    }
    return {
      database: this.database,
      locks: navigator.locks ?? null,
      channel: (name) => new BroadcastChannel(`${this.#name}:${name}`),
      api: {
        request: (method, path, ...rest) => request(method, url(path), ...rest),
        requestBytes: (method, path, ...rest) =>
          requestBytes(method, this.losesDocuments ? `http://127.0.0.1:1${path}` : url(path), ...rest),
      },
      socket: () => {
        const socket = this.#openSocket()
        return { socket, release: () => socket.destroy() }
      },
    }
  }

  #openSocket(): HocuspocusProviderWebsocket {
    const isOffline = () => this.offline
    const sockets = this.#sockets
    class LineSocket extends WebSocket {
      constructor(url: string) {
        super(isOffline() ? 'ws://127.0.0.1:1' : url)
        sockets.add(this)
      }
    }
    const url = `ws://${this.#server.origin}/sync`
    return openSocket(url, LineSocket, { shortest: 10, first: 30, longest: 60 })
  }
}

function updateOf(edit: (text: Y.XmlText) => void): Uint8Array {
  const document = new Y.Doc()
  writeFirstBlock(document, '')
  edit(bodyText(document))
  return Y.encodeStateAsUpdate(document)
}

export function documentOf(update: Uint8Array): Y.Doc {
  const document = new Y.Doc()
  Y.applyUpdate(document, update)
  return document
}

export function writeFirstBlock(document: Y.Doc, words: string): void {
  const block = new Y.XmlElement('block')
  block.insert(0, [new Y.XmlText(words)])
  document.getXmlFragment('body').insert(0, [block])
}

/** The text of a part's first block, to write in. */
export function bodyText(document: Y.Doc): Y.XmlText {
  const block = document.getXmlFragment('body').get(0)
  const text = block instanceof Y.XmlElement ? block.get(0) : undefined
  if (!(text instanceof Y.XmlText)) throw new Error('the part has no block')
  return text
}

export function textOf(document: Y.Doc): string {
  const block = document.getXmlFragment('body').get(0)
  const text = block instanceof Y.XmlElement ? block.get(0) : undefined
  return text instanceof Y.XmlText ? text.toString() : ''
}

export function type(opened: OpenedPlan, part: PartId, words: string): void {
  const text = bodyText(opened.plan.part(part).document)
  text.insert(text.length, words)
}

export async function until(what: () => boolean): Promise<void> {
  await expect.poll(what, { timeout: 30_000, interval: 5 }).toBe(true)
}

/** Connected, and everything is on the server. */
export async function untilSaved(opened: OpenedPlan): Promise<void> {
  await until(() => opened.save.online && opened.save.where === 'saved')
}

/** All parts have come, and all connections stand. */
export async function untilLoaded(...opened: OpenedPlan[]): Promise<void> {
  await until(() => opened.every(({ plan, save }) => save.online && plan.parts().every(({ loaded }) => loaded)))
}
