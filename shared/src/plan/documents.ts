/**
 * The names and root types of the Yjs documents of a plan: one for the outline, one for each part.
 * The document boundary is the permission boundary, so a name is all that `can()` needs.
 */
import { idPattern, type PartId, type PlanId } from '../ids.ts'

/** Raised when the editor's nodes or marks, or what outline or registers may say, change; an older client must reload before it edits. */
export const schemaVersion = 3

export const outlineRoots = ['meta', 'parts'] as const
export const partRoots = ['body', 'targets', 'tasks', 'budget'] as const
/** Beside them, written by the server alone: the commands that took text out of the part; see split.ts. */
export const movesRoot = 'moves'

export type DocumentName = `plan/${string}` | `part/${string}`
export type DocumentSubject = { kind: 'outline'; planId: PlanId } | { kind: 'part'; partId: PartId }

export function outlineDocument(id: PlanId): DocumentName {
  return `plan/${id}`
}

export function partDocument(id: PartId): DocumentName {
  return `part/${id}`
}

/** What a document name stands for; null for anything that is not one of ours. */
export function parseDocumentName(name: string): DocumentSubject | null {
  const [kind, id, ...rest] = name.split('/')
  if (id === undefined || rest.length > 0 || !idPattern.test(id)) return null
  if (kind === 'plan') return { kind: 'outline', planId: id as PlanId }
  if (kind === 'part') return { kind: 'part', partId: id as PartId }
  return null
}
