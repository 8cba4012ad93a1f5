/**
 * An opened plan without a server: real documents and real presence in memory, and a record that
 * tests can change. Ids count up, so that a failing test reads the same each time.
 */
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { BlockId, PartId, PlanId, TargetId, UnitId, UserId } from '@soanchung/shared/ids.ts'
import { textBlockOf, writeBody, type Inline } from '@soanchung/shared/plan/blocks.ts'
import { addPart } from '@soanchung/shared/plan/outline.ts'
import { actions } from '@soanchung/shared/permissions.ts'
import type { PlanRecord, Unit } from '@soanchung/shared/protocol.ts'
import { registers, rowOrder, writeCells, type EntryId, type RegisterName } from '@soanchung/shared/targets/register.ts'
import { userEdit } from '../../client/src/plan/edit-origin.ts'
import type { OpenPart, OpenPlan } from '../../client/src/plan/open-plan.ts'

/** A fixed id: a letter for its kind, then the number. */
export function fixedId<Id extends string>(kind: string, number: number): Id {
  return (kind + String(number).padStart(19, '0')) as Id
}

export const unitFixtures: Unit[] = [
  { id: fixedId<UnitId>('u', 0), name: 'Ủy ban MTTQ Việt Nam', symbol: 'MTTQ', colour: 0, parent: null },
  { id: fixedId<UnitId>('u', 2), name: 'Hội Nông dân', symbol: 'HND', colour: 1, parent: null },
  { id: fixedId<UnitId>('u', 3), name: 'Hội Liên hiệp Phụ nữ', symbol: 'PN', colour: 2, parent: null },
]

interface MemoryPart extends OpenPart {
  mayWrite: boolean
  loaded: boolean
  document: Y.Doc
}

export class MemoryPlan implements OpenPlan {
  readonly id = fixedId<PlanId>('p', 0)
  readonly userId: UserId
  outline = new Y.Doc()
  readonly awareness = new Awareness(this.outline)
  record: PlanRecord
  mayWriteOutline = true
  linksCount = 0
  conflictsCount = 0
  /** Whether parts that are asked for later have come from the server. */
  loadedAtOnce = true
  readonly created: PartId[] = []
  readonly #parts = new Map<PartId, MemoryPart>()
  readonly #listeners = new Set<() => void>()

  constructor(userId: UserId) {
    this.userId = userId
    this.record = {
      id: this.id,
      stage: 'drafting',
      epoch: 'first',
      roles: unitFixtures.map((unit, index) => ({ holder: unit.id, role: index === 0 ? 'lead' : 'drafter' })),
      parts: [],
      may: [...actions],
      waitingDrafts: 0,
      rights: 0,
      units: unitFixtures,
      people: [],
    }
  }

  part(id: PartId): MemoryPart {
    const known = this.#parts.get(id)
    if (known !== undefined) return known
    const document = new Y.Doc()
    const part = { id, document, awareness: new Awareness(document), mayWrite: true, loaded: this.loadedAtOnce }
    this.#parts.set(id, part)
    return part
  }

  parts(): readonly OpenPart[] {
    return [...this.#parts.values()]
  }

  createPart(id: PartId): void {
    this.created.push(id)
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells the listeners, as the sync does after a change of record, rights or `loaded`. */
  changed(): void {
    for (const listener of this.#listeners) listener()
  }

  close(): void {
    this.awareness.destroy()
    for (const part of this.#parts.values()) part.awareness.destroy()
  }
}

/** A plan of `parts` parts at the top, each with so many blocks and targets. */
export function memoryPlan(size: { parts: number; blocks?: number; targets?: number; years?: number[] }): MemoryPlan {
  const plan = new MemoryPlan('user-0' as UserId)
  let after: PartId | null = null
  for (let index = 0; index < size.parts; index += 1) {
    const id = partAt(index)
    addPart(plan.outline, { id, parent: null, after, title: `Phần ${index}` })
    after = id
    const { document } = plan.part(id)
    writeBody(
      document.getXmlFragment('body'),
      Array.from({ length: size.blocks ?? 0 }, (_, at) => ({
        ...textBlockOf('paragraph', `Đoạn ${at} của phần ${index}.`),
        id: fixedId<BlockId>('b', index * 1000 + at),
      })),
    )
    let order = ''
    for (let at = 0; at < (size.targets ?? 0); at += 1) {
      order = rowOrder(order === '' ? [] : [{ order }])
      const values = (size.years ?? []).map((year) => [
        `value.${year}`,
        { quantity: { comparison: '>=', numbers: [String(at)], measure: { kind: 'percent' } } },
      ])
      writeCells(document, registers.targets, targetAt(index, at), {
        order,
        name: `Chỉ tiêu ${at}`,
        measure: { kind: 'percent' },
        ...Object.fromEntries(values),
      })
    }
  }
  return plan
}

export function partAt(index: number): PartId {
  return fixedId<PartId>('a', index)
}

export function targetAt(part: number, index: number): TargetId {
  return fixedId<TargetId>('t', part * 1000 + index)
}

export function quoteOf(target: TargetId, cell: string): Inline {
  return { type: 'reference', target, cell }
}

/** Writes an entry of a register into a part; what is not said stands as in a new row. */
export function writeEntry(
  plan: MemoryPlan,
  part: number,
  register: RegisterName,
  id: EntryId,
  fields: Record<string, unknown>,
): void {
  writeCells(plan.part(partAt(part)).document, registers[register], id, { order: 'a0', name: '', ...fields }, userEdit)
}
