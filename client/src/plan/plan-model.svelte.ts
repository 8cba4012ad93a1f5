/**
 * The opened plan as reactive values: outline, numbers, registers and the blocks of every part,
 * read from the live documents and never from editors. Each value is updated by difference, so
 * that a key typed in one part costs nothing in the others.
 */
import { SvelteMap } from 'svelte/reactivity'
import * as Y from 'yjs'
import type { BlockId, PartId, TargetId } from '@soanchung/shared/ids.ts'
import { readBlockElement, type Block } from '@soanchung/shared/plan/blocks.ts'
import { readMeta, type PlanMeta } from '@soanchung/shared/plan/meta.ts'
import { countTopHeadings, numberBlocks, numberParts, type PartNumber } from '@soanchung/shared/plan/numbering.ts'
import { readOutline, type Outline } from '@soanchung/shared/plan/outline.ts'
import { readBudget, readTargets, type BudgetLine, type Target } from '@soanchung/shared/targets/register.ts'
import type { OpenPart, OpenPlan } from './open-plan.ts'

/** A target with the part that it stands in. */
export interface PlacedTarget {
  part: PartId
  target: Target
}

/** A place in the text that quotes a target. */
export interface Quote {
  part: PartId
  block: BlockId
  cell: string
}

export class PartModel {
  readonly id: PartId
  /** The text, block by block; unchanged blocks keep their identity. */
  blocks: readonly Block[] = $state.raw([])
  /** The mark before each numbered block. */
  labels: ReadonlyMap<BlockId, string> = $state.raw(new Map())
  targets: readonly Target[] = $state.raw([])
  budget: readonly BudgetLine[] = $state.raw([])
  mayWrite = $state(false)
  loaded = $state(false)

  constructor(id: PartId) {
    this.id = id
  }
}

const noNumber: PartNumber = { level: 'none', label: '', path: [] }

export class PlanModel {
  readonly plan: OpenPlan
  outline: Outline = $state.raw({ roots: [], inOrder: [], byId: new Map(), deleted: new Map() })
  meta: PlanMeta = $state.raw(readMeta(new Y.Doc()))
  numbers: ReadonlyMap<PartId, PartNumber> = $state.raw(new Map())
  /** Every part of the outline, deleted ones included. */
  readonly parts = new SvelteMap<PartId, PartModel>()
  /** Every target of the plan that is not deleted, in a living part. */
  readonly targets = new SvelteMap<TargetId, PlacedTarget>()
  /** What the outline and the rights say changed; read it to follow the record. */
  recordVersion = $state(0)

  readonly #watched = new Map<PartId, WatchedPart>()
  readonly #stops: (() => void)[] = []

  constructor(plan: OpenPlan) {
    this.plan = plan
    const outlineChanged = () => this.#readOutline()
    const metaChanged = () => {
      const before = this.meta.style
      this.meta = readMeta(plan.outline)
      if (before !== this.meta.style) this.#renumber()
    }
    plan.outline.getMap('parts').observeDeep(outlineChanged)
    plan.outline.getMap('meta').observeDeep(metaChanged)
    this.#stops.push(
      () => plan.outline.getMap('parts').unobserveDeep(outlineChanged),
      () => plan.outline.getMap('meta').unobserveDeep(metaChanged),
      plan.onChange(() => this.#recordChanged()),
    )
    metaChanged()
    outlineChanged()
  }

  part(id: PartId): PartModel | undefined {
    return this.parts.get(id)
  }

  number(id: PartId): PartNumber {
    return this.numbers.get(id) ?? noNumber
  }

  /** Every place in the plan's text that quotes the target, in the order of the sheet. */
  quotesOf(target: TargetId): Quote[] {
    return this.outline.inOrder.flatMap(({ id }) =>
      (this.parts.get(id)?.blocks ?? []).flatMap((block) => {
        if (block.type !== 'block') return []
        return block.content.flatMap((inline) =>
          inline.type === 'reference' && inline.target === target
            ? [{ part: id, block: block.id, cell: inline.cell }]
            : [],
        )
      }),
    )
  }

  /** Reads at once what was waiting for the next frame; for commands that need the newest text. */
  flush(): void {
    for (const watched of this.#watched.values()) watched.flush()
  }

  destroy(): void {
    for (const stop of this.#stops) stop()
    for (const watched of this.#watched.values()) watched.stop()
    this.#watched.clear()
  }

  #recordChanged() {
    this.recordVersion += 1
    for (const [id, model] of this.parts) {
      const open = this.plan.part(id)
      model.mayWrite = open.mayWrite
      model.loaded = open.loaded
    }
  }

  #readOutline() {
    this.outline = readOutline(this.plan.outline)
    const known = new Set<PartId>([...this.outline.byId.keys(), ...this.outline.deleted.keys()])
    for (const id of known) {
      if (!this.#watched.has(id)) this.#watch(id)
    }
    for (const id of this.parts.keys()) this.#placeTargets(id)
    this.#renumber()
  }

  #watch(id: PartId) {
    const model = new PartModel(id)
    const open = this.plan.part(id)
    model.mayWrite = open.mayWrite
    model.loaded = open.loaded
    this.parts.set(id, model)
    this.#watched.set(
      id,
      watchPart(open, {
        blocks: (blocks) => {
          const headings = countTopHeadings(model.blocks)
          const structureChanged = !sameStructure(model.blocks, blocks)
          model.blocks = blocks
          if (headings !== countTopHeadings(blocks)) this.#renumber()
          else if (structureChanged) this.#labelBlocks(model)
        },
        targets: (targets) => {
          model.targets = targets
          this.#placeTargets(id)
        },
        budget: (budget) => {
          model.budget = budget
        },
      }),
    )
  }

  #renumber() {
    const before = this.numbers
    this.numbers = numberParts(this.outline.inOrder, this.meta.style, (id) =>
      countTopHeadings(this.parts.get(id)?.blocks ?? []),
    )
    for (const model of this.parts.values()) {
      if (before.get(model.id)?.label !== this.number(model.id).label || model.labels.size === 0) {
        this.#labelBlocks(model)
      }
    }
  }

  #labelBlocks(model: PartModel) {
    model.labels = numberBlocks(model.blocks, this.number(model.id), this.meta.style)
  }

  #placeTargets(part: PartId) {
    const model = this.parts.get(part)
    const living = this.outline.byId.has(part)
      ? (model?.targets ?? []).filter((one) => one.deletedAt === null && one.movedTo === null)
      : []
    const kept = new Set<TargetId>(living.map((one) => one.id))
    for (const [id, placed] of this.targets) {
      if (placed.part === part && !kept.has(id)) this.targets.delete(id)
    }
    for (const target of living) {
      const before = this.targets.get(target.id)
      if (before?.part !== part || JSON.stringify(before.target) !== JSON.stringify(target)) {
        this.targets.set(target.id, { part, target })
      }
    }
  }
}

function sameStructure(before: readonly Block[], after: readonly Block[]): boolean {
  return (
    before.length === after.length &&
    before.every((one, index) => {
      const other = after[index]
      if (other === one) return true
      if (one.type !== 'block' || other?.type !== 'block') return one.type === other?.type && one.id === other.id
      return (
        one.id === other.id && one.kind === other.kind && one.depth === other.depth && one.restart === other.restart
      )
    })
  )
}

interface WatchedPart {
  flush(): void
  stop(): void
}

/**
 * Reads a part's document whenever it changes, at most once a frame. Blocks are cached by their
 * element, so a key costs the reading of one block.
 */
function watchPart(
  part: OpenPart,
  tell: {
    blocks: (blocks: Block[]) => void
    targets: (targets: Target[]) => void
    budget: (budget: BudgetLine[]) => void
  },
): WatchedPart {
  const body = part.document.getXmlFragment('body')
  const targets = part.document.getMap('targets')
  const budget = part.document.getMap('budget')
  const cache = new WeakMap<Y.AbstractType<unknown>, Block | null>()
  let frame: number | undefined
  let bodyChanged = true

  const readBlocks = () => {
    frame = undefined
    if (!bodyChanged) return
    bodyChanged = false
    const blocks: Block[] = []
    for (const node of body.toArray()) {
      const key = node as unknown as Y.AbstractType<unknown>
      let block = cache.get(key)
      if (block === undefined) {
        block = readBlockElement(node)
        cache.set(key, block)
      }
      if (block !== null) blocks.push(block)
    }
    tell.blocks(blocks)
  }
  const onBody = (events: Y.YEvent<Y.AbstractType<unknown>>[]) => {
    for (const event of events) {
      let at: Y.AbstractType<unknown> | null = event.target
      while (at !== null && (at.parent as unknown) !== body) at = at.parent as Y.AbstractType<unknown> | null
      if (at !== null) cache.delete(at)
    }
    bodyChanged = true
    frame ??= requestAnimationFrame(readBlocks)
  }
  const onTargets = () => tell.targets(readTargets(part.document))
  const onBudget = () => tell.budget(readBudget(part.document))

  body.observeDeep(onBody as Parameters<typeof body.observeDeep>[0])
  targets.observe(onTargets)
  budget.observe(onBudget)
  readBlocks()
  onTargets()
  onBudget()
  return {
    flush: () => {
      if (frame !== undefined) cancelAnimationFrame(frame)
      readBlocks()
    },
    stop: () => {
      if (frame !== undefined) cancelAnimationFrame(frame)
      body.unobserveDeep(onBody as Parameters<typeof body.observeDeep>[0])
      targets.unobserve(onTargets)
      budget.unobserve(onBudget)
    },
  }
}
