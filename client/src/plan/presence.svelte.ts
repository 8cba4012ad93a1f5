/**
 * Who else is on the plan just now and in which part, from the plan's awareness. A person with two
 * tabs counts once. The server writes who somebody is; the part is each client's own word. The
 * sheet tells where this screen's caret is.
 */
import type { PartId, UnitId, UserId } from '@soanchung/shared/ids.ts'
import { presence, type Me, type PlanRecord, type Presence as SaidPresence } from '@soanchung/shared/protocol.ts'
import type { OpenPlan } from './open-plan.ts'

export interface PresentPerson {
  id: UserId
  name: string
  unit: UnitId | null
  symbol: string
  colour: number
  /** Where the caret is; null where it is nowhere. */
  part: PartId | null
}

export class Presence {
  /** Everybody else who has the plan open, by name. */
  others: readonly PresentPerson[] = $state.raw([])
  readonly byPart: ReadonlyMap<PartId, readonly PresentPerson[]> = $derived.by(() => {
    const places = new Map<PartId, PresentPerson[]>()
    for (const person of this.others) {
      if (person.part === null) continue
      const there = places.get(person.part)
      if (there === undefined) places.set(person.part, [person])
      else there.push(person)
    }
    return places
  })
  readonly #plan: OpenPlan
  readonly #stop: () => void

  constructor(plan: OpenPlan) {
    this.#plan = plan
    const read = () => this.#read()
    plan.awareness.on('change', read)
    this.#stop = () => plan.awareness.off('change', read)
    read()
  }

  destroy(): void {
    this.#stop()
  }

  #read() {
    const people = new Map<UserId, PresentPerson>()
    const { awareness, userId } = this.#plan
    for (const [client, state] of awareness.getStates()) {
      const parsed = presence.safeParse(state)
      if (!parsed.success || client === awareness.clientID || parsed.data.user.id === userId) continue
      const { user, part = null } = parsed.data
      const known = people.get(user.id)
      people.set(user.id, { ...user, part: part ?? known?.part ?? null })
    }
    const others = [...people.values()].sort((a, b) => a.name.localeCompare(b.name, 'vi'))
    if (JSON.stringify(others) !== JSON.stringify(this.others)) this.others = others
  }
}

/** What this screen says of its person, with the unit for which they are in the plan. */
export function presenceOf({ id, name, units }: Me, { roles }: PlanRecord): SaidPresence['user'] {
  const own = units.find((unit) => roles.some((role) => role.holder === unit.id)) ?? units[0]
  return { id, name, unit: own?.id ?? null, symbol: own?.symbol ?? '', colour: own?.colour ?? 8 }
}
