/**
 * The audit trail as people read it: the newest first in pages, or all of it as a CSV file that is
 * made while it is sent. Names are those of today; what was set stands in each row.
 */
import type { Kysely } from 'kysely'
import {
  auditSentence,
  idsOfEntry,
  type AuditEntryRow,
  type AuditFilter,
  type AuditLanguage,
  type AuditPage,
} from '@soanchung/shared/audit.ts'
import { csvLine, csvMark } from '@soanchung/shared/csv.ts'
import { partId, planId, userId } from '@soanchung/shared/ids.ts'
import { planTypeTitle, planTypes } from '@soanchung/shared/plan/meta.ts'
import { listUnits } from '../accounts/people.ts'
import type { Tables } from '../storage/tables.ts'
import type { AuditRow } from './trail.ts'

const pageLength = 50
/** Rows of the file that are read at once. */
const slice = 500

/** The next older ones than `before`; the newest where it is not given. */
export async function readTrail(query: Kysely<Tables>, filter: AuditFilter, before?: number): Promise<AuditPage> {
  const rows = await select(query, filter, before, pageLength + 1)
  const entries = rows.slice(0, pageLength).map(entryOf)
  return { entries, names: Object.fromEntries(await namesIn(query, entries)), hasMore: rows.length > pageLength }
}

const columns: Record<AuditLanguage, string[]> = {
  vi: ['Số', 'Thời điểm', 'Người làm', 'Việc đã làm', 'Văn bản', 'Mã việc', 'Bản ghi', 'Chi tiết', 'Mã niêm phong'],
  en: ['Number', 'Moment', 'By', 'What was done', 'Plan', 'Action', 'Record', 'Detail', 'Seal'],
}
const byServer: Record<AuditLanguage, string> = { vi: 'Máy chủ', en: 'The server' }
/** `2026-11-21 14:05:00`, which spreadsheets take as a moment, at Vietnam's time. */
const moment = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Ho_Chi_Minh',
  dateStyle: 'short',
  timeStyle: 'medium',
})

export async function* trailAsCsv(
  query: Kysely<Tables>,
  filter: AuditFilter,
  language: AuditLanguage,
): AsyncGenerator<string> {
  yield csvMark + csvLine(columns[language])
  let before: number | undefined
  for (;;) {
    const rows = await select(query, filter, before, slice)
    const last = rows.at(-1)
    if (last === undefined) return
    const names = await namesIn(query, rows.map(entryOf))
    yield rows
      .map((row) => {
        const { seq, at, actor, action, plan_id: plan, subject, detail, hash } = row
        return csvLine([
          String(seq),
          moment.format(Number(at)),
          actor === null ? byServer[language] : (names.get(actor) ?? actor),
          auditSentence(entryOf(row), (id) => names.get(id), language),
          plan === null ? '' : (names.get(plan) ?? plan),
          ...[action, subject, detail, hash],
        ])
      })
      .join('')
    before = Number(last.seq)
  }
}

async function select(
  query: Kysely<Tables>,
  { actor, action, plan, from, until }: AuditFilter,
  before: number | undefined,
  limit: number,
): Promise<AuditRow[]> {
  let asked = query.selectFrom('audit_trail').selectAll().orderBy('seq', 'desc').limit(limit)
  if (before !== undefined) asked = asked.where('seq', '<', before)
  if (plan !== undefined) asked = asked.where('plan_id', '=', plan)
  if (actor !== undefined) asked = asked.where('actor', '=', actor)
  if (action !== undefined) asked = asked.where('action', '=', action)
  if (from !== undefined) asked = asked.where('at', '>=', beginningOf(from))
  if (until !== undefined) asked = asked.where('at', '<', beginningOf(until) + 24 * 60 * 60 * 1000)
  return await asked.execute()
}

/** There is no daylight saving time in Vietnam. */
function beginningOf(day: string): number {
  return Date.parse(`${day}T00:00:00+07:00`)
}

function entryOf({ seq, at, actor, action, plan_id, subject, detail }: AuditRow): AuditEntryRow {
  return { seq: Number(seq), at: Number(at), actor, action, plan: plan_id, subject, detail: JSON.parse(detail) }
}

async function namesIn(query: Kysely<Tables>, entries: readonly AuditEntryRow[]): Promise<Map<string, string>> {
  const ids = [...new Set(entries.flatMap(idsOfEntry))]
  const names = new Map<string, string>()
  if (ids.length === 0) return names
  const personIds = ids.flatMap((id) => userId.safeParse(id).data ?? [])
  const planIds = ids.flatMap((id) => planId.safeParse(id).data ?? [])
  const partIds = ids.flatMap((id) => partId.safeParse(id).data ?? [])
  const [people, plans, parts, units] = await Promise.all([
    query.selectFrom('user').select(['id', 'name']).where('id', 'in', personIds).execute(),
    query.selectFrom('plans').select(['id', 'type', 'subject']).where('id', 'in', planIds).execute(),
    query.selectFrom('plan_parts').select(['part_id', 'number', 'title']).where('part_id', 'in', partIds).execute(),
    listUnits(query),
  ])
  for (const { id, name } of [...units, ...people]) names.set(id, name)
  for (const { id, type, subject } of plans) {
    const title = planTypes.find((one) => one === type)
    names.set(id, [title === undefined ? '' : planTypeTitle[title], subject].join(' ').trim())
  }
  for (const { part_id: id, number, title } of parts) names.set(id, [number, title].filter(Boolean).join(' '))
  return names
}
