/**
 * The words of a refused document, for reading and copying: its lines and its cells as they were
 * written, each beside what the plan has now. Pure reading; neither side is changed.
 */
import * as Y from 'yjs'
import type { PartId } from '@soanchung/shared/ids.ts'
import { readBody, type Block, type Inline } from '@soanchung/shared/plan/blocks.ts'
import { parseDocumentName, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import { readMeta } from '@soanchung/shared/plan/meta.ts'
import { numberBlocks } from '@soanchung/shared/plan/numbering.ts'
import { readOutline } from '@soanchung/shared/plan/outline.ts'
import type { CellSource } from '@soanchung/shared/targets/formula.ts'
import { referenceText } from '@soanchung/shared/targets/reference.ts'
import { isLiving, readRegisters, registerNames, type RegisterName } from '@soanchung/shared/targets/register.ts'
import { columnsOf, contextOf, registerColumns, rowsOf } from '@soanchung/shared/targets/view.ts'
import type { EntryRow } from '@soanchung/shared/targets/view-cells.ts'
import { m } from '../paraglide/messages.js'
import { editText } from '../targets/cells.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'

export interface DraftLine {
  /** The mark before it: `a)`, `1.1.`; empty where there is none. */
  label: string
  text: string
  /** What of the text the plan does not have, as offsets; null where the plan has the whole line. */
  differs: { from: number; to: number } | null
}

interface DraftCell {
  /** `Hộ dùng nước sạch, Năm 2026` */
  name: string
  text: string
  /** What the plan has there now; empty where nothing. */
  present: string
}

export interface DraftWords {
  lines: DraftLine[]
  /** Only those that the plan has otherwise. */
  cells: DraftCell[]
}

export function readDraft(
  { document: name, state }: { document: DocumentName; state: Uint8Array },
  model: PlanModel,
): DraftWords {
  const mine = new Y.Doc()
  Y.applyUpdate(mine, state)
  const subject = parseDocumentName(name)
  return subject?.kind === 'part' ? readPart(subject.partId, mine, model) : readOutlineDraft(mine, model)
}

/** One line each, with its mark, as it can be pasted anywhere. */
export function plainText({ lines, cells }: DraftWords): string {
  return [
    ...lines.map(({ label, text }) => (label === '' ? text : `${label} ${text}`)),
    ...cells.map((cell) => `${cell.name}: ${cell.text}`),
  ].join('\n')
}

function readPart(part: PartId, mine: Y.Doc, model: PlanModel): DraftWords {
  const theirs = model.plan.part(part).document
  const written = textsOf(mine, model)
  const present = textsOf(theirs, model)
  const labels = numberBlocks(
    written.map(({ block }) => block),
    model.number(part),
    model.meta.style,
  )
  return {
    lines: written.map(({ block, text }) => ({
      label: labels.get(block.id) ?? '',
      text,
      differs: difference(text, present.find((one) => one.block.id === block.id)?.text),
    })),
    cells: registerNames.flatMap((register) => readCells(register, part, mine, theirs, model)),
  }
}

function textsOf(document: Y.Doc, model: PlanModel): { block: Block; text: string }[] {
  const cells = cellsOf(document, model)
  const words = (inline: Inline) => {
    switch (inline.type) {
      case 'text':
        return inline.text
      case 'break':
        return '\n'
      case 'footnote':
        return ` [${m.sync_draft_footnote({ text: inline.text })}]`
      case 'reference':
        return referenceText(cells.target(inline.target), inline.cell, cells).text
    }
  }
  return readBody(document.getXmlFragment('body')).blocks.map((block) => ({
    block,
    text: block.type === 'view' ? block.title : block.content.map(words).join(''),
  }))
}

/** What formulas and references find in a refused document, and in the rest of the plan. */
function cellsOf(document: Y.Doc, model: PlanModel): CellSource {
  const { targets, budget } = readRegisters(document)
  const [own, lines] = [new Map(targets.map((one) => [one.id, one])), new Map(budget.map((one) => [one.id, one]))]
  return {
    years: model.cells.years,
    target: (id) => own.get(id) ?? model.cells.target(id),
    line: (id) => lines.get(id) ?? model.cells.line(id),
    lines: () => [...[...model.cells.lines()].filter(({ id }) => !lines.has(id)), ...budget.filter(isLiving)],
  }
}

/** Columns that nobody writes into. */
const derived: readonly string[] = ['number', 'total', 'results', 'part']

function readCells(register: RegisterName, part: PartId, mine: Y.Doc, theirs: Y.Doc, model: PlanModel): DraftCell[] {
  const source = (document: Y.Doc) => ({
    meta: model.meta,
    parts: [{ id: part, title: '', ...readRegisters(document) }],
    units: [...model.units.values()],
    cells: cellsOf(document, model),
  })
  const entriesOf = (document: Y.Doc): EntryRow[] =>
    rowsOf({ register, scope: 'part', group: 'none' }, source(document), part).filter((row) => row.kind === 'entry')
  const rows = entriesOf(mine)
  const before = new Map(entriesOf(theirs).map((row) => [String(row.id), row]))
  const context = { ...contextOf(rows, source(mine)), names: model.names }
  const typed = registerColumns[register].filter((key) => !derived.includes(key))
  const columns = columnsOf({ register, columns: typed }, model.meta)
  return rows.flatMap((row) =>
    columns.flatMap(({ key, title }) => {
      const text = editText(row, key, context)
      const old = before.get(row.id)
      const present = old === undefined ? '' : editText(old, key, context)
      return text === present ? [] : [{ name: `${row.entry.name}, ${title}`, text, present }]
    }),
  )
}

function readOutlineDraft(mine: Y.Doc, model: PlanModel): DraftWords {
  const meta = readMeta(mine)
  const fields = {
    subject: m.plan_meta_subject(),
    number: m.plan_meta_number(),
    place: m.plan_meta_place(),
    superiorBody: m.plan_meta_superior(),
    issuer: m.plan_meta_issuer(),
  }
  return {
    lines: readOutline(mine).inOrder.map(({ id, title }) => ({
      label: '',
      text: title,
      differs: difference(title, model.outline.byId.get(id)?.title),
    })),
    cells: (Object.keys(fields) as (keyof typeof fields)[])
      .filter((key) => meta[key] !== model.meta[key])
      .map((key) => ({ name: fields[key], text: meta[key], present: model.meta[key] })),
  }
}

/** The stretch of whole words in `mine` that stands otherwise in `theirs`. */
function difference(mine: string, theirs: string | undefined): DraftLine['differs'] {
  if (mine === theirs) return null
  if (theirs === undefined) return mine === '' ? null : { from: 0, to: mine.length }
  const shorter = Math.min(mine.length, theirs.length)
  let from = 0
  while (from < shorter && mine[from] === theirs[from]) from += 1
  let tail = 0
  while (tail < shorter - from && mine.at(-1 - tail) === theirs.at(-1 - tail)) tail += 1
  let to = mine.length - tail
  const isWithin = (text: string, at: number) => /\S\S/.test(text.slice(Math.max(0, at - 1), at + 1))
  while (isWithin(mine, from) || isWithin(theirs, from)) from -= 1
  while (isWithin(mine, to) || isWithin(theirs, to + theirs.length - mine.length)) to += 1
  return { from, to: Math.max(from, to) }
}
