/** The tie between a part's document and its editor, with others writing in the same document. */
import { EditorState, TextSelection } from '@tiptap/pm/state'
import { EditorView } from '@tiptap/pm/view'
import { afterEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { writeBody } from '@soanchung/shared/plan/blocks.ts'
import { bindPart } from '../../client/src/editor/part-binding.ts'
import { aBlock } from '../support/plans.ts'

const views: EditorView[] = []

afterEach(() => {
  for (const view of views.splice(0)) view.destroy()
})

function anEditor(...lines: string[]) {
  const body = new Y.Doc().getXmlFragment('body')
  writeBody(
    body,
    lines.map((line) => aBlock('paragraph', line)),
  )
  const { doc, plugin } = bindPart(body)
  const view = new EditorView(null, { state: EditorState.create({ doc, plugins: [plugin] }) })
  views.push(view)
  return { body, view, lines: () => linesOf(view) }
}

function linesOf(view: EditorView): string[] {
  return view.state.doc.children.map((block) => block.textContent)
}

/** Somebody else's change: it comes as an update of a document of their own. */
function other(body: Y.XmlFragment, change: (theirs: Y.XmlFragment) => void) {
  const document = new Y.Doc()
  Y.applyUpdate(document, Y.encodeStateAsUpdate(body.doc!))
  change(document.getXmlFragment('body'))
  Y.applyUpdate(body.doc!, Y.encodeStateAsUpdate(document))
}

function textAt(body: Y.XmlFragment, index: number): Y.XmlText {
  return (body.get(index) as Y.XmlElement).get(0) as Y.XmlText
}

/** The caret behind these words. */
function putCaret(view: EditorView, block: number, offset: number) {
  let at = 1
  for (let before = 0; before < block; before++) at += view.state.doc.child(before).nodeSize
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, at + offset)))
}

function wordsBeforeCaret(view: EditorView): string {
  const { $head } = view.state.selection
  return $head.parent.textBetween(0, $head.parentOffset)
}

describe('binding', () => {
  test('a key of somebody else makes only the block anew that it is in', () => {
    const { body, view, lines } = anEditor('một', 'hai', 'ba')
    const before = view.state.doc.children
    other(body, (theirs) => textAt(theirs, 1).insert(3, ' mươi'))
    expect(lines()).toEqual(['một', 'hai mươi', 'ba'])
    expect(view.state.doc.children.map((block, index) => block === before[index])).toEqual([true, false, true])
  })

  test('the caret stays with its words while others write, take out and move blocks above it', () => {
    const { body, view, lines } = anEditor('một', 'hai', 'ba', 'bốn năm')
    putCaret(view, 3, 3)
    other(body, (theirs) => textAt(theirs, 0).insert(0, 'thứ '))
    other(body, (theirs) => {
      const moved = (theirs.get(1) as Y.XmlElement).clone()
      theirs.delete(1, 1)
      theirs.insert(theirs.length, [moved as Y.XmlElement])
    })
    other(body, (theirs) => theirs.delete(0, 1))
    expect(lines()).toEqual(['ba', 'bốn năm', 'hai'])
    expect(wordsBeforeCaret(view)).toBe('bốn')
  })

  test('the caret stays behind its word while somebody writes before it in the same block', () => {
    const { body, view, lines } = anEditor('một', 'hai')
    putCaret(view, 1, 3)
    view.dispatch(view.state.tr.insertText(' ba'))
    other(body, (theirs) => textAt(theirs, 1).insert(0, 'số '))
    view.dispatch(view.state.tr.insertText(' bốn'))
    expect(lines()).toEqual(['một', 'số hai ba bốn'])
    expect(body.toArray().map((block) => (block as Y.XmlElement).toArray().join(''))).toEqual(lines())
  })

  test('the caret goes along with its block when somebody takes it out and sets it in elsewhere', () => {
    const { body, view } = anEditor('một', 'hai ba', 'bốn')
    putCaret(view, 1, 3)
    other(body, (theirs) => {
      const moved = (theirs.get(1) as Y.XmlElement).clone() as Y.XmlElement
      theirs.delete(1, 1)
      theirs.insert(2, [moved])
    })
    expect(wordsBeforeCaret(view)).toBe('hai')
  })
})
