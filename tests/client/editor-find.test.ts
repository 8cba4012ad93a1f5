/** How words are found: without case, without diacritics where none are asked for. */
import { expect, test } from 'vitest'
import { newId, type TargetId } from '@soanchung/shared/ids.ts'
import { findInBlock, findInText } from '../../client/src/editor/find.svelte.ts'
import { aSentence } from '../support/plans.ts'

test.each([
  ['Đường đi', 'duong', ['Đường']],
  ['đường ĐƯỜNG dường', 'đường', ['đường', 'ĐƯỜNG']],
  ['hoà, hòa, hoa', 'hòa', ['hoà', 'hòa']],
  ['hoà, hòa, hoa', 'hoa', ['hoà', 'hòa', 'hoa']],
  ['thuỷ thủy', 'THỦY', ['thuỷ', 'thủy']],
  ['hòa bình', 'hò', ['hò']],
  ['ho\u0300a', 'hòa', ['ho\u0300a']],
  ['aaaa', 'aa', ['aa', 'aa']],
  ['không có', 'xyz', []],
])('in “%s”, “%s” finds %j', (text, query, expected) => {
  expect(findInText(text, query).map(({ from, to }) => text.slice(from, to))).toEqual(expected)
})

test.each([
  ['phấn đấu', [{ from: 0, to: 8, isQuoted: false }]],
  ['80', [{ from: 9, to: 10, isQuoted: true }]],
  ['đấu trên 80%', [{ from: 5, to: 10, isQuoted: true }]],
  ['80% hộ', [{ from: 9, to: 13, isQuoted: true }]],
  ['hộ có', [{ from: 11, to: 16, isQuoted: false }]],
])('“%s” is found in what is read of a sentence with a reference', (query, expected) => {
  const sentence = aSentence([
    { type: 'text', text: 'Phấn đấu ' },
    { type: 'reference', target: newId<TargetId>(), cell: 'value.2026' },
    { type: 'text', text: ' hộ có nước' },
  ])
  expect(findInBlock(sentence, query, () => 'trên 80%')).toEqual(expected)
})
