/**
 * Values that go from plan to plan, as screens show them: by year in words, and how a link stands.
 * Beside others a value is said in their measure (`figureUnder`). Pure.
 */
import type { Figures, LinkAnswer, ReceivedTarget } from '@soanchung/shared/links/links.ts'
import type { TargetId } from '@soanchung/shared/ids.ts'
import { cellFigure, type CellSource } from '@soanchung/shared/targets/formula.ts'
import { formatQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import { figureUnder, type RowMeasure } from '@soanchung/shared/targets/view-cells.ts'

/** The years of figures, each with its words and its own measure. */
export function yearTexts(figures: Figures): { year: string; text: string }[] {
  return Object.entries(figures)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([year, quantity]) => ({ year, text: formatQuantity(quantity) }))
}

/** A year of a received target, all of it below the superior's measure; empty where there is no value. */
export interface ReceivedYear {
  year: string
  given: string
  own: string
  /** What was given before the superior changed it; null where it is still the same. */
  before: string | null
}

/** The years of which the superior or the plan's own target, `own`, says something. */
export function receivedYears({ superior, allotment, stale }: ReceivedTarget, own: Figures): ReceivedYear[] {
  const given = stale?.now ?? allotment?.given ?? superior.values
  const before = stale?.before ?? given
  const textOf = (figures: Figures, year: string) =>
    figures[year] === undefined ? '' : figureUnder(figures[year], superior)
  return [...new Set([given, before, own].flatMap((figures) => Object.keys(figures)))].sort().map((year) => {
    const [was, is] = [textOf(before, year), textOf(given, year)]
    return { year, given: is, own: textOf(own, year), before: was === is ? null : was }
  })
}

/** What the plan's own target counts in; of one that is gone nothing, so that each value says its own measure. */
export function measureOf(targets: ReadonlyMap<TargetId, { target: RowMeasure }>, id: TargetId): RowMeasure {
  return targets.get(id)?.target ?? { measure: { kind: 'count', noun: '' }, frequency: null }
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
