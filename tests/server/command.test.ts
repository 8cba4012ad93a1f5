import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { audit } from '@soanchung/server/src/audit/trail.ts'
import { openDatabase } from '@soanchung/server/src/storage/database.ts'
import { inspectReport } from '@soanchung/shared/import/inspect.ts'
import { mountSmallDisk } from '../support/small-disk.ts'
import { unlockTrail } from '../support/tamper.ts'

const main = resolve(import.meta.dirname, '../../server/src/main.ts')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soanchung-command-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function start(words: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, ...words], {
    env: {
      PATH: process.env['PATH'],
      LOG_LEVEL: 'silent',
      NODE_COMPILE_CACHE: join(folder, 'compiled'),
      ...environment,
    },
  })
  const output = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()))
  const ended = new Promise<number | null>((end) => child.on('close', end))
  return { child, output, ended }
}

async function soanchung(words: readonly string[], environment: Record<string, string> = {}) {
  const { output, ended } = start(words, environment)
  return { code: await ended, ...output }
}

/** A server in a process of its own; its address and demo accounts are the first thing it prints. */
async function serveIn(data: string, environment: Record<string, string> = {}) {
  const server = start(['serve', '--data', data, '--port', '0', '--json'], environment)
  // Also where the test fails before it stops the server.
  onTestFinished(() => void server.child.kill('SIGKILL'))
  const started = await new Promise<{ address: string; demoAccounts: unknown[] }>((done, fail) => {
    server.child.stdout.on('data', () => {
      if (server.output.out.endsWith('\n')) done(JSON.parse(server.output.out))
    })
    server.child.on('close', () => fail(new Error(server.output.err)))
  })
  return { ...server, ...started }
}

async function stop({ child, ended }: { child: ChildProcess; ended: Promise<number | null> }) {
  child.kill('SIGTERM')
  return ended
}

describe('the command', () => {
  test.each([[[]], [['--help']], [['help']]])('%j lists every subcommand', async (words) => {
    const { code, out } = await soanchung(words)
    expect(code).toBe(0)
    for (const name of ['serve', 'inspect', 'user create', 'token create', 'help config']) expect(out).toContain(name)
  })

  test('each subcommand explains itself', async () => {
    const { code, out } = await soanchung(['token', 'revoke', '--help'])
    expect([code, out]).toEqual([0, expect.stringContaining('token revoke --user')])
  })

  test.each([[['nonsense']], [['serve', '--nonsense']]])('%j is called wrongly', async (words) => {
    expect((await soanchung(words)).code).toBe(2)
  })

  test('bad settings are all named, and nothing starts', async () => {
    const { code, err } = await soanchung(['serve', '--port', 'x'], { LOG_LEVEL: 'loud', SOANCHUNG_DEMO: 'maybe' })
    expect(code).toBe(2)
    for (const name of ['PORT', 'LOG_LEVEL', 'SOANCHUNG_DEMO']) expect(err).toContain(name)
  })

  const plan = 'KẾ HOẠCH\nChăm lo đời sống hội viên\n\nI. MỤC TIÊU\nPhấn đấu 95% hộ tham gia.\n'

  test.each<[string, Uint8Array]>([
    ['UTF-8', Buffer.from(plan)],
    ['UTF-16', Buffer.from(`\ufeff${plan}`, 'utf16le')],
    ['Windows-1258', execFileSync('iconv', ['-f', 'UTF-8', '-t', 'CP1258'], { input: plan })],
  ])('inspect prints what it recognised in a text in %s, for people or for machines', async (encoding, bytes) => {
    const file = join(folder, `${encoding}.txt`)
    await writeFile(file, bytes)
    const [people, machines] = await Promise.all([soanchung(['inspect', file]), soanchung(['inspect', file, '--json'])])
    expect([people.code, machines.code]).toEqual([0, 0])
    expect(people.out).toMatch(/Chăm lo đời sống hội viên[^]*95%/)
    expect(inspectReport.parse(JSON.parse(machines.out)).targets).toMatchObject([{ quantity: { numbers: ['95'] } }])
  })

  test('inspect says in both languages what it cannot read', async () => {
    const word = join(folder, 'ke-hoach.docx')
    await writeFile(word, Buffer.from([0x50, 0x4b, 3, 4, 0, 0]))
    const [none, other, nothing] = await Promise.all(
      [['khong-co.txt'], [word], []].map((words) => soanchung(['inspect', ...words])),
    )
    expect([none?.code, other?.code, nothing?.code]).toEqual([1, 1, 2])
    expect(none?.err).toMatch(/Không đọc được.*\nCannot read/)
    expect(other?.err).toMatch(/tệp Word.*\n.*Word file/)
  })
})

describe('the audit trail', () => {
  test('is checked by a command that names the first row that was changed, and ends with 1', async () => {
    const data = join(folder, 'audited')
    const database = await openDatabase({ dataFolder: data })
    for (const subject of ['unit/a', 'unit/b', 'unit/c']) {
      await database.transaction((within) => audit(within, { actor: null, action: 'part.done', subject }))
    }
    const verify = async (...words: string[]) => await soanchung(['audit', 'verify', '--data', data, ...words])
    const whole = await verify('--json')
    const { last } = JSON.parse(whole.out)

    await database.transaction(async (within) => {
      await unlockTrail(within, database.dialect)
      await within.updateTable('audit_trail').set({ subject: 'unit/d' }).where('seq', '=', 2).execute()
    })
    await database.close()

    expect([whole.code, JSON.parse(whole.out)]).toEqual([0, { whole: true, rows: 3, last }])
    const [people, machines] = [await verify(), await verify('--json')]
    expect([people.code, machines.code]).toEqual([1, 1])
    expect(people.out).toMatch(/^Dòng 2 đã bị sửa[^]*Row 2 was changed/)
    expect(JSON.parse(machines.out)).toEqual({ whole: false, rows: 1, seq: 2, fault: 'changed' })
    expect((await verify('--noted', 'nonsense')).code).toBe(1)
  })
})

describe('a server without the demo', () => {
  test('gets its units, people and tokens from commands, and revokes them again', async () => {
    const data = join(folder, 'empty')
    const make = async (...words: string[]) => {
      const { code, out, err } = await soanchung([...words, '--data', data, '--json'])
      expect([code, err]).toEqual([0, ''])
      return JSON.parse(out)
    }
    await make('unit', 'create', '--name', 'Hội Nông dân', '--symbol', 'HND')
    const user = await make('user', 'create', '--username', 'nongdan', '--name', 'Lực', '--admin', '--unit', 'HND')
    const token = await make('token', 'create', '--user', 'nongdan', '--name', 'Thử')
    const server = await serveIn(data, { SOANCHUNG_DEMO: 'off' })
    const me = () => fetch(`${server.address}/api/me`, { headers: { authorization: `Bearer ${token.token}` } })
    expect(await (await me()).json()).toMatchObject({ id: user.id, administrator: true, units: [{ symbol: 'HND' }] })
    // Beside the running server.
    await make('token', 'revoke', '--user', 'nongdan', token.id)
    expect((await me()).status).toBe(401)
    expect(await stop(server)).toBe(0)
  })

  test('lets people in by a link, and out and in again, beside the running server', async () => {
    const data = join(folder, 'people')
    const run = (...words: string[]) => soanchung(['user', ...words, '--data', data])
    expect((await run('create', '--username', 'nongdan', '--name', 'Lực')).code).toBe(0)
    const server = await serveIn(data, { SOANCHUNG_DEMO: 'off' })
    const post = (path: string, body: unknown) =>
      fetch(server.address + path, {
        method: 'POST',
        headers: { origin: server.address, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const password = 'mot-cau-ngan-de-nho'
    const signIn = async () => (await post('/api/auth/sign-in/username', { username: 'nongdan', password })).status

    const [, token] = /\/invite#([\w-]{43})\n/.exec((await run('invite', 'nongdan')).out) ?? []
    expect((await post('/api/auth/invitation/accept', { token, password })).status).toBe(200)
    expect((await run('deactivate', 'nongdan')).code).toBe(0)
    expect(await signIn()).toBe(403)
    expect((await run('invite', 'nongdan')).code).toBe(1)
    expect((await run('activate', 'nongdan')).code).toBe(0)
    expect(await signIn()).toBe(200)
    expect((await run('forget-factor', 'nongdan')).err).toContain('Xác thực hai lớp chưa bật.')
    expect((await run('deactivate', 'khong-co')).code).toBe(1)
    expect(await stop(server)).toBe(0)
  })

  test('writes one log of a line for each event, also of what a library would print', async () => {
    const server = await serveIn(join(folder, 'log'), { SOANCHUNG_DEMO: 'off', LOG_LEVEL: 'warn' })
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/sync`, { origin: server.address })
    const closed = once(socket, 'close')

    const question = Buffer.from([...Buffer.from('\x19part/aaaaaaaaaaaaaaaaaaaa'), 0, 0, 1, 0])
    socket.on('open', () => {
      for (let count = 0; count < 1100; count++) socket.send(question)
    })

    await closed
    expect(await stop(server)).toBe(0)
    const lines = server.output.err.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ level: 40, msg: expect.stringContaining('closing connection') }),
    )
  })

  test('a name that is taken is refused', async () => {
    const words = ['user', 'create', '--username', 'haimot', '--name', 'Hai', '--data', join(folder, 'twice')]
    expect((await soanchung(words)).code).toBe(0)
    expect((await soanchung(words)).code).toBe(1)
  })
})

describe('a server with the demo', () => {
  test('makes it once, keeps the passwords for the owner alone, and lets each person in', async () => {
    const data = join(folder, 'demo')
    const first = await serveIn(data)
    const kept = join(data, 'demo-accounts.json')
    const accounts: { username: string; password: string }[] = JSON.parse(await readFile(kept, 'utf8'))
    expect(first.demoAccounts).toEqual(accounts)
    expect((await stat(kept)).mode & 0o777).toBe(0o600)
    const statuses = await Promise.all(
      accounts.map(async (account) => {
        const headers = { origin: first.address, 'content-type': 'application/json' }
        const body = JSON.stringify({ username: account.username, password: account.password })
        return (await fetch(`${first.address}/api/auth/sign-in/username`, { method: 'POST', headers, body })).status
      }),
    )
    expect([accounts.length, new Set(statuses)]).toEqual([13, new Set([200])])
    expect(await stop(first)).toBe(0)
    const second = await serveIn(data)
    expect(second.demoAccounts).toEqual([])
    expect(await stop(second)).toBe(0)
  })
})

describe('a server whose first start was cut short', () => {
  /** Begins to make the demo, and is killed as soon as the first person is there. */
  async function cutShort(data: string) {
    const { child, ended } = start(['serve', '--data', data, '--port', '0'])
    const people = async () => {
      const { query, close } = await openDatabase({ dataFolder: data, databaseUrl: undefined, lock: false })
      const found = await query.selectFrom('user').select('username').execute()
      await close()
      return found.length
    }
    await expect.poll(() => existsSync(join(data, 'secret')), { timeout: 30_000, interval: 5 }).toBe(true)
    await expect.poll(people, { timeout: 30_000, interval: 5 }).toBeGreaterThan(0)
    child.kill('SIGKILL')
    await ended
    expect(existsSync(join(data, 'demo-accounts.json'))).toBe(false)
  }

  test('makes the whole demo at the next start', async () => {
    const data = join(folder, 'cut-short')
    await cutShort(data)
    const server = await serveIn(data)
    expect(server.demoAccounts).toHaveLength(13)
    expect(await stop(server)).toBe(0)
  })

  test('leaves what is there where a command has made somebody meanwhile', async () => {
    const data = join(folder, 'cut-short-and-used')
    await cutShort(data)
    const words = ['user', 'create', '--username', 'canbo.moi', '--name', 'Cán bộ mới', '--data', data]
    expect((await soanchung(words)).code).toBe(0)
    const server = await serveIn(data)
    expect(server.demoAccounts).toEqual([])
    expect(await stop(server)).toBe(0)
    expect((await soanchung(words)).code).toBe(1)
  })
})

describe('what keeps a server from starting is said in both languages', () => {
  test('a folder that another server uses', async () => {
    const data = join(folder, 'shared')
    const first = await serveIn(data, { SOANCHUNG_DEMO: 'off' })
    const { code, err } = await soanchung(['serve', '--data', data, '--port', '0'])
    expect([code, err]).toEqual([1, expect.stringMatching(/máy chủ.*\n.*server/i)])
    expect(await stop(first)).toBe(0)
  })

  test('a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((listening) => taken.once('listening', listening))
    const port = String((taken.address() as AddressInfo).port)
    const words = ['serve', '--data', join(folder, 'port'), '--port', port]
    const { code, err } = await soanchung(words, { SOANCHUNG_DEMO: 'off' })
    expect([code, err]).toEqual([1, expect.stringMatching(/Cổng này.*\nThe port is taken/)])
    taken.close()
  })

  test('a full disk', async ({ skip }) => {
    const mounted = mountSmallDisk(1)
    if (mounted.disk === null) return skip(mounted.reason)
    const { disk } = mounted
    disk.fill()
    const { code, err } = await soanchung(['serve', '--data', join(disk.folder, 'data'), '--port', '0'])
    disk.remove()
    expect([code, err]).toEqual([1, expect.stringMatching(/Đĩa chứa thư mục dữ liệu.*\nThe disk of the data folder/)])
  })

  test('a data folder that is a file', async () => {
    const file = join(folder, 'not-a-folder')
    await writeFile(file, '')
    const { code, err } = await soanchung(['serve', '--data', file, '--port', '0'])
    expect([code, err]).toEqual([1, expect.stringMatching(/thư mục.*\n.*folder/i)])
  })
})
