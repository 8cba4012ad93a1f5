import { aBlock, aPart, aPlan, aQuotedTarget } from '../support/plans.ts'
import { giveParts } from '../support/server.ts'
import { caretAfter, caretOf, expect, expectSaved, partOf, sheetOf, test } from './fixtures.ts'

const purpose = 'Mục đích, yêu cầu'
const farmers = 'Nhiệm vụ của Hội Nông dân'

function aDraft() {
  const { target, sentence } = aQuotedTarget()
  return aPlan([
    aPart(purpose, { blocks: [aBlock('paragraph', 'Nâng cao nhận thức của hội viên.')] }),
    aPart('Mục tiêu', { targets: [target], blocks: [sentence] }),
    aPart(farmers, { blocks: [aBlock('paragraph', 'Vận động hội viên giữ sạch đường làng.')] }),
  ])
}

test('two people write in one part, and each sees the other', async ({ desk }) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const [lead, drafter] = [await desk.open(desk.lead, plan), await desk.open(desk.drafter, plan)]

  await caretAfter(lead, 'giữ sạch đường làng')
  await lead.keyboard.type(' Mỗi tháng một lần.')
  await caretAfter(drafter, 'Mỗi tháng một lần')
  await expect(caretOf(lead, 'Trần Văn Lực')).toBeVisible()
  await drafter.keyboard.type(' Có kiểm tra.')

  const both = 'Vận động hội viên giữ sạch đường làng. Mỗi tháng một lần. Có kiểm tra.'
  for (const page of [lead, drafter]) await expect(partOf(page, farmers)).toContainText(both)
  for (const page of [lead, drafter]) await expectSaved(page)
})

test('two people write in different parts at the same time', async ({ desk }) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const [lead, drafter] = [await desk.open(desk.lead, plan), await desk.open(desk.drafter, plan)]
  await caretAfter(lead, 'Nâng cao nhận thức')
  await caretAfter(drafter, 'giữ sạch đường làng')

  await Promise.all([
    lead.keyboard.type(' Câu của đơn vị chủ trì.', { delay: 15 }),
    drafter.keyboard.type(' Câu của Hội Nông dân.', { delay: 15 }),
  ])

  for (const page of [lead, drafter]) {
    await expect(partOf(page, purpose)).toContainText('Nâng cao nhận thức của hội viên. Câu của đơn vị chủ trì.')
    await expect(partOf(page, farmers)).toContainText('giữ sạch đường làng. Câu của Hội Nông dân.')
  }
})

test('what another has selected, and in which part they are, is seen on the sheet and in the outline', async ({
  desk,
}) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const [lead, drafter] = [await desk.open(desk.lead, plan), await desk.open(desk.drafter, plan)]
  const row = lead.getByRole('treeitem', { name: farmers })
  await expect(row).not.toHaveAccessibleName(/Trần Văn Lực/)

  await caretAfter(drafter, 'giữ sạch đường làng')
  await drafter.keyboard.press('Shift+Home')

  await expect(row).toHaveAccessibleName(/Trần Văn Lực đang ở đây/)
  const selected = partOf(lead, farmers).locator('.part-editor span[style*="background-color"]')
  await expect(selected).toHaveText('Vận động hội viên giữ sạch đường làng.')
})

test('who types goes on typing while the lead gives parts to units', async ({ desk }) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const drafter = await desk.open(desk.drafter, plan)
  const words = ' Một câu dài mà người soạn viết liền một mạch trong khi đơn vị chủ trì giao các phần khác.'
  const [first] = plan.parts
  const give = async () => {
    for (let turn = 0; turn < 12; turn++) {
      const units = turn % 2 === 0 ? [desk.units.drafter.id] : []
      await giveParts(desk.lead, plan.id, [first?.id], units)
    }
  }
  await caretAfter(drafter, 'giữ sạch đường làng')
  await Promise.all([drafter.keyboard.type(words, { delay: 20 }), give()])
  await expect(partOf(drafter, farmers)).toContainText(`giữ sạch đường làng.${words}`)
  await expect(partOf(drafter, farmers).locator('.ProseMirror')).toBeFocused()
})

test('a part that is not given to one’s unit cannot be typed in', async ({ desk }) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const drafter = await desk.open(desk.drafter, plan)
  await expect(partOf(drafter, farmers).locator('.ProseMirror')).toHaveAttribute('contenteditable', 'true')

  await partOf(drafter, purpose).locator('p', { hasText: 'Nâng cao nhận thức' }).click()
  await drafter.keyboard.type('không được')

  await expect(partOf(drafter, purpose)).not.toContainText('không được')
})

test('a title that the lead changes follows on the other’s sheet and outline', async ({ desk }) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const [lead, drafter] = [await desk.open(desk.lead, plan), await desk.open(desk.drafter, plan)]

  const title = partOf(lead, 'Mục tiêu').getByRole('textbox').first()
  await title.fill('Mục tiêu, chỉ tiêu')
  await title.press('Enter')

  await expect(partOf(drafter, 'Mục tiêu, chỉ tiêu')).toBeVisible()
  await expect(drafter.getByRole('treeitem', { name: /Mục tiêu, chỉ tiêu/ })).toBeVisible()
})

test('a word composed by an input method stays whole while another types beside it', async ({ desk }) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const [lead, drafter] = [await desk.open(desk.lead, plan), await desk.open(desk.drafter, plan)]
  await caretAfter(lead, 'giữ sạch đường làng')
  await caretAfter(drafter, 'giữ sạch đường làng')
  const input = await lead.context().newCDPSession(lead)

  for (const text of ['t', 'ti', 'tie', 'tiê']) {
    await input.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
    await drafter.keyboard.type('x')
    await expect(partOf(drafter, farmers)).toContainText(/làng\..*x/)
  }
  await input.send('Input.insertText', { text: 'tiếng' })

  for (const page of [lead, drafter]) {
    await expect(partOf(page, farmers)).toContainText('tiếng')
    await expect(partOf(page, farmers)).toContainText('xxxx')
    await expect(partOf(page, farmers)).not.toContainText(/ti[eê]ti/)
  }
})

test('a target’s new value shows in the sentence and the table on the other screen', async ({ desk }) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const [lead, drafter] = [await desk.open(desk.lead, plan), await desk.open(desk.drafter, plan)]
  await expect(sheetOf(drafter)).toContainText('Phấn đấu trên 80% hộ dùng nước sạch.')

  await lead.getByRole('button', { name: 'Chỉ tiêu', exact: true }).click()
  await lead.getByRole('button', { name: 'Cả văn bản', exact: true }).click()
  await lead.getByRole('button', { name: /Mở bảng lớn/ }).click()
  const cell = lead.getByRole('dialog').getByRole('gridcell', { name: '> 80' })
  await cell.click()
  await lead.keyboard.type('≥ 85')
  await lead.keyboard.press('Enter')

  await expect(sheetOf(drafter)).toContainText('Phấn đấu 85% trở lên hộ dùng nước sạch.')
  await expect(sheetOf(lead)).toContainText('Phấn đấu 85% trở lên hộ dùng nước sạch.')
})

test('three people are in the plan at once: two write, and the reader sees both at once', async ({ desk }) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const [lead, drafter, reader] = [
    await desk.open(desk.lead, plan),
    await desk.open(desk.drafter, plan),
    await desk.open(desk.reader, plan),
  ]
  await caretAfter(lead, 'Nâng cao nhận thức')
  await caretAfter(drafter, 'giữ sạch đường làng')

  await Promise.all([lead.keyboard.type(' Cả xã cùng làm.'), drafter.keyboard.type(' Mỗi nhà một việc.')])

  await expect(partOf(reader, purpose)).toContainText('Nâng cao nhận thức của hội viên. Cả xã cùng làm.')
  await expect(partOf(reader, farmers)).toContainText('giữ sạch đường làng. Mỗi nhà một việc.')
  await caretAfter(reader, 'Mỗi nhà một việc')
  await reader.keyboard.type('không được')
  await expect(reader.getByText(/chỉ xem|chỉ đọc/i).first()).toBeVisible()
  for (const page of [lead, drafter, reader]) await expect(partOf(page, farmers)).not.toContainText('không được')
})

test('a number in a sentence becomes a target, and the sentence follows it on the other screen', async ({ desk }) => {
  const number = 'Đến năm 2027 có trên 60% hộ tham gia.'
  const plan = await desk.plan(aPlan([aPart(purpose, { blocks: [aBlock('paragraph', number)] })]))
  const [lead, reader] = [await desk.open(desk.lead, plan), await desk.open(desk.reader, plan)]
  await caretAfter(lead, 'hộ tham gia')
  await lead.keyboard.press('Home')
  for (const _ of 'Đến năm 2027 có trên 6') await lead.keyboard.press('ArrowRight')

  await lead.keyboard.press('Control+Alt+t')
  await lead.getByRole('dialog').getByRole('button', { name: 'Tạo chỉ tiêu' }).click()

  await expect(partOf(lead, purpose).locator('.reference')).toHaveText('trên 60%')
  await expect(partOf(reader, purpose).locator('.reference')).toHaveText('trên 60%')
  await expectSaved(lead)
})

test('who follows another has that person’s caret in sight, from part to part', async ({ desk }) => {
  const many = Array.from({ length: 30 }, (_, index) => aBlock('paragraph', `Đoạn ${index} của mục đích.`))
  const plan = await desk.plan(aPlan([aPart(purpose, { blocks: many }), ...aDraft().parts.slice(1)]), [farmers])
  const [lead, drafter] = [await desk.open(desk.lead, plan), await desk.open(desk.drafter, plan)]
  const caret = caretOf(drafter, 'Nguyễn Thu Hà')

  await lead.getByRole('treeitem', { name: farmers }).click()
  await caretAfter(lead, 'giữ sạch đường làng')
  await drafter.getByRole('button', { name: /Nguyễn Thu Hà/ }).click()
  await expect(caret).toBeInViewport()
  await lead.getByRole('treeitem', { name: purpose }).click()
  await caretAfter(lead, 'Đoạn 0 của mục đích')
  await expect(caret).toBeInViewport()
  await caretAfter(lead, 'Đoạn 29 của mục đích')
  await expect(caret).toBeInViewport()
})
