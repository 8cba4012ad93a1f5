/**
 * The measured servers, each a process of its own over a temporary folder, on a port of its own:
 * ours, stock Hocuspocus, and two relays that show what the machine could do at best.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as Y from 'yjs'
import { partDocument, schemaVersion } from '@soanchung/shared/plan/documents.ts'
import { writePart, type PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import { planRecord } from '@soanchung/shared/protocol.ts'
import { connect } from './client.ts'
import { pass } from './figures.ts'
import type { ServerMessage, Usage } from './usage.ts'

export const peerNames = ['ours', 'stock', 'durable relay', 'relay'] as const
export type PeerName = (typeof peerNames)[number]

export interface Peer {
  name: PeerName
  /** `http://127.0.0.1:40123` */
  address: string
  /** The address of the sync socket. */
  url: string
  headers: Record<string, string>
  token: string
  /** The cookie of whoever is given the first part of each plan and reads the others; empty where there are no parts. */
  drafterCookie: string
  /** Brings in a plan; answers the names of its part documents, in the order of the sheet. */
  hold(plan: PlanSnapshot): Promise<string[]>
  /** `collect` asks for a collection of the heap first. */
  usage(collect?: 'collect'): Promise<Usage>
  stop(): Promise<void>
}

interface Child {
  started: Record<string, string>
  usage(collect?: 'collect'): Promise<Usage>
  stop(): Promise<void>
}

export async function startPeer(name: PeerName, clientFolder?: string): Promise<Peer> {
  switch (name) {
    case 'ours':
      return await startOurs(clientFolder)
    case 'stock':
      return plainPeer(name, await startChild('stock-server.ts', []))
    case 'durable relay':
      return plainPeer(name, await startChild('relay-server.ts', ['durable']))
    case 'relay':
      return plainPeer(name, await startChild('relay-server.ts', ['plain']))
  }
}

async function startOurs(clientFolder?: string): Promise<Peer> {
  const child = await startChild('our-server.ts', [], clientFolder)
  const { address = '', cookie = '', unit = '', drafterCookie = '', drafterUnit = '' } = child.started
  const headers = { cookie, origin: address }
  const peer: Peer = {
    name: 'ours',
    address,
    url: `${address.replace(/^http/, 'ws')}/sync`,
    headers,
    token: '',
    drafterCookie,
    async hold(plan) {
      const body = JSON.stringify({ leadUnit: unit, snapshot: plan })
      const made = await fetch(`${address}/api/plans`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body,
      })
      if (!made.ok) throw new Error(`the plan was refused: ${await made.text()}`)
      const giving = {
        parts: plan.parts.slice(0, 1).map(({ id }) => id),
        holders: [drafterUnit],
        deadline: '',
        note: '',
      }
      const given = await fetch(`${address}/api/plans/${plan.id}/holders`, {
        method: 'PUT',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(giving),
      })
      if (!given.ok) throw new Error(`the part was not given: ${await given.text()}`)
      const answer = await fetch(`${address}/api/plans/${plan.id}`, { headers })
      const { epoch } = planRecord.parse(await answer.json())
      peer.token = JSON.stringify({ schema: schemaVersion, epoch })
      return plan.parts.map(({ id }) => partDocument(id))
    },
    usage: child.usage,
    stop: child.stop,
  }
  return peer
}

/** The others take whatever they are sent, so their first client brings the content. */
function plainPeer(name: PeerName, child: Child): Peer {
  const { address = '' } = child.started
  const peer: Peer = {
    name,
    address,
    url: address.replace(/^http/, 'ws'),
    headers: {},
    token: 'anybody',
    drafterCookie: '',
    async hold(plan) {
      const names: string[] = []
      for (const part of plan.parts) {
        const document = partDocument(part.id)
        names.push(document)
        if (name === 'stock') await bringContent(peer, document, (doc) => writePart(doc, part))
      }
      // It stores two seconds later, and holds its documents until then.
      while ((await peer.usage()).documents > 0) await pass(200)
      return names
    },
    usage: child.usage,
    stop: child.stop,
  }
  return peer
}

/** Fills a document through a client of its own, and leaves once it is acknowledged. */
export async function bringContent(peer: Peer, name: string, fill: (document: Y.Doc) => void): Promise<void> {
  const client = await connect(peer, name)
  const acknowledged = new Promise<void>((resolve) => (client.onAcknowledged = resolve))
  client.document.transact(() => fill(client.document))
  await acknowledged
  await client.close()
}

async function startChild(script: string, options: readonly string[], ...more: (string | undefined)[]): Promise<Child> {
  const folder = await mkdtemp(join(tmpdir(), 'soanchung-bench-'))
  const given = [...options, folder, ...more].filter((one) => one !== undefined)
  const child = fork(join(import.meta.dirname, script), given, { execArgv: ['--expose-gc'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const first = await next(child, script)
  if (!('started' in first)) throw new Error(`${script} did not say where it listens`)
  return {
    started: first.started,
    async usage(collect) {
      const answer = next(child, script)
      child.send(collect ?? 'usage')
      const message = await answer
      if (!('usage' in message)) throw new Error(`${script} did not say what it uses`)
      return message.usage
    },
    async stop() {
      // It ends by itself when its parent lets go of it.
      const kill = setTimeout(() => child.kill('SIGKILL'), 3000)
      child.disconnect()
      await ended
      clearTimeout(kill)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function next(child: ChildProcess, script: string): Promise<ServerMessage> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`${script} ended with ${code}`))
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.off('exit', onExit)
      resolve(message as ServerMessage)
    })
  })
}
