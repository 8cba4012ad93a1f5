/**
 * The one way to the server's HTTP interface. Answers are checked against the shared schemas;
 * refusals come back as values with a code of the catalogue, a dead line as `network.offline`.
 */
import type * as z from 'zod/mini'
import { takeAsked } from '../ahead.ts'
import { accept, isErrorCode, refuse, type Result } from '@soanchung/shared/errors.ts'
import { errorBody } from '@soanchung/shared/protocol.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** `path` begins with `/api/`. A body that is a Blob goes as it is, as JSON where it does not say what it is. */
export async function request<Value>(
  method: Method,
  path: string,
  schema: z.ZodMiniType<Value>,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Result<Value>> {
  return await send(method, path, body, signal, async (response) => {
    const parsed = schema.safeParse(response.status === 204 ? undefined : await response.json())
    return parsed.success ? accept(parsed.data) : refuse('server.failed', parsed.error.message)
  })
}

/** For answers that are bytes: document updates and exported files. */
export async function requestBytes(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Result<Uint8Array>> {
  return await send(method, path, body, signal, async (response) =>
    accept(new Uint8Array(await response.arrayBuffer())),
  )
}

/** For answers that come in steps, one line of JSON each; `each` sees them as they come. */
export async function requestSteps<Step>(
  method: Method,
  path: string,
  schema: z.ZodMiniType<Step>,
  { body, signal, each }: { body: Blob; signal: AbortSignal; each: (step: Step) => void },
): Promise<Result<void>> {
  return await send(method, path, body, signal, async (response) => {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let begun = ''
    for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
      const lines = `${begun}${read.value}`.split('\n')
      begun = lines.pop() ?? ''
      for (const line of lines) {
        const parsed = schema.safeParse(JSON.parse(line))
        if (!parsed.success) return refuse('server.failed', parsed.error.message)
        each(parsed.data)
      }
    }
    return accept(undefined)
  })
}

/** `read` may throw as reading a body does: the line can end in the middle of it. */
async function send<Value>(
  method: Method,
  path: string,
  body: unknown,
  signal: AbortSignal | undefined,
  read: (response: Response) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  try {
    const json = body === undefined || body instanceof Blob ? body : JSON.stringify(body)
    const response = await ((json instanceof Blob ? null : takeAsked(method, path, json)) ??
      fetch(path, {
        method,
        credentials: 'same-origin',
        ...(json === undefined ? {} : { headers: { 'content-type': typeOf(json) }, body: json }),
        ...(signal ? { signal } : {}),
      }))
    if (response.ok) return await read(response)
    const parsed = errorBody.safeParse(await response.json())
    const code = parsed.success && isErrorCode(parsed.data.code) ? parsed.data.code : 'server.failed'
    return refuse(code, parsed.success ? parsed.data.detail : `HTTP ${response.status}`)
  } catch (error) {
    return refuse(error instanceof SyntaxError ? 'server.failed' : 'network.offline', String(error))
  }
}

function typeOf(body: Blob | string): string {
  return body instanceof Blob && body.type !== '' ? body.type : 'application/json'
}
