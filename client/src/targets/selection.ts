/**
 * Where the caret of a table stands and what is selected, as pure rules of a spreadsheet. Rows and
 * columns are counted from 0; headings of groups are rows that the caret steps over.
 */
export interface Place {
  row: number
  column: number
}

/** From the cell where the selection began to the cell that has the caret. */
export interface Selection {
  anchor: Place
  focus: Place
}

/** The cells of a selection; all four included. */
export interface CellBlock {
  top: number
  left: number
  bottom: number
  right: number
}

export interface Extent {
  rows: number
  columns: number
  isHeading: (row: number) => boolean
}

export type Step =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'page-up'
  | 'page-down'
  | 'row-start'
  | 'row-end'
  | 'top'
  | 'bottom'
  | 'first'
  | 'last'
  | 'next'
  | 'previous'

const pageRows = 10

export function blockOf({ anchor, focus }: Selection): CellBlock {
  return {
    top: Math.min(anchor.row, focus.row),
    left: Math.min(anchor.column, focus.column),
    bottom: Math.max(anchor.row, focus.row),
    right: Math.max(anchor.column, focus.column),
  }
}

export function contains(block: CellBlock, row: number, column: number): boolean {
  return row >= block.top && row <= block.bottom && column >= block.left && column <= block.right
}

/** Where a step leads; null where `next` or `previous` leaves the table, so that Tab can go on. */
export function stepFrom(place: Place, step: Step, extent: Extent): Place | null {
  const { row, column } = place
  const lastColumn = extent.columns - 1
  switch (step) {
    case 'up':
      return { row: rowTowards(row, -1, 1, extent), column }
    case 'down':
      return { row: rowTowards(row, 1, 1, extent), column }
    case 'page-up':
      return { row: rowTowards(row, -1, pageRows, extent), column }
    case 'page-down':
      return { row: rowTowards(row, 1, pageRows, extent), column }
    case 'top':
      return { row: rowTowards(row, -1, extent.rows, extent), column }
    case 'bottom':
      return { row: rowTowards(row, 1, extent.rows, extent), column }
    case 'left':
      return { row, column: Math.max(0, column - 1) }
    case 'right':
      return { row, column: Math.min(lastColumn, column + 1) }
    case 'row-start':
      return { row, column: 0 }
    case 'row-end':
      return { row, column: lastColumn }
    case 'first':
      return { row: rowTowards(row, -1, extent.rows, extent), column: 0 }
    case 'last':
      return { row: rowTowards(row, 1, extent.rows, extent), column: lastColumn }
    case 'next': {
      if (column < lastColumn) return { row, column: column + 1 }
      const below = rowTowards(row, 1, 1, extent)
      return below === row ? null : { row: below, column: 0 }
    }
    case 'previous': {
      if (column > 0) return { row, column: column - 1 }
      const above = rowTowards(row, -1, 1, extent)
      return above === row ? null : { row: above, column: lastColumn }
    }
  }
}

/** Up to `count` rows up or down that are no headings; the row itself where there are none. */
function rowTowards(row: number, direction: 1 | -1, count: number, extent: Extent): number {
  let reached = row
  let left = count
  for (let at = row + direction; at >= 0 && at < extent.rows && left > 0; at += direction) {
    if (extent.isHeading(at)) continue
    reached = at
    left -= 1
  }
  return reached
}

/** The step of a key while no cell is being edited, as `keysOf` spells it (without Shift). */
export const stepKeys: Readonly<Record<string, Step>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  PageUp: 'page-up',
  PageDown: 'page-down',
  Home: 'row-start',
  End: 'row-end',
  'Mod+ArrowUp': 'top',
  'Mod+ArrowDown': 'bottom',
  'Mod+ArrowLeft': 'row-start',
  'Mod+ArrowRight': 'row-end',
  'Mod+Home': 'first',
  'Mod+End': 'last',
}
