/**
 * Long lists in pieces: only those near the view are rendered, the others stand as empty boxes of
 * the height that they had. Works in any scroller and with rows of any height.
 */
const chunkSize = 40
/** Shorter lists are rendered whole. */
const wholeBelow = 200
/** Pieces are rendered this far before they come into view. */
const margin = '800px 0px'

interface Chunk {
  index: number
  /** First row, and the row behind the last. */
  from: number
  to: number
}

export class Chunks {
  readonly all: readonly Chunk[] = $derived.by(() => {
    const size = this.#count() <= wholeBelow ? wholeBelow : chunkSize
    return Array.from({ length: Math.ceil(this.#count() / size) }, (_, index) => ({
      index,
      from: index * size,
      to: Math.min(this.#count(), (index + 1) * size),
    }))
  })
  #near: ReadonlySet<number> = $state.raw(new Set())
  readonly #count: () => number
  readonly #kept: () => number
  readonly #guess: number
  readonly #heights = new Map<number, number>()

  /** `kept` is a row that is always rendered (the caret's); `guess` the height in px of a row not yet seen. */
  constructor(count: () => number, kept: () => number, guess: number) {
    this.#count = count
    this.#kept = kept
    this.#guess = guess
  }

  isNear({ index, from, to }: Chunk): boolean {
    const kept = this.#kept()
    return this.all.length === 1 || this.#near.has(index) || (kept >= from && kept < to)
  }

  /** In px, of a piece that is not rendered. */
  heightOf({ index, from, to }: Chunk): number {
    return this.#heights.get(index) ?? (to - from) * this.#guess
  }

  /** An attachment for a piece's element. */
  watch(chunk: Chunk) {
    return (element: HTMLElement) => {
      const observer = new IntersectionObserver(
        ([entry]) => {
          if (entry === undefined) return
          const near = new Set(this.#near)
          if (entry.isIntersecting) near.add(chunk.index)
          else if (near.delete(chunk.index)) this.#heights.set(chunk.index, element.offsetHeight)
          this.#near = near
        },
        { rootMargin: margin },
      )
      observer.observe(element)
      return () => observer.disconnect()
    }
  }
}
