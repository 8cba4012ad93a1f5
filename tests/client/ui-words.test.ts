import { expect, test } from 'vitest'
import { keepTogether } from '../../client/src/ui/words.ts'

test.each([
  ['giai đoạn 2026 - 2030', 'giai đoạn 2026\u00a0-\u2060\u00a02030'],
  ['giai đoạn 2026-2030', 'giai đoạn 2026-\u20602030'],
  ['2021 – 2025, 2026 - 2030', '2021\u00a0–\u2060\u00a02025, 2026\u00a0-\u2060\u00a02030'],
  ['số 12026 - 2030 và 2026 - 20301', 'số 12026\u00a0- 2030 và 2026\u00a0- 20301'],
  ['các tổ chức chính trị - xã hội', 'các tổ chức chính trị\u00a0- xã hội'],
  ['UỶ BAN MTTQ VIỆT NAM XÃ', 'UỶ BAN MTTQ VIỆT\u00a0NAM XÃ'],
])('in “%s” what belongs together is shown on one line', (text, shown) => {
  expect(keepTogether(text)).toBe(shown)
})
