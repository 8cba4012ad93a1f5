/**
 * Reads a text, and makes a plan of what it read, away from the thread that draws the screen. What
 * was found stays here too, so that only the decisions about it need come back.
 */
import { importText } from '@soanchung/shared/import/import-text.ts'
import type { ImportResult } from '@soanchung/shared/import/result.ts'
import { planOf, type Decisions } from './decisions.ts'

/** A text is answered with what was found in it, decisions about that with the body of the request. */
export type ImportQuestion = { text: string } | { decisions: Decisions }

let found: ImportResult | undefined

addEventListener('message', ({ data }: MessageEvent<ImportQuestion>) => {
  if ('text' in data) postMessage((found = importText(data.text)))
  else if (found !== undefined) postMessage(new Blob([JSON.stringify(planOf(found, data.decisions))]))
})
