/** Whom a role or a part can be given to: units and people, as lists and searches show them. */
import * as z from 'zod/mini'
import type { Result } from '@soanchung/shared/errors.ts'
import { planRoles, type HolderId } from '@soanchung/shared/permissions.ts'
import {
  listedPerson,
  unit as unitSchema,
  type ListedPerson,
  type PlanRecord,
  type Unit,
} from '@soanchung/shared/protocol.ts'
import { hasEnded } from '@soanchung/shared/units/names.ts'
import { request } from '../session/api.ts'
import { holdsWords } from '@soanchung/shared/fold.ts'
import type { PlanModel } from './plan-model.svelte.ts'

export type FoundHolder =
  | { kind: 'unit'; id: Unit['id']; name: string; unit: Unit }
  /** With the unit and the office by which one knows which Nguyễn Văn An it is. */
  | { kind: 'person'; id: ListedPerson['id']; name: string; unit: Unit | null; office: string }

/** Every person of the installation, and every unit that has not ended. */
export async function fetchHolders(signal: AbortSignal): Promise<Result<FoundHolder[]>> {
  const [units, people] = await Promise.all([
    request('GET', '/api/units', z.array(unitSchema), undefined, signal),
    request('GET', '/api/people', z.array(listedPerson), undefined, signal),
  ])
  if (!units.ok) return units
  if (!people.ok) return people
  const byId = new Map(units.value.map((unit) => [unit.id, unit]))
  return {
    ok: true,
    value: [
      ...units.value
        .filter((unit) => !hasEnded(unit))
        .map((unit) => ({ kind: 'unit' as const, id: unit.id, name: unit.name, unit })),
      ...people.value.map((person) => personHolder(person, byId)),
    ],
  }
}

export function personHolder(
  { id, name, units, office }: ListedPerson,
  byId: ReadonlyMap<HolderId, Unit>,
): FoundHolder {
  const [first] = units
  return { kind: 'person', id, name, unit: first === undefined ? null : (byId.get(first) ?? null), office }
}

/** A holder of this plan as lists show it; undefined for one that is not known here. */
export function holderOf(model: PlanModel, id: HolderId): FoundHolder | undefined {
  const unit = model.holderUnits.get(id)
  if (unit !== undefined) return { kind: 'unit', id: unit.id, name: unit.name, unit }
  const person = model.people.get(id)
  return person === undefined ? undefined : personHolder(person, model.holderUnits)
}

/** The lead first, then those who write, as they stand in the list of units; then people. */
export function rolesInOrder(model: PlanModel): PlanRecord['roles'] {
  const listed = [...model.holderUnits.keys(), ...model.people.keys()]
  return model.record.roles.toSorted(
    (a, b) =>
      planRoles.indexOf(a.role) - planRoles.indexOf(b.role) || listed.indexOf(a.holder) - listed.indexOf(b.holder),
  )
}

/** Those whose name, symbol or office has the words, without regard to diacritics. */
export function matchHolders(all: readonly FoundHolder[], words: string, most: number): FoundHolder[] {
  if (words.trim() === '') return []
  return all
    .filter((one) => holdsWords([one.name, one.unit?.symbol, 'office' in one ? one.office : ''].join(' '), words))
    .slice(0, most)
}
