/** What comes from the clipboard as blocks: nothing lost, nothing run, typed marks become kinds. */
import { describe, expect, test } from 'vitest'
import { newId, type PlanId, type TargetId } from '@soanchung/shared/ids.ts'
import { blockText, type Block } from '@soanchung/shared/plan/blocks.ts'
import { blocksFromHtml, blocksFromText } from '../../client/src/editor/paste.ts'

const plan = newId<PlanId>()

function shapes(blocks: Iterable<Block>): string[] {
  return [...blocks].map((one) =>
    one.type === 'view' ? 'view' : `${one.kind} ${one.depth}: ${blockText(one, ({ cell }) => `<${cell}>`)}`,
  )
}

describe('paste', () => {
  test.each([
    ['1. Một\n2- Hai', ['numbered 0: Một', 'numbered 0: Hai']],
    ['a) Chữ\nđ) Đê', ['lettered 0: Chữ', 'lettered 0: Đê']],
    ['- Gạch\n• Chấm\n+ Cộng', ['dashed 0: Gạch', 'dashed 0: Chấm', 'plus 0: Cộng']],
    ['5-10 người\r\n\r\n2026 là năm đầu', ['paragraph 0: 5-10 người', 'paragraph 0: 2026 là năm đầu']],
    ['Ho\u0300a bi\u0300nh', ['paragraph 0: H\u00f2a b\u00ecnh']],
  ])('plain lines become blocks: %j', (text, expected) => {
    expect(shapes(blocksFromText(text))).toEqual(expected)
  })

  test.each([
    [
      'a Word list',
      "<p style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>·  </span>Mục</p>",
      ['dashed 1: Mục'],
    ],
    [
      'a lettered Word list',
      "<p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>a) </span>Mục</p>",
      ['lettered 0: Mục'],
    ],
    [
      'nested lists',
      '<ol><li>Một<ul><li>Con</li></ul></li><li>Hai</li></ol>',
      ['numbered 0: Một', 'dashed 1: Con', 'numbered 0: Hai'],
    ],
    ['a table', '<table><tr><td>A</td><td><p>B</p><p>C</p></td></tr></table>', ['paragraph 0: A\tB C']],
    ['headings', '<h2>Đề mục</h2><p>Lời</p>', ['heading 0: Đề mục', 'paragraph 0: Lời']],
    [
      'scripts and styles',
      '<style>p{}</style><script>bad()</script><p>Chữ<img src=x onerror=bad()></p>',
      ['paragraph 0: Chữ'],
    ],
    ['two breaks', 'a<br><br>b<br>c', ['paragraph 0: a', 'paragraph 0: b\nc']],
  ])('%s', (_name, html, expected) => {
    expect(shapes(blocksFromHtml(html, plan))).toEqual(expected)
  })

  test('bold, italic, underline and safe links are kept, other addresses are not', () => {
    const html = '<p><b>đ</b><i>n</i><u>g</u><a href="https://a.vn">l</a><a href="javascript:x()">x</a></p>'
    const [one] = blocksFromHtml(html, plan)
    expect(one?.type === 'block' && one.content).toEqual([
      { type: 'text', text: 'đ', marks: [{ type: 'bold' }] },
      { type: 'text', text: 'n', marks: [{ type: 'italic' }] },
      { type: 'text', text: 'g', marks: [{ type: 'underline' }] },
      { type: 'text', text: 'l', marks: [{ type: 'link', href: 'https://a.vn' }] },
      { type: 'text', text: 'x' },
    ])
  })

  test('a reference of this plan stays one, a reference of another plan becomes words', () => {
    const reference = `<span data-target="${newId<TargetId>()}" data-cell="value.2026">80%</span>`
    const copy = (of: string) =>
      `<div data-soanchung-plan="${of}"><p data-kind="plus" data-depth="2">có ${reference}</p></div>`
    expect(shapes(blocksFromHtml(copy(plan), plan))).toEqual(['plus 2: có <value.2026>'])
    expect(shapes(blocksFromHtml(copy(newId<PlanId>()), plan))).toEqual(['plus 2: có 80%'])
  })
})
