/**
 * `npm test`: prepares, finds a Chromium, then runs every check and every test, however many
 * fail. The last line is `N passed, N failed`; a failed check counts as one.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildClient, checkNode, end, installPackages, root, run, say, Trouble } from './prepare.mjs'

const results = join(root, 'test-results')
const browserConfig = 'tests/e2e/playwright.config.ts'
const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const total = { passed: 0, failed: 0 }

try {
  checkNode()
  await installPackages()
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results, { recursive: true })
  const browser = await findBrowser()
  await build()
  await Promise.all([lint(), formatAndTypes()])
  await unitTests()
  await browserTests(browser)
  console.log(`\n${total.passed} passed, ${total.failed} failed`)
  process.exit(total.failed === 0 ? 0 : 1)
} catch (error) {
  end(error)
}

async function build() {
  console.log('\n== build')
  try {
    await buildClient()
  } catch (error) {
    if (!(error instanceof Trouble)) throw error
    console.error(error.message)
    total.failed += 1
  }
}

// The linter takes as long as all the others, and none of them more than one processor.
async function lint() {
  await check('lint', 'eslint', '.')
}

async function formatAndTypes() {
  await check('format', 'prettier', '--check', '.')
  await check('types', 'tsc', '--noEmit')
  await check('client types', 'svelte-check', '--tsconfig', 'client/tsconfig.json', '--fail-on-warnings')
}

/** Shows what it printed once it is done, since another may run beside it. */
async function check(name, program, ...args) {
  const { code, output } = await run(join(root, 'node_modules/.bin', program), args, { quiet: true })
  console.log(`\n== ${name}\n${output}`)
  if (code === 0) return
  console.error(`${program}: mã ${code}.\n${program}: code ${code}.`)
  total.failed += 1
}

async function unitTests() {
  console.log('\n== unit')
  const file = join(results, 'unit.json')
  const { code } = await run(join(root, 'node_modules/.bin/vitest'), [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ])
  const report = readReport(file)
  add(code, report?.numPassedTests ?? 0, report?.numFailedTests ?? 0)
}

async function browserTests(browser) {
  if (!existsSync(join(root, browserConfig))) return
  console.log('\n== browser')
  const file = join(results, 'browser.json')
  const { code } = await run(join(root, 'node_modules/.bin/playwright'), ['test', '-c', browserConfig], {
    env: { REPORT_JSON: file, ...(browser === null ? {} : { CHROMIUM_PATH: browser }) },
  })
  const stats = readReport(file)?.stats
  add(code, (stats?.expected ?? 0) + (stats?.flaky ?? 0), stats?.unexpected ?? 0)
}

/** A run that failed without a failed test (a file that did not load, say) counts as one failure. */
function add(code, passed, failed) {
  total.passed += passed
  total.failed += code !== 0 && failed === 0 ? 1 : failed
}

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}

/** The path of a Chromium on this machine; null for the one that Playwright keeps itself. */
async function findBrowser() {
  const here = process.env.CHROMIUM_PATH ?? installedBrowser()
  if (here !== undefined) return here
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say('Đang cài Chromium từ kho của hệ điều hành…', "Installing Chromium from the system's packages…")
    const quiet = { env: { DEBIAN_FRONTEND: 'noninteractive' } }
    await run('apt-get', ['update', '-q'], quiet)
    await run('apt-get', ['install', '-y', '-q', 'chromium'], quiet)
    const installed = installedBrowser()
    if (installed !== undefined) return installed
  }
  const { code } = await run(join(root, 'node_modules/.bin/playwright'), ['install', 'chromium'])
  if (code === 0) return null
  throw new Trouble(
    'Không có Chromium và cũng không tải được. Hãy cài gói "chromium", hoặc đặt CHROMIUM_PATH.',
    'There is no Chromium and none could be had. Install the package "chromium", or set CHROMIUM_PATH.',
  )
}

function installedBrowser() {
  return ['/usr/bin', '/usr/local/bin', '/snap/bin']
    .flatMap((folder) => browsers.map((name) => join(folder, name)))
    .find((path) => existsSync(path))
}
