/** Builders of what the server says of links, for tests of what is made of it. */
import { newId, type TargetId, type UnitId } from '@soanchung/shared/ids.ts'
import type { PlanRollUp, ReceivedTarget, RolledTarget, RolledUnit } from '@soanchung/shared/links/links.ts'

/** A percentage that was given and waits for an answer. */
export function aReceived(more: Partial<ReceivedTarget> = {}): ReceivedTarget {
  return {
    superior: {
      id: newId<TargetId>(),
      name: 'Hộ dùng nước sạch',
      measure: { kind: 'percent' },
      frequency: null,
      values: {},
      isGone: false,
    },
    allotment: { way: 'same', key: '', given: {}, note: '', at: 0, by: '' },
    answer: 'waiting',
    reason: '',
    answeredAt: null,
    answeredBy: '',
    target: null,
    stale: null,
    ...more,
  }
}

/** A unit that was given a target as it is, and has not answered. */
export function aRolledUnit(unit: UnitId, more: Partial<RolledUnit> = {}): RolledUnit {
  return {
    ...{ unit, way: 'same', weight: null, given: {}, answer: 'waiting', reason: '', isStale: false },
    ...{ values: {}, gathered: {}, results: {} },
    ...more,
  }
}

export function aRollUp(
  units: readonly UnitId[],
  targets: readonly (Pick<RolledTarget, 'target' | 'units'> & Partial<RolledTarget>)[],
): PlanRollUp {
  return {
    count: 1,
    carriers: units.map((unit) => ({ unit, plan: null, keys: {} })),
    targets: targets.map((target) => ({ method: 'sum', years: {}, ...target })),
  }
}
