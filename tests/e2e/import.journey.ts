import type { Page } from '@playwright/test'
import { expect, expectSaved, partOf, sheetOf, test } from './fixtures.ts'

/** As it stands on a page of the web: lines around it, a broken line, typed numbers, no clear heading. */
const pasted = `Trang chủ | Tin tức | Liên hệ
Lượt xem: 845
Ngày đăng: 12/01/2026 09:20

HỘI NÔNG DÂN VIỆT NAM
HỘI NÔNG DÂN XÃ BẢN MÈ
Số: 21/KH-HND
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Bản Mè, ngày 09 tháng 01 năm 2026

KẾ HOẠCH
Giữ gìn nguồn nước sạch, giai đoạn 2026-2030

Căn cứ Nghị quyết đại hội Hội Nông dân xã nhiệm kỳ này, Hội xây dựng kế hoạch như sau:

I. MỤC ĐÍCH, YÊU CẦU

1. Mục đích

Nâng cao ý thức của hội viên trong việc giữ gìn nguồn nước đầu bản và các mương dẫn nước về
ruộng, giếng chung của từng xóm.

2. Yêu cầu

Làm thật, có kiểm tra.

II. CHỈ TIÊU

- Đến năm 2030, trên 85% hộ hội viên dùng nước sạch.

- Từ 25 đến 30% hộ lắp bồn lọc nước tại nhà.

- 7/7 chi hội có tổ tự quản nguồn nước.

III. KINH PHÍ

Tổng kinh phí thực hiện: 640 triệu đồng.

Nơi nhận:
- Hội Nông dân cấp trên;
- Lưu: VT.

TM. BAN THƯỜNG VỤ
CHỦ TỊCH
Lò Văn Pành

Tin cùng chuyên mục
Đang online: 12`

async function preview(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: 'Nhập văn bản có sẵn' }).click()
  await page.getByLabel('Nội dung văn bản').fill(text)
  await page.getByRole('button', { name: 'Xem trước' }).click()
  await expect(page.getByRole('heading', { name: 'Xem trước' })).toBeVisible()
}

test('a pasted document is shown with what was recognised, offered, doubted and left out', async ({ desk }) => {
  const page = await desk.home(desk.lead)
  await preview(page, pasted)

  await expect(page.getByLabel('Số và ký hiệu')).toHaveValue('21/KH-HND')
  await expect(page.getByLabel('Trích yếu')).toHaveValue('Giữ gìn nguồn nước sạch, giai đoạn 2026-2030')
  await expect(page.getByLabel('Ngày ban hành')).toHaveValue('09/01/2026')
  const sheet = page.getByRole('region', { name: 'Văn bản sẽ được tạo' })
  const titles = ['I. MỤC ĐÍCH, YÊU CẦU', '1. Mục đích', '2. Yêu cầu', 'II. CHỈ TIÊU', 'III. KINH PHÍ']
  await expect(sheet.getByRole('heading')).toHaveText(titles)
  await expect(sheet).toContainText('các mương dẫn nước về ruộng, giếng chung của từng xóm.')

  await page.getByRole('tab', { name: /^Chỉ tiêu/ }).click()
  const figures = page.getByRole('tabpanel')
  for (const figure of ['trên 85%', 'từ 25 đến 30%', '07/07 chi hội', '640 triệu đồng']) {
    await expect(figures.locator('strong', { hasText: figure })).toBeVisible()
  }
  await page.getByRole('tab', { name: /^Cần xem lại/ }).click()
  await expect(page.getByRole('tabpanel')).toBeVisible()
  await page.getByRole('tab', { name: /^Để ngoài/ }).click()
  for (const line of ['Lượt xem: 845', 'Tin cùng chuyên mục']) {
    await expect(page.getByRole('tabpanel').getByText(line)).toBeVisible()
  }
})

test('a plan is made of the preview, numbered by itself, and a chosen target goes on living in its sentence', async ({
  desk,
}) => {
  const page = await desk.home(desk.lead)
  await preview(page, pasted)
  await page.getByRole('tab', { name: /^Chỉ tiêu/ }).click()
  for (const button of await page.getByRole('button', { name: 'Bỏ tất cả' }).all()) await button.click()
  const offered = page.getByRole('listitem').filter({ has: page.locator('strong', { hasText: 'trên 85%' }) })
  await offered.getByRole('checkbox').check()
  await offered.getByLabel('Tên chỉ tiêu hoặc khoản chi').fill('Hộ dùng nước sạch')
  await page.getByRole('button', { name: 'Tạo văn bản' }).click()

  await expectSaved(page)
  await expect(sheetOf(page).locator('.part-number')).toHaveText(['I.', '1.', '2.', 'II.', 'III.'])
  const goals = sheetOf(page).locator('section.part', { hasText: 'lắp bồn lọc nước' })
  await expect(goals).toContainText('Đến năm 2030, trên 85% hộ hội viên dùng nước sạch.')
  await expect(goals.locator('.reference')).toHaveText(['trên 85%'])
  await expect(sheetOf(page)).toContainText('các mương dẫn nước về ruộng, giếng chung của từng xóm.')
  await expect(sheetOf(page)).not.toContainText('Đang online')

  await goals.locator('p', { hasText: 'lắp bồn lọc nước' }).click()
  await page.getByRole('button', { name: 'Chỉ tiêu', exact: true }).first().click()
  const panel = page.getByRole('complementary', { name: 'Chỉ tiêu' })
  await panel.getByRole('button', { name: 'Hộ dùng nước sạch', exact: true }).click()
  await panel.getByRole('textbox', { name: 'Năm 2030' }).fill('≥ 95')
  await panel.getByRole('textbox', { name: 'Năm 2030' }).press('Enter')
  await expect(goals).toContainText('Đến năm 2030, 95% trở lên hộ hội viên dùng nước sạch.')
  await expectSaved(page)
})

test('a line that was left out is kept where one says so', async ({ desk }) => {
  const page = await desk.home(desk.lead)
  await preview(page, pasted)
  await page.getByRole('tab', { name: /^Để ngoài/ }).click()
  const line = page.getByRole('listitem').filter({ hasText: 'Tin cùng chuyên mục' })
  await line.getByRole('button', { name: 'Giữ lại' }).click()
  await expect(line.getByRole('button', { name: 'Đã giữ lại' })).toBeVisible()
  await page.getByRole('button', { name: 'Tạo văn bản' }).click()
  await expectSaved(page)
  await expect(sheetOf(page)).toContainText('Tin cùng chuyên mục')
  await expect(partOf(page, 'KINH PHÍ')).toBeVisible()
})

test('a text of hundreds of pages is previewed, walked to its end and created', async ({ desk }) => {
  const page = await desk.home(desk.lead)
  const sentence = 'Vận động bà con giữ sạch nguồn nước đầu bản, mỗi tháng một buổi. '
  const parts = Array.from({ length: 90 }, (_, at) => [
    `${at + 1}. Việc thứ ${at + 1}`,
    ...Array.from({ length: 16 }, () => `- ${sentence.repeat(4).trim()}`),
  ])
  const text = ['KẾ HOẠCH', 'Giữ nguồn nước', '', 'I. NHIỆM VỤ', ...parts.flat()].join('\n\n')
  await page.getByRole('button', { name: 'Nhập văn bản có sẵn' }).click()
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'dai.txt', mimeType: 'text/plain', buffer: Buffer.from(text) })
  await expect(page.getByText('ở đây chỉ hiện phần đầu')).toBeVisible()
  await expect(page.getByLabel('Nội dung văn bản')).not.toBeEditable()
  await page.getByRole('button', { name: 'Xem trước' }).click()

  const sheet = page.getByRole('region', { name: 'Văn bản sẽ được tạo' })
  const last = sheet.getByRole('button', { name: 'Việc thứ 90' })
  await expect(async () => {
    await sheet.getByRole('button').last().scrollIntoViewIfNeeded()
    await expect(last).toBeAttached({ timeout: 100 })
  }).toPass()
  await last.click()
  await expect(sheet.getByRole('heading', { name: '90. Việc thứ 90' })).toBeInViewport()
  await expect(sheet.getByRole('heading', { name: '1. Việc thứ 1', exact: true })).toHaveCount(0)
  await page.getByRole('button', { name: 'Tạo văn bản' }).click()

  await expectSaved(page)
  await expect(page.getByRole('treeitem', { name: 'Việc thứ 90' })).toBeAttached()
})
