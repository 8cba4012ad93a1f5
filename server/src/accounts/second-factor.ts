/**
 * The second factor: a key that the person's authenticator app shares with the server (TOTP,
 * RFC 6238), and ten codes on paper for the day when the app is lost. It counts only once the
 * person has shown a code. No code is taken twice; the key is stored sealed, backup codes hashed.
 */
import { hash, randomInt } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import { Secret, TOTP } from 'otpauth'
import { z } from 'zod'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { UserId } from '@soanchung/shared/ids.ts'
import { audit } from '../audit/trail.ts'
import type { Tables } from '../storage/tables.ts'
import { createSeal } from './sealed.ts'

const issuer = 'Soạn Chung'
const stepSeconds = 30
const backupCount = 10
/** Without look-alikes; 10 of them are 49 bits. */
const backupAlphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

export interface SecondFactor {
  isOn(user: UserId): Promise<boolean>
  backupCodesLeft(user: UserId): Promise<number>
  /** A fresh key, as text and as the address that a QR code holds; `second.on` where one counts already. */
  begin(user: UserId, username: string): Promise<Result<{ key: string; address: string }>>
  /** From here on it counts. Answers the backup codes, which nobody can see again. */
  confirm(user: UserId, code: string): Promise<Result<{ backupCodes: string[] }>>
  /** Whether this is the app's code of now, or a backup code; both are used up by it. */
  take(user: UserId, code: string): Promise<boolean>
  newBackupCodes(user: UserId): Promise<Result<{ backupCodes: string[] }>>
}

export function createSecondFactor(query: Kysely<Tables>, secret: string): SecondFactor {
  const seal = createSeal(secret, 'second factor', z.string())

  async function rowOf(user: UserId) {
    return await query.selectFrom('second_factors').selectAll().where('user_id', '=', user).executeTakeFirst()
  }

  /** The step is remembered in the same breath, so that two requests cannot use one code. */
  async function takeCode(user: UserId, sealedKey: string, code: string): Promise<boolean> {
    const key = seal.open(sealedKey)
    if (key === null || !/^\d{6}$/.test(code)) return false
    const delta = new TOTP({ secret: Secret.fromBase32(key), period: stepSeconds }).validate({ token: code, window: 1 })
    if (delta === null) return false
    const step = Math.floor(Date.now() / 1000 / stepSeconds) + delta
    const result = await query
      .updateTable('second_factors')
      .set({ last_step: step })
      .where('user_id', '=', user)
      .where('last_step', '<', step)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async function replaceBackupCodes(transaction: Transaction<Tables>, user: UserId): Promise<string[]> {
    const codes = Array.from({ length: backupCount }, newBackupCode)
    await transaction.deleteFrom('backup_codes').where('user_id', '=', user).execute()
    await transaction
      .insertInto('backup_codes')
      .values(codes.map((code) => ({ user_id: user, hash: backupHash(code) })))
      .execute()
    return codes
  }

  return {
    async isOn(user) {
      return typeof (await rowOf(user))?.confirmed_at === 'number'
    },

    async backupCodesLeft(user) {
      const row = await query
        .selectFrom('backup_codes')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('user_id', '=', user)
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },

    async begin(user, username) {
      const key = new Secret({ size: 20 })
      const values = { key: seal.close(key.base32), confirmed_at: null, last_step: 0 }
      await query
        .insertInto('second_factors')
        .values({ user_id: user, ...values })
        .onConflict((conflict) =>
          conflict.column('user_id').doUpdateSet(values).where('second_factors.confirmed_at', 'is', null),
        )
        .execute()
      const row = await rowOf(user)
      if (row === undefined || row.confirmed_at !== null) return refuse('second.on')
      const address = new TOTP({ issuer, label: username, secret: key, period: stepSeconds }).toString()
      return accept({ key: key.base32, address })
    },

    async confirm(user, code) {
      const row = await rowOf(user)
      if (row === undefined) return refuse('second.off')
      if (row.confirmed_at !== null) return refuse('second.on')
      if (!(await takeCode(user, row.key, code))) return refuse('auth.code')
      return await query.transaction().execute(async (transaction) => {
        const confirmed = await transaction
          .updateTable('second_factors')
          .set({ confirmed_at: Date.now() })
          .where('user_id', '=', user)
          .where('key', '=', row.key)
          .executeTakeFirst()
        // Begun anew meanwhile: the app that was shown does not know that key.
        if (confirmed.numUpdatedRows === 0n) return refuse('auth.code')
        await audit(transaction, { actor: user, action: 'factor.on', subject: `person/${user}` })
        return accept({ backupCodes: await replaceBackupCodes(transaction, user) })
      })
    },

    async take(user, code) {
      const row = await rowOf(user)
      if (row === undefined || row.confirmed_at === null) return false
      const typed = code.toLowerCase().replace(/[\s-]/g, '')
      if (await takeCode(user, row.key, typed)) return true
      const used = await query
        .deleteFrom('backup_codes')
        .where('user_id', '=', user)
        .where('hash', '=', backupHash(typed))
        .executeTakeFirst()
      return used.numDeletedRows > 0n
    },

    async newBackupCodes(user) {
      const row = await rowOf(user)
      if (row === undefined || row.confirmed_at === null) return refuse('second.off')
      return await query.transaction().execute(async (transaction) => {
        await audit(transaction, { actor: user, action: 'factor.codes', subject: `person/${user}` })
        return accept({ backupCodes: await replaceBackupCodes(transaction, user) })
      })
    },
  }
}

/** False where there was none. Needs no secret, so that a command can do it too. */
export async function removeSecondFactor(query: Kysely<Tables>, actor: UserId | null, user: UserId): Promise<boolean> {
  return await query.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('backup_codes').where('user_id', '=', user).execute()
    const removed = await transaction.deleteFrom('second_factors').where('user_id', '=', user).executeTakeFirst()
    if (removed.numDeletedRows === 0n) return false
    await audit(transaction, { actor, action: 'factor.off', subject: `person/${user}` })
    return true
  })
}

/** `k3mf7-q2x8p` */
function newBackupCode(): string {
  const letters = Array.from({ length: 10 }, () => backupAlphabet[randomInt(backupAlphabet.length)]).join('')
  return `${letters.slice(0, 5)}-${letters.slice(5)}`
}

function backupHash(code: string): string {
  return hash('sha256', code.replace('-', ''))
}
