/**
 * People who write wherever they like, lose the line, reload and have the plan open twice: every
 * character that they typed stands once on every sheet in the end. Where two write at one place, a
 * word may stand inside another's: so characters are counted, and each word has one of its own.
 * `SEED=` replays a run.
 */
import type { Page } from '@playwright/test'
import { announcedSeed, seededRandom } from '../support/random.ts'
import { aBlock, aPart, aPlan } from '../support/plans.ts'
import { expect, expectSaved, sheetOf, test } from './fixtures.ts'

const given = ['Nhiệm vụ của Hội Nông dân', 'Kinh phí']

function aDraft() {
  return aPlan([
    aPart('Mục đích, yêu cầu', { blocks: [aBlock('paragraph', 'Nâng cao nhận thức của hội viên.')] }),
    aPart(given[0]!, { blocks: [aBlock('paragraph', 'Vận động hội viên.'), aBlock('dashed', 'Giữ sạch đường làng.')] }),
    aPart(given[1]!, { blocks: [aBlock('paragraph', 'Kinh phí từ nguồn xã hội hoá.')] }),
  ])
}

test('whatever people do with the line and the page, each character stands once on every sheet', async ({ desk }) => {
  test.slow()
  const random = seededRandom(announcedSeed('words by chance'))
  const plan = await desk.plan(aDraft(), given)
  const drafter = await desk.open(desk.drafter, plan)
  const secondTab = await drafter.context().newPage()
  await secondTab.goto(drafter.url())
  const pages = [await desk.open(desk.lead, plan), drafter, secondTab]
  const written = { marks: '', text: (await textOn(drafter)).replaceAll('\n', '') }

  for (let step = 0; step < 60; step += 1) {
    const page = pages[random.below(pages.length)]!
    const what = random.below(20)
    if (what < 11) await typeWord(page, random.below(1000), written)
    else if (what < 14) await page.keyboard.press(['Control+B', 'Control+I', 'PageDown'][what - 11]!)
    else if (what < 16) await page.context().setOffline(true)
    else if (what < 19) await page.context().setOffline(false)
    else await page.reload()
  }
  for (const page of pages) await page.context().setOffline(false)

  for (const page of pages) {
    await expectSaved(page)
    await expect.poll(async () => wrongMarks(await textOn(page), written.marks)).toEqual([])
    await expect.poll(async () => sorted(await textOn(page))).toBe(sorted(written.text))
  }
})

interface Written {
  /** The one character that each word has for itself, in the order of typing. */
  marks: string
  /** All that must stand in the end, in any order. */
  text: string
}

/** At the end of some paragraph that may be written, as a paragraph of its own every other time. */
async function typeWord(page: Page, chance: number, written: Written): Promise<void> {
  const paragraphs = sheetOf(page).locator('.ProseMirror[aria-readonly=false] p')
  await expect(paragraphs.first()).toBeVisible()
  await paragraphs.nth(chance % (await paragraphs.count())).click()
  await page.keyboard.press('End')
  if (chance % 2 === 0) await page.keyboard.press('Enter')
  const mark = String.fromCodePoint(0x4e00 + written.marks.length)
  const word = ` việc ${mark}.`
  await page.keyboard.type(word)
  written.marks += mark
  written.text += word
}

function textOn(page: Page): Promise<string> {
  return sheetOf(page).evaluate((sheet) =>
    [...sheet.querySelectorAll('section.part p')].map((paragraph) => paragraph.textContent).join('\n'),
  )
}

/** Words, by their order of typing, whose mark is missing or stands more than once. */
function wrongMarks(text: string, marks: string): number[] {
  return [...marks].flatMap((mark, word) => (text.split(mark).length === 2 ? [] : [word]))
}

function sorted(text: string): string {
  return [...text.replaceAll('\n', '')].sort().join('')
}
