/**
 * The number or sign before a title or an item, as people type it: `Phần thứ nhất`, `Chương I`,
 * `A.`, `Mục 1.`, `Điều 1.`, `II-`, `1.`, `1.2.`, `a)`, `-`, `+`. Only reads a line's beginning; whether `1.` is a title
 * or a paragraph is decided by structure.ts, from all of them together.
 */
import { listLetters, roman } from '../plan/numbering.ts'

export type MarkKind =
  'annex' | 'phan' | 'chuong' | 'section' | 'dieu' | 'roman' | 'numbered' | 'decimal' | 'lettered' | 'dashed' | 'plus'

export interface Mark {
  kind: MarkKind
  /** As typed: `II-`, `1.2.`, `a)`. */
  typed: string
  /** What stands behind it; empty where the title is on the next line. */
  rest: string
  /** The numbers: `[2]` for `II-` and `b)`, `[1, 2]` for `1.2.`; empty for a sign. */
  path: number[]
}

const ordinals = ['nhất', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín', 'mười']
const bigStart =
  /^(?:(PHẦN|Phần)(?: (?:thứ|THỨ))? (nhất|một|hai|ba|bốn|tư|năm|sáu|bảy|tám|chín|mười|NHẤT|MỘT|HAI|BA|BỐN|TƯ|NĂM|SÁU|BẢY|TÁM|CHÍN|MƯỜI|[IVX]+|\d{1,2})|(CHƯƠNG|Chương) ([IVX]+|\d{1,2}))(?:[.:\s–-]+|$)(.*)$/u
const annexStart = /^(PHỤ LỤC(?: (?:SỐ )?(?:[IVX]+|\d{1,2}))?)(?:[.:\s–-]+(\p{Lu}.*))?$/u
const sectionStart = /^([A-H])(?: ?[.)/]| ?[-–])\s*(\p{Lu}[\p{Lu}\s\p{P}\d]+)$/u
const mucStart = /^((?:MỤC|Mục) \d{1,2}(?: ?[.:]|(?= ?[-–]|$)))[\s–-]*(["“(]?\p{Lu}.{0,199})?$/u
const dieuStart = /^((?:ĐIỀU|Điều) \d{1,3}[.:]) ?(["“(]?\p{Lu}.*)$/u
const romanStart = /^([IVX]+)( ?[./)]-?| ?[-–])\s*(["“(]?\p{L}.*)$/u
const decimalStart = /^(\d{1,2}(?:\.\d{1,2}){1,3})( ?[.)-])?\s+(["“(]?\p{L}.*)$/u
const numberedStart = /^(\d{1,2})( ?[./)]-?| ?[-–])\s*(["“(]?\p{L}.*|["“(]?\d{1,3} ?%.*|[“"(].*)$/u
const letteredStart = /^(\p{Ll})( ?[).])\s*(\S.*)$/u
const dashedStart = /^([-–—•▪●·*\u2022\uf0b7])\s*([^\s-].*)$/u
const plusStart = /^(\+)\s*(\S.*)$/u

/** The mark that a line begins with, or null for plain text. */
export function readMark(text: string): Mark | null {
  const big = bigStart.exec(text)
  if (big !== null) {
    const kind = big[1] !== undefined ? 'phan' : 'chuong'
    const rest = big[5] ?? ''
    const typed = text.slice(0, text.length - rest.length).trim()
    // "Phần một số …" and "Chương 3 của Luật" go on in lower case: no titles.
    if (rest === '' || /^["“(]?\p{Lu}/u.test(rest)) {
      return { kind, typed, rest, path: [ordinalValue(big[2] ?? big[4] ?? '')] }
    }
  }
  const annex = annexStart.exec(text)
  if (annex !== null) return { kind: 'annex', typed: annex[1] ?? '', rest: annex[2] ?? '', path: [] }
  const upper = romanStart.exec(text)
  const value = romanValue(upper?.[1] ?? '')
  if (upper !== null && value > 0) {
    return { kind: 'roman', typed: typedMark(upper), rest: upper[3] ?? '', path: [value] }
  }
  const section = sectionStart.exec(text)
  if (section !== null) {
    return {
      kind: 'section',
      typed: `${section[1]}.`,
      rest: section[2] ?? '',
      path: [(section[1] ?? 'A').charCodeAt(0) - 64],
    }
  }
  const muc = mucStart.exec(text)
  if (muc !== null) {
    const typed = (muc[1] ?? '').replace(':', '.')
    return { kind: 'section', typed, rest: muc[2] ?? '', path: [Number(/\d+/.exec(typed)?.[0])] }
  }
  const dieu = dieuStart.exec(text)
  if (dieu !== null) {
    const typed = dieu[1] ?? ''
    return { kind: 'dieu', typed, rest: dieu[2] ?? '', path: [Number(/\d+/.exec(typed)?.[0])] }
  }
  const decimal = decimalStart.exec(text)
  if (decimal !== null) {
    const path = (decimal[1] ?? '').split('.').map(Number)
    const isTitle = decimal[2] !== undefined || /^["“(]?\p{Lu}/u.test(decimal[3] ?? '')
    if (isTitle && path.every((one) => one > 0)) {
      return { kind: 'decimal', typed: typedMark(decimal), rest: decimal[3] ?? '', path }
    }
  }
  const numbered = numberedStart.exec(text)
  if (numbered !== null && Number(numbered[1]) > 0) {
    return { kind: 'numbered', typed: typedMark(numbered), rest: numbered[3] ?? '', path: [Number(numbered[1])] }
  }
  const lettered = letteredStart.exec(text)
  const letter = listLetters.indexOf(lettered?.[1] ?? ' ')
  if (lettered !== null && letter >= 0) {
    return { kind: 'lettered', typed: typedMark(lettered), rest: lettered[3] ?? '', path: [letter + 1] }
  }
  const plus = plusStart.exec(text)
  if (plus !== null) return { kind: 'plus', typed: '+', rest: plus[2] ?? '', path: [] }
  const dashed = dashedStart.exec(text)
  return dashed === null ? null : { kind: 'dashed', typed: dashed[1] ?? '-', rest: dashed[2] ?? '', path: [] }
}

function typedMark(found: RegExpExecArray): string {
  return ((found[1] ?? '') + (found[2] ?? '')).replace(/\s/g, '')
}

function ordinalValue(word: string): number {
  const lower = word.toLowerCase()
  if (lower === 'một') return 1
  if (lower === 'tư') return 4
  const index = ordinals.indexOf(lower)
  return index >= 0 ? index + 1 : Number(word) || romanValue(word)
}

const romanValues = new Map(Array.from({ length: 50 }, (_, index) => [roman(index + 1), index + 1]))

/** 0 where the letters are no Roman number. */
function romanValue(digits: string): number {
  return romanValues.get(digits) ?? 0
}
