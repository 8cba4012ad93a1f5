/**
 * Turns a heading into a part, or a part back into a heading, for the lead. The server does it to
 * what it has, so it is asked once all that was typed here is there, and never without a network;
 * the notice that follows takes it back. What is possible, and why not, is decided in shared.
 */
import * as z from 'zod/mini'
import type { ErrorCode } from '@soanchung/shared/errors.ts'
import { newId, type BlockId, type ChangeId, type PartId } from '@soanchung/shared/ids.ts'
import { planJoin, planSplit, type Pair } from '@soanchung/shared/plan/split.ts'
import type { SplitBody } from '@soanchung/shared/protocol.ts'
import type { CommandStep, TakeBack } from '../editor/undo-journal.ts'
import { m } from '../paraglide/messages.js'
import { request } from '../session/api.ts'
import { errorText } from '../ui/errors.ts'
import { complain, say } from '../ui/toasts.svelte.ts'
import type { SaveState } from './open-plan.ts'
import type { PlanModel } from './plan-model.svelte.ts'

type Way = 'split' | 'join'

interface SplitsHooks {
  /** The text stands in its new place: in a part of its own, or below a heading. */
  arrived: (part: PartId, heading: BlockId | null) => void
  /** It is done, and undo or redo can take it back. */
  done: (takeBack: TakeBack, step: CommandStep) => void
}

/** How long is waited for what is on its way to the server, and for what comes back, in ms. */
const patience = 5_000

export class Splits {
  readonly #model: PlanModel
  readonly #save: SaveState
  readonly #hooks: SplitsHooks
  #isTurning = false

  constructor(model: PlanModel, save: SaveState, hooks: SplitsHooks) {
    this.#model = model
    this.#save = save
    this.#hooks = hooks
  }

  /** Why the outline can't be changed just now; null where it can. */
  readonly refusal: string | null = $derived.by(() => {
    if (!this.#model.mayWriteOutline) {
      return this.#model.record.stage === 'issued' ? m.plan_issued_reason() : m.plan_lead_only()
    }
    return this.#save.online ? null : errorText('network.offline')
  })

  /** Why the part can't become a heading; null where it can. */
  joinRefusal(part: PartId): string | null {
    if (this.refusal !== null) return this.refusal
    this.#model.flush()
    const plan = planJoin(this.#model, [part])
    return plan.ok ? null : errorText(plan.error.code)
  }

  async split(part: PartId, heading: BlockId): Promise<void> {
    if (this.refusal !== null) return say(this.refusal)
    this.#model.flush()
    const plan = planSplit(this.#model, part, heading)
    if (!plan.ok) return complain(plan.error, m.plan_split_failed())
    const { headings, takes } = plan.value
    const pairs = headings.map((one) => ({ part: newId<PartId>(), heading: one.id }))
    const name = headings[0]?.title ?? ''
    const done =
      pairs.length === 1 ? m.plan_split_done({ name }) : m.plan_split_done_more({ name, count: pairs.length - 1 })
    await this.#turn('split', part, pairs, takes.size === 0 ? done : `${done} ${m.plan_split_takes()}`)
  }

  async join(part: PartId): Promise<void> {
    if (this.refusal !== null) return say(this.refusal)
    this.#model.flush()
    const plan = planJoin(this.#model, [part])
    if (!plan.ok) return complain(plan.error, m.plan_join_failed())
    const name = this.#model.outline.byId.get(part)?.title ?? ''
    const pairs = [{ part, heading: newId<BlockId>() }]
    await this.#turn('join', plan.value.parent, pairs, m.plan_join_done({ name }))
  }

  /** False where the server did not do it. */
  async #turn(way: Way, part: PartId, pairs: Pair[], done: string, step: CommandStep = 'done'): Promise<boolean> {
    if (this.#isTurning) return false
    this.#isTurning = true
    // What is typed now would be typed into text that is about to leave.
    const held = document.activeElement instanceof HTMLElement ? document.activeElement : null
    held?.blur()
    const refused = await this.#ask(way, part, { command: newId<ChangeId>(), pairs })
    this.#isTurning = false
    if (refused !== null) {
      held?.focus()
      complain({ code: refused }, way === 'split' ? m.plan_split_failed() : m.plan_join_failed())
      return false
    }
    let isDone = true
    const takeBack = () => {
      if (!isDone) return null
      isDone = false
      return this.#takeBack(way, part, pairs, step === 'undone' ? 'redone' : 'undone').then((isTaken) => {
        isDone = !isTaken
        return isTaken
      })
    }
    say(done, { undo: () => void takeBack() })
    this.#hooks.done(takeBack, step)
    const [first] = pairs
    if (first === undefined) return true
    const isThere = () =>
      way === 'split'
        ? this.#model.outline.byId.has(first.part) && this.#model.part(first.part)?.loaded === true
        : (this.#model.part(part)?.blocks.some(({ id }) => id === first.heading) ?? false)
    if (await until(isThere)) {
      this.#hooks.arrived(way === 'split' ? first.part : part, way === 'split' ? null : first.heading)
    }
    return true
  }

  #takeBack(way: Way, part: PartId, pairs: Pair[], step: CommandStep): Promise<boolean> {
    const back = way === 'split' ? 'join' : 'split'
    return this.#turn(back, part, pairs, back === 'join' ? m.plan_split_undone() : m.plan_join_undone(), step)
  }

  /** Null once it is done. */
  async #ask(way: Way, part: PartId, body: SplitBody): Promise<ErrorCode | null> {
    const isSent = await until(() => this.#save.unsent === 0 || !this.#save.online)
    if (!isSent || !this.#save.online) return this.#save.code ?? 'network.offline'
    const send = () => request('POST', `/api/plans/${this.#model.plan.id}/parts/${part}/${way}`, z.undefined(), body)
    const answer = await send()
    // Perhaps only the answer was lost; the server does a command once.
    const last = !answer.ok && answer.error.code === 'network.offline' ? await send() : answer
    return last.ok ? null : last.error.code
  }
}

/** Waits until something reactive holds; false where that takes too long. */
function until(holds: () => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(false), patience)
    const stop = $effect.root(() => {
      $effect(() => {
        if (holds()) end(true)
      })
    })
    function end(held: boolean) {
      clearTimeout(timer)
      // An effect can't end its own root.
      queueMicrotask(stop)
      resolve(held)
    }
  })
}
