/**
 * How much an amount misses a goal by: too little of what is to be reached, or too much of what has a
 * limit. Exact; a difference that cannot be told is none.
 */
import { Big } from 'big.js'
import type { Quantity } from '../targets/quantity.ts'
import { quantityInScale } from '../targets/view-cells.ts'
import { isReached } from './roll-up.ts'

export interface Gap {
  /** `short`: less than asked for; `over`: more than allowed. */
  kind: 'short' | 'over'
  /** Null where the goal is missed by no amount that could be named. */
  by: Quantity | null
}

/**
 * By how much an amount misses a goal, in the goal's scale; null where it does not, or that cannot be
 * told. Of "at least 75" only 75 is sure, so "at least 85" is missed by 10.
 */
export function gapOf(amount: Quantity, wanted: Quantity): Gap | null {
  if (amount.measure.kind !== wanted.measure.kind) return null
  const reached = isReached(amount, wanted)
  if (reached === true) return null
  const own = wanted.measure.kind === 'money' ? quantityInScale(amount, wanted.measure.scale) : amount
  const least = own.comparison === '<' || own.comparison === '<=' ? undefined : own.numbers[0]
  const most = own.comparison === '>' || own.comparison === '>=' ? undefined : own.numbers.at(-1)
  const goal = hasGoal(wanted) ? wanted.numbers[0] : undefined
  const limit = hasLimit(wanted) ? wanted.numbers.at(-1) : undefined
  const short = difference(least ?? (reached === false ? own.numbers[0] : undefined), goal)
  const over = difference(limit, most ?? (reached === false ? own.numbers.at(-1) : undefined))
  if (short !== null && short.gt(0)) return { kind: 'short', by: amountOf(short, wanted) }
  if (over !== null && over.gt(0)) return { kind: 'over', by: amountOf(over, wanted) }
  if (reached === null && short === null && over === null) return null
  return { kind: hasGoal(wanted) ? 'short' : 'over', by: null }
}

function hasGoal({ comparison }: Quantity): boolean {
  return comparison !== '<' && comparison !== '<=' && comparison !== 'none'
}

function hasLimit({ comparison }: Quantity): boolean {
  return comparison === '<' || comparison === '<=' || comparison === 'range' || comparison === 'none'
}

function difference(from: string | undefined, to: string | undefined): Big | null {
  return from === undefined || to === undefined ? null : new Big(to).minus(from)
}

function amountOf(by: Big, { measure }: Quantity): Quantity {
  return { comparison: '=', numbers: [by.toFixed()], measure }
}
