/** Somebody who has the database in hand and wants the audit trail to tell something else. */
import { sql, type Transaction } from 'kysely'
import { sealOf, type AuditRow } from '@soanchung/server/src/audit/trail.ts'
import type { DialectName } from '@soanchung/server/src/storage/dialect.ts'
import type { Tables } from '@soanchung/server/src/storage/tables.ts'
import type { Random } from './random.ts'

/** Takes away what makes the database refuse to change the trail. */
export async function unlockTrail(transaction: Transaction<Tables>, dialect: DialectName): Promise<void> {
  const isSqlite = dialect === 'sqlite'
  const triggers = isSqlite ? ['audit_trail_no_update', 'audit_trail_no_delete'] : ['audit_trail_no_change']
  for (const trigger of triggers) {
    await sql.raw(`drop trigger ${trigger}${isSqlite ? '' : ' on audit_trail'}`).execute(transaction)
  }
}

/** One change of a trail of at least ten rows; answers what it was. */
export async function tamper(transaction: Transaction<Tables>, random: Random): Promise<string> {
  const rows = await transaction.selectFrom('audit_trail').selectAll().orderBy('seq').execute()
  const at = random.below(rows.length)
  const row = rows[at]
  const other = rows[(at + 1 + random.below(rows.length - 1)) % rows.length]
  if (row === undefined || other === undefined) throw new Error('too few rows')
  const set = (seq: number, values: Partial<AuditRow>) =>
    transaction.updateTable('audit_trail').set(values).where('seq', '=', seq).execute()
  const changed = changeOf(row, random)

  switch (random.below(8)) {
    case 0: {
      const said = random.below(8) === 0 ? { hash: other.hash } : changed
      await set(row.seq, said)
      return `row ${row.seq} says ${JSON.stringify(said)}`
    }
    case 1: {
      await set(row.seq, { ...changed, hash: sealOf(rows[at - 1]?.hash ?? '', { ...row, ...changed }) })
      return `row ${row.seq} says ${JSON.stringify(changed)}, and has a seal that fits`
    }
    case 2:
      await transaction.deleteFrom('audit_trail').where('seq', '=', row.seq).execute()
      return `row ${row.seq} is gone`
    case 3: {
      await transaction.deleteFrom('audit_trail').where('seq', '=', row.seq).execute()
      for (const { seq } of rows.slice(at + 1)) await set(seq, { seq: seq - 1 })
      return `row ${row.seq} is gone, and the others moved up`
    }
    case 4: {
      const { seq: _seq, ...values } = row
      const { seq: _other, ...others } = other
      await set(row.seq, others)
      await set(other.seq, values)
      return `rows ${row.seq} and ${other.seq} stand in each other's place`
    }
    case 5: {
      const seq = random.below(2) === 0 ? rows.length + 1 : -random.below(3)
      const hash = sealOf(rows.at(-1)?.hash ?? '', { ...row, seq })
      await transaction
        .insertInto('audit_trail')
        .values({ ...row, seq, hash })
        .execute()
      return `row ${seq} was put in`
    }
    case 6: {
      await transaction.deleteFrom('audit_trail').where('seq', '>', at).execute()
      const last = { seq: at, hash: rows[at - 1]?.hash ?? '' }
      const isHeadMoved = random.below(2) === 0
      if (isHeadMoved) await transaction.updateTable('audit_head').set(last).execute()
      return `all behind row ${at} is cut off${isHeadMoved ? ', and the head says so' : ''}`
    }
    default: {
      let before = rows[at - 1]?.hash ?? ''
      for (const one of rows.slice(at)) {
        const said = one === row ? { ...one, ...changed } : one
        before = sealOf(before, said)
        await set(one.seq, { ...said, hash: before })
      }
      await transaction.updateTable('audit_head').set({ hash: before }).execute()
      return `row ${row.seq} says ${JSON.stringify(changed)}, and all behind it is sealed anew`
    }
  }
}

function changeOf(row: AuditRow, random: Random): Partial<AuditRow> {
  const changes: Partial<AuditRow>[] = [
    { at: row.at + 1 },
    { actor: 'binh' as AuditRow['actor'] },
    { action: 'role.taken' },
    { subject: `${row.subject}0` },
    { detail: '{}' },
    { plan_id: 'pppppppppppppppppppp' as AuditRow['plan_id'] },
  ]
  return changes[random.below(changes.length)] ?? {}
}
