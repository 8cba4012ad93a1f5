import { describe, expect, test } from 'vitest'
import { demoParts, demoPeople, demoTargets, demoUnits } from '@soanchung/server/src/demo/content.ts'
import { demoSnapshot } from '@soanchung/server/src/demo/demo.ts'
import { newId, type PartId, type TargetId, type UnitId } from '@soanchung/shared/ids.ts'
import { planRoles } from '@soanchung/shared/permissions.ts'
import { planSnapshot } from '@soanchung/shared/plan/snapshot.ts'

const unitIds = new Map(demoUnits.map(({ symbol }) => [symbol, newId<UnitId>()]))
const targetIds = new Map(demoTargets.map(({ key }) => [key, newId<TargetId>()]))
const partIds = new Map(demoParts.map(({ key }) => [key, newId<PartId>()]))

describe('the demo', () => {
  test('is a plan that the server would take from anybody', () => {
    expect(planSnapshot.safeParse(demoSnapshot(unitIds, partIds, targetIds)).error).toBeUndefined()
  })

  test('is half finished: parts on two levels, some of them empty, targets without all values', () => {
    const { parts } = demoSnapshot(unitIds, partIds, targetIds)
    expect(parts.some((part) => part.parent !== null)).toBe(true)
    expect(parts.filter((part) => part.blocks.length === 0).length).toBeGreaterThan(1)
    expect(demoTargets.some((target) => target.values.length < 5)).toBe(true)
  })

  test('every sentence quotes targets that are there', () => {
    const { parts } = demoSnapshot(unitIds, partIds, targetIds)
    const targets = new Set(parts.flatMap((part) => part.targets.map((target) => target.id as string)))
    const inlines = parts.flatMap((part) =>
      part.blocks.flatMap((block) => (block.type === 'block' ? block.content : [])),
    )
    const quoted = inlines.filter((inline) => inline.type === 'reference').map((inline) => inline.target as string)
    expect(quoted.length).toBeGreaterThan(10)
    expect(quoted.filter((target) => !targets.has(target))).toEqual([])
  })

  test('has somebody in each role, and an administrator', () => {
    const roles = demoPeople.map((person) => demoUnits.find((unit) => unit.symbol === person.unit)?.role)
    expect(new Set(roles.filter((role) => role !== null))).toEqual(new Set(planRoles))
    expect(demoPeople.some((person) => person.administrator)).toBe(true)
  })
})
