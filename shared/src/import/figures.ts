/**
 * The figures of the text, offered as targets or budget lines: each with its sentence, a suggested
 * name, the year and the frequency that are said near it. Which numbers are figures at all is
 * decided by quantity-find.ts; here it is decided what they are about. Nothing is made of them
 * until the user accepts them.
 */
import { Decimal } from 'decimal.js'
import { findQuantities, type FoundQuantity } from '../targets/quantity-find.ts'
import { formatQuantity, parseFrequency, rescale } from '../targets/quantity-text.ts'
import type { Frequency, Quantity } from '../targets/quantity.ts'
import type { Period } from './period.ts'
import type { Doubt, ImportedBlock, ImportedPart, OfferedBudgetLine, OfferedTarget } from './result.ts'

export interface Figures {
  targets: OfferedTarget[]
  budget: OfferedBudgetLine[]
  doubts: Doubt[]
}

/** One text that figures stand in: a block's, or that of one of its footnotes. */
interface Source {
  text: string
  line: number
  part: number
  block: number
  footnote: number | null
  /** The items that it hangs below, nearest first, then the title of its part. */
  above: string[]
  /** The first year of the text, or of what stands above it, for figures whose sentence says none. */
  years: () => string | undefined
}

export function readFigures(parts: readonly ImportedPart[], period: Period): Figures {
  const figures: Figures = { targets: [], budget: [], doubts: [] }
  parts.forEach((part, index) => {
    for (const source of sourcesOf(part, index)) readSource(source, part, period, figures)
    checkSum(index, figures)
  })
  return figures
}

function sourcesOf(part: ImportedPart, index: number): Source[] {
  return part.blocks.flatMap((block, at) => {
    const above = [...leadsOf(part.blocks, at), part.title]
    const sourceOf = (text: string, line: number, footnote: number | null): Source => {
      let known: { year: string | undefined } | null = null
      const years = () => (known ??= { year: [text, ...above].flatMap((one) => yearsIn(one)).at(0) }).year
      return { text, line, part: index, block: at, footnote, above, years }
    }
    const notes = block.footnotes.map((note, footnote) => sourceOf(note.text, note.line, footnote))
    return [sourceOf(block.text, block.line, null), ...notes]
  })
}

const depthOfKind: Record<ImportedBlock['kind'], number> = {
  heading: 0,
  paragraph: 1,
  quotation: 1,
  note: 1,
  numbered: 1,
  lettered: 2,
  dashed: 3,
  plus: 4,
}

/** The texts of the items that a block hangs below, nearest first. */
function leadsOf(blocks: readonly ImportedBlock[], at: number): string[] {
  const leads: string[] = []
  let rank = depthOfKind[blocks[at]?.kind ?? 'paragraph']
  for (let index = at - 1; index >= 0 && rank > 1; index--) {
    const one = blocks[index]
    if (one === undefined || depthOfKind[one.kind] >= rank) continue
    rank = depthOfKind[one.kind]
    leads.push(one.text)
  }
  return leads
}

function readSource(source: Source, part: ImportedPart, period: Period, figures: Figures): void {
  const found = findQuantities(source.text)
  let lastLine: OfferedBudgetLine | null = null
  found.forEach((figure, index) => {
    const around = surroundings(source.text, figure, found[index - 1], found[index + 1])
    const place = {
      sentence: around.sentence,
      part: source.part,
      block: source.block,
      footnote: source.footnote,
      from: figure.from,
      to: figure.to,
      line: source.line,
    }
    if (isBudget(figure.quantity, around, source, part)) {
      const id = `b${figures.budget.length + 1}`
      const line = budgetLineOf(id, figure.quantity, around, source, part, lastLine, period, figures)
      figures.budget.push({ ...line, ...place })
      lastLine ??= { ...line, ...place }
      return
    }
    const year = yearNear(around, source, period, figures.doubts)
    const frequency = figure.quantity.frequency === undefined ? frequencyNear(around.before) : null
    const id = `t${figures.targets.length + 1}`
    const name = targetName(figure.quantity, around, source)
    figures.targets.push({ id, name, quantity: figure.quantity, year, frequency, ...place })
    doubtComparison(around, figure, source, figures.doubts)
  })
}

interface Surroundings {
  /** The whole sentence, and its words before and after the figure. */
  sentence: string
  before: string
  after: string
  /** From the figure before, and up to the one behind. */
  since: string
  until: string
}

const sentenceEnd = /[.;!?…](?=\s|$)/gu
/** How far around a figure its words are looked for; longer sentences are cut. */
const reach = 600

function surroundings(
  text: string,
  figure: FoundQuantity,
  previous: FoundQuantity | undefined,
  next: FoundQuantity | undefined,
): Surroundings {
  const first = Math.max(0, figure.from - reach)
  const last = Math.min(text.length, figure.to + reach)
  const stops = (from: number, to: number) =>
    [...text.slice(from, to).matchAll(sentenceEnd)].map((stop) => from + stop.index + 1)
  const start = stops(first, figure.from).at(-1) ?? first
  // The slice ends inside the text, where a full stop may belong to a number.
  const end = stops(figure.to, last).find((at) => at < last || at === text.length) ?? last
  return {
    sentence: text.slice(start, end).trim(),
    before: text.slice(start, figure.from).trimStart(),
    after: text.slice(figure.to, end),
    since: text.slice(Math.max(start, previous?.to ?? 0), figure.from).trim(),
    until: text.slice(figure.to, Math.min(end, next?.from ?? end)),
  }
}

// ---- years and frequencies

const yearSaid = /(?<!(?:tháng \d{1,2},?|từ|so với|của|trước|quyết định|hơn) )(?<![\p{L}])năm (\d{4,5})(?!\d)/giu
const spanSaid = /(?:giai đoạn|nhiệm kỳ|thời kỳ) ?\d{4} ?(?:[-–—]|đến) ?(\d{4})/giu

/** The years that a text names as its own, not those of documents that it cites. */
function yearsIn(text: string): string[] {
  const named = [...text.matchAll(yearSaid), ...text.matchAll(spanSaid)]
  return named.sort((a, b) => a.index - b.index).map((found) => found[1] ?? '')
}

function yearNear(around: Surroundings, source: Source, period: Period, doubts: Doubt[]): number {
  const said = yearsIn(around.before).at(-1) ?? yearsIn(around.after).at(0) ?? source.years()
  if (said === undefined) return period.to
  const year = Number(said)
  const isYear = said.length === 4 && year >= 1945 && year <= 2200
  if (isYear && year <= period.to) return year
  const code = isYear ? 'year.outside' : 'year.wrong'
  if (!doubts.some((one) => one.code === code && one.line === source.line)) {
    doubts.push({ code, line: source.line, text: around.sentence.slice(0, 80), detail: said })
  }
  return isYear ? year : period.to
}

function frequencyNear(before: string): Frequency | null {
  const said = [...before.matchAll(/(?:mỗi|hằng|hàng) (ngày|tuần|tháng|quý|năm|nhiệm kỳ)(?!\p{L})/giu)].at(-1)
  return said === undefined ? null : parseFrequency(said[1] ?? '')
}

function doubtComparison(around: Surroundings, figure: FoundQuantity, source: Source, doubts: Doubt[]): void {
  const place = { line: source.line, text: around.sentence.slice(0, 80), detail: formatQuantity(figure.quantity) }
  const { comparison } = figure.quantity
  if (comparison !== '=' && comparison !== 'range' && /^ trở (?:lên|xuống)/iu.test(around.after)) {
    doubts.push({ code: 'comparison.double', ...place })
  }
  if (/(?:khoảng|gần|xấp xỉ|ước|trên dưới|vượt|cao hơn|thấp hơn) $/iu.test(around.before)) {
    doubts.push({ code: 'comparison.vague', ...place })
  }
}

// ---- names

const leading = /^(?:[\s,–-]+|(?:và|trong đó|thì|phấn đấu|còn|các|số|những|ra)(?=[\s,]|$))+/iu
const leadingVerb = /^(?:[\s,–-]+|(?:và|có|trong đó|thì|là|phấn đấu|đạt|với|còn|các|số|những|ra|được)(?=[\s,]|$))+/iu
const trailing =
  /(?:[\s,:–-]+|(?<=^|[\s,])(?:và|có|trong đó|thì|là|phấn đấu|đạt|với|còn|trên|hằng năm|hàng năm|mỗi năm|mỗi quý|mỗi tháng|để|đảm bảo|bảo đảm|ít nhất|khoảng|gần|tại|ở|từ|được))+$/iu
const verb =
  /(?:^|\s)(?:được|đạt|có|tham gia|thực hiện|hoàn thành|đăng ký|xây dựng|xếp loại|tổ chức|duy trì|hoạt động|là|biết|sử dụng|ký|tiếp cận|đảm bảo|bảo đảm)(?=\s|$)/iu
const longestName = 120

function targetName(quantity: Quantity, around: Surroundings, source: Source): string {
  const behind = phraseBehind(around.until)
  const ahead = phraseAhead(around.since === '' ? around.before : around.since, source)
  switch (quantity.measure.kind) {
    case 'percent':
      if (behind === '') return capital(/^(?:tỷ lệ|tỉ lệ|mức|số)/iu.test(ahead) ? ahead : `Tỷ lệ ${small(ahead)}`)
      return `Tỷ lệ ${behind}`
    case 'money':
      return capital(ahead === '' ? behind : ahead)
    case 'count': {
      const { noun } = quantity.measure
      if (/đồng\//iu.test(noun) && ahead !== '') return capital(ahead)
      if (behind !== '' && !isBeside(behind)) return `Số ${small(noun)} ${behind}`
      return ahead === '' ? `Số ${small(noun)}` : `Số ${small(noun)} (${small(ahead)})`
    }
  }
}

/** What the words behind a figure say that it counts, up to the end of their clause. */
function phraseBehind(text: string): string {
  if (/^\s*(?:[,;.:)]|$|trong đó|trở lên|trở xuống)/iu.test(text)) return ''
  const clause = text.split(/[;:()]|\.(?=\s|$)|,?\s(?:theo|để|nhằm|trong đó|trong khi)\s/u)[0] ?? ''
  let phrase = ''
  for (const piece of clause.split(',')) {
    const isWhole = phrase.length >= 30 && (verb.test(phrase) || /[”"]$/u.test(phrase))
    if (isWhole || (phrase !== '' && phrase.length + piece.length > longestName)) break
    phrase += (phrase === '' ? '' : ',') + piece
  }
  return shorten(closeQuotes(phrase.replace(leading, '').replace(trailing, '').trim()))
}

/** What the words before a figure say, for one that ends its clause: "tỷ lệ … đạt 90%". */
function phraseAhead(text: string, source: Source): string {
  const clause =
    text
      .split(/[;:()]|\.(?=\s)/u)
      .filter((piece) => piece.trim() !== '')
      .at(-1) ?? ''
  const phrase = bare(clause)
  const lead = phrase === '' ? bare(source.above[0] ?? '') : phrase
  return shorten(closeQuotes(lead))
}

function bare(clause: string): string {
  return clause.replace(leadingVerb, '').replace(trailing, '').trim()
}

/** Words that go on about something else than what is counted: "01 lần với Ban Dân vận". */
function isBeside(phrase: string): boolean {
  return /^(?:với|cho|tại|ở|trong|để|của|về|theo|nhằm|vào|giữa|do)(?!\p{L})/iu.test(phrase)
}

function shorten(text: string): string {
  if (text.length <= longestName) return text
  const cut = text.slice(0, longestName)
  return cut
    .slice(0, Math.max(cut.lastIndexOf(','), cut.lastIndexOf(' ')))
    .replace(trailing, '')
    .trim()
}

/** A quotation mark that the cut left alone would only disturb. */
function closeQuotes(text: string): string {
  const opens = (text.match(/“/gu) ?? []).length
  const closes = (text.match(/”/gu) ?? []).length
  if (opens > closes) return `${text}”`
  return opens < closes ? text.replace('”', '') : text
}

function small(text: string): string {
  return /^\p{Lu}{2}|^\p{Lu}\p{Ll}*(?: \p{Lu})/u.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

// ---- money

const moneyWords = /kinh phí|nguồn|vốn|ngân sách|dự toán|chi phí|tổng chi|nhu cầu/iu
const raised =
  /vận động|quyên góp|ủng hộ|thu nhập|doanh thu|giá trị|lợi nhuận|quỹ|tiết kiệm|dư nợ|doanh số|thu ngân sách/iu
const onlyYear = /^(?:trong )?(?:năm \d{4,5}|kinh phí năm \d{4,5})\s*:?\s*(?:là)?$/iu

/** Money that is spent is a budget line; money to be raised or earned is a target. */
function isBudget(quantity: Quantity, around: Surroundings, source: Source, part: ImportedPart): boolean {
  if (quantity.measure.kind !== 'money') return false
  if (onlyYear.test(around.before.trim()) || moneyWords.test(around.before)) return true
  if (raised.test(around.before)) return false
  return (
    moneyWords.test(part.title) || source.above.some((text) => moneyWords.test(text)) || quantity.comparison === '='
  )
}

type NewLine = Pick<OfferedBudgetLine, 'id' | 'name' | 'amount' | 'year' | 'isTotal' | 'within'>

function budgetLineOf(
  id: string,
  amount: Quantity,
  around: Surroundings,
  source: Source,
  part: ImportedPart,
  first: OfferedBudgetLine | null,
  period: Period,
  figures: Figures,
): NewLine {
  const said = yearsIn(around.before).at(-1) ?? yearsIn(around.before.replace(/ của /giu, ' ')).at(-1) ?? null
  const isYear = said !== null && said.length === 4
  if (said !== null && !isYear) {
    figures.doubts.push({ code: 'year.wrong', line: source.line, text: around.sentence.slice(0, 80), detail: said })
  }
  const isInner = first !== null && /trong đó|bao gồm|gồm/iu.test(source.text.slice(first.to))
  const ahead = phraseAhead(around.since, source)
  const isNamed = ahead !== '' && !onlyYear.test(ahead)
  const isTotal = !isInner && said === null && /tổng/iu.test(around.before)
  const name = isNamed ? capital(ahead) : commonName(part, figures, source.part)
  const only = period.from === period.to && !isTotal ? period.to : null
  const year = isYear ? Number(said) : isInner ? first.year : said === null ? only : null
  return { id, name, amount, year, isTotal, within: isInner ? first.id : null }
}

/** "Năm 2026: 1 tỷ" has no name of its own: the total above it has, or the part. */
function commonName(part: ImportedPart, figures: Figures, index: number): string {
  const total = figures.budget.findLast((line) => line.part === index && line.isTotal)
  const name =
    total === undefined ? part.title.toLowerCase() : total.name.replace(/^tổng (?:số |cộng |nhu cầu )?/iu, '')
  return name === '' ? 'Kinh phí' : capital(name)
}

/** The lines of the years against the total that their part states, in đồng, exactly. */
function checkSum(part: number, figures: Figures): void {
  const lines = figures.budget.filter((line) => line.part === part && line.within === null)
  const total = lines.find((line) => line.isTotal)
  const rest = lines.filter((line) => !line.isTotal && line.amount.comparison === '=')
  if (total === undefined || rest.length < 2 || total.amount.comparison !== '=') return
  const stated = inDong(total.amount)
  const sum = rest.reduce((all, line) => all.plus(inDong(line.amount)), new Decimal(0))
  if (sum.equals(stated)) return
  const { measure } = total.amount
  const scale = measure.kind === 'money' ? measure.scale : 'dong'
  const added: Quantity = { ...total.amount, numbers: [rescale(sum.toFixed(), 'dong', scale)] }
  const detail = `${formatQuantity(added)} ≠ ${formatQuantity(total.amount)}`
  figures.doubts.push({ code: 'sum.differs', line: total.line, text: total.sentence.slice(0, 80), detail })
}

function inDong({ measure, numbers }: Quantity): Decimal {
  const scale = measure.kind === 'money' ? measure.scale : 'dong'
  return new Decimal(rescale(numbers[0] ?? '0', scale, 'dong'))
}
