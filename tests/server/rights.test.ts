/**
 * The table of rights, tried on a real server: every role × action × stage, over HTTP and over sync.
 * An action that has no way of being tried does not compile.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { newId, type HandedDraftId, type PartId, type PlanId, type TargetId } from '@soanchung/shared/ids.ts'
import {
  can,
  givenRoles,
  planStages,
  type Action,
  type Actor,
  type PlanAccess,
  type PlanStage,
} from '@soanchung/shared/permissions.ts'
import { outlineDocument, partDocument, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import { planAccess } from '@soanchung/server/src/plans/access.ts'
import { aCount, aLevelPlan, type LevelPlan } from '../support/linked-plans.ts'
import { aPart, aPlan } from '../support/plans.ts'
import { expectOk, giveParts, startServer, type TestPerson, type TestServer } from '../support/server.ts'
import { openClient, text, until, type SyncClient } from '../support/sync-client.ts'

let server: TestServer
let lead: TestPerson
/** Who tries, by what they are called in a failing test. */
let people: Map<string, TestPerson>
let clients: SyncClient[] = []
/** The plan whose target the tried plans were given. */
let above: LevelPlan
/** Of each part the one that it has. */
const targets = new Map<PartId, TargetId>()

const whoTries = [
  'lead',
  ...givenRoles.flatMap((role) => [`${role} as a unit`, `${role} as a person`]),
  'nobody',
  'administrator',
]

beforeAll(async () => {
  server = await startServer()
  const front = await server.unit('MTTQ')
  lead = await server.person({ units: [front] })
  people = new Map([['lead', lead]])
  for (const who of whoTries.slice(1)) {
    people.set(who, await server.person({ units: [await server.unit(who)], administrator: who === 'administrator' }))
  }
  above = await aLevelPlan(server, { unit: front, lead }, [aCount('Mô hình', '5')])
})
afterEach(() => {
  for (const client of clients) client.close()
  clients = []
})
afterAll(() => server.stop())

interface Trial {
  plan: PlanId
  /** Given to the one who tries; given and sent back; nobody's. */
  parts: [given: PartId, returned: PartId, nobodys: PartId]
  actor: Actor
  access: PlanAccess
  person: TestPerson
}

async function aTrial(who: string, stage: PlanStage): Promise<Trial> {
  const parts = ['Được giao', 'Bị trả lại', 'Của chủ trì'].map((title) =>
    aPart(title, { targets: [aCount(title, '1')] }),
  )
  for (const { id, targets: own } of parts) if (own[0] !== undefined) targets.set(id, own[0].id)
  const snapshot: PlanSnapshot = aPlan(parts)
  const [given, returned, nobodys] = parts.map(({ id }) => id) as Trial['parts']
  await expectOk(lead.send('POST', '/api/plans', { leadUnit: lead.units[0], snapshot }))
  const person = personOf(who)
  const holder = who.endsWith('a person') ? person.id : person.units[0]
  const role = givenRoles.find((one) => who.startsWith(one))
  if (role !== undefined) {
    await expectOk(lead.send('PUT', `/api/plans/${snapshot.id}/roles`, { holder, role: 'drafter' }))
    if (holder !== undefined) await expectOk(giveParts(lead, snapshot.id, [given, returned], [holder]))
    // Who was given parts and then another role keeps the parts, and may still not write them.
    await expectOk(lead.send('PUT', `/api/plans/${snapshot.id}/roles`, { holder, role }))
  }
  const back = { status: 'returned', reason: 'Bổ sung số liệu.' }
  await expectOk(lead.send('PUT', `/api/plans/${snapshot.id}/parts/${returned}/status`, back))
  const { query } = server.running.database
  await query.updateTable('plans').set({ stage }).where('id', '=', snapshot.id).execute()
  const access = await planAccess(query, snapshot.id)
  if (access === null) throw new Error('the plan is gone')
  const actor = {
    userId: person.id,
    units: person.units,
    administrator: who === 'administrator',
    scope: 'write' as const,
  }
  return { plan: snapshot.id, parts: [given, returned, nobodys], actor, access, person }
}

function personOf(who: string): TestPerson {
  const person = people.get(who)
  if (person === undefined) throw new Error(`nobody is ${who}`)
  return person
}

/** One way to try an action; answers whether it was let through. */
type Way = (trial: Trial, part: PartId) => Promise<boolean>

const http =
  (method: string, path: (part: PartId) => string, body?: (part: PartId, trial: Trial) => unknown): Way =>
  async (trial, part) => {
    const answer = await trial.person.send(method, `/api/plans/${trial.plan}${path(part)}`, body?.(part, trial))
    expect([200, 204, 403, 404, 409]).toContain(answer.status)
    return answer.status < 300
  }

const sync =
  (name: (trial: Trial, part: PartId) => DocumentName, change?: (client: SyncClient) => void): Way =>
  async (trial, part) => {
    const { port, origin } = new URL(server.address)
    const target = { port: Number(port), origin, epoch: server.running.database.epoch }
    const document = name(trial, part)
    const client = openClient(target, { user: trial.person.username, cookie: trial.person.cookie, document })
    clients.push(client)
    await until(() => client.provider.isSynced || client.refusals.length > 0, 'opened')
    if (!client.provider.isSynced || change === undefined) return client.provider.isSynced
    change(client)
    await until(() => !client.provider.hasUnsyncedChanges || client.refusals.length > 0, 'answered')
    return client.refusals.length === 0
  }

/** Answers for a target that serves the plan above already; of one plan each superior target is served once. */
const answering =
  (answer: 'accepted' | 'kept'): Way =>
  async (trial, part) => {
    const { query } = server.running.database
    const [superior] = above.targets
    if (superior === undefined) throw new Error('the plan above has a target')
    const link = { plan_id: trial.plan, superior_id: above.id }
    await query.deleteFrom('plan_links').where('plan_id', '=', trial.plan).execute()
    await query.deleteFrom('contributions').where('plan_id', '=', trial.plan).execute()
    await query
      .insertInto('plan_links')
      .values({ ...link, linked_at: 0, linked_by: lead.id })
      .execute()
    await query
      .insertInto('contributions')
      .values({
        ...{ ...link, target_id: targetOf(part), superior_target: superior, weight: null, answer: 'accepted' },
        ...{ reason: '', seen: '{}', seen_at: 0, answered_at: 0, answered_by: lead.id },
      })
      .execute()
    const answered = http(
      'POST',
      () => '/answers',
      () => ({ command: newId(), superior, answer, reason: 'Như cũ' }),
    )
    return await answered(trial, part)
  }

function targetOf(part: PartId): TargetId {
  const target = targets.get(part)
  if (target === undefined) throw new Error('each part has a target')
  return target
}

function aHandedDraft(part: PartId) {
  const state = Buffer.from(Y.encodeStateAsUpdate(new Y.Doc())).toString('base64')
  return { id: newId<HandedDraftId>(), part, state, note: '' }
}

const partName = (_: Trial, part: PartId) => partDocument(part)
const writeText = ({ doc }: SyncClient) => text(doc).insert(0, 'Kế hoạch')

const ways: Record<Action, Way[]> = {
  'plan.read': [
    http('GET', () => ''),
    http(
      'POST',
      () => '/documents',
      () => ({ have: {} }),
    ),
    sync(({ plan }) => outlineDocument(plan)),
  ],
  'plan.export': [http('GET', () => '/export.docx')],
  'part.read': [sync(partName)],
  'outline.write': [
    sync(
      ({ plan }) => outlineDocument(plan),
      ({ doc }) => doc.getMap('meta').set('subject', 'Khác'),
    ),
  ],
  'part.create': [
    http(
      'POST',
      () => '/parts',
      () => ({ id: newId<PartId>() }),
    ),
  ],
  'part.write': [sync(partName, writeText)],
  'part.give': [
    http(
      'PUT',
      () => '/holders',
      (part, { access }) => {
        return { parts: [part], holders: access.parts.get(part)?.holders, deadline: '2026-12-01', note: '' }
      },
    ),
  ],
  'part.report': [
    http(
      'PUT',
      (part) => `/parts/${part}/status`,
      () => ({ status: 'done' }),
    ),
  ],
  'part.return': [
    http(
      'PUT',
      (part) => `/parts/${part}/status`,
      () => ({ status: 'returned', reason: 'Thiếu.' }),
    ),
  ],
  'role.give': [
    http(
      'PUT',
      () => '/roles',
      () => ({ holder: personOf('nobody').units[0], role: 'reader' }),
    ),
  ],
  'draft.hand': [http('POST', () => '/drafts', aHandedDraft)],
  'draft.settle': [
    async (trial, part) => {
      const draft = aHandedDraft(part)
      const { query } = server.running.database
      await query
        .insertInto('handed_drafts')
        .values({
          ...{ id: draft.id, plan_id: trial.plan, part_id: part, sender: lead.id, handed_at: 0, note: '' },
          ...{ state: new Uint8Array(), is_used: null, answer: '', settled_at: null, settled_by: null },
        })
        .execute()
      const settle = http(
        'PUT',
        () => `/drafts/${draft.id}`,
        () => ({ isUsed: true, answer: '' }),
      )
      return await settle(trial, part)
    },
  ],
  'stage.move': [
    http(
      'PUT',
      () => '/stage',
      () => ({ stage: 'review' }),
    ),
  ],
  'link.name': [
    http(
      'PUT',
      () => '/superior',
      () => ({ superior: null }),
    ),
    http(
      'PUT',
      () => '/serves',
      (part) => ({ target: targetOf(part), superior: null }),
    ),
  ],
  'target.allot': [
    http(
      'PUT',
      () => '/carriers',
      () => ({ units: [] }),
    ),
    http(
      'POST',
      () => '/allotments/take-back',
      (part) => ({ targets: [targetOf(part)], units: lead.units }),
    ),
  ],
  'link.answer': [answering('accepted')],
  'link.keep': [answering('kept')],
  'result.enter': [
    http(
      'PUT',
      () => '/results',
      (part) => ({ target: targetOf(part), period: '2026', value: null, note: '', document: '' }),
    ),
  ],
  'audit.read': [http('GET', () => '/audit'), http('GET', () => '/audit.csv')],
}

/** After these another may be allowed something else, so each is tried on a plan of its own. */
const changingRights: readonly Action[] = ['part.give', 'part.report', 'part.return', 'role.give', 'stage.move']

const cases = whoTries.flatMap((who) => planStages.map((stage) => [who, stage] as const))

test.each(cases)('%s, while the plan is in %s', async (who, stage) => {
  const tried: Record<string, boolean> = {}
  const expected: Record<string, boolean> = {}
  const shared = await aTrial(who, stage)
  for (const [action, all] of Object.entries(ways) as [keyof typeof ways, Way[]][]) {
    for (const [index, way] of all.entries()) {
      const trial = changingRights.includes(action) ? await aTrial(who, stage) : shared
      for (const [which, part] of trial.parts.entries()) {
        const name = `${action} ${index} ${which}`
        expected[name] = can(trial.actor, action, trial.access, part)
        tried[name] = await way(trial, part)
        if (action === 'stage.move' || action === 'role.give') break
      }
    }
  }
  expect(tried).toEqual(expected)
})
