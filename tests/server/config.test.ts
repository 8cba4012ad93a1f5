import { describe, expect, test } from 'vitest'
import { describeSettings, readConfig, settings, settingsMarkdown } from '@soanchung/server/src/config.ts'

const bad: [name: keyof typeof settings, value: string][] = [
  ['PORT', '70000'],
  ['PORT', '80a'],
  ['PORT', '-1'],
  ['DATABASE_URL', 'mysql://may-chu/soanchung'],
  ['SOANCHUNG_DEMO', 'yes'],
  ['SOANCHUNG_SECRET', 'ngan'],
  ['PUBLIC_URL', 'soan.example.vn'],
  ['PUBLIC_URL', 'https://soan.example.vn/van-ban'],
  ['PUBLIC_URL', 'https://soan.example.vn, ftp://soan.example.vn'],
  ['TRUST_PROXY', 'cong-vao'],
  ['LOG_LEVEL', 'loud'],
]

const good: [name: keyof typeof settings, value: string][] = [
  ['PORT', '0'],
  ['PORT', '65535'],
  ['DATABASE_URL', 'postgres://soan@localhost/soanchung'],
  ['SOANCHUNG_DEMO', 'off'],
  ['PUBLIC_URL', 'https://soan.example.vn, http://10.0.0.4:8080/'],
  ['TRUST_PROXY', 'loopback 10.0.0.0/8 ::1'],
  ['LOG_LEVEL', 'silent'],
]

describe('settings', () => {
  test('an empty environment gives a server for this machine alone, with the demo', () => {
    const read = readConfig({})
    expect(read).toMatchObject({ ok: true, value: { host: '127.0.0.1', port: 8080, demo: true, publicOrigins: [] } })
  })

  test.each(bad)('%s=%s is refused by name in both languages', (name, value) => {
    const read = readConfig({ [name]: value })
    expect(read.ok ? [] : read.problems.map((problem) => problem.name)).toEqual([name])
    expect(read.ok ? '' : read.problems[0]?.vi).toContain(name)
  })

  test.each(good)('%s=%s is accepted', (name, value) => {
    expect(readConfig({ [name]: value }).ok).toBe(true)
  })

  test('all bad settings are named at once', () => {
    const read = readConfig(Object.fromEntries(bad))
    expect(read.ok ? [] : read.problems.map((problem) => problem.name)).toEqual([...new Set(bad.map(([name]) => name))])
  })

  test('what is secret is not repeated in its error', () => {
    const read = readConfig({ SOANCHUNG_SECRET: 'kin', DATABASE_URL: 'mysql://nguoi:matkhau@may' })
    expect(JSON.stringify(read)).not.toMatch(/kin"|matkhau/)
  })

  test('public addresses are kept as origins', () => {
    const read = readConfig({ PUBLIC_URL: 'https://soan.example.vn:443/, http://10.0.0.4:8080' })
    expect(read.ok && read.value.publicOrigins).toEqual(['https://soan.example.vn', 'http://10.0.0.4:8080'])
  })

  test('the explanation and the page in the documentation name every setting', () => {
    for (const name of Object.keys(settings)) {
      expect(describeSettings()).toContain(name)
      expect(settingsMarkdown('en')).toContain(`| \`${name}\` |`)
    }
  })
})
