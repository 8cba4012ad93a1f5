/**
 * Numbers before titles and items, always derived from place and kind, never typed. The ladder of
 * official documents: Phần, Chương, `I.`, `1.`, `1.1.`, `a)`, `-`, `+`; the Party writes `I-` and
 * `1-`. Source: Nghị định 30/2020/NĐ-CP, annex I, and Hướng dẫn 05-HD/VPTW.
 */
import type { BlockId, PartId } from '../ids.ts'
import type { Block, BlockKind, TextBlock } from './blocks.ts'
import type { NumberingStyle } from './meta.ts'
import type { PartNumbering, PartRole } from './outline.ts'

/** The alphabet of `a)`: Vietnamese, without the letters with a breve or circumflex. */
export const listLetters = 'abcdđeghiklmnopqrstuvxy'

const partWords = ['nhất', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín', 'mười']

/** How a part is counted: its level on the ladder, and the numbers of `1.1.` down to it. */
export interface PartNumber {
  /** As it stands before the title, `II.` or `1-`; empty for the opening. */
  label: string
  level: Level
  /** The Arabic numbers from the first Arabic level down: `[2, 1]` is `2.1.`. */
  path: readonly number[]
}
export type Level = 'none' | 'annex' | 'phan' | 'chuong' | 'roman' | 'arabic'

export interface NumberedPart {
  id: PartId
  parent: PartId | null
  numbering: PartNumbering
  role: PartRole
}

/**
 * The number of every part. `headings` says how far a part's own text has counted its top headings:
 * the parts `1.`, `1.1.` below it go on from there, those of another kind begin anew.
 */
export function numberParts(
  parts: readonly NumberedPart[],
  style: NumberingStyle,
  headings: (id: PartId) => number = () => 0,
): Map<PartId, PartNumber> {
  const numbers = new Map<PartId, PartNumber>()
  const counters = new Map<string, number>()
  const annexes = parts.filter((part) => part.role === 'annex' && part.parent === null).length
  for (const part of parts) {
    const parent = part.parent === null ? undefined : numbers.get(part.parent)
    const level = levelOf(part, parent)
    // Chapters count through the whole plan, the rest among their siblings of one level.
    const key = level === 'chuong' ? level : `${part.parent ?? ''}/${level}`
    const above = level === 'arabic' && part.parent !== null ? headings(part.parent) : 0
    const before = counters.get(key) ?? above
    if (level !== 'none') counters.set(key, before + 1)
    const path = level === 'arabic' ? [...(parent?.path ?? []), before + 1] : []
    numbers.set(part.id, { level, path, label: labelOf(level, before + 1, path, style, annexes) })
  }
  return numbers
}

function levelOf(part: NumberedPart, parent: PartNumber | undefined): Level {
  if (part.role === 'opening' || part.numbering === 'none') return 'none'
  if (part.role === 'annex' && parent === undefined) return 'annex'
  if (part.numbering !== 'auto') return part.numbering
  if (parent === undefined || parent.level === 'phan' || parent.level === 'chuong') return 'roman'
  // Inside an annex, and below an unnumbered part, the ladder starts over.
  if (parent.level === 'annex' || parent.level === 'none') return 'roman'
  return 'arabic'
}

function labelOf(level: Level, count: number, path: readonly number[], style: NumberingStyle, annexes: number): string {
  const end = style === 'party' ? '-' : '.'
  switch (level) {
    case 'none':
      return ''
    case 'annex':
      return annexes > 1 ? `Phụ lục ${roman(count)}` : 'Phụ lục'
    case 'phan':
      return `Phần thứ ${partWords[count - 1] ?? count}`
    case 'chuong':
      return `Chương ${roman(count)}`
    case 'roman':
      return roman(count) + end
    case 'arabic':
      return arabicLabel(path, end)
  }
}

/** `1.` or `1-` alone, but `1.1.` in both styles: the Party's hyphen stands after one number only. */
function arabicLabel(path: readonly number[], end: string): string {
  return path.length === 1 ? `${path[0]}${end}` : `${path.join('.')}.`
}

const rank: Partial<Record<BlockKind, number>> = { heading: 0, numbered: 1, lettered: 2, dashed: 3, plus: 4 }

/**
 * The mark before each block of a part; blocks without one are not in the map. A counter runs on
 * over plain paragraphs (an item may have several) and starts anew below a higher item, a heading
 * or where the block says so.
 */
export function numberBlocks(blocks: readonly Block[], part: PartNumber, style: NumberingStyle): Map<BlockId, string> {
  const end = style === 'party' ? '-' : '.'
  const labels = new Map<BlockId, string>()
  let open: { kind: BlockKind; depth: number; rank: number; count: number }[] = []
  let headingPath: number[] = [...part.path]
  const headingBase = part.path.length
  for (const one of blocks) {
    if (one.type !== 'block') continue
    const ranked = rank[one.kind]
    if (ranked === undefined) continue
    if (one.kind === 'heading') {
      const depth = Math.min(one.depth, headingPath.length - headingBase)
      const count = one.restart ? 1 : (headingPath[headingBase + depth] ?? 0) + 1
      headingPath = [...headingPath.slice(0, headingBase + depth), count]
      open = []
      labels.set(one.id, arabicLabel(headingPath, end))
      continue
    }
    const same = open.find((item) => item.kind === one.kind && item.depth === one.depth)
    const count = one.restart ? 1 : (same?.count ?? 0) + 1
    open = open.filter((item) => item.depth < one.depth || (item.depth === one.depth && item.rank < ranked))
    open.push({ kind: one.kind, depth: one.depth, rank: ranked, count })
    labels.set(one.id, itemLabel(one.kind, count, end))
  }
  return labels
}

/** The headings that stand below no other; the first one does so wherever it is indented to. */
export function topHeadings(blocks: readonly Block[]): TextBlock[] {
  return blocks
    .filter((one): one is TextBlock => one.type === 'block' && one.kind === 'heading')
    .filter((heading, index) => heading.depth === 0 || index === 0)
}

/** The number of the last top heading in a part's text; the parts below it are counted on from there. */
export function countTopHeadings(blocks: readonly Block[]): number {
  return topHeadings(blocks).reduce((count, { restart }) => (restart ? 1 : count + 1), 0)
}

function itemLabel(kind: BlockKind, count: number, end: string): string {
  switch (kind) {
    case 'numbered':
      return `${count}${end}`
    case 'lettered':
      return `${letters(count)})`
    case 'dashed':
      return '-'
    default:
      return '+'
  }
}

/** a, b, …, y, then aa, ab, … */
export function letters(count: number): string {
  const base = listLetters.length
  const rest = Math.floor((count - 1) / base)
  return (rest > 0 ? letters(rest) : '') + listLetters[(count - 1) % base]
}

const romanDigits: readonly [number, string][] = [
  [1000, 'M'],
  [900, 'CM'],
  [500, 'D'],
  [400, 'CD'],
  [100, 'C'],
  [90, 'XC'],
  [50, 'L'],
  [40, 'XL'],
  [10, 'X'],
  [9, 'IX'],
  [5, 'V'],
  [4, 'IV'],
  [1, 'I'],
]

export function roman(count: number): string {
  let rest = count
  let text = ''
  for (const [value, digits] of romanDigits) {
    for (; rest >= value; rest -= value) text += digits
  }
  return text
}
