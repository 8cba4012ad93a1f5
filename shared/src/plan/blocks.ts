/**
 * The text of a part as plain JSON: a flat list of blocks, each with a permanent id, a kind and a
 * depth. One node type with a `kind` survives concurrent changes of structure; many node types and
 * nested lists do not. Reading and writing go straight between this JSON and the Yjs fragment in
 * the layout that the editor's binding uses, so the server, the importer and tables need no editor.
 */
import * as Y from 'yjs'
import * as z from 'zod/mini'
import { blockId, newId, targetId, unitId, type BlockId } from '../ids.ts'
import { registerNames } from '../targets/register.ts'

export const blockKinds = [
  'paragraph',
  'heading',
  'numbered',
  'lettered',
  'dashed',
  'plus',
  'quotation',
  'note',
] as const
export type BlockKind = (typeof blockKinds)[number]

export const maxDepth = 5

/** Links leave the plan, so only schemes that cannot run code are let in. */
export const linkHref = z.string().check(z.maxLength(2000), z.regex(/^(https?:\/\/|mailto:)/i))

export const mark = z.discriminatedUnion('type', [
  z.object({ type: z.literal('bold') }),
  z.object({ type: z.literal('italic') }),
  z.object({ type: z.literal('underline') }),
  z.object({ type: z.literal('link'), href: linkHref }),
])
export type Mark = z.infer<typeof mark>

/** Which cell of a target a sentence quotes: `value.2026`, `baseline`, `name`. */
export const referenceCell = z.string().check(z.regex(/^(value\.\d{4}|baseline|name)$/))

export const inline = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string().check(z.minLength(1)), marks: z.optional(z.array(mark)) }),
  z.object({ type: z.literal('reference'), target: targetId, cell: referenceCell }),
  z.object({ type: z.literal('footnote'), text: z.string().check(z.maxLength(5000)) }),
  z.object({ type: z.literal('break') }),
])
export type Inline = z.infer<typeof inline>

export const textBlock = z.object({
  type: z.literal('block'),
  id: blockId,
  kind: z.enum(blockKinds),
  depth: z.int().check(z.gte(0), z.lte(maxDepth)),
  /** Starts counting anew here, where the order alone would count on. */
  restart: z.optional(z.boolean()),
  content: z.array(inline),
})
export type TextBlock = z.infer<typeof textBlock>

/** Which rows of a register a view shows; all of it holds at once. */
export const viewFilter = z.object({
  text: z.optional(z.string().check(z.maxLength(200))),
  unit: z.optional(unitId),
  /** Of budget lines. */
  source: z.optional(z.string().check(z.maxLength(2000))),
})
export type ViewFilter = z.infer<typeof viewFilter>

export const viewGroups = ['none', 'unit', 'part', 'source'] as const
export type ViewGroup = (typeof viewGroups)[number]

/** A table in the text: a view of registers, never a place where numbers are kept. */
export const viewBlock = z.object({
  type: z.literal('view'),
  id: blockId,
  register: z.enum(registerNames),
  scope: z.enum(['part', 'plan']),
  /** Column keys in order; empty for the register's usual ones. */
  columns: z.array(z.string().check(z.maxLength(40))).check(z.maxLength(40)),
  group: z.enum(viewGroups),
  title: z.string().check(z.maxLength(500)),
  /** The column by which rows are sorted; left out, they stand as in the register. */
  order: z.optional(z.object({ by: z.string().check(z.maxLength(40)), down: z.boolean() })),
  filter: z.optional(viewFilter),
  /** A sum below each group's heading. */
  subtotals: z.optional(z.boolean()),
  /** On a page across. */
  landscape: z.optional(z.boolean()),
  /** What is shown in the place of the table: a drawing, or (`matrix`) what the units say of its targets. */
  picture: z.optional(z.enum(['bars', 'lines', 'matrix'])),
})
export type ViewBlock = z.infer<typeof viewBlock>

export const block = z.discriminatedUnion('type', [textBlock, viewBlock])
export type Block = z.infer<typeof block>

export function textBlockOf(kind: BlockKind, text: string, depth = 0): TextBlock {
  return { type: 'block', id: newId<BlockId>(), kind, depth, content: text === '' ? [] : [{ type: 'text', text }] }
}

/** The characters of a block as a reader sees them; `showReference` gives the words of a reference. */
export function blockText(one: Block, showReference: (reference: Inline & { type: 'reference' }) => string): string {
  if (one.type === 'view') return one.title
  return one.content
    .map((part) => {
      switch (part.type) {
        case 'text':
          return part.text
        case 'reference':
          return showReference(part)
        case 'break':
          return '\n'
        case 'footnote':
          return ''
      }
    })
    .join('')
}

/** Every block of a part's body. What does not fit the schema is skipped and counted, never thrown. */
export function readBody(body: Y.XmlFragment): { blocks: Block[]; skipped: number } {
  const nodes = body.toArray()
  const blocks = nodes.map((node) => readBlockElement(node)).filter((one) => one !== null)
  return { blocks, skipped: nodes.length - blocks.length }
}

/** The block that one child of a body holds; null where it does not fit the schema. */
export function readBlockElement(node: unknown): Block | null {
  if (!(node instanceof Y.XmlElement)) return null
  if (node.nodeName === 'view') return readView(node.getAttributes())
  const parsed = block.safeParse(readBlock(node))
  return parsed.success ? parsed.data : null
}

/** A table by its attributes, in a document or an editor, where null stands for what is not said. */
export function readView(attributes: Readonly<Record<string, unknown>>): ViewBlock | null {
  const said = Object.entries(attributes).filter(([, value]) => value !== null)
  const parsed = viewBlock.safeParse({ ...Object.fromEntries(said), type: 'view' })
  return parsed.success ? parsed.data : null
}

/** The block that one element of the body holds, unchecked. */
function readBlock(element: Y.XmlElement): unknown {
  const attributes: Record<string, unknown> = element.getAttributes()
  return {
    type: element.nodeName,
    id: attributes['id'],
    kind: attributes['kind'] ?? 'paragraph',
    depth: attributes['depth'] ?? 0,
    ...(attributes['restart'] === true ? { restart: true } : {}),
    content: element.toArray().flatMap((child) => readInline(child)),
  }
}

function readInline(child: Y.XmlElement | Y.XmlText | Y.XmlHook): unknown[] {
  if (child instanceof Y.XmlText) {
    const runs: { insert: unknown; attributes?: Record<string, unknown> }[] = child.toDelta()
    return runs.flatMap((run) => {
      if (typeof run.insert !== 'string' || run.insert === '') return []
      const marks = readMarks(run.attributes)
      return [{ type: 'text', text: run.insert, ...(marks.length > 0 ? { marks } : {}) }]
    })
  }
  if (child instanceof Y.XmlElement) return [{ ...child.getAttributes(), type: child.nodeName }]
  return []
}

/** Marks that this page does not know (a reviewer's opinion, say) stand outside canonical JSON. */
function readMarks(attributes: Record<string, unknown> | undefined): Mark[] {
  return Object.entries(attributes ?? {}).flatMap(([type, value]) => {
    const parsed = mark.safeParse({ ...(value as object), type })
    return parsed.success ? [parsed.data] : []
  })
}

/** Appends blocks to a body, in the layout of the editor's binding. Call inside a transaction. */
export function writeBody(body: Y.XmlFragment, blocks: readonly Block[]): void {
  body.insert(
    body.length,
    blocks.map((one) => writeBlock(one)),
  )
}

function writeBlock(one: Block): Y.XmlElement {
  if (one.type === 'view') {
    const { type, ...attributes } = one
    return elementOf(type, attributes)
  }
  const element = elementOf('block', {
    id: one.id,
    kind: one.kind,
    depth: one.depth,
    ...(one.restart ? { restart: true } : {}),
  })
  element.insert(0, writeInlines(one.content))
  return element
}

function writeInlines(content: readonly Inline[]): (Y.XmlElement | Y.XmlText)[] {
  const children: (Y.XmlElement | Y.XmlText)[] = []
  let text: { node: Y.XmlText; length: number } | undefined
  for (const one of content) {
    if (one.type !== 'text') {
      const { type, ...attributes } = one
      children.push(elementOf(type, attributes))
      text = undefined
      continue
    }
    if (text === undefined) {
      text = { node: new Y.XmlText(), length: 0 }
      children.push(text.node)
    }
    const formats = Object.fromEntries((one.marks ?? []).map(({ type, ...attributes }) => [type, attributes]))
    text.node.insert(text.length, one.text, formats)
    text.length += one.text.length
  }
  return children
}

function elementOf(name: string, attributes: Record<string, unknown>): Y.XmlElement {
  const element = new Y.XmlElement<Record<string, never>>(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value as never)
  return element as unknown as Y.XmlElement
}
