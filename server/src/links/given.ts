/**
 * What a superior plan gives its units of one target. Only what was typed is stored; "the same" and
 * shares are reckoned from the present values, so that a change of the superior, or of one unit's
 * weight, reaches every link that it concerns. Pure.
 */
import type { UnitId } from '@soanchung/shared/ids.ts'
import type { AllotmentWay, Figures } from '@soanchung/shared/links/links.ts'
import { shareOut } from '@soanchung/shared/links/sharing.ts'
import type { Quantity } from '@soanchung/shared/targets/quantity.ts'

/** A target of a superior plan, given to a unit. */
export interface Allotment {
  unit: UnitId
  way: AllotmentWay
  key: string
  weight: string | null
  /** Of a free one. */
  given: Figures
}

/** What each unit is given of a target with these values. A value that cannot be shared is left out. */
export function givenOf(allotments: readonly Allotment[], values: Figures): Map<UnitId, Figures> {
  const given = new Map<UnitId, Figures>()
  for (const { unit, way, given: typed } of allotments)
    given.set(unit, way === 'free' ? typed : way === 'same' ? values : {})
  const shared = Map.groupBy(
    allotments.filter(({ way }) => way === 'share'),
    ({ key }) => key,
  )
  for (const ofKey of shared.values()) {
    // The order decides who gets what is left over by rounding, so it must always be the same.
    const weights = ofKey
      .map(({ unit, weight }) => ({ id: unit, weight: weight ?? '0' }))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
    for (const [year, value] of Object.entries(values)) {
      for (const [unit, share] of shareOut(value, weights) ?? []) given.set(unit, { ...given.get(unit), [year]: share })
    }
  }
  return given
}

/** Of the server's own rows, which hold nothing else. */
export function readFigures(json: string): Figures {
  return JSON.parse(json) as Figures
}

/** Whether the same is said for the same years, however it is written down. */
export function isSameFigures(a: Figures, b: Figures): boolean {
  return wordOf(a) === wordOf(b)
}

function wordOf(figures: Figures): string {
  const years = Object.keys(figures).sort()
  return JSON.stringify(years.map((year) => [year, figures[year] === undefined ? null : wordsOf(figures[year])]))
}

function wordsOf({ comparison, numbers, measure, base, frequency, deadline }: Quantity) {
  const unit = measure.kind === 'count' ? measure.noun : measure.kind === 'money' ? measure.scale : ''
  return [comparison, numbers, measure.kind, unit, base ?? null, frequency ?? null, deadline ?? null]
}
