/** One order of undo over several documents, of one's own changes only. */
import { beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import { UndoJournal, type CommandStep } from '../../client/src/editor/undo-journal.ts'
import { userEdit } from '../../client/src/plan/edit-origin.ts'

let documents: Map<string, Y.Doc>
let journal: UndoJournal<string>
let readOnly: Set<string>
let dropped: string[]

beforeEach(() => {
  readOnly = new Set()
  dropped = []
  documents = new Map(['a', 'b'].map((id) => [id, new Y.Doc()]))
  journal = new UndoJournal<string>({
    mayWrite: (id) => !readOnly.has(id),
    caret: () => null,
    restore: () => {},
    dropped: (why) => void dropped.push(why),
    changed: () => {},
  })
  for (const [id, document] of documents) journal.watch(id, document, [document.getMap('targets')])
})

function write(id: string, key: string, origin: unknown = userEdit) {
  documents.get(id)?.transact(() => documents.get(id)?.getMap('targets').set(key, key), origin)
}

/** The server's answer, which is a promise, has been heard. */
async function settled() {
  await Promise.resolve()
  await Promise.resolve()
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

/** A command as a screen has it: the server does it or takes it back, and the journal is told. */
function command(step: CommandStep = 'done') {
  let isTaken = false
  journal.note(() => {
    if (isTaken) return null
    isTaken = true
    command(step === 'undone' ? 'redone' : 'undone')
    return Promise.resolve(true)
  }, step)
}

test('a command that the server carried out is undone and redone in its turn', async () => {
  write('a', '1')
  command()
  write('b', '2')
  journal.undo()
  journal.undo()
  await settled()
  expect([content(), journal.canUndo]).toEqual(['a1 b', true])
  journal.undo()
  expect([content(), journal.canUndo]).toEqual(['a b', false])
  journal.redo()
  journal.redo()
  await settled()
  journal.redo()
  expect([content(), journal.canRedo]).toEqual(['a1 b2', false])
  journal.undo()
  journal.undo()
  await settled()
  journal.undo()
  expect([content(), journal.canUndo]).toEqual(['a b', false])
})

test('nothing else is undone while the server takes a command back', async () => {
  write('a', '1')
  command()
  journal.undo()
  journal.undo()
  expect(content()).toBe('a1 b')
  await settled()
  journal.undo()
  expect(content()).toBe('a b')
})

test('a command that the server did not take back can be tried again', async () => {
  const answers = [false, true]
  journal.note(() => Promise.resolve(answers.shift() ?? false), 'done')
  journal.undo()
  await settled()
  expect(journal.canUndo).toBe(true)
  journal.undo()
  await settled()
  expect(journal.canUndo).toBe(false)
})

test('a command that was taken back by other means is passed over', () => {
  write('a', '1')
  journal.note(() => null, 'done')
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
  expect(dropped).toEqual(['rights'])
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

test('after the server refused what was typed, undo says so and follows the fresh document', () => {
  write('a', '1')
  write('b', '2')
  const fresh = new Y.Doc()
  documents.set('a', fresh)
  journal.watch('a', fresh, [fresh.getMap('targets')])
  expect(dropped).toEqual(['refused'])
  write('a', '3')
  journal.undo()
  expect(content()).toBe('a b2')
  journal.undo()
  expect(content()).toBe('a b')
  expect(journal.canUndo).toBe(false)
})
