/**
 * A text of hundreds of pages must not stop the page. Long lists appear in slices, one after the
 * other; a long sheet in stretches, of which only those near the view are drawn.
 */
import { SvelteSet } from 'svelte/reactivity'
import type { Attachment } from 'svelte/attachments'

/** Both: what is seen may be cut off by the window, or by a box that scrolls. */
const nearView = { rootMargin: '600px', scrollMargin: '600px' }

/** `count` items are there, and more when the end of the list comes near what is seen. */
export class Slices {
  count: number = $state(0)
  readonly #size: number

  constructor(size: number) {
    this.#size = this.count = size
  }

  /** For an element behind the list, drawn as long as there is more; made anew with every slice. */
  readonly more: Attachment<HTMLElement> = (element) => {
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.count += this.#size
    }, nearView)
    observer.observe(element)
    return () => observer.disconnect()
  }
}

/** Stretches by their number. One that is not drawn keeps its place: the height that it had, or a guess. */
export class Stretches {
  readonly #drawn = new SvelteSet([0])
  readonly #heights = new Map<number, number>()

  isDrawn(index: number): boolean {
    return this.#drawn.has(index)
  }

  height(index: number, guess: number): number {
    return this.#heights.get(index) ?? guess
  }

  /** Draws one that is about to be scrolled to, and its neighbours, so that nothing moves it afterwards. */
  reach(index: number): void {
    for (const one of [index - 1, index, index + 1]) this.#drawn.add(one)
  }

  readonly watch = (index: number): Attachment<HTMLElement> => {
    return (element) => {
      const observer = new IntersectionObserver((entries) => {
        const last = entries.at(-1)
        if (last === undefined) return
        if (last.isIntersecting) this.#drawn.add(index)
        else if (this.#drawn.has(index)) {
          this.#heights.set(index, last.boundingClientRect.height)
          this.#drawn.delete(index)
        }
      }, nearView)
      observer.observe(element)
      return () => observer.disconnect()
    }
  }
}
