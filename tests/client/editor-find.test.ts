/** How words are found: without case, without diacritics where none are asked for. */
import { expect, test } from 'vitest'
import { findInText } from '../../client/src/editor/find.svelte.ts'

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
