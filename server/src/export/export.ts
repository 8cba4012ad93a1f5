/**
 * Exports run in a worker thread of their own, reading the documents included, so that a long plan
 * never holds up those who type. One file is made at a time; the others wait in line.
 */
import type { ReceivedTarget, TargetResult } from '@soanchung/shared/links/links.ts'
import type { PlanMeta } from '@soanchung/shared/plan/meta.ts'
import type { Unit } from '@soanchung/shared/protocol.ts'
import type { StoredPlan } from '../plans/stored-plan.ts'
import { startThread } from '../thread.ts'

export type ExportFormat = 'docx' | 'xlsx'

export interface ExportQuestion {
  format: ExportFormat
  plan: StoredPlan
  units: readonly Unit[]
  /** Of the plan's targets, beside which they are shown. */
  results: readonly TargetResult[]
  /** What superiors gave it. */
  received: readonly ReceivedTarget[]
  /** The JSON of the plan's roll-up. */
  rollUp: string
}

export interface ExportedFile {
  file: Uint8Array
  /** Of the plan as it was exported, for the file's name. */
  meta: PlanMeta
}

export interface Exporter {
  /** The plan as a file. Rejects where it could not be made. */
  make(question: ExportQuestion): Promise<ExportedFile>
  close(): Promise<void>
}

export function createExporter(): Exporter {
  const thread = startThread<ExportQuestion, ExportedFile>(new URL('./export-worker.ts', import.meta.url), 512)
  return {
    make: (question) => thread.ask(question),
    close: () => thread.close(),
  }
}
