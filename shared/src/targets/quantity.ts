/**
 * A quantity as Vietnamese plans write it: a comparison, one or two exact decimals, a measure, and
 * maybe a base, a frequency and a deadline. Numbers are decimal strings in canonical form
 * (`1234.5`, no leading zeros, no exponent), never floating point.
 */
import { Big } from 'big.js'
import * as z from 'zod/mini'

export const comparisons = ['=', '>=', '>', '<=', '<', 'range', 'all', 'none'] as const
export type Comparison = (typeof comparisons)[number]

/** Canonical decimal: `0`, `80`, `-3`, `1234.5`; at most 30 digits before the point, 10 behind. */
export const decimal = z.string().check(z.regex(/^(?!-0$)-?(0|[1-9]\d{0,29})(\.\d{0,9}[1-9])?$/))

export const moneyScales = ['dong', 'nghin', 'trieu', 'ty'] as const
export type MoneyScale = (typeof moneyScales)[number]

const frequencyWords = 'ngày|tuần|tháng|quý|6 tháng|nửa năm|năm|nhiệm kỳ'

/** What may stand behind the measure: a frequency ("mỗi quý", "/năm") and a deadline. */
export const frequencyTail = new RegExp(`(?:(?:^|[\\s,(])(?:mỗi|hằng|hàng) |\\s*/\\s*)(${frequencyWords})\\)?$`, 'iu')
export const deadlineTail = /(?:^|[\s,(])(?:đến|tới) (?:hết |cuối )?(?:năm )?(\d{4})\)?$/iu

/**
 * A noun that a sentence can carry behind a number and give back unchanged: it begins with a letter
 * and holds nothing that the parser reads as a scale, a frequency, a deadline or a second number.
 */
export function isNoun(text: string): boolean {
  if (text === '') return true
  if (text !== text.normalize('NFC') || !/^\p{L}\S*( \S+)*$/u.test(text) || /[.,;:]$|\p{C}/u.test(text)) return false
  if (/^e\+?\d/iu.test(text)) return false
  if (!isPricePer(text) && /^(các|phần trăm|nghìn|ngàn|triệu|tr|trđ|tỷ|tỉ|đồng|đ|vnđ|vnd)($|[\s/])/iu.test(text))
    return false
  if (/trở (lên|xuống)$/iu.test(text) || /(đến|tới|[-–—])\s?[-−]?\d/iu.test(text)) return false
  return !frequencyTail.test(text) && !deadlineTail.test(text)
}

/** "triệu đồng/người": a noun that is counted in money, and neither adds up nor is shared out as things are. */
export function isPricePer(noun: string): boolean {
  return /^((nghìn|triệu|tỷ) )?đồng\/\p{L}/iu.test(noun)
}

export const measure = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('percent') }),
  /** A count of things, with their noun as written: "mô hình", "hộ". Empty for a bare number. */
  z.object({ kind: z.literal('count'), noun: z.string().check(z.maxLength(200), z.refine(isNoun)) }),
  z.object({ kind: z.literal('money'), scale: z.enum(moneyScales) }),
])
export type Measure = z.infer<typeof measure>

export const frequencies = ['day', 'week', 'month', 'quarter', 'half', 'year', 'term'] as const
export type Frequency = (typeof frequencies)[number]

export const quantity = z
  .object({
    comparison: z.enum(comparisons),
    /** None for `all` and `none`, two for a range (the smaller first), else one. */
    numbers: z.array(decimal).check(z.maxLength(2)),
    measure,
    /** "21/21 xã": how many there are in all. */
    base: z.optional(decimal),
    frequency: z.optional(z.enum(frequencies)),
    /** The year by whose end it is to be reached. */
    deadline: z.optional(z.int().check(z.gte(1900), z.lte(2200))),
  })
  .check(
    z.refine(({ comparison, numbers }) => {
      const [least, most] = numbers
      if (comparison !== 'range') return numbers.length === (comparison === 'all' || comparison === 'none' ? 0 : 1)
      return least !== undefined && most !== undefined && compareDecimals(least, most) < 0
    }),
    z.refine(({ comparison, measure }) => measure.kind === 'count' || (comparison !== 'all' && comparison !== 'none')),
    z.refine(({ comparison, measure, base }) => {
      if (base === undefined) return true
      return measure.kind === 'count' && comparison !== 'range' && comparison !== 'none' && !base.startsWith('-')
    }),
  )
export type Quantity = z.infer<typeof quantity>

/** Below, at or above zero as `a` is smaller than, equal to or greater than `b`; exact. */
export function compareDecimals(a: string, b: string): number {
  return new Big(a).cmp(b)
}
