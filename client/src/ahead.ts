/**
 * What the page will surely ask the server for, asked while its program is still on the way: who is
 * there and, where the address names a plan that this device does not keep, all of that plan. Each
 * answer is given out once, to the first who asks for the same.
 */
interface Asked {
  answer: Promise<Response>
  at: number
}

/** Milliseconds; what nobody took by then is old. */
const fresh = 20_000
const asked = new Map<string, Asked>()

export function askAhead(): void {
  ask('GET', '/api/me')
  const plan = /^\/plans\/([a-z0-9]{20})$/.exec(location.pathname)?.[1]
  if (plan !== undefined && !isKept(plan)) ask('POST', `/api/plans/${plan}/documents`, '{"have":{}}')
}

/** The answer, where it was asked for; `body` is its JSON. */
export function takeAsked(method: string, path: string, body?: string): Promise<Response> | undefined {
  const name = nameOf(method, path, body)
  const found = asked.get(name)
  asked.delete(name)
  return found !== undefined && Date.now() - found.at < fresh ? found.answer : undefined
}

/** Somebody else is there from now on; what was answered before is not theirs. */
export function forgetAsked(): void {
  asked.clear()
}

function ask(method: string, path: string, body?: string): void {
  const sent = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body }
  const answer = fetch(path, { method, credentials: 'same-origin', signal: AbortSignal.timeout(fresh), ...sent })
  // Whoever takes it sees the failure.
  answer.catch(() => undefined)
  asked.set(nameOf(method, path, body), { answer, at: Date.now() })
}

function nameOf(method: string, path: string, body = ''): string {
  return `${method} ${path} ${body}`
}

/** A guess: somebody has looked at the plan here. A wrong one costs a request. */
function isKept(plan: string): boolean {
  try {
    return Object.keys(localStorage).some(
      (key) => key.startsWith('soanchung.opened.') && localStorage.getItem(key)?.includes(plan),
    )
  } catch {
    return false
  }
}
