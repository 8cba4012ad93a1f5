/**
 * The plans that a person takes part in, as the server last said, kept on the device so that the
 * list is there at once and without a network; and which of them changed since they were last
 * opened here.
 */
import * as z from 'zod/mini'
import type { Refusal } from '@soanchung/shared/errors.ts'
import { linkedPlan, type LinkedPlan } from '@soanchung/shared/links/links.ts'
import { planSummary, unit, type Me, type PlanSummary, type Unit } from '@soanchung/shared/protocol.ts'
import { request } from '../session/api.ts'
import { keep, readKept } from '../session/kept.ts'
import { openedPlans } from './opened.ts'

const plans = z.array(planSummary)
const units = z.array(unit)
const offers = z.array(linkedPlan)
const keptList = z.object({ at: z.number(), plans, units, offers: z._default(offers, []) })

export class PlanList {
  plans: readonly PlanSummary[] = $state.raw([])
  units: ReadonlyMap<string, Unit> = $state.raw(new Map())
  /** Plans that the person's units were given to carry out, and for which they have none yet. */
  offers: readonly LinkedPlan[] = $state.raw([])
  /** True once there is something to show: from the device or from the server. */
  loaded = $state(false)
  /** When the server last answered, in ms; 0 for never. */
  at = $state(0)
  /** Why the last question failed. */
  problem: Refusal | null = $state.raw(null)

  readonly #me: Me
  readonly #opened: Record<string, number>

  constructor(me: Me) {
    this.#me = me
    this.#opened = openedPlans(me)
    const kept = readKept(`plans.${me.id}`, keptList)
    if (kept !== null) {
      this.offers = kept.offers
      this.#show(kept.plans, kept.units, kept.at)
    }
  }

  async load(): Promise<void> {
    const [list, all, given] = await Promise.all([
      request('GET', '/api/plans', plans),
      request('GET', '/api/units', units),
      request('GET', '/api/links/offers', offers),
    ])
    this.problem = list.ok ? null : list.error
    if (given.ok) this.offers = given.value
    if (list.ok) {
      const known = all.ok ? all.value : [...this.units.values()]
      this.#show(list.value, known, Date.now())
      keep(`plans.${this.#me.id}`, { at: this.at, plans: list.value, units: known, offers: this.offers })
    }
    this.loaded = true
  }

  /** Plans with parts that wait for this person's unit. */
  get toWrite(): PlanSummary[] {
    return this.plans.filter((plan) => plan.ownParts.length > 0 && plan.stage !== 'issued')
  }

  get leading(): PlanSummary[] {
    return this.plans.filter((plan) => plan.role === 'lead')
  }

  get others(): PlanSummary[] {
    const shown = new Set([...this.toWrite, ...this.leading])
    return this.plans.filter((plan) => !shown.has(plan))
  }

  /** Changed by somebody since it was last opened on this device; false where it never was. */
  isNew(plan: PlanSummary): boolean {
    const opened = this.#opened[plan.id]
    return opened !== undefined && plan.updatedAt > opened
  }

  #show(list: readonly PlanSummary[], known: readonly Unit[], at: number): void {
    this.plans = [...list].sort((a, b) => b.updatedAt - a.updatedAt)
    this.units = new Map(known.map((one) => [one.id, one]))
    this.at = at
    this.loaded = true
  }
}
