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
import { budgetLine, target, type BudgetLine, type Target } from '../targets/register.ts'
import type { ImportedBlock, ImportResult, OfferedBudgetLine, OfferedTarget } from './result.ts'

export function toSnapshot(result: ImportResult, id: PlanId = newId<PlanId>()): PlanSnapshot {
  const ids = result.parts.map(() => newId<PartId>())
  const parts = result.parts.map((part, index): SnapshotPart => {
    const offered = result.targets
      .filter((one) => one.part === index)
      .map((one) => ({ ...one, entry: newId<TargetId>() }))
    return {
      id: ids[index] ?? newId<PartId>(),
      parent: part.parent === null ? null : (ids[part.parent] ?? null),
      title: part.title,
      numbering: part.numbering,
      role: part.role,
      blocks: part.blocks.map((block, at) =>
        blockOf(
          block,
          offered.filter((one) => one.block === at && one.footnote === null),
          result.period.from,
        ),
      ),
      targets: targetsOf(offered, result.period.from),
      budget: budgetOf(
        result.budget.filter((one) => one.part === index),
        result.period.to,
      ),
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
  return figures.map(({ entry, name, quantity, year, frequency }, index) => {
    const cell = { quantity }
    return target.parse({
      id: entry,
      order: orders[index],
      name,
      measure: quantity.measure,
      frequency: frequency ?? quantity.frequency ?? null,
      ...(cellOf(year, firstYear) === 'baseline' ? { baseline: cell } : { values: { [year]: cell } }),
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
