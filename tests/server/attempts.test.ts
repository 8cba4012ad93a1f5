import { expect, test } from 'vitest'
import { createAttempts } from '@soanchung/server/src/accounts/attempts.ts'

function failing(attempts: ReturnType<typeof createAttempts>, times: number, name: string, address: string) {
  return Array.from({ length: times }, () => attempts.take(name, address).allowed)
}

test('a name may fail five times a minute, wherever it is tried from', () => {
  let now = 0
  const attempts = createAttempts(() => now)
  const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']
  expect(addresses.map((address) => attempts.take('Phunu', address).allowed)).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
  ])
  expect(attempts.take('phunu', '10.0.0.9').allowed).toBe(false)
  now = 60_001
  expect(attempts.take('phunu', '10.0.0.9').allowed).toBe(true)
})

test('an address that tries many names is slowed down, another address is not', () => {
  const attempts = createAttempts()
  const tried = Array.from({ length: 31 }, (_, index) => attempts.take(`nguoi${index}`, '10.0.0.1').allowed)
  expect(tried.filter((allowed) => allowed)).toHaveLength(30)
  expect(attempts.take('nguoi99', '10.0.0.2').allowed).toBe(true)
})

test('success gives the attempt back', () => {
  const attempts = createAttempts()
  expect(failing(attempts, 4, 'phunu', '10.0.0.1')).not.toContain(false)
  const fifth = attempts.take('phunu', '10.0.0.1')
  if (fifth.allowed) fifth.succeeded()
  expect(failing(attempts, 6, 'phunu', '10.0.0.1').filter((allowed) => allowed)).toHaveLength(5)
})
