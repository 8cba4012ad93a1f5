/** Words that many screens show for values of the domain, and moments in the interface's language. */
import type { PlanStage } from '@soanchung/shared/permissions.ts'
import { periodFault, type Period, type PlanType } from '@soanchung/shared/plan/meta.ts'
import { m } from '../paraglide/messages.js'
import { dateText } from './days.ts'

export function planTypeName(type: PlanType): string {
  switch (type) {
    case 'ke-hoach':
      return m.ui_type_ke_hoach()
    case 'de-an':
      return m.ui_type_de_an()
    case 'chuong-trinh':
      return m.ui_type_chuong_trinh()
  }
}

export function stageName(stage: PlanStage): string {
  switch (stage) {
    case 'drafting':
      return m.ui_stage_drafting()
    case 'review':
      return m.ui_stage_review()
    case 'finalising':
      return m.ui_stage_finalising()
    case 'issued':
      return m.ui_stage_issued()
  }
}

/** For showing only: the country's name and `2026 - 2030` stay on one line, and no line begins with a dash. */
export function keepTogether(text: string): string {
  return text
    .replace(/(việt) (?=nam)/giu, '$1\u00a0')
    .replace(/ (?=[-–] )/g, '\u00a0')
    .replace(/(\b\d{4}\u00a0?[-–])( ?)(?=\d{4}\b)/g, (_, year: string, space: string) => {
      // After a hyphen a line may end even before a space that holds; the joiner forbids it.
      return year + '\u2060' + (space && '\u00a0')
    })
}

/** What is wrong with a plan's years; empty where nothing is. */
export function periodProblem(period: Period): string {
  switch (periodFault(period)) {
    case null:
      return ''
    case 'years':
      return m.ui_period_years()
    case 'order':
      return m.ui_period_order()
    case 'length':
      return m.ui_period_long()
  }
}

const timeFormat = new Intl.DateTimeFormat('vi-VN', { hour: '2-digit', minute: '2-digit', hour12: false })

/** `14:05 hôm nay`, `14:05 hôm qua`, else `21/11/2026`. */
export function whenText(at: number, now: number = Date.now()): string {
  const day = dateText(at)
  if (day === dateText(now)) return m.ui_today({ time: timeFormat.format(at) })
  if (day === dateText(now - 24 * 60 * 60 * 1000)) return m.ui_yesterday({ time: timeFormat.format(at) })
  return day
}
