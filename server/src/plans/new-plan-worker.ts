/** The thread that reads new plans; see new-plan.ts. */
import { answerQuestions } from '../thread.ts'
import { readNewPlan } from './new-plan.ts'

answerQuestions(readNewPlan)
