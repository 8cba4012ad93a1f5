import { describe, expect, it } from 'vitest'
import { newId, type PlanId, type UnitId } from '@soanchung/shared/ids.ts'
import { importText } from '@soanchung/shared/import/import-text.ts'
import type { ImportResult } from '@soanchung/shared/import/result.ts'
import { toSnapshot } from '@soanchung/shared/import/to-snapshot.ts'
import { blockText } from '@soanchung/shared/plan/blocks.ts'
import { emptyMeta } from '@soanchung/shared/plan/meta.ts'
import { planOf } from '../../client/src/import/decisions.ts'
import { sentenceParts } from '../../client/src/import/figure-sentence.ts'
import { keepLines } from '../../client/src/import/kept-lines.ts'

const text = `Trang chủ | Giới thiệu
KẾ HOẠCH
Giữ sạch nguồn nước giai đoạn 2026 - 2030
Căn cứ nghị quyết của Đảng uỷ xã;
I. MỤC ĐÍCH
Nâng cao ý thức của nhân dân.
II. CHỈ TIÊU
Vận động các thôn cùng làm.
Đến năm 2030 có trên 80% hộ dùng nước sạch.
Bài viết khác | In trang
`

describe('lines that the user keeps', () => {
  it('stand where they stood, and figures still point at their numbers', () => {
    const found = importText(text)
    const kept = keepLines(found, new Set(found.leftOut.map(({ line }) => line)))
    const figures = kept.targets.map((one) => kept.parts[one.part]?.blocks[one.block]?.text.slice(one.from, one.to))
    expect(kept.leftOut).toEqual([])
    expect(figures).toEqual(
      found.targets.map((one) => found.parts[one.part]?.blocks[one.block]?.text.slice(one.from, one.to)),
    )
    expect(figures.length).toBeGreaterThan(0)
  })

  it('become part of the plan', () => {
    const found = importText(text)
    const line = found.leftOut.find((one) => one.text.includes('Trang chủ'))
    const wordsOf = (result: ImportResult) =>
      toSnapshot(result).parts.flatMap((part) => part.blocks.map((block) => blockText(block, () => '')))
    expect(wordsOf(found)).not.toContain('Trang chủ | Giới thiệu')
    expect(wordsOf(keepLines(found, new Set([line?.line ?? 0])))).toContain('Trang chủ | Giới thiệu')
  })

  it('make a part of their own where nothing else was found', () => {
    const nothing = { ...importText(''), leftOut: [{ line: 3, text: ' Dòng lẻ ', reason: 'unplaced' as const }] }
    const kept = keepLines(nothing, new Set([3]))
    expect(kept.parts.map((part) => part.blocks.map((block) => block.text))).toEqual([['Dòng lẻ']])
  })
})

describe('what the user decided', () => {
  it('is what the plan is made of: chosen figures under their names, kept lines, the mended first page', () => {
    const found = importText(text)
    const [water] = found.targets
    const line = found.leftOut.find((one) => one.text.includes('Trang chủ'))?.line ?? 0
    const { snapshot } = planOf(found, {
      planId: newId<PlanId>(),
      leadUnit: newId<UnitId>(),
      heading: { ...emptyMeta, subject: 'Nước sạch' },
      kept: new Set([line]),
      chosen: new Set([water?.id ?? '']),
      names: new Map([[water?.id ?? '', ' Hộ dùng nước sạch ']]),
    })
    const words = snapshot.parts.flatMap((part) => part.blocks.map((block) => blockText(block, () => '')))
    expect(snapshot.meta.subject).toBe('Nước sạch')
    expect(snapshot.parts.flatMap((part) => part.targets.map(({ name }) => name))).toEqual(['Hộ dùng nước sạch'])
    expect(words).toContain('Trang chủ | Giới thiệu')
  })

  it('may be to take no figure at all', () => {
    const heading = { ...emptyMeta, subject: '' }
    const decisions = { planId: newId<PlanId>(), leadUnit: newId<UnitId>(), heading, kept: new Set<number>() }
    const { snapshot } = planOf(importText(text), { ...decisions, chosen: new Set(), names: new Map() })
    expect(snapshot.parts.flatMap((part) => [...part.targets, ...part.budget])).toEqual([])
  })
})

describe('the sentence of a figure', () => {
  it('is cut at the figure, also where the same sentence stands twice', () => {
    const block = 'Có 5 thôn. Có 5 thôn.'
    const figure = { sentence: 'Có 5 thôn.', from: 14, to: 20 }
    expect(sentenceParts(block, figure)).toEqual({ before: 'Có ', figure: '5 thôn', after: '.' })
  })
})
