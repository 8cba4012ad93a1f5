/**
 * Who may do what. One pure function, asked by screens, routes and sync alike; only the server's
 * answer counts. A right is decided for a person through the units that they belong to.
 */
import type { PartId, PlanId, UnitId, UserId } from './ids.ts'

export const planRoles = ['lead', 'drafter', 'reviewer', 'reader'] as const
export type PlanRole = (typeof planRoles)[number]

export const planStages = ['drafting', 'review', 'finalising', 'issued'] as const
export type PlanStage = (typeof planStages)[number]

export interface Actor {
  userId: UserId
  units: readonly UnitId[]
  administrator: boolean
  /** A personal access token may be narrower than its owner. */
  scope: 'read' | 'write'
}

/** What the server knows about a plan when it decides; never taken from a document. */
export interface PlanAccess {
  planId: PlanId
  stage: PlanStage
  roles: ReadonlyMap<UnitId, PlanRole>
  /** The units that each part is given to. Every part of the plan has an entry, maybe empty. */
  partUnits: ReadonlyMap<PartId, readonly UnitId[]>
}

export type Action =
  'plan.read' | 'plan.export' | 'outline.write' | 'part.create' | 'part.assign' | 'part.read' | 'part.write'

/** `part` is needed for the two actions on a part; without it they are refused. */
export function can(actor: Actor, action: Action, access: PlanAccess, part?: PartId): boolean {
  const roles = actor.units.map((unit) => access.roles.get(unit)).filter((role) => role !== undefined)
  if (roles.length === 0) return false
  const isLead = roles.includes('lead')
  const mayWrite = actor.scope === 'write' && access.stage !== 'issued'
  switch (action) {
    case 'plan.read':
    case 'plan.export':
      return true
    case 'outline.write':
    case 'part.create':
    case 'part.assign':
      return mayWrite && isLead
    case 'part.read':
      return part !== undefined && access.partUnits.has(part)
    case 'part.write': {
      const given = part === undefined ? undefined : access.partUnits.get(part)
      if (!mayWrite || given === undefined) return false
      return isLead || actor.units.some((unit) => access.roles.get(unit) === 'drafter' && given.includes(unit))
    }
  }
}
