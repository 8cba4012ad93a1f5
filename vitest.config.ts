import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // The sync library prints each refusal that it passes on; the tests refuse on purpose. The
    // provider of the OIDC tests warns that it is one for tests.
    onConsoleLog: (line) => !/^(closing connection|oidc-provider (WARNING|NOTICE))/.test(line),
    projects: [
      {
        test: {
          name: 'node',
          include: ['tests/{shared,server,sync,tools}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          pool: 'forks',
        },
      },
      {
        plugins: [svelte()],
        resolve: { conditions: ['browser'] },
        test: {
          name: 'client',
          include: ['tests/client/**/*.test.ts'],
          environment: 'happy-dom',
          // Packages of Svelte components must go through the compiler.
          server: { deps: { inline: [/bits-ui/, /svelte-toolbelt/, /runed/, /svelte-sonner/, /@lucide/] } },
          testTimeout: 60_000,
        },
      },
    ],
  },
})
