import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { settingsMarkdown } from '../../server/src/config.ts'

it.each([
  ['README.md', 'en'],
  ['README.vi.md', 'vi'],
] as const)('%s names every setting as the program knows it', (file, language) => {
  const readme = readFileSync(join(import.meta.dirname, '../..', file), 'utf8')
  expect(readme).toContain(settingsMarkdown(language).trim())
})
