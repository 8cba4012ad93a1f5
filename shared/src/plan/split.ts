/**
 * A heading in a part's text becomes a part of its own, and a part becomes a heading again. Either
 * way the plan reads as before: the same words in the same order, under the same numbers, with the
 * same rows in every table; what cannot be had so is refused with the reason.
 *
 * The text of a part stands before the parts below it. So a heading takes all top headings behind
 * it along: each becomes a part, in front of those that are there already. And only the first of
 * the parts below can go back. A register stays where it is, unless the one part that shows it in
 * a table of its own is another.
 */
import * as Y from 'yjs'
import { accept, refuse, type Result } from '../errors.ts'
import type { BlockId, PartId } from '../ids.ts'
import { moveEntries } from '../targets/move.ts'
import { isLiving, readRegisters, registerNames, type RegisterName, type Registers } from '../targets/register.ts'
import { maxDepth, readBody, writeBody, type Block, type TextBlock } from './blocks.ts'
import { movesRoot } from './documents.ts'
import { numberParts, topHeadings, type PartNumber } from './numbering.ts'
import { addPart, readEntries, readOutline, type Outline, type PartNumbering } from './outline.ts'

/** What the questions are asked of: the opened plan in a browser, documents on the server. */
interface PlanText {
  outline: Outline
  number(id: PartId): Pick<PartNumber, 'level'>
  part(id: PartId): PartText | undefined
}

interface PartText extends Registers {
  blocks: readonly Block[]
}

/** A heading and the part that it becomes, or was. Their ids are made by whoever asks. */
export interface Pair {
  part: PartId
  heading: BlockId
}

/** The documents of a command; `part` must know all that it names. */
export interface PlanDocuments {
  outline: Y.Doc
  part(id: PartId): Y.Doc
}

/** How a part's document remembers a command that took text out of it, under the command's id. */
export interface TextMove {
  /** The state vector that the command had seen: what a device holds beyond it was left behind. */
  seen: Uint8Array
  /** All of the part's text and registers went, and the part with them. */
  whole: boolean
}

export interface Split {
  /** The heading that was asked for, and the top headings behind it. */
  headings: { id: BlockId; title: string }[]
  numbering: PartNumbering
  /** The heading whose part a register goes to; it stays where it is not named. */
  takes: ReadonlyMap<RegisterName, BlockId>
}

/** What a heading's turning into a part would do. */
export function planSplit(plan: PlanText, id: PartId, heading: BlockId): Result<Split> {
  const entry = plan.outline.byId.get(id)
  const part = plan.part(id)
  const begin = part?.blocks.findIndex((block) => block.id === heading) ?? -1
  if (entry === undefined || part === undefined || !isHeading(part.blocks[begin])) return refuse('plan.changed')
  if (entry.role === 'opening') return refuse('split.opening')
  const tops = topHeadings(part.blocks)
  const going = tops.slice(tops.findIndex((top) => top.id === heading))
  if (going[0]?.id !== heading) return refuse('split.nested')
  const titles = going.map(titleOf)
  if (titles.some((title) => title === null)) return refuse('split.title')
  if (going.some(({ restart }) => restart)) return refuse('split.restart')
  const begins = going.map((top) => part.blocks.indexOf(top))
  const pieces = [part.blocks.slice(0, begin), ...begins.map((at, index) => part.blocks.slice(at, begins[index + 1]))]
  const takes = new Map<RegisterName, BlockId>()
  for (const register of registerNames) {
    if (living(part, register).length === 0) continue
    const showing = pieces.flatMap((piece, index) => (shows(piece, register) ? [index] : []))
    if (showing.length > 1) return refuse('split.tables')
    const taker = going[(showing[0] ?? 0) - 1]
    if (taker !== undefined) takes.set(register, taker.id)
  }
  const level = plan.number(id).level
  return accept({
    headings: going.map((top, index) => ({ id: top.id, title: titles[index] ?? '' })),
    numbering: level === 'roman' || level === 'arabic' ? 'auto' : 'arabic',
    takes,
  })
}

/** Why these parts, in their order, cannot become headings of the part that they stand in. */
export function planJoin(plan: PlanText, ids: readonly PartId[]): Result<{ parent: PartId }> {
  const parts = ids.map((id) => plan.outline.byId.get(id))
  const parent = parts[0]?.parent
  if (parent === undefined || parts.some((part) => part?.parent !== parent)) return refuse('plan.changed')
  if (parent === null) return refuse('join.top')
  const siblings = plan.outline.byId.get(parent)?.children ?? []
  if (parts.some((part) => part === undefined || part.children.length > 0)) return refuse('join.children')
  if (ids.some((id, index) => siblings[index]?.id !== id)) return refuse('join.first')
  if (ids.some((id) => plan.number(id).level !== 'arabic')) return refuse('join.level')
  const texts = [parent, ...ids].map((id) => plan.part(id)).filter((text) => text !== undefined)
  const isDeep = (block: Block) => isHeading(block) && block.depth === maxDepth
  if (texts.slice(1).some(({ blocks }) => blocks.some(isDeep))) return refuse('join.deep')
  for (const register of registerNames) {
    const holds = texts.map((text) => living(text, register).length > 0)
    const differs = (text: PartText, index: number) =>
      shows(text.blocks, register) && holds.some((has, other) => has && other !== index)
    if (texts.some(differs)) return refuse('join.tables')
  }
  return accept({ parent })
}

/** Carries a split out. `pairs` must name exactly the headings that become parts. */
export function splitPart(
  documents: PlanDocuments,
  id: PartId,
  pairs: readonly Pair[],
  command: { id: string; now: number },
): Result<void> {
  const source = documents.part(id)
  const first = pairs[0]
  const split = first && planSplit(readPlanText(documents, [id]), id, first.heading)
  if (split === undefined || !split.ok) return split ?? refuse('plan.changed')
  const { headings, numbering, takes } = split.value
  if (headings.map((one) => one.id).join() !== pairs.map((pair) => pair.heading).join()) return refuse('plan.changed')
  const entries = readEntries(documents.outline)
  // A part that was turned into this very heading comes back under its own id.
  if (pairs.some(({ part, heading }) => entries.has(part) && entries.get(part)?.heading !== heading)) {
    return refuse('conflict.exists')
  }
  noteMove(source, command.id, false)
  source.transact(() => {
    const body = source.getXmlFragment('body')
    const nodes = body.toArray()
    const begins = pairs.map((pair) => nodes.findIndex((node) => idOf(node) === pair.heading))
    pairs.forEach(({ part, heading }, index) => {
      const target = documents.part(part)
      const moved = nodes.slice((begins[index] ?? 0) + 1, begins[index + 1]).map((node) => copy(node, -1))
      target.transact(() => {
        target.getXmlFragment('body').insert(0, moved)
        for (const [register, taker] of takes) {
          if (taker === heading) moveEntries(register, { from: source, to: target, part, now: command.now })
        }
      })
    })
    body.delete(begins[0] ?? 0, nodes.length - (begins[0] ?? 0))
  })
  documents.outline.transact(() => {
    let after: PartId | null = null
    pairs.forEach(({ part }, index) => {
      addPart(documents.outline, { id: part, parent: id, after, title: headings[index]?.title ?? '', numbering })
      after = part
    })
  })
  return accept(undefined)
}

/** The way back: these parts become headings at the end of the text that they stand below. */
export function joinParts(
  documents: PlanDocuments,
  id: PartId,
  pairs: readonly Pair[],
  command: { id: string; now: number },
): Result<void> {
  const ids = pairs.map((pair) => pair.part)
  const plan = readPlanText(documents, [id, ...ids])
  const join = planJoin(plan, ids)
  if (!join.ok) return join
  if (join.value.parent !== id) return refuse('plan.changed')
  const target = documents.part(id)
  const known = new Set([id, ...ids].flatMap((one) => plan.part(one)?.blocks.map((block) => block.id) ?? []))
  if (pairs.some(({ heading }) => known.has(heading))) return refuse('conflict.exists')
  target.transact(() => {
    const body = target.getXmlFragment('body')
    for (const { part, heading } of pairs) {
      const source = documents.part(part)
      noteMove(source, command.id, true)
      source.transact(() => {
        const from = source.getXmlFragment('body')
        const title = plan.outline.byId.get(part)?.title ?? ''
        writeBody(body, [headingOf(heading, title)])
        body.insert(
          body.length,
          from.toArray().map((node) => copy(node, 1)),
        )
        from.delete(0, from.length)
        for (const register of registerNames) {
          moveEntries(register, { from: source, to: target, part: id, now: command.now })
        }
      })
    }
  })
  documents.outline.transact(() => {
    for (const { part, heading } of pairs) {
      const entry = documents.outline.getMap('parts').get(part)
      if (!(entry instanceof Y.Map)) continue
      entry.set('deletedAt', command.now)
      entry.set('heading', heading)
    }
  })
  return accept(undefined)
}

/** The parts that are named, and the outline; numbers are right in their level, not in their count. */
function readPlanText(documents: PlanDocuments, ids: readonly PartId[]): PlanText {
  const outline = readOutline(documents.outline)
  const numbers = numberParts(outline.inOrder, 'state')
  const parts = new Map<PartId, PartText>(
    ids.map((id) => {
      const document = documents.part(id)
      const { blocks } = readBody(document.getXmlFragment('body'))
      return [id, { blocks, ...readRegisters(document) }]
    }),
  )
  return {
    outline,
    number: (id) => numbers.get(id) ?? { level: 'none' },
    part: (id) => parts.get(id),
  }
}

function isHeading(block: Block | undefined): block is TextBlock {
  return block?.type === 'block' && block.kind === 'heading'
}

/** Null where the heading has what a title cannot hold. */
function titleOf({ content }: TextBlock): string | null {
  let title = ''
  for (const one of content) {
    if (one.type === 'break') title += ' '
    else if (one.type !== 'text' || one.marks?.some((mark) => mark.type === 'link')) return null
    else title += one.text
  }
  const clean = title.replace(/\s+/g, ' ').trim()
  return clean.length > 1000 ? null : clean
}

function headingOf(id: BlockId, title: string): TextBlock {
  return { type: 'block', id, kind: 'heading', depth: 0, content: title === '' ? [] : [{ type: 'text', text: title }] }
}

function shows(blocks: readonly Block[], register: RegisterName): boolean {
  return blocks.some((block) => block.type === 'view' && block.scope === 'part' && block.register === register)
}

function living(part: PartText, register: RegisterName): readonly Registers[RegisterName][number][] {
  return part[register].filter(isLiving)
}

function idOf(node: unknown): unknown {
  return node instanceof Y.XmlElement ? node.getAttribute('id') : undefined
}

/** A block for another document, with its id and all marks; a heading goes up or down with its part. */
function copy(node: Y.XmlElement | Y.XmlText | Y.XmlHook, deeper: 1 | -1): Y.XmlElement | Y.XmlText {
  const attributes: Record<string, unknown> = node instanceof Y.XmlElement ? node.getAttributes() : {}
  const clone = node.clone() as Y.XmlElement | Y.XmlText
  if (clone instanceof Y.XmlElement && attributes['kind'] === 'heading') {
    const depth = Math.max(0, Number(attributes['depth'] ?? 0) + deeper)
    ;(clone as unknown as Y.XmlElement<{ depth: number }>).setAttribute('depth', depth)
  }
  return clone
}

function noteMove(source: Y.Doc, command: string, whole: boolean): void {
  const seen = Y.encodeStateVector(source)
  source.getMap<TextMove>(movesRoot).set(command, { seen, whole })
}
