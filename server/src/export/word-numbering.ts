/**
 * The plan's derived numbers as real Word numbering: a multi-level list for parts and headings, a
 * list for each run of items. Word counts by itself, and must come to the labels of numbering.ts;
 * where Word has no such counter (the đ of `a)`, "Phần thứ hai") the level's text is the label
 * itself. Each list is asked for by key and collected while the text is written.
 */
import { AlignmentType, LevelFormat, LevelSuffix, type ILevelsOptions } from 'docx'
import type { PartId } from '@soanchung/shared/ids.ts'
import type { TextBlock } from '@soanchung/shared/plan/blocks.ts'
import type { NumberingStyle } from '@soanchung/shared/plan/meta.ts'
import { letters, type PartNumber } from '@soanchung/shared/plan/numbering.ts'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'

/** What a paragraph of the `docx` library takes. */
export interface WordNumber {
  reference: string
  level: number
  instance: number
}

/** Where a run of letters can be counted by Word's own `a, b, c`: from which letter on. */
const letterRuns = [
  { from: 'a', to: 'd' },
  { from: 'e', to: 'e' },
  { from: 'g', to: 'i' },
  { from: 'k', to: 'v' },
  { from: 'x', to: 'y' },
]

const levelLimit = 8

export class WordNumbering {
  readonly #style: NumberingStyle
  readonly #numbers: ReadonlyMap<PartId, PartNumber>
  readonly #parents: ReadonlyMap<PartId, PartId | null>
  readonly #definitions = new Map<string, ILevelsOptions[]>()
  readonly #instances = new Map<string, number>()
  #runs = new Map<string, string>()
  #runCount = 0

  constructor(snapshot: PlanSnapshot, numbers: ReadonlyMap<PartId, PartNumber>) {
    this.#style = snapshot.meta.style
    this.#numbers = numbers
    this.#parents = new Map(snapshot.parts.map((part) => [part.id, part.parent]))
  }

  /** The number of a part's title; undefined for one without a number. */
  part(id: PartId): WordNumber | undefined {
    const number = this.#numbers.get(id)
    switch (number?.level) {
      case undefined:
      case 'none':
        return undefined
      case 'roman':
        return this.#outline(0, this.#scope(id))
      case 'arabic':
        return this.#outline(number.path.length, this.#scope(id))
      case 'chuong':
        return this.#list('chuong', [level(LevelFormat.UPPER_ROMAN, 'Chương %1')], 'plan')
      case 'annex':
        return number.label === 'Phụ lục'
          ? this.#literal(number.label)
          : this.#list('annex', [level(LevelFormat.UPPER_ROMAN, 'Phụ lục %1')], 'plan')
      case 'phan':
        return this.#literal(number.label)
    }
  }

  /** Call at the start of each part: its items are counted anew. */
  beginPart(): void {
    this.#runs = new Map()
  }

  /** The number of a block, given its derived label. Blocks must be asked for in order. */
  block(part: PartId, block: TextBlock, label: string): WordNumber {
    switch (block.kind) {
      case 'heading':
        return this.#outline(label.split('.').filter((piece) => piece !== '').length, this.#scope(part))
      case 'numbered':
        return this.#item(block, label === `1${this.#end}`, `numbered-${this.#style}`, [
          level(LevelFormat.DECIMAL, `%1${this.#end}`),
        ])
      case 'lettered':
        return this.#letter(block, label)
      default:
        return this.#list(`mark${label}`, [level(LevelFormat.BULLET, label)], 'all')
    }
  }

  /** The abstract lists that were used, for the document's `numbering.config`. */
  definitions(): { reference: string; levels: ILevelsOptions[] }[] {
    return [...this.#definitions].map(([reference, levels]) => ({ reference, levels }))
  }

  get #end(): string {
    return this.#style === 'party' ? '-' : '.'
  }

  #outline(wordLevel: number, scope: string): WordNumber {
    const levels = [level(LevelFormat.UPPER_ROMAN, `%1${this.#end}`), level(LevelFormat.DECIMAL, `%2${this.#end}`, 1)]
    for (let depth = 2; depth <= levelLimit; depth += 1) {
      const text = Array.from({ length: depth }, (_, index) => `%${index + 2}`).join('.')
      levels.push(level(LevelFormat.DECIMAL, `${text}.`, depth))
    }
    return { ...this.#list(`outline-${this.#style}`, levels, scope), level: Math.min(wordLevel, levelLimit) }
  }

  /** Roman parts of one parent count in one list, with all that hangs below them; so do Arabic ones of none. */
  #scope(id: PartId): string {
    let at: PartId = id
    for (;;) {
      const number = this.#numbers.get(at)
      const parent = this.#parents.get(at) ?? null
      if (number?.level === 'roman') return `roman:${parent ?? ''}`
      if (number?.level !== 'arabic') return `own:${at}`
      if (parent === null) return 'own:'
      at = parent
    }
  }

  #item(block: TextBlock, begins: boolean, reference: string, levels: ILevelsOptions[]): WordNumber {
    const key = `${block.kind}/${block.depth}`
    if (begins || !this.#runs.has(key)) {
      this.#runCount += 1
      this.#runs.set(key, `run:${this.#runCount}`)
    }
    return this.#list(reference, levels, this.#runs.get(key) ?? '')
  }

  /** Word's alphabet has no đ and knows f, j, w and z, so a list of letters is several of Word's. */
  #letter(block: TextBlock, label: string): WordNumber {
    const letter = label.slice(0, -1)
    const run = letterRuns.find(({ from, to }) => letter.length === 1 && from <= letter && letter <= to)
    if (run === undefined || letter === 'đ') return this.#literal(label)
    const start = run.from.charCodeAt(0) - 'a'.charCodeAt(0) + 1
    return this.#item(block, letter === run.from || letter === letters(1), `letter-${run.from}`, [
      { ...level(LevelFormat.LOWER_LETTER, '%1)'), start },
    ])
  }

  #literal(label: string): WordNumber {
    return this.#list(`literal-${label}`, [level(LevelFormat.NONE, label)], 'all')
  }

  #list(reference: string, levels: ILevelsOptions[], scope: string): WordNumber {
    if (!this.#definitions.has(reference)) this.#definitions.set(reference, levels)
    const key = `${reference}|${scope}`
    const instance = this.#instances.get(key) ?? this.#instances.size
    this.#instances.set(key, instance)
    return { reference, level: 0, instance }
  }
}

/** Official documents indent the first line and let the rest run to the margin. */
function level(format: ILevelsOptions['format'], text: string, at = 0): ILevelsOptions {
  return {
    level: at,
    ...(format === undefined ? {} : { format }),
    text,
    alignment: AlignmentType.START,
    suffix: LevelSuffix.SPACE,
    style: { paragraph: { indent: { left: 0, hanging: 0, firstLine: 0 } } },
  }
}
