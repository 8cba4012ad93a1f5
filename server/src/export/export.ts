/**
 * Exports run in a worker thread of their own, reading the documents included, so that a long plan
 * never holds up those who type. One file is made at a time; the others wait in line.
 */
import type { PlanMeta } from '@soanchung/shared/plan/meta.ts'
import type { Unit } from '@soanchung/shared/protocol.ts'
import type { StoredPlan } from '../plans/stored-plan.ts'
import { startThread } from '../thread.ts'

export interface ExportQuestion {
  plan: StoredPlan
  units: readonly Unit[]
}

export interface ExportedFile {
  file: Uint8Array
  /** Of the plan as it was exported, for the file's name. */
  meta: PlanMeta
}

export interface Exporter {
  /** The plan as a Word file. Rejects where the file could not be made. */
  docx(plan: StoredPlan, units: readonly Unit[]): Promise<ExportedFile>
  close(): Promise<void>
}

export function createExporter(): Exporter {
  const thread = startThread<ExportQuestion, ExportedFile>(new URL('./export-worker.ts', import.meta.url), 512)
  return {
    docx: (plan, units) => thread.ask({ plan, units }),
    close: () => thread.close(),
  }
}
