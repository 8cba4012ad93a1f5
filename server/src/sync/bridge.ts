/**
 * Lets stock y-websocket clients (scripts, other tools) in: their frames carry no document name and
 * no sign-in, so both are added on the way in and taken off on the way out. They come with a
 * personal access token and have its owner's rights, no more.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

const messageSync = 0
const syncStep2 = 1
const syncUpdate = 2
const messageAwareness = 1
const messageAuth = 2
const messageQueryAwareness = 3
const messageSyncReply = 4
const messageClose = 7
const authToken = 0
const authDenied = 1

/** The frame that a Hocuspocus client would have signed in with. */
export function signInFrame(documentName: string, token: string): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, documentName)
  encoding.writeVarUint(encoder, messageAuth)
  encoding.writeVarUint(encoder, authToken)
  encoding.writeVarString(encoder, token)
  return encoding.toUint8Array(encoder)
}

/** What the library answers when a document may not be opened. */
export function refusalFrame(address: string, reason: string): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, address)
  encoding.writeVarUint(encoder, messageAuth)
  encoding.writeVarUint(encoder, authDenied)
  encoding.writeVarString(encoder, reason)
  return encoding.toUint8Array(encoder)
}

/**
 * A translator of one client's frames, which throws on malformed bytes; null for what goes no
 * further. What is typed before the client has answered what the server lacks may build on content
 * that is still missing here. The answer, which every client of the protocol gives, has both.
 */
export function fromStockClient(documentName: string): (frame: Uint8Array) => Uint8Array | null {
  let hasAnswered = false
  return (frame) => {
    const decoder = decoding.createDecoder(frame)
    const type = decoding.readVarUint(decoder)
    if (type === messageSync) {
      const step = decoding.readVarUint(decoder)
      hasAnswered ||= step === syncStep2
      if (step === syncUpdate && !hasAnswered) return null
    } else if (type !== messageAwareness && type !== messageQueryAwareness) return null
    return addressed(documentName, frame)
  }
}

function addressed(documentName: string, frame: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, documentName)
  encoding.writeUint8Array(encoder, frame)
  return encoding.toUint8Array(encoder)
}

/** What a frame of ours is to a stock client: bytes, the reason of a closed document, or nothing. */
export function toStockClient(
  frame: Uint8Array,
): { kind: 'frame'; bytes: Uint8Array } | { kind: 'closed'; reason: string } | null {
  const decoder = decoding.createDecoder(frame)
  decoding.readVarString(decoder)
  const type = decoding.readVarUint(decoder)
  switch (type) {
    case messageSync:
    case messageSyncReply:
    case messageAwareness: {
      const encoder = encoding.createEncoder()
      encoding.writeVarUint(encoder, type === messageAwareness ? messageAwareness : messageSync)
      encoding.writeUint8Array(encoder, decoding.readTailAsUint8Array(decoder))
      return { kind: 'frame', bytes: encoding.toUint8Array(encoder) }
    }
    case messageAuth:
      return decoding.readVarUint(decoder) === authDenied
        ? { kind: 'closed', reason: decoding.readVarString(decoder) }
        : null
    case messageClose:
      return { kind: 'closed', reason: decoding.readVarString(decoder) }
    default:
      return null
  }
}
