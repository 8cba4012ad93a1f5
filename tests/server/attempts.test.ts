import { expect, test } from 'vitest'
import {
  createAttempts,
  knownDevice,
  passwordLimits,
  rememberDevice,
  type Attempts,
} from '@soanchung/server/src/accounts/attempts.ts'

function failing(attempts: Attempts, times: number, name: string, address: string, device: string | null = null) {
  return Array.from({ length: times }, () => attempts.take(name, address, device).allowed)
}

const allowedOf = (tried: boolean[]) => tried.filter((allowed) => allowed).length

test('a name may fail five times a minute from one address', () => {
  let now = 0
  const attempts = createAttempts(passwordLimits, () => now)
  expect(allowedOf(failing(attempts, 9, 'Phunu', '10.0.0.1'))).toBe(5)
  expect(attempts.take('phunu', '10.0.0.1', null).allowed).toBe(false)
  now = 60_001
  expect(attempts.take('phunu', '10.0.0.1', null).allowed).toBe(true)
})

test('a flood on a name from one address leaves the person free to come in from another', () => {
  const attempts = createAttempts(passwordLimits)
  failing(attempts, 500, 'phunu', '10.0.0.1')
  expect(attempts.take('phunu', '10.0.0.2', null).allowed).toBe(true)
})

test('a name is guessed no oftener from many addresses', () => {
  const attempts = createAttempts(passwordLimits)
  const tried = Array.from({ length: 300 }, (_, index) => attempts.take('phunu', `10.0.1.${index}`, null).allowed)
  expect(allowedOf(tried)).toBe(25)
})

test('an address that tries many names is slowed down, another address is not', () => {
  const attempts = createAttempts(passwordLimits)
  const tried = Array.from({ length: 31 }, (_, index) => attempts.take(`nguoi${index}`, '10.0.0.1', null).allowed)
  expect(allowedOf(tried)).toBe(30)
  expect(attempts.take('nguoi99', '10.0.0.2', null).allowed).toBe(true)
})

test('a browser in which the person has signed in before is not touched by a flood on name and address', () => {
  const attempts = createAttempts(passwordLimits)
  for (let index = 0; index < 300; index += 1) attempts.take('phunu', `10.0.0.${index % 250}`, null)
  expect(attempts.take('phunu', '10.0.0.1', null).allowed).toBe(false)
  expect(allowedOf(failing(attempts, 9, 'phunu', '10.0.0.1', 'their browser'))).toBe(5)
})

test('one household of IPv6 counts as one address, however many it takes', () => {
  const attempts = createAttempts(passwordLimits)
  const tried = Array.from({ length: 40 }, (_, index) => attempts.take(`n${index}`, `2001:db8::${index}`, null).allowed)
  expect(allowedOf(tried)).toBe(30)
  expect(attempts.take('khac', '2001:db8:0:1::1', null).allowed).toBe(true)
  const mapped = createAttempts(passwordLimits)
  expect(allowedOf(failing(mapped, 9, 'phunu', '::ffff:10.0.0.1'))).toBe(5)
  expect(mapped.take('phunu', '10.0.0.1', null).allowed).toBe(false)
})

test('success gives the attempt back', () => {
  const attempts = createAttempts(passwordLimits)
  expect(failing(attempts, 4, 'phunu', '10.0.0.1')).not.toContain(false)
  const fifth = attempts.take('phunu', '10.0.0.1', null)
  if (fifth.allowed) fifth.succeeded()
  expect(allowedOf(failing(attempts, 6, 'phunu', '10.0.0.1'))).toBe(1)
})

test('a browser is known for the person alone who signed in with it, and nobody can write the cookie themselves', () => {
  const cookie = (rememberDevice('a secret', 'phunu', new Headers(), false) ?? '').split(';')[0] ?? ''
  const withCookie = (value: string) => new Headers({ cookie: `a=b; ${value}` })
  expect(knownDevice('a secret', 'PhuNu', withCookie(cookie))).toMatch(/^[\w-]{22}$/)
  expect(knownDevice('a secret', 'nongdan', withCookie(cookie))).toBeNull()
  expect(knownDevice('another', 'phunu', withCookie(cookie))).toBeNull()
  expect(knownDevice('a secret', 'phunu', withCookie(cookie.replace(/.$/, '-')))).toBeNull()
})
