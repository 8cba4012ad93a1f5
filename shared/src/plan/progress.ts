/**
 * How far the text and the targets of a part are, as the board, the outline and the home screen
 * show it. Counted from what the part holds, never stored in it.
 */
import { isLiving, type Registers, type Target } from '../targets/register.ts'
import { blockText, type Block } from './blocks.ts'
import type { Period } from './meta.ts'

export interface PartProgress {
  words: number
  /** Living targets, and how many of them have every value that they should have. */
  targets: number
  filled: number
  /** Living budget lines. */
  budget: number
  /** There is a word, a table, or an entry of a register. */
  begun: boolean
}

export interface PartContent extends Registers {
  blocks: readonly Block[]
}

/** Cheap enough to be asked at every key. */
export function hasBegun({ blocks, targets, tasks, budget }: PartContent): boolean {
  const hasText = blocks.some((block) => block.type === 'view' || blockText(block, () => 'x').trim() !== '')
  return hasText || [...targets, ...tasks, ...budget].some(isLiving)
}

export function partProgress(content: PartContent, period: Period): PartProgress {
  const { blocks, targets, budget } = content
  // A quoted value is a word, whatever it is now.
  const words = blocks.reduce((sum, block) => sum + (blockText(block, () => 'x').match(/\S+/g)?.length ?? 0), 0)
  const living = targets.filter(isLiving)
  return {
    words,
    targets: living.length,
    filled: living.filter((target) => isFilled(target, period)).length,
    budget: budget.filter(isLiving).length,
    begun: hasBegun(content),
  }
}

/**
 * Whether each year that needs one has a value that could be read, or a formula: every year of the plan, and of a
 * target that is reckoned once in its term only the last.
 */
export function isFilled({ frequency, values }: Pick<Target, 'frequency' | 'values'>, { from, to }: Period): boolean {
  const first = frequency === 'term' ? to : from
  for (let year = first; year <= to; year += 1) {
    const value = values[String(year)]
    if (value === undefined || 'typed' in value) return false
  }
  return true
}
