import { expect, test } from 'vitest'
import { holdsWords } from '@soanchung/shared/fold.ts'

test('a search finds words in any order, without diacritics, and everything where nothing was typed', () => {
  const text = 'Trần Văn Bảo bao.tv HND Hội Nông dân xã Đồng Mai'
  expect(['bao tran', 'dong  mai', ' Nông ', ''].map((wanted) => holdsWords(text, wanted))).not.toContain(false)
  expect(holdsWords(text, 'bao phu nu')).toBe(false)
})
