/**
 * Cells of an Excel file. A text is always a text, whatever it begins with, and stays one when
 * somebody types Enter in it; a number is a real number, and its format adds the words that the
 * document shows beside it ("≥ 80", "21/21"), so that both say the same and it can be reckoned with.
 */
import type { CellObject } from 'write-excel-file/node'
import { formatDecimal } from '@soanchung/shared/targets/quantity-text.ts'

export type Look = Omit<CellObject, 'value' | 'type' | 'format'>

export const bodyLook: Look = { wrap: true, alignVertical: 'center', borderStyle: 'thin', borderColor: '#8c8c8c' }

/** A sheet before it is dressed: a caption, and rows below the titles of the columns. */
export interface PlainSheet {
  name: string
  caption: string
  titles: readonly string[]
  /** Of the columns, in characters. */
  widths: readonly number[]
  rows: readonly CellObject[][]
}

/** What a spreadsheet would take for the beginning of a formula, were it typed. */
const formulaStart = /^[\s\p{C}]*[=+\-@|%\uff1d\uff0b\uff0d\uff20\u2212]/u
/** Digits that a spreadsheet's numbers hold. */
const exactDigits = 15
/** A workbook holds few more formats of its own; some are needed for what is plain. */
const formatsLimit = 150
const longestFormat = 200

export function textCell(text: string, look: Look = {}): CellObject {
  return {
    ...look,
    value: storedText(text),
    type: String,
    ...(formulaStart.test(text) ? { format: '@' } : {}),
  }
}

function storedText(text: string): string {
  // `_x000D_` in a file of this kind stands for a character; a text that looks like it is marked as text.
  const plain = text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/_x[0-9a-f]{4}_/gi, '_x005F$&')
  // The library keeps texts in an object, where it would take these names for its own.
  return plain in {} ? `${plain} ` : plain
}

/** The number formats of one workbook. */
export class NumberFormats {
  readonly #known = new Set<string>()

  /** `words` is what the document shows, with the number in it; a number that cannot be one stays those words. */
  cell(number: string, words: string, look: Look = {}): CellObject {
    const format = digitsOf(number) > exactDigits ? null : formatFor(number, words)
    if (format === null || (!this.#known.has(format) && this.#known.size >= formatsLimit)) return textCell(words, look)
    this.#known.add(format)
    return { ...look, value: Number(number), type: Number, format }
  }
}

function digitsOf(number: string): number {
  return number.replace(/^-?0*\.?0*|\./g, '').length
}

/** A format that shows `number` as `words`; null where the number does not stand in them once. */
function formatFor(number: string, words: string): string | null {
  const shown = formatDecimal(number)
  const at = words.search(/-?\d/)
  const isThere = at >= 0 && words.startsWith(shown, at) && !/^[\d.,]/.test(words.slice(at + shown.length))
  const isPadded = !isThere && at >= 0 && words.startsWith(`0${shown}`, at)
  if (!isThere && !isPadded) return null
  const before = literal(words.slice(0, at))
  const after = literal(words.slice(at + shown.length + (isPadded ? 1 : 0)))
  const decimals = number.split('.')[1]?.length ?? 0
  const digits = (isPadded ? '00' : '#,##0') + (decimals === 0 ? '' : `.${'0'.repeat(decimals)}`)
  const positive = before + digits + after
  const format = before === '' ? positive : `${positive};${literal(`${words.slice(0, at)}-`)}${digits}${after}`
  return format.length > longestFormat ? null : format
}

/** Characters that a format shows as they are. */
function literal(text: string): string {
  return text === ''
    ? ''
    : text
        .split('"')
        .map((piece) => `"${piece}"`)
        .join('\\"')
}
