/** What a measured server process says of itself to the one that started it. */
export interface Usage {
  /** Microseconds of CPU since the process began. */
  cpu: number
  /** Bytes, after a collection where the process was started with --expose-gc. */
  heap: number
  rss: number
}

export type ServerMessage = { port: number } | { usage: Usage }

/** Tells the parent the port, and answers each message with the process's usage. */
export function answerUsage(port: number): void {
  process.on('message', () => {
    globalThis.gc?.()
    const { user, system } = process.cpuUsage()
    const { heapUsed, external, rss } = process.memoryUsage()
    process.send?.({ usage: { cpu: user + system, heap: heapUsed + external, rss } } satisfies ServerMessage)
  })
  process.send?.({ port } satisfies ServerMessage)
}
