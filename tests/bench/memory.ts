/** What an open document costs a server: many parts, each held open by one client of its own. */
import { connect, type Client } from './client.ts'
import { startPeer, type PeerName } from './peers.ts'
import { manyParts } from './plans.ts'

const warmUp = 20

/**
 * Bytes for each open document with one connection. A fresh process each time, so that nothing of
 * an earlier round is counted; the first documents bring in code and are not.
 */
export async function measureMemory(name: PeerName, count: number): Promise<number> {
  const peer = await startPeer(name)
  try {
    const documents = await peer.hold(manyParts(count + warmUp))
    const clients: Client[] = []
    const openAll = async (names: readonly string[]) => {
      for (const document of names) clients.push(await connect(peer, document))
    }
    await openAll(documents.slice(0, warmUp))
    const before = await peer.usage('collect')
    await openAll(documents.slice(warmUp))
    const after = await peer.usage('collect')
    await Promise.all(clients.map((client) => client.close()))
    return (after.heap - before.heap) / count
  } finally {
    await peer.stop()
  }
}
