import * as decoding from 'lib0/decoding'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import { RefusalError } from '@soanchung/shared/errors.ts'
import type { Actor } from '@soanchung/shared/permissions.ts'
import { acknowledged, startWithClients, text, until, type ServerWithClients } from '../support/sync-client.ts'
import { plainGate, plainPlan } from '../support/sync-server.ts'

let server: ServerWithClients
let isIssued: boolean

beforeEach(async () => {
  isIssued = false
  server = await startWithClients({
    gate: {
      ...plainGate,
      async access(subject) {
        const access = await plainGate.access(subject)
        return access && isIssued ? { ...access, stage: 'issued' } : access
      },
    },
  })
})
afterEach(() => server.close())

async function actor(name: string): Promise<Actor> {
  const identity = await plainGate.identify({ headers: new Headers(), token: name })
  if (identity === null) throw new Error(name)
  return identity.actor
}

async function insert(words: string, commandId: string, who: Actor | null = null) {
  return await server.sync.writeDocument({
    documents: [plainPlan.part],
    actor: who,
    commandId,
    mutate: (documents) => documents.get(plainPlan.part)?.getText('body').insert(0, words),
  })
}

async function sequences(): Promise<number[]> {
  return [...(await server.log.seqOf([plainPlan.outline, plainPlan.part])).values()]
}

test('first content is taken only by documents that have nothing yet, and all or none of it', async () => {
  const words = () => {
    const doc = new Y.Doc()
    text(doc).insert(0, 'Mở đầu')
    return Y.encodeStateAsUpdate(doc)
  }
  const begin = (commandId: string, ...names: (typeof plainPlan.part | typeof plainPlan.outline)[]) =>
    server.sync.writeDocument({ actor: null, commandId, first: new Map(names.map((name) => [name, words()])) })

  const first = await begin('first', plainPlan.part)
  const again = await begin('first', plainPlan.part)
  const other = await begin('other', plainPlan.outline, plainPlan.part)

  expect([first, again]).toEqual([
    { ok: true, value: { repeated: false } },
    { ok: true, value: { repeated: true } },
  ])
  expect(other).toMatchObject({ ok: false, error: { code: 'conflict.exists' } })
  expect(await sequences()).toEqual([0, 1])
})

test('what the server writes reaches everybody who has the part open, once', async () => {
  const an = await server.join('an')

  const first = await insert('Ý kiến ', 'accept-1')
  const again = await insert('Ý kiến ', 'accept-1')

  await until(() => text(an.doc).length > 0, 'it arrives')
  expect([first, again]).toEqual([
    { ok: true, value: { repeated: false } },
    { ok: true, value: { repeated: true } },
  ])
  expect(text(an.doc).toString()).toBe('Ý kiến ')
})

test('a command over two documents writes both or none', async () => {
  const write = (commandId: string, fail: boolean) =>
    server.sync.writeDocument({
      documents: [plainPlan.outline, plainPlan.part],
      actor: null,
      commandId,
      mutate(documents) {
        documents.get(plainPlan.outline)?.getMap('meta').set('subject', 'chuyển đổi số')
        if (fail) throw new RefusalError('conflict.exists')
        text(documents.get(plainPlan.part) ?? new Y.Doc()).insert(0, 'Phần I')
      },
      async alsoInTransaction(transaction) {
        await transaction.insertInto('installation').values({ key: commandId, value: 'done' }).execute()
      },
    })

  expect(await write('one', true)).toMatchObject({ ok: false, error: { code: 'conflict.exists' } })
  expect(await sequences()).toEqual([0, 0])
  expect(await write('one', false)).toEqual({ ok: true, value: { repeated: false } })
  expect(await sequences()).toEqual([1, 1])
})

test.each([
  ['a reader', 'reader', false, 'not.allowed'],
  ['anybody once the plan is issued', 'an', true, 'plan.issued'],
])('a command of %s is refused and leaves nothing', async (_who, user, issued, code) => {
  isIssued = issued

  const result = await insert('lén', 'forged', await actor(user))

  expect(result).toMatchObject({ ok: false, error: { code } })
  expect((await server.log.load(plainPlan.part)).seq).toBe(0)
})

test('a device that comes back is sent only what it lacks', async () => {
  const an = await server.join('an')
  text(an.doc).insert(0, 'Hội')
  await acknowledged(an)
  const [first] = readAnswer(await server.sync.fetchDocuments([plainPlan.part], {}))
  text(an.doc).insert(3, ' Nông dân')
  await acknowledged(an)
  const have = { [plainPlan.part]: { seq: first?.seq ?? 0, stateVector: '' } }

  const [second] = readAnswer(await server.sync.fetchDocuments([plainPlan.part, plainPlan.outline], have))

  const device = new Y.Doc()
  for (const one of [first, second]) Y.applyUpdate(device, one?.update ?? new Uint8Array())
  expect(text(device).toString()).toBe('Hội Nông dân')
  expect(second?.update.length).toBeLessThan(40)
  const upToDate = { [plainPlan.part]: { seq: second?.seq ?? 0, stateVector: '' } }
  expect(readAnswer(await server.sync.fetchDocuments([plainPlan.part], upToDate))).toEqual([])
})

function readAnswer(bytes: Uint8Array) {
  const decoder = decoding.createDecoder(bytes)
  return Array.from({ length: decoding.readVarUint(decoder) }, () => ({
    name: decoding.readVarString(decoder),
    seq: decoding.readVarUint(decoder),
    update: decoding.readVarUint8Array(decoder),
  }))
}
