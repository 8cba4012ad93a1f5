import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { importText } from '@soanchung/shared/import/import-text.ts'
import { describeReport, inspect, inspectJsonSchema, inspectReport } from '@soanchung/shared/import/inspect.ts'
import { bareText, oneSpace, readLines } from '@soanchung/shared/import/lines.ts'
import { readMark } from '@soanchung/shared/import/mark.ts'
import type { ImportResult } from '@soanchung/shared/import/result.ts'
import { toSnapshot } from '@soanchung/shared/import/to-snapshot.ts'
import { blockText } from '@soanchung/shared/plan/blocks.ts'
import { planSnapshot, type PlanSnapshot } from '@soanchung/shared/plan/snapshot.ts'
import { formatQuantity } from '@soanchung/shared/targets/quantity-text.ts'

const folder = new URL('../samples/import/', import.meta.url)
const names = readdirSync(folder).sort()
const inputOf = (name: string) => readFileSync(new URL(`${name}/input.txt`, folder), 'utf8')

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)
console.log(`import seed: SEED=${seed}`)

/** Set to write the expected files anew; read every change before it is committed. */
const isWriting = process.env['WRITE_SAMPLES'] === '1'

/** Everything that the result holds, as one text of letters and digits; heading dates as typed. */
function contentOf(result: ImportResult): string {
  const { heading } = result
  const date = heading.date?.value.split('-').reverse().map(Number) ?? []
  return [
    ...[heading.superiorBody, heading.issuer, heading.number, heading.subject, heading.place].map(
      (one) => one?.value ?? '',
    ),
    `${heading.place?.value ?? ''} ngày ${date[0]} tháng ${date[1]} năm ${date[2]}`,
    ...result.parts.flatMap((part) => [
      `${part.number} ${part.title}`,
      ...part.blocks.flatMap((block) => [`${block.mark} ${block.text}`, ...block.footnotes.map((note) => note.text)]),
    ]),
    ...result.signers.flatMap((signer) => [signer.authority, signer.office, signer.name]),
    ...result.recipients.map((one) => one.text),
    ...result.leftOut.map((one) => one.text),
  ]
    .map((text) => bareText(text))
    .join('|')
}

const typeWords = /^(?:dự thảo )?(?:kế hoạch|đề án|chương trình)(?: hành động| phối hợp| công tác)?(?: số:? (?=\d))?/iu

/** The lines whose words are nowhere in the result. */
function lostLines(text: string): string[] {
  const result = importText(text)
  const content = contentOf(result)
  const isThere = (piece: string) => {
    const number = piece.replace(/^Số ?:?/iu, '')
    const plain = [piece, number, piece.replace(typeWords, ''), piece.replace(/[⁰¹²³⁴-⁹]|\[\d+\]|\(\d+\)/gu, '')]
    const dated = piece.replace(/(ngày|tháng) 0/giu, '$1 ')
    const mark = readMark(piece)
    return [...plain, dated, mark?.rest ?? piece].some((one) => content.includes(bareText(one)))
  }
  return readLines(text)
    .filter((line) => !isThere(line.text) && !line.columns.every((cell) => isThere(cell)))
    .map((line) => `${line.number}: ${line.text}`)
}

/** One text with lines of others mixed in, doubled, dropped, cut in two or parted by blank lines. */
const mutated = fc
  .tuple(fc.constantFrom(...names), fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat({ max: 5 })), { maxLength: 12 }))
  .map(([name, changes]) => {
    const all = names.flatMap((one) => inputOf(one).split('\n'))
    const lines = inputOf(name).split('\n')
    for (const [where, other, kind] of changes) {
      const at = where % lines.length
      const line = lines[at] ?? ''
      const cut = line.indexOf(' ', other % (line.length + 1))
      if (kind === 0) lines.splice(at, 0, all[other % all.length] ?? '')
      else if (kind === 1) lines.splice(at, 1)
      else if (kind === 2 && cut > 0) lines.splice(at, 1, line.slice(0, cut), '', line.slice(cut + 1))
      else if (kind === 3) lines.splice(at, 0, '', '')
      else if (kind === 4) lines.splice(at, 0, line)
      else if (kind === 5) [lines[at], lines[other % lines.length]] = [lines[other % lines.length] ?? '', line]
    }
    return lines.join('\n')
  })

describe('importing a text', () => {
  it.each(names)('reads the sample %s as it was reviewed', (name) => {
    const file = new URL(`${name}/expected.json`, folder)
    const result = importText(inputOf(name))
    if (isWriting) writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
    expect(result).toEqual(JSON.parse(readFileSync(file, 'utf8')))
  })

  it.each(names)('loses no line of the sample %s', (name) => {
    expect(lostLines(inputOf(name))).toEqual([])
  })

  it('keeps a second number, in two columns as a scan gives them', () => {
    expect(lostLines('ỦY BAN NHÂN DÂN XÃ A\nSố: 45/KH-UBND\nSố:     /KH-HPN\nKẾ HOẠCH\nCải tạo kênh mương\n')).toEqual(
      [],
    )
  })

  it('loses no line of samples that were cut, mixed and shuffled', () => {
    const losesNothing = (text: string) => {
      expect(lostLines(text)).toEqual([])
    }
    fc.assert(fc.property(mutated, losesNothing), { seed, numRuns: 400 })
  })

  it('makes a valid plan of whatever it is given', () => {
    const isValid = (text: string) => {
      expect(planSnapshot.safeParse(toSnapshot(importText(text))).error?.issues).toBeUndefined()
      expect(inspectReport.safeParse(inspect(text)).error?.issues).toBeUndefined()
    }
    fc.assert(fc.property(fc.oneof(mutated, fc.string({ maxLength: 300, unit: 'grapheme' })), isValid), {
      seed,
      numRuns: 300,
    })
  })

  it('offers each figure at the words that say it', () => {
    for (const name of names) {
      const { parts, targets, budget } = importText(inputOf(name))
      for (const figure of [...targets, ...budget]) {
        const block = parts[figure.part]?.blocks[figure.block]
        const text = figure.footnote === null ? block?.text : block?.footnotes[figure.footnote]?.text
        expect(oneSpace(text ?? '')).toContain(figure.sentence)
        expect(figure.sentence).toContain(text?.slice(figure.from, figure.to))
      }
    }
  })

  it.each<[string, (text: string) => string]>([
    ['line ends of Windows', (text) => text.replaceAll('\n', '\r\n')],
    ['letters whose marks stand apart', (text) => text.normalize('NFD')],
    ['spaces that keep words together', (text) => text.replace(/(?<=\p{L}) (?=\p{L})/gu, '\u00a0')],
    ['a byte order mark', (text) => `\ufeff${text}`],
  ])('reads a text with %s as it reads it without', (_, change) => {
    for (const name of names) expect(importText(change(inputOf(name)))).toEqual(importText(inputOf(name)))
  })

  it('shows the report to people in both languages', () => {
    const report = inspect(inputOf('dang-uy-so-cu'))
    expect(describeReport(report)).toContain('từ 55 đến 60% · Tỷ lệ tổ dân vận xếp loại tốt')
    expect(describeReport(report, 'en')).toContain('A number is missing · V- → IV-')
  })

  it('publishes the JSON schema of the report as it is', () => {
    const file = new URL('../../docs/schemas/inspect-1.schema.json', import.meta.url)
    const schema = `${JSON.stringify(inspectJsonSchema(), null, 2)}\n`
    if (isWriting) writeFileSync(file, schema)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(schema))
  })

  it('fulfils the published schema, which says its version', () => {
    const file = new URL('../../docs/schemas/inspect-1.schema.json', import.meta.url)
    const published = z.fromJSONSchema(JSON.parse(readFileSync(file, 'utf8')))
    for (const name of names) expect(published.safeParse(inspect(inputOf(name))).error?.issues).toBeUndefined()
    const next = { ...inspect('KẾ HOẠCH'), schema: 'soanchung/inspect-2' }
    expect(published.safeParse(next).success).toBe(false)
  })
})

/** The words of a plan, with what its references show. */
function textsOf(plan: PlanSnapshot): string[] {
  return plan.parts.flatMap((part) =>
    part.blocks.map((block) =>
      blockText(block, ({ target, cell }) => {
        const entry = part.targets.find((one) => one.id === target)
        const content = cell === 'baseline' ? entry?.baseline : entry?.values[cell.slice('value.'.length)]
        return content != null && 'quantity' in content ? formatQuantity(content.quantity) : '?'
      }),
    ),
  )
}

describe('the plan of an import', () => {
  const result = importText(inputOf('hoi-nong-dan-trang-web'))
  const plan = toSnapshot(result)

  it('says the accepted numbers through references to the registers', () => {
    expect(textsOf(plan)).toContain(
      'Phấn đấu 100% chi hội có hội viên khởi nghiệp; trên 75% tổ hợp tác hoạt động có lãi.',
    )
    expect(plan.parts[0]?.blocks[0]).toMatchObject({
      content: [{ text: 'Phấn đấu ' }, { type: 'reference' }, {}, {}, {}],
    })
  })

  it('keeps a number that was not accepted as text', () => {
    const refused = toSnapshot({ ...result, targets: [] })
    expect(refused.parts.flatMap((part) => part.targets)).toEqual([])
    expect(textsOf(refused)[0]).toContain('100% chi hội')
  })

  it('puts the money of the years into one line and notes the stated total', () => {
    const lines = plan.parts.flatMap((part) => part.budget)
    expect(lines.map((line) => [line.name, Object.keys(line.amounts)])).toContainEqual([
      'Kinh phí',
      ['2026', '2027', '2030'],
    ])
    expect(lines[0]?.note).toContain('2.310 triệu đồng')
  })

  it('puts a table of targets into the register, and shows it where it stood', () => {
    const { parts } = toSnapshot(importText(inputOf('bang-chi-tieu')))
    const part = parts.find((one) => one.title === 'Chỉ tiêu cụ thể')
    const water = part?.targets.find((one) => one.note === 'Đơn vị chủ trì: Hội Liên hiệp Phụ nữ')
    expect(water).toMatchObject({ name: 'Tỷ lệ hộ dân sử dụng nước sạch', baseline: { quantity: { numbers: ['72'] } } })
    expect(Object.keys(water?.values ?? {})).toEqual(['2026', '2027', '2028', '2029', '2030'])
    const shown = part?.blocks.map((block) =>
      block.type === 'view' ? block.columns.at(-1) : blockText(block, () => ''),
    )
    expect(shown?.slice(3)).toEqual(['Chỉ tiêu từng năm:', 'note', expect.stringMatching(/^TT \|/), 'A | Môi trường'])
  })

  it('keeps the rows of a table that were not accepted as text', () => {
    const found = importText(inputOf('bang-chi-tieu'))
    const texts = toSnapshot({ ...found, targets: [] }).parts.flatMap((part) => part.blocks)
    expect(texts.some((block) => block.type === 'view')).toBe(false)
    expect(texts.map((block) => blockText(block, () => ''))).toContainEqual(expect.stringMatching(/^1 \| Tỷ lệ hộ dân/))
  })

  it('takes a value from before the period as the baseline', () => {
    const { parts } = toSnapshot(importText(inputOf('chu-thich')))
    const before = parts.flatMap((part) => part.targets).find((one) => one.name.startsWith('Số suất quà'))
    expect(before?.baseline).toMatchObject({ quantity: { numbers: ['118'] } })
  })
})
