import { paraglideVitePlugin } from '@inlang/paraglide-js'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

/** Where the server of a development session listens. */
const server = process.env['SOANCHUNG_SERVER'] ?? 'http://127.0.0.1:8080'

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
