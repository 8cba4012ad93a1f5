/**
 * A plan's snapshot as a Word file: A4, Times New Roman 14, real heading styles, real numbering,
 * register views as tables (docx-tables.ts) or pictures, a page across where one asks for it, footnotes. Every kind of node has its line
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
  ImageRun,
  LineRuleType,
  Packer,
  PageNumber,
  PageOrientation,
  Paragraph,
  Tab,
  type Table,
  TextRun,
  UnderlineType,
  type IParagraphOptions,
  type ISectionOptions,
  type ParagraphChild,
} from 'docx'
import type { BlockId, TargetId } from '@soanchung/shared/ids.ts'
import { matrixOfView } from '@soanchung/shared/links/matrix-table.ts'
import type { PlanRollUp } from '@soanchung/shared/links/links.ts'
import { hasThinSlice } from '@soanchung/shared/pictures/option.ts'
import type { Block, BlockKind, Inline, Mark, TextBlock, ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import { planTypeTitle, planYears } from '@soanchung/shared/plan/meta.ts'
import { numberBlocks, type PartNumber } from '@soanchung/shared/plan/numbering.ts'
import { pictureWords, viewPictures, type Picture } from '@soanchung/shared/pictures/picture.ts'
import type { PlanSnapshot, SnapshotPart } from '@soanchung/shared/plan/snapshot.ts'
import { referenceText } from '@soanchung/shared/targets/reference.ts'
import type { CellSource } from '@soanchung/shared/targets/formula.ts'
import type { Target } from '@soanchung/shared/targets/register.ts'
import { cellSourceOf, type ViewSource } from '@soanchung/shared/targets/view-cells.ts'
import { tableOf } from '@soanchung/shared/targets/view.ts'
import { closing, letterhead, page, textWidthOf, title } from './docx-frame.ts'
import { caption, line, matrixTables, pictureTable, registerTable } from './docx-tables.ts'
import { drawPng, type DrawnPicture } from './picture-png.ts'
import { partNumbers, viewSourceOf, type PartNumbers, type ShownBeside } from './shown.ts'
import { WordNumbering } from './word-numbering.ts'

const font = 'Times New Roman'
/** Half-points. */
const bodySize = 28
const firstLine = 720
const headingLevels = [
  HeadingLevel.HEADING_1,
  HeadingLevel.HEADING_2,
  HeadingLevel.HEADING_3,
  HeadingLevel.HEADING_4,
  HeadingLevel.HEADING_5,
  HeadingLevel.HEADING_6,
] as const

/** The file's bytes. Shapes in, bytes out: no clock, no network. */
export async function exportDocx(snapshot: PlanSnapshot, shown: ShownBeside): Promise<Uint8Array> {
  const numbers = partNumbers(snapshot)
  const source = viewSourceOf(snapshot, numbers, shown)
  const writer = new PlanWriter(
    snapshot,
    source,
    numbers,
    shown.rollUp ?? null,
    await drawViews(snapshot, source, shown),
  )
  const pieces = writer.write()
  const document = new Document({
    title: `${planTypeTitle[snapshot.meta.type]} ${snapshot.meta.subject}`.trim(),
    creator: snapshot.meta.issuer,
    styles: { default: styles },
    numbering: { config: writer.numbering.definitions() },
    footnotes: Object.fromEntries(writer.footnotes.map((text, index) => [index + 1, { children: [footnote(text)] }])),
    sections: pieces.map((piece, index) => section(piece, index === 0)),
  })
  return new Uint8Array(await Packer.toArrayBuffer(document))
}

/** Pages count on from section to section; only the very first bears no number. */
function section({ isAcross: across, content }: Piece, isFirst: boolean): ISectionOptions {
  const { width, height, ...margins } = page
  const number = new Paragraph({
    alignment: AlignmentType.CENTER,
    children: [new TextRun({ children: [PageNumber.CURRENT], size: 26 })],
  })
  return {
    properties: {
      titlePage: isFirst,
      page: {
        size: { width, height, orientation: across ? PageOrientation.LANDSCAPE : PageOrientation.PORTRAIT },
        margin: { ...margins, header: 567, footer: 567 },
      },
    },
    headers: {
      ...(isFirst ? { first: new Header({ children: [new Paragraph('')] }) } : {}),
      default: new Header({ children: [number] }),
    },
    children: content,
  }
}

/** Content that stands on pages of one orientation. */
interface Piece {
  isAcross: boolean
  content: (Paragraph | Table)[]
}

/** Neighbours of one orientation as one piece. */
function joined(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = []
  for (const { isAcross: across, content } of pieces) {
    const last = out.at(-1)
    if (content.length === 0) continue
    if (last?.isAcross === across) last.content.push(...content)
    else out.push({ isAcross: across, content: [...content] })
  }
  return out
}

function isAcross(block: Block): boolean {
  return block.type === 'view' && block.landscape === true
}

interface DocumentPicture extends DrawnPicture {
  picture: Picture
  isAcross: boolean
}

/** The pictures of the views that are shown as such. */
async function drawViews(
  { parts }: PlanSnapshot,
  source: ViewSource,
  { asked }: ShownBeside,
): Promise<ReadonlyMap<BlockId, readonly DocumentPicture[]>> {
  const drawn = new Map<BlockId, DocumentPicture[]>()
  for (const part of parts) {
    for (const block of part.blocks) {
      if (block.type !== 'view' || block.picture === undefined) continue
      const pictures: DocumentPicture[] = []
      for (const picture of viewPictures(block, source, part.id, asked)) {
        pictures.push({ ...(await drawPng(picture)), picture, isAcross: isAcross(block) })
      }
      drawn.set(block.id, pictures)
    }
  }
  return drawn
}

function image({ png, width, height, picture, isAcross: across }: DocumentPicture): Paragraph {
  // Twips are 1/1440 of an inch, pixels 1/96; a caption and the line below need their room.
  const room = ((across ? page.width : page.height) - page.top - page.bottom) / 15 - 80
  const scale = Math.min(1, room / height)
  return new Paragraph({
    alignment: AlignmentType.CENTER,
    children: [
      new ImageRun({
        type: 'png',
        data: png,
        transformation: { width: Math.round(width * scale), height: Math.round(height * scale) },
        altText: { name: 'Biểu đồ', title: 'Biểu đồ', description: pictureWords(picture) },
      }),
    ],
  })
}

function noteBelow(note: string): Paragraph {
  return line(note, { size: 24, italics: true }, AlignmentType.CENTER)
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
  readonly #source: ViewSource
  readonly #rollUp: PlanRollUp | null
  readonly #pictures: ReadonlyMap<BlockId, readonly DocumentPicture[]>
  readonly #targets: ReadonlyMap<TargetId, Target>
  readonly #cells: CellSource
  readonly #numbers: PartNumbers
  readonly numbering: WordNumbering
  readonly footnotes: string[] = []
  /** The block that closes the text before the signature. */
  #lastBlock: BlockId | null = null

  constructor(
    snapshot: PlanSnapshot,
    source: ViewSource,
    numbers: PartNumbers,
    rollUp: PlanRollUp | null,
    pictures: ReadonlyMap<BlockId, readonly DocumentPicture[]>,
  ) {
    this.#snapshot = snapshot
    this.#source = source
    this.#rollUp = rollUp
    this.#pictures = pictures
    // Where a target was moved, its former part holds an entry of it too; the one that stands counts.
    const targets = snapshot.parts
      .flatMap((part) => part.targets)
      .sort((a, b) => Number(a.movedTo === null) - Number(b.movedTo === null))
    this.#targets = new Map(targets.map((target) => [target.id, target]))
    this.#cells = cellSourceOf(snapshot.parts, planYears(snapshot.meta))
    this.#numbers = numbers
    this.numbering = new WordNumbering(snapshot, this.#numbers)
  }

  /** The whole text, cut where the page turns. */
  write(): Piece[] {
    const isAnnex = this.#annexParts()
    const body = this.#snapshot.parts.filter((part) => !isAnnex.has(part.id))
    this.#lastBlock = lastTextBlock(body)?.id ?? null
    const annexes = this.#snapshot.parts.filter((part) => isAnnex.has(part.id))
    const pieces: Piece[] = [
      { isAcross: false, content: [...letterhead(this.#snapshot.meta), ...title(this.#snapshot.meta)] },
      ...body.flatMap((part) => this.#part(part, false)),
      { isAcross: false, content: closing(this.#snapshot.meta) },
      ...annexes.flatMap((part) => this.#part(part, true)),
    ]
    return joined(pieces)
  }

  /** Annexes with all that hangs below them stand behind the signature. */
  #annexParts(): Set<SnapshotPart['id']> {
    const annexes = new Set<SnapshotPart['id']>()
    for (const part of this.#snapshot.parts) {
      if (part.role === 'annex' || (part.parent !== null && annexes.has(part.parent))) annexes.add(part.id)
    }
    return annexes
  }

  #part(part: SnapshotPart, isAnnex: boolean): Piece[] {
    const number = this.#numbers.get(part.id) ?? { level: 'none', label: '', path: [] }
    const labels = numberBlocks(part.blocks, number, this.#snapshot.meta.style)
    this.numbering.beginPart()
    // An annex with a table across is across from its title on; elsewhere the title goes with a table that it heads.
    const isAllAcross = isAnnex && part.blocks.some(isAcross)
    const isTitleAcross = isAllAcross || (part.blocks[0] !== undefined && isAcross(part.blocks[0]))
    const title = part.title !== '' || number.label !== '' ? [this.#partTitle(part, number)] : []
    return [
      { isAcross: isTitleAcross, content: title },
      ...part.blocks.map((block): Piece => {
        const across = isAllAcross || isAcross(block)
        if (block.type === 'block') return { isAcross: across, content: [this.#textBlock(part, block, labels)] }
        const content = this.#view(part, block, textWidthOf(across))
        // What ends a section stands for the line below.
        return { isAcross: across, content: across && !isAllAcross ? content : [...content, new Paragraph('')] }
      }),
    ]
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
        return [
          new TextRun({
            text: referenceText(this.#targets.get(inline.target), inline.cell, this.#cells).text,
            italics,
          }),
        ]
      case 'footnote':
        this.footnotes.push(inline.text)
        return [new FootnoteReferenceRun(this.footnotes.length)]
      case 'break':
        return [new TextRun({ text: '', break: 1 })]
    }
  }

  #view(part: SnapshotPart, view: ViewBlock, width: number): (Paragraph | Table)[] {
    if (view.picture === 'matrix') {
      const matrix = matrixOfView(view, this.#source, part.id, this.#rollUp)
      if (matrix !== null) return matrixTables(view.title, matrix, width)
    }
    const pictures = this.#pictures.get(view.id) ?? []
    if (pictures.length === 0) return registerTable(tableOf(view, this.#source, part.id), width)
    return [
      ...(view.title === '' ? [] : [caption(view.title)]),
      ...pictures.flatMap((drawn) => [
        image(drawn),
        ...(drawn.picture.note === '' ? [] : [noteBelow(drawn.picture.note)]),
        ...(hasThinSlice(drawn.picture) ? [pictureTable(drawn.picture, width)] : []),
      ]),
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
