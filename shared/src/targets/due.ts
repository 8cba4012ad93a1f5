/**
 * When a task is to be done, as plans say it: a day, a month, a quarter or a year, else the words as
 * they were typed. One parser and one formatter, both ways.
 */
import * as z from 'zod/mini'

/** `2026-11-30`, `2026-11`, `2026-Q4`, `2026`; the end of it is meant. */
const until = z.string().check(
  z.refine((text) => {
    if (/^\d{4}(-Q[1-4])?$/.test(text)) return true
    const [, month = '', day] = /^\d{4}-(\d{2})(?:-(\d{2}))?$/.exec(text) ?? []
    if (day !== undefined) return z.iso.date().safeParse(text).success
    return Number(month) >= 1 && Number(month) <= 12
  }),
)

export const dueContent = z.union([
  z.object({ until }),
  /** "Thường xuyên", "hằng quý". */
  z.object({ typed: z.string().check(z.maxLength(500)) }),
])
export type DueContent = z.infer<typeof dueContent>

const dayInFigures = /^(?:ngày )?(\d{1,2}) ?[/.-] ?(\d{1,2}) ?[/.-] ?(\d{4})$/iu
const dayInWords = /^(?:ngày )?(\d{1,2}) tháng (\d{1,2}) năm (\d{4})$/iu
const month = /^(?:tháng )?(\d{1,2}) ?[/.-] ?(\d{4})$|^tháng (\d{1,2}),? năm (\d{4})$/iu
const quarter = /^quý (IV|I{1,3}|[1-4])(?: ?[/.-] ?|,? năm )(\d{4})$/iu
const year = /^(?:(?:hết |cuối )?năm )?(\d{4})$/iu
const quarters = ['I', 'II', 'III', 'IV']

/** Null for an empty text. */
export function parseDue(text: string): DueContent | null {
  const typed = text.normalize('NFC').replace(/\s+/g, ' ').trim()
  if (typed === '') return null
  const words = typed.replace(/^(?:hoàn thành |xong )?(?:đến|trong) /iu, '').replace(/^(?:hết|cuối) (?!năm)/iu, '')
  // "Trước 30/11/2026" is that day; "trước tháng 6/2026" is not June, and stays as typed.
  const day = readDay(words.replace(/^(?:hoàn thành |xong )?trước /iu, ''))
  const read = day ?? readMonth(words) ?? readQuarter(words) ?? year.exec(words)?.[1]
  const parsed = until.safeParse(read)
  return parsed.success ? { until: parsed.data } : { typed }
}

function readDay(words: string): string | undefined {
  const [, of, inMonth, inYear] = dayInFigures.exec(words) ?? dayInWords.exec(words) ?? []
  return of === undefined ? undefined : `${inYear}-${padded(inMonth)}-${padded(of)}`
}

function readMonth(words: string): string | undefined {
  const [, of = undefined, ofYear, said, saidYear] = month.exec(words) ?? []
  const number = of ?? said
  return number === undefined ? undefined : `${ofYear ?? saidYear}-${padded(number)}`
}

function readQuarter(words: string): string | undefined {
  const [, said, ofYear] = quarter.exec(words) ?? []
  if (said === undefined) return undefined
  const roman = quarters.indexOf(said.toUpperCase())
  return `${ofYear}-Q${roman < 0 ? said : roman + 1}`
}

function padded(number = ''): string {
  return number.padStart(2, '0')
}

/** `30/11/2026`, `Tháng 11/2026`, `Quý IV/2026`, `Năm 2026`; typed words as they are. */
export function formatDue(due: DueContent | null): string {
  if (due === null) return ''
  if ('typed' in due) return due.typed
  const [ofYear = '', rest = '', ofDay] = due.until.split('-')
  if (ofDay !== undefined) return `${ofDay}/${rest}/${ofYear}`
  if (rest.startsWith('Q')) return `Quý ${quarters[Number(rest.slice(1)) - 1]}/${ofYear}`
  return rest === '' ? `Năm ${ofYear}` : `Tháng ${Number(rest)}/${ofYear}`
}

/** The last day that is meant, `2026-12-31`; null for words. */
export function dueDay(due: DueContent | null): string | null {
  if (due === null || 'typed' in due) return null
  const [ofYear = '', rest = '', ofDay] = due.until.split('-')
  if (ofDay !== undefined) return due.until
  const last = rest === '' ? 12 : rest.startsWith('Q') ? Number(rest.slice(1)) * 3 : Number(rest)
  const days = new Date(Date.UTC(Number(ofYear), last, 0)).getUTCDate()
  return `${ofYear}-${padded(String(last))}-${days}`
}
