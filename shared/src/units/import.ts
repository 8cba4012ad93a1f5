/**
 * Units and people from a CSV file: which columns it has and by which words, what can be wrong with
 * a line, and what the server answers. One file holds both, one line each: a commune's organisations
 * are set up with the people in them, all or nothing. A person in several units has a line for each.
 */
import * as z from 'zod/mini'
import { writeCsv } from '../csv.ts'
import { foldText } from '../fold.ts'
import type { FormatProfile, UnitKind, UnitLevel } from './units.ts'

export const importColumns = [
  'row',
  'name',
  'symbol',
  'kind',
  'level',
  'profile',
  'unit',
  'guidedBy',
  'memberOf',
  'username',
  'office',
] as const
export type ImportColumn = (typeof importColumns)[number]

/** As they stand in the first line; read without regard to case and diacritics. */
export const columnHeadings: Record<ImportColumn, string> = {
  row: 'Dòng',
  name: 'Tên',
  symbol: 'Ký hiệu',
  kind: 'Loại',
  level: 'Cấp',
  profile: 'Thể thức',
  unit: 'Thuộc đơn vị',
  guidedBy: 'Hướng dẫn bởi',
  memberOf: 'Thành viên của',
  username: 'Tên đăng nhập',
  office: 'Chức vụ',
}
/** Without these a file cannot say anything. */
export const neededColumns = ['row', 'name', 'unit'] as const satisfies readonly ImportColumn[]
/** What a line of each sort may fill in besides name and unit. */
export const ownColumns = {
  unit: ['symbol', 'kind', 'level', 'profile', 'guidedBy', 'memberOf'],
  person: ['username', 'office'],
} as const satisfies Record<string, readonly ImportColumn[]>

/** The word to write first, then others that are understood. */
export const rowWords = { unit: ['Đơn vị'], person: ['Người', 'Cán bộ'] }
export const kindWords: Record<UnitKind, string[]> = {
  party: ['Đảng', 'Cấp uỷ', 'Cấp ủy'],
  front: ['Mặt trận', 'MTTQ'],
  association: ['Đoàn thể', 'Hội'],
  government: ['Chính quyền', 'Nhà nước'],
  other: ['Khác'],
}
export const levelWords: Record<UnitLevel, string[]> = {
  central: ['Trung ương'],
  province: ['Tỉnh', 'Thành phố'],
  district: ['Huyện', 'Quận', 'Thị xã'],
  commune: ['Xã', 'Phường', 'Đặc khu'],
  grassroots: ['Cơ sở', 'Thôn', 'Chi hội'],
}
export const profileWords: Record<FormatProfile, string[]> = {
  state: ['Nhà nước'],
  party: ['Đảng'],
  front: ['Mặt trận'],
  'trade-union': ['Công đoàn'],
  'youth-union': ['Đoàn Thanh niên'],
  association: ['Hội'],
}
/** Stands between units where a cell names several. */
export const listMark = '|'

/** Which of the words was meant; null for none of them. */
export function meantBy<Meaning extends string>(words: Record<Meaning, string[]>, written: string): Meaning | null {
  const wanted = foldText(written)
  for (const meaning in words) {
    if (words[meaning].some((word) => foldText(word) === wanted)) return meaning
  }
  return null
}

export const largestImport = { bytes: 512 * 1024, rows: 500 }

export const importProblemCodes = [
  /** `value` is the encoding that the file seems to have; '' where it is none that is known. */
  'encoding',
  /** A workbook or another kind of file that is no text. */
  'workbook',
  'large',
  'empty',
  'rows',
  'quote',
  'heading-missing',
  'heading-unknown',
  'heading-doubled',
  'cells',
  'row',
  'missing',
  'form',
  /** Letters came out as question marks when the file was saved. */
  'letters',
  /** None of the words that the column knows. */
  'word',
  /** A column that lines of this sort leave empty. */
  'extra',
  'symbol-doubled',
  /** `value` is the name of the unit that has it. */
  'symbol-taken',
  'unit-unknown',
  'circle',
  'self',
  'username-doubled',
  'username-taken',
  'member-doubled',
] as const
export type ImportProblemCode = (typeof importProblemCodes)[number]

export const importProblem = z.object({
  /** Of the file, from 1, which is the line of the headings. */
  line: z.int(),
  column: z.nullable(z.enum(importColumns)),
  code: z.enum(importProblemCodes),
  /** What was written there, or what the code says. */
  value: z.string(),
  /** The line that says the same already. */
  other: z.optional(z.int()),
})
export type ImportProblem = z.infer<typeof importProblem>

export const importLine = z.object({
  line: z.int(),
  row: z.enum(['unit', 'person']),
  name: z.string(),
  /** The symbol of a unit, the user name of a person. */
  key: z.string(),
  /** The symbol of the unit that it is under or in; '' for none. */
  unit: z.string(),
  office: z.string(),
  /** `kept`: it stands there already, and stays as it is. */
  state: z.enum(['new', 'kept']),
})

export const importReport = z.object({
  /** False for a preview, and where there were problems: then nothing was changed. */
  done: z.boolean(),
  lines: z.array(importLine),
  problems: z.array(importProblem),
  /** What is new. */
  counts: z.object({ units: z.int(), people: z.int(), memberships: z.int() }),
  /** The only answer that holds the first passwords. */
  accounts: z.array(
    z.object({ username: z.string(), password: z.string(), name: z.string(), unit: z.string(), office: z.string() }),
  ),
})
export type ImportReport = z.infer<typeof importReport>

/** One line of the answer to an import: how many accounts are made ready, and at last what came of it. */
export const importStep = z.union([
  z.object({ made: z.int(), of: z.int() }),
  z.object({ report: importReport }),
  z.object({ refused: z.string() }),
])
export type ImportStep = z.infer<typeof importStep>

/** A small commune to begin from, in words that the import takes as they are. */
export function sampleImport(): string {
  const unit = (name: string, symbol: string, kind: UnitKind, profile: FormatProfile, under: string) => {
    const words = [kindWords[kind], levelWords.commune, profileWords[profile]].map(([word = '']) => word)
    return [rowWords.unit[0] ?? '', name, symbol, ...words, under, '', '', '', '']
  }
  const person = (name: string, under: string, username: string, office: string) => {
    return [rowWords.person[0] ?? '', name, '', '', '', '', under, '', '', username, office]
  }
  return writeCsv([
    importColumns.map((column) => columnHeadings[column]),
    unit('Uỷ ban MTTQ Việt Nam xã Suối Ngọc', 'MTTQ', 'front', 'front', ''),
    unit('Hội Nông dân xã Suối Ngọc', 'HND', 'association', 'association', 'MTTQ'),
    unit('Hội Liên hiệp Phụ nữ xã Suối Ngọc', 'HPN', 'association', 'association', 'MTTQ'),
    unit('Đoàn TNCS Hồ Chí Minh xã Suối Ngọc', 'ĐTN', 'association', 'youth-union', 'MTTQ'),
    unit('Hội Cựu chiến binh xã Suối Ngọc', 'CCB', 'association', 'association', 'MTTQ'),
    unit('Công đoàn xã Suối Ngọc', 'CĐ', 'association', 'trade-union', 'MTTQ'),
    person('Nguyễn Thị Hạnh', 'MTTQ', 'hanh.nt', 'Chủ tịch UBMTTQ'),
    person('Trần Văn Bảo', 'HND', 'bao.tv', 'Chủ tịch Hội Nông dân'),
    person('Trần Văn Bảo', 'MTTQ', 'bao.tv', 'Uỷ viên Ban Thường trực'),
    person('Lê Thị Cúc', 'HPN', 'cuc.lt', 'Chủ tịch Hội LHPN'),
  ])
}
