import * as encoding from 'lib0/encoding'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { partRoots } from '@soanchung/shared/plan/documents.ts'
import { checkUpdate } from '@soanchung/server/src/sync/update-check.ts'
import { announcedSeed, seededRandom, type Random } from '../support/random.ts'

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

function filled(fill: (doc: Y.Doc) => void): Uint8Array {
  const doc = new Y.Doc()
  fill(doc)
  return Y.encodeStateAsUpdate(doc)
}

function deep(levels: number): unknown {
  return Array.from({ length: levels }).reduce((inner: unknown) => [inner], 'x')
}

function nest(doc: Y.Doc, levels: number): void {
  let inside: Y.XmlFragment | Y.XmlElement = doc.getXmlFragment('body')
  for (let level = 0; level < levels; level++) {
    const block = new Y.XmlElement('block')
    inside.insert(0, [block])
    inside = block
  }
}

test.each([
  ['nothing at all', new Uint8Array()],
  ['2^25 structs that are not there', bytes(1, 2 ** 25, 7, 0)],
  ['more clients than can be', bytes(Number.MAX_SAFE_INTEGER)],
  ['a collected piece without end', bytes(1, 1, 1, 0, 0, Number.MAX_SAFE_INTEGER, 0)],
  ['a deletion without end', bytes(0, 1, 1, 1, 0, Number.MAX_SAFE_INTEGER)],
  ['a deletion of nothing', bytes(0, 1, 1, 1, 0, 0)],
  ['deletions out of order', bytes(0, 1, 1, 2, 5, 1, 0, 1)],
  ['the same client twice', bytes(2, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0)],
  ['a skip without end', bytes(1, 1, 1, 0, 10, Number.MAX_SAFE_INTEGER, 0)],
  ['deleted content without end', bytes(1, 1, 1, 0, 1, 1, 4, 0x626f6479, Number.MAX_SAFE_INTEGER, 0)],
  ['an item that leans on itself', bytes(1, 1, 1, 0, 0x84, 1, 0, 1, 65, 0)],
  ['a document inside the document', filled((doc) => doc.getMap('targets').set('a', new Y.Doc()))],
  ['a value that is 100 deep', filled((doc) => doc.getMap('targets').set('a', deep(100)))],
  ['a mark that is 100 deep', filled((doc) => doc.getText('body').insert(0, 'a', { mark: deep(100) }))],
  ['a key of every object', filled((doc) => doc.getMap('targets').set('a', JSON.parse('{"__proto__":{"b":1}}')))],
  ['2,000 blocks in each other', filled((doc) => nest(doc, 2000))],
  ['bytes behind its end', bytes(0, 0, 0)],
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

test('an update that comes before those it builds on must come again with them', () => {
  const [doc, author] = [new Y.Doc(), new Y.Doc()]
  author.getText('body').insert(0, 'Kế')
  const state = Y.encodeStateVector(author)
  author.getText('body').insert(2, ' hoạch')

  expect(checkUpdate(doc, partRoots, Y.encodeStateAsUpdate(author, state)).kind).toBe('early')
  expect(checkUpdate(doc, partRoots, Y.encodeStateAsUpdate(author)).kind).toBe('new')
})

test('nesting grows no deeper by many small updates either', () => {
  const [author, server] = [new Y.Doc(), new Y.Doc()]
  const kinds: string[] = []
  author.on('update', (update: Uint8Array) => {
    kinds.push(checkUpdate(server, partRoots, update).kind)
    if (kinds.at(-1) === 'new') Y.applyUpdate(server, update)
  })

  nest(author, 50)

  expect(kinds.indexOf('refused')).toBe(40)
  expect(new Set(kinds.slice(41))).toEqual(new Set(['early']))
})

test('a deletion of what nobody has written yet does not wait for it', () => {
  const doc = new Y.Doc()
  const waiting = bytes(0, 1, doc.clientID, 1, 0, 1_000_000)

  expect(checkUpdate(doc, partRoots, waiting).kind).toBe('early')
})

test('no damaged update that is let through throws when it is applied', () => {
  const random = seededRandom(announcedSeed('damaged updates'))
  const [base, author] = [new Y.Doc(), new Y.Doc()]
  // Client ids decide about order and length, so they must come from the seed too.
  base.clientID = random.below(2 ** 32)
  author.clientID = random.below(2 ** 32)
  base.getText('body').insert(0, 'Kế hoạch thực hiện Nghị quyết')
  const known = Y.encodeStateAsUpdate(base)
  Y.applyUpdate(author, known)
  author.getText('body').insert(5, ' năm 2026', { bold: true })
  author.getMap('targets').set('t.value.2026', { number: '80', measure: '%' })
  author.getMap('budget').set('b', new Y.Map([['amount', [1, null, true]]]))
  author.getText('body').delete(0, 2)
  const good = Y.encodeStateAsUpdate(author, Y.encodeStateVector(base))

  for (let round = 0; round < 3000; round++) {
    const bad = damaged(good, random)
    const doc = new Y.Doc()
    Y.applyUpdate(doc, known)
    const { kind } = checkUpdate(doc, partRoots, bad)
    if (kind === 'new' || kind === 'nothing') {
      expect(() => Y.applyUpdate(doc, bad), Buffer.from(bad).toString('hex')).not.toThrow()
    }
  }
})

/** A few bits turned, bytes put in or left out. */
function damaged(good: Uint8Array, random: Random): Uint8Array {
  const bad = [...good]
  for (let faults = random.below(3); faults >= 0; faults--) {
    const at = random.below(bad.length)
    const how = random.below(4)
    if (how === 0) bad.splice(at, 1)
    else if (how === 1) bad.splice(at, 0, random.below(256))
    else bad[at] = (bad[at] ?? 0) ^ (1 << random.below(8))
  }
  return Uint8Array.from(bad)
}
