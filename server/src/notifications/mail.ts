/**
 * E-mails of what people were told. They wait in the database, so a mail server that is down delays
 * them and loses none, and a restart forgets none. Whoever moves a row's `due_at` on has taken it:
 * of several servers one sends it. Tried again after longer and longer whiles, given up after a day.
 */
import { createTransport } from 'nodemailer'
import type { Logger } from 'pino'
import { notificationText } from '@soanchung/shared/notification-text.ts'
import {
  defaultSwitches,
  notificationDetail,
  notificationKinds,
  type Notification,
  type NotificationLanguage,
} from '@soanchung/shared/notifications.ts'
import { shownEmail } from '../accounts/email.ts'
import type { MailConfig } from '../config.ts'
import type { Database } from '../storage/database.ts'
import type { Tables } from '../storage/tables.ts'
import { readSwitches } from './notify.ts'

export interface MailOptions {
  database: Pick<Database, 'query'>
  settings: MailConfig
  /** Where links lead, without a slash at the end. */
  publicUrl: string
  logger: Logger
  now?: () => number
}

export interface Mail {
  /** Sends what is due now. */
  deliver(): Promise<void>
  close(): Promise<void>
}

const interval = 5_000
const minute = 60_000
/** Longer than one attempt can take: the time limits below together. */
const lease = 5 * minute
const longestWait = 2 * 60 * minute
const givenUpAfter = 24 * 60 * minute
const atOnce = 20

type Row = Tables['mail_queue']

export function createMail({ database: { query }, settings, publicUrl, logger, now = Date.now }: MailOptions): Mail {
  const transport = createTransport({
    url: settings.smtpUrl,
    connectionTimeout: 20_000,
    greetingTimeout: 20_000,
    socketTimeout: minute,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  let running: Promise<void> = Promise.resolve()
  let isClosed = false
  let isLooking = false
  const timer = setInterval(() => {
    if (!isLooking) void deliver().catch((error: unknown) => logger.error({ err: error }, 'the mail queue failed'))
  }, interval)
  timer.unref()

  async function work(): Promise<void> {
    const due = await query
      .selectFrom('mail_queue')
      .selectAll()
      .where('due_at', '<=', now())
      .orderBy('due_at')
      .limit(atOnce)
      .execute()
    for (const row of due) {
      if (isClosed) return
      if (await take(row)) await send(row)
    }
    if (due.length === atOnce) await work()
  }

  function deliver(): Promise<void> {
    isLooking = true
    running = running
      .catch(() => undefined)
      .then(work)
      .finally(() => (isLooking = false))
    return running
  }

  async function take(row: Row): Promise<boolean> {
    const taken = await query
      .updateTable('mail_queue')
      .set({ due_at: now() + lease, attempts: row.attempts + 1 })
      .where('id', '=', row.id)
      .where('due_at', '=', row.due_at)
      .executeTakeFirst()
    return taken.numUpdatedRows === 1n
  }

  async function send(row: Row): Promise<void> {
    const person = await query
      .selectFrom('user')
      .select(['name', 'email', 'deactivated_at'])
      .where('id', '=', row.user_id)
      .executeTakeFirst()
    const address = person === undefined || person.deactivated_at !== null ? null : shownEmail(person.email)
    const kind = notificationKinds.find((one) => one === row.kind)
    if (person === undefined || address === null || kind === undefined) return await forget(row)
    const language = ((await readSwitches(query, [row.user_id])).get(row.user_id) ?? defaultSwitches).language
    const told = {
      kind,
      plan: row.plan_id,
      part: row.part_id,
      detail: notificationDetail.parse(JSON.parse(row.detail)),
    }
    try {
      await transport.sendMail({
        from: settings.from,
        to: { name: oneLine(person.name), address },
        ...letterOf(told, { name: person.name, publicUrl, language }),
        // The same at each attempt, so that a mailbox can tell a repeated one.
        messageId: `<${row.id.replaceAll('/', '.')}@${new URL(publicUrl).hostname}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
    } catch (error) {
      return await putBack(row, error)
    }
    await forget(row)
  }

  async function putBack(row: Row, error: unknown): Promise<void> {
    const at = now()
    if (at - Number(row.created_at) > givenUpAfter) {
      logger.error({ err: error, mail: row.id }, 'an e-mail was given up after a day')
      return await forget(row)
    }
    const wait = Math.min(minute * 2 ** row.attempts, longestWait)
    logger.warn({ err: error, mail: row.id, wait }, 'an e-mail could not be sent, and is tried again')
    await query
      .updateTable('mail_queue')
      .set({ due_at: at + wait })
      .where('id', '=', row.id)
      .execute()
  }

  async function forget({ id }: Row): Promise<void> {
    await query.deleteFrom('mail_queue').where('id', '=', id).execute()
  }

  return {
    deliver,
    async close() {
      isClosed = true
      clearInterval(timer)
      await running.catch(() => undefined)
      transport.close()
    },
  }
}

const words: Record<NotificationLanguage, Record<'hello' | 'plan' | 'note' | 'reason' | 'open' | 'why', string>> = {
  vi: {
    hello: 'Chào',
    plan: 'Văn bản',
    note: 'Ghi chú',
    reason: 'Lý do',
    open: 'Mở trong Soạn Chung',
    why: 'Chương trình Soạn Chung gửi thư này. Chọn loại thư muốn nhận',
  },
  en: {
    hello: 'Hello',
    plan: 'Plan',
    note: 'Note',
    reason: 'Reason',
    open: 'Open it in Soạn Chung',
    why: 'Soạn Chung sent this e-mail. Choose which ones you want',
  },
}

/** What is said, as plain text and as HTML of the same lines. */
export function letterOf(
  told: Pick<Notification, 'kind' | 'plan' | 'part' | 'detail'>,
  { name, publicUrl, language }: { name: string; publicUrl: string; language: NotificationLanguage },
): { subject: string; text: string; html: string } {
  const say = words[language]
  const { plan, note, reason } = told.detail
  const sentence = notificationText(told, language)
  const link = `${publicUrl}/plans/${told.plan}${told.part === null ? '' : `#${told.part}`}`
  const switches = `${publicUrl}/account#notifications`
  const facts = [
    [say.plan, plan],
    [say.note, note],
    [say.reason, reason],
  ].flatMap(([label, value]) => (value ? [`${label}: ${value}`] : []))
  const lines = [`${say.hello} ${name},`, sentence, ...facts]
  return {
    // Somebody has several plans, and an inbox shows little more than this.
    subject: oneLine([sentence.replace(/\.$/, ''), plan].filter(Boolean).join(' – ')),
    text: `${[...lines, `${say.open}: ${link}`, `${say.why}: ${switches}`].join('\n\n')}\n`,
    html: [
      `<div lang="${language}">`,
      ...lines.map((line) => `<p>${escape(line).replaceAll('\n', '<br>')}</p>`),
      `<p><a href="${escape(link)}">${escape(say.open)}</a></p>`,
      `<p style="color:#5d574e;font-size:12px"><a href="${escape(switches)}">${escape(say.why)}</a></p>`,
      '</div>',
    ].join('\n'),
  }
}

/** For a header: titles are what people typed. */
function oneLine(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return [...line].length <= 150 ? line : `${[...line].slice(0, 149).join('')}…`
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
