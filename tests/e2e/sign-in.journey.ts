import { Secret, TOTP } from 'otpauth'
import { startProvider } from '../support/oidc-provider.ts'
import { aBlock, aPart, aPlan } from '../support/plans.ts'
import { testPassword } from '../support/server.ts'
import { expect, openDesk, partOf, startJourneyServer, test } from './fixtures.ts'

test('somebody turns on the second factor, and signing in asks for a code from then on', async ({ desk, browser }) => {
  const page = await desk.home(desk.lead)
  await page.goto(`${desk.server.address}/account`)
  await page.getByRole('button', { name: 'Bật xác thực hai lớp' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Mật khẩu').fill(testPassword)
  await dialog.getByRole('button', { name: 'Tiếp tục' }).click()
  await expect(dialog.getByRole('img', { name: 'Mã QR' })).toBeVisible()
  const key = await dialog.locator('code').innerText()
  const app = new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) })
  await dialog.getByLabel('Mã xác thực', { exact: true }).fill(app.generate())
  await dialog.getByRole('button', { name: 'Tiếp tục' }).click()
  await expect(dialog.getByRole('listitem')).toHaveCount(10)
  const [backup = ''] = await dialog.getByRole('listitem').allTextContents()
  await dialog.getByRole('button', { name: 'Tôi đã cất các mã' }).click()
  await expect(page.getByText('Đang bật. Còn 10 mã dự phòng.')).toBeVisible()

  const elsewhere = await (await browser.newContext()).newPage()
  await elsewhere.goto(desk.server.address)
  await elsewhere.getByLabel('Tên đăng nhập').fill(desk.lead.username)
  await elsewhere.getByLabel('Mật khẩu', { exact: true }).fill(testPassword)
  await elsewhere.keyboard.press('Enter')
  await expect(elsewhere.getByRole('heading', { name: 'Nhập mã xác thực' })).toBeVisible()
  await elsewhere.getByLabel('Mã xác thực').fill('000000')
  await elsewhere.keyboard.press('Enter')
  await expect(elsewhere.getByRole('alert')).toContainText('Mã không đúng')
  await elsewhere.getByRole('button', { name: 'Dùng mã dự phòng' }).click()
  await elsewhere.getByLabel('Mã dự phòng').fill(backup)
  await elsewhere.keyboard.press('Enter')
  await expect(elsewhere.getByRole('heading', { name: 'Việc của tôi' })).toBeVisible()
  await elsewhere.context().close()

  await page.reload()
  await expect(page.getByText('Đang bật. Còn 9 mã dự phòng.')).toBeVisible()
  await page.getByRole('button', { name: 'Tắt xác thực hai lớp' }).click()
  await dialog.getByLabel('Mật khẩu').fill(testPassword)
  await dialog.getByRole('button', { name: 'Tắt xác thực hai lớp' }).click()
  await expect(page.getByRole('button', { name: 'Bật xác thực hai lớp' })).toBeVisible()
})

test('somebody without a password sets one through the link, which works once', async ({ desk, page }) => {
  const { server } = desk
  const made = await server.running.accounts.createUser({
    username: 'chi.moi',
    name: 'Phạm Thị Mới',
    password: null,
    administrator: false,
  })
  if (!made.ok) throw new Error(made.error.code)
  const administrator = await desk.home(await server.person({ administrator: true }))
  await administrator.goto(`${server.address}/admin/people#${made.value}`)
  await expect(administrator.getByText('Chưa có mật khẩu.')).toBeVisible()
  await administrator.getByRole('button', { name: 'Tạo đường dẫn đặt mật khẩu' }).click()
  const link = await administrator.getByRole('textbox', { name: 'Đường dẫn đặt mật khẩu' }).inputValue()
  await administrator.getByRole('button', { name: 'Tôi đã chép đường dẫn' }).click()
  await expect(administrator.getByText(/còn dùng được đến/)).toBeVisible()

  await page.goto(link)
  await expect(page.getByText('Xin chào Phạm Thị Mới.')).toBeVisible()
  await page.getByLabel('Mật khẩu mới', { exact: true }).fill('ngắn')
  await page.getByRole('button', { name: 'Đặt mật khẩu và đăng nhập' }).click()
  await expect(page.getByText('Mật khẩu mới còn ngắn.')).toBeVisible()
  await page.getByLabel('Mật khẩu mới', { exact: true }).fill('một câu ngắn dễ nhớ')
  await page.getByLabel('Nhập lại mật khẩu mới').fill('một câu ngắn dễ nhớ')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Việc của tôi' })).toBeVisible()
  expect(page.url()).toBe(`${server.address}/`)

  await page.goto(link)
  await expect(page.getByRole('alert')).toContainText('Đường dẫn này đã được dùng')
})

test('an administrator deactivates somebody who is writing: out at once, with words, and in again later', async ({
  desk,
}) => {
  const plan = await desk.plan(aPlan([aPart('Mục tiêu', { blocks: [aBlock('paragraph', 'Sạch làng.')] })]), [
    'Mục tiêu',
  ])
  const page = await desk.open(desk.drafter, plan)
  const administrator = await desk.home(await desk.server.person({ administrator: true }))
  await administrator.goto(`${desk.server.address}/admin/people#${desk.drafter.id}`)
  await administrator.getByRole('button', { name: 'Ngừng tài khoản' }).click()
  await administrator.getByRole('dialog').getByRole('button', { name: 'Ngừng tài khoản' }).click()
  await expect(administrator.getByText('Tài khoản đã ngừng hoạt động')).toBeVisible()
  await expect(administrator.getByRole('link', { name: desk.drafter.username })).toContainText('đã ngừng')

  await page.getByRole('alert').getByRole('button', { name: 'Đăng nhập' }).click()
  await page.getByLabel('Tên đăng nhập').fill(desk.drafter.username)
  await page.getByLabel('Mật khẩu', { exact: true }).fill(testPassword)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('Tài khoản này đã ngừng hoạt động.')

  await administrator.getByRole('button', { name: 'Mở lại tài khoản' }).click()
  await expect(administrator.getByText('Tài khoản đang hoạt động.')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(partOf(page, 'Mục tiêu')).toContainText('Sạch làng.')
})

test("somebody links their identity at the organisation's provider, and signs in with it", async ({ browser }) => {
  const provider = await startProvider()
  const server = await startJourneyServer({ environment: provider.environment })
  provider.admit(server.address)
  provider.say('ha.nguyen', { email: 'ha.nguyen@example.vn', email_verified: true })
  const { desk, close } = await openDesk(server, browser)

  const page = await desk.home(desk.lead)
  await page.goto(`${server.address}/account`)
  await page.getByRole('button', { name: 'Nối với Cổng nội bộ' }).click()
  await page.getByPlaceholder('Enter any login').fill('ha.nguyen')
  await page.getByPlaceholder('and password').fill('bất kỳ')
  await page.getByRole('button', { name: 'Sign-in' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByText('đã nối với danh tính của bạn ở Cổng nội bộ')).toBeVisible()
  await expect(page.getByLabel('Địa chỉ thư điện tử')).toHaveValue('ha.nguyen@example.vn')
  await expect(page.getByText('Đã xác nhận')).toBeVisible()

  const another = await (await browser.newContext()).newPage()
  await another.goto(`${server.address}/account`)
  await another.getByRole('button', { name: 'Đăng nhập qua Cổng nội bộ' }).click()
  await another.getByPlaceholder('Enter any login').fill('ha.nguyen')
  await another.getByPlaceholder('and password').fill('bất kỳ')
  await another.getByRole('button', { name: 'Sign-in' }).click()
  await another.getByRole('button', { name: 'Continue' }).click()
  await expect(another.getByRole('heading', { name: 'Nguyễn Thu Hà' })).toBeVisible()
  await expect(another).toHaveURL(`${server.address}/account`)
  await another.context().close()

  const stranger = await (await browser.newContext()).newPage()
  await stranger.goto(server.address)
  await stranger.getByRole('button', { name: 'Đăng nhập qua Cổng nội bộ' }).click()
  await stranger.getByPlaceholder('Enter any login').fill('nguoi.la')
  await stranger.getByPlaceholder('and password').fill('bất kỳ')
  await stranger.getByRole('button', { name: 'Sign-in' }).click()
  await stranger.getByRole('button', { name: 'Continue' }).click()
  await expect(stranger.getByRole('alert')).toContainText('Danh tính này chưa nối với tài khoản nào')
  await stranger.context().close()
  await close()
  await server.stop()
  await provider.stop()
})
