/**
 * What the import found in a text: the heading, the outline with its blocks, figures offered as
 * targets or budget lines, what was left out and what was doubtful, each with the line where it
 * stands. Plain JSON. Nothing of the text is lost: every line is in the heading, a part, the
 * signature, the recipients or `leftOut`.
 */
import * as z from 'zod/mini'
import { blockKinds, maxDepth } from '../plan/blocks.ts'
import { numberingStyles, planTypes } from '../plan/meta.ts'
import { partNumberings, partRoles, partTitle } from '../plan/outline.ts'
import { frequencies, quantity } from '../targets/quantity.ts'

/** Counted from 1, in the text as it was given. */
const lineNumber = z.int().check(z.gte(1))

export const sureness = z.enum(['sure', 'likely', 'doubtful'])

function found<Value extends z.ZodMiniType>(value: Value) {
  return z.nullable(z.object({ value, line: lineNumber, sure: sureness }))
}

const importedHeading = z.object({
  type: found(z.enum(planTypes)),
  subject: found(z.string()),
  /** Number and symbol as written, "36-KH/HU". */
  number: found(z.string()),
  /** ISO date. */
  date: found(z.string()),
  place: found(z.string()),
  issuer: found(z.string()),
  superiorBody: found(z.string()),
})
export type ImportedHeading = z.infer<typeof importedHeading>

const importedBlock = z.object({
  kind: z.enum(blockKinds),
  depth: z.int().check(z.gte(0), z.lte(maxDepth)),
  restart: z.optional(z.boolean()),
  /** Without the typed number or dash. */
  text: z.string(),
  /** The mark that was dropped: `1-`, `a)`, `-`; empty for a paragraph. */
  mark: z.string(),
  line: lineNumber,
  /** Those of a row of a table, whose text has them all. */
  cells: z.optional(z.array(z.string())),
  /** Each stands in the text at `at` (UTF-16), where its mark was. */
  footnotes: z.array(z.object({ at: z.int().check(z.gte(0)), text: z.string(), line: lineNumber })),
})
export type ImportedBlock = z.infer<typeof importedBlock>

const importedPart = z.object({
  title: partTitle,
  /** The number that was typed and dropped, `II-` or `1.`; empty where there was none. */
  number: z.string(),
  numbering: z.enum(partNumberings),
  role: z.enum(partRoles),
  /** Index of the parent in `parts`; parents come before their children. */
  parent: z.nullable(z.int().check(z.gte(0))),
  /** How deep it lies in the outline, from 0. */
  level: z.int().check(z.gte(0)),
  line: lineNumber,
  blocks: z.array(importedBlock),
})
export type ImportedPart = z.infer<typeof importedPart>

const figurePlace = {
  /** The sentence that it stands in, and where: part and block by index, `from`–`to` in the text. */
  sentence: z.string(),
  part: z.int().check(z.gte(0)),
  block: z.int().check(z.gte(0)),
  /** Index among the block's footnotes where the figure stands in one; `from`–`to` count there. */
  footnote: z.nullable(z.int().check(z.gte(0))),
  from: z.int().check(z.gte(0)),
  to: z.int().check(z.gte(0)),
  line: lineNumber,
}

const offeredTarget = z.object({
  id: z.string().check(z.regex(/^t\d+$/)),
  /** Suggested from the sentence. */
  name: z.string(),
  quantity,
  /** The year in whose column it belongs: said near it, or the last of the period. */
  year: z.int(),
  /** Said in the sentence but apart from the figure: "hằng năm có …". */
  frequency: z.nullable(z.enum(frequencies)),
  /** Its values of other years, and what else stands beside it, where it is a row of a table. */
  others: z.array(z.object({ year: z.int(), quantity })),
  note: z.string(),
  ...figurePlace,
})
export type OfferedTarget = z.infer<typeof offeredTarget>

const offeredBudgetLine = z.object({
  id: z.string().check(z.regex(/^b\d+$/)),
  name: z.string(),
  amount: quantity,
  /** Null for a total over all years, and where the year can't be read. */
  year: z.nullable(z.int()),
  isTotal: z.boolean(),
  /** The line that it is a part of ("trong đó …"); such lines are not added to it. */
  within: z.nullable(z.string()),
  ...figurePlace,
})
export type OfferedBudgetLine = z.infer<typeof offeredBudgetLine>

interface Words {
  vi: string
  en: string
}

export const leftOutReasons = {
  'web-page': { vi: 'Dòng của trang web', en: 'A line of the web page' },
  'page-title': { vi: 'Nhắc lại tên văn bản', en: 'The title once more' },
  'page-number': { vi: 'Số trang', en: 'A page number' },
  rule: { vi: 'Dòng kẻ', en: 'A rule' },
  motto: { vi: 'Quốc hiệu, tiêu ngữ, tiêu đề (tự có khi xuất)', en: 'The motto, set by the export' },
  label: { vi: 'Nhãn (tự có khi xuất)', en: 'A label, set by the export' },
  column: { vi: 'Chữ của cột bên cạnh', en: 'Words of a column beside it' },
  unplaced: { vi: 'Chưa xếp được vào phần nào', en: 'Fits nowhere' },
} as const satisfies Record<string, Words>
export type LeftOutReason = keyof typeof leftOutReasons
const leftOutReason = z.enum(Object.keys(leftOutReasons) as [LeftOutReason, ...LeftOutReason[]])

export const doubtCodes = {
  'type.unknown': {
    vi: 'Không thấy tên loại văn bản; tạm coi là kế hoạch',
    en: 'No type was found; taken for a kế hoạch',
  },
  'subject.unknown': { vi: 'Không thấy trích yếu', en: 'No subject was found' },
  'issuer.guessed': { vi: 'Cơ quan ban hành được đoán từ dòng này', en: 'The issuer is guessed from this line' },
  'number.missing': { vi: 'Thiếu số thứ tự', en: 'A number is missing' },
  'number.again': { vi: 'Số thứ tự lặp lại hoặc lùi', en: 'A number stands twice or goes back' },
  'number.changed': { vi: 'Cách đánh số sẽ đổi', en: 'The numbering will change' },
  'title.guessed': { vi: 'Có thể là tên phần hoặc là đoạn đánh số', en: 'May be a title or a numbered paragraph' },
  'part.empty': { vi: 'Phần không có nội dung', en: 'A part without content' },
  'line.joined': { vi: 'Đã nối với dòng trước', en: 'Joined to the line before' },
  'footnote.lost': { vi: 'Chú thích không có dấu trong bài', en: 'A footnote whose mark is not in the text' },
  'year.wrong': { vi: 'Năm không đúng', en: 'The year is wrong' },
  'year.outside': { vi: 'Năm nằm ngoài giai đoạn của văn bản', en: 'The year lies outside the period' },
  'period.guessed': { vi: 'Giai đoạn được đoán', en: 'The period is guessed' },
  'comparison.double': { vi: 'So sánh nói hai lần', en: 'The comparison is said twice' },
  'comparison.vague': { vi: 'Con số ước chừng', en: 'The number is approximate' },
  'sum.differs': { vi: 'Tổng không khớp với các dòng', en: 'The total differs from its lines' },
  'signature.missing': { vi: 'Không thấy phần ký', en: 'No signature was found' },
} as const satisfies Record<string, Words>
type DoubtCode = keyof typeof doubtCodes
const doubtCode = z.enum(Object.keys(doubtCodes) as [DoubtCode, ...DoubtCode[]])

const leftOutLine = z.object({ line: lineNumber, text: z.string(), reason: leftOutReason })
export type LeftOutLine = z.infer<typeof leftOutLine>

/** `text`: the words in doubt; `detail`: the numbers behind it, "4990 ≠ 4991". */
export const doubt = z.object({ code: doubtCode, line: lineNumber, text: z.string(), detail: z.string() })
export type Doubt = z.infer<typeof doubt>

export const importResult = z.object({
  heading: importedHeading,
  style: z.enum(numberingStyles),
  period: z.object({ from: z.int(), to: z.int(), sure: sureness }),
  /** The opening, where there is one, is the first part, with the role `opening` and no title. */
  parts: z.array(importedPart),
  signers: z.array(z.object({ authority: z.string(), office: z.string(), name: z.string(), line: lineNumber })),
  recipients: z.array(z.object({ text: z.string(), line: lineNumber })),
  targets: z.array(offeredTarget),
  budget: z.array(offeredBudgetLine),
  leftOut: z.array(leftOutLine),
  doubts: z.array(doubt),
})
export type ImportResult = z.infer<typeof importResult>
