/**
 * `pnpm bench`: how fast the product is, beside stock Hocuspocus and the floor of the machine in
 * the same run. Peers take turns, a first turn warms up, medians are printed. Absolute figures say
 * little on a busy machine and never fail anything; the ratios count. See docs/performance.md.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchBrowser } from './at-the-screen.ts'
import { benchMemory, benchPropagation } from './at-the-server.ts'
import { tableOf, type Row } from './table.ts'

const parts = ['propagation', 'memory', 'open', 'typing'] as const
type Part = (typeof parts)[number]

const help = `pnpm bench [--quick] [--only ${parts.join('|')}] [--json]

  --quick  one round of each, for a first impression
  --only   only this part; may be repeated
  --json   the figures as JSON instead of the table`

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [...parts] },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const unknown = options.only.filter((one) => !(parts as readonly string[]).includes(one))
if (options.help || unknown.length > 0) {
  console.log(help)
  process.exit(options.help ? 0 : 2)
}

const wants = (part: Part) => options.only.includes(part)
const say = (words: string) => void process.stderr.write(`${words}\n`)
const folder = await mkdtemp(join(tmpdir(), 'soanchung-bench-'))
const rows: Row[] = []
const began = performance.now()
try {
  if (wants('propagation')) rows.push(...(await benchPropagation(options.quick, say)))
  if (wants('memory')) rows.push(...(await benchMemory(options.quick, say)))
  if (wants('open') || wants('typing')) {
    const wanted = { opening: wants('open'), typing: wants('typing') }
    rows.push(...(await benchBrowser(folder, wanted, options.quick, say)))
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
const machine = { cores: availableParallelism(), load: loadavg().map((value) => Number(value.toFixed(1))) }
const seconds = Math.round((performance.now() - began) / 1000)
if (options.json) {
  console.log(JSON.stringify({ machine, seconds, rows }, null, 2))
} else {
  console.log(tableOf(rows))
  console.log(`\n${machine.cores} cores, load ${machine.load.join(' ')}, ${seconds} s.`)
}
process.exit()
