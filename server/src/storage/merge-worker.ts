/** The thread that merges Yjs updates; merge-thread.ts is its other side. */
import { parentPort } from 'node:worker_threads'
import * as Y from 'yjs'
import type { MergeAnswer, MergeRequest } from './merge-thread.ts'

function merge({ updates, stateVector, collect }: MergeRequest): Uint8Array {
  const merged = Y.mergeUpdates(updates)
  if (collect) {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, merged)
    // Carries along what still waits for an earlier update.
    return Y.encodeStateAsUpdate(doc)
  }
  return stateVector === undefined ? merged : Y.diffUpdate(merged, stateVector)
}

parentPort?.on('message', (request: MergeRequest & { id: number }) => {
  let answer: MergeAnswer
  try {
    answer = { id: request.id, ok: true, bytes: merge(request) }
  } catch (error) {
    answer = { id: request.id, ok: false, message: error instanceof Error ? error.message : String(error) }
  }
  parentPort?.postMessage(answer)
})
