/**
 * What `npm start` and `npm test` do before their own work: check the machine's Node, install the
 * packages (pnpm and the runtime among them) and build the client. Each is skipped where its
 * inputs are the same as last time. Plain JavaScript for Node 20, with nothing but npm.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const pnpm = 'pnpm@12.21.0'
export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules', '.bin')
/** Without a network npm waits a minute and a half before it says so. */
const patience = { npm_config_fetch_retry_mintimeout: '1000', npm_config_fetch_retry_maxtimeout: '8000' }
/** The Node that the lockfile names; the machine's own only starts it. */
export const runtime = join(bin, 'node')
const parent = process.ppid
const packages = ['.', 'client', 'server', 'shared', 'tests']

/** A failure that is told in both languages and ends the command with `code`. */
export class Trouble extends Error {
  constructor(vi, en, code = 1) {
    super(`${vi}\n${en}`)
    this.code = code
  }
}

export function checkNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= 20) return
  throw new Trouble(
    `Cần Node.js 20 trở lên; máy này có ${process.versions.node}.`,
    `Node.js 20 or later is needed; this machine has ${process.versions.node}.`,
  )
}

export async function installPackages() {
  const inputs = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...packages.map((folder) => join(folder, 'package.json'))]
  await onChange('install', inputs, [runtime], async () => {
    say('Đang cài đặt các gói…', 'Installing the packages…')
    const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx'
    const { code, output } = await run(npx, ['--yes', pnpm, 'install', '--frozen-lockfile'], { env: patience })
    if (code !== 0) throw installTrouble(output)
  })
}

export async function buildClient() {
  const inputs = ['vite.config.ts', 'pnpm-lock.yaml', 'shared/src', ...clientInputs()]
  await onChange('build', inputs, [join(root, 'client/dist/index.html')], async () => {
    say('Đang dựng giao diện…', 'Building the client…')
    const { code, output } = await run(runtime, [join(root, 'node_modules/vite/bin/vite.js'), 'build'])
    if (code === 0) return
    if (output.includes('ENOSPC')) throw diskFull()
    throw new Trouble('Không dựng được giao diện.', 'The client could not be built.')
  })
}

/** Runs a command, shows what it prints, and answers its exit code and the end of what it printed. */
export function run(command, args, { env = {}, quiet = false } = {}) {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['inherit', 'pipe', 'pipe'],
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, ...env },
    })
    const stopped = passSignals(child)
    const keep = (stream) => (chunk) => {
      output = (output + chunk).slice(-100_000)
      if (!quiet) stream.write(chunk)
    }
    child.stdout.on('data', keep(process.stdout))
    child.stderr.on('data', keep(process.stderr))
    child.on('error', (error) => resolve({ code: 127, output: `${output}\n${error.message}` }))
    child.on('close', (code) => {
      const signal = stopped()
      if (signal !== null) process.exit(128 + constants.signals[signal])
      resolve({ code: code ?? 1, output })
    })
  })
}

/**
 * Hands signals on to the child, and SIGTERM once npm is gone: a signal to npm alone ends npm and
 * the shell between, and never comes here. Answers a function that says which it was.
 */
export function passSignals(child) {
  let signal = null
  const pass = (given) => {
    signal = given
    child.kill(given)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const one of signals) process.on(one, pass)
  const watch = setInterval(() => process.ppid === parent || pass('SIGTERM'), 500)
  child.on('exit', () => {
    clearInterval(watch)
    for (const one of signals) process.off(one, pass)
  })
  return () => signal
}

export function say(vi, en) {
  console.log(`${vi} ${en}`)
}

/** Ends the command with the words of the trouble, or with the error where it is a bug. */
export function end(error) {
  if (error?.code === 'ENOSPC') error = diskFull()
  console.error(error instanceof Trouble ? `\n${error.message}` : error)
  process.exit(error instanceof Trouble ? error.code : 1)
}

function clientInputs() {
  const own = ['dist', 'node_modules', '.svelte-kit', 'project.inlang']
  const entries = readdirSync(join(root, 'client')).filter((name) => !own.includes(name))
  return ['project.inlang/settings.json', ...entries].map((name) => join('client', name))
}

/** Does the work where the content of the inputs changed since it was last done, or its results are gone. */
async function onChange(name, inputs, results, work) {
  const stamp = join(root, 'node_modules', `.soanchung-${name}`)
  const state = hashOf(inputs)
  const isSame = existsSync(stamp) && readFileSync(stamp, 'utf8') === state
  if (isSame && results.every((file) => existsSync(file))) return
  await work()
  // Once more: an installation may touch what it reads.
  writeFileSync(stamp, hashOf(inputs))
}

function hashOf(inputs) {
  const hash = createHash('sha256')
  const add = (path) => {
    const full = join(root, path)
    if (!existsSync(full)) return
    if (path === join('client', 'src', 'paraglide')) return
    const entries = isFolder(full)
    if (entries === null) hash.update(`${path}\0`).update(readFileSync(full)).update('\0')
    else for (const entry of entries.sort()) add(join(path, entry))
  }
  for (const input of inputs) add(join(input))
  return hash.digest('hex')
}

function isFolder(path) {
  try {
    return readdirSync(path)
  } catch {
    return null
  }
}

function installTrouble(output) {
  if (/ENOSPC|no space left/i.test(output)) return diskFull()
  if (/ERR_PNPM_OUTDATED_LOCKFILE|frozen-lockfile/.test(output)) {
    return new Trouble(
      'pnpm-lock.yaml không khớp với các package.json. Hãy lấy lại mã nguồn.',
      'pnpm-lock.yaml does not fit the package.json files. Fetch the source again.',
    )
  }
  if (
    /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONN|ERR_PNPM_(FETCH|META|NO_MATCHING|TARBALL)|E40[0-9]|E5\d\d|network/i.test(
      output,
    )
  ) {
    const named = /(?:GET\s+\S+|No matching version found for \S+|request to \S+ failed)/i.exec(output)?.[0] ?? ''
    return new Trouble(
      `Không tải được gói cần thiết. Hãy kiểm tra mạng, rồi chạy lại. ${named}`.trim(),
      `A package could not be had. Check the network and run again. ${named}`.trim(),
    )
  }
  return new Trouble('Không cài đặt được; xem thông báo ở trên.', 'The installation failed; see above.')
}

function diskFull() {
  return new Trouble('Đĩa đã đầy. Hãy giải phóng chỗ rồi chạy lại.', 'The disk is full. Make room and run again.')
}
