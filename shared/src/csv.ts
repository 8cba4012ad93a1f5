/**
 * CSV files for spreadsheets. A cell whose text begins as a formula does would be run by the
 * program that opens the file, so it gets an apostrophe, as spreadsheets write text themselves
 * (OWASP, CSV injection). The mark at the beginning tells Excel that the file is UTF-8.
 */
const formula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u

/** What a file begins with. */
export const csvMark = '\ufeff'

export function writeCsv(rows: readonly (readonly string[])[]): string {
  return csvMark + rows.map(csvLine).join('')
}

/** For files that are too long to be made at once. */
export function csvLine(row: readonly string[]): string {
  return `${row.map(cell).join(',')}\r\n`
}

function cell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text
  return /[",;\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
