/**
 * The plan that an import becomes. Every target of the given result turns into an entry of its
 * part's register, and its number in the sentence into a reference; budget lines become entries
 * with an amount for each year. What the user did not accept is taken out of the result before.
 */
import { generateNKeysBetween } from 'fractional-indexing'
import { newId, type BlockId, type BudgetLineId, type PartId, type PlanId, type TargetId } from '../ids.ts'
import type { Block, Inline } from '../plan/blocks.ts'
import { emptyMeta, type PlanMeta } from '../plan/meta.ts'
import type { PlanSnapshot, SnapshotPart } from '../plan/snapshot.ts'
import { formatQuantity } from '../targets/quantity-text.ts'
import { usualColumns } from '../targets/view.ts'
import { budgetLine, target, type BudgetLine, type Target } from '../targets/register.ts'
import type { ImportedBlock, ImportResult, OfferedBudgetLine, OfferedTarget } from './result.ts'
import { tablesOf } from './table.ts'

export function toSnapshot(result: ImportResult, id: PlanId = newId<PlanId>()): PlanSnapshot {
  const ids = result.parts.map(() => newId<PartId>())
  const targets = Map.groupBy(result.targets, ({ part }) => part)
  const budget = Map.groupBy(result.budget, ({ part }) => part)
  const parts = result.parts.map((part, index): SnapshotPart => {
    const offered = (targets.get(index) ?? []).map((one) => ({ ...one, entry: newId<TargetId>() }))
    return {
      id: ids[index] ?? newId<PartId>(),
      parent: part.parent === null ? null : (ids[part.parent] ?? null),
      title: part.title,
      numbering: part.numbering,
      role: part.role,
      blocks: blocksOf(part.blocks, offered, result.period.from),
      targets: targetsOf(offered, result.period.from),
      tasks: [],
      budget: budgetOf(budget.get(index) ?? [], result.period.to),
    }
  })
  return { id, meta: metaOf(result), parts }
}

function metaOf(result: ImportResult): PlanMeta {
  const { heading } = result
  return {
    type: heading.type?.value ?? emptyMeta.type,
    subject: heading.subject?.value ?? '',
    style: result.style,
    period: { from: result.period.from, to: result.period.to },
    number: heading.number?.value ?? '',
    place: heading.place?.value ?? '',
    date: heading.date?.value ?? '',
    superiorBody: heading.superiorBody?.value ?? '',
    issuer: heading.issuer?.value ?? '',
    signers: result.signers.map(({ authority, office, name }) => ({ authority, office, name })),
    recipients: result.recipients.map(({ text }) => text),
  }
}

type Accepted = OfferedTarget & { entry: TargetId }

/** A value from before the plan is where it starts from. */
function cellOf(year: number, firstYear: number): string {
  return year < firstYear ? 'baseline' : `value.${year}`
}

/** The blocks of a part. Rows of a table that became targets stand in a view of the register instead. */
function blocksOf(blocks: readonly ImportedBlock[], offered: readonly Accepted[], firstYear: number): Block[] {
  const tables = tablesOf(blocks)
  const inTables = Map.groupBy(offered, (one) => tables[one.block] ?? null)
  const inBlocks = Map.groupBy(offered, (one) => one.block)
  return blocks.flatMap((block, at): Block[] => {
    const figures = (inBlocks.get(at) ?? []).filter((one) => one.footnote === null)
    const table = tables[at] ?? null
    const rows = table === null ? [] : (inTables.get(table) ?? [])
    if (table === null || rows.length === 0) return [blockOf(block, figures, firstYear)]
    if (at > table.first) return figures.length > 0 ? [] : [blockOf(block, [], firstYear)]
    const columns = rows.some((row) => row.note !== '')
      ? [...usualColumns.targets.filter((key) => key !== 'responsible'), 'note']
      : []
    const base = { type: 'view', id: newId<BlockId>(), register: 'targets', scope: 'part' } as const
    const view: Block = { ...base, columns, group: 'none', title: '' }
    const isWhole = rows.length === table.end - table.first - 1
    return isWhole ? [view] : [view, blockOf(block, [], firstYear)]
  })
}

function blockOf(block: ImportedBlock, figures: readonly Accepted[], firstYear: number): Block {
  const inserts = [
    ...figures.map(({ from, to, entry, year }) => {
      const reference: Inline = { type: 'reference', target: entry, cell: cellOf(year, firstYear) }
      return { from, to, inline: reference }
    }),
    ...block.footnotes.map(({ at, text }) => ({
      from: at,
      to: at,
      inline: { type: 'footnote', text } satisfies Inline,
    })),
  ].sort((a, b) => a.from - b.from || a.to - b.to)
  const content: Inline[] = []
  let end = 0
  const copy = (to: number) => {
    if (to > end) content.push({ type: 'text', text: block.text.slice(end, to) })
  }
  for (const { from, to, inline } of inserts) {
    copy(from)
    content.push(inline)
    end = Math.max(end, to)
  }
  copy(block.text.length)
  const { kind, depth, restart } = block
  return { type: 'block', id: newId<BlockId>(), kind, depth, ...(restart === true ? { restart } : {}), content }
}

function targetsOf(figures: readonly Accepted[], firstYear: number): Target[] {
  const orders = generateNKeysBetween(null, null, figures.length)
  return figures.map(({ entry, name, note, quantity, year, others, frequency }, index) => {
    const cells = [...others, { year, quantity }]
    const baseline = cells.findLast((one) => one.year < firstYear)
    const values = cells.filter((one) => one.year >= firstYear)
    return target.parse({
      id: entry,
      order: orders[index],
      name,
      note,
      measure: quantity.measure,
      frequency: frequency ?? quantity.frequency ?? null,
      baseline: baseline === undefined ? null : { quantity: baseline.quantity },
      values: Object.fromEntries(values.map((one) => [one.year, { quantity: one.quantity }])),
    })
  })
}

/**
 * Lines of one name are one entry with a column for each year. A stated total becomes a note where
 * the years are there to be added up, and an amount of the last year where they are not.
 */
function budgetOf(lines: readonly OfferedBudgetLine[], lastYear: number): BudgetLine[] {
  const entries: { name: string; note: string; amounts: Record<string, { quantity: OfferedBudgetLine['amount'] }> }[] =
    []
  for (const line of lines) {
    if (line.isTotal) continue
    const year = String(line.year ?? lastYear)
    const open = entries.find((entry) => entry.name === line.name && entry.amounts[year] === undefined)
    if (open === undefined) entries.push({ name: line.name, note: '', amounts: { [year]: { quantity: line.amount } } })
    else open.amounts[year] = { quantity: line.amount }
  }
  for (const total of lines.filter((line) => line.isTotal)) {
    const [first] = entries
    const note = `Văn bản ghi: ${total.name.toLowerCase()} ${formatQuantity(total.amount)}`
    if (first === undefined) {
      entries.push({
        name: total.name,
        note,
        amounts: { [String(total.year ?? lastYear)]: { quantity: total.amount } },
      })
    } else first.note = first.note === '' ? note : `${first.note}\n${note}`
  }
  const orders = generateNKeysBetween(null, null, entries.length)
  return entries.map((entry, index) => budgetLine.parse({ ...entry, id: newId<BudgetLineId>(), order: orders[index] }))
}
