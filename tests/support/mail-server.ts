/** A mail server of one test: takes letters on a free port, and may be away for a while. */
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export interface Letter {
  from: string
  to: string[]
  /** As they went over the wire, unfolded: one line a header. */
  headers: string[]
  /** The body as it was sent, still encoded. */
  raw: string
}

export interface MailServer {
  url: string
  letters: Letter[]
  stop(): Promise<void>
}

export async function startMailServer(port = 0): Promise<MailServer> {
  const letters: Letter[] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, done) {
      void buffer(stream).then((bytes) => {
        const [head = '', ...body] = bytes.toString('utf8').split('\r\n\r\n')
        const { mailFrom, rcptTo } = session.envelope
        letters.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          headers: head.replace(/\r\n[ \t]+/g, ' ').split('\r\n'),
          raw: body.join('\r\n\r\n'),
        })
        done()
      })
    },
  })
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    letters,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
