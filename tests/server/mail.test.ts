import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { PlanId } from '@soanchung/shared/ids.ts'
import { defaultSwitches } from '@soanchung/shared/notifications.ts'
import { createMail, letterOf, type Mail } from '@soanchung/server/src/notifications/mail.ts'
import { createNotify } from '@soanchung/server/src/notifications/notify.ts'
import { createLead } from '@soanchung/server/src/plans/lead.ts'
import { createProjection } from '@soanchung/server/src/plans/projection.ts'
import { fixedId } from '../support/memory-plan.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { aPart, aPlan } from '../support/plans.ts'
import { givePlan, startServer, testPassword, type TestPerson, type TestServer } from '../support/server.ts'

const from = { name: 'Soạn Chung', address: 'soanchung@mayhong.example' }
let server: TestServer
let post: MailServer
let mails: Mail[] = []
let lead: TestPerson
let drafter: TestPerson
let farmers: Awaited<ReturnType<TestServer['unit']>>

beforeAll(async () => {
  post = await startMailServer()
  server = await startServer()
  const front = await server.unit('MTTQ')
  farmers = await server.unit('HND')
  lead = await server.person({ name: 'Nguyễn Thu Hà', units: [front] })
  drafter = await server.person({ name: 'Trần Văn Lực', units: [farmers] })
  const { query } = server.running.database
  await query.updateTable('user').set({ email: 'luc@hnd.example' }).where('id', '=', drafter.id).execute()
})
afterEach(async () => {
  for (const mail of mails) await mail.close()
  mails = []
  post.letters.length = 0
  await server.running.database.query.deleteFrom('mail_queue').execute()
})
afterAll(async () => {
  await server.stop()
  await post.stop()
})

/** A part that is given to the drafter's unit where e-mails are queued, and nobody but the test sends them. */
async function aWaitingMail(title = 'Mục tiêu', name = 'Giữ gìn vệ sinh môi trường') {
  const part = aPart(title)
  const plan = await givePlan(lead, aPlan([part], { subject: name }), [{ unit: farmers, role: 'drafter' }])
  const { database, sync } = server.running
  const decides = createLead({
    ...{ database, sync, projection: createProjection({ database, sync }) },
    notify: createNotify({ mails: true }),
    links: { stageMoved: async () => undefined },
  })
  const actor = { userId: lead.id, units: lead.units, administrator: false, scope: 'write' as const }
  const giving = { parts: [part.id], holders: [farmers.id], deadline: '', note: '' }
  expect(await decides.giveParts(actor, plan.id, giving)).toMatchObject({ ok: true })
  return { plan: plan.id, part: part.id }
}

function aMail(url = post.url, now = Date.now): Mail {
  const { database, logger } = server.running
  const mail = createMail({
    ...{ database, logger, now, publicUrl: 'https://soan.example' },
    settings: { smtpUrl: url, from },
  })
  mails.push(mail)
  return mail
}

const waiting = () => server.running.database.query.selectFrom('mail_queue').selectAll().execute()

describe('an e-mail', () => {
  test('reaches the address of who was given a part, once, however many servers look', async () => {
    const { plan, part } = await aWaitingMail()
    await Promise.all([aMail(), aMail(), aMail()].map((mail) => mail.deliver()))
    expect(post.letters).toHaveLength(1)
    const [letter] = post.letters
    expect(letter).toMatchObject({ from: from.address, to: ['luc@hnd.example'] })
    expect(decoded(letter?.raw ?? '')).toContain(`https://soan.example/plans/${plan}#${part}`)
    expect(await waiting()).toEqual([])
  })

  test('waits while the mail server is down, and comes when it is up again', async () => {
    await aWaitingMail()
    let time = Date.now()
    const away = await startMailServer()
    await away.stop()
    await aMail(away.url, () => time).deliver()
    expect(await waiting()).toMatchObject([{ attempts: 1 }])
    // Not at once: each failure makes it wait longer.
    const again = aMail(post.url, () => time)
    await again.deliver()
    expect(post.letters).toEqual([])
    time += 10 * 60_000
    await again.deliver()
    expect(post.letters).toHaveLength(1)
  })

  test('is given up after a day', async () => {
    await aWaitingMail()
    const away = await startMailServer()
    await away.stop()
    await aMail(away.url, () => Date.now() + 25 * 60 * 60_000).deliver()
    expect(await waiting()).toEqual([])
  })

  test('has no more headers than it should, whatever somebody calls a part', async () => {
    const hostile = 'Mục tiêu\r\nBcc: ke-gian@xa.example\r\n\r\n<script>alert(1)</script>'
    await aWaitingMail(hostile, hostile)
    await aMail().deliver()
    const [letter] = post.letters
    expect(letter?.to).toEqual(['luc@hnd.example'])
    const names = letter?.headers.map((line) => line.replace(/:.*/s, '').toLowerCase()) ?? []
    expect(names).not.toContain('bcc')
    expect(names.filter((name) => name === 'subject')).toHaveLength(1)
    expect(decoded(letter?.raw ?? '')).toContain('&lt;script&gt;')
  })

  test('is not sent to who has no address, or does not want it', async () => {
    const { query } = server.running.database
    await query
      .insertInto('notification_switches')
      .values({
        user_id: drafter.id,
        switches: JSON.stringify({
          ...defaultSwitches,
          kinds: { ...defaultSwitches.kinds, 'part.given': { inside: true, mail: false } },
        }),
      })
      .execute()
    await aWaitingMail()
    expect(await waiting()).toEqual([])
    await query.deleteFrom('notification_switches').execute()
    await server.person({ units: [farmers] })
    await aWaitingMail()
    expect(await waiting()).toHaveLength(2)
    await aMail().deliver()
    expect(post.letters).toHaveLength(1)
  })
})

test('a server with a mail server sends by itself', async () => {
  const own = await startServer({
    environment: { SMTP_URL: post.url, MAIL_FROM: `Soạn Chung <${from.address}>`, PUBLIC_URL: 'https://soan.example' },
  })
  const { accounts, database } = own.running
  const { query } = database
  const made = await accounts.createUser({
    username: 'nguoi.nhan',
    name: 'Ai Đó',
    password: testPassword,
    administrator: false,
  })
  if (!made.ok) throw new Error(made.error.code)
  const user = made.value
  await query.updateTable('user').set({ email: 'ai@do.example' }).where('id', '=', user).execute()
  await query
    .insertInto('mail_queue')
    .values({
      ...{ id: 'mot', user_id: user, kind: 'part.late', plan_id: fixedId<PlanId>('p', 1), part_id: null },
      ...{ detail: '{"part":"I. Mục tiêu"}', created_at: Date.now(), attempts: 0, due_at: 0 },
    })
    .execute()
  await vi.waitFor(() => expect(post.letters.map(({ to }) => to)).toEqual([['ai@do.example']]), { timeout: 20_000 })
  await own.stop()
})

test('a letter says the same as text and as HTML, in the language of who reads it', () => {
  const told = {
    ...{ kind: 'part.returned' as const, plan: fixedId<PlanId>('p', 1), part: null },
    detail: {
      ...{
        plan: 'Kế hoạch <b>',
        part: 'I. Mục tiêu',
        parts: 1,
        by: 'Hà',
        deadline: '',
        note: '',
        renewed: false,
        used: false,
        target: '',
        targets: 1,
        unit: '',
      },
      reason: 'Thiếu số liệu & nguồn',
    },
  }
  const letter = (language: 'vi' | 'en') => letterOf(told, { name: 'Lực', publicUrl: 'https://soan.example', language })
  expect(letter('vi').subject).toBe('Hà trả lại phần “I. Mục tiêu” – Kế hoạch <b>')
  expect(letter('vi').text).toContain('Lý do: Thiếu số liệu & nguồn')
  expect(letter('vi').html).toContain('<p>Lý do: Thiếu số liệu &amp; nguồn</p>')
  expect(letter('vi').html).toContain('Kế hoạch &lt;b&gt;')
  expect(letter('en').text).toContain('Reason: Thiếu số liệu & nguồn')
})

/** All parts of the body, whichever way each was encoded. */
function decoded(raw: string): string {
  const quoted = raw
    .replace(/=\r\n/g, '')
    .replace(/(?:=[0-9A-F]{2})+/g, (hex) => Buffer.from(hex.replaceAll('=', ''), 'hex').toString('utf8'))
  const base64 = [...raw.matchAll(/\r\n\r\n([A-Za-z0-9+/=\r\n]+)\r\n--/g)].map(([, text = '']) =>
    Buffer.from(text, 'base64').toString('utf8'),
  )
  return [quoted, ...base64].join('\n')
}
