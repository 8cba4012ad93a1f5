/**
 * The copy of everything an account has opened on this device: one database for each account, so
 * that the next person at the machine never opens it. Local changes stay as rows of their own
 * until the server has acknowledged them; only acknowledged rows are ever merged away. Each record
 * carries a checksum; one that fails is set aside, never dropped and never used. A database that
 * cannot be had or written refuses with `false`, and the caller goes on in memory.
 */
import Dexie, { type EntityTable, type InsertType, type Table } from 'dexie'
import { mergeUpdates } from 'yjs'
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import type { HandedDraftId, PlanId, UserId } from '@soanchung/shared/ids.ts'
import { parseDocumentName, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import { planRecord, type PlanRecord } from '@soanchung/shared/protocol.ts'
import { checksum } from './checksum.ts'
import type { Surroundings } from './surroundings.ts'

/** One group of edits made in one tab; `client` and `number` name it for ever. */
export interface Change {
  plan: PlanId
  document: DocumentName
  client: string
  number: number
  bytes: Uint8Array<ArrayBuffer>
  madeAt: number
}

interface UpdateRow extends Change {
  id: number
  checksum: number
  state: 'made' | 'sent' | 'acknowledged'
}

interface DocumentRow {
  name: DocumentName
  plan: PlanId
  /** The server's log sequence up to which everything is here. */
  seq: number
  epoch: string
  snapshot: Uint8Array<ArrayBuffer>
  checksum: number
}

interface PlanRow {
  id: PlanId
  record: PlanRecord
  openedAt: number
}

/** A request that must reach the server; `id` makes it idempotent. */
export interface StoredRequest {
  id: string
  plan: PlanId
  kind: 'create-part'
  body: { id: string }
  madeAt: number
}

/** What the server refused. `state` is the whole document as it was, `changes` what was refused of it. */
export interface Draft {
  id: number
  /** Its name where it is handed to the lead. */
  key: HandedDraftId
  plan: PlanId
  document: DocumentName
  state: Uint8Array<ArrayBuffer>
  changes: Uint8Array<ArrayBuffer>
  code: ErrorCode
  refusedAt: number
}

interface DamagedRow {
  id: number
  plan: PlanId
  document: DocumentName
  what: 'snapshot' | 'made' | 'sent' | 'acknowledged'
  bytes: Uint8Array
  checksum: number
  foundAt: number
}

/** What the server said of a plan besides its documents, as it last answered; checked when it is read. */
interface FactRow {
  plan: PlanId
  kind: string
  at: number
  value: unknown
}

type Tables = Dexie & {
  documents: EntityTable<DocumentRow, 'name'>
  updates: EntityTable<UpdateRow, 'id'>
  plans: EntityTable<PlanRow, 'id'>
  requests: EntityTable<StoredRequest, 'id'>
  drafts: EntityTable<Draft, 'id'>
  damaged: EntityTable<DamagedRow, 'id'>
  meta: EntityTable<{ key: string; value: string }, 'key'>
  facts: Table<FactRow, [PlanId, string]>
}

export interface KeptDocument {
  name: DocumentName
  seq: number
  epoch: string
  /** What the server has too. */
  acknowledged: Uint8Array[]
  /** What only this device has. */
  pending: Change[]
}

export interface KeptPlan {
  record: PlanRecord | null
  documents: KeptDocument[]
  requests: StoredRequest[]
  /** Records that were found damaged in this reading. */
  damaged: number
}

export interface ServerDocument {
  name: DocumentName
  seq: number
  update: Uint8Array<ArrayBuffer>
}

interface Write {
  rows: InsertType<UpdateRow, 'id'>[]
  acknowledged: [string, number][]
  done: (kept: boolean) => void
}

const openTimeout = 5_000
const unsent = ['made', 'sent'] as const

export function databaseName(userId: UserId): string {
  return `soanchung-${userId}`
}

export class DeviceStore {
  readonly #database: Tables | null
  readonly #writes: Write[] = []
  #writing: Promise<void> | null = null

  private constructor(database: Tables | null) {
    this.#database = database
  }

  /** Opens the account's database; where there is none to be had, a store that keeps nothing. */
  static async open(database: Surroundings['database'], userId: UserId): Promise<DeviceStore> {
    if (database === null) return new DeviceStore(null)
    const tables = new Dexie(databaseName(userId), {
      ...database,
      chromeTransactionDurability: 'strict',
    }) as Tables
    tables.version(1).stores({
      documents: 'name, plan',
      updates: '++id, plan, state, [document+state], [client+number]',
      plans: 'id, openedAt',
      requests: 'id, plan',
      drafts: '++id, plan',
      damaged: '++id, plan',
      meta: 'key',
    })
    tables.version(2).stores({ facts: '[plan+kind]' })
    // Some browsers never answer where storage is blocked.
    const opened = await Promise.race([
      tables.open().then(
        () => true,
        () => false,
      ),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), openTimeout)),
    ])
    if (!opened) tables.close()
    return new DeviceStore(opened ? tables : null)
  }

  get keeps(): boolean {
    return this.#database !== null
  }

  async close(): Promise<void> {
    await this.#writing
    this.#database?.close()
  }

  /** All that is kept of a plan. Damaged records are set aside first and are not in it. */
  async readPlan(id: PlanId): Promise<KeptPlan> {
    const database = this.#database
    const nothing: KeptPlan = { record: null, documents: [], requests: [], damaged: 0 }
    if (database === null) return nothing
    try {
      return await database.transaction(
        'rw',
        [database.documents, database.updates, database.plans, database.requests, database.damaged],
        async () => {
          const [plan, documents, updates, requests] = await Promise.all([
            database.plans.get(id),
            database.documents.where('plan').equals(id).toArray(),
            database.updates.where('plan').equals(id).sortBy('id'),
            database.requests.where('plan').equals(id).sortBy('madeAt'),
          ])
          const { kept, damaged } = sort(documents, updates)
          if (damaged.length > 0) await setAside(database, damaged)
          const record = planRecord.safeParse(plan?.record)
          return { record: record.success ? record.data : null, documents: kept, requests, damaged: damaged.length }
        },
      )
    } catch {
      return nothing
    }
  }

  writeRecord(record: PlanRecord, now: number): Promise<boolean> {
    return this.#try((database) => database.plans.put({ id: record.id, record, openedAt: now }))
  }

  /** An answer of the server of this kind, the newest in place of the one before. */
  writeFact(fact: FactRow): Promise<boolean> {
    return this.#try((database) => database.facts.put(fact))
  }

  async readFact(plan: PlanId, kind: string): Promise<FactRow | null> {
    try {
      return (await this.#database?.facts.get([plan, kind])) ?? null
    } catch {
      return null
    }
  }

  /** Keeps changes made here. True when they are on the disk. Calls in one turn share a transaction. */
  writeChanges(changes: readonly Change[], state: 'made' | 'sent'): Promise<boolean> {
    return this.#write(
      changes.map((change) => ({ ...change, checksum: checksum(change.bytes), state })),
      [],
    )
  }

  /** Keeps what came from others over the socket. */
  writeRemote(plan: PlanId, document: DocumentName, bytes: Uint8Array<ArrayBuffer>, now: number): Promise<boolean> {
    const row = { plan, document, bytes, checksum: checksum(bytes), client: '', number: 0, madeAt: now }
    return this.#write([{ ...row, state: 'acknowledged' }], [])
  }

  /** The server has these changes for good. Written after the changes themselves, in their order. */
  acknowledge(changes: readonly Pick<Change, 'client' | 'number'>[]): Promise<boolean> {
    return this.#write(
      [],
      changes.map(({ client, number }) => [client, number]),
    )
  }

  /** Keeps the server's answer, and that everything up to its sequence is here. */
  writeServerDocuments(
    plan: PlanId,
    epoch: string,
    documents: readonly ServerDocument[],
    now: number,
  ): Promise<boolean> {
    return this.#try((database) =>
      database.transaction('rw', database.documents, database.updates, async () => {
        for (const { name, seq, update } of documents) {
          const before = await database.documents.get(name)
          const sum = checksum(update)
          if (before === undefined) {
            await database.documents.put({ name, plan, seq, epoch, snapshot: update, checksum: sum })
            continue
          }
          await database.updates.add({
            ...{ plan, document: name, bytes: update, checksum: sum, client: '', number: 0, madeAt: now },
            state: 'acknowledged',
          })
          await database.documents.update(name, { seq, epoch })
        }
      }),
    )
  }

  /**
   * Turns the refused changes of a document into a draft, in one transaction; what the server has
   * stays. Where nothing was known to be refused the whole copy goes: it would be refused again.
   * With null for `refused` the document stays as it is.
   */
  writeDraft(draft: Omit<Draft, 'id'>, refused: readonly Pick<Change, 'client' | 'number'>[] | null): Promise<boolean> {
    return this.#try((database) =>
      database.transaction('rw', database.documents, database.updates, database.drafts, async () => {
        await database.drafts.add(draft)
        if (refused === null) return
        if (refused.length > 0) {
          const keys = refused.map(({ client, number }): [string, number] => [client, number])
          await database.updates.where('[client+number]').anyOf(keys).delete()
          return
        }
        await database.documents.delete(draft.document)
        await database.updates.where('[document+state]').equals([draft.document, 'acknowledged']).delete()
      }),
    )
  }

  /** What the server has of a document, as far as it is here. */
  async readAcknowledged(name: DocumentName): Promise<Uint8Array[]> {
    const database = this.#database
    if (database === null) return []
    try {
      const [document, rows] = await database.transaction('r', database.documents, database.updates, () =>
        Promise.all([
          database.documents.get(name),
          database.updates.where('[document+state]').equals([name, 'acknowledged']).sortBy('id'),
        ]),
      )
      return sort(document === undefined ? [] : [document], rows).kept[0]?.acknowledged ?? []
    } catch {
      return []
    }
  }

  async drafts(plan: PlanId): Promise<Draft[]> {
    return (await this.#database?.drafts.where('plan').equals(plan).toArray()) ?? []
  }

  async readRequests(plan: PlanId): Promise<StoredRequest[]> {
    return (await this.#database?.requests.where('plan').equals(plan).sortBy('madeAt')) ?? []
  }

  addRequest(request: StoredRequest): Promise<boolean> {
    return this.#try((database) => database.requests.put(request))
  }

  removeRequest(id: string): Promise<boolean> {
    return this.#try((database) => database.requests.delete(id))
  }

  /** Changes and requests, of all plans, that wait for the server. */
  async countUnsent(): Promise<number> {
    const database = this.#database
    if (database === null) return 0
    await this.#writing
    const [changes, requests] = await Promise.all([
      database.updates
        .where('state')
        .anyOf([...unsent])
        .count(),
      database.requests.count(),
    ])
    return changes + requests
  }

  /** Merges a document's acknowledged rows into its snapshot, where there are more than `limit`. */
  compact(name: DocumentName, limit: number): Promise<boolean> {
    return this.#try((database) =>
      database.transaction('rw', database.documents, database.updates, database.damaged, async () => {
        const mergeable = database.updates.where('[document+state]').equals([name, 'acknowledged'])
        if ((await mergeable.count()) <= limit) return
        const before = await database.documents.get(name)
        const rows = await mergeable.sortBy('id')
        const { kept, damaged } = sort(before === undefined ? [] : [before], rows)
        if (damaged.length > 0) return setAside(database, damaged)
        const plan = before?.plan ?? rows[0]?.plan
        const merged = kept[0]?.acknowledged
        if (plan === undefined || merged === undefined) return
        const snapshot = mergeUpdates(merged) as Uint8Array<ArrayBuffer>
        await database.documents.put({
          ...{ name, plan, seq: before?.seq ?? 0, epoch: before?.epoch ?? '' },
          ...{ snapshot, checksum: checksum(snapshot) },
        })
        await database.updates.bulkDelete(rows.map(({ id }) => id))
      }),
    )
  }

  async #try(work: (database: Tables) => PromiseLike<unknown>): Promise<boolean> {
    if (this.#database === null) return false
    try {
      await work(this.#database)
      return true
    } catch {
      return false
    }
  }

  #write(rows: Write['rows'], acknowledged: Write['acknowledged']): Promise<boolean> {
    if (this.#database === null) return Promise.resolve(false)
    return new Promise((done) => {
      this.#writes.push({ rows, acknowledged, done })
      this.#writing ??= this.#drain().finally(() => (this.#writing = null))
    })
  }

  /** One transaction for all that waits, in order: an acknowledgement never overtakes its row. */
  async #drain(): Promise<void> {
    while (this.#writes.length > 0) {
      const batch = this.#writes.splice(0)
      if (await this.#writeTogether(batch)) {
        for (const { done } of batch) done(true)
        continue
      }
      // A large row that does not fit must not take small ones with it.
      for (const write of batch) write.done(batch.length > 1 && (await this.#writeTogether([write])))
    }
  }

  #writeTogether(batch: readonly Write[]): Promise<boolean> {
    const rows = batch.flatMap((write) => write.rows)
    const acknowledged = batch.flatMap((write) => write.acknowledged)
    return this.#try((database) =>
      database.transaction('rw', database.updates, async () => {
        if (rows.length > 0) await database.updates.bulkAdd(rows)
        if (acknowledged.length > 0) {
          await database.updates.where('[client+number]').anyOf(acknowledged).modify({ state: 'acknowledged' })
        }
      }),
    )
  }
}

/** Rows put together by document, without those that fail their checksum. */
function sort(documents: readonly DocumentRow[], updates: readonly UpdateRow[]) {
  const kept = new Map<DocumentName, KeptDocument>()
  const damaged: (DocumentRow | UpdateRow)[] = []
  for (const row of documents) {
    if (parseDocumentName(row.name) === null) continue
    const isWhole = isIntact(row.snapshot, row.checksum)
    if (!isWhole) damaged.push(row)
    kept.set(row.name, {
      ...{ name: row.name, seq: isWhole ? row.seq : 0, epoch: row.epoch },
      ...{ acknowledged: isWhole ? [row.snapshot] : [], pending: [] },
    })
  }
  for (const row of updates) {
    const document = kept.get(row.document) ?? {
      ...{ name: row.document, seq: 0, epoch: '', acknowledged: [], pending: [] },
    }
    kept.set(row.document, document)
    if (!isIntact(row.bytes, row.checksum)) {
      damaged.push(row)
      document.seq = 0
    } else if (row.state === 'acknowledged') document.acknowledged.push(row.bytes)
    else document.pending.push(row)
  }
  return { kept: [...kept.values()], damaged }
}

function isIntact(bytes: unknown, expected: number): boolean {
  return bytes instanceof Uint8Array && checksum(bytes) === expected
}

/** Moves damaged records out of use. Their document is fetched from the first sequence again. */
async function setAside(database: Tables, damaged: readonly (DocumentRow | UpdateRow)[]): Promise<void> {
  for (const row of damaged) {
    const isSnapshot = 'snapshot' in row
    const name = isSnapshot ? row.name : row.document
    await database.damaged.add({
      ...{ plan: row.plan, document: name, what: isSnapshot ? 'snapshot' : row.state, checksum: row.checksum },
      ...{ bytes: isSnapshot ? row.snapshot : row.bytes, foundAt: Date.now() },
    })
    if (isSnapshot) await database.documents.delete(name)
    else {
      await database.updates.delete(row.id)
      await database.documents.update(name, { seq: 0 })
    }
  }
}
