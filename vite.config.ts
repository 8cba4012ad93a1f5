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
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022' },
})
