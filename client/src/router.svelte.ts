/**
 * Addresses and screens. A few fixed paths over the browser's history: links of this site change
 * the screen without a reload, and a screen with unsaved input may hold the reader back.
 */
import { createContext } from 'svelte'
import { planId, type PlanId } from '@soanchung/shared/ids.ts'

export type Route =
  | { screen: 'home' | 'new-plan' | 'import' | 'account' | 'invite' | 'unknown' }
  | { screen: 'admin'; page: 'units' | 'people' | 'import' | 'audit' }
  | { screen: 'sign-in'; next: string }
  | { screen: 'plan'; planId: PlanId }

/** `hasUnsaved` also guards a reload or a closed tab; `mayLeave` asks the user. */
interface LeaveGuard {
  hasUnsaved: () => boolean
  mayLeave: () => Promise<boolean>
}

const fixed: Record<string, 'home' | 'new-plan' | 'import' | 'account' | 'invite'> = {
  '/': 'home',
  '/plans/new': 'new-plan',
  '/plans/import': 'import',
  '/account': 'account',
  '/invite': 'invite',
}

const adminPages = {
  '/admin': 'units',
  '/admin/people': 'people',
  '/admin/import': 'import',
  '/admin/audit': 'audit',
} as const

/** The screen of an address. `search` may carry `next`, where to go after signing in. */
export function routeOf(pathname: string, search = ''): Route {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname
  if (path === '/sign-in') return { screen: 'sign-in', next: safeNext(new URLSearchParams(search).get('next')) }
  const known = Object.hasOwn(fixed, path) ? fixed[path] : undefined
  if (known !== undefined) return { screen: known }
  for (const [at, page] of Object.entries(adminPages)) if (path === at) return { screen: 'admin', page }
  const id = planId.safeParse(/^\/plans\/([^/]+)$/.exec(path)?.[1])
  return id.success ? { screen: 'plan', planId: id.data } : { screen: 'unknown' }
}

/** Only a path of this site; `//host` and `/\host` would lead elsewhere. */
function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : '/'
}

export class Router {
  route: Route = $state.raw({ screen: 'home' })
  /** Without the `#`. */
  hash = $state('')

  #guard: LeaveGuard | null = null
  /** Position in the history of this visit, to undo a refused step back or forward. */
  #index = 0
  #skipNextPop = false

  /** Begins to follow the address; returns the way to stop. */
  start(): () => void {
    const state: unknown = history.state
    this.#index = indexOf(state) ?? 0
    history.replaceState({ index: this.#index }, '')
    this.#read()
    const popped = (event: PopStateEvent) => void this.#popped(event)
    const clicked = (event: MouseEvent) => this.#clicked(event)
    const closing = (event: BeforeUnloadEvent) => {
      if (this.#guard?.hasUnsaved()) event.preventDefault()
    }
    addEventListener('popstate', popped)
    addEventListener('click', clicked)
    addEventListener('beforeunload', closing)
    return () => {
      removeEventListener('popstate', popped)
      removeEventListener('click', clicked)
      removeEventListener('beforeunload', closing)
    }
  }

  /** Goes to a path of this site; false where the user chose to stay. */
  async go(path: string, options: { replace?: boolean } = {}): Promise<boolean> {
    if (!(await this.#mayLeave())) return false
    if (options.replace) history.replaceState({ index: this.#index }, '', path)
    else history.pushState({ index: ++this.#index }, '', path)
    this.#read()
    scrollTo(0, 0)
    return true
  }

  /** One guard at a time, of the screen that is open. Returns the way to take it back. */
  guard(guard: LeaveGuard): () => void {
    this.#guard = guard
    return () => {
      if (this.#guard === guard) this.#guard = null
    }
  }

  async #mayLeave(): Promise<boolean> {
    const guard = this.#guard
    if (guard === null || !guard.hasUnsaved()) return true
    const may = await guard.mayLeave()
    if (may) this.#guard = null
    return may
  }

  async #popped(event: PopStateEvent): Promise<void> {
    const to = indexOf(event.state)
    if (this.#skipNextPop) {
      this.#skipNextPop = false
      return
    }
    const isSameScreen = JSON.stringify(routeOf(location.pathname, location.search)) === JSON.stringify(this.route)
    if (to === null || isSameScreen) {
      // A jump to an anchor makes an entry of its own without our mark.
      if (to === null) history.replaceState({ index: ++this.#index }, '')
      else this.#index = to
      this.#read()
      return
    }
    const steps = to - this.#index
    if (this.#guard?.hasUnsaved() && steps !== 0) {
      this.#skipNextPop = true
      history.go(-steps)
      if (!(await this.#mayLeave())) return
      history.go(steps)
      return
    }
    this.#index = to
    this.#read()
  }

  #clicked(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null
    if (!(link instanceof HTMLAnchorElement) || link.target !== '' || link.hasAttribute('download')) return
    const url = new URL(link.href)
    if (url.origin !== location.origin || /^\/(api|verify)(\/|$)/.test(url.pathname)) return
    if (url.pathname === location.pathname && url.search === location.search && url.hash !== '') return
    event.preventDefault()
    void this.go(url.pathname + url.search + url.hash)
  }

  #read(): void {
    const route = routeOf(location.pathname, location.search)
    if (JSON.stringify(route) !== JSON.stringify(this.route)) this.route = route
    this.hash = location.hash.slice(1)
  }
}

function indexOf(state: unknown): number | null {
  return typeof state === 'object' && state !== null && 'index' in state && typeof state.index === 'number'
    ? state.index
    : null
}

/** App provides the router; a screen below it asks for it while it is set up. */
export const [useRouter, provideRouter] = createContext<Router>()
