import { describe, expect, test } from 'vitest'
import type { UnitId } from '@soanchung/shared/ids.ts'
import { dayOf, nameOn, namesAsOf, unitOn } from '@soanchung/shared/units/names.ts'
import { circleOf, possibleParents, sameSymbol, unitBody, unitSymbol } from '@soanchung/shared/units/units.ts'
import { aUnitBody } from '../support/units.ts'

const names = [
  { since: '', name: 'Uỷ ban MTTQ huyện Sông Lam', symbol: 'MTTQ' },
  { since: '2025-07-01', name: 'Uỷ ban MTTQ xã Sông Lam', symbol: 'MTTQ-SL' },
  { since: '2030-01-01', name: 'Uỷ ban MTTQ phường Sông Lam', symbol: 'MTTQ-P' },
]

describe('the name of a unit', () => {
  test.each([
    ['2019-03-01', 'MTTQ'],
    ['2025-06-30', 'MTTQ'],
    ['2025-07-01', 'MTTQ-SL'],
    ['2029-12-31', 'MTTQ-SL'],
    ['2031-05-05', 'MTTQ-P'],
  ])('on %s is the one with %s', (on, symbol) => {
    expect(nameOn(names, on).symbol).toBe(symbol)
  })

  test('of today comes with those before it, and not with one that is yet to come', () => {
    expect(namesAsOf(names, '2026-11-22')).toEqual({
      name: 'Uỷ ban MTTQ xã Sông Lam',
      symbol: 'MTTQ-SL',
      earlier: [{ until: '2025-07-01', name: 'Uỷ ban MTTQ huyện Sông Lam', symbol: 'MTTQ' }],
    })
    expect(namesAsOf(names.slice(0, 1), '2026-11-22')).not.toHaveProperty('earlier')
  })

  test('in a plan is the one of the date that the plan bears, and of today where it bears none', () => {
    const unit = namesAsOf(names, '2026-11-22')
    expect(unitOn(unit, '2024-02-05').name).toBe('Uỷ ban MTTQ huyện Sông Lam')
    expect(unitOn(unit, '2026-02-05').name).toBe('Uỷ ban MTTQ xã Sông Lam')
    expect(unitOn(unit, '').symbol).toBe('MTTQ-SL')
  })

  test('changes when the day begins in Vietnam, wherever the server stands', () => {
    expect(dayOf(Date.parse('2025-06-30T17:30:00Z'))).toBe('2025-07-01')
  })
})

describe('what an administrator says of a unit', () => {
  test.each<[string, Parameters<typeof aUnitBody>[1], boolean]>([
    ['as little as there can be', {}, true],
    ['three names in order', { names }, true],
    ['names out of order', { names: names.toReversed() }, false],
    ['two names from one day', { names: [...names, { ...names[2], since: '2030-01-01' } as (typeof names)[0]] }, false],
    ['no name from the beginning', { names: names.slice(1) }, false],
    ['no name at all', { names: [] }, false],
    ['a day that does not exist', { closedOn: '2026-02-30' }, false],
    ['one unit twice', { memberOf: [id('a'), id('a')] }, false],
    ['a name of blanks', { names: [{ since: '', name: '   ', symbol: 'HND' }] }, false],
    ['a name of two lines', { names: [{ since: '', name: 'Hội\nNông dân', symbol: 'HND' }] }, false],
  ])('%s: taken is %s', (_, more, isTaken) => {
    expect(unitBody.safeParse(aUnitBody({ symbol: 'HND' }, more)).success).toBe(isTaken)
  })

  test('is kept composed, without blanks around it', () => {
    const name = ' Hội Nông dân '.normalize('NFD')
    const taken = unitBody.parse(aUnitBody({ symbol: 'HND', name }))
    expect(taken.names[0]?.name).toBe('Hội Nông dân'.normalize('NFC'))
  })

  test.each([
    ['HND', true],
    ['ĐTN', true],
    ['MTTQ-BTT', true],
    ['HND/TW', false],
    ['', false],
    ['=HND', false],
    ['H N D', false],
    ['-', false],
  ])('the symbol “%s”: taken is %s', (symbol, isTaken) => {
    expect(unitSymbol.safeParse(symbol).success).toBe(isTaken)
  })

  test('symbols that differ in case only are the same', () => {
    expect([sameSymbol('ĐTN', 'đtn'), sameSymbol('ĐTN', 'DTN')]).toEqual([true, false])
  })
})

describe('the tree', () => {
  const parents: Record<string, string | null> = { a: 'b', b: 'c', c: 'a', d: 'a', e: 'f', f: null, g: 'g' }

  test.each([
    ['a', ['a', 'b', 'c', 'a']],
    ['d', null],
    ['e', null],
    ['g', ['g', 'g']],
  ])('from %s upwards the circle is %j', (start, circle) => {
    expect(circleOf(start, (one) => parents[one])).toEqual(circle)
  })

  test('a unit may be put under any but itself and those below it', () => {
    const tree = [unit('a', null), unit('b', 'a'), unit('c', 'b'), unit('d', null)]
    expect(possibleParents(id('b'), tree).map((one) => one.id)).toEqual([id('a'), id('d')])
    expect(possibleParents(null, tree)).toHaveLength(4)
  })
})

function unit(name: string, parent: string | null) {
  return { id: id(name), parent: parent === null ? null : id(parent) }
}

function id(letter: string): UnitId {
  return letter.repeat(20) as UnitId
}
