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

/** How many targets on all levels below say nothing, neither by themselves nor through those below them. */
export function missingOf(target: PlainTarget): number {
  return target.below.reduce((sum, { target: own }) => {
    const isDeep = own.method !== 'reached'
    const isSilent = own.value === null && (!isDeep || gatheredOf(own).number === null)
    return sum + (isDeep ? missingOf(own) : 0) + (isSilent ? 1 : 0)
  }, 0)
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
    value === null || (isWeighted && weight === null) ? [] : [{ value: unitsOf(value), weight: BigInt(weight ?? 1) }],
  )
  const answer = (units: bigint, counted = known.length) => ({
    number: decimalOf(units),
    counted,
    left: parts.length - counted,
  })
  if (known.length === 0 || method === 'none') return nothing
  const all = known.map((part) => part.value)
  const goal = wanted === null ? null : unitsOf(wanted)
  switch (method) {
    case 'sum':
      return answer(all.reduce((total, one) => total + one, 0n))
    case 'min':
      return answer(all.reduce((least, one) => (one < least ? one : least)))
    case 'max':
      return answer(all.reduce((most, one) => (one > most ? one : most)))
    case 'reached':
      return goal === null ? nothing : answer(BigInt(all.filter((one) => one >= goal).length) * unit)
    case 'average': {
      const weights = known.reduce((total, part) => total + part.weight, 0n)
      const total = known.reduce((sum, part) => sum + part.value * part.weight, 0n)
      return weights === 0n ? nothing : answer(averageOf(total, weights, goal))
    }
  }
}

/** Ten digits behind the point, which is as far as quantities go. */
export const unit = 10n ** 10n

function unitsOf(value: number | string): bigint {
  const [whole = '', behind = ''] = String(value).split('.')
  return BigInt(whole + behind.padEnd(10, '0'))
}

export function decimalOf(units: bigint): string {
  const all = String(units < 0n ? -units : units).padStart(11, '0')
  return (units < 0n ? '-' : '') + all.slice(0, -10) + `.${all.slice(-10)}`.replace(/\.?0+$/, '')
}

/**
 * `sum` by `weights`, rounded to the nearest with two digits; with more where it is close to zero, or
 * would come to stand on the other side of the goal or of a whole number, or on it.
 */
export function averageOf(sum: bigint, weights: bigint, goal: bigint | null): bigint {
  const size = sum < 0n ? -sum : sum
  const below = (size / weights / unit) * unit
  const marks = [below, below + unit, ...(goal === null ? [] : [sum < 0n ? -goal : goal])]
  const sign = (number: bigint) => (number > 0n ? 1 : number < 0n ? -1 : 0)
  for (let step = unit / 100n; step >= 1n; step /= 10n) {
    const isClear = size === 0n || size >= weights * unit || size >= weights * step * 10n || step === 1n
    const rounded = ((2n * size + weights * step) / (2n * weights * step)) * step
    if (!isClear || marks.some((mark) => sign(size - mark * weights) !== sign(rounded - mark))) continue
    return sum < 0n ? -rounded : rounded
  }
  throw new Error('the numbers of a test lie further apart')
}
