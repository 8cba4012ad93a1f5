/** The figures at the screen: until a long plan can be typed in, and what a key costs in it. */
import { join } from 'node:path'
import { heapOf, launch, measureOpening, measureRemoteKeys, measureTyping, openPage } from './browser.ts'
import { inTurn, median, quantile } from './figures.ts'
import { startPeer, type Peer } from './peers.ts'
import { longPlan, shortPlan } from './plans.ts'
import { buildClient, buildStockPage, ourScreen, servePage, stockScreen, type MeasuredScreen } from './screens.ts'
import type { Row } from './table.ts'

type Browser = Awaited<ReturnType<typeof launch>>
type Say = (words: string) => void

type ScreenName = 'ours' | 'ours, as a drafter' | 'stock' | 'ours, short' | 'stock, short'

/** A part in the middle of the long plan, and one far away from it. */
const middle = 19
const elsewhere = 35

export async function benchBrowser(
  folder: string,
  wanted: { opening: boolean; typing: boolean },
  quick: boolean,
  say: Say,
): Promise<Row[]> {
  say('building the pages')
  const [client, page] = [join(folder, 'client'), join(folder, 'stock')]
  await buildClient(client)
  await buildStockPage(page)
  const peers: Peer[] = []
  const served = await servePage(page)
  const browser = await launch()
  try {
    const [ours, stock] = [await startPeer('ours', client), await startPeer('stock')]
    peers.push(ours, stock)
    const [long, short] = [longPlan(), shortPlan()]
    const lead = await ourScreen(ours, long, 'ours')
    const screens = [
      lead,
      { ...lead, name: 'ours, as a drafter', cookie: ours.drafterCookie },
      await stockScreen(stock, long, 'stock', served.address),
      await ourScreen(ours, short, 'ours, short'),
      await stockScreen(stock, short, 'stock, short', served.address),
    ]
    return [
      ...(wanted.opening ? await benchOpening(browser, screens, quick ? 1 : 2, say) : []),
      ...(wanted.typing ? await benchTyping(browser, screens, quick, say) : []),
    ]
  } finally {
    await browser.close()
    served.close()
    for (const peer of peers) await peer.stop()
  }
}

async function benchOpening(browser: Browser, screens: MeasuredScreen[], rounds: number, say: Say): Promise<Row[]> {
  const figures = await inTurn(screens, rounds, async (screen, isWarmUp) => {
    say(`opening, ${screen.name}${isWarmUp ? ', warming up' : ''}`)
    return await measureOpening(browser, screen)
  })
  const typed = (name: ScreenName) => median((figures.get(name) ?? []).map((one) => one.typed))
  const script = (name: ScreenName) => median((figures.get(name) ?? []).map((one) => one.script / 1000))
  return [
    {
      figure: 'until a plan of 40 parts and 2,000 targets can be typed in',
      unit: 'ms',
      ours: typed('ours'),
      stock: typed('stock'),
      against: { name: 'stock, 5k characters', value: typed('stock, short') },
      goal: { of: 'ratio', most: 1.2 },
    },
    {
      figure: 'the same, for a drafter of one part',
      unit: 'ms',
      ours: typed('ours, as a drafter'),
      against: { name: 'for its lead', value: typed('ours') },
      goal: { of: 'ratio', most: 1.2 },
    },
    {
      figure: 'until 5k characters can be typed in',
      unit: 'ms',
      ours: typed('ours, short'),
      stock: typed('stock, short'),
    },
    {
      figure: 'JavaScript until then, gzip',
      unit: 'kB',
      ours: script('ours'),
      stock: script('stock'),
      goal: { of: 'figure', most: 200 },
    },
  ]
}

interface KeyFigures {
  delays: number[]
  thread: number
  here: number
  elsewhere: number
  heap: number
}

async function benchTyping(browser: Browser, screens: MeasuredScreen[], quick: boolean, say: Say): Promise<Row[]> {
  const keys = quick ? 20 : 60
  const figures = new Map<string, KeyFigures>()
  for (const screen of screens.filter(({ name }) => name !== 'ours, as a drafter')) {
    say(`typing, ${screen.name}`)
    const part = screen.name.includes('short') ? 0 : middle
    const open = await openPage(browser, screen, part)
    try {
      const heap = await heapOf(open)
      await measureTyping(open, 10, 100)
      const { delays, thread } = await measureTyping(open, keys, 100)
      const remote = async (at: number) => {
        const other = await screen.join(at)
        const cost = await measureRemoteKeys(open, 12, 300, other.strike)
        await other.close()
        return cost
      }
      const here = await remote(part)
      const far = part === middle ? await remote(elsewhere) : Number.NaN
      figures.set(screen.name, { delays, thread, heap, here, elsewhere: far })
    } finally {
      await open.close()
    }
  }
  return typingRows(figures)
}

function typingRows(figures: ReadonlyMap<string, KeyFigures>): Row[] {
  const paint = (name: ScreenName, share: number) => quantile(figures.get(name)?.delays ?? [], share)
  const cost = (name: ScreenName, field: Exclude<keyof KeyFigures, 'delays'>) =>
    figures.get(name)?.[field] ?? Number.NaN
  const heap = (name: ScreenName) => cost(name, 'heap') / 1_000_000
  return [
    {
      figure: 'keystroke → paint in the long plan, p50',
      unit: 'ms',
      ours: paint('ours', 0.5),
      stock: paint('stock', 0.5),
      against: { name: 'stock, 5k characters', value: paint('stock, short', 0.5) },
    },
    {
      figure: 'keystroke → paint in the long plan, p95',
      unit: 'ms',
      ours: paint('ours', 0.95),
      stock: paint('stock', 0.95),
      against: { name: 'stock, 5k characters', value: paint('stock, short', 0.95) },
      goal: { of: 'ratio', most: 1.25 },
    },
    {
      figure: 'keystroke → paint in 5k characters, p95',
      unit: 'ms',
      ours: paint('ours, short', 0.95),
      stock: paint('stock, short', 0.95),
    },
    {
      figure: 'main thread for one own key in the long plan',
      unit: 'ms',
      ours: cost('ours', 'thread'),
      stock: cost('stock', 'thread'),
      against: { name: 'ours, 5k characters', value: cost('ours, short', 'thread') },
    },
    {
      figure: 'main thread for one remote key in the part in view',
      unit: 'ms',
      ours: cost('ours', 'here'),
      stock: cost('stock', 'here'),
      goal: { of: 'figure', most: 12 },
    },
    {
      figure: 'main thread for one remote key in another part',
      unit: 'ms',
      ours: cost('ours', 'elsewhere'),
      stock: cost('stock', 'elsewhere'),
      goal: { of: 'figure', most: 1 },
    },
    {
      figure: 'heap of the page',
      unit: 'MB',
      ours: heap('ours'),
      stock: heap('stock'),
      goal: { of: 'figure', most: 15 },
    },
  ]
}
