/** What is known of amounts, against amounts drawn from them. */
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import type { Quantity } from '@soanchung/shared/targets/quantity.ts'
import { formatQuantity, parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import {
  isExact,
  largest,
  negated,
  product,
  quotient,
  reaches,
  readSpan,
  rounded,
  smallest,
  spanOf,
  spanOfQuantity,
  sum,
  zero,
  type Span,
} from '@soanchung/shared/targets/span.ts'
import { quantities } from '../support/quantities.ts'
import { announcedSeed } from '../support/random.ts'

const seed = announcedSeed('spans')

/** "≥ 80", as a cell says it. */
function span(text: string): Span {
  const quantity = parseQuantity(text)
  return (quantity && spanOfQuantity(quantity)) ?? zero
}

function text(one: Span | null): string {
  const read = one && readSpan(one)
  return read === null ? 'nothing' : formatQuantity({ ...read, measure: { kind: 'count', noun: '' } }, 'cell')
}

/** Quotients are exact to forty digits; what is compared here needs thirty. */
function contains({ least, most }: Span, member: string): boolean {
  const number = spanOf(member).least?.number.round(30)
  if (number === undefined) return false
  const low = least?.number.round(30).cmp(number) ?? -1
  const high = most?.number.round(30).cmp(number) ?? 1
  return (low < 0 || (low === 0 && least?.strict !== true)) && (high > 0 || (high === 0 && most?.strict !== true))
}

const numbers = fc.integer({ min: -400, max: 400 }).map((hundredths) => hundredths / 20)

/** A span as it is said, and an amount that it may be. */
const spansWithMembers = fc
  .record({ comparison: fc.constantFrom('=', '>=', '>', '<=', '<', 'range' as const), one: numbers, step: fc.nat(200) })
  .map(({ comparison, one, step }) => {
    const beside = comparison === '>' || comparison === '<' ? (step + 1) / 20 : step / 20
    const said = comparison === 'range' ? [one, one + step / 20 + 0.05] : [one]
    const member = comparison.startsWith('>') || comparison === 'range' ? one + beside : one - beside
    const quantity = { comparison, numbers: said.map((each) => String(each)), measure: { kind: 'percent' } } as Quantity
    return { quantity, span: spanOfQuantity(quantity) ?? zero, member: comparison === '=' ? one : member }
  })

type Drawn = { span: Span; member: number }
const exactly = (number: number) => spanOf(String(number))
const value = (one: Span | null) => one?.least?.number.toFixed() ?? 'nothing'

describe('of two amounts', () => {
  it.each<[string, (a: Span, b: Span) => Span | null]>([
    ['sum', sum],
    ['difference', (a, b) => sum(a, negated(b))],
    ['product', product],
    ['quotient', quotient],
    ['smaller', (a, b) => smallest([a, b])],
    ['larger', (a, b) => largest([a, b])],
  ])('what is known of the %s holds for every two that they may be', (_, join) => {
    const holds = (a: Drawn, b: Drawn) => {
      const joined = join(a.span, b.span)
      const members = join(exactly(a.member), exactly(b.member))
      if (joined !== null && members !== null) expect(contains(joined, value(members))).toBe(true)
      // Of two exact amounts everything is known, but of a division by zero.
      if (isExact(a.span) && isExact(b.span)) expect(joined === null).toBe(members === null)
    }
    fc.assert(fc.property(spansWithMembers, spansWithMembers, holds), { seed, numRuns: 5000 })
  })

  it.each<[string, Span | null, string]>([
    ['≥ 10 + ≥ 5', sum(span('≥ 10'), span('≥ 5')), '≥ 15'],
    ['≥ 10 + > 5', sum(span('≥ 10'), span('> 5')), '> 15'],
    ['≥ 10 + ≤ 5', sum(span('≥ 10'), span('≤ 5')), 'nothing'],
    ['≥ 10 − ≤ 5', sum(span('≥ 10'), negated(span('≤ 5'))), '≥ 5'],
    ['2 – 3 + 4', sum(span('2 – 3'), span('4')), '6 – 7'],
    ['≥ 10 × 3', product(span('≥ 10'), span('3')), '≥ 30'],
    ['≥ 10 × -3', product(span('≥ 10'), span('-3')), '≤ -30'],
    ['≥ 10 × 0', product(span('≥ 10'), span('0')), '0'],
    ['0 – 5 × > 2', product(span('0 – 5'), span('> 2')), '≥ 0'],
    ['2 – 5 × > 2', product(span('2 – 5'), span('> 2')), '> 4'],
    ['≤ 5 × ≤ 5', product(span('≤ 5'), span('≤ 5')), 'nothing'],
    ['10 ÷ 0', quotient(span('10'), span('0')), 'nothing'],
    ['10 ÷ 0 – 5', quotient(span('10'), span('0 – 5')), 'nothing'],
    ['10 ÷ ≥ 5', quotient(span('10'), span('≥ 5')), '0 – 2'],
    ['10 ÷ -5', quotient(span('10'), span('-5')), '-2'],
    ['6 – 8 ÷ 2 – 4', quotient(span('6 – 8'), span('2 – 4')), '1,5 – 4'],
    ['0 ÷ ≥ 5', quotient(span('0'), span('≥ 5')), '0'],
    ['least of > 5, ≥ 5', smallest([span('> 5'), span('≥ 5')]), '≥ 5'],
    ['least of < 5, ≤ 5', smallest([span('≤ 5'), span('< 5')]), '< 5'],
    ['least of ≥ 3, ≤ 5', smallest([span('≥ 3'), span('≤ 5')]), '≤ 5'],
    ['most of > 5, ≥ 5', largest([span('≥ 5'), span('> 5')]), '> 5'],
    ['most of 3, 7, 5', largest([span('3'), span('7'), span('5')]), '7'],
  ])('%s', (_, joined, shown) => {
    expect(text(joined)).toBe(shown)
  })
})

describe('an amount', () => {
  it('is said again as the quantity said it', () => {
    const saysAgain = (one: Quantity) => {
      const known = spanOfQuantity(one)
      const { comparison, numbers: said } = one
      expect(known && readSpan(known)).toEqual({ comparison, numbers: said })
    }
    const plain = quantities.filter(({ comparison }) => comparison !== 'all' && comparison !== 'none')
    fc.assert(fc.property(plain, saysAgain), { seed, numRuns: 5000 })
  })

  it.each([
    ['tất cả xã', null],
    ['tất cả 21 xã', { comparison: '=', numbers: ['21'] }],
    ['không có hộ nào', { comparison: '=', numbers: ['0'] }],
  ])('of "%s" is known: %o', (words, known) => {
    const quantity = parseQuantity(words)
    const read = quantity && spanOfQuantity(quantity)
    expect(read && readSpan(read)).toEqual(known)
  })

  it('reaches what is wanted where all that it may be does', () => {
    const agrees = (amount: { span: Span; member: number }, wanted: { quantity: Quantity; span: Span }) => {
      const answer = reaches(amount.span, wanted.quantity)
      const isPlain = wanted.quantity.comparison === '='
      const goal = isPlain ? { least: wanted.span.least, most: null } : wanted.span
      const isMember = contains(goal, String(amount.member))
      if (answer !== null) expect(isMember).toBe(answer)
      if (isExact(amount.span)) expect(answer).toBe(isMember)
    }
    fc.assert(fc.property(spansWithMembers, spansWithMembers, agrees), { seed, numRuns: 10_000 })
  })

  it.each<[string, string, boolean | null]>([
    ['80', '≥ 80', true],
    ['85', '80', true],
    ['79,9', '80', false],
    ['≥ 80', '≥ 80', true],
    ['≥ 80', '> 80', null],
    ['> 80', '> 80', true],
    ['≥ 70', '≥ 80', null],
    ['≤ 70', '≥ 80', false],
    ['< 80', '≥ 80', false],
    ['≤ 80', '≥ 80', null],
    ['5', '≤ 5', true],
    ['6', '≤ 5', false],
    ['25 – 30', '20 – 30', true],
    ['25 – 35', '20 – 30', null],
    ['31 – 35', '20 – 30', false],
  ])('%s against %s reaches it: %s', (amount, wanted, answer) => {
    expect(reaches(span(amount), parseQuantity(wanted) as Quantity)).toBe(answer)
  })
})

describe('rounding', () => {
  it.each<[string, number, string]>([
    ['33,335', 2, '33,34'],
    ['-33,335', 2, '-33,34'],
    ['≥ 33,336', 2, '≥ 33,33'],
    ['≤ 33,331', 2, '≤ 33,34'],
    ['> -33,331', 2, '> -33,34'],
    ['33,331 – 33,336', 2, '33,33 – 33,34'],
    ['0,00123', 2, '0,0012'],
    ['0,0499', 2, '0,05'],
    ['0', 2, '0'],
  ])('%s to %i digits is %s', (said, digits, shown) => {
    expect(text(rounded(span(said), digits))).toBe(shown)
  })

  it.each<[string, number, string, string]>([
    ['99,996', 2, '100', '99,996'],
    ['99,9999', 2, '100', '99,9999'],
    ['100,004', 2, '100', '100,004'],
    ['100', 2, '100', '100'],
    ['80,126', 2, '100', '80,13'],
    ['95,247', 2, '95,25', '95,247'],
    ['95,2549', 2, '95,255', '95,25'],
    ['-99,996', 2, '-100', '-99,996'],
  ])('%s to %i digits stays on its side of %s: %s', (said, digits, mark, shown) => {
    const { least } = spanOf(mark.replace(',', '.'))
    expect(text(rounded(span(said), digits, least === null ? [] : [least.number]))).toBe(shown)
  })

  it('comes no closer to a whole number than digits can say', () => {
    const third = quotient(spanOf(1), spanOf(3)) as Span
    const almost = sum(spanOf(100), product(third, spanOf('-0.00000000003')) as Span) as Span
    expect(readSpan(almost)?.numbers).toEqual(['99.9999999999'])
    expect(readSpan(product(third, spanOf(3)) as Span)?.numbers).toEqual(['1'])
  })

  it('says no more of a bound than is known', () => {
    const isWithin = ({ span: one, member }: Drawn, digits: number) => {
      if (!isExact(one)) expect(contains(rounded(one, digits), String(member))).toBe(true)
    }
    fc.assert(fc.property(spansWithMembers, fc.nat(2), isWithin), { seed, numRuns: 2000 })
  })
})
