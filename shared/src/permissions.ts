/**
 * Who may do what, as one table: action × role × stage (docs/adr/0007). One pure function reads it,
 * asked by screens, routes and sync alike; only the server's answer counts. A role is given to a
 * unit or to a person; somebody may do what any of the roles allows that they hold.
 */
import type { PartId, PlanId, UnitId, UserId } from './ids.ts'

export const planRoles = ['lead', 'drafter', 'reviewer', 'office', 'reader'] as const
export type PlanRole = (typeof planRoles)[number]

/** The lead is named once, when the plan is made. */
export const givenRoles = ['drafter', 'reviewer', 'office', 'reader'] as const satisfies readonly PlanRole[]
export type GivenRole = (typeof givenRoles)[number]

export const planStages = ['drafting', 'review', 'finalising', 'issued'] as const
export type PlanStage = (typeof planStages)[number]

/** What is said of a part's work: nothing yet or under way, done by its unit, sent back by the lead. */
export const partStatuses = ['drafting', 'done', 'returned'] as const
export type PartStatus = (typeof partStatuses)[number]

/** Who holds a role, or is given a part. Ids are never reused, so one space holds both kinds. */
export type HolderId = UnitId | UserId

export interface Actor {
  userId: UserId
  units: readonly UnitId[]
  administrator: boolean
  /** A personal access token may be narrower than its owner. */
  scope: 'read' | 'write'
}

export interface PartAccess {
  holders: readonly HolderId[]
  status: PartStatus
}

/** What the server knows about a plan when it decides; never taken from a document. */
export interface PlanAccess {
  planId: PlanId
  stage: PlanStage
  roles: ReadonlyMap<HolderId, PlanRole>
  /** Every part of the plan has an entry. */
  parts: ReadonlyMap<PartId, PartAccess>
}

/** Of all parts, only of those given to the holder, or only of those given and then sent back. */
type Reach = 'all' | 'given' | 'returned'

type Stages = Partial<Record<PlanStage, Reach>>

interface Right extends Partial<Record<PlanRole, Stages>> {
  /** Changes something: closed to a token that only reads. */
  writes: boolean
  /** Is about one part, which must be named. */
  ofPart?: boolean
  /** An administrator of the installation needs no role in the plan. */
  administrator?: boolean
}

const untilIssued: Stages = { drafting: 'all', review: 'all', finalising: 'all' }
const always: Stages = { ...untilIssued, issued: 'all' }
const ownWork: Stages = { drafting: 'given', finalising: 'returned' }
const everybody = { lead: always, drafter: always, reviewer: always, office: always, reader: always }

export const rights = {
  'plan.read': { writes: false, ...everybody },
  'plan.export': { writes: false, ...everybody },
  'part.read': { writes: false, ofPart: true, ...everybody },
  'outline.write': { writes: true, lead: untilIssued, office: { finalising: 'all' } },
  'part.create': { writes: true, lead: untilIssued },
  'part.write': { writes: true, ofPart: true, lead: untilIssued, drafter: ownWork },
  /** To units or people, with a deadline and a note. */
  'part.give': { writes: true, ofPart: true, lead: untilIssued },
  /** That one's part is done, or that one goes on with it. */
  'part.report': { writes: true, ofPart: true, lead: untilIssued, drafter: ownWork },
  /** To be done better, with a reason. */
  'part.return': { writes: true, ofPart: true, lead: { drafting: 'all', finalising: 'all' } },
  'role.give': { writes: true, lead: untilIssued },
  'stage.move': { writes: true, lead: untilIssued },
  /** What one could not write any more, to the lead. */
  'draft.hand': {
    writes: true,
    ofPart: true,
    lead: untilIssued,
    drafter: untilIssued,
    reviewer: untilIssued,
    office: untilIssued,
    reader: untilIssued,
  },
  'draft.settle': { writes: true, ofPart: true, lead: untilIssued },
  /** Which plan this one carries out, and what its own targets serve there. */
  'link.name': { writes: true, lead: untilIssued },
  /** To units: the plan itself, and its targets with values. */
  'target.allot': { writes: true, lead: always },
  /** Takes a value that was given, or another, into a target of this plan. */
  'link.answer': { writes: true, lead: untilIssued },
  /** Keeps what stands although the superior changed, with a reason; writes no document. */
  'link.keep': { writes: true, lead: always },
  /** What a target came to. Beside these, the unit that answers for the target. */
  'result.enter': { writes: true, ofPart: true, lead: { issued: 'all' }, drafter: { issued: 'given' } },
  'audit.read': { writes: false, administrator: true, lead: always },
} as const satisfies Record<string, Right>

export type Action = keyof typeof rights
export const actions = Object.keys(rights) as Action[]

/** Actions on a part are refused without one, and with one of another plan. */
export function can(actor: Actor, action: Action, access: PlanAccess, part?: PartId): boolean {
  const right: Right = rights[action]
  if (right.writes && actor.scope !== 'write') return false
  if (right.administrator === true && actor.administrator) return true
  const named = part === undefined ? undefined : access.parts.get(part)
  if (right.ofPart === true && named === undefined) return false
  return holdersOf(actor).some((holder) => {
    const role = access.roles.get(holder)
    const reach = role === undefined ? undefined : right[role]?.[access.stage]
    if (reach === undefined || reach === 'all') return reach === 'all'
    return named?.holders.includes(holder) === true && (reach === 'given' || named.status === 'returned')
  })
}

/** As whom somebody may hold a role. */
export function holdersOf(actor: Actor): readonly HolderId[] {
  return [actor.userId, ...actor.units]
}

/** The roles that somebody holds in a plan, the strongest first. */
export function rolesOf(actor: Actor, access: Pick<PlanAccess, 'roles'>): PlanRole[] {
  const held = new Set(holdersOf(actor).map((holder) => access.roles.get(holder)))
  return planRoles.filter((role) => held.has(role))
}
