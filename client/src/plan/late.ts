/**
 * The programs of a plan's screen that nobody needs for reading and typing. They come when they are
 * first used, and otherwise once the browser has nothing to do, so that later nobody waits for them.
 */
export const late = {
  targets: () => import('../targets/TargetsPanel.svelte'),
  people: () => import('./PeoplePanel.svelte'),
  part: () => import('./PartPanel.svelte'),
  meta: () => import('./MetaPanel.svelte'),
  assign: () => import('./AssignDialog.svelte'),
  deleted: () => import('./DeletedParts.svelte'),
  download: () => import('../export/DownloadDialog.svelte'),
  makeTarget: () => import('../targets/MakeTarget.svelte'),
  pickReference: () => import('../targets/PickReference.svelte'),
  wideTable: () => import('../targets/TableOverlay.svelte'),
}

const patience = 3_000

/** Fetches them all while nothing else is to do. One that fails is asked for again when it is used. */
export function fetchLate(): () => void {
  const fetchAll = () => void Promise.allSettled(Object.values(late).map((load) => load()))
  if (typeof requestIdleCallback === 'undefined') {
    const timer = setTimeout(fetchAll, patience)
    return () => clearTimeout(timer)
  }
  let idle = 0
  const timer = setTimeout(() => (idle = requestIdleCallback(fetchAll)), patience)
  return () => {
    clearTimeout(timer)
    cancelIdleCallback(idle)
  }
}
