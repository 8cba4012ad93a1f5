/**
 * `npm start` on a machine of its own: the real tools in a folder with a pnpm, a build and a server
 * that do as little as they can.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mountSmallDisk } from '../support/small-disk.ts'

const tools = join(import.meta.dirname, '../../tools')
const server = `
import { writeFileSync } from 'node:fs'
const end = (why) => { writeFileSync('ended', why); process.exit(0) }
process.on('SIGTERM', () => end('SIGTERM'))
process.on('SIGINT', () => end('SIGINT'))
setInterval(() => {}, 1000)
console.log('serving ' + process.argv.slice(2).join(' '))
`
const install = `mkdir -p node_modules/.bin node_modules/vite/bin
ln -sf "${process.execPath}" node_modules/.bin/node
cp build.js node_modules/vite/bin/vite.js`
const build = `
import { mkdirSync, writeFileSync } from 'node:fs'
mkdirSync('client/dist', { recursive: true })
writeFileSync('client/dist/index.html', '')
`

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soanchung-tools-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Lays the machine out; `npx` is the shell script in the place of the real one. */
async function layOut(npx: string, { built = build, at = folder } = {}): Promise<void> {
  await cp(tools, join(at, 'tools'), { recursive: true })
  for (const path of ['server/src', 'client', 'bin']) await mkdir(join(at, path), { recursive: true })
  await writeFile(join(at, 'package.json'), '{"type":"module"}')
  await writeFile(join(at, 'server/src/main.ts'), server)
  await writeFile(join(at, 'build.js'), built)
  await writeFile(join(at, 'bin/npx'), `#!/bin/sh\n${npx}\n`)
  await chmod(join(at, 'bin/npx'), 0o755)
}

/** Runs it below a shell that stays, as npm does; `group` is the process group of both. */
function start(environment: Record<string, string> = {}, at = folder) {
  const shell = spawn('sh', ['-c', `trap : INT; "${process.execPath}" tools/start.mjs --port 0`], {
    cwd: at,
    detached: true,
    env: { PATH: [join(at, 'bin'), process.env['PATH']].join(delimiter), HOME: at, ...environment },
  })
  let output = ''
  const heard: (() => void)[] = []
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      for (const listen of heard) listen()
    })
  }
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    shell.on('close', (code) => resolve({ code, output })),
  )
  const says = (words: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => void (output.includes(words) && resolve())
      heard.push(look)
      look()
      void ended.then(() => reject(new Error(`ended without "${words}":\n${output}`)))
    })
  return { shell, group: -(shell.pid ?? 0), ended, says }
}

const hasEnded = () => readFile(join(folder, 'ended'), 'utf8').catch(() => null)

describe('npm start', () => {
  test('installs, builds and serves, and hands its arguments on', async () => {
    await layOut(install)
    const { says, group, ended } = start()
    await says('serving serve --port 0')
    process.kill(group, 'SIGINT')
    expect(await ended).toMatchObject({ code: 0 })
  })

  test('Ctrl+C ends launcher and server in order, with code 0 and without a stack', async () => {
    await layOut(install)
    const { says, group, ended } = start()
    await says('serving')
    process.kill(group, 'SIGINT')
    const { code, output } = await ended
    expect([code, await hasEnded()]).toEqual([0, 'SIGINT'])
    expect(output).not.toMatch(/\n\s+at |Error/)
  })

  test('a signal to npm alone, which ends the shell between, ends the server too', async () => {
    await layOut(install)
    const { says, shell } = start()
    await says('serving')
    shell.kill('SIGKILL')
    await expect.poll(hasEnded, { timeout: 10_000 }).toBe('SIGTERM')
  })

  test('a signal during the installation ends it, and no server starts', async () => {
    await layOut(`echo installing; exec sleep 60`)
    const { says, shell, ended } = start()
    await says('installing')
    shell.kill('SIGKILL')
    await ended
    expect(existsSync(join(folder, 'ended'))).toBe(false)
  })
})

describe('what keeps npm start from serving is said in both languages, with what to do', () => {
  test.each<[string, string, RegExp]>([
    [
      'a full disk during the installation',
      'echo "ERR_PNPM_ENOSPC  ENOSPC: no space left on device, write" >&2; exit 1',
      /Đĩa đã đầy\. Hãy giải phóng chỗ.*\nThe disk is full\. Make room/,
    ],
    [
      'a package that the registry does not have',
      'echo "ERR_PNPM_FETCH_404  GET https://registry.example/yjs: Not Found - 404" >&2; exit 1',
      /Không tải được gói.*yjs[^\n]*\nA package could not be had.*yjs/,
    ],
    [
      'a lockfile that does not fit',
      'echo "ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with frozen-lockfile" >&2; exit 1',
      /pnpm-lock\.yaml không khớp.*\npnpm-lock\.yaml does not fit/,
    ],
  ])('%s', async (_what, npx, words) => {
    await layOut(npx)
    const { code, output } = await start().ended
    expect([code, output]).toEqual([1, expect.stringMatching(words)])
  })

  test('a full disk during the build', async () => {
    await layOut(install, {
      built: 'console.error("Error: ENOSPC: no space left on device, write"); process.exit(1)',
    })
    const { code, output } = await start().ended
    expect([code, output]).toEqual([1, expect.stringMatching(/Đĩa đã đầy.*\nThe disk is full/)])
  })

  test('a registry that cannot be reached, with the real npx', async () => {
    await layOut('')
    await rm(join(folder, 'bin/npx'))
    const npm = { npm_config_registry: 'http://127.0.0.1:9', npm_config_cache: folder, npm_config_fetch_retries: '0' }
    const { code, output } = await start({
      ...npm,
      PATH: [process.env['PATH'], dirname(process.execPath)].join(delimiter),
    }).ended
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/Không tải được gói.*kiểm tra mạng[^\n]*\nA package could not be had\. Check the network/),
    ])
  })

  test('a disk that is really full', async ({ skip }) => {
    const mounted = mountSmallDisk(2)
    if (mounted.disk === null) return skip(mounted.reason)
    const { disk } = mounted
    try {
      await layOut(`${install}\ncat /dev/zero > ballast 2>/dev/null; true`, { at: disk.folder })
      const { code, output } = await start({}, disk.folder).ended
      expect([code, output]).toEqual([1, expect.stringMatching(/Đĩa đã đầy.*\nThe disk is full/)])
    } finally {
      disk.remove()
    }
  })
})
