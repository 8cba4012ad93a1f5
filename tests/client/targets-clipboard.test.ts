import { describe, expect, it } from 'vitest'
import { readClipboard, writeClipboard } from '../../client/src/targets/clipboard.ts'
import { proposeTarget } from '../../client/src/targets/make-target.ts'
import { stepFrom, type Step } from '../../client/src/targets/selection.ts'

describe('cells on the clipboard', () => {
  const texts: [string, string, string[][]][] = [
    [
      'cells of a spreadsheet',
      'a\tb\r\n1\t2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['a cell in quotes with a line end', '"hai\ndòng"\t"nói ""có"""', [['hai dòng', 'nói "có"']]],
    [
      'an empty cell at the end',
      'a\t\nb\tc',
      [
        ['a', ''],
        ['b', 'c'],
      ],
    ],
    ['one word', 'một', [['một']]],
  ]
  it.each(texts)('reads %s', (_, text, cells) => {
    expect(readClipboard({ html: '', text })).toEqual(cells)
  })

  it('reads the table of a Word file with its merged cells', () => {
    const html =
      '<p>x</p><table><tr><td rowspan="2">A</td><td><p>hai</p><p>đoạn</p></td></tr><tr><td>c</td></tr></table>'
    expect(readClipboard({ html, text: 'A\thai\nđoạn\n\tc' })).toEqual([
      ['A', 'hai đoạn'],
      ['', 'c'],
    ])
  })

  it('comes back as it went out, and is no formula on the way', () => {
    const cells = [
      ['=1+1', '-5', '@SUM(A1)'],
      ['≥ 80', 'hai\tô', '<b>đậm</b>'],
    ]
    const { html, text } = writeClipboard(cells)
    expect(text.startsWith('=')).toBe(false)
    expect(html).not.toContain('<b>')
    expect(readClipboard({ html: '', text })).toEqual([cells[0], ['≥ 80', 'hai ô', '<b>đậm</b>']])
    expect(readClipboard({ html, text })).toEqual([cells[0], ['≥ 80', 'hai ô', '<b>đậm</b>']])
  })
})

describe('the caret of a table', () => {
  const extent = { rows: 5, columns: 3, isHeading: (row: number) => row === 0 || row === 2 }
  const steps: [Step, number, number, [number, number] | null][] = [
    ['down', 1, 1, [3, 1]],
    ['up', 3, 1, [1, 1]],
    ['up', 1, 1, [1, 1]],
    ['bottom', 1, 2, [4, 2]],
    ['row-end', 1, 0, [1, 2]],
    ['next', 1, 2, [3, 0]],
    ['next', 4, 2, null],
    ['previous', 1, 0, null],
  ]
  it.each(steps)('goes %s from row %i, column %i over headings', (step, row, column, to) => {
    expect(stepFrom({ row, column }, step, extent)).toEqual(to === null ? null : { row: to[0], column: to[1] })
  })
})

describe('making a number a target', () => {
  const sentences: [string, string, string, string][] = [
    ['trên 80%', 'Đến năm 2027 có trên 80% hộ dân dùng nước sạch, đạt chuẩn.', 'Hộ dân dùng nước sạch', 'value.2027'],
    ['3%', 'Tỷ lệ hộ nghèo giảm còn 3%.', 'Tỷ lệ hộ nghèo', 'value.2030'],
    ['21/21', 'Phấn đấu 21/21 thôn có tổ tự quản vào năm 2028.', 'Thôn có tổ tự quản', 'value.2028'],
  ]
  it.each(sentences)('proposes a name and a year for %s', (text, sentence, name, cell) => {
    const [before = '', behind = ''] = sentence.split(text)
    const years = [2026, 2027, 2028, 2029, 2030]
    expect(proposeTarget({ before, text, behind, isRead: true }, years)).toMatchObject({ name, cell })
  })
})
