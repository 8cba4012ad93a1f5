/**
 * Each notification as one plain sentence, for the list and for e-mails alike. Apart from their
 * shape, which every screen needs at once.
 */
import type {
  Notification,
  NotificationDetail,
  NotificationKind,
  NotificationLanguage,
  ToldAnswer,
} from './notifications.ts'
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
const answers: Record<NotificationLanguage, Record<ToldAnswer, string>> = {
  vi: {
    accepted: 'nhận',
    countered: 'đề nghị mức khác cho',
    kept: 'giữ nguyên mức của mình ở',
    served: 'đăng ký thực hiện',
  },
  en: {
    accepted: 'accepted',
    countered: 'answered with another value for',
    kept: 'kept its own value for',
    served: 'serves',
  },
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
    'plan.offered': (d) =>
      d.target === ''
        ? `${d.by} giao ${d.unit} lập kế hoạch thực hiện văn bản này.`
        : `${d.by} giao ${d.unit} ${targetVi(d)}. Hãy lập kế hoạch thực hiện.`,
    'target.given': (d) => `${d.by} giao ${d.unit} ${targetVi(d)}.`,
    'link.answered': (d) => `${d.unit} ${d.answer ? answers.vi[d.answer] : ''} ${targetVi(d)}.`,
    'link.changed': (d) => `Cấp trên đã đổi ${targetVi(d)}. Hãy nhận mức mới hoặc giữ nguyên.`,
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
    'plan.offered': (d) =>
      d.target === ''
        ? `${d.by} asked ${d.unit} for a plan that carries this one out.`
        : `${d.by} gave ${d.unit} ${targetEn(d)}. Make a plan that carries this one out.`,
    'target.given': (d) => `${d.by} gave ${d.unit} ${targetEn(d)}.`,
    'link.answered': (d) => `${d.unit} ${d.answer ? answers.en[d.answer] : ''} ${targetEn(d)}.`,
    'link.changed': (d) => `The superior plan changed ${targetEn(d)}. Take the new value or keep yours.`,
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

function targetVi({ target, targets }: NotificationDetail): string {
  const name = target === '' ? 'một chỉ tiêu chưa có tên' : `chỉ tiêu “${target}”`
  return targets > 1 ? `${name} và ${targets - 1} chỉ tiêu khác` : name
}

function targetEn({ target, targets }: NotificationDetail): string {
  const name = target === '' ? 'an unnamed target' : `the target “${target}”`
  return targets > 1 ? `${name} and ${targets - 1} more` : name
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
