import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { readBody, blockText } from '@soanchung/shared/plan/blocks.ts'
import { testPassword } from '../support/server.ts'
import { aBlock, aPart, aPlan } from '../support/plans.ts'
import { caretAfter, expect, expectSaved, partOf, test } from './fixtures.ts'

test('a wrong password is refused with words, and the right one opens what was asked for', async ({ desk, page }) => {
  const plan = await desk.plan(aPlan([aPart('Mục tiêu', { blocks: [aBlock('paragraph', 'Sạch làng.')] })]))
  await page.goto(`${desk.server.address}/plans/${plan.id}`)
  await expect(page.getByRole('heading', { name: 'Đăng nhập' })).toBeVisible()
  await page.getByLabel('Tên đăng nhập').fill(desk.lead.username)
  await page.getByLabel('Mật khẩu', { exact: true }).fill('không phải mật khẩu này')
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await expect(page.getByRole('alert')).toContainText('mật khẩu')
  await expect(page.getByLabel('Tên đăng nhập')).toHaveValue(desk.lead.username)

  await page.getByLabel('Mật khẩu', { exact: true }).fill(testPassword)
  await page.keyboard.press('Enter')

  await expect(page).toHaveURL(`${desk.server.address}/plans/${plan.id}`)
  await expect(partOf(page, 'Mục tiêu')).toContainText('Sạch làng.')
})

test('a session that ran out leaves the plan on the screen, and signing in again goes on there', async ({ desk }) => {
  const plan = await desk.plan(aPlan([aPart('Mục tiêu', { blocks: [aBlock('paragraph', 'Sạch làng.')] })]))
  const page = await desk.open(desk.lead, plan)
  await page.context().clearCookies()
  await page.reload()
  await expect(page.getByText(/^Phiên đăng nhập đã hết nên/)).toBeVisible()
  await expect(partOf(page, 'Mục tiêu')).toContainText('Sạch làng.')

  await page.getByRole('alert').getByRole('button', { name: 'Đăng nhập' }).click()
  await page.getByLabel('Tên đăng nhập').fill(desk.lead.username)
  await page.getByLabel('Mật khẩu', { exact: true }).fill(testPassword)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()

  await expect(page).toHaveURL(`${desk.server.address}/plans/${plan.id}`)
  await caretAfter(page, 'Sạch làng')
  await page.keyboard.type(' Đẹp ngõ.')
  await expectSaved(page)
})

test('the address for signing in asks who signed out without knowing, and leads on who did not', async ({ desk }) => {
  const page = await desk.home(desk.lead)
  await page.goto(`${desk.server.address}/sign-in`)
  await expect(page.getByRole('heading', { name: 'Việc của tôi' })).toBeVisible()

  await page.context().clearCookies()
  await page.goto(`${desk.server.address}/sign-in`)
  await expect(page.getByRole('heading', { name: 'Đăng nhập' })).toBeVisible()
  await page.getByLabel('Tên đăng nhập').fill(desk.lead.username)
  await page.getByLabel('Mật khẩu', { exact: true }).fill(testPassword)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Việc của tôi' })).toBeVisible()
})

test('an address that is not there says so and leads home', async ({ desk }) => {
  const page = await desk.home(desk.lead)
  await page.goto(`${desk.server.address}/khong-co-trang-nay`)
  await expect(page.getByRole('heading', { name: 'Không có trang này' })).toBeVisible()
  await page.getByRole('button', { name: 'Về trang chính' }).click()
  await expect(page.getByRole('heading', { name: 'Việc của tôi' })).toBeVisible()
})

test('a plan of others cannot be told from one that is not there', async ({ desk }) => {
  const plan = await desk.plan(aPlan([aPart('Mục tiêu')]))
  const stranger = await desk.server.person({ units: [await desk.server.unit('CCB')] })
  const page = await desk.home(stranger)
  await page.goto(`${desk.server.address}/plans/${plan.id}`)
  await expect(page.getByText('Không tìm thấy văn bản này')).toBeVisible()
})

test('the password is changed in the account, and after signing out only the new one opens the door', async ({
  desk,
}) => {
  const page = await desk.home(desk.drafter)
  await page.getByRole('button', { name: 'Trần Văn Lực' }).click()
  await page.getByRole('menuitem', { name: 'Tài khoản' }).click()
  await page.getByLabel('Mật khẩu hiện tại').fill(testPassword)
  await page.getByLabel('Mật khẩu mới', { exact: true }).fill('một câu dễ nhớ')
  await page.getByLabel('Nhập lại mật khẩu mới').fill('một câu dễ nhớ')
  await page.getByRole('button', { name: 'Đổi mật khẩu' }).click()
  await expect(page.getByText('Đã đổi mật khẩu.')).toBeVisible()

  await page.getByRole('button', { name: 'Trần Văn Lực' }).click()
  await page.getByRole('menuitem', { name: 'Đăng xuất' }).click()
  await expect(page.getByRole('heading', { name: 'Đăng nhập' })).toBeVisible()
  await page.getByLabel('Tên đăng nhập').fill(desk.drafter.username)
  await page.getByLabel('Mật khẩu', { exact: true }).fill(testPassword)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await page.getByLabel('Mật khẩu', { exact: true }).fill('một câu dễ nhớ')
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await expect(page.getByRole('heading', { name: 'Việc của tôi' })).toBeVisible()
})

test('a script opens a part with a token that its owner made on the screen', async ({ desk }) => {
  const plan = await desk.plan(aPlan([aPart('Mục tiêu', { blocks: [aBlock('paragraph', 'Sạch làng.')] })]))
  const page = await desk.home(desk.lead)
  await page.goto(`${desk.server.address}/account`)
  await page.getByRole('button', { name: 'Tạo mã mới' }).click()
  await page.getByLabel('Tên gọi').fill('báo cáo hằng tháng')
  await page.getByLabel('Quyền').selectOption({ label: 'Đọc và sửa' })
  await page.getByRole('button', { name: 'Tạo mã', exact: true }).click()
  const token = await page.getByRole('textbox', { name: 'Mã truy cập' }).inputValue()
  await page.getByRole('button', { name: 'Tôi đã chép mã' }).click()
  await expect(page.getByText('Đọc và sửa · đến')).toBeVisible()

  const document = new Y.Doc()
  const provider = new WebsocketProvider(
    `${desk.server.address.replace('http', 'ws')}/yjs`,
    `part/${plan.parts[0]?.id}`,
    document,
    { params: { token }, WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket, disableBc: true },
  )
  const words = () =>
    readBody(document.getXmlFragment('body')).blocks.map((block) =>
      block.type === 'block' ? blockText(block, () => '') : '',
    )
  await expect.poll(words).toEqual(['Sạch làng.'])

  const lead = await desk.open(desk.lead, plan)
  await caretAfter(lead, 'Sạch làng')
  await lead.keyboard.type(' Đẹp ngõ.')
  await expectSaved(lead)
  await expect.poll(words).toEqual(['Sạch làng. Đẹp ngõ.'])
  provider.destroy()
})

test('a reload keeps the language and the look that one chose', async ({ desk }) => {
  const page = await desk.home(desk.lead)
  await page.goto(`${desk.server.address}/account`)
  await page.getByRole('radio', { name: 'Tối' }).check()
  await page.getByRole('radio', { name: 'English' }).check()
  await expect(page.getByRole('heading', { name: 'Account', exact: true })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Account', exact: true })).toBeVisible()
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked()
})

test('who belongs to no unit is told whom to ask, and an administrator where units are made', async ({ desk }) => {
  const page = await desk.home(await desk.server.person({ units: [] }))
  await expect(page.getByText('Hãy nhờ quản trị viên đưa bạn vào đơn vị.')).toBeVisible()
  const administrator = await desk.home(await desk.server.person({ units: [], administrator: true }))
  await expect(administrator.getByRole('button', { name: 'Mở trang quản trị' })).toBeVisible()
  await expect(administrator.getByText(/quản trị viên đưa bạn vào/)).toHaveCount(0)
})
