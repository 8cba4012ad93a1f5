/**
 * Quantities as text, both ways: one parser and one formatter. What the formatter writes, the
 * parser reads back as the same quantity, in a sentence ("trên 80%", "ít nhất 01 mô hình") and in a
 * cell of a table, where the measure stands in a column of its own ("> 80", "25 – 30"). The parser
 * reads a whole text or nothing; finding quantities inside prose is quantity-find.ts.
 */
import { Big } from 'big.js'
import {
  decimal,
  deadlineTail,
  frequencyTail,
  isNoun,
  quantity,
  type Comparison,
  type Frequency,
  type Measure,
  type MoneyScale,
  type Quantity,
} from './quantity.ts'

/** A number as Vietnamese texts write it; for building patterns. */
export const numberPattern = '[-−]?\\d+(?:[.,\\u00a0\\u202f]\\d+)*'

const comparisonWords: readonly [Comparison, string][] = [
  ['>=', 'ít nhất(?: là| có)?|tối thiểu(?: là)?|không dưới|không ít hơn|không thấp hơn|≥|>='],
  ['<=', 'không quá|không vượt quá|không nhiều hơn|tối đa(?: là)?|nhiều nhất|cao nhất|≤|<='],
  ['>', 'trên|hơn|lớn hơn|cao hơn|nhiều hơn|vượt|>'],
  ['<', 'dưới|ít hơn|thấp hơn|nhỏ hơn|chưa đến|<'],
  ['=', 'bằng|đúng|='],
]

const moneyWords: Record<MoneyScale, string> = {
  dong: 'đồng',
  nghin: 'nghìn đồng',
  trieu: 'triệu đồng',
  ty: 'tỷ đồng',
}
/** How many zeros each scale adds to a number of đồng. */
export const scaleSteps: Record<MoneyScale, number> = { dong: 0, nghin: 3, trieu: 6, ty: 9 }

export const frequencyText: Record<Frequency, string> = {
  day: 'ngày',
  week: 'tuần',
  month: 'tháng',
  quarter: 'quý',
  half: '6 tháng',
  year: 'năm',
  term: 'nhiệm kỳ',
}

const comparisonText: Record<'=' | '>=' | '>' | '<=' | '<', { words: string; sign: string }> = {
  '=': { words: '', sign: '' },
  '>=': { words: 'ít nhất ', sign: '≥ ' },
  '>': { words: 'trên ', sign: '> ' },
  '<=': { words: 'không quá ', sign: '≤ ' },
  '<': { words: 'dưới ', sign: '< ' },
}

/** `1234.5` as `1.234,5`. */
export function formatDecimal(number: string): string {
  const [whole = '', fraction] = number.split('.')
  return whole.replace(/\B(?=(\d{3})+$)/g, '.') + (fraction === undefined ? '' : `,${fraction}`)
}

/**
 * The canonical decimal of a Vietnamese number, or null. A comma is the decimal mark and full stops
 * part thousands: `4.991` is four thousand. Where full stops cannot part thousands (`1.5`, `0.500`)
 * one is a decimal point, and `1,234,567` or `1,234.5` can only be English.
 */
export function parseDecimal(text: string): string | null {
  return canonical(plainNotation(text))
}

/** Whether it is a number that would be read if it had fewer digits. */
export function isOverlong(text: string): boolean {
  const plain = plainNotation(text)
  return plain !== null && canonical(plain) === null
}

function plainNotation(text: string): string | null {
  const given = text.trim().replace('−', '-')
  const isSpaced = /^-?\d{1,3}([\u00a0\u202f]\d{3})+(,\d+)?$/.test(given)
  const typed = isSpaced ? given.replace(/[\u00a0\u202f]/g, '') : given
  if (/^-?\d+$/.test(typed)) return typed
  if (/^-?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$/.test(typed)) return typed.replaceAll('.', '').replace(',', '.')
  if (/^-?[1-9]\d{0,2}(,\d{3})+\.\d+$/.test(typed)) return typed.replaceAll(',', '')
  if (/^-?[1-9]\d{0,2}(,\d{3}){2,}$/.test(typed)) return typed.replaceAll(',', '')
  if (/^-?\d+[.,]\d+$/.test(typed)) return typed.replace(',', '.')
  return null
}

function canonical(plain: string | null): string | null {
  if (plain === null) return null
  const [, sign = '', whole = '', fraction = ''] = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/.exec(plain) ?? []
  const number = whole + (fraction === '' ? '' : `.${fraction}`)
  const parsed = decimal.safeParse(number === '0' ? number : sign + number)
  return parsed.success ? parsed.data : null
}

/**
 * A quantity as a sentence says it, or as a cell shows it whose measure stands in its own column.
 * Counts below 10 take a zero in a sentence ("05 mô hình"), as official documents write them.
 */
export function formatQuantity(one: Quantity, where: 'sentence' | 'cell' = 'sentence'): string {
  const isCell = where === 'cell'
  const text = isCell ? cellCore(one) : sentenceCore(one)
  const every = one.frequency === undefined ? '' : (isCell ? '/' : ' mỗi ') + frequencyText[one.frequency]
  const until = one.deadline === undefined ? '' : (isCell ? ' đến ' : ' đến năm ') + one.deadline
  return text + every + until
}

function sentenceCore({ comparison, numbers, measure, base }: Quantity): string {
  const [first = '', second = ''] = numbers.map((number) => numberText(number, measure))
  const all = base === undefined ? '' : numberText(base, measure)
  switch (comparison) {
    case 'all':
      return all !== '' ? `tất cả ${withMeasure(all, measure)}` : formatMeasure(measure, 'tất cả các ', 'tất cả')
    case 'none':
      return formatMeasure(measure, 'không có ', 'không có')
    case 'range':
      return `từ ${first} đến ${withMeasure(second, measure)}`
    default: {
      if (comparison === '>=' && measure.kind === 'percent') return `${first}% trở lên`
      const counted = all === '' ? first : `${first}/${all}`
      return comparisonText[comparison].words + withMeasure(counted, measure)
    }
  }
}

function cellCore({ comparison, numbers, base }: Quantity): string {
  const [first = '', second = ''] = numbers.map((number) => formatDecimal(number))
  switch (comparison) {
    case 'all':
      return base === undefined ? 'tất cả' : `tất cả ${formatDecimal(base)}`
    case 'none':
      return 'không có'
    case 'range':
      return `${first} – ${second}`
    default:
      return comparisonText[comparison].sign + first + (base === undefined ? '' : `/${formatDecimal(base)}`)
  }
}

function numberText(number: string, measure: Measure): string {
  return measure.kind === 'count' && /^[1-9]$/.test(number) ? `0${number}` : formatDecimal(number)
}

function withMeasure(number: string, measure: Measure): string {
  return measure.kind === 'percent' ? `${number}%` : formatMeasure(measure, `${number} `, number)
}

/** The measure alone, as its column (ĐVT) shows it: "%", "xã", "triệu đồng", or nothing. */
export function formatMeasure(measure: Measure, before = '', alone = ''): string {
  switch (measure.kind) {
    case 'percent':
      return `${before}%`
    case 'money':
      return before + moneyWords[measure.scale]
    case 'count':
      return measure.noun === '' ? alone : before + measure.noun
  }
}

/** What a column of measures holds ("%", "triệu đồng", "xã"); null where no number could carry it. */
export function parseMeasure(text: string): Measure | null {
  return readMeasure(tidy(text), undefined)?.measure ?? null
}

/**
 * The quantity that a text states, or null where any of it stays unread. `hint` is the measure of a
 * bare number (the column's); one that is written wins.
 */
export function parseQuantity(text: string, hint?: Measure): Quantity | null {
  const parsed = quantity.safeParse(statedQuantity(text, hint))
  return parsed.success ? parsed.data : null
}

/** The same, unchecked: a range may be upside down, a number too long, a deadline in no year of ours. */
export function statedQuantity(text: string, hint?: Measure): Quantity | null {
  const when: Pick<Quantity, 'frequency' | 'deadline'> = {}
  let rest = tidy(text)
  for (let before = ''; before !== rest;) {
    before = rest
    rest = takeTime(rest, when)
  }
  const core = readCore(rest.replace(/^(?:(?:phấn đấu|đạt|có|là|được) )+/iu, ''), hint)
  return core === null ? null : { ...core, ...when }
}

function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[^\S\u00a0\u202f]+/g, ' ')
    .trim()
    .replace(/[.,;:]+$/, '')
}

export function parseFrequency(words: string): Frequency | null {
  const word = words.toLowerCase()
  if (word === 'nửa năm') return 'half'
  const found = Object.entries(frequencyText).find(([, text]) => text === word)
  return found === undefined ? null : (found[0] as Frequency)
}

const leadingFrequency = /^(?:mỗi|hằng|hàng) (ngày|tuần|tháng|quý|6 tháng|nửa năm|năm|nhiệm kỳ),? (?=\S)/iu
const leadingDeadline = /^(?:phấn đấu )?(?:đến|tới) (?:hết |cuối )?năm (\d{4}),? (?=\S)/iu

/** Takes one frequency or deadline off the text's beginning or end. */
function takeTime(text: string, when: Pick<Quantity, 'frequency' | 'deadline'>): string {
  // "từ 100 đến 2020" is a range; a deadline behind "từ" must say that it is a year.
  const deadline =
    leadingDeadline.exec(text) ?? (/^từ .*(đến|tới) \d{4}$/iu.test(text) ? null : deadlineTail.exec(text))
  if (deadline !== null && when.deadline === undefined) {
    when.deadline = Number(deadline[1])
    return text.replace(deadline[0], '').trim()
  }
  const frequency = leadingFrequency.exec(text) ?? frequencyTail.exec(text)
  const read = parseFrequency(frequency?.[1] ?? '')
  if (frequency !== null && read !== null && when.frequency === undefined) {
    when.frequency = read
    return text.slice(0, frequency.index) + text.slice(frequency.index + frequency[0].length)
  }
  return text
}

type Core = Pick<Quantity, 'comparison' | 'numbers' | 'measure' | 'base'>

const allCore = new RegExp(`^(?:tất cả|toàn bộ|cả)(?: các)?(?: (${numberPattern}))?(?: (.+))?$`, 'iu')
const noneCore = /^không(?: có)?(?: (.+))?$/iu
const rangeCore = new RegExp(
  `^(?:từ )?(${numberPattern})([^\\d]*?) ?(?:đến|tới|[-–—]) ?(${numberPattern}) ?(.*)$`,
  'iu',
)
const singleCore = new RegExp(`^(${numberPattern})(?: ?/ ?(${numberPattern}))? ?(.*)$`, 'u')
const comparisonPrefixes = comparisonWords.map(([comparison, words]) => ({
  comparison,
  pattern: new RegExp(`^(?:từ )?(?:${words}) ?(?=[-−]?\\d)`, 'iu'),
}))

function readCore(text: string, hint: Measure | undefined): Core | null {
  const all = allCore.exec(text)
  if (all !== null) return readWhole('all', all[2] ?? '', all[1], hint)
  for (const { comparison, pattern } of comparisonPrefixes) {
    const found = pattern.exec(text)
    if (found !== null) return readSingle(text.slice(found[0].length), comparison, hint)
  }
  const none = noneCore.exec(text)
  if (none !== null) return readWhole('none', none[1] ?? '', undefined, hint)
  const suffix = / ?trở (lên|xuống)$/iu.exec(text)
  if (suffix !== null) {
    const number = text.slice(0, suffix.index).replace(/^từ /iu, '')
    return readSingle(number, suffix[1]?.toLowerCase() === 'lên' ? '>=' : '<=', hint)
  }
  return readRange(text, hint) ?? readSingle(text, '=', hint)
}

function readWhole(
  comparison: 'all' | 'none',
  words: string,
  number: string | undefined,
  hint: Measure | undefined,
): Core | null {
  const base = number === undefined ? undefined : parseDecimal(number)
  const noun = words === '' && hint?.kind === 'count' ? hint.noun : words
  if (base === null || !isNoun(noun)) return null
  return { comparison, numbers: [], measure: { kind: 'count', noun }, ...(base === undefined ? {} : { base }) }
}

function readRange(text: string, hint: Measure | undefined): Core | null {
  const found = rangeCore.exec(text)
  const least = parseDecimal(found?.[1] ?? '')
  const most = parseDecimal(found?.[3] ?? '')
  if (found === null || least === null || most === null) return null
  const upper = readMeasure(found[4] ?? '', hint)
  const between = (found[2] ?? '').trim()
  const lower = between === '' ? upper : readMeasure(between, hint)
  if (upper === null || lower === null) return null
  if (upper.measure.kind === 'money' && lower.measure.kind === 'money') {
    // "từ 500 triệu đến 1 tỷ đồng" is said in the smaller of its scales.
    const scale = smallerScale(lower.measure.scale, upper.measure.scale)
    const numbers = [rescale(least, lower.measure.scale, scale), rescale(most, upper.measure.scale, scale)]
    return { comparison: 'range', numbers, measure: { kind: 'money', scale } }
  }
  if (JSON.stringify(upper.measure) !== JSON.stringify(lower.measure)) return null
  return { comparison: 'range', numbers: [shift(least, lower.steps), shift(most, upper.steps)], measure: upper.measure }
}

const compoundMoney = new RegExp(
  `^(${numberPattern}) ?(tỷ|tỉ|triệu) (?:đồng )?(${numberPattern}) ?(triệu|nghìn|ngàn)(?: ?(?:đồng|đ|vnđ|vnd))?$`,
  'iu',
)

function readSingle(text: string, comparison: Comparison, hint: Measure | undefined): Core | null {
  const compound = compoundMoney.exec(text)
  if (compound !== null) return readCompound(compound, comparison)
  const found = singleCore.exec(text)
  const number = parseDecimal(found?.[1] ?? '')
  const read = readMeasure(found?.[3] ?? '', hint)
  if (found === null || number === null || read === null) return null
  const base = found[2] === undefined ? undefined : parseDecimal(found[2])
  if (base === null) return null
  return {
    comparison,
    numbers: [shift(number, read.steps)],
    measure: read.measure,
    ...(base === undefined ? {} : { base }),
  }
}

/** "1 tỷ 200 triệu đồng", in the smaller of its scales. */
function readCompound(found: RegExpExecArray, comparison: Comparison): Core | null {
  const [high, low] = [parseDecimal(found[1] ?? ''), parseDecimal(found[3] ?? '')]
  const [from, scale] = [scaleOf(found[2] ?? ''), scaleOf(found[4] ?? '')]
  if (high === null || low === null || scaleSteps[from] <= scaleSteps[scale]) return null
  const sum = new Big(rescale(high, from, scale)).plus(low).toFixed()
  return { comparison, numbers: [sum], measure: { kind: 'money', scale } }
}

/** `steps`: how many powers of ten the words themselves add ("1,2 triệu lượt" counts lượt). */
function readMeasure(words: string, hint: Measure | undefined): { measure: Measure; steps: number } | null {
  if (words === '') return { measure: hint ?? { kind: 'count', noun: '' }, steps: 0 }
  if (/^(%|phần trăm)$/iu.test(words)) return { measure: { kind: 'percent' }, steps: 0 }
  const money = /^(nghìn|ngàn|triệu|tr|tỷ|tỉ)?[ .]?(đồng|đ|vnđ|vnd)?$/iu.exec(words)
  if (money !== null) return { measure: { kind: 'money', scale: scaleOf(money[1] ?? '') }, steps: 0 }
  const scaled = /^(nghìn|ngàn|triệu|tỷ|tỉ) (?!đồng)(.+)$/iu.exec(words)
  const noun = scaled?.[2] ?? words
  if (!isNoun(noun)) return null
  return { measure: { kind: 'count', noun }, steps: scaled === null ? 0 : scaleSteps[scaleOf(scaled[1] ?? '')] }
}

function scaleOf(word: string): MoneyScale {
  switch (word.toLowerCase()) {
    case 'nghìn':
    case 'ngàn':
      return 'nghin'
    case 'triệu':
    case 'tr':
      return 'trieu'
    case 'tỷ':
    case 'tỉ':
      return 'ty'
    default:
      return 'dong'
  }
}

function smallerScale(a: MoneyScale, b: MoneyScale): MoneyScale {
  return scaleSteps[a] < scaleSteps[b] ? a : b
}

/** An amount said in another scale, exactly: `1` tỷ is `1000` triệu. */
export function rescale(number: string, from: MoneyScale, to: MoneyScale): string {
  return shift(number, scaleSteps[from] - scaleSteps[to])
}

function shift(number: string, steps: number): string {
  return steps === 0 ? number : new Big(number).times(`1e${steps}`).toFixed()
}
