/**
 * A new plan on its way from the body of a request to rows and first documents. Checking a body of
 * megabytes and building hundreds of documents takes a second, so all of it runs in a thread of its
 * own (new-plan-worker.ts); what comes out is stored as it is.
 */
import * as Y from 'yjs'
import { accept, refuse, type ErrorCode, type Result } from '@soanchung/shared/errors.ts'
import type { PartId, PlanId, UnitId } from '@soanchung/shared/ids.ts'
import { outlineDocument, partDocument, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import type { NumberingStyle, PlanMeta } from '@soanchung/shared/plan/meta.ts'
import { countTopHeadings, numberParts, type NumberedPart } from '@soanchung/shared/plan/numbering.ts'
import { writeOutline, writePart, type PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import { createPlanBody } from '@soanchung/shared/protocol.ts'

export interface NewPlan {
  id: PlanId
  leadUnit: UnitId
  meta: Pick<PlanMeta, 'type' | 'subject'>
  parts: ReadonlyMap<PartId, ListedPart>
  /** The outline and each part as one Yjs update. */
  documents: ReadonlyMap<DocumentName, Uint8Array>
}

/** What lists of plans say of a part: a projection of the outline. */
interface ListedPart {
  /** Its place on the sheet, counted from 1. */
  in_outline: number
  number: string
  title: string
}

/** `body` is the JSON of a CreatePlanBody. Refuses with `input.invalid`, or says what is too much. */
export function readNewPlan(body: Uint8Array): Result<NewPlan> {
  const read = parseBody(body)
  if (!read.ok) return read
  const { leadUnit, snapshot } = read.value
  const fault = snapshotFault(snapshot)
  if (fault !== null) return refuse('input.invalid', fault)
  const { id, meta, parts } = snapshot
  const headings = new Map(parts.map((part) => [part.id, countTopHeadings(part.blocks)]))
  return accept({
    id,
    leadUnit,
    meta: { type: meta.type, subject: meta.subject },
    parts: listParts(parts, meta.style, (part) => headings.get(part) ?? 0),
    documents: new Map([
      [outlineDocument(id), firstUpdate((outline) => writeOutline(outline, snapshot))],
      ...parts.map((part) => [partDocument(part.id), firstUpdate((document) => writePart(document, part))] as const),
    ]),
  })
}

/** Parts in the order of the sheet; `headings` as numberParts() asks for them. */
export function listParts(
  parts: readonly (NumberedPart & { title: string })[],
  style: NumberingStyle,
  headings: (id: PartId) => number,
): Map<PartId, ListedPart> {
  const numbers = numberParts(parts, style, headings)
  return new Map(
    parts.map(({ id, title }, index) => [id, { in_outline: index + 1, number: numbers.get(id)?.label ?? '', title }]),
  )
}

/** Lists that a person can make too long, by the last word of their path. */
const excesses: Record<string, ErrorCode> = {
  parts: 'plan.parts',
  blocks: 'part.blocks',
  targets: 'part.rows',
  budget: 'part.rows',
}

function parseBody(body: Uint8Array) {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    return refuse('input.invalid', String(error))
  }
  const parsed = createPlanBody.safeParse(json)
  if (parsed.success) return accept(parsed.data)
  const excess = parsed.error.issues
    .filter(({ code }) => code === 'too_big')
    .map(({ path }) => excesses[String(path.at(-1))])
    .find((code) => code !== undefined)
  return refuse(excess ?? 'input.invalid', parsed.error.message.slice(0, 500))
}

/** Why a snapshot cannot become a plan; null where it can. */
function snapshotFault({ parts }: PlanSnapshot): string | null {
  const seen = new Set<PartId>()
  const blocks = new Set<string>()
  for (const { id, parent, blocks: own } of parts) {
    if (seen.has(id)) return `part ${id} stands twice`
    if (parent !== null && !seen.has(parent)) return `part ${id} stands before its parent`
    seen.add(id)
    for (const block of own) {
      if (blocks.has(block.id)) return `block ${block.id} stands twice`
      blocks.add(block.id)
    }
  }
  return null
}

function firstUpdate(fill: (document: Y.Doc) => void): Uint8Array {
  const document = new Y.Doc()
  fill(document)
  return Y.encodeStateAsUpdate(document)
}
