import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { moneyInWords } from '@soanchung/shared/targets/money-words.ts'
import type { MoneyScale } from '@soanchung/shared/targets/quantity.ts'
import { announcedSeed } from '../support/random.ts'

const seed = announcedSeed('money in words')

describe('an amount of money in words', () => {
  it.each<[string, string]>([
    ['0', 'Không'],
    ['1', 'Một'],
    ['4', 'Bốn'],
    ['5', 'Năm'],
    ['10', 'Mười'],
    ['11', 'Mười một'],
    ['14', 'Mười bốn'],
    ['15', 'Mười lăm'],
    ['19', 'Mười chín'],
    ['20', 'Hai mươi'],
    ['21', 'Hai mươi mốt'],
    ['24', 'Hai mươi bốn'],
    ['25', 'Hai mươi lăm'],
    ['31', 'Ba mươi mốt'],
    ['55', 'Năm mươi lăm'],
    ['91', 'Chín mươi mốt'],
    ['99', 'Chín mươi chín'],
    ['100', 'Một trăm'],
    ['101', 'Một trăm linh một'],
    ['104', 'Một trăm linh bốn'],
    ['105', 'Một trăm linh năm'],
    ['110', 'Một trăm mười'],
    ['111', 'Một trăm mười một'],
    ['115', 'Một trăm mười lăm'],
    ['121', 'Một trăm hai mươi mốt'],
    ['200', 'Hai trăm'],
    ['255', 'Hai trăm năm mươi lăm'],
    ['505', 'Năm trăm linh năm'],
    ['999', 'Chín trăm chín mươi chín'],
    ['1000', 'Một nghìn'],
    ['1001', 'Một nghìn không trăm linh một'],
    ['1005', 'Một nghìn không trăm linh năm'],
    ['1010', 'Một nghìn không trăm mười'],
    ['1015', 'Một nghìn không trăm mười lăm'],
    ['1021', 'Một nghìn không trăm hai mươi mốt'],
    ['1100', 'Một nghìn một trăm'],
    ['1234', 'Một nghìn hai trăm ba mươi bốn'],
    ['2025', 'Hai nghìn không trăm hai mươi lăm'],
    ['10000', 'Mười nghìn'],
    ['10005', 'Mười nghìn không trăm linh năm'],
    ['15000', 'Mười lăm nghìn'],
    ['21000', 'Hai mươi mốt nghìn'],
    ['100000', 'Một trăm nghìn'],
    ['105000', 'Một trăm linh năm nghìn'],
    ['120500', 'Một trăm hai mươi nghìn năm trăm'],
    ['999999', 'Chín trăm chín mươi chín nghìn chín trăm chín mươi chín'],
    ['1000000', 'Một triệu'],
    ['1000001', 'Một triệu không trăm linh một'],
    ['1000005', 'Một triệu không trăm linh năm'],
    ['1000100', 'Một triệu một trăm'],
    ['1001000', 'Một triệu không trăm linh một nghìn'],
    ['1005000', 'Một triệu không trăm linh năm nghìn'],
    ['1050000', 'Một triệu không trăm năm mươi nghìn'],
    ['1200000', 'Một triệu hai trăm nghìn'],
    ['15450000', 'Mười lăm triệu bốn trăm năm mươi nghìn'],
    ['120500000', 'Một trăm hai mươi triệu năm trăm nghìn'],
    ['1000000000', 'Một tỷ'],
    ['1000000005', 'Một tỷ không trăm linh năm'],
    ['1000005000', 'Một tỷ không trăm linh năm nghìn'],
    ['1005000000', 'Một tỷ không trăm linh năm triệu'],
    ['1200000000', 'Một tỷ hai trăm triệu'],
    ['1320800000', 'Một tỷ ba trăm hai mươi triệu tám trăm nghìn'],
    ['12345678901', 'Mười hai tỷ ba trăm bốn mươi lăm triệu sáu trăm bảy mươi tám nghìn chín trăm linh một'],
    ['21000000000', 'Hai mươi mốt tỷ'],
    ['105000000000', 'Một trăm linh năm tỷ'],
    ['1000000000000', 'Một nghìn tỷ'],
    ['1005000000000', 'Một nghìn không trăm linh năm tỷ'],
    ['1000001000000000', 'Một triệu không trăm linh một tỷ'],
    ['2500000000000', 'Hai nghìn năm trăm tỷ'],
    ['-15000', 'Âm mười lăm nghìn'],
  ])('of %s đồng is: %s đồng', (number, words) => {
    expect(moneyInWords(number, 'dong')).toBe(`${words} đồng`)
  })

  it.each<[string, MoneyScale, string | null]>([
    ['1320.8', 'trieu', 'Một tỷ ba trăm hai mươi triệu tám trăm nghìn đồng'],
    ['1.2', 'ty', 'Một tỷ hai trăm triệu đồng'],
    ['150', 'nghin', 'Một trăm năm mươi nghìn đồng'],
    ['0.0015', 'trieu', 'Một nghìn năm trăm đồng'],
    ['0.5', 'dong', null],
    ['0.0000000001', 'ty', null],
    [
      '999999999000000000',
      'dong',
      'Chín trăm chín mươi chín triệu chín trăm chín mươi chín nghìn chín trăm chín mươi chín tỷ đồng',
    ],
    ['9'.repeat(19), 'dong', null],
    ['9'.repeat(10), 'ty', null],
  ])('of %s %s is: %s', (number, scale, words) => {
    expect(moneyInWords(number, scale)).toBe(words)
  })

  it('is read back as the number that it says', () => {
    const readsBack = (number: bigint) => {
      expect(readWords(moneyInWords(String(number), 'dong') ?? '')).toBe(number)
    }
    const numbers = fc.oneof(
      fc.bigInt(-(10n ** 18n) + 1n, 10n ** 18n - 1n),
      fc.tuple(fc.bigInt(0n, 1000n), fc.nat(14)).map(([number, zeros]) => number * 10n ** BigInt(zeros)),
    )
    fc.assert(fc.property(numbers, readsBack), { seed, numRuns: 5000 })
  })
})

const digitWords = ['không', 'một', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín']

/** A reader of its own: words add up, hundreds and groups multiply what stands before them. */
function readWords(text: string): bigint {
  let [total, billions, group] = [0n, 0n, 0n]
  let digit = 0n
  const words = text
    .toLowerCase()
    .replace(/ đồng$/, '')
    .split(' ')
  for (const word of words) {
    if (word === 'trăm' || word === 'mươi') [group, digit] = [group + digit * (word === 'trăm' ? 100n : 10n), 0n]
    else if (word === 'mười') group += 10n
    else if (word === 'nghìn' || word === 'triệu') {
      ;[total, group, digit] = [total + (group + digit) * (word === 'nghìn' ? 1000n : 1_000_000n), 0n, 0n]
    } else if (word === 'tỷ') [billions, total, group, digit] = [total + group + digit, 0n, 0n, 0n]
    else if (word === 'mốt' || word === 'lăm') digit = word === 'mốt' ? 1n : 5n
    else if (word !== 'linh' && word !== 'âm') digit = BigInt(digitWords.indexOf(word))
  }
  const number = billions * 1_000_000_000n + total + group + digit
  return words[0] === 'âm' ? -number : number
}
