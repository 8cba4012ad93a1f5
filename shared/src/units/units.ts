/**
 * Organisations as data: kind, level, the names that a unit had and has, what it is under, who
 * signs for it. A unit is never deleted, since old plans name it; it ends on a day, and may go on in
 * another. What it is called on a day is in names.ts.
 */
import * as z from 'zod/mini'
import { unitId, userId, type UnitId } from '../ids.ts'
import { signer } from '../plan/meta.ts'

export const unitKinds = ['party', 'front', 'association', 'government', 'other'] as const
export type UnitKind = (typeof unitKinds)[number]

/** Districts ended on 1 July 2025; older plans still name theirs. */
export const unitLevels = ['central', 'province', 'district', 'commune', 'grassroots'] as const
export type UnitLevel = (typeof unitLevels)[number]

/** Whose rules a unit's documents follow; what the rules are is kept with the exports. */
export const formatProfiles = ['state', 'party', 'front', 'trade-union', 'youth-union', 'association'] as const
export type FormatProfile = (typeof formatProfiles)[number]

/** The profile of units of a kind where nobody has said another. */
export const usualProfile: Record<UnitKind, FormatProfile> = {
  party: 'party',
  front: 'front',
  association: 'association',
  government: 'state',
  other: 'state',
}

/** How a unit stands to another: all three point from the lower to the upper one. */
export const unitEdgeKinds = ['under', 'guided-by', 'member-of'] as const
export type UnitEdgeKind = (typeof unitEdgeKinds)[number]

/** Unicode's control characters have no place in a line, and NUL in no database. */
const words = (longest: number) =>
  z.string().check(
    z.trim(),
    z.normalize('NFC'),
    z.minLength(1),
    z.maxLength(longest),
    z.refine((text) => !/\p{Cc}/u.test(text)),
  )

export const unitName = words(200)
export const personName = words(100)
/** chức vụ: what somebody is in a unit. */
export const officeTitle = words(200)
/** As it stands in the number of a document, `12/KH-HND`; the slash is the number's own. */
export const unitSymbol = words(20).check(z.regex(/^[\p{L}\p{N}]+(?:[-.&][\p{L}\p{N}]+)*$/u))

/** ISO day that exists. */
export const day = z.string().check(
  z.regex(/^\d{4}-\d{2}-\d{2}$/),
  z.refine((text) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text)),
)

/** A name and symbol from a day on; the first ones hold from the beginning and have no day. */
const datedName = z.object({ since: z.union([z.literal(''), day]), name: unitName, symbol: unitSymbol })
export type DatedName = z.infer<typeof datedName>

const unitIds = z.array(unitId).check(
  z.maxLength(50),
  z.refine((ids) => new Set(ids).size === ids.length),
)

/** Everything that an administrator says of a unit. */
export const unitBody = z.object({
  kind: z.enum(unitKinds),
  level: z.enum(unitLevels),
  profile: z.enum(formatProfiles),
  /** Which of the ten unit colours, 0–9. */
  colour: z.int().check(z.gte(0), z.lte(9)),
  /** Oldest first. */
  names: z.array(datedName).check(
    z.minLength(1),
    z.maxLength(20),
    z.refine((names) => names[0]?.since === '' && isAscending(names.map(({ since }) => since))),
  ),
  parent: z.nullable(unitId),
  guidedBy: unitIds,
  memberOf: unitIds,
  /** Those who sign for the unit, the usual one first. */
  signers: z.array(signer).check(z.maxLength(20)),
  /** The first day on which the unit is no more. */
  closedOn: z.nullable(day),
  /** The unit that it went on in; only with `closedOn`. */
  mergedInto: z.nullable(unitId),
})
export type UnitBody = z.infer<typeof unitBody>

/** Stands for everything that was said when it was read: who saves it tells what they had seen. */
const stamp = z.string().check(z.maxLength(100))

export const unitRecord = z.extend(unitBody, { id: unitId, stamp })
export type UnitRecord = z.infer<typeof unitRecord>

export const changedUnitBody = z.extend(unitBody, { stamp })

/** Usernames are plain letters, since they are typed on any keyboard. */
export const usernamePattern = /^[a-z0-9][a-z0-9._-]{2,29}$/
const membership = z.object({ unit: unitId, office: officeTitle })

/** Everything that an administrator says of a person; the first unit is the one that others see them in. */
export const personBody = z.object({
  name: personName,
  administrator: z.boolean(),
  memberships: z.array(membership).check(
    z.maxLength(50),
    z.refine((list) => new Set(list.map(({ unit }) => unit)).size === list.length),
  ),
})
export type PersonBody = z.infer<typeof personBody>

export const changedPersonBody = z.extend(personBody, { stamp })

export const newPersonBody = z.extend(personBody, {
  username: z.string().check(z.trim(), z.toLowerCase(), z.regex(usernamePattern)),
})

/** As stored: an office may be missing where a command made the membership. */
export const personRecord = z.object({
  id: userId,
  username: z.string(),
  name: z.string(),
  administrator: z.boolean(),
  /** False where the account is closed for now. */
  active: z.boolean(),
  memberships: z.array(z.object({ unit: unitId, office: z.string() })),
  stamp,
})
export type PersonRecord = z.infer<typeof personRecord>

/** The only answer that holds the first password. */
export const createdPerson = z.object({ person: personRecord, password: z.string() })

/** Two symbols are the same to a reader whatever their case. */
export function sameSymbol(one: string, other: string): boolean {
  return symbolKey(one) === symbolKey(other)
}

export function symbolKey(symbol: string): string {
  return symbol.trim().normalize('NFC').toLocaleUpperCase('vi')
}

/** The circle that a unit stands in, from it upwards and back to it; null where its way up ends. */
export function circleOf<Key>(start: Key, parentOf: (key: Key) => Key | null | undefined): Key[] | null {
  const way = [start]
  const seen = new Set(way)
  for (let above = parentOf(start); above !== null && above !== undefined; above = parentOf(above)) {
    way.push(above)
    if (above === start) return way
    // A circle further up is not this unit's own.
    if (seen.has(above)) return null
    seen.add(above)
  }
  return null
}

/** Those units that a unit may be put under: neither itself nor one below it. */
export function possibleParents<Listed extends { id: UnitId; parent: UnitId | null }>(
  id: UnitId | null,
  all: readonly Listed[],
): Listed[] {
  const parents = new Map(all.map((unit) => [unit.id, unit.parent]))
  const isBelow = (one: UnitId) => {
    const seen = new Set<UnitId>()
    for (let at: UnitId | null | undefined = one; at && !seen.has(at); at = parents.get(at)) {
      if (at === id) return true
      seen.add(at)
    }
    return false
  }
  return all.filter((unit) => !isBelow(unit.id))
}

function isAscending(days: readonly string[]): boolean {
  return days.every((one, index) => index === 0 || one > (days[index - 1] ?? ''))
}
