/**
 * The floor: a relay that passes each update on to everybody else on the document and knows
 * nothing of what is in it. With a data folder it appends what one turn of the loop brought to a
 * file and syncs that before it acknowledges or passes anything on.
 */
import { open } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { WebSocketServer, type WebSocket } from 'ws'
import { ackFrame, emptyAnswer, frameOf, presenceType, readFrame, syncType, updateMessage } from './frames.ts'
import { answerUsage } from './usage.ts'

interface Waiting {
  from: WebSocket
  name: string
  frame: Buffer
}

const [mode, dataFolder = '.'] = process.argv.slice(2)
const file = mode === 'durable' ? await open(join(dataFolder, 'relay.log'), 'a') : null
const rooms = new Map<string, Set<WebSocket>>()
let waiting: Waiting[] = []
let isWriting = false

async function write(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  while (waiting.length > 0) {
    const group = waiting
    waiting = []
    await file?.appendFile(Buffer.concat(group.map(({ frame }) => frame)))
    await file?.datasync()
    for (const one of group) passOn(one)
  }
  isWriting = false
}

function passOn({ from, name, frame }: Waiting): void {
  from.send(ackFrame(name))
  tellOthers(from, name, frame)
}

function tellOthers(from: WebSocket, name: string, frame: Buffer): void {
  for (const socket of rooms.get(name) ?? []) if (socket !== from) socket.send(frame)
}

const http = createServer()
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false })
sockets.on('connection', (socket) => {
  const joined = new Set<string>()
  socket.on('message', (frame: Buffer) => {
    const { name, type, inner } = readFrame(frame)
    if (!joined.has(name)) {
      joined.add(name)
      rooms.set(name, (rooms.get(name) ?? new Set()).add(socket))
    }
    if (type === presenceType) return tellOthers(socket, name, frame)
    if (type !== syncType) return
    if (inner !== updateMessage) return socket.send(frameOf(name, emptyAnswer))
    if (file === null) return passOn({ from: socket, name, frame })
    waiting.push({ from: socket, name, frame })
    if (isWriting) return
    isWriting = true
    void write()
  })
  socket.on('close', () => {
    for (const name of joined) rooms.get(name)?.delete(socket)
  })
})
http.listen(0, '127.0.0.1', () => {
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  answerUsage({ address: `http://127.0.0.1:${address.port}` })
})
