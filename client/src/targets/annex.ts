/** An annex that holds one table of a register over the whole plan, behind the annexes that there are. */
import { newId, type BlockId, type PartId } from '@soanchung/shared/ids.ts'
import { writeBody } from '@soanchung/shared/plan/blocks.ts'
import { addPart } from '@soanchung/shared/plan/outline.ts'
import type { RegisterName } from '@soanchung/shared/targets/register.ts'
import { userEdit } from '../plan/edit-origin.ts'
import type { PlanModel } from '../plan/plan-model.svelte.ts'

/** Words of the document, always Vietnamese. */
const titles: Record<RegisterName, string> = {
  targets: 'Biểu chỉ tiêu',
  tasks: 'Bảng phân công nhiệm vụ',
  budget: 'Dự toán kinh phí',
}

/** Null where the outline may not be written. Undo takes the annex away whole. */
export function addAnnex(model: PlanModel, register: RegisterName): PartId | null {
  if (!model.mayWriteOutline) return null
  const { plan, outline } = model
  const id = newId<PartId>()
  const after = outline.roots.findLast((part) => part.role === 'annex')?.id ?? null
  plan.createPart(id)
  // Undo follows the outline alone: without it the table has no place.
  writeBody(plan.part(id).document.getXmlFragment('body'), [
    { type: 'view', id: newId<BlockId>(), register, scope: 'plan', columns: [], group: 'none', title: '' },
  ])
  addPart(plan.outline, { id, title: titles[register], parent: null, after, role: 'annex' }, userEdit)
  return id
}
