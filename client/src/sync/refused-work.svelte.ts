/**
 * What the server has refused of an opened plan, as the person has it before them: new, or put away
 * after reading. Putting away is remembered on the device and takes nothing from it.
 */
import * as z from 'zod/mini'
import { keep, readKept } from '../session/kept.ts'
import type { NewDraft } from './drafts.svelte.ts'
import type { OpenedPlan } from './open-plan.svelte.ts'

export class RefusedWork {
  isOpen = $state(false)
  readonly #opened: OpenedPlan
  readonly #key: string
  /** Drafts up to this moment were put away. */
  #awayUntil = $state(0)
  readonly fresh: readonly NewDraft[] = $derived.by(() =>
    this.#opened.drafts.filter(({ refusedAt }) => refusedAt > this.#awayUntil),
  )

  constructor(opened: OpenedPlan) {
    this.#opened = opened
    this.#key = `drafts-away.${opened.plan.id}`
    this.#awayUntil = readKept(this.#key, z.number()) ?? 0
  }

  get all(): readonly NewDraft[] {
    return this.#opened.drafts
  }

  putAway(): void {
    this.isOpen = false
    this.#awayUntil = Math.max(0, ...this.all.map(({ refusedAt }) => refusedAt))
    keep(this.#key, this.#awayUntil)
  }
}
