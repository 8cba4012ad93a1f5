import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { newId, type PartId } from '@soanchung/shared/ids.ts'
import { addPart, deletePart, movePart, readOutline } from '@soanchung/shared/plan/outline.ts'

describe('the outline', () => {
  it('keeps parts in the order in which they were placed', () => {
    const outline = new Y.Doc()
    const [first, second, between] = [newId<PartId>(), newId<PartId>(), newId<PartId>()]
    addPart(outline, { id: first, parent: null, after: null, title: 'Mục đích' })
    addPart(outline, { id: second, parent: null, after: first, title: 'Nhiệm vụ' })
    addPart(outline, { id: between, parent: null, after: first, title: 'Mục tiêu' })
    expect(readOutline(outline).roots.map((part) => part.title)).toEqual(['Mục đích', 'Mục tiêu', 'Nhiệm vụ'])
  })

  it('refuses to move a part below itself', () => {
    const outline = new Y.Doc()
    const [parent, child] = [newId<PartId>(), newId<PartId>()]
    addPart(outline, { id: parent, parent: null, after: null, title: 'Nhiệm vụ' })
    addPart(outline, { id: child, parent, after: null, title: 'Hội Nông dân' })
    expect(movePart(outline, { id: parent, parent: child, after: null })).toBe(false)
  })

  it('takes what hangs below a deleted part out of the tree', () => {
    const outline = new Y.Doc()
    const [parent, child] = [newId<PartId>(), newId<PartId>()]
    addPart(outline, { id: parent, parent: null, after: null, title: 'Nhiệm vụ' })
    addPart(outline, { id: child, parent, after: null, title: 'Hội Nông dân' })
    deletePart(outline, parent, 1)
    expect(readOutline(outline).inOrder).toEqual([])
    expect([...readOutline(outline).deleted.keys()].sort()).toEqual([parent, child].sort())
  })
})
