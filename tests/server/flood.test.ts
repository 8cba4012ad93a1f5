import { afterEach, expect, test } from 'vitest'
import { startServer, testPassword, type TestServer } from '../support/server.ts'

let server: TestServer
afterEach(() => server.stop())

const path = '/api/auth/sign-in/username'

/** A wrong password for this name, as a proxy says it comes from this address. */
const guess = (username: string, address?: string) =>
  server
    .stranger()
    .send('POST', path, { username, password: 'khong-dung-dau' }, address ? { 'x-forwarded-for': address } : {})

const signInFrom = (address: string, username: string) =>
  server.stranger().send('POST', path, { username, password: testPassword }, { 'x-forwarded-for': address })

test('while a name is flooded from one address, that person and others sign in from elsewhere', async () => {
  server = await startServer({ environment: { TRUST_PROXY: 'loopback' } })
  const [flooded, other] = [await server.person(), await server.person()]
  const flood = Promise.all(Array.from({ length: 200 }, () => guess(flooded.username, '203.0.113.7')))
  const meanwhile = await Promise.all([
    signInFrom('198.51.100.1', flooded.username),
    signInFrom('198.51.100.1', other.username),
    signInFrom('203.0.113.7', other.username),
  ])
  expect(meanwhile.map(({ status }) => status)).toEqual([200, 200, 200])
  const statuses = (await flood).map(({ status }) => status)
  expect(statuses.filter((status) => status === 401)).toHaveLength(5)
  expect(statuses.filter((status) => status === 429)).toHaveLength(195)
})

test('while an address is flooded, people there still sign in with the browser that they always use', async () => {
  server = await startServer({ environment: { TRUST_PROXY: 'loopback' } })
  const person = await server.person()
  const known = await server.signIn(person.username, testPassword)
  await Promise.all(Array.from({ length: 100 }, (_, index) => guess(`ten${index}`, '203.0.113.7')))
  expect((await signInFrom('203.0.113.7', person.username)).status).toBe(429)
  const body = { username: person.username, password: testPassword }
  expect((await known.send('POST', path, body, { 'x-forwarded-for': '203.0.113.7' })).status).toBe(200)
})

test('nobody slips through by naming another address, unless the proxy is one to be believed', async () => {
  server = await startServer()
  const person = await server.person()
  const tried = []
  for (let index = 0; index < 8; index += 1) tried.push((await guess(person.username, `203.0.113.${index}`)).status)
  expect(tried).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
})

test('of the addresses that a trusted proxy passes on, the one counts that it saw itself', async () => {
  server = await startServer({ environment: { TRUST_PROXY: 'loopback' } })
  const person = await server.person()
  const tried = []
  for (let index = 0; index < 8; index += 1) {
    tried.push((await guess(person.username, `10.9.9.${index}, 203.0.113.7`)).status)
  }
  expect(tried.filter((status) => status === 401)).toHaveLength(5)
})
