/**
 * The state of one table of registers on the screen: its rows and columns, the caret, the
 * selection, the cell being edited, and what keys and clipboard do to them. Caret and selection
 * hold on to ids, so that rows which others add or delete do not move them. Markup and DOM are
 * RegisterGrid.svelte's.
 */
import type { PartId, UnitId } from '@soanchung/shared/ids.ts'
import type { ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import {
  cellOf,
  columnsOf,
  contextOf,
  rowsOf,
  totalOf,
  type CellContext,
  type EntryRow,
  type TableCell,
  type TableColumn,
  type TableRow,
  type ViewSource,
} from '@soanchung/shared/targets/view.ts'
import { titleOf } from '../plan/outline-tree.svelte.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'
import { m } from '../paraglide/messages.js'
import { foldText } from '@soanchung/shared/fold.ts'
import { editText, isDerived, readCell } from './cells.ts'
import { fillDown, planPaste, type PasteProblem } from './paste.ts'
import { addEntries, mayWrite, moveEntry, writeEntries } from './register-edit.ts'
import { blockOf, stepFrom, type CellBlock, type Extent, type Place, type Step } from './selection.ts'

export type GridView = Pick<ViewBlock, 'register' | 'scope' | 'columns' | 'group'>

/** Rows are shown where their words hold `text`, and their unit is `unit` (of the entry, or of its part). */
export interface GridFilter {
  text: string
  unit: string | null
}

interface GridSetup {
  view: GridView
  /** Where the table stands, and where new rows go; null where no part is meant. */
  part: PartId | null
  filter?: GridFilter | undefined
}

/** A place by ids, with the index where it stood last. */
interface Held {
  id: string
  key: string
  row: number
}

interface Editing {
  draft: string
  /** What stood there; typing it back writes nothing. */
  before: string
  error: string | null
}

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
  readonly #source: ViewSource = $derived.by(() => sourceOf(this.model, this.#setup()))
  readonly columns: TableColumn[] = $derived.by(() => columnsOf(this.view, this.model.meta))
  readonly rows: readonly TableRow[] = $derived.by(() => {
    const next = rowsOf(this.view, this.#source, this.#setup().part)
    return (this.#kept = keepRows(this.#kept, next))
  })
  readonly context: CellContext = $derived.by(() => contextOf(this.rows, this.#source))
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

  constructor(model: PlanModel, setup: () => GridSetup) {
    this.model = model
    this.#setup = setup
  }

  cell(row: EntryRow, key: string): TableCell {
    return cellOf(row, key, this.context)
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
    this.editing = { draft: typed ?? before, before, error: null }
    this.message = ''
  }

  type(draft: string): void {
    if (this.editing === null) this.edit(draft)
    else this.editing = { ...this.editing, draft, error: null }
  }

  cancel(): void {
    this.editing = null
  }

  /** Writes a text into any cell. What is wrong with it where it has no place, else null. */
  write(row: EntryRow, key: string, text: string): string | null {
    const reason = this.refusal(row, key)
    if (reason !== null) return reason
    const read = readCell(row, key, text, { scale: this.context.scale, units: [...this.model.units.values()] })
    if (!read.ok) return read.problem === 'too-long' ? m.targets_too_long() : m.targets_unknown_unit({ text })
    writeEntries(this.model, [{ register: row.register, part: row.part, id: row.id, fields: read.fields }])
    return null
  }

  writeUnit(row: EntryRow, responsible: UnitId | null): void {
    writeEntries(this.model, [{ register: row.register, part: row.part, id: row.id, fields: { responsible } }])
  }

  /** Writes what was typed. False where it has no place; the cell then stays open and says why. */
  commit(): boolean {
    const { current, editing } = this
    if (editing === null) return true
    if (current === null || editing.draft === editing.before) {
      this.editing = null
      return true
    }
    const error = this.write(current.row, current.column.key, editing.draft)
    this.editing = error === null ? null : { ...editing, error }
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
    const unit = this.model.partUnits.get(part)?.[0]?.id
    const fields = this.view.register === 'targets' && unit !== undefined ? { responsible: unit } : {}
    const added = addEntries(
      this.model,
      { register: this.view.register, part, ...(behind === undefined ? {} : { after: behind.id }) },
      [fields],
    )
    const row = added === null ? undefined : this.#rowIndex.get(added[0] ?? '')
    if (row !== undefined) this.select({ row, column: Math.max(0, column) })
  }

  /** Moves the caret's row past its neighbour, within its group and part. */
  moveRow(direction: 'up' | 'down'): void {
    const { current } = this
    if (current === null) return
    const beside = this.rows[this.focus.row + (direction === 'up' ? -1 : 1)]
    const neighbour = beside?.kind === 'entry' ? beside : undefined
    const reason = this.refusal(current.row, 'name')
    if (reason !== null) this.message = reason
    else if (!moveEntry(this.model, current.row, neighbour, direction)) this.message = m.targets_cannot_move()
  }

  #put(texts: readonly (readonly string[])[], onto: CellBlock, done: (cells: number, unread: number) => string): void {
    const { view, newRowsIn } = this
    const planned = planPaste(texts, onto, {
      register: view.register,
      newRowsIn: view.scope === 'part' && view.group === 'none' && !this.#isFiltered() ? newRowsIn : null,
      rows: this.rows,
      columns: this.columns,
      context: { ...this.context, units: this.model.units },
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

  #isFiltered(): boolean {
    const { filter } = this.#setup()
    return filter !== undefined && (filter.text !== '' || filter.unit !== null)
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

function sourceOf(model: PlanModel, { view, part, filter }: GridSetup): ViewSource {
  const own = part === null ? [] : [part]
  const ids = view.scope === 'part' ? own : model.outline.inOrder.map((one) => one.id)
  const parts = ids.map((id) => {
    const { targets = [], budget = [] } = model.part(id) ?? {}
    return { id, title: partTitle(model, id), targets, budget }
  })
  const units = [...model.units.values()]
  if (filter === undefined) return { meta: model.meta, parts, units }
  const sought = foldText(filter.text)
  const fits = (words: string) => sought === '' || foldText(words).includes(sought)
  return {
    meta: model.meta,
    units,
    parts: parts.map((one) => ({
      ...one,
      targets: one.targets.filter(
        (entry) => fits(`${entry.name} ${entry.note}`) && (filter.unit === null || entry.responsible === filter.unit),
      ),
      budget: one.budget.filter(
        (entry) =>
          fits(`${entry.name} ${entry.source} ${entry.note}`) &&
          (filter.unit === null || (model.partUnits.get(one.id) ?? []).some((unit) => unit.id === filter.unit)),
      ),
    })),
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
    case 'too-long':
      return m.targets_paste_long({ row: problem.row, column: problem.column })
  }
}
