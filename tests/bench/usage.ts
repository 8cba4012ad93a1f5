/** What a measured server process says of itself to the benchmark that started it. */
import { getHeapStatistics } from 'node:v8'

export interface Usage {
  /** Microseconds of CPU since the process began, all its threads together. */
  cpu: number
  /** Bytes in use on the heap and beside it; after a collection where one was asked for. */
  heap: number
  /** Documents that it holds open. */
  documents: number
}

export type ServerMessage = { started: Record<string, string> } | { usage: Usage }

/** Tells the benchmark where the server listens, and answers each of its messages with the usage. */
export function answerUsage(started: Record<string, string>, documents = () => 0): void {
  process.on('message', (asked) => {
    const { user, system } = process.cpuUsage()
    // Never where CPU is measured: the collection would count as work of the load.
    if (asked === 'collect') globalThis.gc?.()
    const { used_heap_size: used } = getHeapStatistics()
    const { external } = process.memoryUsage()
    process.send?.({
      usage: { cpu: user + system, heap: used + external, documents: documents() },
    } satisfies ServerMessage)
  })
  process.on('disconnect', () => process.exit())
  process.send?.({ started } satisfies ServerMessage)
}
