/** What each may do in one plan: given on the screen, felt at once by the others, held by the server. */
import { aBlock, aPart, aPlan } from '../support/plans.ts'
import { expectOk, type TestPerson } from '../support/server.ts'
import { caretAfter, expect, expectSaved, partOf, sheetOf, test, type Desk } from './fixtures.ts'
import type { Page } from '@playwright/test'

const titles = ['Thu gom bao bì thuốc', 'Phân loại rác tại nhà', 'Tuyến đường thanh niên'] as const
const opening = 'Mục đích'
const words = (title: string) => `Nội dung của phần ${title}.`

function threeTasks() {
  const part = (title: string) => aPart(title, { blocks: [aBlock('paragraph', words(title))] })
  return aPlan([opening, ...titles].map(part))
}

/** Gives a part through its menu in the outline, to a unit that is not in the plan yet. */
async function give(lead: Page, title: string, symbol: string, deadline: string): Promise<void> {
  await lead.getByRole('treeitem', { name: new RegExp(title) }).click({ button: 'right' })
  await lead.getByRole('menuitem', { name: 'Giao phần…' }).click()
  const dialog = lead.getByRole('dialog', { name: 'Giao phần' })
  await dialog.getByLabel('Thêm đơn vị hoặc người khác').fill(symbol)
  await dialog.getByRole('button', { name: `Thêm Đơn vị ${symbol}`, exact: true }).click()
  await expect(dialog.getByRole('checkbox', { name: `Đơn vị ${symbol}` })).toBeChecked()
  await dialog.getByLabel('Hạn').fill(deadline)
  await dialog.getByRole('button', { name: 'Giao phần' }).click()
  await expect(lead.getByText(`Đã giao phần`).last()).toBeVisible()
}

async function threeAssociations(desk: Desk): Promise<{ symbol: string; person: TestPerson }[]> {
  const mark = crypto.randomUUID().slice(0, 6).toUpperCase()
  return await Promise.all(
    ['HND', 'HPN', 'ĐTN'].map(async (kind) => {
      const symbol = `${kind}-${mark}`
      const unit = await desk.server.unit(symbol)
      return { symbol, person: await desk.server.person({ name: `Cán bộ ${kind}`, units: [unit] }) }
    }),
  )
}

test('a lead gives three parts to three associations, and each writes only its own', async ({ desk }) => {
  // Seven pages of four people.
  test.slow()
  const plan = await desk.plan(threeTasks())
  const associations = await threeAssociations(desk)
  const lead = await desk.open(desk.lead, plan)
  for (const [at, { symbol }] of associations.entries()) await give(lead, titles[at] ?? '', symbol, '30/11/2030')

  for (const [at, { person }] of associations.entries()) {
    const [own = '', other = ''] = [titles[at], titles[(at + 1) % 3]]
    const home = await desk.home(person)
    await expect(home.getByText(own)).toBeVisible()
    await expect(home.getByText('30/11/2030')).toBeVisible()
    const page = await desk.open(person, plan)
    await caretAfter(page, words(own))
    await page.keyboard.type(' Đã bổ sung.')
    await expectSaved(page)
    await caretAfter(page, words(other))
    await page.keyboard.type('không được')
    await expect(partOf(lead, own)).toContainText(`${words(own)} Đã bổ sung.`)
    await expect(sheetOf(lead)).not.toContainText('không được')
    await expect(partOf(page, other)).not.toContainText('không được')
  }
})

test('a reader who tries to type changes nothing, and is told why', async ({ desk }) => {
  const plan = await desk.plan(threeTasks())
  const [reader, lead] = [await desk.open(desk.reader, plan), await desk.open(desk.lead, plan)]

  await caretAfter(reader, words(opening))
  await reader.keyboard.type('không được')
  await reader.keyboard.press('Backspace')

  await expect(reader.getByRole('note')).toContainText('Đơn vị MTTQ')
  await expect(partOf(reader, opening)).toContainText(words(opening))
  await expect(sheetOf(lead)).not.toContainText('không được')
})

test('a plan that moves to its review rests on the drafter’s screen, and wakes up with one click', async ({ desk }) => {
  const plan = await desk.plan(threeTasks(), [titles[0]])
  const [lead, drafter] = [await desk.open(desk.lead, plan), await desk.open(desk.drafter, plan)]
  await expect(partOf(drafter, titles[0])).not.toHaveClass(/read-only/)

  await lead.getByRole('button', { name: 'Soạn thảo' }).click()
  await lead.getByRole('menuitemcheckbox', { name: /Lấy ý kiến/ }).click()

  await expect(partOf(drafter, titles[0])).toHaveClass(/read-only/)
  await expect(drafter.getByRole('note')).toContainText('đang lấy ý kiến')
  await lead.getByRole('button', { name: 'Hoàn tác', exact: true }).last().click()
  await expect(partOf(drafter, titles[0])).not.toHaveClass(/read-only/)
  await caretAfter(drafter, words(titles[0]))
  await drafter.keyboard.type(' Viết tiếp.')
  await expect(partOf(lead, titles[0])).toContainText('Viết tiếp.')
})

test('the office mends the form while the plan is finalised, and is told that the text is not its own', async ({
  desk,
}) => {
  const plan = await desk.plan(threeTasks())
  const address = `/api/plans/${plan.id}`
  await expectOk(desk.lead.send('PUT', `${address}/roles`, { holder: desk.units.reader.id, role: 'office' }))
  await expectOk(desk.lead.send('PUT', `${address}/stage`, { stage: 'finalising' }))
  const [lead, office] = [await desk.open(desk.lead, plan), await desk.open(desk.reader, plan)]

  await expect(office.getByRole('note')).toContainText('sửa được thông tin văn bản')
  await partOf(office, opening).locator('.part-title').click()
  await office.keyboard.press('End')
  await office.keyboard.type(', yêu cầu')
  await caretAfter(office, words(opening))
  await office.keyboard.type('không được')

  await expect(partOf(lead, `${opening}, yêu cầu`)).toBeVisible()
  await office.getByRole('button', { name: 'Hoàn tác' }).first().click()
  await expect(partOf(lead, `${opening}, yêu cầu`)).toHaveCount(0)
  await expect(sheetOf(lead)).not.toContainText('không được')
})

test('the lead takes a unit out of the plan, and puts it back where that was a mistake', async ({ desk }) => {
  const plan = await desk.plan(threeTasks(), [titles[0]])
  const lead = await desk.open(desk.lead, plan)
  await lead.getByRole('button', { name: 'Người tham gia' }).first().click()
  await lead.getByRole('button', { name: 'Vai trò của Đơn vị VP' }).click()
  await lead.getByRole('menuitemcheckbox', { name: 'Cho ý kiến' }).click()
  await expect(lead.getByText('Đơn vị VP: Cho ý kiến.')).toBeVisible()

  await lead.getByRole('button', { name: 'Vai trò của Đơn vị VP' }).click()
  await lead.getByRole('menuitem', { name: 'Bỏ khỏi văn bản' }).click()
  await expect(lead.getByRole('button', { name: 'Vai trò của Đơn vị VP' })).toHaveCount(0)
  // The list shows it at once, the notice once the server has said so.
  await expect(lead.getByText('Đã bỏ Đơn vị VP khỏi văn bản.')).toBeVisible()
  expect((await desk.reader.send('GET', `/api/plans/${plan.id}`)).status).toBe(404)
  await lead.getByRole('button', { name: 'Hoàn tác', exact: true }).last().click()
  await expect(lead.getByRole('button', { name: 'Vai trò của Đơn vị VP' })).toBeVisible()
  await expect.poll(async () => (await desk.reader.send('GET', `/api/plans/${plan.id}`)).status).toBe(200)
})
