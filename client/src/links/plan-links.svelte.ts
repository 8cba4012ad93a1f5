/**
 * What an opened plan has to do with others: the plan that it carries out and what came from there,
 * the units that carry it out and what they say, and results. All of it is the server's word, asked
 * anew when the server tells of a change, and kept on the device for reading without a network.
 * What is written goes to the server first and shows once the server has it.
 */
import { createContext } from 'svelte'
import * as z from 'zod/mini'
import type { Refusal, Result } from '@soanchung/shared/errors.ts'
import type { PlanId, TargetId, UnitId } from '@soanchung/shared/ids.ts'
import {
  planLinks,
  planRollUp,
  targetResults,
  type AllotBody,
  type AnswerBody,
  type EnterResultBody,
  type PlanLinks,
  type PlanRollUp,
  type ReceivedTarget,
  type RolledTarget,
  type ServeBody,
  type TakeBackBody,
  type TargetResult,
} from '@soanchung/shared/links/links.ts'
import type { OpenPlan } from '../plan/open-plan.ts'
import { request } from '../session/api.ts'
import type { KeptFacts } from '../sync/open-plan.svelte.ts'
import { Refresh } from '../sync/refresh.ts'

/** Ways from a target to the other places of the screen that tell of its links. */
interface Ways {
  /** To what was received for a superior target. */
  toReceived: (superior: TargetId) => void
  /** To a target's column in the matrix. */
  toMatrix: (target: TargetId) => void
  /** To its card, where it is edited. */
  toTarget: (target: TargetId) => void
  /** To its picture over the years. */
  toPicture: (target: TargetId) => void
}

export class LinksOfPlan {
  links: PlanLinks | null = $state.raw(null)
  rollUp: PlanRollUp | null = $state.raw(null)
  results: readonly TargetResult[] = $state.raw([])
  /** When the server gave what is shown, in ms; 0 before there is anything. */
  at = $state(0)
  /** Why the last question failed; what is shown is older then. */
  problem: Refusal | null = $state.raw(null)
  readonly ways: Ways

  /** By the plan's own target, what was received for it. */
  readonly received: ReadonlyMap<TargetId, ReceivedTarget> = $derived.by(
    () => new Map(this.links?.received.flatMap((one) => (one.target === null ? [] : [[one.target, one] as const]))),
  )
  readonly rolled: ReadonlyMap<TargetId, RolledTarget> = $derived.by(
    () => new Map(this.rollUp?.targets.map((one) => [one.target, one])),
  )
  /** What waits for the lead's decision. */
  readonly undecided: number = $derived.by(
    () =>
      this.links?.received.filter(({ answer, stale, superior }) => {
        return !superior.isGone && (answer === 'waiting' || stale !== null)
      }).length ?? 0,
  )

  readonly #plan: OpenPlan
  readonly #facts: KeptFacts
  readonly #ended = new AbortController()
  /** Questions may overtake each other; only a newer answer replaces what is shown. */
  #asked = 0
  #answered = 0
  readonly #refresh = new Refresh(() => this.#ask(), this.#ended.signal)

  constructor(plan: OpenPlan, facts: KeptFacts, ways: Ways) {
    this.#plan = plan
    this.#facts = facts
    this.ways = ways
  }

  /** Shows what the device keeps, then follows the server; returns the way to stop. */
  start(): () => void {
    let told = this.#plan.linksCount
    const stopListening = this.#plan.onChange(() => {
      if (this.#plan.linksCount === told) return
      told = this.#plan.linksCount
      this.#refresh.soon(0)
    })
    const again = () => {
      if (document.visibilityState === 'visible') this.#refresh.soon()
    }
    addEventListener('online', again)
    document.addEventListener('visibilitychange', again)
    void this.#bringBack().then(() => this.#refresh.soon(0))
    return () => {
      this.#ended.abort()
      stopListening()
      removeEventListener('online', again)
      document.removeEventListener('visibilitychange', again)
    }
  }

  again(): void {
    this.#refresh.soon(0)
  }

  nameSuperior(superior: PlanId | null): Promise<Result<unknown>> {
    return this.#send('PUT', 'superior', { superior })
  }

  setCarriers(units: readonly UnitId[]): Promise<Result<unknown>> {
    return this.#send('PUT', 'carriers', { units })
  }

  give(body: AllotBody): Promise<Result<unknown>> {
    return this.#send('PUT', 'allotments', body)
  }

  takeBack(body: TakeBackBody): Promise<Result<unknown>> {
    return this.#send('POST', 'allotments/take-back', body)
  }

  answer(body: AnswerBody): Promise<Result<unknown>> {
    return this.#send('POST', 'answers', body)
  }

  serve(body: ServeBody): Promise<Result<unknown>> {
    return this.#send('PUT', 'serves', body)
  }

  enterResult(body: EnterResultBody): Promise<Result<unknown>> {
    return this.#send('PUT', 'results', body)
  }

  /** What is shown afterwards has the change in it. */
  async #send(method: 'PUT' | 'POST', path: string, body: unknown): Promise<Result<unknown>> {
    const answer = await request(method, `/api/plans/${this.#plan.id}/${path}`, z.unknown(), body)
    if (answer.ok) await this.#ask()
    return answer
  }

  async #ask(): Promise<void> {
    const { signal } = this.#ended
    const turn = (this.#asked += 1)
    const at = `/api/plans/${this.#plan.id}`
    const [links, rollUp, results] = await Promise.all([
      request('GET', `${at}/links`, planLinks, undefined, signal),
      request('GET', `${at}/roll-up`, planRollUp, undefined, signal),
      request('GET', `${at}/results`, targetResults, undefined, signal),
    ])
    if (signal.aborted || turn < this.#answered) return
    this.#answered = turn
    const now = Date.now()
    if (links.ok) this.links = links.value
    if (rollUp.ok) this.rollUp = rollUp.value
    if (results.ok) this.results = results.value
    const refused = [links, rollUp, results].find((one) => !one.ok)
    this.problem = refused === undefined || refused.ok ? null : refused.error
    if (this.problem !== null) return this.problem.code === 'network.offline' ? this.#refresh.failed() : undefined
    this.at = now
    this.#refresh.worked()
    await Promise.all([
      this.#facts.keep('links', this.links, now),
      this.#facts.keep('roll-up', this.rollUp, now),
      this.#facts.keep('results', this.results, now),
    ])
  }

  async #bringBack(): Promise<void> {
    const [links, rollUp, results] = await Promise.all([
      this.#facts.read('links', planLinks),
      this.#facts.read('roll-up', planRollUp),
      this.#facts.read('results', targetResults),
    ])
    // The server was quicker.
    if (this.at > 0) return
    this.links = links?.value ?? null
    this.rollUp = rollUp?.value ?? null
    this.results = results?.value ?? []
    this.at = links?.at ?? 0
  }
}

/** The plan's screen provides it; what shows a target asks for it. */
export const [useLinks, provideLinks] = createContext<LinksOfPlan>()
