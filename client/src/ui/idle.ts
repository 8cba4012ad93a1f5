const patience = 3_000

/** Calls `work` a while from now, when the browser has nothing else to do. Returns the way to forget it. */
export function whenIdle(work: () => void): () => void {
  if (typeof requestIdleCallback === 'undefined') {
    const timer = setTimeout(work, patience)
    return () => clearTimeout(timer)
  }
  let idle = 0
  const timer = setTimeout(() => (idle = requestIdleCallback(work)), patience)
  return () => {
    clearTimeout(timer)
    cancelIdleCallback(idle)
  }
}
