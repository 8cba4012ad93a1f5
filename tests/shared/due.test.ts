import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { dueContent, dueDay, formatDue, parseDue } from '@soanchung/shared/targets/due.ts'
import { announcedSeed } from '../support/random.ts'

const seed = announcedSeed('deadlines')

describe('a deadline', () => {
  it.each<[typed: string, until: string, written: string, day: string]>([
    ['30/11/2026', '2026-11-30', '30/11/2026', '2026-11-30'],
    ['trước 30/11/2026', '2026-11-30', '30/11/2026', '2026-11-30'],
    ['Hoàn thành trước ngày 5.3.2026', '2026-03-05', '05/03/2026', '2026-03-05'],
    ['xong trước 5-3-2026', '2026-03-05', '05/03/2026', '2026-03-05'],
    ['ngày 5 tháng 3 năm 2026', '2026-03-05', '05/03/2026', '2026-03-05'],
    ['29/02/2028', '2028-02-29', '29/02/2028', '2028-02-29'],
    ['11/2026', '2026-11', 'Tháng 11/2026', '2026-11-30'],
    ['tháng 2/2028', '2028-02', 'Tháng 2/2028', '2028-02-29'],
    ['Trong tháng 2 năm 2026', '2026-02', 'Tháng 2/2026', '2026-02-28'],
    ['cuối tháng 6/2026', '2026-06', 'Tháng 6/2026', '2026-06-30'],
    ['Quý IV/2026', '2026-Q4', 'Quý IV/2026', '2026-12-31'],
    ['quý 1 năm 2026', '2026-Q1', 'Quý I/2026', '2026-03-31'],
    ['hết quý iii/2026', '2026-Q3', 'Quý III/2026', '2026-09-30'],
    ['2026', '2026', 'Năm 2026', '2026-12-31'],
    ['hết năm 2027', '2027', 'Năm 2027', '2027-12-31'],
    ['đến hết  năm 2027', '2027', 'Năm 2027', '2027-12-31'],
    ['cuối năm 2027', '2027', 'Năm 2027', '2027-12-31'],
  ])('"%s" is %s, written "%s" and ends on %s', (typed, until, written, day) => {
    const due = parseDue(typed)
    expect([due, formatDue(due), dueDay(due)]).toEqual([{ until }, written, day])
  })

  it.each([
    ...['31/02/2026', '29/02/2026', '30/13/2026', '0/5/2026', '32/1/2026', 'tháng 13/2026', 'Quý V/2026', 'Quý 0/2026'],
    ...['Thường xuyên', 'hằng quý', '6 tháng đầu năm 2026', 'năm 26', '12/2026/30'],
    // June is not what ends before June.
    ...['trước tháng 6/2026', 'Trước 6/2026', 'trước năm 2027', 'trước quý II/2026', 'trước 2027'],
  ])('"%s" stays as it was typed', (typed) => {
    const due = parseDue(typed)
    expect([due, formatDue(due), dueDay(due)]).toEqual([{ typed }, typed, null])
  })

  it('is none where nothing was typed', () => {
    expect([parseDue('  '), formatDue(null), dueDay(null)]).toEqual([null, '', null])
  })

  it('is read back as it was written', () => {
    const part = (least: number, most: number, length: number) =>
      fc.integer({ min: least, max: most }).map((one) => String(one).padStart(length, '0'))
    const year = part(1900, 2200, 4)
    const untils = fc.oneof(
      year,
      fc.tuple(year, part(1, 12, 2)).map((all) => all.join('-')),
      fc.tuple(year, part(1, 4, 1)).map((all) => all.join('-Q')),
      fc.tuple(year, part(1, 12, 2), part(1, 31, 2)).map((all) => all.join('-')),
    )
    const readsBack = (until: string) => {
      const due = dueContent.safeParse({ until })
      if (due.success) expect(parseDue(formatDue(due.data))).toEqual(due.data)
    }
    fc.assert(fc.property(untils, readsBack), { seed, numRuns: 2000 })
  })
})
