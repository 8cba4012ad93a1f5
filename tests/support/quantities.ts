/** Arbitrary quantities for property tests, long decimals and odd nouns included. */
import fc from 'fast-check'
import {
  comparisons,
  frequencies,
  isNoun,
  moneyScales,
  quantity,
  type Measure,
  type Quantity,
} from '@soanchung/shared/targets/quantity.ts'

const digits = (least: number, most: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: least, maxLength: most }).map((all) => all.join(''))

/** Canonical decimals of up to 30 digits before the point and 10 behind. */
export const decimals = fc
  .tuple(fc.constantFrom('', '', '', '-'), digits(0, 30), digits(0, 10))
  .map(([sign, whole, fraction]) => {
    const number = (whole.replace(/^0+/, '') || '0') + `.${fraction}`.replace(/\.?0*$/, '')
    return number === '0' ? number : sign + number
  })

const words = fc.constantFrom(
  ...['hộ', 'mô hình', 'xã', 'điểm', 'đến', 'lớp', 'trở', 'lên', 'năm', 'mỗi', 'quý', 'người/ha', 'Hội', '(mới)'],
  ...['m2', 'triệu', 'đồng/người', 'tỷ', 'các', '2020', '-', '5', 'không', 'từ', 'trên', '%', '“khéo”', 'tất', 'cả'],
  ...['e5', 'E+30'],
)
const nouns = fc
  .array(words, { maxLength: 4 })
  .map((all) => all.join(' '))
  .filter(isNoun)

export const measures: fc.Arbitrary<Measure> = fc.oneof(
  fc.constant<Measure>({ kind: 'percent' }),
  nouns.map((noun): Measure => ({ kind: 'count', noun })),
  fc.constantFrom(...moneyScales).map((scale): Measure => ({ kind: 'money', scale })),
)

export const quantities = fc
  .record(
    {
      comparison: fc.constantFrom(...comparisons),
      numbers: fc.array(decimals, { maxLength: 2 }),
      measure: measures,
      base: decimals,
      frequency: fc.constantFrom(...frequencies),
      deadline: fc.integer({ min: 1900, max: 2200 }),
    },
    { requiredKeys: ['comparison', 'numbers', 'measure'] },
  )
  .map((one) => {
    const [first = '0', second = '1'] = one.numbers
    const wanted = one.comparison === 'range' ? [first, second] : [first]
    return { ...one, numbers: one.comparison === 'all' || one.comparison === 'none' ? [] : wanted }
  })
  .filter((one): one is Quantity => quantity.safeParse(one).success)
