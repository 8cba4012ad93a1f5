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
import { announcedSeed, seededRandom } from '../support/random.ts'
import { openClient, synced, until, type SyncClient } from '../support/sync-client.ts'
import { plainPlan } from '../support/sync-server.ts'

const kills = Number(process.env['KILLS'] ?? 8)
const typists = 20
const hello = z.object({ port: z.number(), origin: z.string(), epoch: z.string() })

let folder: string
let child: ChildProcess | null
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soanchung-'))
  child = null
})
afterEach(() => {
  child?.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

async function start(): Promise<z.infer<typeof hello>> {
  const entry = fileURLToPath(new URL('../support/sync-server-process.ts', import.meta.url))
  child = spawn(process.execPath, [entry, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.stdout === null) throw new Error('no output')
  const [line] = await once(createInterface(child.stdout), 'line')
  return hello.parse(JSON.parse(String(line)))
}

async function kill(): Promise<void> {
  if (child === null) return
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
    const acknowledged = new Set<string>()
    for (let round = 0; round < kills; round++) {
      const server = await start()
      const clients = await Promise.all(
        Array.from({ length: typists }, (_, index) =>
          synced(openClient(server, { user: `an${index}`, document: plainPlan.part })),
        ),
      )
      expect(lost(clients[0], acknowledged), `after ${round} kills`).toEqual([])
      // Counted in acknowledgements, not in time, so that a slow machine is killed at the same points.
      const enough = acknowledged.size + random.below(300)
      clients.forEach((client, index) => type(client, `${round}-${index}`, acknowledged))
      await until(() => acknowledged.size >= enough, 'acknowledged', 30_000)
      await wait(random.below(30))
      await kill()
      for (const client of clients) client.close()
    }

    const last = await synced(openClient(await start(), { user: 'an', document: plainPlan.part }))
    expect(lost(last, acknowledged)).toEqual([])
    expect(acknowledged.size).toBeGreaterThan(typists)
    console.log(`${kills} kills, ${acknowledged.size} acknowledged changes, 0 lost`)
    last.close()
  },
)

function lost(client: SyncClient | undefined, acknowledged: ReadonlySet<string>): string[] {
  const cells = client?.doc.getMap('targets')
  return [...acknowledged].filter((cell) => !cells?.has(cell))
}
