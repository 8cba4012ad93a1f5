/** The figures of the server: how fast keys travel, what they cost, and what an open document costs. */
import { inTurn, median, medians } from './figures.ts'
import { measureMemory } from './memory.ts'
import { peerNames, startPeer, type Peer } from './peers.ts'
import { shortPlan } from './plans.ts'
import { measurePropagation, type Load, type Propagation } from './propagation.ts'
import type { Row } from './table.ts'

type Say = (words: string) => void

const calm = { people: 50, writers: 5, pause: 100, carets: false }
const busy = { people: 50, writers: 20, pause: 200, carets: true }

export async function benchPropagation(quick: boolean, say: Say): Promise<Row[]> {
  const peers: { name: string; peer: Peer; part: string }[] = []
  try {
    for (const name of peerNames) {
      const peer = await startPeer(name)
      peers.push({ name, peer, part: '' })
    }
    for (const one of peers) one.part = (await one.peer.hold(shortPlan()))[0] ?? ''
    const rounds = quick ? 1 : 3
    const measure = async (load: Load) => {
      const figures = await inTurn(peers, rounds, async ({ name, peer, part }, isWarmUp) => {
        say(`${load.writers} of ${load.people} typing, ${name}${isWarmUp ? ', warming up' : ''}`)
        return await measurePropagation(peer, part, load)
      })
      return new Map([...figures].map(([name, all]) => [name, medians(all)]))
    }
    const keys = quick ? 20 : 40
    return [
      ...rowsOf('5 of 50 typing', await measure({ ...calm, keys })),
      ...rowsOf('20 of 50 typing, with carets', await measure({ ...busy, keys: keys / 2 })),
    ]
  } finally {
    for (const { peer } of peers) await peer.stop()
  }
}

function rowsOf(load: string, figures: ReadonlyMap<string, Record<keyof Propagation, number>>): Row[] {
  const row = (figure: string, unit: string, field: keyof Propagation, most?: number): Row => ({
    figure: `${load}: ${figure}`,
    unit,
    ours: figures.get('ours')?.[field] ?? Number.NaN,
    stock: figures.get('stock')?.[field] ?? Number.NaN,
    against: { name: 'durable relay', value: figures.get('durable relay')?.[field] ?? Number.NaN },
    ...(most === undefined ? {} : { goal: { of: 'ratio', most } }),
  })
  return [
    row('key → applied elsewhere, p50', 'ms', 'p50'),
    row('key → applied elsewhere, p95', 'ms', 'p95', 1.2),
    row('key → applied elsewhere, p99', 'ms', 'p99'),
    row('key → acknowledged, p50', 'ms', 'acknowledged', 1.5),
    row('server CPU for 1,000 deliveries', 's', 'cpu', 1),
  ]
}

export async function benchMemory(quick: boolean, say: Say): Promise<Row[]> {
  const count = quick ? 60 : 120
  const figures = { ours: [] as number[], stock: [] as number[] }
  for (let round = 0; round < (quick ? 1 : 2); round++) {
    for (const name of ['ours', 'stock'] as const) {
      say(`memory, ${name}`)
      figures[name].push((await measureMemory(name, count)) / 1024)
    }
  }
  return [
    {
      figure: 'memory for each open document, with one connection',
      unit: 'KB',
      ours: median(figures.ours),
      stock: median(figures.stock),
      goal: { of: 'figure', most: 100 },
    },
  ]
}
