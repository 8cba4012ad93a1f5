/**
 * Formulas of value cells: `+ − × ÷`, sums and percentages over other targets and budget lines of
 * the plan. A formula is stored by the ids of what it refers to, so that it survives a change of
 * names, and written by their names (formula-text.ts). Its result is derived wherever it is shown
 * and stored nowhere: exact, with what is known of each amount (span.ts) and with measures that fit.
 * What cannot be reckoned says why, with the cells that lead there.
 */
import jsep from 'jsep'
import { budgetLineId, targetId, type BudgetLineId, type TargetId } from '../ids.ts'
import {
  added,
  amountOf,
  divided,
  inMeasure,
  minus,
  multiplied,
  percentage,
  plainAmount,
  quantityOf,
  type Amount,
  type AmountFault,
} from './amount.ts'
import { moneyScales, type Quantity } from './quantity.ts'
import { isLiving, type BudgetLine, type Target, type ValueContent } from './register.ts'

/** A cell that holds or derives an amount. `all` is the budget of the whole plan. */
export type CellRef =
  | { of: 'target'; id: TargetId; field: string }
  | { of: 'line'; id: BudgetLineId; field: string }
  | { of: 'all'; field: string }

/** Where cells are looked up: living entries in living parts. */
export interface CellSource {
  target(id: TargetId): Target | undefined
  line(id: BudgetLineId): BudgetLine | undefined
  /** Every living budget line of the plan. */
  lines(): Iterable<BudgetLine>
  years: readonly number[]
  /** It will never answer anything else, so each cell need be reckoned only once. */
  isFixed?: true
}

export const formulaFaults = [
  'circle',
  'missing',
  'unread',
  'gone',
  'measure',
  'ratio',
  'bounds',
  'zero',
  'large',
  'deep',
  'syntax',
] as const
export interface FormulaProblem {
  why: (typeof formulaFaults)[number]
  /** From the cell that was asked for to the one that is at fault. */
  path: readonly CellRef[]
}

/** What a cell shows. */
export type Figure =
  | { kind: 'empty' }
  | { kind: 'quantity'; quantity: Quantity; isDerived: boolean }
  | { kind: 'typed'; text: string }
  | { kind: 'problem'; problem: FormulaProblem }

/** The names of money are functions of one number, `trieu(100)`, and so is `percent(5)`. */
export const formulaFunctions = ['sum', 'percent', ...moneyScales] as const
type FunctionName = (typeof formulaFunctions)[number]
const operators = ['+', '-', '*', '/'] as const
type Operator = (typeof operators)[number]

export type FormulaNode =
  | { type: 'number'; number: string }
  | { type: 'cell'; cell: CellRef }
  | { type: 'minus'; of: FormulaNode }
  | { type: 'binary'; operator: Operator; left: FormulaNode; right: FormulaNode }
  | { type: 'call'; name: FunctionName; of: readonly [FormulaNode, ...FormulaNode[]] }

/** Cells that lead to each other, at most: a longer chain is no plan any more. */
const deepest = 200
/** Steps within each other on the way through all of them, brackets and signs included: they are calls. */
const deepestStep = 800
/** Steps in all until nothing more is reckoned: some seconds' work. A whole plan has thousands. */
const mostSteps = 200_000
/** Brackets within each other that are read at all; the library calls itself for each. */
const deepestBracket = 60

/** As it stands in a stored formula: `t_<id>_value_2026`. */
export function cellWord(ref: CellRef): string {
  const field = ref.field.replace('.', '_')
  if (ref.of === 'all') return `all_${field}`
  return `${ref.of === 'target' ? 't' : 'b'}_${ref.id}_${field}`
}

const fieldWord = /^(baseline|price|total|(?:value|amount|quantity)_(\d{4}))$/
const fieldsOf = { t: /^(baseline|value)/, b: /^(price|total|amount|quantity)/, all: /^(total|amount)/ } as const

function readCellWord(word: string): CellRef | null {
  const [, of, id = '', name = ''] = /^(t|b|all)(?:_([a-z0-9]{20}))?_(.+)$/.exec(word) ?? []
  if (of === undefined || !fieldWord.test(name) || !fieldsOf[of as keyof typeof fieldsOf].test(name)) return null
  const field = name.replace('_', '.')
  if (of === 'all') return id === '' ? { of, field } : null
  if (of === 't') {
    const parsed = targetId.safeParse(id)
    return parsed.success ? { of: 'target', id: parsed.data, field } : null
  }
  const parsed = budgetLineId.safeParse(id)
  return parsed.success ? { of: 'line', id: parsed.data, field } : null
}

const parsedFormulas = new Map<string, FormulaNode | null>()
const mostParsed = 5000

/** Null for what is no formula of ours. */
export function parseFormula(formula: string): FormulaNode | null {
  let parsed = parsedFormulas.get(formula)
  if (parsed === undefined) {
    parsed = isShallow(formula) ? readText(formula) : null
    if (parsedFormulas.size >= mostParsed) parsedFormulas.clear()
    parsedFormulas.set(formula, parsed)
  }
  return parsed
}

/** What is refused unread: signs that no formula of ours has, and what would nest too deep. */
function isShallow(formula: string): boolean {
  if (!/^[\w\s.,()+\-*/]*$/.test(formula) || /(?:[-+]\s*){5}/.test(formula)) return false
  let depth = 0
  return [...formula].every((sign) => {
    depth += sign === '(' ? 1 : sign === ')' ? -1 : 0
    return depth <= deepestBracket
  })
}

function readText(formula: string): FormulaNode | null {
  try {
    return readNode(jsep(formula))
  } catch {
    // The library throws for what is no expression at all.
    return null
  }
}

function readNode(node: jsep.Expression): FormulaNode | null {
  switch (node.type) {
    case 'Literal': {
      const raw = String(node['raw'])
      return /^\d{1,30}(\.\d{1,10})?$/.test(raw) ? { type: 'number', number: raw } : null
    }
    case 'Identifier': {
      const cell = readCellWord(String(node['name']))
      return cell === null ? null : { type: 'cell', cell }
    }
    case 'UnaryExpression': {
      const of = readNode(node['argument'] as jsep.Expression)
      return node['operator'] === '-' && of !== null ? { type: 'minus', of } : null
    }
    case 'BinaryExpression': {
      const operator = operators.find((one) => one === node['operator'])
      const [left, right] = [readNode(node['left'] as jsep.Expression), readNode(node['right'] as jsep.Expression)]
      return operator === undefined || left === null || right === null
        ? null
        : { type: 'binary', operator, left, right }
    }
    case 'CallExpression':
      return readCall(node as unknown as jsep.CallExpression)
    default:
      return null
  }
}

function readCall({ callee, arguments: given }: jsep.CallExpression): FormulaNode | null {
  const name = callee.type === 'Identifier' ? formulaFunctions.find((one) => one === callee['name']) : undefined
  const of = given.map(readNode)
  const [first, ...rest] = of
  if (name === undefined || first === undefined || first === null || rest.includes(null)) return null
  const isUnit = of.length === 1 && first.type === 'number'
  if (name === 'percent' && of.length !== 2 && !isUnit) return null
  if (moneyScales.some((scale) => scale === name) && !isUnit) return null
  return { type: 'call', name, of: [first, ...rest.filter((one) => one !== null)] }
}

/** The cells that a formula refers to, each once. */
export function cellsIn(node: FormulaNode): CellRef[] {
  const found = new Map<string, CellRef>()
  const walk = (one: FormulaNode): void => {
    if (one.type === 'cell') found.set(cellWord(one.cell), one.cell)
    else if (one.type === 'minus') walk(one.of)
    else if (one.type === 'call') one.of.forEach(walk)
    else if (one.type === 'binary') {
      walk(one.left)
      walk(one.right)
    }
  }
  walk(node)
  return [...found.values()]
}

type Reckoned = { ok: true; amount: Amount } | { ok: false; problem: FormulaProblem }

/** What a cell shows: what stands in it, or what its formula comes to. */
export function cellFigure(source: CellSource, ref: CellRef): Figure {
  const content = contentOf(source, ref)
  if (content === 'gone') return { kind: 'problem', problem: { why: 'gone', path: [ref] } }
  if (content === null) return { kind: 'empty' }
  if (content !== 'derived') {
    if ('quantity' in content) return { kind: 'quantity', quantity: content.quantity, isDerived: false }
    if ('typed' in content) return { kind: 'typed', text: content.typed }
  }
  const reckoned = reckoningOf(source).cell(ref, [])
  if (!reckoned.ok) return { kind: 'problem', problem: reckoned.problem }
  const derived = quantityOf(reckoned.amount, reckonedFor(source, ref))
  return typeof derived === 'string'
    ? { kind: 'problem', problem: { why: derived, path: [ref] } }
    : { kind: 'quantity', quantity: derived, isDerived: true }
}

/** `derived` where nobody typed it, but it follows from other cells of the row. */
function contentOf(source: CellSource, ref: CellRef): ValueContent | 'derived' | 'gone' | null {
  const year = ref.field.slice(ref.field.indexOf('.') + 1)
  if (ref.of === 'all') return 'derived'
  if (ref.of === 'target') {
    const target = source.target(ref.id)
    if (target === undefined || !isLiving(target)) return 'gone'
    return (ref.field === 'baseline' ? target.baseline : target.values[year]) ?? null
  }
  const line = source.line(ref.id)
  if (line === undefined || !isLiving(line)) return 'gone'
  if (ref.field === 'price') return line.price
  if (ref.field.startsWith('quantity.')) return line.quantities[year] ?? null
  if (ref.field === 'total') return 'derived'
  return line.amounts[year] ?? (line.price !== null && line.quantities[year] !== undefined ? 'derived' : null)
}

/** In which measure a cell's result is said; null for money, whose scale the result brings along. */
function reckonedFor(source: CellSource, ref: CellRef): Pick<Quantity, 'measure' | 'frequency'> | null {
  if (ref.of === 'target') {
    const { measure, frequency } = source.target(ref.id) ?? {}
    return { measure: measure ?? { kind: 'count', noun: '' }, ...(frequency ? { frequency } : {}) }
  }
  if (ref.of === 'line' && ref.field.startsWith('quantity.')) {
    return { measure: { kind: 'count', noun: source.line(ref.id)?.noun ?? '' } }
  }
  return null
}

/** How far what was reckoned last went: in cells and in steps that lead to each other. */
interface Depth {
  cells: number
  steps: number
}

/** A cell that was reckoned: how deep it goes, and of a failure the way from it to the fault. */
type Known = Depth & { reckoned: Reckoned }

const reckonings = new WeakMap<CellSource, Reckoning>()

function reckoningOf(source: CellSource): Reckoning {
  if (source.isFixed !== true) return new Reckoning(source)
  const reckoning = reckonings.get(source) ?? new Reckoning(source)
  reckonings.set(source, reckoning)
  return reckoning
}

/** Whether something is too deep depends on the cells alone, not on which of them were reckoned before. */
class Reckoning {
  readonly #source: CellSource
  readonly #known = new Map<string, Known>()
  /** The cells on the way, so that a circle is seen at once. */
  readonly #open = new Set<string>()
  #steps = 0
  #stepsInAll = 0
  #deepest: Depth = { cells: 0, steps: 0 }

  constructor(source: CellSource) {
    this.#source = source
  }

  /** `path` are the cells on the way here. */
  cell(ref: CellRef, path: readonly CellRef[]): Reckoned {
    const word = cellWord(ref)
    const here = [...path, ref]
    const known = this.#known.get(word)
    if (known !== undefined) return this.#again(known, path, here)
    if (this.#open.has(word)) return fail('circle', here)
    if (here.length > deepest || this.#stepsInAll >= mostSteps) return fail('deep', here)
    const before = this.#deepest
    this.#deepest = { cells: here.length, steps: this.#steps }
    this.#open.add(word)
    const reckoned = this.#read(ref, here)
    this.#open.delete(word)
    const { cells, steps } = this.#deepest
    this.#deepest = { cells: Math.max(before.cells, cells), steps: Math.max(before.steps, steps) }
    const depth = { cells: cells - path.length, steps: steps - this.#steps }
    // Of a year that the plan no longer has a cell says something else to others than by itself.
    if (this.#isBeyond(ref)) return reckoned
    if (reckoned.ok) this.#known.set(word, { ...depth, reckoned })
    // In a circle, or at the end of a way that is too long, a cell fails in another way for each that asks.
    else if (reckoned.problem.why !== 'circle' && reckoned.problem.why !== 'deep') {
      const { why, path: way } = reckoned.problem
      this.#known.set(word, { ...depth, reckoned: fail(why, way.slice(path.length)) })
    }
    return reckoned
  }

  #again({ cells, steps, reckoned }: Known, path: readonly CellRef[], here: readonly CellRef[]): Reckoned {
    const depth = { cells: path.length + cells, steps: this.#steps + steps }
    if (depth.cells > deepest || depth.steps > deepestStep) return fail('deep', here)
    this.#deepest = {
      cells: Math.max(this.#deepest.cells, depth.cells),
      steps: Math.max(this.#deepest.steps, depth.steps),
    }
    return reckoned.ok ? reckoned : fail(reckoned.problem.why, [...path, ...reckoned.problem.path])
  }

  #read(ref: CellRef, path: readonly CellRef[]): Reckoned {
    const content = this.#isBeyond(ref) && path.length > 1 ? 'gone' : contentOf(this.#source, ref)
    if (content === 'gone') return fail('gone', path)
    if (content === null) return fail('missing', path)
    if (content === 'derived') return this.#derived(ref, path)
    if ('typed' in content) return fail('unread', path)
    const row = reckonedFor(this.#source, ref)
    if ('quantity' in content) return readAmount(content.quantity, row, path)
    const node = parseFormula(content.formula)
    if (node === null) return fail('syntax', path)
    const reckoned = this.node(node, path)
    if (!reckoned.ok) return reckoned
    // What others see of this cell is what it shows.
    const shown = quantityOf(reckoned.amount, row)
    return typeof shown === 'string' ? fail(shown, path) : readAmount(shown, row, path)
  }

  /** A year that the plan no longer has: its cell is shown nowhere, so nobody could check what comes of it. */
  #isBeyond({ field }: CellRef): boolean {
    const [, year] = field.split('.')
    return year !== undefined && !this.#source.years.includes(Number(year))
  }

  #derived(ref: CellRef, path: readonly CellRef[]): Reckoned {
    if (ref.of === 'all') {
      const cells = [...this.#source.lines()].map((line): CellRef => ({ of: 'line', id: line.id, field: ref.field }))
      return this.#sumOf(cells, path)
    }
    if (ref.of === 'target') return fail('gone', path)
    if (ref.field === 'total') {
      return this.#sumOf(
        this.#source.years.map((year): CellRef => ({ ...ref, field: `amount.${year}` })),
        path,
      )
    }
    const count = this.cell({ ...ref, field: ref.field.replace('amount.', 'quantity.') }, path)
    if (!count.ok) return count
    const price = this.cell({ ...ref, field: 'price' }, path)
    return price.ok ? told(multiplied(price.amount, count.amount), path) : price
  }

  #isEmpty(cell: CellRef): boolean {
    if (cell.field !== 'total') return contentOf(this.#source, cell) === null
    return this.#source.years.every((year) => this.#isEmpty({ ...cell, field: `amount.${year}` }))
  }

  /** Of the cells that hold something. */
  #sumOf(cells: readonly CellRef[], path: readonly CellRef[]): Reckoned {
    this.#stepsInAll += cells.length
    return this.#sum(
      cells.filter((cell) => !this.#isEmpty(cell)),
      (cell) => this.cell(cell, path),
      path,
    )
  }

  /** One after the other: what fails ends it, so that no chain of sums is gone through twice. */
  #sum<One>(all: readonly One[], reckon: (one: One) => Reckoned, path: readonly CellRef[]): Reckoned {
    let total: Amount | null = null
    for (const one of all) {
      const next = reckon(one)
      if (!next.ok) return next
      const both: Amount | AmountFault = total === null ? next.amount : added(total, next.amount)
      if (typeof both === 'string') return fail(both, path)
      total = both
    }
    return total === null ? fail('missing', path) : { ok: true, amount: total }
  }

  node(node: FormulaNode, path: readonly CellRef[]): Reckoned {
    if (this.#steps >= deepestStep) return fail('deep', path)
    this.#steps += 1
    this.#stepsInAll += 1
    this.#deepest.steps = Math.max(this.#deepest.steps, this.#steps)
    const reckoned = this.#node(node, path)
    this.#steps -= 1
    return reckoned
  }

  #node(node: FormulaNode, path: readonly CellRef[]): Reckoned {
    switch (node.type) {
      case 'number':
        return told(plainAmount(node.number), path)
      case 'cell':
        return this.cell(node.cell, path)
      case 'minus': {
        const of = this.node(node.of, path)
        return of.ok ? told(minus(of.amount), path) : of
      }
      case 'call':
        return this.#call(node, path)
      case 'binary': {
        const left = this.node(node.left, path)
        if (!left.ok) return left
        const right = this.node(node.right, path)
        return right.ok ? told(binary[node.operator](left.amount, right.amount), path) : right
      }
    }
  }

  #call({ name, of }: FormulaNode & { type: 'call' }, path: readonly CellRef[]): Reckoned {
    if (name === 'sum') return this.#sum(of, (one) => this.node(one, path), path)
    const [first, second] = of
    const part = this.node(first, path)
    if (!part.ok) return part
    if (name !== 'percent') return told(inMeasure(part.amount, { kind: 'money', scale: name }), path)
    if (second === undefined) return told(inMeasure(part.amount, { kind: 'percent' }), path)
    const whole = this.node(second, path)
    return whole.ok ? told(percentage(part.amount, whole.amount), path) : whole
  }
}

const binary: Record<Operator, (a: Amount, b: Amount) => Amount | AmountFault> = {
  '+': added,
  '-': (a, b) => added(a, minus(b)),
  '*': multiplied,
  '/': divided,
}

function readAmount(one: Quantity, row: { frequency?: Quantity['frequency'] } | null, path: readonly CellRef[]) {
  return told(amountOf(one, row?.frequency ?? null) ?? 'bounds', path)
}

function told(one: Amount | AmountFault, path: readonly CellRef[]): Reckoned {
  return typeof one === 'string' ? fail(one, path) : { ok: true, amount: one }
}

function fail(why: FormulaProblem['why'], path: readonly CellRef[]): Reckoned {
  return { ok: false, problem: { why, path } }
}
