/** Changes straight in a part's document: exactly what was meant goes, all else stays. */
import { expect, test } from 'vitest'
import fc from 'fast-check'
import * as Y from 'yjs'
import { newId, type TargetId } from '@soanchung/shared/ids.ts'
import { blockText, readBody, textBlockOf, writeBody, type Block } from '@soanchung/shared/plan/blocks.ts'
import { blockSize, deleteStretch, replaceInBlock, sliceBlocks } from '../../client/src/editor/body-edit.ts'

function bodyOf(blocks: Block[]) {
  const body = new Y.Doc().getXmlFragment('body')
  writeBody(body, blocks)
  return body
}

function texts(blocks: readonly Block[]): string[] {
  return blocks.map((one) => blockText(one, () => '#'))
}

const withReference: Block = {
  ...textBlockOf('paragraph', ''),
  content: [
    { type: 'text', text: 'có ' },
    { type: 'reference', target: newId<TargetId>(), cell: 'value.2026' },
    { type: 'text', text: ' hộ', marks: [{ type: 'bold' }] },
  ],
}

test.each([
  ['within a block', { block: 0, offset: 1 }, { block: 0, offset: 3 }, false, ['aa', 'bbbb', 'có # hộ']],
  ['over blocks, the rests apart', { block: 0, offset: 2 }, { block: 1, offset: 1 }, false, ['aa', 'bbb', 'có # hộ']],
  ['over blocks, the rests joined', { block: 0, offset: 2 }, { block: 2, offset: 3 }, true, ['aa# hộ']],
  ['whole blocks', { block: 0, offset: 0 }, { block: 1, offset: 4 }, false, ['có # hộ']],
  ['a reference counts as one', { block: 2, offset: 3 }, { block: 2, offset: 4 }, false, ['aaaa', 'bbbb', 'có  hộ']],
  ['everything', { block: 0, offset: 0 }, { block: 2, offset: 7 }, false, []],
])('deletes %s', (_name, from, to, join, expected) => {
  const blocks = [textBlockOf('paragraph', 'aaaa'), textBlockOf('dashed', 'bbbb'), withReference]
  const body = bodyOf(blocks)
  body.doc?.transact(() => deleteStretch(body, blocks, from, to, join))
  expect(texts(readBody(body).blocks)).toEqual(expected)
})

test('a replaced word keeps the form of the one that stood there', () => {
  const body = bodyOf([withReference])
  replaceInBlock(body, 0, 5, 7, 'gia đình')
  const [one] = readBody(body).blocks
  expect(one?.type === 'block' && one.content.at(-1)).toEqual({
    type: 'text',
    text: ' gia đình',
    marks: [{ type: 'bold' }],
  })
})

test('what a deletion leaves and what it takes are together the whole text', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 5 }),
      fc.nat(),
      fc.nat(),
      (words, one, other) => {
        const blocks = words.map((word) => textBlockOf('paragraph', word.replaceAll(/[\0\ud800-\udfff]/g, '')))
        const ends = [one, other].map((number) => {
          const block = number % blocks.length
          return { block, offset: Math.floor(number / 7) % (blockSize(blocks[block]!) + 1) }
        })
        const [from, to] = ends.sort((a, b) => a.block - b.block || a.offset - b.offset)
        const body = bodyOf(blocks)
        const taken = texts(sliceBlocks(blocks, from!, to!)).join('')
        body.doc?.transact(() => deleteStretch(body, blocks, from!, to!, true))
        const left = texts(readBody(body).blocks).join('')
        expect(left.length + taken.length).toBe(texts(blocks).join('').length)
      },
    ),
  )
})
