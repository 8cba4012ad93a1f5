/**
 * Reads one part's document by difference. It notes which blocks and which register entries
 * changed since the last reading, and reads only those: a key costs one block, a cell one entry.
 * What did not change keeps its identity. When to read is the caller's choice.
 */
import * as Y from 'yjs'
import { readBlockElement, type Block } from '@soanchung/shared/plan/blocks.ts'
import {
  byRowOrder,
  parseCellKey,
  readRegister,
  registerNames,
  type RegisterName,
  type Registers,
} from '@soanchung/shared/targets/register.ts'

interface PartContent extends Registers {
  blocks: readonly Block[]
}

/** Entries of a register that changed since the last reading; `all` before the first one. */
type Changed = Set<string> | 'all'

export class PartReader {
  readonly document: Y.Doc
  readonly #body: Y.XmlFragment
  readonly #cache = new WeakMap<Y.AbstractType<unknown>, Block | null>()
  readonly #stops: (() => void)[]
  #bodyChanged = true
  readonly #changed: Record<RegisterName, Changed> = { targets: 'all', tasks: 'all', budget: 'all' }
  /** How many blocks and cells wait to be read: what the next reading costs. */
  waiting = 0

  /**
   * `changed` is called after each transaction that left something to read; `byHand` is true where
   * it changed a register on this very device.
   */
  constructor(document: Y.Doc, changed: (byHand: boolean) => void) {
    this.document = document
    this.#body = document.getXmlFragment('body')
    const onBody = (events: Y.YEvent<Y.AbstractType<unknown>>[]) => {
      for (const event of events) {
        const block = this.#blockOf(event.target)
        if (block !== null) this.#cache.delete(block)
        this.waiting += block === null ? event.changes.added.size : 1
      }
      this.#bodyChanged = true
      changed(false)
    }
    const observedBody = onBody as Parameters<Y.XmlFragment['observeDeep']>[0]
    this.#body.observeDeep(observedBody)
    this.waiting = this.#body.length
    const stops = registerNames.map((name) => {
      const cells = document.getMap(name)
      const onCells = (event: Y.YMapEvent<unknown>, transaction: Y.Transaction) => {
        this.#changed[name] = note(this.#changed[name], event)
        this.waiting += event.keysChanged.size
        changed(transaction.local)
      }
      cells.observe(onCells)
      this.waiting += cells.size
      return () => cells.unobserve(onCells)
    })
    this.#stops = [() => this.#body.unobserveDeep(observedBody), ...stops]
  }

  /** The content now. Fields that did not change are those of `before`, the same arrays. */
  read(before: PartContent): PartContent {
    this.waiting = 0
    const blocks = this.#bodyChanged ? this.#readBlocks() : before.blocks
    this.#bodyChanged = false
    return {
      blocks,
      targets: this.#readEntries('targets', before.targets),
      tasks: this.#readEntries('tasks', before.tasks),
      budget: this.#readEntries('budget', before.budget),
    }
  }

  #readEntries<Name extends RegisterName>(name: Name, before: Registers[Name]): Registers[Name]
  #readEntries(name: RegisterName, before: readonly Registers[RegisterName][number][]) {
    const changed = this.#changed[name]
    this.#changed[name] = new Set()
    return merge(changed, before, (only) => readRegister(this.document, name, only))
  }

  stop(): void {
    for (const stop of this.#stops) stop()
  }

  #readBlocks(): Block[] {
    const blocks: Block[] = []
    for (const node of this.#body.toArray()) {
      const key = node as unknown as Y.AbstractType<unknown>
      let block = this.#cache.get(key)
      if (block === undefined) {
        block = readBlockElement(node)
        this.#cache.set(key, block)
      }
      if (block !== null) blocks.push(block)
    }
    return blocks
  }

  /** The child of the body that holds the type; null for the body itself. */
  #blockOf(type: Y.AbstractType<unknown>): Y.AbstractType<unknown> | null {
    const body: unknown = this.#body
    let at: Y.AbstractType<unknown> | null = type === body ? null : type
    while (at !== null && (at.parent as unknown) !== body) at = at.parent as Y.AbstractType<unknown> | null
    return at
  }
}

function note(changed: Changed, event: Y.YMapEvent<unknown>): Changed {
  if (changed === 'all') return changed
  for (const key of event.keysChanged) {
    const place = parseCellKey(key)
    if (place !== null) changed.add(place.entry)
  }
  return changed
}

function merge<Entry extends { id: string; order: string }>(
  changed: Changed,
  before: readonly Entry[],
  read: (only?: ReadonlySet<string>) => Entry[],
): readonly Entry[] {
  if (changed === 'all') return read()
  if (changed.size === 0) return before
  return [...before.filter((entry) => !changed.has(entry.id)), ...read(changed)].sort(byRowOrder)
}
