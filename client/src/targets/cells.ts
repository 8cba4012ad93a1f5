/**
 * What a person types into a cell, and what of it is written into the register. Text that should
 * be a quantity and cannot be read is kept as typed; only what has no place at all (an unknown
 * unit, too long a text) is refused.
 */
import type { Unit } from '@soanchung/shared/protocol.ts'
import type { Frequency, Measure, Quantity } from '@soanchung/shared/targets/quantity.ts'
import { parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import type { ValueContent } from '@soanchung/shared/targets/register.ts'
import { foldText } from '@soanchung/shared/fold.ts'
import { cellOf, readMeasureWords, type CellContext, type EntryRow } from '@soanchung/shared/targets/view.ts'

/** `unread`: it is kept as typed, because it is no quantity. */
type CellWrite =
  { ok: true; fields: Record<string, unknown>; unread: boolean } | { ok: false; problem: 'unknown-unit' | 'too-long' }

const longest = { text: 2000, typed: 500 }

/** Columns that nobody types into. */
export function isDerived(key: string): boolean {
  return key === 'number' || key === 'total' || key === 'part'
}

export function isFigure(key: string): boolean {
  return key === 'baseline' || key.startsWith('value.') || key.startsWith('amount.')
}

/** The text that stands in a cell when editing begins; typing it back changes nothing. */
export function editText(row: EntryRow, key: string, context: CellContext): string {
  return isDerived(key) ? '' : cellOf(row, key, context).text
}

/** What typing `text` into the cell writes. An empty text clears it. */
export function readCell(
  row: EntryRow,
  key: string,
  text: string,
  context: Pick<CellContext, 'scale'> & { units: Iterable<Pick<Unit, 'id' | 'name' | 'symbol'>> },
): CellWrite {
  const words = text.normalize('NFC').replace(/\s+/g, ' ').trim()
  if (words.length > (isFigure(key) ? longest.typed : longest.text)) return { ok: false, problem: 'too-long' }
  if (key === 'responsible') return readUnit(words, context.units)
  if (key === 'measure') return write(measureFields(row, readMeasureWords(words)))
  if (key === 'name' || key === 'note' || key === 'source') return write({ [key]: words })
  return row.register === 'budget'
    ? readAmount(key, words, { kind: 'money', scale: context.scale })
    : readValue(row, key, words)
}

function write(fields: Record<string, unknown>, unread = false): CellWrite {
  return { ok: true, fields, unread }
}

function readAmount(key: string, words: string, hint: Measure): CellWrite {
  const quantity = words === '' ? null : parseQuantity(words, hint)
  if (quantity?.measure.kind === 'money') return write({ [key]: { quantity } })
  return write({ [key]: { typed: words } }, words !== '')
}

/** The first measure that is typed into a row without one becomes the row's. */
function readValue(row: EntryRow & { register: 'targets' }, key: string, words: string): CellWrite {
  const { measure, frequency } = row.entry
  const read = words === '' ? null : parseQuantity(words, measure)
  if (read === null) return write({ [key]: { typed: words } }, words !== '')
  const quantity: Quantity = read.frequency === undefined && frequency !== null ? { ...read, frequency } : read
  const adopts = isBare(measure) && !isBare(quantity.measure)
  const adopted = adopts ? measureFields(row, { measure: quantity.measure, frequency }) : {}
  return write({ ...adopted, [key]: { quantity } })
}

function isBare(measure: Measure): boolean {
  return measure.kind === 'count' && measure.noun === ''
}

/** A row's new measure, with the values that were written in its old one. */
function measureFields(
  row: EntryRow,
  next: { measure: Measure; frequency: Frequency | null },
): Record<string, unknown> {
  if (row.register !== 'targets') return {}
  const { baseline, values, measure, frequency } = row.entry
  const before = { measure, frequency }
  const fields: Record<string, unknown> = { ...next }
  const relabel = (key: string, content: ValueContent | null) => {
    const relabelled = content === null ? null : inNextMeasure(content, before, next)
    if (relabelled !== null) fields[key] = relabelled
  }
  relabel('baseline', baseline)
  for (const [year, content] of Object.entries(values)) relabel(`value.${year}`, content)
  return fields
}

/** Null where the content has a measure of its own, or would not change. */
function inNextMeasure(
  content: ValueContent,
  before: { measure: Measure; frequency: Frequency | null },
  next: { measure: Measure; frequency: Frequency | null },
): ValueContent | null {
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
  const sought = foldText(words)
  const rank = (unit: One): number => {
    const [name, symbol] = [foldText(unit.name), foldText(unit.symbol)]
    if (name === sought || symbol === sought) return 0
    if (name.startsWith(sought) || symbol.startsWith(sought)) return 1
    return name.includes(sought) ? 2 : 3
  }
  return [...units]
    .map((unit) => ({ unit, rank: rank(unit) }))
    .filter((one) => one.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map((one) => one.unit)
}

function readUnit(words: string, units: Iterable<Pick<Unit, 'id' | 'name' | 'symbol'>>): CellWrite {
  if (words === '') return write({ responsible: null })
  const known = [...units]
  const sought = foldText(words)
  const exact = known.find((unit) => unit.name === words || unit.symbol === words)
  const like = unitsLike(words, known)
  const same = like.filter((unit) => foldText(unit.name) === sought || foldText(unit.symbol) === sought)
  const found = exact ?? (same.length === 1 ? same[0] : like.length === 1 ? like[0] : undefined)
  return found === undefined ? { ok: false, problem: 'unknown-unit' } : write({ responsible: found.id })
}

/** The row as it will be once the fields are written; for reading the next cell of a pasted row. */
export function withFields(row: EntryRow, fields: Record<string, unknown>): EntryRow {
  const plain = Object.fromEntries(Object.entries(fields).filter(([key]) => !/^(value|amount)\./.test(key)))
  const years = (name: string) =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([key, value]) =>
        key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), value as ValueContent]] : [],
      ),
    )
  if (row.register === 'targets') {
    return { ...row, entry: { ...row.entry, ...plain, values: { ...row.entry.values, ...years('value') } } }
  }
  return { ...row, entry: { ...row.entry, ...plain, amounts: { ...row.entry.amounts, ...years('amount') } } }
}
