/**
 * The peer: stock Hocuspocus with its own SQLite extension, as its documentation sets it up. Run as a
 * child process; tells its port and, asked with `usage`, its CPU time and memory.
 */
import { SQLite } from '@hocuspocus/extension-sqlite'
import { Server } from '@hocuspocus/server'
import { answerUsage } from './usage.ts'

const [database] = process.argv.slice(2)
if (database === undefined) throw new Error('usage: stock-server.ts DATABASE')

const server = new Server({ port: 0, quiet: true, extensions: [new SQLite({ database })] })
await server.listen()
answerUsage(server.address.port)
