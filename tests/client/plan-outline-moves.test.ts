import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { addPart, movePart, readOutline, type PartRole } from '@soanchung/shared/plan/outline.ts'
import type { PartId } from '@soanchung/shared/ids.ts'
import { placeAt, placeBy, type Direction, type DropSide } from '../../client/src/plan/outline-moves.ts'
import { fixedId } from '../support/memory-plan.ts'

/** A tree written as lines: two spaces a level, `^` before the opening, `+` before an annex. */
function outlineOf(lines: string): { outline: Y.Doc; ids: Map<string, PartId> } {
  const outline = new Y.Doc()
  const ids = new Map<string, PartId>()
  const path: (PartId | null)[] = [null]
  const last = new Map<string, PartId>()
  for (const [index, line] of lines.split('\n').entries()) {
    const [, indent = '', sign = '', title = ''] = /^( *)([+^]?)(.*)$/.exec(line) ?? []
    const id = fixedId<PartId>('a', index)
    const level = indent.length / 2
    const parent = path[level] ?? null
    const role: PartRole = sign === '^' ? 'opening' : sign === '+' ? 'annex' : 'body'
    const key = `${parent ?? ''} ${role}`
    addPart(outline, { id, parent, after: last.get(key) ?? null, title, role })
    last.set(key, id)
    path[level + 1] = id
    ids.set(title, id)
  }
  return { outline, ids }
}

function show(outline: Y.Doc): string {
  const tree = readOutline(outline)
  const depth = (id: PartId | null): number => (id === null ? 0 : 1 + depth(tree.byId.get(id)?.parent ?? null))
  const sign: Record<PartRole, string> = { opening: '^', body: '', annex: '+' }
  return tree.inOrder.map((part) => '  '.repeat(depth(part.parent)) + sign[part.role] + part.title).join('\n')
}

const plan = '^Căn cứ\nI\n  1\n  2\nII\nIII\n+Biểu A\n+Biểu B'

describe('moving parts by keys', () => {
  const cases: [string, Direction, string | null][] = [
    ['II', 'up', '^Căn cứ\nII\nI\n  1\n  2\nIII\n+Biểu A\n+Biểu B'],
    ['I', 'down', '^Căn cứ\nII\nI\n  1\n  2\nIII\n+Biểu A\n+Biểu B'],
    ['II', 'in', '^Căn cứ\nI\n  1\n  2\n  II\nIII\n+Biểu A\n+Biểu B'],
    ['1', 'out', '^Căn cứ\nI\n  2\n1\nII\nIII\n+Biểu A\n+Biểu B'],
    ['Biểu B', 'up', '^Căn cứ\nI\n  1\n  2\nII\nIII\n+Biểu B\n+Biểu A'],
    ['I', 'up', null],
    ['III', 'down', null],
    ['I', 'in', null],
    ['II', 'out', null],
    ['Căn cứ', 'in', null],
  ]
  it.each(cases)('%s %s', (title, direction, expected) => {
    const { outline, ids } = outlineOf(plan)
    const id = ids.get(title)!
    const place = placeBy(readOutline(outline), id, direction)
    if (place !== null) movePart(outline, { id, ...place })
    expect(place === null ? null : show(outline)).toBe(expected)
  })
})

describe('dropping parts', () => {
  const cases: [string, DropSide, string, string | null][] = [
    ['III', 'above', 'I', '^Căn cứ\nIII\nI\n  1\n  2\nII\n+Biểu A\n+Biểu B'],
    ['I', 'below', 'III', '^Căn cứ\nII\nIII\nI\n  1\n  2\n+Biểu A\n+Biểu B'],
    ['III', 'inside', 'II', '^Căn cứ\nI\n  1\n  2\nII\n  III\n+Biểu A\n+Biểu B'],
    ['2', 'above', '1', '^Căn cứ\nI\n  2\n  1\nII\nIII\n+Biểu A\n+Biểu B'],
    ['III', 'below', 'Căn cứ', '^Căn cứ\nIII\nI\n  1\n  2\nII\n+Biểu A\n+Biểu B'],
    ['I', 'above', 'Biểu A', '^Căn cứ\nII\nIII\nI\n  1\n  2\n+Biểu A\n+Biểu B'],
    ['III', 'below', 'Biểu A', '^Căn cứ\nI\n  1\n  2\nII\n+Biểu A\n+III\n+Biểu B'],
    ['Biểu A', 'inside', 'II', '^Căn cứ\nI\n  1\n  2\nII\n  Biểu A\nIII\n+Biểu B'],
    ['I', 'inside', '2', null],
    ['I', 'below', 'I', null],
    ['Căn cứ', 'below', 'II', null],
    ['II', 'above', 'Căn cứ', null],
  ]
  it.each(cases)('%s %s %s', (title, side, target, expected) => {
    const { outline, ids } = outlineOf(plan)
    const id = ids.get(title)!
    const place = placeAt(readOutline(outline), id, ids.get(target)!, side)
    if (place !== null) movePart(outline, { id, ...place })
    expect(place === null ? null : show(outline)).toBe(expected)
  })
})
