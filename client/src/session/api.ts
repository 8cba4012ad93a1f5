/**
 * The one way to the server's HTTP interface. Answers are checked against the shared schemas;
 * refusals come back as values with a code of the catalogue, a dead line as `network.offline`.
 */
import type { z } from 'zod'
import { accept, isErrorCode, refuse, type Result } from '@soanchung/shared/errors.ts'
import { errorBody } from '@soanchung/shared/protocol.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** `path` begins with `/api/`. */
export async function request<Value>(
  method: Method,
  path: string,
  schema: z.ZodType<Value>,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Result<Value>> {
  const answer = await send(method, path, body, signal)
  if (!answer.ok) return answer
  const parsed = schema.safeParse(answer.value.status === 204 ? undefined : await answer.value.json())
  return parsed.success ? accept(parsed.data) : refuse('server.failed', parsed.error.message)
}

/** For answers that are bytes: document updates and exported files. */
export async function requestBytes(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Result<Uint8Array>> {
  const answer = await send(method, path, body, signal)
  return answer.ok ? accept(new Uint8Array(await answer.value.arrayBuffer())) : answer
}

async function send(method: Method, path: string, body: unknown, signal?: AbortSignal): Promise<Result<Response>> {
  let response: Response
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    return refuse('network.offline', String(error))
  }
  if (response.ok) return accept(response)
  const parsed = errorBody.safeParse(await response.json().catch(() => null))
  const code = parsed.success && isErrorCode(parsed.data.code) ? parsed.data.code : 'server.failed'
  return refuse(code, parsed.success ? parsed.data.detail : `HTTP ${response.status}`)
}
