/**
 * The pictures of the READMEs, taken from the built client on a server with the demo: `pnpm build`,
 * then `pnpm pictures`. Nothing in them is drawn by hand, so they are as old as the last run.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateSync, inflateSync } from 'node:zlib'
import { chromium, type Browser, type Page } from '@playwright/test'
import { startServer, type TestServer } from '../support/server.ts'
import playwright from './playwright.config.ts'

const folder = join(import.meta.dirname, '../../docs/pictures')
const sample = join(import.meta.dirname, '../samples/import/hoi-nong-dan-trang-web/input.txt')
const largest = 340_000

const desk = { viewport: { width: 1440, height: 900 } }
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5, isMobile: true, hasTouch: true }

const clientFolder = process.env['CLIENT_FOLDER']
const server = await startServer({
  environment: { SOANCHUNG_DEMO: 'on' },
  ...(clientFolder === undefined ? {} : { clientFolder }),
})
const browser = await chromium.launch(playwright.use?.launchOptions)
try {
  await mkdir(folder, { recursive: true })
  const [plan] = await plansOf(server, 'mattran')
  if (plan === undefined) throw new Error('the demo has no plan')
  const path = `/plans/${plan}`

  const women = await open(browser, server, 'phunu', path)
  await putCaret(women, /Phân loại, thu gom rác thải/, 'phân loại rác ngay tại bếp')
  const farmers = await open(browser, server, 'nongdan', path)
  await putCaret(farmers, /Bảo vệ môi trường trong sản xuất/, 'Vận động hộ chăn nuôi')

  const lead = await open(browser, server, 'mattran', path)
  await lead.getByRole('button', { name: 'Chỉ tiêu', exact: true }).click()
  await lead.getByRole('treeitem', { name: /Phân loại, thu gom rác thải/ }).click()
  await lead.locator('.remote-caret-name[data-name^="Hoàng Thị Mai"]').waitFor()
  await take(lead, 'plan')

  await lead.getByRole('button', { name: 'Cả văn bản' }).click()
  await lead.getByRole('button', { name: 'Mở bảng lớn' }).click()
  await lead.getByRole('dialog').getByRole('button', { name: 'Nhóm dòng' }).click()
  await lead.getByRole('menuitemcheckbox', { name: /đơn vị/i }).click()
  await lead.getByRole('dialog').getByText('Tỷ lệ hộ phân loại rác tại nguồn').click()
  await take(lead, 'table')

  const [programme] = await plansOf(server, 'mattrantinh')
  const province = await open(browser, server, 'mattrantinh', `/plans/${programme ?? ''}`)
  await province.getByRole('button', { name: 'Liên kết kế hoạch', exact: true }).click()
  await province.getByRole('button', { name: 'Bảng tổng hợp' }).click()
  await province.getByRole('grid', { name: 'Bảng tổng hợp' }).waitFor()
  await take(province, 'matrix')

  const importing = await open(browser, server, 'nongdan', '/plans/import')
  await importing.locator('textarea').fill(await readFile(sample, 'utf8'))
  await importing.getByRole('button', { name: 'Xem trước' }).click()
  await importing.getByRole('tab', { name: /^Chỉ tiêu/ }).click()
  await take(importing, 'import')

  const youth = await open(browser, server, 'thanhnien', path, phone)
  await youth.getByRole('button', { name: 'Đề cương' }).click()
  await youth.getByRole('treeitem', { name: /Công trình, phần việc của thanh niên/ }).click()
  await take(youth, 'phone')
} finally {
  await browser.close()
  await server.stop()
}

async function plansOf(server: TestServer, username: string): Promise<string[]> {
  const { body } = await (await signIn(server, username)).send('GET', '/api/plans')
  return Array.isArray(body)
    ? body.flatMap((plan: { id?: unknown }) => (typeof plan.id === 'string' ? plan.id : []))
    : []
}

function signIn(server: TestServer, username: string) {
  const account = server.running.demoAccounts.find((one) => one.username === username)
  if (account === undefined) throw new Error(`the demo has nobody called ${username}`)
  return server.signIn(username, account.password)
}

async function open(browser: Browser, server: TestServer, username: string, path: string, screen: object = desk) {
  const { cookie } = await signIn(server, username)
  const context = await browser.newContext({ locale: 'vi-VN', serviceWorkers: 'block', ...screen })
  await context.addCookies(
    cookie.split('; ').map((pair) => {
      const at = pair.indexOf('=')
      return { name: pair.slice(0, at), value: pair.slice(at + 1), url: server.address }
    }),
  )
  const page = await context.newPage()
  await page.goto(server.address + path)
  await page
    .getByText(/Đã lưu trên máy chủ|Nhập văn bản có sẵn/)
    .first()
    .waitFor({ state: 'attached' })
  return page
}

/** Goes to the part by the outline first: only what is in view is an editor, and a sheet that scrolls is no target. */
async function putCaret(page: Page, part: RegExp, words: string): Promise<void> {
  await page.getByRole('treeitem', { name: part }).click()
  await page
    .locator('.part-editor p', { hasText: words })
    .first()
    .click({ position: { x: 240, y: 12 } })
}

/** Waits until nothing moves any more, then writes the picture. */
async function take(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await page.mouse.move(0, 0)
  let before = await page.screenshot()
  for (;;) {
    await page.waitForTimeout(400)
    const now = await page.screenshot()
    if (now.equals(before)) break
    before = now
  }
  const picture = smaller(before)
  if (picture.length > largest) throw new Error(`${name}.png has ${picture.length} bytes`)
  await writeFile(join(folder, `${name}.png`), picture)
  console.log(`docs/pictures/${name}.png`, picture.length)
}

/** The same PNG with its pixels packed as tightly as zlib can; browsers pack in a hurry. */
function smaller(png: Buffer): Buffer {
  const parts: Buffer[] = [png.subarray(0, 8)]
  const packed: Buffer[] = []
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    const end = at + 12 + length
    if (type === 'IDAT') packed.push(png.subarray(at + 8, end - 4))
    else if (type === 'IEND')
      parts.push(chunk('IDAT', deflateSync(inflateSync(Buffer.concat(packed)), { level: 9, memLevel: 9 })))
    if (type !== 'IDAT') parts.push(png.subarray(at, end))
    at = end
  }
  return Buffer.concat(parts)
}

function chunk(type: string, content: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const out = Buffer.alloc(typed.length + 8)
  out.writeUInt32BE(content.length, 0)
  typed.copy(out, 4)
  out.writeUInt32BE(crc32(typed), typed.length + 4)
  return out
}
