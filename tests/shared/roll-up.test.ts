/** Values of subordinate plans put together, against a plain recomputation in whole numbers. */
import { describe, expect, it } from 'vitest'
import { isReached, rollUp, type Contribution } from '@soanchung/shared/links/roll-up.ts'
import { formatQuantity, parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import type { Measure, MoneyScale, Quantity } from '@soanchung/shared/targets/quantity.ts'
import { rollUpMethods, type RollUpMethod } from '@soanchung/shared/targets/register.ts'
import { averageOf, unit } from '../support/plain-roll-up.ts'
import { announcedSeed, seededRandom } from '../support/random.ts'

const households: Measure = { kind: 'count', noun: 'hộ' }
const percent: Measure = { kind: 'percent' }
const millions: Measure = { kind: 'money', scale: 'trieu' }
const prices: Measure = { kind: 'count', noun: 'triệu đồng/người' }

/** "80 * 3" weighs 3; an empty text is a plan without a value. */
function contributed(text: string, measure: Measure): Contribution {
  const [value = '', weight = null] = text.split(' * ')
  return { quantity: value === '' ? null : parseQuantity(value, measure), weight }
}

function shown(method: RollUpMethod, measure: Measure, values: string[], wanted: string | null = null): string {
  const read = wanted === null ? null : parseQuantity(wanted, measure)
  const { quantity, counted, left } = rollUp(
    method,
    measure,
    values.map((one) => contributed(one, measure)),
    read,
  )
  return `${quantity === null ? 'nothing' : formatQuantity(quantity)} of ${counted}, left ${left}`
}

describe('what plans say of a target', () => {
  it.each<[RollUpMethod, Measure, string[], string]>([
    ['sum', households, ['10', '20,5', '30'], '60,5 hộ of 3, left 0'],
    ['sum', households, ['10', '', '30'], '40 hộ of 2, left 1'],
    ['sum', households, ['≥ 10', '≥ 5', '1'], 'ít nhất 16 hộ of 3, left 0'],
    ['sum', households, ['> 10', '≥ 5'], 'trên 15 hộ of 2, left 0'],
    ['sum', households, ['25 – 30', '5'], 'từ 30 đến 35 hộ of 2, left 0'],
    ['sum', households, ['≥ 10', '≤ 5'], 'nothing of 0, left 2'],
    ['sum', households, ['10', '80%'], '10 hộ of 1, left 1'],
    ['sum', households, ['tất cả', '10', 'không có', 'tất cả 21'], '31 hộ of 3, left 1'],
    ['sum', households, ['2 hộ/quý', '3 hộ/quý'], '05 hộ of 2, left 0'],
    ['sum', households, ['2 hộ/quý', '3 hộ/tháng', '4'], '04 hộ of 1, left 2'],
    ['sum', households, [], 'nothing of 0, left 0'],
    ['sum', households, ['9'.repeat(30), '1'], 'nothing of 0, left 2'],
    ['sum', millions, ['1 tỷ đồng', '200 triệu đồng', '500 nghìn đồng'], '1.200.500 nghìn đồng of 3, left 0'],
    ['sum', millions, ['1 tỷ đồng', '200'], '1.200 triệu đồng of 2, left 0'],
    ['sum', percent, ['10%', '20%'], 'nothing of 0, left 2'],
    ['sum', prices, ['65', '500 nghìn đồng/người'], '65 triệu đồng/người of 1, left 1'],
    ['average', percent, ['80%', '90%'], '85% of 2, left 0'],
    ['average', percent, ['80% * 3', '90% * 1'], '82,5% of 2, left 0'],
    ['average', percent, ['80% * 3', '90%', '100% * 1'], '85% of 2, left 1'],
    ['average', percent, ['80% * 1', '10% * 0'], '80% of 2, left 0'],
    ['average', percent, ['80% * 0', '10% * 0'], 'nothing of 0, left 2'],
    ['average', percent, ['80% * -1', '10% * 2'], '10% of 1, left 1'],
    ['average', percent, ['1%', '1%', '2%'], '1,33% of 3, left 0'],
    ['average', percent, ['100%', '100%', '99,99%'], '99,997% of 3, left 0'],
    ['average', percent, ['100% * 999999', '99% * 1'], '99,999999% of 2, left 0'],
    ['average', percent, ['0% * 99999999999', '100% * 1'], '0,000000001% of 2, left 0'],
    ['average', percent, ['≥ 80%', '90%', '100%'], '90% trở lên of 3, left 0'],
    ['average', percent, ['≥ 80%', '80%', '81%'], '80,33% trở lên of 3, left 0'],
    ['average', percent, ['≥ 80%', '≤ 90%'], 'nothing of 0, left 2'],
    ['min', households, ['10', '', '8,5'], '8,5 hộ of 2, left 1'],
    ['min', households, ['≥ 10', '8'], '08 hộ of 2, left 0'],
    ['min', households, ['≥ 10', '≤ 8'], 'không quá 08 hộ of 2, left 0'],
    ['max', percent, ['10%', '≥ 20%'], '20% trở lên of 2, left 0'],
    ['max', millions, ['1 tỷ đồng', '900 triệu đồng'], '1.000 triệu đồng of 2, left 0'],
    ['none', households, ['1', '2'], 'nothing of 0, left 2'],
  ])('come together by %s (%o) of %j as: %s', (method, measure, values, text) => {
    expect(shown(method, measure, values)).toBe(text)
  })

  it.each<[string, string[], string]>([
    ['80%', ['80%', '79%', '≥ 85%', '', '≥ 70%'], '02 đơn vị of 3, left 2'],
    ['≤ 5%', ['5%', '6%', '≤ 4%'], '02 đơn vị of 3, left 0'],
    ['80%', ['10 hộ', ''], 'nothing of 0, left 2'],
  ])('are counted where they reach %s: %j', (wanted, values, text) => {
    expect(shown('reached', percent, values, wanted)).toBe(text)
  })

  it('reach nothing where the superior wants nothing', () => {
    expect(shown('reached', percent, ['80%'])).toBe('nothing of 0, left 1')
  })

  it.each<[string, string, boolean | null]>([
    ['tất cả các xã', 'tất cả các xã', true],
    ['21/21 xã', 'tất cả các xã', true],
    ['20/21 xã', 'tất cả các xã', false],
    ['21 xã', 'tất cả các xã', null],
    ['không có hộ nghèo', 'không quá 05 hộ nghèo', true],
    ['1 tỷ đồng', '900 triệu đồng', true],
    ['800 triệu đồng', '0,9 tỷ đồng', false],
    ['500 nghìn đồng/người', '65 triệu đồng/người', null],
    ['80%', '80 hộ', null],
  ])('"%s" against "%s" reaches it: %s', (amount, wanted, answer) => {
    expect(isReached(parseQuantity(amount) as Quantity, parseQuantity(wanted))).toBe(answer)
  })
})

/** Values in thousandths of the smallest scale in use, weights in whole numbers. */
interface Plain {
  thousandths: bigint | null
  scale: MoneyScale
  weight: bigint | null
}
const steps: Record<MoneyScale, bigint> = { dong: 1n, nghin: 1000n, trieu: 1_000_000n, ty: 1_000_000_000n }

it('come together as a plain recomputation in whole numbers says, in 1,000 random cases', () => {
  const seed = announcedSeed('roll-up')
  const random = seededRandom(seed)
  const pick = <One>(all: readonly One[]) => all[random.below(all.length)] as One
  for (let round = 0; round < 1000; round += 1) {
    const measure = pick([households, percent, millions])
    const method = pick(rollUpMethods)
    const isWeighted = random.below(2) === 0
    const plans = Array.from({ length: random.below(12) }, (): Plain => {
      const thousandths =
        random.below(6) === 0 ? null : BigInt(random.below(400_000) - (measure === percent ? 0 : 20_000))
      const weight = isWeighted && random.below(5) > 0 ? BigInt(random.below(50)) : null
      return { thousandths, scale: pick(['nghin', 'trieu', 'ty']), weight }
    })
    const wanted = BigInt(random.below(300_000))
    const rolled = rollUp(
      method,
      measure,
      plans.map((one) => contributionOf(one, measure)),
      quantityOf(wanted, 'trieu', measure),
    )
    const { quantity } = rolled
    const shownAs =
      quantity === null
        ? null
        : `${quantity.numbers[0] ?? ''} ${quantity.measure.kind === 'money' ? quantity.measure.scale : ''}`
    expect({ ...rolled, quantity: shownAs }, `round ${round}, ${method}, ${JSON.stringify(measure)}`).toEqual(
      plainly(method, measure, plans, wanted),
    )
  }
})

function quantityOf(thousandths: bigint, scale: MoneyScale, measure: Measure): Quantity {
  const said: Measure = measure.kind === 'money' ? { kind: 'money', scale } : measure
  return { comparison: '=', numbers: [decimalOf(thousandths, 3)], measure: said }
}

function contributionOf({ thousandths, scale, weight }: Plain, measure: Measure): Contribution {
  const quantity = thousandths === null ? null : quantityOf(thousandths, scale, measure)
  return { quantity, weight: weight === null ? null : String(weight) }
}

function decimalOf(units: bigint, digits: number): string {
  const all = String(units < 0n ? -units : units).padStart(digits + 1, '0')
  return (units < 0n ? '-' : '') + all.slice(0, -digits) + `.${all.slice(-digits)}`.replace(/\.?0+$/, '')
}

function plainly(method: RollUpMethod, measure: Measure, plans: readonly Plain[], wanted: bigint) {
  const nothing = { quantity: null, counted: 0, left: plans.length }
  const isMoney = measure.kind === 'money'
  const given = plans.filter((one): one is Plain & { thousandths: bigint } => one.thousandths !== null)
  const scale =
    (['nghin', 'trieu', 'ty'] as const).find((one) => one === 'trieu' || given.some((each) => each.scale === one)) ??
    'trieu'
  const amounts = given.map(({ thousandths, scale: own, weight }) => ({
    amount: isMoney ? (thousandths * steps[own]) / steps[scale] : thousandths,
    weight: given.some((one) => one.weight !== null) ? weight : 1n,
  }))
  const said = (number: bigint, counted: number, digits = 3) => ({
    quantity: `${decimalOf(number, digits)} ${isMoney && method !== 'reached' ? scale : ''}`,
    counted,
    left: plans.length - counted,
  })
  if (method === 'none' || (method === 'sum' && measure.kind === 'percent') || amounts.length === 0) return nothing
  const all = amounts.map(({ amount }) => amount)
  switch (method) {
    case 'sum':
      return said(
        all.reduce((sum, one) => sum + one, 0n),
        all.length,
      )
    case 'min':
      return said(
        all.reduce((least, one) => (one < least ? one : least)),
        all.length,
      )
    case 'max':
      return said(
        all.reduce((most, one) => (one > most ? one : most)),
        all.length,
      )
    case 'reached': {
      const goal = isMoney ? (wanted * steps.trieu) / steps[scale] : wanted
      return said(BigInt(all.filter((one) => one >= goal).length) * 1000n, all.length)
    }
    case 'average': {
      const weighed = amounts.flatMap(({ amount, weight }) => (weight === null ? [] : [{ amount, weight }]))
      const total = weighed.reduce((sum, { weight }) => sum + weight, 0n)
      if (total === 0n) return nothing
      const weighedSum = weighed.reduce((sum, { amount, weight }) => sum + amount * weight, 0n)
      const goal = isMoney ? (wanted * steps.trieu) / steps[scale] : wanted
      const average = averageOf((weighedSum * unit) / 1000n, total, (goal * unit) / 1000n)
      return said(average, weighed.length, 10)
    }
  }
}
