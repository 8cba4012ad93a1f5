/**
 * Connects documents over the one socket, a few at a time: the server bounds how many may wait for
 * its word, and the first ones must not wait for the fortieth. A document whose connection the
 * server ended comes back after a pause that grows with each failure.
 */
import type { HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import type { DocumentName } from '@soanchung/shared/plan/documents.ts'
import type { DocumentSync } from './document-sync.ts'

interface AttachTo {
  socket: HocuspocusProviderWebsocket
  document: (name: DocumentName) => DocumentSync | undefined
  /** Asked right before; one that may not be attached is left out until it is added again. */
  mayAttach: (name: DocumentName) => boolean
  token: () => string
}

/** Hocuspocus closes the whole socket at its limit, 100 by default. */
const atOnce = 40
const longestPause = 30_000

export class AttachQueue {
  readonly #to: AttachTo
  #waiting = new Set<DocumentName>()
  readonly #asked = new Set<DocumentName>()
  readonly #failures = new Map<DocumentName, number>()
  readonly #pauses = new Map<DocumentName, ReturnType<typeof setTimeout>>()

  constructor(to: AttachTo) {
    this.#to = to
  }

  add(names: Iterable<DocumentName>): void {
    for (const name of names) {
      if (!this.#asked.has(name) && !this.#pauses.has(name)) this.#waiting.add(name)
    }
    this.#pump()
  }

  /** Call when a document became live. */
  settled(name: DocumentName): void {
    if (this.#to.document(name)?.problem === null) this.#failures.delete(name)
    if (this.#asked.delete(name)) this.#pump()
  }

  /** Lets go of the document and asks once more, after a pause. */
  again(name: DocumentName): void {
    this.#asked.delete(name)
    this.#waiting.delete(name)
    const failures = (this.#failures.get(name) ?? 0) + 1
    this.#failures.set(name, failures)
    clearTimeout(this.#pauses.get(name))
    const pause = Math.min(longestPause, 100 * 2 ** failures) * (0.5 + Math.random())
    this.#pauses.set(
      name,
      setTimeout(() => {
        this.#pauses.delete(name)
        this.#to.document(name)?.detach()
        this.add([name])
      }, pause),
    )
    this.#pump()
  }

  /** The socket is gone, and every connection with it. */
  drop(): void {
    this.#waiting.clear()
    this.#asked.clear()
    for (const pause of this.#pauses.values()) clearTimeout(pause)
    this.#pauses.clear()
  }

  close(): void {
    this.drop()
  }

  #pump(): void {
    if (this.#to.socket.status !== 'connected') return
    for (const name of this.#waiting) {
      if (this.#asked.size >= atOnce) return
      this.#waiting.delete(name)
      const document = this.#to.document(name)
      if (document === undefined || document.isAttached || !this.#to.mayAttach(name)) continue
      this.#asked.add(name)
      document.attach(this.#to.socket, this.#to.token)
    }
  }
}
