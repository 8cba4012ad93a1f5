/** A plan as the stock editor would hold it: one document, its targets in tables of the text. */
import { getSchema, type JSONContent } from '@tiptap/core'
import { prosemirrorJSONToYXmlFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { blockText, type Block } from '@soanchung/shared/plan/blocks.ts'
import type { PlanSnapshot, SnapshotPart } from '@soanchung/shared/plan/snapshot.ts'
import { tableOf } from '@soanchung/shared/targets/view.ts'
import { stockExtensions, stockRoot } from './stock-page/extensions.ts'

export function fillStockDocument(document: Y.Doc, plan: PlanSnapshot): void {
  const content = plan.parts.flatMap((part) => [
    { type: 'heading', attrs: { level: 2 }, content: words(part.title) },
    ...part.blocks.flatMap((block) => nodesOf(block, plan, part)),
  ])
  const json = { type: 'doc', content }
  prosemirrorJSONToYXmlFragment(getSchema(stockExtensions), json, document.getXmlFragment(stockRoot))
}

function nodesOf(block: Block, plan: PlanSnapshot, part: SnapshotPart): JSONContent[] {
  if (block.type === 'block') return [paragraph(blockText(block, () => ''))]
  const { title, columns, rows } = tableOf(block, { meta: plan.meta, parts: plan.parts, units: [] }, part.id)
  const lines = [columns.map((column) => column.title), ...rows.map(({ cells }) => cells.map(({ text }) => text))]
  const content = lines.map((line) => ({
    type: 'tableRow',
    content: line.map((text) => ({ type: 'tableCell', content: [paragraph(text)] })),
  }))
  return [paragraph(title), { type: 'table', content }]
}

function paragraph(text: string): JSONContent {
  return { type: 'paragraph', content: words(text) }
}

function words(text: string): JSONContent[] {
  return text === '' ? [] : [{ type: 'text', text }]
}
