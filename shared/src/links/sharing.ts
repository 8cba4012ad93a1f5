/**
 * A superior's value shared out by a key such as households or members. The shares add up to the
 * value exactly: each is rounded to the digits that the value itself has (of money to the next smaller
 * scale: a third of a billion is no whole billion), and what is left over goes to those who lost most
 * by rounding.
 */
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
  const isBelowZero = [...numbers, ...weights.map(({ weight }) => weight)].some((one) => one.startsWith('-'))
  const [least, most] = numbers
  if (isRate || isBelowZero || least === undefined) return null
  const weightDigits = Math.max(0, ...weights.map(({ weight }) => digitsOf(weight)))
  const parts = weights.map(({ weight }) => unitsOf(weight, weightDigits))
  const total = sumOf(parts)
  if (total === 0n) return null
  const ownDigits = Math.max(...numbers.map(digitsOf))
  const digits = measure.kind === 'money' && measure.scale !== 'dong' ? Math.max(ownDigits, 3) : ownDigits
  const whole = unitsOf(least, digits)
  const lower = shares(whole, parts, total)
  // The upper end stands on the lower one: shared out by itself, rounding could put it below (a larger
  // whole may give somebody less, the paradox of Alabama).
  const spread = most === undefined ? null : shares(unitsOf(most, digits) - whole, parts, total)
  const { base: _base, ...rest } = value
  return new Map(
    weights.map(({ id }, index) => {
      const low = lower[index] ?? 0n
      const high = low + (spread?.[index] ?? 0n)
      // A range may shrink to one number, and nothing is less than none.
      const isOne = spread === null ? value.comparison === '<' && low === 0n : low === high
      if (isOne) return [id, { ...rest, comparison: '=', numbers: [decimalOf(low, digits)] }]
      return [id, { ...rest, numbers: [low, ...(spread === null ? [] : [high])].map((one) => decimalOf(one, digits)) }]
    }),
  )
}

/** Whole numbers of the smallest unit, so that what rounding leaves over is known exactly. */
function shares(number: bigint, weights: readonly bigint[], total: bigint): bigint[] {
  const floors = weights.map((weight) => (number * weight) / total)
  const over = Number(number - sumOf(floors))
  const lost = weights
    .map((weight, index) => ({ index, lost: (number * weight) % total }))
    .sort((a, b) => (a.lost === b.lost ? a.index - b.index : a.lost < b.lost ? 1 : -1))
  const more = new Set(lost.slice(0, over).map(({ index }) => index))
  return floors.map((share, index) => (more.has(index) ? share + 1n : share))
}

function sumOf(all: readonly bigint[]): bigint {
  return all.reduce((sum, one) => sum + one, 0n)
}

function digitsOf(decimal: string): number {
  return decimal.split('.')[1]?.length ?? 0
}

function unitsOf(decimal: string, digits: number): bigint {
  const [whole = '', behind = ''] = decimal.split('.')
  return BigInt(whole + behind.padEnd(digits, '0'))
}

function decimalOf(units: bigint, digits: number): string {
  const all = String(units).padStart(digits + 1, '0')
  const behind = digits === 0 ? '' : `.${all.slice(-digits)}`.replace(/\.?0+$/, '')
  return (digits === 0 ? all : all.slice(0, -digits)) + behind
}
