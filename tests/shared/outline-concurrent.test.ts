/**
 * Several devices change one outline at once: parts are added, moved, renamed and deleted, updates
 * arrive late, out of order and twice. Whatever happened, all devices end with the same contents,
 * and every part stands in the tree exactly once or is deleted. A failing run prints the seed:
 * SEED=… replays it.
 */
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { newId, type PartId } from '@soanchung/shared/ids.ts'
import {
  addPart,
  deletePart,
  movePart,
  readEntries,
  readOutline,
  renamePart,
  setPartNumbering,
  partNumberings,
  type OutlinePart,
} from '@soanchung/shared/plan/outline.ts'

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)
console.log(`outline seed: SEED=${seed}`)

/** Even numbers in [0, 1) from a seed (mulberry32). */
function chance(from: number): (below: number) => number {
  let state = from
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below)
  }
}

class Device {
  readonly doc = new Y.Doc()
  /** Updates of others that have not arrived here yet. */
  readonly inbox: Uint8Array[] = []
  constructor(client: number) {
    this.doc.clientID = client
  }
}

/** Devices that hear of each other's changes only when `deliver` says so. */
function devicesOf(count: number): Device[] {
  const devices = Array.from({ length: count }, (_, index) => new Device(index + 1))
  for (const device of devices) {
    device.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'delivery') return
      for (const other of devices) if (other !== device) other.inbox.push(update)
    })
  }
  return devices
}

/** Hands over one waiting update, now and then twice. */
function deliver(device: Device, random: (below: number) => number): void {
  const at = random(device.inbox.length)
  const update = device.inbox[at]
  if (update === undefined) return
  if (random(8) > 0) device.inbox.splice(at, 1)
  Y.applyUpdate(device.doc, update, 'delivery')
}

const alphabet = 'abcdefghjkmnpqrstuvwxyz023456789'
function idFrom(random: (below: number) => number): PartId {
  return Array.from({ length: 20 }, () => alphabet[random(alphabet.length)]).join('') as PartId
}

/** One change as a user could make it: to what the device shows, or to what it still remembers. */
function change({ doc }: Device, random: (below: number) => number): void {
  const { inOrder } = readOutline(doc)
  const all = [...readEntries(doc).keys()].sort()
  const pick = (): PartId | null => inOrder[random(inOrder.length + 1)]?.id ?? null
  const any = all[random(all.length)]
  const kind = random(10)
  if (any === undefined || kind < 3)
    addPart(doc, { id: idFrom(random), parent: pick(), after: pick(), title: `${random(1e6)}` })
  else if (kind < 7) movePart(doc, { id: any, parent: pick(), after: pick() })
  else if (kind < 8) renamePart(doc, any, `tên ${random(1e6)}`)
  else if (kind < 9) setPartNumbering(doc, any, partNumberings[random(partNumberings.length)] ?? 'auto')
  else deletePart(doc, any, random(1e6) + 1)
}

function run(runSeed: number): Device[] {
  const random = chance(runSeed)
  const devices = devicesOf(2 + random(4))
  for (let step = 0; step < 120; step++) {
    const device = devices[random(devices.length)]
    if (device === undefined) continue
    if (random(3) === 0) deliver(device, random)
    else change(device, random)
  }
  for (const device of devices) while (device.inbox.length > 0) deliver(device, random)
  return devices
}

/** The tree as it is shown: ids, titles and what hangs below. */
function shown(parts: readonly OutlinePart[]): unknown {
  return parts.map((part) => [part.id, part.title, part.numbering, shown(part.children)])
}

const ended = new Map(Array.from({ length: 40 }, (_, index) => [seed + index, run(seed + index)]))

describe('an outline that several people change at once', () => {
  it('ends with the same contents on every device', () => {
    for (const [one, devices] of ended) {
      const [first, ...others] = devices.map(({ doc }) => [doc.getMap('parts').toJSON(), shown(readOutline(doc).roots)])
      for (const other of others) expect(other, `SEED=${one}`).toEqual(first)
    }
  })

  it('keeps every part in the tree exactly once, or deleted', () => {
    for (const [one, devices] of ended) {
      for (const { doc } of devices) {
        const { inOrder, byId, deleted } = readOutline(doc)
        const standing = [...inOrder.map((part) => part.id), ...deleted.keys()].sort()
        expect(standing, `SEED=${one}`).toEqual([...readEntries(doc).keys()].sort())
        expect(inOrder.length, `SEED=${one}`).toBe(byId.size)
      }
    }
  })

  it('hangs a living part only below a living one, and shows parents first', () => {
    for (const [one, devices] of ended) {
      const { inOrder } = readOutline(devices[0]?.doc ?? new Y.Doc())
      inOrder.forEach((part, index) => {
        const parent = inOrder.findIndex((other) => other.id === part.parent)
        expect(part.parent === null ? -1 : parent, `SEED=${one}`).toBeLessThan(index)
        if (part.parent !== null) expect(parent, `SEED=${one}`).toBeGreaterThanOrEqual(0)
      })
    }
  })

  it('replays a run from its seed', () => {
    const [once, again] = [run(seed), run(seed)].map((devices) =>
      devices.map(({ doc }) => doc.getMap('parts').toJSON()),
    )
    expect(again).toEqual(once)
  })

  it('breaks a circle of two moves alike on both devices', () => {
    const [here, there] = devicesOf(2)
    if (here === undefined || there === undefined) throw new Error('two devices')
    const [a, b] = [newId<PartId>(), newId<PartId>()]
    addPart(here.doc, { id: a, parent: null, after: null, title: 'a' })
    addPart(here.doc, { id: b, parent: null, after: a, title: 'b' })
    there.inbox.splice(0).forEach((update) => Y.applyUpdate(there.doc, update, 'delivery'))
    movePart(here.doc, { id: a, parent: b, after: null })
    movePart(there.doc, { id: b, parent: a, after: null })
    for (const device of [here, there]) {
      device.inbox.splice(0).forEach((update) => Y.applyUpdate(device.doc, update, 'delivery'))
    }
    expect(
      readOutline(here.doc)
        .inOrder.map((part) => part.id)
        .sort(),
    ).toEqual([a, b].sort())
    expect(shown(readOutline(there.doc).roots)).toEqual(shown(readOutline(here.doc).roots))
  })
})
