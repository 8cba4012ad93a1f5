import { expect, test } from 'vitest'
import { newId, type TargetId, type UnitId } from '@soanchung/shared/ids.ts'
import { rolledTarget, type Figures, type RolledTarget } from '@soanchung/shared/links/links.ts'
import { rollUpMethods } from '@soanchung/shared/targets/register.ts'
import { gatheredBelow, silenceBelow, rolledTargetOf, type Contribution } from '@soanchung/server/src/links/reckon.ts'
import { count } from '../support/linked-plans.ts'
import { gatheredOf, missingOf, plainly, statedOf, type PlainTarget } from '../support/plain-roll-up.ts'
import { announcedSeed, seededRandom, type Random } from '../support/random.ts'

const hasNothing = { quantity: null, counted: 0, left: 0 }

/** A tree of targets, up to four levels, as wide as chance wants it. */
function aTree(random: Random, levels: number): PlainTarget {
  const width = levels === 0 ? 0 : random.below(5)
  return {
    method: rollUpMethods[random.below(rollUpMethods.length)] ?? 'sum',
    value: random.below(5) === 0 ? null : random.below(1000),
    below: Array.from({ length: width }, () => ({
      target: aTree(random, levels - 1),
      weight: random.below(3) === 0 ? null : random.below(50),
    })),
  }
}

/** The same as the server does it: from below, of each target out of what was made of those that serve it. */
function reckoned(tree: PlainTarget): RolledTarget {
  const contributions = tree.below.map(({ target, weight }): Contribution => {
    const rolled = reckoned(target)
    return {
      ...{ unit: newId<UnitId>(), answer: 'accepted', reason: '', results: {}, seen: {} },
      weight: weight === null ? null : String(weight),
      values: valuesOf(target),
      below: gatheredBelow(rolled),
      silence: silenceBelow(rolled),
    }
  })
  const target = { id: newId<TargetId>(), method: tree.method, measure: count('0').measure, values: valuesOf(tree) }
  return rolledTargetOf(target, [], [], contributions)
}

const valuesOf = ({ value }: PlainTarget): Figures => (value === null ? {} : { 2026: count(String(value)) })

test('1,000 trees of plans are rolled up as one would do it with a pencil', () => {
  const random = seededRandom(announcedSeed('roll-up of trees'))
  for (let round = 0; round < 1000; round += 1) {
    const tree = aTree(random, 1 + random.below(3))
    const rolled = reckoned(tree)
    const { stated, gathered } = rolled.years['2026'] ?? { stated: hasNothing, gathered: hasNothing }
    const isSilent = rolled.years['2026'] === undefined
    const whole = JSON.stringify(tree)
    expect(plainly(stated), whole).toEqual(isSilent ? plainly(hasNothing) : statedOf(tree))
    expect(plainly(gathered), whole).toEqual(isSilent ? plainly(hasNothing) : gatheredOf(tree))
    if (!isSilent) expect(rolled.years['2026']?.missing ?? 0, whole).toBe(missingOf(tree))
  }
})

const tree = (method: PlainTarget['method'], value: number | null, ...below: PlainTarget[]): PlainTarget => ({
  ...{ method, value },
  below: below.map((target) => ({ target, weight: null })),
})

test('three levels are gathered from the lowest ones that say something', () => {
  const silent = tree('sum', null, tree('sum', 3), tree('sum', 4))
  const spoken = tree('sum', 90, tree('sum', 5), tree('sum', 6))
  const alone = tree('sum', 20)
  const { stated, gathered } = reckoned(tree('sum', 100, silent, spoken, alone)).years['2026'] ?? {}
  expect(plainly(stated ?? hasNothing)).toEqual({ number: '110', counted: 2, left: 1 })
  expect(plainly(gathered ?? hasNothing)).toEqual({ number: '38', counted: 3, left: 0 })
})

test('how many units reach a target is never taken for a value of it', () => {
  const counted = tree('reached', 50, tree('none', 60), tree('none', 70), tree('none', 40))
  const { gathered } = reckoned(tree('sum', 100, counted)).years['2026'] ?? {}
  expect(plainly(gathered ?? hasNothing)).toEqual({ number: '50', counted: 1, left: 0 })
})

test('every unit that carries the plan out has a row, with or without an answer', () => {
  const [silent, given, served] = [newId<UnitId>(), newId<UnitId>(), newId<UnitId>()]
  const target = {
    id: newId<TargetId>(),
    method: 'sum',
    measure: count('0').measure,
    values: { 2026: count('9') },
  } as const
  const rolled = rolledTargetOf(
    target,
    [silent, given],
    [{ unit: given, way: 'same', key: '', weight: null, given: {} }],
    [
      {
        ...{ unit: served, answer: 'served', reason: '', weight: '2', seen: { 2026: count('8') }, below: {} },
        silence: { years: {}, otherwise: 0 },
        ...{ values: { 2026: count('1') }, results: { '2026-H1': count('1') } },
      },
    ],
  )
  expect(rolled.units).toMatchObject([
    { unit: silent, way: null, answer: 'waiting', given: {}, isStale: false },
    { unit: given, way: 'same', answer: 'waiting', given: { 2026: count('9') }, isStale: false },
    { unit: served, way: null, answer: 'served', weight: '2', isStale: true, results: { '2026-H1': count('1') } },
  ])
  expect(rolledTarget.parse(rolled)).toEqual(rolled)
})
