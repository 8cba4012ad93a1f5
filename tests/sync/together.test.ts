import { afterEach, beforeEach, expect, test } from 'vitest'
import { acknowledged, openClient, synced, text, until, type SyncClient } from '../support/sync-client.ts'
import { plainPlan, startSyncServer, type SyncServer } from '../support/sync-server.ts'

let server: SyncServer
let clients: SyncClient[]

beforeEach(async () => {
  server = await startSyncServer()
  clients = []
})
afterEach(async () => {
  for (const client of clients) client.close()
  await server.close()
})

async function join(user: string): Promise<SyncClient> {
  const client = openClient({ ...server, epoch: server.database.epoch }, { user, document: plainPlan.part })
  clients.push(client)
  return await synced(client)
}

test('two people who type in one part see the same text', async () => {
  const [an, binh] = [await join('an'), await join('binh')]

  text(an.doc).insert(0, 'Kế hoạch ')
  text(binh.doc).insert(0, 'năm 2026')

  await until(() => text(an.doc).length === 17 && text(binh.doc).length === 17, 'both have all')
  expect(text(an.doc).toString()).toBe(text(binh.doc).toString())
})

test('what is acknowledged is in the log and comes back to who opens the part later', async () => {
  const an = await join('an')
  text(an.doc).insert(0, 'Hội Nông dân')
  await acknowledged(an)

  an.close()
  const later = await join('binh')

  expect(text(later.doc).toString()).toBe('Hội Nông dân')
  expect(text(await server.sync.readDocument(plainPlan.part)).toString()).toBe('Hội Nông dân')
})
