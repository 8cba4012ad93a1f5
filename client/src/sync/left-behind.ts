/**
 * Words that were written on this device into text which the server was taking to another part at
 * that very moment. The command names the state that it had seen; what was here before it came, and
 * lies beyond that state, did not go along. It is read while the library still holds what the
 * command deleted, and becomes paragraphs for a draft.
 */
import * as Y from 'yjs'
import { textBlockOf, type Block } from '@soanchung/shared/plan/blocks.ts'
import { dueContent, formatDue } from '@soanchung/shared/targets/due.ts'
import { formatFormula } from '@soanchung/shared/targets/formula-text.ts'
import { formatQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import type { TextMove } from '@soanchung/shared/plan/split.ts'
import { cell, parseCellKey, registers, valueContent } from '@soanchung/shared/targets/register.ts'

/** For an observer of the part's moves. `own` are the clients that wrote on this device. */
export function leftBehind(
  event: Y.YMapEvent<TextMove>,
  transaction: Y.Transaction,
  own: ReadonlySet<number>,
): Block[] {
  const moves = [...event.keysChanged].map((key) => event.target.get(key)).filter((move) => move !== undefined)
  const seen = moves.map((move) => Y.decodeStateVector(move.seen))
  const late: Late = {
    transaction,
    isLate: ({ id: { client, clock }, length }) =>
      own.has(client) &&
      clock < (transaction.beforeState.get(client) ?? 0) &&
      seen.some((vector) => clock + length > (vector.get(client) ?? 0)),
    whole: moves.some((move) => move.whole),
  }
  return [...lateBlocks(late), ...lateCells(late)].map((words) => textBlockOf('paragraph', words))
}

interface Late {
  transaction: Y.Transaction
  isLate: (item: Y.Item) => boolean
  whole: boolean
}

/** The whole words of each block that was taken away, or remained in a part that was, with late ones in it. */
function lateBlocks(late: Late): string[] {
  const { transaction, isLate, whole } = late
  const found: string[] = []
  for (const item of chain(transaction.doc.getXmlFragment('body')._start)) {
    const isGone = item.deleted ? Y.isDeleted(transaction.deleteSet, item.id) : whole && isLate(item)
    if (!isGone || !(item.content instanceof Y.ContentType)) continue
    const read = { words: '', late: false }
    readWords(item.content.type, late, read)
    if (read.late) found.push(read.words)
  }
  return found
}

function readWords(type: Y.AbstractType<unknown>, late: Late, read: { words: string; late: boolean }): void {
  for (const item of chain(type._start)) {
    if (item.deleted && !Y.isDeleted(late.transaction.deleteSet, item.id)) continue
    const { content } = item
    if (content instanceof Y.ContentString) {
      read.words += content.str
      read.late ||= late.isLate(item)
    } else if (content instanceof Y.ContentType) {
      const text = content.type._map.get('text')
      if (text?.content instanceof Y.ContentAny) {
        read.words += ` [${String(text.content.arr[0])}]`
        read.late ||= late.isLate(text)
      }
      readWords(content.type, late, read)
    }
  }
}

const isTaken: ReadonlySet<string> = new Set(['movedTo', 'deletedAt'])
const isTyped: ReadonlySet<string> = new Set([
  ...['name', 'note', 'baseline', 'value', 'product', 'due', 'source', 'noun', 'price', 'quantity', 'amount'],
])

/** Cells that were filled in too late, of entries that the command took to another part. */
function lateCells({ transaction, isLate, whole }: Late): string[] {
  return Object.values(registers).flatMap(({ root }) => {
    const map = transaction.doc.getMap(root)
    const isNew = ({ id }: Y.Item) => id.clock >= (transaction.beforeState.get(id.client) ?? 0)
    const gone = new Set(
      [...map._map].flatMap(([key, last]) => {
        const place = parseCellKey(key)
        return place !== null && (whole || (isTaken.has(place.field) && isNew(last))) ? [place.entry] : []
      }),
    )
    return [...map._map].flatMap(([key, last]) => {
      const place = parseCellKey(key)
      const [field = '', year] = place?.field.split('.') ?? []
      if (place === null || !gone.has(place.entry) || !isTyped.has(field)) return []
      const late = [...chain(last, 'left')].find(isLate)
      const words = late?.content instanceof Y.ContentAny ? cellWords(late.content.arr[0]) : ''
      if (words === '') return []
      const name: unknown = cell.safeParse(map.get(`${place.entry}.name`)).data?.value
      return [[...new Set([name, year, words])].filter((one) => typeof one === 'string' && one !== '').join(' · ')]
    })
  })
}

function cellWords(stored: unknown): string {
  const value: unknown = cell.safeParse(stored).data?.value
  if (typeof value === 'string') return value
  const due = dueContent.safeParse(value).data
  if (due !== undefined) return formatDue(due)
  const content = valueContent.safeParse(value).data
  if (content === undefined) return ''
  if ('formula' in content) return formatFormula(content.formula, { nameOf: () => null })
  return 'typed' in content ? content.typed : formatQuantity(content.quantity, 'sentence')
}

function* chain(first: Y.Item | null, to: 'left' | 'right' = 'right'): Generator<Y.Item> {
  for (let item = first; item !== null; item = item[to]) yield item
}
