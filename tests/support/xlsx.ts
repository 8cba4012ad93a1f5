/** Reads back an Excel file as a program sees it: each cell's kind, value, and the format of its number. */
import { strFromU8, unzipSync } from 'fflate'

export interface ReadCell {
  kind: 'text' | 'number' | 'formula' | 'empty'
  value: string
  format: string
}

/** The rows of each sheet, by its name. */
export function readXlsx(file: Uint8Array): ReadonlyMap<string, ReadCell[][]> {
  const files = unzipSync(file)
  const read = (name: string) => strFromU8(files[name] ?? new Uint8Array())
  const texts = [...read('xl/sharedStrings.xml').matchAll(/<si><t[^>]*>([^<]*)<\/t><\/si>/g)].map(([, text]) =>
    plain(text),
  )
  const styles = read('xl/styles.xml')
  const formats = new Map(
    [...styles.matchAll(/<numFmt numFmtId="(\d+)" formatCode="([^"]*)"/g)].map(([, id, code]) => [id, plain(code)]),
  )
  const [, cellStyles = ''] = /<cellXfs[^>]*>(.*)<\/cellXfs>/s.exec(styles) ?? []
  const formatOf = [...cellStyles.matchAll(/<xf ([^>]*)>/g)].map(([, attributes = '']) => {
    return formats.get(/numFmtId="(\d+)"/.exec(attributes)?.[1] ?? '') ?? ''
  })
  const names = [...read('xl/workbook.xml').matchAll(/<sheet [^>]*name="([^"]*)"/g)].map(([, name]) => plain(name))
  return new Map(
    names.map((name, index) => {
      const rows = [...read(`xl/worksheets/sheet${index + 1}.xml`).matchAll(/<row [^>]*>(.*?)<\/row>/gs)]
      return [name, rows.map(([, row = '']) => readRow(row, texts, formatOf))]
    }),
  )
}

function readRow(row: string, texts: readonly string[], formatOf: readonly string[]): ReadCell[] {
  return [...row.matchAll(/<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)].map(([, attributes = '', content = '']): ReadCell => {
    const format = formatOf[Number(/ s="(\d+)"/.exec(` ${attributes}`)?.[1])] ?? ''
    if (content.includes('<f')) return { kind: 'formula', value: content, format }
    const value = /<v>(.*)<\/v>/s.exec(content)?.[1]
    if (value === undefined) return { kind: 'empty', value: '', format }
    if (!attributes.includes('t="s"')) return { kind: 'number', value, format }
    const text = texts[Number(value)]
    if (text === undefined) throw new Error(`a cell names a text that is not there: ${value}`)
    return { kind: 'text', value: text, format }
  })
}

function plain(xml = ''): string {
  return xml
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
    .replace(/_x([0-9a-f]{4})_/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
}
