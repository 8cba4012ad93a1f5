/** Results beside a target: the periods of a year, and who may enter them after the plan is issued. */
import type { PartId, UnitId } from '@soanchung/shared/ids.ts'
import type { HolderId } from '@soanchung/shared/permissions.ts'
import type { Me, PlanRecord } from '@soanchung/shared/protocol.ts'
import type { TargetResult } from '@soanchung/shared/links/links.ts'
import type { ShownResults } from '@soanchung/shared/targets/view-cells.ts'
import { m } from '../paraglide/messages.js'

/** As tables show them beside the values. */
export function resultsByTarget(all: readonly TargetResult[]): ShownResults {
  const byTarget = Map.groupBy(all, ({ target }) => target)
  return new Map([...byTarget].map(([id, own]) => [id, new Map(own.map(({ period, value }) => [period, value]))]))
}

export function periodsOf(year: string): { period: string; name: string }[] {
  return [
    { period: `${year}-H1`, name: m.links_period_first() },
    { period: `${year}-H2`, name: m.links_period_second() },
    { period: year, name: m.links_period_year() },
  ]
}

/** Why somebody cannot enter a result of a target; null where they can. The server decides in the end. */
export function resultRefusal(
  record: Pick<PlanRecord, 'stage' | 'roles' | 'parts'>,
  me: Pick<Me, 'id' | 'units'>,
  { part, responsible }: { part: PartId; responsible: UnitId | null },
): string | null {
  if (record.stage !== 'issued') return m.links_result_early()
  const own: ReadonlySet<HolderId> = new Set<HolderId>([me.id, ...me.units.map(({ id }) => id)])
  const holds = (role: PlanRecord['roles'][number]['role']) =>
    record.roles.some((one) => one.role === role && own.has(one.holder))
  if (holds('lead')) return null
  const holders = record.parts.find(({ id }) => id === part)?.holders ?? []
  const isOwn = holders.some((holder) => own.has(holder)) || (responsible !== null && own.has(responsible))
  return holds('drafter') && isOwn ? null : m.links_result_not_yours()
}
