/** The few frames of the Hocuspocus wire format that a client of the benchmark speaks. */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

export const syncType = 0
export const presenceType = 1
export const authType = 2
export const syncReplyType = 4
export const closeType = 7
export const ackType = 8

export const stateMessage = 0
export const answerMessage = 1
export const updateMessage = 2

/** An answer to "what do I lack": nothing. */
export const emptyAnswer = encoding.encode((encoder) => {
  encoding.writeVarUint(encoder, syncType)
  encoding.writeVarUint(encoder, answerMessage)
  encoding.writeVarUint8Array(encoder, new Uint8Array([0, 0]))
})

export function frameOf(name: string, body: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, name)
    encoding.writeUint8Array(encoder, body)
  })
}

export function syncFrame(name: string, message: number, bytes: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, name)
    encoding.writeVarUint(encoder, syncType)
    encoding.writeVarUint(encoder, message)
    encoding.writeVarUint8Array(encoder, bytes)
  })
}

export function presenceFrame(name: string, update: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, name)
    encoding.writeVarUint(encoder, presenceType)
    encoding.writeVarUint8Array(encoder, update)
  })
}

export function signInFrame(name: string, token: string): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, name)
    encoding.writeVarUint(encoder, authType)
    encoding.writeVarUint(encoder, 0)
    encoding.writeVarString(encoder, token)
  })
}

export function ackFrame(name: string): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, name)
    encoding.writeVarUint(encoder, ackType)
    encoding.writeVarUint(encoder, 1)
  })
}

export interface Frame {
  name: string
  type: number
  /** Of sync frames: which of the three messages; else -1. */
  inner: number
  /** Behind type and inner. */
  body: decoding.Decoder
}

export function readFrame(bytes: Uint8Array): Frame {
  const body = decoding.createDecoder(bytes)
  const name = decoding.readVarString(body)
  const type = decoding.readVarUint(body)
  const inner = type === syncType || type === syncReplyType ? decoding.readVarUint(body) : -1
  return { name, type, inner, body }
}
