import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newId, type PartId } from '@soanchung/shared/ids.ts'
import { textBlockOf, type BlockKind } from '@soanchung/shared/plan/blocks.ts'
import {
  countTopHeadings,
  letters,
  numberBlocks,
  numberParts,
  roman,
  type NumberedPart,
  type PartNumber,
} from '@soanchung/shared/plan/numbering.ts'
import type { NumberingStyle } from '@soanchung/shared/plan/meta.ts'
import { buildOutline, partNumberings, partRoles, type PartEntry } from '@soanchung/shared/plan/outline.ts'

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)
console.log(`numbering seed: SEED=${seed}`)

/** Parts as a drawing: two spaces a level; `@name` asks for a role or a numbering. */
function partsOf(drawing: readonly string[]): NumberedPart[] {
  const open: PartId[] = []
  return drawing.map((line) => {
    const level = (/^ */.exec(line)?.[0].length ?? 0) / 2
    const id = newId<PartId>()
    open.length = level
    const parent = open.at(-1) ?? null
    open.push(id)
    const asked = /@(\w+)/.exec(line)?.[1]
    const role = partRoles.find((one) => one === asked) ?? 'body'
    const numbering = partNumberings.find((one) => one === asked) ?? 'auto'
    return { id, parent, role, numbering }
  })
}

function labelsOf(drawing: readonly string[], style: NumberingStyle = 'state'): string[] {
  const parts = partsOf(drawing)
  const numbers = numberParts(parts, style)
  return parts.map((part) => numbers.get(part.id)?.label ?? '?')
}

const inPart: PartNumber = { label: '2.', level: 'arabic', path: [2] }

/** The marks of blocks that are given as `kind` or `kind/depth`. */
function marksOf(kinds: readonly string[], part: PartNumber = inPart, style: NumberingStyle = 'state'): string[] {
  const blocks = kinds.map((text) => {
    const [kind = 'paragraph', depth = '0'] = text.replace('!', '').split('/')
    const block = textBlockOf(kind as BlockKind, 'x', Number(depth))
    return text.endsWith('!') ? { ...block, restart: true } : block
  })
  const marks = numberBlocks(blocks, part, style)
  return blocks.map((block) => marks.get(block.id) ?? '')
}

describe('the numbers of parts', () => {
  it.each<[string, string[], string[]]>([
    [
      'counts I., 1. and 1.1. down the ladder',
      ['a', '  b', '    c', '    d', '  e', 'f'],
      ['I.', '1.', '1.1.', '1.2.', '2.', 'II.'],
    ],
    [
      'counts 1., 2. on the highest level where the parts ask for it',
      ['o @opening', 'a @arabic', '  b', 'c @arabic', '  d', '    e'],
      ['', '1.', '1.1.', '2.', '2.1.', '2.1.1.'],
    ],
    ['gives the opening no number', ['o @opening', 'a', 'b'], ['', 'I.', 'II.']],
    [
      'starts Roman numbers anew in each Phần',
      ['p @phan', '  a', 'p @phan', '  b'],
      ['Phần thứ nhất', 'I.', 'Phần thứ hai', 'I.'],
    ],
    [
      'counts chapters through the whole plan',
      ['p @phan', '  c @chuong', 'p @phan', '  c @chuong'],
      ['Phần thứ nhất', 'Chương I', 'Phần thứ hai', 'Chương II'],
    ],
    ['numbers annexes where there are several', ['a', 'x @annex', 'y @annex'], ['I.', 'Phụ lục I', 'Phụ lục II']],
    ['gives a single annex no number', ['a', 'x @annex'], ['I.', 'Phụ lục']],
    ['skips what is not to be numbered', ['a', 'b @none', 'c'], ['I.', '', 'II.']],
  ])('%s', (_, drawing, expected) => {
    expect(labelsOf(drawing)).toEqual(expected)
  })

  it('writes a hyphen in the style of the Party, and a point after 1.1', () => {
    expect(labelsOf(['a', '  b', '    c'], 'party')).toEqual(['I-', '1-', '1.1.'])
  })

  it('counts parts on from the headings in the text above them', () => {
    const parts = partsOf(['a', '  b'])
    const numbers = numberParts(parts, 'state', (id) => (id === parts[0]?.id ? 2 : 0))
    expect(numbers.get(parts[1]?.id ?? newId<PartId>())?.label).toBe('3.')
  })

  it('never gives one number twice among the parts of one parent', () => {
    const drawings = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.constantFrom('auto', 'auto', 'roman', 'none')), {
      maxLength: 30,
    })
    const isUnique = (wanted: [number, string][]) => {
      let level = 0
      const drawing = wanted.map(([deep, numbering], index) => {
        level = index === 0 ? 0 : Math.min(deep, level + 1)
        return `${'  '.repeat(level)}x @${numbering}`
      })
      const parts = partsOf(drawing)
      const numbers = numberParts(parts, 'state')
      const seen = parts
        .map((part) => `${part.parent} ${numbers.get(part.id)?.label}`)
        .filter((one) => !one.endsWith(' '))
      expect(new Set(seen).size).toBe(seen.length)
    }
    fc.assert(fc.property(drawings, isUnique), { seed, numRuns: 500 })
  })

  it('follows the sheet when parts are read from an outline', () => {
    const [first, second] = [newId<PartId>(), newId<PartId>()]
    const entry = (order: string): PartEntry => ({
      place: { parent: null, order },
      title: '',
      numbering: 'auto',
      role: 'body',
      deletedAt: null,
      heading: null,
    })
    const outline = buildOutline(new Map([[first, entry('b')], [second, entry('a')]])) // prettier-ignore
    expect(numberParts(outline.inOrder, 'state').get(second)?.label).toBe('I.')
  })
})

describe('the marks of blocks', () => {
  it.each<[string, string[], string[]]>([
    [
      'counts items and starts letters anew below each',
      ['numbered', 'lettered', 'lettered', 'numbered', 'lettered'],
      ['1.', 'a)', 'b)', '2.', 'a)'],
    ],
    ['counts on over plain paragraphs', ['numbered', 'paragraph', 'numbered'], ['1.', '', '2.']],
    ['counts headings on from the level of the part', ['heading', 'heading/1', 'heading'], ['2.1.', '2.1.1.', '2.2.']],
    ['starts items anew below a heading', ['numbered', 'heading', 'numbered'], ['1.', '2.1.', '1.']],
    ['starts anew where the block says so', ['lettered', 'lettered', 'lettered!'], ['a)', 'b)', 'a)']],
    [
      'keeps the count of outer items over inner ones',
      ['lettered', 'dashed/1', 'plus/2', 'lettered'],
      ['a)', '-', '+', 'b)'],
    ],
    ['leaves quotations and notes without a mark', ['quotation', 'note', 'numbered'], ['', '', '1.']],
  ])('%s', (_, kinds, expected) => {
    expect(marksOf(kinds)).toEqual(expected)
  })

  it('writes 1- for items in the style of the Party', () => {
    expect(marksOf(['numbered', 'numbered'], inPart, 'party')).toEqual(['1-', '2-'])
  })

  it('gives each item in a row the next number, however long the row is', () => {
    const counts = (length: number) => {
      const marks = marksOf(Array.from({ length }, () => 'numbered'))
      expect(marks).toEqual(Array.from({ length }, (_, index) => `${index + 1}.`))
    }
    fc.assert(fc.property(fc.nat({ max: 60 }), counts), { seed, numRuns: 60 })
  })

  it('counts the headings that the parts below go on from', () => {
    const blocks = [textBlockOf('heading', 'a'), textBlockOf('heading', 'b', 1), textBlockOf('paragraph', 'c')]
    expect(countTopHeadings(blocks)).toBe(1)
  })
})

describe('letters and Roman numbers', () => {
  it('runs through the Vietnamese alphabet and on with two letters', () => {
    expect([1, 4, 5, 6, 7, 23, 24, 46, 47].map((count) => letters(count))).toEqual(['a', 'd', 'đ', 'e', 'g', 'y', 'aa', 'ay', 'ba']) // prettier-ignore
  })

  it('never writes two counts with the same letters', () => {
    const all = Array.from({ length: 700 }, (_, index) => letters(index + 1))
    expect(new Set(all).size).toBe(700)
  })

  it('writes Roman numbers that add up to what was counted', () => {
    const values: Record<string, number> = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 }
    const addsUp = (count: number) => {
      const digits = [...roman(count)].map((digit) => values[digit] ?? 0)
      const sum = digits.reduce((all, digit, index) => all + (digit < (digits[index + 1] ?? 0) ? -digit : digit), 0)
      expect([sum, /(.)\1{3}/.test(roman(count))]).toEqual([count, false])
    }
    fc.assert(fc.property(fc.integer({ min: 1, max: 3999 }), addsUp), { seed, numRuns: 2000 })
  })
})
