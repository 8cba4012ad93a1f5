/**
 * The heading of a document: type, subject, number, date, place, issuer and superior body, read
 * from the lines before its text. The form of each is known (Nghị định 30/2020/NĐ-CP, Hướng dẫn
 * 05-HD/VPTW); where a line has none of them it is left out and shown, never dropped.
 */
import type { PlanType } from '../plan/meta.ts'
import { bareText, clip, isCapitals, leave, oneSpace, type Line } from './lines.ts'
import { readMark } from './mark.ts'
import type { Doubt, ImportedHeading, LeftOutLine } from './result.ts'

export interface ReadHeading {
  heading: ImportedHeading
  /** The year of the date line, also where day and month are still open. */
  year: number | null
  /** The lines after the heading. */
  rest: Line[]
  leftOut: LeftOutLine[]
  doubts: Doubt[]
}

const types: readonly [PlanType, string][] = [
  ['ke-hoach', 'KẾ HOẠCH'],
  ['de-an', 'ĐỀ ÁN'],
  ['chuong-trinh', 'CHƯƠNG TRÌNH'],
]
/** Documents that are no plans; their headings have the same lines. */
const otherTypes = /^(?:QUYẾT ĐỊNH|NGHỊ QUYẾT|CHỈ THỊ|HƯỚNG DẪN|BÁO CÁO|TỜ TRÌNH|THÔNG BÁO|QUY CHẾ|QUY ĐỊNH|KẾT LUẬN)$/u
const typeNames = types.map(([, name]) => name).join('|')
const typeAlone = new RegExp(
  `^(?:DỰ THẢO )?(${typeNames})(?: (HÀNH ĐỘNG|PHỐI HỢP|CÔNG TÁC))?(?: SỐ:? (\\d[\\p{L}\\d/-]*))?$`,
  'u',
)
const typeInFront = new RegExp(`^(${typeNames})[ :]+(\\S.*)$`, 'u')
const typeAsWord = new RegExp(`^(${typeNames})(?: số (\\d[\\p{L}\\d/-]*)| (\\d+) ?[-–:])?[ :]+(\\S.*[^.;])$`, 'iu')

const motto =
  /^(?:CỘNG H(?:ÒA|OÀ) XÃ HỘI CHỦ NGHĨA VIỆT NAM|Độc lập ?[-–] ?Tự do ?[-–] ?Hạnh phúc\.?|ĐẢNG CỘNG SẢN VIỆT NAM|ĐOÀN TNCS HỒ CHÍ MINH|\*+|[-–—_]+)$/iu
const draft = /^\(?dự thảo(?: lần (?:thứ )?\S+)?\)?$/iu
const numberLine = /^Số ?:? ?(.*)$/iu
const dateLine =
  /^\(?(?:(\p{Lu}[^,\d]{1,60}), ?)?(?:ngày|Ngày) ?(\d{1,2}|[….\s_]*) ?tháng ?(\d{1,2}|[….\s_]*) ?năm ?(\d{4}|20[….\s_]*)\)?\.?$/u
const openingStart = /^(?:Căn cứ|Thực hiện|Xét|Theo|Tiếp tục thực hiện|Triển khai thực hiện|Trên cơ sở|Để |Nhằm )/u

/** How far down a heading can reach. */
const deepest = 60

export function readHeading(lines: readonly Line[]): ReadHeading {
  const firstMark = lines.findIndex(({ text }) => {
    const mark = readMark(text)
    return mark !== null && mark.kind !== 'dashed' && mark.kind !== 'plus' && mark.kind !== 'lettered'
  })
  const end = Math.min(firstMark < 0 ? lines.length : firstMark, deepest)
  const read: ReadHeading = {
    heading: {
      type: null,
      subject: null,
      number: null,
      date: null,
      place: null,
      issuer: null,
      superiorBody: null,
    },
    year: null,
    rest: [],
    leftOut: [],
    doubts: [],
  }
  const type = findType(lines.slice(0, end))
  const above = lines.slice(0, type?.index ?? countFormal(lines.slice(0, end)))
  const others = readAbove(above, read)
  const below = type === null ? above.length : readSubject(lines, type, end, read)
  settleTitles(others, read)
  read.rest = lines.slice(below).filter((line) => !isTitleAgain(line, read))
  if (read.heading.type === null) {
    const line = lines[type?.index ?? 0]
    read.doubts.push({ code: 'type.unknown', line: line?.number ?? 1, text: clip(line?.text ?? ''), detail: '' })
  }
  if (read.heading.subject === null) {
    const line = type === null ? (lines[0]?.number ?? 1) : (lines[type.index]?.number ?? 1)
    read.doubts.push({ code: 'subject.unknown', line, text: '', detail: '' })
  }
  return read
}

interface FoundType {
  index: number
  /** Null for a document that is no plan. */
  type: PlanType | null
  /** "hành động" of a "chương trình hành động", part of the subject here. */
  kind: string
  number: string
  subject: string
  isSure: boolean
}

function findType(lines: readonly Line[]): FoundType | null {
  for (const [index, { text }] of lines.entries()) {
    const alone = typeAlone.exec(text)
    const type = typeOf(alone?.[1] ?? '')
    if (alone === null || type === null) continue
    const kind = (alone[2] ?? '').toLowerCase()
    return { index, type, kind, number: alone[3] ?? '', subject: '', isSure: true }
  }
  for (const [index, { text }] of lines.entries()) {
    const front = typeInFront.exec(text)
    const type = typeOf(front?.[1] ?? '')
    if (front === null || type === null) continue
    return { index, type, kind: '', number: '', subject: front[2] ?? '', isSure: true }
  }
  const other = lines.findIndex(({ text }) => otherTypes.test(text))
  if (other >= 0) return { index: other, type: null, kind: '', number: '', subject: '', isSure: true }
  for (const [index, { text }] of lines.slice(0, 12).entries()) {
    const word = typeAsWord.exec(text)
    const type = typeOf(word?.[1]?.toUpperCase() ?? '')
    if (word === null || type === null) continue
    return { index, type, kind: '', number: word[2] ?? word[3] ?? '', subject: word[4] ?? '', isSure: false }
  }
  return null
}

function typeOf(name: string): PlanType | null {
  return types.find(([, title]) => title === name)?.[0] ?? null
}

/** Without a type, only lines whose form is certain belong to the heading. */
function countFormal(lines: readonly Line[]): number {
  const end = lines.findIndex(
    ({ columns }) =>
      !columns.every((cell) => motto.test(cell) || numberLine.test(cell) || dateLine.test(cell) || draft.test(cell)),
  )
  return end < 0 ? lines.length : end
}

/** Reads the lines above the type; gives back those of no known form. */
function readAbove(lines: readonly Line[], read: ReadHeading): Line[] {
  const others: Line[] = []
  const bodies: { text: string; line: number }[] = []
  for (const line of lines) {
    const cells = line.columns
    cells.forEach((cell, index) => {
      const piece = { number: line.number, text: cell }
      if (motto.test(cell)) read.leftOut.push(leave(piece, 'motto'))
      else if (draft.test(cell)) read.leftOut.push(leave(piece, 'label'))
      else if (readDate(cell, line.number, read) || readNumber(cell, cells[index + 1], line.number, read)) return
      // Read with the cell before it, unless the document had its number already.
      else if (read.heading.number?.line === line.number && isNumberWord(cells[index - 1])) return
      else if (isCapitals(cell) && !isNumberWord(cells[index - 1])) bodies.push({ text: cell, line: line.number })
      else others.push({ ...line, text: cell, columns: [cell] })
    })
  }
  readBodies(bodies, read.heading)
  return others
}

function isNumberWord(cell: string | undefined): boolean {
  return /^Số ?:?$/iu.test(cell ?? '')
}

/** The issuer is the last of the bodies at the top left; what stands above it is its superior. */
function readBodies(found: readonly { text: string; line: number }[], heading: ImportedHeading): void {
  const bodies: { text: string; line: number }[] = []
  for (const one of found) {
    const before = bodies.at(-1)
    if (before !== undefined && /^(?:XÃ|PHƯỜNG|THỊ TRẤN|HUYỆN|TỈNH|THÀNH PHỐ|QUẬN) /u.test(one.text)) {
      before.text += ` ${one.text}`
    } else bodies.push({ ...one })
  }
  const issuer = bodies.pop()
  if (issuer !== undefined) heading.issuer = { value: issuer.text, line: issuer.line, sure: 'likely' }
  const first = bodies[0]
  if (first !== undefined) {
    heading.superiorBody = { value: bodies.map((one) => one.text).join(' '), line: first.line, sure: 'likely' }
  }
}

function readNumber(cell: string, next: string | undefined, line: number, read: ReadHeading): boolean {
  const found = numberLine.exec(cell)
  if (found === null || read.heading.number !== null) return false
  const value = oneSpace(found[1] !== '' ? (found[1] ?? '') : (next ?? ''))
  if (value !== '' && !/^[\d\s….…_]*[\p{Lu}\d\s/.…–-]*$/u.test(value)) return false
  if (value === '') read.leftOut.push(leave({ number: line, text: cell }, 'label'))
  else read.heading.number = { value, line, sure: /^\d/.test(value) ? 'sure' : 'doubtful' }
  return true
}

/** "Bình An, ngày 05 tháng 3 năm 2026"; gaps for day and month leave the date empty. */
export function readDate(cell: string, line: number, read: Pick<ReadHeading, 'heading' | 'leftOut' | 'year'>): boolean {
  const found = dateLine.exec(cell)
  if (found === null || read.heading.date !== null) return false
  const [, place, day = '', month = '', year = ''] = found
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  if (place !== undefined) read.heading.place = { value: oneSpace(place), line, sure: 'sure' }
  if (/^\d{4}$/.test(year)) read.year = Number(year)
  if (isDate(date)) read.heading.date = { value: date, line, sure: 'sure' }
  else read.leftOut.push(leave({ number: line, text: cell }, 'label'))
  return true
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

/** Reads the subject below the type, and gives back where the text begins. */
function readSubject(lines: readonly Line[], type: FoundType, end: number, read: ReadHeading): number {
  const typeLine = lines[type.index]?.number ?? 1
  const sure = type.isSure ? 'sure' : 'likely'
  if (type.type !== null) read.heading.type = { value: type.type, line: typeLine, sure }
  else read.leftOut.push({ line: typeLine, text: lines[type.index]?.text ?? '', reason: 'unplaced' })
  if (type.number !== '' && read.heading.number !== null) {
    read.leftOut.push({ line: typeLine, text: lines[type.index]?.text ?? '', reason: 'unplaced' })
  } else if (type.number !== '') read.heading.number = { value: type.number, line: typeLine, sure: 'likely' }
  let words = oneSpace(`${type.kind} ${type.subject}`)
  let subjectLine = type.subject === '' ? 0 : typeLine
  let at = type.index + 1
  for (; at < end; at++) {
    const line = lines[at]
    if (line === undefined) break
    if (
      line.columns.every((cell) => readDate(cell, line.number, read) || readNumber(cell, undefined, line.number, read))
    ) {
      continue
    }
    if (motto.test(line.text) || draft.test(line.text)) {
      read.leftOut.push(leave(line, motto.test(line.text) ? 'motto' : 'label'))
    } else if (subjectLine === 0) {
      if (/^Căn cứ/u.test(line.text) || line.text.length > 500) break
      words = oneSpace(`${words} ${line.text}`)
      subjectLine = line.number
    } else if (!goesOn(words, line)) break
    else words += ` ${line.text}`
  }
  if (subjectLine > 0) read.heading.subject = { value: words, line: subjectLine, sure }
  return at
}

function goesOn(subject: string, line: Line): boolean {
  if (/[.;:]$/.test(subject) || line.text.length > 250 || subject.length > 1500) return false
  if (/^(?:\p{Ll}|[“"(]\p{Ll})/u.test(line.text)) return true
  if (isCapitals(subject) && isCapitals(line.text))
    return !line.isAfterBlank || /^(?:GIAI ĐOẠN|NĂM \d)/u.test(line.text)
  return !line.isAfterBlank && !openingStart.test(line.text) && !/[.;:]$/.test(line.text)
}

/**
 * Lines above the type that say the title once more. One in mixed case gives a subject in capitals
 * its proper spelling.
 */
function settleTitles(others: readonly Line[], read: ReadHeading): void {
  for (const line of others) {
    if (isTitleAgain(line, read)) continue
    read.leftOut.push(leave(line, 'unplaced'))
  }
}

function isTitleAgain(line: Line, read: ReadHeading): boolean {
  const { subject, type } = read.heading
  if (subject === null || bareText(subject.value).length < 12) return false
  const wanted = bareText(subject.value)
  const said = bareText(line.text)
  if (!said.endsWith(wanted) || said.length > wanted.length + 30) return false
  const typeName = types.find(([name]) => name === type?.value)?.[1] ?? ''
  if (said !== wanted && !said.startsWith(bareText(typeName))) return false
  if (isCapitals(subject.value) && !isCapitals(line.text)) subject.value = respell(subject.value, line.text)
  read.leftOut.push(leave(line, 'page-title'))
  return true
}

/** A subject in capitals, letter by letter as the end of another line writes it. */
function respell(subject: string, other: string): string {
  const letters = [...other].filter((character) => /[\p{L}\p{N}]/u.test(character))
  let at = letters.length - bareText(subject).length
  return [...subject].map((character) => (/[\p{L}\p{N}]/u.test(character) ? letters[at++] : character)).join('')
}
