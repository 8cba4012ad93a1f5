/** What the server says of a plan over HTTP: its record, and in one request all that changed in its documents. */
import { toBase64 } from 'lib0/buffer'
import { createDecoder, readVarString, readVarUint, readVarUint8Array } from 'lib0/decoding'
import * as Y from 'yjs'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { PlanId } from '@soanchung/shared/ids.ts'
import { parseDocumentName, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import { planRecord, type FetchDocumentsBody, type PlanRecord } from '@soanchung/shared/protocol.ts'
import type { ServerDocument } from './device-store.ts'
import type { Surroundings } from './surroundings.ts'

export function fetchRecord(api: Surroundings['api'], plan: PlanId, signal: AbortSignal): Promise<Result<PlanRecord>> {
  return api.request('GET', `/api/plans/${plan}`, planRecord, undefined, signal)
}

/** What a device has of a document: the log up to `seq`, and whatever else is in it. */
export interface Held {
  seq: number
  document: Y.Doc
}

/** The server takes no longer state vector; a document with more is asked for whole. */
const longestStateVector = 20_000

/** Only documents that changed are in the answer. */
export async function fetchDocuments(
  api: Surroundings['api'],
  plan: PlanId,
  held: ReadonlyMap<DocumentName, Held>,
  signal: AbortSignal,
): Promise<Result<ServerDocument[]>> {
  const have: FetchDocumentsBody['have'] = {}
  for (const [name, { seq, document }] of held) {
    const stateVector = toBase64(Y.encodeStateVector(document))
    if (stateVector.length <= longestStateVector) have[name] = { seq, stateVector }
  }
  const answer = await api.requestBytes('POST', `/api/plans/${plan}/documents`, { have }, signal)
  if (!answer.ok) return answer
  try {
    return accept(readDocuments(answer.value))
  } catch (error) {
    return refuse('server.failed', String(error))
  }
}

function readDocuments(bytes: Uint8Array): ServerDocument[] {
  const decoder = createDecoder(bytes)
  return Array.from({ length: readVarUint(decoder) }, () => {
    const name = readVarString(decoder)
    if (parseDocumentName(name) === null) throw new Error(`no document name: ${name}`)
    const seq = readVarUint(decoder)
    // A copy: the device must not keep the whole answer for each document of it.
    return { name: name as DocumentName, seq, update: readVarUint8Array(decoder).slice() }
  })
}
