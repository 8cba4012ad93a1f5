import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import type { Measure, Quantity } from '@soanchung/shared/targets/quantity.ts'
import {
  formatDecimal,
  formatMeasure,
  formatQuantity,
  parseDecimal,
  parseMeasure,
  parseQuantity,
} from '@soanchung/shared/targets/quantity-text.ts'
import { decimals, measures, quantities } from '../support/quantities.ts'
import { announcedSeed } from '../support/random.ts'

const percent: Measure = { kind: 'percent' }
const count = (noun: string): Measure => ({ kind: 'count', noun })

const seed = announcedSeed('quantity')

describe('a quantity', () => {
  it('is read back from a sentence as it was written, whatever it is', () => {
    const readsBack = (one: Quantity) => {
      expect(parseQuantity(formatQuantity(one, 'sentence'))).toEqual(one)
    }
    fc.assert(fc.property(quantities, readsBack), { seed, numRuns: 10_000 })
  })

  it('is read back from a cell whose column says the measure', () => {
    const readsBack = (one: Quantity) => {
      expect(parseQuantity(formatQuantity(one, 'cell'), one.measure)).toEqual(one)
    }
    fc.assert(fc.property(quantities, readsBack), { seed, numRuns: 10_000 })
  })

  it('keeps the text of what it has read and written once', () => {
    const isStable = (one: Quantity) => {
      const text = formatQuantity(one)
      const read = parseQuantity(text)
      expect(read && formatQuantity(read)).toBe(text)
    }
    fc.assert(fc.property(quantities, isStable), { seed, numRuns: 10_000 })
  })

  it('keeps exact decimals through their Vietnamese form', () => {
    const readsBack = (number: string) => {
      expect(parseDecimal(formatDecimal(number))).toBe(number)
    }
    fc.assert(fc.property(decimals, readsBack), { seed, numRuns: 10_000 })
  })

  it('keeps a measure through the text of its column', () => {
    const readsBack = (one: Measure) => {
      expect(parseMeasure(formatMeasure(one))).toEqual(one)
    }
    fc.assert(fc.property(measures, readsBack), { seed, numRuns: 2000 })
  })

  it.each<[string, Quantity, string]>([
    ['trên 80%', { comparison: '>', numbers: ['80'], measure: percent }, '> 80'],
    ['từ 25 đến 30%', { comparison: 'range', numbers: ['25', '30'], measure: percent }, '25 – 30'],
    ['ít nhất 01 mô hình', { comparison: '>=', numbers: ['1'], measure: count('mô hình') }, '≥ 1'],
    ['21/21 xã', { comparison: '=', numbers: ['21'], measure: count('xã'), base: '21' }, '21/21'],
    ['4.991 triệu đồng', { comparison: '=', numbers: ['4991'], measure: { kind: 'money', scale: 'trieu' } }, '4.991'],
    ['90% trở lên', { comparison: '>=', numbers: ['90'], measure: percent }, '≥ 90'],
    [
      'không quá 02 lần mỗi quý',
      { comparison: '<=', numbers: ['2'], measure: count('lần'), frequency: 'quarter' },
      '≤ 2/quý',
    ],
    [
      'dưới 2,5% đến năm 2030',
      { comparison: '<', numbers: ['2.5'], measure: percent, deadline: 2030 },
      '< 2,5 đến 2030',
    ],
    ['tất cả các xã', { comparison: 'all', numbers: [], measure: count('xã') }, 'tất cả'],
    ['không có hộ nghèo', { comparison: 'none', numbers: [], measure: count('hộ nghèo') }, 'không có'],
  ])('writes "%s" in a sentence and short in a cell', (sentence, one, cell) => {
    expect([formatQuantity(one), formatQuantity(one, 'cell'), parseQuantity(sentence)]).toEqual([sentence, cell, one])
  })

  it.each<[string, string]>([
    ['từ 90% trở lên', '90% trở lên'],
    ['25% - 30%', 'từ 25 đến 30%'],
    ['03 - 05 mô hình', 'từ 03 đến 05 mô hình'],
    ['tối thiểu 1 lớp/năm', 'ít nhất 01 lớp mỗi năm'],
    ['mỗi quý ít nhất 01 buổi', 'ít nhất 01 buổi mỗi quý'],
    ['đến năm 2025, trên 70%', 'trên 70% đến năm 2025'],
    ['5% trở xuống', 'không quá 5%'],
    ['1 tỷ', '1 tỷ đồng'],
    ['1 tỷ 200 triệu đồng', '1.200 triệu đồng'],
    ['từ 500 triệu đến 1 tỷ đồng', 'từ 500 đến 1.000 triệu đồng'],
    ['1,2 triệu lượt khách', '1.200.000 lượt khách'],
    ['65 triệu đồng/người/năm', '65 triệu đồng/người mỗi năm'],
    ['25 %', '25%'],
  ])('reads "%s" as "%s"', (typed, written) => {
    const read = parseQuantity(typed)
    expect(read === null ? '' : formatQuantity(read)).toBe(written)
  })

  it.each<[string, string | null]>([
    ['1.234,5', '1234.5'],
    ['05', '5'],
    ['4.991', '4991'],
    ['1.5', '1.5'],
    ['0.500', '0.5'],
    ['92,10', '92.1'],
    ['1,234', '1.234'],
    ['1,234,567', '1234567'],
    ['1,234.5', '1234.5'],
    ['1\u00a0234,5', '1234.5'],
    ['-0', '0'],
    ['12.34.56', null],
    ['1.2345.678', null],
    ['1e5', null],
    ['', null],
  ])('takes the number "%s" for %s', (typed, number) => {
    expect(parseDecimal(typed)).toBe(number)
  })

  it.each(['12/12/2013', 'khoá XI', '30 - 25%', 'trên', '80% hộ', '5 %%', 'năm', '1e30', ''])(
    'does not read "%s"',
    (typed) => {
      expect(parseQuantity(typed)).toBeNull()
    },
  )
})
