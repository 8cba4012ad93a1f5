/**
 * Finds the quantities that stand inside prose, for "make this number a target" and for the import.
 * It says less rather than something wrong: numbers of documents, dates, years, ages, durations,
 * articles and slogans are no quantities, and a count needs its noun. A frequency said elsewhere in
 * the sentence ("mỗi quý …") is left to the caller, so that the words found can be replaced by a
 * reference without changing what the sentence says.
 */
import { numberPattern, parseDecimal, parseFrequency, parseQuantity } from './quantity-text.ts'
import { compareDecimals, isNoun, type Comparison, type Quantity } from './quantity.ts'

export interface FoundQuantity {
  /** UTF-16 positions in the sentence, `to` behind the last character. */
  from: number
  to: number
  quantity: Quantity
}

const documentWords =
  'số|nghị quyết|quyết định|chỉ thị|kết luận|thông tri|quy định|kế hoạch|đề án|chương trình|thông tư|nghị định|luật|' +
  'hướng dẫn|công văn|điều|khoản|mục|chương|phần|phụ lục|biểu|mẫu số|khoá|khóa|kỳ họp|lần thứ|thứ|quốc lộ|đường|bước|' +
  'cấp|loại|hạng|lớp|tuổi|đợt|tập|trang|ngõ|phiên'

/** What looks like a number and is none. */
const maskPatterns = [
  /https?:\S+|\S+@\S+/giu,
  /(?<![\p{L}\d])0\d{2,4}[ .]\d{3}[ .]\d{3,4}(?!\d)/gu,
  /\d{1,2} ?[/.-] ?\d{1,2} ?[/.-] ?(?:19|20)\d{2}/gu,
  /(?:ngày|mùng|mồng|hôm) \d{1,2}(?: ?[/-] ?\d{1,2}| tháng \d{1,2})?(?:,? năm \d{4,5})?/giu,
  /tháng \d{1,2}(?: ?[/-] ?\d{4}|,? năm \d{4,5})?(?: (?:đến|-|–) (?:hết )?tháng \d{1,2}(?: ?\/ ?\d{4}|,? năm \d{4})?)?/giu,
  /quý (?:[IVX]+|\d)(?: ?[/-] ?\d{4})?(?!\d)/giu,
  /(?<![\p{L}\d])năm \d{4,5}(?: ?[-–—] ?\d{4})?(?![\d.,%])/giu,
  /(?<![\d.,])(?:19|20)\d{2} ?[-–—/] ?(?:19|20)\d{2}(?![\d%])/gu,
  /(?<![\d.,/])(?:19|20)\d{2}(?![\d%]|[.,]\d| ?%)/gu,
  /\d+\p{Ll}?(?: ?\/ ?\d{4})? ?[-–/] ?\p{Lu}{2,}[\p{L}\d]*(?: ?[-–/] ?\p{Lu}[\p{L}\d]*)*/gu,
  new RegExp(
    `(?<![\\p{L}\\d])(?:${documentWords})(?: thứ)?:? \\d+(?:[/.]\\d+)*(?:/[\\p{L}\\d/-]+)?(?![\\d%]|[.,]\\d| ?%)`,
    'giu',
  ),
  /\d{1,2} ?(?:giờ|h) ?\d{0,2}(?! ?\p{L})/giu,
]

/** Things that plans count, longest first where one begins another; other nouns are guessed. */
const knownNouns = (
  'điểm mô hình|mô hình|đảng viên|hội viên|đoàn viên|thành viên|cán bộ|công chức|viên chức|hộ gia đình|hộ nghèo|' +
  'hộ cận nghèo|hộ dân|hộ|gia đình|xã|phường|thị trấn|huyện|tỉnh|thành phố|thôn|bản|ấp|buôn|làng|tổ dân phố|khu phố|' +
  'khu dân cư|cơ sở|cơ quan|đơn vị|tổ chức|doanh nghiệp|hợp tác xã|tổ hợp tác|tổ tiết kiệm|câu lạc bộ|nhóm|tổ|đội|' +
  'lớp tập huấn|lớp|buổi|lần|cuộc|hội nghị|hội thi|đợt|lượt người|lượt khách|lượt|người|lao động|học sinh|sinh viên|' +
  'thanh niên|phụ nữ|trẻ em|suất quà|suất|phần quà|căn nhà|ngôi nhà|nhà văn hóa|nhà văn hoá|nhà|công trình|dự án|' +
  'tuyến đường|tuyến|km|ha|héc ta|tấn|tạ|kg|m2|m3|m²|m³|km²|m|công lao động|ngày công|con|cây|chi bộ|chi hội|chi đoàn|đảng bộ|sản phẩm|tiêu chí|chỉ tiêu|' +
  'tin, bài|tin bài|bài|hồ sơ|thủ tục|điểm|trường|phòng|bác sĩ|ý kiến|sáng kiến|đề tài|tập thể|cá nhân|đồng chí|' +
  'đại biểu|quần chúng|điển hình|hoạt động|chuyên đề|báo cáo|văn bản|nội dung|nhiệm vụ|việc|tủ sách|vườn|thùng|bể|lò|camera|gương'
)
  .split('|')
  .sort((a, b) => b.length - a.length)
const knownNoun = new RegExp(`^(?:${knownNouns.join('|')})(?![\\p{L}\\p{N}/])`, 'iu')

/** Whether a text begins with a thing that plans count, and not with what somebody does. */
export function isCounted(text: string): boolean {
  return knownNoun.test(text) && !/^(?:tổ chức|hoạt động)(?!\p{L})/iu.test(text)
}

/** Times and ages are no targets, and these words begin no noun. */
const notCounted =
  /^(?:năm|tháng|ngày|tuần|quý|giờ|phút|tuổi|nhiệm kỳ|kỳ|thế kỷ|khóa|khoá|không|có|được|đạt|và|hoặc|của|cho|trong|ngoài|trên|dưới|từ|đến|tới|theo|với|là|thì|mà|các|những|mỗi|hằng|hàng|đã|sẽ|đang|trở|để|về|tại|ở|do|bởi|nhằm|sạch|nhất|này|đó|trước|sau|lên|xuống|lại|nữa|khi|nếu|như|cùng)(?!\p{L})/iu

const number = numberPattern.replace('[-−]?', '')
const numberAt = new RegExp(`(?<![\\p{L}\\d.,/])${number}`, 'giu')
const rangeRest = new RegExp(`^( ?%)? ?(?:đến|tới|[-–—]) ?(${number})`, 'iu')
const nounRange = new RegExp(`^ ?([^\\d.,;:()]{1,40}?) ?(?:đến|tới|[-–—]) ?(${number}) ?`, 'iu')
const baseRest = new RegExp(`^ ?/ ?(${number})`, 'u')
const moneyRest = /^ ?(?:(?:nghìn|ngàn|triệu|tỷ|tỉ)(?: ?đồng)?|đồng|VNĐ|VND)(?!\p{L})/iu
const compoundRest = new RegExp(
  `^ ?(?:tỷ|tỉ|triệu)(?: đồng)?,? ${number} ?(?:triệu|nghìn|ngàn)(?: đồng)?(?!\\p{L})`,
  'iu',
)
const scaleOnly = /(?:nghìn|ngàn|triệu|tỷ|tỉ)$/iu

const leftWords: readonly [Comparison, RegExp][] = [
  [
    '>=',
    /(?:^|[^\p{L}])(?:từ )?(?:ít nhất|tối thiểu|không dưới|không ít hơn|không thấp hơn)(?: là| có| đạt)? $|≥ ?$|>= ?$/iu,
  ],
  ['<=', /(?:^|[^\p{L}])(?:không quá|không vượt quá|tối đa|nhiều nhất)(?: là| có)? $|≤ ?$|<= ?$/iu],
  ['>', /(?:^|[^\p{L}])(?:trên|(?<!(?:cao|thấp|lớn|nhỏ|nhiều|ít|tốt|trễ|sớm|muộn) )hơn) $|> ?$/iu],
  ['<', /(?:^|[^\p{L}])(?:(?<!trên )dưới|chưa đến) $|< ?$/iu],
]

/** All quantities of a sentence, in order, none overlapping. */
export function findQuantities(sentence: string): FoundQuantity[] {
  const masked = maskNumbers(sentence)
  const found: FoundQuantity[] = []
  let end = 0
  for (const candidate of masked.matchAll(numberAt)) {
    if (candidate.index < end) continue
    const one = readAt(sentence, masked, candidate.index, candidate[0], end)
    if (one === null) continue
    found.push(one)
    end = one.to
  }
  return found
}

/** The sentence with every digit of a mask replaced, so that positions stay. */
function maskNumbers(sentence: string): string {
  let masked = sentence
  for (const pattern of maskPatterns) masked = masked.replace(pattern, (text) => text.replace(/\d/g, '#'))
  return masked
}

interface Span {
  /** Where number, unit and noun end. */
  to: number
  /** In the words that parseQuantity reads. */
  text: string
  isCount: boolean
}

function readAt(sentence: string, masked: string, start: number, digits: string, floor: number): FoundQuantity | null {
  if (/[-−]$/.test(sentence.slice(0, start))) return null
  const span = readSpan(sentence, masked, start, digits)
  if (span === null) return null
  if (span.isCount && isSlogan(sentence, start)) return null
  const left = sentence.slice(floor, start)
  const compared = leftComparison(left, sentence.slice(span.to), span)
  const suffix = /^ trở (lên|xuống)(?!\p{L})/iu.exec(sentence.slice(span.to))
  const isRange = / đến /.test(span.text)
  let { to } = span
  let from = start - compared.length
  let text = compared.words + span.text
  if (suffix !== null && compared.words === '' && !isRange) {
    to += suffix[0].length
    text = span.text + suffix[0]
    from = start - (/(?:^|[^\p{L}])(từ )$/iu.exec(left)?.[1]?.length ?? 0)
  } else if (isRange) {
    from = start - (/(?:^|[^\p{L}])(từ )$/iu.exec(left)?.[1]?.length ?? 0)
    text = span.text
  }
  const every = /^(?: ?\/ ?| (?:mỗi|một) )(ngày|tuần|tháng|quý|năm|nhiệm kỳ)(?![\p{L}\d])(?! \d)/iu.exec(
    sentence.slice(to),
  )
  const frequency = every === null ? null : parseFrequency(every[1] ?? '')
  if (every !== null) to += every[0].length
  const quantity = parseQuantity(text)
  if (quantity === null || isImpossible(quantity)) return null
  return { from, to, quantity: frequency === null ? quantity : { ...quantity, frequency } }
}

/** A share above its whole is a date or a mistake; more than all of them is no comparison. */
function isImpossible({ comparison, numbers, base }: Quantity): boolean {
  const [first] = numbers
  if (base === undefined || first === undefined) return false
  return compareDecimals(first, base) > 0 && comparison !== '<='
}

function readSpan(sentence: string, masked: string, start: number, digits: string): Span | null {
  const end = start + digits.length
  const rest = masked.slice(end)
  if (parseDecimal(digits) === null || /^\d/.test(rest)) return null
  const compound = compoundRest.exec(rest)
  if (compound !== null) {
    const to = end + compound[0].length
    return { to, text: sentence.slice(start, to).replace(',', ''), isCount: false }
  }
  const range = rangeRest.exec(rest)
  if (range !== null) return readUnit(sentence, end + range[0].length, `${digits}${range[1] ?? ''} đến ${range[2]}`)
  const apart = nounRange.exec(rest)
  if (apart !== null) {
    const unit = apart[1] ?? ''
    const again = sentence.slice(end + apart[0].length, end + apart[0].length + unit.length)
    if (again.toLowerCase() === unit.toLowerCase() && !notCounted.test(unit)) {
      const to = end + apart[0].length + unit.length
      return { to, text: `${digits} ${unit} đến ${apart[2]} ${unit}`, isCount: true }
    }
  }
  const base = baseRest.exec(rest)
  if (base !== null) return readUnit(sentence, end + base[0].length, `${digits}/${base[1]}`)
  return readUnit(sentence, end, digits)
}

/** Reads what is counted behind a number; null where nothing says so. */
function readUnit(sentence: string, at: number, text: string): Span | null {
  const rest = sentence.slice(at)
  const percent = /^ ?(?:%|phần trăm(?!\p{L}))/iu.exec(rest)
  if (percent !== null) return { to: at + percent[0].length, text: `${text}%`, isCount: false }
  const money = moneyRest.exec(rest)
  if (money === null) {
    const noun = readNoun(rest)
    return noun === null ? null : { to: at + noun.length, text: `${text} ${noun.trim()}`, isCount: true }
  }
  const scale = money[0].trim()
  const behind = at + money[0].length
  const per = /^(?:\/(?!(?:ngày|tuần|tháng|quý|năm|nhiệm kỳ)(?!\p{L}))\p{L}+)+/iu.exec(sentence.slice(behind))
  if (per !== null && /đồng$/iu.test(scale)) {
    return { to: behind + per[0].length, text: `${text} ${scale}${per[0]}`, isCount: true }
  }
  const noun = scaleOnly.test(scale) ? readNoun(sentence.slice(behind)) : null
  if (noun !== null && knownNoun.test(noun.trim())) {
    return { to: behind + noun.length, text: `${text} ${scale} ${noun.trim()}`, isCount: true }
  }
  return { to: behind, text: `${text} ${scale}`, isCount: false }
}

/** The noun at the beginning of a text, its leading space included. */
function readNoun(rest: string): string | null {
  const word = /^ ?(?=\p{L})/u.exec(rest)
  if (word === null) return null
  const text = rest.slice(word[0].length)
  if (notCounted.test(text)) return null
  const known = knownNoun.exec(text)
  const noun = known?.[0] ?? /^\p{Ll}[\p{L}\p{M}]*(?: \p{Ll}[\p{L}\p{M}]*)?/u.exec(text)?.[0]
  if (noun === undefined) return null
  const kept = known !== null ? noun : withoutSecondStop(noun)
  return isNoun(kept) ? word[0] + kept : null
}

function withoutSecondStop(noun: string): string {
  const [first = '', second = ''] = noun.split(' ')
  return second === '' || notCounted.test(second) ? first : noun
}

/** The comparison that stands before a number: how the parser says it, and how long it is here. */
function leftComparison(left: string, right: string, span: Span): { words: string; length: number } {
  const none = { words: '', length: 0 }
  for (const [comparison, pattern] of leftWords) {
    const match = pattern.exec(left)
    if (match === null) continue
    const words = match[0].replace(/^[^\p{L}≥≤<>]/u, '')
    const isPlace = /^trên $/iu.test(words) && isPlaceOf(span.text)
    return isPlace ? none : { words: `${comparison} `, length: words.length }
  }
  // "đạt từ 80%" is a least value; "tăng từ 25% lên 30%" is where it starts.
  const since = /(?:đạt|có|phấn đấu) (từ )$/iu.exec(left)
  const isStart = /^[^.;]{0,60}? (?:lên|xuống|còn|đến|tới|trở)(?!\p{L})/iu.test(right)
  return since === null || isStart ? none : { words: '>= ', length: (since[1] ?? '').length }
}

/** "trên 21/21 xã", "trên 03 lĩnh vực": "on", not "more than". */
function isPlaceOf(text: string): boolean {
  const [, part, whole] = /^([\d.,]+)\/([\d.,]+)/.exec(text) ?? []
  return (part !== undefined && part === whole) || /(lĩnh vực|mặt|phương diện|địa bàn|phương tiện|kênh)/iu.test(text)
}

/** A count inside a short quotation is the name of something: “gia đình 5 không, 3 sạch”. */
function isSlogan(sentence: string, at: number): boolean {
  const before = sentence.slice(Math.max(0, at - 120), at)
  const behind = sentence.slice(at, at + 120)
  const opens = before.lastIndexOf('“') > before.lastIndexOf('”')
  if (opens) return /^[^“”]*”/u.test(behind)
  const straight = (before.match(/"/g) ?? []).length
  return straight % 2 === 1 && behind.includes('"')
}
