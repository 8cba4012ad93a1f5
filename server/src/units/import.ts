/**
 * Units and people out of a CSV file. A preview and the import itself are the same: lines are read,
 * held against what is there, and only where nothing is wrong with any of them all are written, in
 * one transaction. What is there already under the same name stays as it is, so that a file can be
 * sent again with more lines.
 */
import { RefusalError } from '@soanchung/shared/errors.ts'
import { newId, type UnitId, type UserId } from '@soanchung/shared/ids.ts'
import type { ImportProblem, ImportReport, ImportStep } from '@soanchung/shared/units/import.ts'
import { dayOf, nameOn } from '@soanchung/shared/units/names.ts'
import {
  circleOf,
  symbolKey,
  type PersonBody,
  type PersonRecord,
  type UnitBody,
  type UnitRecord,
} from '@soanchung/shared/units/units.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { newPassword } from '../accounts/first-password.ts'
import type { NewUser } from '../accounts/people.ts'
import type { Database } from '../storage/database.ts'
import { problem, readLines, type PersonLine, type ReadLines, type UnitLine } from './import-lines.ts'
import { addMemberships, insertPerson, readPeople } from './members.ts'
import { insertUnits, lockOrganisation, readUnits, symbolsOf } from './units.ts'

/** What would come of a file. */
export async function previewImport({ query }: Pick<Database, 'query'>, file: Uint8Array): Promise<ImportReport> {
  return (await weigh(readLines(file), query)).report
}

interface ImportOptions {
  database: Database
  accounts: Pick<Accounts, 'newUser'>
  actor: UserId
  file: Uint8Array
}

/** More at once would leave no thread to others who are signing in. */
const hashedAtOnce = 2

/**
 * Tells how far it is and ends with the report. Up to the last telling before the report nothing is
 * written, so whoever stops asking has imported nothing.
 */
export async function* importOrganisation({
  database,
  accounts,
  actor,
  file,
}: ImportOptions): AsyncGenerator<ImportStep, void> {
  const read = readLines(file)
  const found = await weigh(read, database.query)
  if (found.report.problems.length > 0) return yield { report: found.report }
  // Each takes a while, so it is not done while others wait for the lock.
  const users = new Map<string, { user: NewUser; password: string }>()
  const of = found.people.length
  while (users.size < of) {
    const next = found.people.slice(users.size, users.size + hashedAtOnce)
    const made = await Promise.all(
      next.map(async ({ username, name }) => {
        const password = newPassword()
        const user = await accounts.newUser({ username, name, password, administrator: false })
        if (!user.ok) throw new RefusalError(user.error.code, username)
        return { user: user.value, password }
      }),
    )
    for (const one of made) users.set(one.user.username, one)
    yield { made: users.size, of }
  }
  yield {
    report: await database.transaction(async (transaction) => {
      await lockOrganisation(transaction)
      // Somebody may have changed something meanwhile.
      const { report, units, people, memberships } = await weigh(read, transaction)
      if (report.problems.length > 0) return report
      await insertUnits(transaction, actor, units)
      for (const [username, { user, position, list }] of memberships) {
        if (user !== undefined) {
          await addMemberships(transaction, actor, user, list, position)
          continue
        }
        const ready = users.get(username)
        if (ready === undefined) throw new RefusalError('conflict.exists', username)
        const made = await insertPerson(transaction, actor, ready.user, list)
        if (!made.ok) throw new RefusalError(made.error.code, username)
      }
      const told = people.map(({ username, name, unit, office }) => {
        return { username, password: users.get(username)?.password ?? '', name, unit, office }
      })
      return { ...report, done: true, accounts: told }
    }),
  }
}

interface Weighed {
  report: ImportReport
  /** What is to be written. */
  units: { id: UnitId; body: UnitBody }[]
  people: { username: string; name: string; unit: string; office: string }[]
  /** By user name: who has an account already, how many units they have, and those that are new. */
  memberships: Map<string, { user: UserId | undefined; position: number; list: PersonBody['memberships'] }>
}

/** The lines beside what is there already. */
async function weigh({ lines, problems: own, faulty }: ReadLines, query: Database['query']): Promise<Weighed> {
  const known = await readUnits(query)
  const units = weighUnits(
    lines.filter((line) => line.row === 'unit'),
    faulty,
    known,
  )
  const people = weighPeople(
    lines.filter((line) => line.row === 'person'),
    units.ids,
    await readPeople(query),
  )
  const problems = [...own, ...units.problems, ...people.problems].sort((a, b) => a.line - b.line)
  const kept = new Set([...units.kept, ...people.kept])
  return {
    report: {
      done: false,
      lines: lines.map((line) => ({
        line: line.line,
        row: line.row,
        name: line.name,
        key: line.row === 'unit' ? line.symbol : line.username,
        unit: line.unit,
        office: line.row === 'unit' ? '' : line.office,
        state: kept.has(line) ? 'kept' : 'new',
      })),
      problems,
      counts: {
        units: units.fresh.length,
        people: people.fresh.length,
        memberships: [...people.memberships.values()].reduce((sum, { list }) => sum + list.length, 0),
      },
      accounts: [],
    },
    units: units.fresh,
    people: people.fresh,
    memberships: people.memberships,
  }
}

function weighUnits(lines: readonly UnitLine[], faulty: readonly string[], known: readonly UnitRecord[]) {
  const problems: ImportProblem[] = []
  const kept: UnitLine[] = []
  const fresh: Weighed['units'] = []
  const standing = new Map(known.flatMap((unit) => symbolsOf(unit).map((symbol) => [symbolKey(symbol), unit])))
  const ids = new Map([...standing].map(([key, unit]) => [key, unit.id]))
  const first = new Map<string, UnitLine>()
  const today = dayOf(Date.now())
  for (const line of lines) {
    const key = symbolKey(line.symbol)
    const before = first.get(key)
    const there = standing.get(key)
    if (before !== undefined) {
      problems.push(problem(line.line, 'symbol-doubled', 'symbol', line.symbol, before.line))
      continue
    }
    first.set(key, line)
    if (there === undefined) ids.set(key, newId<UnitId>())
    else if (nameOn(there.names, today).name === line.name) kept.push(line)
    else problems.push(problem(line.line, 'symbol-taken', 'symbol', nameOn(there.names, today).name))
  }
  for (const key of faulty.map(symbolKey)) if (!ids.has(key)) ids.set(key, newId<UnitId>())
  const parentOf = (key: string) => {
    const line = first.get(key)
    return line === undefined || standing.has(key) || line.unit === '' ? null : symbolKey(line.unit)
  }
  const inCircle = new Set<string>()
  for (const [key, line] of first) {
    if (standing.has(key)) continue
    const find = (column: 'unit' | 'guidedBy' | 'memberOf', symbol: string): UnitId[] => {
      const id = ids.get(symbolKey(symbol))
      if (id === undefined) problems.push(problem(line.line, 'unit-unknown', column, symbol))
      if (column !== 'unit' && symbolKey(symbol) === key) problems.push(problem(line.line, 'self', column, symbol))
      return id === undefined ? [] : [id]
    }
    const circle = circleOf(key, parentOf)
    if (circle !== null && !inCircle.has(key)) {
      for (const one of circle) inCircle.add(one)
      const way = circle.map((one) => first.get(one)?.symbol ?? one).join(' → ')
      problems.push(problem(line.line, 'circle', 'unit', way))
    }
    const id = ids.get(key)
    if (id === undefined) continue
    const all = (column: 'guidedBy' | 'memberOf') => [...new Set(line[column].flatMap((one) => find(column, one)))]
    fresh.push({
      id,
      body: {
        kind: line.kind,
        level: line.level,
        profile: line.profile,
        colour: (known.length + fresh.length) % 10,
        names: [{ since: '', name: line.name, symbol: line.symbol }],
        parent: (line.unit === '' ? [] : find('unit', line.unit))[0] ?? null,
        guidedBy: all('guidedBy'),
        memberOf: all('memberOf'),
        signers: [],
        closedOn: null,
        mergedInto: null,
      },
    })
  }
  return { problems, kept, fresh, ids }
}

function weighPeople(lines: readonly PersonLine[], units: ReadonlyMap<string, UnitId>, known: readonly PersonRecord[]) {
  const problems: ImportProblem[] = []
  const kept: PersonLine[] = []
  const fresh: Weighed['people'] = []
  const memberships: Weighed['memberships'] = new Map()
  const standing = new Map(known.map((person) => [person.username, person]))
  const first = new Map<string, PersonLine>()
  const placed = new Map<string, Map<string, number>>()
  for (const line of lines) {
    const { username, name, office } = line
    const there = standing.get(username)
    const before = first.get(username)
    if (before === undefined) first.set(username, line)
    if (before !== undefined && before.name !== name) {
      problems.push(problem(line.line, 'username-doubled', 'username', username, before.line))
      continue
    }
    if (there !== undefined && there.name !== name) {
      problems.push(problem(line.line, 'username-taken', 'username', there.name))
      continue
    }
    const unit = units.get(symbolKey(line.unit))
    if (unit === undefined) problems.push(problem(line.line, 'unit-unknown', 'unit', line.unit))
    const own = placed.get(username) ?? new Map<string, number>()
    placed.set(username, own)
    const doubled = own.get(symbolKey(line.unit))
    if (doubled !== undefined) {
      problems.push(problem(line.line, 'member-doubled', 'unit', line.unit, doubled))
      continue
    }
    own.set(symbolKey(line.unit), line.line)
    if (there === undefined && before === undefined) fresh.push({ username, name, unit: line.unit, office })
    if (there?.memberships.some((one) => one.unit === unit)) kept.push(line)
    else if (unit !== undefined) {
      const others = memberships.get(username)
      if (others !== undefined) others.list.push({ unit, office })
      else {
        const position = there?.memberships.length ?? 0
        memberships.set(username, { user: there?.id, position, list: [{ unit, office }] })
      }
    }
  }
  return { problems, kept, fresh, memberships }
}
