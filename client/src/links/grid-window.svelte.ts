/**
 * Which rows and columns of a large table of equal cells are rendered: those in the view with some
 * around them. All cells have one size, so that nothing has to be measured to know where one stands.
 */
import { tick } from 'svelte'

/** In px; the table is laid out with them. */
export const cellSize = { width: 160, height: 44 }
/** Cells that are rendered beyond the edge of the view. */
const around = { rows: 12, columns: 3 }

export interface Cell {
  row: number
  column: number
}

interface Range {
  from: number
  /** Behind the last. */
  to: number
}

export class GridWindow {
  rows: Range = $state.raw({ from: 0, to: 0 })
  columns: Range = $state.raw({ from: 0, to: 0 })
  readonly #size: () => { rows: number; columns: number }

  constructor(size: () => { rows: number; columns: number }) {
    this.#size = size
  }

  /** Follows what is seen in the scroller; returns the way to stop. */
  follow(scroller: HTMLElement): () => void {
    const look = () => {
      const { scrollTop, scrollLeft, clientHeight, clientWidth } = scroller
      const top = Math.floor(scrollTop / cellSize.height)
      const left = Math.floor(scrollLeft / cellSize.width)
      this.#show(
        { from: top, to: top + Math.ceil(clientHeight / cellSize.height) },
        { from: left, to: left + Math.ceil(clientWidth / cellSize.width) },
      )
    }
    look()
    const observer = new ResizeObserver(look)
    observer.observe(scroller)
    scroller.addEventListener('scroll', look, { passive: true })
    return () => {
      observer.disconnect()
      scroller.removeEventListener('scroll', look)
    }
  }

  /** Resolves once the cell is rendered, wherever the view is. */
  async include({ row, column }: Cell): Promise<void> {
    const { rows, columns } = this
    const isIn = row >= rows.from && row < rows.to && column >= columns.from && column < columns.to
    if (!isIn) this.#show({ from: row, to: row + 1 }, { from: column, to: column + 1 })
    await tick()
  }

  /** For paper. */
  all(): void {
    const { rows, columns } = this.#size()
    this.#show({ from: 0, to: rows }, { from: 0, to: columns })
  }

  #show(rows: Range, columns: Range) {
    const size = this.#size()
    this.rows = widened(this.rows, rows, around.rows, size.rows)
    this.columns = widened(this.columns, columns, around.columns, size.columns)
  }
}

/** The same object where nothing is other, so that a scrolled pixel costs nothing. */
function widened(before: Range, seen: Range, by: number, count: number): Range {
  const from = Math.max(0, Math.min(seen.from - by, count))
  const to = Math.min(count, seen.to + by)
  return before.from === from && before.to === to ? before : { from, to }
}
