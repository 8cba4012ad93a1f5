/**
 * A quantity as Vietnamese plans write it: a comparison, one or two exact decimals, a measure, and
 * maybe a base, a frequency and a deadline. Numbers are decimal strings in canonical form
 * (`1234.5`, no leading zeros, no exponent), never floating point.
 */
import { z } from 'zod'

export const comparisons = ['=', '>=', '>', '<=', '<', 'range', 'all', 'none'] as const
export type Comparison = (typeof comparisons)[number]

/** Canonical decimal: `0`, `80`, `-3`, `1234.5`; at most 30 digits before the point, 10 behind. */
export const decimal = z.string().regex(/^-?(0|[1-9]\d{0,29})(\.\d{0,9}[1-9])?$/)

export const moneyScales = ['dong', 'nghin', 'trieu', 'ty'] as const
export type MoneyScale = (typeof moneyScales)[number]

export const measure = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('percent') }),
  /** A count of things, with their noun as written: "mô hình", "hộ". Empty for a bare number. */
  z.object({ kind: z.literal('count'), noun: z.string().max(200) }),
  z.object({ kind: z.literal('money'), scale: z.enum(moneyScales) }),
])
export type Measure = z.infer<typeof measure>

export const frequencies = ['day', 'week', 'month', 'quarter', 'half', 'year', 'term'] as const
export type Frequency = (typeof frequencies)[number]

export const quantity = z
  .object({
    comparison: z.enum(comparisons),
    /** None for `all` and `none`, two for a range (the smaller first), else one. */
    numbers: z.array(decimal).max(2),
    measure,
    /** "21/21 xã": how many there are in all. */
    base: decimal.optional(),
    frequency: z.enum(frequencies).optional(),
    /** The year by whose end it is to be reached. */
    deadline: z.number().int().min(1900).max(2200).optional(),
  })
  .refine(({ comparison, numbers }) => {
    if (comparison === 'range') return numbers.length === 2
    return numbers.length === (comparison === 'all' || comparison === 'none' ? 0 : 1)
  })
export type Quantity = z.infer<typeof quantity>
