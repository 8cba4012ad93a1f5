/**
 * The rows of one plan's registers: what stands in them, what should, and the writing of the
 * difference in one transaction. When and by whom a target's figures changed last is kept as long as
 * they stay the same, whoever reads the documents again.
 *
 * A target lives in one part. A row is taken away only by the part that it names, so that a moved
 * target ends as one row, whichever of its two parts is read first.
 */
import { sql, type Kysely, type Transaction } from 'kysely'
import type { BudgetLineId, PartId, PlanId, TargetId, UserId } from '@soanchung/shared/ids.ts'
import { outlineDocument, partDocument } from '@soanchung/shared/plan/documents.ts'
import type { Database } from '../storage/database.ts'
import type { StoredDocument } from '../storage/log.ts'
import type { Tables } from '../storage/tables.ts'
import type { PartQuestion, PartReading } from './read-part.ts'

type TargetRow = Tables['target_values']
type LineRow = Tables['line_values']

/** Another process has brought the plan's rows up to date meanwhile. */
export class Overtaken extends Error {}

export interface Author {
  at: number
  by: UserId | null
}

/** How far a document's log goes, and how far the rows do. */
export interface Head extends Author {
  seq: number
  /** Null where the rows say nothing of it yet. */
  known: number | null
}

export interface PlanHeads {
  /** Of the outline and all parts that anything was written to. */
  heads: ReadonlyMap<string, Head>
  parts: readonly PartId[]
  /** Those that are in the outline. */
  living: ReadonlySet<PartId>
}

export interface Rows {
  targets: Map<TargetId, TargetRow>
  lines: Map<BudgetLineId, LineRow>
}

interface Difference {
  targets: TargetRow[]
  goneTargets: TargetId[]
  lines: LineRow[]
  goneLines: BudgetLineId[]
}

/** Rows in one statement: engines bound the number of values. */
const most = 500
/** Ids in one question; who would name more asks for all of the plan. */
const mostNamed = 5000

export async function readHeads(query: Kysely<Tables>, plan: PlanId): Promise<PlanHeads> {
  const rows = await query
    .selectFrom('plan_parts')
    .select(['part_id', 'in_outline'])
    .where('plan_id', '=', plan)
    .execute()
  const parts = rows.map(({ part_id }) => part_id)
  const names = [outlineDocument(plan), ...parts.map(partDocument)]
  const stored = await query
    .selectFrom('documents')
    .leftJoin('projected_documents', 'projected_documents.name', 'documents.name')
    .select(['documents.name', 'documents.seq', 'changed_at', 'changed_by', 'projected_documents.seq as known'])
    .where('documents.name', 'in', names)
    .execute()
  const byName = new Map(stored.map((row) => [row.name, row]))
  const heads = names.flatMap((name) => {
    const row = byName.get(name)
    if (row === undefined) return []
    // A row with 0 is only there to be locked.
    const known = Number(row.known ?? 0) === 0 ? null : Number(row.known)
    return [[name, { seq: row.seq, at: Number(row.changed_at), by: row.changed_by, known }] as const]
  })
  const living = new Set(rows.flatMap(({ part_id, in_outline }) => (in_outline > 0 ? part_id : [])))
  return { heads: new Map(heads), parts, living }
}

/** What is to be read of a part: nothing is watched where all of it is new, or read once more. */
export function questionOf(part: PartId, document: StoredDocument, known: number | null): PartQuestion {
  const { updates, snapshotSeq, seq } = document
  const ofSnapshot = snapshotSeq > 0 ? 1 : 0
  if (known === null || known > seq) return { part, updates, known: 0, isWhole: true, isWatched: false }
  // Rows were compacted before they were read.
  if (known < snapshotSeq) return { part, updates, known: ofSnapshot, isWhole: true, isWatched: true }
  return { part, updates, known: ofSnapshot + known - snapshotSeq, isWhole: false, isWatched: true }
}

/** The number in the log of one of the document's updates; of the snapshot, the last one in it. */
export function seqOfUpdate({ snapshotSeq }: StoredDocument, index: number): number {
  return snapshotSeq > 0 ? snapshotSeq + index : index + 1
}

/** Who wrote what the rows do not know yet of these documents, by `<document> <number in the log>`. */
export async function readAuthors(query: Kysely<Tables>, names: readonly string[]): Promise<Map<string, Author>> {
  if (names.length === 0) return new Map()
  const rows = await query
    .selectFrom('document_updates')
    .innerJoin('projected_documents', 'projected_documents.name', 'document_updates.document')
    .select(['document', 'document_updates.seq', 'user_id', 'created_at'])
    .where('document', 'in', names)
    .whereRef('document_updates.seq', '>', 'projected_documents.seq')
    .execute()
  return new Map(rows.map((row) => [`${row.document} ${row.seq}`, { at: Number(row.created_at), by: row.user_id }]))
}

/** The rows that the readings may change: where there are formulas, or much is new, all of the plan. */
export async function rowsBefore(
  query: Kysely<Tables>,
  plan: PlanId,
  readings: readonly PartReading[],
  isAnew: boolean,
): Promise<Rows> {
  const touchedTargets = readings.flatMap((one) => [...one.targets.map((row) => row.target_id), ...one.gone.targets])
  const touchedLines = readings.flatMap((one) => [...one.lines.map((row) => row.line_id), ...one.gone.lines])
  const isAll =
    isAnew ||
    touchedTargets.length + touchedLines.length > mostNamed ||
    readings.some(({ isWhole, targets }) => isWhole || targets.some((row) => row.has_formula === 1)) ||
    (await hasFormulas(query, plan))
  let targets = query.selectFrom('target_values').selectAll().where('plan_id', '=', plan)
  let lines = query.selectFrom('line_values').selectAll().where('plan_id', '=', plan)
  if (!isAll) {
    targets = targets.where('target_id', 'in', touchedTargets)
    lines = lines.where('line_id', 'in', touchedLines)
    return {
      targets: byTarget(touchedTargets.length === 0 ? [] : await targets.execute()),
      lines: byLine(touchedLines.length === 0 ? [] : await lines.execute()),
    }
  }
  return { targets: byTarget(await targets.execute()), lines: byLine(await lines.execute()) }
}

async function hasFormulas(query: Kysely<Tables>, plan: PlanId): Promise<boolean> {
  const first = await query
    .selectFrom('target_values')
    .select('target_id')
    .where('plan_id', '=', plan)
    .where('has_formula', '=', 1)
    .limit(1)
    .executeTakeFirst()
  return first !== undefined
}

function byTarget(rows: readonly TargetRow[]): Rows['targets'] {
  return new Map(rows.map((row) => [row.target_id, { ...row, changed_at: Number(row.changed_at) }]))
}

function byLine(rows: readonly LineRow[]): Rows['lines'] {
  return new Map(rows.map((row) => [row.line_id, row]))
}

/** The rows as the readings want them. `before` is what stays; `authorOf` says who touched a target. */
export function rowsAfter(
  plan: PlanId,
  before: Rows,
  readings: readonly PartReading[],
  authorOf: (part: PartId, target: TargetId) => Author,
): Rows {
  const after: Rows = { targets: new Map(before.targets), lines: new Map(before.lines) }
  for (const { part, isWhole, gone } of readings) {
    for (const row of before.targets.values()) {
      if (row.part_id === part && (isWhole || gone.targets.includes(row.target_id))) after.targets.delete(row.target_id)
    }
    for (const row of before.lines.values()) {
      if (row.part_id === part && (isWhole || gone.lines.includes(row.line_id))) after.lines.delete(row.line_id)
    }
  }
  for (const { part, targets, lines } of readings) {
    for (const row of targets) {
      const { at, by } = authorOf(part, row.target_id)
      after.targets.set(row.target_id, { plan_id: plan, part_id: part, ...row, changed_at: at, changed_by: by })
    }
    for (const row of lines) after.lines.set(row.line_id, { plan_id: plan, part_id: part, ...row })
  }
  return after
}

const targetColumns = [
  ...(['part_id', 'unit_id', 'position', 'name', 'measure', 'frequency', 'method'] as const),
  ...(['content', 'figures', 'has_formula'] as const),
]

/** `latest` stands for whoever changed what a formula depends on. */
export function differenceOf(before: Rows, after: Rows, latest: Author): Difference {
  const targets = [...after.targets.values()].flatMap((row) => {
    const old = before.targets.get(row.target_id)
    if (old === undefined) return row
    if (targetColumns.every((column) => old[column] === row[column])) return []
    const { changed_at, changed_by } = old
    const isSame = old.figures === row.figures && old.measure === row.measure && old.method === row.method
    if (isSame) return { ...row, changed_at, changed_by }
    return old.content === row.content ? { ...row, changed_at: latest.at, changed_by: latest.by } : row
  })
  const lines = [...after.lines.values()].filter((row) => {
    const old = before.lines.get(row.line_id)
    return old === undefined || old.part_id !== row.part_id || old.content !== row.content
  })
  return {
    targets,
    goneTargets: [...before.targets.keys()].filter((id) => !after.targets.has(id)),
    lines,
    goneLines: [...before.lines.keys()].filter((id) => !after.lines.has(id)),
  }
}

/** Throws Overtaken where the rows are further than they were; from then on nobody else changes them. */
export async function takeTurn(transaction: Transaction<Tables>, plan: PlanId, { heads }: PlanHeads): Promise<void> {
  const outline = outlineDocument(plan)
  await transaction
    .insertInto('projected_documents')
    .values({ name: outline, seq: 0 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ seq: sql`projected_documents.seq` }))
    .execute()
  const names = [...new Set([outline, ...heads.keys()])]
  const rows = await transaction.selectFrom('projected_documents').selectAll().where('name', 'in', names).execute()
  for (const { name, seq } of rows) if (seq !== (heads.get(name)?.known ?? 0)) throw new Overtaken(name)
}

export async function writeRows(
  transaction: Transaction<Tables>,
  plan: PlanId,
  { targets, goneTargets, lines, goneLines }: Difference,
  reached: ReadonlyMap<string, number>,
): Promise<void> {
  for (const ids of slices([...goneTargets, ...targets.map((row) => row.target_id)])) {
    await transaction.deleteFrom('target_values').where('plan_id', '=', plan).where('target_id', 'in', ids).execute()
  }
  for (const ids of slices([...goneLines, ...lines.map((row) => row.line_id)])) {
    await transaction.deleteFrom('line_values').where('plan_id', '=', plan).where('line_id', 'in', ids).execute()
  }
  for (const rows of slices(targets)) await transaction.insertInto('target_values').values(rows).execute()
  for (const rows of slices(lines)) await transaction.insertInto('line_values').values(rows).execute()
  for (const rows of slices([...reached].map(([name, seq]) => ({ name, seq })))) {
    await transaction
      .insertInto('projected_documents')
      .values(rows)
      .onConflict((conflict) => conflict.column('name').doUpdateSet(({ ref }) => ({ seq: ref('excluded.seq') })))
      .execute()
  }
}

/** What one statement takes of them. */
export function slices<Row>(rows: readonly Row[]): Row[][] {
  return Array.from({ length: Math.ceil(rows.length / most) }, (_, index) =>
    rows.slice(index * most, (index + 1) * most),
  )
}

/** Documents that went on while nobody listened, by plan. */
export async function readBehind(query: Kysely<Tables>): Promise<Map<PlanId, Set<string>>> {
  const { rows } = await sql<{ plan: PlanId; name: string }>`
    select owned.plan, documents.name from (
      select id as plan, 'plan/' || id as name from plans
      union all
      select plan_id as plan, 'part/' || part_id as name from plan_parts
    ) owned
    join documents on documents.name = owned.name
    left join projected_documents on projected_documents.name = documents.name
    where coalesce(projected_documents.seq, 0) <> documents.seq`.execute(query)
  const byPlan = Map.groupBy(rows, ({ plan }) => plan)
  return new Map([...byPlan].map(([plan, all]) => [plan, new Set(all.map(({ name }) => name))]))
}

/** Takes away rows of plans and parts that are not there. */
export async function sweepRows(database: Pick<Database, 'transaction'>): Promise<void> {
  await database.transaction(async (transaction) => {
    for (const table of ['target_values', 'line_values'] as const) {
      await transaction
        .deleteFrom(table)
        .where('part_id', 'not in', transaction.selectFrom('plan_parts').select('part_id'))
        .execute()
    }
    await transaction
      .deleteFrom('projected_documents')
      .where('name', 'not in', transaction.selectFrom('documents').select('name'))
      .execute()
  })
}
