import { expect, test } from 'vitest'
import { mergeDraft } from '../../client/src/admin/merge-draft.ts'

test('who saves second keeps what they changed, gets the rest from the first, and hears what both changed', () => {
  const seen = { kind: 'front', level: 'commune', names: ['MTTQ'], signers: ['An'], colour: 1 }
  const mine = { ...seen, level: 'province', names: ['MTTQ', 'Mặt trận'], colour: 2 }
  const theirs = { ...seen, level: 'district', signers: ['Bình'], colour: 2 }
  expect(mergeDraft(seen, mine, theirs)).toEqual({
    draft: { kind: 'front', level: 'province', names: ['MTTQ', 'Mặt trận'], signers: ['Bình'], colour: 2 },
    both: ['level'],
  })
})
