/**
 * What somebody at a screen waits for, measured in real Chromium on built pages: until a plan can
 * be typed in, from a key to its paint, and what one key of somebody else costs the page.
 */
import { chromium, type Browser, type BrowserContext, type CDPSession, type Page } from '@playwright/test'
import { gzipSync } from 'node:zlib'
import config from '../e2e/playwright.config.ts'
import { pass } from './figures.ts'
import { markOf } from './plans.ts'

/** A page that shows a document. */
export interface Screen {
  name: string
  address: string
  /** Of the session; empty where nobody signs in. */
  cookie: string
}

export interface Opening {
  /** Milliseconds from the request for the page until a typed letter was painted. */
  typed: number
  /** Bytes of JavaScript (gzip) that had come by then. */
  script: number
}

interface Typing {
  /** Milliseconds from each key to the frame that shows it. */
  delays: number[]
  /** Milliseconds of the page's main thread for each key. */
  thread: number
}

interface OpenPage {
  page: Page
  session: CDPSession
  close(): Promise<void>
}

const patience = { timeout: 60_000 }
let openings = 0

export function launch(): Promise<Browser> {
  return chromium.launch(config.use?.launchOptions)
}

/** Opens the screen on a device that has never seen it, and types a letter as soon as that works. */
export async function measureOpening(browser: Browser, screen: Screen): Promise<Opening> {
  const context = await contextFor(browser, screen)
  const page = await context.newPage()
  const scripts: Promise<number>[] = []
  let isOpening = true
  page.on('response', (response) => {
    if (!isOpening || response.request().resourceType() !== 'script') return
    scripts.push(response.body().then((body) => gzipSync(body).length))
  })
  await page.addInitScript(typeWhenReady, { mark: markOf(0), letters: `§${(openings += 1)}§` })
  await page.goto(screen.address, { waitUntil: 'commit' })
  const typed = await page.waitForFunction(
    () => performance.getEntriesByName('typed')[0]?.startTime ?? null,
    null,
    patience,
  )
  isOpening = false
  const sizes = await Promise.all(scripts)
  const opening = { typed: Number(await typed.jsonValue()), script: sizes.reduce((sum, size) => sum + size, 0) }
  await context.close()
  return opening
}

/**
 * Runs in the page from its first moment: as soon as the marked paragraph stands in an editor,
 * types into it, and marks when that was painted.
 */
function typeWhenReady({ mark, letters }: { mark: string; letters: string }): void {
  const paragraphWith = (words: string) => {
    const all = document.querySelectorAll<HTMLElement>('.ProseMirror[contenteditable=true] p')
    return [...all].slice(0, 12).find((paragraph) => paragraph.textContent.includes(words))
  }
  const look = () => {
    const paragraph = paragraphWith(mark)
    if (paragraph === undefined) return void requestAnimationFrame(look)
    paragraph.closest<HTMLElement>('.ProseMirror')?.focus()
    getSelection()?.setBaseAndExtent(paragraph, 0, paragraph, 0)
    document.execCommand('insertText', false, letters)
    requestAnimationFrame(seen)
  }
  const seen = () => {
    if (paragraphWith(letters) === undefined) return void requestAnimationFrame(seen)
    const painted = new MessageChannel()
    painted.port1.onmessage = () => performance.mark('typed')
    painted.port2.postMessage(null)
  }
  look()
}

/** Opens the screen, waits until it has come to rest, and puts the caret at the part's mark. */
export async function openPage(browser: Browser, screen: Screen, part: number): Promise<OpenPage> {
  const context = await contextFor(browser, screen)
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable')
  await page.goto(screen.address)
  await page
    .locator('.ProseMirror p', { hasText: markOf(0) })
    .first()
    .waitFor(patience)
  await rest(session)
  const paragraph = page.locator('.ProseMirror p', { hasText: markOf(part) }).first()
  // Heights become known on the way, so the place moves on below the first scrolling.
  for (let tries = 0; tries < 20 && !(await paragraph.isVisible()); tries++) {
    await page
      .locator('p', { hasText: markOf(part) })
      .first()
      .scrollIntoViewIfNeeded(patience)
    await rest(session)
  }
  const box = await paragraph.boundingBox(patience)
  if (box === null) throw new Error(`${screen.name}: the part is not on the screen`)
  await paragraph.click({ position: { x: box.width - 4, y: box.height - 6 } })
  await page.keyboard.press('End')
  await page.evaluate(notePaints)
  await rest(session)
  return { page, session, close: () => context.close() }
}

/** Runs in the page: after each key, the time until the frame that shows it was drawn. */
function notePaints(): void {
  const delays: number[] = []
  Object.assign(globalThis, { delays })
  const afterFrame = (event: KeyboardEvent) => {
    const painted = new MessageChannel()
    painted.port1.onmessage = () => delays.push(performance.now() - event.timeStamp)
    painted.port2.postMessage(null)
  }
  const onKey = (event: KeyboardEvent) => requestAnimationFrame(() => afterFrame(event))
  window.addEventListener('keydown', onKey, true)
}

export async function measureTyping(open: OpenPage, keys: number, pause: number): Promise<Typing> {
  const { page, session } = open
  const delays = await page.evaluateHandle<number[]>('delays')
  await delays.evaluate((all) => all.splice(0))
  const thread = await threadPerKey(session, keys, async () => {
    for (let key = 0; key < keys; key++) {
      await page.keyboard.press('a')
      await pass(pause)
    }
  })
  return { delays: await delays.jsonValue(), thread }
}

/** Milliseconds of the page's main thread for each key that `strike` brings from somebody else. */
export function measureRemoteKeys(
  { session }: OpenPage,
  keys: number,
  pause: number,
  strike: () => void,
): Promise<number> {
  return threadPerKey(session, keys, async () => {
    for (let key = 0; key < keys; key++) {
      strike()
      await pass(pause)
    }
    await pass(pause)
  })
}

/** Bytes of JavaScript objects, after a collection. */
export async function heapOf({ session }: OpenPage): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize
}

/** The page's main thread during `work`, less what it does anyway. */
async function threadPerKey(session: CDPSession, keys: number, work: () => Promise<void>): Promise<number> {
  await rest(session)
  const idle = await busyShare(session, () => pass(1000))
  const began = performance.now()
  const busy = await busyShare(session, work)
  return (Math.max(0, busy - idle) * (performance.now() - began)) / keys
}

/** Waits until the page's main thread is idle, so that what it loads later does not count. */
async function rest(session: CDPSession): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    if ((await busyShare(session, () => pass(400))) < 0.05) return
  }
}

async function busyShare(session: CDPSession, work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  const before = await taskTime(session)
  await work()
  return ((await taskTime(session)) - before) / (performance.now() - began)
}

async function taskTime(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000
}

async function contextFor(browser: Browser, { address, cookie }: Screen): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'vi-VN' })
  const { origin: url } = new URL(address)
  const pairs = cookie === '' ? [] : cookie.split('; ')
  await context.addCookies(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      return { name: pair.slice(0, at), value: pair.slice(at + 1), url }
    }),
  )
  return context
}
