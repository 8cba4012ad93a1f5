/**
 * From the bytes of a CSV file to lines that say one unit or one person each, and everything that
 * is wrong with them by themselves. What they mean beside what is there already is for import.ts.
 */
import { CsvError, parse } from 'csv-parse/sync'
import type { z } from 'zod'
import { foldText } from '@soanchung/shared/fold.ts'
import { decodeText } from '@soanchung/shared/import/decode-text.ts'
import {
  columnHeadings,
  importColumns,
  kindWords,
  largestImport,
  levelWords,
  listMark,
  meantBy,
  neededColumns,
  ownColumns,
  profileWords,
  rowWords,
  type ImportColumn,
  type ImportProblem,
} from '@soanchung/shared/units/import.ts'
import {
  newPersonBody,
  officeTitle,
  personName,
  unitName,
  unitSymbol,
  usualProfile,
  type FormatProfile,
  type UnitKind,
  type UnitLevel,
} from '@soanchung/shared/units/units.ts'

export interface UnitLine {
  row: 'unit'
  line: number
  name: string
  symbol: string
  kind: UnitKind
  level: UnitLevel
  profile: FormatProfile
  /** Symbols, here and below; '' for none. */
  unit: string
  guidedBy: string[]
  memberOf: string[]
}
export interface PersonLine {
  row: 'person'
  line: number
  name: string
  username: string
  unit: string
  office: string
}

export interface ReadLines {
  lines: (UnitLine | PersonLine)[]
  problems: ImportProblem[]
  /** Symbols of units whose own line is wrong: who names them need not hear of it too. */
  faulty: string[]
}

/** A line as it stands in the file, by its columns; a column that is not there reads as empty. */
interface Cells {
  line: number
  of(column: ImportColumn): string
}

export function readLines(bytes: Uint8Array): ReadLines {
  const text = textOf(bytes)
  if (typeof text !== 'string') return nothing(text)
  const records = recordsOf(text)
  if (!Array.isArray(records)) return nothing(records)
  const [head, ...rest] = records
  if (head === undefined) return nothing(problem(1, 'empty'))
  const { columns, problems } = columnsOf(head)
  if (problems.length > 0) return nothing(...problems)
  if (rest.length === 0) return nothing(problem(head.line, 'empty'))
  if (rest.length > largestImport.rows) {
    const line = rest[largestImport.rows]?.line ?? head.line
    return nothing(problem(line, 'rows', null, String(largestImport.rows)))
  }
  const lines: ReadLines['lines'] = []
  const faulty: string[] = []
  for (const { line, cells } of rest) {
    const surplus = cells.slice(columns.length).find((cell) => cell !== '')
    const of = (column: ImportColumn) => cells[columns.indexOf(column)] ?? ''
    const read = surplus === undefined ? readLine({ line, of }) : [problem(line, 'cells', null, surplus)]
    if (!Array.isArray(read)) lines.push(read)
    else {
      problems.push(...read)
      faulty.push(of('symbol'))
    }
  }
  return { lines, problems, faulty }
}

function nothing(...problems: ImportProblem[]): ReadLines {
  return { lines: [], problems, faulty: [] }
}

function textOf(bytes: Uint8Array): string | ImportProblem {
  if (bytes.length > largestImport.bytes) return problem(1, 'large')
  const decoded = decodeText(bytes)
  if (decoded.ok && decoded.encoding === 'utf-8') return decoded.text
  if (!decoded.ok && decoded.problem !== 'unreadable') return problem(1, 'workbook')
  return problem(firstLineThatIsNotUtf8(bytes), 'encoding', null, encodingName(bytes, decoded))
}

function encodingName(bytes: Uint8Array, decoded: ReturnType<typeof decodeText>): string {
  if (decoded.ok && /^utf-16/.test(decoded.encoding)) return 'UTF-16'
  // In 1252 most Vietnamese letters do not exist; the program that saved the file wrote question marks.
  if (lostLetter.test(new TextDecoder('windows-1252').decode(bytes))) return 'Windows-1252'
  if (!decoded.ok) return ''
  return decoded.encoding === 'tcvn' ? 'TCVN 5712' : 'Windows-1258'
}

/** A question mark inside a word. */
const lostLetter = /\p{L}\?\p{L}/u

function firstLineThatIsNotUtf8(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from)
    const to = end === -1 ? bytes.length : end
    try {
      if (decoder.decode(bytes.subarray(from, to)).includes('\0')) return line
    } catch {
      return line
    }
    from = to + 1
  }
  return 1
}

interface Record {
  line: number
  cells: string[]
}

function recordsOf(text: string): Record[] | ImportProblem {
  try {
    const parsed: unknown = parse(text, {
      delimiter: delimiterOf(text),
      info: true,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      max_record_size: 20_000,
      to: largestImport.rows + 2,
    })
    return (parsed as { info: { lines: number }; record: string[] }[]).map(({ info, record }) => {
      // The library counts to the end of a record, which may go over several lines.
      const within = record.reduce((sum, cell) => sum + (cell.match(/\r\n?|\n/g)?.length ?? 0), 0)
      return { line: info.lines - within, cells: record.map((cell) => cell.normalize('NFC')) }
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return problem(typeof error['lines'] === 'number' ? error['lines'] : 1, 'quote')
  }
}

/** Spreadsheets write the one of their country, and Vietnam's is the semicolon. */
function delimiterOf(text: string): string {
  const [first = ''] = text.split(/\r\n?|\n/, 1)
  const count = (mark: string) => first.split(mark).length
  return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best))
}

function columnsOf({ line, cells }: Record): { columns: (ImportColumn | null)[]; problems: ImportProblem[] } {
  const lost = cells.find((heading) => lostLetter.test(heading))
  if (lost !== undefined) return { columns: [], problems: [problem(line, 'letters', null, lost)] }
  const problems: ImportProblem[] = []
  const columns = cells.map((heading): ImportColumn | null => {
    if (heading === '') return null
    const column = importColumns.find((one) => foldText(columnHeadings[one]) === foldText(heading))
    if (column === undefined) problems.push(problem(line, 'heading-unknown', null, heading))
    return column ?? null
  })
  for (const column of importColumns) {
    const times = columns.filter((one) => one === column).length
    if (times > 1) problems.push(problem(line, 'heading-doubled', column, columnHeadings[column]))
  }
  for (const column of neededColumns) {
    if (!columns.includes(column)) problems.push(problem(line, 'heading-missing', column, columnHeadings[column]))
  }
  return { columns, problems }
}

function readLine(cells: Cells): UnitLine | PersonLine | ImportProblem[] {
  const row = meantBy(rowWords, cells.of('row'))
  if (row === null) return [problem(cells.line, cells.of('row') === '' ? 'missing' : 'row', 'row', cells.of('row'))]
  const problems = ownColumns[row === 'unit' ? 'person' : 'unit']
    .filter((column) => cells.of(column) !== '')
    .map((column) => problem(cells.line, 'extra', column, cells.of(column)))
  const line = row === 'unit' ? unitLine(cells, problems) : personLine(cells, problems)
  return problems.length > 0 ? problems : line
}

function unitLine(cells: Cells, problems: ImportProblem[]): UnitLine {
  const kind = word(cells, 'kind', kindWords, 'other', problems)
  return {
    row: 'unit',
    line: cells.line,
    name: words(cells, 'name', unitName, problems),
    symbol: words(cells, 'symbol', unitSymbol, problems),
    kind,
    level: word(cells, 'level', levelWords, 'commune', problems),
    profile: word(cells, 'profile', profileWords, usualProfile[kind], problems),
    unit: cells.of('unit'),
    guidedBy: listOf(cells.of('guidedBy')),
    memberOf: listOf(cells.of('memberOf')),
  }
}

function personLine(cells: Cells, problems: ImportProblem[]): PersonLine {
  if (cells.of('unit') === '') problems.push(problem(cells.line, 'missing', 'unit'))
  return {
    row: 'person',
    line: cells.line,
    name: words(cells, 'name', personName, problems),
    username: words(cells, 'username', newPersonBody.shape.username, problems),
    unit: cells.of('unit'),
    office: words(cells, 'office', officeTitle, problems),
  }
}

function words(
  cells: Cells,
  column: ImportColumn,
  schema: { safeParse(text: string): z.core.util.SafeParseResult<string> },
  problems: ImportProblem[],
): string {
  const written = cells.of(column)
  const read = schema.safeParse(written)
  if (written === '') problems.push(problem(cells.line, 'missing', column))
  else if (lostLetter.test(written)) problems.push(problem(cells.line, 'letters', column, written))
  else if (!read.success) problems.push(problem(cells.line, 'form', column, written))
  return read.data ?? written
}

function word<Meaning extends string>(
  cells: Cells,
  column: ImportColumn,
  known: { [meaning in Meaning]: string[] },
  usual: Meaning,
  problems: ImportProblem[],
): Meaning {
  const written = cells.of(column)
  if (written === '') return usual
  const meant = meantBy(known, written)
  if (meant === null) problems.push(problem(cells.line, 'word', column, written))
  return meant ?? usual
}

function listOf(cell: string): string[] {
  return cell
    .split(listMark)
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

export function problem(
  line: number,
  code: ImportProblem['code'],
  column: ImportColumn | null = null,
  value = '',
  other?: number,
): ImportProblem {
  return { line, column, code, value: value.slice(0, 200), ...(other === undefined ? {} : { other }) }
}
