/**
 * What frames a document: its page, the letterhead and the title before the text, recipients and
 * signatures behind it. Layout: Nghị định 30/2020/NĐ-CP, annex I, and the Party's own.
 */
import { AlignmentType, BorderStyle, Paragraph, Table, TableCell, TableLayoutType, TableRow, WidthType } from 'docx'
import { planTypeTitle, type PlanMeta } from '@soanchung/shared/plan/meta.ts'
import { line } from './docx-tables.ts'

/** Twips: 20 mm above, below, 30 mm left, 15 mm right of an A4 page. */
export const page = { width: 11906, height: 16838, top: 1134, bottom: 1134, left: 1701, right: 851 }
/** Leaves room on the right for the name of the state on one line. */
const letterheadLeft = 3800

const noBorder = { style: BorderStyle.NONE, size: 0, color: 'auto' } as const
const noBorders = { top: noBorder, bottom: noBorder, left: noBorder, right: noBorder }

/** In twips, on a page upright or across. */
export function textWidthOf(across: boolean): number {
  return (across ? page.height : page.width) - page.left - page.right
}

const textWidth = textWidthOf(false)

/** Issuing bodies on the left, the state's or the Party's heading on the right. */
export function letterhead(meta: PlanMeta): (Paragraph | Table)[] {
  const isParty = meta.style === 'party'
  const left = [
    ...(meta.superiorBody === '' ? [] : [centred(meta.superiorBody.toUpperCase(), { size: 26 })]),
    centred(meta.issuer.toUpperCase(), { size: 26, bold: true }),
    ...(isParty ? [centred('*', { size: 26 })] : []),
    centred(`${isParty ? 'Số' : 'Số:'} ${meta.number === '' ? '      ' : meta.number}`, { size: 26 }),
  ]
  const right = isParty
    ? [centred('ĐẢNG CỘNG SẢN VIỆT NAM', { size: 28, bold: true, underline: true })]
    : [
        centred('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', { size: 24, bold: true }),
        centred('Độc lập - Tự do - Hạnh phúc', { size: 26, bold: true, underline: true }),
      ]
  const day = dateLine(meta)
  right.push(new Paragraph({ spacing: { before: 0, after: 0, line: 120 } }), centred(day, { size: 28, italics: true }))
  return [columns([left, right], [letterheadLeft, textWidth - letterheadLeft]), new Paragraph('')]
}

/** `Bình Minh, ngày 05 tháng 02 năm 2026`: days below 10 and the months 1 and 2 have a zero. */
function dateLine(meta: PlanMeta): string {
  const [year, month, day] = meta.date.split('-')
  const before = meta.place === '' ? '' : `${meta.place}, `
  // Left open for the hand that signs, as on paper.
  if (year === undefined || month === undefined || day === undefined) return `${before}ngày … tháng … năm …`
  const shownMonth = Number(month) <= 2 ? month : String(Number(month))
  return `${before}ngày ${day} tháng ${shownMonth} năm ${year}`
}

export function title(meta: PlanMeta): Paragraph[] {
  return [
    centred(planTypeTitle[meta.type].toUpperCase(), { size: 28, bold: true }),
    ...(meta.subject === '' ? [] : [centred(meta.subject, { size: 28, bold: true })]),
    new Paragraph(''),
  ]
}

export function closing(meta: PlanMeta): (Paragraph | Table)[] {
  if (meta.signers.length === 0 && meta.recipients.length === 0) return []
  const recipients = [
    ...(meta.recipients.length === 0
      ? []
      : [line('Nơi nhận:', { size: 24, bold: true, italics: true, underline: meta.style === 'party' })]),
    ...meta.recipients.map((one) => line(`- ${one}`, { size: 22 })),
  ]
  const signers = meta.signers.flatMap((signer) => [
    ...[signer.authority, signer.office]
      .filter((one) => one !== '')
      .map((one) => centred(one.toUpperCase(), { size: 28, bold: true })),
    new Paragraph(''),
    new Paragraph(''),
    new Paragraph(''),
    centred(signer.name, { size: 28, bold: true }),
  ])
  const left = recipients.length > 0 ? recipients : [new Paragraph('')]
  const right = signers.length > 0 ? signers : [new Paragraph('')]
  return [new Paragraph(''), columns([left, right], [Math.floor(textWidth / 2), Math.ceil(textWidth / 2)])]
}

function centred(text: string, shape: Parameters<typeof line>[1]): Paragraph {
  return line(text, shape, AlignmentType.CENTER)
}

function columns(contents: readonly Paragraph[][], widths: number[]): Table {
  return new Table({
    width: { size: textWidth, type: WidthType.DXA },
    layout: TableLayoutType.FIXED,
    columnWidths: widths,
    borders: { ...noBorders, insideHorizontal: noBorder, insideVertical: noBorder },
    rows: [
      new TableRow({
        children: contents.map(
          (children, index) =>
            new TableCell({
              borders: noBorders,
              ...(widths[index] === undefined ? {} : { width: { size: widths[index], type: WidthType.DXA } }),
              children,
            }),
        ),
      }),
    ],
  })
}
