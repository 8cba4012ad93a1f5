/** The thread that makes files; see export.ts. */
import { readStoredPlan } from '../plans/stored-plan.ts'
import { answerQuestions } from '../thread.ts'
import { exportDocx } from './docx.ts'
import type { ExportedFile, ExportQuestion } from './export.ts'

answerQuestions(async ({ plan, units }: ExportQuestion): Promise<ExportedFile> => {
  const snapshot = readStoredPlan(plan)
  return { file: await exportDocx(snapshot, units), meta: snapshot.meta }
})
