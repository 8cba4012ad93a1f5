/**
 * What the screen says when things go wrong, and that nothing typed is lost by it: a part taken
 * away, a full disk on the server, an old build, a restored server, a browser that keeps nothing,
 * a session that ended.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { aBlock, aPart, aPlan } from '../support/plans.ts'
import { giveParts, testPassword, type TestServer } from '../support/server.ts'
import { mountSmallDisk } from '../support/small-disk.ts'
import {
  caretAfter,
  expect,
  expectSaved,
  openDesk,
  partOf,
  startAgain,
  startJourneyServer,
  test,
  type Desk,
} from './fixtures.ts'

const farmers = 'Nhiệm vụ của Hội Nông dân'
const tasks = 'Tổ chức thực hiện'

function aDraft() {
  return aPlan([
    aPart(farmers, { blocks: [aBlock('paragraph', 'Vận động hội viên giữ sạch đường làng.')] }),
    aPart(tasks, { blocks: [aBlock('lettered', 'họp chi hội hằng tháng')] }),
  ])
}

async function type(page: Page, words: string): Promise<void> {
  await caretAfter(page, 'giữ sạch đường làng')
  await page.keyboard.type(words)
}

function banner(page: Page, words: string | RegExp) {
  return page.locator('.banner', { hasText: words })
}

const onThisDevice = (page: Page) => page.getByRole('button', { name: /^Chỉ trên máy này/ })

/** A server of its own with a desk, for journeys that stop it or change what it stands on. */
async function atOwnServer(
  browser: Parameters<typeof openDesk>[1],
  options: Parameters<typeof startJourneyServer>[0],
  journey: (desk: Desk, exchange: (next: TestServer) => void) => Promise<void>,
): Promise<void> {
  let server = await startJourneyServer(options)
  const { desk, close } = await openDesk(server, browser)
  try {
    await journey(desk, (next) => (server = next))
    await close()
  } finally {
    await server.stop()
  }
}

test('what was written without a network in a part that was taken away meanwhile can be read and copied', async ({
  desk,
}) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const page = await desk.open(desk.drafter, plan)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.context().setOffline(true)
  await type(page, ' Mỗi chi hội nhận một đoạn đường.')
  await expect(onThisDevice(page)).toBeVisible()
  await giveParts(desk.lead, plan.id, [plan.parts[0]?.id], [])
  await page.context().setOffline(false)

  const notice = banner(page, `Máy chủ không nhận nội dung bạn viết ở “I. ${farmers}”`)
  await expect(notice).toBeVisible()
  await expect(partOf(page, farmers)).toHaveClass(/read-only/)
  await expect(page.getByRole('button', { name: 'Có nội dung máy chủ không nhận' })).toBeVisible()
  await expect(partOf(page, farmers)).not.toContainText('Mỗi chi hội')
  await notice.getByRole('button', { name: 'Xem nội dung' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('Đơn vị bạn không còn được giao phần này.')
  await expect(dialog.locator('mark')).toHaveText(' Mỗi chi hội nhận một đoạn đường.')
  await dialog.getByRole('button', { name: 'Sao chép' }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    'Vận động hội viên giữ sạch đường làng. Mỗi chi hội nhận một đoạn đường.',
  )

  await dialog.getByRole('button', { name: 'Cất đi' }).click()
  await page.reload()
  await expectSaved(page)
  await expect(notice).toHaveCount(0)
  await page.getByRole('button', { name: 'Việc khác với văn bản' }).click()
  await page.getByRole('menuitem', { name: 'Nội dung máy chủ không nhận' }).click()
  await expect(page.getByRole('dialog')).toContainText('Mỗi chi hội nhận một đoạn đường.')
})

test('a full disk on the server is said within two seconds, and all is sent once there is room', async ({
  browser,
}) => {
  const mounted = mountSmallDisk(16)
  test.skip(mounted.disk === null, mounted.disk === null ? mounted.reason : '')
  const { disk } = mounted
  if (disk === null) return
  try {
    await atOwnServer(
      browser,
      { dataFolder: join(disk.folder, 'data'), environment: { LOG_LEVEL: 'silent' } },
      async (desk) => {
        const plan = await desk.plan(aDraft(), [farmers])
        const page = await desk.open(desk.drafter, plan)
        await caretAfter(page, 'giữ sạch đường làng')
        // Until a key fails, the log writes into what it had already claimed.
        disk.fill()
        const full = banner(page, 'Đĩa của máy chủ đã đầy.')
        for (let piece = 0; piece < 40 && !(await onThisDevice(page).isVisible()); piece++) {
          await page.keyboard.insertText(` câu ${piece} ${'của Hội '.repeat(2_000)}`)
        }
        await page.keyboard.type(' câu cuối.')
        await expect(full).toBeVisible({ timeout: 2_000 })
        await expect(onThisDevice(page)).toBeVisible()

        await page.reload()
        await expect(partOf(page, farmers)).toContainText('câu cuối.')
        await expect(full).toBeVisible()
        disk.makeRoom()

        await expectSaved(page)
        await expect(full).toHaveCount(0)
        const lead = await desk.open(desk.lead, plan)
        await expect(partOf(lead, farmers)).toContainText('câu cuối.')
      },
    )
  } finally {
    disk.remove()
  }
})

/** The built client once more, as an older build: its page carries a mark, and its worker keeps that page. */
async function anOlderBuild(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'soanchung-build-'))
  await cp(process.env['CLIENT_FOLDER'] ?? join(import.meta.dirname, '../../client/dist'), folder, { recursive: true })
  const change = async (name: string, from: string | RegExp, to: string) => {
    const text = await readFile(join(folder, name), 'utf8')
    const changed = text.replace(from, to)
    if (changed === text) throw new Error(`${name} has no ${from}`)
    await writeFile(join(folder, name), changed)
    for (const ending of ['.br', '.gz']) await rm(join(folder, name + ending), { force: true })
  }
  await change('index.html', '<head>', '<head><meta name="build" content="older">')
  await change('service-worker.js', /"revision":"\w+","url":"index.html"/, '"revision":"older","url":"index.html"')
  return { folder, remove: () => rm(folder, { recursive: true }) }
}

/** A plan of the drafter's on a page that the device itself has handed out. */
async function openFromDevice(desk: Desk): Promise<Page> {
  const page = await desk.open(desk.drafter, await desk.plan(aDraft(), [farmers]))
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.reload()
  await expectSaved(page)
  return page
}

const isOlder = (page: Page) => page.evaluate(() => document.querySelector('meta[name=build]') !== null)

test('a newer build is offered, one click loads it, and what was not sent is still there', async ({ browser }) => {
  const older = await anOlderBuild()
  await atOwnServer(browser, { clientFolder: older.folder }, async (desk, exchange) => {
    const page = await openFromDevice(desk)
    await desk.server.stop({ keepData: true })
    await type(page, ' Viết trên bản cũ.')
    exchange(await startAgain(desk.server))
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update())

    const offer = banner(page, 'Đã có bản mới của Soạn Chung.')
    await expect(offer).toBeVisible()
    expect(await isOlder(page)).toBe(true)
    await offer.getByRole('button', { name: 'Dùng bản mới' }).click()

    await expect.poll(() => isOlder(page).catch(() => true)).toBe(false)
    await expectSaved(page)
    await expect(partOf(page, farmers)).toContainText('Viết trên bản cũ.')
    await expect(offer).toHaveCount(0)
  })
  await older.remove()
})

test('a newer build comes from the server where the browser does not let its worker in', async ({ browser }) => {
  const older = await anOlderBuild()
  await atOwnServer(browser, { clientFolder: older.folder }, async (desk, exchange) => {
    const page = await openFromDevice(desk)
    await desk.server.stop({ keepData: true })
    exchange(await startAgain(desk.server))
    await page.evaluate(async () => {
      const post = ServiceWorker.prototype.postMessage as (message: unknown, ports?: Transferable[]) => void
      ServiceWorker.prototype.postMessage = function (message: unknown, ports?: unknown) {
        if (message !== 'enter') Reflect.apply(post, this, [message, ports])
      }
      const registration = await navigator.serviceWorker.getRegistration()
      await registration?.update()
    })
    await banner(page, 'Đã có bản mới của Soạn Chung.').getByRole('button', { name: 'Dùng bản mới' }).click()
    await expect.poll(() => isOlder(page).catch(() => true)).toBe(false)
    await expectSaved(page)
  })
  await older.remove()
})

test('a page that is too old for the server only reads, and reloading it brings the new one', async ({ browser }) => {
  const older = await anOlderBuild()
  await atOwnServer(browser, { clientFolder: older.folder }, async (desk, exchange) => {
    const plan = await desk.plan(aDraft(), [farmers])
    const page = await desk.open(desk.drafter, plan)
    await page.evaluate(() => navigator.serviceWorker.ready)
    await desk.server.stop({ keepData: true })
    await page.reload()
    await type(page, ' Viết trên bản cũ.')
    await expect(onThisDevice(page)).toBeVisible()
    // The older page says an older schema of itself.
    await page.routeWebSocket(/\/sync/, (socket) => {
      const server = socket.connectToServer()
      socket.onMessage(async (frame) => {
        const bytes = Buffer.from(frame)
        const at = bytes.indexOf('"schema":')
        if (at !== -1 && (await isOlder(page).catch(() => false))) bytes.write('0', at + '"schema":'.length)
        server.send(bytes)
      })
    })
    await page.reload()
    exchange(await startAgain(desk.server))

    const outdated = banner(page, 'Trang đang mở là bản cũ.')
    await expect(outdated).toBeVisible()
    await expect(page.getByRole('note')).toContainText('Trang đang mở là bản cũ nên chỉ để đọc')
    await expect(partOf(page, farmers)).toHaveClass(/read-only/)
    await expect(partOf(page, farmers)).toContainText('Viết trên bản cũ.')
    await outdated.getByRole('button', { name: 'Tải lại trang' }).click()

    await expect.poll(() => isOlder(page).catch(() => true)).toBe(false)
    await expectSaved(page)
    await expect(partOf(page, farmers)).toContainText('Viết trên bản cũ.')
    await expect(outdated).toHaveCount(0)
  })
  await older.remove()
})

test('after the server was restored from a backup the screen says so, and what was not sent stays', async ({
  browser,
}) => {
  await atOwnServer(browser, {}, async (desk, exchange) => {
    const plan = await desk.plan(aDraft(), [farmers])
    const page = await desk.open(desk.drafter, plan)
    await page.evaluate(() => navigator.serviceWorker.ready)
    await desk.server.running.database.query
      .updateTable('installation')
      .set({ value: 'another-epoch' })
      .where('key', '=', 'epoch')
      .execute()
    await desk.server.stop({ keepData: true })
    await type(page, ' Chưa gửi.')
    exchange(await startAgain(desk.server))

    await expect(banner(page, 'Máy chủ vừa được khôi phục từ bản sao lưu.')).toBeVisible()
    await expect(partOf(page, farmers)).toContainText('Chưa gửi.')
    await page.reload()
    await expect(partOf(page, farmers)).toContainText('Chưa gửi.')
  })
})

test('a browser that keeps nothing says so, and the work still reaches the server', async ({ desk }) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const page = await desk.home(desk.drafter)
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('blocked', 'SecurityError')
    }
  })
  await page.goto(`${desk.server.address}/plans/${plan.id}`)
  await expect(banner(page, 'Trình duyệt không cho lưu trên máy này.')).toBeVisible()

  await type(page, ' Viết khi bị chặn.')
  await expectSaved(page)
  const lead = await desk.open(desk.lead, plan)
  await expect(partOf(lead, farmers)).toContainText('Viết khi bị chặn.')
  await page.context().setOffline(true)
  await page.keyboard.type(' Mất mạng.')
  await expect(banner(page, 'Đừng đóng trang trước khi có mạng.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Chưa lưu được: đừng đóng trang' })).toBeVisible()
  await page.context().setOffline(false)
  await expectSaved(page)
})

test('when the disk of this device fills up the screen says so, and says no more once there is room', async ({
  desk,
}) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const page = await desk.open(desk.drafter, plan)
  await page.evaluate(() => {
    const add = IDBObjectStore.prototype.add
    const fill = () => {
      throw new DOMException('the disk is full', 'QuotaExceededError')
    }
    IDBObjectStore.prototype.add = fill
    addEventListener('makeRoom', () => (IDBObjectStore.prototype.add = add))
  })

  await type(page, ' Máy đầy.')
  const noCopy = banner(page, 'Trình duyệt không cho lưu trên máy này.')
  await expect(noCopy).toBeVisible()
  await expectSaved(page)
  await page.evaluate(() => dispatchEvent(new Event('makeRoom')))
  await page.keyboard.type(' Máy còn chỗ.')

  await expect(noCopy).toHaveCount(0)
  await page.context().setOffline(true)
  await page.keyboard.type(' Chưa gửi.')
  await expect(onThisDevice(page)).toBeVisible()
  await page.context().setOffline(false)
  await expectSaved(page)
})

test('a changed password lets one’s own screen go on, and other machines sign in again and lose nothing', async ({
  desk,
  browser,
}) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const own = await desk.open(desk.drafter, plan)
  const other = await (await browser.newContext()).newPage()
  const signIn = async (password: string) => {
    await other.getByLabel('Tên đăng nhập').fill(desk.drafter.username)
    await other.getByLabel('Mật khẩu', { exact: true }).fill(password)
    await other.getByRole('button', { name: 'Đăng nhập' }).click()
  }
  await other.goto(`${desk.server.address}/plans/${plan.id}`)
  await signIn(testPassword)
  await expectSaved(other)

  const account = await own.context().newPage()
  await account.goto(`${desk.server.address}/account`)
  await account.getByLabel('Mật khẩu hiện tại').fill(testPassword)
  await account.getByLabel('Mật khẩu mới', { exact: true }).fill('một câu dễ nhớ')
  await account.getByLabel('Nhập lại mật khẩu mới').fill('một câu dễ nhớ')
  await account.getByRole('button', { name: 'Đổi mật khẩu' }).click()
  await expect(account.getByText('Đã đổi mật khẩu.')).toBeVisible()

  const ended = banner(other, 'Phiên đăng nhập đã hết')
  await expect(ended).toBeVisible()
  await type(other, ' Từ máy kia.')
  await expect(onThisDevice(other)).toBeVisible()
  await own.bringToFront()
  await type(own, ' Từ máy này.')
  await expectSaved(own)
  await expect(banner(own, 'Phiên đăng nhập đã hết')).toHaveCount(0)
  await expect(partOf(own, farmers)).not.toContainText('Từ máy kia.')

  await other.bringToFront()
  await ended.getByRole('button', { name: 'Đăng nhập' }).click()
  await signIn('một câu dễ nhớ')
  await expectSaved(other)
  for (const page of [own, other]) {
    await expect(partOf(page, farmers)).toContainText('Từ máy kia.')
    await expect(partOf(page, farmers)).toContainText('Từ máy này.')
  }
  await other.context().close()
})

test('what could no longer be written is handed to the lead, who reads it beside the text and answers', async ({
  desk,
}) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const [page, lead] = [await desk.open(desk.drafter, plan), await desk.open(desk.lead, plan)]
  await page.context().setOffline(true)
  await type(page, ' Mỗi chi hội nhận một đoạn đường.')
  await expect(onThisDevice(page)).toBeVisible()
  await giveParts(desk.lead, plan.id, [plan.parts[0]?.id], [])
  await page.context().setOffline(false)

  await page.getByRole('button', { name: 'Xem nội dung' }).click()
  await page.getByRole('button', { name: 'Gửi chủ trì…' }).click()
  await page.getByLabel('Lời nhắn cho chủ trì').fill('Tôi viết lúc mất mạng.')
  await page.getByRole('button', { name: 'Gửi chủ trì', exact: true }).click()
  await expect(page.getByRole('dialog')).toContainText('Chưa có trả lời.')

  await lead.getByRole('button', { name: 'Xem bản nháp' }).click()
  const dialog = lead.getByRole('dialog')
  await expect(dialog.locator('mark')).toHaveText(' Mỗi chi hội nhận một đoạn đường.')
  await expect(dialog).toContainText('Tôi viết lúc mất mạng.')
  await dialog.getByRole('button', { name: 'Không dùng…' }).click()
  await dialog.getByLabel('Lý do không dùng').fill('Phần này nay do Hội Phụ nữ viết.')
  await dialog.getByRole('button', { name: 'Trả lời' }).click()
  await expect(dialog).toContainText('Các bản nháp đều đã được trả lời.')

  await page.getByRole('dialog').getByRole('button', { name: 'Cất đi' }).click()
  await page.getByRole('button', { name: 'Việc khác với văn bản' }).click()
  await page.getByRole('menuitem', { name: 'Nội dung máy chủ không nhận' }).click()
  await expect(page.getByRole('dialog')).toContainText('không dùng: Phần này nay do Hội Phụ nữ viết.')
})
