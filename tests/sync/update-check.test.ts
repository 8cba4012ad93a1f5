import * as encoding from 'lib0/encoding'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { partRoots } from '@soanchung/shared/plan/documents.ts'
import { checkUpdate } from '@soanchung/server/src/sync/update-check.ts'
import { announcedSeed, seededRandom } from '../support/random.ts'

function typed(words: string, root = 'body'): Uint8Array {
  const doc = new Y.Doc()
  doc.getText(root).insert(0, words)
  return Y.encodeStateAsUpdate(doc)
}

function bytes(...numbers: number[]): Uint8Array {
  const encoder = encoding.createEncoder()
  for (const number of numbers) encoding.writeVarUint(encoder, number)
  return encoding.toUint8Array(encoder)
}

test.each([
  ['nothing at all', new Uint8Array()],
  ['2^25 structs that are not there', bytes(1, 2 ** 25, 7, 0)],
  ['more clients than can be', bytes(Number.MAX_SAFE_INTEGER)],
  ['a collected piece without end', bytes(1, 1, 1, 0, 0, Number.MAX_SAFE_INTEGER, 0)],
  ['a deletion without end', bytes(0, 1, 1, 1, 0, Number.MAX_SAFE_INTEGER)],
  ['a root that is not ours', typed('x', 'secrets')],
])('an update with %s is refused', (_what, update) => {
  expect(checkUpdate(new Y.Doc(), partRoots, update).kind).toBe('refused')
})

test('an update cut anywhere is refused', () => {
  const update = typed('Kế hoạch năm 2026')

  const kinds = Array.from(update, (_, end) => checkUpdate(new Y.Doc(), partRoots, update.slice(0, end)).kind)

  expect(new Set(kinds)).toEqual(new Set(['refused']))
})

test('what the document has already is nothing new, deletions too', () => {
  const doc = new Y.Doc()
  doc.getText('body').insert(0, 'Kế hoạch')
  const before = Y.encodeStateAsUpdate(doc)
  doc.getText('body').delete(0, 3)
  const copy = new Y.Doc()
  Y.applyUpdate(copy, before)

  expect(checkUpdate(doc, partRoots, before).kind).toBe('nothing')
  expect(checkUpdate(doc, partRoots, Y.encodeStateAsUpdate(doc)).kind).toBe('nothing')
  expect(checkUpdate(copy, partRoots, Y.encodeStateAsUpdate(doc)).kind).toBe('new')
})

test('an update that comes before those it builds on waits, but only so many', () => {
  const doc = new Y.Doc()
  for (let index = 0; index < 40; index++) {
    const author = new Y.Doc()
    author.getText('body').insert(0, 'a')
    const state = Y.encodeStateVector(author)
    author.getText('body').insert(1, 'b')
    const update = Y.encodeStateAsUpdate(author, state)
    if (checkUpdate(doc, partRoots, update).kind === 'refused') return expect(index).toBe(16)
    Y.applyUpdate(doc, update)
  }
  throw new Error('never refused')
})

test('no damaged update that is let through throws when it is applied', () => {
  const random = seededRandom(announcedSeed('damaged updates'))
  const base = new Y.Doc()
  base.getText('body').insert(0, 'Kế hoạch thực hiện Nghị quyết')
  base.getText('body').delete(3, 4)
  const known = Y.encodeStateAsUpdate(base)
  const state = Y.encodeStateVector(base)
  base.getText('body').insert(5, ' năm 2026')
  base.getMap('targets').set('t.value.2026', { number: '80', measure: '%' })
  base.getText('body').delete(0, 2)
  const good = Y.encodeStateAsUpdate(base, state)

  for (let round = 0; round < 3000; round++) {
    const bad = new Uint8Array(good)
    const at = random.below(bad.length)
    bad[at] = (bad[at] ?? 0) ^ (1 << random.below(8))
    const doc = new Y.Doc()
    Y.applyUpdate(doc, known)
    if (checkUpdate(doc, partRoots, bad).kind === 'refused') continue
    expect(() => Y.applyUpdate(doc, bad), `byte ${at} is ${bad[at]}`).not.toThrow()
  }
})
