import { strFromU8, unzipSync } from 'fflate'
import mammoth from 'mammoth'
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { aBlock, aPart, aPlan, aQuotedTarget, aView } from '../support/plans.ts'
import { expect, partOf, sheetOf, test } from './fixtures.ts'

function aDraft() {
  const { target, sentence } = aQuotedTarget('Theo rà soát của xã năm 2025.')
  const tasks = aPart('Nhiệm vụ')
  const letters = ['một', 'hai', 'ba', 'bốn', 'năm', 'sáu'].map((number) => aBlock('lettered', `việc ${number}`))
  const goals = aPart('Mục tiêu', {
    targets: [target],
    blocks: [sentence, aView({ scope: 'plan', title: 'Biểu chỉ tiêu' })],
  })
  const farmers = aPart('Hội Nông dân', { parent: tasks.id, blocks: letters })
  return aPlan([aPart('Mục đích, yêu cầu'), goals, tasks, farmers], {
    number: '15/KH-MTTQ',
    subject: 'Xây dựng khu dân cư sạch',
  })
}

/** Downloads the plan through the screen and gives the file's name and content. */
async function download(page: Page): Promise<{ name: string; content: Buffer }> {
  await page.getByRole('button', { name: 'Việc khác với văn bản' }).click()
  await page.getByRole('menuitem', { name: 'Tải về Word, Excel' }).click()
  const dialog = page.getByRole('dialog', { name: 'Tải văn bản về máy' })
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Tải về', exact: true }).click(),
  ])
  await expect(dialog.getByText(/^Đã tải về/)).toBeVisible()
  return { name: file.suggestedFilename(), content: await readFile(await file.path()) }
}

test('the Word file that the screen gives holds the plan as the screen shows it', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(aDraft()))
  await expect(sheetOf(lead)).toContainText('Phấn đấu trên 80% hộ dùng nước sạch')

  const { name, content } = await download(lead)

  expect(name).toMatch(/\.docx$/)
  const { value: html } = await mammoth.convertToHtml({ buffer: content })
  expect(html).toContain('KẾ HOẠCH')
  expect(html).toContain('Xây dựng khu dân cư sạch')
  expect(html).toMatch(/Phấn đấu trên 80% hộ dùng nước sạch<sup>/)
  expect(html).toContain('Theo rà soát của xã năm 2025.')
  const [table] = /<table>.*<\/table>/s.exec(html) ?? ['']
  for (const words of ['Hộ dùng nước sạch', '&gt; 80', '2026', '2030']) expect(table).toContain(words)
})

test('parts and items have the numbers of the screen, counted by Word itself', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(aDraft()))
  const onScreen = await partOf(lead, 'Hội Nông dân')
    .locator('p[data-label]')
    .evaluateAll((items) => items.map((item) => item.getAttribute('data-label')))
  expect(onScreen).toEqual(['a)', 'b)', 'c)', 'd)', 'đ)', 'e)'])
  await expect(sheetOf(lead).locator('.part-number')).toHaveText(['I.', 'II.', 'III.', '1.'])

  const files = unzipSync((await download(lead)).content)

  const read = (file: string) => strFromU8(files[`word/${file}.xml`] ?? new Uint8Array())
  expect(read('document').match(/w:val="Heading1"/g)).toHaveLength(3)
  expect(read('document').match(/w:val="Heading2"/g)).toHaveLength(1)
  expect(read('document')).not.toMatch(/>\s*(I|II|III|1|a)[.)]\s*</)
  expect(read('numbering')).toContain('w:numFmt w:val="upperRoman"')
  expect(read('numbering')).toContain('w:lvlText w:val="đ)"')
})

test('a change that was made a moment ago is in the file', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(aDraft()))
  await partOf(lead, 'Mục đích, yêu cầu').locator('.ProseMirror').click()
  await lead.keyboard.type('Câu vừa viết xong.')
  const { content } = await download(lead)
  expect((await mammoth.extractRawText({ buffer: content })).value).toContain('Câu vừa viết xong.')
})
