// @vitest-environment node
/** Text goes to another part while somebody writes in it: what did not go along is kept for its author. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import { newId, type BlockId, type ChangeId, type PartId, type TargetId } from '@soanchung/shared/ids.ts'
import { blockText, readBody, textBlockOf, writeBody } from '@soanchung/shared/plan/blocks.ts'
import { outlineDocument, partDocument } from '@soanchung/shared/plan/documents.ts'
import { joinParts, splitPart, type Pair } from '@soanchung/shared/plan/split.ts'
import { registers, writeCells } from '@soanchung/shared/targets/register.ts'
import type { NewDraft } from '../../client/src/sync/drafts.svelte.ts'
import type { OpenedPlan } from '../../client/src/sync/open-plan.svelte.ts'
import { aView } from '../support/plans.ts'
import { documentOf, parts, planId, PlanServer, until, untilLoaded, untilSaved } from './sync-support.ts'

let server: PlanServer
const first = parts[0]!
const target = newId<TargetId>()

beforeEach(async () => {
  server = await PlanServer.start()
  server.command([partDocument(first)], (open) => {
    const document = open(partDocument(first))
    const body = document.getXmlFragment('body')
    body.delete(0, body.length)
    writeBody(body, [
      textBlockOf('paragraph', 'Chung.'),
      textBlockOf('heading', 'Tuyên truyền'),
      textBlockOf('paragraph', 'Mỗi tháng.'),
      aView(),
    ])
    writeCells(document, registers.targets, target, { order: 'a0', name: 'Hộ dùng nước sạch' })
  })
})

afterEach(() => server.stop())

/** The lead makes the heading a part, with what the server has. */
function split(): PartId {
  const part = newId<PartId>()
  server.addEmptyPart(part)
  server.command([partDocument(part), partDocument(first), outlineDocument(planId)], (open) => {
    const heading = open(partDocument(first)).getXmlFragment('body').get(1) as Y.XmlElement
    const pairs: Pair[] = [{ part, heading: heading.getAttribute('id') as unknown as BlockId }]
    const documents = { outline: open(outlineDocument(planId)), part: (id: PartId) => open(partDocument(id)) }
    const done = splitPart(documents, first, pairs, { id: newId<ChangeId>(), now: Date.now() })
    expect(done.ok).toBe(true)
  })
  return part
}

function draftText({ state }: NewDraft): string {
  const { blocks } = readBody(documentOf(state).getXmlFragment('body'))
  return blocks.map((block) => blockText(block, () => '')).join('\n')
}

/** Types at the end of a block. */
function type(opened: OpenedPlan, block: number, words: string): void {
  const element = opened.plan.part(first).document.getXmlFragment('body').get(block) as Y.XmlElement
  const text = element.get(0) as Y.XmlText
  text.insert(text.length, words)
}

test('words that were typed without a network become a draft of their author, and nobody else’s', async () => {
  const device = server.device()
  const [an, binh] = [await device.open(), await server.device().open()]
  await untilLoaded(an, binh)
  device.goOffline()
  type(an, 0, ' Cả xã.')
  type(an, 2, ' Có thi đua.')
  split()
  await until(() => binh.plan.part(first).document.getXmlFragment('body').length === 1)
  device.goOnline()
  await until(() => an.drafts.length === 1)
  await untilSaved(an)

  expect(an.drafts.map((draft) => [draft.code, draftText(draft)])).toEqual([['text.moved', 'Mỗi tháng. Có thi đua.']])
  expect(binh.drafts).toEqual([])
  // What was typed in the text that stayed is in its place.
  const text = () => binh.plan.part(first).document.getXmlFragment('body').toString()
  await until(() => text().includes('Chung. Cả xã.'))

  await device.close()
  const again = await device.open()
  expect(again.drafts.map(draftText)).toEqual(['Mỗi tháng. Có thi đua.'])
})

test('words of an earlier visit, found on the device, become a draft too', async () => {
  const device = server.device()
  const before = await device.open()
  await untilLoaded(before)
  device.goOffline()
  type(before, 2, ' Có thi đua.')
  await until(() => before.save.where === 'device')
  await device.close()
  split()
  device.goOnline()
  const an = await device.open()
  await until(() => an.drafts.length === 1)
  expect(draftText(an.drafts[0]!)).toBe('Mỗi tháng. Có thi đua.')
})

test('a value that was entered too late for the move of its target is kept', async () => {
  const device = server.device()
  const an = await device.open()
  await untilLoaded(an)
  device.goOffline()
  const quantity = { comparison: '=', numbers: ['80'], measure: { kind: 'percent' } }
  writeCells(an.plan.part(first).document, registers.targets, target, { 'value.2026': { quantity } })
  split()
  device.goOnline()
  await until(() => an.drafts.length === 1)
  expect(draftText(an.drafts[0]!)).toBe('Hộ dùng nước sạch · 2026 · 80%')
})

test('a paragraph that was begun in a part which became a heading is kept, though the part is gone', async () => {
  const part = split()
  const device = server.device()
  const an = await device.open()
  await untilLoaded(an)
  device.goOffline()
  writeBody(an.plan.part(part).document.getXmlFragment('body'), [textBlockOf('paragraph', 'Đoạn mới.')])
  server.command([partDocument(part), partDocument(first), outlineDocument(planId)], (open) => {
    const documents = { outline: open(outlineDocument(planId)), part: (id: PartId) => open(partDocument(id)) }
    const pairs = [{ part, heading: newId<BlockId>() }]
    expect(joinParts(documents, first, pairs, { id: newId<ChangeId>(), now: Date.now() }).ok).toBe(true)
  })
  device.goOnline()
  await until(() => an.drafts.length === 1)
  expect(draftText(an.drafts[0]!)).toBe('Đoạn mới.')
})

test('what the server had before goes along and leaves no draft', async () => {
  const an = await server.device().open()
  await untilLoaded(an)
  type(an, 2, ' Có thi đua.')
  await untilSaved(an)
  const part = split()
  await until(() => an.plan.part(part).document.getXmlFragment('body').toString().includes('Mỗi tháng. Có thi đua.'))
  expect(an.drafts).toEqual([])
})
