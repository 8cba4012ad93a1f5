import { aPart, aPlan, aBlock } from '../support/plans.ts'
import { expect, expectSaved, sheetOf, test } from './fixtures.ts'

test('the lead writes who signs and to whom it goes, and all see it at the end, before the annexes', async ({
  desk,
}) => {
  const annex = aPart('Biểu chỉ tiêu', { role: 'annex' })
  const goals = aPart('Mục tiêu', { blocks: [aBlock('paragraph', 'Sạch làng.')] })
  const plan = await desk.plan(aPlan([goals, annex], { signers: [], recipients: [] }))
  const [lead, reader] = [await desk.open(desk.lead, plan), await desk.open(desk.reader, plan)]

  await lead.getByRole('button', { name: 'Nơi nhận và người ký' }).click()
  const panel = lead.getByRole('complementary', { name: 'Thông tin văn bản' })
  await expect(panel.getByRole('button', { name: 'Thêm người ký' })).toBeInViewport()
  await lead.keyboard.press('Enter')
  await panel.getByLabel('Họ và tên').fill('Nguyễn Thu Hà')
  await panel.getByLabel('Nơi nhận').fill('Như trên\nLưu: VT')
  await panel.getByLabel('Nơi nhận').blur()
  await expectSaved(lead)

  for (const page of [lead, reader]) {
    await expect(sheetOf(page)).toContainText(/Sạch làng\..*Nơi nhận:.*- Lưu: VT.*Nguyễn Thu Hà.*Phụ lục/s)
  }
  await expect(reader.getByRole('button', { name: 'Nơi nhận và người ký' })).toHaveCount(0)
})
