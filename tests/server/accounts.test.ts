import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, testPassword, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const signIn = '/api/auth/sign-in/username'

describe('signing in', () => {
  test('a person signs in, is known, signs out and is a stranger again', async () => {
    const unit = await server.unit('HND')
    const person = await server.person({ username: 'nongdan', units: [unit] })
    const me = await person.send('GET', '/api/me')
    expect(me.body).toMatchObject({ id: person.id, username: 'nongdan', units: [{ symbol: 'HND', office: 'Cán bộ' }] })
    const kept = person.cookie
    expect((await person.send('POST', '/api/auth/sign-out', {})).status).toBe(204)
    expect(person.cookie).not.toContain('session')
    const again = await server.stranger().send('GET', '/api/me', undefined, { cookie: kept })
    expect(again).toMatchObject({ status: 401, body: { code: 'auth.required' } })
  })

  test('the cookie is out of reach of scripts and of other sites', async () => {
    const person = await server.person()
    const answer = await person.send('POST', signIn, { username: person.username, password: person.password })
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax/)
    expect(JSON.stringify(answer.body)).not.toContain('token')
  })

  test('with a public https address the cookie goes over https only', async () => {
    const secure = await startServer({ environment: { PUBLIC_URL: 'https://soan.example.vn' } })
    await secure.running.accounts.createUser({
      username: 'an.ninh',
      name: 'An',
      password: testPassword,
      administrator: false,
    })
    const body = { username: 'an.ninh', password: testPassword }
    const answer = await secure.stranger().send('POST', signIn, body, { origin: 'https://soan.example.vn' })
    expect(answer.headers.get('set-cookie')).toMatch(/__Secure-.*Secure/)
    await secure.stop()
  })

  test('a wrong password and an unknown name are refused alike', async () => {
    const person = await server.person()
    const wrong = await server
      .stranger()
      .send('POST', signIn, { username: person.username, password: 'khong-dung-dau' })
    const unknown = await server.stranger().send('POST', signIn, { username: 'khongcoai', password: 'khong-dung-dau' })
    expect(wrong).toMatchObject({ status: 401, body: { code: 'auth.wrong' } })
    expect(unknown.body).toEqual(wrong.body)
  })

  test('the sixth wrong password within a minute must wait, even if it is right', async () => {
    const person = await server.person()
    const attempt = (password: string) =>
      server.stranger().send('POST', signIn, { username: person.username, password })
    const wrong = await Promise.all(Array.from({ length: 5 }, () => attempt('khong-dung-dau')))
    expect(new Set(wrong.map((answer) => answer.status))).toEqual(new Set([401]))
    expect(await attempt(person.password)).toMatchObject({ status: 429, body: { code: 'auth.slow' } })
  })

  test.each(['/api/auth/sign-up/email', '/api/auth/sign-in/email', '/api/auth/update-user', '/api/auth/delete-user'])(
    'nobody signs up or changes an account through %s',
    async (path) => {
      const person = await server.person()
      const body = { email: 'moi@example.vn', password: testPassword, name: 'Mới', username: 'moi', administrator: 1 }
      expect((await person.send('POST', path, body)).status).toBe(404)
    },
  )

  test('refusals are in Vietnamese unless English is asked for', async () => {
    const ask = (language: string) =>
      server.stranger().send('GET', '/api/me', undefined, { 'accept-language': language })
    expect((await ask('fr')).body).toMatchObject({ message: 'Bạn cần đăng nhập để tiếp tục.' })
    expect((await ask('vi;q=0.5, en-GB;q=0.9')).body).toMatchObject({ message: 'Sign in to continue.' })
  })
})

describe('the password', () => {
  test('is changed with the old one, and every other session ends', async () => {
    const person = await server.person()
    const elsewhere = await server.signIn(person.username, person.password)
    const change = { currentPassword: person.password, newPassword: 'mat-khau-moi-hon' }
    expect((await person.send('POST', '/api/auth/change-password', change)).status).toBe(204)
    expect((await person.send('GET', '/api/me')).status).toBe(200)
    expect((await elsewhere.send('GET', '/api/me')).status).toBe(401)
    await expect(server.signIn(person.username, 'mat-khau-moi-hon')).resolves.toBeDefined()
  })

  test.each([
    ['sai-mat-khau', 'mat-khau-moi-hon', 'password.wrong'],
    [testPassword, 'ngan', 'password.short'],
  ])('%s to %s is refused with %s', async (currentPassword, newPassword, code) => {
    const person = await server.person()
    const answer = await person.send('POST', '/api/auth/change-password', { currentPassword, newPassword })
    expect(answer).toMatchObject({ status: 400, body: { code } })
  })
})

describe('access tokens', () => {
  const create = { name: 'Báo cáo tuần', scope: 'read', days: 30 }

  test('a token acts as its owner, is shown once and stops when it is revoked', async () => {
    const person = await server.person()
    const made = (await person.send('POST', '/api/tokens', create)).body as { id: string; token: string }
    const bearer = { authorization: `Bearer ${made.token}` }
    expect((await server.stranger().send('GET', '/api/me', undefined, bearer)).body).toMatchObject({ id: person.id })
    const list = await person.send('GET', '/api/tokens')
    expect(list.body).toMatchObject([{ id: made.id, name: 'Báo cáo tuần', scope: 'read' }])
    expect(JSON.stringify(list.body)).not.toContain(made.token)
    expect((await person.send('DELETE', `/api/tokens/${made.id}`)).status).toBe(204)
    const after = await server.stranger().send('GET', '/api/me', undefined, bearer)
    expect(after).toMatchObject({ status: 401, body: { code: 'auth.token' } })
  })

  test('the database does not know the token itself', async () => {
    const person = await server.person()
    const { token } = (await person.send('POST', '/api/tokens', create)).body as { token: string }
    const rows = await server.running.database.query.selectFrom('access_tokens').selectAll().execute()
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows)).not.toContain(token)
  })

  test('an expired token is refused', async () => {
    const person = await server.person()
    const { id, token } = (await person.send('POST', '/api/tokens', create)).body as { id: string; token: string }
    await server.running.database.query
      .updateTable('access_tokens')
      .set({ expires_at: Date.now() - 1 })
      .where('id', '=', id)
      .execute()
    const answer = await server.stranger().send('GET', '/api/me', undefined, { authorization: `Bearer ${token}` })
    expect(answer.status).toBe(401)
  })

  test('a token makes no tokens and changes no password', async () => {
    const person = await server.person()
    const { token } = (await person.send('POST', '/api/tokens', { ...create, scope: 'write' })).body as {
      token: string
    }
    const bearer = { authorization: `Bearer ${token}` }
    const change = { currentPassword: person.password, newPassword: 'mat-khau-moi-hon' }
    expect((await server.stranger().send('POST', '/api/tokens', create, bearer)).status).toBe(403)
    expect((await server.stranger().send('POST', '/api/auth/change-password', change, bearer)).status).toBe(403)
  })

  test('a token that only reads changes nothing, whatever its owner may', async () => {
    const unit = await server.unit('CCB')
    const administrator = await server.person({ units: [unit], administrator: true })
    const { token } = (await administrator.send('POST', '/api/tokens', create)).body as { token: string }
    const bearer = { authorization: `Bearer ${token}` }
    const description = await server.stranger().send('GET', '/api/openapi.json')
    const { paths } = description.body as { paths: Record<string, Record<string, { security: unknown[] }>> }
    const changing = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method, { security }]) => method !== 'get' && security.length > 0)
        .map(([method]) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'a'.repeat(20))] as const),
    )
    expect(changing.length).toBeGreaterThan(15)
    for (const [method, path] of changing) {
      if (path.endsWith('/documents')) continue
      const answer = await server.stranger().send(method, path, {}, bearer)
      expect(answer, `${method} ${path}`).toMatchObject({ status: 403, body: { code: 'not.allowed' } })
    }
    expect((await server.stranger().send('GET', '/api/plans', undefined, bearer)).status).toBe(200)
  })

  test("nobody sees or revokes another person's token", async () => {
    const [owner, other] = [await server.person(), await server.person()]
    const { id } = (await owner.send('POST', '/api/tokens', create)).body as { id: string }
    expect((await other.send('GET', '/api/tokens')).body).toEqual([])
    expect((await other.send('DELETE', `/api/tokens/${id}`)).status).toBe(404)
    expect((await owner.send('GET', '/api/tokens')).body).toMatchObject([{ id }])
  })
})
