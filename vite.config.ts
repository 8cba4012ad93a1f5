import { paraglideVitePlugin } from '@inlang/paraglide-js'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

/** Where the server of a development session listens. */
const server = process.env['SOANCHUNG_SERVER'] ?? 'http://127.0.0.1:8080'

/** Lays `.br` and `.gz` beside each file of text; the server hands them out as they are. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  closeBundle: {
    order: 'post',
    // After the service worker, which is made at the end too.
    sequential: true,
    async handler() {
      const folder = join(import.meta.dirname, 'client/dist')
      const files = await readdir(folder, { recursive: true })
      await Promise.all(
        files
          .filter((name) => /\.(css|html|js|json|svg|webmanifest)$/.test(name))
          .map(async (name) => {
            const bytes = await readFile(join(folder, name))
            await writeFile(join(folder, `${name}.br`), await promisify(brotliCompress)(bytes))
            await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(bytes, { level: 9 }))
          }),
      )
    },
  },
}

/** Where each screen's program begins; `main.ts` sends for all the others. */
const beginnings = {
  first: ['main.ts'],
  start: ['start.ts'],
  plan: ['plan/PlanScreen.svelte'],
  others: [
    'home/HomeScreen.svelte',
    'home/NewPlanScreen.svelte',
    'session/AccountScreen.svelte',
    'session/SignInScreen.svelte',
  ],
}

interface ModuleGraph {
  getModuleInfo(id: string): { importedIds: string[] } | null
}

/**
 * Everything that a screen needs at once comes in few files: left to itself the bundler makes one of
 * each set of modules that some screens share, and a plan waited for 45 of them over six connections.
 */
function fewFiles() {
  let needed: Record<keyof typeof beginnings, Set<string>> | null = null
  const below = (graph: ModuleGraph, id: string, found: Set<string>) => {
    if (found.has(id)) return
    found.add(id)
    for (const one of graph.getModuleInfo(id)?.importedIds ?? []) below(graph, one, found)
  }
  const neededBy = (graph: ModuleGraph, files: readonly string[]) => {
    const found = new Set<string>()
    for (const file of files) below(graph, join(import.meta.dirname, 'client/src', file), found)
    return found
  }
  const fileOf = (id: string, graph: ModuleGraph) => {
    // One module imports the words of all screens: those of screens that few people open stay apart.
    const apart = /\/paraglide\/messages\/(admin|import)_(?!title\.|go\.)/.exec(id)?.[1]
    if (apart !== undefined) return apart
    // Their group would take it along, and everything else would need them for it.
    if (id.endsWith('/paraglide/runtime.js')) return 'first'
    needed ??= {
      first: neededBy(graph, beginnings.first),
      start: neededBy(graph, beginnings.start),
      plan: neededBy(graph, beginnings.plan),
      others: neededBy(graph, beginnings.others),
    }
    if (needed.first.has(id)) return 'first'
    if (needed.start.has(id)) return 'start'
    if (!needed.plan.has(id)) return null
    return needed.others.has(id) ? 'common' : 'plan'
  }
  // A group takes along what its modules import, so those that all need come first.
  return ['first', 'admin', 'import', 'start', 'common', 'plan'].map((file, place) => ({
    name: (id: string, graph: ModuleGraph) => (fileOf(id, graph) === file ? file : null),
    priority: 6 - place,
  }))
}

export default defineConfig({
  root: 'client',
  plugins: [
    paraglideVitePlugin({
      project: `${import.meta.dirname}/client/project.inlang`,
      outdir: `${import.meta.dirname}/client/src/paraglide`,
      strategy: ['localStorage', 'baseLocale'],
    }),
    svelte(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'service-worker.ts',
      injectRegister: false,
      registerType: 'prompt',
      injectManifest: {
        globPatterns: ['**/*.{html,js,css,woff2,svg,png}'],
        maximumFileSizeToCacheInBytes: 4 * 1024 * 1024,
      },
      manifest: {
        name: 'Soạn Chung',
        short_name: 'Soạn Chung',
        description: 'Nhiều đơn vị cùng soạn một văn bản.',
        lang: 'vi',
        start_url: '/',
        display: 'standalone',
        theme_color: '#8f1d1d',
        background_color: '#e9e6e0',
        icons: [
          { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
          { src: '/icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
    }),
    compressed,
  ],
  server: {
    proxy: {
      '/api': server,
      '/verify': server,
      '/sync': { target: server, ws: true },
      '/yjs': { target: server, ws: true },
    },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: { output: { codeSplitting: { groups: fewFiles() } } },
  },
})
