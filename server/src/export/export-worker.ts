/** The thread that makes files; see export.ts. */
import { unitOn } from '@soanchung/shared/units/names.ts'
import { readStoredPlan } from '../plans/stored-plan.ts'
import { answerQuestions } from '../thread.ts'
import { exportDocx } from './docx.ts'
import type { ExportedFile, ExportQuestion } from './export.ts'

answerQuestions(async ({ plan, units }: ExportQuestion): Promise<ExportedFile> => {
  const snapshot = readStoredPlan(plan)
  const named = units.map((unit) => unitOn(unit, snapshot.meta.date))
  return { file: await exportDocx(snapshot, named), meta: snapshot.meta }
})
