import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { createInvitation } from '@soanchung/server/src/accounts/invitations.ts'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import { testPassword } from '../support/server.ts'
import { aBlock, aPart, aPlan, aQuotedTarget, aView } from '../support/plans.ts'
import { controlsThatAreCut, tabStops } from './page-checks.ts'
import { caretAfter, expect, sheetOf, test, type Desk } from './fixtures.ts'

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
]
const farmers = 'Nhiệm vụ của Hội Nông dân trong việc vận động hội viên giữ gìn nguồn nước'

function aDraft(): PlanSnapshot {
  const { target, sentence } = aQuotedTarget('Theo rà soát của xã.')
  const goals = aPart('Mục tiêu', {
    targets: [target],
    blocks: [sentence, aView({ scope: 'plan', title: 'Biểu chỉ tiêu' })],
  })
  const items = ['việc một', 'việc hai'].map((words) => aBlock('lettered', words))
  return aPlan([aPart('Mục đích, yêu cầu'), goals, aPart(farmers, { blocks: items })], {
    subject: 'Giữ gìn nguồn nước sạch trên địa bàn xã, giai đoạn 2026 - 2030, gắn với xây dựng khu dân cư',
  })
}

/** The program of menus comes when there is time, and then each button in their stead is another. */
function expectMenus(page: Page) {
  return expect(page.locator('[data-menu-trigger], [data-dropdown-menu-trigger]').first()).toBeVisible()
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).first()

/** Every screen by its name, and the way to it. */
const screens: Record<string, (desk: Desk) => Promise<Page>> = {
  'the sign-in screen': async (desk) => {
    const page = await desk.home(desk.lead)
    // What the page is still told of the person must not be kept behind the clearing.
    await expect(page.getByRole('heading', { name: 'Việc của tôi' })).toBeVisible()
    await page.context().clearCookies()
    await page.evaluate(() => localStorage.clear())
    await page.goto(`${desk.server.address}/sign-in`)
    await expect(page.getByRole('heading', { name: 'Đăng nhập' })).toBeVisible()
    return page
  },
  'the home screen': async (desk) => {
    await desk.plan(aDraft())
    const page = await desk.home(desk.lead)
    await expect(page.getByRole('heading', { name: /^Văn bản đơn vị tôi chủ trì/ })).toBeVisible()
    return page
  },
  'the screen for a new plan': async (desk) => {
    const page = await desk.home(desk.lead)
    await page.goto(`${desk.server.address}/plans/new`)
    await expect(button(page, 'Tạo văn bản')).toBeVisible()
    return page
  },
  'the import with its preview': async (desk) => {
    const page = await desk.home(desk.lead)
    await page.goto(`${desk.server.address}/plans/import`)
    await page
      .getByLabel('Nội dung văn bản')
      .fill('Lượt xem: 5\n\nKẾ HOẠCH\nGiữ nước sạch\n\nI. MỤC TIÊU\n\n- Trên 80% hộ dùng nước sạch năm 2026.')
    await button(page, 'Xem trước').click()
    await page.getByRole('tab', { name: /^Chỉ tiêu/ }).click()
    await expect(page.getByRole('tabpanel')).toContainText('80')
    return page
  },
  'the account': async (desk) => {
    const page = await desk.home(desk.lead)
    await page.goto(`${desk.server.address}/account`)
    await expect(page.getByRole('heading', { name: 'Mã truy cập' })).toBeVisible()
    return page
  },
  'an invitation': async (desk) => {
    const invited = await createInvitation(desk.server.running.database.query, null, desk.lead.id)
    if (!invited.ok) throw new Error(invited.error.code)
    const page = await desk.home(desk.lead)
    await page.context().clearCookies()
    await page.goto(`${desk.server.address}/invite#${invited.value.token}`)
    await expect(button(page, 'Đặt mật khẩu và đăng nhập')).toBeVisible()
    return page
  },
  'a unit among all units': async (desk) => {
    const page = await openAdmin(desk, '/admin')
    await page
      .getByRole('link', { name: /Đơn vị HND/ })
      .first()
      .click()
    await button(page, 'Đổi tên từ một ngày').click()
    await button(page, 'Thêm người ký').click()
    await button(page, 'Lưu').click()
    await expect(page.getByText('Có ô chưa đúng.')).toBeVisible()
    return page
  },
  'a person among all people': async (desk) => {
    const page = await openAdmin(desk, '/admin/people')
    await page
      .getByRole('link', { name: /Trần Văn Lực/ })
      .first()
      .click()
    await button(page, 'Thêm vào đơn vị').click()
    return page
  },
  'the import of units with what is wrong': async (desk) => {
    const page = await openAdmin(desk, '/admin/import')
    const buffer = Buffer.from(
      'Dòng,Tên,Ký hiệu,Thuộc đơn vị\nĐơn vị,Hội Cây xanh,HCX,KHONG\nNgười,An,,\nĐơn vị,Tổ,T9,\n',
    )
    await page.locator('input[type=file]').setInputFiles({ name: 'xa.csv', mimeType: 'text/csv', buffer })
    await expect(page.getByText('Chưa có gì được nhập.')).toBeVisible()
    return page
  },
  'the audit trail of the system': async (desk) => {
    await desk.plan(aDraft(), [farmers])
    const page = await openAdmin(desk, '/admin/audit')
    await expect(page.getByText(/Giao phần .* cho Đơn vị/).first()).toBeVisible()
    return page
  },
  'a plan': (desk) => openPlan(desk),
  'a plan with its targets': (desk) => openPanel(desk, 'Chỉ tiêu'),
  'a plan with its people': (desk) => openPanel(desk, 'Người tham gia'),
  'a plan with the details of a part': (desk) => openPanel(desk, 'Phần này'),
  'a plan with its heading fields': (desk) => openPanel(desk, 'Thông tin văn bản'),
}

async function openAdmin(desk: Desk, path: string): Promise<Page> {
  const page = await desk.home(await desk.server.person({ administrator: true, name: 'Ngô Hải Yến' }))
  await page.goto(desk.server.address + path)
  await expect(page.getByRole('navigation', { name: 'Mục quản trị' })).toBeVisible()
  return page
}

async function openPlan(desk: Desk): Promise<Page> {
  const page = await desk.open(desk.lead, await desk.plan(aDraft(), [farmers]))
  await expect(sheetOf(page)).toContainText('Phấn đấu trên 80% hộ dùng nước sạch')
  return page
}

async function openPanel(desk: Desk, name: string): Promise<Page> {
  const page = await openPlan(desk)
  await button(page, name).click()
  await expect(page.getByRole('complementary', { name })).toBeVisible()
  return page
}

/** What lies over the plan, and how it is opened. */
const overlays: Record<string, (page: Page) => Promise<void>> = {
  'the second factor with its QR code': async (page) => {
    await page.goto(new URL('/account', page.url()).href)
    await button(page, 'Bật xác thực hai lớp').click()
    await page.getByRole('dialog').getByLabel('Mật khẩu').fill(testPassword)
    await button(page, 'Tiếp tục').click()
    await expect(page.getByRole('img', { name: 'Mã QR' })).toBeVisible()
  },
  'the palette': async (page) => {
    await page.keyboard.press('Control+K')
    await expect(page.getByRole('dialog', { name: 'Tìm lệnh' })).toBeVisible()
  },
  'the shortcuts': async (page) => {
    await page.keyboard.press('Control+/')
    await expect(page.getByRole('dialog', { name: 'Phím tắt' })).toBeVisible()
  },
  'the download': async (page) => {
    await button(page, 'Việc khác với văn bản').click()
    await page.getByRole('menuitem', { name: 'Tải về bản Word' }).click()
    await expect(page.getByRole('dialog', { name: 'Tải về bản Word' })).toBeVisible()
  },
  'the audit trail of the plan': async (page) => {
    await button(page, 'Việc khác với văn bản').click()
    await page.getByRole('menuitem', { name: 'Nhật ký' }).click()
    await expect(page.getByRole('dialog', { name: 'Nhật ký của văn bản' })).toContainText('Lập văn bản')
  },
  'giving a part to a unit': async (page) => {
    await page.getByRole('treeitem', { name: /Mục tiêu/ }).click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Giao phần…' }).click()
    await expect(page.getByRole('dialog', { name: 'Giao phần' })).toBeVisible()
  },
  'the drafting board': async (page) => {
    await page.keyboard.press('Control+Shift+B')
    await expect(page.getByRole('dialog', { name: 'Bảng theo dõi soạn thảo' }).getByRole('table')).toBeVisible()
  },
  'what one was told': async (page) => {
    await button(page, 'Thông báo').click()
    await expect(page.getByRole('dialog', { name: 'Thông báo' })).toBeVisible()
  },
  'the wide table': async (page) => {
    await button(page, 'Chỉ tiêu').click()
    await button(page, 'Mở bảng lớn').click()
    await expect(page.getByRole('dialog', { name: 'Bảng chỉ tiêu' })).toBeVisible()
  },
  'find and replace': async (page) => {
    await page.keyboard.press('Control+F')
    await expect(page.getByRole('search')).toBeVisible()
  },
}

/** What automatic checking finds that keeps people out, in light and in dark. */
async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme)
    const { violations } = await new AxeBuilder({ page }).analyze()
    const grave = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`).join('\n')}`)
    expect(grave, colorScheme).toEqual([])
  }
}

for (const [name, open] of Object.entries(screens)) {
  test(`${name} fits a large screen, a small one and a phone, and keeps nobody out`, async ({ desk }) => {
    const page = await open(desk)
    await expectAccessible(page)
    for (const size of sizes) {
      await page.setViewportSize(size)
      await expect.poll(() => controlsThatAreCut(page), { message: `${size.width} px wide` }).toEqual([])
    }
  })
}

for (const [name, show] of Object.entries(overlays)) {
  test(`${name} keeps nobody out, in light and dark`, async ({ desk }) => {
    const page = await openPlan(desk)
    await show(page)
    await expectAccessible(page)
  })
}

test('on a phone each view of a plan fits the screen', async ({ desk }) => {
  const page = await openPlan(desk)
  await page.setViewportSize({ width: 390, height: 844 })
  const views = page.getByRole('navigation', { name: 'Chuyển màn hình' })
  for (const view of ['Đề cương', 'Văn bản', 'Chỉ tiêu', 'Người']) {
    await views.getByRole('button', { name: view }).click()
    await expect(views.getByRole('button', { name: view })).toHaveAttribute('aria-current', 'page')
    await expect.poll(() => controlsThatAreCut(page), { message: view }).toEqual([])
  }
})

test('Tab reaches every control of the home screen and shows where it is', async ({ desk }) => {
  await desk.plan(aDraft())
  const page = await desk.home(desk.lead)
  await expect(page.getByRole('heading', { name: /^Văn bản đơn vị tôi chủ trì/ })).toBeVisible()
  await expectMenus(page)
  const { missed, unseen } = await tabStops(page)
  expect({ missed, unseen }).toEqual({ missed: [], unseen: [] })
})

test('Tab reaches every control of a unit and shows where it is', async ({ desk }) => {
  const page = await openAdmin(desk, '/admin')
  await expectMenus(page)
  await page
    .getByRole('link', { name: /Đơn vị HND/ })
    .first()
    .click()
  await expect(page.getByRole('button', { name: 'Lưu' })).toBeVisible()
  const { missed, unseen } = await tabStops(page)
  expect({ missed, unseen }).toEqual({ missed: [], unseen: [] })
})

test('Tab reaches every control of a plan and shows where it is, through the text with Escape', async ({ desk }) => {
  const page = await openPlan(desk)
  // The tools of the text are there once there is a caret.
  await caretAfter(page, 'việc hai')
  await expectMenus(page)
  const { missed, unseen } = await tabStops(page)
  expect({ missed, unseen }).toEqual({ missed: [], unseen: [] })
})
