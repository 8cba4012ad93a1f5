/**
 * What a plan answers to its superior. Taking a value, or another one, is one command: the cells of
 * the plan's own target and the record that says so are written together. Nothing of a superior
 * plan is ever written into a plan in any other way. A target may also serve a superior one by
 * itself, which writes no cell. Of a plan one target serves each superior target, and one only.
 */
import type { Kysely, Transaction } from 'kysely'
import { accept, orThrow, refuse, RefusalError, type Result } from '@soanchung/shared/errors.ts'
import { newId, type PartId, type PlanId, type TargetId, type UnitId } from '@soanchung/shared/ids.ts'
import type { AnswerBody, Figures, ServeBody } from '@soanchung/shared/links/links.ts'
import { can, type Action, type Actor } from '@soanchung/shared/permissions.ts'
import { partDocument } from '@soanchung/shared/plan/documents.ts'
import { readTargets, registers, rowOrder, writeCells } from '@soanchung/shared/targets/register.ts'
import { toHolders } from '../notifications/notify.ts'
import { allowed, holdPlan } from '../plans/access.ts'
import type { Projection } from '../plans/projection.ts'
import type { RegisterProjection } from '../registers/projection.ts'
import type { Tables } from '../storage/tables.ts'
import type { Sync } from '../sync/sync.ts'
import { addEvents, checkMeasure, givenNow } from './allotting.ts'
import { lockLinks, noChange, touching, type Change, type Counts, type LinkChanges } from './changes.ts'
import { isSameFigures, readFigures } from './given.ts'
import { leadUnitOf, livingTargets, superiorOf, unitNames } from './linked-plans.ts'

export interface Answering {
  answer(actor: Actor, plan: PlanId, body: AnswerBody): Promise<Result<void>>
  serve(actor: Actor, plan: PlanId, body: ServeBody): Promise<Result<void>>
}

export interface AnsweringOptions {
  query: Kysely<Tables>
  projection: Pick<Projection, 'plans'>
  registers: Pick<RegisterProjection, 'settled'>
  sync: Pick<Sync, 'writeDocument'>
  changes: LinkChanges
}

type TargetRow = Tables['target_values']

/** Where an answer is written. */
interface Place {
  part: PartId
  target: TargetId
  isNew: boolean
  /** The target that served already. */
  serving: TargetId | null
}

/** What an answer is about. */
interface Received {
  superior: PlanId
  row: TargetRow
  unit: UnitId
  /** The own target that serves it. */
  serving: TargetId | null
  /** What was given; the superior's own values where the plan serves the target by itself. */
  given: Figures
}

export function createAnswering({ query, projection, registers: rows, sync, changes }: AnsweringOptions): Answering {
  async function answer(actor: Actor, plan: PlanId, body: AnswerBody): Promise<Result<void>> {
    const action: Action = body.answer === 'kept' ? 'link.keep' : 'link.answer'
    const granted = await allowed(query, actor, action, plan)
    if (!granted.ok) return granted
    if (body.answer !== 'accepted' && body.reason === '') return refuse('link.reason')
    if (body.answer === 'countered' && body.values === undefined) return refuse('input.invalid', 'values')
    await rows.settled()
    await projection.plans([plan])
    const found = await placeOf(query, plan, body)
    if (!found.ok) return found
    const place = found.value
    let counts: Counts = new Map()
    let written: { values: Figures; like: Received } | null = null
    const result = await sync.writeDocument({
      commandId: `answer/${plan}/${body.command}`,
      // Decided below, where nobody comes between.
      actor: null,
      userId: actor.userId,
      documents: body.answer === 'kept' ? [] : [partDocument(place.part)],
      async alsoInTransaction(transaction) {
        await lockLinks(transaction)
        await holdPlan(transaction, plan)
        const access = orThrow(await allowed(transaction, actor, action, plan))
        if (body.answer !== 'kept' && !can(actor, 'part.write', access, place.part)) {
          throw new RefusalError('not.allowed', place.part)
        }
        const received = await receivedBy(transaction, plan, body.superior)
        // Somebody answered, or gave something else, since this was decided.
        const isOther = body.seen !== undefined && !isSameFigures(body.seen, received.given)
        if (isOther || received.serving !== place.serving) throw new RefusalError('plan.changed')
        const values = await valuesOf(transaction, plan, place, body, received)
        written = { values, like: received }
        const change = await keepAnswer(transaction, actor, plan, { place, body, received, values })
        counts = await changes.settle(transaction, actor, plan, change)
      },
      mutate(documents) {
        const document = documents.get(partDocument(place.part))
        if (document === undefined || written === null) return
        const { values, like } = written
        const cells = Object.fromEntries(
          Object.entries(values).map(([year, quantity]) => [`value.${year}`, { quantity }]),
        )
        const known = readTargets(document)
        if (!place.isNew) {
          const own = known.find(({ id }) => id === place.target)
          // It was deleted, or moved, since it was looked for.
          if (own === undefined || own.deletedAt !== null || own.movedTo !== null)
            throw new RefusalError('plan.changed')
          return writeCells(document, registers.targets, place.target, cells)
        }
        const { name, method, frequency } = like.row
        writeCells(document, registers.targets, place.target, {
          ...{ order: rowOrder(known), name, measure: JSON.parse(like.row.measure), responsible: like.unit, method },
          ...(frequency === null ? {} : { frequency }),
          ...cells,
        })
      },
    })
    if (!result.ok) return result
    changes.tell(counts)
    // Whoever asks next finds the values that were just written.
    await rows.settled()
    return accept(undefined)
  }

  return {
    answer,
    serve: (actor, plan, { target, superior, weight = null }) =>
      changes.decide(actor, plan, 'link.name', async (transaction) => {
        const own = await livingTargets(transaction, plan, [target]).executeTakeFirst()
        if (own === undefined) throw new RefusalError('target.gone')
        return superior === null
          ? await unserve(transaction, actor, plan, own)
          : await serveTarget(transaction, actor, plan, { own, superior, weight })
      }),
  }
}

/** The target that serves already, else the one that is named, else a new one in the part that is. */
async function placeOf(
  query: Kysely<Tables>,
  plan: PlanId,
  { superior, target, part, answer }: AnswerBody,
): Promise<Result<Place>> {
  const serving = await query
    .selectFrom('contributions')
    .select('target_id')
    .where('plan_id', '=', plan)
    .where('superior_target', '=', superior)
    .executeTakeFirst()
  const wanted = [serving?.target_id, target].filter((id) => id !== undefined)
  const living = wanted.length === 0 ? [] : await livingTargets(query, plan, wanted).execute()
  const row = wanted.map((id) => living.find((one) => one.target_id === id)).find((one) => one !== undefined)
  if (row !== undefined)
    return accept({ part: row.part_id, target: row.target_id, isNew: false, serving: serving?.target_id ?? null })
  if (target !== undefined) return refuse('target.gone')
  if (part === undefined || answer === 'kept') return refuse('link.target')
  const known = await query
    .selectFrom('plan_parts')
    .select('part_id')
    .where('part_id', '=', part)
    .where('plan_id', '=', plan)
    .where('in_outline', '>', 0)
    .executeTakeFirst()
  return known === undefined
    ? refuse('not.found')
    : accept({ part, target: newId<TargetId>(), isNew: true, serving: serving?.target_id ?? null })
}

/** Throws the refusal. */
async function receivedBy(transaction: Transaction<Tables>, plan: PlanId, target: TargetId): Promise<Received> {
  const superior = await superiorOf(transaction, plan)
  if (superior === null) throw new RefusalError('link.none')
  const unit = await leadUnitOf(transaction, plan)
  const serving = await transaction
    .selectFrom('contributions')
    .select('target_id')
    .where('plan_id', '=', plan)
    .where('superior_target', '=', target)
    .executeTakeFirst()
  const allotment = await transaction
    .selectFrom('allotments')
    .select('unit_id')
    .where('plan_id', '=', superior)
    .where('target_id', '=', target)
    .where('unit_id', '=', unit)
    .executeTakeFirst()
  const isLinked = serving !== undefined || allotment !== undefined
  const row = await livingTargets(transaction, superior, [target]).executeTakeFirst()
  // Of targets that the plan has no part in, nothing is said, not even whether they are there.
  if (row === undefined) throw new RefusalError('target.gone')
  if (!isLinked) throw new RefusalError('link.given')
  const given =
    allotment === undefined ? undefined : (await givenNow(transaction, superior, [row])).get(target)?.get(unit)
  const values = given ?? readFigures(row.figures)
  return { superior, row, unit, given: values, serving: serving?.target_id ?? null }
}

/** What is written, by the years of the plan; of a value that is kept, what stands there. */
async function valuesOf(
  transaction: Transaction<Tables>,
  plan: PlanId,
  place: Place,
  body: AnswerBody,
  { given, row }: Received,
): Promise<Figures> {
  const own = place.isNew ? row : await livingTargets(transaction, plan, [place.target]).executeTakeFirst()
  if (own === undefined) throw new RefusalError('plan.changed')
  if (body.answer === 'kept') return readFigures(own.figures)
  const { period_from: from, period_to: to } = await transaction
    .selectFrom('plans')
    .select(['period_from', 'period_to'])
    .where('id', '=', plan)
    .executeTakeFirstOrThrow()
  const said = body.answer === 'accepted' ? given : (body.values ?? {})
  const values = Object.entries(said).filter(([year]) => Number(year) >= from && Number(year) <= to)
  const written = Object.fromEntries(values)
  checkMeasure(written, own)
  return written
}

async function keepAnswer(
  transaction: Transaction<Tables>,
  actor: Actor,
  plan: PlanId,
  told: { place: Place; body: AnswerBody; received: Received; values: Figures },
): Promise<Change> {
  const { place, body, received, values } = told
  const { superior, row, unit, given } = received
  const { answer: kind, reason } = body
  await insertContribution(transaction, actor, { plan, place, received, kind, reason, seen: given })
  const step = { plan: superior, target: row.target_id, unit, by: actor.userId }
  await addEvents(transaction, [{ ...step, kind, values, reason }])
  return {
    touched: touching(superior, [row.target_id]),
    felt: [plan],
    told: [await answeredEvent(transaction, received, kind, reason)],
    audited: [
      {
        action: 'link.answered',
        subject: `plan/${plan}`,
        detail: { answer: kind, name: row.name, superior, target: place.target, reason, values },
      },
    ],
  }
}

/** Throws the refusal where the target serves another one already. */
async function insertContribution(
  transaction: Transaction<Tables>,
  actor: Actor,
  given: {
    plan: PlanId
    place: Pick<Place, 'target'>
    received: Received
    kind: Tables['contributions']['answer']
    reason: string
    seen: Figures
    weight?: string | null
  },
): Promise<void> {
  const { plan, place, received, kind, reason, seen } = given
  const serves = await transaction
    .selectFrom('contributions')
    .select('superior_target')
    .where('plan_id', '=', plan)
    .where('target_id', '=', place.target)
    .executeTakeFirst()
  if (serves !== undefined && serves.superior_target !== received.row.target_id) throw new RefusalError('link.serves')
  const before = await transaction
    .deleteFrom('contributions')
    .where('plan_id', '=', plan)
    .where('superior_target', '=', received.row.target_id)
    .returning('weight')
    .executeTakeFirst()
  await transaction
    .insertInto('contributions')
    .values({
      ...{ plan_id: plan, target_id: place.target, superior_id: received.superior },
      ...{ superior_target: received.row.target_id, answer: kind, reason },
      weight: given.weight === undefined ? (before?.weight ?? null) : given.weight,
      ...{ seen: JSON.stringify(seen), seen_at: Number(received.row.changed_at) },
      ...{ answered_at: Date.now(), answered_by: actor.userId },
    })
    .execute()
}

/** The superior's lead hears it. */
async function answeredEvent(
  transaction: Transaction<Tables>,
  { superior, row, unit }: Received,
  answer: Tables['contributions']['answer'],
  reason: string,
): Promise<Change['told'][number]> {
  const names = await unitNames(transaction, [unit])
  const to = await toHolders(transaction, [await leadUnitOf(transaction, superior)])
  const detail = { target: row.name, unit: names.get(unit) ?? '', answer, reason }
  return { kind: 'link.answered', plan: superior, to, detail }
}

async function serveTarget(
  transaction: Transaction<Tables>,
  actor: Actor,
  plan: PlanId,
  { own, superior: target, weight }: { own: TargetRow; superior: TargetId; weight: string | null },
): Promise<Change> {
  const superior = await superiorOf(transaction, plan)
  if (superior === null) throw new RefusalError('link.none')
  const row = await livingTargets(transaction, superior, [target]).executeTakeFirst()
  if (row === undefined) throw new RefusalError('target.gone')
  const unit = await leadUnitOf(transaction, plan)
  const before = await transaction
    .selectFrom('contributions')
    .select(['target_id', 'weight'])
    .where('plan_id', '=', plan)
    .where('superior_target', '=', target)
    .executeTakeFirst()
  const touched = touching(superior, [target])
  if (before?.target_id === own.target_id) {
    if (before.weight === weight) return noChange()
    await transaction
      .updateTable('contributions')
      .set({ weight })
      .where('plan_id', '=', plan)
      .where('target_id', '=', own.target_id)
      .execute()
    return { ...noChange(), touched, felt: [plan] }
  }
  if (before !== undefined) {
    const other = await livingTargets(transaction, plan, [before.target_id]).executeTakeFirst()
    if (other !== undefined) throw new RefusalError('link.serves')
  }
  const seen = readFigures(row.figures)
  const received: Received = { superior, row, unit, given: seen, serving: before?.target_id ?? null }
  const place = { target: own.target_id }
  await insertContribution(transaction, actor, { plan, place, received, kind: 'served', reason: '', seen, weight })
  const step = { plan: superior, target, unit, by: actor.userId }
  await addEvents(transaction, [{ ...step, kind: 'served', values: readFigures(own.figures), reason: '' }])
  return {
    ...{ touched, felt: [plan] },
    told: [await answeredEvent(transaction, received, 'served', '')],
    audited: [
      {
        action: 'target.served',
        subject: `plan/${plan}`,
        detail: { own: own.name, name: row.name, superior, target: own.target_id },
      },
    ],
  }
}

async function unserve(transaction: Transaction<Tables>, actor: Actor, plan: PlanId, own: TargetRow): Promise<Change> {
  const gone = await transaction
    .deleteFrom('contributions')
    .where('plan_id', '=', plan)
    .where('target_id', '=', own.target_id)
    .returning(['superior_id', 'superior_target'])
    .executeTakeFirst()
  if (gone === undefined) return noChange()
  const { superior_id: superior, superior_target: target } = gone
  const step = { plan: superior, target, unit: await leadUnitOf(transaction, plan), by: actor.userId }
  await addEvents(transaction, [{ ...step, kind: 'unserved', values: {}, reason: '' }])
  return {
    touched: touching(superior, [target]),
    felt: [plan],
    told: [],
    audited: [
      {
        action: 'target.unserved',
        subject: `plan/${plan}`,
        detail: { own: own.name, superior, target: own.target_id },
      },
    ],
  }
}
