import { expect, test } from 'vitest'
import { writeCsv } from '@soanchung/shared/csv.ts'

test('a CSV file begins with the mark of UTF-8 and quotes what needs it', () => {
  expect(
    writeCsv([
      ['Tên', 'a,b', 'nói "có"'],
      ['', ' hai\ndòng', '12'],
    ]),
  ).toBe('\ufeffTên,"a,b","nói ""có"""\r\n," hai\ndòng",12\r\n')
})

test.each(['=1+1', '+84', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1', '＋1', '－1', '＠x'])(
  'a cell that begins as a formula does stays text: %j',
  (text) => {
    const [, cell = ''] = /^\ufeff"?([^]*?)"?\r\n$/.exec(writeCsv([[text]])) ?? []
    expect(cell).toBe(`'${text}`)
  },
)
