/**
 * The outline as a tree to work in: which rows show, which one has the focus, what is being
 * renamed or dragged, and every change of the outline by name. All changes are one transaction
 * each with the origin that undo follows. The panel only draws it.
 */
import { SvelteSet } from 'svelte/reactivity'
import { newId, type PartId } from '@soanchung/shared/ids.ts'
import {
  addPart,
  deletePart,
  movePart,
  renamePart,
  restorePart,
  setPartNumbering,
  type OutlinePart,
  type PartEntry,
  type PartNumbering,
  type PartRole,
} from '@soanchung/shared/plan/outline.ts'
import { m } from '../paraglide/messages.js'
import { foldText } from '@soanchung/shared/fold.ts'
import { say } from '../ui/toasts.svelte.ts'
import { userEdit } from './edit-origin.ts'
import { placeAt, placeBy, subtree, type Direction, type DropSide } from './outline-moves.ts'
import type { PlanModel } from './plan-model.svelte.ts'

export interface Row {
  part: OutlinePart
  /** 1 at the top, as `aria-level` counts. */
  level: number
  position: number
  setSize: number
  /** Null where nothing hangs below it. */
  expanded: boolean | null
}

interface Drag {
  id: PartId
  over: PartId | null
  side: DropSide
  allowed: boolean
}

export class OutlineTree {
  readonly #model: PlanModel
  readonly collapsed = new SvelteSet<PartId>()
  /** The row that Tab reaches. */
  focused: PartId | null = $state(null)
  editing: PartId | null = $state(null)
  drag: Drag | null = $state.raw(null)
  readonly rows: readonly Row[] = $derived.by(() => this.#rows())
  #typed = { text: '', at: 0 }

  constructor(model: PlanModel) {
    this.#model = model
  }

  /** Why the outline can't be changed just now; null where it can. */
  readonly refusal: string | null = $derived.by(() => {
    if (this.#model.mayWriteOutline) return null
    return this.#model.record.stage === 'issued' ? m.plan_issued_reason() : m.plan_lead_only()
  })

  /** The row that takes the focus: the last one that had it, else the first. */
  readonly reachable: PartId | null = $derived.by(() => {
    const shown = this.rows.some((row) => row.part.id === this.focused)
    return shown ? this.focused : (this.rows[0]?.part.id ?? null)
  })

  /** What a part is called in messages: its number and title. */
  nameOf(id: PartId): string {
    const { byId, deleted } = this.#model.outline
    const part = byId.get(id) ?? deleted.get(id)
    return [this.#model.number(id).label, part === undefined ? '' : titleOf(part)].filter(Boolean).join(' ')
  }

  /**
   * Adds a part beside or below another (at the end of the plan without one) and asks for its title.
   * Nothing stands below an opening: what is added there is the first of the body.
   */
  add(where: 'below' | 'child', beside: PartId | null): PartId | null {
    if (this.refusal !== null) return null
    const { outline, plan } = this.#model
    const other = beside === null ? undefined : outline.byId.get(beside)
    const body = outline.roots.filter((part) => part.role === 'body')
    const id = newId<PartId>()
    const place =
      other === undefined || other.role === 'opening'
        ? { parent: null, after: other === undefined ? (body.at(-1)?.id ?? null) : null }
        : where === 'child'
          ? { parent: other.id, after: other.children.findLast((part) => part.role === 'body')?.id ?? null }
          : { parent: other.parent, after: other.id, role: other.role }
    plan.createPart(id)
    addPart(plan.outline, { id, title: '', ...place }, userEdit)
    this.#reveal(id)
    this.focused = id
    this.editing = id
    return id
  }

  rename(id: PartId, title: string): void {
    this.editing = null
    const clean = title.replace(/\s+/g, ' ').trim().slice(0, 1000)
    if (this.refusal !== null || clean === this.#model.outline.byId.get(id)?.title) return
    renamePart(this.#model.plan.outline, id, clean, userEdit)
  }

  canMove(id: PartId, direction: Direction): boolean {
    return this.refusal === null && placeBy(this.#model.outline, id, direction) !== null
  }

  move(id: PartId, direction: Direction): boolean {
    const place = this.refusal === null ? placeBy(this.#model.outline, id, direction) : null
    if (place === null) return false
    movePart(this.#model.plan.outline, { id, ...place }, userEdit)
    this.#reveal(id)
    this.focused = id
    return true
  }

  dragOver(over: PartId | null, side: DropSide): void {
    const drag = this.drag
    if (drag === null || (drag.over === over && drag.side === side)) return
    const allowed = over !== null && placeAt(this.#model.outline, drag.id, over, side) !== null
    this.drag = { id: drag.id, over, side, allowed }
  }

  drop(): void {
    const drag = this.drag
    this.drag = null
    if (drag === null || drag.over === null || this.refusal !== null) return
    const place = placeAt(this.#model.outline, drag.id, drag.over, drag.side)
    if (place === null) return
    movePart(this.#model.plan.outline, { id: drag.id, ...place }, userEdit)
    this.#reveal(drag.id)
    this.focused = drag.id
  }

  setNumbering(id: PartId, numbering: PartNumbering): void {
    if (this.refusal === null) setPartNumbering(this.#model.plan.outline, id, numbering, userEdit)
  }

  /** Annexes stand at the top, behind the body; so a part that becomes one leaves its parent. */
  setRole(id: PartId, role: PartRole): void {
    if (this.refusal !== null) return
    const after = this.#model.outline.roots.findLast((part) => part.role === role && part.id !== id)?.id ?? null
    movePart(this.#model.plan.outline, { id, parent: null, after, role }, userEdit)
  }

  /** Deletes at once; the notice says what broke by it and takes it back. */
  remove(id: PartId): void {
    const part = this.#model.outline.byId.get(id)
    if (part === undefined || this.refusal !== null) return
    const name = this.nameOf(id)
    const quoted = this.#quotedElsewhere(part)
    const index = this.rows.findIndex((row) => row.part.id === id)
    deletePart(this.#model.plan.outline, id, Date.now(), userEdit)
    this.focused = (this.rows[index] ?? this.rows[index - 1])?.part.id ?? null
    say(quoted === 0 ? m.plan_part_deleted({ name }) : m.plan_part_deleted_quoted({ name, count: quoted }), {
      undo: () => this.restore(id),
    })
  }

  restore(id: PartId): void {
    if (this.refusal !== null) return
    restorePart(this.#model.plan.outline, id, userEdit)
    this.#reveal(id)
    this.focused = id
  }

  fold(id: PartId, folded: boolean): void {
    if (folded) this.collapsed.add(id)
    else this.collapsed.delete(id)
  }

  /** Moves the focus as a tree does; false where the key is not one of a tree's. */
  step(key: string, from: PartId): boolean {
    const index = this.rows.findIndex((row) => row.part.id === from)
    const row = this.rows[index]
    if (row === undefined) return false
    const to = (at: number) => (this.focused = this.rows[at]?.part.id ?? this.focused)
    switch (key) {
      case 'ArrowDown':
        to(index + 1)
        return true
      case 'ArrowUp':
        to(index - 1)
        return true
      case 'Home':
        to(0)
        return true
      case 'End':
        to(this.rows.length - 1)
        return true
      case 'ArrowRight':
        if (row.expanded === false) this.fold(from, false)
        else if (row.expanded) to(index + 1)
        return true
      case 'ArrowLeft':
        if (row.expanded) this.fold(from, true)
        else if (row.part.parent !== null) this.focused = row.part.parent
        return true
      default:
        return false
    }
  }

  /** Goes to the next row whose title or number begins with what was typed in the last second. */
  typeAhead(letter: string, from: PartId, now: number): void {
    const text = now - this.#typed.at < 1000 ? this.#typed.text + letter : letter
    this.#typed = { text, at: now }
    const begin = this.rows.findIndex((row) => row.part.id === from)
    const wanted = foldText(text)
    // A first letter looks behind the row that has the focus, more letters narrow down.
    const offset = text.length === 1 ? 1 : 0
    const turned = this.rows.map((_, index) => this.rows[(begin + offset + index) % this.rows.length])
    const found = turned.find(
      (row) =>
        row !== undefined &&
        [titleOf(row.part), this.#model.number(row.part.id).label].some((words) => foldText(words).startsWith(wanted)),
    )
    if (found !== undefined) this.focused = found.part.id
  }

  /** Opens what a part is folded into. */
  #reveal(id: PartId) {
    const { byId } = this.#model.outline
    for (let at = byId.get(id)?.parent ?? null; at !== null; at = byId.get(at)?.parent ?? null) {
      this.collapsed.delete(at)
    }
  }

  /** How many targets of the part and what is below it are quoted in what stays. */
  #quotedElsewhere(part: OutlinePart): number {
    this.#model.flush()
    const going = new Set(subtree(part).map((one) => one.id))
    const targets = [...this.#model.targets].filter(([, placed]) => going.has(placed.part))
    return targets.filter(([id]) => this.#model.quotesOf(id).some((quote) => !going.has(quote.part))).length
  }

  #rows(): Row[] {
    const rows: Row[] = []
    const walk = (parts: readonly OutlinePart[], level: number) => {
      for (const [index, part] of parts.entries()) {
        const expanded = part.children.length === 0 ? null : !this.collapsed.has(part.id)
        rows.push({ part, level, position: index + 1, setSize: parts.length, expanded })
        if (expanded) walk(part.children, level + 1)
      }
    }
    walk(this.#model.outline.roots, 1)
    return rows
  }
}

/** What a part is called where it has no title of its own: an opening never has one. */
export function titleOf({ title, role }: Pick<OutlinePart, 'title' | 'role'>): string {
  return title.trim() || (role === 'opening' ? m.plan_part_opening() : m.plan_part_untitled())
}

/** Deleted by somebody; a part that was turned into a heading stands in the text. */
export function canComeBack({ deletedAt, heading }: PartEntry): boolean {
  return deletedAt !== null && heading === null
}

/** Why a step is not possible, for the menu. */
export function moveReason(model: PlanModel, id: PartId, direction: Direction): string {
  const part = model.outline.byId.get(id)
  if (part?.role === 'opening') return m.plan_move_opening()
  switch (direction) {
    case 'up':
      return m.plan_move_first()
    case 'down':
      return m.plan_move_last()
    case 'in':
      return m.plan_move_no_sibling()
    case 'out':
      return m.plan_move_top()
  }
}
