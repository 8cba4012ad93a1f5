/**
 * A superior's value shared out by a key such as households or members. The shares add up to the
 * value exactly: each is rounded to the digits that the value itself has (of money to the next smaller
 * scale: a third of a billion is no whole billion), and what is left over goes to those who lost most
 * by rounding.
 */
import { Big } from 'big.js'
import { isPricePer, type Quantity } from '../targets/quantity.ts'

export interface Weighted<Id> {
  id: Id
  /** A decimal, not below zero. */
  weight: string
}

/** Null where a value cannot be shared: a percentage, an amount a head, "all", below zero, or no weights. */
export function shareOut<Id>(value: Quantity, weights: readonly Weighted<Id>[]): Map<Id, Quantity> | null {
  const { measure, numbers } = value
  const isRate = measure.kind === 'percent' || (measure.kind === 'count' && isPricePer(measure.noun))
  const total = weights.reduce((sum, { weight }) => sum.plus(weight), new Big(0))
  const isBelowZero = [...numbers, ...weights.map(({ weight }) => weight)].some((one) => one.startsWith('-'))
  const [least, most] = numbers
  if (isRate || isBelowZero || least === undefined || total.lte(0)) return null
  const ownDigits = Math.max(...numbers.map((number) => number.split('.')[1]?.length ?? 0))
  const digits = measure.kind === 'money' && measure.scale !== 'dong' ? Math.max(ownDigits, 3) : ownDigits
  const lower = shares(new Big(least), weights, total, digits)
  // The upper end stands on the lower one: shared out by itself, rounding could put it below (a larger
  // whole may give somebody less, the paradox of Alabama).
  const spread = most === undefined ? null : shares(new Big(most).minus(least), weights, total, digits)
  const { base: _base, ...rest } = value
  return new Map(
    weights.map(({ id }, index) => {
      const low = lower[index] ?? new Big(0)
      const high = low.plus(spread?.[index] ?? 0)
      // A range may shrink to one number, and nothing is less than none.
      const isOne = spread === null ? value.comparison === '<' && low.eq(0) : low.eq(high)
      if (isOne) return [id, { ...rest, comparison: '=', numbers: [low.toFixed()] }]
      return [id, { ...rest, numbers: [low, ...(spread === null ? [] : [high])].map((number) => number.toFixed()) }]
    }),
  )
}

function shares(number: Big, weights: readonly Weighted<unknown>[], total: Big, digits: number): Big[] {
  const unit = new Big(10).pow(-digits)
  const exact = weights.map(({ weight }) => number.times(weight).div(total))
  const floors = exact.map((share) => share.round(digits, Big.roundDown))
  const given = floors.reduce((sum, share) => sum.plus(share), new Big(0))
  const over = Number(number.minus(given).div(unit).toFixed(0))
  const lost = exact
    .map((share, index) => ({ index, lost: share.minus(floors[index] ?? 0) }))
    .sort((a, b) => b.lost.cmp(a.lost) || a.index - b.index)
  const more = new Set(lost.slice(0, over).map(({ index }) => index))
  return floors.map((share, index) => (more.has(index) ? share.plus(unit) : share))
}
