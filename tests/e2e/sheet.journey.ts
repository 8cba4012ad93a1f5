import type { Page } from '@playwright/test'
import { aBlock, aPart, aPlan, aQuotedTarget } from '../support/plans.ts'
import { boxOf, caretAfter, caretX, expect, partOf, pasteInto, sheetOf, test } from './fixtures.ts'

const purpose = 'Mục đích, yêu cầu'
const goals = 'Mục tiêu'
const farmers = 'Nhiệm vụ của Hội Nông dân'

function threeParts() {
  return aPlan([
    aPart(purpose, { blocks: [aBlock('paragraph', 'Làm cho mọi hội viên hiểu rõ việc giữ gìn đường làng.')] }),
    aPart(goals, { blocks: [aBlock('paragraph', 'Mỗi chi hội có một đoạn đường hoa do hội viên tự trồng.')] }),
    aPart(farmers, { blocks: [aBlock('paragraph', 'Vận động từng hộ thu gom rác và phân loại ngay tại nhà.')] }),
  ])
}

function withTarget() {
  const { target, sentence } = aQuotedTarget()
  const [first, second, third] = threeParts().parts
  if (first === undefined || second === undefined || third === undefined) throw new Error('three parts')
  return aPlan([first, { ...second, targets: [target], blocks: [sentence] }, third])
}

/** The text of a part with the numbers before its items, a line for each block. */
function lines(page: Page, title: string): Promise<string[]> {
  return partOf(page, title)
    .locator('.part-editor > p')
    .evaluateAll((blocks) =>
      blocks.map((block) => [block.getAttribute('data-label'), block.textContent].filter(Boolean).join(' ')),
    )
}

function focused(page: Page, title: string) {
  return expect(partOf(page, title).locator('.ProseMirror')).toBeFocused()
}

/** The keys of a fast hand on a slow machine: none waits until the page is done with the one before. */
async function pressAtOnce(page: Page, keys: readonly string[]): Promise<void> {
  const codes: Record<string, number> = { Enter: 13, End: 35, ArrowLeft: 37, ArrowDown: 40 }
  const session = await page.context().newCDPSession(page)
  await Promise.all(
    keys.flatMap((key) => {
      const event = { key, code: key, windowsVirtualKeyCode: codes[key] ?? 0 }
      return [
        session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...event }),
        session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event }),
      ]
    }),
  )
  await session.detach()
}

/** Where words stand in the window. */
async function boxOfWords(page: Page, words: string) {
  return await sheetOf(page)
    .locator('.ProseMirror p', { hasText: words })
    .first()
    .evaluate((paragraph, wanted) => {
      const texts = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT)
      for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
        const at = (node.textContent ?? '').indexOf(wanted)
        if (at < 0) continue
        const range = document.createRange()
        range.setStart(node, at)
        range.setEnd(node, at + wanted.length)
        return range.getBoundingClientRect().toJSON() as DOMRect
      }
      throw new Error(`no "${wanted}" on the sheet`)
    }, words)
}

/** Drags from the middle of one paragraph's first line to the middle of another's. */
async function dragOver(page: Page, from: string, to: string): Promise<void> {
  const start = await boxOf(sheetOf(page).locator('.ProseMirror p', { hasText: from }))
  const end = await boxOf(sheetOf(page).locator('.ProseMirror p', { hasText: to }))
  await page.mouse.move(start.x + start.width / 2, start.y + 10)
  await page.mouse.down()
  await page.mouse.move(start.x + start.width / 2 + 20, start.y + 12, { steps: 2 })
  await page.mouse.move(end.x + end.width / 2, end.y + 10, { steps: 8 })
  await page.mouse.up()
}

test('the caret walks through all parts by arrows, the read-only one too, and keeps its column', async ({ desk }) => {
  const plan = await desk.plan(threeParts(), [purpose, farmers])
  const drafter = await desk.open(desk.drafter, plan)
  await caretAfter(drafter, 'Làm cho mọi hội viên')
  for (let step = 0; step < 12; step++) await drafter.keyboard.press('ArrowLeft')
  const x = await caretX(drafter)

  for (const part of [goals, farmers]) {
    await drafter.keyboard.press('ArrowDown')
    await focused(drafter, part)
    expect(Math.abs((await caretX(drafter)) - x)).toBeLessThan(12)
  }
  await drafter.keyboard.press('ArrowUp')
  await focused(drafter, goals)
  await drafter.keyboard.press('ArrowUp')
  await focused(drafter, purpose)
  expect(Math.abs((await caretX(drafter)) - x)).toBeLessThan(12)
})

test('keys that come faster than the browser tells of its caret act where the caret is', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(threeParts()))
  await caretAfter(lead, 'Làm cho mọi hội viên')
  const end = await caretX(lead)
  await pressAtOnce(lead, [...Array<string>(12).fill('ArrowLeft'), 'ArrowDown'])
  await focused(lead, goals)
  expect(end - (await caretX(lead))).toBeGreaterThan(60)

  await pressAtOnce(lead, ['End', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'Enter'])
  await expect.poll(() => lines(lead, goals)).toEqual(['Mỗi chi hội có một đoạn đường hoa do hội viên tự t', 'rồng.'])
})

test('arrows to the right and left go from the last letter of a part to the first of the next', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(threeParts()))
  await caretAfter(lead, 'giữ gìn đường làng')
  await lead.keyboard.press('ArrowRight')
  await focused(lead, goals)
  await lead.keyboard.type('Hằng năm, ')
  await expect(partOf(lead, goals)).toContainText('Hằng năm, Mỗi chi hội có một đoạn đường hoa')
  await lead.keyboard.press('Control+Home')
  await focused(lead, purpose)
  await lead.keyboard.press('Control+End')
  await focused(lead, farmers)
})

test('a selection over two parts is copied whole, and deleting it is one step back', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(threeParts()))
  await lead.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await dragOver(lead, 'Làm cho mọi hội viên', 'Mỗi chi hội')
  await lead.keyboard.press('Control+C')
  const copied = await lead.evaluate(() => navigator.clipboard.readText())
  expect(copied).toMatch(/giữ gìn đường làng\.\s+(II\. Mục tiêu\s+)?Mỗi chi hội/i)

  await lead.keyboard.press('Delete')
  await expect(partOf(lead, purpose)).not.toContainText('đường làng')
  await expect(partOf(lead, goals)).not.toContainText('Mỗi chi hội')
  await expect(partOf(lead, goals)).toContainText('tự trồng.')

  await lead.keyboard.press('Control+Z')
  await expect(partOf(lead, purpose)).toContainText('Làm cho mọi hội viên hiểu rõ việc giữ gìn đường làng.')
  await expect(partOf(lead, goals)).toContainText('Mỗi chi hội có một đoạn đường hoa do hội viên tự trồng.')
})

/** Selects a word and drags it to the beginning of another paragraph. */
async function dragWord(page: Page, word: string, to: string): Promise<void> {
  const from = await boxOfWords(page, word)
  const place = await boxOfWords(page, to)
  await page.mouse.click(from.x + from.width, from.y + from.height / 2)
  await page.keyboard.press('Control+Shift+ArrowLeft')
  await page.mouse.down()
  await page.mouse.move(from.x + from.width / 2 + 6, from.y + from.height / 2, { steps: 3 })
  await page.mouse.move(place.x + 2, place.y + place.height / 2, { steps: 8 })
  await page.mouse.up()
}

test('a word dragged into another part is moved there, and one undo puts it back', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(threeParts()))
  await dragWord(lead, 'hoa', 'Làm cho')
  await expect(partOf(lead, goals)).toContainText('Mỗi chi hội có một đoạn đường do hội viên tự trồng.')
  await expect(partOf(lead, purpose)).toContainText(/hoa ?Làm cho mọi hội viên/)

  await lead.keyboard.press('Control+Z')
  await expect(partOf(lead, goals)).toContainText('Mỗi chi hội có một đoạn đường hoa do hội viên tự trồng.')
  await expect(partOf(lead, purpose)).not.toContainText('hoa')
})

test('a word dragged into a part of another unit stays where it is, with the reason', async ({ desk }) => {
  const drafter = await desk.open(desk.drafter, await desk.plan(threeParts(), [purpose]))
  await dragWord(drafter, 'mọi', 'Mỗi chi hội')
  await expect(drafter.getByText('Bạn không được sửa phần “Mục tiêu”.')).toBeVisible()
  await expect(partOf(drafter, purpose)).toContainText('Làm cho mọi hội viên hiểu rõ')
  await expect(partOf(drafter, goals)).toContainText('Mỗi chi hội có một đoạn đường hoa do hội viên tự trồng.')
})

test('deleting over a part of another unit is refused with the reason, and nothing is lost', async ({ desk }) => {
  const drafter = await desk.open(desk.drafter, await desk.plan(threeParts(), [purpose, farmers]))
  await dragOver(drafter, 'Làm cho mọi hội viên', 'Mỗi chi hội')

  await drafter.keyboard.press('Delete')

  await expect(drafter.getByText('Bạn không được sửa phần “Mục tiêu”.')).toBeVisible()
  await expect(partOf(drafter, purpose)).toContainText('Làm cho mọi hội viên hiểu rõ việc giữ gìn đường làng.')
  await expect(partOf(drafter, goals)).toContainText('Mỗi chi hội có một đoạn đường hoa do hội viên tự trồng.')
})

test('backspace at the beginning of a part joins nothing', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(threeParts()))
  await caretAfter(lead, 'Mỗi chi hội')
  await lead.keyboard.press('Home')
  await lead.keyboard.press('Backspace')
  await lead.keyboard.type('Đến năm 2030, ')
  expect(await lines(lead, purpose)).toEqual(['Làm cho mọi hội viên hiểu rõ việc giữ gìn đường làng.'])
  await expect
    .poll(() => lines(lead, goals))
    .toEqual(['Đến năm 2030, Mỗi chi hội có một đoạn đường hoa do hội viên tự trồng.'])
})

test('undo goes back over parts and a target in one order, and takes back only one’s own', async ({ desk }) => {
  const plan = await desk.plan(withTarget(), [farmers])
  const [lead, drafter] = [await desk.open(desk.lead, plan), await desk.open(desk.drafter, plan)]
  await caretAfter(lead, 'giữ gìn đường làng')
  await lead.keyboard.type(' Việc một.')
  await setTarget(lead, 'Hộ dùng nước sạch', '2026', '90')
  await expect(sheetOf(lead)).toContainText('Phấn đấu 90% hộ dùng nước sạch.')
  await caretAfter(lead, 'phân loại ngay tại nhà')
  await lead.keyboard.type(' Việc hai.')
  await caretAfter(drafter, 'phân loại ngay tại nhà. Việc hai.')
  await drafter.keyboard.type(' Việc của Hội.')
  await expect(partOf(lead, farmers)).toContainText('Việc của Hội.')

  await lead.keyboard.press('Control+Z')
  await expect(partOf(lead, farmers)).not.toContainText('Việc hai.')
  await expect(sheetOf(lead)).toContainText('Phấn đấu 90% hộ')
  await lead.keyboard.press('Control+Z')
  await expect(sheetOf(lead)).toContainText('Phấn đấu trên 80% hộ')
  await expect(partOf(lead, purpose)).toContainText('Việc một.')
  await lead.keyboard.press('Control+Z')
  await expect(partOf(lead, purpose)).not.toContainText('Việc một.')

  for (const page of [lead, drafter]) await expect(partOf(page, farmers)).toContainText('Việc của Hội.')
  await expect(sheetOf(drafter)).toContainText('Phấn đấu trên 80% hộ')
})

/** Writes a value of a target in the panel beside the sheet. */
async function setTarget(page: Page, name: string, year: string, value: string): Promise<void> {
  await page.getByRole('button', { name: 'Chỉ tiêu', exact: true }).first().click()
  const panel = page.getByRole('complementary', { name: 'Chỉ tiêu' })
  await panel.getByRole('button', { name: 'Cả văn bản', exact: true }).click()
  await panel.getByRole('button', { name, exact: true }).click()
  const field = panel.getByRole('textbox', { name: `Năm ${year}` })
  await field.fill(value)
  await field.press('Enter')
}

test('find looks through all parts without diacritics, and replaces every place at once', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(threeParts()))
  await lead.keyboard.press('Control+F')
  const find = lead.getByRole('search')
  await find.getByLabel('Tìm', { exact: true }).fill('hoi vien')
  await expect(find.getByText(/\/2$/)).toBeVisible()
  await find.getByLabel('Thay bằng').fill('đoàn viên')
  await find.getByRole('button', { name: 'Thay tất cả' }).click()

  await expect(find.getByText('Đã thay 2 chỗ.')).toBeVisible()
  await expect(partOf(lead, purpose)).toContainText('Làm cho mọi đoàn viên hiểu rõ')
  await expect(partOf(lead, goals)).toContainText('do đoàn viên tự trồng')
})

test('what is pasted from Word becomes clean blocks with their kinds', async ({ desk }) => {
  const plan = await desk.plan(aPlan([aPart(purpose), aPart(goals)]))
  const lead = await desk.open(desk.lead, plan)
  await partOf(lead, goals).locator('.ProseMirror').click()
  await pasteInto(lead, {
    html: `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style></head><body>
      <!--StartFragment--><p class=MsoNormal style='text-align:justify'><b><span lang=VI style='font-size:14.0pt'>Đến cuối kỳ</span></b><span
      style='font-size:14.0pt'> mỗi chi hội:<o:p></o:p></span></p>
      <p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>-<span
      style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>Có một vườn ươm<o:p></o:p></p>
      <p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>-<span
      style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>Có một tổ thu gom<script>window.broken = 1</script><o:p></o:p></p><!--EndFragment--></body></html>`,
    text: 'Đến cuối kỳ mỗi chi hội:\n- Có một vườn ươm\n- Có một tổ thu gom',
  })

  await expect
    .poll(() => lines(lead, goals))
    .toEqual(['Đến cuối kỳ mỗi chi hội:', '- Có một vườn ươm', '- Có một tổ thu gom'])
  await expect(partOf(lead, goals).locator('strong')).toHaveText('Đến cuối kỳ')
  await expect(partOf(lead, goals).locator('[style*="font-size"], .MsoNormal, script')).toHaveCount(0)
})

test('items are lettered in the Vietnamese alphabet, and indented with Tab', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(aPlan([aPart(purpose)])))
  await partOf(lead, purpose).locator('.ProseMirror').click()
  await lead.keyboard.type('a) việc một')
  for (const item of ['việc hai', 'việc ba', 'việc bốn', 'việc năm', 'việc sáu']) {
    await lead.keyboard.press('Enter')
    await lead.keyboard.type(item)
  }
  const labels = ['a) việc một', 'b) việc hai', 'c) việc ba', 'd) việc bốn', 'đ) việc năm', 'e) việc sáu']
  await expect.poll(() => lines(lead, purpose)).toEqual(labels)

  const last = partOf(lead, purpose).locator('p', { hasText: 'việc sáu' })
  await lead.keyboard.press('Tab')
  await expect(last).toHaveAttribute('data-depth', '1')
  await lead.keyboard.press('Shift+Tab')
  await expect(last).toHaveAttribute('data-depth', '0')
  await lead.keyboard.press('Enter')
  await lead.keyboard.press('Enter')
  await lead.keyboard.type('Đoạn thường.')
  await expect.poll(() => lines(lead, purpose)).toEqual([...labels, 'Đoạn thường.'])
})

test('cells copied from Excel go into the table of targets, sentences follow, and undo takes them out there', async ({
  desk,
}) => {
  const lead = await desk.open(desk.lead, await desk.plan(withTarget()))
  await lead.getByRole('button', { name: 'Chỉ tiêu', exact: true }).first().click()
  await lead.getByRole('button', { name: 'Cả văn bản', exact: true }).click()
  await lead.getByRole('button', { name: /Mở bảng lớn/ }).click()
  await lead.getByRole('dialog').getByRole('gridcell', { name: '> 80' }).click()
  await pasteInto(lead, { text: '≥ 82\t84,5\t≥ 86\r\n' })

  const row = lead.getByRole('dialog').getByRole('row', { name: /Hộ dùng nước sạch/ })
  for (const value of ['≥ 82', '84,5', '≥ 86']) await expect(row.getByRole('gridcell', { name: value })).toBeVisible()
  await expect(sheetOf(lead)).toContainText('Phấn đấu 82% trở lên hộ dùng nước sạch.')

  await lead.keyboard.press('Control+z')
  for (const value of ['≥ 82', '84,5', '≥ 86']) await expect(row.getByRole('gridcell', { name: value })).toHaveCount(0)
  await lead.keyboard.press('Control+y')
  await expect(row.getByRole('gridcell', { name: '≥ 82' })).toBeVisible()
})

test('deleting a target that a sentence quotes asks first and leaves a broken reference to see', async ({ desk }) => {
  const plan = await desk.plan(withTarget())
  const [lead, reader] = [await desk.open(desk.lead, plan), await desk.open(desk.reader, plan)]
  await lead.getByRole('button', { name: 'Chỉ tiêu', exact: true }).first().click()
  const panel = lead.getByRole('complementary', { name: 'Chỉ tiêu' })
  await panel.getByRole('button', { name: 'Cả văn bản', exact: true }).click()
  await panel.getByRole('button', { name: 'Hộ dùng nước sạch', exact: true }).click()
  await panel.getByRole('button', { name: 'Xoá chỉ tiêu' }).click()

  const asking = lead.getByRole('dialog', { name: 'Xoá “Hộ dùng nước sạch”?' })
  await expect(asking).toContainText('đang được dẫn ở 1 chỗ')
  await asking.getByRole('button', { name: 'Xoá chỉ tiêu' }).click()

  for (const page of [lead, reader]) {
    const broken = partOf(page, goals).locator('.reference[data-state="broken"]')
    await expect(broken).toBeVisible()
    await expect(broken).toHaveAttribute('title', /Dẫn chiếu hỏng: chỉ tiêu “Hộ dùng nước sạch” đã bị xoá/)
  }
  const notice = lead.getByRole('listitem').filter({ hasText: 'Đã xoá “Hộ dùng nước sạch”.' })
  await notice.getByRole('button', { name: 'Hoàn tác' }).click()
  await expect(sheetOf(reader)).toContainText('Phấn đấu trên 80% hộ dùng nước sạch.')
})

test('a part moved by keys and by the mouse takes its new number on every screen', async ({ desk }) => {
  const plan = await desk.plan(threeParts())
  const [lead, reader] = [await desk.open(desk.lead, plan), await desk.open(desk.reader, plan)]
  const row = (page: Page, name: string) => page.getByRole('treeitem', { name })
  await row(lead, `III. ${farmers}`).focus()
  await lead.keyboard.press('Alt+ArrowUp')
  for (const page of [lead, reader]) {
    await expect(row(page, `II. ${farmers}`)).toBeVisible()
    await expect(partOf(page, goals).locator('.part-number')).toHaveText('III.')
  }

  const [from, to] = [await boxOf(row(lead, `III. ${goals}`)), await boxOf(row(lead, `I. ${purpose}`))]
  await lead.mouse.move(from.x + 60, from.y + from.height / 2)
  await lead.mouse.down()
  await lead.mouse.move(to.x + 60, to.y + to.height / 2, { steps: 6 })
  await lead.mouse.move(to.x + 60, to.y + 3, { steps: 3 })
  await lead.mouse.up()
  for (const page of [lead, reader]) {
    await expect(row(page, `I. ${goals}`)).toBeVisible()
    await expect(partOf(page, purpose).locator('.part-number')).toHaveText('II.')
  }
})
