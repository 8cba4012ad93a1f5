/**
 * A sync server in a process of its own, to be killed. It loads, waits for a line, then starts and
 * says where it listens in one line of JSON; the first argument is its data folder.
 */
import { once } from 'node:events'
import { startSyncServer } from './sync-server.ts'

await once(process.stdin, 'data')
const server = await startSyncServer({ folder: process.argv[2] ?? '', log: { compactRows: 100 } })
console.log(JSON.stringify({ port: server.port, origin: server.origin, epoch: server.database.epoch }))
