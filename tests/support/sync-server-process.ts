/**
 * A sync server in a process of its own, to be killed. Says where it listens in one line of JSON;
 * the first argument is its data folder.
 */
import { startSyncServer } from './sync-server.ts'

const server = await startSyncServer({ folder: process.argv[2] ?? '', log: { compactRows: 100 } })
console.log(JSON.stringify({ port: server.port, origin: server.origin, epoch: server.database.epoch }))
