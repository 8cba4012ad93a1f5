import { aBlock, aPart, aPlan } from '../support/plans.ts'
import { expect, partOf, sheetOf, test } from './fixtures.ts'

test('a drafter sees the parts that are theirs by name, and one click leads into the text', async ({ desk }) => {
  const paragraphs = Array.from({ length: 60 }, (_, index) => aBlock('paragraph', `Đoạn ${index + 1} của phần trước.`))
  const tasks = aPart('Nhiệm vụ', { blocks: paragraphs })
  const farmers = aPart('Hội Nông dân giữ nguồn nước', { parent: tasks.id })
  const snapshot = aPlan([aPart('Mục đích'), tasks, farmers], { subject: 'Giữ nguồn nước sạch' })
  await desk.plan(snapshot, [farmers.title])

  const page = await desk.home(desk.drafter)
  const own = page
    .getByRole('region', { name: 'Phần tôi cần soạn' })
    .getByRole('list', { name: /Kế hoạch: Giữ nguồn nước sạch/ })
    .getByRole('link')
  await expect(own).toHaveText(/1\.\s*Hội Nông dân giữ nguồn nước.*Sửa lần cuối/s)
  await own.click()

  await expect(sheetOf(page).getByRole('heading', { name: /Hội Nông dân giữ nguồn nước/ })).toBeInViewport()
  await partOf(page, farmers.title).getByRole('textbox').click()
  await page.keyboard.type('Hội nhận phần việc của mình.')
  await expect(sheetOf(page).getByText('Hội nhận phần việc của mình.')).toBeVisible()
})
