#!/usr/bin/env node
/**
 * The command `soanchung`. A table of subcommands gives parsing, help and exit codes: 0 done, 1
 * refused or failed, 2 called wrongly or set up wrongly. What people read goes to stdout or stderr
 * in Vietnamese and English, what machines read (`--json`) to stdout alone. Each subcommand loads
 * what it needs and no more.
 */
import { readFile } from 'node:fs/promises'
import { format, parseArgs, type ParseArgsConfig } from 'node:util'
import { pino } from 'pino'
import { errorCatalogue, RefusalError, type ErrorCode, type Result } from '@soanchung/shared/errors.ts'
import * as accountCommands from './accounts/commands.ts'
import { auditVerify } from './audit/commands.ts'
import { describeSettings, readConfig, settings, settingsMarkdown, version, type Config } from './config.ts'
import type { RunningServer } from './serve.ts'

type Environment = Record<string, string | undefined>
type OptionTable = NonNullable<ParseArgsConfig['options']>

interface Command {
  usage: string
  vi: string
  en: string
  options: OptionTable
  run(given: Given): Promise<number>
}
interface Given {
  options: accountCommands.Options
  positionals: readonly string[]
  json: boolean
  environment: Environment
}

/** How long an orderly end may take before the process ends anyway. */
const patienceMs = 9_000

const everywhere: OptionTable = { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' } }
const data: OptionTable = { data: { type: 'string' } }
const ofUser: OptionTable = { ...data, user: { type: 'string' } }

const commands: Record<string, Command> = {
  serve: {
    usage: 'serve [--data FOLDER] [--host HOST] [--port PORT]',
    vi: 'Chạy máy chủ.',
    en: 'Runs the server.',
    options: { ...data, host: { type: 'string' }, port: { type: 'string' } },
    run: runServer,
  },
  inspect: {
    usage: 'inspect FILE [--json]',
    vi: 'In ra những gì nhận biết được trong một văn bản thuần.',
    en: 'Prints what is recognised in a plain text document.',
    options: {},
    run: inspectFile,
  },
  'user create': {
    usage: 'user create --username NAME --name "FULL NAME" [--admin] [--unit SYMBOL --office OFFICE] [--password P]',
    vi: 'Tạo tài khoản; mật khẩu được tự tạo nếu không cho trước.',
    en: 'Makes an account; a password is made where none is given.',
    options: {
      ...data,
      username: { type: 'string' },
      name: { type: 'string' },
      admin: { type: 'boolean' },
      unit: { type: 'string' },
      office: { type: 'string' },
      password: { type: 'string' },
    },
    run: onDatabase(accountCommands.userCreate),
  },
  'user invite': {
    usage: 'user invite USERNAME',
    vi: 'Tạo đường dẫn để một người tự đặt mật khẩu; dùng một lần, trong 7 ngày.',
    en: 'Makes a link by which a person sets a password; it works once, for 7 days.',
    options: data,
    run: onDatabase(accountCommands.userInvite),
  },
  'user deactivate': {
    usage: 'user deactivate USERNAME',
    vi: 'Ngừng một tài khoản: kết thúc mọi phiên và mã truy cập; không xoá gì.',
    en: 'Deactivates an account: ends its sessions and tokens; deletes nothing.',
    options: data,
    run: onDatabase(accountCommands.userDeactivate),
  },
  'user activate': {
    usage: 'user activate USERNAME',
    vi: 'Mở lại một tài khoản đã ngừng.',
    en: 'Lets a deactivated account in again.',
    options: data,
    run: onDatabase(accountCommands.userActivate),
  },
  'user forget-factor': {
    usage: 'user forget-factor USERNAME',
    vi: 'Tắt xác thực hai lớp của người đã mất điện thoại và mã dự phòng.',
    en: 'Turns the second factor off for somebody who lost it.',
    options: data,
    run: onDatabase(accountCommands.userForgetFactor),
  },
  'unit create': {
    usage:
      'unit create --name NAME --symbol SYMBOL [--parent SYMBOL] [--kind KIND] [--level LEVEL] [--profile PROFILE]',
    vi: 'Tạo đơn vị.',
    en: 'Makes a unit.',
    options: {
      ...data,
      name: { type: 'string' },
      symbol: { type: 'string' },
      parent: { type: 'string' },
      kind: { type: 'string' },
      level: { type: 'string' },
      profile: { type: 'string' },
    },
    run: onDatabase(accountCommands.unitCreate),
  },
  'unit list': {
    usage: 'unit list',
    vi: 'Liệt kê các đơn vị.',
    en: 'Lists the units.',
    options: data,
    run: onDatabase(accountCommands.unitList),
  },
  'token create': {
    usage: 'token create --user NAME --name PURPOSE [--scope read|write] [--days N]',
    vi: 'Tạo mã truy cập; mã chỉ hiện một lần.',
    en: 'Makes an access token; it is shown once.',
    options: { ...ofUser, name: { type: 'string' }, scope: { type: 'string' }, days: { type: 'string' } },
    run: onDatabase(accountCommands.tokenCreate),
  },
  'token list': {
    usage: 'token list --user NAME',
    vi: 'Liệt kê mã truy cập của một người.',
    en: "Lists a person's access tokens.",
    options: ofUser,
    run: onDatabase(accountCommands.tokenList),
  },
  'token revoke': {
    usage: 'token revoke --user NAME ID',
    vi: 'Thu hồi một mã truy cập.',
    en: 'Revokes an access token.',
    options: ofUser,
    run: onDatabase(accountCommands.tokenRevoke),
  },
  'audit verify': {
    usage: 'audit verify [--noted NUMBER:SEAL]',
    vi: 'Kiểm tra nhật ký có bị sửa, xoá, chèn hay cắt bớt không; kết thúc bằng 1 nếu có.',
    en: 'Checks whether the audit trail was changed, cut or added to; ends with 1 if so.',
    options: { ...data, noted: { type: 'string' } },
    run: onDatabase(auditVerify),
  },
  rebuild: {
    usage: 'rebuild [--json]',
    vi: 'Dựng lại các bảng tra cứu, tổng hợp từ văn bản; không đổi văn bản nào.',
    en: 'Makes the tables of registers and roll-ups again from the documents; changes no document.',
    options: data,
    run: onDatabase(async (context) => (await import('./registers/commands.ts')).rebuildRegisters(context)),
  },
  'help config': {
    usage: 'help config [--json] [--markdown vi|en]',
    vi: 'Giải thích các biến môi trường.',
    en: 'Explains the environment variables.',
    options: { markdown: { type: 'string' } },
    run: explainSettings,
  },
}

async function main(words: readonly string[], environment: Environment): Promise<number> {
  const name = [words.slice(0, 2).join(' '), words[0] ?? ''].find((one) => Object.hasOwn(commands, one))
  const command = name === undefined ? undefined : commands[name]
  if (name === undefined || command === undefined) {
    if (words[0] === '--version') return print(version)
    const isAsked = words.length === 0 || words.some((word) => ['help', '--help', '-h'].includes(word))
    return isAsked ? print(usage()) : complain([`soanchung ${words.join(' ')}?`, '', usage()], 2)
  }
  let parsed
  try {
    parsed = parseArgs({
      args: words.slice(name.split(' ').length),
      options: { ...everywhere, ...command.options },
      allowPositionals: true,
    })
  } catch (error) {
    return complain([error instanceof Error ? error.message : String(error), `soanchung ${command.usage}`], 2)
  }
  const options = parsed.values as accountCommands.Options
  if (options['help'] === true) return print(`soanchung ${command.usage}\n\n${command.vi}\n${command.en}`)
  return command.run({ options, positionals: parsed.positionals, json: options['json'] === true, environment })
}

function usage(): string {
  const lines = Object.values(commands).map(({ usage: line, vi, en }) => `  soanchung ${line}\n      ${vi} ${en}`)
  return `Soạn Chung ${version}\n\n${lines.join('\n')}\n`
}

async function explainSettings({ options, json }: Given): Promise<number> {
  const language = options['markdown']
  if (language === 'vi' || language === 'en') return print(settingsMarkdown(language))
  if (!json) return print(describeSettings())
  const entries = Object.entries(settings).map(([name, { default: standard, purpose, form }]) => ({
    name,
    default: standard ?? null,
    purpose,
    form,
  }))
  return print(JSON.stringify(entries, null, 2))
}

async function inspectFile({ positionals, json }: Given): Promise<number> {
  const [path] = positionals
  if (path === undefined) return complain(['soanchung inspect FILE'], 2)
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    return complain([`Không đọc được ${path}.`, `Cannot read ${path}.`, String(error)], 1)
  }
  const { decodeText, describeProblem } = await import('@soanchung/shared/import/decode-text.ts')
  const decoded = decodeText(bytes)
  if (!decoded.ok) {
    const { vi, en } = describeProblem[decoded.problem]
    return complain([`${path}: ${vi}`, `${path}: ${en}`], 1)
  }
  const { describeReport, inspect } = await import('@soanchung/shared/import/inspect.ts')
  const report = inspect(decoded.text)
  return print(json ? JSON.stringify(report, null, 2) : describeReport(report))
}

/** Settings from the environment and the options; null after all bad ones were named. */
function configOf({ options, environment }: Given): Config | null {
  const given = (name: string) => (typeof options[name] === 'string' ? options[name] : undefined)
  const read = readConfig({
    ...environment,
    SOANCHUNG_DATA: given('data') ?? environment['SOANCHUNG_DATA'],
    HOST: given('host') ?? environment['HOST'],
    PORT: given('port') ?? environment['PORT'],
  })
  if (read.ok) return read.value
  complain(
    read.problems.flatMap(({ vi, en }) => [vi, en]),
    2,
  )
  return null
}

function onDatabase(
  run: (
    context: accountCommands.CommandContext,
    options: accountCommands.Options,
    positionals: readonly string[],
  ) => Promise<Result<accountCommands.Outcome>>,
): (given: Given) => Promise<number> {
  return async (given) => {
    const config = configOf(given)
    if (config === null) return 2
    const { openDatabase } = await import('./storage/database.ts')
    const { createAccounts } = await import('./accounts/accounts.ts')
    const database = await openDatabase({ dataFolder: config.dataFolder, databaseUrl: config.databaseUrl, lock: false })
    try {
      const accounts = createAccounts({
        query: database.query,
        dialect: database.dialect,
        // No session is made or read here, so nothing is signed.
        secret: 'unused-by-commands-unused-by-commands',
        publicUrl: 'http://localhost',
        logger: pino({ level: 'silent' }),
      })
      const publicUrl = config.publicOrigins[0] ?? `http://localhost:${config.port}`
      const result = await run({ database, accounts, publicUrl }, given.options, given.positionals)
      if (!result.ok) throw new RefusalError(result.error.code, result.error.detail)
      const { json, lines, exitCode = 0 } = result.value
      print(given.json ? JSON.stringify(json, null, 2) : lines.join('\n'))
      return exitCode
    } finally {
      await database.close()
    }
  }
}

async function runServer(given: Given): Promise<number> {
  const config = configOf(given)
  if (config === null) return 2
  const ending = endOf(process)
  const { serve } = await import('./serve.ts')
  const server = await serve(config)
  // Libraries print what they tell nobody else: the sync library, that a client floods it before it signs in.
  console.warn = (...words: unknown[]) => server.logger.warn(format(...words))
  console.error = (...words: unknown[]) => server.logger.error(format(...words))
  if (given.json) {
    print(JSON.stringify({ address: server.address, version, demoAccounts: server.demoAccounts }))
  } else {
    for (const line of welcome(server.address, config, server.demoAccounts)) print(line)
  }
  const reason = await ending
  server.logger.info({ reason }, 'ending')
  try {
    await server.close()
    return 0
  } catch (error) {
    server.logger.error({ err: error }, 'did not end in order')
    return 1
  }
}

function welcome(address: string, config: Config, people: RunningServer['demoAccounts']): string[] {
  const table = people.map(({ username, password, name, office }) => `  ${username}\t${password}\t${name}, ${office}`)
  const demo = people.length === 0 ? [] : ['', 'Tài khoản mẫu / Demo accounts (demo-accounts.json):', ...table, '']
  return [
    ...demo,
    `Dữ liệu / Data: ${config.dataFolder}`,
    `Soạn Chung đang chạy tại / is running at: ${config.publicOrigins[0] ?? address}`,
  ]
}

/**
 * Waits for a signal, or for the launcher that started this process to go away. From then on the
 * process ends in time even where storage hangs: everything acknowledged is on disk already.
 */
function endOf(running: NodeJS.Process): Promise<string> {
  return new Promise((resolve) => {
    const end = (reason: string) => {
      resolve(reason)
      setTimeout(() => running.exit(1), patienceMs).unref()
    }
    // Ctrl+C reaches the launcher and this process; the second signal must not cut the end short.
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) running.on(signal, () => end(signal))
    running.once('disconnect', () => end('disconnect'))
  })
}

/** What the person at the machine does about it; the catalogue speaks to those who type. */
const remedies: Partial<Record<ErrorCode | 'port.taken' | 'port.closed' | 'host.unknown', readonly [string, string]>> =
  {
    'port.taken': [
      'Cổng này đang có chương trình khác dùng. Hãy dừng nó, hoặc chọn cổng khác bằng --port.',
      'The port is taken. Stop what uses it, or choose another one with --port.',
    ],
    'port.closed': [
      'Không được phép dùng cổng này. Hãy chọn cổng từ 1024 trở lên bằng --port.',
      'This port may not be used. Choose one from 1024 on with --port.',
    ],
    'host.unknown': [
      'Máy này không có địa chỉ ghi trong HOST. Hãy sửa HOST, hoặc bỏ đi.',
      'This machine does not have the address in HOST. Correct it or leave it out.',
    ],
    'storage.full': [
      'Đĩa chứa thư mục dữ liệu đã đầy. Hãy giải phóng chỗ rồi chạy lại.',
      'The disk of the data folder is full. Make room and run again.',
    ],
    'storage.failed': [
      'Không đọc hoặc ghi được dữ liệu. Hãy kiểm tra đĩa và chỗ trống, rồi chạy lại.',
      'The data cannot be read or written. Check the disk and its free space, then run again.',
    ],
    'storage.unwritable': [
      'Không ghi được vào thư mục dữ liệu. Hãy cấp quyền ghi, hoặc chọn thư mục khác bằng --data.',
      'The data folder cannot be written. Allow it, or choose another folder with --data.',
    ],
    'storage.locked': [
      'Một máy chủ khác đang dùng thư mục dữ liệu này. Hãy dừng nó, hoặc chọn thư mục khác bằng --data.',
      'Another server uses this data folder. Stop it, or choose another folder with --data.',
    ],
  }

const codesOfSystem: Record<string, keyof typeof remedies> = {
  EADDRINUSE: 'port.taken',
  EADDRNOTAVAIL: 'host.unknown',
  ENOTFOUND: 'host.unknown',
  EACCES: 'storage.unwritable',
  EPERM: 'storage.unwritable',
  EROFS: 'storage.unwritable',
  ENOSPC: 'storage.full',
  EDQUOT: 'storage.full',
  EIO: 'storage.failed',
}

/** What went wrong, in words that say what to do. */
async function explain(thrown: unknown, environment: Environment): Promise<string[]> {
  const { translateError } = await import('./storage/dialect.ts')
  const system = thrown instanceof Error && 'code' in thrown ? codesOfSystem[String(thrown.code)] : undefined
  const error = system === undefined ? translateError(thrown) : thrown
  const isListening = error instanceof Error && 'syscall' in error && error.syscall === 'listen'
  const code =
    error instanceof RefusalError ? error.code : isListening && system === 'storage.unwritable' ? 'port.closed' : system
  const remedy = code === undefined ? undefined : remedies[code]
  if (error instanceof RefusalError) {
    const { vi, en } = errorCatalogue[error.code]
    return [...(remedy ?? [vi, en]), ...(error.message === en ? [] : [error.message])]
  }
  if (remedy !== undefined) return [...remedy, String(error)]
  return [
    'Máy chủ không chạy được.',
    'The server cannot run.',
    environment['LOG_LEVEL'] === 'debug' && error instanceof Error ? (error.stack ?? error.message) : String(error),
  ]
}

function print(line: string): number {
  process.stdout.write(`${line}\n`)
  return 0
}

function complain(lines: readonly string[], code: number): number {
  process.stderr.write(`${lines.join('\n')}\n`)
  return code
}

try {
  process.exitCode = await main(process.argv.slice(2), process.env)
} catch (error) {
  process.exitCode = complain(await explain(error, process.env), 1)
}
// Sockets and threads that did not end in time must not keep the process alive.
process.exit()
