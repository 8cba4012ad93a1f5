/**
 * What subordinate plans say of a target, put together by the target's method. Pure, and exact: of
 * "≥ 10" and "≥ 5" the sum is "≥ 15"; what cannot be put together with the others is counted as left
 * out and never passed over in silence.
 */
import * as z from 'zod/mini'
import { inScale, isOtherPrice, rateOf } from '../targets/amount.ts'
import {
  compareDecimals,
  moneyScales,
  quantity,
  type Measure,
  type MoneyScale,
  type Quantity,
} from '../targets/quantity.ts'
import type { RollUpMethod } from '../targets/register.ts'
import {
  largest,
  product,
  quotient,
  reaches,
  readSpan,
  rounded,
  smallest,
  spanOf,
  spanOfQuantity,
  sum,
  wholesBeside,
  type Span,
} from '../targets/span.ts'

export const rolled = z.object({
  /** Null where nothing could be put together. */
  quantity: z.nullable(quantity),
  /** How many contributions are in it. */
  counted: z.int(),
  /** How many have no value, or one that cannot be put together with the others. */
  left: z.int(),
})
export type Rolled = z.infer<typeof rolled>

export interface Contribution {
  /** Null where the plan has no readable value. */
  quantity: Quantity | null
  /** For the weighted average; a decimal. */
  weight: string | null
}

/** Digits behind the point of an average; more where it would become what is wanted, or a whole number, that it is not. */
const averageDigits = 2

/** `wanted` is the superior's own value, which the method "reached" compares with. */
export function rollUp(
  method: RollUpMethod,
  measure: Measure,
  contributions: readonly Contribution[],
  wanted: Quantity | null,
): Rolled {
  const nothing: Rolled = { quantity: null, counted: 0, left: contributions.length }
  if (method === 'none' || (method === 'sum' && measure.kind === 'percent')) return nothing
  if (method === 'reached') return countReached(contributions, wanted)
  const scale = measure.kind === 'money' ? smallestScale(measure.scale, contributions) : null
  const rate = commonRate(contributions, wanted)
  const read = contributions.flatMap(({ quantity: one, weight }) => {
    const isAlike = one?.frequency === undefined || rateOf(one.frequency) === rate
    const span = one === null || !isAlike ? null : spanIn(one, measure, scale)
    return span === null ? [] : [{ span, weight }]
  })
  const put = putTogether(method, read)
  if (put === null) return nothing
  const said: Measure = scale === null ? measure : { kind: 'money', scale }
  const goal = wanted === null ? null : spanIn(wanted, measure, scale)
  const marks = [...wholesBeside(put.span), ...[goal?.least, goal?.most].flatMap((bound) => bound?.number ?? [])]
  const shown = readSpan(method === 'average' ? rounded(put.span, averageDigits, marks) : put.span)
  if (shown === null) return nothing
  return {
    quantity: { ...shown, measure: said },
    counted: put.counted,
    left: contributions.length - put.counted,
  }
}

function putTogether(
  method: Exclude<RollUpMethod, 'none' | 'reached'>,
  read: readonly { span: Span; weight: string | null }[],
): { span: Span; counted: number } | null {
  const [first, ...rest] = read
  if (first === undefined) return null
  if (method === 'min' || method === 'max') {
    const spans = [first.span, ...rest.map(({ span }) => span)] as const
    const span = method === 'min' ? smallest(spans) : largest(spans)
    return span === null ? null : { span, counted: read.length }
  }
  if (method === 'sum') {
    const span = sumOf(read.map((one) => one.span))
    return span === null ? null : { span, counted: read.length }
  }
  // Without any weight all count alike; where some have one, the others cannot be put beside them.
  const isWeighted = read.some(({ weight }) => weight !== null)
  const weighted = read.flatMap(({ span, weight }) => {
    if (!isWeighted) return [{ span, weight: spanOf(1) }]
    return weight === null || weight.startsWith('-') ? [] : [{ span, weight: spanOf(weight) }]
  })
  const parts = weighted.flatMap((one) => product(one.span, one.weight) ?? [])
  const [total, weights] = [sumOf(parts), sumOf(weighted.map((one) => one.weight))]
  const span = total === null || weights === null ? null : quotient(total, weights)
  return span === null ? null : { span, counted: weighted.length }
}

function sumOf(spans: readonly Span[]): Span | null {
  return spans.reduce<Span | null>((total, one) => (total === null ? null : sum(total, one)), spanOf(0))
}

/** How often what is put together comes round; null where the plans say it in different ways. */
function commonRate(contributions: readonly Contribution[], wanted: Quantity | null): string | null {
  const said = [wanted, ...contributions.map((one) => one.quantity)].flatMap((one) => one?.frequency ?? [])
  if (wanted?.frequency !== undefined) return rateOf(wanted.frequency)
  const [first, ...others] = new Set(said.map(rateOf))
  return first === undefined || others.length > 0 ? null : first
}

function spanIn(one: Quantity, measure: Measure, scale: MoneyScale | null): Span | null {
  if (one.measure.kind !== measure.kind || isOtherPrice(one.measure, measure)) return null
  const span = spanOfQuantity(one)
  if (span === null || one.measure.kind !== 'money' || scale === null) return span
  return inScale(span, one.measure.scale, scale)
}

function smallestScale(own: MoneyScale, contributions: readonly Contribution[]): MoneyScale {
  const scales = contributions.flatMap(({ quantity: one }) =>
    one?.measure.kind === 'money' ? [one.measure.scale] : [],
  )
  return moneyScales.find((scale) => scale === own || scales.includes(scale)) ?? own
}

function countReached(contributions: readonly Contribution[], wanted: Quantity | null): Rolled {
  const answers = contributions.map(({ quantity: one }) => (one === null ? null : isReached(one, wanted)))
  const known = answers.filter((answer) => answer !== null)
  const count = known.filter(Boolean).length
  return {
    quantity:
      known.length === 0
        ? null
        : { comparison: '=', numbers: [String(count)], measure: { kind: 'count', noun: 'đơn vị' } },
    counted: known.length,
    left: answers.length - known.length,
  }
}

/** Whether an amount reaches what is wanted; null where that cannot be told. */
export function isReached(amount: Quantity, wanted: Quantity | null): boolean | null {
  if (wanted === null || amount.measure.kind !== wanted.measure.kind) return null
  if (isOtherPrice(amount.measure, wanted.measure)) return null
  if (amount.comparison === 'all' && wanted.comparison === 'all') return true
  if (wanted.comparison === 'all' && amount.comparison === '=' && amount.base !== undefined) {
    // "21/21 xã"
    return compareDecimals(amount.numbers[0] ?? '0', amount.base) >= 0
  }
  if (amount.measure.kind !== 'money' || wanted.measure.kind !== 'money') {
    const span = spanOfQuantity(amount)
    return span === null ? null : reaches(span, wanted)
  }
  const span = spanOfQuantity(amount)
  return span === null ? null : reaches(inScale(span, amount.measure.scale, wanted.measure.scale), wanted)
}
