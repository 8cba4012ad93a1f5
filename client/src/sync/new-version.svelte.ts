/**
 * Whether a newer build of the application waits on this device. It enters only when the person
 * says so: a reload in the middle of a sentence would be worse than an hour with the old one.
 */
const askEvery = 30 * 60_000

export class NewVersion {
  available = $state(false)
  #waiting: ServiceWorker | null = null

  /** Keeps the application on the device from now on; without a service worker it does nothing. */
  async start(container: ServiceWorkerContainer | undefined): Promise<void> {
    if (container === undefined) return
    let isControlled = container.controller !== null
    container.addEventListener('controllerchange', () => {
      // The first worker takes over silently; a later one only after a tab let it in.
      if (isControlled) location.reload()
      isControlled = true
    })
    try {
      const registration = await container.register('/service-worker.js', { updateViaCache: 'none' })
      this.#watch(registration, container)
      setInterval(() => void registration.update().catch(() => undefined), askEvery)
    } catch {
      // Blocked or private: the application runs, it only can't be opened without a network.
      return
    }
  }

  reload(): void {
    this.#waiting?.postMessage('enter')
  }

  #watch(registration: ServiceWorkerRegistration, container: ServiceWorkerContainer): void {
    const offer = (worker: ServiceWorker | null) => {
      if (worker === null || container.controller === null) return
      this.#waiting = worker
      this.available = true
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
