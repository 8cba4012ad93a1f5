/**
 * The years that a plan runs: said in its subject ("giai đoạn 2026-2030", "năm 2026"), else guessed
 * from the dates and years of the text, with a doubt.
 */
import * as z from 'zod/mini'
import { emptyMeta, periodFault, type Period } from '../plan/meta.ts'
import type { Doubt, ImportedHeading, ImportedPart } from './result.ts'
import { sureness } from './result.ts'

interface ReadPeriod {
  value: Period
  sure: z.infer<typeof sureness>
  doubts: Doubt[]
}

const span =
  /(?:giai đoạn|nhiệm kỳ|từ năm|các năm|thời kỳ) ?((?:19|20)\d{2}) ?(?:[-–—]|đến(?: năm)?) ?((?:19|20)\d{2})/iu
const untilYear = /đến (?:hết |cuối )?năm ((?:19|20)\d{2})/iu
const oneYear = /(?<!tháng \d{1,2} )(?<!\p{L})năm ((?:19|20)\d{2})/iu

export function readPeriod(heading: ImportedHeading, dated: number | null, parts: readonly ImportedPart[]): ReadPeriod {
  const subject = heading.subject?.value ?? ''
  const said = span.exec(subject)
  if (said !== null) {
    const value = periodOf(Number(said[1]), Number(said[2]))
    if (value !== null) return { value, sure: 'sure', doubts: [] }
  }
  const single = Number(oneYear.exec(subject)?.[1] ?? 0)
  const until = Number(untilYear.exec(subject)?.[1] ?? 0)
  if (single > 0 && until === 0) return { value: { from: single, to: single }, sure: 'likely', doubts: [] }
  const text = parts.flatMap((part) => part.blocks.map((block) => block.text)).join('\n')
  const from = dated ?? (lastCited(text) || lastCited(subject) || (until > 0 ? until : null))
  const to = until > 0 ? until : lastNamed(text)
  const value = periodOf(from ?? to, Math.max(to, from ?? to)) ?? emptyMeta.period
  const line = heading.subject?.line ?? 1
  const detail = `${value.from}–${value.to}`
  return { value, sure: 'doubtful', doubts: [{ code: 'period.guessed', line, text: '', detail }] }
}

function periodOf(from: number, to: number): Period | null {
  return periodFault({ from, to }) === null ? { from, to } : null
}

/** The latest year among the dates of documents that the text cites: it is not older than these. */
function lastCited(text: string): number {
  const dates = text.matchAll(/ngày ?\d{1,2} ?(?:[/.-] ?\d{1,2} ?[/.-] ?|tháng \d{1,2} năm )((?:19|20)\d{2})/giu)
  return Math.max(0, ...[...dates].map((found) => Number(found[1])))
}

function lastNamed(text: string): number {
  const years = text.matchAll(/(?<!\p{L})(?:năm|quý [IVX]+ ?\/|\d{4} ?[-–]) ?((?:19|20)\d{2})(?!\d)/giu)
  return Math.max(0, ...[...years].map((found) => Number(found[1])))
}
