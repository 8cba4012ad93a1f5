/** Builders of plans on several levels: units with a lead each, their plans, what is given and answered between them. */
import { newId, type ChangeId, type PartId, type PlanId, type TargetId } from '@soanchung/shared/ids.ts'
import {
  planLinks,
  planRollUp,
  type AllotBody,
  type AnswerBody,
  type Figures,
  type PlanLinks,
  type PlanRollUp,
  type RolledTarget,
  type RolledUnit,
} from '@soanchung/shared/links/links.ts'
import { outlineDocument, partDocument } from '@soanchung/shared/plan/documents.ts'
import { deletePart, restorePart } from '@soanchung/shared/plan/outline.ts'
import type { Unit } from '@soanchung/shared/protocol.ts'
import type { Quantity } from '@soanchung/shared/targets/quantity.ts'
import { registers, writeCells, type Target } from '@soanchung/shared/targets/register.ts'
import { aPart, aPlan, aTarget } from './plans.ts'
import { expectOk, givePlan, type Answer, type TestPerson, type TestServer } from './server.ts'

export interface Office {
  unit: Unit
  lead: TestPerson
}

export async function anOffice(server: TestServer, symbol: string): Promise<Office> {
  const unit = await server.unit(symbol)
  return { unit, lead: await server.person({ name: `Chủ trì ${symbol}`, units: [unit] }) }
}

export const count = (number: string, noun = 'mô hình'): Quantity => ({
  comparison: '=',
  numbers: [number],
  measure: { kind: 'count', noun },
})

/** A target that is counted and added up, with one value for 2026. */
export function aCount(name: string, number: string, more: Partial<Target> = {}): Target {
  const measure = { kind: 'count' as const, noun: 'mô hình' }
  return aTarget(name, { 2026: count(number) }, { measure, method: 'sum', ...more })
}

/** A plan of an office, with all its targets in one part. */
export interface LevelPlan extends Office {
  id: PlanId
  part: PartId
  targets: readonly TargetId[]
  put(path: string, body: unknown, method?: 'PUT' | 'POST'): Promise<Answer>
  /** The units of these offices carry it out. */
  carriedBy(...offices: readonly Office[]): Promise<unknown>
  give(giving: Partial<AllotBody> & Pick<AllotBody, 'units'>): Promise<Answer>
  names(superior: PlanId | null): Promise<Answer>
  answers(body: Partial<AnswerBody>): Promise<Answer>
  /** Changes a cell of one of its targets, as somebody who writes the part would. */
  sets(target: TargetId | undefined, fields: Record<string, unknown>): Promise<void>
  /** Takes its part out of the outline, or puts it back. */
  setGone(isGone: boolean): Promise<void>
  links(): Promise<PlanLinks>
  rollUp(): Promise<PlanRollUp>
  /** What is rolled up to its first target, or the one that is named. */
  rolled(target?: TargetId): Promise<RolledTarget>
  row(office: Office, target?: TargetId): Promise<RolledUnit>
}

export async function aLevelPlan(
  server: TestServer,
  office: Office,
  targets: readonly Target[] = [],
  subject = 'Xây dựng nông thôn mới',
): Promise<LevelPlan> {
  const part = aPart('Chỉ tiêu', { targets: [...targets] })
  const { id } = await givePlan(office.lead, aPlan([part], { subject, period: { from: 2026, to: 2030 } }))
  const { registers: rows, sync } = server.running
  await rows.settled()
  const put: LevelPlan['put'] = (path, body, method = 'PUT') =>
    office.lead.send(method, `/api/plans/${id}${path}`, body)
  const rollUp = async () => {
    await rows.settled()
    return planRollUp.parse((await expectOk(office.lead.send('GET', `/api/plans/${id}/roll-up`))).body)
  }
  const rolled = async (target = targets[0]?.id) => {
    const found = (await rollUp()).targets.find((one) => one.target === target)
    if (found === undefined) throw new Error(`nothing is rolled up to ${target}`)
    return found
  }
  return {
    ...office,
    ...{ id, part: part.id, targets: targets.map((target) => target.id), put, rollUp, rolled },
    carriedBy: (...offices) => expectOk(put('/carriers', { units: offices.map(({ unit }) => unit.id) })),
    give: (giving) =>
      put('/allotments', { targets: targets.map(({ id: one }) => one), way: 'same', note: '', ...giving }),
    names: (superior) => put('/superior', { superior }),
    answers: (body) => {
      const whole = { command: newId<ChangeId>(), answer: 'accepted', reason: '', part: part.id, ...body }
      return put('/answers', whole, 'POST')
    },
    async sets(target, fields) {
      if (target === undefined) throw new Error('the plan has no such target')
      const written = await sync.writeDocument({
        ...{ commandId: newId<ChangeId>(), actor: null, userId: office.lead.id },
        documents: [partDocument(part.id)],
        mutate: (documents) => {
          const document = documents.get(partDocument(part.id))
          if (document !== undefined) writeCells(document, registers.targets, target, fields)
        },
      })
      if (!written.ok) throw new Error(written.error.code)
      await rows.settled()
    },
    async setGone(isGone) {
      const written = await sync.writeDocument({
        ...{ commandId: newId<ChangeId>(), actor: null, userId: office.lead.id },
        documents: [outlineDocument(id)],
        mutate: (documents) => {
          const outline = documents.get(outlineDocument(id))
          if (outline === undefined) return
          if (isGone) deletePart(outline, part.id, 1)
          else restorePart(outline, part.id)
        },
      })
      if (!written.ok) throw new Error(written.error.code)
      await rows.settled()
    },
    async links() {
      await rows.settled()
      return planLinks.parse((await expectOk(office.lead.send('GET', `/api/plans/${id}/links`))).body)
    },
    async row({ unit }, target) {
      const found = (await rolled(target)).units.find((one) => one.unit === unit.id)
      if (found === undefined) throw new Error(`no row of ${unit.symbol}`)
      return found
    },
  }
}

/** A superior plan, and one below it for each of these offices, linked; nothing is given yet. */
export async function aPair(
  server: TestServer,
  offices: { above: Office; below: readonly Office[] },
  targets: readonly Target[],
): Promise<{ above: LevelPlan; below: LevelPlan[] }> {
  const above = await aLevelPlan(server, offices.above, targets)
  await above.carriedBy(...offices.below)
  const below: LevelPlan[] = []
  for (const office of offices.below) {
    const plan = await aLevelPlan(server, office)
    await expectOk(plan.names(above.id))
    below.push(plan)
  }
  return { above, below }
}

/** Each number by year, as a reader of the test writes it. */
export function numbersOf(figures: Figures): Record<string, string> {
  return Object.fromEntries(
    Object.entries(figures).map(([year, { comparison, numbers }]) => [
      year,
      `${comparison === '=' ? '' : comparison}${numbers.join('–')}`,
    ]),
  )
}
