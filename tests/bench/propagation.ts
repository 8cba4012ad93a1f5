/**
 * Many people in one part, some of them typing: how long a key takes until it is applied on each
 * other screen, what that costs the server, and how long until the writer's key is acknowledged.
 */
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { newId } from '@soanchung/shared/ids.ts'
import { textBlockOf } from '@soanchung/shared/plan/blocks.ts'
import { connect, type Client } from './client.ts'
import { pass, quantile } from './figures.ts'
import type { Peer } from './peers.ts'

export interface Load {
  people: number
  writers: number
  keys: number
  /** Milliseconds between two keys of one writer. */
  pause: number
  /** Whether each key moves the writer's caret on the others' screens. */
  carets: boolean
}

export interface Propagation {
  p50: number
  p95: number
  p99: number
  acknowledged: number
  /** Seconds of server CPU for a thousand keys that reached somebody. */
  cpu: number
  /** Keys that reached nobody in time, of each thousand. */
  lost: number
}

interface Writer {
  client: Client
  text: Y.XmlText
  /** When the key that brought the writer to this clock was struck. */
  sentAt: Map<number, number>
  sentInOrder: number[]
  awareness: Awareness
}

const patience = 15_000

export async function measurePropagation(peer: Peer, document: string, load: Load): Promise<Propagation> {
  const people = await Promise.all(Array.from({ length: load.people }, () => connect(peer, document)))
  const writers = people.slice(0, load.writers).map((client) => beginBlock(client))
  const delays: number[] = []
  const acknowledged: number[] = []
  const expected = load.writers * load.keys * (load.people - 1)
  const arrived = Promise.withResolvers<void>()
  await until(() => people.every(({ document: held }) => writers.every(({ client }) => clockOf(held, client) > 0)))
  await until(() => writers.every(({ sentInOrder }) => sentInOrder.length === 0))

  for (const reader of people) {
    const known = new Map(writers.map(({ client }) => [client, clockOf(reader.document, client)]))
    reader.onApplied = () => {
      const now = performance.now()
      for (const { client, sentAt } of writers) {
        const from = known.get(client) ?? 0
        const to = clockOf(reader.document, client)
        if (to === from || client === reader) continue
        known.set(client, to)
        for (let clock = from + 1; clock <= to; clock++) {
          const sent = sentAt.get(clock)
          if (sent !== undefined) delays.push(now - sent)
        }
      }
      if (delays.length >= expected) arrived.resolve()
    }
  }
  for (const writer of writers) {
    writer.client.onAcknowledged = () => {
      const sent = writer.sentInOrder.shift()
      if (sent !== undefined) acknowledged.push(performance.now() - sent)
    }
  }

  const before = await peer.usage()
  await Promise.all(writers.map((writer, at) => type(writer, (load.pause / load.writers) * at, load)))
  await Promise.race([arrived.promise, pass(patience)])
  const after = await peer.usage()
  for (const { awareness } of writers) awareness.destroy()
  await Promise.all(people.map((client) => client.close()))
  return {
    p50: quantile(delays, 0.5),
    p95: quantile(delays, 0.95),
    p99: quantile(delays, 0.99),
    acknowledged: quantile(acknowledged, 0.5),
    cpu: (after.cpu - before.cpu) / 1000 / delays.length,
    lost: (1 - delays.length / expected) * 1000,
  }
}

/** A paragraph of one's own, as somebody begins one. */
function beginBlock(client: Client): Writer {
  const writer: Writer = {
    client,
    text: new Y.XmlText('.'),
    sentAt: new Map(),
    sentInOrder: [performance.now()],
    awareness: new Awareness(client.document),
  }
  client.onAcknowledged = () => void writer.sentInOrder.shift()
  const element = new Y.XmlElement<{ [key: string]: string | number }>('block')
  const { id, kind, depth } = textBlockOf('paragraph', '')
  for (const [key, value] of Object.entries({ id, kind, depth })) element.setAttribute(key, value)
  element.insert(0, [writer.text])
  const body = client.document.getXmlFragment('body')
  body.insert(body.length, [element as unknown as Y.XmlElement])
  return writer
}

async function type(writer: Writer, wait: number, load: Load): Promise<void> {
  const { client, text, sentAt, sentInOrder, awareness } = writer
  await pass(wait)
  const id = newId()
  for (let key = 0; key < load.keys; key++) {
    const now = performance.now()
    sentAt.set(clockOf(client.document, client) + 1, now)
    sentInOrder.push(now)
    text.insert(text.length, 'ă')
    if (load.carets) {
      awareness.setLocalState({ user: { id, name: 'Nguyễn Thu Hà' }, cursor: { anchor: key, head: key } })
      client.say(encodeAwarenessUpdate(awareness, [client.document.clientID]))
    }
    await pass(load.pause)
  }
}

function clockOf(document: Y.Doc, { document: { clientID } }: Client): number {
  return Y.getState(document.store, clientID)
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + patience
  while (!condition()) {
    if (performance.now() > end) throw new Error('the clients did not come together')
    await pass(5)
  }
}
