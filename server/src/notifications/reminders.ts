/**
 * Reminds of what is near its deadline, and of what is late: once each, to those whose part it is,
 * and of what is late to the lead too. Any number of servers may look at once; a reminder's name is
 * its part, kind and deadline, and the database takes a name only once.
 */
import type { Logger } from 'pino'
import type { PlanId } from '@soanchung/shared/ids.ts'
import type { Database } from '../storage/database.ts'
import type { Projection } from '../plans/projection.ts'
import { peopleOf, type Notify } from './notify.ts'

interface RemindersOptions {
  database: Pick<Database, 'query' | 'transaction'>
  projection: Pick<Projection, 'plans'>
  notify: Notify
  logger: Logger
  now?: () => number
}

export interface Reminders {
  /** Looks at once. */
  remind(): Promise<void>
  close(): Promise<void>
}

const interval = 10 * 60 * 1000
const dayMs = 24 * 60 * 60 * 1000
const daysAhead = 2
/** What has been late for longer is not dug out: the server was off, or the deadline was set in the past. */
const daysBack = 14
/** Notifications are forgotten after half a year. */
const keptDays = 183

/** A deadline is the end of its day where the plans are written, wherever the server stands. */
const dayThere = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Ho_Chi_Minh' })

export function createReminders({ database, projection, notify, logger, now = Date.now }: RemindersOptions): Reminders {
  let running: Promise<void> = Promise.resolve()
  const look = () => {
    running = running.then(remind).catch((error: unknown) => logger.error({ err: error }, 'reminders failed'))
  }
  const timer = setInterval(look, interval)
  timer.unref()
  look()

  async function remind(): Promise<void> {
    const { query } = database
    const at = now()
    const [today, soon, longAgo] = [0, daysAhead, -daysBack].map((days) => dayThere.format(at + days * dayMs))
    const due = await query
      .selectFrom('plan_parts')
      .innerJoin('plans', 'plans.id', 'plan_parts.plan_id')
      .select(['plan_parts.part_id', 'plan_parts.plan_id', 'plan_parts.deadline', 'plan_parts.status', 'plans.stage'])
      .where('deadline', '!=', '')
      .where('deadline', '<=', soon ?? '')
      .where('deadline', '>=', longAgo ?? '')
      .where('status', '!=', 'done')
      .where('in_outline', '>', 0)
      .where('stage', 'in', ['drafting', 'finalising'])
      .execute()
    // While finalising only what was sent back is still to be written.
    const asked = due.filter(({ stage, status }) => stage === 'drafting' || status === 'returned')
    const named = asked.map((part) => {
      const kind = part.deadline < (today ?? '') ? ('part.late' as const) : ('part.due' as const)
      return { ...part, kind, once: `${kind}/${part.part_id}/${part.deadline}` }
    })
    if (named.length > 0) await projection.plans([...new Set(named.map((part) => part.plan_id))])
    for (const { part_id: part, plan_id: plan, deadline, kind, once } of named) {
      await database.transaction(async (transaction) => {
        const holders = await transaction
          .selectFrom('part_holders')
          .select('holder_id')
          .where('part_id', '=', part)
          .execute()
        const also = kind === 'part.late' ? await leadsOf(plan) : []
        const people = await peopleOf(transaction, [...holders.map(({ holder_id }) => holder_id), ...also])
        const to = new Map([...people.values()].flat().map((user) => [user, [part]]))
        await notify(transaction, { kind, plan, actor: null, to, detail: { deadline }, once })

        async function leadsOf(of: PlanId) {
          const rows = await transaction
            .selectFrom('plan_roles')
            .select('holder_id')
            .where('plan_id', '=', of)
            .where('role', '=', 'lead')
            .execute()
          return rows.map(({ holder_id }) => holder_id)
        }
      })
    }
    await query
      .deleteFrom('notifications')
      .where('at', '<', at - keptDays * dayMs)
      .execute()
  }

  return {
    remind,
    async close() {
      clearInterval(timer)
      await running
    },
  }
}
