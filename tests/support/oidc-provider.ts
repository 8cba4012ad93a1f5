/**
 * A real OpenID Connect provider on a free port, with its own pages for signing in: whoever types a
 * name there has that identity. What it says of their address is the test's.
 */
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

export interface TestProvider {
  /** Settings for our server. */
  environment: Record<string, string>
  /** What the provider says of an identity; without it, no address. */
  say(subject: string, claims: { email: string; email_verified: boolean }): void
  /** Lets the application at this address ask. */
  admit(address: string): void
  stop(): Promise<void>
}

const clientId = 'soanchung'
const clientSecret = 'mot-bi-mat-dai-de-thu-nghiem'

export async function startProvider(): Promise<TestProvider> {
  const said = new Map<string, { email: string; email_verified: boolean }>()
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}`
  return {
    environment: {
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: clientId,
      OIDC_CLIENT_SECRET: clientSecret,
      OIDC_LABEL: 'Cổng nội bộ',
    },
    say: (subject, claims) => void said.set(subject, claims),
    admit(address) {
      const provider = new Provider(issuer, {
        clients: [
          {
            client_id: clientId,
            client_secret: clientSecret,
            redirect_uris: [`${address}/api/auth/oidc/callback`],
          },
        ],
        claims: { openid: ['sub'], email: ['email', 'email_verified'] },
        features: { devInteractions: { enabled: true } },
        pkce: { required: () => true },
        cookies: { keys: ['one key for the tests'] },
        findAccount: (_context, subject) => ({
          accountId: subject,
          claims: () => ({ sub: subject, ...said.get(subject) }),
        }),
      })
      server.removeAllListeners('request').on('request', provider.callback())
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
