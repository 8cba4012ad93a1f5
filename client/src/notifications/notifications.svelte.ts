/**
 * What the person was told, as the server last said: asked for while the page is looked at, once a
 * minute, and when a plan's record changes. Without a network the last answer stays.
 */
import { createContext } from 'svelte'
import * as z from 'zod/mini'
import type { Refusal } from '@soanchung/shared/errors.ts'
import { notificationPage, type Notification } from '@soanchung/shared/notifications.ts'
import { request } from '../session/api.ts'

const interval = 60_000
const nothing = z.undefined()

export class Notifications {
  items: readonly Notification[] = $state.raw([])
  unread = $state(0)
  /** There are older ones on the server. */
  more = $state(false)
  /** True once the server has answered. */
  loaded = $state(false)
  /** Why the last question failed. */
  problem: Refusal | null = $state.raw(null)
  /** Whether the list is on the screen. */
  isOpen = $state(false)

  /** Begins to follow; returns the way to stop. */
  start(): () => void {
    const look = () => {
      if (document.visibilityState === 'visible') void this.load()
    }
    const timer = setInterval(look, interval)
    addEventListener('focus', look)
    addEventListener('online', look)
    document.addEventListener('visibilitychange', look)
    look()
    return () => {
      clearInterval(timer)
      removeEventListener('focus', look)
      removeEventListener('online', look)
      document.removeEventListener('visibilitychange', look)
      // Whoever signs in next has others.
      this.items = []
      this.unread = 0
      this.more = this.loaded = this.isOpen = false
      this.problem = null
    }
  }

  /** The newest; older ones that were asked for stay. */
  async load(): Promise<void> {
    const answer = await request('GET', '/api/notifications', notificationPage)
    this.problem = answer.ok ? null : answer.error
    if (!answer.ok) return
    const { items, unread, more } = answer.value
    const last = items.at(-1)
    const at = last === undefined ? -1 : this.items.findIndex(({ id }) => id === last.id)
    const older = at === -1 ? [] : this.items.slice(at + 1)
    this.items = [...items, ...older]
    if (older.length === 0) this.more = more
    this.unread = unread
    this.loaded = true
  }

  async loadOlder(): Promise<void> {
    const last = this.items.at(-1)
    if (last === undefined) return
    const path = `/api/notifications?before=${encodeURIComponent(last.id)}`
    const answer = await request('GET', path, notificationPage)
    this.problem = answer.ok ? null : answer.error
    if (!answer.ok) return
    const known = new Set(this.items.map(({ id }) => id))
    this.items = [...this.items, ...answer.value.items.filter(({ id }) => !known.has(id))]
    this.more = answer.value.more
  }

  async read({ id, isRead }: Notification): Promise<void> {
    if (isRead) return
    this.items = this.items.map((one) => (one.id === id ? { ...one, isRead: true } : one))
    this.unread = Math.max(0, this.unread - 1)
    const answer = await request('PUT', `/api/notifications/${encodeURIComponent(id)}/read`, nothing)
    if (!answer.ok) this.problem = answer.error
  }

  async readAll(): Promise<void> {
    const until = this.items[0]?.at ?? 0
    this.items = this.items.map((one) => ({ ...one, isRead: true }))
    this.unread = 0
    const answer = await request('PUT', '/api/notifications/read', nothing, { until })
    if (answer.ok) await this.load()
    else this.problem = answer.error
  }
}

/** App provides them; a screen below it asks for them while it is set up. */
export const [useNotifications, provideNotifications] = createContext<Notifications>()
