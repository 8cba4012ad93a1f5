/** What no screen needs at first; fetched while nothing else is to do, so that it is there without a network too. */
import { fetchDialog } from './Dialog.svelte'
import { fetchMenu } from './Menu.svelte'
import { fetchToaster } from './toasts.svelte.ts'

export const fetchPalette = () => import('./Palette.svelte')

export async function fetchShared(): Promise<void> {
  await Promise.allSettled([fetchToaster(), fetchMenu(), fetchDialog(), fetchPalette()])
}
