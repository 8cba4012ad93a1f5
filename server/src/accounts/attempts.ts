/**
 * Slows down guessing without letting a flood touch anybody else. Failures are counted for a name
 * from one address, for the address, and for the name from everywhere. A browser in which the
 * person has signed in before is counted by itself alone: whatever a flood does to their name or
 * to the address of their office, they still come in. An attempt is taken before the secret is
 * looked at, so that many at once cannot slip through, and given back on success.
 */
import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { isIPv6 } from 'node:net'

const mostEntries = 50_000

export interface Limits {
  windowMs: number
  /** For a name from one address, and for a browser that is known. */
  name: number
  /** An address may fail more often than a name, since a whole office can stand behind one. */
  address: number
  /** For a name from all addresses. */
  everywhere: number
}

/** 5 guesses a minute. */
export const passwordLimits: Limits = { windowMs: 60_000, name: 5, address: 30, everywhere: 25 }
/** A code has a million values only, and who tries one knows the password: 20 guesses an hour. */
export const codeLimits: Limits = { windowMs: 15 * 60_000, name: 5, address: 30, everywhere: 5 }

export interface Attempts {
  /** False where there were too many failures. `device` as knownDevice() found it. */
  take(name: string, address: string, device: string | null): { allowed: false } | { allowed: true; succeeded(): void }
}

export function createAttempts({ windowMs, ...most }: Limits, now: () => number = Date.now): Attempts {
  const failures = new Map<string, { count: number; until: number }>()

  function count(key: string): number {
    const entry = failures.get(key)
    return entry !== undefined && entry.until > now() ? entry.count : 0
  }

  function add(key: string): void {
    const before = count(key)
    // Set anew at the end of the map: the oldest are forgotten first when there are too many.
    const until = before === 0 ? now() + windowMs : (failures.get(key)?.until ?? now() + windowMs)
    failures.delete(key)
    failures.set(key, { count: before + 1, until })
    for (const oldest of failures.keys()) {
      if (failures.size <= mostEntries) break
      failures.delete(oldest)
    }
  }

  return {
    take(name, address, device) {
      const tried = name.toLowerCase().slice(0, 100)
      const from = networkOf(address)
      const counted: [key: string, limit: number][] =
        device === null
          ? [
              [`pair ${tried} ${from}`, most.name],
              [`address ${from}`, most.address],
              [`name ${tried}`, most.everywhere],
            ]
          : [[`device ${device}`, most.name]]
      if (counted.some(([key, limit]) => count(key) >= limit)) return { allowed: false }
      for (const [key] of counted) add(key)
      return {
        allowed: true,
        succeeded() {
          for (const [key] of counted) {
            const entry = failures.get(key)
            if (entry !== undefined) entry.count -= 1
          }
        },
      }
    },
  }
}

/** A household has at least a whole /64 of IPv6. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.toLowerCase().split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length)
  return [...groups, ...Array<string>(zeros).fill('0'), ...rest].slice(0, 4).join(':')
}

/** The name of the cookie by which a browser is known again for this person. */
function deviceCookie(name: string): string {
  return `soanchung.known_${hash('sha256', name.toLowerCase()).slice(0, 12)}`
}

/** Which browser it is, where this person has signed in with it before; null otherwise. */
export function knownDevice(secret: string, name: string, headers: Headers): string | null {
  const cookies = (headers.get('cookie') ?? '').split(/;\s*/)
  const value = cookies.find((cookie) => cookie.startsWith(`${deviceCookie(name)}=`))?.split('=')[1]
  const [id = '', signature = ''] = (value ?? '').split('.')
  const given = Buffer.from(signature, 'base64url')
  const expected = signatureOf(secret, id, name)
  return given.length === expected.length && timingSafeEqual(given, expected) ? id : null
}

/** A line of Set-Cookie that makes the browser known for a year; null where it is already. */
export function rememberDevice(secret: string, name: string, headers: Headers, isSecure: boolean): string | null {
  if (knownDevice(secret, name, headers) !== null) return null
  const id = randomBytes(16).toString('base64url')
  const value = `${id}.${signatureOf(secret, id, name).toString('base64url')}`
  const attributes = ['Path=/api', 'HttpOnly', 'SameSite=Lax', `Max-Age=${365 * 24 * 60 * 60}`]
  return [`${deviceCookie(name)}=${value}`, ...attributes, ...(isSecure ? ['Secure'] : [])].join('; ')
}

function signatureOf(secret: string, id: string, name: string): Buffer {
  return createHmac('sha256', `known device ${secret}`).update(`${id} ${name.toLowerCase()}`).digest()
}
