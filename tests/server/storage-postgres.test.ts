import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { newId } from '@soanchung/shared/ids.ts'
import { openDatabase } from '@soanchung/server/src/storage/database.ts'
import { outlineDocument, partDocument, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import { readTargets, registers, writeCells } from '@soanchung/shared/targets/register.ts'
import { aCount, aLevelPlan, anOffice, aPair, count, numbersOf, type LevelPlan } from '../support/linked-plans.ts'
import { aPart, aPlan } from '../support/plans.ts'
import { expectOk, givePlan, startServer, type TestPerson, type TestServer } from '../support/server.ts'
import { acknowledged, openClient, synced, text, until, type SyncClient } from '../support/sync-client.ts'
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
interface PostgresPlace extends StoragePlace {
  databaseUrl: string
  /** Ends every connection to the schema, as a database that starts anew does. */
  cutConnections(): Promise<void>
}

function newPlace(address: string): PostgresPlace {
  const schema = `soanchung_${newId()}`
  const url = new URL(address)
  url.searchParams.set('schema', schema)
  url.searchParams.set('application_name', schema)
  const databaseUrl = url.toString()
  return {
    databaseUrl,
    open: () => openDatabase({ dataFolder: '', databaseUrl }),
    async cutConnections() {
      const other = new URL(address)
      other.searchParams.set('schema', `${schema}_end`)
      const database = await openDatabase({ dataFolder: '', databaseUrl: other.toString() })
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${schema}`.execute(
        database.query,
      )
      await database.close()
    },
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

  describe('a server on PostgreSQL', () => {
    let place: PostgresPlace
    let server: TestServer
    beforeAll(async () => {
      place = newPlace(reachable)
      server = await startServer({ environment: { DATABASE_URL: place.databaseUrl, LOG_LEVEL: 'silent' } })
    })
    afterAll(async () => {
      await server.stop()
      await place.remove()
    })

    async function connect(to: TestServer, person: TestPerson, document: DocumentName, doc?: Y.Doc) {
      const { port, origin } = new URL(to.address)
      const at = { port: Number(port), origin, epoch: to.running.database.epoch }
      const client = openClient(at, { user: person.username, cookie: person.cookie, document, ...(doc && { doc }) })
      await synced(client)
      await acknowledged(client)
      return client
    }

    /** A plan of its own maker, with its one part open. */
    async function openPart(): Promise<{
      lead: TestPerson
      part: DocumentName
      client: SyncClient
      open(): Promise<SyncClient>
    }> {
      const lead = await server.person({ units: [await server.unit(newId().slice(0, 6))] })
      const given = aPart('Mục tiêu')
      await givePlan(lead, aPlan([given]))
      const { port, origin } = new URL(server.address)
      const target = { port: Number(port), origin, epoch: server.running.database.epoch }
      const part = partDocument(given.id)
      const options = { user: lead.username, cookie: lead.cookie, document: part, reconnect: true }
      const open = () => synced(openClient(target, options))
      return { lead, part, open, client: await open() }
    }

    test('people sign in, make a plan, write in it and find it in their list', async () => {
      const { lead, part, client } = await openPart()

      text(client.doc).insert(0, 'Phấn đấu 95% hộ tham gia.')
      await acknowledged(client)

      expect(text(await server.running.sync.readDocument(part)).toString()).toBe('Phấn đấu 95% hộ tham gia.')
      expect((await lead.send('GET', '/api/plans')).body).toMatchObject([{ subject: 'Xây dựng khu dân cư sạch' }])
      expect((await lead.send('POST', '/api/auth/sign-out', {})).status).toBe(204)
      await until(() => client.refusals.includes('auth.required'), 'out')
      client.close()
    })

    test('of two plans that name each other at the same instant one is refused', async () => {
      const office = await anOffice(server, 'MTTQ')
      for (let round = 0; round < 10; round++) {
        const [a, b] = [await aLevelPlan(server, office), await aLevelPlan(server, office)]
        const answers = await Promise.all([a.names(b.id), b.names(a.id)])
        expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
      }
    })

    test('links, edits and stages that change at once wait for each other and never for ever', async () => {
      const [top, ...low] = await Promise.all(['TỈNH', 'XÃ A', 'XÃ B', 'XÃ C'].map((one) => anOffice(server, one)))
      if (top === undefined) throw new Error('four offices')
      const { above, below } = await aPair(server, { above: top, below: low }, [aCount('Mô hình', '100')])
      const [target] = above.targets
      const share = { way: 'share', key: 'số hộ' } as const
      const all = low.map(({ unit }) => ({ unit: unit.id, weight: '1' }))
      await expectOk(above.give({ ...share, units: all }))
      for (let round = 0; round < 5; round++) {
        const work = below.flatMap((plan, index) => [
          plan.answers({ superior: target }),
          plan.put('/stage', { stage: round % 2 === 0 ? 'review' : 'drafting' }),
          above.give({ ...share, units: [{ unit: plan.unit.id, weight: String(1 + index + round) }] }),
        ])
        const edit = above.sets(target, { 'value.2026': { quantity: count(String(100 + round)) } })
        const answers = await Promise.all(work)
        await edit
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 204))
      }
      for (const plan of below) await expectOk(plan.answers({ superior: target }))
      expect(numbersOf({ 2026: (await above.rolled()).years['2026']?.stated.quantity ?? count('0') })).toEqual({
        2026: '104',
      })
    })

    test('an answer that comes while the plan is issued is refused, and nothing is written', async () => {
      const [top, low] = [await anOffice(server, 'TỈNH'), await anOffice(server, 'XÃ')]
      const { above, below } = await aPair(server, { above: top, below: [low] }, [aCount('Mô hình', '100')])
      const plan = below[0] as LevelPlan
      await expectOk(above.give({ units: [{ unit: low.unit.id }] }))
      const { database, sync } = server.running
      const isHeld = async () => {
        const held = sql<{ held: string }>`select count(*) as held from pg_locks where not granted`
        return Number((await held.execute(database.query)).rows[0]?.held) > 0
      }
      const answered = await database.transaction(async (transaction) => {
        await transaction.updateTable('plans').set({ stage: 'issued' }).where('id', '=', plan.id).execute()
        const coming = plan.answers({ superior: above.targets[0] })
        await expect.poll(isHeld).toBe(true)
        return { coming }
      })
      expect((await answered.coming).body).toMatchObject({ code: 'plan.issued' })
      expect(readTargets(await sync.readDocument(partDocument(plan.part)))).toEqual([])
    })

    test('what one server projects, rolls up and finds replaced is there, and heard, at the other', async () => {
      const [top, low] = [await anOffice(server, 'TỈNH'), await anOffice(server, 'XÃ')]
      const { above, below } = await aPair(server, { above: top, below: [low] }, [aCount('Mô hình', '100')])
      const plan = below[0] as LevelPlan
      const environment = { DATABASE_URL: place.databaseUrl, LOG_LEVEL: 'silent' }
      const other = await startServer({ environment, dataFolder: server.dataFolder })
      const outline = await connect(other, top.lead, outlineDocument(above.id))
      await expectOk(above.give({ way: 'share', key: 'số hộ', units: [{ unit: low.unit.id, weight: '420' }] }))
      await expectOk(plan.answers({ superior: above.targets[0] }))
      expect(numbersOf((await above.row(low)).values)).toEqual({ 2026: '100' })
      await until(() => outline.messages.some((message) => message.includes('"links"')), 'told of links')

      const [lead, document] = [await server.person({ units: [top.unit] }), partDocument(above.part)]
      const two = await Promise.all(
        [1, 2].map(async () => Y.encodeStateAsUpdate(await other.running.sync.readDocument(document))),
      )
      for (const [index, person] of [top.lead, lead].entries()) {
        const doc = new Y.Doc({ gc: false })
        Y.applyUpdate(doc, two[index] ?? new Uint8Array())
        writeCells(doc, registers.targets, above.targets[0] ?? newId(), {
          'value.2026': { quantity: count(`9${index}`) },
        })
        ;(await connect(index === 0 ? server : other, person, document, doc)).close()
      }
      await Promise.all([server, other].map(({ running }) => running.registers.settled()))
      const told = JSON.stringify({ type: 'conflicts', planId: above.id })
      await until(() => outline.messages.includes(told), 'told of the conflict')
      const lost = await Promise.all(
        [top.lead, lead].map(
          async (person) => (await expectOk(person.send('GET', `/api/plans/${above.id}/conflicts`))).body,
        ),
      )
      expect(lost.flat()).toHaveLength(1)
      outline.close()
      await other.stop({ keepData: true })
    })

    test('survives that its connections are cut; what was typed meanwhile arrives afterwards', async () => {
      const { part, client, open } = await openPart()
      const words = 'Nhiệm vụ '

      for (let cut = 0; cut < 5; cut++) {
        text(client.doc).insert(0, words)
        await place.cutConnections()
      }
      const typed = Y.encodeStateAsUpdate(client.doc)
      client.close()

      const again = await open()
      Y.applyUpdate(again.doc, typed)
      await acknowledged(again)
      expect(text(await server.running.sync.readDocument(part)).toString()).toBe(words.repeat(5))
      again.close()
    })
  })
} else if (process.env['CI'] === undefined) {
  test.skip('PostgreSQL: none can be reached; set TEST_DATABASE_URL to test the storage on it', () => undefined)
} else {
  test('in CI a PostgreSQL can be reached', () => expect(reachable).not.toBeNull())
}
