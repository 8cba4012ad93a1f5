/**
 * Browser journeys in real Chromium: the system's where there is one, else Playwright's own. Each
 * worker starts a server of its own on a free port (see fixtures.ts), so files run side by side.
 */
import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

const system =
  process.env['CHROMIUM_PATH'] ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))

export default defineConfig({
  testDir: '.',
  testMatch: '*.journey.ts',
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  retries: 0,
  outputDir: '../../test-results/e2e',
  reporter: process.env['REPORT_JSON'] ? [['list'], ['json', { outputFile: process.env['REPORT_JSON'] }]] : [['list']],
  use: {
    viewport: { width: 1440, height: 900 },
    locale: 'vi-VN',
    actionTimeout: 30_000,
    trace: 'retain-on-failure',
    launchOptions: {
      ...(system === undefined ? {} : { executablePath: system }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
