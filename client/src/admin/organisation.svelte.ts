/**
 * Units and people as an administrator sees them: read once for all pages, and kept in step with
 * what is saved here. The server has the last word about everything.
 */
import * as z from 'zod/mini'
import { accept, isErrorCode, refuse, type Refusal, type Result } from '@soanchung/shared/errors.ts'
import { holdsWords } from '@soanchung/shared/fold.ts'
import type { UnitId, UserId } from '@soanchung/shared/ids.ts'
import { importReport, importStep, type ImportReport, type ImportStep } from '@soanchung/shared/units/import.ts'
import { dayOf, nameOn } from '@soanchung/shared/units/names.ts'
import {
  createdPerson,
  personRecord,
  unitRecord,
  type PersonBody,
  type PersonRecord,
  type UnitBody,
  type UnitRecord,
} from '@soanchung/shared/units/units.ts'
import { request, requestSteps } from '../session/api.ts'

export interface UnitNode {
  unit: UnitRecord
  depth: number
  below: UnitNode[]
}

export class Organisation {
  units: readonly UnitRecord[] = $state.raw([])
  people: readonly PersonRecord[] = $state.raw([])
  /** True once there is something to show. */
  loaded = $state(false)
  /** Why the last question failed. */
  problem: Refusal | null = $state.raw(null)

  readonly byId: ReadonlyMap<UnitId, UnitRecord> = $derived(new Map(this.units.map((unit) => [unit.id, unit])))
  /** Those under no other, in the order in which they were made. */
  readonly roots: readonly UnitNode[] = $derived(treeOf(this.units))
  /** Every unit once, each after the one that it is under. */
  readonly inOrder: readonly UnitNode[] = $derived(flat(this.roots))

  async load(): Promise<void> {
    const [units, people] = await Promise.all([
      request('GET', '/api/units/records', z.array(unitRecord)),
      request('GET', '/api/people/records', z.array(personRecord)),
    ])
    this.problem = units.ok ? (people.ok ? null : people.error) : units.error
    if (units.ok) this.units = units.value
    if (people.ok) this.people = people.value
    this.loaded ||= units.ok && people.ok
  }

  /** Makes a unit where none was seen. */
  async saveUnit(seen: Seen<UnitId> | null, body: UnitBody): Promise<Result<UnitRecord>> {
    const answer =
      seen === null
        ? await request('POST', '/api/units', unitRecord, body)
        : await request('PUT', `/api/units/${seen.id}`, unitRecord, { ...body, stamp: seen.stamp })
    if (answer.ok) this.units = replaced(this.units, answer.value)
    return answer
  }

  async savePerson({ id, stamp }: Seen<UserId>, body: PersonBody): Promise<Result<PersonRecord>> {
    const answer = await request('PUT', `/api/people/${id}`, personRecord, { ...body, stamp })
    if (answer.ok) this.people = replaced(this.people, answer.value)
    return answer
  }

  async makePerson(body: PersonBody & { username: string }): Promise<Result<z.infer<typeof createdPerson>>> {
    const answer = await request('POST', '/api/people', createdPerson, body)
    if (answer.ok) this.people = replaced(this.people, answer.value.person)
    return answer
  }

  /** Changes nothing. */
  previewImport(file: Blob, signal: AbortSignal): Promise<Result<ImportReport>> {
    return request('POST', '/api/units/import/preview', importReport, csvOf(file), signal)
  }

  /** Nothing is imported where the signal comes before the report; `onmade` hears how many accounts are ready. */
  async importFile(
    file: Blob,
    signal: AbortSignal,
    onmade: (made: number, of: number) => void,
  ): Promise<Result<ImportReport>> {
    let outcome: Result<ImportReport> = refuse('network.offline')
    const each = (step: ImportStep) => {
      if ('report' in step) outcome = accept(step.report)
      else if ('made' in step) onmade(step.made, step.of)
      else outcome = refuse(isErrorCode(step.refused) ? step.refused : 'server.failed')
    }
    const heard = await requestSteps('POST', '/api/units/import', importStep, { body: csvOf(file), signal, each })
    // Also where the answer broke off: it may have been written.
    await this.load()
    return heard.ok || outcome.ok ? outcome : heard
  }

  symbolOf(id: UnitId): string {
    const unit = this.byId.get(id)
    return unit === undefined ? '' : shownName(unit).symbol
  }
}

/** Which record a form was filled from, and as it was then. */
interface Seen<Id> {
  id: Id
  stamp: string
}

function csvOf(file: Blob): Blob {
  return new Blob([file], { type: 'text/csv' })
}

/** What a unit is called today. */
export function shownName({ names }: UnitRecord): { name: string; symbol: string } {
  return nameOn(names, dayOf(Date.now()))
}

/** Those that match, and everything above them; all where nothing is looked for. */
export function matching(organisation: Organisation, query: string): ReadonlySet<UnitId> {
  const found = organisation.units.filter((unit) =>
    unit.names.some(({ name, symbol }) => holdsWords(`${symbol} ${name}`, query)),
  )
  const shown = new Set<UnitId>()
  for (const { id } of found) {
    for (let at: UnitId | null = id; at !== null && !shown.has(at); at = organisation.byId.get(at)?.parent ?? null) {
      shown.add(at)
    }
  }
  return shown
}

function treeOf(units: readonly UnitRecord[]): UnitNode[] {
  const below = Map.groupBy(units, (unit) => unit.parent)
  const nodesUnder = (parent: UnitId | null, depth: number): UnitNode[] =>
    (below.get(parent) ?? []).map((unit) => ({ unit, depth, below: nodesUnder(unit.id, depth + 1) }))
  return nodesUnder(null, 0)
}

function flat(nodes: readonly UnitNode[]): UnitNode[] {
  return nodes.flatMap((node) => [node, ...flat(node.below)])
}

function replaced<Item extends { id: string }>(list: readonly Item[], item: Item): Item[] {
  return list.some(({ id }) => id === item.id) ? list.map((one) => (one.id === item.id ? item : one)) : [...list, item]
}
