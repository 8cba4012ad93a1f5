/** Which words of a sentence become a target, and what is proposed for it. */
import { expect, test } from 'vitest'
import { nearest } from '../../client/src/editor/sheet-words.ts'
import { numberIn, proposeTarget, sentenceAround } from '../../client/src/targets/make-target.ts'

/** The words that are taken when what stands between the bars is selected. */
function taken(marked: string): string | null {
  const from = marked.indexOf('|')
  const to = marked.lastIndexOf('|')
  const text = marked.replaceAll('|', '')
  const found = numberIn(text, from, from === to ? from : to - 1)
  return found === null ? null : `${found.isRead ? '' : '?'}${text.slice(found.from, found.to)}`
}

test.each([
  ['phấn đấu trên |85|% hộ có nước sạch', 'trên 85%'],
  ['phấn đấu |trên 85% hộ có nước sạch|', 'trên 85%'],
  ['phấn đấu trên 8|5% hộ có nước sạch', 'trên 85%'],
  ['xây dựng |12 mô hình| và 3 tổ', '12 mô hình'],
  ['kết nạp | một nửa | hội viên', '?một nửa'],
  ['đến năm |2027| hoàn thành', '?2027'],
  ['vận động |hội viên', null],
  ['dẫn \uFFFC |và \uFFFC rồi|', null],
])('in "%s" the words taken are %s', (marked, words) => {
  expect(taken(marked)).toBe(words)
})

test('a target is named by what is counted, in the year that its sentence says', () => {
  const before = 'Xây dựng tổ tự quản. Đến năm 2027 phấn đấu '
  const around = sentenceAround(before, ' hộ có nhà tiêu hợp vệ sinh. Mở 3 lớp.')
  const proposed = proposeTarget({ ...around, text: 'trên 85%', isRead: true }, [2026, 2027, 2028])
  expect(around).toEqual({ before: 'Đến năm 2027 phấn đấu ', behind: ' hộ có nhà tiêu hợp vệ sinh.' })
  expect(proposed).toMatchObject({ name: 'Hộ có nhà tiêu hợp vệ sinh', cell: 'value.2027' })
})

test('a number that stands twice in a sentence is replaced where it was selected', () => {
  const sentence = 'tăng 5% rồi lại 5%'
  expect(nearest(sentence, '5%', 15)).toBe(16)
  expect(nearest(sentence, '5%', 6)).toBe(5)
  expect(nearest(sentence, '6%', 6)).toBeNull()
})
