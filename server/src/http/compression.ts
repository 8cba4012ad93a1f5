/**
 * Which compression a browser takes, and answers that are made for one request alone: in the
 * quickest way there is, and off the thread that serves typing.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib'

export type Encoding = 'zstd' | 'br' | 'gzip'

/** Bytes; below this, the heads of the answer are most of it. */
export const smallestCompressed = 1024

/** Of 3 MB of documents: 13 % in 4 ms, 16 % in 7 ms, 17 % in 11 ms; higher levels gain nothing that is felt. */
const quickly: Record<Encoding, (bytes: Uint8Array) => Promise<Buffer>> = {
  zstd: (bytes) => promisify(zstdCompress)(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 1 }),
}

/** The first of those on offer that the request takes; null for none. */
export function acceptedEncoding<Offered extends Encoding>(
  request: FastifyRequest,
  offered: readonly Offered[],
): Offered | null {
  const accepted = String(request.headers['accept-encoding'] ?? '')
  return offered.find((one) => new RegExp(`\\b${one}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(accepted)) ?? null
}

export async function sendCompressed(request: FastifyRequest, reply: FastifyReply, bytes: Uint8Array) {
  reply.header('vary', 'accept-encoding')
  const encoding = bytes.length < smallestCompressed ? null : acceptedEncoding(request, ['zstd', 'br', 'gzip'])
  if (encoding === null) return reply.send(bytes)
  return reply.header('content-encoding', encoding).send(await quickly[encoding](bytes))
}
