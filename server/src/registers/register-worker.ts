/** The thread that reads registers and reckons formulas; see read-part.ts, reckoning.ts. */
import type { TargetId } from '@soanchung/shared/ids.ts'
import type { Figures } from '@soanchung/shared/links/links.ts'
import { answerQuestions } from '../thread.ts'
import { readPart, type PartQuestion, type PartReading } from './read-part.ts'
import { reckonFigures, type ReckoningQuestion } from './reckoning.ts'

export interface RegisterQuestion {
  parts: readonly PartQuestion[]
  plan: ReckoningQuestion | null
}

export interface RegisterAnswer {
  parts: PartReading[]
  figures: ReadonlyMap<TargetId, Figures>
}

answerQuestions(({ parts, plan }: RegisterQuestion): RegisterAnswer => ({
  parts: parts.map(readPart),
  figures: plan === null ? new Map() : reckonFigures(plan),
}))
