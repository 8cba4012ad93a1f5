/** An amount of money in words, as documents state it below a table: "Bằng chữ: Một tỷ hai trăm triệu đồng". */
import { rescale } from './quantity-text.ts'
import type { MoneyScale } from './quantity.ts'

const digits = ['không', 'một', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín']
/** Of groups of three digits, from the right; they begin again behind "tỷ". */
const groupNames = ['', 'nghìn', 'triệu']

/** Null where it is no whole number of đồng, or has more than 18 digits: words would say another amount. */
export function moneyInWords(number: string, scale: MoneyScale): string | null {
  const dong = rescale(number, scale, 'dong')
  if (!/^-?\d{1,18}$/.test(dong)) return null
  const isNegative = dong.startsWith('-')
  const words = `${isNegative ? 'âm ' : ''}${numberInWords(dong.replace('-', ''))} đồng`
  return words.charAt(0).toLocaleUpperCase('vi') + words.slice(1)
}

function numberInWords(number: string): string {
  if (/^0+$/.test(number)) return 'không'
  const billions = number.slice(0, -9)
  const rest = number.slice(-9)
  const hasBillions = /[1-9]/.test(billions)
  const said = belowBillion(rest, hasBillions)
  return [hasBillions ? `${numberInWords(billions)} tỷ` : '', said].filter(Boolean).join(' ')
}

/** Groups of zeros are not said; a group behind another one says all three digits. */
function belowBillion(number: string, isBehind: boolean): string {
  const padded = number.padStart(9, '0')
  let isFollowing = isBehind
  return [2, 1, 0]
    .flatMap((group) => {
      const three = padded.slice(6 - group * 3, 9 - group * 3)
      if (three === '000') return []
      const words = threeDigits(three, isFollowing)
      isFollowing = true
      return [words, groupNames[group] ?? '']
    })
    .filter(Boolean)
    .join(' ')
}

function threeDigits(three: string, isFollowing: boolean): string {
  const [hundreds = 0, tens = 0, ones = 0] = [...three].map(Number)
  const isLong = isFollowing || hundreds > 0
  const words = isLong ? [digits[hundreds], 'trăm'] : []
  if (tens === 0) {
    if (ones > 0) words.push(...(isLong ? ['linh'] : []), digits[ones])
  } else {
    words.push(...(tens === 1 ? ['mười'] : [digits[tens], 'mươi']))
    if (ones > 0) words.push(lastDigit(ones, tens))
  }
  return words.join(' ')
}

/** "hai mươi mốt", "mười lăm", "bốn mươi tư" is left as "bốn". */
function lastDigit(ones: number, tens: number): string {
  if (ones === 1 && tens > 1) return 'mốt'
  return ones === 5 ? 'lăm' : (digits[ones] ?? '')
}
