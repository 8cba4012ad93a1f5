/**
 * The tables, brought up to date step by step. The number of steps done stands in `installation`;
 * a step is never changed once it was released, and a database with more steps than this program
 * knows is refused.
 */
import { sql, type Transaction } from 'kysely'
import { RefusalError } from '@soanchung/shared/errors.ts'
import { newId } from '@soanchung/shared/ids.ts'
import type { ColumnTypes, Engine } from './dialect.ts'
import type { Tables } from './tables.ts'

type Step = (transaction: Transaction<Tables>, types: ColumnTypes) => Promise<void>

const steps: Step[] = [createLog, createAccounts, createPlans, projectOutline, projectTitles]

/** Idempotent. Throws RefusalError (storage.newer). */
export async function migrate({ query, types, lockSchema }: Engine): Promise<void> {
  await query.transaction().execute(async (transaction) => {
    await lockSchema(transaction)
    await transaction.schema
      .createTable('installation')
      .ifNotExists()
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute()
    const row = await transaction
      .selectFrom('installation')
      .select('value')
      .where('key', '=', 'schema')
      .executeTakeFirst()
    const done = row === undefined ? 0 : Number(row.value)
    if (done > steps.length) {
      throw new RefusalError('storage.newer', `the database is at step ${done}, this program knows ${steps.length}`)
    }
    if (done === steps.length) return
    for (const step of steps.slice(done)) await step(transaction, types)
    await transaction
      .insertInto('installation')
      .values({ key: 'schema', value: String(steps.length) })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: String(steps.length) }))
      .execute()
    await transaction
      .insertInto('installation')
      .values({ key: 'epoch', value: newId() })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .execute()
  })
}

async function createLog({ schema }: Transaction<Tables>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('documents')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('seq', types.whole, (column) => column.notNull())
    .addColumn('snapshot_seq', types.whole, (column) => column.notNull())
    .addColumn('changed_at', types.whole, (column) => column.notNull())
    .execute()
  await schema
    .createTable('document_updates')
    .addColumn('document', 'text', (column) => column.notNull().references('documents.name'))
    .addColumn('seq', types.whole, (column) => column.notNull())
    .addColumn('bytes', types.bytes, (column) => column.notNull())
    .addColumn('checksum', types.whole, (column) => column.notNull())
    .addColumn('user_id', 'text')
    .addColumn('created_at', types.whole, (column) => column.notNull())
    .addPrimaryKeyConstraint('document_updates_pk', ['document', 'seq'])
    .execute()
  await schema
    .createTable('document_snapshots')
    .addColumn('document', 'text', (column) => column.primaryKey().references('documents.name'))
    .addColumn('seq', types.whole, (column) => column.notNull())
    .addColumn('bytes', types.bytes, (column) => column.notNull())
    .addColumn('checksum', types.whole, (column) => column.notNull())
    .execute()
  await schema
    .createTable('commands')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('actor', 'text')
    .addColumn('created_at', types.whole, (column) => column.notNull())
    .execute()
}

/** The columns that better-auth 1.7 with its username plugin reads and writes, in its own spelling. */
async function createAccounts({ schema }: Transaction<Tables>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('user')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('email', 'text', (column) => column.notNull().unique())
    .addColumn('emailVerified', types.authBoolean, (column) => column.notNull().defaultTo(types.authFalse))
    .addColumn('image', 'text')
    .addColumn('createdAt', types.authDate, (column) => column.notNull().defaultTo(sql`current_timestamp`))
    .addColumn('updatedAt', types.authDate, (column) => column.notNull().defaultTo(sql`current_timestamp`))
    .addColumn('username', 'text', (column) => column.unique())
    .addColumn('displayUsername', 'text')
    .addColumn('administrator', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await schema
    .createTable('session')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('expiresAt', types.authDate, (column) => column.notNull())
    .addColumn('token', 'text', (column) => column.notNull().unique())
    .addColumn('createdAt', types.authDate, (column) => column.notNull().defaultTo(sql`current_timestamp`))
    .addColumn('updatedAt', types.authDate, (column) => column.notNull())
    .addColumn('ipAddress', 'text')
    .addColumn('userAgent', 'text')
    .addColumn('userId', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
    .execute()
  await schema
    .createTable('account')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('accountId', 'text', (column) => column.notNull())
    .addColumn('providerId', 'text', (column) => column.notNull())
    .addColumn('userId', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
    .addColumn('accessToken', 'text')
    .addColumn('refreshToken', 'text')
    .addColumn('idToken', 'text')
    .addColumn('accessTokenExpiresAt', types.authDate)
    .addColumn('refreshTokenExpiresAt', types.authDate)
    .addColumn('scope', 'text')
    .addColumn('password', 'text')
    .addColumn('createdAt', types.authDate, (column) => column.notNull().defaultTo(sql`current_timestamp`))
    .addColumn('updatedAt', types.authDate, (column) => column.notNull())
    .execute()
  await schema
    .createTable('verification')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('identifier', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('expiresAt', types.authDate, (column) => column.notNull())
    .addColumn('createdAt', types.authDate, (column) => column.notNull().defaultTo(sql`current_timestamp`))
    .addColumn('updatedAt', types.authDate, (column) => column.notNull().defaultTo(sql`current_timestamp`))
    .execute()
  await schema.createIndex('session_userId_idx').on('session').column('userId').execute()
  await schema.createIndex('account_userId_idx').on('account').column('userId').execute()
  await schema.createIndex('verification_identifier_idx').on('verification').column('identifier').execute()
}

async function createPlans({ schema }: Transaction<Tables>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('units')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('symbol', 'text', (column) => column.notNull())
    .addColumn('colour', 'integer', (column) => column.notNull())
    .addColumn('parent', 'text', (column) => column.references('units.id'))
    .addColumn('created_at', types.whole, (column) => column.notNull())
    .execute()
  await schema
    .createTable('unit_members')
    .addColumn('unit_id', 'text', (column) => column.notNull().references('units.id'))
    .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
    .addColumn('office', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('unit_members_pk', ['unit_id', 'user_id'])
    .execute()
  await schema
    .createTable('plans')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('lead_unit', 'text', (column) => column.notNull().references('units.id'))
    .addColumn('stage', 'text', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('created_at', types.whole, (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('updated_at', types.whole, (column) => column.notNull())
    .execute()
  await schema
    .createTable('plan_units')
    .addColumn('plan_id', 'text', (column) => column.notNull().references('plans.id'))
    .addColumn('unit_id', 'text', (column) => column.notNull().references('units.id'))
    .addColumn('role', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('plan_units_pk', ['plan_id', 'unit_id'])
    .execute()
  await schema
    .createTable('plan_parts')
    .addColumn('part_id', 'text', (column) => column.primaryKey())
    .addColumn('plan_id', 'text', (column) => column.notNull().references('plans.id'))
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('created_at', types.whole, (column) => column.notNull())
    .execute()
  await schema
    .createTable('part_units')
    .addColumn('part_id', 'text', (column) => column.notNull().references('plan_parts.part_id'))
    .addColumn('unit_id', 'text', (column) => column.notNull().references('units.id'))
    .addPrimaryKeyConstraint('part_units_pk', ['part_id', 'unit_id'])
    .execute()
  await schema
    .createTable('access_tokens')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('created_at', types.whole, (column) => column.notNull())
    .addColumn('expires_at', types.whole, (column) => column.notNull())
    .addColumn('last_used_at', types.whole)
    .execute()
  await schema.createIndex('units_parent').on('units').column('parent').execute()
  await schema.createIndex('unit_members_user').on('unit_members').column('user_id').execute()
  await schema.createIndex('plan_units_unit').on('plan_units').column('unit_id').execute()
  await schema.createIndex('plan_parts_plan').on('plan_parts').column('plan_id').execute()
  await schema.createIndex('part_units_unit').on('part_units').column('unit_id').execute()
  await schema.createIndex('access_tokens_user').on('access_tokens').column('user_id').execute()
}

/** Which parts stand in the outline, so that lists need not read it; read anew with the next list. */
async function projectOutline(transaction: Transaction<Tables>): Promise<void> {
  await transaction.schema
    .alterTable('plan_parts')
    .addColumn('in_outline', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await transaction.updateTable('plans').set({ updated_at: 0 }).execute()
}

/** What lists call the parts; read anew with the next list. */
async function projectTitles(transaction: Transaction<Tables>): Promise<void> {
  for (const column of ['number', 'title']) {
    await transaction.schema
      .alterTable('plan_parts')
      .addColumn(column, 'text', (text) => text.notNull().defaultTo(''))
      .execute()
  }
  await transaction.updateTable('plans').set({ updated_at: 0 }).execute()
}
