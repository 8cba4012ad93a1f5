/**
 * What goes from plan to plan: a plan carries out a superior one; the superior's targets are given
 * down to units, whose plans answer; targets serve superior ones, and what they say is rolled up.
 * All of it are records of the server. A unit sees of another plan the value and the link alone.
 */
import * as z from 'zod/mini'
import { changeId, partId, planId, targetId, unitId } from '../ids.ts'
import { planStages, type PlanStage } from '../permissions.ts'
import { planTypes } from '../plan/meta.ts'
import { decimal, frequencies, measure, quantity } from '../targets/quantity.ts'
import { rollUpMethods } from '../targets/register.ts'
import { rolled } from './roll-up.ts'

const year = z.string().check(z.regex(/^\d{4}$/))
/** Values by year, formulas reckoned; a year that has none, or one that cannot be read, is left out. */
export const figures = z.record(year, quantity)
export type Figures = z.infer<typeof figures>

/** How a value is given down: the superior's own, its share by a key, or one that is typed. */
export const allotmentWays = ['same', 'share', 'free'] as const
export type AllotmentWay = (typeof allotmentWays)[number]

/**
 * What a unit said of an allotment: nothing yet; its own value is the given one; another with a
 * reason; kept as it was, with a reason, when the superior changed. `served`: nothing was given, its
 * plan serves the target by itself.
 */
export const linkAnswers = ['waiting', 'accepted', 'countered', 'kept', 'served'] as const
export type LinkAnswer = (typeof linkAnswers)[number]

/** How far the version is that a value comes from. */
export const standings = ['draft', 'submitted', 'issued'] as const
export type Standing = (typeof standings)[number]

export function standingOf(stage: PlanStage): Standing {
  if (stage === 'issued') return 'issued'
  return stage === 'drafting' ? 'draft' : 'submitted'
}

/** A plan as those see it who only have a link to it. */
export const linkedPlan = z.object({
  plan: planId,
  type: z.enum(planTypes),
  subject: z.string(),
  /** Who leads it. */
  unit: unitId,
  stage: z.enum(planStages),
  /** The person may open it. */
  mayOpen: z.boolean(),
})
export type LinkedPlan = z.infer<typeof linkedPlan>

/** A target as it is seen through a link. */
const linkedTarget = z.object({
  id: targetId,
  name: z.string(),
  measure,
  frequency: z.nullable(z.enum(frequencies)),
  values: figures,
  /** It was deleted, or its part was. */
  isGone: z.boolean(),
})

/** What the superior's change did to a link that was settled before. */
const stale = z.object({
  /** What was given, or stood there, when the link was last settled. */
  before: figures,
  now: figures,
  /** Who changed it; empty for the server. */
  by: z.string(),
  since: z.number(),
})

/** A superior target that a plan was given, or serves. */
export const receivedTarget = z.object({
  superior: linkedTarget,
  /** Null where the plan serves the target by itself. */
  allotment: z.nullable(
    z.object({
      way: z.enum(allotmentWays),
      /** What it is shared by, "số hộ"; empty for other ways. */
      key: z.string(),
      given: figures,
      note: z.string(),
      at: z.number(),
      by: z.string(),
    }),
  ),
  answer: z.enum(linkAnswers),
  reason: z.string(),
  answeredAt: z.nullable(z.number()),
  answeredBy: z.string(),
  /** The plan's own target that serves it; null before the answer. */
  target: z.nullable(targetId),
  stale: z.nullable(stale),
})
export type ReceivedTarget = z.infer<typeof receivedTarget>

export const planLinks = z.object({
  /** How often links or what is rolled up have changed for this plan. */
  count: z.int(),
  superior: z.nullable(linkedPlan),
  /** Plans that were given to the lead's unit to carry out; only where the plan names none yet. */
  offers: z.array(linkedPlan),
  received: z.array(receivedTarget),
  /** What the superior's other targets are, for a target that is to serve one; values for who may open it. */
  open: z.array(linkedTarget),
})
export type PlanLinks = z.infer<typeof planLinks>

/** A unit's row below a superior target. */
const rolledUnit = z.object({
  unit: unitId,
  way: z.nullable(z.enum(allotmentWays)),
  weight: z.nullable(decimal),
  /** What it is to reach: what was given, or with nothing given no value. */
  given: figures,
  answer: z.enum(linkAnswers),
  reason: z.string(),
  isStale: z.boolean(),
  /** What its plan says. */
  values: figures,
  /** What comes from below its plan; empty where nothing does. */
  gathered: figures,
  /** Results by period, `2026-H1`, `2026`. */
  results: z.record(z.string(), quantity),
})
export type RolledUnit = z.infer<typeof rolledUnit>

export const rolledTarget = z.object({
  target: targetId,
  method: z.enum(rollUpMethods),
  /**
   * By year: what the plans one level below say, what is gathered from the lowest ones that say something,
   * and how many units on all levels below were given it and say nothing; left out where all do.
   */
  years: z.record(year, z.object({ stated: rolled, gathered: rolled, missing: z.optional(z.int()) })),
  units: z.array(rolledUnit),
  /** How many units on all levels below were given it, or serve it. */
  asked: z.optional(z.int()),
})
export type RolledTarget = z.infer<typeof rolledTarget>

/** A unit that carries the plan out, and the plan by which it does. */
export const carrier = z.object({
  unit: unitId,
  plan: z.nullable(z.object({ id: planId, subject: z.string(), standing: z.enum(standings), mayOpen: z.boolean() })),
  /** By the name of the key, what it is shared by: `{ "số hộ": "420" }`. */
  keys: z.record(z.string(), decimal),
})
export type Carrier = z.infer<typeof carrier>

export const planRollUp = z.object({
  count: z.int(),
  carriers: z.array(carrier),
  targets: z.array(rolledTarget),
})
export type PlanRollUp = z.infer<typeof planRollUp>

const reason = z.string().check(z.trim(), z.maxLength(1000))

/** Null takes the link away. */
export const nameSuperiorBody = z.object({ superior: z.nullable(planId) })

/** The units that are to carry the plan out, all of them. */
export const carriersBody = z.object({
  units: z.array(unitId).check(
    z.maxLength(1000),
    z.refine((all) => new Set(all).size === all.length),
  ),
})

export const keyName = z.string().check(z.trim(), z.minLength(1), z.maxLength(100))

/** Targets to units in one request: each is a row, and all of them wait for the one lock on links. */
const mostGiven = 50_000

/** Targets given down. A unit that is left out keeps what it had. */
export const allotBody = z
  .object({
    targets: z.array(targetId).check(z.minLength(1), z.maxLength(200)),
    way: z.enum(allotmentWays),
    /** What the weights are, "số hộ": for `share`, and with other ways for an average that is weighed. */
    key: z.optional(keyName),
    units: z
      .array(
        z.object({
          unit: unitId,
          /** The unit's amount of the key. */
          weight: z.optional(decimal),
          /** For `free`: the values by year, for the one target that is named. */
          given: z.optional(figures),
        }),
      )
      .check(z.minLength(1), z.maxLength(1000)),
    note: reason,
  })
  .check(z.refine(({ targets, units }) => targets.length * units.length <= mostGiven))
export type AllotBody = z.infer<typeof allotBody>

export const takeBackBody = z.object({
  targets: z.array(targetId).check(z.minLength(1), z.maxLength(200)),
  units: z.array(unitId).check(z.minLength(1), z.maxLength(1000)),
})
export type TakeBackBody = z.infer<typeof takeBackBody>

/**
 * The answer to what was given, or to a change of it. `accepted` and `countered` write the values into
 * the plan's own target: the one that serves already, `target`, or a new one in `part`. Idempotent by
 * `command`.
 */
export const answerBody = z.object({
  command: changeId,
  superior: targetId,
  answer: z.enum(['accepted', 'countered', 'kept']),
  target: z.optional(targetId),
  part: z.optional(partId),
  /** For `countered`. */
  values: z.optional(figures),
  /** Needed for `countered` and `kept`. */
  reason,
  /** What is given, as the person saw it: refused where it is something else by now. */
  seen: z.optional(figures),
})
export type AnswerBody = z.infer<typeof answerBody>

/** A target of the plan serves a superior one, or with null no more. */
export const serveBody = z.object({
  target: targetId,
  superior: z.nullable(targetId),
  weight: z.optional(z.nullable(decimal)),
})
export type ServeBody = z.infer<typeof serveBody>

/** A target with all its cells goes to another part of the plan. Idempotent by `command`. */
export const moveTargetBody = z.object({ command: changeId, target: targetId, from: partId, to: partId })
export type MoveTargetBody = z.infer<typeof moveTargetBody>

/** One step in the history of a link, the newest first. */
export const linkEvent = z.object({
  at: z.number(),
  by: z.string(),
  unit: unitId,
  kind: z.enum(['given', 'taken', ...linkAnswers.filter((answer) => answer !== 'waiting'), 'unserved']),
  values: figures,
  reason: z.string(),
})
export type LinkEvent = z.infer<typeof linkEvent>
export const linkHistory = z.array(linkEvent)

/** `2026-H1`, `2026-H2`, `2026`. */
export const resultPeriod = z.string().check(z.regex(/^\d{4}(-H[12])?$/))

/** What a target came to in a period; entered after the plan is issued, and no part of it. */
export const targetResult = z.object({
  target: targetId,
  period: resultPeriod,
  value: quantity,
  note: z.string(),
  /** The document that says so, as it is cited. */
  document: z.string(),
  at: z.number(),
  by: z.string(),
})
export type TargetResult = z.infer<typeof targetResult>
export const targetResults = z.array(targetResult)

/** A null value takes the result away. */
export const enterResultBody = z.object({
  target: targetId,
  period: resultPeriod,
  value: z.nullable(quantity),
  note: reason,
  document: z.string().check(z.trim(), z.maxLength(500)),
})
export type EnterResultBody = z.infer<typeof enterResultBody>

/** Somebody's value of a cell that another replaced without having seen it. */
export const cellConflict = z.object({
  id: z.string(),
  part: partId,
  register: z.enum(['targets', 'tasks', 'budget']),
  entry: z.string(),
  field: z.string(),
  /** What the cell of the register held, and holds. */
  lost: z.unknown(),
  won: z.unknown(),
  /** Who wrote what stands there now. */
  by: z.string(),
  at: z.number(),
})
export type CellConflict = z.infer<typeof cellConflict>
export const cellConflicts = z.array(cellConflict)
