/**
 * Find and replace through the whole plan, over the model, so that parts without an editor count
 * too. Letters are compared without case, without diacritics where the query has none, and with
 * both places of the tone mark ("hoà", "hòa") as equal. Nothing is stored in another form.
 */
import type { PartId } from '@soanchung/shared/ids.ts'
import type { Block, Inline } from '@soanchung/shared/plan/blocks.ts'
import { userEdit } from '../plan/edit-origin.ts'
import { showReference } from '../targets/reference.ts'
import { say } from '../ui/toasts.svelte.ts'
import { m } from '../paraglide/messages.js'
import { replaceInBlock } from './body-edit.ts'
import { rangeOf } from './dom-places.ts'
import { isWhollyRead } from './plan-selection.svelte.ts'
import { selectedWords } from './sheet-words.ts'
import type { Sheet } from './sheet.svelte.ts'

interface Match {
  part: PartId
  block: number
  from: number
  to: number
  /** Some of it is the value of a reference, which is not written in the text. */
  isQuoted: boolean
}

/** `text` without case and diacritics; `at[i]` is where letter `i` begins in the original. */
function fold(text: string): { letters: string; at: number[] } {
  let letters = ''
  const at: number[] = []
  let index = 0
  for (const sign of text) {
    const bare = sign.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('đ', 'd')
    for (const letter of bare) {
      letters += letter
      for (let unit = 0; unit < letter.length; unit++) at.push(index)
    }
    index += sign.length
  }
  at.push(index)
  return { letters, at }
}

const tones = /[\u0300\u0301\u0303\u0309\u0323]/g

/** One form for both places of the tone mark: it goes behind its word. */
function toneLast(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\p{L}\p{M}]+/gu, (word) => word.replace(tones, '') + (word.match(tones) ?? []).join(''))
}

/** Where `query` stands in `text`, without overlaps, as UTF-16 offsets. */
export function findInText(text: string, query: string): { from: number; to: number }[] {
  const wanted = fold(query).letters
  if (wanted === '') return []
  const exact = toneLast(query)
  const hasDiacritics = /\p{M}|đ/u.test(query.toLowerCase().normalize('NFD'))
  const { letters, at } = fold(text)
  const found: { from: number; to: number }[] = []
  for (let start = letters.indexOf(wanted); start >= 0;) {
    const from = at[start] ?? 0
    const to = at[start + wanted.length] ?? text.length
    const isMatch = !hasDiacritics || toneLast(text.slice(from, to)) === exact
    if (isMatch) found.push({ from, to })
    start = letters.indexOf(wanted, start + (isMatch ? wanted.length : 1))
  }
  return found
}

type Reference = Extract<Inline, { type: 'reference' }>

/** Where the query stands in what is read of a block, as the model counts: a reference is one unit. */
export function findInBlock(
  one: Block,
  query: string,
  wordsOf: (reference: Reference) => string,
): Omit<Match, 'part' | 'block'>[] {
  if (one.type === 'view') return []
  const pieces = one.content.map((inline) => {
    if (inline.type === 'text') return { words: inline.text, size: inline.text.length }
    const words = inline.type === 'reference' ? wordsOf(inline) : inline.type === 'break' ? '\n' : '\uFFFC'
    return { words, size: 1, isQuoted: inline.type === 'reference' }
  })
  const found = findInText(pieces.map(({ words }) => words).join(''), query)
  return found.map(({ from, to }) => {
    const match = { from: Infinity, to: 0, isQuoted: false }
    let [read, counted] = [0, 0]
    for (const { words, size, isQuoted = false } of pieces) {
      const [start, end] = [Math.max(from - read, 0), Math.min(to - read, words.length)]
      if (start < end) {
        match.from = Math.min(match.from, counted + (isQuoted ? 0 : start))
        match.to = counted + (isQuoted ? 1 : end)
        match.isQuoted ||= isQuoted
      }
      read += words.length
      counted += size
    }
    return match
  })
}

export class FindController {
  readonly #sheet: Sheet
  open = $state(false)
  query = $state('')
  replacement = $state('')
  /** Which match is the present one, from 0; -1 before the first step. */
  index = $state(-1)
  /** What the last replacing did and left out. */
  outcome: { replaced: number; readOnly: number; quoted: number } | null = $state.raw(null)
  #cache = new WeakMap<readonly Block[], Omit<Match, 'part'>[]>()
  #cached = ''
  readonly #matches = $derived.by(() => this.#search())

  constructor(sheet: Sheet) {
    this.#sheet = sheet
  }

  get matches(): readonly Match[] {
    return this.#matches
  }

  get current(): Match | null {
    return this.#matches[this.index] ?? null
  }

  show(): void {
    const selected = selectedWords(this.#sheet)
    if (selected !== '' && selected.length < 200) this.query = selected
    this.open = true
  }

  close(): void {
    this.open = false
    this.index = -1
    this.outcome = null
  }

  next(): void {
    this.#step(1)
  }

  previous(): void {
    this.#step(-1)
  }

  /** Replaces the present match and goes on to the next one. */
  replace(): void {
    this.#sheet.model.flush()
    const match = this.current
    if (match === null) return this.next()
    if (match.isQuoted) {
      say(m.editor_find_quoted())
      return this.next()
    }
    if (!this.#sheet.mayWrite(match.part) || !isWhollyRead(this.#sheet.model, match.part)) {
      this.#sheet.sayReadOnly([match.part])
      return this.next()
    }
    this.#sheet.journal.group(() => this.#write([match]))
    this.#sheet.model.flush()
    this.index -= 1
    this.next()
  }

  /** Replaces every match in parts that may be written, as one entry of undo. */
  replaceAll(): void {
    this.#sheet.model.flush()
    const all = this.#matches
    const mine = all.filter(({ part }) => this.#sheet.mayWrite(part) && isWhollyRead(this.#sheet.model, part))
    const writable = mine.filter(({ isQuoted }) => !isQuoted)
    this.#sheet.journal.group(() => this.#write(writable))
    this.#sheet.model.flush()
    this.index = -1
    const [replaced, quoted] = [writable.length, mine.length - writable.length]
    this.outcome = { replaced, readOnly: all.length - mine.length, quoted }
  }

  /** The matches that are on the page just now; `current` apart. */
  ranges(): { all: Range[]; current: Range | null } {
    const all: Range[] = []
    let current: Range | null = null
    this.#matches.forEach((match, index) => {
      const section = this.#sheet.sections.get(match.part)
      if (section === undefined || !this.#sheet.near.has(match.part)) return
      const at = (offset: number) => ({ block: match.block, offset })
      const range = rangeOf(section, at(match.from), at(match.to))
      if (range === null) return
      if (index === this.index) current = range
      else all.push(range)
    })
    return { all, current }
  }

  #search(): Match[] {
    if (!this.open || this.query === '') return []
    if (this.#cached !== this.query) {
      this.#cache = new WeakMap()
      this.#cached = this.query
    }
    const { model } = this.#sheet
    return model.outline.inOrder.flatMap(({ id }) => {
      const blocks = model.part(id)?.blocks ?? []
      let found = this.#cache.get(blocks)
      if (found === undefined) {
        let quotes = false
        const wordsOf = (reference: Reference) => {
          quotes = true
          return showReference(model, reference).text
        }
        found = blocks.flatMap((one, block) =>
          findInBlock(one, this.query, wordsOf).map((range) => ({ block, ...range })),
        )
        // Quoted values change while the blocks stay as they are.
        if (!quotes) this.#cache.set(blocks, found)
      }
      return found.map((match) => ({ part: id, ...match }))
    })
  }

  #step(by: 1 | -1) {
    const count = this.#matches.length
    if (count === 0) return
    this.index = this.index < 0 ? this.#firstBehindCaret(by) : (this.index + by + count) % count
    const match = this.current
    const block = match && this.#sheet.model.part(match.part)?.blocks[match.block]
    if (match && block) this.#sheet.reveal(match.part, block.id)
  }

  #firstBehindCaret(by: 1 | -1): number {
    const caret = this.#sheet.caret()
    const order = new Map(this.#sheet.model.outline.inOrder.map(({ id }, index) => [id, index]))
    if (caret === null) return by === 1 ? 0 : this.#matches.length - 1
    const behind = this.#matches.findIndex((match) => {
      const parts = (order.get(match.part) ?? 0) - (order.get(caret.part) ?? 0)
      return (
        parts > 0 ||
        (parts === 0 && (match.block > caret.block || (match.block === caret.block && match.from >= caret.offset)))
      )
    })
    if (by === 1) return Math.max(0, behind)
    return behind < 0 ? this.#matches.length - 1 : (behind - 1 + this.#matches.length) % this.#matches.length
  }

  /** From the last to the first, so that offsets stay right. */
  #write(matches: readonly Match[]) {
    const text = this.replacement.normalize('NFC')
    for (const part of new Set(matches.map((match) => match.part))) {
      const { document } = this.#sheet.model.plan.part(part)
      const body = document.getXmlFragment('body')
      document.transact(() => {
        for (const match of matches.toReversed()) {
          if (match.part === part) replaceInBlock(body, match.block, match.from, match.to, text)
        }
      }, userEdit)
    }
  }
}
