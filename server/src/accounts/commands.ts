/**
 * The commands that make people, units and tokens from a terminal. They open the database beside a
 * running server; whoever may read the data folder is trusted like its owner.
 */
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { UnitId, UserId } from '@soanchung/shared/ids.ts'
import { createTokenBody } from '@soanchung/shared/protocol.ts'
import { unitBody, usualProfile } from '@soanchung/shared/units/units.ts'
import type { Database } from '../storage/database.ts'
import type { Tables } from '../storage/tables.ts'
import { createPerson } from '../units/members.ts'
import { createUnit } from '../units/units.ts'
import type { Accounts } from './accounts.ts'
import { setActive } from './active.ts'
import { newPassword } from './first-password.ts'
import { createInvitation } from './invitations.ts'
import { findUser, listUnits } from './people.ts'
import { removeSecondFactor } from './second-factor.ts'
import { createToken, listTokens, revokeToken } from './tokens.ts'

/** Lines for a terminal and the same as JSON. */
export interface Outcome {
  lines: string[]
  json: unknown
  /** Default 0. */
  exitCode?: number
}
export type Options = Readonly<Record<string, string | boolean | undefined>>
export interface CommandContext {
  database: Database
  accounts: Accounts
  /** Where people open the application, as far as the settings say. */
  publicUrl: string
}
type Run = (context: CommandContext, options: Options, positionals: readonly string[]) => Promise<Result<Outcome>>

export const userCreate: Run = async ({ database, accounts }, options) => {
  const unitSymbol = text(options['unit'])
  const unit = unitSymbol === '' ? null : await findUnit(database.query, unitSymbol)
  if (unitSymbol !== '' && unit === null) return refuse('not.found', `--unit ${unitSymbol}`)
  const made = await createPerson(
    database,
    accounts,
    null,
    {
      username: text(options['username']),
      name: text(options['name']),
      administrator: options['admin'] === true,
      memberships: unit === null ? [] : [{ unit, office: text(options['office']) }],
    },
    text(options['password']) || newPassword(),
  )
  if (!made.ok) return made
  const { person, password } = made.value
  return accept({
    lines: [`Tên đăng nhập / User name: ${person.username}`, `Mật khẩu / Password: ${password}`],
    json: { id: person.id, username: person.username, password },
  })
}

/** The way in for somebody who has no password yet, or forgot it. */
export const userInvite: Run = async ({ database: { query }, publicUrl }, _options, [username]) => {
  const user = await personNamed(query, username)
  if (!user.ok) return user
  const made = await createInvitation(query, null, user.value)
  if (!made.ok) return made
  const address = `${publicUrl}/invite#${made.value.token}`
  const until = new Date(made.value.expiresAt).toISOString().slice(0, 10)
  return accept({
    lines: [`Đường dẫn, dùng một lần, đến ${until} / Link, works once, until ${until}:`, address],
    json: { ...made.value, address },
  })
}

const setActiveTo =
  (active: boolean): Run =>
  async ({ database: { query } }, _options, [username]) => {
    const user = await personNamed(query, username)
    if (!user.ok) return user
    const set = await setActive(query, null, user.value, active)
    if (!set.ok) return set
    const words = active ? 'Đã mở lại / Active again' : 'Đã ngừng / Deactivated'
    return accept({ lines: [`${words}: ${username ?? ''}`], json: { id: user.value, active } })
  }
export const userDeactivate = setActiveTo(false)
export const userActivate = setActiveTo(true)

/** For somebody who lost the app and the codes on paper. */
export const userForgetFactor: Run = async ({ database: { query } }, _options, [username]) => {
  const user = await personNamed(query, username)
  if (!user.ok) return user
  if (!(await removeSecondFactor(query, null, user.value))) return refuse('second.off')
  return accept({
    lines: [`Đã tắt xác thực hai lớp / Second factor is off: ${username ?? ''}`],
    json: { id: user.value },
  })
}

export const unitCreate: Run = async ({ database }, options) => {
  const parentSymbol = text(options['parent'])
  const units = await listUnits(database.query)
  const parent = units.find(({ symbol }) => symbol === parentSymbol)?.id ?? null
  if (parentSymbol !== '' && parent === null) return refuse('not.found', `--parent ${parentSymbol}`)
  const kind = text(options['kind']) || 'other'
  const body = unitBody.safeParse({
    kind,
    level: text(options['level']) || 'commune',
    profile: text(options['profile']) || Object.entries(usualProfile).find(([one]) => one === kind)?.[1],
    colour: units.length % 10,
    names: [{ since: '', name: text(options['name']), symbol: text(options['symbol']) }],
    parent,
    guidedBy: [],
    memberOf: [],
    signers: [],
    closedOn: null,
    mergedInto: null,
  })
  if (!body.success) return refuse('input.invalid', z.prettifyError(body.error))
  const made = await createUnit(database, null, body.data)
  if (!made.ok) return made
  const unit = (await listUnits(database.query)).find(({ id }) => id === made.value.id)
  return accept({ lines: [`${unit?.symbol}\t${unit?.name}\t${unit?.id}`], json: unit })
}

export const unitList: Run = async ({ database: { query } }) => {
  const units = await listUnits(query)
  return accept({ lines: units.map(({ id, name, symbol }) => `${symbol}\t${name}\t${id}`), json: units })
}

export const tokenCreate: Run = async ({ database: { query } }, options) => {
  const owner = await ownerOf(query, options)
  if (!owner.ok) return owner
  const wanted = createTokenBody.safeParse({
    name: text(options['name']),
    scope: options['scope'] ?? 'read',
    days: Number(options['days'] ?? 90),
  })
  if (!wanted.success) return refuse('input.invalid', z.prettifyError(wanted.error))
  const token = await createToken(query, null, owner.value, wanted.data)
  return accept({ lines: [token.token], json: token })
}

export const tokenList: Run = async ({ database: { query } }, options) => {
  const owner = await ownerOf(query, options)
  if (!owner.ok) return owner
  const tokens = await listTokens(query, owner.value)
  const line = (token: (typeof tokens)[number]) =>
    [token.id, token.scope, new Date(token.expiresAt).toISOString().slice(0, 10), token.name].join('\t')
  return accept({ lines: tokens.map(line), json: tokens })
}

export const tokenRevoke: Run = async ({ database: { query } }, options, [id]) => {
  const owner = await ownerOf(query, options)
  if (!owner.ok) return owner
  if (id === undefined || !(await revokeToken(query, null, owner.value, id))) return refuse('not.found', id)
  return accept({ lines: [`Đã thu hồi / Revoked: ${id}`], json: { revoked: id } })
}

async function ownerOf(query: Kysely<Tables>, options: Options): Promise<Result<UserId>> {
  const username = text(options['user'])
  const owner = await findUser(query, username)
  return owner === null ? refuse('not.found', `--user ${username}`) : accept(owner)
}

async function personNamed(query: Kysely<Tables>, username: string | undefined): Promise<Result<UserId>> {
  const user = username === undefined ? null : await findUser(query, username)
  return user === null ? refuse('not.found', username ?? 'USERNAME') : accept(user)
}

async function findUnit(query: Kysely<Tables>, symbol: string): Promise<UnitId | null> {
  return (await listUnits(query)).find((unit) => unit.symbol === symbol || unit.id === symbol)?.id ?? null
}

function text(option: string | boolean | undefined): string {
  return typeof option === 'string' ? option.trim() : ''
}
