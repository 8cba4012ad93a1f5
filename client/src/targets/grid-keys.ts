/**
 * The keys of a table, as a spreadsheet has them: walking and selecting while no cell is edited,
 * taking or dropping what was typed while one is. Tab walks cells until Esc has let go of the table.
 */
import type { EntryRow } from '@soanchung/shared/targets/view-cells.ts'
import { m } from '../paraglide/messages.js'
import { keysOf } from '../ui/commands.svelte.ts'
import type { Grid } from './grid.svelte.ts'
import { stepKeys } from './selection.ts'

/**
 * True where the table has taken the key; then the caret may stand elsewhere. A key goes further
 * only where it belongs to the whole screen.
 */
export function pressKey(grid: Grid, event: KeyboardEvent, askToDelete: (row: EntryRow | null) => void): boolean {
  const keys = keysOf(event)
  if (keys === '' || event.isComposing) return false
  const handled = grid.editing === null ? navigate(grid, keys, askToDelete) : whileEditing(grid, keys)
  if (handled) event.preventDefault()
  if (handled || !passesOn(grid, keys)) event.stopPropagation()
  return handled
}

/** Undo, find, save and the palette belong to the whole screen. */
function passesOn(grid: Grid, keys: string): boolean {
  return /^F\d/.test(keys) || (grid.editing === null && (keys.includes('Mod+') || keys === 'Escape'))
}

function navigate(grid: Grid, keys: string, askToDelete: (row: EntryRow | null) => void): boolean {
  const isExtending = keys.includes('Shift+')
  const step = stepKeys[keys.replace('Shift+', '')]
  if (keys !== 'Tab' && keys !== 'Shift+Tab' && keys !== 'Escape') grid.isReleased = false
  if (step !== undefined) {
    grid.step(step, isExtending)
    return true
  }
  switch (keys) {
    case 'Tab':
      return !grid.isReleased && grid.step('next')
    case 'Shift+Tab':
      return !grid.isReleased && grid.step('previous')
    case 'Enter':
      grid.enter('down')
      return true
    case 'Shift+Enter':
      grid.enter('up')
      return true
    case 'Mod+Enter':
      grid.addRow(grid.current?.row)
      return true
    case 'F2':
    case 'Alt+ArrowDown':
    case 'Alt+ArrowUp':
      if (keys === 'F2') grid.edit()
      else grid.moveRow(keys === 'Alt+ArrowUp' ? 'up' : 'down')
      return true
    case 'Delete':
    case 'Backspace':
      grid.clear()
      return true
    case 'Mod+Delete':
    case 'Mod+Backspace':
      askToDelete(grid.current?.row ?? null)
      return true
    case 'Mod+A':
      grid.selectAll()
      return true
    case 'Mod+D':
      grid.fillDown()
      return true
    case 'Escape':
      if (grid.isReleased) return false
      grid.isReleased = true
      grid.select(grid.focus)
      grid.message = m.targets_released()
      return true
    default:
      return false
  }
}

function whileEditing(grid: Grid, keys: string): boolean {
  switch (keys) {
    case 'Enter':
    case 'Shift+Enter':
      if (grid.commit()) stillSaying(grid, () => grid.enter(keys === 'Enter' ? 'down' : 'up'))
      return true
    case 'Tab':
    case 'Shift+Tab':
      if (!grid.commit()) return true
      return stillSaying(grid, () => grid.step(keys === 'Tab' ? 'next' : 'previous'))
    case 'Escape':
      grid.cancel()
      return true
    default:
      return false
  }
}

/** What was said of the text that was typed is still read when the caret has gone on. */
function stillSaying<Result>(grid: Grid, goOn: () => Result): Result {
  const { message } = grid
  const result = goOn()
  grid.message = message
  return result
}
