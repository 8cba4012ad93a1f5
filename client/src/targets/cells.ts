/**
 * What a person types into a cell, and what of it is written into the register. Text that should
 * be a quantity or a formula and cannot be read is kept as typed; only what has no place at all (an
 * unknown unit or target, too long a text) is refused. A formula that refers to no cell is reckoned
 * at once; any other is stored, and its result is derived wherever it is shown.
 */
import type { TargetId, UnitId } from '@soanchung/shared/ids.ts'
import type { Unit } from '@soanchung/shared/protocol.ts'
import { parseDue } from '@soanchung/shared/targets/due.ts'
import { cellFigure, type CellRef, type CellSource, type Figure } from '@soanchung/shared/targets/formula.ts'
import { formatFormula, isFormulaText, readFormula, type CellNames } from '@soanchung/shared/targets/formula-text.ts'
import { isNoun, type Frequency, type Measure, type Quantity } from '@soanchung/shared/targets/quantity.ts'
import { quantityFault } from '@soanchung/shared/targets/quantity-fault.ts'
import { parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import type { ValueContent } from '@soanchung/shared/targets/register.ts'
import { foldText } from '@soanchung/shared/fold.ts'
import { cellOf, readMeasureWords, type CellContext, type EntryRow } from '@soanchung/shared/targets/view-cells.ts'

/** What typed words are read with: units, targets and cells by their names, and the plan's figures. */
export interface Reading extends Pick<CellContext, 'scale' | 'cells'> {
  units: readonly Unit[]
  /** Every living target of the plan. */
  targets: readonly { id: TargetId; name: string }[]
  names: CellNames
}

/** Why a text has no place in a cell; `text` is the part of it that nothing was found for. */
export interface CellRefusal {
  why: 'unknown-unit' | 'unknown-target' | 'too-long'
  text: string
}

/** `unread`: it is kept as typed, because it is no quantity. */
export type CellWrite = { ok: true; fields: Record<string, unknown>; unread: boolean } | ({ ok: false } & CellRefusal)

const longest = { text: 2000, typed: 500, noun: 200 }

/** Columns that nobody types into. */
export function isDerived(key: string): boolean {
  return key === 'number' || key === 'total' || key === 'part' || key.startsWith('result.')
}

export function isFigure(key: string): boolean {
  return key === 'baseline' || key === 'price' || /^(value|amount|quantity)\./.test(key)
}

/** Columns that hold one unit. */
export function isUnitColumn(key: string): boolean {
  return key === 'responsible' || key === 'lead'
}

/** The cell as formulas refer to it; null where none can. */
export function cellRefOf(row: EntryRow, key: string): CellRef | null {
  if (!isFigure(key) && key !== 'total') return null
  if (row.register === 'targets') return { of: 'target', id: row.id, field: key }
  return row.register === 'budget' ? { of: 'line', id: row.id, field: key } : null
}

/** What somebody typed into a value cell; null where it is empty, or derived. */
export function contentOf(row: EntryRow, key: string): ValueContent | null {
  const year = key.slice(key.indexOf('.') + 1)
  if (row.register === 'targets') {
    return (key === 'baseline' ? row.entry.baseline : key.startsWith('value.') ? row.entry.values[year] : null) ?? null
  }
  if (row.register === 'tasks') return null
  if (key === 'price') return row.entry.price
  const { amounts, quantities } = row.entry
  return (key.startsWith('amount.') ? amounts[year] : key.startsWith('quantity.') ? quantities[year] : null) ?? null
}

/** The text that stands in a cell when editing begins; typing it back changes nothing. */
export function editText(row: EntryRow, key: string, context: CellContext & { names: CellNames }): string {
  if (isDerived(key)) return ''
  const content = contentOf(row, key)
  if (content !== null && 'formula' in content) return formatFormula(content.formula, context.names)
  return content === null && isFigure(key) ? '' : cellOf(row, key, context).text
}

/** What typing `text` into the cell writes. An empty text clears it. */
export function readCell(row: EntryRow, key: string, text: string, reading: Reading): CellWrite {
  const words = text.normalize('NFC').replace(/\s+/g, ' ').trim()
  const most = isFigure(key) || key === 'due' ? longest.typed : key === 'noun' ? longest.noun : longest.text
  if (words.length > most && !isFormulaText(words)) return { ok: false, why: 'too-long', text: words }
  if (isUnitColumn(key)) return readUnit(key, words, reading.units)
  if (isFigure(key)) return readFigure(row, key, words, reading)
  switch (key) {
    case 'measure':
      return write(row.register === 'targets' ? measureFields(row, readMeasureWords(words)) : {})
    case 'noun':
      return write(row.register === 'budget' ? nounFields(row, words) : {})
    case 'partners':
      return write({ partners: readPartners(words, reading.units) })
    case 'due':
      return write({ due: parseDue(words) })
    case 'serves':
      return readServes(row, words, reading.targets)
    default:
      return write({ [key]: words })
  }
}

function write(fields: Record<string, unknown>, unread = false): CellWrite {
  return { ok: true, fields, unread }
}

/** In which measure a bare number in the cell is meant. */
export function measureOfCell(row: EntryRow, key: string, scale: CellContext['scale']): Measure {
  if (row.register === 'targets') return row.entry.measure
  if (row.register === 'budget' && key.startsWith('quantity.')) return nounMeasure(row.entry.noun)
  return { kind: 'money', scale }
}

function nounMeasure(noun: string): Measure {
  return { kind: 'count', noun: isNoun(noun) ? noun : '' }
}

function readFigure(row: EntryRow, key: string, words: string, reading: Reading): CellWrite {
  if (isFormulaText(words)) return readFormulaCell(row, key, words, reading)
  const measure = measureOfCell(row, key, reading.scale)
  // "500.000 đồng/lớp": of what the price is, the column beside it says.
  const figure = key === 'price' ? words.replace(/\s*\/\s*\p{L}[\p{L} ]*$/u, '') : words
  const isFaulty = quantityFault(figure, measure, reading.cells.years) !== null
  const quantity = words === '' || isFaulty ? null : parseQuantity(figure, measure)
  const fits = row.register === 'targets' || quantity?.measure.kind === measure.kind
  if (quantity === null || !fits) return write({ [key]: { typed: words } }, words !== '')
  return write(quantityFields(row, key, quantity))
}

/** The first measure or noun that is typed into a row without one becomes the row's. */
function quantityFields(row: EntryRow, key: string, read: Quantity): Record<string, unknown> {
  if (row.register === 'targets') {
    const { measure, frequency } = row.entry
    const quantity: Quantity = read.frequency === undefined && frequency !== null ? { ...read, frequency } : read
    const adopts = isBare(measure) && !isBare(quantity.measure)
    const adopted = adopts ? measureFields(row, { measure: quantity.measure, frequency }) : {}
    return { ...adopted, [key]: { quantity } }
  }
  if (row.register !== 'budget' || read.measure.kind !== 'count') return { [key]: { quantity: read } }
  const adopts = row.entry.noun === '' && read.measure.noun !== ''
  return { ...(adopts ? nounFields(row, read.measure.noun) : {}), [key]: { quantity: read } }
}

function readFormulaCell(row: EntryRow, key: string, words: string, reading: Reading): CellWrite {
  const read = readFormula(words, reading.names)
  if (!read.ok) {
    const typed = words.slice(0, longest.typed)
    return typed === words ? write({ [key]: { typed } }, true) : { ok: false, why: 'too-long', text: words }
  }
  const figure = read.hasCells ? null : reckonedFigure(row, key, read.formula, reading)
  if (figure?.kind === 'quantity') return write(quantityFields(row, key, figure.quantity))
  return write({ [key]: { formula: read.formula } })
}

/** What a formula would come to in the cell. Bare numbers beside money are in the table's scale where no cell has another. */
export function reckonedFigure(
  row: EntryRow,
  key: string,
  formula: string,
  { cells, scale }: Pick<Reading, 'cells' | 'scale'>,
): Figure {
  const ref = cellRefOf(row, key)
  if (ref === null) return { kind: 'empty' }
  const figure = figureIn(withFields(row, { [key]: { formula } }), ref, cells)
  const isBareMoney =
    figure.kind === 'problem' && figure.problem.why === 'measure' && /^[\d\s.+\-*/(),]+$/.test(formula)
  if (!isBareMoney || measureOfCell(row, key, scale).kind !== 'money' || row.register !== 'budget') return figure
  // As a count it is a plain sum; its words are then money.
  const counted = withFields(row, { 'quantity.0000': { formula }, noun: '' })
  const plain = figureIn(counted, { of: 'line', id: row.id, field: 'quantity.0000' }, cells)
  return plain.kind === 'quantity'
    ? { ...plain, quantity: { ...plain.quantity, measure: { kind: 'money', scale } } }
    : plain
}

function figureIn(row: EntryRow, ref: CellRef, cells: CellSource): Figure {
  const { register, id } = row
  const changed: CellSource = {
    years: cells.years,
    target: (one) => (register === 'targets' && one === id ? row.entry : cells.target(one)),
    line: (one) => (register === 'budget' && one === id ? row.entry : cells.line(one)),
    lines: () =>
      register === 'budget' ? [...[...cells.lines()].filter((line) => line.id !== id), row.entry] : cells.lines(),
  }
  return cellFigure(changed, ref)
}

function isBare(measure: Measure): boolean {
  return measure.kind === 'count' && measure.noun === ''
}

interface RowMeasure {
  measure: Measure
  frequency: Frequency | null
}

/** A target's new measure, with the values that were written in its old one. */
function measureFields(row: EntryRow & { register: 'targets' }, next: RowMeasure): Record<string, unknown> {
  const { baseline, values, measure, frequency } = row.entry
  const contents: Record<string, ValueContent | null> = { baseline }
  for (const [year, content] of Object.entries(values)) contents[`value.${year}`] = content
  return { ...next, ...relabelled(contents, { measure, frequency }, next) }
}

/** A budget line's new noun, with the quantities that were counted by its old one. */
function nounFields(row: EntryRow & { register: 'budget' }, noun: string): Record<string, unknown> {
  const { quantities } = row.entry
  const contents = Object.fromEntries(
    Object.entries(quantities).map(([year, content]) => [`quantity.${year}`, content]),
  )
  const [before, next] = [row.entry.noun, noun].map((one) => ({ measure: nounMeasure(one), frequency: null }))
  if (before === undefined || next === undefined) return { noun }
  return { noun, ...relabelled(contents, before, next) }
}

function relabelled(
  contents: Readonly<Record<string, ValueContent | null>>,
  before: RowMeasure,
  next: RowMeasure,
): Record<string, ValueContent> {
  const fields: Record<string, ValueContent> = {}
  for (const [key, content] of Object.entries(contents)) {
    const changed = content === null ? null : inNextMeasure(content, before, next)
    if (changed !== null) fields[key] = changed
  }
  return fields
}

/** Null where the content has a measure of its own, or would not change. */
function inNextMeasure(content: ValueContent, before: RowMeasure, next: RowMeasure): ValueContent | null {
  if ('formula' in content) return null
  if ('typed' in content) {
    const read = parseQuantity(content.typed, next.measure)
    return read === null ? null : { quantity: read }
  }
  const { frequency, ...quantity } = content.quantity
  const isRows = JSON.stringify(quantity.measure) === JSON.stringify(before.measure) || isBare(quantity.measure)
  const often = (frequency ?? null) === before.frequency ? next.frequency : (frequency ?? null)
  const changed = {
    ...quantity,
    measure: isRows ? next.measure : quantity.measure,
    ...(often === null ? {} : { frequency: often }),
  }
  return JSON.stringify(changed) === JSON.stringify(content.quantity) ? null : { quantity: changed }
}

/** Units whose symbol or name the words begin or stand in, the best fit first. */
export function unitsLike<One extends Pick<Unit, 'name' | 'symbol'>>(words: string, units: Iterable<One>): One[] {
  return ranked(words, units, (unit) => [unit.name, unit.symbol])
}

/** The same for whatever has names. */
export function ranked<One>(words: string, all: Iterable<One>, namesOf: (one: One) => readonly string[]): One[] {
  const sought = foldText(words)
  const rank = (one: One): number => {
    const names = namesOf(one).map(foldText)
    if (names.includes(sought)) return 0
    if (names.some((name) => name.startsWith(sought))) return 1
    return names.some((name) => name.includes(sought)) ? 2 : 3
  }
  return [...all]
    .map((one) => ({ one, rank: rank(one) }))
    .filter((found) => found.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map((found) => found.one)
}

/** The one that the words name, or that alone they can mean. */
function meant<One>(words: string, all: readonly One[], namesOf: (one: One) => readonly string[]): One | undefined {
  const exact = all.find((one) => namesOf(one).includes(words))
  const like = ranked(words, all, namesOf)
  const same = like.filter((one) => namesOf(one).some((name) => foldText(name) === foldText(words)))
  return exact ?? (same.length === 1 ? same[0] : like.length === 1 ? like[0] : undefined)
}

function readUnit(key: string, words: string, units: Reading['units']): CellWrite {
  if (words === '') return write({ [key]: null })
  const found = meant(words, units, ({ name, symbol }) => [name, symbol])
  return found === undefined ? { ok: false, why: 'unknown-unit', text: words } : write({ [key]: found.id })
}

/**
 * The stretches of a list: names may hold its separator themselves ("Phòng Văn hoá, Thông tin"), so
 * the longest run of pieces that is a name is one.
 */
function readList<One>(
  words: string,
  separator: ',' | ';',
  find: (name: string) => One | undefined,
): ({ one: One } | { words: string })[] {
  const pieces = words.split(separator).map((piece) => piece.trim())
  const read: ({ one: One } | { words: string })[] = []
  for (let at = 0; at < pieces.length;) {
    let end = pieces.length
    let one: One | undefined
    for (; end > at && one === undefined; end -= 1) one = find(pieces.slice(at, end).join(`${separator} `))
    const piece = pieces[at] ?? ''
    if (one !== undefined) read.push({ one })
    else if (piece !== '') read.push({ words: piece })
    at = one === undefined ? at + 1 : end + 1
  }
  return read
}

/** Only whole names and symbols are units: whoever else works along is kept in words. */
function readPartners(words: string, known: Reading['units']): { units: UnitId[]; others: string } {
  const bySaid = new Map(known.flatMap((unit) => [unit.symbol, unit.name].map((said) => [foldText(said), unit.id])))
  const read = readList(words, ',', (name) => (name === '' ? undefined : bySaid.get(foldText(name))))
  return {
    units: [...new Set(read.flatMap((piece) => ('one' in piece ? piece.one : [])))].slice(0, 50),
    others: read.flatMap((piece) => ('words' in piece ? piece.words : [])).join(', '),
  }
}

/** Of targets with the same name, those that the task serves already come first. */
function readServes(row: EntryRow, words: string, targets: Reading['targets']): CellWrite {
  const before = new Set<TargetId>(row.register === 'tasks' ? row.entry.serves : [])
  const free = [...targets.filter(({ id }) => before.has(id)), ...targets.filter(({ id }) => !before.has(id))]
  const take = (name: string): TargetId | undefined => {
    const at = free.findIndex((one) => name !== '' && foldText(one.name.trim()) === foldText(name))
    return free.splice(at, at < 0 ? 0 : 1)[0]?.id
  }
  const serves: TargetId[] = []
  for (const piece of readList(words, ';', take)) {
    const found = 'one' in piece ? piece.one : meant(piece.words, free, ({ name }) => [name])?.id
    if (found === undefined) return { ok: false, why: 'unknown-target', text: 'words' in piece ? piece.words : '' }
    serves.push(found)
  }
  return serves.length > 100 ? { ok: false, why: 'too-long', text: words } : write({ serves: [...new Set(serves)] })
}

/** The row as it will be once the fields are written; for reading the next cell of a pasted row. */
export function withFields<Row extends EntryRow>(row: Row, fields: Record<string, unknown>): Row
export function withFields(row: EntryRow, fields: Record<string, unknown>): EntryRow {
  const plain = Object.fromEntries(Object.entries(fields).filter(([key]) => !key.includes('.')))
  const years = (name: string) =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([key, value]) =>
        key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), value as ValueContent]] : [],
      ),
    )
  switch (row.register) {
    case 'targets':
      return { ...row, entry: { ...row.entry, ...plain, values: { ...row.entry.values, ...years('value') } } }
    case 'tasks':
      return { ...row, entry: { ...row.entry, ...plain } }
    case 'budget': {
      const { amounts, quantities } = row.entry
      const entry = {
        ...row.entry,
        ...plain,
        amounts: { ...amounts, ...years('amount') },
        quantities: { ...quantities, ...years('quantity') },
      }
      return { ...row, entry }
    }
  }
}
