/**
 * The registers of a part: its targets, tasks and budget lines, as they lie in the part's document.
 * One map key a cell, `<entry id>.<field>`, so that two people can fill in two cells of one row at
 * once. A cell carries the id of the change that wrote it and of the change that its author had
 * seen; a replaced change that its successor had not seen is a conflict. Entries are never
 * removed, they get `deletedAt`.
 */
import { generateKeyBetween } from 'fractional-indexing'
import * as Y from 'yjs'
import * as z from 'zod/mini'
import {
  budgetLineId,
  changeId,
  newId,
  partId,
  targetId,
  taskId,
  unitId,
  type BudgetLineId,
  type ChangeId,
  type PartId,
  type TargetId,
  type TaskId,
} from '../ids.ts'
import { dueContent } from './due.ts'
import { frequencies, measure, quantity } from './quantity.ts'

export const registerNames = ['targets', 'tasks', 'budget'] as const
export type RegisterName = (typeof registerNames)[number]

/**
 * A value cell: a quantity; a formula, as formula.ts stores it; or what was typed and could not be
 * read, kept until mended. A cell that was cleared holds `{ typed: '' }`, and is read as if it were
 * not there.
 */
export const valueContent = z.union([
  z.object({ quantity }),
  z.object({ formula: z.string().check(z.minLength(1), z.maxLength(4000)) }),
  z.object({ typed: z.string().check(z.maxLength(500)) }),
])
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

/** How what subordinate plans say of a target is put together. */
export const rollUpMethods = ['sum', 'average', 'min', 'max', 'reached', 'none'] as const
export type RollUpMethod = (typeof rollUpMethods)[number]

/** The cells of a target. `value.<year>` stands beside them, one for each year of the plan. */
const targetFields = {
  ...entryFields,
  measure,
  baseline: valueContent,
  responsible: z.nullable(unitId),
  frequency: z.nullable(z.enum(frequencies)),
  method: z.enum(rollUpMethods),
  movedTo: z.nullable(partId),
}

/** Who works along: units, and in words whoever is none. */
export const partners = z.object({ units: z.array(unitId).check(z.maxLength(50)), others: text })
export type Partners = z.infer<typeof partners>

/** The cells of a task. */
const taskFields = {
  ...entryFields,
  lead: z.nullable(unitId),
  partners,
  product: text,
  due: z.nullable(dueContent),
  /** The targets that it serves. */
  serves: z.array(targetId).check(z.maxLength(100)),
}

/**
 * The cells of a budget line. `amount.<year>` and `quantity.<year>` stand beside them; a year without
 * an amount has the product of quantity and price.
 */
const budgetFields = {
  ...entryFields,
  source: text,
  responsible: z.nullable(unitId),
  noun: z.string().check(z.maxLength(200)),
  price: valueContent,
}

interface Register {
  root: RegisterName
  fields: Record<string, z.ZodMiniType>
  /** What the cells of the years are called, and where an entry keeps them. */
  years: Readonly<Record<string, string>>
}
export const registers = {
  targets: { root: 'targets', fields: targetFields, years: { value: 'values' } },
  tasks: { root: 'tasks', fields: taskFields, years: {} },
  budget: { root: 'budget', fields: budgetFields, years: { amount: 'amounts', quantity: 'quantities' } },
} as const satisfies Record<RegisterName, Register>

const entryDefaults = {
  order: entryFields.order,
  name: z._default(text, ''),
  note: z._default(text, ''),
  deletedAt: z._default(z.nullable(z.number()), null),
}
const years = z._default(z.record(year, valueContent), {})

export const target = z.object({
  id: targetId,
  ...entryDefaults,
  measure: z._default(measure, { kind: 'count', noun: '' }),
  baseline: z._default(z.nullable(valueContent), null),
  responsible: z._default(z.nullable(unitId), null),
  frequency: z._default(targetFields.frequency, null),
  method: z._default(targetFields.method, 'none'),
  movedTo: z._default(z.nullable(partId), null),
  values: years,
})
export type Target = z.infer<typeof target>

export const task = z.object({
  id: taskId,
  ...entryDefaults,
  lead: z._default(z.nullable(unitId), null),
  partners: z._default(partners, { units: [], others: '' }),
  product: z._default(text, ''),
  due: z._default(taskFields.due, null),
  serves: z._default(taskFields.serves, []),
})
export type Task = z.infer<typeof task>

export const budgetLine = z.object({
  id: budgetLineId,
  ...entryDefaults,
  source: z._default(text, ''),
  responsible: z._default(z.nullable(unitId), null),
  noun: z._default(budgetFields.noun, ''),
  price: z._default(z.nullable(valueContent), null),
  amounts: years,
  quantities: years,
})
export type BudgetLine = z.infer<typeof budgetLine>

/** The entries of a part, by register; deleted and moved ones included. */
export interface Registers {
  targets: readonly Target[]
  tasks: readonly Task[]
  budget: readonly BudgetLine[]
}
export type EntryId = TargetId | TaskId | BudgetLineId

export const noEntries: Registers = { targets: [], tasks: [], budget: [] }

const entrySchemas: { [Name in RegisterName]: z.ZodMiniType<Registers[Name][number]> } = {
  targets: target,
  tasks: task,
  budget: budgetLine,
}

/** Whether it counts: neither deleted nor moved to another part. */
export function isLiving({
  deletedAt,
  movedTo = null,
}: {
  deletedAt: number | null
  movedTo?: PartId | null
}): boolean {
  return deletedAt === null && movedTo === null
}

export const cell = z.object({ value: z.unknown(), change: changeId, saw: z.nullable(changeId) })
type Cell = z.infer<typeof cell>

/** `field` is a name of the register's fields or `value.2026`; null where the key is not one of ours. */
export function parseCellKey(key: string): { entry: string; field: string } | null {
  const dot = key.indexOf('.')
  return dot < 1 ? null : { entry: key.slice(0, dot), field: key.slice(dot + 1) }
}

/** The validator of a cell's value; undefined where the register has no such field. */
function cellSchema(register: Register, field: string): z.ZodMiniType | undefined {
  const [name = '', suffix, ...rest] = field.split('.')
  if (suffix === undefined) return Object.hasOwn(register.fields, field) ? register.fields[field] : undefined
  const isYear = Object.hasOwn(register.years, name) && rest.length === 0 && year.safeParse(suffix).success
  return isYear ? valueContent : undefined
}

/** Entries of a part in row order, deleted and moved ones included: all of them, or those of `only`. */
export function readRegister<Name extends RegisterName>(
  part: Y.Doc,
  name: Name,
  only?: ReadonlySet<string>,
): Registers[Name][number][] {
  return readRows(part, registers[name], entrySchemas[name], only)
}

export function readTargets(part: Y.Doc, only?: ReadonlySet<string>): Target[] {
  return readRegister(part, 'targets', only)
}

export function readRegisters(part: Y.Doc): { targets: Target[]; tasks: Task[]; budget: BudgetLine[] } {
  return { targets: readTargets(part), tasks: readRegister(part, 'tasks'), budget: readRegister(part, 'budget') }
}

function readRows<Entry extends { id: string; order: string }>(
  part: Y.Doc,
  register: Register,
  schema: z.ZodMiniType<Entry>,
  only?: ReadonlySet<string>,
): Entry[] {
  const rows = new Map<string, { fields: Record<string, unknown>; years: Record<string, Record<string, unknown>> }>()
  for (const [key, stored] of part.getMap(register.root).entries()) {
    const place = parseCellKey(key)
    if (place === null || (only !== undefined && !only.has(place.entry))) continue
    const content = readCell(register, place.field, stored)
    if (content === null || isCleared(content.value)) continue
    const row = rows.get(place.entry) ?? { fields: {}, years: {} }
    rows.set(place.entry, row)
    const [name = '', suffix] = place.field.split('.')
    const kept = register.years[name]
    if (suffix === undefined) row.fields[place.field] = content.value
    else if (kept !== undefined) (row.years[kept] ??= {})[suffix] = content.value
  }
  const entries: Entry[] = []
  for (const [id, { fields, years }] of rows) {
    const parsed = schema.safeParse({ ...fields, ...years, id })
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
export function readCell(register: Register, field: string, stored: unknown): Cell | null {
  const schema = cellSchema(register, field)
  const parsed = cell.safeParse(stored)
  if (schema === undefined || !parsed.success || !schema.safeParse(parsed.data.value).success) return null
  return parsed.data
}

/** Writes cells of one entry in one transaction; each cell names the change that it replaces. */
export function writeCells(
  part: Y.Doc,
  register: Register,
  entry: EntryId,
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
