import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Session } from '../../client/src/session/session.svelte.ts'

const person = { id: 'u1', username: 'an', name: 'Nguyễn An', administrator: false, units: [] }

/** What the network answers to each request, by path; an Error is a dead line. */
function network(answers: Record<string, { status: number; body?: unknown } | Error>): void {
  vi.stubGlobal('fetch', (path: string) => {
    const answer = answers[path]
    if (answer === undefined || answer instanceof Error) return Promise.reject(answer ?? new Error(path))
    return Promise.resolve(new Response(answer.body === undefined ? null : JSON.stringify(answer.body), answer))
  })
}

const refused = (code: string) => ({ status: 401, body: { code, message: code } })

beforeEach(() => localStorage.clear())
afterEach(() => vi.unstubAllGlobals())

async function signedIn(): Promise<Session> {
  network({ '/api/auth/sign-in/username': { status: 200, body: person } })
  const session = new Session()
  await session.signIn('an', 'một câu dễ nhớ', true)
  return session
}

describe('who is signed in', () => {
  it('is known after a reload without a network', async () => {
    await signedIn()
    network({ '/api/me': new Error('no line') })
    const reloaded = new Session()
    await reloaded.refresh()
    expect(reloaded.me?.name).toBe('Nguyễn An')
    expect(reloaded.expired).toBe(false)
  })

  it('stays on the screen with a notice where the session has ended on the server', async () => {
    const session = await signedIn()
    network({ '/api/me': refused('auth.required') })
    await session.refresh()
    expect(session.me?.name).toBe('Nguyễn An')
    expect(session.expired).toBe(true)
  })

  it('is nobody where the server knows nobody and the device kept nobody', async () => {
    network({ '/api/me': refused('auth.required') })
    const session = new Session()
    await session.refresh()
    expect([session.me, session.settled, session.expired]).toEqual([null, true, false])
  })

  it('is nobody after the right password where a code is still asked for, and somebody after the code', async () => {
    network({
      '/api/auth/sign-in/username': { status: 200, body: { challenge: 'sealed' } },
      '/api/auth/sign-in/code': { status: 200, body: person },
    })
    const session = new Session()
    expect(await session.signIn('an', 'một câu dễ nhớ', true)).toEqual({ ok: true, value: { challenge: 'sealed' } })
    expect(session.me).toBeNull()
    await session.signInWithCode('sealed', '123456')
    expect(session.me?.name).toBe('Nguyễn An')
  })

  it('is not changed by a wrong password', async () => {
    network({ '/api/auth/sign-in/username': refused('auth.wrong') })
    const session = new Session()
    const answer = await session.signIn('an', 'sai', true)
    expect(answer).toMatchObject({ ok: false, error: { code: 'auth.wrong' } })
    expect(session.me).toBeNull()
  })
})

describe('signing out', () => {
  it('forgets the person on the device', async () => {
    const session = await signedIn()
    network({ '/api/auth/sign-out': { status: 204 } })
    await session.signOut()
    expect(session.me).toBeNull()
    expect(new Session().me).toBeNull()
  })

  it('is refused without a network, because only the server can end a session', async () => {
    const session = await signedIn()
    network({ '/api/auth/sign-out': new Error('no line') })
    expect(await session.signOut()).toMatchObject({ ok: false, error: { code: 'network.offline' } })
    expect(session.me?.name).toBe('Nguyễn An')
  })
})
