/**
 * Blocks of cells on the clipboard, as spreadsheets and Word exchange them: tab-separated text and
 * an HTML table. Only the words come in; what goes out cannot become a formula in a spreadsheet.
 */

/** The cells of a clipboard, row by row; the HTML table where there is one, else the text. */
export function readClipboard(clipboard: { html: string; text: string }): string[][] {
  const table = clipboard.html === '' ? [] : readTable(clipboard.html)
  return table.length > 0 ? table : readSeparated(clipboard.text)
}

/** Word's tables split a cell's lines over paragraphs, so its text alone would not do. */
function readTable(html: string): string[][] {
  const table = new DOMParser().parseFromString(html, 'text/html').querySelector('table')
  if (table === null) return []
  const rows: string[][] = []
  /** Cells above that reach down into later rows: column → rows left. */
  const reaching = new Map<number, number>()
  for (const row of table.querySelectorAll('tr')) {
    const cells: string[] = []
    const skipCovered = () => {
      for (let left = reaching.get(cells.length); left !== undefined; left = reaching.get(cells.length)) {
        if (left === 1) reaching.delete(cells.length)
        else reaching.set(cells.length, left - 1)
        cells.push('')
      }
    }
    for (const cell of row.querySelectorAll('td, th')) {
      skipCovered()
      const [across, down] = [span(cell, 'colspan'), span(cell, 'rowspan')]
      for (let index = 0; index < across; index += 1) {
        if (down > 1) reaching.set(cells.length, down - 1)
        cells.push(index === 0 ? plain(wordsOf(cell)) : '')
      }
    }
    skipCovered()
    rows.push(cells)
  }
  return rows
}

function span(cell: Element, name: 'colspan' | 'rowspan'): number {
  const count = Number.parseInt(cell.getAttribute(name) ?? '1', 10)
  return count >= 1 && count <= 1000 ? count : 1
}

/** The text of a cell with a space where a new line or paragraph begins. */
function wordsOf(node: Node): string {
  return [...node.childNodes]
    .map((child) => {
      if (child.nodeType === Node.TEXT_NODE) return child.textContent ?? ''
      return ['BR', 'P', 'DIV', 'LI'].includes(child.nodeName) ? ` ${wordsOf(child)} ` : wordsOf(child)
    })
    .join('')
}

/** Tab-separated text; a cell in quotes may hold tabs, line ends and doubled quotes. */
function readSeparated(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  const field = /(?:"((?:[^"]|"")*)"|([^\t\r\n]*))(\t|\r\n|\n|\r|$)/gy
  for (let found = field.exec(text); found !== null; found = field.exec(text)) {
    const [, quoted, bare = '', end] = found
    row.push(plain(quoted === undefined ? bare : quoted.replaceAll('""', '"')))
    if (end === '\t') continue
    rows.push(row)
    row = []
    if (end === '' || field.lastIndex >= text.length) break
  }
  return rows
}

const formulaStart = /^[=+\-@＝＋－＠]/

/** Takes away the apostrophe that keeps words from being a formula, and spaces of every kind. */
function plain(words: string): string {
  const text = words.normalize('NFC').replace(/\s+/g, ' ').trim()
  return text.startsWith("'") && formulaStart.test(text.slice(1)) ? text.slice(1) : text
}

/** Both forms of a block of cells. */
export function writeClipboard(cells: readonly (readonly string[])[]): { html: string; text: string } {
  const text = cells.map((row) => row.map((cell) => separated(harmless(cell))).join('\t')).join('\n')
  const rows = cells.map((row) => {
    const fields = row.map((cell) => `<td style="mso-number-format:'\\@'">${escaped(harmless(cell))}</td>`)
    return `<tr>${fields.join('')}</tr>`
  })
  return { text, html: `<table>${rows.join('')}</table>` }
}

/** A negative number is no formula. */
function harmless(cell: string): string {
  return formulaStart.test(cell) && !/^-\d[\d.,]*$/.test(cell) ? `'${cell}` : cell
}

function separated(cell: string): string {
  return /[\t\n\r"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

function escaped(cell: string): string {
  return cell.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
