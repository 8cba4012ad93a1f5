import { aBlock, aPart, aPlan } from '../support/plans.ts'
import {
  caretAfter,
  expect,
  expectSaved,
  openDesk,
  partOf,
  sheetOf,
  startAgain,
  startJourneyServer,
  test,
} from './fixtures.ts'

const purpose = 'Mục đích, yêu cầu'
const farmers = 'Nhiệm vụ của Hội Nông dân'

function aDraft() {
  return aPlan([
    aPart(purpose, { blocks: [aBlock('paragraph', 'Nâng cao nhận thức của hội viên.')] }),
    aPart(farmers, { blocks: [aBlock('paragraph', 'Vận động hội viên giữ sạch đường làng.')] }),
  ])
}

test('a plan opens, shows its text and is written while the server is gone, and others see it later', async ({
  browser,
}) => {
  let server = await startJourneyServer()
  const { desk, close } = await openDesk(server, browser)
  const plan = await desk.plan(aDraft(), [farmers])
  const drafter = await desk.open(desk.drafter, plan)
  await drafter.evaluate(() => navigator.serviceWorker.ready)
  await server.stop({ keepData: true })

  await drafter.reload()
  await expect(partOf(drafter, purpose)).toContainText('Nâng cao nhận thức của hội viên.')
  await caretAfter(drafter, 'giữ sạch đường làng')
  await drafter.keyboard.type(' Viết khi mất mạng.')
  await expect(drafter.getByRole('button', { name: /^Chỉ trên máy này/ })).toBeVisible()
  await drafter.reload()
  await expect(partOf(drafter, farmers)).toContainText('giữ sạch đường làng. Viết khi mất mạng.')

  server = await startAgain(server)
  await expectSaved(drafter)
  const lead = await desk.open(desk.lead, plan)
  await expect(partOf(lead, farmers)).toContainText('giữ sạch đường làng. Viết khi mất mạng.')
  await close()
  await server.stop()
})

test('what two people write while the line is down is all there when it is back', async ({ browser }) => {
  let server = await startJourneyServer()
  const { desk, close } = await openDesk(server, browser)
  const plan = await desk.plan(aDraft(), [farmers])
  const [lead, drafter] = [await desk.open(desk.lead, plan), await desk.open(desk.drafter, plan)]
  await server.stop({ keepData: true })

  await caretAfter(lead, 'giữ sạch đường làng')
  await lead.keyboard.type(' Câu của đơn vị chủ trì.')
  await caretAfter(drafter, 'giữ sạch đường làng')
  await drafter.keyboard.type(' Câu của Hội Nông dân.')
  for (const page of [lead, drafter]) await expect(page.getByText(/^Chưa nối được với máy chủ\./)).toBeVisible()
  server = await startAgain(server)

  for (const page of [lead, drafter]) {
    await expectSaved(page)
    await expect(partOf(page, farmers)).toContainText('Câu của đơn vị chủ trì.')
    await expect(partOf(page, farmers)).toContainText('Câu của Hội Nông dân.')
  }
  await close()
  await server.stop()
})

test('the browser goes offline and comes back without a reload', async ({ desk }) => {
  const plan = await desk.plan(aDraft(), [farmers])
  const [lead, drafter] = [await desk.open(desk.lead, plan), await desk.open(desk.drafter, plan)]
  await caretAfter(drafter, 'giữ sạch đường làng')

  await drafter.context().setOffline(true)
  await drafter.keyboard.type(' Viết trên xe.')
  await expect(partOf(drafter, farmers)).toContainText('Viết trên xe.')
  await drafter.context().setOffline(false)

  await expect(partOf(lead, farmers)).toContainText('giữ sạch đường làng. Viết trên xe.')
  await expectSaved(drafter)
})

test('a plan that was never opened on this machine says so, and opens when the server is back', async ({ browser }) => {
  let server = await startJourneyServer()
  const { desk, close } = await openDesk(server, browser)
  const plan = await desk.plan(aDraft())
  const lead = await desk.home(desk.lead)
  await lead.evaluate(() => navigator.serviceWorker.ready)
  await server.stop({ keepData: true })

  await lead.goto(`${server.address}/plans/${plan.id}`)
  await expect(lead.getByText('Chưa mở được khi không có mạng')).toBeVisible()
  server = await startAgain(server)
  await lead.getByRole('button', { name: 'Thử lại' }).click()

  await expect(sheetOf(lead)).toContainText('Nâng cao nhận thức của hội viên.')
  await close()
  await server.stop()
})
