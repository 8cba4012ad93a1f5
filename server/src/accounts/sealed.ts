/**
 * What the server hands out or stores and alone can read again: AES-256-GCM under a key that is
 * derived from the installation's secret, another one for each purpose.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { z } from 'zod'

const nonceLength = 12
const tagLength = 16

export interface Seal<Value> {
  close(value: Value, lifetimeMs?: number): string
  /** Null where it was not closed here for this purpose, was changed, or has lived too long. */
  open(sealed: string): Value | null
}

export function createSeal<Value>(secret: string, purpose: string, schema: z.ZodType<Value>): Seal<Value> {
  const key = Buffer.from(hkdfSync('sha256', secret, '', purpose, 32))
  return {
    close(value, lifetimeMs) {
      const nonce = randomBytes(nonceLength)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const until = lifetimeMs === undefined ? null : Date.now() + lifetimeMs
      const body = Buffer.concat([cipher.update(JSON.stringify({ value, until }), 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < nonceLength + tagLength) return null
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceLength))
      decipher.setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength))
      let opened: { value: unknown; until: number | null }
      try {
        const text = Buffer.concat([decipher.update(bytes.subarray(nonceLength + tagLength)), decipher.final()])
        opened = JSON.parse(text.toString('utf8'))
      } catch {
        return null
      }
      if (opened.until !== null && opened.until <= Date.now()) return null
      return schema.safeParse(opened.value).data ?? null
    },
  }
}
