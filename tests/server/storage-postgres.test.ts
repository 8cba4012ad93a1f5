import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { newId } from '@soanchung/shared/ids.ts'
import { openDatabase } from '@soanchung/server/src/storage/database.ts'
import { acceptStorage, type StoragePlace } from './storage-acceptance.ts'

const addresses = [process.env['TEST_DATABASE_URL'], 'postgres://root@127.0.0.1:5432/test'].filter(
  (address) => address !== undefined,
)
const reachable = await findPostgres()

async function findPostgres(): Promise<string | null> {
  for (const address of addresses) {
    const place = newPlace(address)
    try {
      await (await place.open()).close()
      await place.remove()
      return address
    } catch (error) {
      console.log(`no PostgreSQL at ${address}: ${String(error)}`)
    }
  }
  return null
}

/** A schema of its own, dropped afterwards. */
function newPlace(address: string): StoragePlace {
  const schema = `soanchung_${newId()}`
  const url = new URL(address)
  url.searchParams.set('schema', schema)
  const databaseUrl = url.toString()
  return {
    open: () => openDatabase({ dataFolder: '', databaseUrl }),
    async remove() {
      url.searchParams.set('schema', `${schema}_end`)
      const database = await openDatabase({ dataFolder: '', databaseUrl: url.toString() })
      await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(database.query)
      await sql`drop schema if exists ${sql.id(`${schema}_end`)} cascade`.execute(database.query)
      await database.close()
    },
  }
}

if (reachable !== null) {
  acceptStorage('PostgreSQL', async () => newPlace(reachable))
} else if (process.env['CI'] === undefined) {
  test.skip('PostgreSQL: none can be reached; set TEST_DATABASE_URL to test the storage on it', () => undefined)
} else {
  test('in CI a PostgreSQL can be reached', () => expect(reachable).not.toBeNull())
}
