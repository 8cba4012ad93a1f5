/**
 * Fetches the plan as a file and hands it to the browser. The file is made by the server from
 * what it has; what is only on this device is not in it.
 */
import { accept, isErrorCode, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { PlanId } from '@soanchung/shared/ids.ts'
import { errorBody } from '@soanchung/shared/protocol.ts'

export const fileFormats = ['docx', 'xlsx'] as const
export type FileFormat = (typeof fileFormats)[number]

interface PlanFile {
  name: string
  content: Blob
}

export interface Progress {
  /** Bytes that have come. */
  received: number
  /** Bytes in all; null where the server does not say. */
  total: number | null
}

/** Refused with the server's code, with `network.offline`, or null where `signal` ended it. */
export async function fetchPlanFile(
  plan: PlanId,
  format: FileFormat,
  tell: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Result<PlanFile> | null> {
  try {
    const response = await fetch(`/api/plans/${plan}/export.${format}`, { credentials: 'same-origin', signal })
    if (!response.ok) {
      const parsed = errorBody.safeParse(await response.json().catch(() => null))
      const code = parsed.success && isErrorCode(parsed.data.code) ? parsed.data.code : 'server.failed'
      return refuse(code, parsed.success ? parsed.data.detail : `HTTP ${response.status}`)
    }
    const length = Number(response.headers.get('content-length') ?? Number.NaN)
    const total = Number.isFinite(length) && length > 0 ? length : null
    const chunks: BlobPart[] = []
    let received = 0
    const reader = response.body?.getReader()
    for (let chunk = await reader?.read(); chunk !== undefined && !chunk.done; chunk = await reader?.read()) {
      chunks.push(chunk.value)
      received += chunk.value.length
      tell({ received, total })
    }
    const type = response.headers.get('content-type') ?? ''
    const name = fileNameOf(response.headers.get('content-disposition') ?? '') ?? `van-ban.${format}`
    return accept({ name, content: new Blob(chunks, { type }) })
  } catch (error) {
    return signal.aborted ? null : refuse('network.offline', String(error))
  }
}

/** The name in a `content-disposition`, the encoded one first (RFC 6266); null where there is none. */
function fileNameOf(disposition: string): string | null {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1]
  const plain = /filename="([^"]*)"/i.exec(disposition)?.[1]
  try {
    if (encoded !== undefined) return decodeURIComponent(encoded)
  } catch {
    // A damaged encoding: the plain name stands beside it.
  }
  return plain ?? null
}

export function saveFile(file: PlanFile): void {
  const address = URL.createObjectURL(file.content)
  const link = document.createElement('a')
  link.href = address
  link.download = file.name
  document.body.append(link)
  link.click()
  link.remove()
  // The browser reads the blob after the click returns.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
