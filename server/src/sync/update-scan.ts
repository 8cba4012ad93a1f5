/**
 * A walk over the bytes of an update before Yjs reads them. Yjs believes the counts and lengths that
 * it finds: seven bytes can make it reserve 256 MB, a deep value overflows the stack, an empty
 * deletion breaks it after half of the update is applied. This walk reserves nothing, goes no
 * deeper than `maxDepth`, and takes time in proportion to the bytes. What it lets through can
 * still be wrong in what it refers to; update-check.ts looks at that.
 */
import * as decoding from 'lib0/decoding'

/** No real text comes near these; numbers beyond them only serve to exhaust the server. */
const maxLength = 2 ** 31
const maxClock = 2 ** 40
const maxStructs = 500_000
/** Of values inside values. Ours are three deep. */
const maxDepth = 40

class Malformed extends Error {}

/** Why the bytes are no update that a client of ours could have made; null where they may be one. */
export function scanUpdate(update: Uint8Array): string | null {
  const decoder = decoding.createDecoder(update)
  try {
    scanStructs(decoder)
    scanDeletions(decoder)
    return decoding.hasContent(decoder) ? 'bytes behind the end' : null
  } catch (error) {
    // Numbers that are too large and bytes that are missing are errors of the decoder.
    return error instanceof Error ? error.message : String(error)
  }
}

function scanStructs(decoder: decoding.Decoder): void {
  const clients = new Set<number>()
  let structs = 0
  for (let left = readCount(decoder, 4); left > 0; left--) {
    const count = readCount(decoder, 2)
    structs += count
    if (structs > maxStructs) throw new Malformed('too many pieces')
    enter(clients, decoding.readVarUint(decoder))
    let clock = decoding.readVarUint(decoder)
    for (let index = 0; index < count; index++) {
      const length = scanStruct(decoder)
      if (length <= 0 || length > maxLength) throw new Malformed('a length')
      clock += length
    }
    if (clock > maxClock) throw new Malformed('a clock')
  }
}

const [gc, skip] = [0, 10]
const [hasOrigin, hasRightOrigin, hasParentKey, contentBits] = [0x80, 0x40, 0x20, 0x1f]

/** Answers how many clocks it takes up. */
function scanStruct(decoder: decoding.Decoder): number {
  const info = decoding.readUint8(decoder)
  const content = info & contentBits
  if (content === gc) return decoding.readVarUint(decoder)
  if (content === skip) {
    // Yjs has two readers, and they disagree about a skip with other bits set.
    if (info !== skip) throw new Malformed('a kind of piece')
    return decoding.readVarUint(decoder)
  }
  if (info & hasOrigin) skipId(decoder)
  if (info & hasRightOrigin) skipId(decoder)
  if ((info & (hasOrigin | hasRightOrigin)) === 0) {
    if (decoding.readVarUint(decoder) === 1) skipBytes(decoder)
    else skipId(decoder)
    if (info & hasParentKey) scanKey(decoder)
  }
  return scanContent(decoder, content)
}

const [xmlElement, xmlHook, lastType] = [3, 5, 6]

function scanContent(decoder: decoding.Decoder, content: number): number {
  switch (content) {
    case 1: // deleted
      return decoding.readVarUint(decoder)
    case 2: {
      const count = readCount(decoder, 1)
      for (let index = 0; index < count; index++) scanJson(decoder)
      return count
    }
    case 3: // bytes
      skipBytes(decoder)
      return 1
    case 4: // text: at most three bytes for each of its UTF-16 units
      return skipBytes(decoder)
    case 5: // embedded value
      scanJson(decoder)
      return 1
    case 6: // mark
      scanKey(decoder)
      scanJson(decoder)
      return 1
    case 7: {
      const type = decoding.readVarUint(decoder)
      if (type > lastType) throw new Malformed('a type')
      if (type === xmlElement || type === xmlHook) scanKey(decoder)
      return 1
    }
    case 8: {
      const count = readCount(decoder, 1)
      for (let index = 0; index < count; index++) scanValue(decoder, maxDepth)
      return count
    }
    default:
      // Among them documents inside documents (9), which nothing of ours uses.
      throw new Malformed('a kind of content')
  }
}

function scanValue(decoder: decoding.Decoder, depth: number): void {
  if (depth === 0) throw new Malformed('a value too deep')
  switch (decoding.readUint8(decoder)) {
    case 127: // undefined, null, false, true
    case 126:
    case 121:
    case 120:
      return
    case 125:
      decoding.readVarInt(decoder)
      return
    case 124:
      return skipMany(decoder, 4)
    case 123:
    case 122:
      return skipMany(decoder, 8)
    case 119:
    case 116:
      skipBytes(decoder)
      return
    case 118:
      for (let left = readCount(decoder, 2); left > 0; left--) {
        scanKey(decoder)
        scanValue(decoder, depth - 1)
      }
      return
    case 117:
      for (let left = readCount(decoder, 1); left > 0; left--) scanValue(decoder, depth - 1)
      return
    default:
      throw new Malformed('a kind of value')
  }
}

const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/** A string of JSON; only its depth matters here, Yjs parses it. */
function scanJson(decoder: decoding.Decoder): void {
  const bytes = decoding.readVarUint8Array(decoder)
  let depth = 0
  let isInString = false
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]
    if (isInString) {
      if (byte === backslash) index++
      else if (byte === quote) isInString = false
    } else if (byte === quote) isInString = true
    else if (byte === openBracket || byte === openBrace) depth++
    else if (byte === closeBracket || byte === closeBrace) depth--
    if (depth > maxDepth) throw new Malformed('a value too deep')
  }
}

function scanDeletions(decoder: decoding.Decoder): void {
  const clients = new Set<number>()
  for (let left = readCount(decoder, 2); left > 0; left--) {
    enter(clients, decoding.readVarUint(decoder))
    let end = 0
    for (let ranges = readCount(decoder, 2); ranges > 0; ranges--) {
      const clock = decoding.readVarUint(decoder)
      const length = decoding.readVarUint(decoder)
      if (length <= 0 || length > maxLength || clock > maxClock) throw new Malformed('a deleted length')
      // Yjs writes them in order; it cannot write again what it read in another one.
      if (clock < end) throw new Malformed('deletions out of order')
      end = clock + length
    }
  }
}

/** A count of things of at least `size` bytes each, which must therefore be there. */
function readCount(decoder: decoding.Decoder, size: number): number {
  const count = decoding.readVarUint(decoder)
  if (count * size > decoder.arr.length - decoder.pos) throw new Malformed('a count')
  return count
}

function enter(clients: Set<number>, client: number): void {
  if (clients.has(client)) throw new Malformed('a client twice')
  clients.add(client)
}

function skipId(decoder: decoding.Decoder): void {
  decoding.readVarUint(decoder)
  decoding.readVarUint(decoder)
}

function skipMany(decoder: decoding.Decoder, length: number): void {
  if (length > decoder.arr.length - decoder.pos) throw new Malformed('a length')
  decoder.pos += length
}

function skipBytes(decoder: decoding.Decoder): number {
  const length = decoding.readVarUint(decoder)
  skipMany(decoder, length)
  return length
}

const prototypeKey = new TextEncoder().encode('__proto__')

/** Keys become properties of plain objects, here and on the other screens. */
function scanKey(decoder: decoding.Decoder): void {
  const key = decoding.readVarUint8Array(decoder)
  if (key.length === prototypeKey.length && prototypeKey.every((byte, index) => key[index] === byte)) {
    throw new Malformed('a key')
  }
}
