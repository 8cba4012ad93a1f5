/**
 * Why a typed value is no quantity, for the message at its place. It asks the one parser
 * (quantity-text.ts) what the text states and what of it could not stand; it reads nothing by itself.
 */
import { isOverlong, numberPattern, parseDecimal, statedQuantity } from './quantity-text.ts'
import { decimal, quantity, type Measure } from './quantity.ts'

/**
 * `number`: digits that are no number, "80,5,5%"; `order`: a range whose first number is not the smaller
 * one; `large`: more digits than a number has; `year`: a deadline outside the years of the plan;
 * `formula`: it is no quantity and begins as a formula; `text`: words that the parser does not know.
 */
export type QuantityFault = 'number' | 'order' | 'large' | 'year' | 'formula' | 'text'

/** Null where it can be taken, or nothing was typed. `years` are those that a deadline may name. */
export function quantityFault(text: string, measure: Measure, years?: readonly number[]): QuantityFault | null {
  if (text.trim() === '') return null
  const stated = statedQuantity(text, measure)
  if (stated === null) return /^\s*[=＝]/.test(text) ? 'formula' : faultOfUnread(text)
  const { comparison, numbers, base, deadline } = stated
  if (quantity.safeParse(stated).success) {
    return deadline === undefined || years === undefined || years.includes(deadline) ? null : 'year'
  }
  if (!quantity.shape.deadline.safeParse(deadline).success) return 'year'
  if ([...numbers, ...(base === undefined ? [] : [base])].some((one) => !decimal.safeParse(one).success)) return 'large'
  return comparison === 'range' ? 'order' : 'number'
}

function faultOfUnread(text: string): QuantityFault {
  const numbers = text.match(new RegExp(numberPattern, 'gu')) ?? []
  if (numbers.some(isOverlong) || isHighPower(text)) return 'large'
  if (numbers.length === 0) return 'text'
  const isMalformed = numbers.some((one) => parseDecimal(one) === null)
  return isMalformed || !/\p{L}/u.test(text) ? 'number' : 'text'
}

/** "10^30", "1e30". */
function isHighPower(text: string): boolean {
  const [, exponent] = /\d ?(?:\^|e\+?) ?(\d+)/iu.exec(text) ?? []
  return Number(exponent ?? 0) >= 30
}
