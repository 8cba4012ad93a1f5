import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import type { Measure } from '@soanchung/shared/targets/quantity.ts'
import { quantityFault, type QuantityFault } from '@soanchung/shared/targets/quantity-fault.ts'
import { formatQuantity, parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import { quantities } from '../support/quantities.ts'
import { announcedSeed } from '../support/random.ts'

const percent: Measure = { kind: 'percent' }
const seed = announcedSeed('quantity faults')
const thirtyZeros = '0'.repeat(30)

describe('a value that was typed', () => {
  it.each<[string, QuantityFault | null]>([
    ['80,5,5%', 'number'],
    ['1.2345.678 hộ', 'number'],
    ['12/12/2013', 'number'],
    ['5 %%', 'number'],
    ['1 2', 'number'],
    ['5/10%', 'number'],
    ['30 – 25', 'order'],
    ['25 – 25', 'order'],
    ['từ 30 đến 25%', 'order'],
    ['từ 5 tỷ đến 500 triệu đồng', 'order'],
    [`1${thirtyZeros}`, 'large'],
    [`≥ 1${thirtyZeros} hộ`, 'large'],
    [`1 – 1${thirtyZeros}`, 'large'],
    [`5/1${thirtyZeros} xã`, 'large'],
    [`1${'0'.repeat(22)} tỷ lượt`, 'large'],
    ['10^30', 'large'],
    ['1e30', 'large'],
    ['0,12345678901', 'large'],
    ['10^2', 'number'],
    ['80% đến năm 2099', 'year'],
    ['đến năm 2025, trên 70%', 'year'],
    ['80% đến năm 9999', 'year'],
    ['nhiều hộ', 'text'],
    ['khoảng 30%', 'text'],
    ['khoá XI', 'text'],
    ['–', 'text'],
    ['= {Hộ nghèo; 2026} +', 'formula'],
    ['＝1+', 'formula'],
    ['= 80%', null],
    ['80% đến năm 2027', null],
    ['80,50%', null],
    ['25 – 30', null],
    [`9${thirtyZeros.slice(1)}`, null],
    ['0,1234567891', null],
    ['  ', null],
  ])('"%s" has the fault: %s', (text, fault) => {
    expect(quantityFault(text, percent, [2026, 2027])).toBe(fault)
  })

  it('may name any year where none are given', () => {
    expect(quantityFault('80% đến năm 2099', percent)).toBeNull()
  })

  it('has a fault exactly where the parser takes nothing', () => {
    const agrees = (text: string) => {
      expect(quantityFault(text, percent) === null).toBe(parseQuantity(text, percent) !== null)
    }
    const written = quantities.map((one) => formatQuantity(one))
    const spoilt = fc
      .tuple(written, fc.nat(40), fc.constantFrom('', ',5', ' ', '%', '-', 'hộ', '9'.repeat(31)))
      .map(([text, at, with_]) => text.slice(0, at) + with_ + text.slice(at))
    fc.assert(fc.property(spoilt, agrees), { seed, numRuns: 5000 })
  })
})
