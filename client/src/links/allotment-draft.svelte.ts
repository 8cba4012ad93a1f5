/**
 * What is about to be given down: which targets, to which units, how. It says what is still missing
 * and what each unit would get before anything is sent. Shares are reckoned as the server reckons
 * them, with the units that share the target by the same key already.
 */
import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import type { TargetId, UnitId } from '@soanchung/shared/ids.ts'
import type { RollUpMethod } from '@soanchung/shared/targets/register.ts'
import type { AllotBody, AllotmentWay, Figures, PlanRollUp } from '@soanchung/shared/links/links.ts'
import { shareOut, type Weighted } from '@soanchung/shared/links/sharing.ts'
import { formatDecimal, parseDecimal, parseQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import { figureUnder, type RowMeasure } from '@soanchung/shared/targets/view-cells.ts'

/** A target that can be given, with its own values. */
export interface GivableTarget extends RowMeasure {
  id: TargetId
  name: string
  method: RollUpMethod
  figures: Figures
}

/** What keeps it from being given; the first that is found. */
export type DraftFault =
  | { kind: 'no-units' | 'no-targets' | 'no-key' | 'one-target' }
  | { kind: 'percent' | 'no-value'; name: string }
  | { kind: 'no-amount' | 'unread'; unit: UnitId }

export class AllotmentDraft {
  readonly units = new SvelteSet<UnitId>()
  readonly targets = new SvelteSet<TargetId>()
  way: AllotmentWay = $state('same')
  key = $state('')
  note = $state('')
  /** What was typed: a unit's amount of a key, or its value in a year. */
  readonly #typed = new SvelteMap<string, string>()
  readonly #givable: () => readonly GivableTarget[]
  readonly #rollUp: () => PlanRollUp | null
  readonly #years: readonly string[]

  constructor(givable: () => readonly GivableTarget[], rollUp: () => PlanRollUp | null, years: readonly string[]) {
    this.#givable = givable
    this.#rollUp = rollUp
    this.#years = years
  }

  get chosen(): readonly GivableTarget[] {
    return this.#givable().filter(({ id }) => this.targets.has(id))
  }

  /** Keys by which something was shared before. */
  get knownKeys(): string[] {
    return [...new Set(this.#rollUp()?.carriers.flatMap(({ keys }) => Object.keys(keys)))].sort()
  }

  /** What stands in the field of a unit: `column` is a year, or empty for the amount of the key. */
  text(unit: UnitId, column: string): string {
    const typed = this.#typed.get(fieldOf(this.#kind(column), unit))
    if (typed !== undefined) return typed
    if (column !== '') return this.#givenText(unit, column)
    const kept = this.#rollUp()?.carriers.find((one) => one.unit === unit)?.keys[this.key.trim()]
    return kept === undefined ? '' : formatDecimal(kept)
  }

  type(unit: UnitId, column: string, text: string): void {
    this.#typed.set(fieldOf(this.#kind(column), unit), text)
  }

  isUnread(unit: UnitId, column: string): boolean {
    const text = this.text(unit, column).trim()
    if (text === '') return false
    return column === '' ? weightIn(text) === null : parseQuantity(text, this.chosen[0]?.measure) === null
  }

  /** The share of each chosen unit in a target's values, by year; null where there is nothing to share yet. */
  shares(target: GivableTarget): ReadonlyMap<UnitId, Figures> | null {
    const weights = this.#weights(target.id)
    if (weights.length === 0) return null
    const shares = new Map<UnitId, Figures>()
    for (const [year, value] of Object.entries(target.figures)) {
      const out = shareOut(value, weights)
      if (out === null) return null
      for (const [unit, share] of out) shares.set(unit, { ...shares.get(unit), [year]: share })
    }
    return shares
  }

  /** Whether units may weigh differently in what is put together; by a share they do anyway. */
  get mayWeigh(): boolean {
    return this.way !== 'share' && this.chosen.some(({ method }) => method === 'average')
  }

  get fault(): DraftFault | null {
    const { chosen } = this
    const [first] = chosen
    if (this.units.size === 0) return { kind: 'no-units' }
    if (first === undefined) return { kind: 'no-targets' }
    if (this.way === 'same') return this.#withoutValue() ?? this.#weightFault()
    if (this.way === 'free') {
      return chosen.length > 1 ? { kind: 'one-target' } : (this.#fieldFault(this.#years) ?? this.#weightFault())
    }
    if (this.key.trim() === '') return { kind: 'no-key' }
    const percent = chosen.find(({ measure }) => measure.kind === 'percent')
    if (percent !== undefined) return { kind: 'percent', name: percent.name }
    return this.#withoutValue() ?? this.#fieldFault([''])
  }

  /** Only where there is no fault. */
  body(): AllotBody {
    const { way } = this
    const isWeighed = way === 'share' || (this.mayWeigh && this.key.trim() !== '')
    return {
      targets: this.chosen.map(({ id }) => id),
      way,
      ...(isWeighed ? { key: this.key.trim() } : {}),
      units: [...this.units].map((unit) => ({
        unit,
        ...(isWeighed ? this.#weightOf(unit) : {}),
        ...(way === 'free' ? { given: this.#given(unit) } : {}),
      })),
      note: this.note.trim(),
    }
  }

  #weightOf(unit: UnitId): { weight?: string } {
    const weight = weightIn(this.text(unit, ''))
    return weight === null ? {} : { weight }
  }

  /** Weights may be left out; a weight of nothing in particular, and one that cannot be read, may not stand. */
  #weightFault(): DraftFault | null {
    if (!this.mayWeigh) return null
    const typed = [...this.units].filter((unit) => this.text(unit, '').trim() !== '')
    const unread = typed.find((unit) => this.isUnread(unit, ''))
    if (unread !== undefined) return { kind: 'unread', unit: unread }
    return typed.length > 0 && this.key.trim() === '' ? { kind: 'no-key' } : null
  }

  #withoutValue(): DraftFault | null {
    const empty = this.chosen.find(({ figures }) => Object.keys(figures).length === 0)
    return empty === undefined ? null : { kind: 'no-value', name: empty.name }
  }

  #fieldFault(columns: readonly string[]): DraftFault | null {
    for (const unit of this.units) {
      if (columns.some((column) => this.isUnread(unit, column))) return { kind: 'unread', unit }
      if (columns.every((column) => this.text(unit, column).trim() === '')) return { kind: 'no-amount', unit }
    }
    return null
  }

  #given(unit: UnitId): Figures {
    return Object.fromEntries(
      this.#years.flatMap((year) => {
        const quantity = parseQuantity(this.text(unit, year), this.chosen[0]?.measure)
        return quantity === null ? [] : [[year, quantity]]
      }),
    )
  }

  /** What was given before in this way stands there to be changed. */
  #givenText(unit: UnitId, year: string): string {
    const [target] = this.chosen
    const rolled = this.#rollUp()?.targets.find((one) => one.target === target?.id)
    const given = rolled?.units.find((one) => one.unit === unit)?.given[year]
    return given === undefined || target === undefined ? '' : figureUnder(given, target)
  }

  #weights(target: TargetId): Weighted<UnitId>[] {
    const rollUp = this.#rollUp()
    const others = rollUp?.targets.find((one) => one.target === target)?.units ?? []
    const sharing = others.filter(({ unit, way }) => way === 'share' && !this.units.has(unit)).map(({ unit }) => unit)
    return [...this.units, ...sharing].flatMap((id) => {
      const weight = weightIn(this.text(id, ''))
      return weight === null ? [] : [{ id, weight }]
    })
  }

  #kind(column: string): string {
    return column === '' ? `key ${this.key.trim()}` : `${[...this.targets].join()} ${column}`
  }
}

function fieldOf(kind: string, unit: UnitId): string {
  return `${unit} ${kind}`
}

/** An amount of households, of members: a number not below zero. */
function weightIn(text: string): string | null {
  const number = parseDecimal(text)
  return number === null || number.startsWith('-') ? null : number
}
