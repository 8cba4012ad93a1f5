/**
 * The figures of a plan's targets: their values by year as quantities, formulas reckoned over all
 * targets and budget lines in living parts. What is no quantity is left out.
 */
import type { TargetId } from '@soanchung/shared/ids.ts'
import type { Figures } from '@soanchung/shared/links/links.ts'
import { cellFigure, type CellSource } from '@soanchung/shared/targets/formula.ts'
import { budgetLine, target, type Target } from '@soanchung/shared/targets/register.ts'

export interface ReckoningQuestion {
  /** JSON of the plan's targets and budget lines in living parts. */
  targets: readonly string[]
  lines: readonly string[]
  /** JSON of targets in deleted parts: out of every formula's reach, and reaching nothing. */
  resting: readonly string[]
  period: { from: number; to: number }
}

export function hasFormula({ values }: Target): boolean {
  return Object.values(values).some((content) => 'formula' in content)
}

/** Without its formulas. */
export function typedFigures({ values }: Target): Figures {
  return figuresOf(values, (_, content) => ('quantity' in content ? content.quantity : null))
}

/** Of the targets that have a formula. */
export function reckonFigures({ targets, lines, resting, period }: ReckoningQuestion): Map<TargetId, Figures> {
  const byId = new Map(targets.map((content) => target.parse(JSON.parse(content))).map((one) => [one.id, one]))
  const linesById = new Map(lines.map((content) => budgetLine.parse(JSON.parse(content))).map((one) => [one.id, one]))
  const source: CellSource = {
    target: (id) => byId.get(id),
    line: (id) => linesById.get(id),
    lines: () => linesById.values(),
    years: Array.from({ length: Math.max(0, period.to - period.from + 1) }, (_, index) => period.from + index),
    isFixed: true,
  }
  const reckoned = new Map<TargetId, Figures>()
  for (const [id, one] of byId) {
    if (!hasFormula(one)) continue
    const figures = figuresOf(one.values, (year) => {
      const figure = cellFigure(source, { of: 'target', id, field: `value.${year}` })
      return figure.kind === 'quantity' ? figure.quantity : null
    })
    reckoned.set(id, figures)
  }
  for (const one of resting.map((content) => target.parse(JSON.parse(content)))) {
    if (hasFormula(one)) reckoned.set(one.id, typedFigures(one))
  }
  return reckoned
}

function figuresOf(
  values: Target['values'],
  read: (year: string, content: Target['values'][string]) => Figures[string] | null,
): Figures {
  return Object.fromEntries(
    Object.entries(values).flatMap(([year, content]) => {
      const figure = read(year, content)
      return figure === null ? [] : [[year, figure]]
    }),
  )
}
