/** What the demo's plans are made of and with. */
import { RefusalError, type Result } from '@soanchung/shared/errors.ts'
import type { TargetId } from '@soanchung/shared/ids.ts'
import type { Inline } from '@soanchung/shared/plan/blocks.ts'
import { rowOrder } from '@soanchung/shared/targets/register.ts'

/** The sentence with each `{key.cell}` as a reference. */
export function inlinesOf(sentence: string, targetIds: ReadonlyMap<string, TargetId>): Inline[] {
  return sentence.split(/(\{[^}]+\})/).flatMap((piece): Inline[] => {
    const quoted = /^\{([^.]+)\.(.+)\}$/.exec(piece)
    if (quoted === null) return piece === '' ? [] : [{ type: 'text', text: piece }]
    return [{ type: 'reference', target: found(targetIds, quoted[1] ?? ''), cell: quoted[2] ?? '' }]
  })
}

/** Of so many rows, each behind the one before. */
export function rowOrders(count: number): string[] {
  const rows: { order: string }[] = []
  while (rows.length < count) rows.push({ order: rowOrder(rows) })
  return rows.map((row) => row.order)
}

export function found<Value>(map: ReadonlyMap<string, Value>, key: string): Value {
  const value = map.get(key)
  if (value === undefined) throw new Error(`the demo names ${key}, which it does not have`)
  return value
}

export function granted<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new RefusalError(result.error.code, result.error.detail)
  return result.value
}
