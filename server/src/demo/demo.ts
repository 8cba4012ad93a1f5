/**
 * Fills an empty installation with the demo of content.ts, through the same functions that people
 * use. The passwords are made by chance; they are answered, and kept in a file that only the owner
 * of the data folder can read. A demo that was cut short (a full disk, Ctrl+C) is begun anew: its
 * passwords were never told, so nobody could sign in to it.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RefusalError } from '@soanchung/shared/errors.ts'
import {
  newId,
  type BlockId,
  type BudgetLineId,
  type PartId,
  type PlanId,
  type TargetId,
  type TaskId,
  type UnitId,
} from '@soanchung/shared/ids.ts'
import { textBlockOf, type Block } from '@soanchung/shared/plan/blocks.ts'
import type { Actor } from '@soanchung/shared/permissions.ts'
import type { PlanSnapshot, SnapshotPart } from '@soanchung/shared/plan/snapshot.ts'
import type { CreatePlanBody } from '@soanchung/shared/protocol.ts'
import { parseDue } from '@soanchung/shared/targets/due.ts'
import type { MoneyScale } from '@soanchung/shared/targets/quantity.ts'
import type { ValueContent } from '@soanchung/shared/targets/register.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { newPassword } from '../accounts/first-password.ts'
import { actorOf, addMember, readPerson } from '../accounts/people.ts'
import type { Links } from '../links/links.ts'
import type { Lead } from '../plans/lead.ts'
import type { Plans } from '../plans/plans.ts'
import type { Database } from '../storage/database.ts'
import { insertUnits } from '../units/units.ts'
import {
  demoBudget,
  demoMeta,
  demoParts,
  demoPeople,
  demoTargets,
  demoTasks,
  demoUnits,
  type DemoPart,
  type DemoTarget,
} from './content.ts'
import { linkDemo } from './linked-plans.ts'
import { found, granted, inlinesOf, rowOrders } from './pieces.ts'

export interface DemoAccount {
  username: string
  password: string
  name: string
  office: string
}

interface DemoOptions {
  database: Database
  accounts: Accounts
  plans: Plans
  lead: Lead
  links: Links
  dataFolder: string
  /** False leaves the installation as it is. */
  wanted: boolean
}

/** In `installation` from the first row of the demo to the last, and never while a server serves. */
const unfinished = { key: 'demo', value: 'unfinished' }

/** The accounts that were made; none where the installation already holds people or units. */
export async function fillWithDemo(options: DemoOptions): Promise<DemoAccount[]> {
  const { database, accounts, dataFolder } = options
  const { query } = database
  if (options.wanted) await takeBackUnfinished(database)
  await query.deleteFrom('installation').where('key', '=', unfinished.key).execute()
  const [person, unit] = await Promise.all([
    query.selectFrom('user').select('id').limit(1).executeTakeFirst(),
    query.selectFrom('units').select('id').limit(1).executeTakeFirst(),
  ])
  if (!options.wanted || person !== undefined || unit !== undefined) return []

  await query.insertInto('installation').values(unfinished).execute()
  const unitIds = new Map(demoUnits.map(({ symbol }) => [symbol, newId<UnitId>()]))
  const units = demoUnits.map(({ symbol, name, parent, guidedBy = [], memberOf, ...unit }, index) => ({
    id: found(unitIds, symbol),
    body: {
      ...{ kind: unit.kind, level: unit.level, profile: unit.profile, signers: unit.signers },
      colour: index % 10,
      names: [{ since: '', name, symbol }],
      parent: parent === null ? null : found(unitIds, parent),
      guidedBy: guidedBy.map((one) => found(unitIds, one)),
      memberOf: memberOf.map((one) => found(unitIds, one)),
      closedOn: null,
      mergedInto: null,
    },
  }))
  await database.transaction((transaction) => insertUnits(transaction, null, units))

  const made: DemoAccount[] = []
  const actors = new Map<string, Actor>()
  for (const { username, name, office, unit: symbol, administrator = false } of demoPeople) {
    const password = newPassword()
    const user = granted(await accounts.createUser({ username, name, password, administrator }))
    await addMember(query, { unit: found(unitIds, symbol), user, office })
    made.push({ username, password, name, office })
    const person = await readPerson(query, user)
    if (person === null) throw new RefusalError('server.failed', username)
    actors.set(username, actorOf(person, 'write'))
  }
  const [province, commune, association] = [
    found(actors, 'mattrantinh'),
    found(actors, 'mattran'),
    found(actors, 'nongdan'),
  ]
  const targetIds = new Map(demoTargets.map(({ key }) => [key, newId<TargetId>()]))
  const plan = await makePlan(options, commune, unitIds, targetIds)
  await linkDemo(options, { province, commune, association, unitIds, plan, targetIds })
  await writeFile(join(dataFolder, 'demo-accounts.json'), `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 })
  await query.deleteFrom('installation').where('key', '=', unfinished.key).execute()
  return made
}

/** Everything that a demo writes to, those that refer to others first. What was done stays in the audit trail. */
const written = [
  ...(['notifications', 'notification_switches', 'mail_queue'] as const),
  ...(['target_values', 'line_values', 'projected_documents', 'target_rollups', 'cell_conflicts'] as const),
  ...(['results', 'contributions', 'allotments', 'carrier_keys', 'plan_carriers', 'plan_links'] as const),
  ...(['handed_drafts', 'part_holders', 'plan_parts', 'plan_roles', 'plans', 'commands'] as const),
  ...(['document_updates', 'document_snapshots', 'document_clients', 'documents'] as const),
  ...(['unit_members', 'unit_names', 'unit_edges', 'unit_signers', 'units', 'session', 'account'] as const),
  ...(['invitations', 'second_factors', 'backup_codes', 'user'] as const),
] as const

/** Not where a command has made people meanwhile: then what is there belongs to them. */
async function takeBackUnfinished({ query }: Database): Promise<void> {
  await query.transaction().execute(async (transaction) => {
    const mark = await transaction
      .selectFrom('installation')
      .select('key')
      .where('key', '=', unfinished.key)
      .executeTakeFirst()
    const people = await transaction.selectFrom('user').select('username').execute()
    const ofDemo = new Set(demoPeople.map(({ username }) => username))
    if (mark === undefined || people.some(({ username }) => !ofDemo.has(username))) return
    for (const table of written) await transaction.deleteFrom(table).execute()
  })
}

async function makePlan(
  { plans, lead: decides }: Pick<DemoOptions, 'plans' | 'lead'>,
  lead: Actor,
  unitIds: ReadonlyMap<string, UnitId>,
  targetIds: ReadonlyMap<string, TargetId>,
): Promise<PlanId> {
  const partIds = new Map(demoParts.map(({ key }) => [key, newId<PartId>()]))
  const snapshot = demoSnapshot(unitIds, partIds, targetIds)
  const leadUnit = lead.units[0]
  if (leadUnit === undefined) throw new RefusalError('server.failed', 'the lead has no unit')
  const body: CreatePlanBody = { leadUnit, snapshot }
  granted(await plans.create(lead, Buffer.from(JSON.stringify(body))))
  for (const { symbol, role } of demoUnits) {
    if (role !== null && role !== 'lead')
      granted(await decides.giveRole(lead, snapshot.id, { holder: found(unitIds, symbol), role }))
  }
  for (const { key, units, work } of demoParts) {
    const holders = units.map((symbol) => found(unitIds, symbol))
    const part = found(partIds, key)
    const deadline = work === undefined ? '' : dayIn(work.due)
    const note = work?.note ?? ''
    granted(await decides.giveParts(lead, snapshot.id, { parts: [part], holders, deadline, note }))
    if (work?.status === undefined) continue
    const { status, reason = '' } = work
    const change = status === 'returned' ? { status, reason } : { status }
    granted(await decides.setStatus(lead, snapshot.id, part, change))
  }
  return snapshot.id
}

/** `2026-11-30`, so many days from today. */
function dayIn(days: number): string {
  return new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10)
}

/** The demo's plan with fresh ids. */
export function demoSnapshot(
  unitIds: ReadonlyMap<string, UnitId>,
  partIds: ReadonlyMap<string, PartId>,
  targetIds: ReadonlyMap<string, TargetId>,
): PlanSnapshot {
  const parts = demoParts.map((part): SnapshotPart => {
    const targets = demoTargets.filter((target) => target.part === part.key)
    const lines = part.view?.register === 'budget' ? demoBudget : []
    const tasks = part.view?.register === 'tasks' ? demoTasks : []
    const targetOrders = rowOrders(targets.length)
    const lineOrders = rowOrders(lines.length)
    const taskOrders = rowOrders(tasks.length)
    return {
      id: found(partIds, part.key),
      parent: part.parent === null ? null : found(partIds, part.parent),
      title: part.title,
      numbering: part.numbering ?? 'auto',
      role: part.role ?? 'body',
      blocks: blocksOf(part, targetIds),
      targets: targets.map((target, row) => ({
        id: found(targetIds, target.key),
        order: targetOrders[row] ?? '',
        name: target.name,
        note: '',
        deletedAt: null,
        measure: target.measure,
        baseline: target.baseline === null ? null : value(target, '=', target.baseline),
        responsible: found(unitIds, target.unit),
        frequency: null,
        method: target.measure.kind === 'percent' ? 'average' : 'sum',
        movedTo: null,
        values: byYear(target.values, (number) =>
          number.startsWith('=') ? value(target, '=', number.slice(1)) : value(target, target.comparison, number),
        ),
      })),
      tasks: tasks.map((one, row) => ({
        ...{ id: newId<TaskId>(), order: taskOrders[row] ?? '', name: one.name, note: '', deletedAt: null },
        lead: found(unitIds, one.lead),
        partners: { units: one.partners.map((symbol) => found(unitIds, symbol)), others: one.others ?? '' },
        ...{ product: one.product, due: parseDue(one.due) },
        serves: one.serves.map((key) => found(targetIds, key)),
      })),
      budget: lines.map((line, row) => ({
        id: newId<BudgetLineId>(),
        order: lineOrders[row] ?? '',
        name: line.name,
        note: '',
        deletedAt: null,
        source: line.source,
        responsible: line.unit === undefined ? null : found(unitIds, line.unit),
        noun: line.noun ?? '',
        price: line.price === undefined ? null : money(line.price, 'nghin'),
        quantities: byYear(line.quantities ?? [], (number) => ({
          quantity: { comparison: '=', numbers: [number], measure: { kind: 'count', noun: line.noun ?? '' } },
        })),
        amounts: byYear(line.amounts ?? [], (number) => money(number, 'trieu')),
      })),
    }
  })
  return { id: newId<PlanId>(), meta: demoMeta, parts }
}

function blocksOf({ blocks, view }: DemoPart, targetIds: ReadonlyMap<string, TargetId>): Block[] {
  const written = blocks.map(([kind, sentence, depth]): Block => ({
    ...textBlockOf(kind, '', depth),
    content: inlinesOf(sentence, targetIds),
  }))
  if (view === undefined) return written
  return [...written, { type: 'view', id: newId<BlockId>(), columns: [], ...view }]
}

function value(target: DemoTarget, comparison: DemoTarget['comparison'], number: string): ValueContent {
  const base = target.base === undefined ? {} : { base: target.base }
  return { quantity: { comparison, numbers: [number], measure: target.measure, ...base } }
}

function money(number: string, scale: MoneyScale): ValueContent {
  return { quantity: { comparison: '=', numbers: [number], measure: { kind: 'money', scale } } }
}

function byYear(numbers: readonly string[], content: (number: string) => ValueContent): Record<string, ValueContent> {
  return Object.fromEntries(numbers.map((number, index) => [String(demoMeta.period.from + index), content(number)]))
}
