/**
 * Entries of a register on their way to another part. They keep their ids, and their cells the
 * changes that made them, so that references and links go on; what stays behind is marked: targets
 * with `movedTo`, by which a later edit of the old entry is found, others as deleted.
 */
import type * as Y from 'yjs'
import type { PartId } from '../ids.ts'
import { isLiving, readRegister, registers, rowOrder, writeCells, type EntryId, type RegisterName } from './register.ts'

interface Move {
  from: Y.Doc
  to: Y.Doc
  /** The part whose document `to` is. */
  part: PartId
  now: number
}

/** Takes the living entries over, or those of `only`, behind those that are there. Answers how many went. */
export function moveEntries(name: RegisterName, { from, to, part, now }: Move, only?: ReadonlySet<EntryId>): number {
  const register = registers[name]
  const going = readRegister(from, name).filter(
    (entry) => isLiving(entry) && (only === undefined || only.has(entry.id)),
  )
  const rows: { order: string }[] = readRegister(to, name).filter(isLiving)
  const cells = [...from.getMap(register.root)]
  const into = to.getMap(register.root)
  to.transact(() => {
    for (const { id } of going) {
      for (const [key, cell] of cells) if (key.startsWith(`${id}.`)) into.set(key, cell)
      const row = { order: rowOrder(rows) }
      rows.push(row)
      // It may have stood here before, and been taken away.
      writeCells(to, register, id, { ...row, deletedAt: null, ...(name === 'targets' ? { movedTo: null } : {}) })
    }
  })
  from.transact(() => {
    for (const { id } of going) {
      writeCells(from, register, id, name === 'targets' ? { movedTo: part } : { deletedAt: now })
    }
  })
  return going.length
}
