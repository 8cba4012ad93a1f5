/**
 * The tables, brought up to date step by step. The number of steps done stands in `installation`;
 * a step is never changed once it was released, and a database with more steps than this program
 * knows is refused.
 */
import { sql, type Transaction } from 'kysely'
import * as Y from 'yjs'
import { RefusalError } from '@soanchung/shared/errors.ts'
import { newId, type UserId } from '@soanchung/shared/ids.ts'
import type { ColumnTypes, Engine } from './dialect.ts'
import type { Tables } from './tables.ts'

type Step = (transaction: Transaction<Tables>, types: ColumnTypes, engine: Engine) => Promise<void>

const steps: Step[] = [
  createLog,
  createAccounts,
  createPlans,
  projectOutline,
  projectTitles,
  bindClients,
  describeUnits,
  signIn,
  holdRoles,
  createAuditTrail,
  keepHandedDrafts,
  projectProgress,
  protectAuditTrail,
  tellPeople,
  linkPlans,
  projectRegisters,
  countConflicts,
]

/** Idempotent. Throws RefusalError (storage.newer). */
export async function migrate(engine: Engine): Promise<void> {
  const { query, types, lockSchema } = engine
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
    for (const step of steps.slice(done)) await step(transaction, types, engine)
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

/** Whose each client id is, as far as the rows that are not compacted yet can tell. */
async function bindClients(transaction: Transaction<Tables>, types: ColumnTypes): Promise<void> {
  await transaction.schema
    .createTable('document_clients')
    .addColumn('document', 'text', (column) => column.notNull().references('documents.name'))
    .addColumn('client_id', types.whole, (column) => column.notNull())
    .addColumn('user_id', 'text')
    .addColumn('created_at', types.whole, (column) => column.notNull())
    .addPrimaryKeyConstraint('document_clients_pk', ['document', 'client_id'])
    .execute()
  await transaction.schema.alterTable('documents').addColumn('changed_by', 'text').execute()
  await sql`update documents set changed_by = (
    select user_id from document_updates where document = documents.name and seq = documents.seq)`.execute(transaction)
  const documents = await transaction.selectFrom('documents').select(['name', 'changed_at']).execute()
  for (const { name, changed_at } of documents) {
    for (const [client, owner] of await clientsOf(transaction, name)) {
      await transaction
        .insertInto('document_clients')
        .values({ document: name, client_id: client, user_id: owner, created_at: changed_at })
        .execute()
    }
  }
}

async function clientsOf(transaction: Transaction<Tables>, document: string): Promise<Map<number, UserId | null>> {
  const snapshots = await transaction
    .selectFrom('document_snapshots')
    .select('bytes')
    .where('document', '=', document)
    .execute()
  const rows = await transaction
    .selectFrom('document_updates')
    .select(['bytes', 'user_id'])
    .where('document', '=', document)
    .orderBy('seq')
    .execute()
  const known = new Map<number, number>()
  const owners = new Map<number, UserId | null>()
  for (const { bytes, user_id } of [...snapshots.map(({ bytes }) => ({ bytes, user_id: null })), ...rows]) {
    for (const [client, end] of endsOf(bytes)) {
      // A row may repeat what others wrote; it is theirs who brought something new.
      if (end <= (known.get(client) ?? 0)) continue
      known.set(client, end)
      owners.set(client, owners.get(client) ?? user_id)
    }
  }
  return owners
}

/** None of a damaged record, which is reported where the document is read. */
function endsOf(update: Uint8Array): Map<number, number> {
  try {
    return Y.parseUpdateMeta(update).to
  } catch {
    return new Map()
  }
}

/** Units become more than a name: what they were called before, whom they stand under, who signs. */
async function describeUnits(transaction: Transaction<Tables>): Promise<void> {
  const { schema } = transaction
  await schema
    .createTable('unit_names')
    .addColumn('unit_id', 'text', (column) => column.notNull().references('units.id'))
    .addColumn('since', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('symbol', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('unit_names_pk', ['unit_id', 'since'])
    .execute()
  await schema
    .createTable('unit_edges')
    .addColumn('unit_id', 'text', (column) => column.notNull().references('units.id'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('other_id', 'text', (column) => column.notNull().references('units.id'))
    .addPrimaryKeyConstraint('unit_edges_pk', ['unit_id', 'kind', 'other_id'])
    .execute()
  await schema
    .createTable('unit_signers')
    .addColumn('unit_id', 'text', (column) => column.notNull().references('units.id'))
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('authority', 'text', (column) => column.notNull())
    .addColumn('office', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('unit_signers_pk', ['unit_id', 'position'])
    .execute()
  await sql`create unique index unit_edges_parent on unit_edges (unit_id) where kind = 'under'`.execute(transaction)
  await sql`insert into unit_names (unit_id, since, name, symbol) select id, '', name, symbol from units`.execute(
    transaction,
  )
  await sql`insert into unit_edges (unit_id, kind, other_id)
    select id, 'under', parent from units where parent is not null`.execute(transaction)
  await schema.dropIndex('units_parent').execute()
  for (const column of ['name', 'symbol', 'parent']) await schema.alterTable('units').dropColumn(column).execute()
  const added = { kind: 'other', level: 'commune', profile: 'state' }
  for (const [column, value] of Object.entries(added)) {
    await schema
      .alterTable('units')
      .addColumn(column, 'text', (text) => text.notNull().defaultTo(value))
      .execute()
  }
  await schema.alterTable('units').addColumn('closed_on', 'text').execute()
  await schema
    .alterTable('units')
    .addColumn('merged_into', 'text', (column) => column.references('units.id'))
    .execute()
}

/** Deactivation, second factor, invitations; an identity of elsewhere belongs to one account. */
async function signIn({ schema }: Transaction<Tables>, types: ColumnTypes): Promise<void> {
  await schema.alterTable('user').addColumn('deactivated_at', types.whole).execute()
  await schema
    .createTable('second_factors')
    .addColumn('user_id', 'text', (column) => column.primaryKey().references('user.id').onDelete('cascade'))
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('confirmed_at', types.whole)
    .addColumn('last_step', types.whole, (column) => column.notNull())
    .execute()
  await schema
    .createTable('backup_codes')
    .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
    .addColumn('hash', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('backup_codes_pk', ['user_id', 'hash'])
    .execute()
  await schema
    .createTable('invitations')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
    .addColumn('created_at', types.whole, (column) => column.notNull())
    .addColumn('expires_at', types.whole, (column) => column.notNull())
    .addColumn('used_at', types.whole)
    .execute()
  await schema.createIndex('invitations_user').on('invitations').column('user_id').execute()
  await schema.createIndex('account_identity').on('account').columns(['providerId', 'accountId']).unique().execute()
}

/** Roles and parts are held by units or by people; parts carry what was agreed about the work on them. */
async function holdRoles(transaction: Transaction<Tables>, types: ColumnTypes): Promise<void> {
  const { schema } = transaction
  await schema
    .createTable('plan_roles')
    .addColumn('plan_id', 'text', (column) => column.notNull().references('plans.id'))
    .addColumn('holder_id', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('plan_roles_pk', ['plan_id', 'holder_id'])
    .execute()
  await schema
    .createTable('part_holders')
    .addColumn('part_id', 'text', (column) => column.notNull().references('plan_parts.part_id'))
    .addColumn('holder_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('part_holders_pk', ['part_id', 'holder_id'])
    .execute()
  await sql`insert into plan_roles (plan_id, holder_id, role) select plan_id, unit_id, role from plan_units`.execute(
    transaction,
  )
  await sql`insert into part_holders (part_id, holder_id) select part_id, unit_id from part_units`.execute(transaction)
  await schema.dropTable('plan_units').execute()
  await schema.dropTable('part_units').execute()
  await schema.createIndex('plan_roles_holder').on('plan_roles').column('holder_id').execute()
  await schema.createIndex('part_holders_holder').on('part_holders').column('holder_id').execute()
  await schema
    .alterTable('plans')
    .addColumn('rights', types.whole, (column) => column.notNull().defaultTo(0))
    .execute()
  for (const [column, first] of [
    ['status', 'drafting'],
    ['reason', ''],
    ['deadline', ''],
    ['note', ''],
  ] as const) {
    await schema
      .alterTable('plan_parts')
      .addColumn(column, 'text', (text) => text.notNull().defaultTo(first))
      .execute()
  }
  await schema
    .alterTable('plan_parts')
    .addColumn('status_at', types.whole, (column) => column.notNull().defaultTo(0))
    .execute()
  await schema.alterTable('plan_parts').addColumn('status_by', 'text').execute()
}

async function createAuditTrail(transaction: Transaction<Tables>, types: ColumnTypes): Promise<void> {
  const { schema } = transaction
  await schema
    .createTable('audit_trail')
    .addColumn('seq', types.whole, (column) => column.primaryKey())
    .addColumn('at', types.whole, (column) => column.notNull())
    .addColumn('actor', 'text')
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('plan_id', 'text')
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute()
  await schema.createIndex('audit_trail_plan').on('audit_trail').columns(['plan_id', 'seq']).execute()
  await schema
    .createTable('audit_head')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('seq', types.whole, (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute()
  await transaction.insertInto('audit_head').values({ id: 1, seq: 0, hash: '' }).execute()
}

async function keepHandedDrafts({ schema }: Transaction<Tables>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('handed_drafts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('plan_id', 'text', (column) => column.notNull().references('plans.id'))
    .addColumn('part_id', 'text', (column) => column.notNull().references('plan_parts.part_id'))
    .addColumn('sender', 'text', (column) => column.notNull().references('user.id'))
    .addColumn('handed_at', types.whole, (column) => column.notNull())
    .addColumn('note', 'text', (column) => column.notNull())
    .addColumn('state', types.bytes, (column) => column.notNull())
    .addColumn('is_used', 'integer')
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('settled_at', types.whole)
    .addColumn('settled_by', 'text')
    .execute()
  await schema.createIndex('handed_drafts_plan').on('handed_drafts').columns(['plan_id', 'handed_at']).execute()
}

/** How far each part is, for lists; and the years by which that is told. */
async function projectProgress({ schema }: Transaction<Tables>, types: ColumnTypes): Promise<void> {
  for (const column of ['period_from', 'period_to']) {
    await schema
      .alterTable('plans')
      .addColumn(column, 'integer', (whole) => whole.notNull().defaultTo(0))
      .execute()
  }
  for (const column of ['has_parts', 'words', 'targets', 'filled', 'begun']) {
    await schema
      .alterTable('plan_parts')
      .addColumn(column, 'integer', (whole) => whole.notNull().defaultTo(0))
      .execute()
  }
  await schema
    .alterTable('plan_parts')
    .addColumn('measured_at', types.whole, (whole) => whole.notNull().defaultTo(0))
    .execute()
}

/** Whoever can take the triggers away can still change the trail; its seals then show it. */
async function protectAuditTrail(
  transaction: Transaction<Tables>,
  _types: ColumnTypes,
  { onlyAppend }: Engine,
): Promise<void> {
  await transaction.schema.createIndex('audit_trail_actor').on('audit_trail').columns(['actor', 'seq']).execute()
  await onlyAppend(transaction, 'audit_trail')
}

async function tellPeople({ schema }: Transaction<Tables>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('notifications')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('at', types.whole, (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('plan_id', 'text', (column) => column.notNull())
    .addColumn('part_id', 'text')
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('is_shown', 'integer', (column) => column.notNull())
    .addColumn('read_at', types.whole)
    .execute()
  await schema.createIndex('notifications_user').on('notifications').columns(['user_id', 'at']).execute()
  await schema
    .createTable('notification_switches')
    .addColumn('user_id', 'text', (column) => column.primaryKey())
    .addColumn('switches', 'text', (column) => column.notNull())
    .execute()
  await schema
    .createTable('mail_queue')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('plan_id', 'text', (column) => column.notNull())
    .addColumn('part_id', 'text')
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('created_at', types.whole, (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('due_at', types.whole, (column) => column.notNull())
    .execute()
  await schema.createIndex('mail_queue_due').on('mail_queue').column('due_at').execute()
}

/** What goes from plan to plan; see shared/src/links/links.ts. */
async function linkPlans(transaction: Transaction<Tables>, types: ColumnTypes, engine: Engine): Promise<void> {
  const { schema } = transaction
  await schema
    .createTable('plan_links')
    .addColumn('plan_id', 'text', (column) => column.primaryKey().references('plans.id'))
    .addColumn('superior_id', 'text', (column) => column.notNull().references('plans.id'))
    .addColumn('linked_at', types.whole, (column) => column.notNull())
    .addColumn('linked_by', 'text', (column) => column.notNull())
    .execute()
  await schema
    .createTable('plan_carriers')
    .addColumn('plan_id', 'text', (column) => column.notNull().references('plans.id'))
    .addColumn('unit_id', 'text', (column) => column.notNull().references('units.id'))
    .addColumn('added_at', types.whole, (column) => column.notNull())
    .addColumn('added_by', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('plan_carriers_pk', ['plan_id', 'unit_id'])
    .execute()
  await schema
    .createTable('carrier_keys')
    .addColumn('plan_id', 'text', (column) => column.notNull().references('plans.id'))
    .addColumn('unit_id', 'text', (column) => column.notNull().references('units.id'))
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('amount', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('carrier_keys_pk', ['plan_id', 'unit_id', 'key'])
    .execute()
  await schema
    .createTable('allotments')
    .addColumn('plan_id', 'text', (column) => column.notNull().references('plans.id'))
    .addColumn('target_id', 'text', (column) => column.notNull())
    .addColumn('unit_id', 'text', (column) => column.notNull().references('units.id'))
    .addColumn('way', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('weight', 'text')
    .addColumn('given', 'text', (column) => column.notNull())
    .addColumn('note', 'text', (column) => column.notNull())
    .addColumn('given_at', types.whole, (column) => column.notNull())
    .addColumn('given_by', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('allotments_pk', ['plan_id', 'target_id', 'unit_id'])
    .execute()
  await schema
    .createTable('contributions')
    .addColumn('plan_id', 'text', (column) => column.notNull().references('plans.id'))
    .addColumn('target_id', 'text', (column) => column.notNull())
    .addColumn('superior_id', 'text', (column) => column.notNull().references('plans.id'))
    .addColumn('superior_target', 'text', (column) => column.notNull())
    .addColumn('weight', 'text')
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('seen', 'text', (column) => column.notNull())
    .addColumn('seen_at', types.whole, (column) => column.notNull())
    .addColumn('answered_at', types.whole, (column) => column.notNull())
    .addColumn('answered_by', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('contributions_pk', ['plan_id', 'target_id'])
    .addUniqueConstraint('contributions_once', ['plan_id', 'superior_target'])
    .execute()
  await schema
    .createTable('link_events')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('at', types.whole, (column) => column.notNull())
    .addColumn('by', 'text')
    .addColumn('plan_id', 'text', (column) => column.notNull())
    .addColumn('target_id', 'text', (column) => column.notNull())
    .addColumn('unit_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('values', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .execute()
  await schema
    .createTable('results')
    .addColumn('plan_id', 'text', (column) => column.notNull().references('plans.id'))
    .addColumn('target_id', 'text', (column) => column.notNull())
    .addColumn('period', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('note', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('at', types.whole, (column) => column.notNull())
    .addColumn('by', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('results_pk', ['plan_id', 'target_id', 'period'])
    .execute()
  await schema.createIndex('plan_links_superior').on('plan_links').column('superior_id').execute()
  await schema.createIndex('plan_carriers_unit').on('plan_carriers').column('unit_id').execute()
  await schema.createIndex('allotments_unit').on('allotments').column('unit_id').execute()
  await schema
    .createIndex('contributions_superior')
    .on('contributions')
    .columns(['superior_id', 'superior_target'])
    .execute()
  await schema.createIndex('link_events_link').on('link_events').columns(['plan_id', 'target_id', 'unit_id']).execute()
  await schema
    .alterTable('plans')
    .addColumn('links', types.whole, (column) => column.notNull().defaultTo(0))
    .execute()
  await schema.alterTable('plans').addColumn('amends', 'text').execute()
  await schema.createIndex('plans_amends').on('plans').column('amends').execute()
  await schema.createIndex('plans_lead').on('plans').column('lead_unit').execute()
  await engine.onlyAppend(transaction, 'link_events')
  await transaction.insertInto('installation').values({ key: 'links', value: '0' }).execute()
}

/** The registers as rows, for what is asked across plans; filled from the documents as they are read. */
async function projectRegisters({ schema }: Transaction<Tables>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('target_values')
    .addColumn('plan_id', 'text', (column) => column.notNull())
    .addColumn('target_id', 'text', (column) => column.notNull())
    .addColumn('part_id', 'text', (column) => column.notNull())
    .addColumn('unit_id', 'text')
    .addColumn('position', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('measure', 'text', (column) => column.notNull())
    .addColumn('frequency', 'text')
    .addColumn('method', 'text', (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addColumn('figures', 'text', (column) => column.notNull())
    .addColumn('has_formula', 'integer', (column) => column.notNull())
    .addColumn('changed_at', types.whole, (column) => column.notNull())
    .addColumn('changed_by', 'text')
    .addPrimaryKeyConstraint('target_values_pk', ['plan_id', 'target_id'])
    .execute()
  await schema
    .createTable('line_values')
    .addColumn('plan_id', 'text', (column) => column.notNull())
    .addColumn('line_id', 'text', (column) => column.notNull())
    .addColumn('part_id', 'text', (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('line_values_pk', ['plan_id', 'line_id'])
    .execute()
  await schema
    .createTable('projected_documents')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('seq', types.whole, (column) => column.notNull())
    .execute()
  await schema
    .createTable('target_rollups')
    .addColumn('plan_id', 'text', (column) => column.notNull())
    .addColumn('target_id', 'text', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('target_rollups_pk', ['plan_id', 'target_id'])
    .execute()
  await schema
    .createTable('cell_conflicts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('plan_id', 'text', (column) => column.notNull())
    .addColumn('part_id', 'text', (column) => column.notNull())
    .addColumn('register', 'text', (column) => column.notNull())
    .addColumn('entry_id', 'text', (column) => column.notNull())
    .addColumn('field', 'text', (column) => column.notNull())
    .addColumn('lost', 'text', (column) => column.notNull())
    .addColumn('won', 'text', (column) => column.notNull())
    .addColumn('loser', 'text', (column) => column.notNull())
    .addColumn('winner', 'text')
    .addColumn('at', types.whole, (column) => column.notNull())
    .addColumn('settled_at', types.whole)
    .execute()
  await schema.createIndex('target_values_part').on('target_values').column('part_id').execute()
  await schema.createIndex('line_values_part').on('line_values').column('part_id').execute()
  await schema.createIndex('cell_conflicts_loser').on('cell_conflicts').columns(['loser', 'plan_id']).execute()
  await schema.createIndex('cell_conflicts_part').on('cell_conflicts').column('part_id').execute()
}

/** By which every server notices that one of them found a conflict. */
async function countConflicts({ schema }: Transaction<Tables>, types: ColumnTypes): Promise<void> {
  await schema
    .alterTable('plans')
    .addColumn('conflicts', types.whole, (column) => column.notNull().defaultTo(0))
    .execute()
}
