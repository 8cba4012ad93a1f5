/**
 * The commands that make people, units and tokens from a terminal. They open the database beside a
 * running server; whoever may read the data folder is trusted like its owner.
 */
import { randomInt } from 'node:crypto'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import { newId, type UnitId, type UserId } from '@soanchung/shared/ids.ts'
import { createTokenBody } from '@soanchung/shared/protocol.ts'
import type { Tables } from '../storage/tables.ts'
import type { Accounts } from './accounts.ts'
import { addMember, createUnit, findUser, listUnits } from './people.ts'
import { createToken, listTokens, revokeToken } from './tokens.ts'

/** Lines for a terminal and the same as JSON. */
export interface Outcome {
  lines: string[]
  json: unknown
}
export type Options = Readonly<Record<string, string | boolean | undefined>>
export interface CommandContext {
  query: Kysely<Tables>
  accounts: Accounts
}
type Run = (context: CommandContext, options: Options, positionals: readonly string[]) => Promise<Result<Outcome>>

export const userCreate: Run = async ({ query, accounts }, options) => {
  const unitSymbol = text(options['unit'])
  const unit = unitSymbol === '' ? null : await findUnit(query, unitSymbol)
  if (unitSymbol !== '' && unit === null) return refuse('not.found', `--unit ${unitSymbol}`)
  const password = text(options['password']) || newPassword()
  const username = text(options['username'])
  const made = await accounts.createUser({
    username,
    name: text(options['name']),
    password,
    administrator: options['admin'] === true,
  })
  if (!made.ok) return made
  if (unit !== null) await addMember(query, { unit, user: made.value, office: text(options['office']) })
  return accept({
    lines: [`Tên đăng nhập / User name: ${username}`, `Mật khẩu / Password: ${password}`],
    json: { id: made.value, username, password },
  })
}

export const unitCreate: Run = async ({ query }, options) => {
  const parentSymbol = text(options['parent'])
  const parent = parentSymbol === '' ? null : await findUnit(query, parentSymbol)
  if (parentSymbol !== '' && parent === null) return refuse('not.found', `--parent ${parentSymbol}`)
  const [name, symbol] = [text(options['name']), text(options['symbol'])]
  if (name === '' || symbol === '') return refuse('input.invalid', '--name --symbol')
  if ((await findUnit(query, symbol)) !== null) return refuse('conflict.exists', `--symbol ${symbol}`)
  const id = newId<UnitId>()
  const colour = (await listUnits(query)).length % 10
  await createUnit(query, { id, name, symbol, colour, parent })
  return accept({ lines: [`${symbol}\t${name}\t${id}`], json: { id, name, symbol, colour, parent } })
}

export const unitList: Run = async ({ query }) => {
  const units = await listUnits(query)
  return accept({ lines: units.map(({ id, name, symbol }) => `${symbol}\t${name}\t${id}`), json: units })
}

export const tokenCreate: Run = async ({ query }, options) => {
  const owner = await ownerOf(query, options)
  if (!owner.ok) return owner
  const wanted = createTokenBody.safeParse({
    name: text(options['name']),
    scope: options['scope'] ?? 'read',
    days: Number(options['days'] ?? 90),
  })
  if (!wanted.success) return refuse('input.invalid', z.prettifyError(wanted.error))
  const token = await createToken(query, owner.value, wanted.data)
  return accept({ lines: [token.token], json: token })
}

export const tokenList: Run = async ({ query }, options) => {
  const owner = await ownerOf(query, options)
  if (!owner.ok) return owner
  const tokens = await listTokens(query, owner.value)
  const line = (token: (typeof tokens)[number]) =>
    [token.id, token.scope, new Date(token.expiresAt).toISOString().slice(0, 10), token.name].join('\t')
  return accept({ lines: tokens.map(line), json: tokens })
}

export const tokenRevoke: Run = async ({ query }, options, [id]) => {
  const owner = await ownerOf(query, options)
  if (!owner.ok) return owner
  if (id === undefined || !(await revokeToken(query, owner.value, id))) return refuse('not.found', id)
  return accept({ lines: [`Đã thu hồi / Revoked: ${id}`], json: { revoked: id } })
}

const passwordWords =
  'bien bong buom cam cau cay chim cua dao dau dong dua gao gio hoa hong khoai la lua mai may mua nang ngo nui rung sao sen song suoi trang tre'.split(
    ' ',
  )

/**
 * A password that can be read out over the telephone: four of 32 words, each with two of 64
 * numbers, 44 bits of chance. Sign-in is slowed down to a few attempts a minute.
 */
export function newPassword(): string {
  return Array.from({ length: 4 }, () => `${passwordWords[randomInt(32)] ?? ''}${randomInt(20, 84)}`).join('-')
}

async function ownerOf(query: Kysely<Tables>, options: Options): Promise<Result<UserId>> {
  const username = text(options['user'])
  const owner = await findUser(query, username)
  return owner === null ? refuse('not.found', `--user ${username}`) : accept(owner)
}

async function findUnit(query: Kysely<Tables>, symbol: string): Promise<UnitId | null> {
  return (await listUnits(query)).find((unit) => unit.symbol === symbol || unit.id === symbol)?.id ?? null
}

function text(option: string | boolean | undefined): string {
  return typeof option === 'string' ? option.trim() : ''
}
