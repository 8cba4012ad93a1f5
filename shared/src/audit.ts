/**
 * What the audit trail tells of: one name for each kind of change, the same in rows, lists and
 * files, and the sentence that a person reads for it. An action without a sentence does not compile.
 */
import * as z from 'zod/mini'
import { idPattern, planId, userId } from './ids.ts'
import type { LinkAnswer } from './links/links.ts'
import { planRoles, planStages, type PlanRole, type PlanStage } from './permissions.ts'

export const auditAction = z.enum([
  'plan.created',
  'plan.stage',
  'part.created',
  'part.given',
  'part.done',
  'part.resumed',
  'part.returned',
  'target.moved',
  'link.named',
  'link.removed',
  'carriers.set',
  'targets.given',
  'targets.taken',
  'link.answered',
  'target.served',
  'target.unserved',
  'result.entered',
  'result.removed',
  'role.given',
  'role.taken',
  'draft.handed',
  'draft.settled',
  'person.deactivated',
  'person.reactivated',
  'invitation.created',
  'invitation.revoked',
  'invitation.used',
  'password.changed',
  'factor.on',
  'factor.off',
  'factor.codes',
  'email.changed',
  'identity.linked',
  'identity.unlinked',
  'token.created',
  'token.revoked',
  'unit.created',
  'unit.changed',
  'person.created',
  'person.changed',
  'member.added',
  'member.changed',
  'member.removed',
])
export type AuditAction = z.infer<typeof auditAction>

/** One row of the trail, as lists show it. */
export const auditEntry = z.object({
  seq: z.number(),
  at: z.number(),
  /** Null for the server itself, and for commands at the machine. */
  actor: z.nullable(userId),
  /** Of a row that a newer program wrote, a name that this one does not know. */
  action: z.string(),
  plan: z.nullable(planId),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
})
export type AuditEntryRow = z.infer<typeof auditEntry>

export const auditPage = z.object({
  /** The newest first. */
  entries: z.array(auditEntry),
  /** Of the people, units, plans and parts that the entries speak of, by id, as they are called today. */
  names: z.record(z.string(), z.string()),
  /** There are older ones; ask with `before`. */
  hasMore: z.boolean(),
})
export type AuditPage = z.infer<typeof auditPage>

const day = z.iso.date()
/** What to look for, all of it at once. Days are Vietnam's, both included. */
export const auditFilter = z.object({
  actor: z.optional(userId),
  action: z.optional(auditAction),
  from: z.optional(day),
  until: z.optional(day),
})
export const auditFilterOfAll = z.extend(auditFilter, { plan: z.optional(planId) })
export type AuditFilter = z.infer<typeof auditFilterOfAll>

/** Of the sentences. */
export const auditLanguages = ['vi', 'en'] as const
export type AuditLanguage = (typeof auditLanguages)[number]
type Words = Readonly<Record<AuditLanguage, string>>

const stageWords: Record<PlanStage, Words> = {
  drafting: { vi: 'soạn thảo', en: 'drafting' },
  review: { vi: 'lấy ý kiến', en: 'review' },
  finalising: { vi: 'hoàn thiện', en: 'finalising' },
  issued: { vi: 'đã ban hành', en: 'issued' },
}
const roleWords: Record<PlanRole, Words> = {
  lead: { vi: 'chủ trì', en: 'lead' },
  drafter: { vi: 'soạn thảo', en: 'drafter' },
  reviewer: { vi: 'cho ý kiến', en: 'reviewer' },
  office: { vi: 'văn phòng', en: 'office' },
  reader: { vi: 'xem', en: 'reader' },
}

const answerWords: Record<Exclude<LinkAnswer, 'waiting' | 'served'>, Words> = {
  accepted: { vi: 'nhận', en: 'accepted' },
  countered: { vi: 'đề nghị mức khác', en: 'another value' },
  kept: { vi: 'giữ nguyên mức của mình', en: 'kept the own value' },
}

/** What was changed of a unit or a person. */
const fieldWords: Readonly<Record<string, Words>> = {
  name: { vi: 'tên', en: 'name' },
  names: { vi: 'tên', en: 'names' },
  kind: { vi: 'loại', en: 'kind' },
  level: { vi: 'cấp', en: 'level' },
  profile: { vi: 'thể thức', en: 'format' },
  colour: { vi: 'màu', en: 'colour' },
  parent: { vi: 'đơn vị cấp trên', en: 'unit above' },
  guidedBy: { vi: 'đơn vị hướng dẫn', en: 'guiding units' },
  memberOf: { vi: 'nơi là thành viên', en: 'memberships' },
  signers: { vi: 'người ký', en: 'signers' },
  closedOn: { vi: 'ngày kết thúc', en: 'end' },
  mergedInto: { vi: 'đơn vị tiếp nhận', en: 'unit that takes over' },
  administrator: { vi: 'quyền quản trị', en: 'being an administrator' },
}

/** What a sentence is made from. */
interface Told {
  /** What the record is called. */
  subject: string
  /** Of a text in the detail; empty where there is none. */
  word(key: string): string
  is(key: string): boolean
  /** Of the texts in the detail, each in quotes, after each other. */
  quoted(key: string): string
  /** Of the ids in the detail, after each other. */
  names(key: string): string
  /** Of the changed fields, after each other. */
  fields: Words
  stage(key: string): Words
  role(key: string): Words
  answer(key: string): Words
}

const sentences: Record<AuditAction, (told: Told) => Words> = {
  'plan.created': ({ names }) => ({
    vi: `Lập văn bản, ${names('leadUnit')} chủ trì`,
    en: `Made the plan, led by ${names('leadUnit')}`,
  }),
  'plan.stage': ({ stage }) => ({
    vi: `Chuyển văn bản từ ${stage('from').vi} sang ${stage('to').vi}`,
    en: `Moved the plan from ${stage('from').en} to ${stage('to').en}`,
  }),
  'part.created': ({ subject }) => ({ vi: `Thêm phần ${subject}`, en: `Added the part ${subject}` }),
  'part.given': ({ subject, names, word }) => {
    const holders = names('holders')
    if (holders === '') return { vi: `Thôi giao phần ${subject}`, en: `Took the part ${subject} back` }
    const deadline = dayOf(word('deadline'))
    const note = word('note')
    return {
      vi: `Giao phần ${subject} cho ${holders}${deadline && `, hạn ${deadline}`}${note && `, dặn: ${note}`}`,
      en: `Gave the part ${subject} to ${holders}${deadline && `, until ${deadline}`}${note && `, with the note: ${note}`}`,
    }
  },
  'part.done': ({ subject }) => ({ vi: `Báo xong phần ${subject}`, en: `Said that the part ${subject} is done` }),
  'part.resumed': ({ subject }) => ({ vi: `Viết tiếp phần ${subject}`, en: `Went on with the part ${subject}` }),
  'part.returned': ({ subject, word }) => ({
    vi: `Trả lại phần ${subject}: ${word('reason')}`,
    en: `Sent the part ${subject} back: ${word('reason')}`,
  }),
  'target.moved': ({ subject, names }) => ({
    vi: `Chuyển một chỉ tiêu từ phần ${subject} sang phần ${names('to')}`,
    en: `Moved a target from the part ${subject} to ${names('to')}`,
  }),
  'link.named': ({ names }) => ({
    vi: `Chọn văn bản cấp trên: ${names('superior')}`,
    en: `Named the superior plan: ${names('superior')}`,
  }),
  'link.removed': ({ names }) => ({
    vi: `Bỏ văn bản cấp trên: ${names('superior')}`,
    en: `Took the superior plan away: ${names('superior')}`,
  }),
  'carriers.set': ({ names }) => {
    const [added, dropped] = [names('added'), names('dropped')]
    const vi = [added && `giao thực hiện cho ${added}`, dropped && `thôi giao cho ${dropped}`]
    const en = [added && `asked ${added} to carry it out`, dropped && `no longer asks ${dropped}`]
    return {
      vi: `Đơn vị thực hiện: ${vi.filter(Boolean).join('; ')}`,
      en: `Carriers: ${en.filter(Boolean).join('; ')}`,
    }
  },
  'targets.given': ({ names, word, quoted }) => ({
    vi: `Giao ${quoted('targets')} cho ${names('units')}${word('note') && `, dặn: ${word('note')}`}`,
    en: `Gave ${quoted('targets')} to ${names('units')}${word('note') && `, with the note: ${word('note')}`}`,
  }),
  'targets.taken': ({ names, quoted }) => ({
    vi: `Thu lại ${quoted('targets')} đã giao cho ${names('units')}`,
    en: `Took ${quoted('targets')} back from ${names('units')}`,
  }),
  'link.answered': ({ answer, quoted, word }) => ({
    vi: `Trả lời chỉ tiêu cấp trên ${quoted('name')}: ${answer('answer').vi}${word('reason') && `, ${word('reason')}`}`,
    en: `Answered the superior target ${quoted('name')}: ${answer('answer').en}${word('reason') && `, ${word('reason')}`}`,
  }),
  'target.served': ({ quoted }) => ({
    vi: `Góp chỉ tiêu ${quoted('own')} vào chỉ tiêu cấp trên ${quoted('name')}`,
    en: `Made the target ${quoted('own')} serve the superior target ${quoted('name')}`,
  }),
  'target.unserved': ({ quoted }) => ({
    vi: `Thôi góp chỉ tiêu ${quoted('own')} vào chỉ tiêu cấp trên`,
    en: `Made the target ${quoted('own')} serve no superior target any more`,
  }),
  'result.entered': ({ quoted, word }) => ({
    vi: `Nhập kết quả kỳ ${word('period')} của ${quoted('name')}: ${word('value')}`,
    en: `Entered the result of ${word('period')} for ${quoted('name')}: ${word('value')}`,
  }),
  'result.removed': ({ quoted, word }) => ({
    vi: `Xoá kết quả kỳ ${word('period')} của ${quoted('name')}`,
    en: `Removed the result of ${word('period')} for ${quoted('name')}`,
  }),
  'role.given': ({ subject, role }) => ({
    vi: `Giao vai trò ${role('role').vi} cho ${subject}`,
    en: `Made ${subject} a ${role('role').en}`,
  }),
  'draft.handed': ({ subject }) => ({
    vi: `Gửi chủ trì bản nháp của phần ${subject}`,
    en: `Handed the lead a draft for the part ${subject}`,
  }),
  'draft.settled': ({ subject, is, word }) => {
    const answer = word('answer')
    return is('isUsed')
      ? {
          vi: `Dùng bản nháp của phần ${subject}${answer && `, trả lời: ${answer}`}`,
          en: `Used the draft for the part ${subject}${answer && `, with the answer: ${answer}`}`,
        }
      : {
          vi: `Không dùng bản nháp của phần ${subject}${answer && `, trả lời: ${answer}`}`,
          en: `Did not use the draft for the part ${subject}${answer && `, with the answer: ${answer}`}`,
        }
  },
  'role.taken': ({ subject }) => ({ vi: `Bỏ ${subject} khỏi văn bản`, en: `Took ${subject} out of the plan` }),
  'person.deactivated': ({ subject }) => ({
    vi: `Ngừng tài khoản của ${subject}`,
    en: `Deactivated the account of ${subject}`,
  }),
  'person.reactivated': ({ subject }) => ({ vi: `Mở lại tài khoản của ${subject}`, en: `Let ${subject} in again` }),
  'invitation.created': ({ subject }) => ({
    vi: `Tạo đường dẫn đặt mật khẩu cho ${subject}`,
    en: `Made an invitation link for ${subject}`,
  }),
  'invitation.revoked': ({ subject }) => ({
    vi: `Thu hồi đường dẫn đặt mật khẩu của ${subject}`,
    en: `Revoked the invitation link of ${subject}`,
  }),
  'invitation.used': ({ subject }) => ({
    vi: `Đặt mật khẩu của ${subject} bằng đường dẫn được mời`,
    en: `Set the password of ${subject} with an invitation link`,
  }),
  'password.changed': ({ subject }) => ({
    vi: `Đổi mật khẩu của ${subject}`,
    en: `Changed the password of ${subject}`,
  }),
  'factor.on': ({ subject }) => ({
    vi: `Bật xác thực hai lớp của ${subject}`,
    en: `Turned the second factor of ${subject} on`,
  }),
  'factor.off': ({ subject }) => ({
    vi: `Tắt xác thực hai lớp của ${subject}`,
    en: `Turned the second factor of ${subject} off`,
  }),
  'factor.codes': ({ subject }) => ({
    vi: `Tạo mã dự phòng mới cho ${subject}`,
    en: `Made new backup codes for ${subject}`,
  }),
  'email.changed': ({ subject, word }) =>
    word('email') === ''
      ? { vi: `Bỏ địa chỉ thư điện tử của ${subject}`, en: `Took the e-mail address of ${subject} away` }
      : {
          vi: `Đổi địa chỉ thư điện tử của ${subject} thành ${word('email')}`,
          en: `Changed the e-mail address of ${subject} to ${word('email')}`,
        },
  'identity.linked': ({ subject }) => ({
    vi: `Liên kết tài khoản bên ngoài với ${subject}`,
    en: `Linked an identity of another service to ${subject}`,
  }),
  'identity.unlinked': ({ subject }) => ({
    vi: `Bỏ liên kết tài khoản bên ngoài của ${subject}`,
    en: `Unlinked the identity of another service from ${subject}`,
  }),
  'token.created': ({ subject, word }) => {
    const name = word('name')
    return {
      vi: `Tạo mã truy cập${name && ` “${name}”`} cho ${subject}`,
      en: `Made an access token${name && ` “${name}”`} for ${subject}`,
    }
  },
  'token.revoked': ({ subject }) => ({
    vi: `Thu hồi một mã truy cập của ${subject}`,
    en: `Revoked an access token of ${subject}`,
  }),
  'unit.created': ({ subject }) => ({ vi: `Lập đơn vị ${subject}`, en: `Made the unit ${subject}` }),
  'unit.changed': ({ subject, fields }) => ({
    vi: `Sửa đơn vị ${subject}: ${fields.vi}`,
    en: `Changed the unit ${subject}: ${fields.en}`,
  }),
  'person.created': ({ subject }) => ({ vi: `Lập tài khoản cho ${subject}`, en: `Made an account for ${subject}` }),
  'person.changed': ({ subject, fields }) => ({
    vi: `Sửa tài khoản của ${subject}: ${fields.vi}`,
    en: `Changed the account of ${subject}: ${fields.en}`,
  }),
  'member.added': ({ subject, names, word }) => ({
    vi: `Thêm ${subject} vào ${names('unit')}${word('office') && `, ${word('office')}`}`,
    en: `Put ${subject} into ${names('unit')}${word('office') && `, ${word('office')}`}`,
  }),
  'member.changed': ({ subject, names, word }) => ({
    vi: `Đổi chức vụ của ${subject} ở ${names('unit')} thành “${word('office')}”`,
    en: `Changed the office of ${subject} in ${names('unit')} to “${word('office')}”`,
  }),
  'member.removed': ({ subject, names }) => ({
    vi: `Đưa ${subject} ra khỏi ${names('unit')}`,
    en: `Took ${subject} out of ${names('unit')}`,
  }),
}

/** What somebody did, without who and when. `nameOf` knows what ids stand for. */
export function auditSentence(
  { action, subject, detail }: Pick<AuditEntryRow, 'action' | 'subject' | 'detail'>,
  nameOf: (id: string) => string | undefined,
  language: AuditLanguage,
): string {
  const known = auditAction.safeParse(action)
  const unnamed = { vi: '(không còn tên)', en: '(no longer named)' }[language]
  const named = (id: string) => nameOf(id) ?? unnamed
  const name = named(subject.slice(subject.indexOf('/') + 1))
  if (!known.success) return `${action}: ${subject}`
  return sentences[known.data]({
    subject: name,
    word: (key) => String(detail[key] ?? ''),
    quoted: (key) =>
      textsIn(detail[key])
        .map((text) => `“${text}”`)
        .join(', '),
    is: (key) => detail[key] === true,
    names: (key) => idsIn(detail[key]).map(named).join(', '),
    fields: listed(Object.keys(detail).map((key) => fieldWords[key] ?? { vi: key, en: key })),
    stage: (key) => wordsOf(planStages, stageWords, detail[key]),
    role: (key) => wordsOf(planRoles, roleWords, detail[key]),
    answer: (key) => wordsOf(['accepted', 'countered', 'kept'] as const, answerWords, detail[key]),
  })[language]
}

/** What the action is called where one chooses among them. */
export const auditActionWords: Record<AuditAction, Words> = {
  'plan.created': { vi: 'Lập văn bản', en: 'Plan made' },
  'plan.stage': { vi: 'Chuyển giai đoạn', en: 'Stage moved' },
  'part.created': { vi: 'Thêm phần', en: 'Part added' },
  'part.given': { vi: 'Giao phần', en: 'Part given' },
  'part.done': { vi: 'Báo xong phần', en: 'Part done' },
  'part.resumed': { vi: 'Viết tiếp phần', en: 'Part resumed' },
  'part.returned': { vi: 'Trả lại phần', en: 'Part sent back' },
  'target.moved': { vi: 'Chuyển chỉ tiêu', en: 'Target moved' },
  'link.named': { vi: 'Chọn văn bản cấp trên', en: 'Superior plan named' },
  'link.removed': { vi: 'Bỏ văn bản cấp trên', en: 'Superior plan removed' },
  'carriers.set': { vi: 'Chọn đơn vị thực hiện', en: 'Carriers chosen' },
  'targets.given': { vi: 'Giao chỉ tiêu', en: 'Targets given' },
  'targets.taken': { vi: 'Thu lại chỉ tiêu', en: 'Targets taken back' },
  'link.answered': { vi: 'Trả lời chỉ tiêu được giao', en: 'Target answered' },
  'target.served': { vi: 'Góp vào chỉ tiêu cấp trên', en: 'Superior target served' },
  'target.unserved': { vi: 'Thôi góp vào chỉ tiêu cấp trên', en: 'Superior target served no more' },
  'result.entered': { vi: 'Nhập kết quả', en: 'Result entered' },
  'result.removed': { vi: 'Xoá kết quả', en: 'Result removed' },
  'role.given': { vi: 'Giao vai trò', en: 'Role given' },
  'draft.handed': { vi: 'Gửi bản nháp', en: 'Draft handed in' },
  'draft.settled': { vi: 'Trả lời bản nháp', en: 'Draft answered' },
  'role.taken': { vi: 'Bỏ khỏi văn bản', en: 'Role taken' },
  'person.deactivated': { vi: 'Ngừng tài khoản', en: 'Account deactivated' },
  'person.reactivated': { vi: 'Mở lại tài khoản', en: 'Account let in again' },
  'invitation.created': { vi: 'Mời đặt mật khẩu', en: 'Invitation made' },
  'invitation.revoked': { vi: 'Thu hồi lời mời', en: 'Invitation revoked' },
  'invitation.used': { vi: 'Dùng lời mời', en: 'Invitation used' },
  'password.changed': { vi: 'Đổi mật khẩu', en: 'Password changed' },
  'factor.on': { vi: 'Bật xác thực hai lớp', en: 'Second factor on' },
  'factor.off': { vi: 'Tắt xác thực hai lớp', en: 'Second factor off' },
  'factor.codes': { vi: 'Tạo mã dự phòng', en: 'Backup codes made' },
  'email.changed': { vi: 'Đổi địa chỉ thư điện tử', en: 'E-mail address changed' },
  'identity.linked': { vi: 'Liên kết tài khoản', en: 'Identity linked' },
  'identity.unlinked': { vi: 'Bỏ liên kết tài khoản', en: 'Identity unlinked' },
  'token.created': { vi: 'Tạo mã truy cập', en: 'Access token made' },
  'token.revoked': { vi: 'Thu hồi mã truy cập', en: 'Access token revoked' },
  'unit.created': { vi: 'Lập đơn vị', en: 'Unit made' },
  'unit.changed': { vi: 'Sửa đơn vị', en: 'Unit changed' },
  'person.created': { vi: 'Lập tài khoản', en: 'Account made' },
  'person.changed': { vi: 'Sửa tài khoản', en: 'Account changed' },
  'member.added': { vi: 'Thêm người vào đơn vị', en: 'Put into a unit' },
  'member.changed': { vi: 'Đổi chức vụ', en: 'Office changed' },
  'member.removed': { vi: 'Đưa người ra khỏi đơn vị', en: 'Taken out of a unit' },
}

/** Everything in an entry that may be the id of something with a name. */
export function idsOfEntry({ actor, plan, subject, detail }: AuditEntryRow): string[] {
  const ids = [actor, plan, subject.slice(subject.indexOf('/') + 1), ...Object.values(detail).flatMap(idsIn)]
  return ids.filter((id) => id !== null)
}

function textsIn(value: unknown): string[] {
  const all: unknown[] = Array.isArray(value) ? value : [value]
  return all.filter((one) => typeof one === 'string')
}

function idsIn(value: unknown): string[] {
  return textsIn(value).filter((one) => idPattern.test(one) || /^\w{16,64}$/.test(one))
}

function wordsOf<Key extends string>(keys: readonly Key[], words: Record<Key, Words>, value: unknown): Words {
  const key = keys.find((one) => one === value)
  if (key !== undefined) return words[key]
  return { vi: String(value ?? '…'), en: String(value ?? '…') }
}

function listed(words: readonly Words[]): Words {
  const list = (language: AuditLanguage) => words.map((word) => word[language]).join(', ')
  return { vi: list('vi'), en: list('en') }
}

/** `21/11/2026` of `2026-11-21`. */
function dayOf(iso: string): string {
  return iso.split('-').reverse().join('/')
}
