/**
 * What every request passes before its route: the headers that protect the page, the check that a
 * changing request comes from our own site, and who asks. A route is closed to strangers unless it
 * says that it is open; an access token acts for its owner but may not touch the account itself.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { RefusalError, type ErrorCode } from '@soanchung/shared/errors.ts'
import type { Accounts, Identified, SessionAnswer } from '../accounts/accounts.ts'
import type { Source } from '../accounts/sign-in.ts'

export interface About {
  summary: string
  tag: 'server' | 'sign-in' | 'account' | 'people' | 'units' | 'plans' | 'links' | 'audit'
  refusals?: readonly ErrorCode[]
  /** A body that the route itself takes apart. */
  body?: z.core.$ZodType
  /** A body that is a file of this kind. */
  file?: string
  /** What it answers with, where the route itself puts that into words. */
  answer?: z.core.$ZodType
  /** What kind of file it answers with. */
  content?: string
  /** It answers by sending the browser elsewhere. */
  redirects?: boolean
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Strangers may call it. */
    open?: boolean
    /** An access token is not enough. */
    sessionOnly?: boolean
    /** Only for administrators. */
    administrator?: boolean
    /** It changes nothing, although its method says so: open to a token that only reads. */
    onlyReads?: boolean
    /** For the description of the interface: what it is for, and how it may refuse besides what all routes do. */
    about?: About
  }
  interface FastifyRequest {
    identified: Identified | null
  }
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

const securityHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
}

/**
 * Which sites may send requests that change something or open a socket: those of PUBLIC_URL, or,
 * where none is set, the very address that was called. `null`, look-alikes and a missing Origin
 * are foreign.
 */
export type AllowedOrigin = (origin: string | undefined, host: string | undefined) => boolean

export function originCheck(publicOrigins: readonly string[]): AllowedOrigin {
  return (origin, host) => {
    if (origin === undefined || !URL.canParse(origin)) return false
    const url = new URL(origin)
    if (url.origin !== origin || !/^https?:$/.test(url.protocol)) return false
    return publicOrigins.length > 0 ? publicOrigins.includes(origin) : host !== undefined && url.host === host
  }
}

export function guardRequests(
  server: FastifyInstance,
  { accounts, allowedOrigin }: { accounts: Accounts; allowedOrigin: AllowedOrigin },
): void {
  server.decorateRequest('identified', null)
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders)
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
    const { origin, authorization } = request.headers
    // A browser always names the site that a changing request comes from; a script with a token need not.
    const isScript = origin === undefined && authorization !== undefined
    if (!safeMethods.has(request.method) && !isScript && !allowedOrigin(origin, request.host)) {
      throw new RefusalError('origin.foreign')
    }
    const { open, sessionOnly, administrator, onlyReads } = request.routeOptions.config
    if (open || request.is404) return
    request.identified = await accounts.identify({ headers: webHeaders(request.headers) })
    if (request.identified === null) throw new RefusalError(authorization ? 'auth.token' : 'auth.required')
    const { actor, via } = request.identified
    if (sessionOnly && via !== 'session') throw new RefusalError('not.allowed')
    if (administrator && !actor.administrator) throw new RefusalError('not.allowed')
    const changes = !safeMethods.has(request.method) && !onlyReads
    if (changes && actor.scope === 'read') throw new RefusalError('not.allowed')
  })
}

/** Who asks; only on routes that are not open. */
export function identifiedOf(request: FastifyRequest): Identified {
  if (request.identified === null) throw new RefusalError('auth.required')
  return request.identified
}

export function withCookies<Reply extends Pick<FastifyReply, 'header'>>(
  reply: Reply,
  { cookies }: SessionAnswer,
): Reply {
  for (const cookie of cookies) reply.header('set-cookie', cookie)
  return reply
}

/** Where the request comes from, for whatever slows down guessing. */
export function sourceOf(request: FastifyRequest): Source {
  return { address: request.ip, headers: webHeaders(request.headers) }
}

/** Node's headers in the form of the web, which the accounts read. */
export function webHeaders(incoming: IncomingHttpHeaders): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming)) {
    for (const one of [value].flat()) if (one !== undefined && !name.startsWith(':')) headers.append(name, one)
  }
  return headers
}
