/**
 * The whole plan as plain JSON. Numbering, checking, comparing and every export are pure functions
 * of it; a new plan (from a template, an import or the demo) is made from one.
 */
import { generateNKeysBetween } from 'fractional-indexing'
import * as Y from 'yjs'
import * as z from 'zod/mini'
import { partId, planId, type PartId, type PlanId } from '../ids.ts'
import {
  budgetLine,
  readRegisters,
  registerNames,
  registers,
  target,
  task,
  writeCells,
  type RegisterName,
} from '../targets/register.ts'
import { block, readBody, writeBody } from './blocks.ts'
import { planMeta, readMeta, writeMeta } from './meta.ts'
import { partNumberings, partRoles, partTitle, readOutline } from './outline.ts'

const snapshotPart = z.object({
  id: partId,
  parent: z.nullable(partId),
  title: partTitle,
  numbering: z.enum(partNumberings),
  role: z.enum(partRoles),
  blocks: z.array(block).check(z.maxLength(20_000)),
  /** Deleted targets included: references to them must be shown as broken. */
  targets: z.array(target).check(z.maxLength(5000)),
  tasks: z._default(z.array(task).check(z.maxLength(5000)), []),
  budget: z.array(budgetLine).check(z.maxLength(5000)),
})
export type SnapshotPart = z.infer<typeof snapshotPart>

export const planSnapshot = z.object({
  id: planId,
  meta: planMeta,
  /** Parents before children, in the order of the sheet. */
  parts: z.array(snapshotPart).check(z.maxLength(2000)),
})
export type PlanSnapshot = z.infer<typeof planSnapshot>

/** Parts whose document is not at hand come out empty. */
export function readSnapshot(
  id: PlanId,
  outline: Y.Doc,
  partDocument: (id: PartId) => Y.Doc | undefined,
): PlanSnapshot {
  const parts = readOutline(outline).inOrder.map((part): SnapshotPart => {
    const document = partDocument(part.id)
    return {
      id: part.id,
      parent: part.parent,
      title: part.title,
      numbering: part.numbering,
      role: part.role,
      blocks: document ? readBody(document.getXmlFragment('body')).blocks : [],
      ...(document ? readRegisters(document) : { targets: [], tasks: [], budget: [] }),
    }
  })
  return { id, meta: readMeta(outline), parts }
}

/** Fills an empty outline document from a snapshot. */
export function writeOutline(outline: Y.Doc, snapshot: PlanSnapshot): void {
  outline.transact(() => {
    writeMeta(outline, snapshot.meta)
    const parts = outline.getMap('parts')
    const orders = generateNKeysBetween(null, null, snapshot.parts.length)
    snapshot.parts.forEach((part, index) => {
      const entry = new Y.Map<unknown>()
      entry.set('place', { parent: part.parent, order: orders[index] })
      entry.set('title', part.title)
      entry.set('numbering', part.numbering)
      entry.set('role', part.role)
      parts.set(part.id, entry)
    })
  })
}

/** Fills an empty part document from its snapshot. */
export function writePart(document: Y.Doc, part: SnapshotPart): void {
  document.transact(() => {
    writeBody(document.getXmlFragment('body'), part.blocks)
    for (const name of registerNames) {
      for (const { id, ...fields } of part[name]) writeCells(document, registers[name], id, cellsOf(fields, name))
    }
  })
}

/** The cells of an entry: those that hold something, with one for each year. */
function cellsOf(fields: Readonly<Record<string, unknown>>, name: RegisterName): Record<string, unknown> {
  const yearFields = Object.entries(registers[name].years as Readonly<Record<string, string>>)
  const ofYears = yearFields.flatMap(([field, kept]) =>
    Object.entries((fields[kept] ?? {}) as Record<string, unknown>).map(([year, value]) => [`${field}.${year}`, value]),
  )
  const keptApart = new Set(yearFields.map(([, kept]) => kept))
  const filled = Object.entries(fields).filter(([key, value]) => value !== null && value !== '' && !keptApart.has(key))
  return Object.fromEntries([...filled, ...ofYears])
}
