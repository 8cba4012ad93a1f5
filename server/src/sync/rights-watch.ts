/**
 * Asks again what was decided when a document was opened: who has signed out, whose units, scope or
 * roles are others now, which plan moved to another stage. A connection whose right is another now
 * is closed, and comes back with the new one; all others stay. Whoever changes rights here waits for
 * it, other servers and commands beside this one are noticed by asking four times a second. With
 * the same question it is noticed, and told, that links, roll-ups or conflicts of an open plan are others.
 */
import type { Connection } from '@hocuspocus/server'
import type { Logger } from 'pino'
import type { PlanId } from '@soanchung/shared/ids.ts'
import { can, type Actor, type PlanAccess } from '@soanchung/shared/permissions.ts'
import { outlineDocument, type DocumentSubject } from '@soanchung/shared/plan/documents.ts'
import type { StatelessMessage } from '@soanchung/shared/protocol.ts'
import { closeCode } from './denied.ts'
import type { DatedAccess, Gate } from './gate.ts'
import type { Sockets, Visit } from './sockets.ts'

/** What was decided for one connection. */
export interface Decision {
  subject: DocumentSubject
  actor: Actor
  /** What it was decided on: no more of it, for every open document of everybody keeps one. */
  basis: Basis
  readOnly: boolean
  /** Nothing more is taken: the right is another now. */
  isOver: boolean
}

export type Basis = Pick<DatedAccess, 'planId' | 'rights'>

interface Decided {
  connection: Connection
  visit: Visit
  decision: Decision
}

export interface RightsWatch {
  /** Whether the right was decided before the last change that is known here. */
  isStale(decision: Decision): boolean
  /** Resolves once every connection that loses a right is closed, and what it had sent is settled. */
  changed(plan: PlanId): Promise<void>
  /** After links changed: how often by now. Tells those who have the outline open. */
  linksChanged(counts: ReadonlyMap<PlanId, number>): void
  /** The same of conflicts of cells. */
  conflictsChanged(counts: ReadonlyMap<PlanId, number>): void
  /** What was told of a plan's links last; null where the next question will tell. */
  toldLinks(plan: PlanId): StatelessMessage | null
  close(): void
}

interface WatchOptions {
  gate: Gate
  sockets: Pick<Sockets, 'proofs' | 'end'>
  open(): Decided[]
  /** What the connection has begun to write is written. */
  idle(connection: Connection): Promise<void>
  /** Tells everybody who has the outline open. */
  tell(documentName: string, message: StatelessMessage): void
  logger: Logger
}

/** Whoever loses a right must be out within a second, on a busy machine too. */
const interval = 250

/** What somebody may do with a document; null for not even reading it. */
export function decide(actor: Actor, subject: DocumentSubject, access: PlanAccess): { readOnly: boolean } | null {
  const isOutline = subject.kind === 'outline'
  const mayRead = isOutline ? can(actor, 'plan.read', access) : can(actor, 'part.read', access, subject.partId)
  const mayWrite = isOutline ? can(actor, 'outline.write', access) : can(actor, 'part.write', access, subject.partId)
  return mayRead ? { readOnly: !mayWrite } : null
}

export function watchRights({ gate, sockets, open, idle, tell, logger }: WatchOptions): RightsWatch {
  /** The last count of changes that was seen of each plan. */
  const known = new Map<PlanId, number>()
  /** The last count of links that was told of each open plan. */
  const told = new Map<PlanId, number>()
  /** The same of conflicts. */
  const toldConflicts = new Map<PlanId, number>()
  let isAsking = false
  const timer = setInterval(() => {
    if (!isAsking) void ask()
  }, interval)
  timer.unref()

  async function ask(): Promise<void> {
    if (sockets.proofs().length === 0) return
    isAsking = true
    try {
      await endStrangers()
      /** The oldest decision that stands on each plan. */
      const oldest = new Map<PlanId, number>()
      for (const { decision } of open()) {
        if (decision.isOver) continue
        const { planId, rights } = decision.basis
        oldest.set(planId, Math.min(rights, oldest.get(planId) ?? rights))
      }
      const counts = await gate.countsOf([...oldest.keys()])
      for (const [plan, rights] of oldest) {
        const count = counts.get(plan)
        if (count === undefined || rights < count.rights) await askAgain(plan)
      }
      for (const one of [told, toldConflicts]) {
        for (const plan of one.keys()) if (!counts.has(plan)) one.delete(plan)
      }
      linksChanged(new Map([...counts].map(([plan, { links }]) => [plan, links])))
      conflictsChanged(new Map([...counts].map(([plan, { conflicts }]) => [plan, conflicts])))
    } catch (error) {
      logger.error({ err: error }, 'rights could not be asked again')
    } finally {
      isAsking = false
    }
  }

  function linksChanged(counts: ReadonlyMap<PlanId, number>): void {
    for (const [plan, links] of counts) {
      if ((told.get(plan) ?? -1) >= links) continue
      told.set(plan, links)
      tell(outlineDocument(plan), linksMessage(plan, links))
    }
  }

  function conflictsChanged(counts: ReadonlyMap<PlanId, number>): void {
    for (const [plan, conflicts] of counts) {
      // Whoever opens a plan asks for what there is.
      if ((toldConflicts.get(plan) ?? 0) >= conflicts) continue
      toldConflicts.set(plan, conflicts)
      tell(outlineDocument(plan), { type: 'conflicts', planId: plan })
    }
  }

  /** Ends those who are signed out; asks again for those who belong elsewhere now. */
  async function endStrangers(): Promise<void> {
    const proofs = sockets.proofs()
    const actors = await gate.actorsOf(proofs)
    const over = new Set(proofs.filter((proof) => !actors.has(proof)))
    if (over.size > 0) sockets.end(over, 'auth.required')
    const moved = new Set<PlanId>()
    for (const { visit, decision } of open()) {
      const actor = visit.proof === null ? undefined : actors.get(visit.proof)
      if (actor === undefined || isSame(actor, decision.actor)) continue
      decision.actor = actor
      moved.add(decision.basis.planId)
    }
    for (const plan of moved) await askAgain(plan)
  }

  async function askAgain(plan: PlanId): Promise<void> {
    const access = await gate.access({ kind: 'outline', planId: plan })
    const rights = access?.rights ?? Number.MAX_SAFE_INTEGER
    known.set(plan, Math.max(rights, known.get(plan) ?? 0))
    const ending: Promise<void>[] = []
    for (const { connection, decision } of open()) {
      if (!isOf(decision, plan) || decision.isOver) continue
      const now = access === null ? null : decide(decision.actor, decision.subject, access)
      if (access !== null && now?.readOnly === decision.readOnly) {
        decision.basis = basisOf(access)
        continue
      }
      decision.isOver = true
      const reason = now === null ? 'not.found' : 'not.allowed'
      // Whoever hears that they are out must find nothing of theirs in the log afterwards.
      ending.push(idle(connection).then(() => connection.close({ code: closeCode(reason), reason })))
    }
    await Promise.all(ending)
    if (access !== null) tell(outlineDocument(plan), recordMessage(access))
  }

  return {
    isStale: ({ basis }) => basis.rights < (known.get(basis.planId) ?? 0),
    changed: askAgain,
    linksChanged,
    conflictsChanged,
    toldLinks(plan) {
      const links = told.get(plan)
      return links === undefined ? null : linksMessage(plan, links)
    },
    close: () => clearInterval(timer),
  }
}

/** Who hears it fetches the record again, unless theirs is as new. */
export function recordMessage({ planId, rights }: Basis): StatelessMessage {
  return { type: 'record', planId, rights }
}

function linksMessage(planId: PlanId, count: number): StatelessMessage {
  return { type: 'links', planId, count }
}

export function basisOf({ planId, rights }: DatedAccess): Basis {
  return { planId, rights }
}

function isOf({ basis }: Decision, plan: PlanId): boolean {
  return basis.planId === plan
}

function isSame(a: Actor, b: Actor): boolean {
  return a.scope === b.scope && a.administrator === b.administrator && a.units.join() === b.units.join()
}
