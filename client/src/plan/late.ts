/**
 * The programs of a plan's screen that nobody needs for reading and typing. They come when they are
 * first used, and otherwise once the browser has nothing to do, so that later nobody waits for them.
 */
import { whenIdle } from '../ui/idle.ts'
import { fetchShared } from '../ui/late.ts'

export const late = {
  targets: () => import('../targets/TargetsPanel.svelte'),
  links: () => import('../links/LinksPanel.svelte'),
  matrix: () => import('../links/Matrix.svelte'),
  targetPicture: () => import('../links/TargetPictureDialog.svelte'),
  allot: () => import('../links/Allot.svelte'),
  results: () => import('../links/Results.svelte'),
  people: () => import('./PeoplePanel.svelte'),
  part: () => import('./PartPanel.svelte'),
  meta: () => import('./MetaPanel.svelte'),
  board: () => import('../board/Board.svelte'),
  give: () => import('./GiveDialog.svelte'),
  deleted: () => import('./DeletedParts.svelte'),
  handed: () => import('./HandedDrafts.svelte'),
  drafts: () => import('../sync/DraftsDialog.svelte'),
  audit: () => import('../audit/AuditDialog.svelte'),
  picture: () => import('../pictures/BudgetPictureDialog.svelte'),
  download: () => import('../export/DownloadDialog.svelte'),
  makeTarget: () => import('../targets/MakeTarget.svelte'),
  pickReference: () => import('../targets/PickReference.svelte'),
  wideTable: () => import('../targets/TableOverlay.svelte'),
}

/** Fetches them all while nothing else is to do. One that fails is asked for again when it is used. */
export function fetchLate(): () => void {
  return whenIdle(() => void Promise.allSettled([fetchShared(), ...Object.values(late).map((load) => load())]))
}
