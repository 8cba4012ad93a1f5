/**
 * Paragraphs become the outline and its blocks. The hard question is `1.`: a titled part or a
 * numbered paragraph. Length, how it ends, whether it is several sentences and what follows decide,
 * for all items that count together at once, so that a row of items never falls apart. Typed
 * numbers are dropped; where the derived ones will differ, a doubt says so.
 */
import { newId, type PartId } from '../ids.ts'
import { textBlockOf, type BlockKind } from '../plan/blocks.ts'
import type { NumberingStyle } from '../plan/meta.ts'
import { numberBlocks, numberParts, type NumberedPart, type PartNumber } from '../plan/numbering.ts'
import type { PartNumbering } from '../plan/outline.ts'
import { findQuantities } from '../targets/quantity-find.ts'
import { clip, isCapitals, type Paragraph } from './lines.ts'
import { readMark, type Mark, type MarkKind } from './mark.ts'
import type { Doubt, ImportedBlock, ImportedPart } from './result.ts'

interface Structure {
  parts: ImportedPart[]
  style: NumberingStyle
  doubts: Doubt[]
}

interface Item {
  paragraph: Paragraph
  mark: Mark | null
  /** For `1.` and `1.1.`: whether it is the title of a part. */
  isTitle: boolean
}

/** How high a title stands; smaller is higher. Blocks have none. */
const titleRank: Partial<Record<MarkKind | 'plain', number>> = {
  annex: 0,
  phan: 1,
  chuong: 2,
  section: 3,
  plain: 3,
  dieu: 4,
  roman: 4,
  numbered: 5,
  decimal: 6,
}

export function readStructure(paragraphs: readonly Paragraph[]): Structure {
  const doubts: Doubt[] = []
  const items = paragraphs.map((paragraph): Item => {
    const mark = paragraph.isNote || paragraph.cells !== null ? null : readMark(paragraph.text)
    return { paragraph, mark, isTitle: mark !== null && isAlwaysTitle(mark) }
  })
  for (const run of numberedRuns(items)) decideTitles(items, run, doubts)
  const parts = buildParts(items)
  // Without any title the whole text is one part, not an opening to nothing.
  const [only] = parts
  if (only !== undefined && parts.length === 1 && only.role === 'opening') {
    only.role = 'body'
    only.numbering = 'none'
  }
  const style = findStyle(items)
  countAsTyped(parts)
  for (const part of parts) checkBlocks(part, style, doubts)
  checkParts(parts, style, doubts)
  return { parts, style, doubts }
}

function isAlwaysTitle({ kind, rest }: Mark): boolean {
  // "Điều 1. Phạm vi" heads what follows; as a sentence it is all there is.
  if (kind === 'dieu') return rest.length <= 150 && !/[.;:!?…/]$/u.test(rest)
  return kind === 'annex' || kind === 'phan' || kind === 'chuong' || kind === 'section' || kind === 'roman'
}

/** `1.` stays where the ladder alone would count `I.`. */
function countAsTyped(parts: readonly ImportedPart[]): void {
  const ladder = numbersOf(parts, 'state')
  parts.forEach((part, index) => {
    if (/^\d+\D?$/.test(part.number) && ladder[index]?.level === 'roman') part.numbering = 'arabic'
  })
}

/** The derived number of each part. An imported text has no headings inside its parts: all are parts. */
function numbersOf(parts: readonly ImportedPart[], style: NumberingStyle): (PartNumber | undefined)[] {
  const ids = parts.map(() => newId<PartId>())
  const numbered = parts.map((part, index): NumberedPart => {
    const parent = part.parent === null ? null : (ids[part.parent] ?? null)
    return { id: ids[index] ?? newId<PartId>(), parent, numbering: part.numbering, role: part.role }
  })
  const numbers = numberParts(numbered, style)
  return ids.map((id) => numbers.get(id))
}

/** The Party writes `I-` and `1-`. */
function findStyle(items: readonly Item[]): NumberingStyle {
  let party = 0
  for (const { mark } of items) {
    if (mark?.kind !== 'roman' && mark?.kind !== 'numbered') continue
    party += /[-–]$/.test(mark.typed) ? 1 : -1
  }
  return party > 0 ? 'party' : 'state'
}

/**
 * The rows of `1.`, and of `1.1.` below one number, that count together: the indexes of their items.
 * A higher title ends a row, and so does a number that does not go on.
 */
function numberedRuns(items: readonly Item[]): number[][] {
  const runs: number[][] = []
  let open = new Map<string, { run: number[]; last: number }>()
  items.forEach(({ mark, isTitle }, index) => {
    if (mark === null) return
    if (isTitle || mark.kind === 'dieu') open = new Map()
    if (mark.kind !== 'numbered' && mark.kind !== 'decimal') return
    // `1.` and `1)` beside each other are two rows.
    const key = `${mark.path.slice(0, -1).join('.')}/${mark.path.length}${mark.typed.replace(/[\d.]/g, '')}`
    const number = mark.path.at(-1) ?? 0
    const row = open.get(key)
    if (row !== undefined && number > row.last) {
      row.run.push(index)
      row.last = number
      return
    }
    const run = [index]
    open.set(key, { run, last: number })
    runs.push(run)
  })
  return runs
}

function decideTitles(items: Item[], run: readonly number[], doubts: Doubt[]): void {
  const scores = run.map((index) => titleScore(items, index))
  const texts = run.map((index) => items[index]?.mark?.rest ?? '')
  // Titles have something below them, or stand in capitals; `1)` is never one.
  const mayBeTitles =
    run.every((index) => items[index]?.mark?.typed.endsWith(')') !== true) &&
    (run.some((index) => hasContent(items, index)) || texts.every((text) => isCapitals(text)))
  const isTitle = mayBeTitles && scores.reduce((sum, score) => sum + score, 0) > 0
  run.forEach((index, at) => {
    const item = items[index]
    const score = scores[at] ?? 0
    if (item === undefined) return
    item.isTitle = isTitle
    if (mayBeTitles && (isTitle ? score <= -2 : score >= 3)) {
      const { text, line } = item.paragraph
      doubts.push({ code: 'title.guessed', line, text: clip(text), detail: isTitle ? 'title' : 'paragraph' })
    }
  })
}

/** Text, dashes, letters or smaller numbers below it; a title right behind is none. */
function hasContent(items: readonly Item[], index: number): boolean {
  const next = items[index + 1]
  return next !== undefined && (next.mark === null || rankBelow(next.mark, items[index]?.mark ?? null))
}

/** Above zero for what looks like a title. */
function titleScore(items: readonly Item[], index: number): number {
  const text = items[index]?.mark?.rest ?? ''
  let score = 0
  if (isCapitals(text)) score += 3
  if (!/[.;:,!?…]$/.test(text)) score += 2
  else if (/[;,]$/.test(text)) score -= 3
  else score -= 1
  if (text.length <= 60) score += 2
  else if (text.length <= 130) score += 1
  else if (text.length > 240) score -= 2
  if (/[.!?] +["“(]?\p{Lu}/u.test(text)) score -= 4
  else if (text.includes(';')) score -= 2
  else if (/: \S/.test(text) && text.length > 60) score -= 2
  // What promises a result or says how much is a sentence, however short.
  if (/^(?:phấn đấu|đảm bảo|bảo đảm|duy trì|không để|có|đạt)(?!\p{L})/iu.test(text)) score -= 4
  if (findQuantities(text).length > 0) score -= 4
  return score + (hasContent(items, index) ? 2 : -1)
}

function rankBelow(mark: Mark, above: Mark | null): boolean {
  if (mark.kind === 'decimal') return above?.kind === 'numbered' || mark.path.length > (above?.path.length ?? 0)
  if (mark.kind === 'numbered') return false
  return mark.kind === 'lettered' || mark.kind === 'dashed' || mark.kind === 'plus'
}

function buildParts(items: readonly Item[]): ImportedPart[] {
  const parts: ImportedPart[] = []
  const open: { index: number; rank: number }[] = []
  let isInAnnex = false
  let depths: { kind: BlockKind; depth: number }[] = []
  items.forEach((item, at) => {
    const title = titleOf(item, items[at + 1], parts.at(-1))
    if (title === null) {
      const part = parts.at(-1) ?? startOpening(parts, item.paragraph.line)
      part.blocks.push(blockOf(item, depths))
      return
    }
    depths = []
    if (title.isContinued) return
    isInAnnex ||= title.kind === 'annex'
    const rank = titleRank[title.kind] ?? 0
    const deep = title.kind === 'decimal' ? rank + (item.mark?.path.length ?? 2) - 2 : rank
    while ((open.at(-1)?.rank ?? -1) >= deep) open.pop()
    const parent = open.at(-1)?.index ?? null
    parts.push({
      title: title.text,
      number: title.number,
      numbering: title.numbering,
      role: isInAnnex ? 'annex' : 'body',
      parent,
      level: open.length,
      line: item.paragraph.line,
      // A title carries no footnote; its text stands below it.
      blocks: item.paragraph.footnotes.map((note) => ({ ...noteBlock, text: note.text, line: note.line })),
    })
    open.push({ index: parts.length - 1, rank: deep })
  })
  return parts
}

const noteBlock = { kind: 'note', depth: 0, mark: '', footnotes: [] } as const satisfies Partial<ImportedBlock>

function startOpening(parts: ImportedPart[], line: number): ImportedPart {
  const opening: ImportedPart = {
    title: '',
    number: '',
    numbering: 'auto',
    role: 'opening',
    parent: null,
    level: 0,
    line,
    blocks: [],
  }
  parts.push(opening)
  return opening
}

interface Title {
  kind: MarkKind | 'plain'
  text: string
  number: string
  numbering: PartNumbering
  /** The line only completed the title of the part before it. */
  isContinued: boolean
}

function titleOf(
  { paragraph, mark, isTitle }: Item,
  next: Item | undefined,
  last: ImportedPart | undefined,
): Title | null {
  if (paragraph.footnotes.length > 0 && !isTitle) return null
  if (mark !== null && isTitle) {
    const text = trimTitle(mark.rest)
    if (text.length > 1000) return null
    const title = { kind: mark.kind, text, number: mark.typed, isContinued: false }
    switch (mark.kind) {
      case 'phan':
      case 'chuong':
        return { ...title, numbering: mark.kind }
      case 'section':
      case 'dieu':
        // The ladder knows no `A.`, `Mục 1.` and `Điều 1.`; they stay in the title.
        return { ...title, text: trimTitle(`${mark.typed} ${text}`), number: '', numbering: 'none' }
      default:
        return { ...title, numbering: 'auto' }
    }
  }
  if (
    mark !== null ||
    paragraph.isNote ||
    paragraph.cells !== null ||
    !isCapitals(paragraph.text) ||
    !isPlainTitle(paragraph.text)
  )
    return null
  const text = trimTitle(paragraph.text)
  const isUntitled = last?.title === '' || /^Mục \d+$/iu.test(last?.title ?? '')
  if (last !== undefined && isUntitled && last.role !== 'opening' && last.blocks.length === 0) {
    last.title = last.title === '' ? text : `${last.title}. ${text}`
    return { kind: 'plain', text, number: '', numbering: 'none', isContinued: true }
  }
  return next === undefined ? null : { kind: 'plain', text, number: '', numbering: 'none', isContinued: false }
}

/** A line in capitals of some length: an unnumbered title, "MỞ ĐẦU". */
function isPlainTitle(text: string): boolean {
  return text.length >= 5 && text.length <= 200 && (text.match(/\p{L}/gu) ?? []).length >= 5 && !/[;,]$/.test(text)
}

function trimTitle(text: string): string {
  return text.replace(/[\s.:]+$/u, '')
}

const blockOfMark: Partial<Record<MarkKind, BlockKind>> = {
  numbered: 'numbered',
  decimal: 'numbered',
  lettered: 'lettered',
  dashed: 'dashed',
  plus: 'plus',
}
const order: readonly BlockKind[] = ['numbered', 'lettered', 'dashed', 'plus']

/** A block of the part, as deep as the items that it hangs below; `depths` holds those still open. */
function blockOf({ paragraph, mark }: Item, depths: { kind: BlockKind; depth: number }[]): ImportedBlock {
  const { text, line, cells, footnotes, isNote } = paragraph
  const kind = mark === null ? undefined : blockOfMark[mark.kind]
  if (mark === null || kind === undefined) {
    // A paragraph ends a list of dashes; numbers and letters count on over it.
    while (depths.at(-1)?.kind === 'dashed' || depths.at(-1)?.kind === 'plus') depths.pop()
    return {
      kind: isNote ? 'note' : 'paragraph',
      depth: 0,
      text,
      mark: '',
      line,
      ...(cells === null ? {} : { cells }),
      footnotes,
    }
  }
  while (depths.length > 0 && order.indexOf(depths.at(-1)?.kind ?? 'numbered') >= order.indexOf(kind)) depths.pop()
  const depth = depths.length
  depths.push({ kind, depth })
  const dropped = text.length - mark.rest.length
  return {
    kind,
    depth,
    text: mark.rest,
    mark: mark.typed,
    line,
    footnotes: footnotes.map((note) => ({ ...note, at: Math.max(0, note.at - dropped) })),
  }
}

/** Sets where counting starts anew, and doubts where the derived number is not the typed one. */
function checkBlocks(part: ImportedPart, style: NumberingStyle, doubts: Doubt[]): void {
  const number = { label: '', level: 'roman', path: [] } as const
  const labels = () => {
    const blocks = part.blocks.map((one) => ({
      ...textBlockOf(one.kind, '', one.depth),
      ...(one.restart === true ? { restart: true } : {}),
    }))
    const numbers = numberBlocks(blocks, number, style)
    return blocks.map((one) => numbers.get(one.id) ?? '')
  }
  let derived = labels()
  for (const [index, one] of part.blocks.entries()) {
    if (one.kind !== 'numbered' && one.kind !== 'lettered') continue
    if (/^(?:0?1|a)\D?$/u.test(one.mark) && bareNumber(derived[index] ?? '') !== bareNumber(one.mark)) {
      one.restart = true
      derived = labels()
    }
  }
  let isTold = false
  for (const [index, one] of part.blocks.entries()) {
    if (one.kind !== 'numbered' && one.kind !== 'lettered') continue
    const isSame = bareNumber(derived[index] ?? '') === bareNumber(one.mark)
    if (!isSame && !isTold) {
      const detail = `${one.mark} → ${derived[index] ?? ''}`
      doubts.push({ code: 'number.changed', line: one.line, text: clip(one.text), detail })
    }
    isTold = !isSame
  }
}

function bareNumber(label: string): string {
  return label.replace(/^0+|[^\p{L}\d.]|\.$/gu, '')
}

/** Doubts about typed part numbers that are missing, stand twice or will be derived otherwise. */
function checkParts(parts: readonly ImportedPart[], style: NumberingStyle, doubts: Doubt[]): void {
  const numbers = numbersOf(parts, style)
  const last = new Map<number | string | null, number>()
  parts.forEach((part, index) => {
    if (part.number === '') return
    const path = readMark(`${part.number} ${part.title === '' ? 'X' : part.title}`)?.path ?? []
    const typed = path.at(-1) ?? 0
    // Chapters count through the whole plan.
    const row = part.numbering === 'chuong' ? part.numbering : part.parent
    const before = last.get(row) ?? 0
    const derived = numbers[index]?.label ?? ''
    const detail = `${part.number} → ${derived}`
    const place = { line: part.line, text: clip(part.title), detail }
    if (typed > before + 1) doubts.push({ code: 'number.missing', ...place })
    else if (typed > 0 && typed <= before) doubts.push({ code: 'number.again', ...place })
    else if (isOtherKind(part.number, derived)) doubts.push({ code: 'number.changed', ...place })
    last.set(row, typed)
  })
  const parents = new Set(parts.map((part) => part.parent))
  parts.forEach((part, index) => {
    if (part.blocks.length > 0 || parents.has(index)) return
    doubts.push({ code: 'part.empty', line: part.line, text: clip(part.title), detail: part.number })
  })
}

/** `1.` that will be counted as `I.`, or the other way round. */
function isOtherKind(typed: string, derived: string): boolean {
  const kind = (label: string) => (/^\d/.test(label) ? 'arabic' : /^[IVX]/.test(label) ? 'roman' : 'word')
  return kind(typed) !== kind(derived)
}
