/**
 * The drafting board as plain values: one row a part with what is agreed and how far it is, their
 * order and filter, and the plan's timeline. All from the opened plan, so that it is there without a
 * network; only who changed what last, and when the plan moved on, comes from the server (`facts`).
 */
import type { PartId } from '@soanchung/shared/ids.ts'
import type { HolderId, PlanStage } from '@soanchung/shared/permissions.ts'
import { hasBegun, type PartProgress } from '@soanchung/shared/plan/progress.ts'
import type { PlanBoard } from '@soanchung/shared/protocol.ts'
import { holderOf, type FoundHolder } from '../plan/holders.ts'
import { titleOf } from '../plan/outline-tree.svelte.ts'
import { isOverdue, shownStatus, type ShownStatus } from '../plan/part-work.ts'
import type { PartWork, PlanModel } from '../plan/plan-model.svelte.ts'
import { isoDay } from '../ui/days.ts'

export interface BoardRow {
  id: PartId
  /** 0 at the top of the outline. */
  depth: number
  number: string
  title: string
  holders: readonly FoundHolder[]
  work: PartWork | undefined
  /** Null where nothing is asked for: a title that only holds other parts, the opening. */
  status: ShownStatus | null
  isLate: boolean
  progress: PartProgress
  missing: number
  mayReport: boolean
  changedAt: number | null
  changedBy: string
}

/** As sentences name the part. */
export function rowName({ number, title }: BoardRow): string {
  return [number, title].filter(Boolean).join(' ')
}

export const boardOrders = ['outline', 'deadline', 'status', 'words', 'missing', 'changed'] as const
export type BoardOrder = (typeof boardOrders)[number]

/** A holder, everybody, or nobody: the parts that are still to be given. */
export type BoardFilter = HolderId | 'all' | 'nobody' | 'late'

export function boardRows(model: PlanModel, facts: PlanBoard | null, now: Date): BoardRow[] {
  const changes = new Map(facts?.parts.map((part) => [part.id, part]))
  return model.outline.inOrder.flatMap((entry): BoardRow[] => {
    const part = model.part(entry.id)
    if (part === undefined) return []
    const work = model.work.get(entry.id)
    const isAsked = (work?.deadline ?? '') !== '' || work?.status !== 'drafting'
    const isTitleOnly = entry.children.length > 0 && !hasBegun(part)
    const hasStatus = work !== undefined && entry.role !== 'opening' && (isAsked || !isTitleOnly)
    const { progress } = part
    return [
      {
        id: entry.id,
        depth: depthOf(model, entry.id),
        number: model.number(entry.id).label,
        title: titleOf(entry),
        holders: (work?.holders ?? []).flatMap((holder) => holderOf(model, holder) ?? []),
        work,
        status: hasStatus ? shownStatus(work, part.loaded && !progress.begun) : null,
        isLate: work !== undefined && isOverdue(work, now),
        progress,
        missing: progress.targets - progress.filled,
        mayReport: part.mayWrite,
        changedAt: changes.get(entry.id)?.changedAt ?? null,
        changedBy: changes.get(entry.id)?.changedBy ?? '',
      },
    ]
  })
}

export function filterRows(rows: readonly BoardRow[], filter: BoardFilter): readonly BoardRow[] {
  switch (filter) {
    case 'all':
      return rows
    case 'late':
      return rows.filter(({ isLate }) => isLate)
    case 'nobody':
      return rows.filter(({ holders, status }) => holders.length === 0 && status !== null)
    default:
      return rows.filter(({ holders }) => holders.some(({ id }) => id === filter))
  }
}

const statusOrder: readonly (ShownStatus | null)[] = ['returned', 'empty', 'drafting', 'done', null]

/** What asks for something first; rows that are alike stay in the order of the outline. */
export function sortRows(rows: readonly BoardRow[], order: BoardOrder): readonly BoardRow[] {
  const byOrder: Record<BoardOrder, (row: BoardRow) => string | number> = {
    outline: () => 0,
    deadline: ({ work }) => work?.deadline || '9999',
    status: ({ status }) => statusOrder.indexOf(status),
    words: ({ progress }) => -progress.words,
    missing: ({ missing }) => -missing,
    changed: ({ changedAt }) => -(changedAt ?? 0),
  }
  const key = byOrder[order]
  return rows.toSorted((a, b) => {
    const [left, right] = [key(a), key(b)]
    return left < right ? -1 : left > right ? 1 : 0
  })
}

export interface BoardEvent {
  /** ISO day. */
  day: string
  /** Parts whose deadline it is, in the order of the outline. */
  due: readonly BoardRow[]
  stage: PlanStage | null
}

export interface Timeline {
  /** Where an ISO day, or a moment, stands: 0 at the left, 100 at the right. */
  place(day: string): number
  today: string
  /** The Mondays, thinned out so that their days can be read. */
  weeks: readonly string[]
  events: readonly BoardEvent[]
}

const dayMs = 24 * 60 * 60 * 1000
const mostMarks = 12
/** A plan that was begun long before its first deadline is shown from this many weeks before it. */
const weeksBefore = 4

export function timelineOf(rows: readonly BoardRow[], facts: PlanBoard | null, now: Date): Timeline {
  const today = isoDay(now)
  const events = eventsOf(rows, facts)
  const days = [today, ...events.map(({ day }) => day)].sort()
  const earliest = addDays(days[0] ?? today, -7 * weeksBefore)
  const begun = facts === null ? earliest : isoDay(new Date(facts.createdAt))
  const from = [[begun, earliest].sort().at(-1) ?? earliest, days[0] ?? today].sort()[0] ?? today
  const to = addDays(days.at(-1) ?? today, 7)
  const span = Math.max(1, timeOf(to) - timeOf(from))
  const mondays: string[] = []
  const sinceMonday = (new Date(timeOf(from)).getUTCDay() + 6) % 7
  for (let day = addDays(from, (7 - sinceMonday) % 7); day <= to; day = addDays(day, 7)) mondays.push(day)
  const step = Math.max(1, Math.ceil(mondays.length / mostMarks))
  return {
    place: (day) => Math.min(100, Math.max(0, ((timeOf(day) - timeOf(from)) / span) * 100)),
    today,
    weeks: mondays.filter((_, index) => index % step === 0),
    events,
  }
}

/** The share of the line's width that the name of a stage may take. */
const stageWidth = 12

/** Which row above the line each stage stands in, 0 the lowest, so that no name covers another. */
export function stageLanes({ events, place }: Pick<Timeline, 'events' | 'place'>): Map<BoardEvent, number> {
  const ends: number[] = []
  const lanes = new Map<BoardEvent, number>()
  for (const event of events) {
    if (event.stage === null) continue
    const at = place(event.day)
    const free = ends.findIndex((end) => end <= at)
    const lane = free < 0 ? ends.length : free
    ends[lane] = at + stageWidth
    lanes.set(event, lane)
  }
  return lanes
}

function eventsOf(rows: readonly BoardRow[], facts: PlanBoard | null): BoardEvent[] {
  const due = Map.groupBy(
    rows.filter(({ work }) => (work?.deadline ?? '') !== ''),
    ({ work }) => work?.deadline ?? '',
  )
  const moves = (facts?.moves ?? []).map(({ at, stage }) => ({ day: isoDay(new Date(at)), due: [], stage }))
  return [...[...due].map(([day, parts]) => ({ day, due: parts, stage: null })), ...moves].sort((a, b) =>
    a.day < b.day ? -1 : a.day > b.day ? 1 : 0,
  )
}

function depthOf(model: PlanModel, id: PartId): number {
  const { byId } = model.outline
  let depth = 0
  for (let at = byId.get(id)?.parent ?? null; at !== null; at = byId.get(at)?.parent ?? null) depth += 1
  return depth
}

function timeOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`)
}

function addDays(day: string, days: number): string {
  return new Date(timeOf(day) + days * dayMs).toISOString().slice(0, 10)
}
