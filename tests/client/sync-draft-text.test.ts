import { afterEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import { newId, type PartId } from '@soanchung/shared/ids.ts'
import { writeMeta } from '@soanchung/shared/plan/meta.ts'
import { outlineDocument, partDocument } from '@soanchung/shared/plan/documents.ts'
import { readOutline } from '@soanchung/shared/plan/outline.ts'
import type { SnapshotPart } from '@soanchung/shared/plan/snapshot.ts'
import { writePart } from '@soanchung/shared/plan/snapshot.ts'
import { registers, writeCells } from '@soanchung/shared/targets/register.ts'
import { PlanModel } from '../../client/src/plan/plan-model.svelte.ts'
import { plainText, readDraft } from '../../client/src/sync/draft-text.ts'
import { memoryPlan, type MemoryPlan } from '../support/memory-plan.ts'
import { aBlock, aSentence, aTarget, percent } from '../support/plans.ts'

let model: PlanModel | undefined
afterEach(() => model?.destroy())

const water = aTarget('Hộ dùng nước sạch', { 2026: percent('80', '>') }, { measure: { kind: 'percent' } })
const content: SnapshotPart = {
  ...{ id: newId<PartId>(), parent: null, title: '', numbering: 'auto', role: 'body' },
  blocks: [aBlock('paragraph', 'Giữ sạch đường làng.'), aBlock('lettered', 'họp chi hội')],
  targets: [water],
  tasks: [],
  budget: [],
}

/** A plan whose first part has the content, and what was refused of `document` after `change`. */
function refusal(change: (document: Y.Doc, plan: MemoryPlan) => void, of: 'part' | 'outline' = 'part') {
  const plan = memoryPlan({ parts: 1 })
  const part = readOutline(plan.outline).inOrder[0]?.id as PartId
  const present = plan.part(part).document
  writePart(present, content)
  const mine = new Y.Doc()
  Y.applyUpdate(mine, Y.encodeStateAsUpdate(of === 'part' ? present : plan.outline))
  change(mine, plan)
  model = new PlanModel(plan)
  model.flush()
  const name = of === 'part' ? partDocument(part) : outlineDocument(plan.id)
  const state = Y.encodeStateAsUpdate(mine) as Uint8Array<ArrayBuffer>
  return readDraft({ document: name, state }, model)
}

function textAt(document: Y.Doc, block: number): Y.XmlText {
  const element = document.getXmlFragment('body').get(block)
  const node = element instanceof Y.XmlElement ? element.get(0) : undefined
  if (!(node instanceof Y.XmlText)) throw new Error('the block has no text')
  return node
}

/** What of each line the plan does not have. */
const marks = ({ lines }: ReturnType<typeof refusal>) =>
  lines.map(({ text, differs }) => (differs === null ? null : text.slice(differs.from, differs.to)))

test.each<[string, (text: Y.XmlText) => void, string]>([
  ['words at the end', (text) => text.insert(text.length, ' Trồng hoa.'), ' Trồng hoa.'],
  ['words in the middle', (text) => text.insert(8, ' xanh'), 'xanh '],
  ['a word that was completed', (text) => text.insert(3, 'n'), 'Giữn'],
  ['words that were taken out', (text) => text.delete(3, 5), ''],
])('%s are marked in whole words', (_what, change, marked) => {
  const read = refusal((document) => change(textAt(document, 0)))
  expect(marks(read)).toEqual([marked, null])
})

test('a paragraph that the plan does not have is marked whole, and is copied with its mark and its footnote', () => {
  const read = refusal((document) => {
    const sentence = aSentence(
      [
        { type: 'text', text: 'ra quân' },
        { type: 'footnote', text: 'Ngày 15/3' },
      ],
      'lettered',
    )
    const other = new Y.Doc()
    writePart(other, { ...content, blocks: [sentence], targets: [] })
    const element = other.getXmlFragment('body').get(0)
    if (element instanceof Y.XmlElement) document.getXmlFragment('body').push([element.clone()])
  })
  expect(marks(read)).toEqual([null, null, 'ra quân [chú thích: Ngày 15/3]'])
  expect(plainText(read)).toBe('Giữ sạch đường làng.\na) họp chi hội\nb) ra quân [chú thích: Ngày 15/3]')
})

test('a figure that was refused stands beside the one that the plan has', () => {
  const read = refusal((document) =>
    writeCells(document, registers.targets, water.id, { 'value.2026': { quantity: percent('85', '>=') } }),
  )
  expect(read.cells).toEqual([{ name: 'Hộ dùng nước sạch, Năm 2026', text: '≥ 85', present: '> 80' }])
})

test('a new subject that was refused is there to be read', () => {
  const read = refusal((document) => writeMeta(document, { subject: 'Sạch làng, đẹp ngõ' }), 'outline')
  expect(read.cells).toMatchObject([{ name: 'Trích yếu', text: 'Sạch làng, đẹp ngõ' }])
  expect(marks(read).every((mark) => mark === null)).toBe(true)
})
