/**
 * The roll-up of one target out of plain rows: what each unit was given and says, and by year what
 * that comes to. `stated` puts together what the plans one level below say. `gathered` takes for
 * each of them what is rolled up to it in turn, so that three levels work like two, and its own
 * value where nothing is. Pure; which rows there are, the caller says: living targets of plans in
 * force, each once.
 */
import type { TargetId, UnitId } from '@soanchung/shared/ids.ts'
import type { Figures, LinkAnswer, RolledTarget, RolledUnit } from '@soanchung/shared/links/links.ts'
import { rollUp } from '@soanchung/shared/links/roll-up.ts'
import type { Measure, Quantity } from '@soanchung/shared/targets/quantity.ts'
import type { RollUpMethod } from '@soanchung/shared/targets/register.ts'
import { givenOf, isSameFigures, type Allotment } from './given.ts'

export interface SuperiorTarget {
  id: TargetId
  method: RollUpMethod
  measure: Measure
  values: Figures
}

/** A target that serves the superior one, in the plan by which the unit carries it out. */
export interface Contribution {
  unit: UnitId
  answer: Exclude<LinkAnswer, 'waiting'>
  reason: string
  weight: string | null
  seen: Figures
  values: Figures
  /** gatheredBelow() and silenceBelow() of it. */
  below: Figures
  silence: Silence
  results: Readonly<Record<string, Quantity>>
}

/** How many units below say nothing: by year, and in a year of which nobody there says anything. */
export interface Silence {
  years: Readonly<Record<string, number>>
  otherwise: number
}

/** `units`: those that carry the plan out; others follow where their plan serves the target. */
export function rolledTargetOf(
  { id, method, measure, values }: SuperiorTarget,
  units: readonly UnitId[],
  allotments: readonly Allotment[],
  contributions: readonly Contribution[],
): RolledTarget {
  const given = givenOf(allotments, values)
  const allotted = new Map(allotments.map((one) => [one.unit, one]))
  const contributed = new Map(contributions.map((one) => [one.unit, one]))
  const all = new Set([...units, ...allotted.keys(), ...contributed.keys()])
  const weighted = contributions.map((one) => ({
    ...one,
    weight: one.weight ?? allotted.get(one.unit)?.weight ?? null,
  }))
  const hasBelow = contributions.some(({ below }) => Object.keys(below).length > 0)
  const years = new Set(
    [values, ...contributions.flatMap((one) => [one.values, one.below, one.silence.years])].flatMap(Object.keys),
  )
  const asked = [...all].filter((unit) => allotted.has(unit) || contributed.has(unit))
  /** Whoever gathers from below is as silent as those below. */
  const missingIn = (year: string) =>
    asked.reduce((sum, unit) => {
      const one = contributed.get(unit)
      const isSilent = one?.values[year] === undefined && one?.below[year] === undefined
      return sum + (one === undefined ? 0 : (one.silence.years[year] ?? one.silence.otherwise)) + (isSilent ? 1 : 0)
    }, 0)
  return {
    target: id,
    method,
    years: Object.fromEntries(
      [...years].sort().map((year) => {
        const put = (valueOf: (one: Contribution) => Quantity | undefined) =>
          rollUp(
            method,
            measure,
            weighted.map((one) => ({ quantity: valueOf(one) ?? null, weight: one.weight })),
            values[year] ?? null,
          )
        const stated = put((one) => one.values[year])
        const gathered = hasBelow ? put((one) => one.below[year] ?? one.values[year]) : stated
        const missing = missingIn(year)
        return [year, { stated, gathered, ...(missing === 0 ? {} : { missing }) }]
      }),
    ),
    units: [...all].map((unit) =>
      rolledUnitOf(unit, values, allotted.get(unit), given.get(unit) ?? {}, contributed.get(unit)),
    ),
    ...(asked.length === 0
      ? {}
      : { asked: asked.length + contributions.reduce((sum, one) => sum + one.silence.otherwise, 0) }),
  }
}

function rolledUnitOf(
  unit: UnitId,
  wanted: Figures,
  allotment: Allotment | undefined,
  given: Figures,
  contribution: Contribution | undefined,
): RolledUnit {
  const answer = answerOf(contribution?.answer, allotment !== undefined)
  const now = allotment === undefined ? wanted : given
  return {
    unit,
    way: allotment?.way ?? null,
    weight: contribution?.weight ?? allotment?.weight ?? null,
    given,
    answer,
    reason: contribution?.reason ?? '',
    isStale: contribution !== undefined && answer !== 'waiting' && !isSameFigures(contribution.seen, now),
    values: contribution?.values ?? {},
    gathered: contribution?.below ?? {},
    results: { ...contribution?.results },
  }
}

/** Whoever served a target before it was given to them has still to answer. */
export function answerOf(answer: Contribution['answer'] | undefined, isGiven: boolean): LinkAnswer {
  return answer === undefined || (answer === 'served' && isGiven) ? 'waiting' : answer
}

/**
 * What is rolled up to a target, as values of that target. A count of units that reach it is none:
 * "3 đơn vị" must never be added to percentages or compared with them.
 */
export function gatheredBelow({ method, years }: RolledTarget): Figures {
  if (method === 'reached') return {}
  const known = Object.entries(years).flatMap(([year, { gathered }]) =>
    gathered.quantity === null ? [] : [[year, gathered.quantity] as const],
  )
  return Object.fromEntries(known)
}

/** Of a count of units nothing is gathered, so nothing is missing in it. */
export function silenceBelow({ method, years, asked = 0 }: RolledTarget): Silence {
  if (method === 'reached') return { years: {}, otherwise: 0 }
  const missing = Object.entries(years).map(([year, said]) => [year, said.missing ?? 0] as const)
  return { years: Object.fromEntries(missing), otherwise: asked }
}
