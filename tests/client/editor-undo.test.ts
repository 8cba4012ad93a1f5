/** One order of undo over several documents, of one's own changes only. */
import { beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import { UndoJournal } from '../../client/src/editor/undo-journal.ts'
import { userEdit } from '../../client/src/plan/edit-origin.ts'

let documents: Map<string, Y.Doc>
let journal: UndoJournal<string>
let readOnly: Set<string>
let dropped: number

beforeEach(() => {
  readOnly = new Set()
  dropped = 0
  documents = new Map(['a', 'b'].map((id) => [id, new Y.Doc()]))
  journal = new UndoJournal<string>({
    mayWrite: (id) => !readOnly.has(id),
    caret: () => null,
    restore: () => {},
    dropped: () => void dropped++,
    changed: () => {},
  })
  for (const [id, document] of documents) journal.watch(id, document, [document.getMap('targets')])
})

function write(id: string, key: string, origin: unknown = userEdit) {
  documents.get(id)?.transact(() => documents.get(id)?.getMap('targets').set(key, key), origin)
}

function content(): string {
  return Array.from(documents, ([id, document]) => id + [...document.getMap('targets').keys()].sort().join('')).join(
    ' ',
  )
}

test('undo walks back over documents in the order of the changes', () => {
  write('a', '1')
  write('b', '2')
  write('a', '3')
  journal.undo()
  expect(content()).toBe('a1 b2')
  journal.undo()
  expect(content()).toBe('a1 b')
  journal.undo()
  expect(content()).toBe('a b')
  journal.redo()
  journal.redo()
  journal.redo()
  expect(content()).toBe('a13 b2')
})

test('a command that the server carried out is taken back in its turn, and passed over once it was', () => {
  let taken = 0
  write('a', '1')
  journal.note(() => (taken += 1) === 1)
  write('b', '2')
  journal.undo()
  expect([content(), taken]).toEqual(['a1 b', 0])
  journal.undo()
  expect([content(), taken, journal.canUndo]).toEqual(['a1 b', 1, true])
  journal.note(() => false)
  journal.undo()
  expect([content(), journal.canUndo]).toEqual(['a b', false])
})

test('changes of others are never undone', () => {
  write('a', '1')
  write('a', '2', 'from the server')
  journal.undo()
  expect(content()).toBe('a2 b')
})

test('a change over several documents is one entry', () => {
  journal.group(() => {
    write('a', '1')
    write('b', '2')
  })
  journal.undo()
  expect(content()).toBe('a b')
  expect(journal.canUndo).toBe(false)
})

test('an entry that others have emptied is passed over, and older ones of another document come first', () => {
  write('a', '1')
  write('b', '2')
  journal.stopCapturing()
  write('a', '3')
  documents.get('a')?.transact(() => documents.get('a')?.getMap('targets').delete('3'), 'from the server')
  journal.undo()
  expect(content()).toBe('a1 b')
})

test('an entry of a part that may no longer be written is dropped with a notice', () => {
  write('a', '1')
  write('b', '2')
  readOnly.add('b')
  journal.undo()
  expect(content()).toBe('a b2')
  expect(dropped).toBe(1)
})

test('a new change forgets what could be redone', () => {
  write('a', '1')
  write('b', '2')
  journal.undo()
  write('a', '3')
  expect(journal.canRedo).toBe(false)
  journal.redo()
  expect(content()).toBe('a13 b')
})

test('after the server refused what was typed, undo follows the fresh document', () => {
  write('a', '1')
  write('b', '2')
  const fresh = new Y.Doc()
  documents.set('a', fresh)
  journal.watch('a', fresh, [fresh.getMap('targets')])
  write('a', '3')
  journal.undo()
  expect(content()).toBe('a b2')
  journal.undo()
  expect(content()).toBe('a b')
  expect(journal.canUndo).toBe(false)
})
