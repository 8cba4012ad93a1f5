/**
 * The lines of a given text: cleaned (NFC, no invisible characters), with the columns that wide
 * gaps part, and without what a web page or a printer put around the document. Broken lines are
 * joined into paragraphs, and footnotes that stand inside the text are taken to their marks.
 * Every line keeps its number in the text as given.
 */
import type { Doubt, LeftOutLine, LeftOutReason } from './result.ts'
import { readMark } from './mark.ts'
import { joinCells } from './table.ts'

export interface Line {
  number: number
  /** One space between words, none around. */
  text: string
  /** The pieces that tabs or three and more spaces part; one where there is no gap. */
  columns: string[]
  /** What tabs part, empty cells included. */
  cells: string[]
  isAfterBlank: boolean
  /** Set far to the right, as the right one of two columns whose left one is empty here. */
  isRight: boolean
}

export interface Paragraph {
  text: string
  line: number
  /** Those of a row of a table. */
  cells: string[] | null
  footnotes: { at: number; text: string; line: number }[]
  /** A footnote whose mark was not found. */
  isNote: boolean
}

/** The lines that are not blank. */
export function readLines(text: string): Line[] {
  const lines: Line[] = []
  let isAfterBlank = true
  text.split(/\r\n|[\n\r\f\v\u2028\u2029\u0085]/).forEach((raw, index) => {
    const whole = raw
      .normalize('NFC')
      .replace(/[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]/g, '')
      .replace(/\p{Zs}/gu, ' ')
      // Bullets of Word's symbol font.
      .replace(/[\uf0a7\uf0b7\uf0fc]/g, '•')
      .replace(/[\p{Cc}\p{Cs}\p{Co}]/gu, (character) => (character === '\t' ? '\t' : ''))
    const clean = whole.trim()
    if (clean === '') {
      isAfterBlank = true
      return
    }
    const columns = clean
      .split(/\t+| {3,}/)
      .map((piece) => oneSpace(piece))
      .filter((piece) => piece !== '')
    lines.push({
      number: index + 1,
      text: oneSpace(clean),
      columns,
      cells: whole.split('\t').map((cell) => oneSpace(cell)),
      isAfterBlank,
      isRight: /^(?:\t{3}| {20})/.test(raw),
    })
    isAfterBlank = false
  })
  return lines
}

export function oneSpace(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** The beginning of a text, to know it by. */
export function clip(text: string): string {
  if (text.length <= 100) return text
  const cut = text.slice(0, 100)
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), 60))}…`
}

/** Letters and digits only, in lower case: what is equal here says the same. */
export function bareText(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

export function isCapitals(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? []
  return letters.length >= 2 && letters.every((letter) => letter === letter.toUpperCase())
}

const count = String.raw`[:\s]*[\d.,]*`
const webLine = new RegExp(
  '^(?:[•·▪*-] ?)?(?:' +
    [
      `(?:số )?lượt (?:xem|đọc|truy cập|tải)${count}`,
      `(?:đang online|đang truy cập|khách online|hôm nay|hôm qua|trong tuần|tuần này|trong tháng|tháng này|tất cả|tổng (?:số )?(?:lượt )?truy cập)\\s*:\\s*[\\d.,]+`,
      'thống kê truy cập|đăng nhập|đăng ký|trang chủ|tin tức(?: - sự kiện)?|liên hệ|sơ đồ (?:cổng|trang)|xem thêm|bình luận|phản hồi',
      '(?:các )?(?:tin|bài|bài viết|văn bản) (?:khác|liên quan|mới|cùng chuyên mục|đã đưa)(?: khác)?:?|tin mới hơn|tin cũ hơn',
      'in trang(?: này)?|in bài(?: viết)?|bản in|chia sẻ(?: bài viết| lên facebook)?|gửi (?:email|bạn bè|cho bạn bè|phản hồi)',
      'về đầu trang|quay lại|trang trước|trang sau|tải về|tải file|đọc bài(?: viết)?|cỡ chữ.*|a[+-](?: a[+-])*|facebook|twitter|zalo',
      '(?:ngày đăng|cập nhật|đăng lúc|ngày cập nhật|đăng ngày)(?: lúc)?:? ?.{0,40}\\d{4}.{0,20}',
      '(?:©|bản quyền|copyright).{0,200}',
      'trang chủ ?[>/»].{0,200}',
    ].join('|') +
    ')$',
  'iu',
)
const webTail =
  /^(?:(?:các )?(?:tin|bài|bài viết|văn bản) (?:khác|liên quan|mới|cùng chuyên mục|đã đưa)(?: khác)?|tin mới hơn|tin cũ hơn|thống kê truy cập):?$/iu
const pageNumber = /^(?:[-–] ?)?\d{1,3}(?: \d{1,3})*(?: ?[-–])?$|^trang \d{1,3}(?: ?(?:\/|trên) ?\d{1,3})?$/iu
const rule = /^[-–—_=*.~•+ ]{1,}$|^-*o0o-*$/iu

/** Parts the document from the lines around it. */
export function leaveOutPageLines(lines: readonly Line[]): { kept: Line[]; leftOut: LeftOutLine[] } {
  const tail = tailStart(lines)
  const kept: Line[] = []
  const leftOut: LeftOutLine[] = []
  lines.forEach((line, index) => {
    const isRow = line.cells.length >= fewestCells
    const reason = index >= tail ? 'web-page' : isRow ? null : pageLineReason(line.text)
    if (reason === null) kept.push(line)
    else leftOut.push(leave(line, reason))
  })
  return { kept, leftOut }
}

export function leave(line: Pick<Line, 'number' | 'text'>, reason: LeftOutReason): LeftOutLine {
  return { line: line.number, text: line.text, reason }
}

function pageLineReason(text: string): LeftOutReason | null {
  if (webLine.test(text)) return 'web-page'
  if (pageNumber.test(text)) return 'page-number'
  return rule.test(text) ? 'rule' : null
}

/** Where a list of other news ends the page: nothing of a document may follow it. */
function tailStart(lines: readonly Line[]): number {
  const start = lines.findIndex((line) => webTail.test(line.text))
  if (start < 0) return lines.length
  const follows = lines.slice(start).some(({ text }) => {
    const mark = readMark(text)
    return /^nơi nhận/iu.test(text) || (mark !== null && mark.kind !== 'dashed' && mark.kind !== 'numbered')
  })
  return follows ? lines.length : start
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹'
const footnoteStart = new RegExp(`^([${superscripts}]+|\\[\\d{1,3}\\]) ?(?=\\S)`, 'u')
/** `(1)` and `*` begin items too: they are footnotes where a word above carries the same mark. */
const plainNoteStart = /^(\(\d{1,2}\)|\*{1,3}) ?(?=[^\s*])/u
const plainNoteMark = /[\p{L}\d”"](\(\d{1,2}\)|\*{1,3})(?=[\s.,;:)]|$)/gu
const closed = /[.!?…;:](?:["”’)\]]|\.\/\.)*$|\.\/\.?$/u
/** Words that no sentence ends with. */
const openEnd =
  /(?:^|[\s,(“"])(?:của|và|với|các|những|cho|về|theo|là|trong|tại|từ|đến|do|bằng|ở|cùng|như|hoặc|để|nhằm|được|có|mỗi|một|số|đối với|thuộc|giữa|vào|bởi|khi|nếu|trên|dưới|sau|trước)$/iu

/** Joins broken lines and puts footnotes where their marks stand. */
export function joinParagraphs(lines: readonly Line[]): { paragraphs: Paragraph[]; doubts: Doubt[] } {
  const { body, notes } = takeFootnotes(lines)
  const rows = tableRows(body)
  const width = wrapWidth(body.filter((line) => !rows.has(line)))
  const paragraphs: Paragraph[] = []
  const doubts: Doubt[] = []
  let last: Line | undefined
  for (const line of body) {
    const before = paragraphs.at(-1)
    if (rows.has(line)) {
      const { text } = joinCells(line.cells)
      paragraphs.push({ text, line: line.number, cells: line.cells, footnotes: [], isNote: false })
    } else if (
      before !== undefined &&
      before.cells === null &&
      last !== undefined &&
      continues(before.text, last, line, width)
    ) {
      before.text += ` ${line.text}`
      if (line.isAfterBlank) {
        doubts.push({ code: 'line.joined', line: line.number, text: clip(line.text), detail: '' })
      }
    } else {
      paragraphs.push({ text: line.text, line: line.number, cells: null, footnotes: [], isNote: false })
    }
    last = line
  }
  for (const note of notes) placeFootnote(paragraphs, note, doubts)
  return { paragraphs, doubts }
}

const fewestCells = 3

/** Lines that tabs part into cells, two or more behind each other below one that has a word in each of three. */
function tableRows(lines: readonly Line[]): Set<Line> {
  const rows = new Set<Line>()
  let head: Line | null = null
  lines.forEach((line, index) => {
    const next = lines[index + 1]
    const isNextRow = next !== undefined && next.number === line.number + 1 && next.cells.length > 1
    if (head !== null && line.cells.length > 1 && line.cells.length <= head.cells.length) rows.add(line)
    else if (
      isNextRow &&
      line.cells.filter((cell) => cell !== '').length >= fewestCells &&
      readMark(line.text) === null
    ) {
      head = line
      rows.add(line)
    }
    if (!isNextRow) head = null
  })
  return rows
}

interface Footnote {
  mark: string
  text: string
  line: number
}

/** A footnote ends with its sentence; what goes on in lower case after it belongs to the text above. */
function takeFootnotes(lines: readonly Line[]): { body: Line[]; notes: Footnote[] } {
  const body: Line[] = []
  const notes: Footnote[] = []
  let open: Footnote | null = null
  let isAfterNote = false
  const carried = new Set<string>()
  for (const line of lines) {
    const plain = plainNoteStart.exec(line.text)
    const start = footnoteStart.exec(line.text) ?? (carried.delete(plain?.[1] ?? '') ? plain : null)
    for (const found of line.text.matchAll(plainNoteMark)) carried.add(found[1] ?? '')
    if (start !== null) {
      open = { mark: start[1] ?? '', text: line.text.slice(start[0].length), line: line.number }
      notes.push(open)
      isAfterNote = true
    } else if (
      open !== null &&
      !closed.test(open.text) &&
      open.text.length + line.text.length < 4900 &&
      readMark(line.text) === null
    ) {
      open.text += ` ${line.text}`
    } else {
      body.push(isAfterNote ? { ...line, isAfterBlank: true } : line)
      open = null
      isAfterNote = false
    }
  }
  return { body, notes }
}

/** The width at which the text was wrapped by hand, or null where a line is a paragraph. */
function wrapWidth(lines: readonly Line[]): number | null {
  const pairs = lines.slice(1).flatMap((line, index) => {
    const before = lines[index]
    return before === undefined || line.isAfterBlank ? [] : [{ before, line }]
  })
  const broken = pairs.filter(({ before, line }) => !closed.test(before.text) && readMark(line.text) === null)
  const longest = lines.reduce((most, line) => Math.max(most, line.text.length), 0)
  return broken.length >= 5 && broken.length >= pairs.length * 0.3 && longest <= 140 ? longest : null
}

function continues(text: string, last: Line, line: Line, width: number | null): boolean {
  if (readMark(line.text) !== null || closed.test(text)) return false
  if (isCapitals(text) !== isCapitals(line.text) && isCapitals(text)) return false
  if (isCapitals(text)) return !line.isAfterBlank && readMark(text) !== null
  if (isCapitals(line.text)) return openEnd.test(text) && line.text.length < 20
  if (/^[\p{Ll})”,]/u.test(line.text)) return true
  if (openEnd.test(text) || /[,(“-]$/u.test(text)) return true
  return width !== null && !line.isAfterBlank && last.text.length >= width * 0.75
}

function placeFootnote(paragraphs: Paragraph[], note: Footnote, doubts: Doubt[]): void {
  const above = paragraphs.filter((one) => one.line < note.line).reverse()
  const below = paragraphs.filter((one) => one.line > note.line)
  for (const one of [...above, ...below]) {
    const at = markPosition(one.text, note.mark)
    if (at < 0) continue
    one.text = one.text.slice(0, at) + one.text.slice(at + note.mark.length)
    for (const other of one.footnotes) if (other.at > at) other.at -= note.mark.length
    one.footnotes.push({ at, text: note.text, line: note.line })
    one.footnotes.sort((a, b) => a.at - b.at)
    return
  }
  doubts.push({ code: 'footnote.lost', line: note.line, text: clip(note.text), detail: note.mark })
  const index = paragraphs.findIndex((one) => one.line > note.line)
  const kept = { text: `${note.mark} ${note.text}`, line: note.line, cells: null, footnotes: [], isNote: true }
  paragraphs.splice(index < 0 ? paragraphs.length : index, 0, kept)
}

/** Where a footnote's mark stands; `m²` and `km³` are no marks. */
function markPosition(text: string, mark: string): number {
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
    const isPartOfOther = [text[at - 1], text[at + mark.length]].some(
      (one) => one !== undefined && (superscripts.includes(one) || one === '*'),
    )
    const isAttached = /^[(*]/.test(mark) ? /[\p{L}\d”"]$/u.test(text.slice(0, at)) : true
    if (isAttached && !isPartOfOther && !/(?:^|[^\p{L}])(?:k|d|c|m)?m$/u.test(text.slice(0, at))) return at
  }
  return -1
}
