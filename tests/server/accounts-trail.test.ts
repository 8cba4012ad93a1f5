import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UserId } from '@soanchung/shared/ids.ts'
import { expectOk, startServer, testPassword, type TestPerson, type TestServer } from '../support/server.ts'

let server: TestServer
let administrator: TestPerson
beforeAll(async () => {
  server = await startServer()
  administrator = await server.person({ username: 'quantri', administrator: true })
})
afterAll(() => server.stop())

async function trailOf(person: { id: UserId }) {
  const rows = await server.running.database.query
    .selectFrom('audit_trail')
    .select(['actor', 'action', 'detail'])
    .where('subject', '=', `person/${person.id}`)
    .orderBy('seq')
    .execute()
  const names = new Map<string | null, string>([
    [person.id, 'own'],
    [administrator.id, 'administrator'],
  ])
  return { lines: rows.map(({ actor, action }) => `${names.get(actor)} ${action}`), text: JSON.stringify(rows) }
}

test('what is done to how a person comes in is told with who did it, and never a secret', async () => {
  const person = await server.person()
  const path = `/api/people/${person.id}`
  const secrets: string[] = [testPassword]

  const made = await expectOk(person.send('POST', '/api/tokens', { name: 'Sổ', scope: 'read', days: 1 }))
  const { id, token } = made.body as { id: string; token: string }
  await expectOk(person.send('DELETE', `/api/tokens/${id}`))
  const begun = await expectOk(person.send('POST', '/api/account/second-factor', { password: testPassword }))
  const { key } = begun.body as { key: string }
  const code = new TOTP({ secret: Secret.fromBase32(key) }).generate()
  const on = await expectOk(person.send('POST', '/api/account/second-factor/confirm', { code }))
  const again = { password: testPassword }
  const renewed = await expectOk(person.send('POST', '/api/account/second-factor/backup-codes', again))
  for (const { body } of [on, renewed]) secrets.push(...(body as { backupCodes: string[] }).backupCodes)
  await expectOk(administrator.send('DELETE', `${path}/second-factor`))
  const change = { currentPassword: testPassword, newPassword: 'mat-khau-moi-hon' }
  await expectOk(person.send('POST', '/api/auth/change-password', change))
  await expectOk(administrator.send('PUT', `${path}/email`, { email: 'a@example.vn' }))
  await expectOk(administrator.send('POST', `${path}/invitation`))
  await expectOk(administrator.send('DELETE', `${path}/invitation`))
  const link = await expectOk(administrator.send('POST', `${path}/invitation`))
  const invitation = (link.body as { token: string }).token
  const sent = { token: invitation, password: 'mat-khau-tu-dat' }
  await expectOk(server.stranger().send('POST', '/api/auth/invitation/accept', sent))
  await expectOk(administrator.send('PUT', `${path}/active`, { active: false }))
  await expectOk(administrator.send('PUT', `${path}/active`, { active: true }))

  const { lines, text } = await trailOf(person)
  expect(lines).toEqual([
    'own token.created',
    'own token.revoked',
    'own factor.on',
    'own factor.codes',
    'administrator factor.off',
    'own password.changed',
    'administrator email.changed',
    'administrator invitation.created',
    'administrator invitation.revoked',
    'administrator invitation.created',
    'own invitation.used',
    'administrator person.deactivated',
    'administrator person.reactivated',
  ])
  for (const secret of [...secrets, token, key, invitation, 'mat-khau-moi-hon', 'mat-khau-tu-dat']) {
    expect(text).not.toContain(secret)
  }
})

test('what was refused or changed nothing is not told', async () => {
  const person = await server.person()
  await administrator.send('PUT', `/api/people/${person.id}/active`, { active: true })
  await administrator.send('DELETE', `/api/people/${person.id}/invitation`)
  await administrator.send('DELETE', `/api/people/${person.id}/second-factor`)
  await person.send('DELETE', '/api/tokens/khong-co')
  await person.send('POST', '/api/account/second-factor', { password: 'khong-dung-dau' })
  await server.stranger().send('POST', '/api/auth/invitation/accept', { token: 'x'.repeat(43), password: testPassword })
  expect((await trailOf(person)).lines).toEqual([])
})
