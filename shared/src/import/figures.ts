/**
 * The figures of the text, offered as targets or budget lines: each with its sentence, a suggested
 * name, the year and the frequency that are said near it. Which numbers are figures at all is
 * decided by quantity-find.ts; here it is decided what they are about. Nothing is made of them
 * until the user accepts them.
 */
import { Big } from 'big.js'
import { firstYear, lastYear, type Period } from '../plan/meta.ts'
import { findQuantities, type FoundQuantity } from '../targets/quantity-find.ts'
import { formatQuantity, parseFrequency, rescale } from '../targets/quantity-text.ts'
import type { Frequency, Quantity } from '../targets/quantity.ts'
import { clip } from './lines.ts'
import { capital, nameOfFigure, type Surroundings } from './figure-names.ts'
import type { Doubt, ImportedBlock, ImportedPart, OfferedBudgetLine, OfferedTarget } from './result.ts'
import { readColumns, readRow, tablesOf, type Table } from './table.ts'

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
  /** The part, or one that it lies in, tells how things stood before the plan. */
  isPast: boolean
  /** The first year of the text, or of what stands above it, for figures whose sentence says none. */
  years: () => string | undefined
}

export function readFigures(parts: readonly ImportedPart[], period: Period): Figures {
  const figures: Figures = { targets: [], budget: [], doubts: [] }
  parts.forEach((part, index) => {
    const tables = tablesOf(part.blocks)
    for (const source of sourcesOf(parts, part, index)) {
      const table = tables[source.block] ?? null
      if (table === null) readSource(source, part, period, figures)
      else if (source.block === table.first) readTable(part, index, table, period, figures)
    }
    checkSum(index, figures)
  })
  return figures
}

const pastTitle = /thực trạng|hiện trạng|tình hình|đặc điểm|kết quả (?:đạt được|thực hiện)/iu

function sourcesOf(parts: readonly ImportedPart[], part: ImportedPart, index: number): Source[] {
  let isPast = false
  for (let at: ImportedPart | undefined = part; at !== undefined; at = parts[at.parent ?? -1]) {
    isPast ||= pastTitle.test(at.title)
  }
  return part.blocks.flatMap((block, at) => {
    const above = [...leadsOf(part.blocks, at), part.title]
    const sourceOf = (text: string, line: number, footnote: number | null): Source => {
      let known: { year: string | undefined } | null = null
      const years = () => (known ??= { year: [text, ...above].flatMap((one) => yearsIn(one)).at(0) }).year
      return { text, line, part: index, block: at, footnote, above, isPast, years }
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

function readTable(part: ImportedPart, index: number, table: Table, period: Period, figures: Figures): void {
  const columns = readColumns(part.blocks[table.first]?.cells ?? [], period)
  if (columns === null) return
  for (let at = table.first + 1; at < table.end; at++) {
    const block = part.blocks[at]
    const row = readRow(block?.cells ?? [], columns)
    if (block === undefined || row === null) continue
    const place = { sentence: block.text, part: index, block: at, footnote: null, line: block.line }
    figures.targets.push({ id: `t${figures.targets.length + 1}`, ...row, frequency: null, ...place })
  }
}

function readSource(source: Source, part: ImportedPart, period: Period, figures: Figures): void {
  const found = findQuantities(source.text)
  const arounds = found.map((figure, index) => surroundings(source.text, figure, found[index - 1], found[index + 1]))
  const names: string[] = []
  let lastLine: OfferedBudgetLine | null = null
  found.forEach((figure, index) => {
    const around = arounds[index]
    if (around === undefined) return
    names.push(nameOfFigure(arounds, index, names, source.above))
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
      const line = budgetLineOf(
        id,
        names.at(-1) ?? '',
        figure.quantity,
        around,
        source,
        part,
        lastLine,
        period,
        figures,
      )
      figures.budget.push({ ...line, ...place })
      lastLine ??= { ...line, ...place }
      return
    }
    const year = yearNear(around, source, period, figures.doubts)
    const frequency = figure.quantity.frequency === undefined ? frequencyNear(around) : null
    const id = `t${figures.targets.length + 1}`
    const name = names.at(-1) ?? ''
    figures.targets.push({ id, name, quantity: figure.quantity, year, frequency, others: [], note: '', ...place })
    doubtComparison(around, figure, source, figures.doubts)
  })
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
    since: text.slice(Math.max(start, previous?.to ?? 0), figure.from).trimEnd(),
    until: text.slice(figure.to, Math.min(end, next?.from ?? end)),
    quantity: figure.quantity,
    isFirst: previous === undefined || previous.to <= start,
    isLast: next === undefined || next.from >= end,
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
  if (said === undefined) return source.isPast ? period.from - 1 : period.to
  const year = Number(said)
  const isYear = said.length === 4 && year >= firstYear && year <= lastYear
  if (isYear && year <= period.to) return year
  const code = isYear ? 'year.outside' : 'year.wrong'
  if (!doubts.some((one) => one.code === code && one.line === source.line)) {
    doubts.push({ code, line: source.line, text: clip(around.sentence), detail: said })
  }
  return isYear ? year : period.to
}

function frequencyNear({ before, until }: Surroundings): Frequency | null {
  const every = /(?:mỗi|hằng|hàng) (ngày|tuần|tháng|quý|năm|nhiệm kỳ)(?!\p{L})/giu
  const said = [...before.matchAll(every)].at(-1) ?? [...(until.split(/[,;:(]/u)[0] ?? '').matchAll(every)].at(0)
  return said === undefined ? null : parseFrequency(said[1] ?? '')
}

function doubtComparison(around: Surroundings, figure: FoundQuantity, source: Source, doubts: Doubt[]): void {
  const place = { line: source.line, text: clip(around.sentence), detail: formatQuantity(figure.quantity) }
  const { comparison } = figure.quantity
  if (comparison !== '=' && comparison !== 'range' && /^ trở (?:lên|xuống)/iu.test(around.after)) {
    doubts.push({ code: 'comparison.double', ...place })
  }
  if (/(?:khoảng|gần|xấp xỉ|ước|trên dưới|vượt|cao hơn|thấp hơn) $/iu.test(around.before)) {
    doubts.push({ code: 'comparison.vague', ...place })
  }
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
  said: string,
  amount: Quantity,
  around: Surroundings,
  source: Source,
  part: ImportedPart,
  first: OfferedBudgetLine | null,
  period: Period,
  figures: Figures,
): NewLine {
  const written = yearsIn(around.before).at(-1) ?? yearsIn(around.before.replace(/ của /giu, ' ')).at(-1) ?? null
  const isYear = written !== null && written.length === 4
  if (written !== null && !isYear) {
    figures.doubts.push({ code: 'year.wrong', line: source.line, text: clip(around.sentence), detail: written })
  }
  const isInner = first !== null && /trong đó|bao gồm|gồm/iu.test(source.text.slice(first.to))
  const isNamed = said !== '' && !onlyYear.test(said) && !onlyYear.test(around.before.trim())
  const isTotal = !isInner && written === null && /tổng/iu.test(around.before)
  const name = isNamed ? said : commonName(part, figures, source.part)
  const only = period.from === period.to && !isTotal ? period.to : null
  const year = isYear ? Number(written) : isInner ? first.year : written === null ? only : null
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
  const sum = rest.reduce((all, line) => all.plus(inDong(line.amount)), new Big(0))
  if (sum.eq(stated)) return
  const { measure } = total.amount
  const scale = measure.kind === 'money' ? measure.scale : 'dong'
  const added: Quantity = { ...total.amount, numbers: [rescale(sum.toFixed(), 'dong', scale)] }
  const detail = `${formatQuantity(added)} ≠ ${formatQuantity(total.amount)}`
  figures.doubts.push({ code: 'sum.differs', line: total.line, text: clip(total.sentence), detail })
}

function inDong({ measure, numbers }: Quantity): Big {
  const scale = measure.kind === 'money' ? measure.scale : 'dong'
  return new Big(rescale(numbers[0] ?? '0', scale, 'dong'))
}
