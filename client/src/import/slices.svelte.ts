/**
 * Long lists appear in slices, so that a text of hundreds of pages doesn't stop the page: `count`
 * items are there, and more when the end of the list comes near what is seen.
 */
import type { Attachment } from 'svelte/attachments'

export class Slices {
  count: number = $state(0)
  readonly #size: number

  constructor(size: number) {
    this.#size = this.count = size
  }

  /** For an element behind the list, drawn as long as there is more; made anew with every slice. */
  readonly more: Attachment<HTMLElement> = (element) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) this.count += this.#size
      },
      { rootMargin: '600px' },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }

  /** Brings the items up to the one at `index` at once. */
  reach(index: number): void {
    if (index >= this.count) this.count = index + this.#size
  }
}
