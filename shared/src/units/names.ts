/**
 * What a unit is called on a day. Names follow one another without gaps: each holds until the next
 * one begins. By itself, since every plan needs it and only administrators need the rest.
 */
import * as z from 'zod/mini'

interface Dated {
  /** ISO day; '' for the first name, which holds from the beginning. */
  since: string
  name: string
  symbol: string
}

/** The name that holds on a day; `names` are oldest first and not empty. */
export function nameOn<Name extends { since: string }>(names: readonly Name[], on: string): Name {
  const [first] = names
  if (first === undefined) throw new Error('a unit without a name')
  return names.findLast(({ since }) => since <= on) ?? first
}

/** Days are those of Vietnam, wherever the server stands. */
const dayFormat = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Ho_Chi_Minh' })

/** The ISO day of a moment. */
export function dayOf(at: number): string {
  return dayFormat.format(at)
}

/** The name of today and those before it, out of all that were said. */
export function namesAsOf(
  names: readonly Dated[],
  today: string,
): { name: string; symbol: string; earlier?: EarlierName[] } {
  const { name, symbol, since } = nameOn(names, today)
  const past = names.filter((one) => one.since < since)
  const earlier = past.map((one, index) => {
    return { until: past[index + 1]?.since ?? since, name: one.name, symbol: one.symbol }
  })
  return { name, symbol, ...(earlier.length === 0 ? {} : { earlier }) }
}

/** A name that a unit no longer has, and the day on which the next one began. */
export const earlierName = z.object({ until: z.string(), name: z.string(), symbol: z.string() })
export type EarlierName = z.infer<typeof earlierName>

/** What a unit was called on a day, for plans of that day; '' is for today. */
export function unitOn<Named extends { name: string; symbol: string; earlier?: readonly EarlierName[] | undefined }>(
  unit: Named,
  on: string,
): Named {
  const old = on === '' ? undefined : unit.earlier?.find(({ until }) => on < until)
  return old === undefined ? unit : { ...unit, name: old.name, symbol: old.symbol }
}

/** Whether a unit is no more today; it takes part in nothing new. */
export function hasEnded({ closedOn }: { closedOn?: string | null | undefined }): boolean {
  return closedOn !== null && closedOn !== undefined && closedOn <= dayOf(Date.now())
}
