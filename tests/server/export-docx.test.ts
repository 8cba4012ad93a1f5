import { strFromU8, unzipSync } from 'fflate'
import mammoth from 'mammoth'
import { describe, expect, it } from 'vitest'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import { exportDocx } from '../../server/src/export/docx.ts'
import { aBlock, aPart, aPlan, aQuotedTarget, aSentence, aTarget, aView, percent } from '../support/plans.ts'

async function filesOf(plan: PlanSnapshot): Promise<{ document: string; numbering: string; footnotes: string }> {
  const files = unzipSync(await exportDocx(plan, []))
  const read = (name: string) => strFromU8(files[`word/${name}.xml`] ?? new Uint8Array())
  return { document: read('document'), numbering: read('numbering'), footnotes: read('footnotes') }
}

async function htmlOf(plan: PlanSnapshot): Promise<string> {
  const { value } = await mammoth.convertToHtml({ buffer: Buffer.from(await exportDocx(plan, [])) })
  return value
}

describe('a plan as a Word file', () => {
  it('has titles in real heading styles, with numbers that Word counts', async () => {
    const tasks = aPart('Nhiệm vụ')
    const plan = aPlan([aPart('Mục đích'), tasks, aPart('Hội Nông dân', { parent: tasks.id })])
    const { document, numbering } = await filesOf(plan)
    expect(document.match(/w:val="Heading1"/g)).toHaveLength(2)
    expect(document.match(/w:val="Heading2"/g)).toHaveLength(1)
    expect(document).not.toMatch(/>\s*(I|II|1)\.\s*</)
    expect(numbering).toContain('w:lvlText w:val="%1."')
    expect(numbering).toContain('w:numFmt w:val="upperRoman"')
  })

  it('counts 1., 2. of the highest level in one list, with 1.1. below', async () => {
    const goals = aPart('Mục tiêu', { numbering: 'arabic' })
    const plan = aPlan([
      goals,
      aPart('Mục tiêu chung', { parent: goals.id }),
      aPart('Nhiệm vụ', { numbering: 'arabic' }),
    ])
    const { document } = await filesOf(plan)
    const lists = [...document.matchAll(/<w:ilvl w:val="(\d)"\/><w:numId w:val="(\d+)"/g)]
    expect(lists.map(([, level]) => level)).toEqual(['1', '2', '1'])
    expect(new Set(lists.map(([, , list]) => list)).size).toBe(1)
  })

  it('writes the value of a referenced target into the sentence', async () => {
    const { target, sentence } = aQuotedTarget()
    expect(await htmlOf(aPlan([aPart('Mục tiêu', { targets: [target], blocks: [sentence] })]))).toContain(
      'Phấn đấu trên 80% hộ dùng nước sạch.',
    )
  })

  it('shows a reference to a deleted target as broken, with its last words', async () => {
    const gone = aTarget('Hộ nghèo', { 2026: percent('2') }, { deletedAt: 1 })
    const sentence = aSentence([{ type: 'reference', target: gone.id, cell: 'value.2026' }])
    expect(await htmlOf(aPlan([aPart('Mục tiêu', { targets: [gone], blocks: [sentence] })]))).toContain(
      '[chỉ tiêu đã xoá: 2%]',
    )
  })

  it('shows a view of targets as a table whose header row repeats', async () => {
    const goals = aPart('Mục tiêu', { targets: [aQuotedTarget().target] })
    const plan = aPlan([goals, aPart('Biểu', { role: 'annex', blocks: [aView({ scope: 'plan' })] })])
    const { document } = await filesOf(plan)
    expect(document).toContain('<w:tblHeader/>')
    expect(document).toContain('Hộ dùng nước sạch')
    expect(document).toContain('>&gt; 80<')
  })

  it('keeps footnotes as footnotes', async () => {
    const sentence = aSentence([
      { type: 'text', text: 'Đạt kết quả' },
      { type: 'footnote', text: 'Theo báo cáo năm 2025.' },
    ])
    const { document, footnotes } = await filesOf(aPlan([aPart('Thực trạng', { blocks: [sentence] })]))
    expect(document).toContain('w:footnoteReference')
    expect(footnotes).toContain('Theo báo cáo năm 2025.')
  })

  it('letters a list in the Vietnamese alphabet', async () => {
    const blocks = Array.from({ length: 7 }, (_, index) => aBlock('lettered', `việc ${index}`))
    const { numbering } = await filesOf(aPlan([aPart('Nhiệm vụ', { blocks })]))
    // a–d, then đ by itself, e from 5, g from 7.
    expect(numbering).toContain('w:lvlText w:val="đ)"')
    expect(numbering).toContain('w:startOverride w:val="5"')
    expect(numbering).toContain('w:startOverride w:val="7"')
  })

  it.each([
    ['state', 'Giao các đơn vị thực hiện.', 'Giao các đơn vị thực hiện./.'],
    ['state', 'Giao các đơn vị thực hiện./.', 'Giao các đơn vị thực hiện./.'],
    ['party', 'Giao các đơn vị thực hiện.', 'Giao các đơn vị thực hiện.'],
  ] as const)('closes the text in the %s style as %j → %j', async (style, written, printed) => {
    const part = aPart('Tổ chức thực hiện', { blocks: [aBlock('paragraph', written)] })
    expect(await htmlOf(aPlan([part], { style }))).toContain(`>${printed}<`)
  })

  it('takes hostile text as text', async () => {
    const hostile = '</w:t><w:instrText>INCLUDETEXT "http://x"</w:instrText> =cmd|x & <b>'
    const { document } = await filesOf(aPlan([aPart(hostile, { blocks: [aBlock('paragraph', hostile)] })]))
    expect(document).not.toContain('<w:instrText>INCLUDETEXT')
    expect(document).toContain('&lt;/w:t&gt;')
  })

  it('is A4 in Times New Roman 14', async () => {
    const files = unzipSync(await exportDocx(aPlan([aPart('Mục đích')]), []))
    expect(strFromU8(files['word/document.xml'] ?? new Uint8Array())).toMatch(/w:pgSz w:w="11906" w:h="16838"/)
    const styles = strFromU8(files['word/styles.xml'] ?? new Uint8Array())
    expect(styles).toContain('Times New Roman')
    expect(styles).toContain('w:sz w:val="28"')
  })
})
