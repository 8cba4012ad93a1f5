import { strFromU8, unzipSync } from 'fflate'
import mammoth from 'mammoth'
import { describe, expect, it } from 'vitest'
import { newId, type UnitId } from '@soanchung/shared/ids.ts'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import { parseDue } from '@soanchung/shared/targets/due.ts'
import { exportDocx } from '../../server/src/export/docx.ts'
import { aBlock, aPart, aPlan, aQuotedTarget, aSentence, aTarget, aView, percent } from '../support/plans.ts'
import { aRolledUnit, aRollUp } from '../support/links.ts'
import { aLine, aTask } from '../support/registers.ts'

const period = { period: { from: 2026, to: 2026 } }

async function filesOf(
  plan: PlanSnapshot,
  units: readonly { id: UnitId; name: string; symbol: string }[] = [],
): Promise<{ document: string; numbering: string; footnotes: string }> {
  const files = unzipSync(await exportDocx(plan, { units }))
  const read = (name: string) => strFromU8(files[`word/${name}.xml`] ?? new Uint8Array())
  return { document: read('document'), numbering: read('numbering'), footnotes: read('footnotes') }
}

async function htmlOf(plan: PlanSnapshot): Promise<string> {
  const { value } = await mammoth.convertToHtml({ buffer: Buffer.from(await exportDocx(plan, { units: [] })) })
  return value
}

/** The words of all rows of all tables. */
function plainRows(html: string): string[][] {
  return html
    .split('<tr>')
    .map((row) =>
      [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/g)].map(([, cell = '']) => cell.replaceAll(/<[^>]*>/g, '')),
    )
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

  it('writes tasks with who leads, who works along and by when', async () => {
    const unit = { id: newId<UnitId>(), name: 'Hội Nông dân', symbol: 'HND' }
    const task = aTask('Mở lớp tập huấn', {
      ...{ lead: unit.id, partners: { units: [unit.id], others: 'trường học' }, product: 'Báo cáo' },
      due: parseDue('Quý IV/2026'),
    })
    const part = aPart('Nhiệm vụ', { tasks: [task], blocks: [aView({ register: 'tasks' })] })
    const { document } = await filesOf(aPlan([part]), [unit])
    for (const words of ['Mở lớp tập huấn', 'Hội Nông dân', 'HND, trường học', 'Báo cáo', 'Quý IV/2026']) {
      expect(document).toContain(`>${words}<`)
    }
  })

  it('has the sums of groups in their headings, and the total in words below the table', async () => {
    const budget = [
      aLine('Tập huấn', { 2026: '1.200 triệu đồng' }, { source: 'Ngân sách tỉnh' }),
      aLine('Hỗ trợ', { 2026: '300 triệu đồng' }, { source: 'Ngân sách tỉnh' }),
      aLine('In tài liệu', { 2026: '40 triệu đồng' }, { source: 'Xã hội hoá' }),
    ]
    const view = aView({ register: 'budget', group: 'source', subtotals: true, columns: ['number', 'name', 'years'] })
    const html = await htmlOf(aPlan([aPart('Kinh phí', { budget, blocks: [view] })], period))
    expect(html).toMatch(/I\. Ngân sách tỉnh.*?<\/td><td>.*?1\.500/)
    expect(html).toMatch(/II\. Xã hội hoá.*?<\/td><td>.*?40/)
    expect(html).toMatch(/Tổng cộng.*1\.540.*Bằng chữ: Một tỷ năm trăm bốn mươi triệu đồng\./)
  })

  it('sorts and filters a table as the screen does', async () => {
    const targets = ['Hộ nghèo', 'Hộ khá', 'Trường đạt chuẩn'].map((name, index) =>
      aTarget(name, { 2026: percent(String(9 - index)) }, { measure: { kind: 'percent' }, order: `a${index}` }),
    )
    const view = aView({ filter: { text: 'hộ' }, order: { by: 'value.2026', down: false } })
    const html = await htmlOf(aPlan([aPart('Mục tiêu', { targets, blocks: [view] })], period))
    expect(html.match(/Hộ khá.*Hộ nghèo/)).not.toBeNull()
    expect(html).not.toContain('Trường đạt chuẩn')
  })

  it('gives a table across a page of its own, and pages count on behind it', async () => {
    const part = aPart('Mục tiêu', {
      targets: [aQuotedTarget().target],
      blocks: [aBlock('paragraph', 'Trước'), aView({ landscape: true }), aBlock('paragraph', 'Sau')],
    })
    const { document } = await filesOf(aPlan([part]))
    expect(
      [...document.matchAll(/<w:pgSz w:w="(\d+)" w:h="(\d+)"/g)].map(([, width, height]) => [width, height]),
    ).toEqual([
      ['11906', '16838'],
      ['16838', '11906'],
      ['11906', '16838'],
    ])
    expect(document.match(/<w:titlePg\/>/g)).toHaveLength(1)
    expect(document).not.toContain('w:pgNumType w:start')
    expect(document.indexOf('>Sau')).toBeGreaterThan(document.lastIndexOf('w:orient="landscape"'))
  })

  it('turns an annex across from its title on, where its table is', async () => {
    const annex = aPart('Biểu chỉ tiêu', {
      ...{ role: 'annex', targets: [aQuotedTarget().target] },
      blocks: [aBlock('paragraph', 'Kèm theo Kế hoạch'), aView({ landscape: true })],
    })
    const { document } = await filesOf(aPlan([aPart('Mục đích'), annex]))
    const [first = 0, second = 0] = [...document.matchAll(/w:pgSz/g)].map(({ index }) => index)
    expect(document.match(/w:pgSz/g)).toHaveLength(2)
    expect(document.indexOf('Biểu chỉ tiêu')).toBeGreaterThan(first)
    expect(document.slice(second)).toContain('w:orient="landscape"')
  })

  it('draws a view that is a picture, and says in words what is on it', async () => {
    const view = aView({ picture: 'lines', title: 'Chỉ tiêu theo năm' })
    const part = aPart('Mục tiêu', { targets: [aQuotedTarget().target], blocks: [view] })
    const files = unzipSync(await exportDocx(aPlan([part]), { units: [] }))
    const document = strFromU8(files['word/document.xml'] ?? new Uint8Array())
    expect(document).toMatch(/descr="Chỉ tiêu theo năm \(%\)\. Hộ dùng nước sạch: 2026 là &gt; 80\."/)
    const image = Object.entries(files).find(([name]) => name.startsWith('word/media/'))?.[1]
    expect([...(image ?? []).slice(1, 4)]).toEqual([...'PNG'].map((letter) => letter.charCodeAt(0)))
    // 16 cm, in units of 1/360,000 cm.
    expect(Number(/<wp:extent cx="(\d+)"/.exec(document)?.[1]) / 360_000).toBeCloseTo(16, 1)
    expect(document).not.toContain('<w:tblHeader/>')
  })

  it('shows the table of a picture in which there is nothing to draw', async () => {
    const view = aView({ picture: 'bars' })
    const part = aPart('Mục tiêu', { targets: [aTarget('Hộ nghèo', {})], blocks: [view] })
    expect((await filesOf(aPlan([part]))).document).toContain('<w:tblHeader/>')
  })

  it('writes what the units say of its targets as a real table, with what is missing', async () => {
    const unit = { id: newId<UnitId>(), name: 'Xã Hoà Bình', symbol: 'HB' }
    const other = { id: newId<UnitId>(), name: 'Xã Tân Lập', symbol: 'TL' }
    const water = aTarget('Hộ dùng nước sạch', { 2026: percent('80') }, { measure: { kind: 'percent' } })
    const given = { 2026: percent('80') }
    const stated = { quantity: percent('75'), counted: 1, left: 1 }
    const says = { given, values: { 2026: percent('75') }, answer: 'accepted' as const }
    const years = { 2026: { stated, gathered: stated } }
    const said = [aRolledUnit(unit.id, says), aRolledUnit(other.id, { given })]
    const rollUp = aRollUp([other.id, unit.id], [{ target: water.id, method: 'average', years, units: said }])
    const view = aView({ title: 'Các xã đăng ký', picture: 'matrix' })
    const plan = aPlan([aPart('Mục tiêu', { targets: [water], blocks: [view] })], period)
    const file = Buffer.from(await exportDocx(plan, { units: [unit, other], rollUp }))
    const { value } = await mammoth.convertToHtml({ buffer: file })
    expect(plainRows(value).slice(3, 8)).toEqual([
      ['Xã Hoà Bình', '75 (thiếu 5)'],
      ['Xã Tân Lập', 'chờ trả lời'],
      ['Tổng hợp', '75'],
      ['Chỉ tiêu của văn bản', '80'],
      ['Chênh lệch', 'thiếu 5'],
    ])
  })

  it('cuts a matrix of many targets into tables that a page can hold', async () => {
    const unit = { id: newId<UnitId>(), name: 'Xã Hoà Bình', symbol: 'HB' }
    const targets = Array.from({ length: 12 }, (_, at) => aTarget(`Chỉ tiêu ${at}`, {}, { order: `a${at}` }))
    const said = targets.map(({ id }) => ({ target: id, units: [aRolledUnit(unit.id)] }))
    const plan = (landscape: boolean) =>
      aPlan([aPart('Mục tiêu', { targets, blocks: [aView({ picture: 'matrix', landscape })] })], period)
    const widths = async (landscape: boolean) => {
      const file = await exportDocx(plan(landscape), { units: [unit], rollUp: aRollUp([unit.id], said) })
      const { value } = await mammoth.convertToHtml({ buffer: Buffer.from(file) })
      return plainRows(value).flatMap((row) => (row[0] === unit.name ? [row.length] : []))
    }
    expect(await widths(false)).toEqual([5, 5, 5])
    expect(await widths(true)).toEqual([7, 7])
  })

  it('shows the targets of a matrix that no unit is in yet', async () => {
    const water = aTarget('Hộ dùng nước sạch', { 2026: percent('80') }, { measure: { kind: 'percent' } })
    const view = aView({ picture: 'matrix' })
    expect(await htmlOf(aPlan([aPart('Mục tiêu', { targets: [water], blocks: [view] })], period))).toContain(water.name)
  })

  it('draws what the superior gave beside the lines of its targets, and says it in words', async () => {
    const water = aTarget('Hộ dùng nước sạch', { 2026: percent('80') }, { measure: { kind: 'percent' } })
    const plan = aPlan([aPart('Mục tiêu', { targets: [water], blocks: [aView({ picture: 'lines' })] })], period)
    const asked = new Map([[water.id, { 2026: percent('85', '>=') }]])
    const files = unzipSync(await exportDocx(plan, { units: [], asked }))
    expect(strFromU8(files['word/document.xml'] ?? new Uint8Array())).toContain('Cấp trên: 2026 là ≥ 85')
  })

  it('puts the figures of a slice that is too thin for them below its picture', async () => {
    const budget = [
      aLine('Tập huấn', { 2026: '1.000 triệu đồng' }, { source: 'Ngân sách tỉnh' }),
      aLine('In ấn', { 2026: '10 triệu đồng' }, { source: 'Xã hội hoá' }),
    ]
    const view = aView({ register: 'budget', picture: 'bars' })
    const html = await htmlOf(aPlan([aPart('Kinh phí', { budget, blocks: [view] })], period))
    expect(plainRows(html)).toEqual(
      expect.arrayContaining([
        ['Xã hội hoá', '10'],
        ['Cộng', '1.010'],
      ]),
    )
  })

  it('breaks no number of a table with many columns', async () => {
    const budget = [aLine('Tập huấn', { 2026: '1.234.567,5 triệu đồng' })]
    const view = aView({
      register: 'budget',
      columns: ['number', 'name', 'source', 'responsible', 'quantities', 'years', 'total'],
    })
    const { document } = await filesOf(
      aPlan([aPart('Kinh phí', { budget, blocks: [view] })], { period: { from: 2026, to: 2030 } }),
    )
    const [, size] = /w:val="(\d+)"\/>(?:<w:szCs[^>]*>)?<\/w:rPr><w:t[^>]*>1\.234\.567,5</.exec(document) ?? []
    const widths = [...document.matchAll(/<w:gridCol w:w="(\d+)"/g)].map(([, width]) => Number(width)).slice(-15)
    // Half a letter's size wide on average, ten twips a half-point.
    expect(widths.at(-1)).toBeGreaterThan('1.234.567,5'.length * Number(size) * 5)
    expect(widths.reduce((sum, width) => sum + width, 0)).toBe(11906 - 1701 - 851)
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
    const files = unzipSync(await exportDocx(aPlan([aPart('Mục đích')]), { units: [] }))
    expect(strFromU8(files['word/document.xml'] ?? new Uint8Array())).toMatch(/w:pgSz w:w="11906" w:h="16838"/)
    const styles = strFromU8(files['word/styles.xml'] ?? new Uint8Array())
    expect(styles).toContain('Times New Roman')
    expect(styles).toContain('w:sz w:val="28"')
  })
})
