import { afterEach, describe, expect, it, vi } from 'vitest'
import type { CellConflict } from '@soanchung/shared/links/links.ts'
import type { UserId } from '@soanchung/shared/ids.ts'
import { readTargets } from '@soanchung/shared/targets/register.ts'
import { PlanModel } from '../../client/src/plan/plan-model.svelte.ts'
import { CellConflicts } from '../../client/src/targets/conflicts.svelte.ts'
import { fixedId, memoryPlan, partAt, targetAt } from '../support/memory-plan.ts'

let opened: PlanModel | undefined

afterEach(() => {
  opened?.destroy()
  opened = undefined
  vi.unstubAllGlobals()
})

const winner = fixedId<UserId>('w', 1)
const percent = (number: string) => ({ quantity: { comparison: '=', numbers: [number], measure: { kind: 'percent' } } })
const lost: CellConflict = {
  ...{ id: fixedId('x', 1), part: partAt(0), register: 'targets', entry: targetAt(0, 0), field: 'value.2027' },
  ...{ lost: percent('80'), won: percent('85'), by: winner, at: 1 },
}

/** A plan, and a server that tells of these conflicts and notes what it is asked. */
async function toldOf(conflicts: CellConflict[], more: { refuses?: boolean } = {}) {
  const plan = memoryPlan({ parts: 1, targets: 1, years: [2027] })
  plan.record = { ...plan.record, people: [{ id: winner, name: 'An', units: [], office: '' }] }
  const model = (opened = new PlanModel(plan))
  model.flush()
  const asked: string[] = []
  vi.stubGlobal('fetch', (path: string, { method }: RequestInit) => {
    asked.push(`${method ?? ''} ${path.split('/').slice(4).join('/')}`)
    if (method === 'GET') return Promise.resolve(Response.json(conflicts))
    if (more.refuses) return Promise.reject(new TypeError('offline'))
    return Promise.resolve(new Response(null, { status: 204 }))
  })
  const state = new CellConflicts(model)
  await state.load(new AbortController().signal)
  return { plan, model, state, asked }
}

const valueOf = ({ plan }: Awaited<ReturnType<typeof toldOf>>) =>
  readTargets(plan.part(partAt(0)).document)[0]?.values['2027']

describe('a value that was replaced unseen', () => {
  it('is told with both values, the cell and who replaced it', async () => {
    const { state } = await toldOf([lost])
    expect(state.shown.map(({ text }) => text)).toEqual([
      'An đã ghi “85” vào ô bạn vừa ghi “80” (Chỉ tiêu 0, Năm 2027).',
    ])
  })

  it('is put back by one press, and settled', async () => {
    const told = await toldOf([lost])
    told.state.putBack(lost)
    expect(valueOf(told)).toEqual(lost.lost)
    expect(told.state.shown).toEqual([])
    expect(told.asked.at(-1)).toBe(`POST conflicts/${lost.id}/settle`)
  })

  it('stays as it is where one lets it go', async () => {
    const told = await toldOf([lost])
    await told.state.letGo(lost)
    expect(valueOf(told)).not.toEqual(lost.lost)
    expect(told.state.shown).toEqual([])
  })

  it('is told again where that could not be noted', async () => {
    const { state } = await toldOf([lost], { refuses: true })
    await state.letGo(lost)
    expect(state.shown).toHaveLength(1)
  })

  it('cannot be put back into a part that one may not write', async () => {
    const { plan, model, state } = await toldOf([lost])
    plan.part(partAt(0)).mayWrite = false
    plan.changed()
    model.flush()
    expect(state.shown.map(({ mayPutBack }) => mayPutBack)).toEqual([false])
  })

  it('is told once its row has come, and of a cleared cell in words', async () => {
    const { state } = await toldOf([
      { ...lost, entry: targetAt(0, 7) },
      { ...lost, won: { typed: '' } },
    ])
    expect(state.shown).toHaveLength(1)
    expect(state.shown[0]?.text).toContain('“trống”')
  })
})
