/**
 * The opened plan as reactive values: outline, numbers, registers and the blocks of every part,
 * read from the live documents and never from editors. Each value is updated by difference, so
 * that a key typed in one part costs nothing in the others. What a person changes in a register
 * or the outline shows at once; text and what comes from others is read once a frame, in slices,
 * so that opening a long plan does not hold up the first key.
 */
import { SvelteMap } from 'svelte/reactivity'
import * as Y from 'yjs'
import type { BlockId, BudgetLineId, PartId, TargetId, UnitId } from '@soanchung/shared/ids.ts'
import type { Figures, PlanRollUp } from '@soanchung/shared/links/links.ts'
import type { Action, HolderId } from '@soanchung/shared/permissions.ts'
import type { Block } from '@soanchung/shared/plan/blocks.ts'
import { planYears, readMeta, type Period, type PlanMeta } from '@soanchung/shared/plan/meta.ts'
import { countTopHeadings, numberBlocks, numberParts, type PartNumber } from '@soanchung/shared/plan/numbering.ts'
import { readOutline, type Outline } from '@soanchung/shared/plan/outline.ts'
import { partProgress, type PartProgress } from '@soanchung/shared/plan/progress.ts'
import type { PlanRecord, Unit } from '@soanchung/shared/protocol.ts'
import type { CellSource } from '@soanchung/shared/targets/formula.ts'
import { cellNamesOf, type CellNames } from '@soanchung/shared/targets/formula-text.ts'
import {
  isLiving,
  type BudgetLine,
  type Registers,
  type Target,
  type Task,
} from '@soanchung/shared/targets/register.ts'
import type { ShownResults } from '@soanchung/shared/targets/view-cells.ts'
import { unitOn } from '@soanchung/shared/units/names.ts'
import type { OpenPlan } from './open-plan.ts'
import { PartReader } from './part-reader.ts'

/** A target with the part that it stands in. */
interface PlacedTarget {
  part: PartId
  target: Target
}

interface PlacedLine {
  part: PartId
  line: BudgetLine
}

/** A place in the text that quotes a target. */
interface Quote {
  part: PartId
  block: BlockId
  cell: string
}

export type PartWork = PlanRecord['parts'][number]
type PlanPerson = PlanRecord['people'][number]

class PartModel implements Registers {
  readonly id: PartId
  /** The text, block by block; unchanged blocks keep their identity. */
  blocks: readonly Block[] = $state.raw([])
  /** The mark before each numbered block. */
  labels: ReadonlyMap<BlockId, string> = $state.raw(new Map())
  targets: readonly Target[] = $state.raw([])
  tasks: readonly Task[] = $state.raw([])
  budget: readonly BudgetLine[] = $state.raw([])
  mayWrite = $state(false)
  /** False until the content has come, and has been read into the values above. */
  loaded = $state(false)
  readonly #period: () => Period
  /** Counted only while something shows it. */
  readonly progress: PartProgress = $derived.by(() => partProgress(this, this.#period()))

  constructor(id: PartId, period: () => Period) {
    this.id = id
    this.#period = period
  }
}

/** Blocks and cells read before the screen may draw again: about 10 ms on an old laptop. */
const sliceSize = 1500
/** Hidden tabs get no frames; there the documents are still read, this many ms later. */
const hiddenDelay = 250

const noNumber: PartNumber = { level: 'none', label: '', path: [] }

export class PlanModel {
  readonly plan: OpenPlan
  outline: Outline = $state.raw({ roots: [], inOrder: [], byId: new Map(), deleted: new Map() })
  meta: PlanMeta = $state.raw(readMeta(new Y.Doc()))
  readonly #date = $derived(this.meta.date)
  numbers: ReadonlyMap<PartId, PartNumber> = $state.raw(new Map())
  /** Every part of the outline, deleted ones included. */
  readonly parts = new SvelteMap<PartId, PartModel>()
  /** Every target of the plan that is not deleted, in a living part. */
  readonly targets = new SvelteMap<TargetId, PlacedTarget>()
  /** The same of budget lines. */
  readonly lines = new SvelteMap<BudgetLineId, PlacedLine>()
  /** What formulas are reckoned from. Whoever reads a cell's figure follows the cells behind it, in whatever part. */
  readonly cells: CellSource
  /** The names of all cells; costs the whole plan, so made only for who writes a formula or reads of a fault. */
  readonly names: CellNames = $derived.by(() =>
    cellNamesOf(
      this.outline.inOrder.flatMap(({ id }) => this.parts.get(id) ?? []),
      this.cells.years,
    ),
  )
  /** What the server says of the plan. */
  record: PlanRecord
  mayWriteOutline: boolean
  /** Counts the changes of record and rights; read it to follow what `plan.part()` says. */
  recordVersion = $state(0)
  /** As in OpenPlan. */
  conflictsCount = $state(0)
  /** Results of targets by period, as far as the server has told; tables show them beside the values. */
  results: ShownResults = $state.raw(new Map())
  /** What superiors ask of the plan's targets, and what units say of them, as far as the server has told. */
  asked: ReadonlyMap<TargetId, Figures> = $state.raw(new Map())
  rollUp: PlanRollUp | null = $state.raw(null)
  /** The units of the installation, by the names of the plan's date. */
  readonly units: ReadonlyMap<UnitId, Unit> = $derived.by(
    () => new Map(this.record.units.map((unit) => [unit.id, unitOn(unit, this.#date)])),
  )
  /** The same, for what may be held by a person as well. */
  readonly holderUnits: ReadonlyMap<HolderId, Unit> = $derived.by(() => new Map([...this.units]))
  /** Everybody who holds a role in the plan, themselves or through a unit. */
  readonly people: ReadonlyMap<HolderId, PlanPerson> = $derived.by(
    () => new Map(this.record.people.map((person) => [person.id, person])),
  )
  /** What was agreed about the work on each part. */
  readonly work: ReadonlyMap<PartId, PartWork> = $derived.by(
    () => new Map(this.record.parts.map((part) => [part.id, part])),
  )
  /** The units that each part is given to. */
  readonly partUnits: ReadonlyMap<PartId, readonly Unit[]> = $derived.by(
    () =>
      new Map(
        this.record.parts.map(({ id, holders }) => [
          id,
          holders.map((holder) => this.holderUnits.get(holder)).filter((unit) => unit !== undefined),
        ]),
      ),
  )

  readonly #readers = new Map<PartId, PartReader>()
  /** What stands in `targets` and `lines` for each part. */
  readonly #placedTargets: PlacedIn<TargetId, Target> = new Map()
  readonly #placedLines: PlacedIn<BudgetLineId, BudgetLine> = new Map()
  readonly #waiting = new Set<PartId>()
  #stopWaiting: (() => void) | null = null
  #numberedStyle: PlanMeta['style'] | null = null
  /** As the plan last gave it, without what is expected. */
  #givenRecord: PlanRecord
  #outlineDocument: Y.Doc
  #stopOutline: () => void
  readonly #stopRecord: () => void

  constructor(plan: OpenPlan) {
    this.plan = plan
    this.#givenRecord = plan.record
    this.record = $state.raw(plan.record)
    this.mayWriteOutline = $state(plan.mayWriteOutline)
    this.#outlineDocument = plan.outline
    const years = $derived(planYears(this.meta))
    this.cells = {
      target: (id) => this.targets.get(id)?.target,
      line: (id) => this.lines.get(id)?.line,
      lines: () => [...this.lines.values()].map(({ line }) => line),
      get years() {
        return years
      },
    }
    this.#stopOutline = this.#watchOutline()
    this.#stopRecord = plan.onChange(() => this.#recordChanged())
    this.#readSlice()
  }

  /** With the plan, or with every part of it. */
  may(action: Action): boolean {
    return this.record.may.includes(action)
  }

  /** What a unit or a person is called; empty for one that is not known here. */
  holderName(holder: HolderId): string {
    return this.holderUnits.get(holder)?.name ?? this.people.get(holder)?.name ?? ''
  }

  part(id: PartId): PartModel | undefined {
    return this.parts.get(id)
  }

  number(id: PartId): PartNumber {
    return this.numbers.get(id) ?? noNumber
  }

  /** Every place in the plan's text that quotes the target, in the order of the sheet. */
  quotesOf(target: TargetId): Quote[] {
    return this.outline.inOrder.flatMap(({ id }) => {
      const blocks = this.parts.get(id)?.blocks
      const cells = blocks === undefined ? [] : (quotesIn(blocks).get(target) ?? [])
      return cells.map(({ block, cell }) => ({ part: id, block, cell }))
    })
  }

  /** Reads at once what was waiting for the next frame; for commands that need the newest text. */
  flush(): void {
    this.#read([...this.#waiting])
  }

  /**
   * Shows a record that a request is about to bring about, before the server has told of it; the
   * next word of the server replaces it. Returns the way to take it back where it was refused.
   */
  expect(change: (record: PlanRecord) => PlanRecord): () => void {
    this.record = change(this.record)
    return () => {
      this.record = this.plan.record
    }
  }

  destroy(): void {
    this.#stopWaiting?.()
    this.#stopRecord()
    this.#stopOutline()
    for (const reader of this.#readers.values()) reader.stop()
    this.#readers.clear()
    this.#waiting.clear()
  }

  #watchOutline(): () => void {
    const outline = this.#outlineDocument
    const parts = outline.getMap('parts')
    const meta = outline.getMap('meta')
    const onParts = () => this.#readOutline()
    const onMeta = () => {
      const { style } = this.meta
      this.meta = readMeta(outline)
      if (this.meta.style !== style) this.#renumber()
    }
    parts.observeDeep(onParts)
    meta.observeDeep(onMeta)
    this.meta = readMeta(outline)
    this.#readOutline()
    return () => {
      parts.unobserveDeep(onParts)
      meta.unobserveDeep(onMeta)
    }
  }

  #readOutline() {
    const before = this.outline.byId
    this.outline = readOutline(this.#outlineDocument)
    const { byId, inOrder, deleted } = this.outline
    for (const id of [...inOrder.map((part) => part.id), ...deleted.keys()]) {
      if (!this.#readers.has(id)) this.#watchPart(id)
      else if (byId.has(id) !== before.has(id)) {
        this.#placeTargets(id)
        this.#placeLines(id)
      }
    }
    this.#renumber()
  }

  #watchPart(id: PartId) {
    const open = this.plan.part(id)
    if (!this.parts.has(id)) {
      const model = new PartModel(id, () => this.meta.period)
      model.mayWrite = open.mayWrite
      this.parts.set(id, model)
    }
    const reader = new PartReader(open.document, (byHand) => {
      this.#waiting.add(id)
      if (byHand) this.#read([id])
      else this.#wait()
    })
    this.#readers.set(id, reader)
    this.#waiting.add(id)
    this.#wait()
  }

  /** Told of connections too, which come and go by the dozen: whoever follows rights must not run for each. */
  #recordChanged() {
    const { record, mayWriteOutline, conflictsCount } = this.plan
    this.conflictsCount = conflictsCount
    let isNew = record !== this.#givenRecord || mayWriteOutline !== this.mayWriteOutline
    // After a refusal or a restored backup the sync goes on in fresh documents.
    if (this.plan.outline !== this.#outlineDocument) {
      isNew = true
      this.#stopOutline()
      this.#outlineDocument = this.plan.outline
      this.#stopOutline = this.#watchOutline()
    }
    if (record !== this.#givenRecord) this.record = this.#givenRecord = record
    this.mayWriteOutline = mayWriteOutline
    for (const [id, model] of this.parts) {
      const open = this.plan.part(id)
      const reader = this.#readers.get(id)
      if (reader !== undefined && reader.document !== open.document) {
        reader.stop()
        this.#watchPart(id)
        model.loaded = false
        isNew = true
      }
      isNew ||= model.mayWrite !== open.mayWrite
      model.mayWrite = open.mayWrite
      // A key that waits to be read is no reason to take the part, and the caret in it, away.
      model.loaded ||= open.loaded && !this.#waiting.has(id)
    }
    if (isNew) this.recordVersion += 1
  }

  #wait() {
    if (this.#stopWaiting !== null) return
    const run = () => {
      this.#stopWaiting?.()
      this.#readSlice()
    }
    const frame = requestAnimationFrame(run)
    const timer = setTimeout(run, hiddenDelay)
    this.#stopWaiting = () => {
      this.#stopWaiting = null
      cancelAnimationFrame(frame)
      clearTimeout(timer)
    }
  }

  #readSlice() {
    const slice: PartId[] = []
    let size = 0
    for (const id of this.#waiting) {
      size += this.#readers.get(id)?.waiting ?? 0
      if (slice.length > 0 && size > sliceSize) break
      slice.push(id)
    }
    this.#read(slice)
    if (this.#waiting.size > 0) this.#wait()
  }

  #read(ids: readonly PartId[]) {
    let headingsChanged = false
    for (const id of ids) {
      const model = this.parts.get(id)
      const reader = this.#readers.get(id)
      if (model === undefined || reader === undefined) continue
      const { blocks, targets, tasks, budget } = model
      const before = { blocks, targets, tasks, budget }
      const after = reader.read(before)
      this.#waiting.delete(id)
      if (after.blocks !== before.blocks) {
        model.blocks = after.blocks
        if (countTopHeadings(before.blocks) !== countTopHeadings(after.blocks)) headingsChanged = true
        if (!sameStructure(before.blocks, after.blocks)) this.#labelBlocks(model)
      }
      model.tasks = after.tasks
      if (after.budget !== before.budget) {
        model.budget = after.budget
        this.#placeLines(id)
      }
      if (after.targets !== before.targets) {
        model.targets = after.targets
        this.#placeTargets(id)
      }
      model.loaded = this.plan.part(id).loaded
    }
    if (headingsChanged) this.#renumber()
    if (this.#waiting.size === 0) this.#stopWaiting?.()
  }

  #renumber() {
    const before = this.numbers
    const { style } = this.meta
    const styleChanged = this.#numberedStyle !== style
    this.#numberedStyle = style
    const numbers = numberParts(this.outline.inOrder, style, (id) => countTopHeadings(this.parts.get(id)?.blocks ?? []))
    this.numbers = numbers
    for (const model of this.parts.values()) {
      if (styleChanged || !samePath(before.get(model.id), numbers.get(model.id))) this.#labelBlocks(model)
    }
  }

  #labelBlocks(model: PartModel) {
    model.labels = numberBlocks(model.blocks, this.number(model.id), this.meta.style)
  }

  #placeTargets(part: PartId) {
    const all = this.outline.byId.has(part) ? (this.parts.get(part)?.targets ?? []) : []
    placeEntries(this.targets, this.#placedTargets, part, all, (holder, target) => ({ part: holder, target }))
  }

  #placeLines(part: PartId) {
    const all = this.outline.byId.has(part) ? (this.parts.get(part)?.budget ?? []) : []
    placeEntries(this.lines, this.#placedLines, part, all, (holder, line) => ({ part: holder, line }))
  }
}

/** The living entries of each part. */
type PlacedIn<Id, Entry> = Map<PartId, ReadonlyMap<Id, Entry>>

/** Takes the entries of one part over into `shown`; what did not change keeps its identity. */
function placeEntries<
  Id extends string,
  Entry extends Parameters<typeof isLiving>[0] & { id: Id },
  Placed extends { part: PartId },
>(
  shown: SvelteMap<Id, Placed>,
  placedIn: PlacedIn<Id, Entry>,
  part: PartId,
  entries: readonly Entry[],
  place: (part: PartId, entry: Entry) => Placed,
): void {
  const living = new Map(entries.filter(isLiving).map((entry) => [entry.id, entry]))
  const before = placedIn.get(part)
  placedIn.set(part, living)
  for (const id of before?.keys() ?? []) {
    if (living.has(id) || shown.get(id)?.part !== part) continue
    // Moved between parts: the other part's entry may have been read first.
    const holder = [...placedIn].find(([, others]) => others.has(id))
    const entry = holder?.[1].get(id)
    if (holder === undefined || entry === undefined) shown.delete(id)
    else shown.set(id, place(holder[0], entry))
  }
  for (const [id, entry] of living) {
    if (before?.get(id) !== entry) shown.set(id, place(part, entry))
  }
}

/** Whether blocks and parts below are counted on alike. */
function samePath(a: PartNumber | undefined, b: PartNumber | undefined): boolean {
  return a?.path.join('.') === b?.path.join('.')
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

type PartQuotes = ReadonlyMap<TargetId, readonly Omit<Quote, 'part'>[]>
const quotesByBlocks = new WeakMap<readonly Block[], PartQuotes>()

/** What a part's text quotes. Kept for each list of blocks, which is never changed in place. */
function quotesIn(blocks: readonly Block[]): PartQuotes {
  const known = quotesByBlocks.get(blocks)
  if (known !== undefined) return known
  const quotes = new Map<TargetId, Omit<Quote, 'part'>[]>()
  for (const block of blocks) {
    if (block.type !== 'block') continue
    for (const inline of block.content) {
      if (inline.type !== 'reference') continue
      const cells = quotes.get(inline.target) ?? []
      cells.push({ block: block.id, cell: inline.cell })
      quotes.set(inline.target, cells)
    }
  }
  quotesByBlocks.set(blocks, quotes)
  return quotes
}
