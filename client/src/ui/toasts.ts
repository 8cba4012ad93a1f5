/**
 * Short notices at the lower edge. What happened can be taken back from there; what went wrong
 * stays until it is read.
 */
import { toast } from 'svelte-sonner'
import type { Refusal } from '@soanchung/shared/errors.ts'
import { m } from '../paraglide/messages.js'
import { refusalText } from './errors.ts'

/** Says what happened, with a way back where there is one. */
export function say(text: string, options: { undo?: () => void } = {}): void {
  const { undo } = options
  toast(text, undo ? { duration: 8000, action: { label: m.ui_undo(), onClick: () => undo() } } : {})
}

/** Says what could not be done and why. `what` names the attempt: "Chưa tạo được văn bản." */
export function complain(refusal: Refusal, what?: string): void {
  const why = refusalText(refusal)
  toast.error(what ?? why, { duration: 12_000, ...(what === undefined ? {} : { description: why }) })
}
