/**
 * The thread that makes files; see export.ts. What a file is made with is loaded when the first of
 * its kind is asked for.
 */
import { planRollUp, type TargetResult } from '@soanchung/shared/links/links.ts'
import { askedByTarget } from '@soanchung/shared/pictures/picture.ts'
import { planYears } from '@soanchung/shared/plan/meta.ts'
import { cellNamesOf } from '@soanchung/shared/targets/formula-text.ts'
import type { ShownResults } from '@soanchung/shared/targets/view-cells.ts'
import { unitOn } from '@soanchung/shared/units/names.ts'
import { readStoredPlan } from '../plans/stored-plan.ts'
import { answerQuestions } from '../thread.ts'
import type { ExportedFile, ExportQuestion } from './export.ts'

answerQuestions(async ({ format, plan, units, results, received, rollUp }: ExportQuestion): Promise<ExportedFile> => {
  const snapshot = readStoredPlan(plan)
  const { meta, parts } = snapshot
  const shown = {
    units: units.map((unit) => unitOn(unit, meta.date)),
    names: cellNamesOf(parts, planYears(meta)),
    results: shownResults(results),
    asked: askedByTarget(received),
    rollUp: planRollUp.parse(JSON.parse(rollUp)),
  }
  if (format === 'docx') {
    const { exportDocx } = await import('./docx.ts')
    return { file: await exportDocx(snapshot, shown), meta }
  }
  const { exportXlsx } = await import('./xlsx.ts')
  return { file: await exportXlsx(snapshot, shown), meta }
})

function shownResults(results: readonly TargetResult[]): ShownResults {
  const byTarget = Map.groupBy(results, ({ target }) => target)
  return new Map(
    [...byTarget].map(([target, own]) => [target, new Map(own.map(({ period, value }) => [period, value]))]),
  )
}
