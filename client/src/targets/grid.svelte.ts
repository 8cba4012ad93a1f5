/**
 * The state of one table of registers on the screen: its rows and columns, the caret, the
 * selection, the cell being edited, and what keys and clipboard do to them. Caret and selection
 * hold on to ids, so that rows which others add or delete do not move them. Markup and DOM are
 * RegisterGrid.svelte's.
 */
import type { PartId } from '@soanchung/shared/ids.ts'
import type { ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import type { CellNames } from '@soanchung/shared/targets/formula-text.ts'
import { noEntries } from '@soanchung/shared/targets/register.ts'
import {
  columnsOf,
  contextOf,
  rowsOf,
  totalOf,
  type TableColumn,
  type TableRow,
} from '@soanchung/shared/targets/view.ts'
import {
  cellOf,
  sumOf,
  type CellContext,
  type EntryRow,
  type TableCell,
  type ViewSource,
} from '@soanchung/shared/targets/view-cells.ts'
import { titleOf } from '../plan/outline-tree.svelte.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'
import { m } from '../paraglide/messages.js'
import { cellRefOf, editText, isDerived, readCell, type Reading } from './cells.ts'
import { explanation, faultText, refusalText } from './cell-words.ts'
import { beginsFormula, wantsCell, withCell } from './formula-draft.ts'
import { fillDown, planPaste, type PasteProblem } from './paste.ts'
import { addEntries, mayWrite, moveEntry, writeEntries } from './register-edit.ts'
import { blockOf, stepFrom, type CellBlock, type Extent, type Place, type Step } from './selection.ts'

export type GridView = Pick<ViewBlock, 'register' | 'scope' | 'columns' | 'group' | 'order' | 'filter' | 'subtotals'>

interface GridSetup {
  view: GridView
  /** Where the table stands, and where new rows go; null where no part is meant. */
  part: PartId | null
}

/** A place by ids, with the index where it stood last. */
interface Held {
  id: string
  key: string
  row: number
}

interface Editing {
  draft: string
  /** Where the caret stands in the draft. */
  caret: number
  /** The cell right before the caret was chosen with the pointer: the next one takes its place. */
  isPointing: boolean
  /** What stood there; typing it back writes nothing. */
  before: string
  error: string | null
}

/** The table in which a formula is being written: a press on a cell of any table of the plan goes into it. */
const writing = new WeakMap<PlanModel, Grid>()

export class Grid {
  readonly model: PlanModel
  readonly #setup: () => GridSetup
  #anchor: Held | null = $state.raw(null)
  #focus: Held | null = $state.raw(null)
  editing: Editing | null = $state.raw(null)
  /** What the last command did or could not do; read aloud. */
  message = $state('')
  /** Esc was pressed: the next Tab goes on to what follows the table. */
  isReleased = false
  /** Tab sets out from here, and Enter returns to it. */
  #tabbedFrom: number | null = null

  readonly view: GridView = $derived.by(() => this.#setup().view)
  readonly #source: ViewSource = $derived.by(() => sourceOf(this.model, this.#setup(), this.#names))
  readonly columns: TableColumn[] = $derived.by(() => columnsOf(this.view, this.model.meta))
  readonly rows: readonly TableRow[] = $derived.by(() => {
    const next = rowsOf(this.view, this.#source, this.#setup().part)
    return (this.#kept = keepRows(this.#kept, next))
  })
  readonly context: CellContext & { names: CellNames } = $derived.by(() => ({
    ...contextOf(this.rows, this.#source),
    names: this.#names,
  }))
  readonly total: TableCell[] | null = $derived.by(() =>
    this.view.register === 'budget' && this.rows.length > 0
      ? this.columns.map((column) => totalOf(this.rows, column.key, this.context))
      : null,
  )
  readonly #rowIndex: ReadonlyMap<string, number> = $derived.by(
    () => new Map(this.rows.map((row, index) => [row.id, index])),
  )
  readonly #columnIndex: ReadonlyMap<string, number> = $derived.by(
    () => new Map(this.columns.map((column, index) => [column.key, index])),
  )
  /** The cell with the caret; the first cell that can be typed into until one is chosen. */
  readonly focus: Place = $derived.by(() => this.#placeOf(this.#focus))
  readonly selected: CellBlock = $derived.by(() =>
    blockOf({ anchor: this.#anchor === null ? this.focus : this.#placeOf(this.#anchor), focus: this.focus }),
  )
  #kept: readonly TableRow[] = []
  /** Asked for the names of the whole plan only where one is needed. */
  readonly #names: CellNames

  constructor(model: PlanModel, setup: () => GridSetup) {
    this.model = model
    this.#setup = setup
    this.#names = {
      nameOf: (ref) => model.names.nameOf(ref),
      find: (words) => model.names.find(words),
      all: () => model.names.all(),
    }
  }

  cell(row: EntryRow, key: string): TableCell {
    return cellOf(row, key, this.context)
  }

  /** The sums of a group of rows, in the order of the columns. */
  subtotals(members: readonly EntryRow[]): TableCell[] {
    return this.columns.map(({ key }) => sumOf(members, key, this.context))
  }

  /** Where the figure of a cell comes from, or why there is none; null where its words say all. */
  explain(row: EntryRow, key: string, cell: TableCell): string | null {
    const isPlain = cell.kind !== 'unread' && cell.kind !== 'problem' && cell.isDerived !== true
    return isPlain ? null : explanation(row, key, cell, this.context, this.reading)
  }

  /** What typed words are read with. */
  get reading(): Reading {
    const { model, context } = this
    return {
      scale: context.scale,
      cells: context.cells,
      names: this.#names,
      get units() {
        return [...model.units.values()]
      },
      get targets() {
        return [...model.targets.values()].map(({ target }) => target)
      },
    }
  }

  /** The row and column with the caret; null in an empty table. */
  get current(): { row: EntryRow; column: TableColumn } | null {
    const row = this.rows[this.focus.row]
    const column = this.columns[this.focus.column]
    return row?.kind === 'entry' && column !== undefined ? { row, column } : null
  }

  /** Why the cell may not be written; null where it may. */
  refusal = (row: EntryRow, key: string): string | null => {
    if (!mayWrite(this.model, row.part)) {
      const units = (this.model.partUnits.get(row.part) ?? []).map((unit) => unit.name).join(', ')
      return units === '' ? m.targets_readonly() : m.targets_readonly_unit({ units })
    }
    if (key === 'number') return m.targets_derived_number()
    if (key === 'total') return m.targets_derived_total()
    if (key.startsWith('result.')) return m.targets_derived_result()
    return isDerived(key) ? m.targets_derived_part() : null
  }

  /** Where new rows go; null where the person may not write there. */
  get newRowsIn(): PartId | null {
    const { part } = this.#setup()
    return part !== null && mayWrite(this.model, part) ? part : null
  }

  select(place: Place, extend = false): void {
    const held = this.#hold(place)
    this.#focus = held
    if (!extend) this.#anchor = held
    this.#tabbedFrom = null
    this.message = ''
  }

  selectAll(): void {
    const first = this.rows.findIndex((row) => row.kind === 'entry')
    if (first < 0) return
    this.#anchor = this.#hold({ row: this.rows.length - 1, column: this.columns.length - 1 })
    this.#focus = this.#hold({ row: first, column: 0 })
  }

  selectRow(row: number): void {
    this.#anchor = this.#hold({ row, column: this.columns.length - 1 })
    this.#focus = this.#hold({ row, column: 0 })
  }

  /** False where the step leaves the table. */
  step(step: Step, extend = false): boolean {
    const to = stepFrom(this.focus, step, this.#extent())
    if (to === null) return false
    const from = this.#tabbedFrom ?? this.focus.column
    this.select(to, extend)
    if (step === 'next') this.#tabbedFrom = from
    return true
  }

  /** Enter goes down, after Tab from the column where it set out. */
  enter(direction: 'up' | 'down'): void {
    const column = this.#tabbedFrom
    this.step(direction)
    if (column !== null) this.select({ row: this.focus.row, column })
  }

  /** Begins to edit: with what stands there, or with what was typed in its place. */
  edit(typed?: string): void {
    const { current } = this
    if (current === null || this.editing !== null) return
    const reason = this.refusal(current.row, current.column.key)
    if (reason !== null) {
      this.message = reason
      return
    }
    const before = editText(current.row, current.column.key, this.context)
    const draft = typed ?? before
    this.#write({ draft, before, caret: draft.length, isPointing: false, error: null })
    this.message = ''
  }

  type(draft: string, caret = draft.length): void {
    if (this.editing === null) this.edit(draft)
    else this.#write({ ...this.editing, draft, caret, isPointing: false, error: null })
  }

  moveCaret(caret: number): void {
    if (this.editing !== null && this.editing.caret !== caret) {
      this.editing = { ...this.editing, caret, isPointing: false }
    }
  }

  cancel(): void {
    this.#write(null)
  }

  /** Takes a cell that was pressed into the formula that is being written, in whichever table; false where none waits for one. */
  pointAt(row: EntryRow, key: string): boolean {
    const writer = writing.get(this.model)
    const written = writer?.editing ?? null
    const ref = cellRefOf(row, key)
    if (writer === undefined || written === null || ref === null) return false
    if (!wantsCell(written) && !written.isPointing) return false
    const name = this.#names.nameOf(ref)
    if (name === null) return false
    writer.insertCell(name, true)
    return true
  }

  insertCell(name: string, isPointing = false): void {
    if (this.editing !== null)
      this.#write({ ...this.editing, ...withCell(this.editing, name), isPointing, error: null })
  }

  #write(editing: Editing | null): void {
    this.editing = editing
    if (editing !== null && beginsFormula(editing.draft)) writing.set(this.model, this)
    else if (writing.get(this.model) === this) writing.delete(this.model)
  }

  /** Writes a text into any cell. What is wrong with it where it has no place, else null. */
  write(row: EntryRow, key: string, text: string): string | null {
    const reason = this.refusal(row, key)
    if (reason !== null) return reason
    const { reading } = this
    const read = readCell(row, key, text, reading)
    if (!read.ok) return refusalText(read)
    this.writeFields(row, read.fields)
    this.message = read.unread ? faultText(row, key, text, reading) : ''
    return null
  }

  /** Writes cells whose values are chosen, not typed. */
  writeFields(row: EntryRow, fields: Record<string, unknown>): void {
    writeEntries(this.model, [{ register: row.register, part: row.part, id: row.id, fields }])
  }

  /** Writes what was typed. False where it has no place; the cell then stays open and says why. */
  commit(): boolean {
    const { current, editing } = this
    if (editing === null) return true
    if (current === null || editing.draft === editing.before) {
      this.#write(null)
      return true
    }
    const error = this.write(current.row, current.column.key, editing.draft)
    this.#write(error === null ? null : { ...editing, error })
    return error === null
  }

  /** Empties the selected cells. */
  clear(): void {
    const { selected } = this
    this.#put([['']], selected, () => '')
  }

  /** The texts of the selected cells, as they are shown. */
  selectedTexts(): string[][] {
    const { top, bottom, left, right } = this.selected
    const columns = this.columns.slice(left, right + 1)
    return this.rows
      .slice(top, bottom + 1)
      .flatMap((row) => (row.kind === 'entry' ? [columns.map((column) => this.cell(row, column.key).text)] : []))
  }

  paste(texts: readonly (readonly string[])[]): void {
    if (texts.length === 0) {
      this.message = m.targets_paste_empty()
      return
    }
    this.#put(texts, this.selected, (cells, unread) =>
      unread === 0 ? m.targets_pasted({ cells }) : m.targets_pasted_unread({ cells, unread }),
    )
  }

  fillDown(): void {
    const fill = fillDown(this.selected, this.rows)
    const from = fill === null ? undefined : this.rows[fill.from]
    if (fill === null || from?.kind !== 'entry') return
    const columns = this.columns.slice(fill.onto.left, fill.onto.right + 1)
    const { selected } = this
    this.#put([columns.map((column) => editText(from, column.key, this.context))], fill.onto, (cells) =>
      m.targets_filled({ cells }),
    )
    this.#anchor = this.#hold({ row: selected.top, column: selected.left })
    this.#focus = this.#hold({ row: selected.bottom, column: selected.right })
  }

  /** A new row at the end, or behind the caret's row; the caret goes to its name. */
  addRow(behind?: EntryRow): void {
    const part = behind?.part ?? this.newRowsIn
    const column = this.columns.findIndex(({ key }) => key === 'name')
    if (part === null) {
      this.message = m.targets_readonly()
      return
    }
    const { register, filter } = this.view
    const unit = filter?.unit ?? (register === 'budget' ? undefined : this.model.partUnits.get(part)?.[0]?.id)
    const fields = {
      ...(unit === undefined ? {} : { [register === 'tasks' ? 'lead' : 'responsible']: unit }),
      ...(register === 'budget' && filter?.source !== undefined ? { source: filter.source } : {}),
    }
    const added = addEntries(this.model, { register, part, ...(behind === undefined ? {} : { after: behind.id }) }, [
      fields,
    ])
    const row = added === null ? undefined : this.#rowIndex.get(added[0] ?? '')
    if (row !== undefined) this.select({ row, column: Math.max(0, column) })
    else if (added !== null) this.message = m.targets_added_hidden()
  }

  /** Moves the caret's row past its neighbour, within its group and part. */
  moveRow(direction: 'up' | 'down'): void {
    const { current } = this
    if (current === null) return
    const beside = this.rows[this.focus.row + (direction === 'up' ? -1 : 1)]
    const neighbour = beside?.kind === 'entry' ? beside : undefined
    const reason = this.refusal(current.row, 'name')
    if (reason !== null) this.message = reason
    else if (this.view.order !== undefined) this.message = m.targets_sorted()
    else if (!moveEntry(this.model, current.row, neighbour, direction)) this.message = m.targets_cannot_move()
  }

  #put(texts: readonly (readonly string[])[], onto: CellBlock, done: (cells: number, unread: number) => string): void {
    const { view, newRowsIn } = this
    const planned = planPaste(texts, onto, {
      register: view.register,
      newRowsIn: view.scope === 'part' && this.#isInOrder() ? newRowsIn : null,
      rows: this.rows,
      columns: this.columns,
      reading: this.reading,
      refusal: (row, key) => (isDerived(key) ? null : this.refusal(row, key)),
    })
    if (!planned.ok) {
      this.message = problemText(planned.problem)
      return
    }
    const { paste } = planned
    if (!writeEntries(this.model, paste.writes)) {
      this.message = m.targets_readonly()
      return
    }
    if (paste.added.length > 0 && newRowsIn !== null) {
      addEntries(this.model, { register: view.register, part: newRowsIn }, paste.added)
    }
    this.#anchor = this.#hold({ row: paste.covered.top, column: paste.covered.left })
    this.#focus = this.#hold({ row: paste.covered.bottom, column: paste.covered.right })
    const leftOut = paste.leftOut.length > 0 ? ` ${m.targets_left_out({ columns: paste.leftOut.join(', ') })}` : ''
    this.message = (done(paste.cells, paste.unread) + leftOut).trim()
  }

  /** Rows stand as in the register, all of them, so that a new one stands at the end. */
  #isInOrder(): boolean {
    const { group, order, filter } = this.view
    return group === 'none' && order === undefined && filter === undefined
  }

  #extent(): Extent {
    return {
      rows: this.rows.length,
      columns: this.columns.length,
      isHeading: (row) => this.rows[row]?.kind === 'group',
    }
  }

  #hold(place: Place): Held | null {
    const row = this.rows[place.row]
    const column = this.columns[place.column]
    return row === undefined || column === undefined ? null : { id: row.id, key: column.key, row: place.row }
  }

  #placeOf(held: Held | null): Place {
    const { rows } = this
    const named = this.#columnIndex.get('name') ?? 0
    const column = held === null ? named : (this.#columnIndex.get(held.key) ?? named)
    const known = held === null ? 0 : (this.#rowIndex.get(held.id) ?? Math.min(held.row, rows.length - 1))
    if (rows[known]?.kind !== 'group') return { row: Math.max(0, known), column }
    const below = rows.findIndex((row, index) => index > known && row.kind === 'entry')
    return { row: below < 0 ? known : below, column }
  }
}

function sourceOf(model: PlanModel, { view, part }: GridSetup, names: CellNames): ViewSource {
  const own = part === null ? [] : [part]
  const ids = view.scope === 'part' ? own : model.outline.inOrder.map((one) => one.id)
  const parts = ids.map((id) => {
    const { targets, tasks, budget } = model.part(id) ?? noEntries
    return { id, title: partTitle(model, id), targets, tasks, budget }
  })
  return {
    meta: model.meta,
    parts,
    units: [...model.units.values()],
    cells: model.cells,
    names,
    results: model.results,
  }
}

/** "II. Mục tiêu", as the outline shows it. */
export function partTitle(model: PlanModel, id: PartId): string {
  const part = model.outline.byId.get(id)
  return `${model.number(id).label} ${part === undefined ? '' : titleOf(part)}`.trim()
}

/** Rows whose entry and number did not change keep their identity, so that their cells are not read again. */
function keepRows(before: readonly TableRow[], next: readonly TableRow[]): TableRow[] {
  const known = new Map(before.map((row) => [row.id as string, row]))
  return next.map((row) => {
    const old = known.get(row.id)
    if (old === undefined || row.kind === 'group' || old.kind === 'group') return row
    return old.entry === row.entry && old.number === row.number && old.part === row.part ? old : row
  })
}

function problemText(problem: PasteProblem): string {
  switch (problem.kind) {
    case 'rows':
      return m.targets_paste_rows({ have: problem.have, need: problem.need })
    case 'columns':
      return m.targets_paste_columns({ have: problem.have, need: problem.need })
    case 'refused':
      return m.targets_paste_refused({ row: problem.row, reason: problem.reason })
    case 'unknown-unit':
      return m.targets_paste_unit({ row: problem.row, text: problem.text })
    case 'unknown-target':
      return m.targets_paste_target({ row: problem.row, text: problem.text })
    case 'too-long':
      return m.targets_paste_long({ row: problem.row, column: problem.column })
  }
}
