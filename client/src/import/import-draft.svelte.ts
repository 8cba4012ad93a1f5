/**
 * A document on its way in: the text, what the import found in it, and what the user decided about
 * it. Nothing is created until `create`, and nothing typed is lost when that fails. The text is
 * kept for a reload of this tab.
 */
import * as z from 'zod/mini'
import { accept, refuse, type Refusal, type Result } from '@soanchung/shared/errors.ts'
import { newId, type PartId, type PlanId, type UnitId } from '@soanchung/shared/ids.ts'
import type { Doubt, ImportResult } from '@soanchung/shared/import/result.ts'
import { emptyMeta } from '@soanchung/shared/plan/meta.ts'
import { planSummary, type Me } from '@soanchung/shared/protocol.ts'
import { request } from '../session/api.ts'
import { keep, readKept } from '../session/kept.ts'
import type { Decisions, Figure, HeadingFields } from './decisions.ts'
import type { ImportQuestion } from './import-worker.ts'
import { keepLines } from './kept-lines.ts'

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
  #keeping: ReturnType<typeof setTimeout> | undefined

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

  /** Kept a moment later: writing a long text down at every key would be felt. */
  setText(text: string): void {
    this.text = text
    clearTimeout(this.#keeping)
    this.#keeping = setTimeout(() => this.keepText(), 300)
  }

  /** Keeps now what waits to be kept. */
  keepText(): void {
    if (this.#keeping === undefined) return
    clearTimeout(this.#keeping)
    this.#keeping = undefined
    keep('import-draft', this.text === '' ? null : { user: this.#me.id, text: this.text }, sessionStorage)
  }

  /** Reads the text in a worker, which goes on to make the plan; `cancel` ends it. */
  async read(): Promise<void> {
    this.cancel()
    this.keepText()
    this.problem = null
    this.state = 'reading'
    this.#worker = new Worker(new URL('./import-worker.ts', import.meta.url), { type: 'module' })
    try {
      const found = await ask<ImportResult>(this.#worker, { text: this.text })
      // Unpacking a long answer and drawing it are a task each.
      await new Promise((resolve) => setTimeout(resolve))
      // It may have been stopped meanwhile.
      if (this.#worker !== null) this.#show(found)
    } catch (error) {
      this.cancel()
      this.problem = { code: 'import.failed', detail: String(error) }
    }
  }

  cancel(): void {
    this.#worker?.terminate()
    this.#worker = null
    this.state = 'text'
  }

  /** Back to the text; the decisions about this reading are given up. */
  backToText(): void {
    this.cancel()
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
    const these = new Set(ids)
    this.chosen = new Set(isChosen ? [...this.chosen, ...ids] : [...this.chosen].filter((id) => !these.has(id)))
  }

  rename(id: string, name: string): void {
    this.names = new Map(this.names).set(id, name)
  }

  nameOf(figure: Figure): string {
    return this.names.get(figure.id) ?? figure.name
  }

  /** The new plan's id, or why there is none; everything decided stays as it is. */
  async create(): Promise<Result<PlanId>> {
    if (this.#worker === null || this.leadUnit === undefined) return refuse('input.invalid')
    this.problem = null
    this.state = 'creating'
    const { planId, leadUnit, kept, chosen, names } = this
    const decisions: Decisions = { planId, leadUnit, kept, chosen, names, heading: $state.snapshot(this.heading) }
    const answer = await ask<Blob>(this.#worker, { decisions }).then(
      (body) => request('POST', '/api/plans', planSummary, body),
      (error: unknown) => refuse('import.failed', String(error)),
    )
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

/** The worker's answer; one question at a time. Never comes where the worker is ended meanwhile. */
function ask<Answer>(worker: Worker, question: ImportQuestion): Promise<Answer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data)
    worker.onerror = ({ message }) => reject(new Error(message))
    worker.postMessage(question)
  })
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
