import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { shareOut } from '@soanchung/shared/links/sharing.ts'
import { formatQuantity, parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import { quantity, type Quantity } from '@soanchung/shared/targets/quantity.ts'
import { announcedSeed } from '../support/random.ts'

const seed = announcedSeed('sharing')

/** The shares in words, for units a, b, c … with these weights. */
function shared(value: string, ...weights: string[]): string[] | null {
  const units = weights.map((weight, index) => ({ id: String.fromCharCode(97 + index), weight }))
  const read = parseQuantity(value)
  const out = read && shareOut(read, units)
  return out && [...out].map(([id, one]) => `${id}: ${formatQuantity(one, 'cell')}`)
}

describe('a value that is shared by a key', () => {
  it.each<[string, string[], string[] | null]>([
    ['10 hộ', ['1', '1', '1'], ['a: 4', 'b: 3', 'c: 3']],
    ['10 hộ', ['1', '2', '1'], ['a: 3', 'b: 5', 'c: 2']],
    ['100 hộ', ['420', '0', '1.5'], ['a: 100', 'b: 0', 'c: 0']],
    ['10,5 ha', ['1', '1'], ['a: 5,3', 'b: 5,2']],
    ['5 mô hình', ['1', '1', '1', '1', '1', '1', '1'], ['a: 1', 'b: 1', 'c: 1', 'd: 1', 'e: 1', 'f: 0', 'g: 0']],
    ['≥ 10 hộ', ['1', '1'], ['a: ≥ 5', 'b: ≥ 5']],
    ['< 10 hộ', ['1', '0'], ['a: < 10', 'b: 0']],
    ['10 – 12 hộ', ['1', '1'], ['a: 5 – 6', 'b: 5 – 6']],
    ['10 – 11 hộ', ['1', '1'], ['a: 5 – 6', 'b: 5']],
    ['1 tỷ đồng', ['1', '1', '1'], ['a: 0,334', 'b: 0,333', 'c: 0,333']],
    ['1.000 đồng', ['1', '1', '1'], ['a: 334', 'b: 333', 'c: 333']],
    ['12/20 xã', ['1', '1'], ['a: 6', 'b: 6']],
    ['4 buổi/quý', ['1', '1'], ['a: 2/quý', 'b: 2/quý']],
    ['80%', ['1', '1'], null],
    ['65 triệu đồng/người', ['1', '1'], null],
    ['tất cả các xã', ['1', '1'], null],
    ['-5 hộ', ['1', '1'], null],
    ['5 hộ', [], null],
    ['5 hộ', ['0', '0'], null],
    ['5 hộ', ['-1', '3'], null],
  ])('%s by %j is %j', (value, weights, shares) => {
    expect(shared(value, ...weights)).toEqual(shares)
  })

  const weights = fc.array(
    fc.oneof(
      fc.constant('0'),
      fc.bigInt(1n, 10n ** 6n).map(String),
      fc.integer({ min: 1, max: 99 }).map((one) => `0.${one}1`),
    ),
    { minLength: 1, maxLength: 30 },
  )
  const digits = 4
  const scaled = (number: string) => BigInt(Math.round(Number(number) * 10 ** digits))
  const values = fc
    .record({
      comparison: fc.constantFrom('=', '>=', 'range' as const),
      low: fc.nat(10 ** 6),
      step: fc.integer({ min: 1, max: 500 }),
      cut: fc.nat(3),
    })
    .map(({ comparison, low, step, cut }): Quantity => {
      const said = comparison === 'range' ? [low, low + step] : [low]
      const numbers = said.map((one) => String(one / 10 ** cut))
      return quantity.parse({ comparison, numbers, measure: { kind: 'count', noun: 'hộ' } })
    })

  it('adds up again exactly, each share within a unit of its exact one', () => {
    const isFair = (value: Quantity, all: string[]) => {
      const out = shareOut(
        value,
        all.map((weight, id) => ({ id, weight })),
      )
      const total = all.reduce((sum, weight) => sum + scaled(weight), 0n)
      if (total === 0n) {
        expect(out).toBeNull()
        return
      }
      const unit = 10n ** BigInt(digits - Math.max(...value.numbers.map((one) => one.split('.')[1]?.length ?? 0)))
      value.numbers.forEach((whole, end) => {
        const shares = [...(out?.values() ?? [])].map((one) => scaled(one.numbers[end] ?? one.numbers[0] ?? ''))
        expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(scaled(whole))
        // The upper end of a range is shared out above the lower one, so it is within two.
        const within = unit * BigInt(end + 1)
        shares.forEach((share, id) => {
          const off = share * total - scaled(whole) * scaled(all[id] ?? '')
          expect((off < 0n ? -off : off) < within * total).toBe(true)
          if (all[id] === '0') expect(share).toBe(0n)
        })
      })
      for (const one of out?.values() ?? []) expect(quantity.safeParse(one).success).toBe(true)
    }
    fc.assert(fc.property(values, weights, isFair), { seed, numRuns: 2000 })
  })

  it('gives everybody the same in whichever order they stand, but for equal claims to the last unit', () => {
    const standsStill = (value: Quantity, all: string[], turn: number) => {
      const units = [...new Set(all)].map((weight) => ({ id: weight, weight }))
      const turned = [...units.slice(turn % units.length), ...units.slice(0, turn % units.length)].reverse()
      const [one, other] = [shareOut(value, units), shareOut(value, turned)]
      const total = units.reduce((sum, { weight }) => sum + scaled(weight), 0n)
      // Two may have lost exactly as much by rounding; then the first of them gets the unit.
      const lost = units.map(
        ({ weight }) => (scaled(value.numbers[0] ?? '') * scaled(weight)) % (total === 0n ? 1n : total),
      )
      if (new Set(lost).size < units.length || value.comparison === 'range') return
      expect(new Map(other)).toEqual(new Map(one))
    }
    const whole = fc
      .nat(10 ** 6)
      .map((low): Quantity => ({ comparison: '=', numbers: [String(low)], measure: { kind: 'count', noun: '' } }))
    fc.assert(fc.property(whole, weights, fc.nat(30), standsStill), { seed, numRuns: 2000 })
  })
})
