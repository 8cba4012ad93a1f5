import { expect, expectSaved, sheetOf, startJourneyServer, test } from './fixtures.ts'

test('on a fresh installation everybody of the demo can sign in and open its plan whole', async ({ browser }) => {
  const server = await startJourneyServer({ environment: { SOANCHUNG_DEMO: 'on' } })
  expect(server.running.demoAccounts.length).toBeGreaterThan(3)
  for (const { username, password, name } of server.running.demoAccounts.slice(0, 3)) {
    const page = await (await browser.newContext()).newPage()
    await page.goto(server.address)
    await page.getByLabel('Tên đăng nhập').fill(username)
    await page.getByLabel('Mật khẩu', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Đăng nhập' }).click()
    await expect(page.getByRole('button', { name })).toBeVisible()
    await page.getByRole('main').getByRole('link').first().click()
    await expect(sheetOf(page).locator('section.part').first()).toBeVisible()
    await expectSaved(page)
    await expect(sheetOf(page).locator('.reference').first()).toBeVisible()
    await expect(sheetOf(page).locator('.reference:not([data-state="ok"])')).toHaveCount(0)
    await page.context().close()
  }
  await server.stop()
})
