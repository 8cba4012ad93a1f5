/** The figures as one table: ours, the stock peer's, their ratio, and the floor or goal beside it. */

export interface Row {
  figure: string
  unit: string
  ours: number
  /** Undefined where the stock peer has no such thing. */
  stock?: number
  /** What the machine could do at best, or the short document; and what it is. */
  against?: { name: string; value: number }
  /** What the project wants of the ratio to `against`, or of our figure. */
  goal?: { of: 'ratio' | 'figure'; most: number }
}

const heads = ['figure', 'ours', 'stock', 'ours ÷ stock', 'beside', 'ours ÷ that', 'goal']

export function tableOf(rows: readonly Row[]): string {
  const lines = [heads, heads.map(() => ''), ...rows.map((row) => cells(row))]
  const widths = heads.map((_, column) => Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map((line, index) => {
      const padded = line.map((cell, column) =>
        index === 1 ? '-'.repeat(widths[column] ?? 3) : cell.padEnd(widths[column] ?? 0),
      )
      return `| ${padded.join(' | ')} |`
    })
    .join('\n')
}

function cells({ figure, unit, ours, stock, against, goal }: Row): string[] {
  const ratio = against === undefined ? undefined : ours / against.value
  const reached = goal !== undefined && (goal.of === 'ratio' ? (ratio ?? Number.NaN) : ours) <= goal.most
  return [
    `${figure} (${unit})`,
    digits(ours),
    stock === undefined ? '–' : digits(stock),
    stock === undefined ? '–' : `${digits(ours / stock)} ×`,
    against === undefined ? '–' : `${against.name} ${digits(against.value)}`,
    ratio === undefined ? '–' : `${digits(ratio)} ×`,
    goal === undefined ? '–' : `≤ ${goal.most}${goal.of === 'ratio' ? ' ×' : ''}, ${reached ? 'reached' : 'not yet'}`,
  ]
}

function digits(value: number): string {
  if (Number.isNaN(value)) return '?'
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(value < 1 ? 3 : 2)
}
