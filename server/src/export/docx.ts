/**
 * A plan's snapshot as a Word file: A4, Times New Roman 14, real heading styles, real numbering,
 * register views as tables with a repeated header row, footnotes. Every kind of node has its line
 * in a table below, so that a new one does not compile until it is mapped. All text goes in as
 * data of the library, never as markup. Layout: Nghị định 30/2020/NĐ-CP, annex I.
 */
import {
  AlignmentType,
  BorderStyle,
  Document,
  ExternalHyperlink,
  FootnoteReferenceRun,
  Header,
  HeadingLevel,
  LineRuleType,
  Packer,
  PageNumber,
  Paragraph,
  Tab,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  UnderlineType,
  VerticalAlignTable,
  WidthType,
  type IParagraphOptions,
  type ParagraphChild,
} from 'docx'
import type { BlockId, TargetId } from '@soanchung/shared/ids.ts'
import type { BlockKind, Inline, Mark, TextBlock, ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import { planTypeTitle, type PlanMeta } from '@soanchung/shared/plan/meta.ts'
import { countTopHeadings, numberBlocks, numberParts, type PartNumber } from '@soanchung/shared/plan/numbering.ts'
import type { PlanSnapshot, SnapshotPart } from '@soanchung/shared/plan/snapshot.ts'
import type { Unit } from '@soanchung/shared/protocol.ts'
import { referenceText } from '@soanchung/shared/targets/reference.ts'
import type { Target } from '@soanchung/shared/targets/register.ts'
import { measureWords, tableOf } from '@soanchung/shared/targets/view.ts'
import { WordNumbering } from './word-numbering.ts'

const font = 'Times New Roman'
/** Half-points. */
const bodySize = 28
/** Twips: 20 mm above, below, 30 mm left, 15 mm right of an A4 page. */
const page = { width: 11906, height: 16838, top: 1134, bottom: 1134, left: 1701, right: 851 }
const textWidth = page.width - page.left - page.right
const firstLine = 720
/** Leaves room on the right for the name of the state on one line. */
const letterheadLeft = 3800
/** The narrowest column of a table that still holds "TT". */
const columnShare = 0.055

const headingLevels = [
  HeadingLevel.HEADING_1,
  HeadingLevel.HEADING_2,
  HeadingLevel.HEADING_3,
  HeadingLevel.HEADING_4,
  HeadingLevel.HEADING_5,
  HeadingLevel.HEADING_6,
] as const

const noBorder = { style: BorderStyle.NONE, size: 0, color: 'auto' } as const
const noBorders = { top: noBorder, bottom: noBorder, left: noBorder, right: noBorder }

/** The file's bytes. Shapes in, bytes out: no clock, no network, no file is read. */
export async function exportDocx(snapshot: PlanSnapshot, units: readonly Unit[]): Promise<Uint8Array> {
  const writer = new PlanWriter(snapshot, units)
  const children = writer.write()
  const document = new Document({
    title: `${planTypeTitle[snapshot.meta.type]} ${snapshot.meta.subject}`.trim(),
    creator: snapshot.meta.issuer,
    styles: { default: styles },
    numbering: { config: writer.numbering.definitions() },
    footnotes: Object.fromEntries(writer.footnotes.map((text, index) => [index + 1, { children: [footnote(text)] }])),
    sections: [
      {
        properties: {
          titlePage: true,
          page: {
            size: { width: page.width, height: page.height },
            margin: {
              top: page.top,
              bottom: page.bottom,
              left: page.left,
              right: page.right,
              header: 567,
              footer: 567,
            },
          },
        },
        headers: {
          first: new Header({ children: [new Paragraph('')] }),
          default: new Header({
            children: [
              new Paragraph({
                alignment: AlignmentType.CENTER,
                children: [new TextRun({ children: [PageNumber.CURRENT], size: 26 })],
              }),
            ],
          }),
        },
        children,
      },
    ],
  })
  return new Uint8Array(await Packer.toArrayBuffer(document))
}

const heading = (size: number) => ({
  run: { font, size, bold: true, color: '000000' },
  paragraph: { spacing: { before: 120, after: 60 }, keepNext: true, alignment: AlignmentType.JUSTIFIED },
})

const styles = {
  document: {
    run: { font, size: bodySize, language: { value: 'vi-VN' } },
    paragraph: { spacing: { before: 60, after: 60, line: 288, lineRule: LineRuleType.AUTO } },
  },
  heading1: heading(bodySize),
  heading2: heading(bodySize),
  heading3: heading(bodySize),
  heading4: heading(bodySize),
  heading5: heading(bodySize),
  heading6: heading(bodySize),
  listParagraph: { run: { font, size: bodySize }, paragraph: { indent: { left: 0 }, contextualSpacing: false } },
  footnoteText: { run: { font, size: 20 } },
}

class PlanWriter {
  readonly #snapshot: PlanSnapshot
  readonly #units: readonly Unit[]
  readonly #targets: ReadonlyMap<TargetId, Target>
  readonly #numbers: ReadonlyMap<SnapshotPart['id'], PartNumber>
  readonly numbering: WordNumbering
  readonly footnotes: string[] = []
  /** The block that closes the text before the signature. */
  #lastBlock: BlockId | null = null

  constructor(snapshot: PlanSnapshot, units: readonly Unit[]) {
    this.#snapshot = snapshot
    this.#units = units
    // Where a target was moved, its former part holds an entry of it too; the one that stands counts.
    const targets = snapshot.parts
      .flatMap((part) => part.targets)
      .sort((a, b) => Number(a.movedTo === null) - Number(b.movedTo === null))
    this.#targets = new Map(targets.map((target) => [target.id, target]))
    const blocks = new Map(snapshot.parts.map((part) => [part.id, part.blocks]))
    this.#numbers = numberParts(snapshot.parts, snapshot.meta.style, (id) => countTopHeadings(blocks.get(id) ?? []))
    this.numbering = new WordNumbering(snapshot, this.#numbers)
  }

  write(): (Paragraph | Table)[] {
    const isAnnex = this.#annexParts()
    const body = this.#snapshot.parts.filter((part) => !isAnnex.has(part.id))
    this.#lastBlock = lastTextBlock(body)?.id ?? null
    const annexes = this.#snapshot.parts.filter((part) => isAnnex.has(part.id))
    return [
      ...letterhead(this.#snapshot.meta),
      ...title(this.#snapshot.meta),
      ...body.flatMap((part) => this.#part(part)),
      ...closing(this.#snapshot.meta),
      ...annexes.flatMap((part) => this.#part(part)),
    ]
  }

  /** Annexes with all that hangs below them stand behind the signature. */
  #annexParts(): Set<SnapshotPart['id']> {
    const annexes = new Set<SnapshotPart['id']>()
    for (const part of this.#snapshot.parts) {
      if (part.role === 'annex' || (part.parent !== null && annexes.has(part.parent))) annexes.add(part.id)
    }
    return annexes
  }

  #part(part: SnapshotPart): (Paragraph | Table)[] {
    const number = this.#numbers.get(part.id) ?? { level: 'none', label: '', path: [] }
    const labels = numberBlocks(part.blocks, number, this.#snapshot.meta.style)
    this.numbering.beginPart()
    const out: (Paragraph | Table)[] = []
    if (part.title !== '' || number.label !== '') out.push(this.#partTitle(part, number))
    for (const block of part.blocks) {
      out.push(...(block.type === 'view' ? this.#view(part, block) : [this.#textBlock(part, block, labels)]))
    }
    return out
  }

  #partTitle(part: SnapshotPart, number: PartNumber): Paragraph {
    const isCentred = number.level === 'phan' || number.level === 'chuong' || number.level === 'annex'
    const word = this.numbering.part(part.id)
    return new Paragraph({
      heading: headingLevels[Math.min(this.#depth(part), headingLevels.length - 1)],
      alignment: isCentred ? AlignmentType.CENTER : AlignmentType.JUSTIFIED,
      ...(isCentred ? {} : { indent: { firstLine } }),
      ...(number.level === 'annex' ? { pageBreakBefore: true } : {}),
      ...(word ? { numbering: word } : {}),
      children: [
        new TextRun({
          text: part.title,
          allCaps: number.level !== 'arabic' && number.level !== 'none',
          // The title stands on a line of its own below "Phụ lục I", "Chương II".
          ...(isCentred ? { break: 1 } : {}),
        }),
      ],
    })
  }

  #depth(part: SnapshotPart): number {
    let depth = 0
    for (let at = part.parent; at !== null; depth += 1) {
      at = this.#snapshot.parts.find((one) => one.id === at)?.parent ?? null
    }
    return depth
  }

  #textBlock(part: SnapshotPart, block: TextBlock, labels: ReadonlyMap<BlockId, string>): Paragraph {
    const label = labels.get(block.id)
    const word = label === undefined ? undefined : this.numbering.block(part.id, block, label)
    const shape = blockShapes[block.kind]
    const headingLevel = block.kind === 'heading' ? this.#depth(part) + 1 + block.depth : undefined
    return new Paragraph({
      ...shape.paragraph(block.depth),
      ...(headingLevel === undefined
        ? {}
        : { heading: headingLevels[Math.min(headingLevel, headingLevels.length - 1)] }),
      ...(part.role === 'opening' ? { alignment: AlignmentType.JUSTIFIED } : {}),
      ...(word ? { numbering: word } : {}),
      children: this.#closed(block).flatMap((inline) =>
        this.#inline(inline, shape.isItalic || (part.role === 'opening' && block.kind === 'paragraph')),
      ),
    })
  }

  /** The state's documents, and those of the Front, end in `./.`; the Party's in a plain full stop. */
  #closed(block: TextBlock): readonly Inline[] {
    if (block.id !== this.#lastBlock || this.#snapshot.meta.style === 'party') return block.content
    const last = block.content.at(-1)
    if (last?.type !== 'text') return [...block.content, { type: 'text', text: './.' }]
    const text = `${last.text.replace(/[.;\s]*(\/\.)?\s*$/u, '')}./.`
    return [...block.content.slice(0, -1), { ...last, text }]
  }

  #inline(inline: Inline, italics: boolean): ParagraphChild[] {
    switch (inline.type) {
      case 'text':
        return [textRun(inline.text, inline.marks ?? [], italics)]
      case 'reference':
        return [new TextRun({ text: referenceText(this.#targets.get(inline.target), inline.cell).text, italics })]
      case 'footnote':
        this.footnotes.push(inline.text)
        return [new FootnoteReferenceRun(this.footnotes.length)]
      case 'break':
        return [new TextRun({ text: '', break: 1 })]
    }
  }

  #view(part: SnapshotPart, view: ViewBlock): (Paragraph | Table)[] {
    const table = tableOf(view, { parts: this.#snapshot.parts, meta: this.#snapshot.meta, units: this.#units }, part.id)
    const widths = columnWidths(table.columns.map((column) => column.weight))
    const align = (index: number) => table.columns[index]?.align ?? 'start'
    const caption = [
      ...(view.title === '' ? [] : [centred(view.title, { size: bodySize, bold: true })]),
      ...(table.scale === null
        ? []
        : [
            line(
              `Đơn vị tính: ${measureWords({ kind: 'money', scale: table.scale }, null)}`,
              { size: 24, italics: true },
              AlignmentType.END,
            ),
          ]),
    ]
    const header = new TableRow({
      tableHeader: true,
      cantSplit: true,
      children: table.columns.map((column, index) =>
        cell(column.title, { width: widths[index], bold: true, align: 'center' }),
      ),
    })
    const figures = (cells: readonly { text: string }[], bold: boolean) =>
      new TableRow({
        cantSplit: true,
        children: cells.map((one, index) => cell(one.text, { width: widths[index], bold, align: align(index) })),
      })
    const rows = [
      ...table.rows.map(({ row, cells }) =>
        row.kind === 'group' ? groupRow(`${row.label}. ${row.title}`, table.columns.length) : figures(cells, false),
      ),
      ...(table.total === null ? [] : [figures(table.total, true)]),
    ]
    return [
      ...caption,
      new Table({
        width: { size: textWidth, type: WidthType.DXA },
        layout: TableLayoutType.FIXED,
        columnWidths: widths,
        rows: [header, ...rows],
      }),
      new Paragraph(''),
    ]
  }
}

function lastTextBlock(parts: readonly SnapshotPart[]): TextBlock | undefined {
  return parts
    .flatMap((part) => part.blocks)
    .findLast((block): block is TextBlock => block.type === 'block' && block.content.length > 0)
}

interface BlockShape {
  paragraph: (depth: number) => IParagraphOptions
  isItalic: boolean
}

const justified = (depth: number): IParagraphOptions => ({
  alignment: AlignmentType.JUSTIFIED,
  indent: { left: depth * 360, firstLine },
})

/** How each kind of block is laid out. */
const blockShapes: Record<BlockKind, BlockShape> = {
  paragraph: { paragraph: justified, isItalic: false },
  heading: { paragraph: () => ({ indent: { firstLine } }), isItalic: false },
  numbered: { paragraph: justified, isItalic: false },
  lettered: { paragraph: justified, isItalic: false },
  dashed: { paragraph: justified, isItalic: false },
  plus: { paragraph: justified, isItalic: false },
  quotation: {
    paragraph: () => ({ alignment: AlignmentType.JUSTIFIED, indent: { left: 720, right: 360 } }),
    isItalic: true,
  },
  note: {
    paragraph: () => ({
      alignment: AlignmentType.JUSTIFIED,
      indent: { firstLine },
      border: { left: { style: BorderStyle.SINGLE, size: 12, color: '808080', space: 6 } },
    }),
    isItalic: true,
  },
}

function textRun(text: string, marks: readonly Mark[], italics: boolean): ParagraphChild {
  const has = (type: Mark['type']) => marks.some((mark) => mark.type === type)
  const link = marks.find((mark) => mark.type === 'link')
  const run = new TextRun({
    children: text.split('\t').flatMap((piece, index) => (index === 0 ? [piece] : [new Tab(), piece])),
    // Only what is set: a false would overrule the style of a heading.
    ...(has('bold') ? { bold: true } : {}),
    ...(italics || has('italic') ? { italics: true } : {}),
    ...(has('underline') || link ? { underline: { type: UnderlineType.SINGLE } } : {}),
  })
  return link ? new ExternalHyperlink({ children: [run], link: link.href }) : run
}

function footnote(text: string): Paragraph {
  return new Paragraph({ children: [new TextRun({ text: ` ${text}`, size: 20 })] })
}

interface CellShape {
  width: number | undefined
  bold: boolean
  align: 'start' | 'center' | 'end'
  span?: number
}

const alignments = { start: AlignmentType.LEFT, center: AlignmentType.CENTER, end: AlignmentType.RIGHT } as const

function groupRow(title: string, span: number): TableRow {
  return new TableRow({
    cantSplit: true,
    children: [cell(title, { width: textWidth, bold: true, align: 'start', span })],
  })
}

function cell(text: string, shape: CellShape): TableCell {
  return new TableCell({
    ...(shape.width === undefined ? {} : { width: { size: shape.width, type: WidthType.DXA } }),
    ...(shape.span === undefined ? {} : { columnSpan: shape.span }),
    verticalAlign: VerticalAlignTable.CENTER,
    margins: { left: 60, right: 60, top: 20, bottom: 20 },
    children: [
      new Paragraph({
        alignment: alignments[shape.align],
        spacing: { before: 20, after: 20, line: 240 },
        children: [new TextRun({ text, size: 24, bold: shape.bold })],
      }),
    ],
  })
}

/** Shares of the text's width as twips that add up to it exactly. */
function columnWidths(shares: readonly number[]): number[] {
  const sum = shares.reduce((total, share) => total + share, 0)
  const wide = shares.map((share) => Math.max(share / sum, columnShare))
  const wideSum = wide.reduce((total, share) => total + share, 0)
  const widths = wide.map((share) => Math.floor((share / wideSum) * textWidth))
  const rest = textWidth - widths.reduce((total, width) => total + width, 0)
  return widths.map((width, index) => (index === widths.length - 1 ? width + rest : width))
}

/** Issuing bodies on the left, the state's or the Party's heading on the right. */
function letterhead(meta: PlanMeta): (Paragraph | Table)[] {
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

function title(meta: PlanMeta): Paragraph[] {
  return [
    centred(planTypeTitle[meta.type].toUpperCase(), { size: 28, bold: true }),
    ...(meta.subject === '' ? [] : [centred(meta.subject, { size: 28, bold: true })]),
    new Paragraph(''),
  ]
}

function closing(meta: PlanMeta): (Paragraph | Table)[] {
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

interface LineShape {
  size: number
  bold?: boolean
  italics?: boolean
  underline?: boolean
}

function line(text: string, { underline, ...shape }: LineShape, alignment?: IParagraphOptions['alignment']): Paragraph {
  return new Paragraph({
    ...(alignment === undefined ? {} : { alignment }),
    spacing: { before: 0, after: 20, line: 252 },
    children: [new TextRun({ text, ...shape, ...(underline ? { underline: { type: UnderlineType.SINGLE } } : {}) })],
  })
}

function centred(text: string, shape: LineShape): Paragraph {
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
