/**
 * Each notification as one plain sentence, for the list and for e-mails alike. Apart from their
 * shape, which every screen needs at once.
 */
import type { Notification, NotificationDetail, NotificationKind, NotificationLanguage } from './notifications.ts'
import type { PlanRole, PlanStage } from './permissions.ts'

type Say = (detail: NotificationDetail) => string
const stages: Record<NotificationLanguage, Record<PlanStage, string>> = {
  vi: { drafting: 'Soạn thảo', review: 'Lấy ý kiến', finalising: 'Hoàn thiện', issued: 'Ban hành' },
  en: { drafting: 'Drafting', review: 'In review', finalising: 'Finalising', issued: 'Issued' },
}
const roles: Record<NotificationLanguage, Record<PlanRole, string>> = {
  vi: { lead: 'Chủ trì', drafter: 'Soạn thảo', reviewer: 'Cho ý kiến', office: 'Văn phòng', reader: 'Xem' },
  en: { lead: 'Lead', drafter: 'Drafter', reviewer: 'Reviewer', office: 'Office', reader: 'Reader' },
}

const sentences: Record<NotificationLanguage, Record<NotificationKind, Say>> = {
  vi: {
    'part.given': (d) =>
      d.renewed
        ? `${d.by} sửa việc đã giao: ${partVi(d)}${dueVi(d)}.`
        : `${d.by} giao cho bạn ${partVi(d)}${dueVi(d)}.`,
    'part.taken': (d) => `${d.by} không giao ${partVi(d)} cho bạn nữa.`,
    'part.returned': (d) => `${d.by} trả lại ${partVi(d)}.`,
    'part.done': (d) => `${d.by} báo đã xong ${partVi(d)}.`,
    'part.due': (d) => `Sắp đến hạn ${partVi(d)}: ${day(d)}.`,
    'part.late': (d) => `Quá hạn ${partVi(d)}: hạn là ${day(d)}.`,
    'plan.stage': (d) => `${d.by} chuyển văn bản sang giai đoạn ${d.stage ? stages.vi[d.stage] : ''}.`,
    'draft.handed': (d) => `${d.by} gửi bạn bản nháp của ${partVi(d)}.`,
    'draft.settled': (d) => `${d.by} ${d.used ? 'đã dùng' : 'không dùng'} bản nháp của bạn ở ${partVi(d)}.`,
    'role.given': (d) => `${d.by} mời bạn tham gia với vai trò ${d.role ? roles.vi[d.role] : ''}.`,
  },
  en: {
    'part.given': (d) =>
      d.renewed
        ? `${d.by} changed what was given: ${partEn(d)}${dueEn(d)}.`
        : `${d.by} gave you ${partEn(d)}${dueEn(d)}.`,
    'part.taken': (d) => `${d.by} no longer gives you ${partEn(d)}.`,
    'part.returned': (d) => `${d.by} sent back ${partEn(d)}.`,
    'part.done': (d) => `${d.by} reported ${partEn(d)} as done.`,
    'part.due': (d) => `Due soon: ${partEn(d)}, ${day(d)}.`,
    'part.late': (d) => `Late: ${partEn(d)}, due ${day(d)}.`,
    'plan.stage': (d) => `${d.by} moved the plan to the stage: ${d.stage ? stages.en[d.stage] : ''}.`,
    'draft.handed': (d) => `${d.by} handed you a draft of ${partEn(d)}.`,
    'draft.settled': (d) => `${d.by} ${d.used ? 'has used' : 'has not used'} your draft of ${partEn(d)}.`,
    'role.given': (d) => `${d.by} gave you a role: ${d.role ? roles.en[d.role] : ''}.`,
  },
}

/** What happened, as one plain sentence; the plan, a note or a reason stand beside it. */
export function notificationText(
  { kind, detail }: Pick<Notification, 'kind' | 'detail'>,
  language: NotificationLanguage,
): string {
  return sentences[language][kind](detail).trim()
}

function partVi({ part, parts }: NotificationDetail): string {
  const name = part === '' ? 'một phần chưa có tên' : `phần “${part}”`
  return parts > 1 ? `${name} và ${parts - 1} phần khác` : name
}

function partEn({ part, parts }: NotificationDetail): string {
  const name = part === '' ? 'an untitled part' : `part “${part}”`
  return parts > 1 ? `${name} and ${parts - 1} more` : name
}

function dueVi(detail: NotificationDetail): string {
  return detail.deadline === '' ? '' : `, hạn ${day(detail)}`
}

function dueEn(detail: NotificationDetail): string {
  return detail.deadline === '' ? '' : `, due ${day(detail)}`
}

/** `30/11/2026`, in both languages. */
function day({ deadline }: NotificationDetail): string {
  return deadline.split('-').reverse().join('/')
}
