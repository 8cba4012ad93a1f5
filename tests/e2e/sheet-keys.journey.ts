import type { Page } from '@playwright/test'
import { aBlock, aPart, aPlan, aQuotedTarget } from '../support/plans.ts'
import { giveParts } from '../support/server.ts'
import { caretAfter, expect, expectSaved, partOf, sheetOf, test } from './fixtures.ts'

const purpose = 'Mục đích, yêu cầu'
const goals = 'Mục tiêu'

function twoParts() {
  return aPlan([
    aPart(purpose, { blocks: [aBlock('paragraph', 'Giữ gìn đường làng.')] }),
    aPart(goals, { blocks: [aBlock('paragraph', 'Mỗi chi hội trồng một đoạn đường hoa.')] }),
  ])
}

function quoting() {
  const { target, sentence } = aQuotedTarget()
  return aPlan([aPart(purpose), aPart(goals, { targets: [target], blocks: [sentence] })])
}

/** Many pages; the sentence stands near the end. */
function longPlan(last: string) {
  const page = (part: number) =>
    Array.from({ length: 8 }, (_, line) =>
      aBlock('paragraph', `Việc ${part}.${line}: ${'vận động từng hộ '.repeat(12)}`),
    )
  const parts = Array.from({ length: 30 }, (_, part) => aPart(`Phần việc ${part}`, { blocks: page(part) }))
  return aPlan([
    ...parts,
    aPart('Tổ chức', { blocks: [...page(99), aBlock('paragraph', last)] }),
    aPart('Cuối', { blocks: page(98) }),
  ])
}

function inView(page: Page, words: string) {
  return expect(sheetOf(page).locator('.part-text p', { hasText: words }).first()).toBeInViewport({ ratio: 0.9 })
}

test('find goes to a sentence many pages on and stays there', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(longPlan('Câu ở tận cuối văn bản.')))
  await lead.keyboard.press('Control+F')
  await lead.getByRole('search').getByLabel('Tìm', { exact: true }).fill('tận cuối')
  await lead.keyboard.press('Enter')
  await expect(sheetOf(lead).locator('p.revealed')).toHaveCount(0)
  await inView(lead, 'Câu ở tận cuối')
})

test('a reference is found by its value, and left alone by replacing', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(quoting()))
  await lead.keyboard.press('Control+F')
  const find = lead.getByRole('search')
  await find.getByLabel('Tìm', { exact: true }).fill('80%')
  await expect(find.getByText(/\/1$/)).toBeVisible()
  await find.getByLabel('Thay bằng').fill('90%')
  await find.getByRole('button', { name: 'Thay tất cả' }).click()
  await expect(find.getByText('Bỏ qua 1 chỗ là dẫn chiếu')).toBeVisible()
  await expect(sheetOf(lead)).toContainText('Phấn đấu trên 80% hộ dùng nước sạch.')
})

test('a reference’s card is opened and left by keys alone', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(quoting()))
  await caretAfter(lead, 'Phấn đấu')
  await lead.keyboard.press('Home')
  await expect(async () => {
    await lead.keyboard.press('ArrowRight')
    await expect(sheetOf(lead).locator('.reference.ProseMirror-selectednode')).toBeVisible({ timeout: 200 })
  }).toPass()
  await lead.keyboard.press('Enter')
  const card = lead.getByRole('dialog', { name: 'Dẫn chiếu chỉ tiêu' })
  await expect(card).toContainText('Hộ dùng nước sạch')
  await expect(card.getByRole('button').first()).toBeFocused()
  await lead.keyboard.press('Escape')
  await expect(card).toBeHidden()
  await expect(partOf(lead, goals).locator('.ProseMirror')).toBeFocused()
})

test('a footnote is written, changed and taken back by keys, and printed with its number', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(twoParts()))
  await caretAfter(lead, 'Giữ gìn đường làng')
  await lead.getByRole('button', { name: 'Chú thích cuối trang' }).click()
  const field = lead.getByRole('textbox', { name: 'Chú thích cuối trang' })
  await field.fill('Theo hương ước.')
  await lead.keyboard.press('Enter')
  const note = partOf(lead, purpose).locator('.footnote')
  await expect(note).toHaveText('1')
  await expect(note).toHaveAttribute('title', 'Theo hương ước.')

  await note.click()
  await field.fill('Theo hương ước năm 2025.')
  await lead.keyboard.press('Enter')
  await expect(note).toHaveAttribute('title', 'Theo hương ước năm 2025.')
  await lead.evaluate(() => dispatchEvent(new Event('beforeprint')))
  await lead.emulateMedia({ media: 'print' })
  await expect(partOf(lead, purpose).locator('.notes')).toHaveText(/1\s+Theo hương ước năm 2025\./)
  await expect(partOf(lead, purpose).locator('.notes')).toBeVisible()
  await expect(lead.getByRole('toolbar')).toBeHidden()
  await lead.emulateMedia({ media: 'screen' })
  await lead.evaluate(() => dispatchEvent(new Event('afterprint')))
  await expect(lead.locator('.notes')).toHaveCount(0)

  await lead.keyboard.press('Control+Z')
  await expect(note).toHaveAttribute('title', 'Theo hương ước.')
  await lead.keyboard.press('Control+Z')
  await lead.keyboard.press('Control+Z')
  await expect(note).toHaveCount(0)
})

test('a link is set on the selected words by keys alone', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(twoParts()))
  await caretAfter(lead, 'Giữ gìn đường làng')
  await lead.keyboard.press('Shift+Home')
  await lead.keyboard.press('Control+Alt+K')
  await lead.getByLabel('Địa chỉ trang hoặc thư').fill('hoinongdan.vn')
  await lead.keyboard.press('Enter')
  const link = partOf(lead, purpose).getByRole('link')
  await expect(link).toHaveText('Giữ gìn đường làng.')
  await expect(link).toHaveAttribute('href', 'https://hoinongdan.vn')
  await expect(partOf(lead, purpose).locator('.ProseMirror')).toBeFocused()
})

test('text cut over two parts is set in again whole', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(twoParts()))
  await lead.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await caretAfter(lead, 'Giữ gìn đường làng')
  await lead.keyboard.press('Home')
  await lead.keyboard.press('Shift+Control+End')
  await lead.keyboard.press('Control+X')
  await expect(sheetOf(lead)).not.toContainText('đường hoa')
  await lead.keyboard.press('Control+V')
  await expect(partOf(lead, purpose)).toContainText('Giữ gìn đường làng.')
  await expect(partOf(lead, purpose)).toContainText('Mỗi chi hội trồng một đoạn đường hoa.')
})

test('an empty part takes the caret and the first words', async ({ desk }) => {
  const plan = await desk.plan(aPlan([aPart(purpose, { blocks: [aBlock('paragraph', 'Giữ gìn.')] }), aPart(goals)]))
  const lead = await desk.open(desk.lead, plan)
  await caretAfter(lead, 'Giữ gìn.')
  await lead.keyboard.press('ArrowDown')
  await expect(partOf(lead, goals).locator('.ProseMirror')).toBeFocused()
  await lead.keyboard.type('Câu đầu tiên.')
  await expect(partOf(lead, goals).locator('.part-editor > p')).toHaveText(['Câu đầu tiên.'])
})

test('what the server refused cannot be undone any more, and is kept as a draft', async ({ desk }) => {
  const plan = await desk.plan(twoParts(), [purpose, goals])
  const drafter = await desk.open(desk.drafter, plan)
  await caretAfter(drafter, 'Giữ gìn đường làng')
  await drafter.keyboard.insertText(' Việc còn quyền.')
  await expectSaved(drafter)
  await drafter.context().setOffline(true)
  await caretAfter(drafter, 'đoạn đường hoa')
  await drafter.keyboard.insertText(' Việc mất quyền.')
  const [, second] = plan.parts
  await giveParts(desk.lead, plan.id, [second?.id], [])
  await drafter.context().setOffline(false)

  await expect(drafter.getByText('Máy chủ không nhận nội dung bạn viết ở', { exact: false }).first()).toBeVisible()
  await expect(partOf(drafter, goals)).not.toContainText('Việc mất quyền.')
  await expect(drafter.getByText('Có thay đổi không hoàn tác được', { exact: false })).toBeVisible()
  await caretAfter(drafter, 'Việc còn quyền.')
  await drafter.keyboard.press('Control+Z')
  await expect(partOf(drafter, purpose)).not.toContainText('Việc còn quyền.')
  await expect(partOf(drafter, goals)).toContainText('Mỗi chi hội trồng một đoạn đường hoa.')
})
