/**
 * A selection over several parts. The browser can't make one (it clamps a drag to the editor where
 * it began), so it is kept here as two places of the plan and drawn over the page. Deleting takes
 * exactly what is selected, as one entry of undo; titles and part borders stay.
 */
import type { PartId } from '@soanchung/shared/ids.ts'
import type { Block } from '@soanchung/shared/plan/blocks.ts'
import { userEdit } from '../plan/edit-origin.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'
import { comparePlaces, deleteStretch, endOf, sliceBlocks, type Place } from './body-edit.ts'
import type { PlanPlace } from './dom-places.ts'

/** What is selected of one part. */
export interface Stretch {
  part: PartId
  from: Place
  to: Place
}

export class PlanSelection {
  readonly #model: PlanModel
  anchor: PlanPlace | null = $state.raw(null)
  head: PlanPlace | null = $state.raw(null)

  constructor(model: PlanModel) {
    this.#model = model
  }

  get active(): boolean {
    return this.anchor !== null && this.head !== null
  }

  start(anchor: PlanPlace, head: PlanPlace): void {
    this.anchor = anchor
    this.head = head
  }

  extend(head: PlanPlace): void {
    if (this.anchor !== null) this.head = head
  }

  clear(): void {
    this.anchor = null
    this.head = null
  }

  /** The two ends in the order of the sheet. */
  ends(): { from: PlanPlace; to: PlanPlace } | null {
    const { anchor, head } = this
    if (anchor === null || head === null) return null
    const order = this.#model.outline.inOrder.findIndex(({ id }) => id === anchor.part)
    const other = this.#model.outline.inOrder.findIndex(({ id }) => id === head.part)
    const isForward = order === other ? comparePlaces(anchor, head) <= 0 : order < other
    return isForward ? { from: anchor, to: head } : { from: head, to: anchor }
  }

  /** Part by part in the order of the sheet. */
  stretches(): Stretch[] {
    const ends = this.ends()
    if (ends === null) return []
    const parts = this.#model.outline.inOrder.map(({ id }) => id)
    const between = parts.slice(parts.indexOf(ends.from.part), parts.indexOf(ends.to.part) + 1)
    return between.flatMap((part): Stretch[] => {
      const blocks = this.#model.part(part)?.blocks ?? []
      if (blocks.length === 0) return []
      const from = part === ends.from.part ? ends.from : { block: 0, offset: 0 }
      const to = part === ends.to.part ? ends.to : endOf(blocks)
      return comparePlaces(from, to) < 0 ? [{ part, from, to }] : []
    })
  }

  blocksOf(stretch: Stretch): Block[] {
    return sliceBlocks(this.#model.part(stretch.part)?.blocks ?? [], stretch.from, stretch.to)
  }

  /** Parts of the selection that may not be written, or hold what this version does not know. */
  readOnlyParts(): PartId[] {
    return this.stretches()
      .map(({ part }) => part)
      .filter((part) => this.#model.part(part)?.mayWrite !== true || !isWhollyRead(this.#model, part))
  }

  /** Takes the selected text out. The caller has asked `readOnlyParts` and makes it one undo entry. */
  delete(): void {
    for (const { part, from, to } of this.stretches()) {
      const { document } = this.#model.plan.part(part)
      const blocks = this.#model.part(part)?.blocks ?? []
      const isOneBlock = from.block === to.block
      document.transact(() => deleteStretch(document.getXmlFragment('body'), blocks, from, to, isOneBlock), userEdit)
    }
    this.clear()
  }
}

/** False where some blocks of a part could not be read: then places are not to be counted on. */
export function isWhollyRead(model: PlanModel, part: PartId): boolean {
  return model.plan.part(part).document.getXmlFragment('body').length === (model.part(part)?.blocks.length ?? 0)
}
