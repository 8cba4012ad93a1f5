/**
 * How a refusal leaves over HTTP: status, code and a sentence in the language that was asked for.
 * Bugs leave as `server.failed` and a line in the log, never with their own message.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { errorCatalogue, RefusalError, type Refusal, type Result } from '@soanchung/shared/errors.ts'

/** Answers with the refusal. `detail` goes to the one who asked only where it describes their own input. */
export function sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  const entry = errorCatalogue[refusal.code]
  const detail = refusal.code === 'input.invalid' && refusal.detail !== undefined ? { detail: refusal.detail } : {}
  return reply
    .status(entry.status)
    .type('application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .serializer((body: unknown) => JSON.stringify(body))
    .send({ code: refusal.code, message: entry[languageOf(request)], ...detail })
}

/** Answers a request that asks for nothing but that something is done: with nothing, or the refusal. */
export function sendDone(request: FastifyRequest, reply: FastifyReply, result: Result<unknown>): FastifyReply {
  return result.ok ? reply.status(204).send() : sendRefusal(request, reply, result.error)
}

/** Vietnamese unless English is asked for before it. */
function languageOf(request: FastifyRequest): 'vi' | 'en' {
  const wanted = (request.headers['accept-language'] ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', quality] = part.trim().split(/;\s*q=/)
      return { language: tag.slice(0, 2).toLowerCase(), quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter(({ language, quality }) => (language === 'vi' || language === 'en') && quality > 0)
    .sort((a, b) => b.quality - a.quality)
  return wanted[0]?.language === 'en' ? 'en' : 'vi'
}

export function handleErrors(server: FastifyInstance): void {
  server.setErrorHandler((error: FastifyError, request, reply) => {
    return sendRefusal(request, reply, refusalOf(request, error))
  })
}

/** What the one who asked is told of an error; what is not their doing goes to the log. */
export function refusalOf(request: FastifyRequest, error: FastifyError): Refusal {
  const refusal = meaningOf(error)
  if (refusal.code === 'server.failed' || refusal.code === 'storage.failed') {
    request.log.error({ err: error }, 'a request failed')
  }
  return refusal
}

function meaningOf(error: FastifyError): Refusal {
  if (error instanceof RefusalError) return { code: error.code }
  if (hasZodFastifySchemaValidationErrors(error)) return { code: 'input.invalid', detail: error.message.slice(0, 500) }
  if (error.statusCode === 413) return { code: 'input.large' }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return { code: 'input.invalid', detail: error.message.slice(0, 500) }
  }
  return { code: storageCodes.test(error.code ?? '') ? 'storage.failed' : 'server.failed' }
}

/** Codes of SQLite, PostgreSQL (classes 08, 53, 57, 58) and the system that say "not now", not "a bug". */
const storageCodes =
  /^(SQLITE_(FULL|IOERR|BUSY|READONLY|CANTOPEN)|08...$|53...$|57...$|58...$|ENOSPC|EIO|EROFS|ECONNREFUSED)/
