/**
 * Values of one's own that another replaced without having seen them: asked for when the plan opens
 * and whenever the server tells of new ones, said in words, and put back or let go one by one.
 */
import * as z from 'zod/mini'
import { cellConflicts, type CellConflict } from '@soanchung/shared/links/links.ts'
import { columnsOf, contextOf } from '@soanchung/shared/targets/view.ts'
import { cellOf, type EntryRow } from '@soanchung/shared/targets/view-cells.ts'
import { m } from '../paraglide/messages.js'
import type { PlanModel } from '../plan/plan-model.svelte.ts'
import { request } from '../session/api.ts'
import { complain } from '../ui/toasts.svelte.ts'
import { withFields } from './cells.ts'
import { writeEntries } from './register-edit.ts'

export class CellConflicts {
  readonly #model: PlanModel
  #all: readonly CellConflict[] = $state.raw([])
  /** Those whose row is there to be read, the oldest first. */
  readonly shown: readonly { conflict: CellConflict; text: string; mayPutBack: boolean }[] = $derived.by(() =>
    this.#all.flatMap((conflict) => {
      const text = conflictText(this.#model, conflict)
      const mayPutBack = this.#model.part(conflict.part)?.mayWrite === true
      return text === null ? [] : [{ conflict, text, mayPutBack }]
    }),
  )

  constructor(model: PlanModel) {
    this.#model = model
  }

  /** Without a network it stays as it was; the next word of the server asks again. */
  async load(signal: AbortSignal): Promise<void> {
    const answer = await request('GET', this.#path(), cellConflicts, undefined, signal)
    if (answer.ok && !signal.aborted) this.#all = answer.value
  }

  /** Writes one's own value again; the server then counts the conflict as settled by itself. */
  putBack({ id, register, part, entry, field, lost }: CellConflict): void {
    const row = rowOf(this.#model, { register, part, entry })
    if (row === null) return
    if (!writeEntries(this.#model, [{ register, part, id: row.id, fields: { [field]: lost } }])) {
      return complain({ code: 'not.allowed' })
    }
    this.#all = this.#all.filter((one) => one.id !== id)
    void request('POST', `${this.#path()}/${id}/settle`, z.undefined())
  }

  async letGo(conflict: CellConflict): Promise<void> {
    this.#all = this.#all.filter(({ id }) => id !== conflict.id)
    const answer = await request('POST', `${this.#path()}/${conflict.id}/settle`, z.undefined())
    if (answer.ok) return
    this.#all = [conflict, ...this.#all]
    complain(answer.error, m.targets_conflict_failed())
  }

  #path(): string {
    return `/api/plans/${this.#model.plan.id}/conflicts`
  }
}

function rowOf(model: PlanModel, { register, part, entry: id }: Pick<CellConflict, 'register' | 'part' | 'entry'>) {
  const place = { kind: 'entry', part, number: 0 } as const
  const found = model.part(part)
  const target = register === 'targets' ? found?.targets.find((one) => one.id === id) : undefined
  if (target !== undefined) return { ...place, register: 'targets', id: target.id, entry: target } satisfies EntryRow
  const task = register === 'tasks' ? found?.tasks.find((one) => one.id === id) : undefined
  if (task !== undefined) return { ...place, register: 'tasks', id: task.id, entry: task } satisfies EntryRow
  const line = register === 'budget' ? found?.budget.find((one) => one.id === id) : undefined
  return line === undefined ? null : ({ ...place, register: 'budget', id: line.id, entry: line } satisfies EntryRow)
}

/** "An đã ghi “85” vào ô bạn vừa ghi “80” (Hộ nghèo, năm 2027)."; null while the row is not there. */
function conflictText(model: PlanModel, conflict: CellConflict): string | null {
  const row = rowOf(model, conflict)
  if (row === null) return null
  const { register, field } = conflict
  const context = contextOf([row], {
    meta: model.meta,
    parts: [],
    units: [...model.units.values()],
    cells: model.cells,
  })
  // How often a target is reckoned stands in the column of its measure.
  const key = field === 'frequency' ? 'measure' : field
  const words = (value: unknown) =>
    cellOf(withFields(row, { [field]: value }), key, { ...context, names: model.names }).text || m.targets_blank()
  const column = columnsOf({ register, columns: [key] }, model.meta)[0]?.title ?? m.targets_method()
  const by = [...model.people.values()].find((person) => String(person.id) === conflict.by)
  return m.targets_conflict({
    by: by?.name ?? m.targets_conflict_somebody(),
    won: words(conflict.won),
    lost: words(conflict.lost),
    cell: `${row.entry.name || m.targets_unnamed()}, ${column}`,
  })
}
