/**
 * Where a part goes when it is moved by a key or dropped: pure rules over the tree. The opening
 * stays in front and annexes stay behind the body; a part that is dropped among the parts of
 * another role takes that role.
 */
import type { PartId } from '@soanchung/shared/ids.ts'
import type { Outline, OutlinePart, PartRole } from '@soanchung/shared/plan/outline.ts'

export interface Place {
  parent: PartId | null
  /** The sibling of the same role that it follows; null where it comes first. */
  after: PartId | null
  role: PartRole
}

export type Direction = 'up' | 'down' | 'in' | 'out'
export type DropSide = 'above' | 'below' | 'inside'

/** Siblings that count when parts change places: those of one parent and one role. */
function siblingsOf(outline: Outline, part: OutlinePart): readonly OutlinePart[] {
  const all = part.parent === null ? outline.roots : (outline.byId.get(part.parent)?.children ?? [])
  return all.filter((one) => one.role === part.role)
}

/** One step up, down, into the part before, or out of the parent; null where there is none. */
export function placeBy(outline: Outline, id: PartId, direction: Direction): Place | null {
  const part = outline.byId.get(id)
  if (part === undefined) return null
  const { role, parent } = part
  const siblings = siblingsOf(outline, part)
  const index = siblings.indexOf(part)
  switch (direction) {
    case 'up':
      return index < 1 ? null : { parent, after: siblings[index - 2]?.id ?? null, role }
    case 'down':
      return index === siblings.length - 1 ? null : { parent, after: siblings[index + 1]?.id ?? null, role }
    case 'in': {
      const before = siblings[index - 1]
      if (before === undefined || role === 'opening') return null
      return { parent: before.id, after: lastChild(before, 'body'), role: 'body' }
    }
    case 'out': {
      const above = parent === null ? undefined : outline.byId.get(parent)
      if (above === undefined) return null
      const outRole = above.role === 'opening' ? 'body' : above.role
      return { parent: above.parent, after: above.role === outRole ? above.id : null, role: outRole }
    }
  }
}

/** Where a part lands that is dropped beside or into `target`; null where it may not go there. */
export function placeAt(outline: Outline, id: PartId, target: PartId, side: DropSide): Place | null {
  const part = outline.byId.get(id)
  const goal = outline.byId.get(target)
  if (part === undefined || goal === undefined || isWithin(outline, target, id)) return null
  if (part.role === 'opening') return null
  if (side === 'inside') {
    return goal.role === 'opening' ? null : { parent: target, after: lastChild(goal, 'body', id), role: 'body' }
  }
  if (goal.role === 'opening') return side === 'below' && goal.parent === null ? firstOf(null, 'body') : null
  const siblings = siblingsOf(outline, goal).filter((one) => one.id !== id)
  const index = siblings.indexOf(goal)
  // On the line between the body and the annexes a part keeps the role that it has.
  if (side === 'above' && index === 0 && goal.role === 'annex' && part.role === 'body') {
    const body = outline.roots.filter((one) => one.role === 'body' && one.id !== id)
    return { parent: null, after: body.at(-1)?.id ?? null, role: 'body' }
  }
  const after = side === 'below' ? goal.id : (siblings[index - 1]?.id ?? null)
  return { parent: goal.parent, after, role: goal.role }
}

/** Whether `id` is `ancestor` or hangs below it. */
export function isWithin(outline: Outline, id: PartId, ancestor: PartId): boolean {
  for (let at: PartId | null = id; at !== null; at = outline.byId.get(at)?.parent ?? null) {
    if (at === ancestor) return true
  }
  return false
}

/** The part and everything below it, in the order of the sheet. */
export function subtree(part: OutlinePart): OutlinePart[] {
  return [part, ...part.children.flatMap(subtree)]
}

function lastChild(part: OutlinePart, role: PartRole, except?: PartId): PartId | null {
  return part.children.findLast((one) => one.role === role && one.id !== except)?.id ?? null
}

function firstOf(parent: PartId | null, role: PartRole): Place {
  return { parent, after: null, role }
}
