/** Formulas as people write and read them, and the names of the cells in them. */
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { newId, type TargetId } from '@soanchung/shared/ids.ts'
import { cellWord, parseFormula, type CellRef } from '@soanchung/shared/targets/formula.ts'
import { cellNamesOf, formatFormula, isFormulaText, readFormula } from '@soanchung/shared/targets/formula-text.ts'
import { target } from '@soanchung/shared/targets/register.ts'
import { aPart } from '../support/plans.ts'
import { announcedSeed } from '../support/random.ts'
import { aLine } from '../support/registers.ts'

const seed = announcedSeed('formula texts')
const years = [2026, 2027]

function namesOf(targets: readonly string[], lines: readonly string[] = []) {
  const part = aPart('Mục tiêu', {
    targets: targets.map((name) => target.parse({ id: newId<TargetId>(), order: 'a0', name })),
    budget: lines.map((name) => aLine(name, {})),
  })
  return cellNamesOf([part], years)
}

const names = namesOf(['Hộ nghèo', 'Hộ cận nghèo'], ['Tập huấn'])
const word = (name: string) => {
  const ref = names.find(name)
  if (ref === null) throw new Error(`no cell is called "${name}"`)
  return cellWord(ref)
}
const poor = word('Hộ nghèo; 2026')

describe('a formula', () => {
  it.each<[typed: string, stored: string, written: string]>([
    [
      '={Hộ nghèo; 2026}+{Hộ cận nghèo;2027}',
      `${poor} + ${word('Hộ cận nghèo; 2027')}`,
      '= {Hộ nghèo; 2026} + {Hộ cận nghèo; 2027}',
    ],
    ['＝ { HO NGHEO ; 2026 } - 1.234,5', `${poor} - 1234.5`, '= {Hộ nghèo; 2026} − 1.234,5'],
    ['= {Hộ nghèo; hiện trạng} – 05', `${word('Hộ nghèo; hiện trạng')} - 5`, '= {Hộ nghèo; hiện trạng} − 5'],
    ['= tong({Hộ nghèo; 2026}; 2; 3)', `sum ( ${poor} , 2 , 3 )`, '= TỔNG({Hộ nghèo; 2026}; 2; 3)'],
    ['= CỘNG(1;2)', 'sum ( 1 , 2 )', '= TỔNG(1; 2)'],
    ['= tỷ lệ({Hộ nghèo; 2026}; 500)', `percent ( ${poor} , 500 )`, '= TỶLỆ({Hộ nghèo; 2026}; 500)'],
    ['= TiLe(1; 2)', 'percent ( 1 , 2 )', '= TỶLỆ(1; 2)'],
    ['= {Hộ nghèo; 2026} × 12,5%', `${poor} * percent(12.5)`, '= {Hộ nghèo; 2026} × 12,5%'],
    ['= 100 triệu đồng + 1,5 tỷ - 20 nghìn', 'trieu(100) + ty(1.5) - nghin(20)', '= 100 triệu + 1,5 tỷ − 20 nghìn'],
    ['= 20 ngàn đồng + 3 tỉ + 5 đồng', 'nghin(20) + ty(3) + dong(5)', '= 20 nghìn + 3 tỷ + 5 đồng'],
    ['= -(1+2)*3:4', '- ( 1 + 2 ) * 3 / 4', '= −(1 + 2) × 3 ÷ 4'],
    ['= 1+(2+3)', '1 + ( 2 + 3 )', '= 1 + (2 + 3)'],
    ['= ((1))+2', '( ( 1 ) ) + 2', '= 1 + 2'],
    ['= 6 ÷ (3 × 2)', '6 / ( 3 * 2 )', '= 6 ÷ (3 × 2)'],
    ['= 6 × (3 ÷ 2)', '6 * ( 3 / 2 )', '= 6 × (3 ÷ 2)'],
    ['= 5 - -3', '5 - - 3', '= 5 − −3'],
    [
      '= {Tập huấn; đơn giá} × {Tập huấn; số lượng 2026}',
      `${word('Tập huấn; đơn giá')} * ${word('Tập huấn; số lượng 2026')}`,
      '= {Tập huấn; đơn giá} × {Tập huấn; số lượng 2026}',
    ],
    ['= {tổng kinh phí; cộng}', 'all_total', '= {Tổng kinh phí; cộng}'],
  ])('%s is kept by ids and written by names', (typed, stored, written) => {
    const read = readFormula(typed, names)
    expect(read).toMatchObject({ ok: true, formula: stored })
    expect(formatFormula(stored, names)).toBe(written)
  })

  it.each<[string, 'cell' | 'syntax', string]>([
    ['= {Hộ khá; 2026} + 1', 'cell', 'Hộ khá; 2026'],
    ['= {Hộ nghèo; 2030}', 'cell', 'Hộ nghèo; 2030'],
    ['= {Hộ nghèo}', 'cell', 'Hộ nghèo'],
    ['= {Hộ nghèo; 2026', 'syntax', '{Hộ nghèo; 2026'],
    ['= 1 +', 'syntax', '1 +'],
    ['= (1 + 2', 'syntax', '(1 + 2'],
    ['= 1 2', 'syntax', '1 2'],
    ['= 1,2,3 + 1', 'syntax', '1,2,3'],
    ['= 5 hộ + 3', 'syntax', 'hộ'],
    ['= {Hộ nghèo; 2026} triệu', 'syntax', 'triệu'],
    ['= {Hộ nghèo; 2026}%', 'syntax', '%'],
    ['= max(1; 2)', 'syntax', 'max'],
    ['= constructor(1)', 'syntax', 'constructor'],
    ['= __proto__', 'syntax', '__proto__'],
    ['= 1 ^ 2', 'syntax', '^ 2'],
    ['= "a"', 'syntax', '"a"'],
    ['== 1', 'syntax', '= 1'],
    ['=', 'syntax', ''],
    [`= ${'9'.repeat(31)} + 1`, 'syntax', '9'.repeat(31)],
    [`= ${'('.repeat(2000)}1${')'.repeat(2000)}`, 'syntax', `${'('.repeat(2000)}1${')'.repeat(2000)}`],
  ])('%.40s is refused whole, with what could not be read', (typed, why, words) => {
    expect(readFormula(typed, names)).toEqual({ ok: false, why, words })
  })

  it('reads the same after it was written, whatever it is', () => {
    const cells = names.all().map(({ ref }) => cellWord(ref))
    const { formula } = fc.letrec<{ formula: string; leaf: string }>((tie) => ({
      leaf: fc.oneof(
        fc.constantFrom(...cells),
        fc.tuple(fc.nat(10_000), fc.nat(99)).map(([whole, part]) => `${whole}${part % 10 === 0 ? '' : `.${part}`}`),
        fc
          .tuple(fc.constantFrom('dong', 'nghin', 'trieu', 'ty', 'percent'), fc.nat(99))
          .map(([name, one]) => `${name}(${one})`),
      ),
      formula: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        tie('leaf'),
        fc
          .tuple(tie('formula'), fc.constantFrom('+', '-', '*', '/'), tie('formula'))
          .map(([a, sign, b]) => `(${a}) ${sign} (${b})`),
        fc
          .tuple(tie('formula'), fc.constantFrom('+', '-', '*', '/'), tie('formula'))
          .map(([a, sign, b]) => `${a} ${sign} ${b}`),
        tie('formula').map((one) => `-(${one})`),
        fc.array(tie('formula'), { minLength: 1, maxLength: 3 }).map((all) => `sum(${all.join(', ')})`),
        fc.tuple(tie('formula'), tie('formula')).map(([a, b]) => `percent(${a}, ${b})`),
      ),
    }))
    let checked = 0
    const readsBack = (stored: string) => {
      const node = parseFormula(stored)
      // A formula may be longer than a cell takes.
      if (node === null || stored.length > 1500) return
      checked += 1
      const read = readFormula(formatFormula(stored, names), names)
      expect(read.ok && parseFormula(read.formula)).toEqual(node)
    }
    fc.assert(fc.property(formula, readsBack), { seed, numRuns: 2000 })
    expect(checked).toBeGreaterThan(1000)
  })

  it('says a cell that is gone as {?}, and such a text is not taken back', () => {
    const ref: CellRef = { of: 'target', id: newId<TargetId>(), field: 'value.2026' }
    const text = formatFormula(`${cellWord(ref)} + 1`, names)
    expect(text).toBe('= {?} + 1')
    expect(readFormula(text, names)).toEqual({ ok: false, why: 'cell', words: '?' })
  })
})

describe('the names of cells', () => {
  const oddNames = fc.constantFrom(
    ...[
      'Hộ nghèo',
      'hộ  nghèo',
      'Ho ngheo',
      'Hộ nghèo (2)',
      'Hộ nghèo (2) (2)',
      'Hộ {nghèo}',
      'Hộ, nghèo,',
      'Hộ; nghèo',
    ],
    ...[
      '',
      ' ',
      'Chưa đặt tên',
      'Tổng kinh phí',
      '2026',
      'Hộ; 2026',
      '= 1 + 2',
      'a\nb',
      'Đường\u00a0điện',
      '}{',
      '?',
      '%',
      'x'.repeat(2000),
    ],
  )

  it('lead each to its own cell, whatever the rows are called', () => {
    const areApart = (targets: string[], lines: string[]) => {
      const known = namesOf(targets, lines)
      const all = known.all()
      expect(all.length).toBe(3 + targets.length * 3 + lines.length * 6)
      for (const { name, ref } of all) {
        expect(known.nameOf(ref)).toBe(name)
        expect(readFormula(`= {${name}}`, known)).toEqual({ ok: true, formula: cellWord(ref), hasCells: true })
      }
    }
    const lists = fc.array(oddNames, { maxLength: 6 })
    fc.assert(fc.property(lists, lists, areApart), { seed, numRuns: 500 })
  })

  it('carry a number where rows are called the same', () => {
    const rows = namesOf(['Hộ nghèo', 'hộ nghèo', 'Hộ nghèo (2)'], ['Hộ nghèo']).all()
    expect(rows.filter(({ name }) => name.endsWith('2027')).map(({ name }) => name)).toEqual([
      ...[
        'Tổng kinh phí; 2027',
        'Hộ nghèo; 2027',
        'hộ nghèo (2); 2027',
        'Hộ nghèo (2) (2); 2027',
        'Hộ nghèo (3); 2027',
      ],
      'Hộ nghèo (3); số lượng 2027',
    ])
  })

  it('leave out rows that were deleted', () => {
    const gone = target.parse({ id: newId<TargetId>(), order: 'a0', name: 'Cũ', deletedAt: 1 })
    const known = cellNamesOf([aPart('Mục tiêu', { targets: [gone] })], years)
    expect(known.find('Cũ; 2026')).toBeNull()
    expect(known.nameOf({ of: 'target', id: gone.id, field: 'value.2026' })).toBeNull()
  })
})

describe('what is typed', () => {
  it.each<[string, boolean]>([
    ['= {Hộ nghèo; 2026}', true],
    ['=1+2', true],
    ['＝ 1', true],
    ['= 100 triệu - 20 triệu', true],
    ['= 21/21', true],
    ['= (5)', true],
    ['= TỔNG(', true],
    ['= 80%', false],
    ['= 80', false],
    ['=-5', false],
    ['= 100 triệu đồng', false],
    ['= 5 mô hình', false],
    ['=', false],
    ['80', false],
    ['>= 80', false],
    ['', false],
  ])('%s begins a formula: %s', (typed, isFormula) => {
    expect(isFormulaText(typed)).toBe(isFormula)
  })
})
