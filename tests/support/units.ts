/** Builders of units for tests. */
import type { Unit } from '@soanchung/shared/protocol.ts'
import type { UnitBody } from '@soanchung/shared/units/units.ts'

/** What an administrator would say of a unit, as little as there can be. */
export function aUnitBody(
  { symbol, name = `Đơn vị ${symbol}`, colour = 0, parent = null }: Partial<Unit> & { symbol: string },
  more: Partial<UnitBody> = {},
): UnitBody {
  return {
    kind: 'other',
    level: 'commune',
    profile: 'state',
    colour,
    names: [{ since: '', name, symbol }],
    parent,
    guidedBy: [],
    memberOf: [],
    signers: [],
    closedOn: null,
    mergedInto: null,
    ...more,
  }
}
