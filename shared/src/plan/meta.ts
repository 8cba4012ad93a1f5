/**
 * What stands on a plan's first and last page: type, subject, number, date, issuer, signers,
 * recipients. One key of the outline document's `meta` map each, so that two people can fill in
 * different fields at once.
 */
import * as Y from 'yjs'
import * as z from 'zod/mini'

export const planTypes = ['ke-hoach', 'de-an', 'chuong-trinh'] as const
export type PlanType = (typeof planTypes)[number]

/** The words in the document itself, which is always Vietnamese. */
export const planTypeTitle: Record<PlanType, string> = {
  'ke-hoach': 'Kế hoạch',
  'de-an': 'Đề án',
  'chuong-trinh': 'Chương trình',
}

/** How numbers are written before titles: `I.` in the state's documents, `I-` in the Party's. */
export const numberingStyles = ['state', 'party'] as const
export type NumberingStyle = (typeof numberingStyles)[number]

/** Without NUL, which no database keeps in a text. */
const line = z.string().check(
  z.maxLength(2000),
  z.refine((text) => !text.includes('\0')),
)

export const signer = z.object({ authority: line, office: line, name: line })
export type Signer = z.infer<typeof signer>

/** Years that a plan may name. */
export const firstYear = 1945
export const lastYear = 2200
const year = z.int().check(z.gte(firstYear), z.lte(lastYear))
const longestPeriod = 30

/** Years that a plan runs, both included. */
export interface Period {
  from: number
  to: number
}

/** What is wrong with a plan's years; null where nothing is. */
export function periodFault({ from, to }: Period): 'years' | 'order' | 'length' | null {
  if (!year.safeParse(from).success || !year.safeParse(to).success) return 'years'
  if (from > to) return 'order'
  return to - from < longestPeriod ? null : 'length'
}

export const planMeta = z.object({
  type: z.enum(planTypes),
  /** trích yếu: what the plan is about, without the type in front. */
  subject: line,
  style: z.enum(numberingStyles),
  period: z.object({ from: year, to: year }).check(z.refine((period) => periodFault(period) === null)),
  /** Number and symbol as written, `12/KH-HND`; empty while there is none. */
  number: line,
  place: line,
  /** ISO date, or empty. */
  date: z.string().check(z.regex(/^(\d{4}-\d{2}-\d{2})?$/)),
  superiorBody: line,
  issuer: line,
  signers: z.array(signer).check(z.maxLength(20)),
  recipients: z.array(line).check(z.maxLength(200)),
})
export type PlanMeta = z.infer<typeof planMeta>

export const emptyMeta: PlanMeta = {
  type: 'ke-hoach',
  subject: '',
  style: 'state',
  period: { from: 2026, to: 2030 },
  number: '',
  place: '',
  date: '',
  superiorBody: '',
  issuer: '',
  signers: [],
  recipients: [],
}

/** The plan's own years, in order. */
export function planYears(meta: Pick<PlanMeta, 'period'>): number[] {
  return Array.from({ length: meta.period.to - meta.period.from + 1 }, (_, index) => meta.period.from + index)
}

/** Each field as stored where it is valid; a field that is missing or damaged shows as empty. */
export function readMeta(outline: Y.Doc): PlanMeta {
  const stored = outline.getMap('meta').toJSON()
  const fields = Object.entries(planMeta.shape).flatMap(([key, schema]) => {
    const parsed = schema.safeParse(stored[key])
    return parsed.success ? [[key, parsed.data]] : []
  })
  return { ...emptyMeta, ...Object.fromEntries(fields) }
}

/** Writes fields in one transaction, with the caller's origin (for undo). */
export function writeMeta(outline: Y.Doc, change: Partial<PlanMeta>, origin?: unknown): void {
  const map = outline.getMap('meta')
  outline.transact(() => {
    for (const [key, value] of Object.entries(change)) map.set(key, value)
  }, origin)
}
