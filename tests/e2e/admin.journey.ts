import type { Page } from '@playwright/test'
import { sampleImport } from '@soanchung/shared/units/import.ts'
import { testPassword } from '../support/server.ts'
import { expect, startJourneyServer, test } from './fixtures.ts'

async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('Tên đăng nhập').fill(username)
  await page.getByLabel('Mật khẩu', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Việc của tôi' })).toBeVisible()
}

async function choose(page: Page, name: string, content: string): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) })
}

test('an administrator sets up a commune from a file, mends what is wrong with it, and a new person signs in', async ({
  page,
  browser,
}) => {
  const server = await startJourneyServer()
  const administrator = await server.person({ username: 'quan.tri', administrator: true, name: 'Ngô Hải Yến' })
  await page.goto(server.address)
  await signIn(page, administrator.username, testPassword)

  await page.getByRole('button', { name: 'Mở trang quản trị' }).click()
  await expect(page.getByText('Chưa có đơn vị nào')).toBeVisible()
  await page.getByRole('button', { name: 'Nhập từ tệp' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Tải tệp mẫu' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('mau-don-vi.csv')

  const wrong = sampleImport().replace(',HPN,', ',HND,').replace(',HPN,', ',KHONG,').replace('bao.tv', 'bảo')
  await choose(page, 'xa.csv', wrong)
  await expect(page.getByText('Chưa có gì được nhập.')).toBeVisible()
  const problems = page.getByRole('region', { name: 'Những chỗ cần sửa' }).getByRole('listitem')
  await expect(problems.filter({ hasText: 'Dòng 4' })).toContainText('Ký hiệu “HND” đã có ở dòng 3.')
  await expect(problems.filter({ hasText: 'Dòng 9' })).toContainText('Tên đăng nhập “bảo”')
  await expect(problems.filter({ hasText: 'Dòng 11' })).toContainText('không có đơn vị nào mang ký hiệu “KHONG”')
  await expect(page.getByRole('button', { name: 'Nhập tất cả' })).toHaveCount(0)

  await choose(page, 'xa.csv', sampleImport())
  await expect(page.getByText('6 đơn vị mới · 3 người mới · 4 chức vụ mới')).toBeVisible()
  await page.getByRole('button', { name: 'Nhập tất cả' }).click()
  await expect(page.getByRole('heading', { name: 'Đã nhập xong' })).toBeVisible()
  const password = await page
    .getByRole('row', { name: /cuc\.lt/ })
    .getByRole('cell')
    .nth(1)
    .innerText()
  const [passwords] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Tải tệp mật khẩu' }).click(),
  ])
  expect(passwords.suggestedFilename()).toBe('mat-khau-lan-dau.csv')

  await page.getByRole('button', { name: 'Xem các đơn vị' }).click()
  await page.getByLabel('Tìm đơn vị').fill('phu nu')
  await expect(page.getByRole('link', { name: /MTTQ/ })).toBeVisible()
  await expect(page.getByRole('link', { name: /Nông dân/ })).toHaveCount(0)
  await page.getByRole('link', { name: /Hội Liên hiệp Phụ nữ/ }).click()
  await expect(page.getByRole('link', { name: 'Lê Thị Cúc' })).toBeVisible()

  const context = await browser.newContext()
  const newcomer = await context.newPage()
  await newcomer.goto(server.address)
  await signIn(newcomer, 'cuc.lt', password)
  await expect(newcomer.getByText('Hội Liên hiệp Phụ nữ xã Suối Ngọc')).toBeVisible()
  await newcomer.goto(`${server.address}/admin`)
  await expect(newcomer.getByRole('heading', { name: 'Trang này dành cho quản trị viên' })).toBeVisible()
  await context.close()
  await server.stop()
})

test('a unit is made, renamed from a day on and ended, and a person is put into it by hand', async ({ page }) => {
  const server = await startJourneyServer()
  const administrator = await server.person({ username: 'quan.tri', administrator: true })
  await page.goto(`${server.address}/sign-in?next=/admin`)
  await page.getByLabel('Tên đăng nhập').fill(administrator.username)
  await page.getByLabel('Mật khẩu', { exact: true }).fill(testPassword)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Thêm đơn vị' }).click()
  await page.getByRole('button', { name: 'Lưu' }).click()
  await expect(page.getByText('Hãy nhập tên, dài nhất 200 ký tự.')).toBeVisible()
  await page.getByLabel('Tên đơn vị').fill('Uỷ ban MTTQ huyện Sông Lam')
  await page.getByLabel('Ký hiệu').fill('MTTQ')
  await page.getByLabel('Loại').selectOption({ label: 'Mặt trận Tổ quốc' })
  await expect(page.getByLabel('Thể thức văn bản')).toHaveValue('front')
  await page.getByRole('button', { name: 'Lưu' }).click()
  await expect(page.getByRole('heading', { name: 'Uỷ ban MTTQ huyện Sông Lam' })).toBeVisible()

  await page.getByRole('button', { name: 'Thêm đơn vị trực thuộc' }).click()
  await page.getByLabel('Tên đơn vị').fill('Hội Nông dân xã Sông Lam')
  await page.getByLabel('Ký hiệu').fill('mttq')
  await page.getByRole('button', { name: 'Lưu' }).click()
  await expect(page.getByText('Ký hiệu này đơn vị khác đang dùng.')).toBeVisible()
  await page.getByLabel('Ký hiệu').fill('HND')
  await page.getByRole('button', { name: 'Lưu' }).click()
  await expect(page.getByRole('heading', { name: 'Hội Nông dân xã Sông Lam' })).toBeVisible()

  await page.getByRole('link', { name: /Uỷ ban MTTQ/ }).click()
  await page.getByRole('button', { name: 'Đổi tên từ một ngày' }).click()
  const second = page.getByRole('group', { name: 'Tên thứ 2' })
  await second.getByLabel('Từ ngày').fill('1/7/2025')
  await second.getByLabel('Tên đơn vị').fill('Uỷ ban MTTQ xã Sông Lam')
  await page.getByRole('button', { name: 'Lưu' }).click()
  await expect(page.getByRole('heading', { name: 'Uỷ ban MTTQ xã Sông Lam' })).toBeVisible()
  await page.getByRole('link', { name: /Hội Nông dân/ }).click()
  await page.getByLabel('Kết thúc từ ngày').fill('01/01/2026')
  await page.getByLabel('Nhập vào đơn vị').selectOption({ label: 'MTTQ – Uỷ ban MTTQ xã Sông Lam' })
  await page.getByRole('button', { name: 'Lưu' }).click()
  await expect(page.getByRole('link', { name: /Hội Nông dân/ })).toContainText('đã kết thúc')

  await page.getByRole('link', { name: 'Người', exact: true }).click()
  await page.getByRole('button', { name: 'Thêm người' }).click()
  await page.getByLabel('Họ và tên').fill('Trần Thị Bưởi')
  await page.getByLabel('Tên đăng nhập').fill('buoi.tt')
  const unit = page.getByLabel('Đơn vị', { exact: true })
  await expect(unit.getByRole('option', { name: /Hội Nông dân/ })).toHaveCount(0)
  await unit.selectOption({ label: 'MTTQ – Uỷ ban MTTQ xã Sông Lam' })
  await page.getByLabel('Chức vụ').fill('Phó Chủ tịch')
  await page.getByRole('button', { name: 'Tạo tài khoản' }).click()
  const dialog = page.getByRole('dialog', { name: 'Đã tạo tài khoản của Trần Thị Bưởi' })
  const password = await dialog.getByLabel('Mật khẩu lần đầu').inputValue()
  await dialog.getByRole('button', { name: 'Tôi đã ghi lại' }).click()
  await expect(page.getByRole('heading', { name: 'Trần Thị Bưởi' })).toBeVisible()
  await expect(server.signIn('buoi.tt', password)).resolves.toBeDefined()
  await server.stop()
})

test('two administrators edit one unit: the later one is told, keeps what they typed, and overwrites nothing unseen', async ({
  page,
  browser,
}) => {
  const server = await startJourneyServer()
  const { username } = await server.person({ username: 'quan.tri', administrator: true })
  const unit = await server.unit('HND')
  const other = await (await browser.newContext({ baseURL: server.address })).newPage()
  for (const one of [page, other]) {
    await one.goto(`${server.address}/sign-in?next=/admin`)
    await one.getByLabel('Tên đăng nhập').fill(username)
    await one.getByLabel('Mật khẩu', { exact: true }).fill(testPassword)
    await one.keyboard.press('Enter')
    await one.getByRole('link', { name: unit.name }).click()
  }
  await other.getByLabel('Cấp').selectOption({ label: 'Trung ương' })
  await other.getByLabel('Thể thức văn bản').selectOption({ label: 'Công đoàn' })
  await other.getByRole('button', { name: 'Lưu' }).click()
  await expect(other.getByText(`Đã lưu “${unit.name}”`)).toBeVisible()

  await page.getByLabel('Cấp').selectOption({ label: 'Tỉnh, thành phố' })
  await page.getByLabel('Tên đơn vị').fill('Hội Nông dân tỉnh')
  await page.getByRole('button', { name: 'Lưu' }).click()
  await expect(page.getByRole('alert')).toContainText('Cả hai cùng sửa: Cấp.')
  await expect(page.getByLabel('Cấp')).toHaveValue('province')
  await expect(page.getByLabel('Thể thức văn bản')).toHaveValue('trade-union')
  await page.getByRole('button', { name: 'Lưu' }).click()
  await expect(page.getByRole('heading', { name: 'Hội Nông dân tỉnh' })).toBeVisible()
  await page.reload()
  await expect(page.getByLabel('Cấp')).toHaveValue('province')
  await expect(page.getByLabel('Thể thức văn bản')).toHaveValue('trade-union')
  await server.stop()
})
