/** The thread that merges Yjs updates, so that long histories never hold up typing. */
import * as Y from 'yjs'
import { answerQuestions } from '../thread.ts'

export interface MergeQuestion {
  updates: Uint8Array[]
  /** Answers only what this state lacks. */
  stateVector?: Uint8Array | undefined
  /** Lets go of the content of what was deleted, as a live document does. */
  collect: boolean
}

answerQuestions(({ updates, stateVector, collect }: MergeQuestion): Uint8Array => {
  const merged = Y.mergeUpdates(updates)
  if (collect) {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, merged)
    // Carries along what still waits for an earlier update.
    return Y.encodeStateAsUpdate(doc)
  }
  return stateVector === undefined ? merged : Y.diffUpdate(merged, stateVector)
})
