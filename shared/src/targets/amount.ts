/**
 * Amounts with their measures, as formulas reckon with them: what may be added, multiplied and divided,
 * in which measure the result is, and how a row says it. Where the sense of a result could be taken in
 * two ways it is refused: money beside a bare number, a share in a row of percentages, counts a quarter
 * beside counts a month. All of it exact; only what no decimal can say is rounded, when it is shown.
 */
import { isPricePer, moneyScales, quantity, type Frequency, type Measure, type Quantity } from './quantity.ts'
import { rescale, scaleSteps } from './quantity-text.ts'
import {
  isExact,
  negated,
  product,
  quotient,
  readSpan,
  rounded,
  spanOf,
  spanOfQuantity,
  sum,
  wholesBeside,
  type Span,
} from './span.ts'

export type AmountFault = 'measure' | 'ratio' | 'bounds' | 'zero' | 'large'

/** `plain` is a number without a measure, `ratio` what is left where like measures are divided. */
export interface Amount {
  span: Span
  measure: Measure | 'plain' | 'ratio'
  /** How often it comes round; `any` where a bare number was multiplied in, as from quarters to years. */
  rate: Frequency | 'once' | 'any'
  /** No decimal says it, or it is a percentage of something: what is shown is rounded. */
  isRounded: boolean
}

export function plainAmount(number: string): Amount {
  return amount(spanOf(number), 'plain', 'any')
}

/** `own` is the row's frequency, where the quantity says none. Null for "all" of nobody knows how many. */
export function amountOf(one: Quantity, own: Frequency | null = null): Amount | null {
  const span = spanOfQuantity(one)
  return span === null ? null : amount(span, one.measure, rateOf(one.frequency ?? own))
}

/** In the column of a year "each year" and "in the term" say nothing that the column doesn't. */
export function rateOf(frequency: Frequency | null): Frequency | 'once' {
  return frequency === null || frequency === 'year' || frequency === 'term' ? 'once' : frequency
}

/** The number of an amount in another measure, `triệu` behind a bare number. */
export function inMeasure(one: Amount, measure: Measure): Amount {
  return { ...one, measure }
}

export function minus(one: Amount): Amount {
  return { ...one, span: negated(one.span) }
}

export function added(a: Amount, b: Amount): Amount | AmountFault {
  const alike = inOneMeasure(a, b)
  if (typeof alike === 'string') return alike
  const rate = a.rate === 'any' ? b.rate : a.rate
  if (b.rate !== 'any' && b.rate !== rate) return 'measure'
  const span = sum(alike.a, alike.b)
  return span === null ? 'bounds' : amount(span, alike.measure, rate, a.isRounded || b.isRounded)
}

export function multiplied(a: Amount, b: Amount): Amount | AmountFault {
  const measure = measureOfProduct(a.measure, b.measure)
  const rate = rateOfProduct(a, b)
  if (measure === null || rate === null) return 'measure'
  const shares = [a, b].filter((one) => kindOf(one.measure) === 'percent').length
  // A percentage of something; a percentage of a plain number stays one.
  const isShare = shares === 2 || (shares === 1 && kindOf(measure) !== 'percent')
  const span = product(a.span, b.span)
  const whole = span === null || !isShare ? span : quotient(span, spanOf(100))
  return whole === null ? 'bounds' : amount(whole, measure, rate, a.isRounded || b.isRounded)
}

export function divided(a: Amount, b: Amount): Amount | AmountFault {
  if (isExact(b.span) && b.span.least?.number.eq(0) === true) return 'zero'
  const [above, below] = [kindOf(a.measure), kindOf(b.measure)]
  const areMoney = above === 'money' && below === 'money'
  const parts = areMoney ? inOneMeasure(a, b) : { a: a.span, b: b.span }
  const measure = areMoney ? 'ratio' : measureOfQuotient(a.measure, b.measure)
  const rate = rateOfQuotient(a, b)
  if (typeof parts === 'string' || measure === null || rate === null) return 'measure'
  const isOfShare = below === 'percent' && above !== 'percent'
  const over = isOfShare ? product(parts.a, spanOf(100)) : parts.a
  const span = over === null ? null : quotient(over, parts.b)
  if (over === null || span === null) return 'bounds'
  return amount(span, measure, rate, a.isRounded || b.isRounded || !isFinite(span, over, parts.b))
}

/** How many percent of `whole` the `part` is. */
export function percentage(part: Amount, whole: Amount): Amount | AmountFault {
  // "TỶLỆ({Hộ nghèo}; 500)"
  const isOfNumber = kindOf(part.measure) === 'count' && whole.measure === 'plain'
  const share = divided(part, isOfNumber ? { ...whole, measure: part.measure, rate: part.rate } : whole)
  if (typeof share === 'string') return share
  if (share.measure !== 'ratio' || (share.rate !== 'once' && share.rate !== 'any')) return 'measure'
  const span = product(share.span, spanOf(100))
  return span === null ? 'bounds' : amount(span, { kind: 'percent' }, share.rate, true)
}

/**
 * Digits behind the point of what was divided, more where it would become a whole number that it is
 * not; of money as many as there are to a đồng.
 */
const shownDigits = 2

/** The amount as a row says it; `wanted` is null for money, whose scale the result brings along. */
export function quantityOf(
  { span, measure, rate, isRounded }: Amount,
  wanted: Pick<Quantity, 'measure' | 'frequency'> | null,
): Quantity | AmountFault {
  if (rate !== 'any' && rate !== rateOf(wanted?.frequency ?? null)) return 'measure'
  const said = measureSaid(measure, wanted?.measure ?? null)
  if (typeof said === 'string') return said
  const shown =
    said.kind === 'money' && typeof measure !== 'string' && measure.kind === 'money'
      ? inScale(span, measure.scale, said.scale)
      : span
  const short =
    said.kind === 'money' ? rounded(shown, scaleSteps[said.scale]) : rounded(shown, shownDigits, wholesBeside(shown))
  const read = readSpan(isRounded ? short : shown)
  if (read === null) return 'large'
  const parsed = quantity.safeParse({
    ...read,
    measure: said,
    ...(wanted?.frequency === undefined ? {} : { frequency: wanted.frequency }),
  })
  return parsed.success ? parsed.data : 'large'
}

function measureSaid(measure: Amount['measure'], row: Measure | null): Measure | 'measure' | 'ratio' {
  if (measure === 'plain' || measure === 'ratio') {
    // 0,8 of something might mean 0,8 % or 80 %.
    if (measure === 'ratio' && row?.kind === 'percent') return 'ratio'
    return row === null || row.kind === 'money' ? 'measure' : row
  }
  if (row === null) return measure.kind === 'money' ? measure : 'measure'
  if (row.kind === 'count' && row.noun === '') return measure
  if (row.kind !== measure.kind || isOtherPrice(measure, row)) return 'measure'
  return row
}

function kindOf(measure: Amount['measure']): Measure['kind'] | 'plain' | 'ratio' {
  return typeof measure === 'string' ? measure : measure.kind
}

function measureOfProduct(a: Amount['measure'], b: Amount['measure']): Amount['measure'] | null {
  const [one, other] = [kindOf(a), kindOf(b)]
  if (one === 'plain') return b
  if (other === 'plain') return a
  if (one === 'percent') return b
  if (other === 'percent') return a
  if (one === 'ratio') return b
  if (other === 'ratio') return a
  if (one === 'money' && other === 'money') return null
  if (one === 'money') return a
  return other === 'money' ? b : { kind: 'count', noun: '' }
}

/** What is left of two bare numbers is a ratio too: "37 ÷ 96" in a row of percentages might mean 38,54. */
function measureOfQuotient(a: Amount['measure'], b: Amount['measure']): Amount['measure'] | null {
  const [above, below] = [kindOf(a), kindOf(b)]
  if (typeof a !== 'string' && typeof b !== 'string' && isOtherPrice(a, b)) return null
  if (above === below) return 'ratio'
  if (below === 'plain' || below === 'ratio' || below === 'percent') return a
  if (above === 'money' && below === 'count') return a
  return above === 'plain' && below === 'count' ? 'ratio' : null
}

function rateOfProduct(a: Amount, b: Amount): Amount['rate'] | null {
  if (a.measure === 'plain' || b.measure === 'plain') return 'any'
  if (a.rate === 'any' || a.rate === b.rate) return b.rate
  if (b.rate === 'any' || b.rate === 'once') return a.rate
  return a.rate === 'once' ? b.rate : null
}

function rateOfQuotient(a: Amount, b: Amount): Amount['rate'] | null {
  if (b.measure === 'plain') return 'any'
  if (b.rate === 'any') return a.rate
  if (a.rate === b.rate) return 'once'
  return b.rate === 'once' ? a.rate : null
}

/** Both in the same measure, money in the smaller of its scales. */
function inOneMeasure(a: Amount, b: Amount): { a: Span; b: Span; measure: Amount['measure'] } | 'measure' | 'ratio' {
  if (typeof a.measure === 'string' || typeof b.measure === 'string') {
    const [measure, other] = typeof a.measure === 'string' ? [b.measure, a.measure] : [a.measure, b.measure]
    // A bare number beside money might be meant in any scale.
    if (kindOf(measure) === 'money') return 'measure'
    if (other === 'ratio' && kindOf(measure) === 'percent') return 'ratio'
    return { a: a.span, b: b.span, measure: other === 'ratio' && measure === 'plain' ? 'ratio' : measure }
  }
  if (a.measure.kind !== b.measure.kind || isOtherPrice(a.measure, b.measure)) return 'measure'
  if (a.measure.kind !== 'money' || b.measure.kind !== 'money') {
    const isSame = JSON.stringify(a.measure) === JSON.stringify(b.measure)
    // Households and households near poverty add up to something that only the row can name.
    return { a: a.span, b: b.span, measure: isSame ? a.measure : { kind: 'count', noun: '' } }
  }
  const [one, other] = [a.measure.scale, b.measure.scale]
  const scale = moneyScales.indexOf(one) < moneyScales.indexOf(other) ? one : other
  return { a: inScale(a.span, one, scale), b: inScale(b.span, other, scale), measure: { kind: 'money', scale } }
}

/** "65 triệu đồng/người" and "500 nghìn đồng/người" are counts that don't add up. */
export function isOtherPrice(a: Measure, b: Measure): boolean {
  if (a.kind !== 'count' || b.kind !== 'count' || a.noun === b.noun) return false
  return isPricePer(a.noun) || isPricePer(b.noun)
}

/** The same amount of money in another scale, exactly. */
export function inScale(span: Span, from: (typeof moneyScales)[number], to: (typeof moneyScales)[number]): Span {
  return product(span, spanOf(rescale('1', from, to))) ?? span
}

/** Whether the quotient is one that a decimal says. */
function isFinite(span: Span, over: Span, by: Span): boolean {
  if (!isExact(span) || !isExact(by) || by.least === null || over.least === null) return false
  return span.least?.number.times(by.least.number).eq(over.least.number) === true
}

function amount(span: Span, measure: Amount['measure'], rate: Amount['rate'], isRounded = false): Amount {
  return { span, measure, rate, isRounded }
}
