import { sql } from 'kysely'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '@soanchung/server/src/storage/database.ts'
import { createLog } from '@soanchung/server/src/storage/log.ts'
import { acceptStorage } from './storage-acceptance.ts'

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'soanchung-'))
}

acceptStorage('SQLite', async () => {
  const dataFolder = newFolder()
  return {
    open: () => openDatabase({ dataFolder }),
    remove: async () => rmSync(dataFolder, { recursive: true, force: true }),
  }
})

let dataFolder: string
beforeEach(() => {
  dataFolder = newFolder()
})
afterEach(() => rmSync(dataFolder, { recursive: true, force: true }))

test('a second server is told that the folder is in use, and a command beside it is not', async () => {
  const first = await openDatabase({ dataFolder })

  await expect(openDatabase({ dataFolder })).rejects.toMatchObject({ code: 'storage.locked' })
  const beside = await openDatabase({ dataFolder, lock: false })

  expect(beside.epoch).toBe(first.epoch)
  await beside.close()
  await first.close()
  await (await openDatabase({ dataFolder })).close()
})

test('a folder that cannot be made is refused', async () => {
  writeFileSync(join(dataFolder, 'file'), '')

  await expect(openDatabase({ dataFolder: join(dataFolder, 'file', 'data') })).rejects.toMatchObject({
    code: 'storage.unwritable',
  })
})

test.runIf(process.platform === 'linux')(
  'a folder where the system allows none is refused, not tried for ever',
  async () => {
    await expect(openDatabase({ dataFolder: '/proc/soanchung/data' })).rejects.toMatchObject({
      code: 'storage.unwritable',
    })
  },
)

test('folders are made as deep as they are asked for', async () => {
  await (await openDatabase({ dataFolder: join(dataFolder, 'a', 'b', 'c') })).close()
})

test('a full disk fails the append alone, and writing goes on once there is room', async () => {
  const database = await openDatabase({ dataFolder })
  const log = createLog(database, pino({ level: 'silent' }))
  await log.append('part/a', new Uint8Array([1]), null, [])
  await sql`pragma max_page_count = 1`.execute(database.query)

  await expect(log.append('part/a', new Uint8Array(100_000), null, [])).rejects.toMatchObject({ code: 'storage.full' })
  await sql`pragma max_page_count = 1000000`.execute(database.query)

  expect(await log.append('part/a', new Uint8Array([2]), null, [])).toBe(2)
  await log.close()
  await database.close()
})
