/**
 * Formulas as people write and read them: `= {Hộ nghèo; 2026} + {Hộ cận nghèo; 2026}`, with
 * Vietnamese numbers, `;` between what a function is given, and cells by the names of their rows. Of
 * rows with the same name the later ones carry a number, `Hộ nghèo (2)`. What is typed becomes the
 * stored formula whole or not at all.
 */
import type { PartId } from '../ids.ts'
import { foldText } from '../fold.ts'
import {
  cellWord,
  formulaFunctions,
  parseFormula,
  type CellRef,
  type FormulaNode,
  type FormulaProblem,
} from './formula.ts'
import { formatDecimal, parseDecimal, parseQuantity } from './quantity-text.ts'
import { moneyScales } from './quantity.ts'
import { isLiving, type BudgetLine, type Target } from './register.ts'

interface NamedPart {
  id: PartId
  targets: readonly Target[]
  budget: readonly BudgetLine[]
}

/** The names of all cells of a plan that a formula may refer to. */
export interface CellNames {
  /** `Hộ nghèo; 2026`; null for a row that is gone. */
  nameOf(ref: CellRef): string | null
  find(words: string): CellRef | null
  /** Every cell with its name, rows in the order of the sheet; for a list to choose from. */
  all(): readonly { name: string; ref: CellRef }[]
}

const allName = 'Tổng kinh phí'
const fieldNames = { baseline: 'hiện trạng', price: 'đơn giá', total: 'cộng' } as const
const functionNames: Record<(typeof formulaFunctions)[number], string> = {
  sum: 'TỔNG',
  percent: 'TỶLỆ',
  dong: 'đồng',
  nghin: 'nghìn',
  trieu: 'triệu',
  ty: 'tỷ',
}

export function cellNamesOf(parts: readonly NamedPart[], years: readonly number[]): CellNames {
  const rows: { name: string; refs: CellRef[] }[] = []
  const taken = new Map<string, number>()
  const add = (name: string, refs: CellRef[]) => {
    const plain = name.normalize('NFC').replace(/[;{}]/g, ',').replace(/\s+/g, ' ').trim() || 'Chưa đặt tên'
    let count = (taken.get(foldText(plain)) ?? 0) + 1
    const numbered = () => (count === 1 ? plain : `${plain} (${count})`)
    // A row may be called "Hộ nghèo (2)" by itself.
    while (count > 1 && taken.has(foldText(numbered()))) count += 1
    taken.set(foldText(plain), count)
    if (count > 1) taken.set(foldText(numbered()), 1)
    rows.push({ name: numbered(), refs })
  }
  add(
    allName,
    ['total', ...years.map((year) => `amount.${year}`)].map((field) => ({ of: 'all', field })),
  )
  for (const { targets, budget } of parts) {
    for (const { id, name } of targets.filter(isLiving)) {
      const fields = [...years.map((year) => `value.${year}`), 'baseline']
      add(
        name,
        fields.map((field) => ({ of: 'target', id, field })),
      )
    }
    for (const { id, name } of budget.filter(isLiving)) {
      const ofYears = (cell: string) => years.map((year) => `${cell}.${year}`)
      const fields = [...ofYears('amount'), 'total', ...ofYears('quantity'), 'price']
      add(
        name,
        fields.map((field) => ({ of: 'line', id, field })),
      )
    }
  }
  const names = new Map<string, string>()
  const cells = new Map<string, CellRef>()
  const all = rows.flatMap(({ name, refs }) =>
    refs.map((ref) => {
      const full = `${name}; ${fieldName(ref.field)}`
      names.set(cellWord(ref), full)
      cells.set(sought(full), ref)
      return { name: full, ref }
    }),
  )
  return {
    nameOf: (ref) => names.get(cellWord(ref)) ?? null,
    find: (words) => cells.get(sought(words)) ?? null,
    all: () => all,
  }
}

function fieldName(field: string): string {
  if (field in fieldNames) return fieldNames[field as keyof typeof fieldNames]
  const [name, year = ''] = field.split('.')
  return name === 'quantity' ? `số lượng ${year}` : year
}

function sought(words: string): string {
  return foldText(words)
    .replace(/\s*;\s*/g, ';')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Whether a text is meant as a formula: it begins as one, and is not just a quantity, "= 80%". */
export function isFormulaText(text: string): boolean {
  if (!/^\s*[=＝]\s*\S/.test(text)) return false
  const stated = parseQuantity(text)
  // "= 21/21" is a division.
  return stated === null || stated.base !== undefined
}

export type ReadFormula =
  | { ok: true; formula: string; hasCells: boolean }
  /** `words` is what could not be read: the name of a cell, or the rest of the text. */
  | { ok: false; why: 'cell' | 'syntax'; words: string }

const token = new RegExp(
  `\\s*(?:(?<cell>\\{[^}]*\\})|(?<number>\\d+(?:[.,\\u00a0\\u202f]\\d+)*)|(?<word>[\\p{L}][\\p{L}\\p{M}]*(?: [lL][ệỆ])?)|(?<sign>[-+*/−–×÷:();%]))`,
  'uy',
)
const signs: Record<string, string> = { '−': '-', '–': '-', '×': '*', '÷': '/', ':': '/', ';': ',' }
const functionWords = new Map<string, (typeof formulaFunctions)[number]>([
  ['tong', 'sum'],
  ['sum', 'sum'],
  ['cong', 'sum'],
  ['tyle', 'percent'],
  ['ty le', 'percent'],
  ['tile', 'percent'],
  ['ti le', 'percent'],
  ['percent', 'percent'],
])
const moneyWords = new Map<string, (typeof moneyScales)[number]>([
  ['dong', 'dong'],
  ['nghin', 'nghin'],
  ['ngan', 'nghin'],
  ['trieu', 'trieu'],
  ['ty', 'ty'],
  ['ti', 'ty'],
])

/** Reads what was typed, `=` included. */
export function readFormula(text: string, names: Pick<CellNames, 'find'>): ReadFormula {
  const words = text.normalize('NFC').replace(/^\s*[=＝]/, '')
  const pieces: string[] = []
  let hasCells = false
  token.lastIndex = 0
  let at = 0
  while (words.slice(at).trim() !== '') {
    token.lastIndex = at
    const found = token.exec(words)?.groups
    if (found === undefined) return { ok: false, why: 'syntax', words: words.slice(at).trim() }
    at = token.lastIndex
    const { cell, number, word, sign = '' } = found
    if (cell !== undefined) {
      const ref = names.find(cell.slice(1, -1))
      if (ref === null) return { ok: false, why: 'cell', words: cell.slice(1, -1).trim() }
      hasCells = true
      pieces.push(cellWord(ref))
    } else if (number !== undefined) {
      const read = parseDecimal(number)
      if (read === null) return { ok: false, why: 'syntax', words: number }
      pieces.push(read)
    } else if (word !== undefined) {
      const folded = foldText(word)
      const money = moneyWords.get(folded)
      const call = functionWords.get(folded)
      const before = pieces.at(-1) ?? ''
      if (money !== undefined && /^\d/.test(before)) pieces.push(`${money}(${pieces.pop() ?? ''})`)
      // "100 triệu đồng"
      else if (money === 'dong' && /^(nghin|trieu|ty)\(/.test(before)) continue
      else if (call !== undefined) pieces.push(call)
      else return { ok: false, why: 'syntax', words: word }
    } else if (sign === '%' && /^\d/.test(pieces.at(-1) ?? '')) pieces.push(`percent(${pieces.pop() ?? ''})`)
    else if (sign === '%') return { ok: false, why: 'syntax', words: sign }
    else pieces.push(signs[sign] ?? sign)
  }
  const formula = pieces.join(' ')
  if (formula.length > 4000 || parseFormula(formula) === null) return { ok: false, why: 'syntax', words: words.trim() }
  return { ok: true, formula, hasCells }
}

/** A stored formula in words; a cell that is gone stands as `{?}`. */
export function formatFormula(formula: string, names: Pick<CellNames, 'nameOf'>): string {
  const node = parseFormula(formula)
  return node === null ? `= ${formula}` : `= ${write(node, names, 0)}`
}

const strength = { '+': 1, '-': 1, '*': 2, '/': 2 } as const
const operatorSigns = { '+': '+', '-': '−', '*': '×', '/': '÷' } as const

function write(node: FormulaNode, names: Pick<CellNames, 'nameOf'>, around: number): string {
  switch (node.type) {
    case 'number':
      return formatDecimal(node.number)
    case 'cell':
      return `{${names.nameOf(node.cell) ?? '?'}}`
    case 'minus':
      return `−${write(node.of, names, 3)}`
    case 'call':
      if (moneyScales.some((scale) => scale === node.name)) {
        return `${write(node.of[0], names, 3)} ${functionNames[node.name]}`
      }
      if (node.name === 'percent' && node.of.length === 1) return `${write(node.of[0], names, 3)}%`
      return `${functionNames[node.name]}(${node.of.map((one) => write(one, names, 0)).join('; ')})`
    case 'binary': {
      const own = strength[node.operator]
      // Brackets on the right stay: "a × (b ÷ c)" is another way to reckon than "a × b ÷ c".
      const right = write(node.right, names, own + 0.5)
      const text = `${write(node.left, names, own)} ${operatorSigns[node.operator]} ${right}`
      return own < around ? `(${text})` : text
    }
  }
}

/** The words of the document itself, always Vietnamese; screens show them too. */
const faultWords: Record<FormulaProblem['why'], string> = {
  circle: 'Công thức vòng',
  missing: 'Thiếu số',
  unread: 'Chưa đọc được số',
  gone: 'Dòng hoặc năm không còn',
  measure: 'Khác đơn vị tính',
  ratio: 'Hãy dùng TỶLỆ(…; …)',
  bounds: 'Không tính được từ mức ít nhất, nhiều nhất',
  zero: 'Chia cho 0',
  large: 'Số lớn quá',
  deep: 'Công thức nối nhau dài quá',
  syntax: 'Công thức sai',
}

/** What stands in the cell: the fault, and at the end of which way it lies. */
export function problemText({ why, path }: FormulaProblem, names?: Pick<CellNames, 'nameOf'>): string {
  if (names === undefined) return `[${faultWords[why].toLocaleLowerCase('vi')}]`
  const way = path.map((ref) => names.nameOf(ref) ?? '?')
  return way.length < 2 && why !== 'missing' ? faultWords[why] : `${faultWords[why]}: ${way.join(' → ')}`
}
