/** Whose words are whose: a Yjs client id belongs to the first who wrote with it in a document. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import type { UserId } from '@soanchung/shared/ids.ts'
import {
  acknowledged,
  startWithClients,
  text,
  until,
  type ServerWithClients,
  type SyncClient,
} from '../support/sync-client.ts'
import { plainPlan } from '../support/sync-server.ts'

let server: ServerWithClients

beforeEach(async () => {
  server = await startWithClients()
})
afterEach(() => server.close())

/** A copy of a document that goes on writing with the same client id, as if it were the same. */
function forged(doc: Y.Doc, write: (body: Y.Text) => void): Uint8Array {
  const copy = new Y.Doc()
  copy.clientID = doc.clientID
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  copy.clientID = doc.clientID
  write(text(copy))
  return Y.encodeStateAsUpdate(copy)
}

/** Sends an update that the client's own document does not have. */
function say({ doc }: SyncClient, update: Uint8Array): void {
  doc.emit('update', [update, null, doc, new Y.Transaction(doc, null, true)])
}

/** What documents with one client id send, one update for each word that is put at their beginning. */
function piecesOf(...documents: string[][]): Uint8Array[] {
  return documents.flatMap((words) => {
    const doc = new Y.Doc()
    doc.clientID = 7
    return words.map((word) => {
      const before = Y.encodeStateVector(doc)
      text(doc).insert(0, word)
      return Y.encodeStateAsUpdate(doc, before)
    })
  })
}

/** The text as it is stored, before and after the log is compacted. */
async function stored(): Promise<string[]> {
  const before = text(await server.sync.readDocument(plainPlan.part)).toString()
  await server.log.compact(plainPlan.part)
  return [before, text(await server.sync.readDocument(plainPlan.part)).toString()]
}

test("what goes on under another's client id is refused, and the other one goes on", async () => {
  const [an, binh] = [await server.join('an'), await server.join('binh')]
  text(an.doc).insert(0, 'Hội Nông dân')
  await acknowledged(an)

  Y.applyUpdate(
    binh.doc,
    forged(an.doc, (body) => body.insert(12, ' xin rút')),
  )
  await until(() => binh.refusals.includes('client.taken'), 'refused')
  text(an.doc).insert(12, ' chủ trì')
  await acknowledged(an)

  expect(binh.messages).toContain(JSON.stringify({ type: 'rejected', code: 'client.taken' }))
  expect(an.refusals).toEqual([])
  expect(await stored()).toEqual(['Hội Nông dân chủ trì', 'Hội Nông dân chủ trì'])
})

test('it stays refused after everybody left and the log was compacted, and a fresh document is taken', async () => {
  const an = await server.join('an')
  text(an.doc).insert(0, 'Mục tiêu')
  await acknowledged(an)
  const update = forged(an.doc, (body) => body.insert(0, 'Bỏ '))
  an.close()
  await until(() => server.sync.stats().documents === 0, 'unloaded')
  await server.log.compact(plainPlan.part)

  const binh = await server.join('binh')
  Y.applyUpdate(binh.doc, update)
  await until(() => binh.refusals.includes('client.taken'), 'refused')
  const again = await server.join('binh')
  text(again.doc).insert(8, ' chung')
  await acknowledged(again)

  expect(await stored()).toEqual(['Mục tiêu chung', 'Mục tiêu chung'])
})

test('two tabs of one person bring what either of them wrote', async () => {
  const [tab, other] = [await server.join('an'), await server.join('an')]
  text(tab.doc).insert(0, 'Nhiệm vụ')
  await acknowledged(tab)

  Y.applyUpdate(
    other.doc,
    forged(tab.doc, (body) => body.insert(8, ' 1')),
  )
  await acknowledged(other)

  expect(other.refusals).toEqual([])
  expect(await stored()).toEqual(['Nhiệm vụ 1', 'Nhiệm vụ 1'])
})

test("a copy of another's words that says something else is not kept, however it is merged", async () => {
  const [an, binh] = [await server.join('an'), await server.join('binh')]
  text(an.doc).insert(0, 'Phấn ')
  await acknowledged(an)
  text(an.doc).insert(5, 'đấu 95%')
  await acknowledged(an)
  const liar = new Y.Doc()
  liar.clientID = an.doc.clientID
  text(liar).insert(0, 'Phấn đấu 10%')
  const own = new Y.Doc()
  text(own).insert(0, '.')

  say(binh, Y.mergeUpdates([Y.encodeStateAsUpdate(liar), Y.encodeStateAsUpdate(own)]))
  await acknowledged(binh)

  await until(() => text(an.doc).length === 13, 'the full stop arrives')
  const seen = text(an.doc).toString()
  expect(seen).toContain('Phấn đấu 95%')
  expect(await stored()).toEqual([seen, seen])
})

test('two connections that say different things in one place leave one of them', async () => {
  const [tab, other, binh] = [await server.join('an'), await server.join('an'), await server.join('binh')]
  const [first, second, whole] = piecesOf(['đấu 95%', 'Phấn '], ['Phấn đấu 10%'])
  const { append } = server.log
  const [mayFirst, mayWhole] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let isUnderWay = false
  server.log.append = async (document, update, ...rest) => {
    if (Buffer.compare(update, first!) === 0) {
      isUnderWay = true
      await mayFirst.promise
    } else if (Buffer.compare(update, whole!) === 0) await mayWhole.promise
    return await append(document, update, ...rest)
  }

  say(tab, first!)
  await until(() => isUnderWay, 'the first is on its way')
  say(other, whole!)
  text(binh.doc).insert(0, '.')
  await acknowledged(binh)
  mayFirst.resolve()
  await acknowledged(tab)
  say(tab, second!)
  await acknowledged(tab)
  mayWhole.resolve()
  await acknowledged(other)

  const seen = text((await server.join('binh')).doc).toString()
  expect(await stored()).toEqual([seen, seen])
})

test('every client id in the log has its user, the first writer', async () => {
  const [an, binh] = [await server.join('an'), await server.join('binh')]
  text(an.doc).insert(0, 'Một')
  await acknowledged(an)
  text(binh.doc).insert(3, ' hai')
  await acknowledged(binh)
  await server.sync.writeDocument({
    actor: null,
    commandId: 'mark',
    documents: [plainPlan.part],
    mutate: (documents) => text(documents.get(plainPlan.part)!).insert(7, ' ba'),
  })
  await server.log.compact(plainPlan.part)

  const rows = await server.database.query.selectFrom('document_clients').selectAll().execute()
  const owners = new Map(rows.map(({ client_id, user_id }) => [client_id, user_id]))
  const clients = [...Y.decodeStateVector(Y.encodeStateVector(await server.sync.readDocument(plainPlan.part))).keys()]
  const byServer = clients.find((client) => client !== an.doc.clientID && client !== binh.doc.clientID)
  expect(owners).toEqual(
    new Map<number | undefined, UserId | null>([
      [an.doc.clientID, 'an' as UserId],
      [binh.doc.clientID, 'binh' as UserId],
      [byServer, null],
    ]),
  )
})
