import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { createInvitation } from '@soanchung/server/src/accounts/invitations.ts'
import { newId, type ChangeId } from '@soanchung/shared/ids.ts'
import type { CellConflict } from '@soanchung/shared/links/links.ts'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import { aCount, aLevelPlan, anOffice, count } from '../support/linked-plans.ts'
import { aBlock, aPart, aPlan, aQuotedTarget, aView } from '../support/plans.ts'
import { aLine, aTask } from '../support/registers.ts'
import { expectOk, testPassword } from '../support/server.ts'
import { controlsThatAreCut, tabStops } from './page-checks.ts'
import { caretAfter, expect, expectSaved, openDesk, sheetOf, test as base, type Desk } from './fixtures.ts'

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
] as const
const farmers = 'Nhiệm vụ của Hội Nông dân trong việc vận động hội viên giữ gìn nguồn nước'

function aDraft(): PlanSnapshot {
  const { target, sentence } = aQuotedTarget('Theo rà soát của xã.')
  const goals = aPart('Mục tiêu', {
    targets: [target],
    tasks: [aTask('Rà soát các hộ chưa dùng nước sạch trên địa bàn', { product: 'Danh sách hộ', serves: [target.id] })],
    budget: [
      aLine('Hỗ trợ hộ nghèo lắp đồng hồ nước', { 2026: '1.200 triệu đồng' }, { source: 'Ngân sách tỉnh' }),
      aLine('Tập huấn', { 2026: '40,5 triệu đồng', 2027: '40 triệu đồng' }, { source: 'Xã hội hoá' }),
    ],
    blocks: [sentence, aView({ scope: 'plan', title: 'Biểu chỉ tiêu' })],
  })
  const items = ['việc một', 'việc hai'].map((words) => aBlock('lettered', words))
  return aPlan([aPart('Mục đích, yêu cầu'), goals, aPart(farmers, { blocks: items })], {
    subject: 'Giữ gìn nguồn nước sạch trên địa bàn xã, giai đoạn 2026 - 2030, gắn với xây dựng khu dân cư',
  })
}

/** The plan carries out a superior one, of which a target has changed and one waits; two units carry the plan out. */
async function linkUp(desk: Desk, plan: PlanSnapshot): Promise<void> {
  const { server, units, lead } = desk
  const targets = [
    aCount('Mô hình tự quản về nước sạch ở khu dân cư', '12', { order: 'a0' }),
    aCount('Công trình cấp nước tập trung', '3', { order: 'a1' }),
  ]
  const superior = await aLevelPlan(server, await anOffice(server, 'MTTQ-T'), targets, 'Nước sạch toàn tỉnh')
  await superior.carriedBy({ unit: units.lead, lead })
  await expectOk(superior.give({ units: [{ unit: units.lead.id }], note: 'Giao theo nghị quyết của tỉnh.' }))
  const send = (method: string, path: string, body: unknown) =>
    expectOk(lead.send(method, `/api/plans/${plan.id}/${path}`, body))
  await send('PUT', 'superior', { superior: superior.id })
  const [changed] = superior.targets
  const goals = plan.parts.find(({ title }) => title === 'Mục tiêu')
  const answer = { command: newId<ChangeId>(), superior: changed, part: goals?.id, answer: 'accepted', reason: '' }
  await send('POST', 'answers', answer)
  await superior.sets(changed, { 'value.2026': { quantity: count('15') } })
  const below = [units.drafter.id, units.reader.id]
  await send('PUT', 'carriers', { units: below })
  const given = { targets: goals?.targets.map(({ id }) => id), units: below.map((unit) => ({ unit })) }
  await send('PUT', 'allotments', { ...given, way: 'same', note: '' })
  await server.running.registers.settled()
}

async function anIssuedPlan(desk: Desk): Promise<PlanSnapshot> {
  const plan = await desk.plan(aPlan([aPart('Chỉ tiêu', { targets: [aCount('Mô hình tự quản', '10')] })]))
  const { query } = desk.server.running.database
  await query.updateTable('plans').set({ stage: 'issued' }).where('id', '=', plan.id).execute()
  return plan
}

/** People and one plan for all the screens, and a page for each who looks at them; no screen changes anything. */
interface Office {
  desk: Desk
  plan: PlanSnapshot
  /** A plan that is issued, with results to be entered. */
  issued: PlanSnapshot
  lead: Page
  administrator: Page
  stranger: Page
  /** What the pages have logged as errors. */
  problems: string[]
}

const test = base.extend<object, { office: Office }>({
  office: [
    async ({ server, browser }, use) => {
      const { desk, problems, close } = await openDesk(server, browser)
      const plan = await desk.plan(aDraft(), [farmers])
      await linkUp(desk, plan)
      const issued = await anIssuedPlan(desk)
      const lead = await desk.home(desk.lead)
      const administrator = await desk.home(await server.person({ administrator: true, name: 'Ngô Hải Yến' }))
      const stranger = await (await browser.newContext()).newPage()
      stranger.on('pageerror', ({ message }) => problems.push(`a stranger: ${message}`))
      await use({ desk, plan, issued, lead, administrator, stranger, problems })
      await stranger.context().close()
      await close()
    },
    { scope: 'worker' },
  ],
})
// Between both workers, since no file is left to run beside this one: it has workers of its own.
test.describe.configure({ mode: 'parallel' })

test.beforeEach(async ({ office }) => {
  await office.lead.unrouteAll()
  for (const page of [office.lead, office.administrator, office.stranger]) {
    await page.setViewportSize(sizes[0])
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  }
})
test.afterEach(({ office }) => expect(office.problems.splice(0), 'errors on a page').toEqual([]))

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).first()

async function openHome({ desk, lead: page }: Office): Promise<Page> {
  await page.goto(desk.server.address)
  await expect(page.getByRole('heading', { name: /^Văn bản đơn vị tôi chủ trì/ })).toBeVisible()
  return page
}

async function openAccount({ desk, lead: page }: Office): Promise<Page> {
  await page.goto(`${desk.server.address}/account`)
  await expect(page.getByRole('heading', { name: 'Mã truy cập' })).toBeVisible()
  return page
}

async function openAdmin({ desk, administrator: page }: Office, path: string): Promise<Page> {
  await page.goto(desk.server.address + path)
  await expect(page.getByRole('navigation', { name: 'Mục quản trị' })).toBeVisible()
  return page
}

async function openUnit(office: Office): Promise<Page> {
  const page = await openAdmin(office, '/admin')
  await page
    .getByRole('link', { name: /Đơn vị HND/ })
    .first()
    .click()
  await expect(button(page, 'Lưu')).toBeVisible()
  return page
}

async function openPlan({ desk, plan, lead: page }: Office): Promise<Page> {
  await page.goto(`${desk.server.address}/plans/${plan.id}`)
  await expect(sheetOf(page)).toContainText('Phấn đấu trên 80% hộ dùng nước sạch')
  await expectSaved(page)
  return page
}

async function openPanel(office: Office, name: string): Promise<Page> {
  const page = await openPlan(office)
  const panel = button(page, name)
  // The panel that was open last is open again.
  if ((await panel.getAttribute('aria-pressed')) !== 'true') await panel.click()
  await expect(page.getByRole('complementary', { name })).toBeVisible()
  return page
}

/** One of "other things with the plan", over the plan. */
async function openOther(office: Office, item: string): Promise<Page> {
  const page = await openPlan(office)
  await button(page, 'Việc khác với văn bản').click()
  await page.getByRole('menuitem', { name: item }).click()
  await expect(page.getByRole('dialog', { name: item })).toBeVisible()
  return page
}

async function openMatrix(office: Office): Promise<Page> {
  const page = await openOther(office, 'Bảng tổng hợp')
  await expect(page.getByRole('gridcell', { name: /^HND\S*, Hộ dùng nước sạch, chờ trả lời/ })).toBeVisible()
  return page
}

async function openWideTable(office: Office, register: string, name: string): Promise<Page> {
  const page = await openPanel(office, 'Chỉ tiêu')
  const panel = page.getByRole('complementary')
  await panel.getByRole('button', { name: register, exact: true }).click()
  await panel.getByRole('button', { name: 'Cả văn bản', exact: true }).click()
  await button(page, 'Mở bảng lớn').click()
  await expect(page.getByRole('dialog', { name }).getByRole('row').nth(1)).toBeVisible()
  return page
}

/** The table of targets in the text, and a tool of it. */
async function openTool(office: Office, tool: string): Promise<Page> {
  const page = await openPlan(office)
  const view = sheetOf(page).getByRole('region', { name: 'Biểu chỉ tiêu' })
  await view.getByRole('gridcell', { name: 'Hộ dùng nước sạch' }).click()
  await view.getByRole('button', { name: tool }).click()
  return page
}

/** Every screen and what lies over it, by its name, and the way to it. */
const screens: Record<string, (office: Office) => Promise<Page>> = {
  'the sign-in screen': async ({ desk, stranger: page }) => {
    await page.goto(`${desk.server.address}/sign-in`)
    await expect(page.getByRole('heading', { name: 'Đăng nhập' })).toBeVisible()
    return page
  },
  'an invitation': async ({ desk, stranger: page }) => {
    const invited = await createInvitation(desk.server.running.database.query, null, desk.reader.id)
    if (!invited.ok) throw new Error(invited.error.code)
    await page.goto(`${desk.server.address}/invite#${invited.value.token}`)
    await expect(button(page, 'Đặt mật khẩu và đăng nhập')).toBeVisible()
    return page
  },
  'the home screen': openHome,
  'the screen for a new plan': async ({ desk, lead: page }) => {
    await page.goto(`${desk.server.address}/plans/new`)
    await expect(button(page, 'Tạo văn bản')).toBeVisible()
    return page
  },
  'the import with its preview': async ({ desk, lead: page }) => {
    await page.goto(`${desk.server.address}/plans/import`)
    await page
      .getByLabel('Nội dung văn bản')
      .fill('Lượt xem: 5\n\nKẾ HOẠCH\nGiữ nước sạch\n\nI. MỤC TIÊU\n\n- Trên 80% hộ dùng nước sạch năm 2026.')
    await button(page, 'Xem trước').click()
    await page.getByRole('tab', { name: /^Chỉ tiêu/ }).click()
    await expect(page.getByRole('tabpanel')).toContainText('80')
    return page
  },
  'the account': openAccount,
  'the second factor with its QR code': async (office) => {
    const page = await openAccount(office)
    await button(page, 'Bật xác thực hai lớp').click()
    await page.getByRole('dialog').getByLabel('Mật khẩu').fill(testPassword)
    await button(page, 'Tiếp tục').click()
    await expect(page.getByRole('img', { name: 'Mã QR' })).toBeVisible()
    return page
  },
  'a unit among all units': async (office) => {
    const page = await openUnit(office)
    await button(page, 'Đổi tên từ một ngày').click()
    await button(page, 'Thêm người ký').click()
    await button(page, 'Lưu').click()
    await expect(page.getByText('Có ô chưa đúng.')).toBeVisible()
    return page
  },
  'a person among all people': async (office) => {
    const page = await openAdmin(office, '/admin/people')
    await page
      .getByRole('link', { name: /Trần Văn Lực/ })
      .first()
      .click()
    await button(page, 'Thêm vào đơn vị').click()
    return page
  },
  'the import of units with what is wrong': async (office) => {
    const page = await openAdmin(office, '/admin/import')
    const buffer = Buffer.from(
      'Dòng,Tên,Ký hiệu,Thuộc đơn vị\nĐơn vị,Hội Cây xanh,HCX,KHONG\nNgười,An,,\nĐơn vị,Tổ,T9,\n',
    )
    await page.locator('input[type=file]').setInputFiles({ name: 'xa.csv', mimeType: 'text/csv', buffer })
    await expect(page.getByText('Chưa có gì được nhập.')).toBeVisible()
    return page
  },
  'the audit trail of the system': async (office) => {
    const page = await openAdmin(office, '/admin/audit')
    await expect(page.getByText(/Giao phần .* cho Đơn vị/).first()).toBeVisible()
    return page
  },
  'a plan': openPlan,
  'a plan with its targets': (office) => openPanel(office, 'Chỉ tiêu'),
  'a plan with its people': (office) => openPanel(office, 'Người tham gia'),
  'a plan with the details of a part': (office) => openPanel(office, 'Phần này'),
  'a plan with its heading fields': (office) => openPanel(office, 'Thông tin văn bản'),
  'the palette': async (office) => {
    const page = await openPlan(office)
    await page.keyboard.press('Control+K')
    await expect(page.getByRole('dialog', { name: 'Tìm lệnh' })).toBeVisible()
    return page
  },
  'the shortcuts': async (office) => {
    const page = await openPlan(office)
    await page.keyboard.press('Control+/')
    await expect(page.getByRole('dialog', { name: 'Phím tắt' })).toBeVisible()
    return page
  },
  'the download': async (office) => {
    const page = await openPlan(office)
    await button(page, 'Việc khác với văn bản').click()
    await page.getByRole('menuitem', { name: 'Tải về Word, Excel' }).click()
    await expect(page.getByRole('dialog', { name: 'Tải văn bản về máy' })).toBeVisible()
    return page
  },
  'the audit trail of the plan': async (office) => {
    const page = await openPlan(office)
    await button(page, 'Việc khác với văn bản').click()
    await page.getByRole('menuitem', { name: 'Nhật ký' }).click()
    await expect(page.getByRole('dialog', { name: 'Nhật ký của văn bản' })).toContainText('Lập văn bản')
    return page
  },
  'giving a part to a unit': async (office) => {
    const page = await openPlan(office)
    await page.getByRole('treeitem', { name: /Mục tiêu/ }).click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Giao phần…' }).click()
    await expect(page.getByRole('dialog', { name: 'Giao phần' })).toBeVisible()
    return page
  },
  'the drafting board': async (office) => {
    const page = await openPlan(office)
    await page.keyboard.press('Control+Shift+B')
    await expect(page.getByRole('dialog', { name: 'Bảng theo dõi soạn thảo' }).getByRole('table')).toBeVisible()
    return page
  },
  'what one was told': async (office) => {
    const page = await openPlan(office)
    await button(page, /^Thông báo/).click()
    await expect(page.getByRole('dialog', { name: 'Thông báo' })).toBeVisible()
    return page
  },
  'the wide table': async (office) => {
    const page = await openPanel(office, 'Chỉ tiêu')
    await button(page, 'Mở bảng lớn').click()
    await expect(page.getByRole('dialog', { name: 'Bảng chỉ tiêu' })).toBeVisible()
    return page
  },
  'the wide table of tasks': (office) => openWideTable(office, 'Nhiệm vụ', 'Bảng phân công nhiệm vụ'),
  'the wide table of the budget': (office) => openWideTable(office, 'Kinh phí', 'Bảng kinh phí'),
  'what a table shows': async (office) => {
    const page = await openTool(office, 'Lọc dòng')
    await expect(page.getByRole('dialog', { name: 'Lọc dòng' })).toBeVisible()
    return page
  },
  'moving a target to another part': async (office) => {
    const page = await openTool(office, 'Chuyển sang phần khác')
    await expect(page.getByRole('dialog', { name: /^Chuyển “Hộ dùng nước sạch”/ })).toBeVisible()
    return page
  },
  'a formula that is being written': async (office) => {
    const page = await openPlan(office)
    const view = sheetOf(page).getByRole('region', { name: 'Biểu chỉ tiêu' })
    // In the year 2028.
    await view.getByRole('row', { name: 'Hộ dùng nước sạch' }).locator('td').nth(6).click()
    await page.keyboard.type('= {ho dung')
    await expect(page.getByRole('option', { name: 'Hộ dùng nước sạch; 2026' })).toBeVisible()
    return page
  },
  'a value that another replaced': async (office) => {
    const { lead: page, plan, desk } = office
    const part = plan.parts.find(({ title }) => title === 'Mục tiêu')
    const [target] = part?.targets ?? []
    if (part === undefined || target === undefined) throw new Error('the draft has no target')
    const conflict: CellConflict = {
      ...{ id: 'c', part: part.id, register: 'targets', entry: target.id, field: 'value.2027' },
      ...{ lost: { quantity: count('61') }, won: null, by: desk.drafter.id, at: 0 },
    }
    await page.route('**/conflicts', (route) => route.fulfill({ json: [conflict] }))
    await openPlan(office)
    await expect(button(page, 'Đặt lại giá trị của tôi')).toBeVisible()
    return page
  },
  'the money by year and source': (office) => openOther(office, 'Kinh phí theo năm và nguồn'),
  'the links of a plan, above it and below': async (office) => {
    const page = await openPanel(office, 'Liên kết kế hoạch')
    const cards = page.getByRole('complementary').getByRole('article')
    await expect(cards.getByText('Cấp trên đã đổi')).toBeVisible()
    await cards.getByRole('button', { name: 'Trả lời mức khác' }).first().click()
    await expect(cards.getByLabel('Lý do')).toBeVisible()
    return page
  },
  'giving targets down': async (office) => {
    const page = await openOther(office, 'Giao xuống')
    for (const name of [office.desk.units.drafter.name, /^Hộ dùng nước sạch/, /^Mô hình tự quản/]) {
      await page.getByRole('checkbox', { name }).check()
    }
    await page.getByRole('radio', { name: 'Chia theo số hộ, hội viên…' }).check()
    await expect(page.getByRole('group', { name: 'Cách tổng hợp' })).toBeVisible()
    return page
  },
  'the matrix of units and targets': openMatrix,
  'a cell of the matrix': async (office) => {
    const page = await openMatrix(office)
    await page.getByRole('gridcell', { name: /^HND\S*, Hộ dùng nước sạch/ }).click()
    await expect(page.getByRole('dialog', { name: 'Hộ dùng nước sạch' })).toContainText('Nguyễn Thu Hà')
    return page
  },
  'results of an issued plan': async (office) => {
    const { lead: page, desk, issued } = office
    await page.goto(`${desk.server.address}/plans/${issued.id}`)
    await button(page, 'Việc khác với văn bản').click()
    await page.getByRole('menuitem', { name: 'Kết quả thực hiện' }).click()
    await expect(page.getByRole('group', { name: 'Mô hình tự quản, Cả năm' })).toBeVisible()
    return page
  },
  'find and replace': async (office) => {
    const page = await openPlan(office)
    await page.keyboard.press('Control+F')
    await expect(page.getByRole('search')).toBeVisible()
    return page
  },
}

/** The rules of axe that look at colours; all others find the same in light and in dark. */
const rulesOfColour = ['color-contrast', 'link-in-text-block']

/** What automatic checking finds that keeps people out, in light and in dark. */
async function expectAccessible(page: Page): Promise<void> {
  for (const look of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: look })
    await expect(page.locator('html')).toHaveAttribute('data-theme', look)
    const checker = new AxeBuilder({ page }).options({ resultTypes: ['violations'] })
    // Without frames there is nothing to gather in a second page.
    checker.setLegacyMode(page.frames().length === 1)
    if (look === 'dark') checker.withRules(rulesOfColour)
    const { violations } = await checker.analyze()
    const grave = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`).join('\n')}`)
    expect(grave, look).toEqual([])
  }
}

for (const [name, open] of Object.entries(screens)) {
  test(`${name} fits a large screen, a small one and a phone, and keeps nobody out`, async ({ office }) => {
    const page = await open(office)
    await expectAccessible(page)
    for (const size of sizes) {
      await page.setViewportSize(size)
      await expect.poll(() => controlsThatAreCut(page), { message: `${size.width} px wide` }).toEqual([])
    }
  })
}

test('on a phone each view of a plan fits the screen', async ({ office }) => {
  const page = await openPlan(office)
  await page.setViewportSize({ width: 390, height: 844 })
  const views = page.getByRole('navigation', { name: 'Chuyển màn hình' })
  for (const view of ['Đề cương', 'Văn bản', 'Chỉ tiêu', 'Người']) {
    await views.getByRole('button', { name: view }).click()
    await expect(views.getByRole('button', { name: view })).toHaveAttribute('aria-current', 'page')
    await expect.poll(() => controlsThatAreCut(page), { message: view }).toEqual([])
  }
})

const tabbed: Record<string, (office: Office) => Promise<Page>> = {
  'the home screen': openHome,
  'a unit': openUnit,
  'a plan, through the text with Escape': async (office) => {
    const page = await openPlan(office)
    // The tools of the text are there once there is a caret.
    await caretAfter(page, 'việc hai')
    return page
  },
}

for (const [name, open] of Object.entries(tabbed)) {
  test(`Tab reaches every control of ${name}, and shows where it is`, async ({ office }) => {
    const page = await open(office)
    // The program of menus comes when there is time, and then each button in their stead is another.
    await expect(page.locator('[data-menu-trigger], [data-dropdown-menu-trigger]').first()).toBeVisible()
    const { missed, unseen } = await tabStops(page)
    expect({ missed, unseen }).toEqual({ missed: [], unseen: [] })
  })
}
