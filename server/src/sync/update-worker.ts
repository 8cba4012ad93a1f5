/** The thread that reads large updates; see update-check.ts. */
import { answerQuestions } from '../thread.ts'
import { readUpdate, type UpdateReading } from './update-check.ts'

export interface UpdateQuestion {
  roots: readonly string[]
  update: Uint8Array
}

answerQuestions(({ roots, update }: UpdateQuestion): UpdateReading => readUpdate(roots, update))
