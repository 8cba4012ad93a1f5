/**
 * The matrix of units × targets as a screen needs it besides its cells (shared/src/links/matrix.ts): how
 * far each unit is, and the way of the keys.
 */
import type { UnitId } from '@soanchung/shared/ids.ts'
import type { PlanRollUp } from '@soanchung/shared/links/links.ts'
import { takesPart } from '@soanchung/shared/links/matrix.ts'

/** How far a unit is over all that it was given. */
export interface UnitCounts {
  given: number
  accepted: number
  waiting: number
  countered: number
  stale: number
}

export function countsOf(rollUp: PlanRollUp): ReadonlyMap<UnitId, UnitCounts> {
  const counts = new Map<UnitId, UnitCounts>()
  for (const { units } of rollUp.targets) {
    for (const { unit, answer, isStale, way } of units.filter(takesPart)) {
      const of = counts.get(unit) ?? { given: 0, accepted: 0, waiting: 0, countered: 0, stale: 0 }
      counts.set(unit, of)
      if (way !== null) of.given += 1
      if (answer === 'accepted') of.accepted += 1
      if (answer === 'waiting') of.waiting += 1
      if (answer === 'countered') of.countered += 1
      if (isStale) of.stale += 1
    }
  }
  return counts
}

/** Where an arrow leads from a cell; the corner holds. */
export function stepIn(
  key: string,
  at: { row: number; column: number },
  size: { rows: number; columns: number },
): { row: number; column: number } | null {
  const last = { row: size.rows - 1, column: size.columns - 1 }
  switch (key) {
    case 'ArrowUp':
      return { ...at, row: Math.max(0, at.row - 1) }
    case 'ArrowDown':
      return { ...at, row: Math.min(last.row, at.row + 1) }
    case 'ArrowLeft':
      return { ...at, column: Math.max(0, at.column - 1) }
    case 'ArrowRight':
      return { ...at, column: Math.min(last.column, at.column + 1) }
    case 'PageUp':
      return { ...at, row: Math.max(0, at.row - 15) }
    case 'PageDown':
      return { ...at, row: Math.min(last.row, at.row + 15) }
    case 'Home':
      return { ...at, column: 0 }
    case 'End':
      return { ...at, column: last.column }
    default:
      return null
  }
}
