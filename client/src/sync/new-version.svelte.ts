/**
 * Whether a newer build of the application waits on this device. It enters only when the person
 * says so: a reload in the middle of a sentence would be worse than an hour with the old one.
 */
import { createContext } from 'svelte'

const askEvery = 30 * 60_000
/** How long a new worker may take to enter before the page is loaded again without it. */
const patience = 8_000
/** A worker that enters within this time after that finds the new page there already. */
const lateness = 10 * 60_000
const loadedAt = 'soanchung.new-version'

export class NewVersion {
  available = $state(false)
  #container: ServiceWorkerContainer | undefined
  #registration: ServiceWorkerRegistration | undefined
  /** When the page came from the server because the worker of its build was late; 0 where it did not. */
  #cameAt = 0

  /** Keeps the application on the device from now on; without a service worker it does nothing. */
  async start(container: ServiceWorkerContainer | undefined): Promise<void> {
    this.#container = container
    if (container === undefined) return
    let isControlled = container.controller !== null
    this.#cameAt = Number(sessionStorage.getItem(loadedAt))
    sessionStorage.removeItem(loadedAt)
    container.addEventListener('controllerchange', () => {
      // The first worker takes over silently; a later one only after a tab let it in.
      if (isControlled && !this.#isNew()) location.reload()
      isControlled = true
    })
    try {
      const registration = await container.register('/service-worker.js', { updateViaCache: 'none' })
      this.#registration = registration
      this.#watch(registration)
      setInterval(() => void registration.update().catch(() => undefined), askEvery)
    } catch {
      // Blocked or private: the application runs, it only can't be opened without a network.
      return
    }
  }

  /**
   * Loads the page anew with the newest build that can be had. A plain reload is answered by the
   * worker of the old one, so the new worker is fetched and let in first; browsers now and then take
   * minutes for that, and then the old one is told to step back.
   */
  async load(): Promise<void> {
    const registration = this.#registration
    if (registration === undefined || this.#container?.controller == null) return location.reload()
    const late = setTimeout(() => this.#loadWithout(), patience)
    const enter = (worker: ServiceWorker | null) => {
      if (worker === null) return false
      if (worker.state === 'installed') worker.postMessage('enter')
      worker.addEventListener('statechange', () => {
        if (worker.state === 'installed') worker.postMessage('enter')
        else if (worker.state === 'redundant') location.reload()
      })
      return true
    }
    if (enter(registration.waiting)) return
    await registration.update().catch(() => undefined)
    if (enter(registration.waiting) || enter(registration.installing)) return
    clearTimeout(late)
    location.reload()
  }

  /** The old worker steps back, and the page comes from the server. */
  #loadWithout(): void {
    sessionStorage.setItem(loadedAt, String(Date.now()))
    const heard = new MessageChannel()
    heard.port1.onmessage = () => location.reload()
    this.#container?.controller?.postMessage('leave', [heard.port2])
    setTimeout(() => location.reload(), patience)
  }

  #isNew(): boolean {
    return Date.now() - this.#cameAt < lateness
  }

  #watch(registration: ServiceWorkerRegistration): void {
    const offer = (worker: ServiceWorker | null) => {
      if (worker === null || this.#container?.controller == null) return
      if (this.#isNew()) worker.postMessage('enter')
      else this.available = true
    }
    offer(registration.waiting)
    registration.addEventListener('updatefound', () => {
      const worker = registration.installing
      worker?.addEventListener('statechange', () => {
        if (worker.state === 'installed') offer(worker)
      })
    })
  }
}

export const [useNewVersion, provideNewVersion] = createContext<NewVersion>()
