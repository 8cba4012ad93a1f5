/**
 * The report of an import as a published, versioned format (docs/schemas/inspect-1.schema.json):
 * what was recognised in a text, what is offered as targets and budget lines, what was left out and
 * why, and what is doubtful. A change that readers of the report must know of raises the version.
 */
import * as z from 'zod/mini'
import { planTypeTitle } from '../plan/meta.ts'
import { formatQuantity } from '../targets/quantity-text.ts'
import { importText } from './import-text.ts'
import { doubtCodes, importResult, leftOutReasons, type ImportResult } from './result.ts'

const inspectSchema = 'soanchung/inspect-1'

export const inspectReport = z.object({
  schema: z.literal(inspectSchema),
  counts: z.object({
    parts: z.int(),
    blocks: z.int(),
    targets: z.int(),
    budget: z.int(),
    leftOut: z.int(),
    doubts: z.int(),
  }),
  ...importResult.shape,
})
type InspectReport = z.infer<typeof inspectReport>

export function inspect(text: string): InspectReport {
  const result = importText(text)
  return {
    schema: inspectSchema,
    counts: {
      parts: result.parts.length,
      blocks: result.parts.reduce((sum, part) => sum + part.blocks.length, 0),
      targets: result.targets.length,
      budget: result.budget.length,
      leftOut: result.leftOut.length,
      doubts: result.doubts.length,
    },
    ...result,
  }
}

/** The JSON Schema of a report, for docs/schemas. */
export function inspectJsonSchema(): object {
  return { $id: inspectSchema, title: 'Soạn Chung: inspect report', ...z.toJSONSchema(inspectReport) }
}

const words = {
  vi: {
    number: 'Số',
    date: 'Ngày',
    place: 'Nơi ban hành',
    issuer: 'Cơ quan ban hành',
    superiorBody: 'Cơ quan cấp trên',
    period: 'Giai đoạn',
    outline: 'Đề cương',
    opening: '(mở đầu)',
    blocks: 'đoạn',
    targets: 'Chỉ tiêu nhận ra',
    budget: 'Dòng kinh phí nhận ra',
    signers: 'Người ký',
    recipients: 'Nơi nhận',
    leftOut: 'Không đưa vào',
    doubts: 'Cần xem lại',
    line: 'dòng',
    total: 'tổng',
  },
  en: {
    number: 'Number',
    date: 'Date',
    place: 'Place',
    issuer: 'Issuer',
    superiorBody: 'Superior body',
    period: 'Period',
    outline: 'Outline',
    opening: '(opening)',
    blocks: 'blocks',
    targets: 'Offered targets',
    budget: 'Offered budget lines',
    signers: 'Signed by',
    recipients: 'Recipients',
    leftOut: 'Left out',
    doubts: 'Doubtful',
    line: 'line',
    total: 'total',
  },
}

/** The report for people to read, in plain lines. */
export function describeReport(report: ImportResult, language: 'vi' | 'en' = 'vi'): string {
  const say = words[language]
  const { heading } = report
  const fields = (['number', 'date', 'place', 'issuer', 'superiorBody'] as const).flatMap((field) => {
    const found = heading[field]
    return found === null ? [] : [`${say[field]}: ${found.value}`]
  })
  const outline = report.parts.map((part) => {
    const title = part.role === 'opening' ? say.opening : `${part.number} ${part.title}`.trim()
    return `${'  '.repeat(part.level + 1)}${title} · ${part.blocks.length} ${say.blocks}`
  })
  const targets = report.targets.map(({ name, quantity, year, others, line }) => {
    const before = others.map((one) => `${formatQuantity(one.quantity)} · ${one.year}`)
    return `  ${[formatQuantity(quantity), name, year, ...before].join(' · ')} (${say.line} ${line})`
  })
  const budget = report.budget.map(({ name, amount, year, isTotal, line }) => {
    const when = year ?? (isTotal ? say.total : '?')
    return `  ${formatQuantity(amount)} · ${name} · ${when} (${say.line} ${line})`
  })
  const signers = report.signers.map(
    (one) =>
      `  ${[one.authority, one.office, one.name]
        .filter((text) => text !== '')
        .join(' / ')
        .replaceAll('\n', ' / ')}`,
  )
  const leftOut = report.leftOut.map(
    ({ text, reason, line }) => `  ${say.line} ${line}: ${text.slice(0, 60)} · ${leftOutReasons[reason][language]}`,
  )
  const doubts = report.doubts.map(({ code, line, text, detail }) =>
    [`  ${say.line} ${line}: ${doubtCodes[code][language]}`, detail, text].filter((one) => one !== '').join(' · '),
  )
  return [
    `${heading.type === null ? '?' : planTypeTitle[heading.type.value]}: ${heading.subject?.value ?? '?'}`,
    ...fields,
    `${say.period}: ${report.period.from}–${report.period.to}`,
    ...section(say.outline, outline),
    ...section(say.targets, targets),
    ...section(say.budget, budget),
    ...section(say.signers, signers),
    ...section(
      say.recipients,
      report.recipients.map((one) => `  - ${one.text}`),
    ),
    ...section(say.leftOut, leftOut),
    ...section(say.doubts, doubts),
  ].join('\n')
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title} (${lines.length})`, ...lines]
}
