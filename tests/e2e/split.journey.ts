import { aBlock, aPart, aPlan } from '../support/plans.ts'
import { caretAfter, expect, expectSaved, partOf, sheetOf, test } from './fixtures.ts'

const tasks = 'Nhiệm vụ của Hội Nông dân'

function aDraft() {
  const blocks = [
    aBlock('paragraph', 'Chi hội họp mỗi tháng.'),
    aBlock('heading', 'Tuyên truyền'),
    aBlock('paragraph', 'Vận động hội viên giữ sạch đường làng.'),
    aBlock('heading', 'Kiểm tra'),
    aBlock('paragraph', 'Mỗi quý một lần.'),
  ]
  return aPlan([aPart('Mục đích'), aPart(tasks, { blocks }), aPart('Kinh phí')])
}

test('the lead makes headings parts, the drafter goes on writing there, and the notice takes it back', async ({
  desk,
}) => {
  const plan = await desk.plan(aDraft(), [tasks])
  const [lead, drafter] = [await desk.open(desk.lead, plan), await desk.open(desk.drafter, plan)]

  await caretAfter(lead, 'Tuyên truyền')
  await lead.getByRole('button', { name: 'Tách đề mục thành phần' }).click()

  await expect(lead.getByText(/Đã tách “Tuyên truyền” và 1 đề mục cùng cấp/)).toBeVisible()
  for (const page of [lead, drafter]) {
    await expect(page.getByRole('treeitem', { name: /Kiểm tra/ })).toBeVisible()
    await expect(sheetOf(page).locator('section.part')).toHaveCount(5)
    await expect(partOf(page, 'Tuyên truyền')).toContainText('giữ sạch đường làng')
  }
  const text = (await sheetOf(drafter).innerText()).replace(/\s+/g, ' ').replaceAll('HND ', '')
  expect(text).toContain('mỗi tháng. 1. Tuyên truyền Vận động hội viên giữ sạch đường làng. 2. Kiểm tra Mỗi quý')

  await caretAfter(drafter, 'giữ sạch đường làng')
  await drafter.keyboard.type(' Có thi đua.')
  await expect(partOf(lead, 'Tuyên truyền')).toContainText('giữ sạch đường làng. Có thi đua.')
  await expectSaved(drafter)

  await lead.getByRole('button', { name: 'Hoàn tác', exact: true }).last().click()
  for (const page of [lead, drafter]) {
    await expect(sheetOf(page).locator('section.part')).toHaveCount(3)
    await expect(partOf(page, tasks)).toContainText('giữ sạch đường làng. Có thi đua.')
    await expect(partOf(page, tasks)).toContainText('Mỗi quý một lần.')
  }
})

test('what the drafter wrote there without a network is kept with its reason, and can be read', async ({ desk }) => {
  const plan = await desk.plan(aDraft(), [tasks])
  const [lead, drafter] = [await desk.open(desk.lead, plan), await desk.open(desk.drafter, plan)]
  await drafter.context().setOffline(true)
  await caretAfter(drafter, 'giữ sạch đường làng')
  await drafter.keyboard.type(' Có thi đua.')

  await caretAfter(lead, 'Tuyên truyền')
  await lead.keyboard.press('Control+Alt+s')
  await expect(partOf(lead, 'Tuyên truyền')).toContainText('giữ sạch đường làng.')
  await drafter.context().setOffline(false)

  await expect(partOf(drafter, 'Tuyên truyền')).toContainText('giữ sạch đường làng.')
  await drafter.getByRole('alert').getByRole('button', { name: 'Xem nội dung' }).click()
  const kept = drafter.getByRole('dialog')
  await expect(kept).toContainText('Vận động hội viên giữ sạch đường làng. Có thi đua.')
  await expect(kept).toContainText('Đoạn này được chuyển sang phần khác đúng lúc bạn đang viết')
})

test('the lead turns a part into a heading from the outline, and is told why another cannot', async ({ desk }) => {
  const parent = aPart('Tổ chức', { blocks: [aBlock('paragraph', 'Ban chỉ đạo.')] })
  const child = (title: string) => aPart(title, { parent: parent.id, blocks: [aBlock('paragraph', `Việc ${title}.`)] })
  const plan = await desk.plan(aPlan([parent, child('của xã'), child('của thôn')]))
  const lead = await desk.open(desk.lead, plan)
  const open = async (name: RegExp) => {
    await lead.getByRole('treeitem', { name }).click({ button: 'right' })
    return lead.getByRole('menuitem', { name: 'Đưa về đề mục của phần trên' })
  }

  await expect(await open(/của thôn/)).toContainText('Trước phần này còn phần khác cùng cấp')
  await lead.keyboard.press('Escape')
  await (await open(/của xã/)).click()

  await expect(partOf(lead, 'Tổ chức').locator('p', { hasText: 'của xã' }).first()).toHaveAttribute(
    'data-kind',
    'heading',
  )
  await expect(partOf(lead, 'Tổ chức')).toContainText('Việc của xã.')
  await expect(lead.getByRole('treeitem', { name: /của thôn/ })).toContainText('2.')
  await lead.keyboard.press('Control+z')

  await expect(partOf(lead, 'của xã')).toContainText('Việc của xã.')
  await expect(partOf(lead, 'Tổ chức')).not.toContainText('Việc của xã.')

  await caretAfter(lead, 'Việc của xã')
  await lead.keyboard.press('Control+Alt+Shift+s')
  await expect(partOf(lead, 'Tổ chức')).toContainText('Việc của xã.')
  await lead.keyboard.press('Control+z')
  await expect(partOf(lead, 'Tổ chức')).not.toContainText('Việc của xã.')
  const undo = lead.getByRole('toolbar').getByRole('button', { name: 'Hoàn tác', exact: true })
  const redo = lead.getByRole('toolbar').getByRole('button', { name: 'Làm lại', exact: true })
  await expect(redo).not.toHaveAttribute('aria-disabled')
  await lead.keyboard.press('Control+y')
  await expect(partOf(lead, 'Tổ chức')).toContainText('Việc của xã.')
  await expect(undo).not.toHaveAttribute('aria-disabled')
  await lead.keyboard.press('Control+z')
  await expect(partOf(lead, 'Tổ chức')).not.toContainText('Việc của xã.')
  await expect(undo).toHaveAttribute('aria-disabled', 'true')
})
