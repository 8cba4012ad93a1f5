import { describe, expect, test } from 'vitest'
import { partProgress } from '@soanchung/shared/plan/progress.ts'
import { noEntries, type Target } from '@soanchung/shared/targets/register.ts'
import { aBlock, aQuotedTarget, aTarget, aView, percent } from '../support/plans.ts'

const period = { from: 2026, to: 2027 }
const nothing = { blocks: [], ...noEntries }
const both = { 2026: percent('80'), 2027: percent('85') }

test('a part with an empty paragraph has not begun', () => {
  expect(partProgress({ ...nothing, blocks: [aBlock('paragraph', ' ')] }, period)).toEqual({
    ...{ words: 0, targets: 0, filled: 0, budget: 0 },
    begun: false,
  })
})

test('words are counted with the values that they quote, and a table is a beginning', () => {
  const { sentence } = aQuotedTarget()
  expect(partProgress({ ...nothing, blocks: [sentence] }, period)).toMatchObject({ words: 7, begun: true })
  expect(partProgress({ ...nothing, blocks: [aView()] }, period)).toMatchObject({ words: 0, begun: true })
})

describe('a target', () => {
  const cases: [string, Target, filled: number][] = [
    ['with a value for each year is filled', aTarget('Hộ dùng nước sạch', both), 1],
    ['without one of its years is not', aTarget('Hộ dùng nước sạch', { 2026: percent('80') }), 0],
    ['reckoned once in the term needs the last year', aTarget('Xã', { 2027: percent('85') }, { frequency: 'term' }), 1],
    ['whose last year is missing is not', aTarget('Xã', { 2026: percent('85') }, { frequency: 'term' }), 0],
    [
      'with a value that could not be read is not',
      aTarget('Hộ', {}, { values: { 2026: { quantity: percent('80') }, 2027: { typed: 'khoảng tám mươi' } } }),
      0,
    ],
  ]
  test.each(cases)('%s', (_, target, filled) => {
    expect(partProgress({ ...nothing, targets: [target] }, period)).toMatchObject({ targets: 1, filled })
  })

  test('that was deleted or moved does not count', () => {
    const targets = [aTarget('Đã xoá', both, { deletedAt: 1 }), aTarget('Còn', both)]
    expect(partProgress({ ...nothing, targets }, period)).toMatchObject({ targets: 1, filled: 1 })
  })
})
