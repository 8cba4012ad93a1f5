/**
 * What units say of the targets that a plan gives down, a sheet for each year in which one says
 * something: units down, targets across, below them what it comes to and what is wanted. What a
 * unit answered stands beside its number, in the number's format.
 */
import type { CellObject } from 'write-excel-file/node'
import type { Carrier, PlanRollUp, RolledTarget, RolledUnit, Standing } from '@soanchung/shared/links/links.ts'
import { planYears } from '@soanchung/shared/plan/meta.ts'
import { cellFigure } from '@soanchung/shared/targets/formula.ts'
import { formatQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import type { Quantity } from '@soanchung/shared/targets/quantity.ts'
import { isLiving, type Target } from '@soanchung/shared/targets/register.ts'
import { cellSourceOf, measureWords, quantityInScale, type ViewSource } from '@soanchung/shared/targets/view-cells.ts'
import { bodyLook, textCell, type Look, type NumberFormats, type PlainSheet } from './xlsx-cells.ts'

const standingWords: Record<Standing, string> = { draft: 'dự thảo', submitted: 'đã trình', issued: 'đã ban hành' }

/** What a unit did, where that is more than to take what was given. */
const answerWords: Record<RolledUnit['answer'], string> = {
  waiting: 'chờ trả lời',
  accepted: '',
  countered: 'đề nghị mức khác',
  kept: 'giữ nguyên',
  served: 'tự đăng ký',
}

const numberLook: Look = { ...bodyLook, align: 'right' }
const bold: Look = { fontWeight: 'bold' }

interface Column {
  target: Target
  rolled: RolledTarget
}

export function rollUpSheets(
  { carriers, targets }: PlanRollUp,
  source: ViewSource,
  formats: NumberFormats,
): PlainSheet[] {
  const years = planYears(source.meta)
  const cells = source.cells ?? cellSourceOf(source.parts, years)
  const rolledUp = new Map(targets.map((rolled) => [rolled.target, rolled]))
  const columns = source.parts
    .flatMap((part) => part.targets.filter(isLiving))
    .flatMap((target): Column[] => {
      const rolled = rolledUp.get(target.id)
      return rolled === undefined || rolled.units.length === 0 ? [] : [{ target, rolled }]
    })
  if (carriers.length === 0 || columns.length === 0) return []
  const said = years.filter((year) =>
    columns.some(({ rolled }) => rolled.units.some((unit) => (unit.values[year] ?? unit.given[year]) !== undefined)),
  )
  const units = new Map(source.units.map((unit, place) => [unit.id, { name: unit.name, place }]))
  const placeOf = ({ unit }: Carrier) => units.get(unit)?.place ?? units.size
  const inOrder = carriers.toSorted((a, b) => placeOf(a) - placeOf(b))
  return said.map((year): PlainSheet => {
    const below = (words: string, quantityOf: (column: Column) => Quantity | null): CellObject[] => [
      textCell('', bodyLook),
      textCell(words, { ...bodyLook, ...bold }),
      textCell('', bodyLook),
      ...columns.map((column) => quantityCell(quantityOf(column), column.target, '', formats, bold)),
    ]
    const count = (words: string, countOf: (column: Column) => number): CellObject[] => [
      textCell('', bodyLook),
      textCell(words, bodyLook),
      textCell('', bodyLook),
      ...columns.map((column) => formats.cell(String(countOf(column)), String(countOf(column)), numberLook)),
    ]
    return {
      name: `Tổng hợp ${year}`,
      caption: `Tổng hợp chỉ tiêu giao xuống, năm ${year}`,
      titles: ['TT', 'Đơn vị', 'Văn bản', ...columns.map(({ target }) => titleOf(target))],
      widths: [6, 34, 14, ...columns.map((column) => Math.ceil(widthOf(column, year)))],
      rows: [
        ...inOrder.map(({ unit, plan }, index): CellObject[] => [
          formats.cell(String(index + 1), String(index + 1), { ...bodyLook, align: 'center' }),
          textCell(units.get(unit)?.name ?? '', bodyLook),
          textCell(plan === null ? 'chưa có' : standingWords[plan.standing], bodyLook),
          ...columns.map(({ target, rolled }) =>
            unitCell(
              rolled.units.find((one) => one.unit === unit),
              String(year),
              target,
              formats,
            ),
          ),
        ]),
        below('Tổng hợp', ({ rolled }) => rolled.years[year]?.stated.quantity ?? null),
        below('Tổng hợp từ cấp thấp nhất', ({ rolled }) => rolled.years[year]?.gathered.quantity ?? null),
        below('Chỉ tiêu của văn bản', ({ target }) => {
          const figure = cellFigure(cells, { of: 'target', id: target.id, field: `value.${year}` })
          return figure.kind === 'quantity' ? figure.quantity : null
        }),
        count('Đơn vị chờ trả lời', ({ rolled }) => rolled.units.filter(({ answer }) => answer === 'waiting').length),
        count('Đơn vị có số không tổng hợp được', ({ rolled }) => rolled.years[year]?.stated.left ?? 0),
      ],
    }
  })
}

function titleOf({ name, measure, frequency }: Target): string {
  const words = measureWords(measure, frequency)
  return words === '' ? name : `${name} (${words})`
}

function unitCell(unit: RolledUnit | undefined, year: string, target: Target, formats: NumberFormats): CellObject {
  if (unit === undefined) return textCell('–', { ...bodyLook, align: 'center' })
  return quantityCell(unit.values[year] ?? null, target, wordsOf(unit), formats)
}

function wordsOf({ isStale, answer }: RolledUnit): string {
  return isStale ? 'cấp trên đã đổi' : answerWords[answer]
}

/** A number below the measure of its column; what is counted otherwise says in what. */
function quantityCell(
  quantity: Quantity | null,
  target: Target,
  words: string,
  formats: NumberFormats,
  more: Look = {},
): CellObject {
  const look: Look = { ...numberLook, ...more }
  if (quantity === null) return textCell(words, { ...look, fontStyle: 'italic' })
  const { scaled, text } = shownIn(target, quantity, words)
  const [number, second] = scaled.numbers
  return number === undefined || second !== undefined ? textCell(text, look) : formats.cell(number, text, look)
}

function shownIn({ measure }: Target, quantity: Quantity, words: string): { scaled: Quantity; text: string } {
  const scaled = measure.kind === 'money' ? quantityInScale(quantity, measure.scale) : quantity
  const figure = formatQuantity(scaled, scaled.measure.kind === measure.kind ? 'cell' : 'sentence')
  return { scaled, text: figure + (words === '' ? '' : ` (${words})`) }
}

/** A number that is wider than its column would show as `###`. */
function widthOf({ target, rolled }: Column, year: number): number {
  const { stated, gathered } = rolled.years[year] ?? {}
  const own = rolled.units.flatMap((unit) => {
    const value = unit.values[year]
    return value === undefined ? wordsOf(unit) : shownIn(target, value, wordsOf(unit)).text
  })
  const sums = [stated, gathered].flatMap((one) => (one?.quantity ? shownIn(target, one.quantity, '').text : []))
  return Math.max(14, target.name.length / 3, ...[...own, ...sums].map((text) => text.length + 2))
}
