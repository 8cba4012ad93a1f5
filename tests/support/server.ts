/**
 * A real server for tests: its own data folder and a free port, no demo unless asked for. Builders
 * make units, people who are signed in, and plans, through the same functions that people use.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addMember, insertUser } from '@soanchung/server/src/accounts/people.ts'
import { readConfig } from '@soanchung/server/src/config.ts'
import { serve, type RunningServer } from '@soanchung/server/src/serve.ts'
import { insertUnits } from '@soanchung/server/src/units/units.ts'
import type { Result } from '@soanchung/shared/errors.ts'
import { newId, type PartId, type PlanId, type UnitId, type UserId } from '@soanchung/shared/ids.ts'
import type { GivenRole, HolderId } from '@soanchung/shared/permissions.ts'
import type { PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import type { Unit } from '@soanchung/shared/protocol.ts'
import { aUnitBody } from './units.ts'

export const testPassword = 'mat-khau-de-thu'
let testPasswordHash: Promise<Result<string>> | null = null

export interface Answer {
  status: number
  headers: Headers
  /** The JSON of the answer; null where it has none. */
  body: unknown
}

/** Somebody who sends requests: the origin of the application, and cookies that are kept. */
interface Caller {
  cookie: string
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

export interface TestPerson extends Caller {
  id: UserId
  username: string
  password: string
  units: readonly UnitId[]
}

export interface TestServer {
  address: string
  dataFolder: string
  running: RunningServer
  /** Somebody who is not signed in. */
  stranger(): Caller
  unit(symbol: string, parent?: UnitId): Promise<Unit>
  /** A person with an account, in these units, signed in. */
  person(options?: {
    username?: string
    name?: string
    units?: readonly Unit[]
    administrator?: boolean
  }): Promise<TestPerson>
  signIn(username: string, password: string): Promise<Caller>
  /** Stops the server; the data folder goes too, unless `keepData` is set. */
  stop(options?: { keepData?: boolean }): Promise<void>
}

export interface TestServerOptions {
  /** A folder that an earlier server left behind. */
  dataFolder?: string
  /** Settings of the environment, such as SOANCHUNG_DEMO or PUBLIC_URL. */
  environment?: Record<string, string>
  /** Another client than the built one. */
  clientFolder?: string
}

export async function startServer({
  dataFolder,
  environment,
  clientFolder,
}: TestServerOptions = {}): Promise<TestServer> {
  const folder = dataFolder ?? (await mkdtemp(join(tmpdir(), 'soanchung-test-')))
  const config = readConfig({
    SOANCHUNG_DATA: folder,
    PORT: '0',
    SOANCHUNG_DEMO: 'off',
    LOG_LEVEL: 'error',
    ...environment,
  })
  if (!config.ok) throw new Error(config.problems.map(({ en }) => en).join('\n'))
  const running = await serve(config.value, clientFolder)
  const { address, accounts, database } = running
  let people = 0

  async function signIn(username: string, password: string): Promise<Caller> {
    const caller = callerAt(address)
    const answer = await caller.send('POST', '/api/auth/sign-in/username', { username, password })
    if (answer.status !== 200) throw new Error(`${username} could not sign in: ${JSON.stringify(answer.body)}`)
    return caller
  }

  return {
    address,
    dataFolder: folder,
    running,
    stranger: () => callerAt(address),
    signIn,
    async unit(symbol, parent) {
      const unit = { id: newId<UnitId>(), name: `Đơn vị ${symbol}`, symbol, colour: 0, parent: parent ?? null }
      // Unchecked, so that tests that share a server may use the same symbols.
      await database.transaction((transaction) =>
        insertUnits(transaction, null, [{ id: unit.id, body: aUnitBody(unit) }]),
      )
      return unit
    },
    async person({
      username = `nguoi${(people += 1)}`,
      name = 'Nguyễn Văn Thử',
      units = [],
      administrator = false,
    } = {}) {
      const wanted = await accounts.newUser({ username, name, password: null, administrator })
      if (!wanted.ok) throw new Error(wanted.error.code)
      // A hash is slow on purpose, and hundreds of people need one.
      testPasswordHash ??= accounts.hashPassword(testPassword)
      const hash = await testPasswordHash
      if (!hash.ok) throw new Error(hash.error.code)
      const user = { ...wanted.value, passwordHash: hash.value }
      const made = await database.transaction((transaction) => insertUser(transaction, user))
      if (!made.ok) throw new Error(made.error.code)
      for (const unit of units) {
        await addMember(database.query, { unit: unit.id, user: made.value, office: 'Cán bộ' })
      }
      const { cookies } = await accounts.beginSession(made.value, true)
      const of = { id: made.value, username, password: testPassword, units: units.map((unit) => unit.id) }
      return Object.assign(callerAt(address, cookies), of)
    },
    async stop({ keepData = false } = {}) {
      await running.close()
      if (!keepData) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The same plan for everybody: made by the lead, with these units in these roles. */
export async function givePlan(
  lead: TestPerson,
  snapshot: PlanSnapshot,
  roles: readonly { unit: Unit; role: GivenRole }[] = [],
): Promise<PlanSnapshot> {
  await expectOk(lead.send('POST', '/api/plans', { leadUnit: lead.units[0], snapshot }))
  for (const { unit, role } of roles) {
    await expectOk(lead.send('PUT', `/api/plans/${snapshot.id}/roles`, { holder: unit.id, role }))
  }
  return snapshot
}

/** Parts that may be missing are an error of the test, which the server names. */
export function giveParts(
  lead: Pick<TestPerson, 'send'>,
  plan: PlanId,
  parts: readonly (PartId | undefined)[],
  holders: readonly HolderId[],
): Promise<Answer> {
  return lead.send('PUT', `/api/plans/${plan}/holders`, { parts, holders, deadline: '', note: '' })
}

export async function expectOk(sent: Promise<Answer>): Promise<Answer> {
  const answer = await sent
  if (answer.status >= 300) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer
}

/** `lines` of Set-Cookie that they were given before. */
function callerAt(address: string, lines: readonly string[] = []): Caller {
  const cookies = new Map<string, string>()
  const keep = (line: string) => {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (value === '') cookies.delete(name)
    else cookies.set(name, value)
  }
  lines.forEach(keep)
  const caller: Caller = {
    get cookie() {
      return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    },
    async send(method, path, body, headers = {}) {
      const response = await fetch(address + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(method === 'GET' ? {} : { origin: address }),
          ...(cookies.size > 0 ? { cookie: caller.cookie } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      response.headers.getSetCookie().forEach(keep)
      const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
      const text = isJson ? await response.text() : (await response.arrayBuffer(), '')
      return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
    },
  }
  return caller
}
