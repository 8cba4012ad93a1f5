/**
 * Whether the audit trail is still what was written: every row seals all before it, and the head
 * seals the last. Whoever can write the database and knows how the seals are made could seal all of
 * it anew; so a seal that was noted elsewhere is compared too.
 */
import type { Kysely } from 'kysely'
import type { Tables } from '../storage/tables.ts'
import { sealOf } from './trail.ts'

/** A row and its seal, as an earlier check told them. */
export interface NotedSeal {
  seq: number
  hash: string
}

export type TrailFault =
  /** The row is another than the one that was sealed, was put in, or stands in another's place. */
  | 'changed'
  /** No row has this number, while there are later ones, or the head names a later one. */
  | 'missing'
  /** A row behind the last one that the head knows. */
  | 'added'
  /** The trail is whole in itself, but is not the one of which this seal was noted. */
  | 'resealed'

export type TrailCheck =
  { whole: true; rows: number; last: NotedSeal | null } | { whole: false; rows: number; seq: number; fault: TrailFault }

const slice = 1000

/** Names the first row that is wrong; `rows` are those before it. A server may go on writing meanwhile. */
export async function verifyTrail(query: Kysely<Tables>, noted: NotedSeal | null = null): Promise<TrailCheck> {
  let head = await readHead(query)
  let last: NotedSeal = { seq: 0, hash: '' }
  const wrong = (fault: TrailFault, seq = last.seq + 1): TrailCheck => ({ whole: false, rows: last.seq, seq, fault })
  const [early] = await query.selectFrom('audit_trail').select('seq').where('seq', '<', 1).limit(1).execute()
  if (early !== undefined) return wrong('added', Number(early.seq))
  for (let isEnd = false; !isEnd;) {
    const rows = await query
      .selectFrom('audit_trail')
      .selectAll()
      .where('seq', '>', last.seq)
      .orderBy('seq')
      .limit(slice)
      .execute()
    isEnd = rows.length < slice
    for (const { hash, ...row } of rows) {
      const seq = Number(row.seq)
      if (seq !== last.seq + 1) return last.seq < head.seq ? wrong('missing') : wrong('added', seq)
      if (seq > head.seq) head = await readHead(query)
      if (seq > head.seq) return wrong('added')
      if (sealOf(last.hash, row) !== hash) return wrong('changed')
      if (noted?.seq === seq && noted.hash !== hash) return wrong('resealed')
      last = { seq, hash }
    }
  }
  if (last.seq < Math.max(head.seq, noted?.seq ?? 0)) return wrong('missing')
  if (last.seq === head.seq && last.hash !== head.hash) return { ...wrong('changed', last.seq), rows: last.seq - 1 }
  return { whole: true, rows: last.seq, last: last.seq === 0 ? null : last }
}

async function readHead(query: Kysely<Tables>): Promise<NotedSeal> {
  const head = await query.selectFrom('audit_head').select(['seq', 'hash']).where('id', '=', 1).executeTakeFirst()
  return { seq: Number(head?.seq ?? 0), hash: head?.hash ?? '' }
}
