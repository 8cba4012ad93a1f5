/** A unit as it is being typed in: days as people write them, and what is not right yet. */
import type { UnitId } from '@soanchung/shared/ids.ts'
import { unitName, unitSymbol, usualProfile, type UnitBody, type UnitRecord } from '@soanchung/shared/units/units.ts'
import { dayText, parseDay } from '../ui/days.ts'

export interface UnitDraft extends Omit<UnitBody, 'parent' | 'closedOn' | 'mergedInto'> {
  /** Empty for none, here and below. */
  parent: UnitId | ''
  closedOn: string
  mergedInto: UnitId | ''
}

export interface UnitFaults {
  names: { name: boolean; symbol: boolean; since: boolean }[]
  closedOn: boolean
  mergedInto: boolean
}

export function draftOf(unit: UnitRecord | null, above: UnitId | null, colour: number): UnitDraft {
  if (unit === null) {
    return {
      kind: 'association',
      level: 'commune',
      profile: usualProfile.association,
      colour,
      names: [{ since: '', name: '', symbol: '' }],
      parent: above ?? '',
      guidedBy: [],
      memberOf: [],
      signers: [],
      closedOn: '',
      mergedInto: '',
    }
  }
  return {
    kind: unit.kind,
    level: unit.level,
    profile: unit.profile,
    colour: unit.colour,
    names: unit.names.map((name) => ({ ...name, since: dayText(name.since) })),
    parent: unit.parent ?? '',
    guidedBy: [...unit.guidedBy],
    memberOf: [...unit.memberOf],
    signers: unit.signers.map((signer) => ({ ...signer })),
    closedOn: dayText(unit.closedOn ?? ''),
    mergedInto: unit.mergedInto ?? '',
  }
}

export function faultsOf(draft: UnitDraft): UnitFaults {
  const days = draft.names.map(({ since }, index) => (index === 0 ? '' : parseDay(since)))
  const closedOn = parseDay(draft.closedOn)
  const lastDay = days.at(-1) ?? ''
  return {
    names: draft.names.map(({ name, symbol }, index) => ({
      name: !unitName.safeParse(name).success,
      symbol: !unitSymbol.safeParse(symbol).success,
      since: index > 0 && !isAfter(days[index], days[index - 1]),
    })),
    closedOn: closedOn === null || (closedOn !== '' && closedOn <= lastDay),
    mergedInto: draft.mergedInto !== '' && draft.closedOn.trim() === '',
  }
}

export function hasFaults({ names, closedOn, mergedInto }: UnitFaults): boolean {
  return closedOn || mergedInto || names.some(({ name, symbol, since }) => name || symbol || since)
}

/** Of a draft without faults. Signers of whom nothing is said are left out. */
export function bodyOf(draft: UnitDraft): UnitBody {
  return {
    ...draft,
    names: draft.names.map((name, index) => ({ ...name, since: index === 0 ? '' : (parseDay(name.since) ?? '') })),
    parent: draft.parent === '' ? null : draft.parent,
    signers: draft.signers.filter(({ authority, office, name }) => `${authority}${office}${name}`.trim() !== ''),
    closedOn: parseDay(draft.closedOn) || null,
    mergedInto: draft.mergedInto === '' ? null : draft.mergedInto,
  }
}

function isAfter(day: string | null | undefined, before: string | null | undefined): boolean {
  return day !== null && day !== undefined && day !== '' && day > (before ?? '')
}
