import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProvider, type TestProvider } from '../support/oidc-provider.ts'
import { startServer, type TestPerson, type TestServer } from '../support/server.ts'

let provider: TestProvider
let server: TestServer
let administrator: TestPerson
beforeAll(async () => {
  provider = await startProvider()
  server = await startServer({ environment: provider.environment })
  provider.admit(server.address)
  administrator = await server.person({ username: 'quantri', administrator: true })
})
afterAll(async () => {
  await server.stop()
  await provider.stop()
})

type Caller = ReturnType<TestServer['stranger']>

/** A browser at the provider: follows its redirects and fills in its pages until it is sent back to us. */
async function atProvider(address: string, subject: string): Promise<string> {
  const cookies = new Map<string, string>()
  let next = { url: address, form: null as URLSearchParams | null }
  for (let page = 0; page < 12; page += 1) {
    if (next.url.startsWith(server.address)) return next.url.slice(server.address.length)
    const response = await fetch(next.url, {
      method: next.form === null ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(next.form === null ? {} : { body: next.form }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location !== null) {
      next = { url: new URL(location, next.url).href, form: null }
      continue
    }
    const html = await response.text()
    const action = /<form[^>]* action="([^"]+)"/.exec(html)?.[1]
    const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1]
    if (action === undefined || prompt === undefined) throw new Error(html)
    const form = new URLSearchParams({ prompt, ...(prompt === 'login' && { login: subject, password: 'bất kỳ' }) })
    next = { url: new URL(action, next.url).href, form }
  }
  throw new Error('the provider does not send us back')
}

async function start(caller: Caller, path = '/api/auth/oidc/start', body: unknown = { next: '/plans/new' }) {
  const started = await caller.send('POST', path, path.endsWith('start') ? body : undefined)
  expect(started.status).toBe(200)
  return (started.body as { address: string }).address
}

/** Where somebody ends up who signs in at the provider as `subject`. */
async function comeBack(caller: Caller, subject: string): Promise<string | null> {
  const answer = await caller.send('GET', await atProvider(await start(caller), subject))
  expect(answer.status).toBe(302)
  return answer.headers.get('location')
}

async function link(person: TestPerson, subject: string): Promise<string | null> {
  const back = await atProvider(await start(person, '/api/account/identity'), subject)
  return (await person.send('GET', back)).headers.get('location')
}

const verify = (person: { id: string }, email: string) =>
  administrator.send('PUT', `/api/people/${person.id}/email`, { email })

test('the sign-in screen is told of the provider', async () => {
  const answer = await server.stranger().send('GET', '/api/auth/ways')
  expect(answer.body).toEqual({ oidc: { label: 'Cổng nội bộ' } })
})

test('state, nonce and a proof key go along', async () => {
  const address = new URL(await start(server.stranger()))
  expect(Object.fromEntries(address.searchParams)).toMatchObject({
    response_type: 'code',
    state: expect.stringMatching(/.{40}/),
    nonce: expect.stringMatching(/.{40}/),
    code_challenge_method: 'S256',
    redirect_uri: `${server.address}/api/auth/oidc/callback`,
  })
})

test('who has the address that an administrator verified is in, and stays linked when the address changes', async () => {
  const person = await server.person()
  expect((await verify(person, 'Ha.Nguyen@example.vn')).status).toBe(204)
  provider.say('ha', { email: 'ha.nguyen@example.vn', email_verified: true })
  const caller = server.stranger()
  expect(await comeBack(caller, 'ha')).toBe('/plans/new')
  expect((await caller.send('GET', '/api/me')).body).toMatchObject({ id: person.id })

  provider.say('ha', { email: 'ten.moi@example.vn', email_verified: true })
  const again = server.stranger()
  expect(await comeBack(again, 'ha')).toBe('/plans/new')
  expect((await again.send('GET', '/api/me')).body).toMatchObject({ id: person.id })
})

describe('nobody comes in', () => {
  const refused = '/sign-in?next=%2Fplans%2Fnew&problem=oidc.unknown'

  test('whom we do not know: no account is made', async () => {
    provider.say('la', { email: 'la@example.vn', email_verified: true })
    const count = () => server.running.database.query.selectFrom('user').select('id').execute()
    const before = (await count()).length
    const caller = server.stranger()
    expect(await comeBack(caller, 'la')).toBe(refused)
    expect((await caller.send('GET', '/api/me')).status).toBe(401)
    expect(await count()).toHaveLength(before)
  })

  test('by having the same user name', async () => {
    await server.person({ username: 'trungten' })
    expect(await comeBack(server.stranger(), 'trungten')).toBe(refused)
  })

  test('by an address that the provider has not verified', async () => {
    await verify(await server.person(), 'chua@example.vn')
    provider.say('chua', { email: 'chua@example.vn', email_verified: false })
    expect(await comeBack(server.stranger(), 'chua')).toBe(refused)
  })

  test('by an address that the person has only typed here', async () => {
    const person = await server.person()
    expect((await person.send('PUT', '/api/account/email', { email: 'tugo@example.vn' })).status).toBe(204)
    provider.say('tugo', { email: 'tugo@example.vn', email_verified: true })
    expect(await comeBack(server.stranger(), 'tugo')).toBe(refused)
  })

  test('by an address, where the account has an identity already', async () => {
    const person = await server.person()
    await verify(person, 'chung@example.vn')
    await link(person, 'chung-mot')
    provider.say('chung-hai', { email: 'chung@example.vn', email_verified: true })
    expect(await comeBack(server.stranger(), 'chung-hai')).toBe(refused)
  })

  test('who is deactivated', async () => {
    const person = await server.person()
    await verify(person, 'nghi@example.vn')
    provider.say('nghi', { email: 'nghi@example.vn', email_verified: true })
    await administrator.send('PUT', `/api/people/${person.id}/active`, { active: false })
    expect(await comeBack(server.stranger(), 'nghi')).toBe('/sign-in?next=%2Fplans%2Fnew&problem=auth.deactivated')
  })

  test('with what was begun in another browser, twice, or made up', async () => {
    await verify(await server.person(), 'lan@example.vn')
    provider.say('lan', { email: 'lan@example.vn', email_verified: true })
    const caller = server.stranger()
    const { cookie } = caller
    const back = await atProvider(await start(caller), 'lan')
    const begun = caller.cookie
    const elsewhere = await server.stranger().send('GET', back)
    expect(elsewhere.headers.get('location')).toBe('/sign-in?problem=oidc.failed')
    const forged = await caller.send('GET', back.replace(/state=[^&]+/, `state=${'x'.repeat(43)}`))
    expect(forged.headers.get('location')).toContain('oidc.failed')
    expect((await server.stranger().send('GET', back, undefined, { cookie: begun })).headers.get('location')).toBe(
      '/plans/new',
    )
    const twice = await server.stranger().send('GET', back, undefined, { cookie: begun })
    expect(twice.headers.get('location')).toContain('oidc.failed')
    expect(cookie).toBe('')
  })
})

describe('linking while one is signed in', () => {
  test('needs no address, and one whom the provider vouches for becomes the verified one', async () => {
    const person = await server.person()
    provider.say('noi', { email: 'noi@example.vn', email_verified: true })
    expect(await link(person, 'noi')).toBe('/account')
    expect((await person.send('GET', '/api/account')).body).toMatchObject({
      identity: true,
      email: 'noi@example.vn',
      emailVerified: true,
    })
    const caller = server.stranger()
    await comeBack(caller, 'noi')
    expect((await caller.send('GET', '/api/me')).body).toMatchObject({ id: person.id })
  })

  test('an identity that is taken stays where it is', async () => {
    const [person, other] = [await server.person(), await server.person()]
    await link(person, 'da-noi')
    expect(await link(other, 'da-noi')).toBe('/account?problem=oidc.taken')
    expect((await other.send('GET', '/api/account')).body).toMatchObject({ identity: false })
  })

  test('is undone, but not where nothing else would be left to sign in with', async () => {
    const person = await server.person()
    await link(person, 'go')
    await server.running.database.query
      .deleteFrom('account')
      .where('userId', '=', person.id)
      .where('providerId', '=', 'credential')
      .execute()
    expect((await person.send('DELETE', '/api/account/identity')).body).toMatchObject({ code: 'identity.only' })
    const kept = await server.person()
    await link(kept, 'go-duoc')
    expect((await kept.send('DELETE', '/api/account/identity')).status).toBe(204)
    expect(await comeBack(server.stranger(), 'go-duoc')).toContain('oidc.unknown')
  })

  test('ends nowhere when somebody else has signed in meanwhile', async () => {
    const [person, other] = [await server.person(), await server.person()]
    const back = await atProvider(await start(person, '/api/account/identity'), 'nguoi-khac')
    const begun = person.cookie.split('; ').find((cookie) => cookie.startsWith('soanchung.oidc='))
    const answer = await server.stranger().send('GET', back, undefined, { cookie: `${other.cookie}; ${begun}` })
    expect(answer.headers.get('location')).toBe('/account?problem=oidc.failed')
  })
})

test('nobody floods the provider through us, and others come in meanwhile', async () => {
  const own = await startServer({
    environment: { ...provider.environment, TRUST_PROXY: 'loopback', LOG_LEVEL: 'silent' },
  })
  const caller = own.stranger()
  await caller.send('POST', '/api/auth/oidc/start', {})
  const state = 'x'.repeat(43)
  const back = (address: string) =>
    own.stranger().send('GET', `/api/auth/oidc/callback?code=a&state=${state}`, undefined, {
      cookie: caller.cookie,
      'x-forwarded-for': address,
    })
  const answers = await Promise.all(Array.from({ length: 40 }, () => back('203.0.113.7')))
  const slowed = answers.filter(({ headers }) => headers.get('location')?.includes('auth.slow'))
  expect(slowed).toHaveLength(10)
  expect((await back('198.51.100.1')).headers.get('location')).toContain('oidc.failed')
  await own.stop()
})

test('without a provider there is no button, and nothing to begin', async () => {
  const plain = await startServer()
  expect((await plain.stranger().send('GET', '/api/auth/ways')).body).toEqual({ oidc: null })
  expect((await plain.stranger().send('POST', '/api/auth/oidc/start', {})).status).toBe(404)
  await plain.stop()
})

test('a provider that is away is said so, and the server stays up', async () => {
  const away = await startProvider()
  const plain = await startServer({ environment: { ...away.environment, LOG_LEVEL: 'silent' } })
  await away.stop()
  const answer = await plain.stranger().send('POST', '/api/auth/oidc/start', {})
  expect(answer).toMatchObject({ status: 502, body: { code: 'oidc.failed' } })
  await plain.stop()
})
