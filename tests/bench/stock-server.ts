/**
 * The peer: stock Hocuspocus with its own SQLite extension, as its documentation sets it up. A
 * child process; the argument is the data folder.
 */
import { SQLite } from '@hocuspocus/extension-sqlite'
import { Server } from '@hocuspocus/server'
import { join } from 'node:path'
import { answerUsage } from './usage.ts'

const [dataFolder] = process.argv.slice(2)
if (dataFolder === undefined) throw new Error('usage: stock-server.ts DATA_FOLDER')

const database = join(dataFolder, 'stock.sqlite')
const server = new Server({ address: '127.0.0.1', port: 0, quiet: true, extensions: [new SQLite({ database })] })
await server.listen()
answerUsage({ address: `http://127.0.0.1:${server.address.port}` }, () => server.hocuspocus.getDocumentsCount())
