/**
 * Footnotes are counted through the whole plan. Each part keeps its own count, so that a key in one
 * part makes the others only add, and only when the number of its footnotes changes.
 */
import { SvelteMap } from 'svelte/reactivity'
import type { PartId } from '@soanchung/shared/ids.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'

export class FootnoteNumbers {
  readonly #model: PlanModel
  readonly #counts = new SvelteMap<PartId, number>()

  constructor(model: PlanModel) {
    this.#model = model
  }

  /** Begins to count a part's footnotes. Returns the way to stop. */
  watch(part: PartId): () => void {
    return $effect.root(() => {
      $effect(() => {
        this.#counts.set(part, this.#blocksWithFootnotes(part).length)
      })
    })
  }

  /** The number of a block's footnote; `index` counts within the block. */
  number(part: PartId, block: string, index: number): number {
    let before = 0
    for (const { id } of this.#model.outline.inOrder) {
      if (id === part) break
      before += this.#counts.get(id) ?? 0
    }
    const own = this.#blocksWithFootnotes(part)
    const first = own.indexOf(block)
    return before + (first < 0 ? own.length : first) + index + 1
  }

  /** The block of each footnote of a part. */
  #blocksWithFootnotes(part: PartId): string[] {
    return (this.#model.part(part)?.blocks ?? []).flatMap((one) =>
      one.type === 'block' ? one.content.filter(({ type }) => type === 'footnote').map(() => one.id) : [],
    )
  }
}
