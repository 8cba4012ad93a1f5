/**
 * Short notices at the lower edge. What happened can be taken back from there; what went wrong
 * stays until it is read. Their program comes with the first one, or when there is time.
 */
import type { toast, Toaster } from 'svelte-sonner'
import type { Refusal } from '@soanchung/shared/errors.ts'
import { m } from '../paraglide/messages.js'
import { refusalText } from './errors.ts'

export const toaster = new (class {
  /** Shows the notices, once its program is there. */
  Box: typeof Toaster | null = $state.raw(null)
})()

/** Rejects where the program cannot be had now; the next call asks for it again. */
export async function fetchToaster(): Promise<typeof toast> {
  const { Toaster, toast } = await import('svelte-sonner')
  toaster.Box = Toaster
  return toast
}

type Notice = (to: typeof toast) => unknown

const unshown: Notice[] = []
/** Milliseconds until a program that could not be had is asked for again. */
const patience = 3_000
let retry: ReturnType<typeof setTimeout> | undefined

function show(notice: Notice): void {
  unshown.push(notice)
  void showAll()
}

async function showAll(): Promise<void> {
  if (unshown.length === 0) return
  try {
    const toast = await fetchToaster()
    for (const notice of unshown.splice(0)) notice(toast)
  } catch (error) {
    console.warn('a notice waits for its program', error)
    clearTimeout(retry)
    retry = setTimeout(() => void showAll(), patience)
  }
}

/** Says what happened, with a way back where there is one. */
export function say(text: string, options: { undo?: () => void } = {}): void {
  const { undo } = options
  const action = undo && { label: m.ui_undo(), onClick: () => undo() }
  show((toast) => {
    const id = toast(text, action ? { duration: 8000, action } : {})
    if (action) offers.push(id)
  })
}

/** Notices that offer a way back. */
const offers: (string | number)[] = []

/** Something was taken back by other means: what a notice offers may have happened already. */
export function withdrawOffers(): void {
  const ids = offers.splice(0)
  if (ids.length > 0) show((toast) => ids.forEach((id) => toast.dismiss(id)))
}

/** Says what could not be done and why. `what` names the attempt: "Chưa tạo được văn bản." */
export function complain(refusal: Refusal, what?: string): void {
  const why = refusalText(refusal)
  const description = what === undefined ? {} : { description: why }
  show((toast) => toast.error(what ?? why, { duration: 12_000, ...description }))
}
