/**
 * Values that go from plan to plan, as screens show them: by year in words, what changed of them, how a
 * link stands, and what a target's units come to together. Pure.
 */
import { gapOf, type Gap } from '@soanchung/shared/links/gap.ts'
import { isReached } from '@soanchung/shared/links/roll-up.ts'
import type { Figures, LinkAnswer, ReceivedTarget, RolledTarget } from '@soanchung/shared/links/links.ts'
import type { TargetId } from '@soanchung/shared/ids.ts'
import { cellFigure, type CellSource } from '@soanchung/shared/targets/formula.ts'
import type { Quantity } from '@soanchung/shared/targets/quantity.ts'
import { formatQuantity } from '@soanchung/shared/targets/quantity-text.ts'

/** The years of figures, each with its words. */
export function yearTexts(figures: Figures): { year: string; text: string }[] {
  return Object.entries(figures)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([year, quantity]) => ({ year, text: formatQuantity(quantity) }))
}

/** The years that are not the same before and after. */
export function changedYears(before: Figures, after: Figures): { year: string; before: string; after: string }[] {
  const years = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...years]
    .sort()
    .map((year) => ({ year, before: wordsOf(before[year]), after: wordsOf(after[year]) }))
    .filter((one) => one.before !== one.after)
}

function wordsOf(quantity: Quantity | undefined): string {
  return quantity === undefined ? '' : formatQuantity(quantity)
}

/** What stands in the plan's own target by year, formulas reckoned. */
export function ownFigures(cells: CellSource, target: TargetId): Figures {
  return Object.fromEntries(
    cells.years.flatMap((year) => {
      const figure = cellFigure(cells, { of: 'target', id: target, field: `value.${year}` })
      return figure.kind === 'quantity' ? [[String(year), figure.quantity]] : []
    }),
  )
}

/** What a link needs before all else. */
export type LinkState = LinkAnswer | 'stale' | 'gone'

export function stateOf({ superior, stale, answer }: ReceivedTarget): LinkState {
  if (superior.isGone) return 'gone'
  return stale === null ? answer : 'stale'
}

/** Those that wait for a decision come first. */
export function byUrgency(received: readonly ReceivedTarget[]): ReceivedTarget[] {
  const order: LinkState[] = ['stale', 'waiting', 'gone']
  const rank = (one: ReceivedTarget) => {
    const at = order.indexOf(stateOf(one))
    return at < 0 ? order.length : at
  }
  return received.toSorted((a, b) => rank(a) - rank(b))
}

/** A superior target beside what comes from below, in one year. */
export interface Gathered {
  /** What the plans one level below say; null where nothing can be put together. */
  stated: Quantity | null
  /** The same from the lowest plans, where it is another. */
  lowest: Quantity | null
  wanted: Quantity | null
  gap: Gap | null
  isReached: boolean
  /** Units that have not answered yet. */
  waiting: number
  /** Contributions without a value, or with one that cannot be put with the others. */
  left: number
}

export function gatheredIn(rolled: RolledTarget, year: string, wanted: Quantity | null): Gathered {
  const of = rolled.years[year]
  const [stated, gathered] = [of?.stated.quantity ?? null, of?.gathered.quantity ?? null]
  const isCount = rolled.method === 'reached'
  return {
    stated,
    lowest: JSON.stringify(stated) === JSON.stringify(gathered) ? null : gathered,
    wanted: isCount ? null : wanted,
    gap: stated === null || wanted === null || isCount ? null : gapOf(stated, wanted),
    isReached: stated !== null && !isCount && isReached(stated, wanted) === true,
    waiting: rolled.units.filter(({ way, answer }) => way !== null && answer === 'waiting').length,
    left: of?.stated.left ?? 0,
  }
}
