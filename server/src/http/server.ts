/**
 * The one HTTP server: the guard and the errors for all routes alike, then the routes, the built
 * client and the two sockets. It wires; what a route does stands with its subject.
 */
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyRequest } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Accounts } from '../accounts/accounts.ts'
import type { Exporter } from '../export/export.ts'
import type { Plans } from '../plans/plans.ts'
import type { Splits } from '../plans/splits.ts'
import type { Database } from '../storage/database.ts'
import type { Sync } from '../sync/sync.ts'
import { accountRoutes } from './account-routes.ts'
import { readClientFiles } from './client-files.ts'
import { guardRequests, type AllowedOrigin } from './guard.ts'
import { planRoutes } from './plan-routes.ts'
import { handleErrors, sendRefusal } from './refusals.ts'

interface HttpOptions {
  accounts: Accounts
  plans: Plans
  splits: Splits
  exporter: Exporter
  sync: Sync
  database: Database
  allowedOrigin: AllowedOrigin
  trustProxy: readonly string[]
  logger: FastifyBaseLogger
  version: string
  /** The folder of the built client. */
  clientFolder: string
}

const megabyte = 1024 * 1024
/** How long the end waits for requests that are under way, in ms. */
const lastAnswers = 5_000

export async function createHttpServer(options: HttpOptions) {
  const { accounts, allowedOrigin, database, exporter, logger, plans, splits, sync, version } = options
  const client = await readClientFiles(options.clientFolder)
  const server = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    bodyLimit: megabyte,
    requestTimeout: 60_000,
    // Sockets that idle must not hold up the end.
    forceCloseConnections: true,
    frameworkErrors: (error, request, reply) =>
      sendRefusal(request, reply, { code: 'input.invalid', detail: error.message }),
  }).withTypeProvider<ZodTypeProvider>()
  server.setValidatorCompiler(validatorCompiler)
  server.setSerializerCompiler(serializerCompiler)
  server.removeContentTypeParser('text/plain')
  handleErrors(server)
  guardRequests(server, { accounts, allowedOrigin })

  server.setNotFoundHandler(async (request, reply) => {
    const isPage = !/^\/(api|sync|yjs)([/?]|$)/.test(request.url)
    if (isPage && request.method === 'GET' && (await client.send(request, reply))) return reply
    return sendRefusal(request, reply, { code: 'not.found' })
  })

  server.get(
    '/api/health',
    {
      config: { open: true },
      schema: { response: { 200: z.object({ status: z.literal('ok'), version: z.string() }) } },
    },
    async () => {
      await database.query.selectFrom('installation').select('key').limit(1).execute()
      return { status: 'ok' as const, version }
    },
  )
  await server.register(accountRoutes, { accounts, database })
  await server.register(planRoutes, { plans, splits, exporter })

  server.server.on('upgrade', (request, socket, head) => {
    if (/^\/(sync([/?]|$)|yjs\/)/.test(request.url ?? '')) sync.handleUpgrade(request, socket, head)
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  })
  const answered = trackAnswers(server)
  server.addHook('preClose', async () => {
    // A server that ends waits for upgraded sockets too, so they are told first.
    await sync.close()
    await answered()
  })
  return server
}

/**
 * Resolves once everybody who has asked is answered: whoever asks now is refused, but what is under
 * way needs the database until then. Somebody who sends half a request is not waited for longer.
 */
function trackAnswers(server: FastifyInstance): () => Promise<void> {
  const asked = new Set<FastifyRequest>()
  let allAnswered: (() => void) | null = null
  server.addHook('onRequest', (request, _, done) => {
    asked.add(request)
    done()
  })
  server.addHook('onSend', (request, _, _payload, done) => {
    asked.delete(request)
    if (asked.size === 0) allAnswered?.()
    done()
  })
  return async () => {
    if (asked.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    allAnswered = resolve
    const timer = setTimeout(resolve, lastAnswers)
    await promise
    clearTimeout(timer)
  }
}
