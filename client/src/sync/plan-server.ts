/** What the server says of a plan over HTTP: its record, and in one request all that changed in its documents. */
import { toBase64 } from 'lib0/buffer'
import { createDecoder, readVarString, readVarUint, readVarUint8Array, type Decoder } from 'lib0/decoding'
import * as Y from 'yjs'
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { PlanId } from '@soanchung/shared/ids.ts'
import { parseDocumentName, type DocumentName } from '@soanchung/shared/plan/documents.ts'
import { planRecord, type FetchDocumentsBody, type PlanRecord } from '@soanchung/shared/protocol.ts'
import type { ServerDocument } from './device-store.ts'
import type { Surroundings } from './surroundings.ts'

export interface PlanAnswer {
  record: PlanRecord
  /** Only documents that changed. Null where they were not asked for, or could not be had. */
  documents: readonly ServerDocument[] | null
}

/**
 * The record and, in the same answer, what changed in the documents since `held`. An empty `held`
 * asks for all of them. Where the line is too bad for them the record alone opens the plan: its
 * connections bring the documents.
 */
export async function fetchPlan(
  api: Surroundings['api'],
  plan: PlanId,
  held: ReadonlyMap<DocumentName, Held> | null,
  ended?: AbortSignal,
): Promise<Result<PlanAnswer>> {
  if (held !== null) {
    const answer = await openOnServer(api, plan, held, patience(ended))
    if (answer.ok || answer.error.code !== 'network.offline' || ended?.aborted) return answer
  }
  const record = await api.request('GET', `/api/plans/${plan}`, planRecord, undefined, patience(ended))
  return record.ok ? accept({ record: record.value, documents: null }) : record
}

const openTimeout = 20_000

function patience(ended: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(openTimeout)
  return ended === undefined ? timeout : AbortSignal.any([ended, timeout])
}

/** What a device has of a document: the log up to `seq`, and whatever else is in it. */
export interface Held {
  seq: number
  document: Y.Doc
}

/** The server takes no longer state vector; a document with more is asked for whole. */
const longestStateVector = 20_000

async function openOnServer(
  api: Surroundings['api'],
  plan: PlanId,
  held: ReadonlyMap<DocumentName, Held>,
  signal: AbortSignal,
): Promise<Result<PlanAnswer>> {
  const have: FetchDocumentsBody['have'] = {}
  for (const [name, { seq, document }] of held) {
    const stateVector = toBase64(Y.encodeStateVector(document))
    if (stateVector.length <= longestStateVector) have[name] = { seq, stateVector }
  }
  const answer = await api.requestBytes(
    'POST',
    `/api/plans/${plan}/documents`,
    { have } satisfies FetchDocumentsBody,
    signal,
  )
  if (!answer.ok) return answer
  try {
    const decoder = createDecoder(answer.value)
    const record = planRecord.parse(JSON.parse(readVarString(decoder)))
    return accept({ record, documents: readDocuments(decoder) })
  } catch (error) {
    return refuse('server.failed', String(error))
  }
}

function readDocuments(decoder: Decoder): ServerDocument[] {
  return Array.from({ length: readVarUint(decoder) }, () => {
    const name = readVarString(decoder)
    if (parseDocumentName(name) === null) throw new Error(`no document name: ${name}`)
    const seq = readVarUint(decoder)
    // A copy: the device must not keep the whole answer for each document of it.
    return { name: name as DocumentName, seq, update: readVarUint8Array(decoder).slice() }
  })
}
