/**
 * The registers of a part: its targets and its budget lines, as they lie in the part's document.
 * One map key a cell, `<entry id>.<field>`, so that two people can fill in two cells of one row at
 * once. A cell carries the id of the change that wrote it and of the change that its author had
 * seen; a replaced change that its successor had not seen is a conflict. Entries are never
 * removed, they get `deletedAt`.
 */
import { generateKeyBetween } from 'fractional-indexing'
import * as Y from 'yjs'
import * as z from 'zod/mini'
import { changeId, newId, partId, unitId, type BudgetLineId, type ChangeId, type TargetId } from '../ids.ts'
import { frequencies, measure, quantity } from './quantity.ts'

/**
 * A value cell: a quantity, or what was typed and could not be read as one, kept until mended. A
 * cell that was cleared holds `{ typed: '' }`, and is read as if it were not there.
 */
export const valueContent = z.union([z.object({ quantity }), z.object({ typed: z.string().check(z.maxLength(500)) })])
export type ValueContent = z.infer<typeof valueContent>

const text = z.string().check(z.maxLength(2000))
const year = z.string().check(z.regex(/^\d{4}$/))
const entryFields = {
  /** Fractional index of the row within its part. */
  order: z.string().check(z.minLength(1), z.maxLength(200)),
  name: text,
  note: text,
  deletedAt: z.nullable(z.number()),
}

/** The cells of a target. `value.<year>` stands beside them, one for each year of the plan. */
const targetFields = {
  ...entryFields,
  measure,
  baseline: valueContent,
  responsible: z.nullable(unitId),
  frequency: z.nullable(z.enum(frequencies)),
  method: z.enum(['sum', 'average', 'min', 'max', 'reached', 'none']),
  movedTo: z.nullable(partId),
}

/** The cells of a budget line. `amount.<year>` stands beside them. */
const budgetFields = { ...entryFields, source: text }

interface Register {
  root: 'targets' | 'budget'
  fields: Record<string, z.ZodMiniType>
  /** What the cells of the years are called. */
  yearField: 'value' | 'amount'
}
export const registers = {
  targets: { root: 'targets', fields: targetFields, yearField: 'value' },
  budget: { root: 'budget', fields: budgetFields, yearField: 'amount' },
} as const satisfies Record<string, Register>

export const target = z.object({
  id: z.string().brand<'TargetId'>(),
  order: entryFields.order,
  name: z._default(text, ''),
  note: z._default(text, ''),
  deletedAt: z._default(z.nullable(z.number()), null),
  measure: z._default(measure, { kind: 'count', noun: '' }),
  baseline: z._default(z.nullable(valueContent), null),
  responsible: z._default(z.nullable(unitId), null),
  frequency: z._default(targetFields.frequency, null),
  method: z._default(targetFields.method, 'none'),
  movedTo: z._default(z.nullable(partId), null),
  values: z._default(z.record(year, valueContent), {}),
})
export type Target = z.infer<typeof target>

export const budgetLine = z.object({
  id: z.string().brand<'BudgetLineId'>(),
  order: entryFields.order,
  name: z._default(text, ''),
  note: z._default(text, ''),
  deletedAt: z._default(z.nullable(z.number()), null),
  source: z._default(text, ''),
  amounts: z._default(z.record(year, valueContent), {}),
})
export type BudgetLine = z.infer<typeof budgetLine>

export const cell = z.object({ value: z.unknown(), change: changeId, saw: z.nullable(changeId) })
type Cell = z.infer<typeof cell>

/** `field` is a name of the register's fields or `value.2026`; null where the key is not one of ours. */
export function parseCellKey(key: string): { entry: string; field: string } | null {
  const dot = key.indexOf('.')
  return dot < 1 ? null : { entry: key.slice(0, dot), field: key.slice(dot + 1) }
}

/** The validator of a cell's value; undefined where the register has no such field. */
function cellSchema(register: Register, field: string): z.ZodMiniType | undefined {
  const [name, suffix, ...rest] = field.split('.')
  if (suffix === undefined) return Object.hasOwn(register.fields, field) ? register.fields[field] : undefined
  return name === register.yearField && rest.length === 0 && year.safeParse(suffix).success ? valueContent : undefined
}

/** Targets of a part in row order, deleted and moved ones included: all of them, or those of `only`. */
export function readTargets(part: Y.Doc, only?: ReadonlySet<string>): Target[] {
  return readRegister(part, registers.targets, target, 'values', only)
}

export function readBudget(part: Y.Doc, only?: ReadonlySet<string>): BudgetLine[] {
  return readRegister(part, registers.budget, budgetLine, 'amounts', only)
}

function readRegister<Entry extends { id: string; order: string }>(
  part: Y.Doc,
  register: Register,
  schema: z.ZodMiniType<Entry>,
  yearsKey: string,
  only?: ReadonlySet<string>,
): Entry[] {
  const rows = new Map<string, { [field: string]: unknown; years: Record<string, unknown> }>()
  for (const [key, stored] of part.getMap(register.root).entries()) {
    const place = parseCellKey(key)
    if (place === null || (only !== undefined && !only.has(place.entry))) continue
    const content = readCell(register, place.field, stored)
    if (content === null || isCleared(content.value)) continue
    const row = rows.get(place.entry) ?? { years: {} }
    rows.set(place.entry, row)
    const [name, suffix] = place.field.split('.')
    if (suffix === undefined) row[place.field] = content.value
    else if (name === register.yearField) row.years[suffix] = content.value
  }
  const entries: Entry[] = []
  for (const [id, { years, ...fields }] of rows) {
    const parsed = schema.safeParse({ ...fields, id, [yearsKey]: years })
    if (parsed.success) entries.push(parsed.data)
  }
  return entries.sort(byRowOrder)
}

function isCleared(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'typed' in value && value.typed === ''
}

/** The order of a register's rows; two rows that were given one order at once stand by their ids. */
export function byRowOrder(a: { order: string; id: string }, b: { order: string; id: string }): number {
  return a.order < b.order ? -1 : a.order > b.order ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/** A stored cell where it and its value are valid. */
function readCell(register: Register, field: string, stored: unknown): Cell | null {
  const schema = cellSchema(register, field)
  const parsed = cell.safeParse(stored)
  if (schema === undefined || !parsed.success || !schema.safeParse(parsed.data.value).success) return null
  return parsed.data
}

/** Writes cells of one entry in one transaction; each cell names the change that it replaces. */
export function writeCells(
  part: Y.Doc,
  register: Register,
  entry: TargetId | BudgetLineId,
  fields: Record<string, unknown>,
  origin?: unknown,
): void {
  const map = part.getMap(register.root)
  part.transact(() => {
    for (const [field, value] of Object.entries(fields)) {
      const schema = cellSchema(register, field)
      if (schema === undefined) throw new Error(`no field ${field} in ${register.root}`)
      const key = `${entry}.${field}`
      const before = cell.safeParse(map.get(key))
      map.set(key, {
        value: schema.parse(value),
        change: newId<ChangeId>(),
        saw: before.success ? before.data.change : null,
      } satisfies Cell)
    }
  }, origin)
}

/** A row order behind `after` (the last row where it is undefined), for a new or moved entry. */
export function rowOrder(rows: readonly { order: string }[], after?: number): string {
  const at = after ?? rows.length - 1
  const before = rows[at]?.order ?? null
  const next = rows.slice(at + 1).find((row) => before === null || row.order > before)
  return generateKeyBetween(before, next?.order ?? null)
}
