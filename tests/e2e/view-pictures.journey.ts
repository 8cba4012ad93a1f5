import { strFromU8, unzipSync } from 'fflate'
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { aBlock, aPart, aPlan, aTarget, aView, percent } from '../support/plans.ts'
import { aLine } from '../support/registers.ts'
import { expectOk } from '../support/server.ts'
import { readXlsx } from '../support/xlsx.ts'
import { expect, sheetOf, test } from './fixtures.ts'

function aDraft() {
  const targets = [
    aTarget(
      'Hộ dùng nước sạch',
      { 2026: percent('72'), 2027: percent('75', '>='), 2030: percent('85', '>') },
      { measure: { kind: 'percent' } },
    ),
    aTarget('Hộ nghèo', { 2026: percent('5'), 2030: percent('1') }, { measure: { kind: 'percent' }, order: 'a1' }),
  ]
  const budget = [
    aLine('Tập huấn', { 2026: '1.200 triệu đồng', 2027: '900,5 triệu đồng' }, { source: 'Ngân sách tỉnh' }),
    aLine('Hỗ trợ mô hình', { 2026: '300 triệu đồng', 2027: '350 triệu đồng' }, { source: 'Xã hội hoá' }),
  ]
  const goals = aPart('Mục tiêu', {
    ...{ targets, budget },
    blocks: [aBlock('paragraph', 'Các chỉ tiêu như sau.'), aView({ title: 'Biểu chỉ tiêu' })],
  })
  return aPlan([goals])
}

async function chosen(page: Page, format: string): Promise<Uint8Array> {
  await page.getByRole('button', { name: 'Việc khác với văn bản' }).click()
  await page.getByRole('menuitem', { name: 'Tải về Word, Excel' }).click()
  const dialog = page.getByRole('dialog', { name: 'Tải văn bản về máy' })
  await dialog.getByRole('radio', { name: format }).check()
  return await saved(page, () => dialog.getByRole('button', { name: 'Tải về', exact: true }).click())
}

/** What no browser can read as an image is no picture. */
async function expectDrawable(page: Page, svg: string) {
  const width = await page.evaluate(async (text) => {
    const image = new Image()
    image.src = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }))
    await image.decode()
    return image.naturalWidth
  }, svg)
  expect(width).toBeGreaterThan(800)
}

async function saved(page: Page, ask: () => Promise<void>): Promise<Uint8Array> {
  const [file] = await Promise.all([page.waitForEvent('download'), ask()])
  return await readFile(await file.path())
}

test('a table becomes a picture on the sheet and in the Word file, and gives its numbers', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(aDraft()))
  const view = sheetOf(lead).getByRole('region', { name: 'Biểu chỉ tiêu' })
  await view.hover()
  await view.getByRole('button', { name: 'Tuỳ chọn bảng' }).click()
  await lead.getByRole('menuitemcheckbox', { name: 'Hiện biểu đồ đường' }).click()

  await expect(view.getByRole('img')).toHaveAccessibleName(/Hộ dùng nước sạch: 2026 là 72, 2027 là ≥ 75, 2030 là > 85/)
  await expect(view.locator('svg text', { hasText: '≥ 75' })).toBeVisible()
  await view.getByRole('button', { name: 'Xem số liệu' }).click()
  await expect(view.getByRole('row', { name: 'Hộ dùng nước sạch' })).toContainText('≥ 75')
  await view.getByRole('button', { name: 'Xem biểu đồ' }).click()

  const png = await saved(lead, () => view.getByRole('button', { name: 'Tải PNG' }).click())
  expect(Buffer.from(png.slice(1, 4)).toString()).toBe('PNG')
  const svg = strFromU8(await saved(lead, () => view.getByRole('button', { name: 'Tải SVG' }).click()))
  for (const words of ['<svg', 'Biểu chỉ tiêu', '≥ 75']) expect(svg).toContain(words)
  await expectDrawable(lead, svg)

  const files = unzipSync(await chosen(lead, 'Word'))
  expect(Object.keys(files).filter((name) => name.startsWith('word/media/'))).toHaveLength(1)
  expect(strFromU8(files['word/document.xml'] ?? new Uint8Array())).toContain('2027 là ≥ 75')
})

test('the money by year and source is drawn, and the Excel file holds the same numbers', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(aDraft()))
  await lead.getByRole('button', { name: 'Việc khác với văn bản' }).click()
  await lead.getByRole('menuitem', { name: 'Kinh phí theo năm và nguồn' }).click()
  const dialog = lead.getByRole('dialog', { name: 'Kinh phí theo năm và nguồn' })
  await expect(dialog.locator('svg text', { hasText: '1.250,5' })).toBeVisible()
  await lead.keyboard.press('Escape')

  const sheet = readXlsx(await chosen(lead, 'Excel')).get('Kinh phí')
  const total = sheet?.find((row) => row.some(({ value }) => value === 'Tổng cộng'))
  expect(total?.filter(({ kind }) => kind === 'number').map(({ value }) => value)).toEqual(
    expect.arrayContaining(['1500', '1250.5', '2750.5']),
  )
})

test('what the units say is a picture to take along, and a table on the sheet and in the Word file', async ({
  desk,
}) => {
  const snapshot = aDraft()
  const [water, poor] = snapshot.parts[0]?.targets ?? []
  if (water === undefined || poor === undefined) throw new Error('no targets')
  const unit = await desk.server.unit('HB')
  const lead = await desk.open(desk.lead, await desk.plan(snapshot))
  const view = sheetOf(lead).getByRole('region', { name: 'Biểu chỉ tiêu' })
  await view.hover()
  await view.getByRole('button', { name: 'Tuỳ chọn bảng' }).click()
  await expect(lead.getByRole('menuitemcheckbox', { name: 'Bảng đơn vị × chỉ tiêu' })).toHaveCount(0)
  await lead.keyboard.press('Escape')

  await expectOk(desk.lead.send('PUT', `/api/plans/${snapshot.id}/carriers`, { units: [unit.id] }))
  const given = { targets: [water.id, poor.id], way: 'same', units: [{ unit: unit.id }], note: '' }
  await expectOk(desk.lead.send('PUT', `/api/plans/${snapshot.id}/allotments`, given))
  await view.hover()
  await expect(async () => {
    await view.getByRole('button', { name: 'Tuỳ chọn bảng' }).click()
    await lead.getByRole('menuitemcheckbox', { name: 'Bảng đơn vị × chỉ tiêu' }).click({ timeout: 1000 })
  }).toPass()
  await expect(view.getByRole('row', { name: unit.name })).toContainText('chờ trả lời')
  await expect(view.getByRole('row', { name: 'Chỉ tiêu của văn bản' })).toContainText('> 85')

  await lead.getByRole('button', { name: 'Liên kết kế hoạch', exact: true }).click()
  await lead
    .getByRole('button', { name: /Bảng tổng hợp/ })
    .first()
    .click()
  await lead.getByRole('button', { name: 'Xem và tải biểu đồ' }).click()
  const dialog = lead.getByRole('dialog', { name: /Tổng hợp chỉ tiêu giao xuống/ })
  await expect(dialog.getByRole('img')).toHaveAccessibleName(/1 đơn vị, 2 chỉ tiêu/)
  const svg = strFromU8(await saved(lead, () => dialog.getByRole('button', { name: 'Tải SVG' }).click()))
  for (const words of ['Hộ dùng nước sạch', 'chờ trả lời']) expect(svg).toContain(words)
  await expectDrawable(lead, svg)
  const png = await saved(lead, () => dialog.getByRole('button', { name: 'Tải PNG' }).click())
  expect(Buffer.from(png.slice(1, 4)).toString()).toBe('PNG')
  await lead.keyboard.press('Escape')
  await lead.keyboard.press('Escape')

  const files = unzipSync(await chosen(lead, 'Word'))
  expect(strFromU8(files['word/document.xml'] ?? new Uint8Array())).toMatch(
    /chờ trả lời[\s\S]*Chỉ tiêu của văn bản[\s\S]*&gt; 85/,
  )
})
