import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startServer, testPassword, type Answer, type TestPerson, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  server = await startServer()
})
afterAll(async () => {
  await server.stop()
  vi.useRealTimers()
})

const step = 30_000
/** The app shows another code from here on. */
const waitForNextCode = () => vi.setSystemTime(Date.now() + step)

interface App {
  code(): string
  backupCodes: string[]
}

async function turnOn(person: TestPerson): Promise<App> {
  const begun = await person.send('POST', '/api/account/second-factor', { password: person.password })
  const { key } = begun.body as { key: string }
  const app = new TOTP({ secret: Secret.fromBase32(key) })
  const confirmed = await person.send('POST', '/api/account/second-factor/confirm', { code: app.generate() })
  expect(confirmed.status).toBe(200)
  waitForNextCode()
  return { code: () => app.generate(), ...(confirmed.body as { backupCodes: string[] }) }
}

async function firstStep(person: { username: string }, password = testPassword) {
  const caller = server.stranger()
  const answer = await caller.send('POST', '/api/auth/sign-in/username', { username: person.username, password })
  const { challenge = '' } = answer.body as { challenge?: string }
  const second = (code: string): Promise<Answer> => caller.send('POST', '/api/auth/sign-in/code', { challenge, code })
  return { caller, answer, second }
}

test('after the right password a code of the app is asked for, and only then the person is in', async () => {
  const person = await server.person()
  const app = await turnOn(person)
  const { caller, answer, second } = await firstStep(person)
  expect(answer.body).toEqual({ challenge: expect.any(String) })
  expect((await caller.send('GET', '/api/me')).status).toBe(401)
  expect((await second('000000')).body).toMatchObject({ code: 'auth.code' })
  expect(await second(app.code())).toMatchObject({ status: 200, body: { id: person.id } })
  expect((await caller.send('GET', '/api/me')).status).toBe(200)
})

test('no code is taken twice, not even by two who come at once', async () => {
  const person = await server.person()
  const app = await turnOn(person)
  const code = app.code()
  const steps = [await firstStep(person), await firstStep(person)]
  const statuses = await Promise.all(steps.map(async ({ second }) => (await second(code)).status))
  expect(statuses.toSorted()).toEqual([200, 401])
})

test('each backup code stands in for the app once, however it is typed', async () => {
  const person = await server.person()
  const { backupCodes } = await turnOn(person)
  expect(new Set(backupCodes).size).toBe(10)
  const [first = '', second = ''] = backupCodes
  expect((await (await firstStep(person)).second(first)).status).toBe(200)
  expect((await (await firstStep(person)).second(first)).status).toBe(401)
  expect((await (await firstStep(person)).second(second.toUpperCase().replace('-', ' '))).status).toBe(200)
  expect((await person.send('GET', '/api/account')).body).toMatchObject({ secondFactor: true, backupCodesLeft: 8 })
})

test('new backup codes replace the old ones', async () => {
  const person = await server.person()
  const { backupCodes } = await turnOn(person)
  const made = await person.send('POST', '/api/account/second-factor/backup-codes', { password: person.password })
  const [fresh = ''] = (made.body as { backupCodes: string[] }).backupCodes
  expect((await (await firstStep(person)).second(backupCodes[0] ?? '')).status).toBe(401)
  expect((await (await firstStep(person)).second(fresh)).status).toBe(200)
})

test('it counts only once a code was shown, and needs the password to go on or off', async () => {
  const person = await server.person()
  const wrong = { password: 'khong-dung-dau' }
  expect((await person.send('POST', '/api/account/second-factor', wrong)).body).toMatchObject({
    code: 'password.wrong',
  })
  await person.send('POST', '/api/account/second-factor', { password: person.password })
  expect((await firstStep(person)).answer.body).toMatchObject({ id: person.id })
  await turnOn(person)
  const again = await person.send('POST', '/api/account/second-factor', { password: person.password })
  expect(again.body).toMatchObject({ code: 'second.on' })
  const off = (body: unknown) => person.send('POST', '/api/account/second-factor/disable', body)
  expect((await off(wrong)).body).toMatchObject({ code: 'password.wrong' })
  expect((await off({ password: person.password })).status).toBe(204)
  expect((await firstStep(person)).answer.body).toMatchObject({ id: person.id })
})

test('an administrator turns it off for somebody who lost the app', async () => {
  const administrator = await server.person({ administrator: true })
  const person = await server.person()
  await turnOn(person)
  const waiting = await firstStep(person)
  expect((await administrator.send('DELETE', `/api/people/${person.id}/second-factor`)).status).toBe(204)
  expect((await firstStep(person)).answer.body).toMatchObject({ id: person.id })
  expect((await waiting.second('000000')).status).toBe(200)
  expect((await administrator.send('DELETE', `/api/people/${person.id}/second-factor`)).status).toBe(404)
})

describe('wrong codes', () => {
  test('are slowed after five, even the right one then', async () => {
    const person = await server.person()
    const app = await turnOn(person)
    const { second } = await firstStep(person)
    const wrong = await Promise.all(Array.from({ length: 5 }, () => second('000000')))
    expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([401]))
    expect(await second(app.code())).toMatchObject({ status: 429, body: { code: 'auth.code-slow' } })
  })

  test('of somebody who knows the password do not keep the person out of their own browser', async () => {
    const person = await server.person()
    const known = await server.signIn(person.username, person.password)
    const app = await turnOn(person)
    const guesser = await firstStep(person)
    for (let guess = 0; guess < 8; guess += 1) await guesser.second('000000')
    const body = { username: person.username, password: person.password }
    const { challenge } = (await known.send('POST', '/api/auth/sign-in/username', body)).body as { challenge: string }
    const answer = await known.send('POST', '/api/auth/sign-in/code', { challenge, code: app.code() })
    expect(answer.status).toBe(200)
  })

  test('the second step cannot be made up, nor come ten minutes late', async () => {
    const person = await server.person()
    const app = await turnOn(person)
    const { second } = await firstStep(person)
    vi.setSystemTime(Date.now() + 11 * 60_000)
    expect((await second(app.code())).body).toMatchObject({ code: 'auth.challenge' })
    const body = { challenge: 'A'.repeat(80), code: app.code() }
    const madeUp = await server.stranger().send('POST', '/api/auth/sign-in/code', body)
    expect(madeUp.body).toMatchObject({ code: 'auth.challenge' })
  })
})

test('the database knows neither key nor backup codes', async () => {
  const person = await server.person()
  const begun = await person.send('POST', '/api/account/second-factor', { password: person.password })
  const { key, address } = begun.body as { key: string; address: string }
  expect(address).toMatch(/^otpauth:\/\/totp\/So%E1%BA%A1n%20Chung:/)
  const { backupCodes } = await turnOn(person)
  const { query } = server.running.database
  const kept = JSON.stringify([
    await query.selectFrom('second_factors').selectAll().execute(),
    await query.selectFrom('backup_codes').selectAll().execute(),
  ])
  for (const secret of [key, ...backupCodes]) expect(kept).not.toContain(secret)
})
