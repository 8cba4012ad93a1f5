/**
 * What a figure is called in a table of targets: a short noun phrase from the words around it,
 * "Tỷ lệ hộ dân sử dụng nước sạch", without the number, the time and the verbs of a plan. What a
 * sentence says once for several figures ("trên 70% tổ, trên 75% khối được đánh giá tốt") is given
 * to each. Only a suggestion: the user may write another name.
 */
import { isCounted } from '../targets/quantity-find.ts'
import { oneSpace } from './lines.ts'
import type { Quantity } from '../targets/quantity.ts'

/** The words of one sentence around one of its figures. */
export interface Surroundings {
  quantity: Quantity
  /** The whole sentence, and its words before and after the figure. */
  sentence: string
  before: string
  after: string
  /** From the figure before, and up to the one behind. */
  since: string
  until: string
  /** The figures before and behind it stand in the same sentence. */
  isFirst: boolean
  isLast: boolean
}

const longest = 140

const time =
  /,? ?(?<!\p{L})(?:(?:(?:đến|trong|từ|vào) ?(?:hết |cuối )?)?(?<!(?:so với|của|trước) )năm \d{4,5}|(?:định kỳ )?(?:mỗi|hằng|hàng) (?:ngày|tuần|tháng|quý|năm|nhiệm kỳ)(?!\p{L}))/giu
const leading =
  /^(?:[\s,–-]+|(?:và|trong đó|thì|phấn đấu|còn|các|số|những|ra|là|tăng cường|đẩy mạnh|tiếp tục|đảm bảo|bảo đảm)(?=[\s,]|$))+/iu
const leadingVerb =
  /^(?:[\s,–-]+|(?:và|có|trong đó|thì|là|phấn đấu|đạt|với|còn|các|số|những|ra|được|tổ chức|tăng cường|đẩy mạnh|tiếp tục|đảm bảo|bảo đảm|toàn xã có)(?=[\s,]|$))+/iu
const trailing =
  /(?:[\s,:(–-]+|(?<=^|[\s,(])(?:và|có|trong đó|thì|là|phấn đấu|đạt|với|còn|trên|để|đảm bảo|bảo đảm|ít nhất|khoảng|gần|tại|ở|từ|được|tổ chức|thu hút)(?=$|[\s,:(–-]))+$/iu
const verbs =
  'được|đạt|có|tham gia|thực hiện|hoàn thành|đăng ký|xây dựng|xếp loại|tổ chức|duy trì|hoạt động|biết|sử dụng|ký|tiếp cận|đảm bảo|bảo đảm'
const verb = new RegExp(`(?:^|\\s)(?:${verbs})(?=\\s|$)`, 'iu')
const leadsOn = new RegExp(`(?:^|\\s)(?:${verbs})(?: được)?\\s*$`, 'iu')
/** The verb of the next figure's clause, left at the end of this one's: "…, vận động 100% …". */
const nextVerb =
  /,\s*(?:vận động|kết nạp|thu hút|thành lập|xây dựng|xây|trồng|hỗ trợ|giúp đỡ|giúp|tổ chức|phát triển|giới thiệu|đào tạo|giải quyết|duy trì)(?: mới| thêm| được)?\s*$/iu
/** Verbs that say what becomes of the things counted. */
const becoming = /(?:xây mới|xây dựng mới|thành lập mới|trồng mới|làm mới|mở mới|nâng cấp|sửa chữa)$/iu
/** Where the words that only narrow a long subject begin. */
const narrowing = /,? (?:các|của|thuộc|trực thuộc|ở|tại|trong|trên địa bàn) /iu

function withoutTime(text: string): string {
  return /(?:năm|mỗi|hằng|hàng) /iu.test(text) ? text.replace(time, '') : text
}

/** The name of the figure at `index`; `names` are those of the figures before it. */
export function nameOfFigure(
  all: readonly Surroundings[],
  index: number,
  names: readonly string[],
  above: readonly string[],
): string {
  const one = all[index]
  if (one === undefined) return ''
  const before = one.isFirst ? undefined : all[index - 1]
  switch (one.quantity.measure.kind) {
    case 'percent':
      return shareName(all, index, names, above)
    case 'money': {
      const ahead = phraseAhead(one, before, above)
      return capital(ahead === '' ? phraseBehind(one.until) : ahead)
    }
    case 'count':
      return countName(one.quantity.measure.noun, one, before, above)
  }
}

function shareName(
  all: readonly Surroundings[],
  index: number,
  names: readonly string[],
  above: readonly string[],
): string {
  const one = all[index]
  if (one === undefined) return ''
  const before = one.isFirst ? undefined : all[index - 1]
  const behind = phraseBehind(one.until)
  if (behind !== '') {
    if (verb.exec(behind)?.index === 0) return `Tỷ lệ ${shorten(`${subjectBefore(all, index)} ${behind}`.trim())}`
    const end = sharedEnd(all, index)
    return `Tỷ lệ ${shorten(end === '' ? behind : `${behind.replace(leadsOn, '')} ${end}`)}`
  }
  // "… có 03 tổ hợp tác, đạt 12%": the share of what was just counted.
  const last = names[index - 1]
  const isShareOfLast = /[,(]\s*(?:đạt|chiếm|bằng|tương đương)?\s*(?:tỷ lệ|tỉ lệ)?\s*$/iu.test(one.since)
  if (before?.quantity.measure.kind === 'count' && isShareOfLast && last?.startsWith('Số ') === true) {
    return `Tỷ lệ ${last.slice(3)}`
  }
  const ahead = phraseAhead(one, before, above)
  return capital(/^(?:tỷ lệ|tỉ lệ|mức|số)/iu.test(ahead) ? ahead : `Tỷ lệ ${small(ahead)}`)
}

/** Whom "75% có trình độ …" is about: the subject of the nearest figure before it that names one. */
function subjectBefore(all: readonly Surroundings[], index: number): string {
  for (let at = index - 1; at >= 0; at--) {
    const one = all[at]
    const behind = one?.quantity.measure.kind === 'percent' ? phraseBehind(one.until) : ''
    const found = verb.exec(behind)
    if (found !== null && found.index > 0) return behind.slice(0, found.index)
  }
  return ''
}

/** What the words of the figures behind it say of this one too, or what its last verb is about. */
function sharedEnd(all: readonly Surroundings[], index: number): string {
  const one = all[index]
  const next = all[index + 1]
  if (one === undefined || next === undefined || one.isLast) return ''
  const open = /,[^,]{0,9}\S+$|trong đó/iu.test(one.until.trimEnd()) ? null : leadsOn.exec(one.until)
  if (open !== null && next.quantity.measure.kind === 'count') {
    return `${open[0].trim()} ${countedPhrase(next.quantity.measure.noun, next).text}`
  }
  if (!/^[^;:.()]+$/u.test(one.until) || verb.test(one.until) || next.quantity.measure.kind !== 'percent') return ''
  const behind = phraseBehind(next.until)
  const found = verb.exec(behind)
  if (found === null) return sharedEnd(all, index + 1)
  return found.index > 0 ? behind.slice(found.index).trim() : ''
}

function countName(
  noun: string,
  one: Surroundings,
  before: Surroundings | undefined,
  above: readonly string[],
): string {
  const clause = lastClause(one.since === '' ? one.before : one.since)
  // A part's title says nothing more about a noun that is already there.
  const ahead = phraseAhead(one, before, above.slice(0, -1))
  if (/đồng\//iu.test(noun) && ahead !== '') return capital(ahead)
  const { text, isSaid } = countedPhrase(noun, one)
  const each = eachOf.exec(clause)?.[1]
  const becomes = becoming.exec(clause.trim())?.[0]
  if (each !== undefined)
    return `Số ${shorten(`${text} ${small(each.replace(/(?<=^mỗi .+) (?:có|đạt|tổ chức)$/iu, ''))}`)}`
  if (becomes !== undefined && !verb.test(text)) return `Số ${shorten(`${text} ${small(becomes)}`)}`
  if (isSaid || ahead === '') return `Số ${shorten(text)}`
  const isPlace = /(?:^|\s)(?:ở|tại)\s*$/iu.test(clause)
  return `Số ${shorten(`${text}${isPlace ? ' có' : ''} ${small(ahead)}`)}`
}

const eachOf = /(?<!\p{L})(mỗi (?!ngày|tuần|tháng|quý|năm|nhiệm kỳ)\p{L}+(?: \p{L}+){0,4})\s*$/iu

/** The noun with what stands beside it, "thôn, khu phố"; `isSaid` where more is said about it. */
function countedPhrase(noun: string, one: Surroundings): { text: string; isSaid: boolean } {
  let rest = one.until
  let nouns = small(noun)
  for (;;) {
    const beside = /^(?:,| và) ([^,;:.()]+)/u.exec(rest)
    if (beside === null || !isCounted(beside[1] ?? '')) break
    nouns += beside[0]
    rest = rest.slice(beside[0].length)
  }
  const behind = phraseBehind(rest)
  const text = bare(nouns)
  if (behind !== '' && !isBeside(behind)) return { text: `${text} ${behind}`, isSaid: true }
  return { text, isSaid: verb.test(text) || /[”"]$/u.test(text) }
}

/** What the words behind a figure say that it counts, up to the end of their clause. */
function phraseBehind(text: string): string {
  if (/^\s*(?:[,;.:)]|$|trong đó|trở lên|trở xuống)/iu.test(text)) return ''
  const clause = withoutTime(
    text
      .replace(/: ?(?=[“"])/gu, ' ')
      .split(/[;:()]|\.(?=\s|$)|,?\s(?:theo|(?:không )?để|nhằm|trong đó|trong khi)\s/u)[0] ?? '',
  )
  let phrase = ''
  let isListing = false
  for (const piece of piecesOf(clause)) {
    const isShort = piece.trim().split(' ').length <= 2
    const goesOn = isShort || isListing || /^ ?(?:không|chưa) (?!để|còn|có)|(?:^| )được /iu.test(piece)
    const isWhole = phrase.length >= 30 && (verb.test(phrase) || /[”"]$/u.test(phrase))
    if (phrase !== '' && isWhole && (!goesOn || phrase.length + piece.length > longest)) break
    isListing = isWhole && isShort
    phrase += (phrase === '' ? '' : ',') + piece
  }
  return closeQuotes(withoutNarrowing(phrase.replace(nextVerb, '').replace(leading, '').replace(trailing, '').trim()))
}

/** Pieces between the commas that stand outside quotation marks. */
function piecesOf(clause: string): string[] {
  return clause.match(/(?:[^,“"]|“[^”]*(?:”|$)|"[^"]*(?:"|$))+/gu) ?? []
}

/** A subject so long that its predicate would be cut off keeps its first words. */
function withoutNarrowing(phrase: string): string {
  const found = verb.exec(phrase)
  if (phrase.length <= longest || found === null || found.index < 60) return phrase
  const subject = phrase.slice(0, found.index)
  return (subject.split(narrowing)[0] ?? subject) + phrase.slice(found.index)
}

/** What the words before a figure say, for one that ends its clause: "tỷ lệ … đạt 90%". */
function phraseAhead(one: Surroundings, before: Surroundings | undefined, above: readonly string[]): string {
  const since = one.since === '' ? one.before : one.since
  const clause = lastClause(since)
  // "446 mô hình được xây dựng ở 340 thôn": the words go on about what was counted before.
  const measure = before?.quantity.measure
  const isGoingOn = measure?.kind === 'count' && clause === since && !/^[,\s]*(?:và|có)?\s*$/iu.test(clause)
  const phrase = bare(isGoingOn && !/^,/u.test(clause) ? `${small(measure.noun)} ${clause}` : clause)
  return shorten(closeQuotes(phrase === '' ? bare(above[0] ?? '') : phrase))
}

function lastClause(text: string): string {
  return (
    text
      .split(/[;:()]|\.(?=\s)/u)
      .filter((piece) => piece.trim() !== '')
      .at(-1) ?? ''
  )
}

function bare(clause: string): string {
  return withoutTime(oneSpace(clause)).replace(leadingVerb, '').replace(trailing, '').trim()
}

/** Words that go on about something else than what is counted: "01 lần với Ban Dân vận". */
function isBeside(phrase: string): boolean {
  return /^(?:với|tại|ở|trong|để|theo|nhằm|vào|do)(?!\p{L})/iu.test(phrase)
}

function shorten(text: string): string {
  if (text.length <= longest) return text
  const cut = text.slice(0, longest)
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

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
