/**
 * Roll-up as one would do it with a pencil: whole numbers, recursion from the top, nothing kept. The
 * product's own reckoning is held against it.
 */
import type { Rolled } from '@soanchung/shared/links/roll-up.ts'
import type { RollUpMethod } from '@soanchung/shared/targets/register.ts'

/** A target with its value of one year, and the targets that serve it. */
export interface PlainTarget {
  method: RollUpMethod
  value: number | null
  below: readonly { target: PlainTarget; weight: number | null }[]
}

export interface PlainRolled {
  /** Null for nothing. */
  number: string | null
  counted: number
  left: number
}

/** What the targets one level below say. */
export function statedOf(target: PlainTarget): PlainRolled {
  return together(
    target,
    target.below.map((one) => ({ value: one.target.value, weight: one.weight })),
  )
}

/** What the lowest targets say that say something. */
export function gatheredOf(target: PlainTarget): PlainRolled {
  return together(
    target,
    target.below.map(({ target: own, weight }) => {
      const rolled = own.method === 'reached' ? null : gatheredOf(own).number
      return { value: rolled ?? own.value, weight }
    }),
  )
}

export function plainly({ quantity, counted, left }: Rolled): PlainRolled {
  if (quantity === null) return { number: null, counted, left }
  return { number: quantity.numbers.join('–'), counted, left }
}

function together(
  { method, value: wanted }: PlainTarget,
  parts: readonly { value: number | string | null; weight: number | null }[],
): PlainRolled {
  const nothing = { number: null, counted: 0, left: parts.length }
  const isWeighted = method === 'average' && parts.some((part) => part.value !== null && part.weight !== null)
  const known = parts.flatMap(({ value, weight }) =>
    value === null || (isWeighted && weight === null) ? [] : [{ cents: centsOf(value), weight: weight ?? 1 }],
  )
  const answer = (cents: number, counted = known.length) => ({
    number: String(cents / 100),
    counted,
    left: parts.length - counted,
  })
  if (known.length === 0 || method === 'none') return nothing
  const all = known.map((part) => part.cents)
  switch (method) {
    case 'sum':
      return answer(all.reduce((total, one) => total + one, 0))
    case 'min':
      return answer(Math.min(...all))
    case 'max':
      return answer(Math.max(...all))
    case 'reached':
      return wanted === null ? nothing : answer(all.filter((one) => one >= wanted * 100).length * 100)
    case 'average': {
      const weights = known.reduce((total, part) => total + part.weight, 0)
      const total = known.reduce((sum, part) => sum + part.cents * part.weight, 0)
      return weights === 0 ? nothing : answer(Math.floor((2 * total + weights) / (2 * weights)))
    }
  }
}

/** Hundredths, which is as far as averages go. */
function centsOf(value: number | string): number {
  return Math.round(Number(value) * 100)
}
