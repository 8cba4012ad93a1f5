import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UserId } from '@soanchung/shared/ids.ts'
import { startServer, testPassword, type TestPerson, type TestServer } from '../support/server.ts'

let server: TestServer
let administrator: TestPerson
beforeAll(async () => {
  server = await startServer()
  administrator = await server.person({ username: 'quantri', administrator: true })
})
afterAll(() => server.stop())

let count = 0
async function newcomer(): Promise<{ id: UserId; username: string }> {
  const username = `moi${(count += 1)}`
  const made = await server.running.accounts.createUser({ username, name: 'Mới', password: null, administrator: false })
  if (!made.ok) throw new Error(made.error.code)
  return { id: made.value, username }
}

async function invite({ id }: { id: UserId }): Promise<string> {
  const made = await administrator.send('POST', `/api/people/${id}/invitation`)
  expect(made.status).toBe(201)
  return (made.body as { token: string }).token
}

const read = (token: string) => server.stranger().send('POST', '/api/auth/invitation', { token })
const acceptAs = (caller: ReturnType<TestServer['stranger']>, token: string, password = testPassword) =>
  caller.send('POST', '/api/auth/invitation/accept', { token, password })

test('somebody without a password cannot sign in, sets one through the link and is in', async () => {
  const person = await newcomer()
  const before = await server
    .stranger()
    .send('POST', '/api/auth/sign-in/username', { username: person.username, password: testPassword })
  expect(before).toMatchObject({ status: 401, body: { code: 'auth.wrong' } })

  const token = await invite(person)
  expect((await read(token)).body).toMatchObject({ username: person.username, name: 'Mới' })
  const caller = server.stranger()
  expect(await acceptAs(caller, token)).toMatchObject({ status: 200, body: { id: person.id } })
  expect((await caller.send('GET', '/api/me')).body).toMatchObject({ id: person.id })
  await expect(server.signIn(person.username, testPassword)).resolves.toBeDefined()
})

test('a link works once, also for two who come at the same time', async () => {
  const token = await invite(await newcomer())
  const answers = await Promise.all([acceptAs(server.stranger(), token), acceptAs(server.stranger(), token)])
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 410])
  expect(await read(token)).toMatchObject({ status: 410, body: { code: 'invitation.used' } })
})

test('a password that is too short does not use the link up', async () => {
  const token = await invite(await newcomer())
  expect(await acceptAs(server.stranger(), token, 'ngan')).toMatchObject({ body: { code: 'password.short' } })
  expect((await acceptAs(server.stranger(), token)).status).toBe(200)
})

test('a link that is old, revoked, replaced or made up says so', async () => {
  const person = await newcomer()
  const first = await invite(person)
  const second = await invite(person)
  expect((await read(first)).body).toMatchObject({ code: 'invitation.unknown' })
  await server.running.database.query
    .updateTable('invitations')
    .set({ expires_at: Date.now() - 1 })
    .execute()
  expect(await read(second)).toMatchObject({ status: 410, body: { code: 'invitation.expired' } })
  const third = await invite(person)
  expect((await administrator.send('DELETE', `/api/people/${person.id}/invitation`)).status).toBe(204)
  expect((await acceptAs(server.stranger(), third)).body).toMatchObject({ code: 'invitation.unknown' })
  expect((await read('x'.repeat(43))).status).toBe(404)
})

test('a link for a new password ends the sessions that there were', async () => {
  const person = await server.person()
  const token = await invite(person)
  expect((await person.send('GET', '/api/me')).status).toBe(200)
  await acceptAs(server.stranger(), token, 'mat-khau-moi-hon')
  expect((await person.send('GET', '/api/me')).status).toBe(401)
  await expect(server.signIn(person.username, person.password)).rejects.toThrow('auth.wrong')
})

test('who is deactivated gets no link, and one from before is worth nothing', async () => {
  const person = await newcomer()
  const token = await invite(person)
  await administrator.send('PUT', `/api/people/${person.id}/active`, { active: false })
  expect((await acceptAs(server.stranger(), token)).body).toMatchObject({ code: 'invitation.unknown' })
  expect((await administrator.send('POST', `/api/people/${person.id}/invitation`)).status).toBe(404)
})

test('the database does not know the link itself, and only administrators make one', async () => {
  const person = await newcomer()
  const token = await invite(person)
  const rows = await server.running.database.query.selectFrom('invitations').selectAll().execute()
  expect(JSON.stringify(rows)).not.toContain(token)
  const other = await server.person()
  expect((await other.send('POST', `/api/people/${person.id}/invitation`)).status).toBe(403)
  const access = await administrator.send('GET', `/api/people/${person.id}/access`)
  expect(access.body).toMatchObject({ hasPassword: false, invitedUntil: expect.any(Number), active: true, email: null })
})
