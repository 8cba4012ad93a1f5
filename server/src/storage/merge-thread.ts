/** The thread that merges Yjs updates, so that long histories never hold up typing. */
import { Worker } from 'node:worker_threads'
import { compactBytes } from './sqlite-thread.ts'

export interface MergeRequest {
  updates: Uint8Array[]
  /** Answers only what this state lacks. */
  stateVector?: Uint8Array | undefined
  /** Lets go of the content of what was deleted, as a live document does. */
  collect: boolean
}
export type MergeAnswer = { id: number; ok: true; bytes: Uint8Array } | { id: number; ok: false; message: string }

export interface MergeThread {
  merge(request: MergeRequest): Promise<Uint8Array>
  close(): Promise<void>
}

/** Starts its thread with the first request, and again should it have died. */
export function startMergeThread(): MergeThread {
  let worker: Worker | null = null
  let lastId = 0
  const waiting = new Map<number, { resolve(bytes: Uint8Array): void; reject(error: Error): void }>()

  function start(): Worker {
    const started = new Worker(new URL('./merge-worker.ts', import.meta.url))
    started.unref()
    const end = (error: Error) => {
      if (worker !== started) return
      worker = null
      for (const request of waiting.values()) request.reject(error)
      waiting.clear()
    }
    started.on('error', end)
    started.on('exit', () => end(new Error('the merging thread has ended')))
    started.on('message', (answer: MergeAnswer) => {
      const request = waiting.get(answer.id)
      waiting.delete(answer.id)
      if (answer.ok) request?.resolve(answer.bytes)
      else request?.reject(new Error(answer.message))
    })
    return started
  }

  return {
    merge({ updates, stateVector, collect }) {
      worker ??= start()
      const id = ++lastId
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        worker?.postMessage({ id, updates: updates.map(compactBytes), stateVector, collect })
      })
    },
    async close() {
      await worker?.terminate()
    },
  }
}
