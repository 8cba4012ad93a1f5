/** What every engine below the log must do. Run once for SQLite and once for PostgreSQL. */
import { sql, type RawBuilder } from 'kysely'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import type { UserId } from '@soanchung/shared/ids.ts'
import type { Database } from '@soanchung/server/src/storage/database.ts'
import { audit } from '@soanchung/server/src/audit/trail.ts'
import { verifyTrail } from '@soanchung/server/src/audit/verify.ts'
import { createLog, type DocumentLog } from '@soanchung/server/src/storage/log.ts'
import { announcedSeed, seededRandom } from '../support/random.ts'
import { tamper, unlockTrail } from '../support/tamper.ts'

/** A database of its own that is empty at first; `open` may be called again after closing. */
export interface StoragePlace {
  open(): Promise<Database>
  remove(): Promise<void>
}

const an = 'an' as UserId
const binh = 'binh' as UserId
const part = 'part/aaaaaaaaaaaaaaaaaaaa'
const other = 'part/bbbbbbbbbbbbbbbbbbbb'

function typed(words: string): Uint8Array {
  const doc = new Y.Doc()
  doc.getText('body').insert(0, words)
  return Y.encodeStateAsUpdate(doc)
}

function read(updates: readonly Uint8Array[]): string {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc.getText('body').toString()
}

export function acceptStorage(engine: string, newPlace: () => Promise<StoragePlace>): void {
  describe(`the storage on ${engine}`, () => {
    let place: StoragePlace
    let database: Database
    let log: DocumentLog

    beforeEach(async () => {
      place = await newPlace()
      await open()
    })
    afterEach(async () => {
      await close()
      await place.remove()
    })

    async function open() {
      database = await place.open()
      log = createLog(database, pino({ level: 'silent' }), { compactRows: 1_000_000 })
    }
    async function close() {
      await log.close()
      await database.close()
    }

    test('gives each document a sequence of its own without gaps', async () => {
      const seqs = await Promise.all(
        [part, other, part, part, other].map((document) => log.append(document, typed('a'), an, [])),
      )

      expect(seqs).toEqual([1, 1, 2, 3, 2])
      expect(await log.append(part, typed('b'), null, [])).toBe(4)
      expect(await log.seqOf([part, other, 'part/none'])).toEqual(
        new Map([
          [part, 4],
          [other, 2],
          ['part/none', 0],
        ]),
      )
    })

    test('has everything again after it was closed', async () => {
      await log.append(part, typed('Kế hoạch'), an, [])
      const { epoch } = database

      await close()
      await open()

      const stored = await log.load(part)
      expect(read(stored.updates)).toBe('Kế hoạch')
      expect(stored.seq).toBe(1)
      expect(database.epoch).toBe(epoch)
    })

    test('keeps the sequence when the log is compacted while others write', async () => {
      for (const word of ['một', 'hai', 'ba']) await log.append(part, typed(word), an, [])

      const [, seq] = await Promise.all([log.compact(part), log.append(part, typed('bốn'), an, [])])
      await log.compact(part)

      const stored = await log.load(part)
      expect([seq, stored.seq, stored.snapshotSeq, stored.updates.length]).toEqual([4, 4, 4, 1])
      expect(['một', 'hai', 'ba', 'bốn'].filter((word) => !read(stored.updates).includes(word))).toEqual([])
      expect(await database.query.selectFrom('document_updates').selectAll().execute()).toEqual([])
    })

    test('does not put a stale snapshot over a newer one', async () => {
      await log.append(part, typed('một'), an, [])
      await log.compact(part)

      const done = await database.program('compact', { document: part, from: 0, to: 1, bytes: typed('cũ') })

      expect(done).toBe(false)
      expect(read((await log.load(part)).updates)).toBe('một')
    })

    test('names the document and the record that is damaged', async () => {
      await log.append(part, typed('một'), an, [])
      await log.append(part, typed('hai'), an, [])
      await database.query
        .updateTable('document_updates')
        .set({ bytes: typed('sửa') })
        .where('seq', '=', 2)
        .execute()

      await expect(log.load(part)).rejects.toMatchObject({
        code: 'storage.corrupt',
        message: `${part}: record 2 has a wrong checksum`,
      })
    })

    test.each([1, 2, 3])('notices that record %i of three is missing', async (seq) => {
      for (const word of ['một', 'hai', 'ba']) await log.append(part, typed(word), an, [])
      await database.query.deleteFrom('document_updates').where('seq', '=', seq).execute()

      await expect(log.load(part)).rejects.toMatchObject({
        code: 'storage.corrupt',
        message: `${part}: record ${seq} is missing`,
      })
    })

    test('gives a client id to the user who is first to write with it, for ever', async () => {
      const words = [typed('một'), typed('hai')]

      const [first, refused, second] = await Promise.allSettled([
        log.append(part, typed('một'), an, [7, 8]),
        log.append(part, typed('lén'), binh, [9, 8]),
        log.append(part, typed('hai'), an, [8]),
      ])
      await log.compact(part)

      expect([first, second]).toMatchObject([{ value: 1 }, { value: 2 }])
      expect(refused).toMatchObject({ reason: { code: 'client.taken' } })
      await expect(log.append(part, words[0]!, binh, [7])).rejects.toMatchObject({ code: 'client.taken' })
      expect(await log.append(part, words[1]!, an, [7])).toBe(3)
      expect(await log.append(other, words[0]!, binh, [7])).toBe(1)
      expect(await owners(part)).toEqual({ 7: an, 8: an, 9: binh })
    })

    test('lets nobody go on with what the server wrote', async () => {
      const doc = new Y.Doc()
      doc.getText('body').insert(0, 'Căn cứ')
      const update = Y.encodeStateAsUpdate(doc)
      await database.transaction((within) => log.appendWithin(within, new Map([[part, update]]), null))

      for (const user of [an, null]) {
        await expect(log.append(part, update, user, [doc.clientID])).rejects.toMatchObject({ code: 'client.taken' })
      }
      expect((await log.seqOf([part])).get(part)).toBe(1)
    })

    test('says who changed a document last', async () => {
      await Promise.all([log.append(part, typed('một'), an, []), log.append(part, typed('hai'), binh, [])])
      await log.append(other, typed('ba'), null, [])

      const rows = await database.query.selectFrom('documents').select(['name', 'changed_by']).orderBy('name').execute()
      expect(rows.map(({ changed_by }) => changed_by)).toEqual([binh, null])
    })

    async function owners(document: string): Promise<Record<number, UserId | null>> {
      const rows = await database.query
        .selectFrom('document_clients')
        .selectAll()
        .where('document', '=', document)
        .execute()
      return Object.fromEntries(rows.map(({ client_id, user_id }) => [client_id, user_id]))
    }

    test('undoes a whole transaction when its work fails', async () => {
      const work = database.transaction(async (transaction) => {
        await transaction.insertInto('commands').values({ id: 'one', actor: an, created_at: 1 }).execute()
        await log.appendWithin(transaction, new Map([[part, typed('nửa')]]), an)
        throw new Error('half-way')
      })

      await expect(work).rejects.toThrow('half-way')
      expect(await database.query.selectFrom('commands').selectAll().execute()).toEqual([])
      expect((await log.load(part)).seq).toBe(0)
    })

    describe('below the audit trail', () => {
      const rows = 40
      beforeEach(async () => {
        for (let count = 0; count < rows; count++) {
          await database.transaction((transaction) =>
            audit(transaction, {
              ...{ actor: count % 3 === 0 ? null : an, action: 'part.given', subject: `part/${count}` },
              detail: { holders: [`đơn vị ${count}`] },
            }),
          )
        }
      })

      test.each<[string, RawBuilder<unknown>]>([
        ['changes', sql`update audit_trail set at = 1 where seq = 3`],
        ['deletes', sql`delete from audit_trail where seq = 3`],
        ['replaces', sql`update audit_trail set hash = hash`],
      ])('refuses whoever %s a row', async (_what, statement) => {
        await expect(statement.execute(database.query)).rejects.toThrow('only added to')

        expect(await verifyTrail(database.query)).toMatchObject({ whole: true, rows })
      })

      test('1,000 changes behind its back are all found', async () => {
        const random = seededRandom(announcedSeed('tampering'))
        const whole = await verifyTrail(database.query)
        const noted = whole.whole ? whole.last : null
        const missed: string[] = []

        for (let count = 0; count < 1000; count++) {
          const work = database.transaction(async (transaction) => {
            await unlockTrail(transaction, database.dialect)
            const what = await tamper(transaction, random)
            if ((await verifyTrail(transaction, noted)).whole) missed.push(what)
            throw new Error('as it was')
          })
          await expect(work).rejects.toThrow('as it was')
        }

        expect(missed).toEqual([])
        expect(await verifyTrail(database.query, noted)).toEqual(whole)
      })
    })

    test('refuses a database that a newer program made', async () => {
      await database.query.updateTable('installation').set({ value: '99' }).where('key', '=', 'schema').execute()
      await close()

      await expect(place.open()).rejects.toMatchObject({ code: 'storage.newer' })

      await reopenAsOlder()
    })

    async function reopenAsOlder() {
      // Nothing can open it now; the next test begins with a place of its own.
      await place.remove()
      place = await newPlace()
      await open()
    }

    test('writes many documents at once without losing an update', async () => {
      const documents = Array.from({ length: 20 }, (_, index) => `part/${String(index).padStart(20, '2')}`)

      await Promise.all(
        Array.from({ length: 400 }, (_, index) =>
          log.append(documents[index % documents.length] ?? part, typed('x'), an, []),
        ),
      )

      const loaded = await log.loadMany(documents)
      expect([...loaded.values()].map((one) => one.updates.length)).toEqual(documents.map(() => 20))
    })
  })
}
