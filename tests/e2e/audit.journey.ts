import { readFile } from 'node:fs/promises'
import { aPart, aPlan } from '../support/plans.ts'
import { expect, test } from './fixtures.ts'

test('the lead finds in the trail who did what, and takes it along as a file', async ({ desk }) => {
  const plan = await desk.plan(aPlan([aPart('Mục tiêu'), aPart('Nhiệm vụ của Hội')]), ['Nhiệm vụ của Hội'])
  const page = await desk.open(desk.lead, plan)
  await page.getByRole('button', { name: 'Việc khác với văn bản' }).click()
  await page.getByRole('menuitem', { name: 'Nhật ký' }).click()
  const trail = page.getByRole('dialog', { name: 'Nhật ký của văn bản' })
  await expect(trail.getByRole('listitem').last()).toContainText(/Nguyễn Thu Hà\s+Lập văn bản/)

  await trail.getByLabel('Việc', { exact: true }).selectOption('Giao phần')
  await expect(trail.getByRole('listitem')).toHaveText([/Giao phần II. Nhiệm vụ của Hội cho Đơn vị HND/])
  const downloading = page.waitForEvent('download')
  await trail.getByRole('link', { name: 'Tải tệp CSV' }).click()
  const file = await readFile(await (await downloading).path(), 'utf8')
  expect(file.trimEnd().split('\r\n')).toHaveLength(2)

  await trail.getByLabel('Đến ngày').fill('1/1/2020')
  await expect(trail).toContainText('Không có dòng nào khớp')
  await trail.getByRole('button', { name: 'Bỏ lọc' }).click()
  await expect(trail.getByRole('listitem').last()).toContainText('Lập văn bản')
})

test('who does not lead the plan finds no trail in its menu', async ({ desk }) => {
  const plan = await desk.plan(aPlan([aPart('Mục tiêu')]), ['Mục tiêu'])
  const page = await desk.open(desk.drafter, plan)

  await page.getByRole('button', { name: 'Việc khác với văn bản' }).click()

  await expect(page.getByRole('menuitem', { name: 'Người tham gia' })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Nhật ký' })).toHaveCount(0)
})
