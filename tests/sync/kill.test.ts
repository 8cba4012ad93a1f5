import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { partDocument, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import { announcedSeed, seededRandom } from '../support/random.ts'
import { openClient, synced, until, type SyncClient } from '../support/sync-client.ts'
import { moreParts, plainPlan } from '../support/sync-server.ts'

const kills = Number(process.env['KILLS'] ?? 100)
const typists = 20
const hello = z.object({ port: z.number(), origin: z.string(), epoch: z.string() })

/** Each round types in a document of its own, so that all stay small. */
interface Round {
  document: DocumentName
  acknowledged: Set<string>
}

let folder: string
let children: ChildProcess[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soanchung-'))
  children = []
  load()
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** The next server loads its modules while the one before it still runs. */
function load(): void {
  const entry = fileURLToPath(new URL('../support/sync-server-process.ts', import.meta.url))
  children.push(spawn(process.execPath, [entry, folder], { stdio: ['pipe', 'pipe', 'inherit'] }))
}

async function start(): Promise<z.infer<typeof hello>> {
  const child = children.at(-1)
  if (!child?.stdout || !child.stdin) throw new Error('no pipes')
  const said = once(createInterface(child.stdout), 'line')
  child.stdin.write('\n')
  const [line] = await said
  load()
  return hello.parse(JSON.parse(String(line)))
}

/** Kills the one that runs, not the one that loads. */
async function kill(): Promise<void> {
  const [child] = children.splice(-2, 1)
  if (child === undefined) throw new Error('nothing runs')
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** Writes one cell after the other; those that the server has acknowledged go into `acknowledged`. */
function type(client: SyncClient, name: string, acknowledged: Set<string>): void {
  const cells = client.doc.getMap('targets')
  const sent: string[] = []
  let count = 0
  const write = () => {
    for (let burst = 0; burst < 3; burst++) {
      const cell = `${name}.${count++}`
      cells.set(cell, count)
      sent.push(cell)
    }
  }
  client.provider.on('unsyncedChanges', ({ number }: { number: number }) => {
    if (number !== 0 || sent.length === 0) return
    for (const cell of sent.splice(0)) acknowledged.add(cell)
    setImmediate(write)
  })
  write()
}

test(
  `no acknowledged change is lost when the server is killed ${kills} times while ${typists} people type`,
  { timeout: 60_000 + kills * 15_000 },
  async () => {
    const random = seededRandom(announcedSeed('kill -9'))
    const started = Date.now()
    const rounds: Round[] = []
    for (let round = 0; round < kills; round++) {
      const server = await start()
      await expectNothingLost(server, rounds.slice(-1))
      const document = partDocument(moreParts[round % moreParts.length] ?? plainPlan.partId)
      const clients = await Promise.all(
        Array.from({ length: typists }, (_, index) => synced(openClient(server, { user: `an${index}`, document }))),
      )
      const acknowledged = new Set<string>()
      rounds.push({ document, acknowledged })
      // Counted in acknowledgements, not in time, so that a slow machine is killed at the same points.
      const enough = random.below(300)
      clients.forEach((client, index) => type(client, `${round}-${index}`, acknowledged))
      await until(() => acknowledged.size >= enough, 'acknowledged', 30_000)
      await wait(random.below(30))
      await kill()
      for (const client of clients) client.close()
    }

    await expectNothingLost(await start(), rounds)
    const count = rounds.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0)
    expect(count).toBeGreaterThan(typists)
    const seconds = Math.round((Date.now() - started) / 1000)
    console.log(`${kills} kills, ${count} acknowledged changes, 0 lost, ${seconds} s`)
  },
)

async function expectNothingLost(server: z.infer<typeof hello>, rounds: readonly Round[]): Promise<void> {
  for (const { document, acknowledged } of rounds) {
    const reader = await synced(openClient(server, { user: 'reader', document }))
    const cells = reader.doc.getMap('targets')
    expect(
      [...acknowledged].filter((cell) => !cells.has(cell)),
      document,
    ).toEqual([])
    reader.close()
  }
}
