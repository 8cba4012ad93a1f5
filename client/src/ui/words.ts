/** Words that many screens show for values of the domain, and dates as people here write them. */
import type { PlanStage } from '@soanchung/shared/permissions.ts'
import type { PlanType } from '@soanchung/shared/plan/meta.ts'
import { m } from '../paraglide/messages.js'

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

const dayFormat = new Intl.DateTimeFormat('vi-VN', { day: '2-digit', month: '2-digit', year: 'numeric' })
const timeFormat = new Intl.DateTimeFormat('vi-VN', { hour: '2-digit', minute: '2-digit', hour12: false })

/** `21/11/2026`, in both languages. */
export function dateText(at: number): string {
  return dayFormat.format(at)
}

/** `14:05 hôm nay`, `14:05 hôm qua`, else `21/11/2026`. */
export function whenText(at: number, now: number = Date.now()): string {
  const day = dateText(at)
  if (day === dateText(now)) return m.ui_today({ time: timeFormat.format(at) })
  if (day === dateText(now - 24 * 60 * 60 * 1000)) return m.ui_yesterday({ time: timeFormat.format(at) })
  return day
}
