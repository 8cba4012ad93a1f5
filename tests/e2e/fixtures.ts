/**
 * What every browser journey needs: a real server for each worker, units and people of its own for
 * each test, and pages where they are signed in. A page that logs an error fails its test.
 */
import { test as base, expect, type Browser, type Locator, type Page } from '@playwright/test'
import type { Unit } from '@soanchung/shared/protocol.ts'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import {
  giveParts,
  givePlan,
  startServer,
  type TestPerson,
  type TestServer,
  type TestServerOptions,
} from '../support/server.ts'

export { expect }

/** The lead of a plan and a drafter of another unit, as most journeys have them. */
export interface Desk {
  server: TestServer
  units: { lead: Unit; drafter: Unit; reader: Unit }
  lead: TestPerson
  drafter: TestPerson
  reader: TestPerson
  /** Makes a plan of the lead's; parts named in `given` go to the drafter's unit. */
  plan(snapshot: PlanSnapshot, given?: readonly string[]): Promise<PlanSnapshot>
  /** A browser of its own for a person, signed in, on the plan. */
  open(person: TestPerson, plan: PlanSnapshot): Promise<Page>
  /** The same without a plan: on the home screen. */
  home(person: TestPerson): Promise<Page>
}

export const test = base.extend<{ desk: Desk }, { server: TestServer }>({
  server: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const server = await startJourneyServer()
      await use(server)
      await server.stop()
    },
    { scope: 'worker' },
  ],
  desk: async ({ server, browser }, use) => {
    const { desk, close } = await openDesk(server, browser)
    await use(desk)
    await close()
  },
})

/** A server of its own, for journeys that stop it. `CLIENT_FOLDER` names another build than client/dist. */
export function startJourneyServer(options: TestServerOptions = {}): Promise<TestServer> {
  const clientFolder = process.env['CLIENT_FOLDER']
  return startServer({ ...(clientFolder === undefined ? {} : { clientFolder }), ...options })
}

/** The server that stood there, on its data and at its address. */
export function startAgain(stopped: TestServer, options: TestServerOptions = {}): Promise<TestServer> {
  const environment = { PORT: new URL(stopped.address).port }
  return startJourneyServer({ dataFolder: stopped.dataFolder, environment, ...options })
}

/**
 * Units and people on a server, and a way to their screens. `close` fails where `problems`, the
 * errors that the pages have logged, are any.
 */
export async function openDesk(
  server: TestServer,
  browser: Browser,
): Promise<{ desk: Desk; problems: string[]; close: () => Promise<void> }> {
  const units = {
    lead: await server.unit('MTTQ'),
    drafter: await server.unit('HND'),
    reader: await server.unit('VP'),
  }
  const lead = await server.person({ name: 'Nguyễn Thu Hà', units: [units.lead] })
  const drafter = await server.person({ name: 'Trần Văn Lực', units: [units.drafter] })
  const reader = await server.person({ name: 'Lê Minh Đức', units: [units.reader] })
  const pages: Page[] = []
  const problems: string[] = []
  const goTo = async (person: TestPerson, path: string) => {
    const page = await signedIn(browser, server, person, problems)
    pages.push(page)
    await page.goto(server.address + path)
    return page
  }
  const desk: Desk = {
    server,
    units,
    lead,
    drafter,
    reader,
    home: (person) => goTo(person, '/'),
    async plan(snapshot, given = []) {
      await givePlan(lead, snapshot, [
        { unit: units.drafter, role: 'drafter' },
        { unit: units.reader, role: 'reader' },
      ])
      for (const part of snapshot.parts.filter(({ title }) => given.includes(title))) {
        await giveParts(lead, snapshot.id, [part.id], [units.drafter.id])
      }
      return snapshot
    },
    async open(person, plan) {
      const page = await goTo(person, `/plans/${plan.id}`)
      await expect(sheetOf(page).locator('section.part')).toHaveCount(plan.parts.length)
      await expect(sheetOf(page).locator('[data-placeholder="Đang tải nội dung…"]')).toHaveCount(0)
      await expectSaved(page)
      return page
    },
  }
  return {
    desk,
    problems,
    async close() {
      for (const page of pages) await page.context().close()
      expect(problems, 'errors on a page').toEqual([])
    },
  }
}

async function signedIn(browser: Browser, server: TestServer, person: TestPerson, problems: string[]): Promise<Page> {
  const context = await browser.newContext()
  const url = server.address
  await context.addCookies(
    person.cookie.split('; ').map((pair) => {
      const at = pair.indexOf('=')
      return { name: pair.slice(0, at), value: pair.slice(at + 1), url }
    }),
  )
  const page = await context.newPage()
  page.on('pageerror', (error) => problems.push(`${person.username}: ${error.message}`))
  return page
}

/** The sheet: the paper with all parts. */
export function sheetOf(page: Page) {
  return page.locator('article.paper')
}

/** The text of one part on the sheet, by its title. */
export function partOf(page: Page, title: string) {
  return sheetOf(page)
    .locator('section.part')
    .filter({ has: page.locator('.part-title', { hasText: title }) })
}

/** Where an element is in the window, once it stands there. */
export async function boxOf(element: Locator) {
  await element.scrollIntoViewIfNeeded()
  const box = await element.boundingBox()
  if (box === null) throw new Error('the element is not on the screen')
  return box
}

/** Puts the caret at the end of the paragraph that holds the words. */
export async function caretAfter(page: Page, words: string): Promise<void> {
  const block = sheetOf(page).locator('.ProseMirror p', { hasText: words }).last()
  const box = await boxOf(block)
  await block.click({ position: { x: box.width - 4, y: box.height - 6 } })
  await page.keyboard.press('End')
}

/** Another's caret in the text; its name is drawn beside it and is no text of the part. */
export function caretOf(page: Page, name: string) {
  return sheetOf(page).locator(`.remote-caret-name[data-name^="${name}"]`)
}

/** The caret's column, in pixels of the window. */
export function caretX(page: Page): Promise<number> {
  return page.evaluate(() => getSelection()?.getRangeAt(0).getClientRects()[0]?.left ?? NaN)
}

/** Puts these in the clipboard, as other programs do, and pastes them where the caret is. */
export async function pasteInto(page: Page, { html, text }: { html?: string; text: string }): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate(
    async (kinds) => {
      const blobs = kinds.map(([type, content]) => [type, new Blob([content], { type })] as const)
      await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))])
    },
    [['text/plain', text] as const, ...(html === undefined ? [] : [['text/html', html] as const])],
  )
  await page.keyboard.press('Control+V')
}

/** Waits until the screen says that all is on the server. */
export async function expectSaved(page: Page): Promise<void> {
  await expect(page.getByText('Đã lưu trên máy chủ').first()).toBeVisible()
}
