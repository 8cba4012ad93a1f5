import { afterEach, beforeEach, expect, test } from 'vitest'
import { acknowledged, startWithClients, text, until, type ServerWithClients } from '../support/sync-client.ts'
import { plainPlan } from '../support/sync-server.ts'

let server: ServerWithClients

beforeEach(async () => {
  server = await startWithClients()
})
afterEach(() => server.close())

test('two people who type in one part see the same text', async () => {
  const [an, binh] = [await server.join('an'), await server.join('binh')]

  text(an.doc).insert(0, 'Kế hoạch ')
  text(binh.doc).insert(0, 'năm 2026')

  await until(() => text(an.doc).length === 17 && text(binh.doc).length === 17, 'both have all')
  expect(text(an.doc).toString()).toBe(text(binh.doc).toString())
})

test('what is acknowledged is in the log and comes back to who opens the part later', async () => {
  const an = await server.join('an')
  text(an.doc).insert(0, 'Hội Nông dân')
  await acknowledged(an)

  an.close()
  const later = await server.join('binh')

  expect(text(later.doc).toString()).toBe('Hội Nông dân')
  expect(text(await server.sync.readDocument(plainPlan.part)).toString()).toBe('Hội Nông dân')
})
