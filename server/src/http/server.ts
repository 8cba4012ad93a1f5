/**
 * The one HTTP server: the guard and the errors for all routes alike, then the routes, the built
 * client and the two sockets. It wires; what a route does stands with its subject.
 */
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyRequest } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Exporter } from '../export/export.ts'
import type { HandedDrafts } from '../plans/handed-drafts.ts'
import type { Links } from '../links/links.ts'
import type { Lead } from '../plans/lead.ts'
import type { MoveTarget } from '../plans/moves.ts'
import type { Plans } from '../plans/plans.ts'
import type { Splits } from '../plans/splits.ts'
import type { Sync } from '../sync/sync.ts'
import { accessRoutes } from './access-routes.ts'
import { accountRoutes, type AccountRoutes } from './account-routes.ts'
import { auditRoutes } from './audit-routes.ts'
import { conflictRoutes } from './conflict-routes.ts'
import { readClientFiles } from './client-files.ts'
import { guardRequests, type AllowedOrigin } from './guard.ts'
import { draftRoutes } from './draft-routes.ts'
import { describeRoutes } from './openapi.ts'
import { linkRoutes } from './link-routes.ts'
import { notificationRoutes } from './notification-routes.ts'
import { planRoutes } from './plan-routes.ts'
import { handleErrors, sendRefusal } from './refusals.ts'
import { signInRoutes } from './sign-in-routes.ts'
import { unitRoutes } from './unit-routes.ts'

interface HttpOptions extends AccountRoutes {
  plans: Plans
  lead: Lead
  drafts: HandedDrafts
  splits: Splits
  links: Links
  moveTarget: MoveTarget
  exporter: Exporter
  sync: Sync
  allowedOrigin: AllowedOrigin
  trustProxy: readonly string[]
  logger: FastifyBaseLogger
  version: string
  /** Whether the installation sends e-mails. */
  canMail: boolean
  /** The folder of the built client. */
  clientFolder: string
}

const megabyte = 1024 * 1024
/** How long the end waits for requests that are under way, in ms. */
const lastAnswers = 5_000

export async function createHttpServer(options: HttpOptions) {
  const { accounts, allowedOrigin, database, exporter, lead, logger, oidc, plans, secondFactor, signIn } = options
  const { splits, sync, version } = options
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

  const description = describeRoutes(server, version)
  server.get(
    '/api/openapi.json',
    {
      config: {
        open: true,
        about: { summary: 'This description.', tag: 'server', content: 'application/json' },
      },
    },
    (_request, reply) => reply.header('cache-control', 'no-cache').send(description()),
  )
  server.get(
    '/api/health',
    {
      config: { open: true, about: { summary: 'Whether the server serves, and its version.', tag: 'server' } },
      schema: { response: { 200: z.object({ status: z.literal('ok'), version: z.string() }) } },
    },
    async () => {
      await database.query.selectFrom('installation').select('key').limit(1).execute()
      return { status: 'ok' as const, version }
    },
  )
  await server.register(signInRoutes, { accounts, signIn, oidc, database })
  await server.register(accountRoutes, { accounts, signIn, secondFactor, oidc, database })
  await server.register(accessRoutes, { secondFactor, database })
  await server.register(draftRoutes, { drafts: options.drafts })
  await server.register(conflictRoutes, { database })
  await server.register(linkRoutes, { links: options.links })
  await server.register(unitRoutes, { accounts, database })
  await server.register(auditRoutes, { database })
  await server.register(notificationRoutes, { database, canMail: options.canMail })
  await server.register(planRoutes, {
    ...{ plans, lead, splits, exporter },
    ...{ moveTarget: options.moveTarget, links: options.links },
  })

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
