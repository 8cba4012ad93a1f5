/** A part on its way between lead and drafter: given with a deadline, written, reported, sent back. */
import type { Page } from '@playwright/test'
import { aBlock, aPart, aPlan, aTarget, percent } from '../support/plans.ts'
import { expect, partOf, test } from './fixtures.ts'

function aPlanWithTargets() {
  const target = aTarget('Hộ dùng nước sạch', { 2026: percent('80') })
  return aPlan(
    [aPart('Mục đích', { blocks: [aBlock('paragraph', 'Giữ nguồn nước.')] }), aPart('Mục tiêu', { targets: [target] })],
    { subject: 'Nước sạch cho mọi nhà', period: { from: 2026, to: 2027 } },
  )
}

async function openBoard(page: Page) {
  await page.getByRole('button', { name: 'Việc khác với văn bản' }).click()
  await page.getByRole('menuitem', { name: 'Bảng theo dõi' }).click()
  const board = page.getByRole('dialog', { name: 'Bảng theo dõi soạn thảo' })
  await expect(board.getByRole('table')).toBeVisible()
  return board
}

test('the lead gives a part, the drafter writes it and reports, the lead sends it back with a reason', async ({
  desk,
}) => {
  const plan = await desk.plan(aPlanWithTargets())
  const lead = await desk.open(desk.lead, plan)
  const board = await openBoard(lead)
  const row = board.getByRole('row', { name: /Mục tiêu/ })
  await expect(row).toContainText('thiếu 1 chỉ tiêu')

  await row.getByRole('button', { name: 'Việc với phần II. Mục tiêu' }).click()
  await lead.getByRole('menuitem', { name: 'Giao phần…' }).click()
  const giving = lead.getByRole('dialog', { name: 'Giao phần' })
  await giving.getByRole('checkbox', { name: /HND/ }).check()
  await giving.getByLabel('Hạn').fill('01/01/2026')
  await giving.getByLabel('Ghi chú').fill('Theo số liệu năm 2025.')
  await giving.getByRole('button', { name: 'Giao phần', exact: true }).click()
  await expect(row).toContainText('Quá hạn')

  const drafter = await desk.home(desk.drafter)
  const own = drafter.getByRole('link', { name: /Mục tiêu/ })
  await expect(own).toContainText('Quá hạn từ 01/01/2026')
  await expect(own).toContainText('thiếu 1 chỉ tiêu')
  await drafter.getByRole('button', { name: /^Thông báo: \d+ chưa đọc/ }).click()
  const told = drafter.getByRole('dialog', { name: 'Thông báo' })
  await expect(told).toContainText('Ghi chú: Theo số liệu năm 2025.')
  await told.getByRole('link', { name: /giao cho bạn phần “II\. Mục tiêu”/ }).click()

  await partOf(drafter, 'Mục tiêu').locator('[contenteditable="true"]').click()
  await drafter.keyboard.type('Phấn đấu mọi nhà dùng nước sạch.')
  await expect(row).toContainText('7')
  await drafter.getByRole('button', { name: 'Phần này', exact: true }).click()
  await drafter.getByRole('button', { name: 'Báo đã xong' }).click()
  await expect(row).toContainText('Đã xong')

  await row.getByRole('button', { name: 'Việc với phần II. Mục tiêu' }).click()
  await lead.getByRole('menuitem', { name: 'Trả lại…' }).click()
  await lead.getByLabel('Cần sửa gì').fill('Bổ sung chỉ tiêu năm 2027.')
  await lead.getByRole('button', { name: 'Trả lại phần này' }).click()
  await expect(row).toContainText('Trả lại')

  await expect(drafter.getByRole('complementary')).toContainText('Lý do: Bổ sung chỉ tiêu năm 2027.')
  await drafter.getByRole('button', { name: /^Thông báo: \d+ chưa đọc/ }).click()
  await expect(drafter.getByRole('dialog', { name: 'Thông báo' })).toContainText('Bổ sung chỉ tiêu năm 2027.')
})

test('the board is walked by keyboard, filtered, and leads to a part', async ({ desk }) => {
  const plan = await desk.plan(aPlanWithTargets(), ['Mục tiêu'])
  const page = await desk.open(desk.lead, plan)
  await page.keyboard.press('Control+Shift+B')
  const board = page.getByRole('dialog', { name: 'Bảng theo dõi soạn thảo' })
  await board.getByLabel('Lọc theo đơn vị').selectOption({ label: 'HND · Đơn vị HND' })
  await expect(board.locator('tbody tr')).toHaveCount(1)
  await board.getByRole('button', { name: 'II. Mục tiêu', exact: true }).press('Enter')
  await expect(board).toHaveCount(0)
  await expect(page.getByRole('treeitem', { name: /Mục tiêu/ })).toHaveAttribute('aria-current', 'location')
})
