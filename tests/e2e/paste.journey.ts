import type { Page } from '@playwright/test'
import { aBlock, aPart, aPlan } from '../support/plans.ts'
import { caretAfter, expect, expectSaved, partOf, test } from './fixtures.ts'

// A copy of thousands of paragraphs after each step would take longer than the steps.
test.use({ trace: 'off' })

const goals = 'Mục tiêu'
const first = 'Mỗi chi hội có một đoạn đường hoa.'

function aDraft() {
  return aPlan([aPart('Mục đích'), aPart(goals, { blocks: [aBlock('paragraph', first)] })])
}

/** What Word puts in the clipboard: a style on each run, items as paragraphs with a typed mark. */
function fromWord(bytes: number): { html: string; blocks: string[] } {
  const run = (text: string) =>
    `<span lang=VI style='font-size:14.0pt;font-family:"Times New Roman",serif;mso-fareast-font-family:"Times New Roman";mso-fareast-language:VI'>${text}<o:p></o:p></span>`
  const bullet = `<![if !supportLists]><span style='font-family:Symbol;mso-list:Ignore'>-<span>&nbsp;&nbsp;</span></span><![endif]>`
  const blocks: string[] = []
  const pages: string[] = []
  for (let size = 0; size < bytes; size += Buffer.byteLength(pages.at(-1) ?? '')) {
    const text = `Đoạn ${blocks.length + 1}: hội viên thu gom rác, phân loại tại nhà, trồng và chăm sóc tuyến đường hoa do chi hội tự quản trên địa bàn thôn.`
    const isItem = blocks.length % 3 === 2
    blocks.push(isItem ? `- ${text}` : text)
    pages.push(
      isItem
        ? `<p class=MsoListParagraph style='margin-left:72.0pt;text-indent:-18.0pt;mso-list:l0 level1 lfo1'>${bullet}${run(text)}</p>\n`
        : `<p class=MsoNormal style='margin-top:6.0pt;text-align:justify;line-height:115%'><b>${run(text.slice(0, 9))}</b>${run(text.slice(9))}</p>\n`,
    )
  }
  return { html: `<html><head><style>p{margin:0}</style></head><body>${pages.join('')}</body></html>`, blocks }
}

/** Puts the words where a paste will find them; what is returned pastes them at the caret. */
async function copied(page: Page, html: string): Promise<() => Promise<void>> {
  const event = await page.evaluateHandle((words) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/html', words)
    return new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
  }, html)
  return () => event.evaluate((paste) => void setTimeout(() => document.activeElement?.dispatchEvent(paste)))
}

function textOf(page: Page): Promise<string[]> {
  return partOf(page, goals)
    .locator('.part-editor > p')
    .evaluateAll((all) => all.map((p) => [p.getAttribute('data-label'), p.textContent].filter(Boolean).join(' ')))
}

test('a megabyte from Word goes in whole, and one undo takes it out', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(aDraft()))
  const { html, blocks } = fromWord(1_000_000)
  const paste = await copied(lead, html)
  await caretAfter(lead, first)

  await paste()
  await expect(lead.getByRole('progressbar')).toBeVisible()
  await expect(lead.getByRole('progressbar')).toBeHidden({ timeout: 90_000 })
  expect(await textOf(lead)).toEqual([first + blocks[0], ...blocks.slice(1)])
  await lead.keyboard.insertText(' Hết.')
  await expect(partOf(lead, goals)).toContainText(`${blocks.at(-1)?.slice(-20)} Hết.`)
  await lead.keyboard.press('Control+Z')
  await expectSaved(lead)

  await lead.keyboard.press('Control+Z')
  await expect(partOf(lead, goals).locator('.part-editor > p')).toHaveCount(1)
  expect(await textOf(lead)).toEqual([first])
})

test('a long paste that is stopped leaves the text as it was, and says so', async ({ desk }) => {
  const lead = await desk.open(desk.lead, await desk.plan(aDraft()))
  const paste = await copied(lead, fromWord(5_000_000).html)
  await caretAfter(lead, first)
  await lead.keyboard.type(' Thêm một câu.')

  await paste()
  await expect(lead.getByText(/Đang dán: \d/)).toBeVisible()
  await lead.keyboard.press('Escape')

  await expect(lead.getByText('Đã dừng dán. Văn bản như trước khi dán.')).toBeVisible()
  await expect.poll(() => textOf(lead)).toEqual([`${first} Thêm một câu.`])
  await lead.keyboard.press('Control+Z')
  await expect.poll(() => textOf(lead)).toEqual([first])
})
