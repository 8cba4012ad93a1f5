/**
 * A document on its way in: the text, what the import found in it, and what the user decided about
 * it. Nothing is created until `create`, and nothing typed is lost when that fails. The text is
 * kept for a reload of this tab.
 */
import * as z from 'zod/mini'
import { accept, refuse, type Refusal, type Result } from '@soanchung/shared/errors.ts'
import { newId, type PartId, type PlanId, type UnitId } from '@soanchung/shared/ids.ts'
import type { Doubt, ImportResult, OfferedBudgetLine, OfferedTarget } from '@soanchung/shared/import/result.ts'
import { toSnapshot } from '@soanchung/shared/import/to-snapshot.ts'
import { emptyMeta, type PlanMeta } from '@soanchung/shared/plan/meta.ts'
import { planSummary, type Me } from '@soanchung/shared/protocol.ts'
import { request } from '../session/api.ts'
import { keep, readKept } from '../session/kept.ts'
import { keepLines } from './kept-lines.ts'

/** The fields of the first page that the preview lets one mend. */
export type HeadingFields = Pick<
  PlanMeta,
  'type' | 'subject' | 'number' | 'date' | 'place' | 'issuer' | 'superiorBody' | 'style' | 'period'
>

export type Figure = OfferedTarget | OfferedBudgetLine

const ownDraft = z.object({ user: z.string(), text: z.string() })

export class ImportDraft {
  text = $state('')
  /** `reading` while the worker has the text, `ready` once there is a preview. */
  state: 'text' | 'reading' | 'ready' | 'creating' = $state('text')
  problem: Refusal | null = $state.raw(null)
  /** What the import found, with the lines that the user kept put back. */
  readonly result: ImportResult | null = $derived.by(() =>
    this.#found === null ? null : keepLines(this.#found, this.kept),
  )
  heading: HeadingFields = $state(headingOf(null))
  kept: ReadonlySet<number> = $state.raw(new Set())
  /** Ids of offered figures that become targets and budget lines. */
  chosen: ReadonlySet<string> = $state.raw(new Set())
  /** Names that the user gave them. */
  names: ReadonlyMap<string, string> = $state.raw(new Map())
  /** Doubts that somebody has looked at and settled. */
  seen: ReadonlySet<Doubt> = $state.raw(new Set())
  leadUnit: UnitId | undefined = $state()
  /** One id for each part of the preview, so that numbers and jumps have something to hold on to. */
  partIds: readonly PartId[] = $state.raw([])

  readonly planId = newId<PlanId>()
  readonly #me: Me
  #found: ImportResult | null = $state.raw(null)
  #worker: Worker | null = null

  constructor(me: Me) {
    this.#me = me
    this.leadUnit = me.units[0]?.id
    const kept = readKept('import-draft', ownDraft, sessionStorage)
    if (kept?.user === me.id) this.text = kept.text
  }

  /** Left-out lines as the import found them, whether kept since or not. */
  get leftOut(): ImportResult['leftOut'] {
    return this.#found?.leftOut ?? []
  }

  get hasUnsaved(): boolean {
    return this.text.trim() !== '' && this.state !== 'creating'
  }

  setText(text: string): void {
    this.text = text
    keep('import-draft', text === '' ? null : { user: this.#me.id, text }, sessionStorage)
  }

  /** Reads the text in a worker; `cancel` ends it. */
  read(): void {
    this.cancel()
    this.problem = null
    this.state = 'reading'
    const worker = new Worker(new URL('./import-worker.ts', import.meta.url), { type: 'module' })
    this.#worker = worker
    const fail = (detail: string) => {
      this.cancel()
      this.problem = { code: 'import.failed', detail }
    }
    worker.addEventListener('error', (event) => fail(event.message))
    worker.addEventListener('message', (event: MessageEvent<ImportResult>) => {
      this.cancel()
      this.#show(event.data)
    })
    worker.postMessage(this.text)
  }

  cancel(): void {
    this.#worker?.terminate()
    this.#worker = null
    this.state = 'text'
  }

  /** Back to the text; the decisions about this reading are given up. */
  backToText(): void {
    this.state = 'text'
    this.#found = null
    this.problem = null
  }

  toggleKept(line: number): void {
    this.kept = toggled(this.kept, line)
  }

  toggleChosen(id: string): void {
    this.chosen = toggled(this.chosen, id)
  }

  toggleSeen(doubt: Doubt): void {
    this.seen = toggled(this.seen, doubt)
  }

  choose(ids: readonly string[], isChosen: boolean): void {
    const others = [...this.chosen].filter((id) => !ids.includes(id))
    this.chosen = new Set(isChosen ? [...others, ...ids] : others)
  }

  rename(id: string, name: string): void {
    this.names = new Map(this.names).set(id, name)
  }

  nameOf(figure: Figure): string {
    return this.names.get(figure.id) ?? figure.name
  }

  /** The new plan's id, or why there is none; everything decided stays as it is. */
  async create(): Promise<Result<PlanId>> {
    const result = this.result
    if (result === null || this.leadUnit === undefined) return refuse('input.invalid')
    this.problem = null
    this.state = 'creating'
    const named = <Offered extends Figure>(figures: readonly Offered[]) =>
      figures.filter(({ id }) => this.chosen.has(id)).map((figure) => ({ ...figure, name: this.nameOf(figure).trim() }))
    const accepted: ImportResult = {
      ...result,
      period: { ...result.period, ...this.heading.period },
      targets: named(result.targets),
      budget: named(result.budget),
    }
    const snapshot = toSnapshot(accepted, this.planId)
    const meta = { ...snapshot.meta, ...$state.snapshot(this.heading) }
    const body = { leadUnit: this.leadUnit, snapshot: { ...snapshot, meta } }
    const answer = await request('POST', '/api/plans', planSummary, body)
    if (!answer.ok) {
      this.state = 'ready'
      this.problem = answer.error
      return answer
    }
    keep('import-draft', null, sessionStorage)
    return accept(this.planId)
  }

  #show(result: ImportResult): void {
    this.#found = result
    this.heading = headingOf(result)
    this.kept = new Set()
    this.seen = new Set()
    this.names = new Map()
    this.chosen = new Set([...result.targets, ...result.budget].map(({ id }) => id))
    this.partIds = Array.from({ length: Math.max(1, result.parts.length) }, () => newId<PartId>())
    this.state = 'ready'
  }
}

function headingOf(result: ImportResult | null): HeadingFields {
  const heading = result?.heading
  return {
    type: heading?.type?.value ?? emptyMeta.type,
    subject: heading?.subject?.value ?? '',
    number: heading?.number?.value ?? '',
    date: heading?.date?.value ?? '',
    place: heading?.place?.value ?? '',
    issuer: heading?.issuer?.value ?? '',
    superiorBody: heading?.superiorBody?.value ?? '',
    style: result?.style ?? emptyMeta.style,
    period: result ? { from: result.period.from, to: result.period.to } : { ...emptyMeta.period },
  }
}

function toggled<Value>(set: ReadonlySet<Value>, value: Value): ReadonlySet<Value> {
  const next = new Set(set)
  if (!next.delete(value)) next.add(value)
  return next
}
