/**
 * What is known of an amount: between which two numbers it lies, exactly. "≥ 80" is known from below,
 * "25 – 30" from both sides, "80" is one number. Sums, products and shares of such amounts know no
 * more than their parts do, so that adding "≥ 10" and "≤ 5" never shows a number that nobody said.
 */
import { Big } from 'big.js'
import { decimal, type Comparison, type Quantity } from './quantity.ts'

/** One side of a span; `strict` where the number itself is left out ("> 80"). */
interface Bound {
  number: Big
  strict: boolean
}

/** Null where nothing is known on that side; never on both. */
export interface Span {
  least: Bound | null
  most: Bound | null
}

/** A constructor of its own: others may set another precision. */
const Exact = Big()
/** Digits behind the point of a quotient, before it is rounded to be shown. */
Exact.DP = 40
Exact.RM = Exact.roundHalfUp

/** Digits behind the point of a quantity. */
const fraction = 10

export function spanOf(number: string | number): Span {
  const bound = { number: new Exact(number), strict: false }
  return { least: bound, most: bound }
}

export const zero = spanOf(0)

/** Null for "all" and "none" where nobody says of how many. */
export function spanOfQuantity({ comparison, numbers, base }: Quantity): Span | null {
  const [first, second] = numbers.map((number) => ({ number: new Exact(number), strict: false }))
  if (comparison === 'all') return base === undefined ? null : spanOf(base)
  if (comparison === 'none') return zero
  if (first === undefined) return null
  if (comparison === 'range') return second === undefined ? null : { least: first, most: second }
  if (comparison === '=') return { least: first, most: first }
  const bound = { ...first, strict: comparison === '>' || comparison === '<' }
  return comparison.startsWith('>') ? { least: bound, most: null } : { least: null, most: bound }
}

export function isExact({ least, most }: Span): boolean {
  return least !== null && most !== null && least.number.eq(most.number)
}

/** The span as comparison and numbers of a quantity; null where it has too many digits. */
export function readSpan(span: Span): Pick<Quantity, 'comparison' | 'numbers'> | null {
  const { least, most } = rounded(span, fraction, wholesBeside(span))
  const said = (comparison: Comparison, ...bounds: Bound[]) => {
    const numbers = bounds.map(({ number }) => canonical(number)).filter((number) => number !== null)
    return numbers.length === bounds.length ? { comparison, numbers } : null
  }
  if (least !== null && most !== null) {
    return least.number.eq(most.number) ? said('=', least) : said('range', least, most)
  }
  if (least !== null) return said(least.strict ? '>' : '>=', least)
  return most === null ? null : said(most.strict ? '<' : '<=', most)
}

function canonical(number: Big): string | null {
  const text = number.toFixed().replace(/^-0$/, '0')
  const parsed = decimal.safeParse(text)
  return parsed.success ? parsed.data : null
}

/**
 * Rounded to be shown. One number goes to the nearest, with as many digits as it takes to stay on its
 * side of each of the `marks`, so that 99,996 is never read as the 100 that was asked for, nor 1,004 as
 * the 1 that was allowed; close to zero it keeps two digits, so that a small share never shows as none.
 * Bounds go outwards: "at least 33,336" may be said as "at least 33,33" and never as "at least 33,34".
 */
export function rounded(span: Span, digits: number, marks: readonly Big[] = []): Span {
  const isOne = isExact(span)
  const round = (bound: Bound | null, isLeast: boolean) => {
    if (bound === null) return null
    // What a quotient leaves open in its last digits moves nothing.
    const number = bound.number.round(30, Exact.roundHalfUp)
    const shown = number.e < 0 ? Math.min(fraction, Math.max(digits, 1 - number.e)) : digits
    if (isOne) return { ...bound, number: nearest(number, shown, marks) }
    const away = number.lt(0) === isLeast ? Exact.roundUp : Exact.roundDown
    return { ...bound, number: number.round(shown, away) }
  }
  return { least: round(span.least, true), most: round(span.most, false) }
}

function nearest(number: Big, digits: number, marks: readonly Big[]): Big {
  const isOnItsSide = (shown: Big) => marks.every((mark) => mark.cmp(shown) === mark.cmp(number))
  for (let more = digits; more <= fraction; more++) {
    const shown = number.round(more, Exact.roundHalfUp)
    if (isOnItsSide(shown)) return shown
  }
  // Closer to a mark than digits can say: the next one on this side of it.
  const cut = number.round(fraction, Exact.roundDown)
  return isOnItsSide(cut) ? cut : number.round(fraction, Exact.roundUp)
}

/** The whole numbers that one number stands between, or is. */
export function wholesBeside(span: Span): Big[] {
  if (!isExact(span) || span.least === null) return []
  const whole = span.least.number.round(30, Exact.roundHalfUp).round(0, Exact.roundDown)
  return [whole.minus(1), whole, whole.plus(1)]
}

export function negated({ least, most }: Span): Span {
  const flip = (bound: Bound | null) => (bound === null ? null : { ...bound, number: bound.number.neg() })
  return { least: flip(most), most: flip(least) }
}

/** Null where nothing is known of the sum. */
export function sum(a: Span, b: Span): Span | null {
  return known({ least: both(a.least, b.least, add), most: both(a.most, b.most, add) })
}

/** Null where nothing is known: a factor without end on a side that may be below zero. */
export function product(a: Span, b: Span): Span | null {
  if (isExact(b) && b.least !== null) return scaled(a, b.least.number)
  if (isExact(a) && a.least !== null) return scaled(b, a.least.number)
  if (!isPositive(a) || !isPositive(b)) return null
  return known({ least: both(a.least, b.least, times), most: both(a.most, b.most, times) })
}

/** Null where the divisor may be zero, or nothing is known. */
export function quotient(a: Span, b: Span): Span | null {
  if (b.most !== null && b.most.number.lt(0)) return quotient(negated(a), negated(b))
  if (b.least === null || b.least.number.lte(0)) return null
  if (isExact(b)) {
    const parts = { least: both(a.least, b.least, divide), most: both(a.most, b.least, divide) }
    return known(parts)
  }
  if (isPositive(a)) {
    // Of a divisor without end the quotient comes as close to zero as one likes.
    const least =
      b.most === null
        ? { number: new Exact(0), strict: a.least?.strict === true || a.least?.number.gt(0) === true }
        : both(a.least, b.most, divide)
    return isExact(a) && a.least?.number.eq(0) === true ? zero : { least, most: both(a.most, b.least, divide) }
  }
  if (a.most === null || a.most.number.gt(0)) return null
  const flipped = quotient(negated(a), b)
  return flipped === null ? null : negated(flipped)
}

export function smallest(spans: readonly [Span, ...Span[]]): Span | null {
  return known({ least: outer(spans, 'least', -1), most: inner(spans, 'most', -1) })
}

export function largest(spans: readonly [Span, ...Span[]]): Span | null {
  return known({ least: inner(spans, 'least', 1), most: outer(spans, 'most', 1) })
}

/**
 * Whether an amount reaches what a target asks for: all that it may be does. Null where part of it
 * does and part of it doesn't.
 */
export function reaches(amount: Span, wanted: Quantity): boolean | null {
  const goal = spanOfQuantity(wanted)
  if (goal === null) return null
  // A plain number is what is to be reached: more of it is no failure.
  const lower = goal.least
  const upper = wanted.comparison === '=' ? null : goal.most
  const answers = [lower === null ? true : isAbove(amount, lower), upper === null ? true : negatedAbove(amount, upper)]
  if (answers.includes(false)) return false
  return answers.includes(null) ? null : true
}

function isAbove({ least, most }: Span, bound: Bound): boolean | null {
  const within = (one: Bound) => {
    const order = one.number.cmp(bound.number)
    return order > 0 || (order === 0 && (!bound.strict || one.strict))
  }
  if (least !== null && within(least)) return true
  if (most === null) return null
  const order = most.number.cmp(bound.number)
  return order < 0 || (order === 0 && (bound.strict || most.strict)) ? false : null
}

function negatedAbove(amount: Span, bound: Bound): boolean | null {
  return isAbove(negated(amount), { ...bound, number: bound.number.neg() })
}

function isPositive({ least }: Span): boolean {
  return least !== null && least.number.gte(0)
}

function scaled({ least, most }: Span, factor: Big): Span {
  const by = (bound: Bound | null) => (bound === null ? null : { ...bound, number: times(bound.number, factor) })
  if (factor.eq(0)) return zero
  return factor.gt(0) ? { least: by(least), most: by(most) } : { least: by(most), most: by(least) }
}

function known(span: Span): Span | null {
  return span.least === null && span.most === null ? null : span
}

const add = (a: Big, b: Big) => a.plus(b)
/** Digits that nobody will see are cut off, so that a product of many quotients does not grow without end. */
const times = (a: Big, b: Big) => a.times(b).round(60, Exact.roundHalfUp)
const divide = (a: Big, b: Big) => new Exact(a).div(b)

function both(a: Bound | null, b: Bound | null, join: (a: Big, b: Big) => Big): Bound | null {
  if (a === null || b === null) return null
  // Zero times whatever comes near the other bound is zero.
  const isReached = join !== add && [a, b].some(({ number, strict }) => number.eq(0) && !strict)
  return { number: join(a.number, b.number), strict: !isReached && (a.strict || b.strict) }
}

/** The bound furthest out; none where one of the spans has none. */
function outer(spans: readonly Span[], side: keyof Span, sign: 1 | -1): Bound | null {
  const bounds = spans.map((span) => span[side]).filter((bound) => bound !== null)
  return bounds.length < spans.length ? null : furthest(bounds, sign, false)
}

/** The bound furthest out of those that there are. */
function inner(spans: readonly Span[], side: keyof Span, sign: 1 | -1): Bound | null {
  return furthest(
    spans.map((span) => span[side]).filter((bound) => bound !== null),
    sign,
    true,
  )
}

/** Of bounds at one number the strict one, or the other. */
function furthest([first, ...rest]: readonly Bound[], sign: 1 | -1, strict: boolean): Bound | null {
  if (first === undefined) return null
  return rest.reduce((far, one) => {
    const order = one.number.cmp(far.number) * sign
    return order > 0 || (order === 0 && one.strict === strict) ? one : far
  }, first)
}
