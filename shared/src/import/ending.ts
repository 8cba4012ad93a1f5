/**
 * The end of a document: who signed, and who receives it. Both stand beside each other on paper, so
 * a text has them one after the other in any order, in two columns of one line, or with the words
 * of a bracket ("Báo cáo", "Thực hiện") between the recipients.
 */
import { isCapitals, leave, type Line } from './lines.ts'
import { readDate, type ReadHeading } from './heading.ts'
import type { Doubt, ImportResult, LeftOutLine } from './result.ts'

interface ReadEnding {
  /** What stands before the ending, and annexes behind it. */
  body: Line[]
  annexes: Line[]
  signers: ImportResult['signers']
  recipients: ImportResult['recipients']
  leftOut: LeftOutLine[]
  doubts: Doubt[]
}

const recipientsLabel = /^(?:n[ơo]i nhận) ?:? ?(.*)$/iu
const authority = /^(?:T\/M|TM\.?|K\/T|KT\.?|T\/L|TL\.?|TUQ\.?|Q\.) ?(?=\p{Lu})/u
const office =
  /^(?:(?:PHÓ )?(?:CHỦ TỊCH|BÍ THƯ|TRƯỞNG BAN|GIÁM ĐỐC|TRƯỞNG PHÒNG|CHÁNH VĂN PHÒNG|CHỦ NHIỆM|HIỆU TRƯỞNG|TỔNG THƯ KÝ|VIỆN TRƯỞNG|CHỈ HUY TRƯỞNG)|PHÓ VĂN PHÒNG)(?: [\p{Lu} ]+)?$/u
const signed = /^\(?(?:đã ký|ký tên.*|ký, đóng dấu|đã ký và đóng dấu)\)?$/iu
const personName = /^\p{Lu}\p{Ll}*(?: \p{Lu}\p{Ll}*){1,5}$/u
const annexLine = /^PHỤ LỤC(?: |$|:)/u
/** A body that a web page names as its source where a signature would stand. */
const bodyName =
  /^(?:Ban|Hội|Ủy ban|Uỷ ban|UBND|Đảng ủy|Đảng uỷ|Huyện ủy|Huyện uỷ|Phòng|Mặt trận|Liên đoàn|Đoàn|Văn phòng|Đảng bộ)(?: [\p{L}]+){1,9}$/u

export function readEnding(
  lines: readonly Line[],
  read: Pick<ReadHeading, 'heading' | 'leftOut' | 'year'>,
): ReadEnding {
  const start = endingStart(lines)
  const ending: ReadEnding = {
    body: lines.slice(0, start),
    annexes: [],
    signers: [],
    recipients: [],
    leftOut: [],
    doubts: [],
  }
  const tail = lines.slice(start)
  const annex = tail.findIndex((line) => annexLine.test(line.text))
  ending.annexes = annex < 0 ? [] : tail.slice(annex)
  readTail(annex < 0 ? tail : tail.slice(0, annex), ending, read)
  guessIssuer(ending, read)
  if (ending.signers.length === 0) missSignature(ending, read, start === lines.length)
  return ending
}

/** The first line of the last group that holds signature or recipients. */
function endingStart(lines: readonly Line[]): number {
  const isEnding = (line: Line) =>
    line.columns.some((cell) => recipientsLabel.test(cell) || authority.test(cell) || office.test(cell))
  const last = lines.findLastIndex((line) => line.columns.some((cell) => recipientsLabel.test(cell)))
  const signature = lines.findLastIndex((line) =>
    line.columns.some((cell) => authority.test(cell) || office.test(cell)),
  )
  if (last < 0 && signature < 0) return lines.length
  let start = Math.max(last, signature)
  // The other of the two may stand some lines above; text of the document does not lie between.
  for (let at = start - 1; at >= Math.max(0, start - 60); at--) {
    const line = lines[at]
    if (line !== undefined && isEnding(line)) start = at
    else if (line === undefined || isProse(line.text)) break
  }
  return start
}

function isProse(text: string): boolean {
  return text.length > 160 || /\.\/\.?$|[.:]$/.test(text.replace(/^(?:-|\+).*Lưu.*\.$/u, ''))
}

interface Mode {
  /** The list of recipients is open. */
  isListing: boolean
  /** Items of the list begin with a dash. */
  hasDashes: boolean
}

function readTail(
  lines: readonly Line[],
  ending: ReadEnding,
  read: Pick<ReadHeading, 'heading' | 'leftOut' | 'year'>,
): void {
  const hasDashes = lines.some((line) => line.columns.some((cell) => /^[-–•]/u.test(cell)))
  const mode: Mode = { isListing: false, hasDashes }
  for (const line of lines) {
    line.columns.forEach((cell, index) => readCell(cell, line.isRight ? index + 1 : index, line, mode, ending, read))
  }
  ending.recipients = ending.recipients.map(({ text, line }) => ({ text: text.replace(/[\s,;.]+$/u, ''), line }))
}

function readCell(
  cell: string,
  index: number,
  line: Line,
  mode: Mode,
  ending: ReadEnding,
  read: Pick<ReadHeading, 'heading' | 'leftOut' | 'year'>,
): void {
  const piece = { number: line.number, text: cell }
  const label = recipientsLabel.exec(cell)
  const signer = ending.signers.at(-1)
  if (label !== null) {
    mode.isListing = true
    ending.leftOut.push(
      leave({ number: line.number, text: cell.slice(0, cell.length - (label[1] ?? '').length).trim() }, 'label'),
    )
    if (label[1] !== undefined && label[1] !== '') addRecipient(label[1], line.number, ending)
  } else if (authority.test(cell)) {
    if (signer !== undefined && signer.office === '' && signer.name === '') signer.authority += `\n${cell}`
    else ending.signers.push({ authority: cell, office: '', name: '', line: line.number })
    if (index === 0) mode.isListing = false
  } else if (signed.test(cell)) {
    ending.leftOut.push(leave(piece, 'label'))
  } else if (isCapitals(cell) && !/^[-–+•]/u.test(cell) && (signer !== undefined || office.test(cell))) {
    addOffice(cell, line.number, ending)
    if (index === 0) mode.isListing = false
  } else if (
    signer !== undefined &&
    personName.test(cell) &&
    (!mode.isListing || index > 0 || (line.isAfterBlank && signer.name === ''))
  ) {
    addName(cell, line.number, ending)
  } else if (readDate(cell, line.number, read)) {
    return
  } else if (mode.isListing && index > 0 && !/^[-–+•]/u.test(cell)) {
    ending.leftOut.push(leave(piece, 'column'))
  } else if (mode.isListing) {
    listCell(cell, line.number, mode, ending)
  } else ending.leftOut.push(leave(piece, 'unplaced'))
}

function addOffice(cell: string, line: number, ending: ReadEnding): void {
  const signer = ending.signers.at(-1)
  if (signer === undefined || signer.name !== '') ending.signers.push({ authority: '', office: cell, name: '', line })
  else if (signer.office === '') signer.office = cell
  else signer.office += ` ${cell}`
}

/** Two signatures beside each other give two offices and then two names: the first one still open takes it. */
function addName(cell: string, line: number, ending: ReadEnding): void {
  const open = ending.signers.find((signer) => signer.name === '')
  if (open !== undefined) open.name = cell
  else ending.leftOut.push({ line, text: cell, reason: 'unplaced' })
}

function listCell(cell: string, line: number, mode: Mode, ending: ReadEnding): void {
  const item = /^[-–•] ?(.*)$/u.exec(cell)
  const last = ending.recipients.at(-1)
  if (item !== null) addRecipient(item[1] ?? '', line, ending)
  else if (last !== undefined && mode.hasDashes && last.text.length + cell.length < 1900) last.text += ` ${cell}`
  else addRecipient(cell, line, ending)
}

function addRecipient(text: string, line: number, ending: ReadEnding): void {
  ending.recipients.push({ text, line })
}

/** Who signs "on behalf of" a body names it. */
function guessIssuer(ending: ReadEnding, read: Pick<ReadHeading, 'heading'>): void {
  const [signer] = ending.signers
  const [line = ''] = signer?.authority.split('\n') ?? []
  const value = /^T\/?M/u.test(line) ? line.replace(authority, '') : ''
  if (signer === undefined || value === '' || read.heading.issuer !== null) return
  read.heading.issuer = { value, line: signer.line, sure: 'doubtful' }
  ending.doubts.push({ code: 'issuer.guessed', line: signer.line, text: value, detail: '' })
}

/** Without a signature, the last line may still name the body that issued the text. */
function missSignature(ending: ReadEnding, read: Pick<ReadHeading, 'heading'>, isAtEnd: boolean): void {
  const last = ending.body.at(-1)
  const line = last?.number ?? 1
  if (isAtEnd && last !== undefined && read.heading.issuer === null && bodyName.test(last.text)) {
    ending.body.pop()
    read.heading.issuer = { value: last.text, line, sure: 'doubtful' }
    ending.doubts.push({ code: 'issuer.guessed', line, text: last.text, detail: '' })
  }
  ending.doubts.push({ code: 'signature.missing', line, text: '', detail: '' })
}
