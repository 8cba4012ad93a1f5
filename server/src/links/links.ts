/**
 * Links between plans, as one: which plan carries out which (naming), what is given down
 * (allotting), what is answered (answering), what it comes to (roll-ups, results). It wires; what
 * is shown of it is read in reading.ts, and every change goes through changes.ts.
 */
import type { Result } from '@soanchung/shared/errors.ts'
import type { PlanId, TargetId, UnitId } from '@soanchung/shared/ids.ts'
import type { LinkedPlan, LinkEvent, PlanLinks, TargetResult } from '@soanchung/shared/links/links.ts'
import type { Actor } from '@soanchung/shared/permissions.ts'
import type { Notify } from '../notifications/notify.ts'
import type { Projection } from '../plans/projection.ts'
import type { RegisterProjection } from '../registers/projection.ts'
import type { Database } from '../storage/database.ts'
import type { Sync } from '../sync/sync.ts'
import { createAllotting, type Allotting } from './allotting.ts'
import { createAnswering, type Answering } from './answering.ts'
import { createLinkChanges, lockLinks, touching } from './changes.ts'
import { superiorOf } from './linked-plans.ts'
import { createNaming, type Naming } from './naming.ts'
import { readHistory, readLinks, readOffers, readPlanResults, readRollUp } from './reading.ts'
import { createEnterResult, type EnterResult } from './results.ts'

export interface Links extends Naming, Allotting, Answering {
  /** What a plan was given and answered, and what it could serve. */
  links(actor: Actor, plan: PlanId): Promise<Result<PlanLinks>>
  /** Plans that one of the actor's units was given to carry out, and has no plan for yet. */
  offers(actor: Actor): Promise<LinkedPlan[]>
  /** The JSON of a PlanRollUp: of all targets of the plan, or of some. */
  rollUp(actor: Actor, plan: PlanId, targets?: readonly TargetId[]): Promise<Result<string>>
  history(actor: Actor, plan: PlanId, target: TargetId, unit: UnitId): Promise<Result<LinkEvent[]>>
  results(actor: Actor, plan: PlanId): Promise<Result<TargetResult[]>>
  enterResult: EnterResult
  /** After the plan moved to another stage: whether it counts, and as what, may be another now. */
  stageMoved(plan: PlanId): Promise<void>
  /** Makes all roll-ups again from the rows of registers and links. */
  rebuild(): Promise<void>
  close(): Promise<void>
}

export interface LinksOptions {
  database: Database
  projection: Pick<Projection, 'plans'>
  registers: Pick<RegisterProjection, 'onChange' | 'settled'>
  notify: Notify
  sync: Pick<Sync, 'writeDocument' | 'linksChanged'>
}

export function createLinks({ database, projection, registers, notify, sync }: LinksOptions): Links {
  const { query } = database
  const changes = createLinkChanges({ database, registers, notify, sync })
  return {
    ...createNaming(changes),
    ...createAllotting(changes),
    ...createAnswering({ query, projection, registers, sync, changes }),
    enterResult: createEnterResult(changes),
    links: (actor, plan) => readLinks(query, actor, plan),
    offers: (actor) => readOffers(query, actor),
    rollUp: (actor, plan, targets) => readRollUp(query, actor, plan, targets),
    history: (actor, plan, target, unit) => readHistory(query, actor, plan, target, unit),
    results: (actor, plan) => readPlanResults(query, actor, plan),
    async stageMoved(plan) {
      const superior = await superiorOf(query, plan)
      if (superior === null) return
      const counts = await database.transaction(async (transaction) => {
        await lockLinks(transaction)
        const touched = touching(superior, 'all')
        return await changes.settle(transaction, null, plan, { touched, felt: [superior], told: [], audited: [] })
      })
      changes.tell(counts)
    },
    rebuild: () => changes.rebuild(),
    close: () => changes.close(),
  }
}
