/**
 * What people are told of a plan: the kinds of notifications, what each carries, and which of them
 * somebody wants where; notification-text.ts says them. A notification keeps how things were called
 * when it happened, so it stays true after a title has changed and shows nothing that came later.
 */
import * as z from 'zod/mini'
import { partId, planId } from './ids.ts'
import type { LinkAnswer } from './links/links.ts'
import { planRoles, planStages } from './permissions.ts'

export const notificationKinds = [
  'part.given',
  'part.taken',
  'part.returned',
  'part.done',
  'part.due',
  'part.late',
  'plan.stage',
  'role.given',
  'draft.handed',
  'draft.settled',
  'plan.offered',
  'target.given',
  'link.answered',
  'link.changed',
] as const
export type NotificationKind = (typeof notificationKinds)[number]

/** Of links: spelled out here, so that not every screen loads what links are made of. */
const toldAnswers = ['accepted', 'countered', 'kept', 'served'] as const satisfies readonly LinkAnswer[]
export type ToldAnswer = (typeof toldAnswers)[number]

const words = z._default(z.string(), '')
export const notificationDetail = z.object({
  /** `Kế hoạch Giữ gìn vệ sinh môi trường`. */
  plan: words,
  /** `II. Mục tiêu`; with several, the first. */
  part: words,
  parts: z._default(z.int(), 1),
  /** Who did it; empty for the server. */
  by: words,
  /** `2026-11-30`; empty for none. */
  deadline: words,
  note: words,
  reason: words,
  /** Of a draft that was answered. */
  used: z._default(z.boolean(), false),
  /** It was one's own before; deadline or note are others now. */
  renewed: z._default(z.boolean(), false),
  stage: z.optional(z.enum(planStages)),
  role: z.optional(z.enum(planRoles)),
  /** Of a link: what the target is called; with several, the first. */
  target: words,
  targets: z._default(z.int(), 1),
  /** Of a link: the unit that was given something, or that answered. */
  unit: words,
  answer: z.optional(z.enum(toldAnswers)),
})
export type NotificationDetail = z.infer<typeof notificationDetail>

export const notification = z.object({
  id: z.string(),
  at: z.number(),
  kind: z.enum(notificationKinds),
  plan: planId,
  part: z.nullable(partId),
  detail: notificationDetail,
  isRead: z.boolean(),
})
export type Notification = z.infer<typeof notification>

export const notificationPage = z.object({
  /** All that are unread, not only on this page. */
  unread: z.int(),
  items: z.array(notification),
  /** There are older ones. */
  more: z.boolean(),
})
export type NotificationPage = z.infer<typeof notificationPage>

/** Marks what had come by then; what comes meanwhile stays unread. */
export const readAllBody = z.object({ until: z.number() })

const channels = z.object({ inside: z.boolean(), mail: z.boolean() })
export type Channels = z.infer<typeof channels>
const languages = ['vi', 'en'] as const
export type NotificationLanguage = (typeof languages)[number]

export const switchesBody = z.object({
  kinds: z.record(z.enum(notificationKinds), channels),
  /** In which language e-mails come. */
  language: z.enum(languages),
})
export type Switches = z.infer<typeof switchesBody>
export const switchesAnswer = z.extend(switchesBody, {
  /** Whether the installation sends e-mails. */
  canMail: z.boolean(),
  /** Where they go; null where the person has no address. */
  address: z.nullable(z.string()),
})
export type SwitchesAnswer = z.infer<typeof switchesAnswer>

const byMail: readonly NotificationKind[] = ['part.given', 'part.returned', 'part.late', 'plan.offered', 'target.given']
export const defaultSwitches: Switches = {
  kinds: Object.fromEntries(
    notificationKinds.map((kind) => [kind, { inside: true, mail: byMail.includes(kind) }]),
  ) as Switches['kinds'],
  language: 'vi',
}
