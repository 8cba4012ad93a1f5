import { describe, expect, it } from 'vitest'
import { newId, type PlanId } from '@soanchung/shared/ids.ts'
import { emptyMeta } from '@soanchung/shared/plan/meta.ts'
import { numberParts } from '@soanchung/shared/plan/numbering.ts'
import { planSnapshot, type PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import { planTemplates, snapshotOfTemplate, type PlanTemplate } from '@soanchung/shared/plan/templates.ts'

function planFrom(template: PlanTemplate, withHints = true): PlanSnapshot {
  const meta = { ...emptyMeta, type: template.type, subject: 'Giữ sạch nguồn nước' }
  return snapshotOfTemplate(template, { id: newId<PlanId>(), meta, withHints })
}

function titled(snapshot: PlanSnapshot): string[] {
  const numbers = numberParts(snapshot.parts, snapshot.meta.style)
  return snapshot.parts.map((part) => `${numbers.get(part.id)?.label ?? ''} ${part.title}`.trim())
}

describe.each(planTemplates.map((template) => [template.id, template] as const))('the template %s', (_id, template) => {
  it('makes a plan that the server accepts', () => {
    expect(planSnapshot.safeParse(planFrom(template)).success).toBe(true)
  })

  it('has nothing to delete without its hints', () => {
    const blocks = planFrom(template, false).parts.flatMap((part) => part.blocks)
    expect(blocks.every((block) => block.type === 'view' || block.content.length === 0)).toBe(true)
  })

  it('gives every part without parts below it a block to write in', () => {
    const { parts } = planFrom(template)
    const parents = new Set(parts.map((part) => part.parent))
    const written = parts.filter((part) => !parents.has(part.id))
    expect(
      written.every((part) => part.blocks.some((block) => block.type === 'view' || block.kind === 'paragraph')),
    ).toBe(true)
  })
})

describe('templates', () => {
  it('make ids of their own for each plan', () => {
    const [template] = planTemplates
    const ids = template
      ? [planFrom(template), planFrom(template)].flatMap(({ parts }) => parts.map(({ id }) => id))
      : []
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThan(0)
  })

  it('number a kế hoạch and a đề án as the decree has it', () => {
    const [plan, , scheme] = planTemplates
    expect(plan && titled(planFrom(plan))).toContain('V. Tổ chức thực hiện')
    expect(scheme && titled(planFrom(scheme))).toEqual(
      expect.arrayContaining(['Phần thứ nhất Sự cần thiết, căn cứ và thực trạng', '2. Căn cứ pháp lý']),
    )
  })
})
