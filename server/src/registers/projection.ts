/**
 * The registers of all plans as rows, for what is asked across plans: one row a living target, one a
 * living budget line, brought up to date by difference soon after each commit that touched a register
 * or an outline. Read from the log alone, never from live documents, and off the thread that serves
 * typing. Up to which number a document stands in the rows is kept beside them, so that a crash loses
 * nothing and another process that was quicker is noticed. A row says what stands in its part; that
 * the part lives is told by plan_parts.
 */
import type { Logger } from 'pino'
import { RefusalError } from '@soanchung/shared/errors.ts'
import type { PartId, PlanId, TargetId } from '@soanchung/shared/ids.ts'
import { outlineDocument, parseDocumentName, partDocument } from '@soanchung/shared/plan/documents.ts'
import type { Projection } from '../plans/projection.ts'
import type { Database } from '../storage/database.ts'
import type { DocumentLog } from '../storage/log.ts'
import { compactBytes } from '../storage/sqlite-thread.ts'
import type { Sync } from '../sync/sync.ts'
import { startThread } from '../thread.ts'
import { recordConflicts } from './conflicts.ts'
import {
  differenceOf,
  Overtaken,
  questionOf,
  readAuthors,
  readBehind,
  readHeads,
  rowsAfter,
  rowsBefore,
  seqOfUpdate,
  sweepRows,
  takeTurn,
  writeRows,
  type Author,
  type Rows,
} from './plan-rows.ts'
import type { RegisterAnswer, RegisterQuestion } from './register-worker.ts'

export interface RegisterChange {
  plan: PlanId
  /** Targets whose row is new, gone or other. */
  targets: ReadonlySet<TargetId>
  /** Parts came or went. */
  outline: boolean
}

export interface RegisterProjection {
  /** Told of every commit, by the sync; returns at once. */
  changed(documents: readonly string[]): void
  /** Reads in the background what was committed while nobody listened. Called once the listeners are there. */
  catchUp(): void
  /** Resolves once all that was committed before the call is projected and listeners have run. */
  settled(): Promise<void>
  /** Called after rows changed; awaited. */
  onChange(listener: (change: RegisterChange) => Promise<void>): void
  /** Makes all rows again from the documents; those that are as they should be stay. */
  rebuild(tell?: (done: number, all: number) => void): Promise<{ plans: number; documents: number; targets: number }>
  close(): Promise<void>
}

interface RegisterProjectionOptions {
  database: Pick<Database, 'query' | 'transaction'>
  log: Pick<DocumentLog, 'loadMany'>
  projection: Pick<Projection, 'plans'>
  /** Without it nobody is told of conflicts. */
  sync?: Pick<Sync, 'conflictsChanged'>
  logger: Logger
}

/** What a moment brings is read together, in milliseconds. */
const pause = 30
/** Before what failed is tried again. */
const patience = 2000
/** Another process may be quicker so many times. */
const maxAttempts = 5
/** Of the thread; what needs more is no plan. */
const megabytes = 1024

interface Projected {
  change: RegisterChange
  /** How often conflicts of the plan have changed by now; null where they are as they were. */
  conflicts: number | null
  documents: number
  targets: number
}

export function createRegisterProjection(options: RegisterProjectionOptions): RegisterProjection {
  const { database, log, projection, sync, logger } = options
  const { query } = database
  const thread = startThread<RegisterQuestion, RegisterAnswer>(
    new URL('./register-worker.ts', import.meta.url),
    megabytes,
  )
  const listeners: ((change: RegisterChange) => Promise<void>)[] = []
  /** Of parts; a part never goes to another plan. */
  const planOfParts = new Map<PartId, PlanId>()
  /** The living parts of each plan when it was looked at last. */
  const knownParts = new Map<PlanId, string>()
  /** Told of, and not read yet. */
  let urgent = new Set<string>()
  /** How often it was told, and up to which time it has read. */
  let told = 0
  let read = 0
  /** Left behind by an earlier run, by plan; read while nothing is urgent. */
  const behind = new Map<PlanId, ReadonlySet<string>>()
  let line: Promise<void> = Promise.resolve()
  let work: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  /** Only one plan at a time. */
  function inLine<Value>(step: () => Promise<Value>): Promise<Value> {
    const done = line.then(step)
    line = done.then(
      () => undefined,
      () => undefined,
    )
    return done
  }

  function start(delay: number): void {
    if (isClosed || work !== null) return
    clearTimeout(timer)
    timer = setTimeout(() => void run(), delay)
  }

  function run(): Promise<void> {
    clearTimeout(timer)
    work ??= readWaiting().finally(() => {
      work = null
      if (urgent.size > 0 || behind.size > 0) start(urgent.size > 0 ? pause : 0)
    })
    return work
  }

  /** All that is urgent now, or else one of the plans that are behind. */
  async function readWaiting(): Promise<void> {
    const [names, until] = [urgent, told]
    urgent = new Set()
    await attempt(names, async () => {
      for (const [plan, documents] of await byPlan(names)) await readPlan(plan, documents)
    })
    const [next] = names.size > 0 ? [] : behind
    if (next !== undefined) {
      behind.delete(next[0])
      await readPlan(...next)
    }
    read = until
  }

  async function readPlan(plan: PlanId, documents: ReadonlySet<string>): Promise<void> {
    if (!isClosed) await attempt(documents, () => inLine(() => bringUpToDate(plan, documents, false)))
  }

  /** What a moment hinders is tried again; what is damaged waits for its next change, and hinders nobody. */
  async function attempt(documents: ReadonlySet<string>, work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      logger.error({ err: error, documents: [...documents].slice(0, 10) }, 'registers could not be read')
      if (isPassing(error)) setTimeout(() => changed([...documents]), patience).unref()
    }
  }

  function changed(documents: readonly string[]): void {
    for (const name of documents) urgent.add(name)
    told++
    start(pause)
  }

  async function byPlan(names: Iterable<string>): Promise<Map<PlanId, Set<string>>> {
    const found = new Map<PlanId, Set<string>>()
    const put = (plan: PlanId, name: string) => found.set(plan, (found.get(plan) ?? new Set()).add(name))
    const parts: PartId[] = []
    for (const name of names) {
      const subject = parseDocumentName(name)
      if (subject?.kind === 'outline') put(subject.planId, name)
      else if (subject?.kind === 'part') parts.push(subject.partId)
    }
    const unknown = parts.filter((part) => !planOfParts.has(part))
    if (unknown.length > 0) {
      const rows = await query
        .selectFrom('plan_parts')
        .select(['part_id', 'plan_id'])
        .where('part_id', 'in', unknown)
        .execute()
      for (const { part_id, plan_id } of rows) planOfParts.set(part_id, plan_id)
    }
    for (const part of parts) {
      const plan = planOfParts.get(part)
      if (plan !== undefined) put(plan, partDocument(part))
    }
    return found
  }

  /** `isAnew`: all of the plan, whatever its rows say. */
  async function bringUpToDate(plan: PlanId, documents: ReadonlySet<string>, isAnew: boolean): Promise<Projected> {
    for (let attempts = 1; ; attempts++) {
      try {
        const projected = await project(plan, documents, isAnew)
        const { change, conflicts } = projected
        if (conflicts !== null) sync?.conflictsChanged(new Map([[plan, conflicts]]))
        if (change.targets.size > 0 || change.outline) await heard(change)
        return projected
      } catch (error) {
        if (!(error instanceof Overtaken) || attempts === maxAttempts) throw error
      }
    }
  }

  async function heard(change: RegisterChange): Promise<void> {
    for (const listener of listeners) await tell(listener, change)
  }

  /** The rows are written, so nobody would tell this change again: what a moment hinders is tried again here. */
  async function tell(listener: (change: RegisterChange) => Promise<void>, change: RegisterChange): Promise<void> {
    try {
      await listener(change)
    } catch (error) {
      logger.error({ err: error, plan: change.plan }, 'what follows from changed registers could not be done')
      if (!isPassing(error)) return
      setTimeout(() => {
        if (!isClosed) void inLine(() => tell(listener, change))
      }, patience).unref()
    }
  }

  async function project(plan: PlanId, documents: ReadonlySet<string>, isAnew: boolean): Promise<Projected> {
    const outline = outlineDocument(plan)
    const old = await readHeads(query, plan)
    const { heads } = old
    const isOutlineNew = isAnew || documents.has(outline) || heads.get(outline)?.known === null
    if (isOutlineNew) await projection.plans([plan])
    const { living } = isOutlineNew ? await readHeads(query, plan) : old
    const parts = old.parts.filter((part) => isAnew || documents.has(partDocument(part)))
    const names = parts.map(partDocument)
    const stored = await log.loadMany(names)
    const authors = isAnew ? new Map<string, Author>() : await readAuthors(query, names)
    const { parts: readings } = await thread.ask({
      parts: parts.flatMap((part) => {
        const document = stored.get(partDocument(part))
        if (document === undefined) return []
        const known = isAnew ? null : (heads.get(partDocument(part))?.known ?? null)
        // They go to another thread, where a view would carry the whole buffer along.
        return { ...questionOf(part, document, known), updates: document.updates.map(compactBytes) }
      }),
      plan: null,
    })
    const authorOfRow = (part: PartId, row: number | undefined): Author => {
      const name = partDocument(part)
      const document = stored.get(name)
      const author =
        document === undefined || row === undefined ? undefined : authors.get(`${name} ${seqOfUpdate(document, row)}`)
      return author ?? heads.get(name) ?? nobody
    }
    const touchedBy = new Map(readings.map((reading) => [reading.part, reading.touchedBy]))
    const before = await rowsBefore(query, plan, readings, isAnew)
    const after = rowsAfter(
      plan,
      isAnew ? { targets: new Map(), lines: new Map() } : before,
      readings,
      (part, target) => authorOfRow(part, touchedBy.get(part)?.get(target)),
    )
    await reckon(plan, living, after)
    const changedNow = isAnew ? [...heads.keys()] : [...documents]
    const difference = differenceOf(before, after, latestOf(changedNow.flatMap((name) => heads.get(name) ?? [])))
    const reached = new Map([...stored].map(([name, { seq }]) => [name, seq]))
    const head = heads.get(outline)
    if (isOutlineNew && head !== undefined) reached.set(outline, head.seq)
    const conflicts = await database.transaction(async (transaction) => {
      await takeTurn(transaction, plan, old)
      await writeRows(transaction, plan, difference, reached)
      const events = readings.map((reading) => ({ ...reading, at: (row: number) => authorOfRow(reading.part, row).at }))
      return await recordConflicts(transaction, plan, events)
    })
    const partsNow = [...living].sort().join()
    const isOther = isOutlineNew && knownParts.get(plan) !== partsNow
    if (isOutlineNew) knownParts.set(plan, partsNow)
    const targets = new Set([...difference.goneTargets, ...difference.targets.map((row) => row.target_id)])
    return {
      change: { plan, targets, outline: isOther },
      conflicts,
      documents: reached.size,
      targets: after.targets.size,
    }
  }

  /** Formulas may refer to all of the plan, so they are reckoned again whenever anything of it changed. */
  async function reckon(plan: PlanId, living: ReadonlySet<PartId>, rows: Rows): Promise<void> {
    const targets = [...rows.targets.values()]
    if (!targets.some((row) => row.has_formula === 1)) return
    const period = await query
      .selectFrom('plans')
      .select(['period_from as from', 'period_to as to'])
      .where('id', '=', plan)
      .executeTakeFirstOrThrow()
    const inReach = (row: { part_id: PartId }) => living.has(row.part_id)
    const { figures } = await thread.ask({
      parts: [],
      plan: {
        targets: targets.filter(inReach).map((row) => row.content),
        lines: [...rows.lines.values()].filter(inReach).map((row) => row.content),
        resting: targets.filter((row) => row.has_formula === 1 && !inReach(row)).map((row) => row.content),
        period,
      },
    })
    for (const row of targets) {
      const reckoned = figures.get(row.target_id)
      if (reckoned !== undefined) rows.targets.set(row.target_id, { ...row, figures: JSON.stringify(reckoned) })
    }
  }

  async function rebuild(progress?: (done: number, all: number) => void) {
    await sweepRows(database)
    // Read again too, for the places of the parts depend on it.
    await query.updateTable('plans').set({ updated_at: 0 }).execute()
    const plans = await query.selectFrom('plans').select('id').orderBy('id').execute()
    const sum = { plans: plans.length, documents: 0, targets: 0 }
    for (const [index, { id }] of plans.entries()) {
      const { documents, targets } = await inLine(() => bringUpToDate(id, new Set(), true))
      sum.documents += documents
      sum.targets += targets
      progress?.(index + 1, plans.length)
    }
    return sum
  }

  return {
    changed,
    catchUp() {
      inLine(async () => {
        for (const [plan, documents] of await readBehind(query)) behind.set(plan, documents)
        start(0)
      }).catch((error: unknown) => logger.error({ err: error }, 'what changed meanwhile could not be found'))
    },
    async settled() {
      const wanted = told
      await line
      while (!isClosed && (read < wanted || behind.size > 0)) await run()
      await line
    },
    onChange: (listener) => listeners.push(listener),
    rebuild,
    async close() {
      isClosed = true
      clearTimeout(timer)
      await work
      await line
      await thread.close()
    },
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof RefusalError ? error.code !== 'storage.corrupt' : error instanceof Overtaken
}

const nobody: Author = { at: 0, by: null }

function latestOf(authors: readonly Author[]): Author {
  return authors.reduce((latest, one) => (one.at > latest.at ? one : latest), nobody)
}
