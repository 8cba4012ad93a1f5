/** The registers on the sheet: tables of tasks and of the budget, formulas, what a table shows, bad input. */
import type { Locator, Page } from '@playwright/test'
import { aBlock, aPart, aPlan, aSentence, aTarget, aView, percent } from '../support/plans.ts'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import type { Quantity } from '@soanchung/shared/targets/quantity.ts'
import {
  caretAfter,
  expect,
  expectSaved,
  openDesk,
  partOf,
  pasteInto,
  startAgain,
  startJourneyServer,
  test,
} from './fixtures.ts'

const goals = 'Mục tiêu'
const work = 'Nhiệm vụ'

function households(number: string): Quantity {
  return { comparison: '=', numbers: [number], measure: { kind: 'count', noun: 'hộ' } }
}

function count(name: string, order: string, values: Record<string, string>) {
  const quantities = Object.entries(values).map(([year, number]) => [year, households(number)])
  const measure = { kind: 'count', noun: 'hộ' } as const
  return aTarget(name, Object.fromEntries(quantities), { measure, order })
}

/** Three targets with their table in the first part; words alone in the second. */
function aDraft(): PlanSnapshot {
  const poor = count('Hộ nghèo', 'a0', { 2026: '120', 2027: '90' })
  const near = count('Hộ cận nghèo', 'a1', { 2026: '80' })
  const water = aTarget(
    'Tỷ lệ hộ dùng nước sạch',
    { 2026: percent('80', '>=') },
    { measure: { kind: 'percent' }, order: 'a2' },
  )
  return aPlan(
    [
      aPart(goals, {
        blocks: [
          aSentence([
            { type: 'text', text: 'Năm 2027 còn ' },
            { type: 'reference', target: near.id, cell: 'value.2027' },
            { type: 'text', text: ' cận nghèo.' },
          ]),
          aView({ title: 'Biểu mục tiêu' }),
        ],
        targets: [poor, near, water],
      }),
      aPart(work, { blocks: [aBlock('paragraph', 'Các đơn vị thực hiện như sau:')] }),
    ],
    { period: { from: 2026, to: 2028 } },
  )
}

/** The table of that name, on the sheet or over it. */
function tableOf(page: Page, name: string): Locator {
  return page.getByRole('grid', { name, exact: true })
}

async function cellOf(table: Locator, row: string, column: string): Promise<Locator> {
  const place = async () =>
    (await table.locator('thead th').allInnerTexts()).map((title) => title.replace(/\s+/g, ' ').trim()).indexOf(column)
  await expect.poll(place, { message: `the column “${column}”` }).toBeGreaterThanOrEqual(0)
  return table
    .locator('tbody tr')
    .filter({ hasText: row })
    .first()
    .locator('td')
    .nth(await place())
}

/** Types into a cell and goes on with Enter. */
async function fill(table: Locator, row: string, column: string, text: string): Promise<void> {
  await (await cellOf(table, row, column)).click()
  await table.page().keyboard.type(text)
  await table.page().keyboard.press('Enter')
}

async function insert(page: Page, what: string): Promise<void> {
  await caretAfter(page, 'Các đơn vị thực hiện')
  await page.getByRole('button', { name: 'Chèn bảng' }).click()
  await page.getByRole('menuitem', { name: what }).click()
}

/** The tools of a table in the text, once the pointer is there. */
async function toolsOf(table: Locator): Promise<Locator> {
  const section = table.locator('xpath=ancestor::section[1]')
  await section.hover()
  return section.getByRole('toolbar')
}

test('a table of tasks is filled in with the keyboard alone: lead, partners, deadline, what it serves', async ({
  desk,
}) => {
  const page = await desk.open(desk.lead, await desk.plan(aDraft()))
  await insert(page, 'Chèn bảng phân công nhiệm vụ')
  const table = tableOf(page, 'Bảng phân công nhiệm vụ')
  const tools = await toolsOf(table)
  await tools.getByRole('button', { name: 'Chọn cột' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Chỉ tiêu phục vụ' }).click()
  await page.getByRole('button', { name: 'Thêm nhiệm vụ' }).click()
  const { units } = desk
  const keys = page.keyboard
  await keys.type('Rà soát hộ nghèo')
  await keys.press('Tab')
  await keys.type(units.lead.symbol)
  await keys.press('Tab')
  await keys.type(units.drafter.symbol.slice(0, 2))
  await expect(page.getByRole('option', { name: units.drafter.name }).first()).toBeVisible()
  await keys.press('ArrowDown')
  await keys.press('Enter')
  await keys.type('các trường học')
  await keys.press('Tab')
  await keys.type('Danh sách hộ nghèo')
  await keys.press('Tab')
  await keys.type('quý 4 năm 2026')
  await expect(page.getByText('Đọc là: Quý IV/2026')).toBeVisible()
  await keys.press('Tab')
  await keys.type('can ngheo')
  await expect(page.getByRole('option', { name: 'Hộ cận nghèo' })).toBeVisible()
  await keys.press('ArrowDown')
  await keys.press('Enter')
  await keys.press('Enter')

  const row = 'Rà soát hộ nghèo'
  await expect(await cellOf(table, row, 'Chủ trì')).toHaveText(units.lead.name)
  await expect(await cellOf(table, row, 'Phối hợp')).toHaveText(`${units.drafter.symbol}, các trường học`)
  await expect(await cellOf(table, row, 'Thời gian')).toHaveText(/Quý IV\/\u200b?2026/)
  await expect(await cellOf(table, row, 'Chỉ tiêu phục vụ')).toHaveText('Hộ cận nghèo')

  await fill(table, row, 'Chỉ tiêu phục vụ', 'Hộ giàu')
  await expect(page.getByText('Không có chỉ tiêu nào tên là “Hộ giàu”')).toBeVisible()
  await expect(table.getByRole('textbox')).toHaveValue('Hộ giàu')
  await keys.press('Escape')
  await expectSaved(page)
  await page.reload()
  await expect(await cellOf(table, row, 'Chỉ tiêu phục vụ')).toHaveText('Hộ cận nghèo')
})

test('a budget multiplies quantity and price, adds up by source and says its sum in words', async ({ desk }) => {
  const page = await desk.open(desk.lead, await desk.plan(aDraft()))
  await insert(page, 'Chèn bảng kinh phí')
  const table = tableOf(page, 'Bảng kinh phí')
  const tools = await toolsOf(table)
  for (const column of ['ĐVT', 'Đơn giá', 'Số lượng các năm']) {
    await tools.getByRole('button', { name: 'Chọn cột' }).click()
    await page.getByRole('menuitemcheckbox', { name: column }).click()
  }
  await page.getByRole('button', { name: 'Thêm dòng kinh phí' }).click()
  await page.keyboard.type('Tập huấn')
  await page.keyboard.press('Enter')
  await fill(table, 'Tập huấn', 'Nguồn', 'Ngân sách xã')
  await fill(table, 'Tập huấn', 'Đơn giá', '15')
  await fill(table, 'Tập huấn', 'Số lượng 2026', '4 lớp')
  const amount = await cellOf(table, 'Tập huấn', 'Năm 2026')
  await expect(amount).toHaveText('60')
  await amount.hover()
  await expect(amount).toHaveAttribute('title', 'Số lượng × đơn giá')
  await expect(await cellOf(table, 'Tập huấn', 'ĐVT')).toHaveText('lớp')
  await fill(table, 'Tập huấn', 'Năm 2027', '40,5')
  await expect(page.getByText('Bằng chữ: Một trăm triệu năm trăm nghìn đồng.')).toBeVisible()

  await table.getByRole('textbox').press('Control+Enter')
  await page.keyboard.type('Tờ rơi')
  await page.keyboard.press('Enter')
  await fill(table, 'Tờ rơi', 'Nguồn', 'Xã hội hoá')
  await fill(table, 'Tờ rơi', 'Năm 2026', '10')
  await (await toolsOf(table)).getByRole('button', { name: 'Nhóm dòng' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Theo nguồn kinh phí' }).click()
  await (await toolsOf(table)).getByRole('button', { name: 'Nhóm dòng' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Cộng từng nhóm' }).click()
  await expect(table.getByRole('row', { name: /Ngân sách xã.*100,5/ }).first()).toBeVisible()
  await expectSaved(page)
  await page.reload()
  await expect(table.getByRole('row', { name: /Tổng cộng.*110,5/ })).toBeVisible()
})

test('a formula is written with cells that are pressed and chosen, and the sentence follows it', async ({ desk }) => {
  const page = await desk.open(desk.lead, await desk.plan(aDraft()))
  const table = tableOf(page, 'Biểu mục tiêu')
  await (await cellOf(table, 'Hộ cận nghèo', 'Năm 2027')).click()
  await page.keyboard.type('=')
  await (await cellOf(table, 'Hộ nghèo', 'Năm 2027')).click()
  await page.keyboard.type(' + {can ngheo 2026')
  await expect(page.getByRole('option', { name: 'Hộ cận nghèo; 2026' })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByText('Kết quả: 170 hộ')).toBeVisible()
  await page.keyboard.press('Enter')
  const cell = await cellOf(table, 'Hộ cận nghèo', 'Năm 2027')
  await expect(cell).toHaveText('170')
  await cell.hover()
  await expect(cell).toHaveAttribute('title', '= {Hộ nghèo; 2027} + {Hộ cận nghèo; 2026}')
  await expect(partOf(page, goals)).toContainText('Năm 2027 còn 170 hộ cận nghèo.')
  await fill(table, 'Hộ nghèo', 'Năm 2027', '95')
  await expect(partOf(page, goals)).toContainText('Năm 2027 còn 175 hộ cận nghèo.')

  await fill(table, 'Hộ nghèo', 'Năm 2027', '= {Hộ cận nghèo; 2027}')
  const circle = await cellOf(table, 'Hộ nghèo', 'Năm 2027')
  await expect(circle).toHaveText(/Công thức vòng: Hộ nghèo; 2027 → Hộ cận nghèo; 2027 → Hộ nghèo; 2027/)
  await expect(circle).toHaveAttribute('aria-invalid', 'true')
  await expect(partOf(page, goals)).toContainText('[công thức vòng]')
  await circle.click()
  await page.keyboard.press('Delete')
  await expect(await cellOf(table, 'Hộ cận nghèo', 'Năm 2027')).toHaveText(/Thiếu số/)
  await page.keyboard.press('Control+Z')
  await expect(circle).not.toHaveText('')
})

test('a target goes to another part with its values, the sentence still says it, and the notice leads back', async ({
  desk,
}) => {
  const page = await desk.open(desk.lead, await desk.plan(aDraft()))
  const table = tableOf(page, 'Biểu mục tiêu')
  await fill(table, 'Hộ cận nghèo', 'Năm 2027', '75')
  await (await cellOf(table, 'Hộ cận nghèo', 'Chỉ tiêu')).click()
  await (await toolsOf(table)).getByRole('button', { name: 'Chuyển sang phần khác' }).click()
  await page
    .getByRole('dialog')
    .getByLabel('Phần')
    .selectOption({ label: `II. ${work}` })
  await page.getByRole('button', { name: 'Chuyển chỉ tiêu' }).click()
  await expect(page.getByText(`Đã chuyển “Hộ cận nghèo” sang II. ${work}`)).toBeVisible()
  await expect(table.getByRole('row', { name: /Hộ cận nghèo/ })).toHaveCount(0)
  await expect(partOf(page, goals)).toContainText('Năm 2027 còn 75 hộ cận nghèo.')
  await page.getByRole('button', { name: 'Hoàn tác', exact: true }).last().click()
  await expect(await cellOf(table, 'Hộ cận nghèo', 'Năm 2027')).toHaveText('75')
})

test('what cannot be read stays in its cell with the reason, and a block that is too large is not pasted', async ({
  desk,
}) => {
  const page = await desk.open(desk.lead, await desk.plan(aDraft()))
  const table = tableOf(page, 'Biểu mục tiêu')
  const faults: [string, string][] = [
    ['80,5,5%', 'Đây không phải một con số'],
    ['30 – 25', 'Khoảng ghi ngược'],
    ['80% đến năm 2099', 'ngoài thời kỳ 2026 – 2028'],
    ['9'.repeat(31), 'Số dài quá'],
    ['nhiều hộ', 'Ô này cần một con số'],
    ['= {Hộ giàu; 2026}', 'Không có ô nào tên là “Hộ giàu; 2026”'],
  ]
  for (const [text, reason] of faults) {
    await fill(table, 'nước sạch', 'Năm 2026', text)
    const cell = await cellOf(table, 'nước sạch', 'Năm 2026')
    await expect(cell).toHaveText(text)
    await expect(cell).toHaveAttribute('aria-invalid', 'true')
    await cell.click()
    await expect(page.getByText(reason).first()).toBeVisible()
  }
  await fill(table, 'nước sạch', 'Năm 2026', '≥ 85')
  await expect(await cellOf(table, 'nước sạch', 'Năm 2026')).not.toHaveAttribute('aria-invalid', 'true')

  await (await cellOf(table, 'Hộ nghèo', 'Năm 2028')).click()
  await pasteInto(page, { text: '1\t2\t3\t4' })
  await expect(page.getByText('khối dán có 4 cột, từ ô đang chọn chỉ còn 2 cột')).toBeVisible()
  await expect(await cellOf(table, 'Hộ nghèo', 'Năm 2028')).toHaveText('')
})

test('order and filter of a table stay with it, and an annex holds the targets of the whole plan', async ({ desk }) => {
  const page = await desk.open(desk.lead, await desk.plan(aDraft()))
  const table = tableOf(page, 'Biểu mục tiêu')
  await (await toolsOf(table)).getByRole('button', { name: 'Xếp dòng' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Năm 2026' }).click()
  const names = () => table.locator('tbody tr td:nth-child(2)').allInnerTexts()
  await expect.poll(names).toEqual(['Hộ cận nghèo', 'Tỷ lệ hộ dùng nước sạch', 'Hộ nghèo'])
  await (await toolsOf(table)).getByRole('button', { name: 'Lọc dòng' }).click()
  await page.getByLabel('Tên hoặc ghi chú có chữ').fill('nghèo')
  await page.getByRole('button', { name: 'Lọc', exact: true }).click()
  await expect.poll(names).toEqual(['Hộ cận nghèo', 'Hộ nghèo'])
  await expectSaved(page)
  await page.reload()
  await expect.poll(names).toEqual(['Hộ cận nghèo', 'Hộ nghèo'])

  await caretAfter(page, 'Các đơn vị thực hiện')
  await page.getByRole('button', { name: 'Chèn bảng' }).click()
  await page.getByRole('menuitem', { name: 'Thêm phụ lục: biểu chỉ tiêu' }).click()
  const annex = tableOf(page, 'Bảng chỉ tiêu')
  await expect(annex.getByRole('row', { name: /Tỷ lệ hộ dùng nước sạch/ })).toBeVisible()
  await expect(page.getByRole('treeitem', { name: /Biểu chỉ tiêu/ })).toBeVisible()
  await expectSaved(page)
})

test('whoever lost a value while the line was down is told, and puts it back', async ({ browser }) => {
  let server = await startJourneyServer()
  const { desk, close } = await openDesk(server, browser)
  const plan = await desk.plan(aDraft(), [goals])
  const pages = [await desk.open(desk.lead, plan), await desk.open(desk.drafter, plan)]
  await server.stop({ keepData: true })
  for (const [index, page] of pages.entries()) {
    await fill(tableOf(page, 'Biểu mục tiêu'), 'Hộ nghèo', 'Năm 2028', index === 0 ? '61' : '62')
  }
  server = await startAgain(server)
  for (const page of pages) await expectSaved(page)
  const putBack = (page: Page) => page.getByRole('button', { name: 'Đặt lại giá trị của tôi' })
  await expect
    .poll(async () =>
      (await Promise.all(pages.map((page) => putBack(page).count()))).reduce((sum, one) => sum + one, 0),
    )
    .toBe(1)
  const loser = (await putBack(pages[0]!).count()) === 1 ? 0 : 1
  const [own, others] = loser === 0 ? ['61', '62'] : ['62', '61']
  await expect(pages[loser]!.getByText(`đã ghi “${others}” vào ô bạn vừa ghi “${own}”`)).toBeVisible()
  await putBack(pages[loser]!).click()
  for (const page of pages) {
    await expect(await cellOf(tableOf(page, 'Biểu mục tiêu'), 'Hộ nghèo', 'Năm 2028')).toHaveText(own)
  }
  await expect(putBack(pages[loser]!)).toHaveCount(0)
  await close()
  await server.stop()
})
