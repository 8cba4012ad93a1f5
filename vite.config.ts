import { paraglideVitePlugin } from '@inlang/paraglide-js'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'client',
  plugins: [
    paraglideVitePlugin({
      project: `${import.meta.dirname}/client/project.inlang`,
      outdir: `${import.meta.dirname}/client/src/paraglide`,
      strategy: ['localStorage', 'baseLocale'],
    }),
    svelte(),
  ],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022' },
})
