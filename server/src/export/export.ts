/**
 * Exports run in a worker thread of their own, so that a long plan never holds up those who type.
 * One file is made at a time; the others wait in line.
 */
import { Worker } from 'node:worker_threads'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import type { Unit } from '@soanchung/shared/protocol.ts'

export interface ExportJob {
  id: number
  snapshot: PlanSnapshot
  units: readonly Unit[]
}

export type ExportAnswer = { id: number; file: Uint8Array } | { id: number; error: string }

export interface Exporter {
  /** The plan as a Word file. Rejects where the file could not be made. */
  docx(snapshot: PlanSnapshot, units: readonly Unit[]): Promise<Uint8Array>
  close(): Promise<void>
}

/** The thread is started with the first export and kept for the next ones. */
export function createExporter(): Exporter {
  let worker: Worker | undefined
  let lastId = 0
  const waiting = new Map<number, { resolve: (file: Uint8Array) => void; reject: (error: Error) => void }>()

  const failAll = (error: Error) => {
    worker = undefined
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  const start = (): Worker => {
    const started = new Worker(new URL('./export-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    })
    started.unref()
    started.on('message', (answer: ExportAnswer) => {
      const job = waiting.get(answer.id)
      waiting.delete(answer.id)
      if ('file' in answer) job?.resolve(answer.file)
      else job?.reject(new Error(answer.error))
    })
    started.on('error', failAll)
    started.on('exit', () => failAll(new Error('the export thread ended')))
    return started
  }
  return {
    docx: (snapshot, units) =>
      new Promise((resolve, reject) => {
        worker ??= start()
        lastId += 1
        waiting.set(lastId, { resolve, reject })
        worker.postMessage({ id: lastId, snapshot, units } satisfies ExportJob)
      }),
    close: async () => {
      await worker?.terminate()
    },
  }
}
